#include "sipmon/call/transaction.h"

#include "step.h"

/* Copies of a message are looked for among this many of its transaction. */
#define COPIES_LOOKED_AT 64

/* How far back an ACK or a stray response looks for its transaction. */
#define TRANSACTIONS_LOOKED_AT 64

/* ---- matching (RFC 3261 sections 17.1.3 and 17.2.3) */

/*
 * What the branch is compared by.  Without the magic cookie it does not name
 * a transaction (RFC 2543 clients): sent-by and From tag stand in for it, as
 * far as they are the same in request, response, ACK and CANCEL.
 */
static uint64_t branch_hash(const struct view *v, const struct sip_msg *msg)
{
	struct slice cookie = slice_sub(msg->branch, 0, 7);

	if (slice_is_set(msg->branch) &&
	    slice_eq_nocase(cookie, SLICE("z9hG4bK")))
		return hash_bytes(v->seed, msg->branch);
	return hash_bytes(v->seed, msg->via_sent_by) ^
	       hash_bytes(~v->seed, msg->from_tag);
}

static uint64_t transaction_key(const struct step *st, uint16_t method,
				uint32_t hop)
{
	const struct view *v = view_of(st);
	const struct sip_msg *msg = st->in->msg;
	uint64_t key = branch_hash(v, msg);

	key = hash_mix(key, (uint64_t)msg->cseq << 32 | method);
	return hash_mix(key, (uint64_t)call_slot(st->call) << 32 | hop);
}

struct transaction_wanted {
	const struct step *st;
	uint64_t key;
};

static bool is_transaction(const void *ctx, uint32_t value)
{
	const struct transaction_wanted *w = ctx;
	const struct transaction *t =
		slab_at(&view_of(w->st)->transactions, value);

	return t->key == w->key && t->call == call_slot(w->st->call) &&
	       t->cseq == w->st->in->msg->cseq;
}

/* Hashes of 64 keyed bits stand for the branch, of which the map has 32. */
static uint32_t find_transaction(const struct step *st, uint64_t key)
{
	struct transaction_wanted wanted = { st, key };

	return map_find(&view_of(st)->by_transaction, key, is_transaction,
			&wanted);
}

/* How well a message that came by `way` fits a request that went by `hop`. */
enum fit {
	FIT_ELSEWHERE = 0,
	FIT_HOST,
	FIT_SOURCE,
	FIT_HOP,
};

static enum fit fit_of(const struct flow *hop, const struct flow *way)
{
	if (!endpoint_same_host(&hop->source, &way->source))
		return FIT_ELSEWHERE;
	if (!endpoint_eq(&hop->source, &way->source))
		return FIT_HOST;
	return endpoint_eq(&hop->destination, &way->destination) ? FIT_HOP
								 : FIT_SOURCE;
}

/*
 * Among the latest ones, where nothing has this branch on this hop: an ACK for
 * a 2xx has a branch of its own and may take another way (`any_way`); a
 * response may come from another port than its request went to.
 */
static uint32_t find_loosely(const struct step *st, uint16_t method,
			     bool any_way)
{
	const struct view *v = view_of(st);
	const struct flow *way = view_hop(v, st->request_hop);
	bool any_branch = any_way || !slice_is_set(st->in->msg->via);
	enum fit best_fit = any_way ? FIT_ELSEWHERE : FIT_HOST;
	uint32_t best = 0;
	unsigned looked = 0;

	for (uint32_t i = st->call->last_transaction;
	     i != 0 && looked < TRANSACTIONS_LOOKED_AT; looked++) {
		const struct transaction *t = slab_at(&v->transactions, i);
		enum fit fit = fit_of(view_hop(v, t->hop), way);
		bool better = fit > best_fit ||
			      (fit == best_fit && best == 0) ||
			      /* who knows which: the first hop */
			      (fit == best_fit && fit == FIT_ELSEWHERE);

		if (better && t->method == method &&
		    t->cseq == st->in->msg->cseq &&
		    (any_branch ||
		     t->key == transaction_key(st, method, t->hop))) {
			best = i;
			best_fit = fit;
		}
		i = t->previous;
	}
	return best;
}

static uint32_t new_transaction(struct step *st, uint64_t key)
{
	struct view *v = view_of(st);
	const struct sip_msg *msg = st->in->msg;
	struct call *c = st->call;
	uint32_t id;
	struct transaction *t = slab_take(&v->transactions, &id);

	if (t == NULL)
		return 0;
	if (map_add(&v->by_transaction, key, id)) {
		slab_give(&v->transactions, id);
		return 0;
	}
	t->key = key;
	t->request_ns = st->in->time_ns;
	t->call = call_slot(c);
	t->hop = st->request_hop;
	t->cseq = msg->cseq;
	t->method = st->method;
	t->previous = c->last_transaction;
	if (c->last_transaction != 0)
		((struct transaction *)slab_at(&v->transactions,
					       c->last_transaction))
			->next = id;
	else
		c->first_transaction = id;
	c->last_transaction = id;
	c->transaction_count++;
	return id;
}

