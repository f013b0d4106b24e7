#include "legs.h"

#include "sipmon/base/clock.h"
#include "sipmon/call/leg.h"
#include "step.h"

/* Calls of one ring: a word that more of them share is no sign of a leg. */
#define RING_MAX 64

/* Of one call.  A stranger may send any number of words. */
#define TOKENS_MAX 8

/* Other calls that one request is tied to: each costs a walk around a ring.
 * Who names a call whose ring is full is tied to no more. */
#define TIES_MAX 8

/*
 * A value of a header of the user's may be used again later, as that of a
 * line: it joins calls that are there together, or nearly so.  A REFER is
 * answered by a new call within Timer F (RFC 3261 section 17.1.2.2) or never.
 */
#define VALUE_NEAR_NS (60 * CLOCK_SECOND_NS)
#define REFER_NEAR_NS (32 * CLOCK_SECOND_NS)

struct token {
	uint64_t hash;
	int64_t time_ns; /* when it was said last */
	uint32_t call;   /* slot */
	uint32_t next;   /* of the same call */
	uint8_t tie;     /* enum leg_tie */
	bool is_full;    /* its ring was: it joins no more */
};

void legs_init(struct legs *l)
{
	slab_init(&l->tokens, sizeof(struct token));
	map_init(&l->by_token);
}

void legs_free(struct legs *l)
{
	slab_free(&l->tokens);
	map_free(&l->by_token);
}

uint64_t legs_bytes(const struct legs *l)
{
	return slab_bytes(&l->tokens) + map_bytes(&l->by_token);
}

/* ---- rings */

static struct call *call_at(const struct view *v, uint32_t slot)
{
	return slab_at(&v->calls, slot);
}

/* How many are in the ring of `c`; `*holds`: is `other` among them? */
static unsigned ring_count(const struct view *v, const struct call *c,
			   uint32_t other, bool *holds)
{
	uint32_t first = call_slot(c);
	uint32_t slot = c->leg_next;
	unsigned n = 1;

	*holds = first == other;
	for (; slot != 0 && slot != first && n < RING_MAX; n++) {
		*holds |= slot == other;
		slot = call_at(v, slot)->leg_next;
	}
	return n;
}

static void keep_tie(struct call *c, enum leg_tie tie)
{
	if (c->leg_tie == 0 || c->leg_tie > tie)
		c->leg_tie = (uint8_t)tie;
}

static void alone_is_a_ring(struct call *c)
{
	if (c->leg_next != 0)
		return;
	c->leg_next = call_slot(c);
	c->leg_previous = call_slot(c);
}

/* Two rings are one when two of their links are crossed. */
static void splice(const struct view *v, struct call *a, struct call *b)
{
	struct call *after_a;
	struct call *before_b;

	alone_is_a_ring(a);
	alone_is_a_ring(b);
	after_a = call_at(v, a->leg_next);
	before_b = call_at(v, b->leg_previous);
	a->leg_next = call_slot(b);
	b->leg_previous = call_slot(a);
	before_b->leg_next = call_slot(after_a);
	after_a->leg_previous = call_slot(before_b);
}

static bool join(struct view *v, struct call *a, struct call *b,
		 enum leg_tie tie)
{
	bool is_joined;
	bool is_other;
	unsigned n = ring_count(v, a, call_slot(b), &is_joined);

	if (!is_joined) {
		if (n + ring_count(v, b, call_slot(a), &is_other) > RING_MAX)
			return false;
		splice(v, a, b);
		v->change++;
	}
	if (a != b) {
		keep_tie(a, tie);
		keep_tie(b, tie);
	}
	return true;
}

bool legs_join(struct step *st, struct call *other, enum leg_tie tie)
{
	if (st->ties >= TIES_MAX)
		return true;
	st->ties++;
	if (join(view_of(st), other, st->call, tie))
		return true;
	st->ties = TIES_MAX;
	return false;
}

static void leave_ring(struct view *v, struct call *c)
{
	struct call *next;
	struct call *previous;

	if (c->leg_next == 0)
		return;
	next = call_at(v, c->leg_next);
	previous = call_at(v, c->leg_previous);
	previous->leg_next = c->leg_next;
	next->leg_previous = c->leg_previous;
	if (next == previous) {
		next->leg_next = 0;
		next->leg_previous = 0;
		next->leg_tie = 0;
	}
}

/* ---- tokens */

static struct token *token_at(const struct view *v, uint32_t id)
{
	return slab_at(&v->legs.tokens, id);
}

struct token_key {
	const struct view *view;
	uint64_t hash;
};

static bool is_token(const void *ctx, uint32_t value)
{
	const struct token_key *key = ctx;

	return token_at(key->view, value)->hash == key->hash;
}

