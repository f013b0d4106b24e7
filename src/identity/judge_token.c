#include "judging.h"

#define BIT(id) VERDICT_BIT(VERDICT_##id)

static const struct slice es256 = { "ES256", 5 };

/* ---- the token and its header */

static void note_grammar(struct judging *j, struct trial *t)
{
	struct slice detail;

	if (j->count == 1)
		detail = SLICE("1 Identity header");
	else
		detail = TEXT(j, text_number(j, j->count),
			      SLICE(" Identity headers"));
	note_made(t, CHECK_GRAMMAR, t->value->failed, detail);
}

static void note_info(struct trial *t)
{
	note_made(t, CHECK_INFO, t->value->failed, t->header->url);
}

/* SIP compares its tokens without regard to case; the token does not. */
static bool agrees(struct trial *t, struct slice param, struct slice member)
{
	if (slice_eq(param, member))
		return true;
	if (!slice_eq_nocase(param, member))
		return false;
	note_caveat(t, CAVEAT_PARAM_CASE);
	return true;
}

static void note_alg(struct judging *j, struct trial *t)
{
	struct slice alg = t->token.alg;
	struct slice param = t->value->alg;
	bool fits;

	t->header->alg = alg;
	note_made(t, CHECK_ALG, slice_eq(alg, es256) ? 0 : BIT(UNSUPPORTED_ALG),
		  slice_is_set(alg) ? TEXT(j, alg) : SLICE("no alg"));
	if (!slice_is_set(param))
		param = es256;
	fits = agrees(t, param, alg);
	note_made(t, CHECK_ALG_AGREES, fits ? 0 : BIT(ALG_MISMATCH),
		  fits ? SLICE_NONE : TEXT(j, param, SLICE(" and "), alg));
}

static void note_ppt(struct judging *j, struct trial *t)
{
	struct slice param = t->value->ppt;
	struct slice member = t->token.ppt;
	bool fits = slice_is_set(param) == slice_is_set(member) &&
		    agrees(t, param, member);

	if (!slice_is_set(param))
		param = SLICE("none");
	if (!slice_is_set(member))
		member = SLICE("none");
	note_made(t, CHECK_PPT_AGREES, fits ? 0 : BIT(PPT_MISMATCH),
		  fits ? SLICE_NONE : TEXT(j, param, SLICE(" and "), member));
}

/* Simple string comparison (RFC 3986 section 6.2.1). */
static void note_x5u(struct judging *j, struct trial *t)
{
	struct slice info = t->value->info;
	struct slice x5u = t->token.x5u;
	bool fits = slice_is_set(x5u) && slice_eq(info, x5u);

	if (!slice_is_set(info))
		return;
	note_made(t, CHECK_X5U, fits ? 0 : BIT(X5U_MISMATCH),
		  fits ? SLICE_NONE
		       : TEXT(j, info, SLICE(" and "),
			      slice_is_set(x5u) ? x5u : SLICE("none")));
}

/* RFC 8224 section 4.1, 8225 section 4.  What stands in `opt` has no
 * parameters to compare. */
static void read_jose(struct judging *j, struct trial *t)
{
	struct slice typ = t->token.typ;

	if (t->token.jose == NULL)
		return;
	note_alg(j, t);
	note_made(t, CHECK_TYP,
		  slice_eq(typ, SLICE("passport")) ? 0 : BIT(TYP_INVALID),
		  slice_is_set(typ) ? TEXT(j, typ) : SLICE("no typ"));
	if (t->depth > 0)
		return;
	note_ppt(j, t);
	note_x5u(j, t);
}

static struct slice lower_case(struct judging *j, struct slice s)
{
	char *text = arena_alloc(j->memory.arena, j->memory.pool, s.len + 1);

	if (text == NULL) {
		j->no_memory = true;
		return SLICE_NONE;
	}
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		text[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	return (struct slice){ text, s.len };
}

/* The parameter, in any case; else the member. */
static struct slice effective_ppt(struct judging *j, const struct trial *t)
{
	struct slice param = t->value->ppt;
	struct slice member = t->token.ppt;

