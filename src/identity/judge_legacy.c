#include "judging.h"

#include "canon.h"

#define BIT(id) VERDICT_BIT(VERDICT_##id)

void legacy_take(struct judging *j, struct trial *t)
{
	struct identity_header *h = t->header;
	struct legacy *l = &t->legacy;
	uint64_t failed = t->value->failed;

	h->scheme = IDENTITY_RFC4474;
	if (failed == 0)
		legacy_read(&j->memory, j->c->msg, t->value->text,
			    j->c->trailing, l);
	h->alg = l->alg;
	h->url = l->url;
	h->signed_bytes = l->digest_string;
	h->is_rebuilt = slice_is_set(l->digest_string);
	if (j->extent != EXTENT_REQUEST) {
		t->is_ignored = true;
		return;
	}
	h->caveats |= t->value->caveats | l->caveats;
	note_made(t, CHECK_GRAMMAR, failed | l->failed, SLICE_NONE);
	if (failed != 0)
		return;
	note_made(t, CHECK_INFO, l->failed, l->url);
	if (slice_is_set(l->url))
		note_made(t, CHECK_ALG, l->failed, TEXT(j, l->alg));
	note_made(t, CHECK_DATE, l->failed, SLICE_NONE);
	if (j->c->trailing > 0)
		note_caveat(t, CAVEAT_BODY_TRAILING);
}

/* RFC 4474 section 6: the domain of From is the signer's. */
static void judge_domain(struct judging *j, struct trial *t)
{
	struct identity_party from = { .text = j->binding.from };

	signer_covers(j, t, &from);
}

void legacy_judge(struct judging *j, struct trial *t)
{
	const struct legacy *l = &t->legacy;
	struct slice text = l->digest_string;

	if ((t->header->failed & BIT(MALFORMED_HEADER)) != 0 ||
	    t->value->failed != 0)
		return;
	signer_find(j, t);
	if (l->has_date)
		note_age(j, t, CHECK_DATE_AGE, l->date_s,
			 j->judge->policy->date_window_s, VERDICT_DATE_STALE,
			 VERDICT_DATE_FUTURE);
	if ((l->failed & BIT(UNSUPPORTED_ALG)) != 0)
		text = SLICE_NONE;
	signer_verify(j, t, text, l->signature);
	if (t->header->signature == SIGNATURE_INVALID &&
	    slice_is_set(l->longer_string) &&
	    signer_holds(j, t, l->longer_string, l->signature))
		note_caveat(t, CAVEAT_BODY_LENGTH);
	judge_domain(j, t);
}
