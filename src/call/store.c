#include "sipmon/call/store.h"

#include <stdlib.h>
#include <string.h>

#include "impl.h"

static void init_view(struct view *v)
{
	slab_init(&v->calls, sizeof(struct call));
	slab_init(&v->messages, sizeof(struct captured_msg));
	slab_init(&v->transactions, sizeof(struct transaction));
	slab_init(&v->dialogs, sizeof(struct dialog));
	slab_init(&v->hops, sizeof(struct hop_pair));
	slab_init(&v->media, sizeof(struct media_note));
	slab_init(&v->peers, sizeof(struct peer));
	legs_init(&v->legs);
	map_init(&v->by_call_id);
	map_init(&v->by_transaction);
	map_init(&v->by_hop);
	map_init(&v->by_signer);
	map_init(&v->by_peer);
	map_init(&v->by_agent);
	log_init(&v->log);
	clock_offset_init(&v->clock_offset);
	v->method_count = SIP_METHODS;
}

static void free_view(struct view *v)
{
	for (uint32_t i = v->order.first; i != 0;) {
		struct call *c = slab_at(&v->calls, i);

		i = c->later;
		arena_reset(&c->arena, v->strings);
	}
	slab_free(&v->calls);
	slab_free(&v->messages);
	slab_free(&v->transactions);
	slab_free(&v->dialogs);
	slab_free(&v->hops);
	slab_free(&v->media);
	slab_free(&v->peers);
	legs_free(&v->legs);
	map_free(&v->by_call_id);
	map_free(&v->by_transaction);
	map_free(&v->by_hop);
	map_free(&v->by_signer);
	map_free(&v->by_peer);
	map_free(&v->by_agent);
	log_free(&v->log);
}

/* At least one: readers ask for the table where no media is counted too. */
static uint32_t streams_limit(const struct store_options *o)
{
	uint64_t limit = o->memory_bytes / STREAMS_SHARE / STREAM_BYTES;

	if (!o->media)
		return 1;
	if (o->memory_bytes == 0 || limit > STREAMS_MAX)
		return STREAMS_MAX;
	return limit < STREAMS_MIN ? STREAMS_MIN : (uint32_t)limit;
}

enum err store_new(struct store **out, const struct store_options *options)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->view.strings = arena_pool_new();
	if (s->view.strings == NULL ||
	    streams_new(&s->view.streams, streams_limit(options))) {
		arena_pool_free(s->view.strings);
		free(s);
		return ERR_NOMEM;
	}
	init_view(&s->view);
	s->view.seed = hash_seed();
	legs_set_names(&s->view.legs, options);
	s->view.reread = options->reread;
	s->view.reread_ctx = options->reread_ctx;
	s->memory_bytes = options->memory_bytes;
	s->view.has_media = options->media;
	*out = s;
	return ERR_OK;
}

void store_free(struct store *s)
{
	if (s == NULL)
		return;
	free_view(&s->view);
	arena_pool_free(s->view.strings);
	streams_free(s->view.streams);
	free(s->view.signers);
	free(s);
}

const struct view *store_view(const struct store *s)
{
	return &s->view;
}

void store_set_now(struct store *s, int64_t now_ns)
{
	if (now_ns > s->view.now_ns)
		s->view.now_ns = now_ns;
}

void store_push_rtp(struct store *s, const struct payload *p)
{
	struct view *v = &s->view;
	uint64_t seen = streams_seen(v->streams);

	if (v->has_media && streams_push(v->streams, p) &&
	    streams_seen(v->streams) != seen)
		v->change++;
}

void store_clear(struct store *s)
{
	struct view *v = &s->view;

	free_view(v);
	init_view(v);
	v->totals = (struct view_totals){ .messages = 0 };
	memset(v->method_requests, 0, sizeof(v->method_requests));
	v->order = (struct call_ends){ 0 };
	memset(v->class, 0, sizeof(v->class));
	s->last_hop = 0;
	v->signer_count = 0;
	v->agent_count = 0;
	streams_clear(v->streams);
	v->change++;
}

/* ---- what became of an Identity */

bool store_file_verdict(struct store *s, uint32_t msg, uint32_t content,
			int64_t time_ns, const struct verdict_brief *b)
{
	struct view *v = &s->view;
	struct captured_msg *m;

	/* Forgotten meanwhile, and the id may have been given away again. */
	if (!slab_holds(&v->messages, msg))
		return false;
	m = slab_at(&v->messages, msg);
	if (m->call == 0 || m->content != content || m->time_ns != time_ns)
		return false;
	m->judged = verdict_pack(b);
	v->change++;
	return true;
}

