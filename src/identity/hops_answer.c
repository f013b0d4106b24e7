#include "sipmon/identity/hops.h"

#include "sipmon/sip/reason.h"
#include "value.h"

/* Codes that speak of an Identity (RFC 8224 section 6.2.2, RFC 4474). */
enum code_bit {
	C403 = 1 << 0,
	C428 = 1 << 1,
	C436 = 1 << 2,
	C437 = 1 << 3,
	C438 = 1 << 4,
};

static unsigned bit_of(uint32_t code)
{
	switch (code) {
	case 403:
		return C403;
	case 428:
		return C428;
	case 436:
		return C436;
	case 437:
		return C437;
	case 438:
		return C438;
	}
	return 0;
}

/* ---- which codes fit */

/*
 * What servers in the field answer where they find this failure, beside the
 * code of verdicts.def: many know 438 alone, some take a claim that is missing
 * for a stale one, or a type that they do not know for none.
 */
/* clang-format off */
static const uint8_t also_fits[VERDICTS] = {
	[VERDICT_MALFORMED_HEADER]       = C428, /* empty: none at all */
	[VERDICT_MISSING_INFO]           = C438,
	[VERDICT_UNSUPPORTED_ALG]        = C436 | C437,
	[VERDICT_COMPACT_NOT_ALLOWED]    = C428,
	[VERDICT_CLAIM_MISSING]          = C403,
	[VERDICT_CLAIM_MALFORMED]        = C403,
	[VERDICT_DATE_MISSING]           = C403,
	[VERDICT_X5U_FORBIDDEN]          = C438,
	[VERDICT_CERT_UNAVAILABLE]       = C438,
	[VERDICT_CERT_MALFORMED]         = C436 | C438,
	[VERDICT_CERT_WRONG_KEY]         = C438,
	[VERDICT_CERT_WEAK_KEY]          = C438,
	[VERDICT_CERT_SELF_SIGNED]       = C438,
	[VERDICT_CERT_UNTRUSTED]         = C438,
	[VERDICT_CERT_CHAIN_INVALID]     = C438,
	[VERDICT_CERT_EXPIRED]           = C438,
	[VERDICT_CERT_NOT_YET_VALID]     = C438,
	[VERDICT_CERT_REVOKED]           = C438,
	[VERDICT_CERT_BAD_USAGE]         = C438,
	[VERDICT_CERT_PROFILE]           = C438,
	[VERDICT_IAT_STALE]              = C438,
	[VERDICT_IAT_FUTURE]             = C438,
	[VERDICT_DATE_STALE]             = C438,
	[VERDICT_DATE_FUTURE]            = C438,
	[VERDICT_SIGNATURE_INVALID]      = C437,
	[VERDICT_DIV_CHAIN_BROKEN]       = C428,
	[VERDICT_CERT_NOT_AUTHORITATIVE] = C438,
	[VERDICT_CLAIM_CONSTRAINT]       = C437,
};

/* What a stricter server refuses, or one that looks at other things. */
static const uint8_t excused_by[CAVEATS] = {
	[CAVEAT_B64_STD_ALPHABET]   = C438,
	[CAVEAT_COMMA_LIST]         = C438,
	[CAVEAT_CRL_INVALID]        = C437,
	[CAVEAT_CRL_STALE]          = C437,
	[CAVEAT_DATE_IAT_DIFFER]    = C403,
	[CAVEAT_DATE_MISSING]       = C403,
	[CAVEAT_DATE_STALE]         = C403,
	[CAVEAT_MISSING_ALG]        = C436 | C438,
	[CAVEAT_NON_CANONICAL_JSON] = C438,
	[CAVEAT_ORIGID_NOT_UUID]    = C438,
	[CAVEAT_PARAM_CASE]         = C428 | C438,
	[CAVEAT_REVOKED_LATER]      = C437,
	[CAVEAT_TNAUTH_CRITICAL]    = C437,
	[CAVEAT_TN_NOT_CANONICAL]   = C438,
	[CAVEAT_TN_NOT_E164]        = C438,
	[CAVEAT_TOKEN_FOLDED]       = C438,
	[CAVEAT_TO_DIFFERS]         = C438,
	[CAVEAT_UNQUOTED]           = C438,
};
/* clang-format on */

/* A server stops at the failure that it comes to first: any may be meant. */
static unsigned codes_that_fit(const struct identity_detail *d)
{
	uint64_t failed = VERDICT_BIT(d->verdict);
	unsigned fit = 0;

	for (unsigned i = 0; i < d->header_count; i++)
		failed |= d->headers[i].failed |
			  VERDICT_BIT(d->headers[i].verdict);
	for (unsigned v = VERDICT_NONE + 1; v < VERDICTS; v++)
		if ((failed & VERDICT_BIT(v)) != 0)
			fit |= bit_of(verdict_code((enum verdict)v)) |
			       also_fits[v];
	return fit;
}

/* A server may know SHAKEN, and no other type (RFC 8224 section 6.2). */
static bool has_common_type(const struct identity_detail *d)
{
	for (unsigned i = 0; i < d->header_count; i++)
		if (d->headers[i].ppt.len == 0 ||
		    slice_eq(d->headers[i].ppt, SLICE("shaken")))
			return true;
	return false;
}