void transaction_match(struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	bool ack = st->method == SIP_METHOD_ACK;
	uint16_t method = ack ? SIP_METHOD_INVITE : st->method;
	uint64_t key = transaction_key(st, method, st->request_hop);
	uint32_t id;

	if (ack && msg->is_response) /* nothing answers an ACK */
		return;
	id = find_transaction(st, key);
	if (id == 0 && (ack || msg->is_response))
		id = find_loosely(st, method, ack);
	if (id == 0 && !ack)
		id = new_transaction(st, key);
	st->transaction_id = id;
	st->transaction =
		id == 0 ? NULL : slab_at(&view_of(st)->transactions, id);
}

/* ---- retransmission */

bool transaction_is_resent(const struct step *st)
{
	const struct view *v = view_of(st);
	const struct transaction *t = st->transaction;
	const struct sip_msg *msg = st->in->msg;
	unsigned looked = 0;

	if (t == NULL)
		return false;
	if (!msg->is_response && st->method != SIP_METHOD_ACK)
		return transaction_is(t, TRANSACTION_REQUEST_SEEN);
	for (uint32_t i = t->first_msg; i != 0 && looked < COPIES_LOOKED_AT;
	     looked++) {
		const struct captured_msg *m = slab_at(&v->messages, i);

		if (m->status == msg->status && m->method == st->method &&
		    m->content == st->content && m->hop == st->hop)
			return true;
		i = m->next_in_transaction;
	}
	return false;
}

/* ---- what a message does to it */

/* So that copies of a request are known without a look at their bytes. */
static uint32_t short_hash(const struct view *v, struct slice branch)
{
	return branch.len == 0 ? 0 : (uint32_t)hash_bytes(v->seed, branch) | 1;
}

static void apply_request(struct step *st)
{
	struct transaction *t = st->transaction;
	const struct sip_msg *msg = st->in->msg;
	unsigned flags = t->flags;

	if (st->method == SIP_METHOD_ACK) {
		t->flags = (uint16_t)(flags | TRANSACTION_ACKED);
		return;
	}
	if (!(flags & TRANSACTION_REQUEST_SEEN)) {
		t->request_ns = st->in->time_ns;
		t->branch = short_hash(view_of(st), msg->branch);
		t->branch_below = short_hash(view_of(st), msg->branch_below);
	}
	flags |= TRANSACTION_REQUEST_SEEN;
	if (slice_is_set(msg->to_tag))
		flags |= TRANSACTION_IN_DIALOG;
	if (sip_msg_has(msg, SIP_HEADER_AUTHORIZATION) ||
	    sip_msg_has(msg, SIP_HEADER_PROXY_AUTHORIZATION))
		flags |= TRANSACTION_AUTHORIZED;
	t->flags = (uint16_t)flags;
	if (st->method == SIP_METHOD_CANCEL) {
		uint32_t id = find_transaction(
			st, transaction_key(st, SIP_METHOD_INVITE,
					    st->request_hop));

		if (id == 0)
			id = find_loosely(st, SIP_METHOD_INVITE, false);
		if (id != 0)
			((struct transaction *)slab_at(
				 &view_of(st)->transactions, id))
				->flags |= TRANSACTION_CANCELLED;
	}
}

static void apply_response(struct step *st)
{
	struct transaction *t = st->transaction;
	uint16_t status = st->in->msg->status;

	if (status < 200) {
		/* A 100 after an 18x begins no phase (RFC 3261 21.1.1: it
		 * only says that the next hop has the request). */
		if (t->final_code != 0 || status < 100 ||
		    status == t->phase_code ||
		    (status == 100 && t->phase_code > 100))
			return;
		t->phase_code = status;
		t->phase_ns = st->in->time_ns;
	} else if (t->final_code == 0 ||
		   /* A 2xx always reaches the caller (RFC 3261 16.7). */
		   (t->final_code >= 300 && status < 300)) {
		t->final_code = status;
		t->final_ns = st->in->time_ns;
	}
}

void transaction_apply(struct step *st)
{
	if (st->transaction == NULL)
		return;
	if (st->in->msg->is_response)
		apply_response(st);
	else
		apply_request(st);
}
