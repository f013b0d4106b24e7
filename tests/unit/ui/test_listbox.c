/* Cursor and window of a long list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/ui/listbox.h"

static void the_cursor_stays_inside_and_in_view(void **state)
{
	static const struct {
		enum ui_action action;
		size_t cursor;
		size_t top;
	} steps[] = {
		{ ACTION_UP, 0, 0 },          { ACTION_DOWN, 1, 0 },
		{ ACTION_PAGE_DOWN, 11, 10 }, { ACTION_HALF_DOWN, 16, 15 },
		{ ACTION_LAST, 99, 90 },      { ACTION_DOWN, 99, 90 },
		{ ACTION_PAGE_DOWN, 99, 90 }, { ACTION_UP, 98, 90 },
		{ ACTION_PAGE_UP, 88, 80 },   { ACTION_HALF_UP, 83, 75 },
		{ ACTION_FIRST, 0, 0 },       { ACTION_PAGE_UP, 0, 0 },
	};
	struct listbox l = { 0 };

	(void)state;
	listbox_set(&l, 100, 10);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_true(listbox_key(&l, steps[i].action));
		assert_int_equal(l.cursor, steps[i].cursor);
		assert_int_equal(l.top, steps[i].top);
	}
	assert_false(listbox_key(&l, ACTION_OPEN));
}

static void an_empty_list_takes_every_key(void **state)
{
	struct listbox l = { 0 };

	(void)state;
	for (unsigned a = 0; a < ACTIONS; a++) {
		listbox_key(&l, (enum ui_action)a);
		assert_int_equal(l.cursor, 0);
		assert_int_equal(l.top, 0);
	}
	assert_false(listbox_is_last(&l));
}

static void a_smaller_window_keeps_the_cursor_in_view(void **state)
{
	struct listbox l = { 0 };

	(void)state;
	listbox_set(&l, 50, 20);
	listbox_go(&l, 19);
	assert_int_equal(l.top, 0);
	listbox_set(&l, 50, 5);
	assert_int_equal(l.cursor, 19);
	assert_int_equal(l.top, 15);
	listbox_set(&l, 50, 0);
	assert_int_equal(l.top, 19);
	listbox_set(&l, 3, 20);
	assert_int_equal(l.cursor, 2);
	assert_int_equal(l.top, 0);
}

static void rows_that_go_take_nothing_along(void **state)
{
	struct listbox l = { 0 };

	(void)state;
	listbox_set(&l, 100, 10);
	listbox_go(&l, 50);
	listbox_remove(&l, 3); /* above the window */
	assert_int_equal(l.cursor, 49);
	assert_int_equal(l.top, 40);
	listbox_remove(&l, 80); /* below it */
	assert_int_equal(l.cursor, 49);
	listbox_go(&l, 97);
	assert_true(listbox_is_last(&l));
	listbox_remove(&l, 97); /* the last one */
	assert_int_equal(l.cursor, 96);
	listbox_remove(&l, 1000);
	assert_int_equal(l.count, 97);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_stays_inside_and_in_view),
		cmocka_unit_test(an_empty_list_takes_every_key),
		cmocka_unit_test(a_smaller_window_keeps_the_cursor_in_view),
		cmocka_unit_test(rows_that_go_take_nothing_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
