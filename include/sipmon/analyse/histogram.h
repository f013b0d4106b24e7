/*
 * histogram.h - percentiles of durations in bounded memory.
 *
 * Log-linear: each power of two of nanoseconds is cut into 64 equal parts, so
 * a percentile is off by less than 0.8 % (half a part) and small ones, below
 * 128 ns, are exact.  Count, sum, least and greatest are exact.
 */
#ifndef SIPMON_ANALYSE_HISTOGRAM_H
#define SIPMON_ANALYSE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_PART_BITS 6
/* 2^52 ns are 52 days; what is longer counts as that long. */
#define HISTOGRAM_VALUE_BITS 52
#define HISTOGRAM_PARTS                                                        \
	((HISTOGRAM_VALUE_BITS - HISTOGRAM_PART_BITS + 1)                      \
	 << HISTOGRAM_PART_BITS)

/* All zero is empty. */
struct histogram {
	uint64_t count;
	double sum_ns;
	int64_t min_ns; /* while count > 0 */
	int64_t max_ns;
	uint64_t parts[HISTOGRAM_PARTS];
};

/* A negative duration, from a clock that went back, is left out. */
void histogram_add(struct histogram *h, int64_t ns);

/*
 * The least value that at least `percent` (1..100) of all values do not
 * exceed (nearest rank); 0 if there is none.
 */
int64_t histogram_percentile(const struct histogram *h, unsigned percent);

/* To the nearest nanosecond; 0 if there is none. */
int64_t histogram_mean(const struct histogram *h);

#endif
