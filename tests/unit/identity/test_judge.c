/* Message, certificates, time -> verdict (RFC 8224 section 6.2, RFC 4474). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "judge_studio.h"
#include "sipmon/identity/signatures.h"

#define SP_URL URL_OF("sp.pem")

static const struct telling usual;

static void expect(const struct studio *s, enum verdict verdict,
		   enum signature_result signature)
{
	assert_string_equal(verdict_name(s->detail.verdict),
			    verdict_name(verdict));
	assert_string_equal(signature_name(s->detail.signature),
			    signature_name(signature));
}

static void one(struct studio *s, const struct telling *t,
		const struct making *m)
{
	tell(s, t, m, 1);
	judge(s);
}

static bool warns(const struct studio *s, enum caveat c)
{
	return (s->detail.caveats & CAVEAT_BIT(c)) != 0;
}

static const struct identity_check *check_of(const struct studio *s,
					     const char *name)
{
	const struct identity_header *h = &s->detail.headers[0];

	for (unsigned i = 0; i < h->check_count; i++)
		if (strcmp(h->checks[i].name, name) == 0)
			return &h->checks[i];
	fail_msg("no check \"%s\"", name);
	return NULL;
}

/* ---- one PASSporT */

static void a_shaken_request_is_valid_and_shown(void **state)
{
	struct studio *s = *state;
	const struct identity_header *h;
	struct verdict_brief b;

	one(s, &usual, &(struct making){ .by = SIGNER_SP });
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.expected_code, 0);
	assert_int_equal(s->detail.caveats, 0);
	assert_int_equal(s->detail.header_count, 1);
	h = s->detail.headers;
	assert_int_equal(h->scheme, IDENTITY_PASSPORT);
	assert_true(slice_eq(h->ppt, SLICE("shaken")));
	assert_true(slice_eq(h->alg, SLICE("ES256")));
	assert_true(slice_eq(h->url, SLICE(SP_URL)));
	assert_true(slice_eq(h->payload, SLICE(SHAKEN_CLAIMS)));
	assert_true(slice_eq(h->attest, SLICE("A")));
	assert_true(h->has_iat);
	assert_int_equal(h->iat, IAT);
	assert_true(slice_eq(h->orig.text, SLICE(CALLER)));
	assert_int_equal(h->dest_count, 1);
	assert_true(slice_eq(h->dest[0].text, SLICE(CALLED)));
	assert_int_equal(h->chain_count, 2);
	assert_true(h->chain[1].is_anchor);
	assert_true(slice_eq(h->file, SLICE("sp.pem")));
	assert_string_equal(s->signer.name, "SHAKEN 709J");
	assert_string_equal(s->signer.spc, "709J");
	assert_int_equal(check_of(s, "revocation")->result, CHECK_SKIP);
	assert_int_equal(check_of(s, "covers the number")->result, CHECK_PASS);
	b = judge_brief(&s->detail);
	assert_int_equal(b.verdict, VERDICT_VALID);
	assert_int_equal(b.attest, ATTEST_A);
	assert_int_equal(b.signatures[0], SIGNATURE_VALID);
	assert_int_equal(b.signatures[1], SIGNATURE_UNKNOWN);
	assert_int_equal(b.signer, 0);
}

/* Full tokens: how they are made, where they stand, what becomes of them. */
struct row {
	struct making m;
	struct telling t;
	enum verdict verdict;
	enum signature_result signature;
	uint16_t code;
};

#define VALID     SIGNATURE_VALID
#define INVALID   SIGNATURE_INVALID
#define UNCHECKED SIGNATURE_UNCHECKED

#define JOSE(alg, more, typ, url)                                              \
	"{\"alg\":\"" alg "\"," more "\"ppt\":\"shaken\",\"typ\":\"" typ       \
	"\",\"x5u\":\"" url "\"}"
#define PARAMS(url) ";info=<" url ">;alg=ES256;ppt=shaken"

