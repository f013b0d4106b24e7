/* The tables as they are compiled in, and tables that are broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "sipmon/catalogue/catalogue.h"

/* The smallest tables that make a catalogue. */
#define TABLES                                                                 \
	{ "codes", { NULL, 0 } }, { "pairs", { NULL, 0 } },                    \
		{ "reasons", { NULL, 0 } }, { "locations", { NULL, 0 } },      \
		{ "vendors", { NULL, 0 } }, { "warnings", { NULL, 0 } },       \
		{ "methods", { NULL, 0 } }, { "headers", { NULL, 0 } },        \
		{ "findings", { NULL, 0 } }, { "states", { NULL, 0 } },        \
		{ "terms", { NULL, 0 } }, { "verdicts", { NULL, 0 } },         \
		{ "caveats", { NULL, 0 } }, { "timers", { NULL, 0 } },         \
	{                                                                      \
		"vi/codes",                                                    \
		{                                                              \
			NULL, 0                                                \
		}                                                              \
	}

#define COLUMNS                                                                \
	"code\tphrase\taliases\treference\tsent_by\tmethods\theaders\tends\t"  \
	"retry\trelated\tstatus\tdescription\twhen\tfix\n"
#define ROW_100                                                                \
	"100\tTrying\t-\tRFC 3261\tproxy\tINVITE\t-\tnothing\twait\t180\t"     \
	"registered\tWorking on it.\tAt once\tNothing\n"
#define ROW_180                                                                \
	"180\tRinging\t-\tRFC 3261\tuas\tINVITE\t-\tnothing\twait\t100\t"      \
	"registered\tIt rings.\tLater\tWait\n"

#define METHOD_COLUMNS                                                         \
	"method\treference\ttransaction\tdialog\tanswers\tdescription\t"       \
	"when\tfix\n"

static const char *const rest[] = {
	"a\tb\tsummary\tuse_a\tuse_b\twatch\n",
	"protocol\tcause\ttext\tmeaning\tfix\tsip\n",
	"value\tmeaning\n",
	"vendor\tcode\tsub_code\tmeaning\taction\n",
	"code\ttext\treference\tgroup\tmeaning\twhen\tfix\n",
	METHOD_COLUMNS,
	"name\tcompact\treference\tmeaning\twrong\n",
	"kind\tseverity\treference\ttitle\tmeaning\tevidence\tremedy\n",
	"state\tmeaning\n",
	"kind\tkey\ttext\n",
	"name\tcode\ttitle\tmeaning\twhen\tremedy\n",
	"name\ttitle\tmeaning\tremedy\n",
	"timer\tname\treference\tmeaning\texpected\n",
	"code\tdescription\twhen\tfix\n180\tChuông reo.\tSau\tChờ\n",
};

static enum err made(struct catalogue **out, const char *codes,
		     enum language lang, struct problem *problem)
{
	struct catalogue_table tables[] = { TABLES };
	size_t count = sizeof(tables) / sizeof(tables[0]);

	tables[0].text = slice_of(codes);
	for (size_t i = 1; i < count; i++)
		tables[i].text = slice_of(rest[i - 1]);
	return catalogue_new_from(out, lang, tables, count, problem);
}

static void the_tables_that_are_compiled_in_are_whole(void **state)
{
	(void)state;
	for (unsigned lang = 0; lang < LANGUAGES; lang++) {
		struct catalogue *c = NULL;
		struct problem problem = { "" };
		enum err e = catalogue_new(&c, (enum language)lang, &problem);

		assert_string_equal(problem.text, "");
		assert_int_equal(e, ERR_OK);
		assert_int_equal(catalogue_language(c), lang);
		catalogue_free(c);
	}
}

static void a_row_with_a_column_missing_is_told_with_its_line(void **state)
{
	struct catalogue *c = NULL;
	struct problem problem = { "" };

	(void)state;
	assert_int_equal(made(&c, COLUMNS ROW_100 "180\tRinging\n", LANGUAGE_EN,
			      &problem),
			 ERR_MALFORMED);
	assert_null(c);
	assert_non_null(strstr(problem.text, "codes.tsv:3:"));
}

static void a_table_without_a_column_is_told(void **state)
{
	struct catalogue *c = NULL;
	struct problem problem = { "" };

	(void)state;
	assert_int_equal(
		made(&c, "code\tphrase\n100\tTrying\n", LANGUAGE_EN, &problem),
		ERR_MALFORMED);
	assert_non_null(strstr(problem.text, "codes.tsv"));
	assert_non_null(strstr(problem.text, "aliases"));
}

static void a_missing_table_is_told(void **state)
{
	struct catalogue *c = NULL;
	struct problem problem = { "" };

	(void)state;
	assert_int_equal(catalogue_new_from(&c, LANGUAGE_EN, NULL, 0, &problem),
			 ERR_MALFORMED);
	assert_non_null(strstr(problem.text, "codes"));
}

static void codes_out_of_order_and_no_codes_are_told(void **state)
{
	static const char *const broken[] = {
		COLUMNS ROW_180 ROW_100,
		COLUMNS ROW_100 ROW_100,
		COLUMNS "99" ROW_100,
		COLUMNS "x" ROW_100,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct catalogue *c = NULL;
		struct problem problem = { "" };

		assert_int_equal(made(&c, broken[i], LANGUAGE_EN, &problem),
				 ERR_MALFORMED);
		assert_non_null(strstr(problem.text, "codes.tsv"));
	}
}

static void what_is_not_translated_is_english(void **state)
{
	struct catalogue *c = NULL;
	struct problem problem = { "" };
	struct code_entry e;

	(void)state;
	assert_int_equal(
		made(&c, COLUMNS ROW_100 ROW_180, LANGUAGE_VI, &problem),
		ERR_OK);
	assert_true(catalogue_code(c, 100, &e));
	assert_true(slice_eq(e.description, SLICE("Working on it.")));
	assert_true(catalogue_code(c, 180, &e));
	assert_true(slice_eq(e.description, SLICE("Chuông reo.")));
	assert_true(slice_eq(e.phrase, SLICE("Ringing")));
	catalogue_free(c);
}

static void languages_are_known_by_name_and_locale(void **state)
{
	static const struct {
		const char *name;
		bool known;
		enum language is;
	} cases[] = {
		{ "en", true, LANGUAGE_EN },
		{ "vi", true, LANGUAGE_VI },
		{ "VI", true, LANGUAGE_VI },
		{ "vi_VN.UTF-8", true, LANGUAGE_VI },
		{ "vi-VN", true, LANGUAGE_VI },
		{ "en_GB", true, LANGUAGE_EN },
		{ "vi.UTF-8", true, LANGUAGE_VI },
		{ "C", false, LANGUAGE_EN },
		{ "", false, LANGUAGE_EN },
		{ "v", false, LANGUAGE_EN },
		{ "vietnamese", false, LANGUAGE_EN },
		{ "de_DE", false, LANGUAGE_EN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum language is = LANGUAGE_EN;

		assert_int_equal(language_of(slice_of(cases[i].name), &is),
				 cases[i].known);
		assert_int_equal(is, cases[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_that_are_compiled_in_are_whole),
		cmocka_unit_test(
			a_row_with_a_column_missing_is_told_with_its_line),
		cmocka_unit_test(a_table_without_a_column_is_told),
		cmocka_unit_test(a_missing_table_is_told),
		cmocka_unit_test(codes_out_of_order_and_no_codes_are_told),
		cmocka_unit_test(what_is_not_translated_is_english),
		cmocka_unit_test(languages_are_known_by_name_and_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
