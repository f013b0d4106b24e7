/* Tab-separated tables: names, cells, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "sipmon/base/table.h"

#define assert_slice(got, literal) assert_true(slice_eq(got, SLICE(literal)))

static struct table *parsed(struct slice text)
{
	struct problem problem = { "" };
	struct table *t = NULL;

	assert_int_equal(table_parse(&t, text, "x.tsv", &problem), ERR_OK);
	assert_string_equal(problem.text, "");
	return t;
}

static void rows_have_the_cells_of_their_columns(void **state)
{
	struct table *t = parsed(SLICE("# codes\n"
				       "code\tphrase\tnote\n"
				       "\n"
				       "180\tRinging\t-\n"
				       "# more\n"
				       "486\t\tbusy - here\n"));
	int phrase = table_column(t, "phrase");
	int note = table_column(t, "note");

	(void)state;
	assert_int_equal(table_rows(t), 2);
	assert_int_equal(table_column(t, "code"), 0);
	assert_int_equal(phrase, 1);
	assert_int_equal(table_column(t, "cod"), -1);
	assert_slice(table_cell(t, 0, phrase), "Ringing");
	assert_false(slice_is_set(table_cell(t, 0, note)));
	assert_true(slice_is_set(table_cell(t, 1, phrase)));
	assert_int_equal(table_cell(t, 1, phrase).len, 0);
	assert_slice(table_cell(t, 1, note), "busy - here");
	assert_false(slice_is_set(table_cell(t, 0, -1)));
	assert_false(slice_is_set(table_cell(t, 0, 3)));
	assert_false(slice_is_set(table_cell(t, 2, 0)));
	table_free(t);
}

static void a_row_is_found_by_its_cell(void **state)
{
	struct table *t = parsed(SLICE("a\tb\n1\t-\n2\tx\n2\ty\n"));

	(void)state;
	assert_int_equal(table_find(t, 0, SLICE("2")), 1);
	assert_int_equal(table_find(t, 1, SLICE("y")), 2);
	assert_int_equal(table_find(t, 0, SLICE("3")), 3);
	assert_int_equal(table_find(t, -1, SLICE("1")), 3);
	/* what is absent is not found, by whatever key */
	assert_int_equal(table_find(t, 1, SLICE("")), 3);
	assert_int_equal(table_find(t, -1, SLICE("")), 3);
	table_free(t);
}

static void line_ends_may_be_of_either_kind_or_missing(void **state)
{
	struct table *t = parsed(SLICE("a\tb\r\n1\t2\r\n\r\n3\t4"));

	(void)state;
	assert_int_equal(table_rows(t), 2);
	assert_int_equal(table_column(t, "b"), 1);
	assert_slice(table_cell(t, 0, 1), "2");
	assert_slice(table_cell(t, 1, 1), "4");
	table_free(t);
}

static void a_table_may_have_no_rows(void **state)
{
	struct table *t = parsed(SLICE("a"));

	(void)state;
	assert_int_equal(table_rows(t), 0);
	assert_int_equal(table_find(t, 0, SLICE("a")), 0);
	table_free(t);
	table_free(NULL);
}

static void a_broken_row_is_named_with_its_line(void **state)
{
	static const struct {
		struct slice text;
		const char *problem;
	} cases[] = {
		{ { "a\tb\n# \n1\n", 10 }, "x.tsv:3: 1 columns, expected 2" },
		{ { "a\tb\n1\t2\t3", 9 }, "x.tsv:2: 3 columns, expected 2" },
		{ { "\n#a\n", 4 }, "x.tsv: no line of column names" },
		{ { "", 0 }, "x.tsv: no line of column names" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct problem problem = { "" };
		struct table *t = NULL;

		assert_int_equal(
			table_parse(&t, cases[i].text, "x.tsv", &problem),
			ERR_MALFORMED);
		assert_null(t);
		assert_string_equal(problem.text, cases[i].problem);
	}
}

static void columns_have_a_ceiling(void **state)
{
	char text[TABLE_COLUMNS_MAX * 2 + 2];
	struct slice all = { text, TABLE_COLUMNS_MAX * 2 - 1 };
	struct problem problem = { "" };
	struct table *t = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 == 0 ? 'c' : '\t';
	assert_int_equal(table_parse(&t, all, "x", &problem), ERR_OK);
	table_free(t);
	t = NULL;
	all.len += 2;
	assert_int_equal(table_parse(&t, all, "x", &problem), ERR_LIMIT);
	assert_null(t);
	assert_string_equal(problem.text, "x:1: too many columns");
}

static void many_rows_fit(void **state)
{
	static char text[20000];
	size_t len = 0;
	struct table *t;

	(void)state;
	len += (size_t)snprintf(text, sizeof(text), "n\n");
	for (unsigned i = 0; i < 2000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%u\n",
					i);
	t = parsed((struct slice){ text, len });
	assert_int_equal(table_rows(t), 2000);
	assert_slice(table_cell(t, 1999, 0), "1999");
	assert_int_equal(table_find(t, 0, SLICE("1234")), 1234);
	table_free(t);
}

static void a_list_cell_has_items(void **state)
{
	struct slice rest = SLICE("one |  two|three | | four");
	struct slice item;

	(void)state;
	assert_true(table_item_next(&rest, &item));
	assert_slice(item, "one");
	assert_true(table_item_next(&rest, &item));
	assert_slice(item, "two|three");
	assert_true(table_item_next(&rest, &item));
	assert_slice(item, "| four");
	assert_false(table_item_next(&rest, &item));
	rest = SLICE_NONE;
	assert_false(table_item_next(&rest, &item));
	rest = SLICE("");
	assert_false(table_item_next(&rest, &item));
	rest = SLICE("a | ");
	assert_true(table_item_next(&rest, &item));
	assert_slice(item, "a");
	assert_false(table_item_next(&rest, &item));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_the_cells_of_their_columns),
		cmocka_unit_test(a_row_is_found_by_its_cell),
		cmocka_unit_test(line_ends_may_be_of_either_kind_or_missing),
		cmocka_unit_test(a_table_may_have_no_rows),
		cmocka_unit_test(a_broken_row_is_named_with_its_line),
		cmocka_unit_test(columns_have_a_ceiling),
		cmocka_unit_test(many_rows_fit),
		cmocka_unit_test(a_list_cell_has_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
