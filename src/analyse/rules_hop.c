#include "rules.h"

#include "sipmon/call/passage.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/uri.h"

/* ---- slow-hop */

/* T1, and what an element may take that has said 100 (a look-up of routes). */
#define PASS_NS    INT64_C(500000000)
#define ROUTING_NS INT64_C(2000000000)

/* Copies of one message at most that an element is asked for. */
#define ASKED_MAX 4

#define NEVER INT64_MAX

enum passing { PASSING_REQUEST = 0, PASSING_ANSWER, PASSING_ACK, PASSINGS };

static bool has_to_pass(const struct transaction *t)
{
	return t->method == SIP_METHOD_BYE ||
	       (t->method == SIP_METHOD_INVITE &&
		!transaction_is(t, TRANSACTION_IN_DIALOG));
}

/* The ACK for a 2xx: only that goes from end to end. */
static uint32_t ack_of(const struct scene *s, const struct transaction *t)
{
	if (!transaction_succeeded(t) || !transaction_is(t, TRANSACTION_ACKED))
		return 0;
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->method == SIP_METHOD_ACK)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

static uint32_t passing_msg(const struct scene *s, const struct transaction *t,
			    enum passing what)
{
	switch (what) {
	case PASSING_REQUEST:
		return request_of(s, t);
	case PASSING_ANSWER:
		return transaction_succeeded(t) ? final_of(s, t) : 0;
	case PASSING_ACK:
		return ack_of(s, t);
	case PASSINGS:
		break;
	}
	return 0;
}

static int64_t passing_ns(const struct scene *s, const struct transaction *t,
			  enum passing what)
{
	uint32_t ack;

	if (!has_to_pass(t))
		return NEVER;
	switch (what) {
	case PASSING_REQUEST:
		return transaction_is(t, TRANSACTION_REQUEST_SEEN)
			       ? t->request_ns
			       : NEVER;
	case PASSING_ANSWER:
		return transaction_succeeded(t) ? t->final_ns : NEVER;
	case PASSING_ACK:
		ack = ack_of(s, t);
		return ack != 0 ? view_msg(s->view, ack)->time_ns : NEVER;
	case PASSINGS:
		break;
	}
	return NEVER;
}

/* Of a fork, or a search of one target after the other, an element may take
 * its time: how many copies came out of it? */
static bool came_out_once(const struct scene *s, const struct passage *p,
			  const struct transaction *t, enum passing what)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->count && n < 2; i++) {
		const struct transaction *o = s->list[i];
		struct passage other;
		uint32_t msg;

		if (o->method != t->method || o->cseq != t->cseq)
			continue;
		msg = passing_msg(s, o, what);
		if (msg != 0 && passage_of(s->view, msg, &other) &&
		    other.in == p->in)
			n++;
	}
	return n == 1;
}

/*
 * How long an element may keep a message.  What it has said in the meantime
 * (181, 182, 183) tells that it waits for somebody else: for ever.
 */
static int64_t allowed_ns(const struct scene *s, const struct captured_msg *in,
			  int64_t out_ns)
{
	const struct transaction *t =
		view_transaction(s->view, in->transaction);
	int64_t allowed = PASS_NS;

	if (msg_is(in, MSG_RESPONSE) || in->method != SIP_METHOD_INVITE)
		return PASS_NS;
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		id = m->next_in_transaction;
		if (m->time_ns > out_ns)
			continue;
		if (m->status == 100)
			allowed = ROUTING_NS;
		else if (m->status > 100 && m->status < 200)
			return NEVER;
	}
	return allowed;
}

/*
 * Did it leave right behind a copy of what came in?  Then those before may have
 * been lost on the way to the element, and not it was slow.
 */
static bool follows_copy(const struct scene *s, const struct captured_msg *in,
			 int64_t out_ns)
{
	const struct transaction *t =
		view_transaction(s->view, in->transaction);

	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->method == in->method && m->status == in->status &&
		    m->hop == in->hop && m->time_ns > in->time_ns &&
		    m->time_ns <= out_ns && out_ns - m->time_ns < AUDIT_COPY_NS)
			return true;
		id = m->next_in_transaction;
	}
	return false;
}

/* A callee that has no ACK within T1 repeats its 2xx (RFC 3261 13.3.1.4): where
 * it does not, the times are not to be believed. */
static bool is_waited_for(const struct scene *s,
			  const struct captured_msg *left)
{
	const struct transaction *t =
		view_transaction(s->view, left->transaction);
	unsigned answers = 0;

	if (left->method != SIP_METHOD_ACK)
		return true;
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->status >= 200 && m->status < 300 &&
		    m->time_ns < left->time_ns)
			answers++;
		id = m->next_in_transaction;
	}
	return answers > 1;
}

static bool was_slow(const struct scene *s, const struct transaction *t,
		     enum passing what, struct finding *out)
{
	uint32_t msg = passing_msg(s, t, what);
	const struct captured_msg *in;
	const struct captured_msg *left;
	struct passage p;

