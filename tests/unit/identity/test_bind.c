/* Claims against the message that carries them (RFC 8224 section 6.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/bind.h"
#include "memory.h"

#define FAILED(v) VERDICT_BIT(VERDICT_##v)
#define WARNS(c)  CAVEAT_BIT(CAVEAT_##c)

#define TN(digits)                                                             \
	(struct identity_party)                                                \
	{                                                                      \
		true, SLICE(digits)                                            \
	}
#define URI(text)                                                              \
	(struct identity_party)                                                \
	{                                                                      \
		false, SLICE(text)                                             \
	}

static void assert_text(struct slice s, const char *text)
{
	char copy[1024];

	assert_string_equal(slice_copy(s, copy, sizeof(copy)), text);
}

/* A message of a start line and fields, as binding_init() leaves it. */
struct scene {
	char text[1024];
	struct sip_msg msg;
	struct identity_policy policy;
	struct binding binding;
};

static void set(struct scene *s, const struct memory *m, const char *start,
		const char *fields)
{
	size_t n = slice_of(start).len;

	*s = (struct scene){ .policy = IDENTITY_POLICY_DEFAULT };
	slice_copy(slice_of(start), s->text, sizeof(s->text));
	slice_copy(slice_of(fields), s->text + n, sizeof(s->text) - n);
	s->msg = parsed(s->text);
	binding_init(&s->binding, m, &s->policy, &s->msg);
}

#define INVITE "INVITE sip:+12015550199@b.example;user=phone SIP/2.0\r\n"
#define FROM   "From: <sip:+12015550123@a.example;user=phone>;tag=1\r\n"
#define TO     "To: <sip:+12015550199@b.example;user=phone>\r\n"
#define PAI    "P-Asserted-Identity: \"a, b\" <sip:1@x>, <tel:+12015550144>\r\n"

