/* caller.h - whose transaction is it; for this room. */
#ifndef SIPMON_ANALYSE_CALLER_H
#define SIPMON_ANALYSE_CALLER_H

#include <stdbool.h>

#include "sipmon/call/view.h"

/* Timers B, F and H: 64 * T1 (RFC 3261 table 4). */
#define NO_ANSWER_NS INT64_C(32000000000)

/* Sent by who sent the first request of the call, on his first hop. */
bool caller_sent(const struct view *v, const struct call *c,
		 const struct transaction *t);

/* Sent to him. */
bool caller_got(const struct view *v, const struct call *c,
		const struct transaction *t);

/*
 * May the user of a REGISTER call have registered again under another Call-ID
 * before `end_ns`?  Some phones take a new one each time, all do when they
 * start anew.
 */
bool may_register_again(const struct view *v, const struct call *c,
			int64_t end_ns);

/* 401 and 407 ask for credentials and are no outcome. */
static inline bool code_is_challenge(uint16_t code)
{
	return code == 401 || code == 407;
}

#endif
