/* What a message itself says about its code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_identity.h"
#include "sipmon/base/utf8.h"
#include "sipmon/report/evidence.h"

static int load(void **state)
{
	static struct catalogue *words;
	struct problem problem;
	enum err e = catalogue_new(&words, LANGUAGE_EN, &problem);

	*state = words;
	return e != ERR_OK;
}

static int unload(void **state)
{
	catalogue_free(*state);
	return 0;
}

/* The evidence of a message, with what is known of its Identity. */
static struct buf evidence_with(const struct catalogue *words,
				const struct store *s, uint32_t msg,
				const struct identity_reader *reader)
{
	const struct view *v = store_view(s);
	struct evidence_input in = { .view = v,
				     .limits = PHASE_LIMITS_DEFAULT,
				     .identity = reader,
				     .words = words };
	struct buf out;

	buf_init(&out, (size_t)1 << 16);
	assert_int_equal(evidence_of(&out, &in, view_msg(v, msg)), ERR_OK);
	return out;
}

/* The evidence of the last message of the only call. */
static struct buf evidence(const struct catalogue *words, const struct store *s)
{
	uint32_t last = view_first(store_view(s))->last_msg;

	return evidence_with(words, s, last, NULL);
}

static struct slice after_label(const struct buf *out, const char *label)
{
	struct slice rest = buf_slice(out);

	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		struct slice text;

		if (slice_eq(slice_split(line, '\t', &text), slice_of(label)))
			return text;
	}
	return SLICE_NONE;
}

static bool has(struct slice text, const char *word)
{
	return slice_search(text, slice_of(word), false) < text.len;
}

#define INVITE_STEP                                                            \
	{                                                                      \
		0, 1, 2, MADE(INVITE_LINE, "e", ALICE, BOB, "ev", "1 INVITE")  \
	}
#define ANSWER(ms, start, more)                                                \
	{                                                                      \
		ms, 2, 1,                                                      \
			MADE_HEAD(start, "e", ALICE, BOB_TAGGED, "ev",         \
				  "1 INVITE") more "\r\n"                      \
	}

static void a_refusal_tells_who_why_and_when(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(100, "SIP/2.0 180 Ringing", ""),
		ANSWER(2000, "SIP/2.0 486 In a meeting",
		       "Server: Example PBX 1.0\r\n"
		       "Reason: Q.850;cause=17;text=\"busy\"\r\n"
		       "Warning: 399 pbx \"one line only\"\r\n"
		       "Retry-After: 120\r\n"),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out = evidence(*state, s);

	assert_true(has(after_label(&out, "Sent by"), "192.0.2.2:5060"));
	assert_true(has(after_label(&out, "Sent by"), "Example PBX 1.0"));
	assert_true(has(after_label(&out, "Phrase"), "In a meeting"));
	assert_true(has(after_label(&out, "Answers"), "INVITE after 2.00 s"));
	assert_true(has(after_label(&out, "Reason"), "Q.850 17 \"busy\""));
	assert_true(has(after_label(&out, "Reason"), "User busy"));
	assert_true(has(after_label(&out, "Warning"), "399 pbx"));
	assert_true(has(after_label(&out, "Warning"), "one line only"));
	assert_true(has(after_label(&out, "Retry-After"), "2:00"));
	assert_true(has(after_label(&out, "Phase"), "180 lasted 1.90 s"));
	buf_free(&out);
	store_free(s);
}

