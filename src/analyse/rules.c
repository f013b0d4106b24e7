#include "rules.h"

#include "caller.h"
#include "sipmon/sip/method.h"

/* The server has to say 100 within it (RFC 3261 section 17.2.1). */
#define TRYING_NS INT64_C(200000000)

/* So many copies of one message are no accident. */
#define COPIES_MANY 3

/*
 * The third copy of a request is sent after 7 * T1, 3.5 s.  That it was in
 * vain is sure a while later, or when a fourth one has followed it.
 */
#define SILENCE_NS       INT64_C(1500000000)
#define SILENCE_LEAST_NS INT64_C(5000000000)

/* Other transactions of the call that are looked at, each way. */
#define NEAR_TRANSACTIONS 64

/* ---- other transactions */

typedef bool (*relation_fn)(const struct scene *s,
			    const struct transaction *other);

static bool has_near(const struct scene *s, relation_fn is)
{
	const struct transaction *t = s->transaction;
	unsigned looked = 0;

	for (const struct transaction *o = view_transaction(s->view, t->next);
	     o != NULL && looked < NEAR_TRANSACTIONS; looked++) {
		if (is(s, o))
			return true;
		o = view_transaction(s->view, o->next);
	}
	looked = 0;
	for (const struct transaction *o =
		     view_transaction(s->view, t->previous);
	     o != NULL && looked < NEAR_TRANSACTIONS; looked++) {
		if (is(s, o))
			return true;
		o = view_transaction(s->view, o->previous);
	}
	return false;
}

static const struct endpoint *source_of(const struct scene *s,
					const struct transaction *t)
{
	return &view_hop(s->view, t->hop)->source;
}

static const struct endpoint *destination_of(const struct scene *s,
					     const struct transaction *t)
{
	return &view_hop(s->view, t->hop)->destination;
}

static bool is_copy_of_request(const struct scene *s,
			       const struct transaction *o)
{
	return o->method == s->transaction->method &&
	       o->cseq == s->transaction->cseq;
}

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

/* Who sends credentials, or goes on in any way, has got an answer. */
static bool is_next_of_sender(const struct scene *s,
			      const struct transaction *o)
{
	const struct transaction *t = s->transaction;

	return o->method == t->method && o->cseq > t->cseq &&
	       transaction_is(o, TRANSACTION_AUTHORIZED) &&
	       !transaction_is(t, TRANSACTION_AUTHORIZED) &&
	       endpoint_same_host(source_of(s, o), source_of(s, t));
}

static bool is_ended_invite(const struct scene *s, const struct transaction *o)
{
	return o->method == SIP_METHOD_INVITE &&
	       o->cseq == s->transaction->cseq && o->final_code != 0;
}

/* ---- what rules share */

void finding_start(struct finding *out, uint16_t code, int64_t lasted_ns,
		   unsigned count)
{
	*out = (struct finding){ .code = code,
				 .lasted_ns = lasted_ns,
				 .count = count };
}

void finding_name(struct finding *out, uint32_t id)
{
	if (id == 0 || out->message_count == FINDING_MESSAGES)
		return;
	for (unsigned i = 0; i < out->message_count; i++)
		if (out->messages[i] == id)
			return;
	out->messages[out->message_count++] = id;
}

static uint32_t final_of(const struct scene *s, const struct transaction *t)
{
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->status == t->final_code && m->time_ns == t->final_ns)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
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

static bool stuck_in_trying(const struct scene *s, struct finding *out)
{
	return find_phase(s, true, out);
}

static bool ring_timeout(const struct scene *s, struct finding *out)
{
	return find_phase(s, false, out);
}

static bool no_response(const struct scene *s, struct finding *out)
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

static bool missing_ack(const struct scene *s, struct finding *out)
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
static bool ack_lost(const struct scene *s, struct finding *out)
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

static bool no_bye_answer(const struct scene *s, struct finding *out)
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

static bool retransmissions(const struct scene *s, struct finding *out)
{
	const struct story *y = &s->story;
	const struct captured_msg *first =
		view_msg(s->view, s->transaction->first_msg);

	if (story_copies(y) < COPIES_MANY)
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
static bool late_final(const struct scene *s, struct finding *out)
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

static bool slow_trying(const struct scene *s, struct finding *out)
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
	if (waited <= TRYING_NS)
		return false;
	finding_start(out, y->first_response_code, waited, 0);
	finding_name(out, y->request);
	finding_name(out, y->first_response);
	return true;
}

