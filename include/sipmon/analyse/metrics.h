/*
 * metrics.h - the metrics of RFC 6076 over all calls of a view.
 *
 * Measured where the capture is, on the caller's first hop, so that a call
 * seen on several hops counts once.  An attempt is the first request, its
 * copies to other targets and its repetitions with credentials.
 */
#ifndef SIPMON_ANALYSE_METRICS_H
#define SIPMON_ANALYSE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/json.h"
#include "sipmon/call/view.h"

struct metrics;

MUST_CHECK enum err metrics_new(struct metrics **out);
void metrics_free(struct metrics *m);

/* Adds one call; a walk over view_first() .. view_next() adds them all. */
void metrics_add(struct metrics *m, const struct view *v, const struct call *c);

/* Writes the members of the report's object "metrics". */
void metrics_write_json(const struct metrics *m, struct json *j);

/* One metric; the rest is not set while `n` is 0. */
struct metric {
	const char *key; /* "rrd_ms", "ser_percent" */
	bool is_ratio;
	uint64_t n; /* samples; of a ratio the denominator */
	double percent;
	int64_t mean_ns; /* percentiles are off by less than 0.8 % */
	int64_t min_ns;
	int64_t max_ns;
	int64_t p50_ns;
	int64_t p95_ns;
	int64_t p99_ns;
};

/* The `i`th in the order of the report; false past the last. */
bool metrics_at(const struct metrics *m, unsigned i, struct metric *out);

#endif