static void a_phase_that_nothing_ends_is_told(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(10, "SIP/2.0 100 Trying", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out;

	store_set_now(s, MADE_START_NS + 20 * CLOCK_SECOND_NS);
	out = evidence(*state, s);
	assert_true(has(after_label(&out, "Phase"), "100 lasted 19.99 s"));
	assert_true(has(after_label(&out, "Phase"), "nothing has ended it"));
	assert_true(has(after_label(&out, "Phase"), "limit of 5.00 s"));
	assert_false(slice_is_set(after_label(&out, "Phrase")));
	buf_free(&out);
	store_free(s);
}

static void a_late_100_belongs_to_the_phase_of_100(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(10, "SIP/2.0 100 Trying", ""),
		ANSWER(100, "SIP/2.0 180 Ringing", ""),
		ANSWER(200, "SIP/2.0 100 Giving a try", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out = evidence(*state, s);

	assert_true(has(after_label(&out, "Phase"), "100 lasted 90 ms"));
	buf_free(&out);
	store_free(s);
}

static void a_broken_message_names_the_rule(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  "OPTIONS sip:a SIP/2.0\r\nCall-ID: b\r\nCSeq: 1 INVITE\r\n"
		  "\r\n" },
	};
	struct store *s = made_store(steps, 1);
	struct buf out = evidence(*state, s);

	assert_true(has(after_label(&out, "Breaks"), "RFC 3261"));
	buf_free(&out);
	store_free(s);
}

static void strangers_words_cannot_break_a_line(void **state)
{
	static const struct made_step steps[] = {
		INVITE_STEP,
		ANSWER(10, "SIP/2.0 500 \x1b[2J\tX",
		       "Server: a\tb\x1b]0;\x07\xff\r\n"
		       "Reason: \x1b;cause=x\r\nWarning: \xff\r\n"
		       "Retry-After: \x1b\r\n"),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct buf out = evidence(*state, s);
	struct slice rest = buf_slice(&out);

	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		struct slice text;

		(void)slice_split(line, '\t', &text);
		assert_true(slice_is_set(text));
		while (text.len > 0) {
			int32_t cp = utf8_next(&text);

			assert_true(cp >= 0 && !utf8_is_unsafe((uint32_t)cp));
		}
	}
	buf_free(&out);
	store_free(s);
}

/* ---- Identity */

/* The evidence of the answer `start` to a request with this verdict. */
static struct buf answer_to(const struct catalogue *words, const char *start,
			    const char *more,
			    const struct identity_detail *known)
{
	char bytes[2048];
	struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE_SIGNED("e", "sip:bob@192.0.2.2", MADE_DATE_BEFORE) },
		{ 40, 2, 1, bytes },
	};
	struct identity_detail d = *known;
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	struct store *s;
	struct buf out;

	(void)snprintf(bytes, sizeof(bytes),
		       "%s\r\n" MADE_VIA("e") "From: " ALICE
					      "\r\nTo: " BOB_TAGGED
					      "\r\nCall-ID: signed\r\n"
					      "CSeq: 1 INVITE\r\n%s\r\n",
		       start, more);
	s = made_store(steps, 2);
	d.msg = made_msg(s, 0);
	out = evidence_with(words, s, made_msg(s, 1), &reader);
	store_free(s);
	return out;
}

static struct identity_detail judged(enum verdict verdict)
{
	return (struct identity_detail){ .verdict = verdict,
					 .expected_code =
						 verdict_code(verdict) };
}

