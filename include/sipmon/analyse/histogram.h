/*
 * histogram.h - percentiles of durations in bounded memory.
 *
 * Log-linear: each power of two of nanoseconds is cut into equal parts.  Count,
 * sum, least and greatest are exact; a percentile is off by half a part at
 * most.  A negative duration, from a clock that went back, is left out.
 */
#ifndef SIPMON_ANALYSE_HISTOGRAM_H
#define SIPMON_ANALYSE_HISTOGRAM_H

#include <stdint.h>

#include "sipmon/call/figures.h"

/* ---- fine: 64 parts, an error below 0.8 %; below 128 ns exact */

#define HISTOGRAM_ERROR_PERCENT 0.8
#define HISTOGRAM_PART_BITS     6
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

void histogram_add(struct histogram *h, int64_t ns);

/*
 * The least value that at least `percent` (1..100) of all values do not
 * exceed (nearest rank); 0 if there is none.
 */
int64_t histogram_percentile(const struct histogram *h, unsigned percent);

/* To the nearest nanosecond; 0 if there is none. */
int64_t histogram_mean(const struct histogram *h);

void histogram_spread(const struct histogram *h, struct figures_spread *out);

/* As few parts put together as fit into the bins of a drawing. */
void histogram_draw(const struct histogram *h, struct figures_histogram *out);

/* ---- coarse: 32 parts, an error below 1.6 % */

#define SKETCH_ERROR_PERCENT 1.6
#define SKETCH_PART_BITS     5
/* From 2^17 ns, 0.13 ms, to 2^47 ns, 39 hours; what is beyond counts as that.
 */
#define SKETCH_LEAST_BITS 17
#define SKETCH_VALUE_BITS 47
#define SKETCH_PARTS                                                           \
	((SKETCH_VALUE_BITS - SKETCH_LEAST_BITS) << SKETCH_PART_BITS)

/* What is exact of a sketch; its parts the user keeps, as he likes. */
struct sketch {
	uint64_t count;
	double sum_ns;
	int64_t min_ns; /* while count > 0 */
	int64_t max_ns;
};

/* Returns the part that is to be counted up, or -1: nothing was added. */
int sketch_add(struct sketch *s, int64_t ns);

/* Puts `other` to `s`; the parts are the user's to add. */
void sketch_merge(struct sketch *s, const struct sketch *other);

/* Of values whose part is not in `parts` percentiles know nothing. */
int64_t sketch_percentile(const struct sketch *s,
			  const uint32_t parts[SKETCH_PARTS], unsigned percent);

void sketch_spread(const struct sketch *s, const uint32_t parts[SKETCH_PARTS],
		   struct figures_spread *out);

#endif
