#include "rules.h"

#include "caller.h"
#include "sipmon/sip/method.h"

/* The longest that a message stays in the network (RFC 3261 table 4). */
#define T4_NS INT64_C(5000000000)

/* ---- out-of-order */

/* Who counts his requests in a dialog on his own (RFC 3261 12.2.1.1). */
static bool counts_with(const struct captured_msg *a,
			const struct captured_msg *b)
{
	return a->dialog == b->dialog && a->dialog != 0 && a->hop == b->hop &&
	       msg_is(a, MSG_OTHER_FROM) == msg_is(b, MSG_OTHER_FROM);
}

/* A CSeq that can be believed; that of a CANCEL is of another request. */
static uint32_t counted_request(const struct scene *s,
				const struct transaction *t)
{
	uint32_t id = request_of(s, t);

	if (id == 0 || t->method == SIP_METHOD_CANCEL ||
	    !transaction_is(t, TRANSACTION_IN_DIALOG) ||
	    msg_is(view_msg(s->view, id), MSG_MALFORMED))
		return 0;
	return id;
}

/* RFC 3261 section 12.2.2: a UAS refuses such a request. */
static bool counts_back(const struct scene *s, unsigned at, struct finding *out)
{
	uint32_t id = counted_request(s, s->list[at]);
	unsigned least = at > NEAR_TRANSACTIONS ? at - NEAR_TRANSACTIONS : 0;

	for (unsigned i = at; id != 0 && i-- > least;) {
		uint32_t before = counted_request(s, s->list[i]);
		const struct captured_msg *m = view_msg(s->view, id);
		const struct captured_msg *b = view_msg(s->view, before);

		if (before == 0 || m->cseq >= b->cseq || !counts_with(b, m) ||
		    !is_in_order(s, before, id))
			continue;
		finding_start(out, 0, m->time_ns - b->time_ns, 0);
		finding_name(out, before);
		finding_name(out, id);
		return true;
	}
	return false;
}

/*
 * The final response of the same server before `late`; 0 if it may have been
 * one for another: a request came in between, or the dialogs differ.
 */
static uint32_t final_before(const struct scene *s, const struct transaction *t,
			     uint32_t late)
{
	const struct captured_msg *l = view_msg(s->view, late);
	uint32_t final = 0;

	for (uint32_t id = t->first_msg; id != late && id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (!msg_is(m, MSG_RESPONSE) && m->method != SIP_METHOD_ACK)
			final = 0;
		else if (m->status >= 200 && final == 0 && m->hop == l->hop &&
			 (l->dialog == 0 || l->dialog == m->dialog))
			final = id;
		id = m->next_in_transaction;
	}
	return final;
}

/* RFC 3261 section 17.2.1: what comes behind a final response is no more
 * given to the client. */
static bool is_behind_final(const struct scene *s, struct finding *out)
{
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);
		const struct transaction *t =
			view_transaction(s->view, m->transaction);
		uint32_t final;

		if (msg_is(m, MSG_LATE) && !msg_is(m, MSG_MALFORMED) &&
		    !msg_is(m, MSG_CUT) && t != NULL &&
		    (final = final_before(s, t, id)) != 0 &&
		    is_in_order(s, final, id)) {
			finding_start(out, m->status,
				      m->time_ns -
					      view_msg(s->view, final)->time_ns,
				      0);
			finding_name(out, request_of(s, t));
			finding_name(out, final);
			finding_name(out, id);
			return true;
		}
		id = m->next;
	}
	return false;
}

bool out_of_order(const struct scene *s, struct finding *out)
{
	if ((s->signs & MSG_LATE) != 0 && is_behind_final(s, out))
		return true;
	for (unsigned i = 1; i < s->count; i++)
		if ((s->signs & SIGN_BACKWARDS) != 0 && counts_back(s, i, out))
			return true;
	return false;
}

/* ---- double-answer */

/* Answers of one INVITE that are told apart; more add nothing. */
#define ANSWERS_MAX 8

struct answers {
	unsigned count;
	uint32_t dialogs[ANSWERS_MAX];
};

static bool is_new_answer(struct answers *a, uint32_t dialog)
{
	for (unsigned i = 0; i < a->count; i++)
		if (a->dialogs[i] == dialog)
			return false;
	if (a->count == ANSWERS_MAX)
		return false;
	a->dialogs[a->count++] = dialog;
	return true;
}

static bool is_answered_twice(const struct scene *s,
			      const struct transaction *t, struct finding *out)
{
	struct answers a = { .count = 0 };
	int64_t begin_ns = 0;

	finding_start(out, 0, -1, 0);
	finding_name(out, request_of(s, t));
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->status >= 200 && m->status < 300 && m->dialog != 0 &&
		    is_new_answer(&a, m->dialog)) {
			finding_name(out, id);
			if (a.count == 1)
				begin_ns = m->time_ns;
			else if (m->time_ns >= begin_ns)
				out->lasted_ns = m->time_ns - begin_ns;
		}
		id = m->next_in_transaction;
	}
	out->code = t->final_code;
	out->count = a.count;
	return a.count > 1;
}

bool double_answer(const struct scene *s, struct finding *out)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->method == SIP_METHOD_INVITE && t->final_code >= 200 &&
		    t->final_code < 300 && is_answered_twice(s, t, out))
			return true;
	}
	return false;
}

/* ---- cancel-crossing, glare */

