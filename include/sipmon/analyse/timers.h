/*
 * timers.h - audits the timers of one call: what the RFCs want, what was
 * seen.
 *
 * An audit is worked out from the call as it stands at view_now_ns() and
 * stored nowhere.  Only timers that have something to tell appear, and only
 * where it is sure: a transaction whose beginning was not captured, or whose
 * times go back, has none.
 */
#ifndef SIPMON_ANALYSE_TIMERS_H
#define SIPMON_ANALYSE_TIMERS_H

#include "sipmon/call/audit.h"

/*
 * An audit_list_fn; `ctx` is not looked at.  In order of begin_ns; where there
 * are more than `room`, those that were kept go first.  Messages are read only
 * of calls with Session-Expires, Retry-After or REGISTER, and of them few.
 */
unsigned timers_audit(void *ctx, const struct view *v, const struct call *c,
		      struct audit *out, unsigned room);

#endif
