/* Response codes, pairs and the notes of a site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/table.h"
#include "sipmon/catalogue/catalogue.h"

/* Both catalogues, by language. */
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

/* The registered codes (IANA, sip-parameters, response codes). */
static const uint16_t registered[] = {
	100, 180, 181, 182, 183, 199, 200, 202, 204, 300, 301, 302, 305,
	380, 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413,
	414, 415, 416, 417, 420, 421, 422, 423, 424, 425, 428, 429, 430,
	433, 436, 437, 438, 439, 440, 469, 470, 480, 481, 482, 483, 484,
	485, 486, 487, 488, 489, 491, 493, 494, 500, 501, 502, 503, 504,
	505, 513, 555, 580, 600, 603, 604, 606, 607, 608,
};

static size_t items_of(struct slice list)
{
	struct slice item;
	size_t n = 0;

	while (table_item_next(&list, &item))
		n++;
	return n;
}

static void every_registered_code_has_its_row(void **state)
{
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(registered) / sizeof(registered[0]);
	     i++) {
		struct code_entry e;

		assert_true(
			catalogue_code(both[LANGUAGE_EN], registered[i], &e));
		assert_true(e.known);
		assert_true(slice_eq(e.status, SLICE("registered")) ||
			    slice_eq(e.status, SLICE("obsolete")));
	}
}

static void every_code_speaks_both_languages(void **state)
{
	struct catalogue **both = *state;
	uint16_t code;
	unsigned i = 0;

	for (; (code = catalogue_code_at(both[0], i)) != 0; i++) {
		struct code_entry en;
		struct code_entry vi;

		assert_true(catalogue_code(both[LANGUAGE_EN], code, &en));
		assert_true(catalogue_code(both[LANGUAGE_VI], code, &vi));
		assert_true(en.known && vi.known);
		assert_true(slice_eq(en.phrase, vi.phrase));
		assert_true(en.description.len >= 60);
		assert_true(vi.description.len >= 60);
		assert_false(slice_eq(en.description, vi.description));
		assert_false(slice_eq(en.when, vi.when));
		assert_false(slice_eq(en.fix, vi.fix));
		assert_in_range(items_of(en.when), 2, 5);
		assert_int_equal(items_of(en.when), items_of(vi.when));
		assert_in_range(items_of(en.fix), 2, 5);
		assert_int_equal(items_of(en.fix), items_of(vi.fix));
		assert_true(vi.fix.len >= 40);
		assert_false(slice_eq(en.class_text, vi.class_text));
	}
	assert_true(i >= 92);
}

/* Each word of a cell must be a key that terms.tsv knows. */
static void check_keys(const struct catalogue *c, const char *kind,
		       struct slice keys)
{
	assert_true(keys.len > 0);
	while (keys.len > 0) {
		struct slice key = slice_split(keys, ' ', &keys);

		assert_false(slice_eq(catalogue_term(c, kind, key), key));
	}
}

static void keys_of_every_code_have_words(void **state)
{
	struct catalogue **both = *state;
	uint16_t code;

	for (unsigned i = 0; (code = catalogue_code_at(both[0], i)) != 0; i++)
		for (unsigned lang = 0; lang < LANGUAGES; lang++) {
			struct code_entry e;

			assert_true(catalogue_code(both[lang], code, &e));
			check_keys(both[lang], "sent_by", e.sent_by);
			check_keys(both[lang], "ends", e.ends);
			check_keys(both[lang], "retry", e.retry);
		}
}

static void related_codes_are_rows_too(void **state)
{
	struct catalogue **both = *state;
	uint16_t code;

	for (unsigned i = 0; (code = catalogue_code_at(both[0], i)) != 0; i++) {
		struct code_entry e;
		struct slice rest;

		assert_true(catalogue_code(both[0], code, &e));
		rest = e.related;
		assert_true(rest.len > 0);
		while (rest.len > 0) {
			struct slice word = slice_split(rest, ' ', &rest);
			struct code_entry other;
			uint32_t n = 0;

			assert_true(slice_to_u32(word, 999, &n));
			assert_true(
				catalogue_code(both[0], (uint16_t)n, &other));
			assert_true(other.known);
			assert_int_not_equal(n, code);
		}
	}
}

