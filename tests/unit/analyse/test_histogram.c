/* Percentiles of known distributions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sipmon/analyse/histogram.h"

static struct histogram *filled(int64_t first, int64_t step, unsigned count)
{
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	for (unsigned i = 0; i < count; i++)
		histogram_add(h, first + step * i);
	return h;
}

static void an_empty_histogram_answers_zero(void **state)
{
	struct histogram *h = filled(0, 0, 0);

	(void)state;
	assert_int_equal(h->count, 0);
	assert_int_equal(histogram_percentile(h, 50), 0);
	assert_int_equal(histogram_mean(h), 0);
	free(h);
}

static void one_value_is_every_percentile_exactly(void **state)
{
	struct histogram *h = filled(123456789, 0, 1);

	(void)state;
	assert_int_equal(histogram_percentile(h, 1), 123456789);
	assert_int_equal(histogram_percentile(h, 50), 123456789);
	assert_int_equal(histogram_percentile(h, 99), 123456789);
	assert_int_equal(histogram_mean(h), 123456789);
	assert_int_equal(h->min_ns, 123456789);
	assert_int_equal(h->max_ns, 123456789);
	free(h);
}

/* 1, 2 ... 100: the pth percentile by nearest rank is p. */
static void small_values_are_exact(void **state)
{
	struct histogram *h = filled(1, 1, 100);

	(void)state;
	for (unsigned p = 1; p <= 100; p++)
		assert_int_equal(histogram_percentile(h, p), p);
	free(h);
}

/* 1000 values a ms apart: the pth percentile is 10 * p ms. */
static void percentiles_are_within_one_percent(void **state)
{
	struct histogram *h = filled(1000000, 1000000, 1000);

	(void)state;
	for (unsigned p = 1; p <= 100; p++) {
		double truth = 1e7 * p;
		double off = (double)histogram_percentile(h, p) - truth;

		assert_true(fabs(off) / truth <= 0.01);
	}
	assert_int_equal(histogram_mean(h), 500500000);
	free(h);
}

/* The worst value of each octave is its first: parts are widest there. */
static void the_error_is_bounded_over_all_magnitudes(void **state)
{
	(void)state;
	for (unsigned bits = 7; bits < HISTOGRAM_VALUE_BITS; bits++) {
		for (int64_t k = 0; k < 7; k++) {
			int64_t value = (INT64_C(1) << bits) +
					k * (INT64_C(1) << (bits - 3));
			struct histogram *h = filled(1, 0, 1);
			double off;

			histogram_add(h, value);
			histogram_add(h, INT64_C(1) << 60);
			off = fabs(
				(double)(histogram_percentile(h, 50) - value));
			assert_true(off / (double)value <= 0.008);
			free(h);
		}
	}
}

static void a_negative_duration_is_left_out(void **state)
{
	struct histogram *h = filled(-5, 0, 3);

	(void)state;
	assert_int_equal(h->count, 0);
	free(h);
}

static void the_longest_duration_fits(void **state)
{
	struct histogram *h = filled(INT64_MAX, 0, 2);

	(void)state;
	histogram_add(h, 0);
	assert_int_equal(h->count, 3);
	assert_int_equal(h->max_ns, INT64_MAX);
	assert_int_equal(histogram_percentile(h, 1), 0);
	assert_int_equal(histogram_percentile(h, 99), INT64_MAX);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_histogram_answers_zero),
		cmocka_unit_test(one_value_is_every_percentile_exactly),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(percentiles_are_within_one_percent),
		cmocka_unit_test(the_error_is_bounded_over_all_magnitudes),
		cmocka_unit_test(a_negative_duration_is_left_out),
		cmocka_unit_test(the_longest_duration_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
