#include "tale.h"

#include "sipmon/call/passage.h"
#include "sipmon/call/state.h"
#include "sipmon/sip/method.h"

/* Transactions that are walked: a call used for ever has thousands. */
#define TRANSACTIONS_MAX 4096

struct looker {
	struct tale_facts *f;
	const struct view *view;
	const struct call *call;
	uint16_t final_code;
};

static bool is_success(const struct transaction *t)
{
	return t->final_code >= 200 && t->final_code < 300;
}

static bool is_seen(const struct transaction *t)
{
	return transaction_is(t, TRANSACTION_REQUEST_SEEN);
}

/* Does the caller send or get it, on the hop where the call began? */
static bool is_at_caller(const struct looker *l, const struct transaction *t)
{
	const struct flow *begun = view_hop(l->view, l->f->first->hop);
	const struct flow *hop = view_hop(l->view, t->hop);

	return endpoint_eq(&hop->source, &begun->source) ||
	       endpoint_eq(&hop->destination, &begun->source);
}

static bool is_from_caller(const struct looker *l, const struct transaction *t)
{
	const struct flow *begun = view_hop(l->view, l->f->first->hop);

	return endpoint_eq(&view_hop(l->view, t->hop)->source, &begun->source);
}

/* Another try, or the one before sent again with credentials. */
static void add_attempt(const struct looker *l, const struct transaction *t)
{
	struct tale_facts *f = l->f;
	const struct transaction *before;

	if (f->attempt_count == 0) {
		f->attempts[f->attempt_count++] = t;
		return;
	}
	before = f->attempts[f->attempt_count - 1];
	if (before->final_code < 300 || t->request_ns < before->final_ns)
		return;
	if (before->final_code == 401 || before->final_code == 407)
		f->attempts[f->attempt_count - 1] = t;
	else if (f->attempt_count < TALE_ATTEMPTS)
		f->attempts[f->attempt_count++] = t;
}

static void look_at_method(const struct looker *l, const struct transaction *t)
{
	struct tale_facts *f = l->f;

	switch (t->method) {
	case SIP_METHOD_BYE:
		if (f->bye == NULL)
			f->bye = t;
		break;
	case SIP_METHOD_CANCEL:
		if (f->cancel == NULL)
			f->cancel = t;
		break;
	case SIP_METHOD_REFER:
		if (f->refer == NULL)
			f->refer = t;
		break;
	default:
		break;
	}
}

static void look_at_offer(const struct looker *l, const struct transaction *t)
{
	struct tale_facts *f = l->f;

	if (t->method != SIP_METHOD_INVITE && t->method != SIP_METHOD_UPDATE)
		return;
	if (f->answer == NULL || !transaction_is(t, TRANSACTION_IN_DIALOG) ||
	    t->request_ns < f->answer->final_ns || !is_at_caller(l, t))
		return;
	f->offers++;
	if (t->final_code >= 300)
		f->offers_refused++;
}

static void look_at(const struct looker *l, const struct transaction *t)
{
	struct tale_facts *f = l->f;
	bool same = t->method == l->call->method;
	bool answered = (t->final_code == 401 || t->final_code == 407) &&
			call_challenge_answered(l->view, t);

	if (t->method == SIP_METHOD_INVITE && is_success(t) &&
	    (f->answer == NULL || t->final_ns < f->answer->final_ns) &&
	    !transaction_is(t, TRANSACTION_IN_DIALOG))
		f->answer = t;
	/* The last hop that gave the outcome is where it came from. */
	if (same && t->final_code != 0 && t->final_code == l->final_code)
		f->last = t;
	if (!is_seen(t))
		return;
	if (same && f->first == NULL)
		f->first = t;
	if (answered && f->challenge == NULL)
		f->challenge = t;
	if (f->first != NULL && same && is_from_caller(l, t)) {
		f->requests += !answered;
		if (!transaction_is(t, TRANSACTION_IN_DIALOG) &&
		    (f->answer == NULL || t->request_ns <= f->answer->final_ns))
			add_attempt(l, t);
	}
	look_at_method(l, t);
	if (f->first != NULL)
		look_at_offer(l, t);
}

/* Requests that no call begins with. */
static bool is_within(uint16_t method)
{
	return method == SIP_METHOD_ACK || method == SIP_METHOD_BYE ||
	       method == SIP_METHOD_CANCEL || method == SIP_METHOD_PRACK;
}

void tale_look(struct tale_facts *f, const struct view *v, const struct call *c)
{
	const struct looker l = { f, v, c, call_final_code(v, c) };
	const struct transaction *t = view_transaction(v, c->first_transaction);

	*f = (struct tale_facts){ 0 };
	for (unsigned i = 0; t != NULL && i < TRANSACTIONS_MAX; i++) {
		look_at(&l, t);
		t = view_transaction(v, t->next);
	}
	f->midway = is_within(c->method) ||
		    (f->first != NULL &&
		     transaction_is(f->first, TRANSACTION_IN_DIALOG));
}

static bool has_passed(const struct tale_way *w, const struct endpoint *e)
{
	for (unsigned i = 0; i < w->count; i++)
		if (endpoint_eq(&w->places[i], e))
			return true;
	return false;
}

void tale_find_way(struct tale_way *out, const struct view *v,
		   const struct call *c, const struct transaction *t)
{
	const struct flow *hop = view_hop(v, t->hop);
	struct passage list[PASSAGE_ROOM];
	unsigned count = passage_list(v, c, list, PASSAGE_ROOM);
	uint32_t at = t->first_msg;
	uint32_t forked = 0; /* what the last but one got */

	*out = (struct tale_way){ .count = 2, .branches = 1 };
	out->places[0] = hop->source;
	out->places[1] = hop->destination;
	for (unsigned i = 0; i < count && out->count < TALE_WAY; i++) {
		const struct captured_msg *m = view_msg(v, list[i].out);
		const struct endpoint *to = &view_hop(v, m->hop)->destination;

		if (forked != 0 && list[i].in == forked)
			out->branches++;
		if (list[i].in != at)
			continue;
		if (has_passed(out, to)) {
			out->came_back = true;
			out->back = *to;
			return;
		}
		out->places[out->count++] = *to;
		forked = at;
		at = list[i].out;
		out->branches = 1;
	}
}