static void orig_is_sought_where_the_policy_says(void **state)
{
	static const struct {
		const char *fields;
		enum ppt ppt;
		enum orig_source source;
		const char *tn;
		uint64_t failed;
		uint32_t caveats;
	} rows[] = {
		{ FROM PAI, PPT_BASELINE, 0, "12015550123", 0, 0 },
		{ FROM PAI, PPT_BASELINE, 0, "12015550144",
		  FAILED(ORIG_MISMATCH), 0 },
		{ FROM PAI, PPT_SHAKEN, 0, "12015550144", 0, 0 },
		{ FROM PAI, PPT_DIV, 0, "12015550144", 0, 0 },
		{ FROM PAI, PPT_SHAKEN, 0, "12015550123", FAILED(ORIG_MISMATCH),
		  WARNS(ORIG_MATCHES_FROM) },
		{ FROM, PPT_SHAKEN, 0, "12015550123", 0, 0 },
		{ FROM PAI, PPT_SHAKEN, ORIG_SOURCE_FROM, "12015550123", 0, 0 },
		{ FROM PAI, PPT_BASELINE, ORIG_SOURCE_PAI_THEN_FROM,
		  "12015550144", 0, 0 },
		{ FROM PAI, PPT_SHAKEN, ORIG_SOURCE_FROM_THEN_PAI,
		  "12015550144", FAILED(ORIG_MISMATCH), 0 },
		{ "From: <sip:anonymous@anonymous.invalid>\r\n" PAI, PPT_SHAKEN,
		  ORIG_SOURCE_FROM_THEN_PAI, "12015550144", 0, 0 },
		{ FROM PAI, PPT_BASELINE, ORIG_SOURCE_ANY, "12015550144", 0,
		  0 },
		{ FROM PAI, PPT_SHAKEN, ORIG_SOURCE_ANY, "12015550123", 0, 0 },
		{ "From: <sip:2015550123@a.example>\r\n", PPT_SHAKEN, 0,
		  "12015550123", FAILED(ORIG_MISMATCH),
		  WARNS(TN_SUFFIX_MATCH) },
		{ "From: <sip:550123@a.example>\r\n", PPT_SHAKEN, 0,
		  "12015550123", FAILED(ORIG_MISMATCH), 0 },
		{ "", PPT_BASELINE, 0, "12015550123", FAILED(ORIG_MISMATCH),
		  0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct claims c = { .has_orig = true,
				    .orig = { true, slice_of(rows[i].tn) } };
		struct bind_result r;
		struct scene s;

		set(&s, *state, INVITE, rows[i].fields);
		s.policy.orig_source = rows[i].source;
		bind_orig(&s.binding, rows[i].ppt, &c, &r);
		assert_int_equal(r.failed, rows[i].failed);
		assert_int_equal(r.caveats, rows[i].caveats);
	}
}

static void a_detail_says_what_was_compared(void **state)
{
	struct claims c = { .has_orig = true, .orig = TN("12155550121") };
	struct bind_result r;
	struct scene s;

	set(&s, *state, INVITE, "From: <sip:2155550121@a.example>\r\n");
	bind_orig(&s.binding, PPT_BASELINE, &c, &r);
	assert_text(r.detail, "orig 12155550121, From 2155550121");
	set(&s, *state, INVITE, "To: <sip:b@b.example>\r\n");
	bind_orig(&s.binding, PPT_BASELINE, &c, &r);
	assert_text(r.detail, "orig 12155550121, no From");
	set(&s, *state, INVITE, FROM PAI);
	bind_orig(&s.binding, PPT_SHAKEN, &c, &r);
	assert_text(r.detail, "orig 12155550121, P-Asserted-Identity 1, "
			      "P-Asserted-Identity 12015550144");
	c.orig = TN("12015550144");
	bind_orig(&s.binding, PPT_SHAKEN, &c, &r);
	assert_text(r.detail,
		    "orig 12015550144, P-Asserted-Identity 12015550144");
	c.has_orig = false;
	bind_orig(&s.binding, PPT_SHAKEN, &c, &r);
	assert_int_equal(r.failed, 0);
	assert_false(slice_is_set(r.detail));
}

static void a_uri_claim_compares_with_the_uri(void **state)
{
	struct claims c = { .has_orig = true,
			    .orig = URI("sip:+12015550123@A.example") };
	struct bind_result r;
	struct scene s;

	set(&s, *state, INVITE, FROM);
	bind_orig(&s.binding, PPT_BASELINE, &c, &r);
	assert_int_equal(r.failed, 0);
	assert_text(r.detail, "orig sip:+12015550123@A.example, "
			      "From sip:+12015550123@a.example");
	c.orig = URI("sip:+12015550123@b.example");
	bind_orig(&s.binding, PPT_BASELINE, &c, &r);
	assert_int_equal(r.failed, FAILED(ORIG_MISMATCH));
}

#define ELSEWHERE "INVITE sip:+12015550177@b.example;user=phone SIP/2.0\r\n"
#define CONTACT   "INVITE sip:bob@192.0.2.1:5060 SIP/2.0\r\n"
#define OTHER_TO  "To: <tel:+12015550166>\r\n"

enum role { PLAIN, LINKED, OUTERMOST, BESIDE };

static void dest_is_to_or_else_the_request_uri(void **state)
{
	static const struct {
		const char *start;
		const char *fields;
		enum role role;
		uint64_t failed;
		uint32_t caveats;
		const char *detail;
	} rows[] = {
		{ INVITE, TO, PLAIN, 0, 0, "dest 12015550199, To 12015550199" },
		{ ELSEWHERE, TO, PLAIN, 0, WARNS(RURI_DIFFERS),
		  "dest 12015550199, To 12015550199" },
		{ CONTACT, TO, PLAIN, 0, 0,
		  "dest 12015550199, To 12015550199" },
		{ INVITE, OTHER_TO, PLAIN, 0, WARNS(TO_DIFFERS),
		  "dest 12015550199, Request-URI 12015550199" },
		{ ELSEWHERE, OTHER_TO, PLAIN, FAILED(DEST_MISMATCH), 0,
		  "dest 12015550188, 12015550199, To 12015550166, "
		  "Request-URI 12015550177" },
		{ ELSEWHERE, OTHER_TO, LINKED, 0, 0,
		  "dest 12015550188, 12015550199, a div links to it" },
		{ ELSEWHERE, TO, OUTERMOST, FAILED(DEST_MISMATCH), 0,
		  "dest 12015550188, 12015550199, Request-URI 12015550177" },
		{ INVITE, OTHER_TO, OUTERMOST, 0, 0,
		  "dest 12015550199, Request-URI 12015550199" },
		{ ELSEWHERE, TO, BESIDE, 0, 0,
		  "dest 12015550199, To 12015550199" },
		{ ELSEWHERE, OTHER_TO, BESIDE, FAILED(DEST_MISMATCH), 0,
		  "dest 12015550188, 12015550199, To 12015550166, "
		  "Request-URI 12015550177" },
		{ "SIP/2.0 200 OK\r\n", OTHER_TO, PLAIN, FAILED(DEST_MISMATCH),
		  0, "dest 12015550188, 12015550199, To 12015550166" },
	};
	const struct identity_party dest[] = { TN("12015550188"),
					       TN("12015550199") };
	const struct claims c = { .dest_count = 2, .dest = dest };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum role role = rows[i].role;
		struct bind_result r;
		struct scene s;

		set(&s, *state, rows[i].start, rows[i].fields);
		bind_dest(&s.binding, PPT_SHAKEN, &c, role == LINKED,
			  role == OUTERMOST, role != PLAIN, &r);
		assert_int_equal(r.failed, rows[i].failed);
		assert_int_equal(r.caveats, rows[i].caveats);
		assert_text(r.detail, rows[i].detail);
	}
}

