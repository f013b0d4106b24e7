#include "rules.h"

#include "caller.h"
#include "sipmon/call/passage.h"
#include "sipmon/sip/method.h"

/* Hops that a stuck request is followed over. */
#define STUCK_HOPS 8

/* ---- other transactions */

/* The same request to another target, or on another hop. */
static bool is_elsewhere(const struct scene *s, const struct transaction *o)
{
	return is_copy_of_request(s, o) && o->hop != s->transaction->hop;
}

/* A branch of the same fork. */
static bool is_branch(const struct scene *s, const struct transaction *o)
{
	return is_copy_of_request(s, o) &&
	       endpoint_same_host(source_of(s, o),
				  source_of(s, s->transaction));
}

/* The ACK for a 2xx may take another way than the INVITE. */
static bool is_acked(const struct scene *s, const struct transaction *o)
{
	return is_copy_of_request(s, o) && transaction_is(o, TRANSACTION_ACKED);
}

static bool is_in_dialog(const struct scene *s, const struct transaction *o)
{
	(void)s;
	return transaction_is(o, TRANSACTION_IN_DIALOG);
}

/* Requests inside the dialog pass here, so an ACK would be seen. */
static bool is_in_dialog_here(const struct scene *s,
			      const struct transaction *o)
{
	return is_in_dialog(s, o) && (o->hop == s->transaction->hop ||
				      (o->hop ^ 1) == s->transaction->hop);
}

static bool is_ended_invite(const struct scene *s, const struct transaction *o)
{
	return o->method == SIP_METHOD_INVITE &&
	       o->cseq == s->transaction->cseq && o->final_code != 0;
}

static int64_t waited_since(const struct scene *s, int64_t begin_ns)
{
	int64_t waited = s->now_ns - begin_ns;

	return waited < NO_ANSWER_NS ? waited : NO_ANSWER_NS;
}

static bool is_acked_or_answered(const struct scene *s)
{
	const struct transaction *t = s->transaction;

	return s->story.first_response != 0 || t->final_code != 0 ||
	       transaction_is(t, TRANSACTION_ACKED);
}

/*
 * Was there an answer that the capture does not hold?  It may see the
 * requests only.
 */
static bool has_unseen_answer(const struct scene *s)
{
	const struct transaction *t = s->transaction;

	if (t->method == SIP_METHOD_INVITE &&
	    !transaction_is(t, TRANSACTION_IN_DIALOG) &&
	    has_near(s, is_in_dialog))
		return true;
	if (t->method == SIP_METHOD_CANCEL && has_near(s, is_ended_invite))
		return true;
	return has_near(s, is_next_of_sender);
}

static bool waits_in_vain(const struct scene *s)
{
	int64_t waited = s->now_ns - s->transaction->request_ns;

	if (s->story.request == 0 || is_acked_or_answered(s))
		return false;
	if (waited >= NO_ANSWER_NS)
		return true;
	return waited >= SILENCE_LEAST_NS &&
	       (s->story.request_copies > COPIES_MANY ||
		(s->story.request_copies == COPIES_MANY &&
		 s->now_ns - s->story.last_request_ns >= SILENCE_NS));
}

static bool has_no_response(const struct scene *s)
{
	/* An unanswered BYE has a rule of its own. */
	return s->transaction->method != SIP_METHOD_BYE && waits_in_vain(s) &&
	       !has_unseen_answer(s);
}

/* ---- the rules */

/* Names the response that began the phase and the one that ended it. */
static void name_phase(const struct scene *s, const struct phase *p,
		       struct finding *out)
{
	bool begun = false;

	for (uint32_t id = s->transaction->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (!begun && m->status == p->code &&
		    m->time_ns == p->begin_ns) {
			begun = true;
			finding_name(out, id);
		} else if (begun && !p->open && m->status > 100 &&
			   m->status != p->code && m->time_ns == p->end_ns) {
			finding_name(out, id);
			return;
		}
		id = m->next_in_transaction;
	}
}

static bool find_phase(const struct scene *s, bool trying, struct finding *out)
{
	struct phase list[PHASE_ROOM];
	unsigned n;

	if (s->transaction->phase_code == 0)
		return false;
	n = phase_list(s->view, s->transaction, list, PHASE_ROOM);
	for (unsigned i = 0; i < n; i++) {
		if ((list[i].code == 100) != trying ||
		    !phase_is_stuck(&list[i], &s->limits))
			continue;
		/* A fork waits for its slowest branch: that is no fault, as
		 * long as the caller himself hears something. */
		if (!caller_sent(s->view, s->call, s->transaction) &&
		    has_near(s, is_branch))
			return false;
		finding_start(out, list[i].code,
			      list[i].end_ns - list[i].begin_ns, 0);
		finding_name(out, s->story.request);
		name_phase(s, &list[i], out);
		return true;
	}
	return false;
}

/* Did the request of `t` go out of the element that `from` came to, as far as
 * can be told? */
static bool came_out_of(const struct scene *s, const struct transaction *t,
			const struct transaction *from)
{
	uint32_t msg = request_of(s, t);
	struct passage p;

	if (!is_copy_of_request(s, t) || msg == 0 ||
	    !passage_of(s->view, msg, &p))
		return false;
	return p.in != 0 &&
	       view_transaction(s->view,
				view_msg(s->view, p.in)->transaction) == from;
}

/* The one copy that waits behind `t`; NULL if there is none, or more than one:
 * then the element of the fork waits. */
static const struct transaction *waiting_behind(const struct scene *s,
						const struct transaction *t)
{
	const struct transaction *only = NULL;
	const struct transaction *o = view_transaction(s->view, t->next);

	for (unsigned i = 0; o != NULL && i < NEAR_TRANSACTIONS; i++) {
		/* One that rings is not stuck: its 18x was lost on the way. */
		if (o->final_code == 0 && o->phase_code <= 100 &&
		    came_out_of(s, o, t)) {
			if (only != NULL)
				return NULL;
			only = o;
		}
		o = view_transaction(s->view, o->next);
	}
	return only;
}

