/* The grid of cells: what fits, what is cut, what strangers may not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/ui/canvas.h"

#define NGUYEN     "Nguy\xe1\xbb\x85n"        /* e with circumflex and tilde */
#define DECOMPOSED "Nguye\xcc\x82\xcc\x83n"   /* the same, with two marks */
#define HAN        "\xe6\xbc\xa2\xe5\xad\x97" /* two wide characters */

static char row[4096];

static const char *text_of(const struct canvas *c, int at)
{
	return canvas_row_text(c, at, row, sizeof(row));
}

static void text_is_cut_at_the_right_edge(void **state)
{
	struct canvas *c = canvas_new(2, 8);

	(void)state;
	assert_int_equal(canvas_put(c, 0, 5, -1, STYLE_TEXT, SLICE("INVITE")),
			 8);
	assert_string_equal(text_of(c, 0), "     INV");
	assert_string_equal(text_of(c, 1), "");
	canvas_free(c);
}

static void a_wide_character_is_never_cut_in_half(void **state)
{
	struct canvas *c = canvas_new(1, 4);

	(void)state;
	canvas_put(c, 0, 1, -1, STYLE_TEXT, SLICE(HAN));
	assert_string_equal(text_of(c, 0), " \xe6\xbc\xa2");
	assert_int_equal(canvas_cell(c, 0, 1)->width, 2);
	assert_int_equal(canvas_cell(c, 0, 2)->width, 0);
	/* Whoever writes on one half takes away both. */
	canvas_put(c, 0, 2, -1, STYLE_TEXT, SLICE("x"));
	assert_string_equal(text_of(c, 0), "  x");
	canvas_put(c, 0, 0, -1, STYLE_TEXT, SLICE(HAN));
	canvas_put(c, 0, 2, -1, STYLE_TEXT, SLICE("y"));
	assert_string_equal(text_of(c, 0), "\xe6\xbc\xa2y");
	canvas_free(c);
}

static void marks_join_the_character_before_them(void **state)
{
	struct canvas *c = canvas_new(1, 10);

	(void)state;
	assert_int_equal(canvas_put(c, 0, 0, -1, STYLE_TEXT, SLICE(DECOMPOSED)),
			 6);
	assert_string_equal(text_of(c, 0), DECOMPOSED);
	assert_string_equal(canvas_cell(c, 0, 4)->text, "e\xcc\x82\xcc\x83");
	/* More marks than a cell holds are dropped, the cell stays whole. */
	canvas_put(c, 0, 0, -1, STYLE_TEXT,
		   SLICE("a\xcc\x82\xcc\x82\xcc\x82\xcc\x82\xcc\x82\xcc\x82\xcc"
			 "\x82"));
	assert_string_equal(canvas_cell(c, 0, 0)->text,
			    "a\xcc\x82\xcc\x82\xcc\x82\xcc\x82\xcc\x82");
	canvas_free(c);
}

static void controls_are_shown_as_escapes_in_another_style(void **state)
{
	struct canvas *c = canvas_new(1, 40);

	(void)state;
	canvas_put(c, 0, 0, -1, STYLE_REQUEST,
		   SLICE("a\033]0;x\a\xe2\x80\xae\xff"));
	assert_string_equal(text_of(c, 0), "a\\x1b]0;x\\x07\\u202e\\xff");
	assert_int_equal(canvas_cell(c, 0, 0)->role, STYLE_REQUEST);
	assert_int_equal(canvas_cell(c, 0, 1)->role, STYLE_NOTE);
	canvas_free(c);
}