	if (!slice_is_set(param) ||
	    (slice_is_set(member) && slice_eq_nocase(param, member)))
		return member;
	return lower_case(j, param);
}

/* ---- claims */

static void show_claims(struct trial *t)
{
	const struct claims *c = &t->claims;
	struct identity_header *h = t->header;

	h->attest = c->attest;
	h->origid = c->origid;
	h->has_iat = c->has_iat;
	h->iat = c->iat;
	h->has_orig = c->has_orig;
	h->orig = c->orig;
	h->dest_count = c->dest_count;
	h->dest = c->dest;
	h->has_div = c->has_div;
	h->div = c->div;
}

static void read_full(struct judging *j, struct trial *t)
{
	struct token *k = &t->token;

	claims_read(&j->memory, k->payload, t->ppt, &t->claims);
	j->no_memory |= t->claims.no_memory;
	t->header->x5u = k->x5u;
	t->header->jose = k->jose_text;
	t->header->payload = k->payload_text;
	t->header->signed_bytes = k->signing_input;
	show_claims(t);
}

/* RFC 8225 section 7: what it says is what the message says, so that a div
 * may lead to it. */
static void show_rebuilt(struct trial *t)
{
	const struct compact *k = &t->compact;

	t->claims = (struct claims){
		.has_iat = true,
		.iat = k->date_s,
		.has_orig = true,
		.orig = k->orig,
		.dest_count = 1,
		.dest = &k->dest,
	};
	t->header->jose = k->jose;
	t->header->payload = k->payload;
	t->header->signed_bytes = k->signing_input;
	t->header->is_rebuilt = true;
	show_claims(t);
}

static void read_compact(struct judging *j, struct trial *t)
{
	t->header->alg = slice_is_set(t->value->alg) ? t->value->alg : es256;
	if (t->ppt != PPT_BASELINE || !slice_is_set(t->value->info))
		return;
	compact_build(&j->memory, j->c->msg, t->value->info,
		      j->judge->policy->default_cc, &t->compact);
	if (slice_is_set(t->compact.signing_input))
		show_rebuilt(t);
	else if (t->compact.failed == 0)
		j->no_memory = true;
}

static void note_compact(struct judging *j, struct trial *t)
{
	bool is_plain = t->ppt == PPT_BASELINE;

	note_made(t, CHECK_ALG,
		  agrees(t, t->header->alg, es256) ? 0 : BIT(UNSUPPORTED_ALG),
		  TEXT(j, t->header->alg));
	note_made(t, CHECK_FORM, is_plain ? 0 : BIT(COMPACT_NOT_ALLOWED),
		  SLICE("compact"));
	if (slice_is_set(t->compact.jose) || t->compact.failed != 0)
		note_made(t, CHECK_DATE, t->compact.failed, SLICE_NONE);
}

static void note_claims(struct trial *t)
{
	uint64_t failed = t->token.failed | t->claims.failed;

	t->header->caveats |= t->claims.caveats;
	if (t->token.payload != NULL || (failed & BIT(CLAIM_MALFORMED)) != 0)
		note_made(t, CHECK_CLAIMS, failed,
			  t->claims.why != NULL ? slice_of(t->claims.why)
						: SLICE_NONE);
}

/* RFC 8224 section 6.2: a type that is not known is none of our business. */
static bool note_type(struct judging *j, struct trial *t)
{
	bool known = t->ppt != PPT_UNKNOWN;

	if (slice_is_set(t->header->ppt))
		note_made(t, CHECK_TYPE, known ? 0 : BIT(UNSUPPORTED_PPT),
			  TEXT(j, t->header->ppt));
	return known;
}

static void take_apart(struct judging *j, struct trial *t, struct slice text)
{
	token_read(&j->memory, text, &t->token);
	j->no_memory |= t->token.no_memory;
	t->header->compact = t->token.is_compact;
	t->header->ppt = effective_ppt(j, t);
	t->ppt = ppt_of(t->header->ppt);
	if (t->token.is_compact)
		read_compact(j, t);
	else
		read_full(j, t);
}

static void note_token(struct trial *t)
{
	uint64_t failed = t->token.failed;

	/* RFC 7515 section 4.1.11: no extension is understood here. */
	if (t->token.has_crit)
		failed |= BIT(MALFORMED_TOKEN);
	t->header->caveats |= t->token.caveats;
	note_made(t, CHECK_TOKEN, failed,
		  t->token.has_crit ? SLICE("crit") : SLICE_NONE);
}

void passport_read(struct judging *j, struct trial *t)
{
	const uint64_t unreadable = BIT(MALFORMED_HEADER) | BIT(TOO_LARGE);

	t->header->url = t->value->info;
	if ((t->value->failed & unreadable) == 0)
		take_apart(j, t, t->value->token);
	if (j->extent == EXTENT_NOTHING ||
	    (j->extent == EXTENT_RESPONSE && t->ppt != PPT_RSP) ||
	    (j->extent == EXTENT_REDIRECT && t->ppt != PPT_DIV &&
	     t->ppt != PPT_DIV_O))
		t->is_ignored = true;
	if (t->is_ignored)
		return;
	t->header->caveats |= t->value->caveats;
	note_grammar(j, t);
	if ((t->value->failed & unreadable) != 0)
		return;
	note_token(t);
	note_info(t);
	if (!note_type(j, t))
		return;
	if (t->token.is_compact) {
		note_compact(j, t);
	} else {
		read_jose(j, t);
		note_claims(t);
	}
}

/* What stands in `opt` is in full form, and its x5u is all there is. */
bool passport_read_inner(struct judging *j, struct trial *inner)
{
	take_apart(j, inner, inner->value->token);
	inner->header->url = inner->token.x5u;
	note_token(inner);
	if (inner->token.is_compact)
		note_made(inner, CHECK_TOKEN, BIT(MALFORMED_TOKEN), SLICE_NONE);
	if (!note_type(j, inner))
		return false;
	read_jose(j, inner);
	if (!slice_is_set(inner->token.x5u))
		note_made(inner, CHECK_X5U, BIT(X5U_MISMATCH), SLICE_NONE);
	note_claims(inner);
	return true;
}
