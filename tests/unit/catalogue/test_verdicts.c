/* Verdicts on Identity and caveats: each of the code has its row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "sipmon/base/table.h"
#include "sipmon/base/utf8.h"
#include "sipmon/call/verdict.h"
#include "sipmon/catalogue/catalogue.h"

/* A title has to fit its column. */
#define TITLE_CELLS 40

static int load(void **state)
{
	static struct catalogue *both[LANGUAGES];
	struct problem problem;

	*state = both;
	return catalogue_new(&both[LANGUAGE_EN], LANGUAGE_EN, &problem) ||
	       catalogue_new(&both[LANGUAGE_VI], LANGUAGE_VI, &problem);
}

static int unload(void **state)
{
	struct catalogue **both = *state;

	catalogue_free(both[LANGUAGE_EN]);
	catalogue_free(both[LANGUAGE_VI]);
	return 0;
}

static unsigned items(struct slice list)
{
	struct slice item;
	unsigned n = 0;

	while (table_item_next(&list, &item)) {
		assert_true(item.len > 5);
		n++;
	}
	return n;
}

/* Both have all texts, and the one is no copy of the other. */
static void check_pair(const char *name, const struct text_entry *en,
		       const struct text_entry *vi)
{
	if (slice_eq(en->title, vi->title) ||
	    slice_eq(en->meaning, vi->meaning) || slice_eq(en->fix, vi->fix))
		fail_msg("%s: not translated", name);
	assert_in_range(utf8_shown_cells(en->title), 5, TITLE_CELLS);
	assert_in_range(utf8_shown_cells(vi->title), 5, TITLE_CELLS);
	assert_true(en->meaning.len > 40 && vi->meaning.len > 40);
	assert_true(items(en->fix) > 0);
	assert_int_equal(items(en->fix), items(vi->fix));
	if (items(en->when) != items(vi->when))
		fail_msg("%s: another number of cases", name);
}

static void every_verdict_has_its_row_in_both_languages(void **state)
{
	struct catalogue **both = *state;

	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++) {
		const char *name = verdict_name((enum verdict)i);
		struct text_entry en;
		struct text_entry vi;

		if (!catalogue_verdict(both[0], slice_of(name), &en) ||
		    !catalogue_verdict(both[1], slice_of(name), &vi))
			fail_msg("no row for %s", name);
		assert_true(items(en.when) > 0);
		check_pair(name, &en, &vi);
	}
}

static void every_caveat_has_its_row_in_both_languages(void **state)
{
	struct catalogue **both = *state;

	for (unsigned i = 0; i < CAVEATS; i++) {
		const char *name = caveat_name((enum caveat)i);
		struct text_entry en;
		struct text_entry vi;

		if (!catalogue_caveat(both[0], slice_of(name), &en) ||
		    !catalogue_caveat(both[1], slice_of(name), &vi))
			fail_msg("no row for %s", name);
		assert_false(slice_is_set(en.when));
		check_pair(name, &en, &vi);
	}
}

static void a_verdict_and_a_caveat_of_one_name_are_two_things(void **state)
{
	static const char *const names[] = { "DATE_MISSING", "DATE_STALE" };
	struct catalogue **both = *state;

	for (size_t i = 0; i < 2; i++) {
		struct slice name = slice_of(names[i]);
		struct text_entry verdict;
		struct text_entry caveat;

		assert_true(catalogue_verdict(both[0], name, &verdict));
		assert_true(catalogue_caveat(both[0], name, &caveat));
		assert_false(slice_eq(verdict.meaning, caveat.meaning));
	}
}

static void names_are_found_as_they_are_written(void **state)
{
	struct catalogue **both = *state;
	struct text_entry e;

	assert_false(catalogue_verdict(both[0], SLICE("valid"), &e));
	assert_false(catalogue_verdict(both[0], SLICE(""), &e));
	assert_false(catalogue_verdict(both[0], SLICE_NONE, &e));
	assert_false(catalogue_verdict(both[0], SLICE("BODY_LENGTH"), &e));
	assert_false(catalogue_caveat(both[0], SLICE("VALID"), &e));
}

/* The table names the code beside the verdict, for those who read it. */
static void the_codes_of_the_table_are_those_of_the_verdicts(void **state)
{
	static const char path[] = "share/sipmon/verdicts.tsv";
	static char text[1 << 16];
	struct problem problem;
	struct table *t = NULL;
	FILE *file = fopen(path, "r");
	size_t len;

	(void)state;
	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	assert_int_equal(
		table_parse(&t, (struct slice){ text, len }, path, &problem),
		ERR_OK);
	assert_int_equal(table_rows(t), VERDICTS - 1);
	for (size_t i = 0; i < table_rows(t); i++) {
		struct slice name = table_cell(t, i, 0);
		struct slice code = table_cell(t, i, 1);
		uint32_t n = 0;

		/* In the order of rank. */
		assert_int_equal(verdict_of_name(name), i + 1);
		if (slice_is_set(code))
			assert_true(slice_to_u32(code, 699, &n));
		assert_int_equal(verdict_code((enum verdict)(i + 1)), n);
	}
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_has_its_row_in_both_languages),
		cmocka_unit_test(every_caveat_has_its_row_in_both_languages),
		cmocka_unit_test(
			a_verdict_and_a_caveat_of_one_name_are_two_things),
		cmocka_unit_test(names_are_found_as_they_are_written),
		cmocka_unit_test(
			the_codes_of_the_table_are_those_of_the_verdicts),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
