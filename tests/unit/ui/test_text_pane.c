/* Text that wraps by display cells, scrolls and is searched. */
#include "scene.h"

#include "sipmon/base/utf8.h"
#include "sipmon/ui/text_pane.h"

static int new_pane(void **state)
{
	*state = text_pane_new();
	return *state == NULL;
}

static int free_pane(void **state)
{
	text_pane_free(*state);
	return 0;
}

static void add(struct text_pane *p, const char *text)
{
	struct text_look look = { .role = STYLE_TEXT };

	text_pane_add(p, &look, SLICE_NONE, slice_of(text));
}

/* Row `row` of the pane, drawn alone. */
static const char *row_of(struct text_pane *p, int rows, int columns, int row)
{
	static char text[1024];
	struct canvas *c = canvas_new(rows, columns);

	assert_non_null(c);
	text_pane_draw(p, c, 0, 0, columns, rows, true);
	canvas_row_text(c, row, text, sizeof(text));
	canvas_free(c);
	return text;
}

static void a_line_is_cut_at_blanks(void **state)
{
	static const struct {
		const char *text;
		int width;
		const char *pieces[4];
	} cases[] = {
		{ "one two three", 7, { "one two", "three", NULL } },
		{ "one two three", 8, { "one two ", "three", NULL } },
		{ "abcdefgh", 3, { "abc", "def", "gh", NULL } },
		{ "ab", 1, { "a", "b", NULL } },
		/* two cells each: a third one would end in the fifth cell */
		{ "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97",
		  5,
		  { "\xe4\xb8\xad\xe6\x96\x87", "\xe5\xad\x97", NULL } },
		/* a + combining acute stays one character */
		{ "ca\xcc\x81", 2, { "ca\xcc\x81", NULL } },
		/* \x1b is shown in four cells and not cut */
		{ "a\x1b"
		  "b",
		  5,
		  { "a\x1b", "b", NULL } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice rest = slice_of(cases[i].text);

		for (int k = 0; cases[i].pieces[k] != NULL; k++) {
			struct slice piece;

			assert_true(rest.len > 0);
			piece = text_wrap_next(&rest, cases[i].width);
			assert_true(
				slice_eq(piece, slice_of(cases[i].pieces[k])));
		}
		assert_int_equal(rest.len, 0);
	}
}

static void wrapped_rows_are_indented_as_asked(void **state)
{
	struct text_look look = { .role = STYLE_TEXT, .hang = 2 };

	text_pane_add(*state, &look, SLICE("- "), SLICE("one two three four"));
	assert_string_equal(row_of(*state, 4, 10, 0), "- one two");
	assert_string_equal(row_of(*state, 4, 10, 1), "  three");
	assert_string_equal(row_of(*state, 4, 10, 2), "  four");
}

static void a_text_behind_a_head_begins_at_its_tab(void **state)
{
	struct text_look look = { .role = STYLE_TEXT, .tab = 8, .hang = 8 };

	text_pane_add(*state, &look, SLICE("Retry"), SLICE("later"));
	text_pane_add(*state, &look, SLICE("A long label"), SLICE("x"));
	assert_string_equal(row_of(*state, 4, 40, 0), "Retry   later");
	assert_string_equal(row_of(*state, 4, 40, 1), "A long label x");
}

static void the_rows_of_a_value_begin_in_one_cell(void **state)
{
	struct text_look look = { .role = STYLE_TEXT, .hang = 8, .tab = 8 };

	/* tab and hang are more than a third of the pane */
	text_pane_add(*state, &look, SLICE("Name"),
		      SLICE("one two three four"));
	assert_string_equal(row_of(*state, 4, 22, 0), "Name    one two three");
	assert_string_equal(row_of(*state, 4, 22, 1), "        four");
	/* a name that is longer than the tab */
	text_pane_clear(*state);
	text_pane_add(*state, &look, SLICE("Long name"),
		      SLICE("one two three four"));
	assert_string_equal(row_of(*state, 4, 24, 0),
			    "Long name one two three");
	assert_string_equal(row_of(*state, 4, 24, 1), "          four");
}

static void a_value_without_room_stands_below_its_name(void **state)
{
	struct text_look look = { .role = STYLE_TEXT, .hang = 8, .tab = 8 };

	text_pane_add(*state, &look, SLICE("Name"),
		      SLICE("one two three four"));
	assert_string_equal(row_of(*state, 4, 16, 0), "Name");
	assert_string_equal(row_of(*state, 4, 16, 1), "  one two three");
	assert_string_equal(row_of(*state, 4, 16, 2), "  four");
}

static void scrolling_stops_at_both_ends(void **state)
{
	static const char *const lines[] = { "a", "b", "c", "d", "e" };

	for (int i = 0; i < 5; i++)
		add(*state, lines[i]);
	assert_string_equal(row_of(*state, 2, 10, 0), "a");
	assert_false(text_pane_more_above(*state));
	assert_true(text_pane_more_below(*state));
	assert_true(text_pane_key(*state, ACTION_DOWN));
	assert_string_equal(row_of(*state, 2, 10, 0), "b");
	assert_true(text_pane_key(*state, ACTION_LAST));
	assert_true(text_pane_key(*state, ACTION_DOWN));
	assert_string_equal(row_of(*state, 2, 10, 1), "e");
	assert_false(text_pane_more_below(*state));
	assert_true(text_pane_key(*state, ACTION_FIRST));
	assert_string_equal(row_of(*state, 2, 10, 0), "a");
	assert_false(text_pane_key(*state, ACTION_FILTER));
}

static void a_line_taller_than_the_pane_is_read_to_its_end(void **state)
{
	text_pane_set_cursor_mode(*state, true);
	add(*state, "aa bb cc dd");
	add(*state, "ee");
	assert_string_equal(row_of(*state, 2, 2, 0), "aa");
	text_pane_key(*state, ACTION_DOWN);
	text_pane_key(*state, ACTION_DOWN);
	assert_int_equal(text_pane_cursor(*state), 0);
	assert_string_equal(row_of(*state, 2, 2, 1), "dd");
	text_pane_key(*state, ACTION_DOWN);
	assert_int_equal(text_pane_cursor(*state), 1);
	assert_string_equal(row_of(*state, 2, 2, 1), "ee");
}

static void the_cursor_has_a_sign_and_the_mark_too(void **state)
{
	struct text_look look = { .role = STYLE_TEXT, .mark = '!' };

	text_pane_set_margin(*state, true);
	text_pane_set_cursor_mode(*state, true);
	add(*state, "a");
	text_pane_add(*state, &look, SLICE_NONE, SLICE("b"));
	assert_string_equal(row_of(*state, 2, 10, 0), "> a");
	assert_string_equal(row_of(*state, 2, 10, 1), " !b");
}

static void a_search_goes_round_the_end(void **state)
{
	text_pane_set_cursor_mode(*state, true);
	add(*state, "Via: a");
	add(*state, "To: b");
	add(*state, "via: c");
	text_pane_set_search(*state, SLICE("VIA"));
	assert_true(text_pane_find(*state, false));
	assert_int_equal(text_pane_cursor(*state), 2);
	assert_true(text_pane_find(*state, false));
	assert_int_equal(text_pane_cursor(*state), 0);
	assert_true(text_pane_find(*state, true));
	assert_int_equal(text_pane_cursor(*state), 2);
	text_pane_set_search(*state, SLICE("Route"));
	assert_false(text_pane_find(*state, false));
	assert_int_equal(text_pane_cursor(*state), 2);
}

static void what_was_found_is_shown_in_the_role_of_hits(void **state)
{
	struct canvas *c = canvas_new(1, 20);

	add(*state, "CSeq: 1 INVITE");
	text_pane_set_search(*state, SLICE("seq"));
	text_pane_draw(*state, c, 0, 0, 20, 1, false);
	assert_int_equal(canvas_cell(c, 0, 0)->role, STYLE_TEXT);
	assert_int_equal(canvas_cell(c, 0, 1)->role, STYLE_HIT);
	assert_int_equal(canvas_cell(c, 0, 3)->role, STYLE_HIT);
	assert_int_equal(canvas_cell(c, 0, 4)->role, STYLE_TEXT);
	canvas_free(c);
}

static void any_bytes_fit_in_any_width(void **state)
{
	char all[512];

	for (int i = 0; i < 512; i++)
		all[i] = (char)(i * 7);
	for (int i = 0; i < 50; i++) {
		struct text_look look = { .hang = i, .indent = i, .tab = i };

		text_pane_add(*state, &look, slice_of("head"),
			      (struct slice){ all, (size_t)i * 10 });
	}
	for (int width = 1; width < 60; width++) {
		(void)row_of(*state, 5, width, 4);
		text_pane_key(*state, ACTION_PAGE_DOWN);
	}
}

/* A URL has no blank to be cut at. */
static void a_long_word_begins_beside_its_head(void **state)
{
	struct text_look look = { .role = STYLE_TEXT, .hang = 6, .tab = 6 };

	text_pane_add(*state, &look, SLICE("info"),
		      SLICE("https://cert.example.com/a.cer"));
	assert_string_equal(row_of(*state, 4, 26, 0),
			    "info  https://cert.example");
	assert_string_equal(row_of(*state, 4, 26, 1), "      .com/a.cer");
}

static void rows_are_counted_before_they_are_drawn(void **state)
{
	add(*state, "one two three");
	add(*state, "");
	assert_int_equal(text_pane_rows(*state, 80), 2);
	assert_int_equal(text_pane_rows(*state, 7), 3);
	assert_int_equal(text_pane_rows(*state, 0), 0);
}

#define WITH_PANE(test)                                                        \
	cmocka_unit_test_setup_teardown(test, new_pane, free_pane)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_cut_at_blanks),
		WITH_PANE(a_long_word_begins_beside_its_head),
		WITH_PANE(rows_are_counted_before_they_are_drawn),
		WITH_PANE(wrapped_rows_are_indented_as_asked),
		WITH_PANE(a_text_behind_a_head_begins_at_its_tab),
		WITH_PANE(the_rows_of_a_value_begin_in_one_cell),
		WITH_PANE(a_value_without_room_stands_below_its_name),
		WITH_PANE(scrolling_stops_at_both_ends),
		WITH_PANE(a_line_taller_than_the_pane_is_read_to_its_end),
		WITH_PANE(the_cursor_has_a_sign_and_the_mark_too),
		WITH_PANE(a_search_goes_round_the_end),
		WITH_PANE(what_was_found_is_shown_in_the_role_of_hits),
		WITH_PANE(any_bytes_fit_in_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
