/*
 * watch.h - the audit at work: what its files share; for this room.
 */
#ifndef SIPMON_ANALYSE_WATCH_H
#define SIPMON_ANALYSE_WATCH_H

#include "exchange.h"
#include "sipmon/base/buf.h"
#include "sipmon/call/audit.h"
#include "sipmon/sip/message.h"

/* Transactions of the call that are audited, and looked at around one. */
#define WATCH_TRANSACTIONS 4096
#define WATCH_NEAR         64

/* Messages of one call that are read for a header. */
#define WATCH_READS 64

/*
 * Requests of one call of which it is asked where they came from: that costs a
 * look at the neighbours.  What stands behind them is not audited.
 */
#define WATCH_ASKED 256

/* What a server's clock, whole seconds and the way may make of a time. */
#define WATCH_SLACK_NS INT64_C(500000000)

struct watch {
	const struct view *view;
	const struct call *call;
	int64_t now_ns;
	struct audit *out;
	unsigned count;
	unsigned room;
	unsigned reads;
	unsigned asked;
	struct buf raw;     /* the message that was read last */
	struct sip_msg msg; /* of `raw` */
};

/* Files one; where there is no room it takes the place of one that was kept,
 * or is left out. */
void watch_add(struct watch *w, const struct audit *a);

/* Reads a message into `w->msg`; false if it cannot, or too many were. */
bool watch_read(struct watch *w, uint32_t msg);

/*
 * The next transaction of the call after (before) `t`, in order, of a method
 * (SIP_METHOD_NONE: any); NULL if there is none.  `*left` begins as WATCH_NEAR
 * and counts down, so that a search can go on from what it found.
 */
const struct transaction *watch_later(const struct watch *w,
				      const struct transaction *t,
				      uint16_t method, unsigned *left);
const struct transaction *watch_earlier(const struct watch *w,
					const struct transaction *t,
					uint16_t method, unsigned *left);

/* The request on the hop before: it went to who sent `t` on; NULL if that is
 * not seen. */
const struct transaction *watch_upstream(struct watch *w,
					 const struct transaction *t);

/* Was it sent on by who got it?  True also where that is not sure. */
bool watch_is_forwarded(struct watch *w, const struct transaction *t);

/* The CANCEL of an INVITE on its hop; NULL if there is none. */
const struct transaction *watch_cancel(const struct watch *w,
				       const struct transaction *t);

/* The message that carries the final response of `t`; 0 if there is none. */
uint32_t watch_final(const struct watch *w, const struct transaction *t);

/* ---- timers_client.c: A, B, E, F; 100 within 200 ms */
void timers_client(struct watch *w, const struct exchange *x);

/* ---- timers_server.c: G, H, D, I, L, M, J, K; 2xx and reliable 1xx */
void timers_server(struct watch *w, const struct exchange *x);

/* ---- timers_wait.c: C, a provisional each minute, N, 100 to a non-INVITE */
void timers_wait(struct watch *w, const struct exchange *x);

/* ---- timers_again.c: after 491, after Retry-After */
void timers_again(struct watch *w, const struct exchange *x);

/* ---- timers_lifetime.c: of the whole call: sessions, registrations */
void timers_session(struct watch *w);
void timers_registration(struct watch *w);

#endif
