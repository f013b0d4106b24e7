/* Which packet brought the bytes that are held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/stream/mark.h"

static void add(struct marks *m, size_t end, int64_t time_ns, uint64_t order)
{
	marks_add(m, (struct mark){ end, time_ns, order });
}

static void assert_until(const struct marks *m, size_t n, int64_t time_ns,
			 uint64_t order)
{
	struct mark mark = marks_until(m, n);

	assert_int_equal(mark.time_ns, time_ns);
	assert_int_equal(mark.order, order);
}

static void bytes_came_with_the_packet_of_their_last(void **state)
{
	struct marks m = { 0 };

	(void)state;
	assert_int_equal(marks_bytes(&m), 0);
	add(&m, 10, 100, 1);
	add(&m, 15, 200, 2);
	add(&m, 30, 300, 4);
	assert_until(&m, 1, 100, 1);
	assert_until(&m, 10, 100, 1);
	assert_until(&m, 11, 200, 2);
	assert_until(&m, 15, 200, 2);
	assert_until(&m, 30, 300, 4);
	marks_take(&m, 12);
	assert_until(&m, 3, 200, 2);
	assert_until(&m, 4, 300, 4);
	marks_take(&m, 3);
	assert_until(&m, 1, 300, 4);
	marks_take(&m, 15);
	assert_int_equal(m.count, 0);
	assert_true(marks_bytes(&m) > 0);
	marks_drop(&m);
	assert_int_equal(marks_bytes(&m), 0);
}

static void where_clocks_go_back_the_latest_time_counts(void **state)
{
	struct marks m = { 0 };

	(void)state;
	add(&m, 10, 300, 1);
	add(&m, 20, 100, 2);
	assert_until(&m, 20, 300, 2);
	marks_take(&m, 10);
	assert_until(&m, 10, 100, 2);
	marks_drop(&m);
}

static void one_packet_has_one_mark(void **state)
{
	struct marks m = { 0 };

	(void)state;
	add(&m, 10, 100, 7);
	add(&m, 20, 100, 7);
	assert_int_equal(m.count, 1);
	assert_until(&m, 20, 100, 7);
	marks_drop(&m);
}

static void of_too_many_the_last_are_one(void **state)
{
	struct marks m = { 0 };

	(void)state;
	for (unsigned i = 1; i <= MARKS_MAX + 2; i++)
		add(&m, i, i, i);
	assert_int_equal(m.count, MARKS_MAX);
	assert_until(&m, MARKS_MAX - 1, MARKS_MAX - 1, MARKS_MAX - 1);
	assert_until(&m, MARKS_MAX, MARKS_MAX + 2, MARKS_MAX + 2);
	marks_take(&m, MARKS_MAX);
	assert_until(&m, 2, MARKS_MAX + 2, MARKS_MAX + 2);
	marks_drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_came_with_the_packet_of_their_last),
		cmocka_unit_test(where_clocks_go_back_the_latest_time_counts),
		cmocka_unit_test(one_packet_has_one_mark),
		cmocka_unit_test(of_too_many_the_last_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
