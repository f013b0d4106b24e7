/*
 * timing.h - the delays of a call, all as seen on its first hop.
 *
 * Nanoseconds; TIMING_NONE where the call did not get so far.
 */
#ifndef SIPMON_CALL_TIMING_H
#define SIPMON_CALL_TIMING_H

#include <stdint.h>

#include "sipmon/call/view.h"

#define TIMING_NONE INT64_MIN

struct timing {
	int64_t trying_ns;   /* first INVITE to the first 100 */
	int64_t pdd_ns;      /* first INVITE to the first 18x or, without one,
				to the final response (no answered challenge) */
	int64_t ring_ns;     /* first 18x to the final response */
	int64_t setup_ns;    /* first INVITE to its 2xx */
	int64_t talk_ns;     /* that 2xx to BYE */
	int64_t teardown_ns; /* BYE to its final response */
};

struct timing timing_of(const struct view *v, const struct call *c);

#endif
