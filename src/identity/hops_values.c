#include "hops_side.h"

#include "char.h"

/* Lengths at which buffers of elements on the way end. */
#define ROUND_LENGTH_STEP  100
#define ROUND_LENGTH_LEAST 64

/* No partner yet. */
#define ALONE IDENTITY_VALUES_MAX

/* Who of one copy is who of the other: index there, or ALONE. */
struct pairing {
	unsigned of_before[IDENTITY_VALUES_MAX];
	unsigned of_after[IDENTITY_VALUES_MAX];
};

/* ---- values but for white space */

static size_t past_blanks(struct slice s, size_t i)
{
	while (i < s.len && char_is_blank(s.ptr[i]))
		i++;
	return i;
}

/* Is all of `part`, blanks left out, the beginning of `whole`?  `*rest` is the
 * offset of what follows in `whole`. */
static bool begins_with(struct slice whole, struct slice part, size_t *rest)
{
	size_t i = past_blanks(whole, 0);
	size_t k = past_blanks(part, 0);

	while (k < part.len) {
		if (i == whole.len || whole.ptr[i] != part.ptr[k])
			return false;
		i = past_blanks(whole, i + 1);
		k = past_blanks(part, k + 1);
	}
	*rest = i;
	return true;
}

static bool same_but_blanks(struct slice a, struct slice b)
{
	size_t rest;

	return begins_with(a, b, &rest) && rest == a.len;
}

/* ---- PASSporTs */

static struct slice signed_part(struct slice token)
{
	return slice_sub(token, 0, token.len - signature_part(token).len);
}

/* The same to who reads it, however it is written. */
static bool same_meaning(const struct identity_value *a,
			 const struct identity_value *b)
{
	if (a->is_legacy || b->is_legacy)
		return a->is_legacy == b->is_legacy &&
		       same_but_blanks(a->text, b->text);
	return same_but_blanks(a->text, b->text) ||
	       (a->token.len > 0 && slice_eq(a->token, b->token) &&
		slice_eq(a->info, b->info) && slice_eq_nocase(a->alg, b->alg) &&
		slice_eq(a->ppt, b->ppt));
}

static bool same_signature(const struct identity_value *a,
			   const struct identity_value *b)
{
	struct slice part = signature_part(a->token);

	return part.len > 0 && slice_eq(part, signature_part(b->token));
}

/* Is `b` what is left of `a` where it was cut? */
static bool is_beginning(const struct identity_value *a,
			 const struct identity_value *b)
{
	size_t rest;

	return b->text.len > 0 && begins_with(a->text, b->text, &rest) &&
	       rest < a->text.len;
}

static bool same_scheme(const struct identity_value *a,
			const struct identity_value *b)
{
	return a->is_legacy == b->is_legacy;
}

/* ---- who is who */

typedef bool (*alike_fn)(const struct identity_value *a,
			 const struct identity_value *b);

static void pair_up(const struct hop_pair *p, struct pairing *who,
		    alike_fn alike)
{
	for (unsigned i = 0; i < p->before.count; i++) {
		for (unsigned k = 0;
		     k < p->after.count && who->of_before[i] == ALONE; k++) {
			if (who->of_after[k] != ALONE ||
			    !alike(&p->before.values[i], &p->after.values[k]))
				continue;
			who->of_before[i] = k;
			who->of_after[k] = i;
		}
	}
}

/* ---- what became of one */

static bool is_round(size_t len)
{
	return len >= ROUND_LENGTH_LEAST &&
	       (len % ROUND_LENGTH_STEP == 0 || (len & (len - 1)) == 0 ||
		(len & (len + 1)) == 0);
}

/* Cut inside of a parameter, or where somebody's buffer ended; the last of the
 * parameters may also be left out on purpose. */
static bool is_cut(const struct identity_value *a,
		   const struct identity_value *b)
{
	size_t rest;

	return is_beginning(a, b) && begins_with(a->text, b->text, &rest) &&
	       (is_round(b->text.len) || a->text.ptr[rest] != ';');
}