static const struct row rows[] = {
	/* the JOSE header (RFC 8224 section 4, RFC 8225 section 4) */
	{ .m = { .jose = JOSE("ES384", "", "passport", SP_URL) },
	  .verdict = VERDICT_UNSUPPORTED_ALG,
	  .signature = UNCHECKED,
	  .code = 438 },
	{ .m = { .jose = JOSE("none", "", "passport", SP_URL) },
	  .verdict = VERDICT_UNSUPPORTED_ALG,
	  .signature = UNCHECKED,
	  .code = 438 },
	{ .m = { .jose = JOSE("ES256", "", "JWT", SP_URL) },
	  .verdict = VERDICT_TYP_INVALID,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .jose = JOSE("ES256", "\"crit\":[\"b\"],", "passport",
			      SP_URL) },
	  .verdict = VERDICT_MALFORMED_TOKEN,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .jose = JOSE("ES256", "", "passport", URL_OF("caller.pem")),
		 .params = PARAMS(SP_URL) },
	  .verdict = VERDICT_X5U_MISMATCH,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .params = ";info=<" SP_URL ">;alg=ES384;ppt=shaken" },
	  .verdict = VERDICT_ALG_MISMATCH,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .params = ";info=<" SP_URL ">" },
	  .verdict = VERDICT_PPT_MISMATCH,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .ppt = "msec" },
	  .verdict = VERDICT_UNSUPPORTED_PPT,
	  .signature = UNCHECKED,
	  .code = 428 },
	{ .m = { .params = "" },
	  .verdict = VERDICT_MISSING_INFO,
	  .signature = UNCHECKED,
	  .code = 436 },
	/* claims: the signature is checked whatever they say */
	{ .m = { .payload = CLAIMS(CALLED, "") },
	  .verdict = VERDICT_CLAIM_MISSING,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .payload = CLAIMS(CALLED, "\"attest\":\"D\",") },
	  .verdict = VERDICT_CLAIM_MISSING,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .payload = "{\"attest\":" },
	  .verdict = VERDICT_MALFORMED_TOKEN,
	  .signature = VALID,
	  .code = 438 },
	/* certificates */
	{ .m = { .url = "http://cert.example.org/sp.pem" },
	  .verdict = VERDICT_X5U_FORBIDDEN,
	  .signature = VALID,
	  .code = 436 },
	{ .m = { .url = URL_OF("gone.pem") },
	  .verdict = VERDICT_CERT_UNAVAILABLE,
	  .signature = UNCHECKED,
	  .code = 436 },
	{ .m = { .by = SIGNER_EXPIRED },
	  .verdict = VERDICT_CERT_EXPIRED,
	  .signature = VALID,
	  .code = 437 },
	{ .m = { .by = SIGNER_RSA, .has_key = true, .key = SIGNER_SP },
	  .verdict = VERDICT_CERT_WRONG_KEY,
	  .signature = UNCHECKED,
	  .code = 437 },
	{ .m = { .by = SIGNER_CALLED },
	  .verdict = VERDICT_CERT_NOT_AUTHORITATIVE,
	  .signature = VALID,
	  .code = 437 },
	{ .m = { .by = SIGNER_CALLER },
	  .verdict = VERDICT_VALID,
	  .signature = VALID,
	  .code = 0 },
	/* the signature, and what it speaks of */
	{ .m = { .has_key = true, .key = SIGNER_CALLER },
	  .verdict = VERDICT_SIGNATURE_INVALID,
	  .signature = INVALID,
	  .code = 438 },
	{ .m = { .by = SIGNER_SP },
	  .t = { .from = "<sip:+" OTHER "@example.com;user=phone>;tag=1" },
	  .verdict = VERDICT_ORIG_MISMATCH,
	  .signature = VALID,
	  .code = 438 },
	{ .m = { .by = SIGNER_SP },
	  .t = { .start = "INVITE sip:+" OTHER "@example.net SIP/2.0",
		 .to = "<sip:+" OTHER "@example.net;user=phone>" },
	  .verdict = VERDICT_DEST_MISMATCH,
	  .signature = VALID,
	  .code = 438 },
};

static void each_failure_has_its_verdict(void **state)
{
	struct studio *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one(s, &rows[i].t, &rows[i].m);
		expect(s, rows[i].verdict, rows[i].signature);
		assert_int_equal(s->detail.expected_code, rows[i].code);
	}
}

static void a_brief_judgement_says_the_same(void **state)
{
	struct studio *s = *state;

	s->c.brief = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one(s, &rows[i].t, &rows[i].m);
		expect(s, rows[i].verdict, rows[i].signature);
		assert_int_equal(s->detail.headers[0].chain_count, 0);
	}
}

