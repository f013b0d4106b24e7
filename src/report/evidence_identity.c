#include "evidence_identity.h"

#include "identity_brief.h"

/* What was before and what is after, of each change. */
#define CHANGE_CELLS 120

#define CAVEATS_MAX 4

void evidence_verdict(const struct teller *t, enum verdict verdict)
{
	struct text_entry e;

	teller_begin(t, "Verdict");
	buf_add_text(t->out, verdict_name(verdict));
	if (catalogue_verdict(t->words, slice_of(verdict_name(verdict)), &e)) {
		buf_add(t->out, SLICE(" - "));
		buf_add(t->out, e.title);
		buf_add(t->out, SLICE(": "));
		buf_add(t->out, e.meaning);
	}
	teller_end(t);
}

void evidence_break(const struct teller *t, const struct identity_detail *d)
{
	char text[ENDPOINT_TEXT_BYTES];

	if (d->has_broken_by) {
		teller_begin(t, "Broken by");
		buf_add_text(t->out, endpoint_text(&d->broken_by, text));
		teller_end(t);
	}
	for (unsigned i = 0; d->has_broken_by && i < d->change_count &&
			     i < IDENTITY_CHANGES_MAX;
	     i++) {
		teller_begin(t, "Changed");
		identity_change_text(t->out, t->words, &d->changes[i],
				     CHANGE_CELLS);
		teller_end(t);
	}
	if (d->path_note != NULL) {
		teller_begin(t, "Path");
		teller_say(t, d->path_note);
		teller_end(t);
	}
}

static void tell_caveats(const struct teller *t, uint32_t caveats)
{
	unsigned told = 0;

	for (unsigned i = 0; i < CAVEATS && told < CAVEATS_MAX; i++) {
		const char *name = caveat_name((enum caveat)i);
		struct text_entry e;

		if ((caveats & CAVEAT_BIT(i)) == 0)
			continue;
		teller_begin(t, "Note");
		buf_add_text(t->out, name);
		if (catalogue_caveat(t->words, slice_of(name), &e)) {
			buf_add(t->out, SLICE(" - "));
			buf_add(t->out, e.title);
		}
		teller_end(t);
		told++;
	}
}

/* ---- its values */

static const char *attest_text(struct slice attest)
{
	if (slice_eq(attest, SLICE("A")))
		return "the signer knows the caller, who may use the number";
	if (slice_eq(attest, SLICE("B")))
		return "the signer knows the caller, not whether the number is "
		       "theirs";
	if (slice_eq(attest, SLICE("C")))
		return "the signer only let the call in, the caller is unknown";
	return "no such attestation is defined";
}

/* A claim of a token that does not hold is nobody's word. */
static void tell_attest(const struct teller *t, const struct identity_header *h)
{
	if (!slice_is_set(h->attest))
		return;
	teller_begin(t, "Attestation");
	teller_show(t, h->attest);
	buf_add(t->out, SLICE(" - "));
	teller_say(t, attest_text(h->attest));
	if (h->verdict != VERDICT_VALID) {
		buf_add(t->out, SLICE(" ("));
		teller_say(t, "not verified");
		buf_add_char(t->out, ')');
	}
	teller_end(t);
}

static void tell_signer(const struct teller *t, const struct identity_header *h)
{
	const struct identity_certificate *c = h->chain;

	teller_begin(t, "Signed by");
	if (h->chain_count == 0) {
		teller_say(t, "unknown: the certificate is not at hand");
		teller_end(t);
		return;
	}
	teller_show(t, c->subject);
	for (unsigned i = 0; i < c->spc_count && i < TELLER_VALUES_MAX; i++) {
		buf_add(t->out, SLICE(", SPC "));
		teller_show(t, c->spc[i]);
	}
	teller_end(t);
}

static void tell_failed_check(const struct teller *t,
			      const struct identity_header *h)
{
	unsigned i = 0;

	while (i < h->check_count && i < IDENTITY_CHECKS_MAX &&
	       (h->checks[i].result != CHECK_FAIL ||
		h->checks[i].verdict != h->verdict))
		i++;
	if (i == h->check_count || i == IDENTITY_CHECKS_MAX)
		return;
	teller_begin(t, "Failed check");
	teller_say(t, h->checks[i].name);
	if (slice_is_set(h->checks[i].detail)) {
		buf_add(t->out, SLICE(": "));
		teller_show(t, h->checks[i].detail);
	}
	teller_end(t);
}

static void tell_values(const struct teller *t, const struct identity_detail *d)
{
	for (unsigned i = 0; i < d->header_count && i < TELLER_VALUES_MAX;
	     i++) {
		const struct identity_header *h = &d->headers[i];

		if (d->header_count > 1) {
			teller_begin(t, "Identity");
			buf_add_format(t->out, "%u: ", i + 1);
			buf_add_text(t->out, verdict_name(h->verdict));
			teller_end(t);
		}
		tell_failed_check(t, h);
		tell_attest(t, h);
		tell_signer(t, h);
	}
}

void evidence_identity(const struct teller *t)
{
	const struct identity_reader *reader = t->identity;
	struct identity_detail d;

	if (reader == NULL || !msg_wants_verdict(t->m) ||
	    !reader->detail(reader->ctx, teller_id(t), &d))
		return;
	/* Of a request that never had one its verdict says nothing new. */
	if (d.header_count == 0 && !d.has_broken_by)
		return;
	evidence_verdict(t, d.verdict);
	tell_values(t, &d);
	tell_caveats(t, d.caveats);
	evidence_break(t, &d);
}