static void a_dest_may_be_a_uri_with_a_number(void **state)
{
	const struct identity_party dest = URI("sip:+12015550199@b.example");
	const struct claims c = { .dest_count = 1, .dest = &dest };
	struct bind_result r;
	struct scene s;

	set(&s, *state, ELSEWHERE, TO);
	bind_dest(&s.binding, PPT_BASELINE, &c, false, false, false, &r);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.caveats, WARNS(RURI_DIFFERS));
	assert_text(r.detail, "dest sip:+12015550199@b.example, "
			      "To sip:+12015550199@b.example");
	/* digits alone are no number where none is asked for */
	set(&s, *state, "INVITE sip:1000@b.example SIP/2.0\r\n", TO);
	bind_dest(&s.binding, PPT_BASELINE, &c, false, false, false, &r);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.caveats, 0);
}

static void a_service_is_a_dest_too(void **state)
{
	const struct identity_party dest = URI("urn:service:sos");
	const struct claims c = { .dest_count = 1, .dest = &dest };
	struct bind_result r;
	struct scene s;

	set(&s, *state, "INVITE urn:service:SOS SIP/2.0\r\n",
	    "To: <URN:service:sos>\r\n");
	bind_dest(&s.binding, PPT_SHAKEN, &c, false, false, false, &r);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.caveats, 0);
}

static void of_rsp_a_request_turns_from_and_to(void **state)
{
	const struct identity_party dest = TN("12015550199");
	const struct claims c = { .has_orig = true,
				  .orig = TN("12015550123"),
				  .dest_count = 1,
				  .dest = &dest };
	struct bind_result r;
	struct scene s;

	set(&s, *state, "SIP/2.0 200 OK\r\n", FROM TO PAI);
	s.policy.orig_source = ORIG_SOURCE_PAI_THEN_FROM;
	bind_orig(&s.binding, PPT_RSP, &c, &r);
	assert_int_equal(r.failed, 0);
	bind_dest(&s.binding, PPT_RSP, &c, false, false, false, &r);
	assert_int_equal(r.failed, 0);
	set(&s, *state, "BYE sip:alice@192.0.2.1 SIP/2.0\r\n",
	    "From: <sip:+12015550199@b.example>;tag=2\r\n"
	    "To: <sip:+12015550123@a.example>;tag=1\r\n");
	bind_orig(&s.binding, PPT_RSP, &c, &r);
	assert_int_equal(r.failed, 0);
	assert_text(r.detail, "orig 12015550123, To 12015550123");
	bind_dest(&s.binding, PPT_RSP, &c, false, false, false, &r);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.caveats, 0);
	assert_text(r.detail, "dest 12015550199, From 12015550199");
	bind_orig(&s.binding, PPT_BASELINE, &c, &r);
	assert_int_equal(r.failed, FAILED(ORIG_MISMATCH));
	set(&s, *state, "BYE sip:+12015550199@192.0.2.1 SIP/2.0\r\n", FROM);
	bind_dest(&s.binding, PPT_RSP, &c, false, false, false, &r);
	assert_int_equal(r.failed, FAILED(DEST_MISMATCH));
}

