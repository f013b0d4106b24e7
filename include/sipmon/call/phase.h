/*
 * phase.h - from one provisional response to the next, or to the final one.
 *
 * A phase begins with a provisional response and ends with the next of another
 * code or with the final response; the same code again prolongs it, and a 100
 * after an 18x begins none.  One that nothing ended is open and lasts until
 * view_now_ns().  Phases are worked out from the messages when asked for.
 */
#ifndef SIPMON_CALL_PHASE_H
#define SIPMON_CALL_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/view.h"

/* More phases than this in one transaction are not told apart. */
#define PHASE_ROOM 32

struct phase {
	int64_t begin_ns; /* absolute */
	int64_t end_ns;
	uint32_t transaction;
	uint16_t code;
	bool open;
};

/* From when a phase counts as stuck (`--stuck`). */
struct phase_limits {
	int64_t trying_ns;  /* for 100: 5 s */
	int64_t ringing_ns; /* for 101..199: 180 s */
};

#define PHASE_LIMITS_DEFAULT                                                   \
	((struct phase_limits){ INT64_C(5000000000), INT64_C(180000000000) })

/* Phases of one transaction, in order; returns how many, at most `room`. */
unsigned phase_list(const struct view *v, const struct transaction *t,
		    struct phase *out, unsigned room);

/* Phases of the INVITEs that the caller sent on the first hop. */
unsigned phase_list_call(const struct view *v, const struct call *c,
			 struct phase *out, unsigned room);

bool phase_is_stuck(const struct phase *p, const struct phase_limits *limits);

/* The phase that is stuck now or was: the first of the call; false if none. */
bool phase_find_stuck(const struct view *v, const struct call *c,
		      const struct phase_limits *limits, struct phase *out);

#endif
