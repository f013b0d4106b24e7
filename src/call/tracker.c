#include "sipmon/call/tracker.h"

#include <string.h>

#include "notice.h"
#include "sipmon/net/packet.h"
#include "step.h"

/* Names for the list; longer ones are cut. */
#define NAME_BYTES_MAX 120

/* ---- method ids */

static uint16_t method_id(struct view *v, const struct sip_msg *msg)
{
	struct slice name =
		slice_sub(msg->method_name, 0, METHOD_NAME_BYTES - 1);

	if (msg->method != SIP_METHOD_OTHER)
		return (uint16_t)msg->method;
	for (uint16_t i = SIP_METHODS; i < v->method_count; i++)
		if (slice_eq(slice_of(v->method_names[i - SIP_METHODS]), name))
			return i;
	if (v->method_count == SIP_METHODS + METHOD_NAMES_MAX ||
	    memchr(name.ptr, '\0', name.len) != NULL)
		return SIP_METHOD_OTHER;
	(void)slice_copy(name, v->method_names[v->method_count - SIP_METHODS],
			 METHOD_NAME_BYTES);
	return v->method_count++;
}

static void count(struct view *v, const struct tracked *in, uint16_t method)
{
	const struct sip_msg *msg = in->msg;

	v->change++;
	v->totals.messages++;
	v->totals.by_transport[in->flow->transport]++;
	v->totals.malformed += msg->defects.count > 0;
	if (!msg->is_response) {
		v->totals.requests++;
		v->method_requests[method]++;
	} else {
		v->totals.responses++;
		if (msg->status < VIEW_CODES)
			v->totals.by_code[msg->status]++;
		else
			v->totals.other_codes++;
	}
}

/* ---- call */

struct call_key {
	const struct view *view;
	struct slice call_id;
};

static bool is_call(const void *ctx, uint32_t value)
{
	const struct call_key *key = ctx;
	const struct call *c = slab_at(&key->view->calls, value);

	return slice_eq(c->call_id, key->call_id);
}

static struct slice name_of(struct view *v, struct call *c, struct slice user,
			    struct slice host)
{
	struct slice name = slice_is_set(user) ? user : host;

	return arena_copy(&c->arena, v->strings,
			  slice_sub(name, 0, NAME_BYTES_MAX));
}

static struct call *new_call(struct step *st, struct slice call_id,
			     uint64_t hash)
{
	struct view *v = view_of(st);
	const struct sip_msg *msg = st->in->msg;
	uint32_t slot;
	struct call *c = slab_take(&v->calls, &slot);

	if (c == NULL)
		return NULL;
	c->call_id = arena_copy(&c->arena, v->strings, call_id);
	if (!slice_is_set(c->call_id) || map_add(&v->by_call_id, hash, slot)) {
		arena_reset(&c->arena, v->strings);
		slab_give(&v->calls, slot);
		return NULL;
	}
	c->id = ++v->generation << 32 | slot;
	c->from_user = name_of(v, c, msg->from_user, msg->from_host);
	c->to_user = name_of(v, c, msg->to_user, msg->to_host);
	c->start_ns = st->in->time_ns;
	c->end_ns = st->in->time_ns;
	c->hop = st->request_hop;
	c->earlier = v->order.last;
	if (v->order.last != 0)
		((struct call *)slab_at(&v->calls, v->order.last))->later =
			slot;
	else
		v->order.first = slot;
	v->order.last = slot;
	v->totals.calls++;
	store_touch(st->store, c, CALL_CLASS_OPEN);
	return c;
}

static bool is_full(const struct store *s, const struct call *c)
{
	return s->memory_bytes != 0 &&
	       (c->message_count >= CALL_MESSAGES_MAX ||
		c->transaction_count >= CALL_TRANSACTIONS_MAX ||
		c->bytes >= s->memory_bytes / CALL_SHARE);
}

/* Messages without a Call-ID are kept together, as the call of the empty one.
 */
static struct call *find_call(struct step *st)
{
	struct view *v = view_of(st);
	struct slice call_id = slice_is_set(st->in->msg->call_id)
				       ? st->in->msg->call_id
				       : SLICE("");
	struct call_key key = { v, call_id };
	uint64_t hash = call_id_hash(v, call_id);
	uint32_t slot = map_find(&v->by_call_id, hash, is_call, &key);

	if (slot != 0 && is_full(st->store, slab_at(&v->calls, slot))) {
		store_forget(st->store, slot);
		slot = 0;
	}
	return slot != 0 ? slab_at(&v->calls, slot)
			 : new_call(st, call_id, hash);
}

/* ---- filing */