/* The same request, further on, was answered and does wait no more. */
static bool is_answered_behind(const struct scene *s,
			       const struct transaction *o)
{
	const struct transaction *t = s->transaction;

	/* Only a 2xx has to be passed on at once (RFC 3261 section 16.7): any
	 * other answer may make the proxy try another way. */
	return is_copy_of_request(s, o) && o->final_code >= 200 &&
	       o->final_code < 300 && o->request_ns >= t->request_ns &&
	       transaction_is(o, TRANSACTION_REQUEST_SEEN) &&
	       endpoint_same_host(source_of(s, o), destination_of(s, t)) &&
	       o->final_ns - t->request_ns < NO_ANSWER_NS &&
	       s->now_ns - o->final_ns >= NO_ANSWER_NS;
}

static const struct transaction *answered_behind(const struct scene *s)
{
	const struct transaction *o =
		view_transaction(s->view, s->transaction->next);

	for (unsigned i = 0; o != NULL && i < NEAR_TRANSACTIONS; i++) {
		if (is_answered_behind(s, o))
			return o;
		o = view_transaction(s->view, o->next);
	}
	return NULL;
}

static bool answer_lost(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	const struct transaction *behind;

	/* The way back must be in the capture, or the sender show that he
	 * waits on. */
	if (s->story.request == 0 || t->final_code != 0 ||
	    transaction_is(t, TRANSACTION_ACKED) ||
	    (s->story.first_response == 0 &&
	     s->story.request_copies < COPIES_MANY))
		return false;
	behind = answered_behind(s);
	if (behind == NULL || has_near(s, is_next_of_sender))
		return false;
	finding_start(out, behind->final_code, s->now_ns - behind->final_ns, 0);
	finding_name(out, s->story.request);
	finding_name(out, behind->first_msg);
	finding_name(out, final_of(s, behind));
	return true;
}

static bool loop(const struct scene *s, struct finding *out)
{
	const struct story *y = &s->story;

	if (y->final_code != 482 && y->final_code != 483)
		return false;
	/* RFC 3261 section 11: an OPTIONS may count the hops in this way. */
	if (s->transaction->method == SIP_METHOD_OPTIONS)
		return false;
	finding_start(out, y->final_code, -1, 0);
	finding_name(out, y->request);
	finding_name(out, y->final);
	return true;
}

/* ---- rules of the call */

static struct sender *find_sender(struct scene *s)
{
	const struct transaction *t = s->transaction;
	const struct flow *way = view_hop(s->view, t->hop);

	for (unsigned i = 0; i < s->sender_count; i++) {
		const struct flow *his = view_hop(s->view, s->senders[i].hop);

		if (s->senders[i].method == t->method &&
		    endpoint_same_host(&his->source, &way->source) &&
		    endpoint_same_host(&his->destination, &way->destination))
			return &s->senders[i];
	}
	return NULL;
}

static void add_challenge(const struct scene *s, struct sender *r)
{
	const struct transaction *t = s->transaction;

	if (r->proven)
		return;
	if (r->challenges++ == 0) {
		r->code = t->final_code;
		r->begin_ns = t->request_ns;
		r->message_count = 0;
	}
	r->end_ns = t->final_ns;
	if (r->message_count < FINDING_MESSAGES - 1)
		r->messages[r->message_count++] = t->first_msg;
	r->messages[r->message_count] = final_of(s, t);
}

void scene_follow_senders(struct scene *s)
{
	const struct transaction *t = s->transaction;
	bool challenged = code_is_challenge(t->final_code) &&
			  transaction_is(t, TRANSACTION_AUTHORIZED);
	struct sender *r;

	if ((s->sender_count == 0 && !challenged) || t->final_code == 0)
		return;
	r = find_sender(s);
	if (r == NULL && challenged && s->sender_count < SCENE_SENDERS) {
		r = &s->senders[s->sender_count++];
		*r = (struct sender){ .hop = t->hop, .method = t->method };
	}
	if (r == NULL)
		return;
	if (challenged) {
		add_challenge(s, r);
		return;
	}
	/* Any other answer ends the row; only success makes up for it. */
	r->proven = t->final_code >= 300 && r->challenges >= COPIES_MANY;
	if (!r->proven)
		r->challenges = 0;
}

