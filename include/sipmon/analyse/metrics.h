/*
 * metrics.h - the metrics of RFC 6076 over many calls.
 *
 * Measured where the capture is, on the caller's first hop, so that a call
 * seen on several hops counts once.  An attempt is the first request, its
 * copies to other targets and its repetitions with credentials.  What the RFC
 * leaves open:
 *
 *	SRD   100 never ends it, of a failure neither; of a forked request each
 *	      dialog has its own, success or failure by the branch that was
 *	      accepted.  It goes on across a redirect, and across an error that
 *	      the client recovers from by a next CSeq (415, 422, 503 with
 *	      Retry-After ...): that is another INVITE for the ratios.
 *	SDD   ends with the 2xx, if need be of the BYE that recovers; BYEs that
 *	      were refused, or that nobody answered, are counted apart.
 *	SDT   of a call whose BYE nobody answers lasts until its Timer F, and is
 *	      kept apart.  Without BYE, and where only early media was, there is
 *	      none.
 *	ISA   names codes: an INVITE without any answer is none.
 *	SCR   answered calls whose BYE got an answer.
 *
 * What a clock that was set back has measured is left out.
 */
#ifndef SIPMON_ANALYSE_METRICS_H
#define SIPMON_ANALYSE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/json.h"
#include "sipmon/call/figures.h"
#include "sipmon/call/view.h"

struct metrics;

MUST_CHECK enum err metrics_new(struct metrics **out);
void metrics_free(struct metrics *m);

/* Dialogs of one call whose delay its row gets; a fork has a few. */
#define METRICS_SRD_ROOM 8

/* What the INVITEs of one call gave to the metrics. */
struct metrics_outcome {
	struct figures_ratio ser;
	struct figures_ratio seer;
	struct figures_ratio isa;
	unsigned srd_count;
	int64_t srd_ns[METRICS_SRD_ROOM]; /* of answered ones */
};

/* Adds one call; a walk over view_first() .. view_next() adds them all. */
void metrics_add(struct metrics *m, const struct view *v, const struct call *c);

/* The same, and tells what it gave. */
void metrics_measure(struct metrics *m, const struct view *v,
		     const struct call *c, struct metrics_outcome *outcome);

void metrics_read(const struct metrics *m, struct figures_metrics *out);

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
