#include "sipmon/sip/method.h"
#include "sipmon/sip/reason.h"
#include "watch.h"

/* RFC 3261 section 14.1 */
#define OWNER_LEAST_NS INT64_C(2100000000)
#define OWNER_MOST_NS  INT64_C(4000000000)
#define OTHER_MOST_NS  INT64_C(2000000000)

/* What comes later is a new wish of the user. */
#define RETRY_MOST_NS INT64_C(10000000000)

/* Retry-After over a day is not waited for by anybody. */
#define RETRY_AFTER_MAX 86400

/* The next request of the method that the same sender had for the same
 * server, once it had the answer. */
static const struct transaction *next_try(const struct watch *w,
					  const struct exchange *x)
{
	const struct transaction *o = x->t;
	unsigned left = WATCH_NEAR;

	while ((o = watch_later(w, o, x->t->method, &left)) != NULL) {
		const struct flow *hop = view_hop(w->view, o->hop);

		if (o->cseq > x->t->cseq &&
		    o->request_ns >= x->final.first.ns &&
		    endpoint_same_host(&hop->source, &x->hop->source) &&
		    endpoint_same_host(&hop->destination, &x->hop->destination))
			return o;
	}
	return NULL;
}

static struct audit from_answer(const struct exchange *x,
				const struct transaction *next)
{
	return (struct audit){ .msg = x->final.first.id,
			       .end_msg = next->first_msg,
			       .begin_ns = x->final.first.ns,
			       .seen_ns = next->request_ns - x->final.first.ns,
			       .element = x->hop->source };
}

/*
 * Who made the Call-ID sent the first request of the call, if that has begun a
 * dialog; its From tag tells which end this one is of.
 */
static bool knows_owner(const struct watch *w)
{
	const struct captured_msg *first =
		view_msg(w->view, w->call->first_msg);

	return first != NULL && !msg_is(first, MSG_RESPONSE) &&
	       !msg_is(first, MSG_IN_DIALOG);
}

/* Seen from beside the line a wait only looks longer, by the way. */
static void after_glare(struct watch *w, const struct exchange *x)
{
	const struct captured_msg *m = view_msg(w->view, x->request.first.id);
	const struct transaction *next;
	struct audit a;

	if (!knows_owner(w))
		return;
	next = next_try(w, x);
	if (next == NULL)
		return;
	a = from_answer(x, next);
	if (a.seen_ns > RETRY_MOST_NS)
		return;
	if (msg_is(m, MSG_OTHER_FROM)) {
		a.timer = "retry-491-other";
		a.due_ns = OTHER_MOST_NS;
		a.result = a.seen_ns > OTHER_MOST_NS + WATCH_SLACK_NS
				   ? AUDIT_LATE
				   : AUDIT_KEPT;
	} else {
		a.timer = "retry-491-owner";
		a.due_ns = OWNER_LEAST_NS;
		a.result = AUDIT_KEPT;
		if (a.seen_ns < OWNER_LEAST_NS / 20 * 19)
			a.result = AUDIT_EARLY;
		else if (a.seen_ns > OWNER_MOST_NS + WATCH_SLACK_NS)
			a.result = AUDIT_LATE;
	}
	watch_add(w, &a);
}

static void after_wish(struct watch *w, const struct exchange *x)
{
	const struct transaction *next = next_try(w, x);
	struct slice value;
	struct audit a;
	uint32_t seconds;

	if (next == NULL || !watch_read(w, x->final.first.id))
		return;
	value = sip_msg_field(&w->msg, SIP_HEADER_RETRY_AFTER, 0);
	if (!slice_is_set(value) ||
	    sip_retry_after_parse(&seconds, value) != ERR_OK || seconds == 0 ||
	    seconds > RETRY_AFTER_MAX)
		return;
	a = from_answer(x, next);
	a.timer = "retry-after";
	a.due_ns = (int64_t)seconds * 1000000000;
	a.result = a.seen_ns < a.due_ns - WATCH_SLACK_NS ? AUDIT_EARLY
							 : AUDIT_KEPT;
	watch_add(w, &a);
}

void timers_again(struct watch *w, const struct exchange *x)
{
	if (x->final_code == 491 && (x->t->method == SIP_METHOD_INVITE ||
				     x->t->method == SIP_METHOD_UPDATE))
		after_glare(w, x);
	else if (x->final_code >= 300 &&
		 (x->final_flags & MSG_RETRY_AFTER) != 0)
		after_wish(w, x);
}