/* Which sentence stands beside which answer. */
static const struct {
	const char *start;
	enum verdict verdict;
	const char *says; /* NULL: nothing */
} fits[] = {
	{ "SIP/2.0 438 Invalid Identity Header", VERDICT_SIGNATURE_INVALID,
	  "server and sipmon agree" },
	{ "SIP/2.0 437 Unsupported Credential", VERDICT_CERT_EXPIRED,
	  "server and sipmon agree" },
	{ "SIP/2.0 436 Bad Identity Info", VERDICT_MISSING_INFO,
	  "server and sipmon agree" },
	{ "SIP/2.0 428 Use Identity Header", VERDICT_NO_IDENTITY,
	  "server and sipmon agree" },
	{ "SIP/2.0 403 Stale Date", VERDICT_IAT_STALE,
	  "server and sipmon agree" },
	{ "SIP/2.0 403 stale date", VERDICT_IAT_STALE,
	  "server and sipmon agree" },
	{ "SIP/2.0 437 Unsupported Credential", VERDICT_SIGNATURE_INVALID,
	  "varies by vendor" },
	{ "SIP/2.0 438 Invalid Identity Header", VERDICT_VALID,
	  "rejected a request that verifies here" },
	{ "SIP/2.0 403 Stale Date", VERDICT_VALID,
	  "rejected a request that verifies here" },
	{ "SIP/2.0 438 Invalid Identity Header", VERDICT_CERT_UNAVAILABLE,
	  "cannot tell" },
	{ "SIP/2.0 200 OK", VERDICT_SIGNATURE_INVALID,
	  "Accepted without verification" },
	{ "SIP/2.0 180 Ringing", VERDICT_SIGNATURE_INVALID,
	  "Accepted without verification" },
	{ "SIP/2.0 200 OK", VERDICT_CERT_UNAVAILABLE, "Accepted; sipmon" },
	{ "SIP/2.0 200 OK", VERDICT_VALID, NULL },
	{ "SIP/2.0 200 OK", VERDICT_NO_IDENTITY, NULL },
	{ "SIP/2.0 100 Trying", VERDICT_SIGNATURE_INVALID, NULL },
	{ "SIP/2.0 486 Busy Here", VERDICT_SIGNATURE_INVALID, NULL },
	{ "SIP/2.0 607 Unwanted", VERDICT_VALID, "RFC 8197" },
	{ "SIP/2.0 608 Rejected", VERDICT_VALID, "RFC 8688" },
	{ "SIP/2.0 603 Decline", VERDICT_VALID, "block calls" },
	{ "SIP/2.0 666 Unwanted", VERDICT_VALID, "before 607" },
	{ "SIP/2.0 433 Anonymity Disallowed", VERDICT_VALID, "RFC 5079" },
};

static void each_answer_is_held_against_the_verdict(void **state)
{
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		struct identity_detail d = judged(fits[i].verdict);
		struct buf out = answer_to(*state, fits[i].start, "", &d);
		struct slice text = after_label(&out, "Identity");
		struct slice verdict = after_label(&out, "Verdict");

		if (fits[i].says == NULL) {
			assert_false(slice_is_set(text));
			assert_false(slice_is_set(verdict));
		} else {
			if (!has(text, fits[i].says))
				fail_msg("%s: %.*s", fits[i].start,
					 SLICE_ARG(text));
			assert_true(
				has(verdict, verdict_name(fits[i].verdict)));
		}
		buf_free(&out);
	}
}

static void another_code_names_the_one_that_was_expected(void **state)
{
	struct identity_detail d = judged(VERDICT_SIGNATURE_INVALID);
	struct buf out = answer_to(*state, "SIP/2.0 437 No", "", &d);

	assert_true(has(after_label(&out, "Expected"),
			"438 Invalid Identity Header"));
	assert_true(has(after_label(&out, "Verdict"),
			"SIGNATURE_INVALID - Signature does not verify: "));
	buf_free(&out);
}

/* RFC 8224 section 6.2.2 gives the phrase "Stale Date"; other 403 are other
 * policy. */
static void a_403_with_another_phrase_is_no_verdict(void **state)
{
	struct identity_header h = made_header(VERDICT_IAT_STALE, NULL, 0);
	struct identity_detail d = judged(VERDICT_IAT_STALE);
	struct buf out;

	d.header_count = 1;
	d.headers = &h;
	out = answer_to(*state, "SIP/2.0 403 Forbidden", "", &d);
	assert_true(has(after_label(&out, "Identity"), "no verdict"));
	buf_free(&out);
}

static void an_answer_names_the_element_that_broke_it(void **state)
{
	struct identity_detail d = made_spoilt(0, 0, NULL);
	struct buf out;

	d.header_count = 0;
	d.changes[1] =
		(struct identity_change){ "body", SLICE("c=IN IP4 192.0.2.1"),
					  SLICE("c=IN IP4 198.51.100.1"),
					  "only line ends changed", 9 };
	d.change_count = 2;
	d.path_note = "signed again on the way";
	out = answer_to(*state, "SIP/2.0 438 No", "", &d);
	assert_true(has(after_label(&out, "Broken by"), "192.0.2.2:5060"));
	assert_true(has(after_label(&out, "Changed"),
			"Date (14:02:11 -> 14:02:14)"));
	assert_true(has(buf_slice(&out), "body (only line ends changed: "
					 "192.0.2.1 -> 198.51.100.1)"));
	assert_true(has(after_label(&out, "Path"), "signed again"));
	buf_free(&out);
}