static void age_is_counted_from_iat_at_the_time_of_capture(void **state)
{
	static const struct {
		int64_t age_ms;
		enum verdict verdict;
	} ages[] = {
		{ 0, VERDICT_VALID },           { 60000, VERDICT_VALID },
		{ 60001, VERDICT_IAT_STALE },   { 61000, VERDICT_IAT_STALE },
		{ -60000, VERDICT_VALID },      { -60001, VERDICT_IAT_FUTURE },
		{ -61000, VERDICT_IAT_FUTURE },
	};
	struct studio *s = *state;

	tell(s, &usual, &(struct making){ .by = SIGNER_SP }, 1);
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		s->c.time_ns = IAT * 1000000000 + ages[i].age_ms * 1000000;
		judge(s);
		expect(s, ages[i].verdict, SIGNATURE_VALID);
	}
	s->policy.iat_window_s = 300;
	s->c.time_ns = (IAT + 300) * 1000000000;
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
}

static void a_time_that_is_given_is_that_of_the_judgement(void **state)
{
	struct studio *s = *state;

	s->policy.has_at = true;
	s->policy.at_s = IAT + 1000;
	one(s, &usual, &(struct making){ .by = SIGNER_SP });
	expect(s, VERDICT_IAT_STALE, SIGNATURE_VALID);
}

static void a_date_that_differs_from_iat_only_warns(void **state)
{
	static const struct telling later = {
		.date = "Thu, 01 Jan 2026 12:00:01 GMT"
	};
	static const struct telling stale = {
		.date = "Thu, 01 Jan 2026 11:00:00 GMT"
	};
	static const struct telling none = { .date = "" };
	const struct making m = { .by = SIGNER_SP };
	struct studio *s = *state;

	one(s, &later, &m);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.caveats, CAVEAT_BIT(CAVEAT_DATE_IAT_DIFFER));
	one(s, &stale, &m);
	assert_int_equal(s->detail.caveats,
			 CAVEAT_BIT(CAVEAT_DATE_IAT_DIFFER) |
				 CAVEAT_BIT(CAVEAT_DATE_STALE));
	one(s, &none, &m);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.caveats, CAVEAT_BIT(CAVEAT_DATE_MISSING));
}

static void parameters_may_be_written_in_any_case(void **state)
{
	struct studio *s = *state;

	one(s, &usual,
	    &(struct making){ .params = ";INFO=<" SP_URL
					">;alg=es256;ppt=SHAKEN" });
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.caveats, CAVEAT_BIT(CAVEAT_PARAM_CASE));
}

static void a_verstat_that_says_otherwise_is_told(void **state)
{
	static const struct telling passed = {
		.more = "P-Asserted-Identity: <tel:+" CALLER
			";verstat=TN-Validation-Passed>\r\n"
	};
	struct studio *s = *state;

	one(s, &passed, &(struct making){ .by = SIGNER_SP });
	assert_false(warns(s, CAVEAT_VERSTAT_CONTRADICTS));
	one(s, &passed, &(struct making){ .by = SIGNER_EXPIRED });
	assert_true(warns(s, CAVEAT_VERSTAT_CONTRADICTS));
}

/* ---- the compact form (RFC 8225 section 7) */

#define BASELINE_CLAIMS CLAIMS(CALLED, "")

static void a_compact_token_is_rebuilt_from_the_message(void **state)
{
	static const struct telling changed = {
		.date = "Thu, 01 Jan 2026 12:00:01 GMT"
	};
	static const struct telling none = { .date = "" };
	const struct making m = { .by = SIGNER_CALLER,
				  .ppt = "",
				  .payload = BASELINE_CLAIMS,
				  .compact = true };
	const struct making shaken = { .compact = true };
	struct studio *s = *state;

	one(s, &usual, &m);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_true(s->detail.headers[0].compact);
	assert_true(s->detail.headers[0].is_rebuilt);
	assert_true(
		slice_eq(s->detail.headers[0].payload, SLICE(BASELINE_CLAIMS)));
	one(s, &changed, &m);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	one(s, &none, &m);
	expect(s, VERDICT_DATE_MISSING, SIGNATURE_UNCHECKED);
	one(s, &usual, &shaken);
	expect(s, VERDICT_COMPACT_NOT_ALLOWED, SIGNATURE_UNCHECKED);
	one(s, &usual, &m);
	s->c.time_ns = (IAT + 61) * 1000000000;
	judge(s);
	expect(s, VERDICT_DATE_STALE, SIGNATURE_VALID);
}