static void every_byte_value_leaves_no_control_in_the_cells(void **state)
{
	struct canvas *c = canvas_new(1, 1000);
	char all[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (char)(i < 256 ? i : i * 7);
	canvas_put(c, 0, 0, -1, STYLE_TEXT, (struct slice){ all, sizeof(all) });
	for (int i = 0; i < 1000; i++)
		for (const char *p = canvas_cell(c, 0, i)->text; *p != '\0';
		     p++)
			assert_true((unsigned char)*p >= ' ' && *p != 127);
	canvas_free(c);
}

static void a_field_has_its_width_and_tells_what_was_cut(void **state)
{
	struct canvas *c = canvas_new(1, 20);

	(void)state;
	assert_int_equal(canvas_put_field(c, 0, 2, 6, false, STYLE_TEXT,
					  SLICE("proceeding")),
			 8);
	assert_string_equal(text_of(c, 0), "  proce~");
	canvas_put_field(c, 0, 2, 6, true, STYLE_TEXT, SLICE("42"));
	canvas_put(c, 0, 8, -1, STYLE_TEXT, SLICE("|"));
	assert_string_equal(text_of(c, 0), "      42|");
	canvas_put_field(c, 0, 2, 6, false, STYLE_TEXT, SLICE(NGUYEN));
	assert_string_equal(text_of(c, 0), "  " NGUYEN "|");
	/* A wide character that has half a place gives way as a whole. */
	canvas_put_field(c, 0, 2, 4, false, STYLE_TEXT, SLICE(HAN HAN));
	assert_int_equal(canvas_cell(c, 0, 4)->text[0], '~');
	canvas_free(c);
}

static void without_utf8_lines_are_ascii(void **state)
{
	struct canvas *c = canvas_new(1, 10);

	(void)state;
	canvas_set_ascii(c, true);
	canvas_fill(c, 0, 0, 3, STYLE_DIM, LINE_HORIZONTAL);
	canvas_fill(c, 0, 3, 1, STYLE_DIM, LINE_ARROW_RIGHT);
	canvas_fill(c, 0, 4, 4, STYLE_DIM, LINE_DASHED);
	canvas_put(c, 0, 8, -1, STYLE_TEXT, SLICE("\xe2\x82\xab!"));
	assert_string_equal(text_of(c, 0), "--->- - ?!");
	canvas_set_ascii(c, false);
	canvas_fill(c, 0, 0, 1, STYLE_DIM, LINE_HORIZONTAL);
	assert_string_equal(canvas_cell(c, 0, 0)->text, "\xe2\x94\x80");
	canvas_free(c);
}

static void nothing_is_written_outside(void **state)
{
	struct canvas *c = canvas_new(2, 3);

	(void)state;
	canvas_put(c, -1, 0, -1, STYLE_TEXT, SLICE("abc"));
	canvas_put(c, 2, 0, -1, STYLE_TEXT, SLICE("abc"));
	canvas_put(c, 0, -2, -1, STYLE_TEXT, SLICE("abc"));
	canvas_put(c, 1, 50, -1, STYLE_TEXT, SLICE("abc"));
	canvas_fill(c, 1, -5, 6, STYLE_TEXT, LINE_BLOCK);
	canvas_mark(c, 7, 0, 3, EXTRA_CURSOR);
	canvas_mark(c, 0, -1, 100, EXTRA_CURSOR);
	canvas_put_field(c, 0, -4, 3, false, STYLE_TEXT, SLICE("abcdef"));
	canvas_put_field(c, 1, 2, 90, true, STYLE_TEXT, SLICE("r"));
	canvas_set_cursor(c, 9, 9, true);
	assert_string_equal(text_of(c, 0), "c");
	assert_int_equal(canvas_cell(c, 0, 2)->extra, EXTRA_CURSOR);
	assert_int_equal(canvas_cell(c, -1, 99)->text[0], ' ');
	canvas_free(c);
}

static void sides_have_a_ceiling_and_a_floor(void **state)
{
	struct canvas *c = canvas_new(0, -7);

	(void)state;
	assert_int_equal(canvas_rows(c), 1);
	assert_int_equal(canvas_columns(c), 1);
	assert_true(canvas_resize(c, 5000, 2));
	assert_int_equal(canvas_rows(c), CANVAS_SIDE_MAX);
	canvas_free(c);
}

/* Each word without its marks, as one types it on a plain keyboard. */
static void ascii_takes_the_marks_off_latin_letters(void **state)
{
	struct canvas *c = canvas_new(2, 60);
	char text[256];

	(void)state;
	assert_non_null(c);
	canvas_set_ascii(c, true);
	canvas_put_text(c, 0, 0, -1, STYLE_TEXT,
			"Đường đã nghẽn, Ước gì sửa được Ở ĐÂY Ỹ ỵ ặ");
	canvas_put_text(c, 1, 0, -1, STYLE_TEXT, "Jürgen Škoda 日 n");
	assert_string_equal(canvas_row_text(c, 0, text, sizeof(text)),
			    "Duong da nghen, Uoc gi sua duoc O DAY Y y a");
	assert_string_equal(canvas_row_text(c, 1, text, sizeof(text)),
			    "Jurgen Skoda ?? n");
	canvas_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_at_the_right_edge),
		cmocka_unit_test(a_wide_character_is_never_cut_in_half),
		cmocka_unit_test(marks_join_the_character_before_them),
		cmocka_unit_test(
			controls_are_shown_as_escapes_in_another_style),
		cmocka_unit_test(
			every_byte_value_leaves_no_control_in_the_cells),
		cmocka_unit_test(a_field_has_its_width_and_tells_what_was_cut),
		cmocka_unit_test(without_utf8_lines_are_ascii),
		cmocka_unit_test(nothing_is_written_outside),
		cmocka_unit_test(sides_have_a_ceiling_and_a_floor),
		cmocka_unit_test(ascii_takes_the_marks_off_latin_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