static void a_436_shows_the_url_and_whether_it_is_at_hand(void **state)
{
	struct identity_certificate c = made_certificate();
	struct identity_header h = made_header(VERDICT_VALID, NULL, 0);
	struct identity_detail d = judged(VERDICT_CERT_UNAVAILABLE);
	struct buf out;

	d.header_count = 1;
	d.headers = &h;
	out = answer_to(*state, "SIP/2.0 436 Bad Identity Info", "", &d);
	assert_true(has(after_label(&out, "Certificate"),
			MADE_URL " - not at hand here either"));
	buf_free(&out);
	h.chain = &c;
	h.chain_count = 1;
	out = answer_to(*state, "SIP/2.0 436 Bad Identity Info", "", &d);
	assert_true(has(after_label(&out, "Certificate"),
			MADE_URL " - at hand here: a.pem"));
	buf_free(&out);
}

/* RFC 9410 section 3: the signature part names the PASSporT. */
static void a_ppi_is_matched_by_its_signature(void **state)
{
	static const struct {
		const char *ppi;
		const char *says;
	} cases[] = {
		{ ";ppi=\"..c2ln\"", "Reason means Identity 2" },
		{ ";ppi=\"eyJh.eyJi.c2ln\"", "Reason means Identity 2" },
		{ ";PPI=\"..b3Ro\"", "Reason means Identity 1" },
		{ ";ppi=\"..bm8\"", "not in this request" },
		{ ";ppi=\"..\"", "not in this request" },
		{ ";ppi=\"\"", "not in this request" },
	};
	struct identity_header h[3] = {
		made_header(VERDICT_VALID, NULL, 0),
		made_header(VERDICT_VALID, NULL, 0),
		made_header(VERDICT_SIGNATURE_MALFORMED, NULL, 0),
	};
	struct identity_detail d = judged(VERDICT_VALID);

	h[0].value = SLICE("eyJh.eyJi.b3Ro;info=<" MADE_URL ">");
	h[2].value = SLICE("eyJh.eyJi.;info=<" MADE_URL ">");
	d.header_count = 3;
	d.headers = h;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char more[256];
		struct buf out;

		(void)snprintf(
			more, sizeof(more),
			"Reason: STIR;cause=438;text=\"No;, it is not\"%s"
			"\r\n",
			cases[i].ppi);
		out = answer_to(*state, "SIP/2.0 200 OK", more, &d);
		if (!has(after_label(&out, "PASSporT"), cases[i].says))
			fail_msg("%s: %.*s", cases[i].ppi,
				 SLICE_ARG(buf_slice(&out)));
		assert_true(has(after_label(&out, "Identity"), "went on"));
		buf_free(&out);
	}
}

static void a_reason_of_another_protocol_speaks_of_no_passport(void **state)
{
	struct identity_detail d = judged(VERDICT_VALID);
	struct buf out =
		answer_to(*state, "SIP/2.0 200 OK",
			  "Reason: Q.850;cause=16;ppi=\"..c2ln\"\r\n", &d);

	assert_false(slice_is_set(after_label(&out, "PASSporT")));
	assert_false(slice_is_set(after_label(&out, "Identity")));
	buf_free(&out);
}

static void a_608_names_the_card_of_who_rejected(void **state)
{
	struct identity_detail d = judged(VERDICT_VALID);
	struct buf out = answer_to(
		*state, "SIP/2.0 608 Rejected",
		"Call-Info: <https://x.example/icon.png>;purpose=icon,\r\n"
		" <https://block.example.net/c,1>;purpose=JWSCARD\r\n",
		&d);

	assert_true(has(after_label(&out, "Rejected by"),
			"https://block.example.net/c,1"));
	assert_false(has(buf_slice(&out), "icon.png"));
	buf_free(&out);
}

