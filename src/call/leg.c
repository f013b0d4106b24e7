#include "sipmon/call/leg.h"

#include "impl.h"
#include "number.h"
#include "sipmon/base/clock.h"

/* A ring has no more (legs.c). */
#define FOUND_MAX 64

/* For a guess: how far the calls begin from each other, how many are looked at
 * each way, and how many digits of a number agree. */
#define GUESS_NEAR_NS    (3 * CLOCK_SECOND_NS)
#define GUESS_NEIGHBOURS 64
#define GUESS_DIGITS     5

/* Legs of one conversation that are guessed for: a ring that a stranger made
 * costs no more. */
#define GUESS_LEGS 8

/* A call that goes through proxies arrives at several hosts. */
#define GUESS_HOPS 16

static const char *const names[LEG_TIES] = {
	[LEG_SESSION_ID] = "session-id",
	[LEG_HEADER] = "header",
	[LEG_REPLACES] = "replaces",
	[LEG_REFER] = "refer",
	[LEG_ICID] = "icid",
	[LEG_GUESS] = "guess",
};

const char *leg_tie_name(enum leg_tie t)
{
	return (unsigned)t < LEG_TIES && names[t] != NULL ? names[t] : "";
}

/* ---- a guess */

/*
 * Does what went by `in` go on by `out`?  Through a host; where all of it is
 * on one host, through a port of it.
 */
static bool goes_on(const struct flow *in, const struct flow *out)
{
	if (!endpoint_same_host(&in->destination, &out->source))
		return false;
	if (!endpoint_same_host(&in->source, &in->destination))
		return true;
	return endpoint_eq(&in->destination, &out->source) &&
	       !endpoint_eq(&in->source, &in->destination) &&
	       !endpoint_eq(&out->source, &out->destination) &&
	       !endpoint_eq(&in->destination, &out->destination);
}

/*
 * An element that hides the topology changes the Call-ID and leaves the From
 * tag as it is; its other address need not be known.
 */
static bool keeps_tag(const struct view *v, const struct call *first,
		      const struct call *second)
{
	const struct flow *in = view_hop(v, first->hop);
	const struct flow *out = view_hop(v, second->hop);

	return first->from_tag == second->from_tag &&
	       first->from_tag != (uint32_t)hash_bytes(v->seed, SLICE_NONE) &&
	       !endpoint_same_host(&in->source, &out->source) &&
	       !endpoint_same_host(&in->destination, &out->destination);
}

/* Does `second` leave a host that the INVITE of `first` arrived at? */
static bool passes(const struct view *v, const struct call *first,
		   const struct call *second)
{
	const struct flow *out = view_hop(v, second->hop);
	const struct transaction *t =
		view_transaction(v, first->first_transaction);

	for (unsigned i = 0; t != NULL && i < GUESS_HOPS; i++) {
		if (transaction_is_initial(t) &&
		    goes_on(view_hop(v, t->hop), out))
			return true;
		t = view_transaction(v, t->next);
	}
	return keeps_tag(v, first, second);
}

static bool same_user(struct slice a, struct slice b)
{
	if (a.len == 0 || b.len == 0)
		return false;
	return slice_eq(a, b) || number_agrees(a, b, GUESS_DIGITS);
}

static bool begins_with_invite(const struct view *v, const struct call *c)
{
	const struct transaction *t = view_transaction(v, c->first_transaction);

	return c->method == SIP_METHOD_INVITE && t != NULL &&
	       transaction_is_initial(t);
}

static bool is_before(const struct call *a, const struct call *b)
{
	return a->start_ns != b->start_ns ? a->start_ns < b->start_ns
					  : a->id < b->id;
}

static bool fits(const struct view *v, const struct call *first,
		 const struct call *second)
{
	return second->start_ns - first->start_ns <= GUESS_NEAR_NS &&
	       second->start_ns <= first->end_ns && passes(v, first, second) &&
	       same_user(first->from_user, second->from_user) &&
	       same_user(first->to_user, second->to_user) &&
	       begins_with_invite(v, second);
}

/* Calls that `c` may go on in, or have come from. */
struct candidates {
	const struct call *later;
	const struct call *earlier;
	unsigned laters;
	unsigned earliers;
};

