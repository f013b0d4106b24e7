#include "sipmon/sip/method.h"
#include "watch.h"

/* A callee that repeats itself so often waits for an ACK that it did not get.
 */
#define COPIES_MANY 3

static struct audit from_final(const struct exchange *x, const char *timer)
{
	return (struct audit){ .timer = timer,
			       .msg = x->final.first.id,
			       .begin_ns = x->final.first.ns,
			       .due_ns = -1,
			       .seen_ns = -1,
			       .element = x->hop->destination };
}

static void seen_until(struct audit *a, const struct mark *end)
{
	a->end_msg = end->id;
	a->seen_ns = end->id != 0 ? end->ns - a->begin_ns : -1;
}

/* ---- refusals of INVITE: Timers G, H, D, I */

/* Copies of the request make the server repeat the response too. */
static bool is_early(const struct exchange *x)
{
	return x->final.early && x->repeats == 0;
}

static void repeat_refusal(struct watch *w, const struct exchange *x)
{
	struct audit a = from_final(x, "timer-g");

	if (x->reliable || !back_off_is_told(&x->final))
		return;
	a.result = is_early(x) ? AUDIT_EARLY : AUDIT_KEPT;
	a.count = x->final.count;
	seen_until(&a, &x->ack);
	watch_add(w, &a);
}

static void wait_for_ack(struct watch *w, const struct exchange *x)
{
	struct audit a = from_final(x, "timer-h");

	a.due_ns = T1_64_NS;
	seen_until(&a, &x->ack);
	if (x->ack.id != 0)
		a.result = a.seen_ns > T1_64_NS ? AUDIT_LATE : AUDIT_KEPT;
	else if (w->now_ns - a.begin_ns >= T1_64_NS)
		a.result = AUDIT_RAN_OUT;
	else
		a.result = AUDIT_RUNS;
	watch_add(w, &a);
}

/* Copies of the refusal behind the ACK, each acknowledged again; or of the
 * ACK alone. */
static void absorb_refusal(struct watch *w, const struct exchange *x)
{
	struct audit a = from_final(x, "timer-d");

	if (x->reliable || x->ack_copies == 0)
		return;
	a.due_ns = T1_64_NS;
	a.count = x->finals_after_ack;
	a.element = x->hop->source;
	seen_until(&a, &x->final_after_ack);
	if (x->finals_after_ack == 0) {
		a = from_final(x, "timer-i");
		a.msg = x->ack.id;
		a.begin_ns = x->ack.ns;
		a.due_ns = T4_NS;
		a.count = x->ack_copies;
		seen_until(&a, &x->last_ack);
	} else if (x->last_ack.ns < x->final_after_ack.ns) {
		/* The last copy was not acknowledged, as far as one sees. */
		return;
	}
	if (a.seen_ns <= a.due_ns)
		watch_add(w, &a);
}

/* ---- 2xx to INVITE: sent again, and Timers L and M */

static void repeat_answer(struct watch *w, const struct exchange *x)
{
	struct audit a = from_final(x, "resend-2xx");

	if (!back_off_is_told(&x->final))
		return;
	a.count = x->final.count;
	a.due_ns = T1_64_NS;
	seen_until(&a, &x->ack);
	if (is_early(x))
		a.result = AUDIT_EARLY;
	else if (x->ack.id != 0)
		a.result = a.seen_ns > T1_64_NS ? AUDIT_LATE : AUDIT_KEPT;
	else if (w->now_ns - a.begin_ns < T1_64_NS)
		a.result = AUDIT_RUNS;
	else if (x->final.count >= COPIES_MANY)
		a.result = AUDIT_RAN_OUT;
	else
		return; /* the ACK took another way, and has come */
	watch_add(w, &a);
}

static const struct mark *later_of(const struct mark *a, const struct mark *b)
{
	if (a->id == 0 || b->id == 0)
		return a->id == 0 ? b : a;
	return a->ns > b->ns ? a : b;
}

