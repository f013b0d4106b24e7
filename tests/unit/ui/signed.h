/*
 * signed.h - a signed INVITE on two hops, broken on the way, and who tells
 * about it, for tests.
 *
 * 192.0.2.2 moves Date; 192.0.2.3 answers 438.
 */
#ifndef SIPMON_TEST_UI_SIGNED_H
#define SIPMON_TEST_UI_SIGNED_H

#include "scene.h"
#include "sipmon/call/identity.h"

#define SIGNED_ID "signed@192.0.2.1"

#define SIGNED_FRONT                                                           \
	"sip:alice@example.com|sip:bob@example.com|" SIGNED_ID "|1 INVITE|"
#define SIGNED_DATE_1 "Thu, 01 Jan 1970 00:00:01 GMT"
#define SIGNED_DATE_2 "Thu, 01 Jan 1970 00:00:04 GMT"

struct signed_call {
	struct scene *scene;
	uint64_t call;
	uint32_t first; /* copy that holds */
	uint32_t second;
	struct identity_certificate chain[2];
	struct identity_header held;
	struct identity_header broken[2]; /* values of the second copy */
	unsigned broken_count;
	struct identity_party dest;
	struct slice spc;
	struct slice name;
	struct identity_reader reader;
	unsigned asked;
	unsigned wanted;
	bool deaf;               /* tells nothing */
	int64_t body_changed_at; /* instead of Date, if not 0 */
	struct slice before;     /* of Date, if it is there */
	struct slice after;
};

static inline void signed_check(struct identity_header *h, const char *name,
				enum check_result result, enum verdict verdict,
				const char *detail)
{
	h->checks[h->check_count++] =
		(struct identity_check){ name, result, verdict,
					 slice_of(detail) };
}

static inline struct identity_header
signed_header(const struct signed_call *s, struct slice bytes, bool holds)
{
	struct identity_header h = {
		.scheme = IDENTITY_RFC4474,
		.value = SLICE("\"c2ln\""),
		.alg = SLICE("rsa-sha1"),
		.url = SLICE("https://cert.example.com/a.cer"),
		.verdict = holds ? VERDICT_VALID : VERDICT_SIGNATURE_INVALID,
		.expected_code = holds ? 0 : 438,
		.signature = holds ? SIGNATURE_VALID : SIGNATURE_INVALID,
		.caveats = CAVEAT_BIT(CAVEAT_BODY_TRAILING),
		.signed_bytes = bytes,
		.is_rebuilt = true,
		.chain_count = 2,
		.chain = s->chain,
		.source = "certificate folder",
		.file = SLICE("a.cer"),
	};

	signed_check(&h, "header grammar", CHECK_PASS, VERDICT_NONE, NULL);
	signed_check(&h, "revocation", CHECK_SKIP, VERDICT_NONE,
		     "no CRL configured");
	signed_check(&h, "signature over the signed parts",
		     holds ? CHECK_PASS : CHECK_FAIL,
		     holds ? VERDICT_NONE : VERDICT_SIGNATURE_INVALID, "here");
	return h;
}

/* A token beside it, not checked. */
static inline struct identity_header signed_token(const struct signed_call *s)
{
	struct identity_header h = {
		.scheme = IDENTITY_PASSPORT,
		.value = SLICE("eyJ.eyJ.sig;info=<https://c.example/p>"),
		.ppt = SLICE("shaken"),
		.alg = SLICE("ES256"),
		.url = SLICE("https://c.example/p"),
		.verdict = VERDICT_CERT_UNAVAILABLE,
		.expected_code = 436,
		.signature = SIGNATURE_UNCHECKED,
		.jose = SLICE("{\"alg\":\"ES256\",\"ppt\":\"shaken\"}"),
		.payload = SLICE("{\"attest\":\"A\",\"dest\":{\"tn\":[\"1215"
				 "5551213\"]},\"iat\":3,\"empty\":[]}"),
		.attest = SLICE("A"),
		.origid = SLICE("123e4567"),
		.has_iat = true,
		.iat = 3,
		.has_orig = true,
		.orig = { true, SLICE("12155551212") },
		.dest_count = 1,
		.dest = &s->dest,
	};

	signed_check(&h, "certificate at hand", CHECK_FAIL,
		     VERDICT_CERT_UNAVAILABLE, NULL);
	return h;
}

static inline void signed_changed(struct signed_call *s,
				  struct identity_detail *out)
{
	out->broke = (struct verdict_break){ s->first, s->second };
	out->has_broken_by = true;
	out->broken_by = (struct endpoint){ { 192, 0, 2, 2 }, 5060, 4, 0 };
	out->change_count = 1;
	out->changes[0] =
		(struct identity_change){ "Date", SLICE(SIGNED_DATE_1),
					  SLICE(SIGNED_DATE_2), NULL, -1 };
	if (slice_is_set(s->before)) {
		out->changes[0].before = s->before;
		out->changes[0].after = s->after;
	}
	if (s->body_changed_at > 0)
		out->changes[0] = (struct identity_change){
			"body", SLICE("1"), SLICE("2"), NULL, s->body_changed_at
		};
	out->agrees = AGREES_YES;
	out->seen_code = 438;
	out->seen_msg = scene_id(s->scene, s->call, 3);
}