static uint32_t msg_flags(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	unsigned flags = 0;

	if (msg->is_response)
		flags |= MSG_RESPONSE;
	else if (slice_is_set(msg->to_tag))
		flags |= MSG_IN_DIALOG;
	if (st->resent)
		flags |= MSG_RETRANSMISSION;
	if (msg->defects.count > 0)
		flags |= MSG_MALFORMED;
	if (st->in->cut)
		flags |= MSG_CUT;
	if (msg->body.len > 0 &&
	    (slice_eq_nocase(slice_sub(msg->content_type, 0, 15),
			     SLICE("application/sdp")) ||
	     slice_eq_nocase(slice_sub(msg->content_type, 0, 10),
			     SLICE("multipart/"))))
		flags |= MSG_SDP;
	if (sip_msg_has(msg, SIP_HEADER_IDENTITY))
		flags |= MSG_IDENTITY;
	if (sip_msg_has(msg, SIP_HEADER_AUTHORIZATION) ||
	    sip_msg_has(msg, SIP_HEADER_PROXY_AUTHORIZATION))
		flags |= MSG_AUTHORIZED;
	if (sip_msg_has(msg, SIP_HEADER_REASON))
		flags |= MSG_REASON;
	if (sip_msg_has(msg, SIP_HEADER_WARNING))
		flags |= MSG_WARNING;
	return flags;
}

/* Links the message behind the others of its call and transaction. */
static void link_message(struct step *st, struct captured_msg *m, uint32_t id)
{
	struct view *v = view_of(st);
	struct call *c = st->call;
	struct transaction *t = st->transaction;

	if (c->last_msg != 0)
		((struct captured_msg *)slab_at(&v->messages, c->last_msg))
			->next = id;
	else
		c->first_msg = id;
	c->last_msg = id;
	c->message_count++;
	if (t == NULL)
		return;
	if (t->last_msg != 0)
		((struct captured_msg *)slab_at(&v->messages, t->last_msg))
			->next_in_transaction = id;
	else
		t->first_msg = id;
	t->last_msg = id;
	m->transaction = st->transaction_id;
}

/* An Identity may cover what stands behind the body (RFC 4474): it is kept. */
static struct slice bytes_to_keep(const struct step *st)
{
	struct slice raw = st->in->msg->raw;

	if (sip_msg_has(st->in->msg, SIP_HEADER_IDENTITY))
		raw.len += st->in->trailing;
	return raw;
}

/* What can fail comes first: nothing is made yet that would hang on it. */
static bool keep_message(struct step *st)
{
	struct view *v = view_of(st);
	struct captured_msg *m = slab_take(&v->messages, &st->kept_id);
	struct slice bytes = bytes_to_keep(st);

	if (m == NULL)
		return false;
	m->len = (uint32_t)bytes.len;
	m->where = st->in->offset;
	if (m->where == PACKET_NO_OFFSET) {
		if (!log_append(&v->log, st->kept_id, bytes, &m->where)) {
			slab_give(&v->messages, st->kept_id);
			return false;
		}
		m->flags = MSG_IN_LOG;
		st->call->bytes += bytes.len;
	}
	st->kept = m;
	return true;
}

static uint32_t from_tag_of(const struct step *st)
{
	return (uint32_t)hash_bytes(view_of(st)->seed, st->in->msg->from_tag);
}

static bool has_other_from(const struct step *st)
{
	return !st->in->msg->is_response &&
	       st->call->method != SIP_METHOD_NONE &&
	       st->call->from_tag != from_tag_of(st);
}

/* RFC 3261 section 18.1.1: a longer request wants another transport. */
#define UDP_REQUEST_MAX 1300

/* The most that may stand behind a body and be its rest: what stands there
 * otherwise (RFC 3261 section 18.3) is padding, or another message. */
#define REST_BYTES_MAX 64

/* Content-Length ends the body in the middle of a line that goes on. */
static bool body_goes_on(const struct step *st)
{
	struct slice raw = st->in->msg->raw;
	uint32_t rest = st->in->trailing;
	char next;

	if (rest == 0 || rest > REST_BYTES_MAX || st->in->msg->body.len == 0 ||
	    raw.ptr[raw.len - 1] == '\n' || raw.ptr[raw.len + rest - 1] != '\n')
		return false;
	next = raw.ptr[raw.len];
	return next > ' ' && next < 0x7f;
}

/* Out of its place, or of a wrong length. */
static unsigned odd_flags(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	unsigned flags = body_goes_on(st) ? MSG_LENGTH_OFF : 0;

	if (msg->is_response) {
		if (msg->status < 200 && !st->resent &&
		    st->transaction != NULL && st->transaction->final_code != 0)
			flags |= MSG_LATE;
	} else if (msg->raw.len > UDP_REQUEST_MAX &&
		   st->in->flow->transport == TRANSPORT_UDP) {
		flags |= MSG_OVERSIZED;
	}
	return flags;
}