uint64_t legs_hash(const struct view *v, enum leg_word kind, struct slice word)
{
	return hash_mix(hash_bytes(v->seed, word), (uint64_t)kind);
}

static uint32_t find_token(const struct view *v, uint64_t hash)
{
	struct token_key key = { v, hash };

	return map_find(&v->legs.by_token, hash, is_token, &key);
}

static bool has_room(const struct view *v, const struct call *c)
{
	unsigned n = 0;

	for (uint32_t i = c->first_token; i != 0; n++)
		i = token_at(v, i)->next;
	return n < TOKENS_MAX;
}

static void give_to(struct view *v, struct call *c, uint32_t id)
{
	struct token *t = token_at(v, id);

	t->call = call_slot(c);
	t->next = c->first_token;
	c->first_token = id;
}

static void take_from(const struct view *v, struct call *c, uint32_t id)
{
	uint32_t *link = &c->first_token;

	while (*link != id)
		link = &token_at(v, *link)->next;
	*link = token_at(v, id)->next;
}

static void add_token(struct step *st, uint64_t hash, enum leg_tie tie)
{
	struct view *v = view_of(st);
	struct token *t;
	uint32_t id;

	if (!has_room(v, st->call))
		return;
	t = slab_take(&v->legs.tokens, &id);
	if (t == NULL)
		return;
	if (map_add(&v->legs.by_token, hash, id)) {
		slab_give(&v->legs.tokens, id);
		return;
	}
	t->hash = hash;
	t->time_ns = st->in->time_ns;
	t->tie = (uint8_t)tie;
	give_to(v, st->call, id);
}

static void remove_token(struct view *v, uint32_t id)
{
	map_remove(&v->legs.by_token, token_at(v, id)->hash, id);
	slab_give(&v->legs.tokens, id);
}

static bool is_near(int64_t a_ns, int64_t b_ns, int64_t within_ns)
{
	return a_ns < b_ns ? b_ns - a_ns <= within_ns
			   : a_ns - b_ns <= within_ns;
}

/* Does what was said then still speak of the same conversation? */
static bool is_fresh(const struct step *st, const struct token *t)
{
	const struct call *owner = call_at(view_of(st), t->call);
	int64_t now_ns = st->in->time_ns;

	if (t->tie == LEG_GUESS)
		return is_near(t->time_ns, now_ns, REFER_NEAR_NS);
	return t->tie != LEG_HEADER || owner->class == CALL_CLASS_ANSWERED ||
	       is_near(t->time_ns, now_ns, VALUE_NEAR_NS) ||
	       is_near(owner->end_ns, now_ns, VALUE_NEAR_NS);
}

static enum leg_tie weaker(enum leg_tie a, enum leg_tie b)
{
	return a > b ? a : b;
}

static void join_token(struct step *st, struct token *t, enum leg_tie tie)
{
	struct call *other = call_at(view_of(st), t->call);

	if (!t->is_full &&
	    !legs_join(st, other, weaker(tie, (enum leg_tie)t->tie)))
		t->is_full = true;
}

void legs_say(struct step *st, uint64_t hash, enum leg_tie tie)
{
	struct view *v = view_of(st);
	uint32_t id = find_token(v, hash);
	struct token *t;

	if (id == 0) {
		add_token(st, hash, tie);
		return;
	}
	t = token_at(v, id);
	if (t->call != call_slot(st->call)) {
		if (is_fresh(st, t)) {
			join_token(st, t, tie);
		} else if (has_room(v, st->call)) {
			take_from(v, call_at(v, t->call), id);
			give_to(v, st->call, id);
			t->is_full = false;
		}
	}
	t->time_ns = st->in->time_ns;
}

void legs_keep(struct step *st, uint64_t hash, enum leg_tie tie)
{
	if (find_token(view_of(st), hash) == 0)
		add_token(st, hash, tie);
}

void legs_hear(struct step *st, uint64_t hash, bool at_once)
{
	struct view *v = view_of(st);
	uint32_t id = find_token(v, hash);
	struct token *t;

	if (id == 0)
		return;
	t = token_at(v, id);
	if (t->call != call_slot(st->call) && (!at_once || is_fresh(st, t)))
		join_token(st, t, (enum leg_tie)t->tie);
}

void legs_forget(struct view *v, struct call *c)
{
	struct call *heir = c->leg_next != 0 ? call_at(v, c->leg_next) : NULL;

	leave_ring(v, c);
	for (uint32_t i = c->first_token; i != 0;) {
		uint32_t next = token_at(v, i)->next;

		if (heir != NULL && has_room(v, heir))
			give_to(v, heir, i);
		else
			remove_token(v, i);
		i = next;
	}
	c->first_token = 0;
}