static void an_unknown_code_is_explained_by_its_class(void **state)
{
	/* RFC 3261 section 8.1.3.2: as x00, and 1xx as 183. */
	static const struct {
		uint16_t code;
		const char *class;
		const char *like;
	} cases[] = {
		{ 150, "1xx Provisional", "183" },
		{ 299, "2xx Success", "200" },
		{ 399, "3xx Redirection", "300" },
		{ 499, "4xx Client Failure", "400" },
		{ 599, "5xx Server Failure", "500" },
		{ 699, "6xx Global Failure", "600" },
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct code_entry e;
		struct code_entry vi;

		assert_true(catalogue_code(both[0], cases[i].code, &e));
		assert_true(catalogue_code(both[1], cases[i].code, &vi));
		assert_false(e.known);
		assert_false(slice_is_set(e.phrase));
		assert_true(slice_eq(e.class_text, slice_of(cases[i].class)));
		assert_true(slice_eq(e.related, slice_of(cases[i].like)));
		assert_true(slice_search(e.description, slice_of(cases[i].like),
					 false) < e.description.len);
		assert_true(items_of(e.when) >= 2 && items_of(e.fix) >= 2);
		assert_false(slice_eq(e.description, vi.description));
		assert_false(slice_eq(e.when, vi.when));
		assert_false(slice_eq(e.fix, vi.fix));
	}
}

/* They never go over the wire, but people meet them in logs. */
static void numbers_that_stacks_make_up_are_rows_of_their_own(void **state)
{
	struct catalogue **both = *state;

	for (uint16_t code = 701; code <= 703; code++)
		for (unsigned lang = 0; lang < LANGUAGES; lang++) {
			struct code_entry e;

			assert_true(catalogue_code(both[lang], code, &e));
			assert_true(e.known);
			assert_true(slice_search(e.class_text, SLICE("7xx"),
						 false) == 0);
		}
}

static void numbers_outside_100_to_699_are_no_codes(void **state)
{
	static const uint16_t numbers[] = { 0, 1, 99, 700, 999, 65535 };
	struct catalogue **both = *state;
	struct code_entry e;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_false(catalogue_code(both[0], numbers[i], &e));
	assert_true(catalogue_code(both[0], 100, &e));
	assert_true(catalogue_code(both[0], 699, &e));
}

static void pairs_that_people_confuse_are_written_out(void **state)
{
	static const uint16_t pairs[][2] = {
		{ 100, 180 }, { 100, 183 }, { 100, 438 }, { 180, 183 },
		{ 200, 202 }, { 301, 302 }, { 401, 403 }, { 401, 407 },
		{ 403, 404 }, { 403, 603 }, { 404, 480 }, { 408, 480 },
		{ 408, 487 }, { 408, 504 }, { 428, 438 }, { 436, 437 },
		{ 436, 438 }, { 437, 438 }, { 480, 486 }, { 480, 503 },
		{ 481, 487 }, { 482, 483 }, { 486, 487 }, { 486, 600 },
		{ 486, 603 }, { 488, 606 }, { 500, 503 }, { 502, 503 },
		{ 503, 504 }, { 600, 603 }, { 603, 607 }, { 607, 608 },
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct pair_entry en;
		struct pair_entry vi;

		assert_true(
			catalogue_pair(both[0], pairs[i][0], pairs[i][1], &en));
		assert_true(
			catalogue_pair(both[1], pairs[i][0], pairs[i][1], &vi));
		assert_true(en.summary.len > 60 && vi.summary.len > 60);
		assert_false(slice_eq(en.summary, vi.summary));
		assert_false(slice_eq(en.use_a, vi.use_a));
		assert_false(slice_eq(en.use_b, vi.use_b));
	}
}

