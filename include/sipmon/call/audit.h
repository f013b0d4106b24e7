/*
 * audit.h - the timers of a call: what should have happened, what did.
 *
 * Values for readers; the room `analyse` works them out when somebody looks.
 * The timers are those of RFC 3261 section 17 (A to K, C), RFC 6026 (L, M),
 * RFC 6665 (N), RFC 3262, RFC 4028 and of registrations; what each is for
 * stands in the catalogue (share/sipmon/timers.tsv).
 */
#ifndef SIPMON_CALL_AUDIT_H
#define SIPMON_CALL_AUDIT_H

#include <stdint.h>

#include "sipmon/call/view.h"
#include "sipmon/net/endpoint.h"

enum audit_result {
	AUDIT_KEPT = 0, /* as the RFC wants it */
	AUDIT_EARLY,    /* sooner than it may */
	AUDIT_LATE,     /* later than it should */
	AUDIT_RAN_OUT,  /* the timer fired: what it waited for never came */
	AUDIT_RUNS,     /* still running at the end of the capture */
};

struct audit {
	const char *timer; /* key of timers.tsv: "timer-a"; static */
	enum audit_result result;
	uint32_t msg;     /* that started it */
	uint32_t end_msg; /* that ended or proves it; 0: none */
	int64_t begin_ns; /* absolute */
	int64_t due_ns;   /* duration that the RFC wants; -1: none */
	int64_t seen_ns;  /* duration that was seen; -1: nothing came */
	/* Messages sent again, of back-off and of what absorbs them; refreshes
	 * of a session and of a registration; 0 elsewhere. */
	unsigned count;
	/* Who keeps the timer, as far as this hop shows; family 0: unknown. */
	struct endpoint element;
};

#define AUDIT_ROOM 48

/*
 * A copy of a message that comes sooner is one packet seen twice by the
 * capture: the shortest timer of retransmission is T1, 500 ms.
 */
#define AUDIT_COPY_NS INT64_C(100000000)

/* Given by `app` to those who print and draw.  In order of begin_ns. */
typedef unsigned (*audit_list_fn)(void *ctx, const struct view *v,
				  const struct call *c, struct audit *out,
				  unsigned room);

/* "kept", "early", "late", "ran-out", "runs" */
const char *audit_result_name(enum audit_result r);

#endif