static void absorb(struct watch *w, struct audit *a, unsigned count,
		   const struct mark *last)
{
	if (count == 0)
		return;
	a->due_ns = T1_64_NS;
	a->count = count;
	seen_until(a, last);
	a->result = a->seen_ns > T1_64_NS ? AUDIT_LATE : AUDIT_KEPT;
	watch_add(w, a);
}

static void accepted(struct watch *w, const struct exchange *x)
{
	struct audit l = from_final(x, "timer-l");
	struct audit m = from_final(x, "timer-m");

	m.element = x->hop->source;
	absorb(w, &l, x->repeats, &x->repeat);
	absorb(w, &m, x->forks + x->finals_after_ack,
	       later_of(&x->fork, &x->final_after_ack));
}

/* ---- reliable provisional responses (RFC 3262 section 3) */

/* The first PRACK of the caller since then; the response before it has had
 * its own, as none is sent until the one before is acknowledged. */
static const struct transaction *
prack_after(const struct watch *w, const struct exchange *x, int64_t since_ns)
{
	const struct transaction *o = x->t;
	unsigned left = WATCH_NEAR;

	while ((o = watch_later(w, o, SIP_METHOD_PRACK, &left)) != NULL)
		if (o->request_ns >= since_ns && o->cseq > x->t->cseq &&
		    (o->hop == x->t->hop ||
		     endpoint_same_host(&view_hop(w->view, o->hop)->source,
					&x->hop->source)))
			return o;
	return NULL;
}

static void reliable_1xx(struct watch *w, const struct exchange *x,
			 const struct back_off *b)
{
	const struct transaction *prack = prack_after(w, x, b->first.ns);
	struct audit a = { .timer = "resend-1xx",
			   .msg = b->first.id,
			   .begin_ns = b->first.ns,
			   .due_ns = T1_64_NS,
			   .seen_ns = -1,
			   .count = b->count,
			   .element = x->hop->destination };

	if (prack != NULL) {
		a.end_msg = prack->first_msg;
		a.seen_ns = prack->request_ns - b->first.ns;
		a.result = a.seen_ns > T1_64_NS ? AUDIT_LATE : AUDIT_KEPT;
	} else if (!back_off_is_told(b) || x->final_code != 0) {
		return; /* it may have taken another way */
	} else {
		a.result = w->now_ns - b->first.ns >= T1_64_NS ? AUDIT_RAN_OUT
							       : AUDIT_RUNS;
	}
	if (b->early)
		a.result = AUDIT_EARLY;
	watch_add(w, &a);
}

/* ---- other methods: Timers J and K */

static void absorb_request(struct watch *w, const struct exchange *x)
{
	struct audit a = from_final(x, "timer-j");

	if (x->reliable || x->final.first.id == 0)
		return;
	if (x->repeats > 0) {
		a.due_ns = T1_64_NS;
		a.count = x->repeats;
		seen_until(&a, &x->repeat);
		if (x->answer.id == 0 || x->answer.ns < x->repeat.ns)
			return; /* not answered, or not yet */
	} else if (x->final.count > 0) {
		a.timer = "timer-k";
		a.due_ns = T4_NS;
		a.count = x->final.count;
		a.element = x->hop->source;
		seen_until(&a, &x->final.last);
	} else {
		return;
	}
	if (a.seen_ns <= a.due_ns)
		watch_add(w, &a);
}

void timers_server(struct watch *w, const struct exchange *x)
{
	if (x->t->method != SIP_METHOD_INVITE) {
		absorb_request(w, x);
		return;
	}
	for (unsigned i = 0; i < x->reliable_count; i++)
		reliable_1xx(w, x, &x->reliable_1xx[i]);
	if (x->final_code >= 300) {
		repeat_refusal(w, x);
		wait_for_ack(w, x);
		absorb_refusal(w, x);
	} else if (x->final_code >= 200) {
		repeat_answer(w, x);
		accepted(w, x);
	}
}