/* ---- diversion (RFC 8946) */

#define DIV_CLAIMS CLAIMS(OTHER, "\"div\":{\"tn\":\"" CALLED "\"},")

static const struct telling diverted = {
	.start = "INVITE sip:+" OTHER "@example.net;user=phone SIP/2.0"
};

static void a_div_leads_to_the_request_it_diverts(void **state)
{
	const struct making chain[] = {
		{ .by = SIGNER_CALLED, .ppt = "div", .payload = DIV_CLAIMS },
		{ .by = SIGNER_SP },
	};
	struct studio *s = *state;

	tell(s, &diverted, chain, 2);
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	tell(s, &diverted, chain, 1);
	judge(s);
	expect(s, VERDICT_DIV_CHAIN_BROKEN, SIGNATURE_VALID);
	assert_int_equal(s->detail.expected_code, 438);
}

/* A call that came back: whoever forwards in a circle may not lead anywhere. */
static void a_circle_of_divs_leads_where_one_of_them_says(void **state)
{
	static const struct telling elsewhere = {
		.start = "INVITE sip:+12155550999@example.net;user=phone "
			 "SIP/2.0"
	};
	const struct making circle[] = {
		{ .by = SIGNER_SP },
		{ .by = SIGNER_CALLED, .ppt = "div", .payload = DIV_CLAIMS },
		{ .by = SIGNER_SP,
		  .ppt = "div",
		  .payload =
			  CLAIMS(CALLED, "\"div\":{\"tn\":\"" OTHER "\"},") },
	};
	struct studio *s = *state;

	tell(s, &diverted, circle, 3);
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	tell(s, &elsewhere, circle, 3);
	judge(s);
	expect(s, VERDICT_DEST_MISMATCH, SIGNATURE_VALID);
}

/* RFC 8946 section 6: the cause is told, not what it broke. */
static void a_div_does_not_stand_on_a_broken_signature(void **state)
{
	const struct making chain[] = {
		{ .by = SIGNER_CALLED, .ppt = "div", .payload = DIV_CLAIMS },
		{ .has_key = true, .key = SIGNER_CALLER },
	};
	struct studio *s = *state;

	tell(s, &diverted, chain, 2);
	judge(s);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	assert_int_equal(s->detail.headers[0].verdict,
			 VERDICT_DIV_CHAIN_BROKEN);
	assert_int_equal(s->detail.headers[0].signature, SIGNATURE_VALID);
	assert_int_equal(s->detail.headers[1].verdict,
			 VERDICT_SIGNATURE_INVALID);
}

static void a_div_inside_the_window_for_diversions_is_fresh(void **state)
{
	const struct making chain[] = {
		{ .by = SIGNER_SP },
		{ .by = SIGNER_CALLED,
		  .ppt = "div",
		  .payload = "{\"dest\":{\"tn\":[\"" OTHER
			     "\"]},\"div\":{\"tn\":\"" CALLED
			     "\"},\"iat\":1767269400,\"orig\":{\"tn\":\"" CALLER
			     "\"}}" },
	};
	struct studio *s = *state;

	tell(s, &diverted, chain, 2);
	s->c.time_ns = (IAT + 600) * 1000000000;
	judge(s);
	expect(s, VERDICT_IAT_STALE, SIGNATURE_VALID);
	s->policy.has_div_inner_window = true;
	s->policy.div_inner_window_s = 600;
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
}

/* A div-o with `inner` in its opt. */
static void tell_nested(struct studio *s, const struct making *inner)
{
	struct making outer = { .by = SIGNER_CALLED, .ppt = "div-o" };
	struct buf b;

	buf_init(&b, SIGN_BYTES_MAX);
	buf_add_text(&b, "{\"dest\":{\"tn\":[\"" OTHER
			 "\"]},\"div\":{\"tn\":\"" CALLED
			 "\"},\"iat\":" IAT_TEXT ",\"opt\":\"");
	add_token(s, &b, inner);
	buf_add_text(&b, "\",\"orig\":{\"tn\":\"" CALLER "\"}}");
	buf_add_char(&b, '\0');
	outer.payload = b.ptr;
	tell(s, &diverted, &outer, 1);
	buf_free(&b);
}