/* The element where the request ended: what it was sent to last. */
static const struct endpoint *stuck_at(const struct scene *s)
{
	const struct transaction *t = s->transaction;

	for (unsigned i = 0; i < STUCK_HOPS; i++) {
		const struct transaction *next = waiting_behind(s, t);

		if (next == NULL)
			break;
		t = next;
	}
	return destination_of(s, t);
}

bool stuck_in_trying(const struct scene *s, struct finding *out)
{
	if (!find_phase(s, true, out))
		return false;
	out->element = *stuck_at(s);
	return true;
}

bool ring_timeout(const struct scene *s, struct finding *out)
{
	return find_phase(s, false, out);
}

bool no_response(const struct scene *s, struct finding *out)
{
	if (!has_no_response(s))
		return false;
	finding_start(out, 0, waited_since(s, s->transaction->request_ns),
		      s->story.request_copies);
	finding_name(out, s->story.request);
	finding_name(out, s->story.last_request);
	return true;
}

/*
 * Does an ACK that is not there prove something?  That for a 300 to 699 takes
 * the way of its INVITE.  That for a 2xx may go past this capture, unless the
 * callee shows by repeating that it waits, this hop is the only one, or other
 * requests of the dialog pass here.
 */
static bool ack_must_pass(const struct scene *s)
{
	if (s->story.final_code >= 300 || s->story.final_copies > 0)
		return true;
	return !has_near(s, is_elsewhere) || has_near(s, is_in_dialog_here);
}

bool missing_ack(const struct scene *s, struct finding *out)
{
	const struct story *y = &s->story;

	if (y->request == 0 || y->final == 0 ||
	    transaction_is(s->transaction, TRANSACTION_ACKED))
		return false;
	if (y->final_copies < COPIES_MANY &&
	    s->now_ns - y->final_ns < NO_ANSWER_NS)
		return false;
	if (y->final_code < 300 && has_near(s, is_acked))
		return false;
	if (!ack_must_pass(s))
		return false;
	finding_start(out, y->final_code, waited_since(s, y->final_ns),
		      y->final_copies);
	finding_name(out, y->request);
	finding_name(out, y->final);
	finding_name(out, y->last_final);
	return true;
}

/* One copy may have crossed the ACK on its way. */
bool ack_lost(const struct scene *s, struct finding *out)
{
	const struct story *y = &s->story;

	if (y->ack == 0 || y->final_copies_after_ack < 2)
		return false;
	finding_start(out, y->final_code, y->last_final_ns - y->ack_ns,
		      y->final_copies_after_ack);
	finding_name(out, y->request);
	finding_name(out, y->final);
	finding_name(out, y->ack);
	finding_name(out, y->last_final);
	return true;
}

bool no_bye_answer(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;

	if (t->method != SIP_METHOD_BYE || s->story.request == 0 ||
	    s->story.final != 0 || s->now_ns - t->request_ns < NO_ANSWER_NS ||
	    !call_is(s->call, CALL_RESPONSE) || has_near(s, is_next_of_sender))
		return false;
	finding_start(out, 0, waited_since(s, t->request_ns),
		      s->story.request_copies);
	finding_name(out, s->story.request);
	finding_name(out, s->story.last_request);
	return true;
}

bool retransmissions(const struct scene *s, struct finding *out)
{
	const struct story *y = &s->story;
	const struct captured_msg *first =
		view_msg(s->view, s->transaction->first_msg);

	if (story_copies(y) < COPIES_MANY)
		return false;
	/* A probe of one that is away: no more than that is known until it is
	 * sent once more, or given up. */
	if (y->first_response == 0 && story_copies(y) == COPIES_MANY &&
	    !waits_in_vain(s))
		return false;
	finding_start(out, 0, y->last_copy_ns - first->time_ns,
		      story_copies(y));
	finding_name(out, s->transaction->first_msg);
	if (y->final_copies > 0)
		finding_name(out, y->final);
	finding_name(out, y->last_copy);
	return true;
}

/* Timers B and F have fired by then: the sender has given up. */
bool late_final(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	const struct story *y = &s->story;

	if (y->request == 0 || y->final == 0 ||
	    y->final_ns - t->request_ns <= NO_ANSWER_NS)
		return false;
	/* An INVITE may wait for ever once it has a provisional response. */
	if (t->method == SIP_METHOD_INVITE && y->first_response != y->final)
		return false;
	finding_start(out, y->final_code, y->final_ns - t->request_ns, 0);
	finding_name(out, y->request);
	finding_name(out, y->final);
	return true;
}

/* One that answers so soon had nothing to think about before. */
#define PROMPT_NS INT64_C(50000000)

bool slow_trying(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	const struct story *y = &s->story;
	int64_t waited;

	if (y->request == 0)
		return false;
	if (y->first_response != 0)
		waited = y->first_response_ns - t->request_ns;
	else if (is_acked_or_answered(s) || waits_in_vain(s) ||
		 has_unseen_answer(s))
		return false;
	else
		waited = s->now_ns - t->request_ns;
	if (waited <= TRYING_SURE_NS)
		return false;
	/* Answered at once when it came again: the first was lost. */
	if (y->request_copies > 0 && y->first_response != 0 &&
	    y->first_response_ns > y->last_request_ns &&
	    y->first_response_ns - y->last_request_ns <= PROMPT_NS)
		return false;
	finding_start(out, y->first_response_code, waited, 0);
	finding_name(out, y->request);
	finding_name(out, y->first_response);
	return true;
}
