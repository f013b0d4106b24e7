#include "scene.h"

#include <arpa/inet.h>

#include "caller.h"
#include "sipmon/sip/method.h"

/* ---- signs */

static bool is_invite_outside(const struct transaction *t)
{
	return t->method == SIP_METHOD_INVITE &&
	       !transaction_is(t, TRANSACTION_IN_DIALOG);
}

static uint64_t signs_of(const struct transaction *t)
{
	uint64_t signs = 0;

	if (t->final_code < 300)
		return 0;
	if (t->final_code < 400 && is_invite_outside(t))
		signs |= SIGN_REDIRECTED;
	if (code_is_challenge(t->final_code) &&
	    transaction_is(t, TRANSACTION_AUTHORIZED))
		signs |= SIGN_CHALLENGED;
	if (t->final_code == 482 || t->final_code == 483)
		signs |= SIGN_LOOP;
	return signs;
}

static uint64_t signs_of_pair(const struct transaction *before,
			      const struct transaction *t)
{
	if (before->cseq == t->cseq && before->method == t->method)
		return before->hop == t->hop ? SIGN_AGAIN : SIGN_HOPS;
	if (t->cseq < before->cseq && t->hop == before->hop &&
	    transaction_is(t, TRANSACTION_IN_DIALOG))
		return SIGN_BACKWARDS;
	return 0;
}

void scene_begin(struct scene *s, const struct view *v, const struct call *c)
{
	/* The rest is set when it is needed: most calls need none of it. */
	s->view = v;
	s->call = c;
	s->now_ns = view_now_ns(v);
	s->signs = SIGN_CALL | c->noticed;
	if (c->dialog_count > 1)
		s->signs |= SIGN_FORKED;
	s->count = 0;
	s->sender_count = 0;
	s->transaction = view_transaction(v, c->first_transaction);
}

void scene_gather(struct scene *s)
{
	const struct transaction *t = s->transaction;
	unsigned i = s->count > SCENE_BACK ? s->count - SCENE_BACK : 0;

	if (s->count == SCENE_TRANSACTIONS)
		return;
	s->signs |= signs_of(t);
	for (; i < s->count; i++)
		s->signs |= signs_of_pair(s->list[i], t);
	s->list[s->count++] = t;
}

/* ---- transactions */

const struct transaction *find_near(const struct scene *s, relation_fn is)
{
	const struct transaction *t = s->transaction;
	unsigned looked = 0;

	for (const struct transaction *o = view_transaction(s->view, t->next);
	     o != NULL && looked < NEAR_TRANSACTIONS; looked++) {
		if (is(s, o))
			return o;
		o = view_transaction(s->view, o->next);
	}
	looked = 0;
	for (const struct transaction *o =
		     view_transaction(s->view, t->previous);
	     o != NULL && looked < NEAR_TRANSACTIONS; looked++) {
		if (is(s, o))
			return o;
		o = view_transaction(s->view, o->previous);
	}
	return NULL;
}

bool has_near(const struct scene *s, relation_fn is)
{
	return find_near(s, is) != NULL;
}

const struct endpoint *source_of(const struct scene *s,
				 const struct transaction *t)
{
	return &view_hop(s->view, t->hop)->source;
}

const struct endpoint *destination_of(const struct scene *s,
				      const struct transaction *t)
{
	return &view_hop(s->view, t->hop)->destination;
}

bool is_same_way(const struct scene *s, const struct transaction *a,
		 const struct transaction *b)
{
	return a->hop == b->hop ||
	       (endpoint_same_host(source_of(s, a), source_of(s, b)) &&
		endpoint_same_host(destination_of(s, a), destination_of(s, b)));
}

bool is_copy_of_request(const struct scene *s, const struct transaction *o)
{
	return o->method == s->transaction->method &&
	       o->cseq == s->transaction->cseq;
}

bool is_next_of_sender(const struct scene *s, const struct transaction *o)
{
	const struct transaction *t = s->transaction;

	return o->method == t->method && o->cseq > t->cseq &&
	       transaction_is(o, TRANSACTION_AUTHORIZED) &&
	       !transaction_is(t, TRANSACTION_AUTHORIZED) &&
	       endpoint_same_host(source_of(s, o), source_of(s, t));
}

uint32_t request_of(const struct scene *s, const struct transaction *t)
{
	const struct captured_msg *m = view_msg(s->view, t->first_msg);

	return m == NULL || msg_is(m, MSG_RESPONSE) ? 0 : t->first_msg;
}

uint32_t final_of(const struct scene *s, const struct transaction *t)
{
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->status == t->final_code && m->status != 0 &&
		    m->time_ns == t->final_ns)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

bool is_in_order(const struct scene *s, uint32_t first, uint32_t last)
{
	const struct captured_msg *m = view_msg(s->view, first);
	int64_t time_ns = INT64_MIN;
	uint8_t source = 0;

	if (m != NULL)
		source = m->source;
	for (uint32_t id = first; id != 0; id = m->next) {
		m = view_msg(s->view, id);
		if (m->time_ns < time_ns)
			return false;
		time_ns = m->time_ns;
		if (id == last)
			return m->source == source;
	}
	return false;
}

/* ---- bytes */

bool reading_of(const struct scene *s, uint32_t msg, struct reading *out)
{
	const struct captured_msg *m = view_msg(s->view, msg);

	buf_init(&out->bytes, SIP_MESSAGE_BYTES_MAX);
	return m != NULL && !msg_is(m, MSG_CUT) &&
	       view_bytes(s->view, m, &out->bytes) == ERR_OK &&
	       sip_msg_parse(&out->msg, buf_slice(&out->bytes));
}

void reading_free(struct reading *r)
{
	buf_free(&r->bytes);
}

bool host_of(struct slice host, struct endpoint *out)
{
	char text[INET6_ADDRSTRLEN];

	*out = (struct endpoint){ .family = 4 };
	if (host.len > 2 && host.ptr[0] == '[')
		host = slice_sub(host, 1, host.len - 2);
	if (host.len == 0 || host.len >= sizeof(text))
		return false;
	if (slice_find(host, ':') < host.len)
		out->family = 6;
	return inet_pton(out->family == 6 ? AF_INET6 : AF_INET,
			 slice_copy(host, text, sizeof(text)),
			 out->address) == 1;
}

/* ---- findings */

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
