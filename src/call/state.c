#include "sipmon/call/state.h"

#include "impl.h"

/* Timers B and F: 64 * T1 (RFC 3261 table 4). */
#define NO_ANSWER_NS (INT64_C(32) * 1000000000)

/* Transactions behind a challenge among which its answer is looked for. */
#define ATTEMPTS_LOOKED_AT 64

bool transaction_is_callers(const struct view *v, const struct call *c,
			    const struct transaction *t, bool both)
{
	const struct flow *first = view_hop(v, c->hop);
	const struct flow *hop = view_hop(v, t->hop);

	if (endpoint_eq(&hop->source, &first->source))
		return true;
	if (both && endpoint_eq(&hop->destination, &first->source))
		return true;
	/* The same host to the same server: a new connection, or a client
	 * that takes another port for each request. */
	return endpoint_same_host(&hop->source, &first->source) &&
	       endpoint_eq(&hop->destination, &first->destination);
}

bool call_has_initial(const struct view *v, const struct call *c)
{
	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next))
		if (transaction_is_initial(t))
			return true;
	return false;
}

bool call_talks_on(const struct view *v, const struct call *c)
{
	bool ended = false;
	bool talks = false;

	for (const struct dialog *d = view_dialog(v, c->first_dialog);
	     d != NULL; d = view_dialog(v, d->next)) {
		/* A BYE with tags of its own ends what there is. */
		if (d->method != SIP_METHOD_INVITE)
			continue;
		ended |= d->state == DIALOG_TERMINATED;
		talks |= d->state == DIALOG_CONFIRMED;
	}
	return ended && talks;
}

bool call_challenge_answered(const struct view *v, const struct transaction *t)
{
	const struct flow *hop = view_hop(v, t->hop);
	const struct transaction *later = view_transaction(v, t->next);

	if (t->final_code != 401 && t->final_code != 407)
		return false;
	/* The next attempt follows soon; a flood of them costs no more. */
	for (unsigned i = 0; later != NULL && i < ATTEMPTS_LOOKED_AT; i++) {
		if (later->method == t->method && later->cseq > t->cseq &&
		    endpoint_same_host(&view_hop(v, later->hop)->source,
				       &hop->source))
			return true;
		later = view_transaction(v, later->next);
	}
	return false;
}

/* What the transactions of a call say together. */
struct summary {
	bool invite;   /* an INVITE, or a request that only lives with one */
	bool answered; /* a 2xx to an INVITE, or a request inside a dialog */
	bool bye;
	const struct transaction *last; /* the attempt that tells the outcome */
	const struct transaction *cancel; /* the caller's last one */
};

static uint16_t method_of(const struct view *v, const struct call *c)
{
	const struct transaction *t = view_transaction(v, c->first_transaction);

	if (c->method != SIP_METHOD_NONE)
		return c->method;
	return t == NULL ? SIP_METHOD_NONE : t->method;
}

/* Methods that are used inside an INVITE dialog only. */
static bool lives_with_invite(uint16_t method)
{
	return method == SIP_METHOD_INVITE || method == SIP_METHOD_ACK ||
	       method == SIP_METHOD_BYE || method == SIP_METHOD_CANCEL ||
	       method == SIP_METHOD_PRACK || method == SIP_METHOD_UPDATE;
}

static void add_to_summary(const struct view *v, const struct call *c,
			   const struct transaction *t, struct summary *s)
{
	switch (t->method) {
	case SIP_METHOD_BYE:
		s->invite = true;
		s->bye = true;
		return;
	case SIP_METHOD_CANCEL:
		/* A proxy cancels the branches that lost; that is no news. */
		if (transaction_is_callers(v, c, t, false))
			s->cancel = t;
		return;
	case SIP_METHOD_INVITE:
		break;
	default:
		return;
	}
	s->invite = true;
	if (transaction_is(t, TRANSACTION_IN_DIALOG)) {
		s->answered |= t->final_code >= 200 && t->final_code < 300;
		return;
	}
	if (!transaction_is_callers(v, c, t, false))
		return;
	s->answered |= t->final_code >= 200 && t->final_code < 300;
	if (!call_challenge_answered(v, t))
		s->last = t;
}

static struct summary summary_of(const struct view *v, const struct call *c)
{
	struct summary s = { .invite = lives_with_invite(method_of(v, c)) };

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next))
		add_to_summary(v, c, t, &s);
	return s;
}

/* Was the last attempt cancelled before it was refused? */
static bool is_cancelled(const struct summary *s)
{
	return s->cancel != NULL && s->cancel->cseq == s->last->cseq &&
	       (s->last->final_code == 0 ||
		s->cancel->request_ns <= s->last->final_ns);
}

static enum call_state failed_state(const struct summary *s)
{
	uint16_t code = s->last->final_code;