static bool auth_loop(const struct scene *s, struct finding *out)
{
	for (unsigned i = 0; i < s->sender_count; i++) {
		const struct sender *r = &s->senders[i];

		if (r->challenges < COPIES_MANY)
			continue;
		finding_start(out, r->code, r->end_ns - r->begin_ns,
			      r->challenges);
		for (unsigned k = 0; k <= r->message_count; k++)
			finding_name(out, r->messages[k]);
		return true;
	}
	return false;
}

static bool malformed_message(const struct scene *s, struct finding *out)
{
	if (!call_is(s->call, CALL_MALFORMED))
		return false;
	finding_start(out, 0, -1, 0);
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (msg_is(m, MSG_MALFORMED)) {
			out->count++;
			finding_name(out, id);
		}
		id = m->next;
	}
	return out->count > 0;
}

/* ---- the table */

/* clang-format off */
const struct rule rules[RULES] = {
	{ "stuck-in-trying",   FINDING_ERROR,   false, true,  stuck_in_trying },
	{ "no-response",       FINDING_ERROR,   false, false, no_response },
	{ "missing-ack",       FINDING_ERROR,   false, true,  missing_ack },
	{ "auth-loop",         FINDING_ERROR,   true,  false, auth_loop },
	{ "loop",              FINDING_ERROR,   false, false, loop },
	{ "identity-broken-by-hop", FINDING_ERROR, true, false,
	  identity_broken_by_hop },
	{ "identity-invalid",  FINDING_ERROR,   true,  false, identity_invalid },
	{ "no-bye-answer",     FINDING_WARNING, false, false, no_bye_answer },
	{ "answer-lost",       FINDING_WARNING, false, false, answer_lost },
	{ "ack-lost",          FINDING_WARNING, false, true,  ack_lost },
	{ "late-final",        FINDING_WARNING, false, false, late_final },
	{ "slow-trying",       FINDING_WARNING, false, true,  slow_trying },
	{ "identity-untrusted", FINDING_WARNING, true, false,
	  identity_untrusted },
	{ "identity-stale",    FINDING_WARNING, true,  false, identity_stale },
	{ "retransmissions",   FINDING_WARNING, false, false, retransmissions },
	{ "malformed-message", FINDING_WARNING, true,  false, malformed_message },
	{ "ring-timeout",      FINDING_NOTE,    false, true,  ring_timeout },
	{ "identity-missing",  FINDING_NOTE,    false, false, identity_missing },
};
/* clang-format on */

static bool is_quiet_invite(const struct scene *s)
{
	const struct transaction *t = s->transaction;
	int64_t end = t->final_code != 0 ? t->final_ns : s->now_ns;
	int64_t least = NO_ANSWER_NS; /* that answer-lost waits for */
	/* The last phase began with, or after, the first response. */
	int64_t answered = t->phase_code != 0 ? t->phase_ns : end;

	if (s->limits.trying_ns < least)
		least = s->limits.trying_ns;
	if (s->limits.ringing_ns < least)
		least = s->limits.ringing_ns;
	if (end - t->request_ns >= least ||
	    answered - t->request_ns > TRYING_NS)
		return false;
	return t->final_code == 0 || transaction_is(t, TRANSACTION_ACKED) ||
	       s->now_ns - t->final_ns < NO_ANSWER_NS;
}

bool rules_are_quiet(const struct scene *s)
{
	const struct transaction *t = s->transaction;

	if (t->retransmissions >= 2 || t->final_code == 482 ||
	    t->final_code == 483 || t->final_code == CODE_USE_IDENTITY)
		return false;
	if (t->method == SIP_METHOD_INVITE)
		return is_quiet_invite(s);
	if (t->final_code != 0)
		return t->final_ns - t->request_ns <= NO_ANSWER_NS;
	return s->now_ns - t->request_ns < SILENCE_LEAST_NS;
}
