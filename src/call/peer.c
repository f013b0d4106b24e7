#include "sipmon/call/peer.h"

#include <math.h>

#include "step.h"

struct peer_key {
	const struct view *view;
	const struct endpoint *host;
};

static struct peer *peer_at(const struct view *v, uint32_t id)
{
	return id == 0 ? NULL : slab_at(&v->peers, id);
}

static bool is_peer(const void *ctx, uint32_t value)
{
	const struct peer_key *key = ctx;

	return endpoint_same_host(&peer_at(key->view, value)->host, key->host);
}

static uint64_t host_hash(const struct view *v, const struct endpoint *e)
{
	struct slice address = { (const char *)e->address, sizeof(e->address) };

	return hash_bytes(v->seed ^ e->family, address);
}

uint32_t peer_id(struct view *v, const struct endpoint *host)
{
	struct peer_key key = { v, host };
	uint64_t hash = host_hash(v, host);
	uint32_t id = map_find(&v->by_peer, hash, is_peer, &key);
	struct peer *p;

	if (id != 0 || v->peers.used == PEERS_MAX)
		return id;
	p = slab_take(&v->peers, &id);
	if (p == NULL)
		return 0;
	if (map_add(&v->by_peer, hash, id)) {
		slab_give(&v->peers, id);
		return 0;
	}
	p->host = *host;
	p->host.port = 0;
	return id;
}

const struct peer *view_peer(const struct view *v, const struct endpoint *e)
{
	struct peer_key key = { v, e };

	return peer_at(v,
		       map_find(&v->by_peer, host_hash(v, e), is_peer, &key));
}

/* ---- counting */

/* Who sends on a hop; 0 if he is not counted. */
static uint32_t sender(const struct view *v, uint32_t hop)
{
	const struct hop_pair *pair = slab_at(&v->hops, hop / 2);

	return pair->peer[hop & 1];
}

static void touch(struct peer *p, int64_t time_ns)
{
	bool is_new = p->began == 0 && p->answers == 0;

	if (is_new || time_ns < p->first_ns)
		p->first_ns = time_ns;
	if (is_new || time_ns > p->last_ns)
		p->last_ns = time_ns;
}

/* A capture that begins in the middle of a dialog does not show who began. */
static void count_begin(struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	struct view *v = view_of(st);
	struct peer *p = peer_at(v, sender(v, st->hop));
	unsigned bit;

	if (p == NULL || slice_is_set(msg->to_tag) ||
	    st->method == SIP_METHOD_ACK || st->method == SIP_METHOD_CANCEL)
		return;
	touch(p, st->in->time_ns);
	p->began++;
	st->call->flags |= CALL_BEGAN;
	if (msg->to_user.len == 0)
		return;
	bit = (unsigned)hash_bytes(v->seed, msg->to_user) & 255;
	p->users[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

/* Does it answer what the call was begun with, and who began it? */
static bool tells_outcome(const struct step *st)
{
	const struct view *v = view_of(st);
	const struct call *c = st->call;
	const struct transaction *t = st->transaction;

	return call_is(c, CALL_BEGAN) && !call_is(c, CALL_SUCCEEDED) &&
	       t != NULL && t->method == c->method &&
	       !transaction_is(t, TRANSACTION_IN_DIALOG) &&
	       sender(v, t->hop) == sender(v, c->hop);
}

static void count_outcome(struct step *st)
{
	const struct view *v = view_of(st);
	struct call *c = st->call;
	struct peer *p = peer_at(v, sender(v, c->hop));
	uint16_t status = st->in->msg->status;

	if (status < 300) {
		c->flags |= CALL_SUCCEEDED;
		p->succeeded++;
		p->refused -= call_is(c, CALL_REFUSED);
	} else if (status >= 400 && !call_is(c, CALL_REFUSED)) {
		c->flags |= CALL_REFUSED;
		p->refused++;
	}
}

void peer_count(struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	struct view *v = view_of(st);
	struct peer *p;

	if (st->resent)
		return;
	if (!msg->is_response) {
		if (st->call->method == SIP_METHOD_NONE)
			count_begin(st);
		return;
	}
	if (msg->status < 200 || msg->status >= 700)
		return;
	p = peer_at(v, sender(v, st->hop));
	if (p != NULL) {
		touch(p, st->in->time_ns);
		p->answers++;
		p->by_class[msg->status / 100]++;
		p->answers_503 += msg->status == 503;
	}
	if (tells_outcome(st))
		count_outcome(st);
}

/* ---- users */

/*
 * Linear counting (Whang, Vander-Zanden, Taylor 1990): of m bits, of which z
 * are still 0, about m ln(m / z) users have set the others.
 */
unsigned peer_users(const struct peer *p)
{
	unsigned zeros = 256;
	double users;

	for (unsigned i = 0; i < 4; i++)
		for (uint64_t bits = p->users[i]; bits != 0; bits &= bits - 1)
			zeros--;
	if (zeros == 0)
		return 256;
	users = 256 * log(256.0 / zeros) + 0.5;
	return users > 256 ? 256 : (unsigned)users;
}