	if (code < 400)
		return CALL_STATE_REDIRECTED;
	if (code == 487 || is_cancelled(s))
		return CALL_STATE_CANCELLED;
	return code >= 500 && code < 600 ? CALL_STATE_FAILED
					 : CALL_STATE_REJECTED;
}

static enum call_state waiting_state(const struct view *v,
				     const struct summary *s)
{
	if (is_cancelled(s))
		return CALL_STATE_CANCELLED;
	if (s->last->phase_code > 100)
		return CALL_STATE_EARLY;
	if (s->last->phase_code == 100)
		return CALL_STATE_PROCEEDING;
	return v->now_ns - s->last->request_ns >= NO_ANSWER_NS
		       ? CALL_STATE_NO_ANSWER
		       : CALL_STATE_TRYING;
}

static enum call_state invite_state(const struct view *v, const struct call *c,
				    const struct summary *s)
{
	if (s->answered)
		return s->bye && !call_talks_on(v, c) ? CALL_STATE_COMPLETED
						      : CALL_STATE_ESTABLISHED;
	if (s->last != NULL && s->last->final_code >= 300)
		return failed_state(s);
	if (s->bye)
		return CALL_STATE_COMPLETED;
	if (s->last != NULL)
		return waiting_state(v, s);
	/* Seen from the middle, without an INVITE: who cancels rings, and who
	 * sends anything else talks. */
	return s->cancel != NULL ? CALL_STATE_CANCELLED
				 : CALL_STATE_ESTABLISHED;
}

static enum call_state outcome(const struct view *v,
			       const struct transaction *t)
{
	if (t->final_code == 0)
		return v->now_ns - t->request_ns >= NO_ANSWER_NS
			       ? CALL_STATE_NO_ANSWER
			       : CALL_STATE_PENDING;
	if (t->final_code < 300)
		return CALL_STATE_SUCCEEDED;
	if (t->final_code == 401 || t->final_code == 407)
		return CALL_STATE_CHALLENGED;
	return CALL_STATE_REJECTED;
}

/* The last attempt that has an outcome; a new one does not hide it. */
static enum call_state other_state(const struct view *v, const struct call *c)
{
	uint16_t method = method_of(v, c);
	enum call_state state = CALL_STATE_PENDING;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		enum call_state now;

		if (t->method != method ||
		    !transaction_is_callers(v, c, t, false))
			continue;
		now = call_challenge_answered(v, t) ? CALL_STATE_PENDING
						    : outcome(v, t);
		if (now != CALL_STATE_PENDING)
			state = now;
	}
	return state;
}

enum call_state call_state(const struct view *v, const struct call *c)
{
	struct summary s = summary_of(v, c);

	return s.invite ? invite_state(v, c, &s) : other_state(v, c);
}

const char *call_state_name(enum call_state s)
{
	static const char *const names[CALL_STATES] = {
		[CALL_STATE_TRYING] = "trying",
		[CALL_STATE_PROCEEDING] = "proceeding",
		[CALL_STATE_EARLY] = "early",
		[CALL_STATE_ESTABLISHED] = "established",
		[CALL_STATE_COMPLETED] = "completed",
		[CALL_STATE_REJECTED] = "rejected",
		[CALL_STATE_REDIRECTED] = "redirected",
		[CALL_STATE_CANCELLED] = "cancelled",
		[CALL_STATE_FAILED] = "failed",
		[CALL_STATE_NO_ANSWER] = "no-answer",
		[CALL_STATE_PENDING] = "pending",
		[CALL_STATE_SUCCEEDED] = "succeeded",
		[CALL_STATE_CHALLENGED] = "challenged",
	};

	return (unsigned)s < CALL_STATES ? names[s] : "unknown";
}

uint16_t call_final_code(const struct view *v, const struct call *c)
{
	uint16_t method = method_of(v, c);
	uint16_t code = 0;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next))
		if (t->method == method && t->final_code != 0 &&
		    transaction_is_callers(v, c, t, true) &&
		    !call_challenge_answered(v, t))
			code = t->final_code;
	return code;
}

uint16_t call_shown_code(const struct view *v, const struct call *c)
{
	uint16_t code = call_final_code(v, c);

	if (code != 0)
		return code;
	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (!transaction_is_callers(v, c, t, true))
			continue;
		if (t->phase_code != 0)
			code = t->phase_code;
		if (t->final_code != 0 && t->method != SIP_METHOD_CANCEL &&
		    !call_challenge_answered(v, t))
			code = t->final_code;
	}
	return code;
}

unsigned call_codes(const struct view *v, const struct call *c, uint16_t *out,
		    unsigned room)
{
	unsigned n = 0;

	for (const struct captured_msg *m = view_msg(v, c->first_msg);
	     m != NULL && n < room; m = view_msg(v, m->next)) {
		unsigned i = 0;

		if (!msg_is(m, MSG_RESPONSE))
			continue;
		while (i < n && out[i] != m->status)
			i++;
		if (i == n)
			out[n++] = m->status;
	}
	return n;
}
