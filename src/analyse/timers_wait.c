#include "sipmon/sip/method.h"
#include "watch.h"

/* A provisional response each minute (RFC 3261 section 13.3.1.1), with a
 * tenth for coarse timers and the way. */
#define MINUTE_NS       INT64_C(60000000000)
#define MINUTE_SLACK_NS (MINUTE_NS / 10)

/*
 * Earliest 100 to a non-INVITE over UDP: when Timer E has reached T2, 0.5 + 1
 * + 2 s (RFC 4320 section 4.1), with a fifth for coarse timers.
 */
#define T2_REACHED_NS       (7 * T1_NS)
#define T2_REACHED_LEAST_NS (T2_REACHED_NS / 5 * 4)

/* ---- Timer C */

/* Whatever ended the request upstream ended the branch, but for the 408 that
 * the proxy says as it gives up. */
static bool has_ended_upstream(const struct transaction *u,
			       const struct transaction *cancel)
{
	int64_t before_ns = cancel->request_ns - u->final_ns;

	if (u->final_code == 0 || before_ns < 0)
		return false;
	return u->final_code != 408 || before_ns > WATCH_SLACK_NS;
}

/* Did who cancelled `t` send the request to another one from then on? */
static bool is_next_target(const struct watch *w, const struct transaction *t,
			   const struct transaction *o,
			   const struct transaction *cancel)
{
	return o->hop != t->hop &&
	       endpoint_same_host(&view_hop(w->view, o->hop)->source,
				  &view_hop(w->view, t->hop)->source) &&
	       o->request_ns >= cancel->request_ns - WATCH_SLACK_NS;
}

/* Something made the proxy cancel: the caller gave up, a branch has won, or it
 * tries the next target (RFC 3261 section 16.10: at any time). */
static bool has_reason_to_cancel(const struct watch *w,
				 const struct transaction *t,
				 const struct transaction *u,
				 const struct transaction *cancel)
{
	const struct transaction *o = u;
	unsigned left = WATCH_NEAR;

	if (transaction_is(u, TRANSACTION_CANCELLED) ||
	    has_ended_upstream(u, cancel))
		return true;
	while ((o = watch_later(w, o, SIP_METHOD_INVITE, &left)) != NULL)
		if (o != t && o->cseq == t->cseq &&
		    (is_next_target(w, t, o, cancel) ||
		     (o->final_code != 0 &&
		      (o->final_code < 300 || o->final_code >= 600))))
			return true;
	return false;
}

static void proxy_wait(struct watch *w, const struct exchange *x)
{
	const struct transaction *cancel = watch_cancel(w, x->t);
	const struct transaction *u;
	bool early = x->early_last.id != 0;
	struct audit a = {
		.timer = "timer-c",
		.msg = early ? x->early_last.id : x->request.first.id,
		.begin_ns = early ? x->early_last.ns : x->request.first.ns,
		.due_ns = TIMER_C_NS,
		.element = x->hop->source,
	};
	int64_t end_ns = w->now_ns;

	if (x->response.id == 0 || (cancel == NULL && x->final.first.id != 0 &&
				    x->final.first.ns - a.begin_ns < MINUTE_NS))
		return;
	u = watch_upstream(w, x->t);
	if (u == NULL)
		return;
	if (cancel != NULL) {
		if (has_reason_to_cancel(w, x->t, u, cancel))
			return;
		a.end_msg = cancel->first_msg;
		end_ns = cancel->request_ns;
	} else if (x->final.first.id != 0) {
		a.end_msg = x->final.first.id;
		end_ns = x->final.first.ns;
	}
	a.seen_ns = end_ns - a.begin_ns;
	if (cancel != NULL)
		a.result = a.seen_ns < TIMER_C_NS ? AUDIT_EARLY : AUDIT_RAN_OUT;
	else if (a.seen_ns < MINUTE_NS)
		return;
	else
		a.result = a.end_msg != 0 ? AUDIT_KEPT : AUDIT_RUNS;
	if (a.seen_ns >= 0)
		watch_add(w, &a);
}

/* ---- a provisional response each minute, of who rings */

static struct mark end_of_ringing(const struct watch *w,
				  const struct exchange *x)
{
	const struct transaction *cancel = watch_cancel(w, x->t);

	if (cancel != NULL &&
	    (x->final.first.id == 0 || cancel->request_ns < x->final.first.ns))
		return (struct mark){ cancel->first_msg, cancel->request_ns };
	if (x->final.first.id != 0)
		return x->final.first;
	return (struct mark){ 0, w->now_ns };
}

