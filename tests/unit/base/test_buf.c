/* Growing bytes: the ceiling is exact, and what failed stays failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/buf.h"

static void appended_bytes_stand_one_after_the_other(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_int_equal(buf_slice(&b).len, 0);
	assert_true(slice_is_set(buf_slice(&b)));
	buf_add(&b, SLICE("a\0b"));
	buf_add(&b, SLICE_NONE);
	buf_add_char(&b, '-');
	buf_add_text(&b, "text");
	buf_add_text(&b, NULL);
	buf_add_format(&b, "%d%%%s", 42, "");
	assert_true(slice_eq(buf_slice(&b), SLICE("a\0b-text42%")));
	assert_false(b.failed);
	buf_free(&b);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 1000);
}

static void bytes_stay_when_the_buffer_grows(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (unsigned i = 0; i < 100000; i++)
		buf_add_char(&b, (char)('a' + i % 26));
	assert_false(b.failed);
	assert_int_equal(b.len, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(b.ptr[i], 'a' + i % 26);
	buf_free(&b);
}

static void no_append_goes_over_the_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_add(&b, SLICE("12345678"));
	assert_false(b.failed);
	buf_add(&b, SLICE("abc"));
	assert_true(b.failed);
	assert_int_equal(b.len, 8);
	buf_add_char(&b, '9');
	buf_add_char(&b, '0');
	assert_int_equal(b.len, 10);
	buf_add_char(&b, 'x');
	assert_int_equal(b.len, 10);
	assert_true(b.failed);
	buf_clear(&b);
	assert_false(b.failed);
	buf_add_format(&b, "%s", "12345678901");
	assert_true(b.failed);
	assert_true(b.len <= 10);
	buf_free(&b);
}

static void a_full_buffer_is_no_failure(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_add_format(&b, "%s", "1234567890");
	assert_false(b.failed);
	assert_true(slice_eq(buf_slice(&b), SLICE("1234567890")));
	buf_free(&b);
	buf_init(&b, 0);
	buf_add(&b, SLICE(""));
	buf_add_format(&b, "%s", "");
	assert_false(b.failed);
	buf_add_char(&b, 'a');
	assert_true(b.failed);
	buf_free(&b);
}

static void a_format_may_be_longer_than_a_guess(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	buf_add_format(&b, "%0300d|%0500d", 1, 2);
	assert_false(b.failed);
	assert_int_equal(b.len, 801);
	assert_int_equal(b.ptr[299], '1');
	assert_int_equal(b.ptr[300], '|');
	assert_int_equal(b.ptr[800], '2');
	/* around the sizes to which the buffer grows */
	for (int n = 250; n < 260; n++) {
		buf_free(&b);
		buf_add_format(&b, "%0*d", n, 7);
		assert_int_equal(b.len, n);
		assert_int_equal(b.ptr[n - 1], '7');
		assert_int_equal(b.ptr[0], '0');
	}
	assert_false(b.failed);
	buf_free(&b);
}

static void reserved_room_can_be_written(void **state)
{
	struct buf b;
	char *here;

	(void)state;
	buf_init(&b, 5000);
	buf_add_char(&b, 'a');
	here = buf_reserve(&b, 4999);
	assert_non_null(here);
	memset(here, 'z', 4999);
	b.len += 4999;
	assert_null(buf_reserve(&b, 1));
	assert_true(b.failed);
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_int_equal(b.ptr[0], 'a');
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appended_bytes_stand_one_after_the_other),
		cmocka_unit_test(bytes_stay_when_the_buffer_grows),
		cmocka_unit_test(no_append_goes_over_the_ceiling),
		cmocka_unit_test(a_full_buffer_is_no_failure),
		cmocka_unit_test(a_format_may_be_longer_than_a_guess),
		cmocka_unit_test(reserved_room_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
