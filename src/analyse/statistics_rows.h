/*
 * statistics_rows.h - INVITE calls by peer, by trunk, by user agent; for this
 * room.
 *
 * A peer is the host that answers, a trunk the hosts of the first hop.  Of each
 * table ROWS_MAX keys are told apart.
 */
#ifndef SIPMON_ANALYSE_STATISTICS_ROWS_H
#define SIPMON_ANALYSE_STATISTICS_ROWS_H

#include "sipmon/analyse/metrics.h"
#include "sipmon/base/err.h"
#include "sipmon/call/figures.h"
#include "sipmon/call/state.h"
#include "sipmon/call/view.h"

#define ROWS_MAX 4096

/* What an INVITE call gives to its rows. */
struct row_sample {
	enum call_state state;
	uint16_t final; /* call_final_code() */
	int64_t pdd_ns; /* TIMING_NONE: there is none */
	struct metrics_outcome outcome;
};

struct rows;

MUST_CHECK enum err rows_new(struct rows **out);
void rows_free(struct rows *r);

/* What has no row for want of memory counts with the others. */
void rows_add(struct rows *r, const struct view *v, const struct call *c,
	      const struct row_sample *sample);

/* Fills the three tables and the faults; false when out of memory. */
bool rows_read(struct rows *r, const struct view *v, struct figures *out);

/* How a call went, as rows and bins count it. */
static inline bool state_is_answered(enum call_state s)
{
	return s == CALL_STATE_ESTABLISHED || s == CALL_STATE_COMPLETED;
}

static inline bool state_is_failed(enum call_state s)
{
	return s == CALL_STATE_REJECTED || s == CALL_STATE_FAILED ||
	       s == CALL_STATE_NO_ANSWER;
}

#endif