#define DEEP_PAYLOAD                                                           \
	"{\"attest\":\"A\",\"dest\":{\"tn\":[\"" OTHER                         \
	"\"]},\"iat\":" IAT_TEXT ",\"orig\":{\"tn\":\"" CALLER                 \
	"\"},\"origid\":\"123e4567-e89b-12d3-a456-426655440000\"}"
#define OLD_PAYLOAD                                                            \
	"{\"attest\":\"A\",\"dest\":{\"tn\":[\"" CALLED                        \
	"\"]},\"iat\":1767268000,\"orig\":{\"tn\":\"" CALLER                   \
	"\"},\"origid\":\"123e4567-e89b-12d3-a456-426655440000\"}"
#define OTHER_ORIG                                                             \
	"{\"attest\":\"A\",\"dest\":{\"tn\":[\"" CALLED                        \
	"\"]},\"iat\":" IAT_TEXT ",\"orig\":{\"tn\":\"" OTHER                  \
	"\"},\"origid\":\"123e4567-e89b-12d3-a456-426655440000\"}"

static void a_passport_inside_is_verified_as_well(void **state)
{
	static const struct {
		struct making inner;
		enum verdict verdict;
	} nested[] = {
		{ { .by = SIGNER_SP }, VERDICT_VALID },
		{ { .by = SIGNER_SP, .has_key = true, .key = SIGNER_CALLER },
		  VERDICT_DIV_CHAIN_BROKEN },
		{ { .by = SIGNER_EXPIRED }, VERDICT_DIV_CHAIN_BROKEN },
		{ { .url = URL_OF("gone.pem") }, VERDICT_DIV_CHAIN_BROKEN },
		{ { .jose = JOSE("none", "", "passport", SP_URL) },
		  VERDICT_DIV_CHAIN_BROKEN },
		{ { .compact = true, .ppt = "" }, VERDICT_CLAIM_MALFORMED },
		/* its dest does not hold the div; another orig */
		{ { .payload = DEEP_PAYLOAD }, VERDICT_DIV_CHAIN_BROKEN },
		{ { .payload = OTHER_ORIG }, VERDICT_DIV_CHAIN_BROKEN },
		/* as it would be in a header of its own */
		{ { .payload = OLD_PAYLOAD }, VERDICT_IAT_STALE },
	};
	struct studio *s = *state;

	for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++) {
		tell_nested(s, &nested[i].inner);
		judge(s);
		expect(s, nested[i].verdict, SIGNATURE_VALID);
	}
}

/* ---- several values */

static void one_bad_value_does_not_spoil_a_good_one(void **state)
{
	const struct making two[] = {
		{ .by = SIGNER_CALLER, .has_key = true, .key = SIGNER_SP },
		{ .by = SIGNER_SP },
	};
	struct studio *s = *state;

	tell(s, &usual, two, 2);
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.headers[0].verdict,
			 VERDICT_SIGNATURE_INVALID);
	assert_int_equal(s->detail.headers[0].expected_code, 438);
	assert_int_equal(s->detail.headers[1].verdict, VERDICT_VALID);
	assert_string_equal(s->signer.name, "SHAKEN 709J");
}

static void values_past_the_ceiling_are_counted(void **state)
{
	struct making many[IDENTITY_VALUES_MAX + 2] = { { 0 } };
	struct studio *s = *state;

	tell(s, &usual, many, IDENTITY_VALUES_MAX + 2);
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.header_count, IDENTITY_VALUES_MAX);
	assert_int_equal(s->detail.values_left_out, 2);
}

/* ---- which messages */

