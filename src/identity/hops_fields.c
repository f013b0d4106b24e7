#include "hops_side.h"

#include "legacy.h"
#include "text.h"

typedef bool (*differs_fn)(struct hop_pair *p, struct identity_change *c);

/* ---- numbers and URIs in canonical form */

static bool same_party(const struct identity_party *a,
		       const struct identity_party *b)
{
	return a->is_tn == b->is_tn && slice_eq(a->text, b->text);
}

/* As the compact form is rebuilt: strict (RFC 8224 section 8.3). */
static bool same_strict(const struct hop_pair *p, struct slice a,
			struct slice b)
{
	struct identity_party left =
		canon_address(&p->memory, a, false, p->policy->default_cc);
	struct identity_party right =
		canon_address(&p->memory, b, false, p->policy->default_cc);

	return same_party(&left, &right);
}

/* As a claim of this kind compares. */
static bool same_for(const struct hop_pair *p, bool is_tn, struct slice a,
		     struct slice b)
{
	struct identity_party left =
		canon_for(&p->memory, is_tn, a, p->policy->default_cc);
	struct identity_party right =
		canon_for(&p->memory, is_tn, b, p->policy->default_cc);

	return same_party(&left, &right);
}

static bool claims_it(const struct hop_pair *p,
		      const struct identity_party *claim, struct slice uri)
{
	struct identity_party address =
		canon_for(&p->memory, claim->is_tn, uri, p->policy->default_cc);

	return canon_matches(&p->memory, claim, &address,
			     p->policy->default_cc);
}

/* ---- From and P-Asserted-Identity */

/* The full form that tells what is compared; NULL if there is none. */
static const struct identity_header *leading(const struct hop_pair *p)
{
	const struct identity_detail *d = p->before.detail;

	for (unsigned i = 0; i < d->header_count; i++)
		if (hop_view_of(&d->headers[i]) == HOP_FULL &&
		    hop_counts(&p->before, i))
			return &d->headers[i];
	return NULL;
}

static bool caller_is_number(const struct identity_header *h)
{
	return !h->has_orig || h->orig.is_tn;
}

static unsigned source_of(const struct hop_side *side,
			  const struct identity_header *h)
{
	return bind_source_of(&side->binding, ppt_of(h->ppt),
			      caller_is_number(h));
}

/* The first value of `a` that no value of `b` says too; absent if none. */
static struct slice lost_pai(const struct hop_pair *p, bool is_tn,
			     const struct binding *a, const struct binding *b)
{
	for (unsigned i = 0; i < a->pai_count; i++) {
		bool found = false;

		for (unsigned k = 0; k < b->pai_count && !found; k++)
			found = same_for(p, is_tn, a->pai[i], b->pai[k]);
		if (!found)
			return a->pai[i];
	}
	return SLICE_NONE;
}

/* Does the later copy still name the caller of the token? */
static bool caller_holds(const struct hop_pair *p,
			 const struct identity_header *h)
{
	const struct binding *b = &p->after.binding;
	unsigned source = source_of(&p->after, h);

	if (!h->has_orig)
		return false;
	if ((source & BIND_FROM) != 0 && claims_it(p, &h->orig, b->from))
		return true;
	for (unsigned i = 0; (source & BIND_PAI) != 0 && i < b->pai_count; i++)
		if (claims_it(p, &h->orig, b->pai[i]))
			return true;
	return false;
}

/* Is From compared in both copies, or does it decide itself whether it is? */
static bool from_counts(const struct hop_pair *p,
			const struct identity_header *h)
{
	return p->policy->orig_source == ORIG_SOURCE_FROM_THEN_PAI ||
	       (source_of(&p->before, h) & source_of(&p->after, h) &
		BIND_FROM) != 0;
}

static bool full_from_differs(const struct hop_pair *p)
{
	const struct identity_header *h = leading(p);

	return h != NULL && !caller_holds(p, h) && from_counts(p, h) &&
	       !same_for(p, caller_is_number(h), p->before.binding.from,
			 p->after.binding.from);
}

