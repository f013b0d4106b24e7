/*
 * made_identity.h - a call signed for one hop and spoilt on the next, and what
 * a verifier would have said of it, all by hand.
 */
#ifndef SIPMON_TESTS_REPORT_MADE_IDENTITY_H
#define SIPMON_TESTS_REPORT_MADE_IDENTITY_H

#include "made.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/signing.h"
#include "sipmon/call/verdict.h"

#define MADE_TOKEN "eyJh.eyJi.c2ln"
#define MADE_URL   "https://certs.example.com/a.pem"

#define MADE_SIGNED(branch, uri, date)                                         \
	"INVITE " uri " SIP/2.0\r\n" MADE_VIA(                                 \
		branch) "From: " ALICE "\r\nTo: " BOB                          \
			"\r\nCall-ID: signed\r\nCSeq: 1 INVITE\r\n"            \
			"Max-Forwards: 70\r\nDate: " date "\r\n"               \
			"Identity: " MADE_TOKEN ";info=<" MADE_URL ">\r\n"     \
			"Content-Length: 0\r\n\r\n"

#define MADE_DATE_BEFORE "Thu, 01 Jan 2026 14:02:11 GMT"
#define MADE_DATE_AFTER  "Thu, 01 Jan 2026 14:02:14 GMT"

/* 1 signs for 2, 2 spoils it for 3, 3 answers with `start`. */
#define MADE_SPOILT_CALL(start, more)                                          \
	{ 0, 1, 2, MADE_SIGNED("s1", "sip:bob@192.0.2.2", MADE_DATE_BEFORE) }, \
		{ 10, 2, 3,                                                    \
		  MADE_SIGNED("s2", "sip:bob@192.0.2.3", MADE_DATE_AFTER) },   \
	{                                                                      \
		40, 3, 2,                                                      \
			MADE_HEAD(start, "s2", ALICE, BOB_TAGGED, "signed",    \
				  "1 INVITE") more "\r\n"                      \
	}

/* Answers by the id of the message; `list` is what is known. */
struct made_judge {
	const struct identity_detail *list;
	size_t count;
	unsigned asked;
};

static inline bool made_detail(void *ctx, uint32_t msg,
			       struct identity_detail *out)
{
	struct made_judge *judge = ctx;

	judge->asked++;
	for (size_t i = 0; i < judge->count; i++)
		if (judge->list[i].msg == msg) {
			*out = judge->list[i];
			return true;
		}
	return false;
}

static inline void made_want(void *ctx, uint64_t call)
{
	(void)ctx;
	(void)call;
}

static inline struct identity_reader made_reader(struct made_judge *judge)
{
	return (struct identity_reader){ made_detail, made_want, judge };
}

/* The `n`th message of the only call, from 0. */
static inline uint32_t made_msg(const struct store *s, unsigned n)
{
	const struct view *v = store_view(s);
	uint32_t id = view_first(v)->first_msg;

	while (n-- > 0 && id != 0)
		id = view_msg(v, id)->next;
	return id;
}

/* Files a verdict, signed by "SHAKEN 709J" with attest A. */
static inline bool made_file(struct store *s, uint32_t msg,
			     enum verdict verdict)
{
	static const struct signer signer = { .sha256 = { 1 },
					      .name = "SHAKEN 709J",
					      .spc = "709J" };
	const struct captured_msg *m = view_msg(store_view(s), msg);
	struct verdict_brief b = { .verdict = verdict, .attest = ATTEST_A };

	b.signer = store_signer(s, &signer);
	b.signatures[0] =
		verdict == VERDICT_VALID ? SIGNATURE_VALID : SIGNATURE_INVALID;
	return store_file_verdict(s, msg, m->content, m->time_ns, &b);
}

static inline struct identity_certificate made_certificate(void)
{
	static const struct slice spc[] = { { "709J", 4 } };
	static const struct slice tn[] = { { "12155550100+100", 15 } };

	return (struct identity_certificate){
		.subject = SLICE("CN=SHAKEN 709J,O=Example"),
		.issuer = SLICE("CN=Example CA"),
		.serial = SLICE("01ff"),
		.sha256 = SLICE("00112233"),
		.key = SLICE("EC P-256"),
		.not_before_s = 1767225600, /* 2026-01-01T00:00:00Z */
		.not_after_s = 1798761600,  /* 2027-01-01T00:00:00Z */
		.spc_count = 1,
		.spc = spc,
		.tn_count = 1,
		.tn = tn,
	};
}

