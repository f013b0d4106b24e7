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

/* ---- drawing */

static void is_drawn(const struct histogram *h, unsigned bins)
{
	struct figures_histogram f;
	uint64_t sum = 0;

	histogram_draw(h, &f);
	assert_int_equal(f.bin_count, bins);
	for (unsigned i = 0; i < f.bin_count; i++) {
		assert_true(f.bounds_ns[i] < f.bounds_ns[i + 1]);
		sum += f.counts[i];
	}
	assert_int_equal(sum, h->count);
	if (bins == 0)
		return;
	assert_true(f.bounds_ns[0] <= h->min_ns);
	assert_true(f.bounds_ns[bins] >= h->max_ns);
	assert_true(f.counts[0] > 0);
	assert_true(f.counts[bins - 1] > 0);
}

static void a_drawing_holds_every_value(void **state)
{
	struct histogram *empty = filled(0, 0, 0);
	struct histogram *one = filled(123456789, 0, 5);
	struct histogram *wide = filled(1, 0, 1);
	struct histogram *longest = filled(0, 0, 1);

	(void)state;
	is_drawn(empty, 0);
	is_drawn(one, 1);
	/* 1 ns to 2^30 ns are parts 1 to 64 * 25: 26 bins of an octave, the
	 * first of which holds all below 64 ns. */
	histogram_add(wide, INT64_C(1) << 30);
	is_drawn(wide, 26);
	histogram_add(longest, INT64_MAX);
	is_drawn(longest, 24);
	free(empty);
	free(one);
	free(wide);
	free(longest);
}

/* 1 to 1000 ms, a value each: a bin holds as many as it is ms wide. */
static void
the_bins_of_a_drawing_hold_what_lies_between_their_bounds(void **state)
{
	struct histogram *h = filled(1000000, 1000000, 1000);
	struct figures_histogram f;

	(void)state;
	histogram_draw(h, &f);
	assert_true(f.bin_count > 20 && f.bin_count <= FIGURES_HISTOGRAM_BINS);
	for (unsigned i = 1; i + 1 < f.bin_count; i++) {
		uint64_t n = 0;

		for (int64_t ms = 1; ms <= 1000; ms++)
			n += ms * 1000000 >= f.bounds_ns[i] &&
			     ms * 1000000 < f.bounds_ns[i + 1];
		assert_int_equal(f.counts[i], n);
	}
	free(h);
}

/* ---- sketches */

static void a_sketch_is_within_its_error(void **state)
{
	uint32_t *parts = calloc(SKETCH_PARTS, sizeof(*parts));
	struct figures_spread spread;
	struct sketch s = { .count = 0 };

	(void)state;
	assert_non_null(parts);
	assert_int_equal(sketch_percentile(&s, parts, 50), 0);
	assert_int_equal(sketch_add(&s, -1), -1);
	/* 1 to 1000 ms: the pth percentile is 10 * p ms. */
	for (int64_t i = 1; i <= 1000; i++) {
		int part = sketch_add(&s, i * 1000000);

		assert_in_range(part, 0, SKETCH_PARTS - 1);
		parts[part]++;
	}
	for (unsigned p = 1; p <= 100; p++) {
		double truth = 1e7 * p;
		double off = (double)sketch_percentile(&s, parts, p) - truth;

		assert_true(fabs(off) / truth <= SKETCH_ERROR_PERCENT / 100);
	}
	sketch_spread(&s, parts, &spread);
	assert_int_equal(spread.n, 1000);
	assert_int_equal(spread.mean_ns, 500500000);
	assert_int_equal(spread.min_ns, 1000000);
	assert_int_equal(spread.max_ns, 1000000000);
	free(parts);
}

static void a_sketch_takes_the_shortest_and_the_longest(void **state)
{
	struct sketch s = { .count = 0 };
	struct sketch all = { .count = 0 };

	(void)state;
	assert_int_equal(sketch_add(&s, 0), 0);
	assert_int_equal(sketch_add(&s, INT64_MAX), SKETCH_PARTS - 1);
	assert_int_equal(s.min_ns, 0);
	assert_int_equal(s.max_ns, INT64_MAX);
	sketch_merge(&all, &s);
	sketch_merge(&all, &(struct sketch){ .count = 0 });
	assert_int_equal(all.count, 2);
	assert_int_equal(all.min_ns, 0);
	assert_int_equal(all.max_ns, INT64_MAX);
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
		cmocka_unit_test(a_drawing_holds_every_value),
		cmocka_unit_test(
			the_bins_of_a_drawing_hold_what_lies_between_their_bounds),
		cmocka_unit_test(a_sketch_is_within_its_error),
		cmocka_unit_test(a_sketch_takes_the_shortest_and_the_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