static void file_message(struct step *st)
{
	struct view *v = view_of(st);
	struct captured_msg *m = st->kept;

	m->flags |= msg_flags(st) | odd_flags(st);
	if (has_other_from(st))
		m->flags |= MSG_OTHER_FROM;
	if (!st->in->msg->is_response && st->call->method == SIP_METHOD_NONE)
		st->call->agent = agent_id(v, st->in->msg->user_agent);
	m->flags |= notice(st);
	m->time_ns = st->in->time_ns;
	m->call = call_slot(st->call);
	m->dialog = st->dialog_id;
	m->hop = st->hop;
	m->cseq = st->in->msg->cseq;
	m->content = st->content;
	m->status = st->in->msg->status;
	m->method = (uint8_t)st->method;
	m->source = (uint8_t)st->in->source;
	link_message(st, m, st->kept_id);
	if (st->dialog_id != 0) {
		struct dialog *d = slab_at(&v->dialogs, st->dialog_id);

		if (d->msg == 0)
			d->msg = st->kept_id;
	}
	if ((m->flags & (MSG_SDP | MSG_RETRANSMISSION | MSG_CUT)) == MSG_SDP)
		m->flags |= media_note_sdp(st);
	st->call->noticed |= m->flags;
}

/* A copy of an answer may come late, behind the BYE. */
static bool is_answer(const struct step *st)
{
	const struct dialog *d = view_dialog(view_of(st), st->dialog_id);

	return st->method == SIP_METHOD_INVITE && st->in->msg->status < 300 &&
	       (d == NULL || d->state != DIALOG_TERMINATED);
}

/* Who is kept longest: what was answered and has not ended. */
static enum call_class class_after(const struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	const struct call *c = st->call;

	if (!msg->is_response) {
		if (st->method == SIP_METHOD_BYE)
			return call_talks_on(view_of(st), c)
				       ? CALL_CLASS_ANSWERED
				       : CALL_CLASS_FINISHED;
		if (c->class == CALL_CLASS_FINISHED && !st->resent &&
		    st->method != SIP_METHOD_ACK)
			return CALL_CLASS_OPEN;
	} else if (msg->status >= 200) {
		if (is_answer(st))
			return CALL_CLASS_ANSWERED;
		if (c->class == CALL_CLASS_OPEN &&
		    st->method != SIP_METHOD_CANCEL &&
		    st->method != SIP_METHOD_PRACK)
			return CALL_CLASS_FINISHED;
	}
	return (enum call_class)c->class;
}

static void update_call(struct step *st)
{
	struct call *c = st->call;
	const struct tracked *in = st->in;
	unsigned flags;

	if (in->time_ns < c->start_ns)
		c->start_ns = in->time_ns;
	if (in->time_ns > c->end_ns)
		c->end_ns = in->time_ns;
	if (st->resent) {
		c->retransmissions++;
		view_of(st)->totals.retransmissions++;
		if (st->transaction != NULL)
			st->transaction->retransmissions++;
	}
	peer_count(st);
	flags = c->flags;
	if (!in->msg->is_response && c->method == SIP_METHOD_NONE) {
		c->method = st->method;
		c->from_tag = from_tag_of(st);
		c->hop = st->hop;
	}
	if (in->msg->defects.count > 0)
		flags |= CALL_MALFORMED;
	if (in->msg->is_response)
		flags |= CALL_RESPONSE;
	if (sip_msg_has(in->msg, SIP_HEADER_IDENTITY))
		flags |= CALL_IDENTITY;
	c->flags = (uint8_t)flags;
	store_touch(st->store, c, class_after(st));
}

/* A call that could not keep even its first message goes again. */
static void give_up(struct step *st)
{
	struct view *v = view_of(st);

	v->totals.forgotten_messages++;
	if (st->hop != 0)
		store_release_hop(st->store, st->hop);
	if (st->call != NULL && st->call->message_count == 0)
		store_forget(st->store, call_slot(st->call));
}

uint32_t tracker_push(struct store *s, const struct tracked *in)
{
	struct step st = { .store = s, .in = in };
	struct view *v = &s->view;

	st.method = method_id(v, in->msg);
	count(v, in, st.method);
	store_set_now(s, in->time_ns);
	st.hop = store_hop(s, in->flow);
	st.request_hop = in->msg->is_response ? st.hop ^ 1 : st.hop;
	if (st.hop != 0) {
		/* Held now: finding the call may forget others. */
		store_hold_hop(s, st.hop);
		st.call = find_call(&st);
	}
	if (st.call == NULL) {
		give_up(&st);
		return 0;
	}
	if (!keep_message(&st)) {
		give_up(&st);
		return 0;
	}
	st.content =
		(uint32_t)(in->print != 0 ? in->print
					  : hash_bytes(v->seed, in->msg->raw));
	transaction_match(&st);
	st.resent = transaction_is_resent(&st);
	dialog_follow(&st);
	transaction_apply(&st);
	file_message(&st);
	legs_note(&st);
	update_call(&st);
	store_make_room(s, call_slot(st.call));
	return st.kept_id;
}