static void each_minute(struct watch *w, const struct exchange *x)
{
	struct mark end = end_of_ringing(w, x);
	struct mark begin = x->early_gap_begin;
	struct mark next = x->early_gap_end;
	struct audit a = { .timer = "refresh-1xx",
			   .due_ns = MINUTE_NS,
			   .element = x->hop->destination };

	if (x->early_first.id == 0 ||
	    end.ns - x->early_first.ns <= MINUTE_NS + MINUTE_SLACK_NS ||
	    watch_is_forwarded(w, x->t))
		return;
	if (end.ns - x->early_last.ns > next.ns - begin.ns) {
		begin = x->early_last;
		next = end;
	}
	a.msg = begin.id;
	a.begin_ns = begin.ns;
	a.end_msg = next.id;
	a.seen_ns = next.ns - begin.ns;
	a.result = a.seen_ns > MINUTE_NS + MINUTE_SLACK_NS ? AUDIT_LATE
							   : AUDIT_KEPT;
	watch_add(w, &a);
}

/* ---- Timer N */

/* A NOTIFY of the other end; it may be there before the response. */
static const struct transaction *
notify_after(const struct watch *w, const struct exchange *x, bool *sure)
{
	const struct transaction *o = x->t;
	unsigned left = WATCH_NEAR;

	*sure = true;
	while ((o = watch_later(w, o, SIP_METHOD_NONE, &left)) != NULL) {
		/* On a way of its own it may have gone past the capture. */
		*sure &= (o->hop | 1) == (x->t->hop | 1);
		if (o->method == SIP_METHOD_NOTIFY &&
		    o->request_ns >= x->request.first.ns &&
		    !endpoint_same_host(&view_hop(w->view, o->hop)->source,
					&x->hop->source))
			return o;
	}
	o = x->t;
	left = WATCH_NEAR;
	while ((o = watch_earlier(w, o, SIP_METHOD_NONE, &left)) != NULL)
		*sure &= (o->hop | 1) == (x->t->hop | 1);
	return NULL;
}

/* RFC 6665 section 4.1.2.4: counted from the SUBSCRIBE that is sent. */
static void subscriber_wait(struct watch *w, const struct exchange *x)
{
	bool sure;
	const struct transaction *notify = notify_after(w, x, &sure);
	struct audit a = { .timer = "timer-n",
			   .msg = x->request.first.id,
			   .begin_ns = x->request.first.ns,
			   .due_ns = T1_64_NS,
			   .seen_ns = -1,
			   .element = x->hop->source };

	/* A 204 says that none will come (RFC 5839). */
	if (x->final_code < 200 || x->final_code >= 300 || x->final_code == 204)
		return;
	if (notify != NULL) {
		a.end_msg = notify->first_msg;
		a.seen_ns = notify->request_ns - a.begin_ns;
		a.result = a.seen_ns > T1_64_NS ? AUDIT_LATE : AUDIT_KEPT;
		if (a.result == AUDIT_KEPT &&
		    transaction_is(x->t, TRANSACTION_IN_DIALOG))
			return;
	} else if (!sure) {
		return;
	} else {
		a.result = w->now_ns - a.begin_ns >= T1_64_NS ? AUDIT_RAN_OUT
							      : AUDIT_RUNS;
	}
	watch_add(w, &a);
}

/* ---- 100 to a request other than INVITE */

static void early_trying(struct watch *w, const struct exchange *x)
{
	struct audit a = { .timer = "non-invite-100",
			   .msg = x->request.first.id,
			   .end_msg = x->trying.id,
			   .begin_ns = x->request.first.ns,
			   .due_ns = T2_REACHED_NS,
			   .seen_ns = x->trying.ns - x->request.first.ns,
			   .element = x->hop->destination };

	if (x->trying.id == 0 || x->reliable)
		return;
	a.result = a.seen_ns < T2_REACHED_LEAST_NS ? AUDIT_EARLY : AUDIT_KEPT;
	watch_add(w, &a);
}

void timers_wait(struct watch *w, const struct exchange *x)
{
	if (x->t->method == SIP_METHOD_INVITE) {
		proxy_wait(w, x);
		each_minute(w, x);
		return;
	}
	early_trying(w, x);
	if (x->t->method == SIP_METHOD_SUBSCRIBE)
		subscriber_wait(w, x);
}
