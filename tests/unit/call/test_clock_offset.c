/* The clock of the capture, by what signed requests say of the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/call/clock_offset.h"

#define NOTHING     INT64_MIN
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int64_t median_of(const int64_t *list, size_t count)
{
	struct clock_offset o;
	int64_t seconds = NOTHING;
	bool found;

	clock_offset_init(&o);
	for (size_t i = 0; i < count; i++)
		clock_offset_add(&o, list[i]);
	found = clock_offset_median(&o, &seconds);
	assert_int_equal(found, seconds != NOTHING);
	return seconds;
}

static void the_median_speaks_where_most_agree(void **state)
{
	static const struct {
		int64_t list[10];
		size_t count;
		int64_t expected;
	} rows[] = {
		{ { 0 }, 0, NOTHING },
		/* four are too few, five are not */
		{ { 300, 301, 302, 303 }, 4, NOTHING },
		{ { 300, 301, 302, 303, 304 }, 5, 302 },
		{ { 304, 300, 303, 301, 302 }, 5, 302 },
		{ { -300, -301, -302, -303, -304 }, 5, -302 },
		/* of an even number the lesser */
		{ { 100, 110, 120, 130, 140, 150 }, 6, 120 },
		/* near to 0 */
		{ { 29, 29, 29, 29, 29 }, 5, NOTHING },
		{ { 30, 30, 30, 30, 30 }, 5, 30 },
		{ { -29, -29, -29, -29, -29 }, 5, NOTHING },
		{ { -30, -30, -30, -30, -30 }, 5, -30 },
		/* four of five within 30 s, then three of five */
		{ { 100, 100, 100, 130, 999 }, 5, 100 },
		{ { 100, 100, 100, 131, 999 }, 5, NOTHING },
		{ { 100, 100, 100, 70, 5 }, 5, 100 },
		{ { 100, 100, 100, 69, 5 }, 5, NOTHING },
		/* most are on time, one replays an old one */
		{ { 0, 1, 0, 1, 90000 }, 5, NOTHING },
		/* nonsense does not overflow */
		{ { INT64_MAX, INT64_MAX, INT64_MIN, 60, 60, 60, 60, 60, 60,
		    60 },
		  10,
		  NOTHING },
		{ { INT64_MIN, 60, 60, 60, 60, 60, INT64_MAX, 60, 60, 60 },
		  10,
		  60 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (median_of(rows[i].list, rows[i].count) != rows[i].expected)
			fail_msg("row %zu", i);
}

static void all_zero_is_empty(void **state)
{
	static const struct clock_offset empty;
	struct clock_offset o = empty;
	int64_t seconds = 7;

	(void)state;
	assert_false(clock_offset_median(&o, &seconds));
	assert_int_equal(seconds, 7);
	for (int i = 0; i < 5; i++)
		clock_offset_add(&o, 60);
	assert_true(clock_offset_median(&o, &seconds));
	assert_int_equal(seconds, 60);
	clock_offset_init(&o);
	assert_false(clock_offset_median(&o, &seconds));
}

static void the_oldest_are_forgotten(void **state)
{
	struct clock_offset o;
	int64_t seconds = 0;

	(void)state;
	clock_offset_init(&o);
	for (int i = 0; i < CLOCK_OFFSET_SAMPLES; i++)
		clock_offset_add(&o, 500 - i % 7);
	assert_true(clock_offset_median(&o, &seconds));
	assert_int_equal(seconds, 497);
	/* the clock was set: 52 of 256 are more than a fifth */
	for (int i = 0; i < 51; i++)
		clock_offset_add(&o, i % 3);
	assert_true(clock_offset_median(&o, &seconds));
	clock_offset_add(&o, 0);
	assert_false(clock_offset_median(&o, &seconds));
	for (int i = 52; i < CLOCK_OFFSET_SAMPLES; i++)
		clock_offset_add(&o, 1000);
	assert_false(clock_offset_median(&o, &seconds));
	clock_offset_add(&o, 1000);
	assert_true(clock_offset_median(&o, &seconds));
	assert_int_equal(seconds, 1000);
	for (int i = 0; i < 3 * CLOCK_OFFSET_SAMPLES; i++)
		clock_offset_add(&o, -77);
	assert_true(clock_offset_median(&o, &seconds));
	assert_int_equal(seconds, -77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_median_speaks_where_most_agree),
		cmocka_unit_test(all_zero_is_empty),
		cmocka_unit_test(the_oldest_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