static void media_keys_are_all_there_and_no_others(void **state)
{
	static const char sdp[] = "Content-Type: application/sdp\r\n\r\n"
				  "a=fingerprint:sha-256 0A:1B\r\n"
				  "a=fingerprint:sha-1 2C\r\n";
	const struct media_key keys[] = {
		{ SLICE("sha-1"), SLICE("2C") },
		{ SLICE("sha-256"), SLICE("0A1B") },
		{ SLICE("sha-512"), SLICE("2C") },
	};
	const struct media_key other = { SLICE("sha-256"), SLICE("FF") };
	struct claims c = { .has_mky = true, .mky_count = 2, .mky = keys };
	struct bind_result r;
	struct scene s;

	set(&s, *state, INVITE, sdp);
	assert_true(bind_mky(&s.binding, &c, &r));
	assert_int_equal(r.failed, 0);
	c.mky_count = 3;
	assert_true(bind_mky(&s.binding, &c, &r));
	assert_int_equal(r.failed, FAILED(MKY_MISMATCH));
	assert_text(r.detail, "sha-512 2C is not in the SDP");
	c.mky_count = 1;
	assert_true(bind_mky(&s.binding, &c, &r));
	assert_int_equal(r.failed, FAILED(MKY_MISMATCH));
	assert_text(r.detail, "sha-256 0A1B is not in mky");
	c.mky = &other;
	assert_true(bind_mky(&s.binding, &c, &r));
	assert_text(r.detail, "sha-256 FF is not in the SDP");
	set(&s, *state, INVITE, FROM);
	assert_true(bind_mky(&s.binding, &c, &r));
	assert_int_equal(r.failed, FAILED(MKY_MISMATCH));
	assert_text(r.detail, "no fingerprint in the SDP");
	c.has_mky = false;
	assert_false(bind_mky(&s.binding, &c, &r));
}

static void priorities_are_the_same_set(void **state)
{
	static const struct {
		const char *fields;
		unsigned count;
		uint64_t failed;
		const char *detail;
	} rows[] = {
		{ "Resource-Priority: WPS.0 ,, ets.0\r\n", 2, 0,
		  "rph ets.0 wps.0, Resource-Priority WPS.0 ets.0" },
		{ "resource-priority: wps.0\r\nResource-Priority: ETS.0\r\n", 2,
		  0, "rph ets.0 wps.0, Resource-Priority wps.0 ETS.0" },
		{ "Resource-Priority: ets.0, wps.0\r\n", 1,
		  FAILED(RPH_MISMATCH),
		  "rph ets.0, Resource-Priority ets.0 wps.0" },
		{ "Resource-Priority: ets.0\r\n", 2, FAILED(RPH_MISMATCH),
		  "rph ets.0 wps.0, Resource-Priority ets.0" },
		{ FROM, 1, FAILED(RPH_MISMATCH),
		  "rph ets.0, no Resource-Priority" },
	};
	const struct slice auth[] = { SLICE("ets.0"), SLICE("wps.0") };
	struct claims c = { .has_rph = true, .rph = auth };
	struct bind_result r;
	struct scene s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set(&s, *state, INVITE, rows[i].fields);
		c.rph_count = rows[i].count;
		assert_true(bind_rph(&s.binding, PPT_RPH, &c, &r));
		assert_int_equal(r.failed, rows[i].failed);
		assert_text(r.detail, rows[i].detail);
	}
	assert_false(bind_rph(&s.binding, PPT_SHAKEN, &c, &r));
}

static void msgi_is_the_digest_of_the_body(void **state)
{
	/* printf Hello | openssl dgst -sha256 -binary | base64, and so on */
	static const struct {
		const char *msgi;
		bool compared;
		uint64_t failed;
	} rows[] = {
		{ "sha256-GF+NsyJx/iX1Yab8k4suJkMG7DBO2lGAB9F2SCY4GWk=", true,
		  0 },
		{ "sha256-GF+NsyJx/iX1Yab8k4suJkMG7DBO2lGAB9F2SCY4GWk", true,
		  0 },
		{ "sha384-NRn+WtLFlu/j4nam81G4/AsD24YXgkkNRfdZjr0Ktf1VIO0QLzjE"
		  "peyDTphmgDX8",
		  true, 0 },
		{ "sha512-NhX4DJ0pPtdAJof5SyLVjlKbjMeRb4+sf933+9WvTPd309eVp6AK"
		  "Fr9+fz+5Vh7puq5IDan+ehh2nnGIawPzFQ==",
		  true, 0 },
		{ "sha384-GF+NsyJx/iX1Yab8k4suJkMG7DBO2lGAB9F2SCY4GWk=", true,
		  FAILED(MSGI_MISMATCH) },
		{ "sha256-GG+NsyJx/iX1Yab8k4suJkMG7DBO2lGAB9F2SCY4GWk=", true,
		  FAILED(MSGI_MISMATCH) },
		{ "sha256-", true, FAILED(MSGI_MISMATCH) },
		{ "sha256-%", true, FAILED(MSGI_MISMATCH) },
		{ "md5-ixqZU8RhEpaoJ6v4xHgE1w==", false, 0 },
		{ "", false, 0 },
	};
	struct bind_result r;
	struct scene s;

	set(&s, *state, "MESSAGE sip:b@b.example SIP/2.0\r\n",
	    "Content-Type: text/plain\r\n\r\nHello");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct claims c = { .msgi = slice_of(rows[i].msgi) };

		assert_int_equal(bind_msg(&s.binding, PPT_MSG, &c, &r),
				 rows[i].compared);
		assert_int_equal(r.failed, rows[i].failed);
		assert_false(bind_msg(&s.binding, PPT_SHAKEN, &c, &r));
	}
}

