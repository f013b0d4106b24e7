#include "evidence_answer.h"

#include "evidence_identity.h"
#include "sipmon/sip/params.h"
#include "sipmon/sip/reason.h"

/* ---- does the answer fit? (RFC 8224 section 6.2.2) */

enum fit {
	FIT_NONE = 0, /* nothing to tell */
	FIT_AGREES,
	FIT_OTHER_CODE,
	FIT_CANNOT_TELL,
	FIT_REJECTED_VALID,
	FIT_ACCEPTED,
	FIT_ACCEPTED_UNKNOWN,
	FIT_PLAIN_403,
	FIT_UNWANTED,
	FIT_REJECTED,
	FIT_DECLINED,
	FIT_EARLY_UNWANTED,
	FIT_ANONYMOUS,
	FITS
};

static const char *const fit_texts[FITS] = {
	[FIT_AGREES] = "The server and sipmon agree.",
	[FIT_OTHER_CODE] =
		"Both find fault, the server with another code than the RFCs "
		"give to what sipmon found; which one is sent varies by "
		"vendor.",
	[FIT_CANNOT_TELL] =
		"sipmon cannot tell whether the server is right: it has no "
		"certificate, or does not know the type of the PASSporT.",
	[FIT_REJECTED_VALID] =
		"The server rejected a request that verifies here: look at its "
		"clock, its trust list and its number format, and whether a "
		"later hop changed the copy that it got.",
	[FIT_ACCEPTED] =
		"Accepted without verification, or against it: look for Reason "
		"in the answers and for verstat behind the server.",
	[FIT_ACCEPTED_UNKNOWN] =
		"Accepted; sipmon cannot tell whether the Identity holds.",
	[FIT_PLAIN_403] =
		"A 403 with another phrase than Stale Date is no verdict on "
		"Identity.",
	[FIT_UNWANTED] =
		"This treats the call and verifies nothing: the callee marked "
		"it as unwanted (RFC 8197).",
	[FIT_REJECTED] =
		"This treats the call and verifies nothing: a machine in the "
		"network blocked it (RFC 8688).",
	[FIT_DECLINED] =
		"This treats the call and verifies nothing: networks also use "
		"603 to block calls, with the cause in Reason.",
	[FIT_EARLY_UNWANTED] =
		"This treats the call and verifies nothing: 666 was used for "
		"unwanted calls before 607 was assigned.",
	[FIT_ANONYMOUS] =
		"The callee takes no anonymous calls (RFC 5079); some "
		"verifiers send this when there is no caller number.",
};

static const struct {
	uint16_t code;
	enum fit fit;
} treatments[] = {
	{ 433, FIT_ANONYMOUS },      { 603, FIT_DECLINED },
	{ 607, FIT_UNWANTED },       { 608, FIT_REJECTED },
	{ 666, FIT_EARLY_UNWANTED },
};

static enum fit fit_of_rejection(uint16_t code, const struct identity_detail *d)
{
	if (d->verdict == VERDICT_VALID)
		return FIT_REJECTED_VALID;
	if (d->expected_code == code)
		return FIT_AGREES;
	if (verdict_class(d->verdict) == VERDICT_CLASS_UNKNOWN)
		return FIT_CANNOT_TELL;
	return FIT_OTHER_CODE;
}

/* Unsigned calls are the rule: that they are accepted says nothing, but where
 * an element took the Identity away. */
static enum fit fit_of_acceptance(const struct identity_detail *d)
{
	switch (verdict_class(d->verdict)) {
	case VERDICT_CLASS_NONE:
		return d->has_broken_by ? FIT_ACCEPTED : FIT_NONE;
	case VERDICT_CLASS_WAITING:
	case VERDICT_CLASS_UNKNOWN:
		return FIT_ACCEPTED_UNKNOWN;
	case VERDICT_CLASS_GOOD:
		return FIT_NONE;
	case VERDICT_CLASS_BAD:
		return FIT_ACCEPTED;
	}
	return FIT_NONE;
}

static enum fit fit_of(const struct teller *t, const struct identity_detail *d)
{
	uint16_t code = t->m->status;

	for (size_t i = 0; i < sizeof(treatments) / sizeof(treatments[0]); i++)
		if (treatments[i].code == code)
			return treatments[i].fit;
	if (verdict_is_refusal(code))
		return fit_of_rejection(code, d);
	if (code == 403 &&
	    slice_eq_nocase(slice_trim(t->msg.phrase), SLICE("Stale Date")))
		return fit_of_rejection(code, d);
	if (code == 403)
		return d->header_count > 0 ? FIT_PLAIN_403 : FIT_NONE;
	if ((code >= 180 && code <= 189) || (code >= 200 && code <= 299))
		return fit_of_acceptance(d);
	return FIT_NONE;
}

/* ---- an answer */

static void tell_fit(const struct teller *t, const struct identity_detail *d,
		     enum fit fit)
{
	struct code_entry e;

	teller_begin(t, "Identity");
	teller_say(t, fit_texts[fit]);
	teller_end(t);
	if (fit != FIT_OTHER_CODE || d->expected_code == 0)
		return;
	teller_begin(t, "Expected");
	buf_add_format(t->out, "%u", (unsigned)d->expected_code);
	if (catalogue_code(t->words, d->expected_code, &e) && e.known) {
		buf_add_char(t->out, ' ');
		buf_add(t->out, e.phrase);
	}
	teller_end(t);
}