static void without_identity_only_what_opens_a_dialog_is_told(void **state)
{
	static const struct {
		struct telling t;
		enum verdict verdict;
	} plain[] = {
		{ { 0 }, VERDICT_NO_IDENTITY },
		{ { .start = "MESSAGE sip:b@example.net SIP/2.0",
		    .method = "MESSAGE" },
		  VERDICT_NO_IDENTITY },
		{ { .to = TO ";tag=2" }, VERDICT_NONE },
		{ { .start = "BYE sip:b@example.net SIP/2.0", .method = "BYE" },
		  VERDICT_NONE },
		{ { .start = "OPTIONS sip:b@example.net SIP/2.0",
		    .method = "OPTIONS" },
		  VERDICT_NONE },
		{ { .start = "SIP/2.0 200 OK" }, VERDICT_NONE },
	};
	struct studio *s = *state;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		tell(s, &plain[i].t, NULL, 0);
		judge(s);
		expect(s, plain[i].verdict, SIGNATURE_UNCHECKED);
		assert_int_equal(s->detail.expected_code,
				 plain[i].verdict == VERDICT_NO_IDENTITY ? 428
									 : 0);
	}
}

static void a_cancel_is_not_looked_at(void **state)
{
	static const struct telling cancel = { .start = "CANCEL sip:+" CALLED
							"@example.net SIP/2.0",
					       .method = "CANCEL" };
	struct studio *s = *state;

	one(s, &cancel, &(struct making){ .by = SIGNER_SP });
	expect(s, VERDICT_NONE, SIGNATURE_UNCHECKED);
	assert_int_equal(s->detail.header_count, 0);
}

/* RFC 9970 and RFC 8946 section 7. */
static void responses_are_judged_by_their_own_types(void **state)
{
	static const struct making rsp = { .by = SIGNER_CALLED,
					   .ppt = "rsp",
					   .payload = BASELINE_CLAIMS };
	static const struct making wrong = { .by = SIGNER_CALLER,
					     .ppt = "rsp",
					     .payload = BASELINE_CLAIMS };
	static const struct making div = { .by = SIGNER_CALLED,
					   .ppt = "div",
					   .payload = DIV_CLAIMS };
	static const struct making shaken = { .by = SIGNER_SP };
	static const struct {
		const char *start;
		const struct making *m;
		enum verdict verdict;
		enum signature_result signature;
	} list[] = {
		{ "SIP/2.0 200 OK", &rsp, VERDICT_VALID, VALID },
		{ "SIP/2.0 180 Ringing", &rsp, VERDICT_VALID, VALID },
		{ "SIP/2.0 100 Trying", &rsp, VERDICT_NONE, UNCHECKED },
		{ "SIP/2.0 200 OK", &wrong, VERDICT_CERT_NOT_AUTHORITATIVE,
		  VALID },
		{ "SIP/2.0 200 OK", &shaken, VERDICT_NONE, UNCHECKED },
		{ "SIP/2.0 302 Moved", &div, VERDICT_VALID, VALID },
		{ "SIP/2.0 302 Moved", &shaken, VERDICT_NONE, UNCHECKED },
		{ "SIP/2.0 404 Not Found", &rsp, VERDICT_NONE, UNCHECKED },
	};
	struct studio *s = *state;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		const struct telling t = { .start = list[i].start,
					   .to = TO ";tag=2" };

		one(s, &t, list[i].m);
		expect(s, list[i].verdict, list[i].signature);
		assert_int_equal(s->detail.expected_code, 0);
		/* It is shown in any case, and is not to be judged again. */
		assert_int_equal(s->detail.header_count, 1);
		assert_true(s->detail.headers[0].has_iat);
		assert_int_equal(judge_brief(&s->detail).signatures[0],
				 list[i].signature);
	}
}

/* ---- results of before */

static void a_known_result_is_taken_as_it_is(void **state)
{
	const struct making bad = { .has_key = true, .key = SIGNER_CALLER };
	struct studio *s = *state;

	one(s, &usual, &bad);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	s->c.known[0] = SIGNATURE_VALID;
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	s->c.known[0] = SIGNATURE_UNCHECKED;
	judge(s);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	tell(s, &usual, &(struct making){ .by = SIGNER_SP }, 1);
	s->c.known[0] = SIGNATURE_INVALID;
	judge(s);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	/* Without the certificate nothing is known. */
	s->c.known[0] = SIGNATURE_VALID;
	one(s, &usual, &(struct making){ .url = URL_OF("gone.pem") });
	expect(s, VERDICT_CERT_UNAVAILABLE, SIGNATURE_UNCHECKED);
}

