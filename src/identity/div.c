#include "div.h"

#include "canon.h"

#define FRESHNESS                                                              \
	(VERDICT_BIT(VERDICT_IAT_STALE) | VERDICT_BIT(VERDICT_IAT_FUTURE) |    \
	 VERDICT_BIT(VERDICT_DATE_STALE) | VERDICT_BIT(VERDICT_DATE_FUTURE))

#define BROKEN  VERDICT_BIT(VERDICT_DIV_CHAIN_BROKEN)
#define CHANGED VERDICT_BIT(VERDICT_DIV_ORIG_CHANGED)

#define NODES_MAX IDENTITY_VALUES_MAX

/* Who is named in the claims of a node, in canonical form: made once, so that
 * many claims cost their own length and no more. */
struct named {
	struct identity_party orig; /* empty text if there is none */
	struct identity_party div;
	unsigned dest_count;
	struct identity_party *dest;
};

struct chains {
	const struct div_node *nodes;
	unsigned count;
	struct named named[NODES_MAX];
	uint64_t links[NODES_MAX]; /* to which others, as bits */
};

static bool is_div(const struct div_node *n)
{
	return n->is_usable && (n->ppt == PPT_DIV || n->ppt == PPT_DIV_O);
}

static bool is_same(const struct identity_party *a,
		    const struct identity_party *b)
{
	return a->is_tn == b->is_tn && a->text.len > 0 &&
	       slice_eq(a->text, b->text);
}

static void name_all(const struct memory *m, const struct claims *c,
		     const char *default_cc, struct named *out)
{
	*out = (struct named){ 0 };
	if (c->has_orig)
		out->orig = canon_claim(m, &c->orig, default_cc);
	if (c->has_div)
		out->div = canon_claim(m, &c->div, default_cc);
	if (c->dest_count == 0)
		return;
	out->dest = arena_alloc(m->arena, m->pool,
				c->dest_count * sizeof(*out->dest));
	if (out->dest == NULL)
		return;
	out->dest_count = c->dest_count;
	for (unsigned i = 0; i < c->dest_count; i++)
		out->dest[i] = canon_claim(m, &c->dest[i], default_cc);
}

static bool is_dest(const struct identity_party *who, const struct named *n)
{
	for (unsigned i = 0; i < n->dest_count; i++)
		if (is_same(who, &n->dest[i]))
			return true;
	return false;
}

/* Of what a div may stand on somebody vouches for the caller.  The signer of an
 * rsp vouches for the called (RFC 9970), and that of an rph for a priority (RFC
 * 8443): with one of his own he could bring any orig. */
static bool is_ground(enum ppt ppt)
{
	return ppt != PPT_UNKNOWN && ppt != PPT_RSP && ppt != PPT_RPH;
}

/* RFC 8946 section 4.2: the div claim of one is a destination of the other. */
static bool are_linked(const struct chains *c, unsigned div, unsigned other)
{
	return div != other && is_div(&c->nodes[div]) &&
	       c->nodes[other].is_usable && is_ground(c->nodes[other].ppt) &&
	       is_dest(&c->named[div].div, &c->named[other]);
}

static void chains_init(struct chains *c, const struct memory *m,
			const struct div_node *nodes, unsigned count,
			const char *default_cc)
{
	c->nodes = nodes;
	c->count = count < NODES_MAX ? count : NODES_MAX;
	for (unsigned i = 0; i < c->count; i++) {
		c->links[i] = 0;
		c->named[i] = (struct named){ 0 };
		if (nodes[i].is_usable)
			name_all(m, nodes[i].claims, default_cc, &c->named[i]);
	}
	for (unsigned d = 0; d < c->count; d++)
		for (unsigned x = 0; x < c->count; x++)
			if (are_linked(c, d, x))
				c->links[d] |= UINT64_C(1) << x;
}

void div_links(const struct memory *m, struct div_node *nodes, unsigned count,
	       const char *default_cc)
{
	struct chains c;
	uint64_t linked = 0;

	chains_init(&c, m, nodes, count, default_cc);
	for (unsigned i = 0; i < c.count; i++)
		linked |= c.links[i];
	for (unsigned i = 0; i < count; i++) {
		nodes[i].is_linked = i < c.count && (linked >> i & 1) != 0;
		nodes[i].is_outermost =
			is_div(&nodes[i]) && !nodes[i].is_linked;
	}
}

/* RFC 8946 section 3: orig stays the same along a chain. */
static void mark_changed(const struct chains *c, struct div_node *nodes)
{
	for (unsigned d = 0; d < c->count; d++) {
		for (unsigned x = 0; x < c->count; x++) {
			if ((c->links[d] >> x & 1) == 0 ||
			    c->named[d].orig.text.len == 0 ||
			    c->named[x].orig.text.len == 0 ||
			    is_same(&c->named[d].orig, &c->named[x].orig))
				continue;
			nodes[d].chain_failed |= CHANGED;
			nodes[x].chain_failed |= CHANGED;
		}
	}
}

/* Which nodes a div may stand on, as bits: grows from those that stand by
 * themselves, by one at least in each round. */
static uint64_t standing(const struct chains *c)
{
	uint64_t stand = 0;
	uint64_t before;

	do {
		before = stand;
		for (unsigned i = 0; i < c->count; i++) {
			const struct div_node *n = &c->nodes[i];
			bool by_itself = n->ppt != PPT_DIV;

			if (!n->is_usable || n->chain_failed != 0 ||
			    (n->failed & ~FRESHNESS) != 0)
				continue;
			if (by_itself || (c->links[i] & stand) != 0)
				stand |= UINT64_C(1) << i;
		}
	} while (stand != before);
	return stand;
}

void div_chains(const struct memory *m, struct div_node *nodes, unsigned count,
		const char *default_cc)
{
	struct chains c;
	uint64_t stand;

	for (unsigned i = 0; i < count; i++)
		nodes[i].chain_failed = 0;
	chains_init(&c, m, nodes, count, default_cc);
	mark_changed(&c, nodes);
	stand = standing(&c);
	for (unsigned i = 0; i < c.count; i++)
		if (nodes[i].is_usable && nodes[i].ppt == PPT_DIV &&
		    nodes[i].claims->has_div && nodes[i].chain_failed == 0 &&
		    (c.links[i] & stand) == 0)
			nodes[i].chain_failed = BROKEN;
}

uint64_t div_opt(const struct memory *m, const struct claims *outer,
		 const struct div_node *inner, const char *default_cc)
{
	struct named without;
	struct named inside;

	/* A div inside brings no ground of its own: it would stand on nothing.
	 */
	if (!inner->is_usable || inner->ppt == PPT_DIV ||
	    !is_ground(inner->ppt) || (inner->failed & ~FRESHNESS) != 0)
		return BROKEN;
	name_all(m, outer, default_cc, &without);
	name_all(m, inner->claims, default_cc, &inside);
	if (is_dest(&without.div, &inside) &&
	    is_same(&without.orig, &inside.orig))
		return 0;
	return BROKEN;
}