struct signer_key {
	const struct view *view;
	const struct signer *signer;
};

static bool is_signer(const void *ctx, uint32_t value)
{
	const struct signer_key *key = ctx;

	return memcmp(key->view->signers[value - 1].sha256, key->signer->sha256,
		      sizeof(key->signer->sha256)) == 0;
}

/* Room grows by doubling: 16, 32, ... */
static bool room_for_signer(struct view *v)
{
	size_t n = v->signer_count;
	size_t room = n < 16 ? 16 : n * 2;
	struct signer *more;

	if (n != 0 && (n < 16 || (n & (n - 1)) != 0))
		return true;
	more = realloc(v->signers, room * sizeof(*more));
	if (more == NULL)
		return false;
	v->signers = more;
	return true;
}

uint16_t store_signer(struct store *s, const struct signer *signer)
{
	struct view *v = &s->view;
	struct signer_key key = { v, signer };
	struct slice print = { (const char *)signer->sha256,
			       sizeof(signer->sha256) };
	uint64_t hash = hash_bytes(v->seed, print);
	uint32_t id = map_find(&v->by_signer, hash, is_signer, &key);

	if (id != 0)
		return (uint16_t)id;
	if (v->signer_count == SIGNERS_MAX || !room_for_signer(v) ||
	    map_add(&v->by_signer, hash, v->signer_count + 1U))
		return 0;
	v->signers[v->signer_count] = *signer;
	return ++v->signer_count;
}

void store_add_age(struct store *s, int64_t seconds)
{
	clock_offset_add(&s->view.clock_offset, seconds);
}

/* ---- hops */

struct hop_key {
	const struct view *view;
	const struct flow *flow;
};

static bool same_flow(const struct flow *a, const struct flow *b)
{
	return endpoint_eq(&a->source, &b->source) &&
	       endpoint_eq(&a->destination, &b->destination) &&
	       a->transport == b->transport;
}

static bool is_hop(const void *ctx, uint32_t value)
{
	const struct hop_key *key = ctx;
	const struct hop_pair *pair = slab_at(&key->view->hops, value);

	return same_flow(&pair->way[0], key->flow) ||
	       same_flow(&pair->way[1], key->flow);
}

/* The same for both directions. */
static uint64_t hop_hash(const struct view *v, const struct flow *f)
{
	struct slice a = { (const char *)&f->source, sizeof(f->source) };
	struct slice b = { (const char *)&f->destination,
			   sizeof(f->destination) };

	return hash_bytes(v->seed, a) + hash_bytes(v->seed, b) +
	       (uint64_t)f->transport;
}

static uint32_t add_hop(struct view *v, const struct flow *flow, uint64_t hash)
{
	uint32_t number;
	struct hop_pair *pair = slab_take(&v->hops, &number);

	if (pair == NULL)
		return 0;
	pair->hash = hash;
	pair->way[0] = *flow;
	pair->way[1] = (struct flow){ flow->destination, flow->source,
				      flow->transport };
	pair->peer[0] = peer_id(v, &flow->source);
	pair->peer[1] = peer_id(v, &flow->destination);
	if (map_add(&v->by_hop, hash, number)) {
		slab_give(&v->hops, number);
		return 0;
	}
	return number;
}

uint32_t store_hop(struct store *s, const struct flow *flow)
{
	struct view *v = &s->view;
	struct hop_key key = { v, flow };
	uint64_t hash;
	uint32_t number;
	const struct hop_pair *pair;

	if (s->last_hop != 0 && same_flow(&s->last_flow, flow))
		return s->last_hop;
	hash = hop_hash(v, flow);
	number = map_find(&v->by_hop, hash, is_hop, &key);
	if (number == 0)
		number = add_hop(v, flow, hash);
	if (number == 0)
		return 0;
	pair = slab_at(&v->hops, number);
	s->last_flow = *flow;
	s->last_hop = number * 2 + !same_flow(&pair->way[0], flow);
	return s->last_hop;
}

void store_hold_hop(struct store *s, uint32_t hop)
{
	((struct hop_pair *)slab_at(&s->view.hops, hop / 2))->uses++;
}