static void a_signature_seen_before_is_remembered(void **state)
{
	struct signatures *cache = signatures_new(16);
	struct studio *s = *state;
	struct signature_key key;
	const struct identity_header *h;
	struct slice token;
	struct slice rest;

	s->judge.cache = cache;
	one(s, &usual, &(struct making){ .by = SIGNER_SP });
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	h = s->detail.headers;
	/* H "." P, then S: 64 octets, which are 86 digits. */
	token = slice_split(h->value, ';', &rest);
	assert_int_equal(token.len, h->signed_bytes.len + 1 + 86);
	assert_true(slice_eq(slice_sub(token, 0, h->signed_bytes.len),
			     h->signed_bytes));
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	/* Another text under the same signature is another question. */
	assert_true(signature_key_of(&key, s->signer.sha256, SLICE("x"),
				     SLICE("y")));
	assert_int_equal(signatures_find(cache, &key), SIGNATURE_UNKNOWN);
	one(s, &usual,
	    &(struct making){ .has_key = true, .key = SIGNER_CALLER });
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	judge(s);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	signatures_free(cache);
}

/* ---- RFC 4474 */

#define BODY "v=0\r\n"

static const struct telling atlanta = {
	.start = "INVITE sip:bob@biloxi.example.org SIP/2.0",
	.from = "Alice <sip:alice@atlanta.example.com>;tag=1",
	.to = "<sip:bob@biloxi.example.org>",
	.body = BODY,
};

#define DIGEST(body)                                                           \
	"sip:alice@atlanta.example.com|sip:bob@biloxi.example.org|"            \
	"a@192.0.2.1|1 INVITE|" DATE "||" body

/* Signs `digest` and tells `t` with it. */
static void tell_legacy(struct studio *s, struct telling t, const char *digest,
			const char *url)
{
	struct buf b;

	buf_init(&b, SIGN_BYTES_MAX);
	buf_add_text(&b, "Identity: \"");
	assert_true(
		sign_rfc4474(&b, s->signers[SIGNER_RSA].key, slice_of(digest)));
	buf_add_format(&b, "\"\r\nIdentity-Info: <%s>;alg=rsa-sha1\r\n", url);
	if (t.more != NULL)
		buf_add_text(&b, t.more);
	buf_add_char(&b, '\0');
	t.more = b.ptr;
	tell(s, &t, NULL, 0);
	buf_free(&b);
}

#define RSA_URL URL_OF("rsa.pem")

static void a_digest_string_of_rfc4474_verifies(void **state)
{
	struct telling changed = atlanta;
	struct telling tel = atlanta;
	struct studio *s = *state;

	tell_legacy(s, atlanta, DIGEST(BODY), RSA_URL);
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.headers[0].scheme, IDENTITY_RFC4474);
	assert_true(slice_eq(s->detail.headers[0].signed_bytes,
			     SLICE(DIGEST(BODY))));
	assert_string_equal(s->signer.name, "Atlanta");
	assert_int_equal(check_of(s, "covers the domain")->result, CHECK_PASS);
	s->c.time_ns = (IAT + 3600) * 1000000000;
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	s->c.time_ns = (IAT + 3601) * 1000000000;
	judge(s);
	expect(s, VERDICT_DATE_STALE, SIGNATURE_VALID);
	s->c.time_ns = (IAT + 1) * 1000000000;
	changed.body = "v=1\r\n";
	tell_legacy(s, changed, DIGEST(BODY), RSA_URL);
	judge(s);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	assert_int_equal(s->detail.expected_code, 438);
	tell_legacy(s, atlanta, DIGEST(BODY), URL_OF("sp.pem"));
	judge(s);
	expect(s, VERDICT_CERT_WRONG_KEY, SIGNATURE_UNCHECKED);
	tel.from = "<tel:+" CALLER ">;tag=1";
	tell_legacy(s, tel, DIGEST(BODY), RSA_URL);
	judge(s);
	assert_true((s->detail.headers[0].failed &
		     VERDICT_BIT(VERDICT_CERT_NOT_AUTHORITATIVE)) != 0);
}