static const struct identity_header *header_of(const struct hop_side *side,
					       unsigned i)
{
	return i < side->detail->header_count ? &side->detail->headers[i]
					      : NULL;
}

static bool is_signed_again(const struct hop_pair *p, unsigned i, unsigned k)
{
	const struct identity_value *a = &p->before.values[i];
	const struct identity_value *b = &p->after.values[k];
	const struct identity_header *h = header_of(&p->after, k);

	if (h != NULL && h->signature == SIGNATURE_VALID)
		return true;
	/* Who only tampers cannot make another signature. */
	return signature_part(a->token).len > 0 &&
	       signature_part(b->token).len > 0 && !same_signature(a, b) &&
	       !slice_eq(signed_part(a->token), signed_part(b->token));
}

/* White space and the like do harm only where they break the grammar. */
static bool breaks_grammar(const struct hop_pair *p, unsigned i, unsigned k)
{
	const uint64_t grammar = VERDICT_BIT(VERDICT_MALFORMED_HEADER) |
				 VERDICT_BIT(VERDICT_MALFORMED_TOKEN) |
				 VERDICT_BIT(VERDICT_MISSING_INFO) |
				 VERDICT_BIT(VERDICT_PPT_MISMATCH) |
				 VERDICT_BIT(VERDICT_X5U_MISMATCH) |
				 VERDICT_BIT(VERDICT_SIGNATURE_MALFORMED);
	const struct identity_header *a = header_of(&p->before, i);
	const struct identity_header *b = header_of(&p->after, k);

	return a != NULL && b != NULL &&
	       (b->failed & ~a->failed & grammar) != 0;
}

static const char *kind_of(const struct hop_pair *p, unsigned i, unsigned k)
{
	const struct identity_value *a = &p->before.values[i];
	const struct identity_value *b = &p->after.values[k];

	if (is_cut(a, b))
		return "the header was cut";
	if (is_beginning(a, b) || same_meaning(a, b) ||
	    (a->token.len > 0 && slice_eq(a->token, b->token) &&
	     slice_eq(a->info, b->info)))
		return "written again";
	return is_signed_again(p, i, k) ? "signed again" : NULL;
}

static void tell(struct hop_pair *p, struct slice before, struct slice after,
		 const char *kind)
{
	struct identity_change c = { .name = "Identity",
				     .before = before,
				     .after = after,
				     .kind = kind,
				     .offset = -1 };

	hop_changed(p, &c);
}

static bool is_in_order(const struct hop_pair *p, const struct pairing *who)
{
	unsigned last = 0;

	for (unsigned i = 0; i < p->before.count; i++) {
		if (who->of_before[i] == ALONE)
			continue;
		if (who->of_before[i] < last)
			return false;
		last = who->of_before[i];
	}
	return true;
}

void hop_values(struct hop_pair *p, bool *reordered)
{
	static const alike_fn steps[] = { same_meaning, same_signature,
					  is_beginning, same_scheme };
	struct pairing who;

	for (unsigned i = 0; i < IDENTITY_VALUES_MAX; i++) {
		who.of_before[i] = ALONE;
		who.of_after[i] = ALONE;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		pair_up(p, &who, steps[i]);
	for (unsigned i = 0; i < p->before.count; i++) {
		unsigned k = who.of_before[i];
		struct slice text = p->before.values[i].text;

		if (k == ALONE)
			tell(p, text, SLICE_NONE, "the header is gone");
		else if (!same_meaning(&p->before.values[i],
				       &p->after.values[k]) ||
			 (breaks_grammar(p, i, k) &&
			  !slice_eq(text, p->after.values[k].text)))
			tell(p, text, p->after.values[k].text,
			     kind_of(p, i, k));
	}
	for (unsigned k = 0; k < p->after.count; k++)
		if (who.of_after[k] == ALONE && p->before.count > 0)
			tell(p, SLICE_NONE, p->after.values[k].text,
			     "a value was added");
	*reordered = !is_in_order(p, &who);
}