void store_release_hop(struct store *s, uint32_t hop)
{
	struct hop_pair *pair = slab_at(&s->view.hops, hop / 2);

	if (--pair->uses > 0)
		return;
	map_remove(&s->view.by_hop, pair->hash, hop / 2);
	slab_give(&s->view.hops, hop / 2);
	if (s->last_hop / 2 == hop / 2)
		s->last_hop = 0;
}

/* ---- who is forgotten */

static void leave_class(struct view *v, struct call *c)
{
	struct call_ends *ends = &v->class[c->class];
	uint32_t slot = call_slot(c);

	if (ends->first == slot)
		ends->first = c->newer;
	else if (c->older != 0)
		((struct call *)slab_at(&v->calls, c->older))->newer = c->newer;
	if (ends->last == slot)
		ends->last = c->older;
	else if (c->newer != 0)
		((struct call *)slab_at(&v->calls, c->newer))->older = c->older;
	c->older = 0;
	c->newer = 0;
}

void store_touch(struct store *s, struct call *c, enum call_class class)
{
	struct view *v = &s->view;
	struct call_ends *ends = &v->class[class];
	uint32_t slot = call_slot(c);

	/* Nothing is forgotten without a ceiling: the order is not needed. */
	if (s->memory_bytes == 0) {
		c->class = (uint8_t) class;
		return;
	}
	if (ends->last == slot)
		return;
	leave_class(v, c);
	c->class = (uint8_t) class;
	c->older = ends->last;
	if (ends->last != 0)
		((struct call *)slab_at(&v->calls, ends->last))->newer = slot;
	else
		ends->first = slot;
	ends->last = slot;
}

static void leave_order(struct view *v, struct call *c)
{
	if (c->earlier != 0)
		((struct call *)slab_at(&v->calls, c->earlier))->later =
			c->later;
	else
		v->order.first = c->later;
	if (c->later != 0)
		((struct call *)slab_at(&v->calls, c->later))->earlier =
			c->earlier;
	else
		v->order.last = c->earlier;
}

static void forget_messages(struct store *s, const struct call *c)
{
	struct view *v = &s->view;

	for (uint32_t i = c->first_msg; i != 0;) {
		struct captured_msg *m = slab_at(&v->messages, i);
		uint32_t next = m->next;

		if (msg_is(m, MSG_IN_LOG))
			log_remove(&v->log, m->where);
		store_release_hop(s, m->hop);
		/* Its id may wait for a verdict: it shall find nothing. */
		m->flags = 0;
		m->call = 0;
		slab_give(&v->messages, i);
		i = next;
	}
}

void store_forget(struct store *s, uint32_t slot)
{
	struct view *v = &s->view;
	struct call *c = slab_at(&v->calls, slot);

	forget_messages(s, c);
	media_forget(v, c);
	legs_forget(v, c);
	for (uint32_t i = c->first_transaction; i != 0;) {
		struct transaction *t = slab_at(&v->transactions, i);
		uint32_t next = t->next;

		map_remove(&v->by_transaction, t->key, i);
		slab_give(&v->transactions, i);
		i = next;
	}
	for (uint32_t i = c->first_dialog; i != 0;) {
		uint32_t next =
			((struct dialog *)slab_at(&v->dialogs, i))->next;

		slab_give(&v->dialogs, i);
		i = next;
	}
	map_remove(&v->by_call_id, call_id_hash(v, c->call_id), slot);
	leave_order(v, c);
	if (s->memory_bytes != 0)
		leave_class(v, c);
	v->totals.forgotten_calls++;
	v->totals.forgotten_messages += c->message_count;
	arena_reset(&c->arena, v->strings);
	c->id = 0;
	slab_give(&v->calls, slot);
	v->change++;
}

static void message_moved(void *ctx, uint32_t owner, uint64_t where)
{
	struct view *v = ctx;
	struct captured_msg *m = slab_at(&v->messages, owner);

	m->where = where;
}

void store_make_room(struct store *s, uint32_t keep)
{
	struct view *v = &s->view;

	if (s->memory_bytes == 0)
		return;
	while (view_memory(v) > s->memory_bytes) {
		uint32_t slot = 0;

		for (int i = 0; i < CALL_CLASSES && slot == 0; i++) {
			slot = v->class[i].first;
			if (slot == keep)
				slot = ((struct call *)slab_at(&v->calls, slot))
					       ->newer;
		}
		if (slot == 0)
			return;
		store_forget(s, slot);
		log_tidy(&v->log, message_moved, v);
	}
}
