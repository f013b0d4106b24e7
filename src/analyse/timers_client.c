#include "sipmon/sip/method.h"
#include "watch.h"

/* Who sends the INVITE gets a 100 within it, or another response (RFC 3261
 * section 17.2.1). */
#define TRYING_NS INT64_C(200000000)

/*
 * Proxies that answer 408 wait somewhat less than 64*T1, or as long: Kamailio
 * 30 s.  What is nearer to 32 s than this has run out in its time.
 */
#define NEARLY_NS INT64_C(1000000000)

/* Who waits to the end has sent a copy after 31.5 s, or one before that. */
#define LAST_COPY_NS (T1_64_NS / 5 * 2)

/* ---- was there an answer that the capture does not hold? */

static bool is_next_of_sender(const struct watch *w,
			      const struct transaction *t,
			      const struct transaction *o)
{
	return o->method == t->method && o->cseq > t->cseq &&
	       transaction_is(o, TRANSACTION_AUTHORIZED) &&
	       !transaction_is(t, TRANSACTION_AUTHORIZED) &&
	       endpoint_same_host(&view_hop(w->view, o->hop)->source,
				  &view_hop(w->view, t->hop)->source);
}

/* Whatever this request was sent for has happened. */
static bool tells_of_answer(const struct watch *w, const struct transaction *t,
			    const struct transaction *o)
{
	if (is_next_of_sender(w, t, o))
		return true;
	if (t->method == SIP_METHOD_INVITE)
		return !transaction_is(t, TRANSACTION_IN_DIALOG) &&
		       transaction_is(o, TRANSACTION_IN_DIALOG);
	return t->method == SIP_METHOD_CANCEL &&
	       o->method == SIP_METHOD_INVITE && o->cseq == t->cseq &&
	       o->final_code != 0;
}

/* What other transactions of the call say about an answer to this one. */
struct signs {
	bool of_answer;      /* it seems to have come */
	bool other_answered; /* another copy of the INVITE got a 2xx */
	bool both_ways;      /* responses of this hop are captured */
};

static void look_at(const struct watch *w, const struct transaction *t,
		    const struct transaction *o, struct signs *s)
{
	s->of_answer |= tells_of_answer(w, t, o);
	s->other_answered |= o->method == SIP_METHOD_INVITE &&
			     o->cseq == t->cseq && o->final_code >= 200 &&
			     o->final_code < 300;
	s->both_ways |=
		o->hop == t->hop && (o->final_code != 0 || o->phase_code != 0);
}

/*
 * Is it sure that nothing came?  Over UDP a sender that waits repeats the
 * request; else both ways have to be in the capture.
 */
static bool nothing_came(const struct watch *w, const struct exchange *x)
{
	const struct transaction *t = x->t;
	const struct transaction *o = t;
	struct signs s = { .both_ways = x->response.id != 0 };
	unsigned left = WATCH_NEAR;

	if (transaction_is(t, TRANSACTION_ACKED))
		return false;
	while ((o = watch_later(w, o, SIP_METHOD_NONE, &left)) != NULL)
		look_at(w, t, o, &s);
	left = WATCH_NEAR;
	o = t;
	while ((o = watch_earlier(w, o, SIP_METHOD_NONE, &left)) != NULL)
		look_at(w, t, o, &s);
	/* A branch of a fork: the dialog is that of another one. */
	if (s.of_answer && s.other_answered)
		return x->request.count > 0;
	return !s.of_answer && (x->request.count > 0 || s.both_ways);
}

/* ---- is it still waited for? */

/* More copies are to come, by the gaps so far, with a quarter for loss. */
static bool is_repeated_on(const struct watch *w, const struct exchange *x)
{
	const struct back_off *b = &x->request;
	int64_t next_ns = b->count == 0 ? T1_NS : b->gap_ns;

	if (b->count > 0 && (!b->capped || next_ns * 2 < T2_NS))
		next_ns *= 2;
	return w->now_ns - b->last.ns < next_ns / 4 * 5;
}

/* False if it cannot be told: the copies ended, so that the sender has given
 * up for a reason of its own. */
static bool judge_wait(const struct watch *w, const struct exchange *x,
		       struct audit *a)
{
	const struct back_off *b = &x->request;
	bool repeats = !x->reliable && b->count > 0;
	int64_t waited = w->now_ns - a->begin_ns;