static bool from_differs(struct hop_pair *p, struct identity_change *c)
{
	struct slice before = p->before.binding.from;
	struct slice after = p->after.binding.from;

	if ((hop_has_view(p, HOP_LEGACY) && !slice_eq(before, after)) ||
	    (hop_has_view(p, HOP_COMPACT) && !same_strict(p, before, after)) ||
	    full_from_differs(p))
		return hop_set_change(c, before, after);
	return false;
}

/* The header is compared where it is there, else From. */
static bool pai_differs(struct hop_pair *p, struct identity_change *c)
{
	const struct identity_header *h = leading(p);
	const struct binding *before = &p->before.binding;
	const struct binding *after = &p->after.binding;
	struct slice lost;
	struct slice found;
	bool is_tn;

	if (h == NULL || caller_holds(p, h) ||
	    ((source_of(&p->before, h) | source_of(&p->after, h)) & BIND_PAI) ==
		    0)
		return false;
	is_tn = caller_is_number(h);
	lost = lost_pai(p, is_tn, before, after);
	found = lost_pai(p, is_tn, after, before);
	if (before->pai_count > 0 && after->pai_count > 0)
		return (slice_is_set(lost) || slice_is_set(found)) &&
		       hop_set_change(c, lost, found);
	if (before->pai_count > 0)
		return !same_for(p, is_tn, before->pai[0], after->from) &&
		       hop_set_change(c, before->pai[0], SLICE_NONE);
	return !same_for(p, is_tn, before->from, after->pai[0]) &&
	       hop_set_change(c, SLICE_NONE, after->pai[0]);
}

/* ---- To and Request-URI */

static bool has_div(const struct hop_pair *p)
{
	const struct identity_detail *d = p->before.detail;

	for (unsigned i = 0; i < d->header_count; i++)
		if (hop_counts(&p->before, i) && d->headers[i].has_div)
			return true;
	return false;
}

static bool is_called(const struct hop_pair *p, const struct identity_header *h,
		      struct slice uri)
{
	for (unsigned i = 0; i < h->dest_count; i++)
		if (claims_it(p, &h->dest[i], uri))
			return true;
	return false;
}

/*
 * Was `before` the called party of a PASSporT, and is `after` not, nor what
 * would do in its place?  `other` is absent where nothing would.
 */
static bool lost_dest(const struct hop_pair *p, struct slice before,
		      struct slice after, struct slice other)
{
	const struct identity_detail *d = p->before.detail;
	bool diverted = has_div(p);

	for (unsigned i = 0; i < d->header_count; i++) {
		const struct identity_header *h = &d->headers[i];

		/* Behind a diversion the others need no match (RFC 8946). */
		if (hop_view_of(h) != HOP_FULL || !hop_counts(&p->before, i) ||
		    h->has_div != diverted)
			continue;
		if (is_called(p, h, before) && !is_called(p, h, after) &&
		    !(slice_is_set(other) && is_called(p, h, other)))
			return true;
	}
	return false;
}

static bool to_differs(struct hop_pair *p, struct identity_change *c)
{
	struct slice before = p->before.binding.to;
	struct slice after = p->after.binding.to;

	if ((hop_has_view(p, HOP_LEGACY) && !slice_eq(before, after)) ||
	    (hop_has_view(p, HOP_COMPACT) && !same_strict(p, before, after)) ||
	    (!has_div(p) &&
	     lost_dest(p, before, after, p->after.msg->request_uri)))
		return hop_set_change(c, before, after);
	return false;
}

static bool request_uri_differs(struct hop_pair *p, struct identity_change *c)
{
	struct slice before = p->before.msg->request_uri;
	struct slice after = p->after.msg->request_uri;
	struct slice other = has_div(p) ? SLICE_NONE : p->after.binding.to;

	return lost_dest(p, before, after, other) &&
	       hop_set_change(c, before, after);
}

/* ---- other fields */