static void a_name_is_the_display_name(void **state)
{
	static const struct {
		const char *fields;
		uint32_t caveats;
	} rows[] = {
		{ "From: \"A \\\"B\\\"\" <sip:a@a.example>\r\n", 0 },
		{ "From: \"A\" <sip:a@a.example>\r\n",
		  WARNS(RCD_NAME_DIFFERS) },
		{ "From: A <sip:a@a.example>\r\n", WARNS(RCD_NAME_DIFFERS) },
		{ "From: <sip:a@a.example>\r\n", 0 },
		{ "To: A <sip:a@a.example>\r\n", 0 },
	};
	struct claims c = { .rcd_name = SLICE("A \"B\"") };
	struct bind_result r;
	struct scene s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set(&s, *state, INVITE, rows[i].fields);
		assert_true(bind_rcd(&s.binding, PPT_RCD, &c, &r));
		assert_int_equal(r.failed, 0);
		assert_int_equal(r.caveats, rows[i].caveats);
	}
	assert_false(bind_rcd(&s.binding, PPT_SHAKEN, &c, &r));
	c.rcd_name = SLICE_NONE;
	assert_false(bind_rcd(&s.binding, PPT_RCD, &c, &r));
}

static void verstat_is_found_and_may_contradict(void **state)
{
	static const struct {
		const char *fields;
		const char *verstat;
		bool if_valid;
		bool if_not;
	} rows[] = {
		{ "From: <tel:+1201;verstat=TN-Validation-Passed>\r\n",
		  "TN-Validation-Passed", false, true },
		{ "From: tel:+1201;verstat=TN-Validation-Passed-A;tag=1\r\n",
		  "TN-Validation-Passed-A", false, true },
		{ "From: <tel:+1201;verstat=No-TN-Validation>\r\n"
		  "P-Asserted-Identity: <sip:a@a>, "
		  "<sip:+1201;verstat=tn-validation-failed@a;user=phone>\r\n",
		  "tn-validation-failed", true, false },
		{ "From: <tel:+1201;verstat=TN-Validation-Passedx>\r\n", "",
		  false, false },
		{ FROM, "", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice verstat;
		struct scene s;

		set(&s, *state, INVITE, rows[i].fields);
		verstat = binding_verstat(&s.binding);
		assert_text(verstat, rows[i].verstat);
		assert_int_equal(verstat_contradicts(verstat, true),
				 rows[i].if_valid);
		assert_int_equal(verstat_contradicts(verstat, false),
				 rows[i].if_not);
	}
}

static void more_identities_than_fit_are_left_out(void **state)
{
	struct scene s;

	set(&s, *state, INVITE,
	    "P-Asserted-Identity: <sip:1@a>,<sip:2@a>,<sip:3@a>,<sip:4@a>\r\n"
	    "P-Asserted-Identity: ,<sip:5@a>,<sip:6@a>,<sip:7@a>\r\n"
	    "P-Asserted-Identity: <sip:8@a>,<sip:9@a>\r\n");
	assert_int_equal(s.binding.pai_count, 8);
	assert_text(s.binding.pai[7], "sip:8@a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(orig_is_sought_where_the_policy_says),
		IN_MEMORY(a_detail_says_what_was_compared),
		IN_MEMORY(a_uri_claim_compares_with_the_uri),
		IN_MEMORY(dest_is_to_or_else_the_request_uri),
		IN_MEMORY(a_dest_may_be_a_uri_with_a_number),
		IN_MEMORY(a_service_is_a_dest_too),
		IN_MEMORY(of_rsp_a_request_turns_from_and_to),
		IN_MEMORY(media_keys_are_all_there_and_no_others),
		IN_MEMORY(priorities_are_the_same_set),
		IN_MEMORY(msgi_is_the_digest_of_the_body),
		IN_MEMORY(a_name_is_the_display_name),
		IN_MEMORY(verstat_is_found_and_may_contradict),
		IN_MEMORY(more_identities_than_fit_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