static inline struct identity_header
made_header(enum verdict verdict, const struct identity_party *to,
	    unsigned to_count)
{
	return (struct identity_header){
		.scheme = IDENTITY_PASSPORT,
		.value = SLICE(MADE_TOKEN ";info=<" MADE_URL ">"),
		.ppt = SLICE("shaken"),
		.alg = SLICE("ES256"),
		.url = SLICE(MADE_URL),
		.verdict = verdict,
		.expected_code = verdict_code(verdict),
		.signature = verdict == VERDICT_VALID ? SIGNATURE_VALID
						      : SIGNATURE_INVALID,
		.failed = verdict == VERDICT_VALID ? 0 : VERDICT_BIT(verdict),
		.caveats = CAVEAT_BIT(CAVEAT_COMMA_LIST),
		.attest = SLICE("A"),
		.origid = SLICE("123e4567-e89b-12d3-a456-426655440000"),
		.x5u = SLICE(MADE_URL),
		.has_iat = true,
		.iat = 1767276131,
		.has_orig = true,
		.orig = { true, SLICE("12155550121") },
		.dest_count = to_count,
		.dest = to,
		.source = "certificate folder",
		.file = SLICE("a.pem"),
		.check_count = 2,
		.checks = { { "info and x5u agree", CHECK_PASS, VERDICT_NONE,
			      SLICE_NONE },
			    { "signature over the signed parts",
			      verdict == VERDICT_VALID ? CHECK_PASS
						       : CHECK_FAIL,
			      verdict == VERDICT_VALID ? VERDICT_NONE : verdict,
			      SLICE("r and s do not fit") } },
	};
}

static inline struct identity_detail made_good(uint32_t msg,
					       const struct identity_header *h)
{
	return (struct identity_detail){ .msg = msg,
					 .verdict = VERDICT_VALID,
					 .signature = SIGNATURE_VALID,
					 .header_count = 1,
					 .headers = h };
}

/* 192.0.2.2 changed Date. */
static inline struct identity_detail
made_spoilt(uint32_t msg, uint32_t held, const struct identity_header *h)
{
	return (struct identity_detail){
		.msg = msg,
		.verdict = VERDICT_SIGNATURE_INVALID,
		.expected_code = 438,
		.signature = SIGNATURE_INVALID,
		.caveats = CAVEAT_BIT(CAVEAT_COMMA_LIST),
		.header_count = 1,
		.headers = h,
		.agrees = AGREES_YES,
		.seen_code = 438,
		.broke = { held, msg },
		.has_broken_by = true,
		.broken_by = made_endpoint(2),
		.change_count = 1,
		.changes = { { "Date", SLICE(MADE_DATE_BEFORE),
			       SLICE(MADE_DATE_AFTER), NULL, -1 } },
	};
}

/* Twelve requests, nine signed; 7 valid, 1 invalid, 1 not judged. */
static inline bool made_signing(void *ctx, struct signing_figures *out)
{
	(void)ctx;
	*out = (struct signing_figures){
		.requests = 12,
		.signed_requests = 9,
		.waiting = 1,
		.by_attest = { 3, 5, 2, 1 },
		.signer_count = 2,
		.signers = { { .name = "SHAKEN 709J",
			       .spc = "709J",
			       .sha256 = "0011",
			       .requests = 6,
			       .valid = 5,
			       .failed = 1,
			       .most = VERDICT_CERT_NOT_AUTHORITATIVE,
			       .by_attest = { 0, 5, 1, 0 } },
			     { .name = "", .requests = 2, .valid = 2 } },
		.peer_count = 1,
		.peers = { { .name = "192.0.2.1",
			     .requests = 12,
			     .valid = 7,
			     .failed = 1 } },
		.begin_ns = MADE_START_NS,
		.bin_ns = 60 * CLOCK_SECOND_NS,
		.bin_count = 5,
		.bins = { { 8, 7, 0, 0 },
			  { 0, 0, 0, 0 },
			  { 2, 0, 1, 0 },
			  { 1, 0, 0, 1 },
			  { 1, 0, 0, 0 } },
		.has_clock_offset = true,
		.clock_offset_s = -75,
	};
	out->by_verdict[VERDICT_VALID] = 7;
	out->by_verdict[VERDICT_CERT_NOT_AUTHORITATIVE] = 1;
	out->by_verdict[VERDICT_NO_IDENTITY] = 3;
	return true;
}

#endif