static void consider(const struct view *v, const struct call *c,
		     const struct call *other, struct candidates *out)
{
	if (other->method != SIP_METHOD_INVITE)
		return;
	if (is_before(c, other)) {
		if (fits(v, c, other)) {
			out->later = other;
			out->laters++;
		}
	} else if (fits(v, other, c)) {
		out->earlier = other;
		out->earliers++;
	}
}

#define NO_DIGIT (-1)

/* The last digit of a user, by which most are told apart. */
static int last_digit(struct slice user)
{
	if (user.len == 0 || user.ptr[user.len - 1] < '0' ||
	    user.ptr[user.len - 1] > '9')
		return NO_DIGIT;
	return user.ptr[user.len - 1];
}

static bool is_otherwise(int digit, struct slice user)
{
	int other = last_digit(user);

	return digit != other && digit != NO_DIGIT && other != NO_DIGIT;
}

static const struct call *call_at(const struct view *v, uint32_t slot)
{
	return slot == 0 ? NULL : slab_at(&v->calls, slot);
}

static struct candidates candidates_of(const struct view *v,
				       const struct call *c)
{
	struct candidates out = { .laters = 0 };
	const struct call *near[2] = { c, c };
	int from = last_digit(c->from_user);
	int to = last_digit(c->to_user);

	if (!begins_with_invite(v, c))
		return out;
	for (unsigned i = 0; i < 2 * GUESS_NEIGHBOURS; i++) {
		const struct call *other = near[i & 1];

		if (other == NULL)
			continue;
		other = call_at(v,
				(i & 1) == 0 ? other->earlier : other->later);
		near[i & 1] = other;
		if (other != NULL && !is_otherwise(to, other->to_user) &&
		    !is_otherwise(from, other->from_user))
			consider(v, c, other, &out);
	}
	return out;
}

/* ---- all legs */

struct found {
	unsigned count;
	struct leg legs[FOUND_MAX]; /* the call itself is the first */
	bool in_ring[FOUND_MAX];    /* the rest of its ring is there too */
};

static void add(struct found *f, const struct call *c, enum leg_tie tie,
		bool in_ring)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->legs[i].call == c->id)
			return;
	if (f->count == FOUND_MAX)
		return;
	f->in_ring[f->count] = in_ring;
	f->legs[f->count++] = (struct leg){ c->id, tie };
}

static enum leg_tie weaker(enum leg_tie a, enum leg_tie b)
{
	return a > b ? a : b;
}

/* Two calls of a ring are tied no surer than the looser of them. */
static void add_ring(const struct view *v, struct found *f,
		     const struct call *c, enum leg_tie tie)
{
	uint32_t slot = c->leg_next;

	for (unsigned i = 0; i < FOUND_MAX && slot != 0; i++) {
		const struct call *other = slab_at(&v->calls, slot);

		if (other == c)
			break;
		add(f, other,
		    weaker(tie, weaker((enum leg_tie)c->leg_tie,
				       (enum leg_tie)other->leg_tie)),
		    true);
		slot = other->leg_next;
	}
}

/* Each must be the only one that fits the other. */
static void add_guesses(const struct view *v, struct found *f,
			const struct call *c)
{
	struct candidates mine = candidates_of(v, c);

	if (mine.laters == 1 && candidates_of(v, mine.later).earliers == 1)
		add(f, mine.later, LEG_GUESS, false);
	if (mine.earliers == 1 && candidates_of(v, mine.earlier).laters == 1)
		add(f, mine.earlier, LEG_GUESS, false);
}

/* Ids rise in the order of the first message. */
static void sort(struct leg *legs, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		struct leg one = legs[i];
		unsigned at = i;

		for (; at > 0 && legs[at - 1].call >> 32 > one.call >> 32; at--)
			legs[at] = legs[at - 1];
		legs[at] = one;
	}
}

unsigned leg_list(const struct view *v, const struct call *c, struct leg *out,
		  unsigned room)
{
	struct found f = { .count = 0 };
	unsigned n;

	add(&f, c, (enum leg_tie)0, false);
	for (unsigned i = 0; i < f.count; i++) {
		const struct call *one = view_call(v, f.legs[i].call);

		if (!f.in_ring[i])
			add_ring(v, &f, one, f.legs[i].tie);
		if (i < GUESS_LEGS)
			add_guesses(v, &f, one);
	}
	n = f.count - 1;
	sort(f.legs + 1, n);
	if (n > room)
		n = room;
	for (unsigned i = 0; i < n; i++)
		out[i] = f.legs[i + 1];
	return n;
}