static void octets_behind_the_body_are_told(void **state)
{
	struct studio *s = *state;

	tell_legacy(s, atlanta, DIGEST(BODY "x"), RSA_URL);
	buf_add_char(&s->text, 'x');
	assert_true(sip_msg_parse(&s->msg, buf_slice(&s->text)));
	s->c.trailing = 1;
	judge(s);
	expect(s, VERDICT_SIGNATURE_INVALID, SIGNATURE_INVALID);
	assert_int_equal(s->detail.caveats,
			 CAVEAT_BIT(CAVEAT_BODY_TRAILING) |
				 CAVEAT_BIT(CAVEAT_BODY_LENGTH));
	tell_legacy(s, atlanta, DIGEST(BODY), RSA_URL);
	buf_add_char(&s->text, 'x');
	assert_true(sip_msg_parse(&s->msg, buf_slice(&s->text)));
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	assert_int_equal(s->detail.caveats, CAVEAT_BIT(CAVEAT_BODY_TRAILING));
}

/* RFC 4474 section 6, RFC 2392. */
static void a_certificate_may_be_a_part_of_the_body(void **state)
{
	struct telling t = atlanta;
	struct studio *s = *state;
	struct buf der;
	struct buf body;
	struct buf digest;

	buf_init(&der, SIGN_BYTES_MAX);
	buf_init(&body, SIGN_BYTES_MAX);
	buf_init(&digest, SIGN_BYTES_MAX);
	pki_add_der(&der, s->signers[SIGNER_RSA].cert);
	buf_add_text(&body, "--b\r\nContent-Type: application/pkix-cert\r\n"
			    "Content-ID: <cert+1@atlanta.example.com>\r\n"
			    "Content-Transfer-Encoding: BASE64\r\n\r\n");
	sign_base64(&body, buf_slice(&der));
	buf_add_text(&body, "\r\n--b--\r\n");
	buf_add_char(&body, '\0');
	buf_add_format(&digest, DIGEST("%s"), body.ptr);
	buf_add_char(&digest, '\0');
	t.body = body.ptr;
	t.more = "Content-Type: multipart/mixed;boundary=b\r\n";
	tell_legacy(s, t, digest.ptr, "cid:cert%2B1@atlanta.example.com");
	judge(s);
	expect(s, VERDICT_VALID, SIGNATURE_VALID);
	tell_legacy(s, t, digest.ptr, "cid:cert-2@atlanta.example.com");
	judge(s);
	expect(s, VERDICT_CERT_UNAVAILABLE, SIGNATURE_UNCHECKED);
	buf_free(&digest);
	buf_free(&body);
	buf_free(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STUDIO(a_shaken_request_is_valid_and_shown),
		IN_STUDIO(each_failure_has_its_verdict),
		IN_STUDIO(a_brief_judgement_says_the_same),
		IN_STUDIO(age_is_counted_from_iat_at_the_time_of_capture),
		IN_STUDIO(a_time_that_is_given_is_that_of_the_judgement),
		IN_STUDIO(a_date_that_differs_from_iat_only_warns),
		IN_STUDIO(parameters_may_be_written_in_any_case),
		IN_STUDIO(a_verstat_that_says_otherwise_is_told),
		IN_STUDIO(a_compact_token_is_rebuilt_from_the_message),
		IN_STUDIO(a_div_leads_to_the_request_it_diverts),
		IN_STUDIO(a_circle_of_divs_leads_where_one_of_them_says),
		IN_STUDIO(a_div_does_not_stand_on_a_broken_signature),
		IN_STUDIO(a_div_inside_the_window_for_diversions_is_fresh),
		IN_STUDIO(a_passport_inside_is_verified_as_well),
		IN_STUDIO(one_bad_value_does_not_spoil_a_good_one),
		IN_STUDIO(values_past_the_ceiling_are_counted),
		IN_STUDIO(without_identity_only_what_opens_a_dialog_is_told),
		IN_STUDIO(a_cancel_is_not_looked_at),
		IN_STUDIO(responses_are_judged_by_their_own_types),
		IN_STUDIO(a_known_result_is_taken_as_it_is),
		IN_STUDIO(a_signature_seen_before_is_remembered),
		IN_STUDIO(a_digest_string_of_rfc4474_verifies),
		IN_STUDIO(octets_behind_the_body_are_told),
		IN_STUDIO(a_certificate_may_be_a_part_of_the_body),
	};

	return cmocka_run_group_tests(tests, open_studio, close_studio);
}