	/* It may have waited for another branch. */
	if (msg == 0 || !passage_of(s->view, msg, &p) || p.forked)
		return false;
	in = view_msg(s->view, p.in);
	left = view_msg(s->view, p.out);
	if (in == NULL || left == NULL || in->transaction == 0 ||
	    left->transaction == 0 || in->source != left->source ||
	    left->time_ns < in->time_ns)
		return false;
	if (left->time_ns - in->time_ns <= allowed_ns(s, in, left->time_ns) ||
	    follows_copy(s, in, left->time_ns) || !is_waited_for(s, left) ||
	    !came_out_once(s, &p, t, what) || !is_in_order(s, p.in, p.out))
		return false;
	finding_start(out, in->status, left->time_ns - in->time_ns, 0);
	out->element = p.element;
	finding_name(out, p.in);
	finding_name(out, p.out);
	return true;
}

/* An earlier copy, so much earlier that somebody must have been slow. */
static bool is_long_behind(const struct scene *s, unsigned at,
			   const int64_t *times)
{
	const struct transaction *t = s->list[at];

	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *o = s->list[i];

		if (times[i] < times[at] && times[at] - times[i] > PASS_NS &&
		    o->hop != t->hop && o->cseq == t->cseq &&
		    o->method == t->method)
			return true;
	}
	return false;
}

bool slow_hop(const struct scene *s, struct finding *out)
{
	int64_t times[SCENE_TRANSACTIONS];
	unsigned asked = 0;

	for (int what = PASSING_REQUEST; what < PASSINGS; what++) {
		for (unsigned i = 0; i < s->count; i++)
			times[i] =
				passing_ns(s, s->list[i], (enum passing)what);
		for (unsigned i = 0; i < s->count && asked < ASKED_MAX; i++) {
			if (times[i] == NEVER || !is_long_behind(s, i, times))
				continue;
			asked++;
			if (was_slow(s, s->list[i], (enum passing)what, out))
				return true;
		}
	}
	return false;
}

/* ---- number-changed */

/* Elements of one call that are looked through. */
#define ELEMENTS_MAX 4

/* What is short may be an extension, and is not one number in two forms. */
#define NUMBER_DIGITS 7

static bool is_number(struct slice user)
{
	unsigned digits = 0;

	for (size_t i = 0; i < user.len; i++)
		if (user.ptr[i] >= '0' && user.ptr[i] <= '9')
			digits++;
	return digits >= NUMBER_DIGITS;
}

static struct slice user_of(struct slice uri)
{
	struct sip_uri parsed;
	size_t at;

	if (!slice_is_set(uri))
		return SLICE_NONE;
	/* what could be read of a broken one is as good */
	(void)!sip_uri_parse(&parsed, uri, &at);
	return parsed.user;
}

static bool is_other_form(struct slice before, struct slice after)
{
	return slice_is_set(before) && slice_is_set(after) &&
	       number_form_differs(before, after);
}

static struct slice asserted_user(const struct sip_msg *msg)
{
	struct slice rest =
		sip_msg_field(msg, SIP_HEADER_P_ASSERTED_IDENTITY, 0);
	struct sip_nameaddr name;
	struct slice value;
	size_t at;

	if (!slice_is_set(rest) || !sip_value_next(&rest, &value))
		return SLICE_NONE;
	(void)!sip_nameaddr_parse(&name, value, &at);
	return name.uri.user;
}

static bool is_renumbered(const struct sip_msg *in, const struct sip_msg *left)
{
	return is_other_form(user_of(in->request_uri),
			     user_of(left->request_uri)) ||
	       is_other_form(in->from_user, left->from_user) ||
	       is_other_form(in->to_user, left->to_user) ||
	       is_other_form(asserted_user(in), asserted_user(left));
}

static bool writes_otherwise(const struct scene *s, const struct passage *p)
{
	struct reading in;
	struct reading left;
	bool is = reading_of(s, p->in, &in);

	is = reading_of(s, p->out, &left) && is &&
	     is_renumbered(&in.msg, &left.msg);
	reading_free(&in);
	reading_free(&left);
	return is;
}

bool number_changed(const struct scene *s, struct finding *out)
{
	unsigned asked = 0;

	if (!is_number(s->call->from_user) && !is_number(s->call->to_user))
		return false;
	for (unsigned i = 0; i < s->count && asked < ELEMENTS_MAX; i++) {
		const struct transaction *t = s->list[i];
		uint32_t msg = request_of(s, t);
		struct passage p;

		if (t->method != SIP_METHOD_INVITE || msg == 0 ||
		    transaction_is(t, TRANSACTION_IN_DIALOG) ||
		    !passage_of(s->view, msg, &p))
			continue;
		asked++;
		if (!writes_otherwise(s, &p))
			continue;
		finding_start(out, 0, -1, 0);
		out->element = p.element;
		finding_name(out, p.in);
		finding_name(out, p.out);
		return true;
	}
	return false;
}