static bool is_its_cancel(const struct scene *s, const struct transaction *o)
{
	return o->method == SIP_METHOD_CANCEL &&
	       o->cseq == s->transaction->cseq &&
	       is_same_way(s, o, s->transaction) && request_of(s, o) != 0;
}

/*
 * RFC 3261 section 9.1: a CANCEL cannot stop what has been answered.  Where it
 * is seen long behind the answer, its sender knew that, and nothing crossed.
 */
bool cancel_crossing(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	const struct transaction *cancel;
	int64_t waited;

	if (!transaction_is(t, TRANSACTION_CANCELLED) ||
	    s->story.final_code < 200 || s->story.final_code >= 300)
		return false;
	cancel = find_near(s, is_its_cancel);
	if (cancel == NULL || cancel->request_ns - s->story.final_ns > T4_NS)
		return false;
	waited = s->story.final_ns - cancel->request_ns;
	finding_start(out, s->story.final_code, waited >= 0 ? waited : -1, 0);
	finding_name(out, s->story.request);
	finding_name(out, waited >= 0 ? cancel->first_msg : s->story.final);
	finding_name(out, waited >= 0 ? s->story.final : cancel->first_msg);
	return true;
}

static bool changes_session(const struct transaction *t)
{
	return (t->method == SIP_METHOD_INVITE ||
		t->method == SIP_METHOD_UPDATE) &&
	       transaction_is(t, TRANSACTION_IN_DIALOG);
}

/* That of the other side, which was still open. */
static bool is_crossing(const struct scene *s, const struct transaction *o)
{
	const struct transaction *t = s->transaction;

	return changes_session(o) && request_of(s, o) != 0 &&
	       endpoint_same_host(source_of(s, o), destination_of(s, t)) &&
	       endpoint_same_host(destination_of(s, o), source_of(s, t)) &&
	       o->request_ns <= t->final_ns &&
	       (o->final_code == 0 || o->final_ns >= t->request_ns);
}

/* RFC 3261 section 14.2, RFC 3311 section 5.2 */
bool glare(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	const struct transaction *other;

	if (s->story.final_code != CODE_REQUEST_PENDING || !changes_session(t))
		return false;
	other = find_near(s, is_crossing);
	finding_start(out, s->story.final_code, -1, 0);
	if (other != NULL && other->request_ns < t->request_ns)
		finding_name(out, other->first_msg);
	finding_name(out, s->story.request);
	if (other != NULL)
		finding_name(out, other->first_msg);
	finding_name(out, s->story.final);
	return true;
}

/* ---- prack-missing */

/* A reliable provisional response, and how often it was sent again. */
struct reliable {
	uint32_t first;
	uint32_t last;
	int64_t first_ns;
	int64_t last_ns;
	uint32_t content;
	uint16_t code;
	unsigned copies;
};

static bool is_pracked(const struct scene *s, const struct reliable *r)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i]->method == SIP_METHOD_PRACK &&
		    s->list[i]->request_ns >= r->first_ns)
			return true;
	return false;
}

/* Requests inside the dialog pass here, so a PRACK would be seen. */
static bool passes_in_dialog(const struct scene *s, const struct transaction *t)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i]->hop == t->hop &&
		    transaction_is(s->list[i], TRANSACTION_IN_DIALOG))
			return true;
	return false;
}

/* RFC 3262 section 3: after 64 * T1 the server gives up. */
static bool waits_for_prack(const struct scene *s, const struct transaction *t,
			    const struct reliable *r)
{
	int64_t end = t->final_code != 0 ? t->final_ns : s->now_ns;

	if (r->first == 0 || is_pracked(s, r))
		return false;
	return r->copies >= COPIES_MANY ||
	       (end - r->first_ns >= NO_ANSWER_NS && passes_in_dialog(s, t));
}

static void add_reliable(struct reliable *r, uint32_t id,
			 const struct captured_msg *m)
{
	if (r->first == 0 || m->content != r->content) {
		*r = (struct reliable){ .first = id,
					.first_ns = m->time_ns,
					.content = m->content,
					.code = m->status };
	} else if (m->time_ns - r->last_ns < AUDIT_COPY_NS) {
		return;
	} else {
		r->copies++;
	}
	r->last = id;
	r->last_ns = m->time_ns;
}

static bool lacks_prack(const struct scene *s, const struct transaction *t,
			struct finding *out)
{
	struct reliable r = { .first = 0 };

	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->status >= 200)
			break;
		if (msg_is(m, MSG_RELIABLE)) {
			if (m->content != r.content &&
			    waits_for_prack(s, t, &r))
				break;
			add_reliable(&r, id, m);
		}
		id = m->next_in_transaction;
	}
	if (!waits_for_prack(s, t, &r))
		return false;
	finding_start(out, r.code,
		      r.copies > 0 ? r.last_ns - r.first_ns : NO_ANSWER_NS,
		      r.copies);
	finding_name(out, t->first_msg);
	finding_name(out, r.first);
	finding_name(out, r.last);
	return true;
}

bool prack_missing(const struct scene *s, struct finding *out)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];
		int64_t end = t->final_code != 0 ? t->final_ns : s->now_ns;

		if (t->method == SIP_METHOD_INVITE && request_of(s, t) != 0 &&
		    (t->retransmissions >= COPIES_MANY ||
		     end - t->request_ns >= NO_ANSWER_NS) &&
		    lacks_prack(s, t, out))
			return true;
	}
	return false;
}