static void a_pair_given_the_other_way_round_is_turned(void **state)
{
	struct catalogue **both = *state;
	struct pair_entry given;
	struct pair_entry turned;

	assert_true(catalogue_pair(both[0], 100, 438, &given));
	assert_true(catalogue_pair(both[0], 438, 100, &turned));
	assert_true(slice_eq(given.use_a, turned.use_b));
	assert_true(slice_eq(given.use_b, turned.use_a));
	assert_true(slice_eq(given.summary, turned.summary));
	assert_false(catalogue_pair(both[0], 100, 100, &given));
	assert_false(catalogue_pair(both[0], 199, 608, &given));
}

static void notes_of_the_site_are_kept_with_their_code(void **state)
{
	char text[] = "# ours\n\n486\tTrunk 3 is small\r\n"
		      "299\tOur billing\n486\tAsk Binh: số máy bận\n";
	struct catalogue *c = NULL;
	struct problem problem = { "" };
	struct code_entry e;

	(void)state;
	assert_int_equal(catalogue_new(&c, LANGUAGE_EN, &problem), ERR_OK);
	assert_int_equal(
		catalogue_add_notes(c, slice_of(text), "notes", &problem),
		ERR_OK);
	memset(text, 'x', sizeof(text) - 1); /* the catalogue has a copy */
	assert_true(catalogue_code(c, 486, &e));
	assert_true(slice_eq(e.note, SLICE("Trunk 3 is small; "
					   "Ask Binh: số máy bận")));
	assert_true(catalogue_code(c, 299, &e));
	assert_true(slice_eq(e.note, SLICE("Our billing")));
	assert_true(catalogue_code(c, 100, &e));
	assert_false(slice_is_set(e.note));
	catalogue_free(c);
}

static void a_broken_note_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *where;
	} cases[] = {
		{ "486\tone\n600 no tab\n", "notes:2:" },
		{ "486\tone\n800\tno code\n", "notes:2:" },
		{ "486\tone\n\n#\nx\tno number\n", "notes:4:" },
		{ "486\tone\n600\t\n", "notes:2:" },
		{ "486\tone\n600\t\x1b[31mred\n", "notes:2:" },
		{ "486\tone\n600\tbyte \xff\n", "notes:2:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct catalogue *c = NULL;
		struct problem problem = { "" };
		struct code_entry e;

		assert_int_equal(catalogue_new(&c, LANGUAGE_EN, &problem),
				 ERR_OK);
		assert_int_equal(catalogue_add_notes(c, slice_of(cases[i].text),
						     "notes", &problem),
				 ERR_MALFORMED);
		assert_non_null(strstr(problem.text, cases[i].where));
		assert_true(catalogue_code(c, 486, &e));
		assert_true(slice_eq(e.note, SLICE("one")));
		assert_true(catalogue_code(c, 600, &e));
		assert_false(slice_is_set(e.note));
		catalogue_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_registered_code_has_its_row),
		cmocka_unit_test(every_code_speaks_both_languages),
		cmocka_unit_test(keys_of_every_code_have_words),
		cmocka_unit_test(related_codes_are_rows_too),
		cmocka_unit_test(an_unknown_code_is_explained_by_its_class),
		cmocka_unit_test(
			numbers_that_stacks_make_up_are_rows_of_their_own),
		cmocka_unit_test(numbers_outside_100_to_699_are_no_codes),
		cmocka_unit_test(pairs_that_people_confuse_are_written_out),
		cmocka_unit_test(a_pair_given_the_other_way_round_is_turned),
		cmocka_unit_test(notes_of_the_site_are_kept_with_their_code),
		cmocka_unit_test(a_broken_note_is_told_with_its_line),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