/* A field of the digest-string that stands there as it is. */
static bool legacy_text_differs(struct hop_pair *p, struct identity_change *c,
				struct slice before, struct slice after)
{
	return hop_has_view(p, HOP_LEGACY) && !slice_eq(before, after) &&
	       hop_set_change(c, before, after);
}

static bool call_id_differs(struct hop_pair *p, struct identity_change *c)
{
	return legacy_text_differs(p, c, p->before.msg->call_id,
				   p->after.msg->call_id);
}

static struct slice text_of(const struct hop_pair *p,
			    const struct hop_side *side, enum sip_header_id id)
{
	return field_text(&p->memory, side->msg, id);
}

static bool cseq_differs(struct hop_pair *p, struct identity_change *c)
{
	const struct sip_msg *a = p->before.msg;
	const struct sip_msg *b = p->after.msg;

	if (!hop_has_view(p, HOP_LEGACY) ||
	    (a->has_cseq == b->has_cseq && a->cseq == b->cseq &&
	     slice_eq(a->method_name, b->method_name)))
		return false;
	return hop_set_change(c, text_of(p, &p->before, SIP_HEADER_CSEQ),
			      text_of(p, &p->after, SIP_HEADER_CSEQ));
}

/* Another way to write the same second is none: it is signed in one form. */
static bool date_differs(struct hop_pair *p, struct identity_change *c)
{
	int64_t before_s = 0;
	int64_t after_s = 0;
	bool before = message_date(&p->memory, p->before.msg, &before_s, NULL);
	bool after = message_date(&p->memory, p->after.msg, &after_s, NULL);

	if ((!hop_has_view(p, HOP_LEGACY) && !hop_has_view(p, HOP_COMPACT)) ||
	    (before == after && before_s == after_s))
		return false;
	return hop_set_change(c, text_of(p, &p->before, SIP_HEADER_DATE),
			      text_of(p, &p->after, SIP_HEADER_DATE));
}

static struct slice contact_of(const struct hop_pair *p,
			       const struct hop_side *side)
{
	return first_contact(&p->memory,
			     sip_msg_field(side->msg, SIP_HEADER_CONTACT, 0));
}

static bool contact_differs(struct hop_pair *p, struct identity_change *c)
{
	return legacy_text_differs(p, c, contact_of(p, &p->before),
				   contact_of(p, &p->after));
}

static bool priority_differs(struct hop_pair *p, struct identity_change *c)
{
	return hop_has_view(p, HOP_FULL) &&
	       hop_failed_in(p, VERDICT_RPH_MISMATCH) &&
	       hop_set_change(
		       c, text_of(p, &p->before, SIP_HEADER_RESOURCE_PRIORITY),
		       text_of(p, &p->after, SIP_HEADER_RESOURCE_PRIORITY));
}

/* The way to the key: nothing signs it, all stands on it. */
static bool info_differs(struct hop_pair *p, struct identity_change *c)
{
	struct slice before = text_of(p, &p->before, SIP_HEADER_IDENTITY_INFO);
	struct slice after = text_of(p, &p->after, SIP_HEADER_IDENTITY_INFO);

	if (p->after.count == 0)
		return false; /* went with the Identity */
	if (!slice_is_set(after))
		c->kind = "the header is gone";
	return legacy_text_differs(p, c, before, after);
}

/* ---- the table */

static const struct {
	const char *name;
	differs_fn differs;
} fields[] = {
	{ "From", from_differs },
	{ "P-Asserted-Identity", pai_differs },
	{ "To", to_differs },
	{ "Call-ID", call_id_differs },
	{ "CSeq", cseq_differs },
	{ "Date", date_differs },
	{ "Contact", contact_differs },
	{ "Request-URI", request_uri_differs },
	{ "Resource-Priority", priority_differs },
	{ "body", hop_body_differs },
	{ "Identity-Info", info_differs },
};

void hop_fields(struct hop_pair *p)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct identity_change c = { .name = fields[i].name,
					     .offset = -1 };

		if (fields[i].differs(p, &c))
			hop_changed(p, &c);
	}
}