static void a_signed_request_tells_verdict_attest_and_signer(void **state)
{
	static const struct made_step steps[] = {
		MADE_SPOILT_CALL("SIP/2.0 438 No", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));
	struct identity_certificate c = made_certificate();
	struct identity_header h = made_header(VERDICT_VALID, NULL, 0);
	struct identity_header bad =
		made_header(VERDICT_SIGNATURE_INVALID, NULL, 0);
	struct identity_detail list[] = {
		made_good(made_msg(s, 0), &h),
		made_spoilt(made_msg(s, 1), made_msg(s, 0), &bad),
	};
	struct made_judge judge = { list, 2, 0 };
	struct identity_reader reader = made_reader(&judge);
	struct buf out;

	h.chain = &c;
	h.chain_count = 1;
	out = evidence_with(*state, s, made_msg(s, 0), &reader);
	assert_true(has(after_label(&out, "Verdict"), "VALID - "));
	assert_true(has(after_label(&out, "Attestation"), "A - the signer"));
	assert_false(has(after_label(&out, "Attestation"), "not verified"));
	assert_true(has(after_label(&out, "Signed by"),
			"CN=SHAKEN 709J,O=Example, SPC 709J"));
	assert_false(slice_is_set(after_label(&out, "Broken by")));
	buf_free(&out);
	out = evidence_with(*state, s, made_msg(s, 1), &reader);
	assert_true(has(after_label(&out, "Verdict"), "SIGNATURE_INVALID - "));
	assert_true(has(after_label(&out, "Failed check"),
			"signature over the signed parts: r and s do not fit"));
	assert_true(has(after_label(&out, "Attestation"), "(not verified)"));
	assert_true(has(after_label(&out, "Signed by"), "not at hand"));
	assert_true(has(after_label(&out, "Note"), "COMMA_LIST - Several"));
	assert_true(has(after_label(&out, "Broken by"), "192.0.2.2:5060"));
	buf_free(&out);
	store_free(s);
}

static void nothing_is_said_of_identity_when_nobody_judges(void **state)
{
	static const struct made_step steps[] = {
		MADE_SPOILT_CALL("SIP/2.0 438 No", ""),
	};
	struct store *s = made_store(steps, MADE_COUNT(steps));

	for (unsigned i = 0; i < 3; i++) {
		struct buf out = evidence_with(*state, s, made_msg(s, i), NULL);

		assert_false(slice_is_set(after_label(&out, "Identity")));
		assert_false(slice_is_set(after_label(&out, "Verdict")));
		buf_free(&out);
	}
	store_free(s);
}

static void assert_safe_lines(struct slice rest)
{
	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);
		struct slice text;

		(void)slice_split(line, '\t', &text);
		assert_true(slice_is_set(text));
		while (text.len > 0) {
			int32_t cp = utf8_next(&text);

			assert_true(cp >= 0 && !utf8_is_unsafe((uint32_t)cp));
		}
	}
}

static void words_of_certificates_and_claims_cannot_break_a_line(void **state)
{
	static const struct slice odd = { "\x1b[2J\n\t\xff\x00x", 9 };
	static const char *const starts[] = { "SIP/2.0 436 \x1b[2J",
					      "SIP/2.0 608 \x1b[2J" };
	static const char more[] =
		"Reason: STIR;cause=438;ppi=\"..\x01\xff\"\r\n"
		"Call-Info: <\x1b\xff>;purpose=jwscard\r\n";
	static const struct slice spc[] = { { "\n\x1b", 2 } };
	struct identity_certificate c = { .subject = odd,
					  .spc_count = 1,
					  .spc = spc };
	struct identity_header h =
		made_header(VERDICT_SIGNATURE_INVALID, NULL, 0);
	struct identity_detail d = made_spoilt(0, 0, &h);

	h.attest = odd;
	h.url = odd;
	h.file = odd;
	h.value = odd;
	h.checks[1].detail = odd;
	h.chain = &c;
	h.chain_count = 1;
	d.changes[0].before = odd;
	d.changes[0].after = SLICE("\xe2\x80\xae \x07");
	for (size_t i = 0; i < 2; i++) {
		struct buf out = answer_to(*state, starts[i], more, &d);

		assert_true(out.len > 100);
		assert_safe_lines(buf_slice(&out));
		buf_free(&out);
	}
}

