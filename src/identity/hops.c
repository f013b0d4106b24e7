#include "sipmon/identity/hops.h"

#include "hops_side.h"

bool hop_counts(const struct hop_side *side, unsigned i)
{
	const struct identity_detail *d = side->detail;

	if (d->headers[i].verdict == VERDICT_VALID)
		return true;
	for (unsigned k = 0; k < d->header_count; k++)
		if (d->headers[k].verdict == VERDICT_VALID)
			return false;
	return true;
}

enum hop_view hop_view_of(const struct identity_header *h)
{
	if (h->scheme == IDENTITY_RFC4474)
		return HOP_LEGACY;
	return h->compact ? HOP_COMPACT : HOP_FULL;
}

void hop_changed(struct hop_pair *p, const struct identity_change *c)
{
	struct identity_detail *out = p->out;

	if (out->change_count < IDENTITY_CHANGES_MAX)
		out->changes[out->change_count++] = *c;
}

bool hop_has_view(const struct hop_pair *p, enum hop_view view)
{
	return (p->views & (unsigned)view) != 0;
}

bool hop_failed_in(const struct hop_pair *p, enum verdict v)
{
	const struct identity_detail *d = p->after.detail;

	for (unsigned i = 0; i < d->header_count; i++)
		if ((d->headers[i].failed & VERDICT_BIT(v)) != 0)
			return true;
	return false;
}

bool hop_set_change(struct identity_change *c, struct slice before,
		    struct slice after)
{
	c->before = before;
	c->after = after;
	return true;
}

static void look_at(struct hop_side *side, const struct hop_copy *copy,
		    const struct memory *m,
		    const struct identity_policy *policy)
{
	uint32_t left_out = 0;

	side->msg = copy->msg;
	side->detail = copy->detail;
	binding_init(&side->binding, m, policy, copy->msg);
	side->count = identity_values(m, copy->msg, side->values,
				      IDENTITY_VALUES_MAX, &left_out);
}

static bool is_of_time(enum verdict v)
{
	return v == VERDICT_IAT_STALE || v == VERDICT_IAT_FUTURE ||
	       v == VERDICT_DATE_STALE || v == VERDICT_DATE_FUTURE;
}

/* Neither held, and nothing that is signed differs. */
static bool is_signers_fault(const struct hop_pair *p)
{
	enum verdict before = p->before.detail->verdict;
	enum verdict after = p->after.detail->verdict;

	return p->out->broke.held == 0 && p->out->change_count == 0 &&
	       verdict_class(before) == VERDICT_CLASS_BAD &&
	       verdict_class(after) == VERDICT_CLASS_BAD &&
	       !is_of_time(before) && !is_of_time(after);
}

static const char *note_of(const struct hop_pair *p, bool reordered)
{
	enum verdict before = p->before.detail->verdict;

	if (p->after.detail->verdict == VERDICT_VALID) {
		if (before == VERDICT_NO_IDENTITY)
			return "signed on the way";
		return p->out->change_count > 0 ? "signed again on the way"
						: NULL;
	}
	if (is_signers_fault(p))
		return "valid nowhere: the signer's fault";
	return reordered ? "the Identity values stand in another order" : NULL;
}

void hops_changes(const struct hop_copy *before, const struct hop_copy *after,
		  const struct identity_policy *policy, struct arena *arena,
		  struct arena_pool *pool, struct identity_detail *out)
{
	struct hop_pair p = { .memory = { arena, pool },
			      .policy = policy,
			      .out = out };
	bool reordered = false;

	out->change_count = 0;
	out->path_note = NULL;
	if (before->detail->verdict == VERDICT_VALID &&
	    after->detail->verdict == VERDICT_VALID)
		return;
	look_at(&p.before, before, &p.memory, policy);
	look_at(&p.after, after, &p.memory, policy);
	for (unsigned i = 0; i < before->detail->header_count; i++)
		if (hop_counts(&p.before, i))
			p.views |= hop_view_of(&before->detail->headers[i]);
	/* Where the Identity is gone nothing is signed any more. */
	if (after->detail->verdict != VERDICT_VALID && p.after.count > 0)
		hop_fields(&p);
	hop_values(&p, &reordered);
	out->path_note = note_of(&p, reordered);
	/* What made it good is no fault. */
	if (after->detail->verdict == VERDICT_VALID)
		out->change_count = 0;
}