static bool signed_detail(void *ctx, uint32_t msg, struct identity_detail *out)
{
	struct signed_call *s = ctx;
	bool holds = msg == s->first;

	s->asked++;
	if (s->deaf || (msg != s->first && msg != s->second))
		return false;
	*out = (struct identity_detail){
		.msg = msg,
		.verdict = holds ? VERDICT_VALID : VERDICT_SIGNATURE_INVALID,
		.expected_code = holds ? 0 : 438,
		.signature = holds ? SIGNATURE_VALID : SIGNATURE_INVALID,
		.caveats = CAVEAT_BIT(CAVEAT_BODY_TRAILING),
		.header_count = holds ? 1 : s->broken_count,
		.headers = holds ? &s->held : s->broken,
	};
	if (!holds)
		signed_changed(s, out);
	return true;
}

static void signed_want(void *ctx, uint64_t call)
{
	struct signed_call *s = ctx;

	s->wanted += call == s->call;
}

/* Files the verdicts, as the room that judges would. */
static inline void signed_judge(struct signed_call *s)
{
	const uint32_t ids[] = { s->first, s->second };

	for (unsigned i = 0; i < 2; i++) {
		const struct captured_msg *m =
			view_msg(s->scene->ctx.view, ids[i]);
		struct verdict_brief b = {
			.verdict = i == 0 ? VERDICT_VALID
					  : VERDICT_SIGNATURE_INVALID,
			.attest = ATTEST_A,
			.signatures = { i == 0 ? SIGNATURE_VALID
					       : SIGNATURE_INVALID },
		};

		assert_true(store_file_verdict(s->scene->store, ids[i],
					       m->content, m->time_ns, &b));
	}
}

static inline void signed_call_push(struct signed_call *s)
{
	static const char invite[] = "INVITE sip:bob@example.com SIP/2.0";
	static const char refused[] = "SIP/2.0 438 Invalid Identity Header";
	char more[512];

	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(more, sizeof(more),
			       "Date: %s\r\nContact: <sip:alice@192.0.2.1>\r\n"
			       "Identity: \"c2ln\"\r\nIdentity-Info: "
			       "<https://cert.example.com/a.cer>;alg=rsa-sha1\r"
			       "\nContent-Type: application/sdp\r\n",
			       i == 0 ? SIGNED_DATE_1 : SIGNED_DATE_2);
		scene_msg(s->scene, i * 5, (uint8_t)(1 + i), (uint8_t)(2 + i),
			  SIGNED_ID, invite, i == 0 ? "a" : "b", "1 INVITE",
			  more, SCENE_SDP);
	}
	scene_msg(s->scene, 20, 3, 2, SIGNED_ID, refused, "b", "1 INVITE", "",
		  "");
	scene_msg(s->scene, 25, 2, 1, SIGNED_ID, refused, "a", "1 INVITE", "",
		  "");
}

static inline void signed_chain(struct signed_call *s)
{
	s->spc = SLICE("1234");
	s->name = SLICE("example.com");
	s->chain[0] = (struct identity_certificate){
		.subject = SLICE("CN=SHAKEN \x1b[31m1234"),
		.issuer = SLICE("CN=Test Intermediate"),
		.serial = SLICE("0a"),
		.sha256 = SLICE("9f86d081884c7d65"),
		.key = SLICE("RSA 2048"),
		.not_before_s = 0,
		/* 2100-01-01, reckoned with date(1). */
		.not_after_s = INT64_C(4102444800),
		.spc_count = 1,
		.spc = &s->spc,
		.name_count = 1,
		.names = &s->name,
	};
	s->chain[1] = s->chain[0];
	s->chain[1].subject = SLICE("CN=Test Root");
	s->chain[1].is_ca = true;
	s->chain[1].is_anchor = true;
	s->chain[1].not_after_s = 0;
}

static inline struct signed_call *signed_new(enum language language)
{
	struct signed_call *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->scene = scene_new(language);
	signed_call_push(s);
	s->call = view_first(s->scene->ctx.view)->id;
	s->first = scene_id(s->scene, s->call, 1);
	s->second = scene_id(s->scene, s->call, 2);
	signed_chain(s);
	s->dest = (struct identity_party){ true, SLICE("12155551213") };
	s->held = signed_header(s,
				SLICE(SIGNED_FRONT SIGNED_DATE_1
				      "|sip:alice@192.0.2.1|" SCENE_SDP),
				true);
	s->broken[0] = signed_header(s,
				     SLICE(SIGNED_FRONT SIGNED_DATE_2
					   "|sip:alice@192.0.2.1|" SCENE_SDP),
				     false);
	s->broken[1] = signed_token(s);
	s->broken_count = 2;
	s->reader = (struct identity_reader){ signed_detail, signed_want, s };
	s->scene->ctx.identity = &s->reader;
	return s;
}

static inline void signed_free(struct signed_call *s)
{
	scene_free(s->scene);
	free(s);
}

#endif
