/* A line of input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/ui/keymap.h"
#include "sipmon/ui/prompt.h"

static struct prompt p;

static int begin(void **state)
{
	(void)state;
	memset(&p, 0, sizeof(p));
	prompt_begin(&p, SLICE(""));
	return 0;
}

static void type(const char *text)
{
	for (; *text != '\0'; text++)
		assert_int_equal(prompt_key(&p, *text), PROMPT_MORE);
}

static void keys(const int32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		prompt_key(&p, list[i]);
}

#define KEYS(...)                                                              \
	keys((const int32_t[]){ __VA_ARGS__ },                                 \
	     sizeof((int32_t[]){ __VA_ARGS__ }) / sizeof(int32_t))

static void what_is_typed_goes_to_the_cursor(void **state)
{
	(void)state;
	type("cde == 4");
	KEYS(KEY_CODE_HOME, KEY_CODE_RIGHT, 'o');
	assert_string_equal(p.text, "code == 4");
	KEYS(KEY_CODE_END, '8', '6', KEY_CODE_LEFT, KEY_CODE_BACKSPACE);
	assert_string_equal(p.text, "code == 46");
	KEYS(KEY_CODE_DELETE, KEY_CODE_DELETE);
	assert_string_equal(p.text, "code == 4");
	KEYS(23); /* ^W */
	assert_string_equal(p.text, "code == ");
	KEYS(21); /* ^U */
	assert_string_equal(p.text, "");
	KEYS(KEY_CODE_BACKSPACE, KEY_CODE_LEFT, KEY_CODE_RIGHT,
	     KEY_CODE_DELETE);
	assert_string_equal(p.text, "");
}

static void characters_are_edited_as_a_whole(void **state)
{
	(void)state;
	/* Nguyen with one letter of three bytes, and e with two marks. */
	KEYS('N', 0x1ec5, 'e', 0x302, 0x303, 'x');
	assert_string_equal(p.text, "N\xe1\xbb\x85"
				    "e\xcc\x82\xcc\x83x");
	KEYS(KEY_CODE_LEFT, KEY_CODE_BACKSPACE);
	assert_string_equal(p.text, "N\xe1\xbb\x85x");
	KEYS(KEY_CODE_BACKSPACE);
	assert_string_equal(p.text, "Nx");
}

static void controls_and_strange_codes_do_not_get_in(void **state)
{
	(void)state;
	KEYS('a', 7, 0x202e, 0x9b, 0xd800, KEY_CODE_F1, KEY_CODE_PASTE_BEGIN,
	     -5, KEY_CODE_TAB, 'b');
	assert_string_equal(p.text, "ab");
	prompt_begin(&p, SLICE("x\033[31m\xff y"));
	assert_string_equal(p.text, "x[31m y");
}

static void the_history_gives_back_and_keeps_the_unfinished_line(void **state)
{
	(void)state;
	type("one");
	assert_int_equal(prompt_key(&p, KEY_CODE_ENTER), PROMPT_DONE);
	assert_true(slice_eq(prompt_text(&p), SLICE("one")));
	prompt_begin(&p, SLICE(""));
	type("two");
	KEYS(KEY_CODE_ENTER);
	prompt_begin(&p, SLICE(""));
	type("thr");
	KEYS(KEY_CODE_UP);
	assert_string_equal(p.text, "two");
	KEYS(KEY_CODE_UP, KEY_CODE_UP, KEY_CODE_UP);
	assert_string_equal(p.text, "one");
	KEYS(KEY_CODE_DOWN, KEY_CODE_DOWN, KEY_CODE_DOWN);
	assert_string_equal(p.text, "thr");
}

static void the_history_has_an_end_and_no_neighbours_alike(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * PROMPT_HISTORY; i++) {
		prompt_begin(&p, SLICE(""));
		KEYS('a' + (int32_t)(i / 2), KEY_CODE_ENTER);
	}
	assert_int_equal(p.history_count, PROMPT_HISTORY);
	prompt_begin(&p, SLICE(""));
	KEYS(KEY_CODE_UP);
	assert_string_equal(p.text, "x"); /* 'a' + 47 / 2 */
	KEYS(KEY_CODE_UP);
	assert_string_equal(p.text, "w");
}

static void a_line_has_a_ceiling(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * PROMPT_BYTES; i++)
		prompt_key(&p, 0x1ec5);
	assert_true(p.len < PROMPT_BYTES);
	assert_int_equal(p.len % 3, 0);
	assert_int_equal(strlen(p.text), p.len);
}

static void escape_and_interrupt_give_up(void **state)
{
	(void)state;
	assert_int_equal(prompt_key(&p, KEY_CODE_ESCAPE), PROMPT_CANCELLED);
	assert_int_equal(prompt_key(&p, 3), PROMPT_CANCELLED);
}

static void the_cursor_is_seen_in_a_line_longer_than_the_row(void **state)
{
	struct canvas *c = canvas_new(1, 20);
	bool visible = false;
	int row;
	int column;

	(void)state;
	type("0123456789012345678901234567890123456789");
	for (int limit = 1; limit <= 20; limit++) {
		canvas_clear(c);
		prompt_draw(&p, c, 0, 0, limit, "Filter: ");
		canvas_cursor(c, &row, &column, &visible);
		assert_in_range(column, 0, limit - 1);
	}
	assert_true(visible);
	assert_int_equal(column, 19);
	assert_string_equal(canvas_cell(c, 0, 18)->text, "9");
	KEYS(KEY_CODE_HOME);
	prompt_draw(&p, c, 0, 0, -1, "Filter: ");
	canvas_cursor(c, &row, &column, &visible);
	assert_int_equal(column, 8);
	canvas_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_typed_goes_to_the_cursor, begin),
		cmocka_unit_test_setup(characters_are_edited_as_a_whole, begin),
		cmocka_unit_test_setup(controls_and_strange_codes_do_not_get_in,
				       begin),
		cmocka_unit_test_setup(
			the_history_gives_back_and_keeps_the_unfinished_line,
			begin),
		cmocka_unit_test_setup(
			the_history_has_an_end_and_no_neighbours_alike, begin),
		cmocka_unit_test_setup(a_line_has_a_ceiling, begin),
		cmocka_unit_test_setup(escape_and_interrupt_give_up, begin),
		cmocka_unit_test_setup(
			the_cursor_is_seen_in_a_line_longer_than_the_row,
			begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
