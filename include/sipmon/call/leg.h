/*
 * leg.h - calls that belong together across a B2BUA.
 *
 * A B2BUA ends one Call-ID and begins another.  Calls are joined, the surest
 * first, by Session-ID (RFC 7989), by X-Call-ID and other headers that the
 * user names, by Replaces (RFC 3891) and REFER (RFC 3515), by the icid of
 * P-Charging-Vector (RFC 7315), and last, as a guess, by numbers and time.
 */
#ifndef SIPMON_CALL_LEG_H
#define SIPMON_CALL_LEG_H

#include "sipmon/call/view.h"

enum leg_tie {
	LEG_SESSION_ID = 1,
	LEG_HEADER,
	LEG_REPLACES,
	LEG_REFER,
	LEG_ICID,
	LEG_GUESS, /* by numbers and time: nothing in the messages says so */
	LEG_TIES
};

/* More legs of one conversation are not told. */
#define LEG_ROOM 32

struct leg {
	uint64_t call;    /* id */
	enum leg_tie tie; /* how it was joined: the surest of its ties */
};

/* "session-id", "header", "replaces", "refer", "icid", "guess" */
const char *leg_tie_name(enum leg_tie t);

/*
 * The other calls of the conversation, in the order of their first message.
 *
 * A guess: an INVITE that leaves a host, within 3 s, where another one came to
 * that goes on, with the same caller and callee (their numbers may be written
 * otherwise), and no other that fits; or one with the same From tag.  A call
 * that a REFER without Replaces made is one too, by Referred-By (RFC 3892).
 */
unsigned leg_list(const struct view *v, const struct call *c, struct leg *out,
		  unsigned room);

#endif