static void words_of_a_request_cannot_break_a_line_either(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 1, 2,
		  MADE_SIGNED("e", "sip:bob@192.0.2.2", MADE_DATE_BEFORE) },
	};
	static const struct slice odd = { "\x1b[2J\n\t\xff\x00x", 9 };
	struct store *s = made_store(steps, 1);
	struct identity_certificate c = { .subject = odd };
	struct identity_header h =
		made_header(VERDICT_SIGNATURE_INVALID, NULL, 0);
	struct identity_detail d = made_spoilt(made_msg(s, 0), 0, &h);
	struct made_judge judge = { &d, 1, 0 };
	struct identity_reader reader = made_reader(&judge);
	struct buf out;

	h.attest = odd;
	h.checks[1].detail = odd;
	h.chain = &c;
	h.chain_count = 1;
	out = evidence_with(*state, s, d.msg, &reader);
	assert_true(has(buf_slice(&out), "Signed by"));
	assert_safe_lines(buf_slice(&out));
	buf_free(&out);
	store_free(s);
}

/* No sentence is left in English. */
static void each_answer_is_told_in_vietnamese_too(void **state)
{
	struct problem problem;
	struct catalogue *vi;

	(void)state;
	assert_int_equal(catalogue_new(&vi, LANGUAGE_VI, &problem), ERR_OK);
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		struct identity_detail d = judged(fits[i].verdict);
		struct buf out = answer_to(vi, fits[i].start, "", &d);
		struct slice rest = buf_slice(&out);
		unsigned lines = 0;

		while (rest.len > 0) {
			struct slice line = slice_split(rest, '\n', &rest);

			lines += has(line, "máy chủ") || has(line, "Máy chủ") ||
				 has(line, "sipmon") || has(line, "nhận") ||
				 has(line, "cuộc gọi") || has(line, "kết luận");
			assert_false(has(line, "server"));
			assert_false(has(line, "call and"));
			assert_false(has(line, "Verdict\t"));
		}
		if (fits[i].says != NULL)
			assert_true(lines > 0);
		buf_free(&out);
	}
	catalogue_free(vi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_tells_who_why_and_when),
		cmocka_unit_test(a_phase_that_nothing_ends_is_told),
		cmocka_unit_test(a_late_100_belongs_to_the_phase_of_100),
		cmocka_unit_test(a_broken_message_names_the_rule),
		cmocka_unit_test(strangers_words_cannot_break_a_line),
		cmocka_unit_test(each_answer_is_held_against_the_verdict),
		cmocka_unit_test(another_code_names_the_one_that_was_expected),
		cmocka_unit_test(a_403_with_another_phrase_is_no_verdict),
		cmocka_unit_test(an_answer_names_the_element_that_broke_it),
		cmocka_unit_test(a_436_shows_the_url_and_whether_it_is_at_hand),
		cmocka_unit_test(a_ppi_is_matched_by_its_signature),
		cmocka_unit_test(
			a_reason_of_another_protocol_speaks_of_no_passport),
		cmocka_unit_test(a_608_names_the_card_of_who_rejected),
		cmocka_unit_test(
			a_signed_request_tells_verdict_attest_and_signer),
		cmocka_unit_test(
			nothing_is_said_of_identity_when_nobody_judges),
		cmocka_unit_test(
			words_of_certificates_and_claims_cannot_break_a_line),
		cmocka_unit_test(words_of_a_request_cannot_break_a_line_either),
		cmocka_unit_test(each_answer_is_told_in_vietnamese_too),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