	a->result = AUDIT_RUNS;
	if (waited < T1_64_NS)
		return waited >= T1_NS && (x->reliable || is_repeated_on(w, x));
	/* Gaps that begin longer are those of a larger T1. */
	if (repeats && b->first_gap_ns > T1_NS / 5 * 6 && is_repeated_on(w, x))
		return true;
	a->result = AUDIT_RAN_OUT;
	return !repeats || b->last.ns - a->begin_ns >= LAST_COPY_NS;
}

/* ---- Timers B and F */

static struct mark awaited(const struct exchange *x)
{
	return x->t->method == SIP_METHOD_INVITE ? x->response : x->final.first;
}

/* The 408 that the sender made of it for the hop before. */
static bool find_giving_up(struct watch *w, const struct exchange *x,
			   struct audit *a)
{
	const struct transaction *u = watch_upstream(w, x->t);

	if (u == NULL || u->final_code != 408 || u->final_ns < a->begin_ns)
		return false;
	a->seen_ns = u->final_ns - a->begin_ns;
	a->end_msg = watch_final(w, u);
	a->result =
		a->seen_ns < T1_64_NS - NEARLY_NS ? AUDIT_EARLY : AUDIT_RAN_OUT;
	return true;
}

static bool judge_silence(struct watch *w, const struct exchange *x,
			  struct audit *a)
{
	if (!nothing_came(w, x))
		return false;
	return find_giving_up(w, x, a) || judge_wait(w, x, a);
}

/* That it was stopped is told of the requests that begin something. */
static bool is_worth_telling(const struct watch *w, const struct exchange *x)
{
	if (x->t->method == SIP_METHOD_INVITE)
		return !transaction_is(x->t, TRANSACTION_IN_DIALOG);
	return view_transaction(w->view, w->call->first_transaction) == x->t;
}

static void wait_for_answer(struct watch *w, const struct exchange *x)
{
	bool invite = x->t->method == SIP_METHOD_INVITE;
	struct mark end = awaited(x);
	struct audit a = { .timer = invite ? "timer-b" : "timer-f",
			   .msg = x->request.first.id,
			   .end_msg = end.id,
			   .begin_ns = x->request.first.ns,
			   .due_ns = T1_64_NS,
			   .seen_ns = -1,
			   .element = x->hop->source };

	if (end.id == 0) {
		/* A non-INVITE that got a 100 waits on, and that is known. */
		if (!judge_silence(w, x, &a))
			return;
	} else {
		a.seen_ns = end.ns - a.begin_ns;
		a.result = a.seen_ns > T1_64_NS &&
					   x->request.last.ns - a.begin_ns <=
						   T1_64_NS
				   ? AUDIT_LATE
				   : AUDIT_KEPT;
		if (a.result == AUDIT_KEPT && !is_worth_telling(w, x))
			return;
	}
	watch_add(w, &a);
}

/* ---- Timers A and E */

static void back_off(struct watch *w, const struct exchange *x)
{
	bool invite = x->t->method == SIP_METHOD_INVITE;
	struct mark end = awaited(x);
	struct audit a = {
		.timer = invite ? "timer-a" : "timer-e",
		.result = x->request.early ? AUDIT_EARLY : AUDIT_KEPT,
		.msg = x->request.first.id,
		.end_msg = end.id,
		.begin_ns = x->request.first.ns,
		.due_ns = -1,
		.seen_ns = end.id != 0 ? end.ns - x->request.first.ns : -1,
		.count = x->request.count,
		.element = x->hop->source,
	};

	if (!x->reliable && back_off_is_told(&x->request))
		watch_add(w, &a);
}

/* ---- 100 within 200 ms */

static void first_response(struct watch *w, const struct exchange *x)
{
	struct audit a = { .timer = "trying-100",
			   .msg = x->request.first.id,
			   .end_msg = x->response.id,
			   .begin_ns = x->request.first.ns,
			   .due_ns = TRYING_NS,
			   .seen_ns = x->response.ns - x->request.first.ns,
			   .element = x->hop->destination };

	if (x->response.id == 0 || transaction_is(x->t, TRANSACTION_IN_DIALOG))
		return;
	a.result = a.seen_ns > TRYING_NS ? AUDIT_LATE : AUDIT_KEPT;
	/* The copies before may have been lost on their way to the server. */
	if (x->request.count > 0 &&
	    x->response.ns - x->request.last.ns <= TRYING_NS)
		return;
	watch_add(w, &a);
}

void timers_client(struct watch *w, const struct exchange *x)
{
	if (x->t->method == SIP_METHOD_INVITE)
		first_response(w, x);
	back_off(w, x);
	wait_for_answer(w, x);
}