/* 436: the server could not get the certificate; could we? */
static void tell_urls(const struct teller *t, const struct identity_detail *d)
{
	for (unsigned i = 0; i < d->header_count && i < TELLER_VALUES_MAX;
	     i++) {
		const struct identity_header *h = &d->headers[i];

		teller_begin(t, "Certificate");
		if (slice_is_set(h->url))
			teller_show(t, h->url);
		else
			teller_say(t, "the header names no URL");
		buf_add(t->out, SLICE(" - "));
		if (h->chain_count == 0) {
			teller_say(t, "not at hand here either");
		} else {
			teller_say(t, "at hand here");
			buf_add(t->out, SLICE(": "));
			if (slice_is_set(h->file))
				teller_show(t, h->file);
			else if (h->source != NULL)
				teller_say(t, h->source);
		}
		teller_end(t);
	}
}

/* The third part of a token or ppi: the signature names the PASSporT
 * (RFC 9410 section 3). */
static struct slice signature_part(struct slice token)
{
	size_t at;

	if (token.len >= 2 && token.ptr[0] == '"' &&
	    token.ptr[token.len - 1] == '"')
		token = slice_sub(token, 1, token.len - 2);
	token = slice_trim(slice_split(token, ';', NULL));
	at = token.len;
	while (at > 0 && token.ptr[at - 1] != '.')
		at--;
	return slice_sub(token, at, token.len);
}

static void tell_ppi(const struct teller *t, const struct identity_detail *d,
		     struct slice ppi)
{
	struct slice wanted = signature_part(ppi);

	teller_begin(t, "PASSporT");
	for (unsigned i = 0; wanted.len > 0 && i < d->header_count; i++)
		if (slice_eq(wanted, signature_part(d->headers[i].value))) {
			teller_say(t, "Reason means Identity");
			buf_add_format(t->out, " %u", i + 1);
			teller_end(t);
			return;
		}
	teller_say(t, "Reason speaks of a PASSporT not in this request");
	teller_end(t);
}

static void tell_reason(const struct teller *t, const struct identity_detail *d,
			struct slice value)
{
	struct sip_reason reason;
	struct slice params;
	struct slice ppi;

	if (sip_reason_parse(&reason, value) != ERR_OK ||
	    !slice_eq_nocase(reason.protocol, SLICE("STIR")))
		return;
	(void)slice_split(value, ';', &params);
	ppi = sip_param_find(params, SLICE("ppi"));
	if (slice_is_set(ppi))
		tell_ppi(t, d, ppi);
	if (t->m->status >= 300)
		return;
	teller_begin(t, "Identity");
	teller_say(t, "The call went on despite the error that Reason tells "
		      "(RFC 9410).");
	teller_end(t);
}

static void tell_reasons(const struct teller *t,
			 const struct identity_detail *d)
{
	unsigned told = 0;

	for (unsigned n = 0; told < TELLER_VALUES_MAX; n++) {
		struct slice field =
			sip_msg_field(&t->msg, SIP_HEADER_REASON, n);
		struct slice value;

		if (!slice_is_set(field))
			return;
		while (told < TELLER_VALUES_MAX &&
		       sip_value_next(&field, &value)) {
			tell_reason(t, d, value);
			told++;
		}
	}
}

/* RFC 8688 section 3.2: who rejected the call says a signed card. */
static void tell_card(const struct teller *t, struct slice value)
{
	struct slice rest;
	struct slice url;
	struct slice purpose;

	(void)slice_split(value, '<', &rest);
	if (!slice_is_set(rest))
		return;
	url = slice_split(rest, '>', &rest);
	purpose = sip_param_find(rest, SLICE("purpose"));
	if (!slice_eq_nocase(purpose, SLICE("jwscard")))
		return;
	teller_begin(t, "Rejected by");
	teller_say(t, "who it was says the signed card at");
	buf_add_char(t->out, ' ');
	teller_show(t, url);
	teller_end(t);
}

static void tell_answer(const struct teller *t, const struct identity_detail *d)
{
	enum fit fit = fit_of(t, d);

	if (fit != FIT_NONE)
		tell_fit(t, d, fit);
	tell_reasons(t, d);
	if (fit == FIT_NONE)
		return;
	if (t->m->status == 436)
		tell_urls(t, d);
	evidence_verdict(t, d->verdict);
	evidence_break(t, d);
}

/* The request that a response answers, as a verifier looked at it; 0 if there
 * is none. */
static uint32_t request_of(const struct teller *t)
{
	for (uint32_t id = t->t == NULL ? 0 : t->t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(t->view, id);

		if (!msg_is(m, MSG_RESPONSE) && m->method == t->t->method &&
		    msg_wants_verdict(m))
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

void evidence_answer(const struct teller *t)
{
	const struct identity_reader *reader = t->identity;
	struct identity_detail d;
	uint32_t id;

	if (!msg_is(t->m, MSG_RESPONSE))
		return;
	if (t->m->status == 608)
		teller_values(t, SIP_HEADER_CALL_INFO, tell_card);
	id = reader == NULL ? 0 : request_of(t);
	if (id != 0 && reader->detail(reader->ctx, id, &d))
		tell_answer(t, &d);
}
