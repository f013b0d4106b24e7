#include "judging.h"

#include "canon.h"
#include "div.h"

#define BIT(id) VERDICT_BIT(VERDICT_##id)

/* ---- freshness (RFC 8224 section 6.2 step 4) */

static int64_t window_of(const struct judging *j, const struct trial *t)
{
	const struct identity_policy *p = j->judge->policy;

	if ((t->is_linked || t->depth > 0) && p->has_div_inner_window)
		return p->div_inner_window_s;
	return p->iat_window_s;
}

/* iat decides; a Date that says otherwise is worth telling. */
static void judge_iat(struct judging *j, struct trial *t)
{
	int64_t window = window_of(j, t);
	bool fresh;

	if (t->claims.has_iat)
		note_age(j, t, CHECK_IAT, t->claims.iat, window,
			 VERDICT_IAT_STALE, VERDICT_IAT_FUTURE);
	if (t->depth > 0)
		return;
	if (!j->has_date) {
		note_caveat(t, CAVEAT_DATE_MISSING);
		return;
	}
	if (!t->claims.has_iat)
		return;
	fresh = (t->header->failed & (BIT(IAT_STALE) | BIT(IAT_FUTURE))) == 0;
	if (t->claims.iat != j->date_s)
		note_caveat(t, CAVEAT_DATE_IAT_DIFFER);
	if (fresh && is_stale(j, j->date_s, window))
		note_caveat(t, CAVEAT_DATE_STALE);
}

static void judge_age(struct judging *j, struct trial *t)
{
	if (!t->token.is_compact)
		judge_iat(j, t);
	else if (t->header->is_rebuilt)
		note_age(j, t, CHECK_DATE_AGE, t->compact.date_s,
			 window_of(j, t), VERDICT_DATE_STALE,
			 VERDICT_DATE_FUTURE);
}

/* ---- the signature */

/* What is verified: whatever else failed, if the header can be read and says
 * ES256. */
static struct slice text_to_verify(const struct trial *t)
{
	const uint64_t no = BIT(UNSUPPORTED_ALG) | BIT(COMPACT_NOT_ALLOWED);

	if ((t->header->failed & no) != 0 || !t->token.has_parts ||
	    (!t->token.is_compact && t->token.jose == NULL))
		return SLICE_NONE;
	return t->header->signed_bytes;
}

/* ---- what it says of the message */

static void note_bound(struct trial *t, enum check_id id,
		       const struct bind_result *r)
{
	t->header->caveats |= r->caveats;
	note_made(t, id, r->failed, r->detail);
}

static void judge_binding(struct judging *j, struct trial *t)
{
	const struct binding *b = &j->binding;
	const struct claims *c = &t->claims;
	struct bind_result r = { 0 };

	if (c->has_orig) {
		bind_orig(b, t->ppt, c, &r);
		note_bound(t, CHECK_ORIG, &r);
	}
	if (c->dest_count > 0) {
		r = (struct bind_result){ 0 };
		bind_dest(b, t->ppt, c, t->is_linked, t->is_outermost,
			  j->has_div, &r);
		note_bound(t, CHECK_DEST, &r);
	}
	r = (struct bind_result){ 0 };
	if (bind_mky(b, c, &r))
		note_bound(t, CHECK_MKY, &r);
	r = (struct bind_result){ 0 };
	if (bind_rph(b, t->ppt, c, &r))
		note_bound(t, CHECK_RPH, &r);
	r = (struct bind_result){ 0 };
	if (bind_msg(b, t->ppt, c, &r))
		note_bound(t, CHECK_MSGI, &r);
	r = (struct bind_result){ 0 };
	if (bind_rcd(b, t->ppt, c, &r))
		note_bound(t, CHECK_NAME, &r);
}

/* ---- what the certificate allows */

/* RFC 9970: who answers signs for itself; of several it is the one that the
 * message names. */
static const struct identity_party *answering(const struct judging *j,
					      const struct claims *c)
{
	const struct binding *b = &j->binding;
	const char *cc = j->judge->policy->default_cc;
	struct slice uri = j->c->msg->is_response ? b->to : b->from;

	for (unsigned i = 0; i < c->dest_count; i++) {
		struct identity_party said =
			canon_for(&j->memory, c->dest[i].is_tn, uri, cc);

		if (canon_matches(&j->memory, &c->dest[i], &said, cc))
			return &c->dest[i];
	}
	return c->dest_count > 0 ? c->dest : NULL;
}

static void judge_authority(struct judging *j, struct trial *t)
{
	const struct claims *c = &t->claims;
	const struct identity_party *over = NULL;

	if (t->ppt == PPT_RPH) {
		note_skipped(t, CHECK_AUTHORITY, "not judged for rph");
		return;
	}
	if (t->ppt == PPT_RSP)
		over = answering(j, c);
	else if (t->ppt == PPT_DIV || t->ppt == PPT_DIV_O)
		over = c->has_div ? &c->div : NULL;
	else if (c->has_orig)
		over = &c->orig;
	if (over != NULL)
		signer_covers(j, t, over);
}