/* Without a list at hand nobody here knows whether it was revoked. */
static bool is_revocation_known(const struct identity_detail *d)
{
	for (unsigned i = 0; i < d->header_count; i++)
		for (unsigned k = 0; k < d->headers[i].check_count; k++) {
			const struct identity_check *c =
				&d->headers[i].checks[k];

			if (c->result == CHECK_SKIP &&
			    slice_eq(slice_of(c->name), SLICE("revocation")))
				return false;
		}
	return true;
}

/* Codes that cannot be called wrong although the request is valid here. */
static unsigned codes_excused(const struct identity_detail *d)
{
	unsigned excused = 0;

	for (unsigned i = 0; i < CAVEATS; i++)
		if ((d->caveats & CAVEAT_BIT(i)) != 0)
			excused |= excused_by[i];
	if (!has_common_type(d))
		excused |= C428;
	if (!is_revocation_known(d))
		excused |= C437;
	return excused;
}

static enum agreement agreement_of(const struct identity_detail *d,
				   unsigned code)
{
	if (d->verdict == VERDICT_NONE)
		return AGREES_UNKNOWN;
	if (d->verdict == VERDICT_VALID)
		return (code & codes_excused(d)) != 0 ? AGREES_UNKNOWN
						      : AGREES_NO;
	if ((code & codes_that_fit(d)) != 0)
		return AGREES_YES;
	/* There is none to be wrong; or there is one, and so none is missing.
	 */
	if (d->verdict == VERDICT_NO_IDENTITY || code == C428)
		return AGREES_NO;
	/* Codes vary by vendor. */
	return AGREES_UNKNOWN;
}

/* ---- Reason (RFC 3326, RFC 9410) */

static struct slice without_quotes(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return slice_sub(s, 1, s.len - 2);
	return s;
}

/* A quoted pair is the character behind the backslash. */
static struct slice text_of(const struct memory *m, struct slice quoted)
{
	struct slice text = without_quotes(quoted);
	char *copy;
	size_t n = 0;

	if (slice_find(text, '\\') == text.len)
		return text;
	copy = arena_alloc(m->arena, m->pool, text.len);
	if (copy == NULL)
		return text;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\' && i + 1 < text.len)
			i++;
		copy[n++] = text.ptr[i];
	}
	return (struct slice){ copy, n };
}

/* A token may be folded, and has no white space by right. */
static bool same_token_part(struct slice a, struct slice b)
{
	size_t k = 0;

	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] == ' ' || a.ptr[i] == '\t')
			continue;
		if (k == b.len || a.ptr[i] != b.ptr[k])
			return false;
		k++;
	}
	return k == b.len;
}

/* By the signature alone: -1 no ppi, -2 none of this request. */
static int header_of(const struct identity_detail *d, struct slice ppi)
{
	struct slice wanted = signature_part(without_quotes(ppi));

	if (!slice_is_set(ppi))
		return -1;
	for (unsigned i = 0; i < d->header_count && wanted.len > 0; i++) {
		struct slice token =
			slice_split(d->headers[i].value, ';', NULL);

		if (d->headers[i].scheme == IDENTITY_PASSPORT &&
		    same_token_part(signature_part(token), wanted))
			return (int)i;
	}
	return -2;
}

static bool is_stale_date(struct slice phrase)
{
	return slice_eq_nocase(slice_trim(phrase), SLICE("Stale Date"));
}

static bool speaks_of_identity(const struct sip_reason *r)
{
	if (slice_eq_nocase(r->protocol, SLICE("STIR")))
		return true;
	if (!slice_eq_nocase(r->protocol, SLICE("SIP")) || !r->has_cause)
		return false;
	return r->cause == 403 ? is_stale_date(without_quotes(r->text))
			       : verdict_is_refusal(r->cause);
}

static void keep_reason(const struct memory *m, const struct sip_reason *r,
			struct identity_detail *out)
{
	out->reason = (struct identity_reason){
		.is_set = true,
		.cause = r->has_cause && r->cause <= UINT16_MAX
				 ? (uint16_t)r->cause
				 : 0,
		.text = text_of(m, r->text),
		.header = header_of(out, r->ppi),
	};
}

/* The first that names a code of ours, else the first that speaks of it. */
static void find_reason(const struct memory *m, const struct sip_msg *response,
			struct identity_detail *out)
{
	struct slice fields = response->headers;
	struct sip_header h;

	while (sip_header_next(&fields, &h)) {
		struct slice rest = h.value;
		struct slice value;
		struct sip_reason r;

		if (h.id != SIP_HEADER_REASON)
			continue;
		while (sip_value_next(&rest, &value)) {
			bool is_better = !out->reason.is_set ||
					 bit_of(out->reason.cause) == 0;

			if (sip_reason_parse(&r, value) == ERR_OK &&
			    is_better && speaks_of_identity(&r) &&
			    (!out->reason.is_set || bit_of(r.cause) != 0))
				keep_reason(m, &r, out);
		}
	}
}

void hops_answer(const struct sip_msg *response, struct arena *arena,
		 struct arena_pool *pool, struct identity_detail *out)
{
	const struct memory memory = { arena, pool };
	unsigned code;

	out->agrees = AGREES_UNKNOWN;
	out->reason = (struct identity_reason){ .header = -1 };
	if (response == NULL)
		return;
	find_reason(&memory, response, out);
	code = bit_of(response->status);
	if (code == C403 && !is_stale_date(response->phrase))
		code = 0;
	if (code == 0)
		code = bit_of(out->reason.cause);
	if (code != 0)
		out->agrees = agreement_of(out, code);
}