/* Those of the compact form are what the message says. */
static const json_t *payload_of(struct trial *t)
{
	struct slice text = t->compact.payload;

	if (!t->token.is_compact)
		return t->token.payload;
	if (slice_is_set(text) && t->rebuilt == NULL)
		t->rebuilt = json_loadb(text.ptr, text.len, 0, NULL);
	return t->rebuilt;
}

static void judge_constraints(struct trial *t)
{
	const json_t *payload = payload_of(t);
	const char *why = NULL;
	bool fits;

	/* What was rebuilt is no UTF-8: no signer has signed that (RFC 8225
	 * section 9), and no constraint could be held against it. */
	if (payload == NULL && t->token.is_compact &&
	    slice_is_set(t->compact.payload))
		note_made(t, CHECK_CLAIMS, BIT(CLAIM_MALFORMED),
			  SLICE("what is rebuilt is no UTF-8"));
	if (t->cert == NULL || payload == NULL)
		return;
	fits = cert_allows_claims(t->cert, payload, &why);
	note_made(t, CHECK_CONSTRAINTS, fits ? 0 : BIT(CLAIM_CONSTRAINT),
		  slice_of(fits ? NULL : why));
}

/* ---- a PASSporT inside (RFC 8946 section 5) */

static void judge_alone(struct judging *j, struct trial *t);

static void judge_inner(struct judging *j, struct trial *inner)
{
	if (!passport_read_inner(j, inner))
		return;
	signer_find(j, inner);
	judge_alone(j, inner);
}

/* What of it breaks the chain; NULL if nothing does. */
static const char *inner_fault(struct judging *j, const struct trial *t,
			       const struct trial *inner)
{
	const struct div_node node = {
		.is_usable = inner->ppt != PPT_UNKNOWN &&
			     inner->token.payload != NULL,
		.ppt = inner->ppt,
		.claims = &inner->claims,
		.failed = inner->header->failed,
	};

	if (div_opt(&j->memory, &t->claims, &node,
		    j->judge->policy->default_cc) == 0)
		return NULL;
	if (inner->header->failed != 0)
		return verdict_name(verdict_first(inner->header->failed));
	return "another orig, or the div is not in its dest";
}

/* One that is only too old makes the whole too old, as it would in a header of
 * its own. */
static void take_over_age(struct trial *t, const struct trial *inner)
{
	const struct check_slot *s = &inner->slots[CHECK_IAT];

	if (s->failed != 0)
		note_made(t, CHECK_IAT, s->failed, s->detail);
}

static void judge_nested(struct judging *j, struct trial *t)
{
	struct memory *m = &j->memory;
	struct trial *inner;
	struct identity_value *value;
	const char *fault;

	if (t->ppt != PPT_DIV_O || !slice_is_set(t->claims.opt))
		return;
	if (t->depth == NESTED_MAX) {
		note_made(t, CHECK_NESTED, BIT(DIV_CHAIN_BROKEN),
			  SLICE("too deep"));
		return;
	}
	inner = arena_alloc(m->arena, m->pool, sizeof(*inner));
	value = arena_alloc(m->arena, m->pool, sizeof(*value));
	if (inner != NULL)
		inner->header =
			arena_alloc(m->arena, m->pool, sizeof(*inner->header));
	if (inner == NULL || value == NULL || inner->header == NULL) {
		j->no_memory = true;
		return;
	}
	value->token = t->claims.opt;
	inner->value = value;
	inner->index = t->index;
	inner->depth = t->depth + 1;
	judge_inner(j, inner);
	fault = inner_fault(j, t, inner);
	take_over_age(t, inner);
	note_made(t, CHECK_NESTED, fault == NULL ? 0 : BIT(DIV_CHAIN_BROKEN),
		  slice_of(fault));
	trial_free(j, inner);
}

/* ---- all of it */

/* What can be said without the message. */
static void judge_alone(struct judging *j, struct trial *t)
{
	judge_age(j, t);
	signer_verify(j, t, text_to_verify(t), t->token.signature);
	judge_nested(j, t);
	judge_authority(j, t);
	judge_constraints(t);
}

void passport_judge(struct judging *j, struct trial *t)
{
	const uint64_t nothing =
		BIT(MALFORMED_HEADER) | BIT(TOO_LARGE) | BIT(UNSUPPORTED_PPT);

	if ((t->header->failed & nothing) != 0)
		return;
	signer_find(j, t);
	judge_alone(j, t);
	if (!t->token.is_compact && j->extent != EXTENT_REDIRECT)
		judge_binding(j, t);
}
