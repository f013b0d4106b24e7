/* Rules about Identity: which copy broke, and who is to blame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judged.h"
#include "sipmon/call/verdict.h"

#define SIGNED     .extra = "Identity: abc\r\n"
#define SAID(call) .said = (call), .count = COUNT(call)

/* What was found out about a message, by its number. */
struct judged {
	uint32_t msg;
	enum verdict verdict;
};

struct judging {
	const struct said *said;
	size_t count;
	struct judged judged[4]; /* up to a `msg` 0 */
	bool no_trust;
	int64_t clock_s; /* that all signers are off by; 0: none known */
};

static void file_verdicts(struct store *s, const struct judging *j)
{
	for (size_t i = 0; i < 4 && j->judged[i].msg != 0; i++) {
		uint32_t id = j->judged[i].msg;
		const struct captured_msg *m = view_msg(store_view(s), id);
		struct verdict_brief b = { .verdict = j->judged[i].verdict };

		assert_true(
			store_file_verdict(s, id, m->content, m->time_ns, &b));
	}
	for (int i = 0; i < 9 && j->clock_s != 0; i++)
		store_add_age(s, j->clock_s);
}

/* Only findings about Identity; how many. */
static unsigned judge_identity(const struct judging *j, struct finding *out)
{
	struct diagnosis d = { .limits = PHASE_LIMITS_DEFAULT,
			       .no_trust = j->no_trust };
	struct finding found[FINDING_ROOM];
	struct store *s = talk_store(j->said, j->count, 100);
	const struct view *v;
	unsigned count = 0;
	unsigned n;

	assert_non_null(s);
	file_verdicts(s, j);
	v = store_view(s);
	n = diagnosis_findings(&d, v, view_find(v, SLICE("call@test")), found,
			       FINDING_ROOM);
	for (unsigned i = 0; i < n; i++)
		if (strncmp(found[i].kind, "identity-", 9) == 0)
			out[count++] = found[i];
	store_free(s);
	return count;
}

static void is_found(const struct judging *j, const char *kind, uint16_t code,
		     uint32_t first, uint32_t second, uint32_t third)
{
	struct finding found[FINDING_ROOM];
	uint32_t expected[] = { first, second, third };
	unsigned n = 0;

	assert_int_equal(judge_identity(j, found), 1);
	assert_string_equal(found[0].kind, kind);
	assert_int_equal(found[0].code, code);
	for (size_t i = 0; i < 3; i++)
		if (expected[i] != 0)
			assert_int_equal(found[0].messages[n++], expected[i]);
	assert_int_equal(found[0].message_count, n);
}

static void nothing_is_found(const struct judging *j)
{
	struct finding found[FINDING_ROOM];

	assert_int_equal(judge_identity(j, found), 0);
}

/* A signed call over three hops that is refused at the last. */
static const struct said three_hops[] = {
	SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a", SIGNED),
	SAY(1, 'P', 'Q', "INVITE", "1 INVITE", "p", SIGNED),
	SAY(2, 'Q', 'B', "INVITE", "1 INVITE", "q", SIGNED),
	SAY(9, 'B', 'Q', "438", "1 INVITE", "q", "t"),
	SAY(9, 'Q', 'P', "500", "1 INVITE", "p", "t"),
};

static void an_identity_that_a_hop_broke_names_both_copies(void **state)
{
	const struct judging last = { SAID(three_hops),
				      { { 1, VERDICT_VALID },
					{ 2, VERDICT_VALID },
					{ 3, VERDICT_ORIG_MISMATCH } } };
	const struct judging middle = { SAID(three_hops),
					{ { 1, VERDICT_VALID },
					  { 2, VERDICT_SIGNATURE_INVALID },
					  { 3, VERDICT_SIGNATURE_INVALID } } };
	const struct judging certificate = { SAID(three_hops),
					     { { 1, VERDICT_VALID },
					       { 2, VERDICT_CERT_EXPIRED } } };

	(void)state;
	is_found(&last, "identity-broken-by-hop", 438, 2, 3, 4);
	is_found(&middle, "identity-broken-by-hop", 438, 1, 2, 0);
	is_found(&certificate, "identity-broken-by-hop", 437, 1, 2, 0);
}

static void what_holds_everywhere_or_cannot_be_told_is_not_broken(void **state)
{
	const struct judging valid = { SAID(three_hops),
				       { { 1, VERDICT_VALID },
					 { 2, VERDICT_VALID },
					 { 3, VERDICT_VALID } } };
	const struct judging unknown = { SAID(three_hops),
					 { { 1, VERDICT_VALID },
					   { 2, VERDICT_CERT_UNAVAILABLE },
					   { 3, VERDICT_CERT_UNAVAILABLE } } };
	const struct judging waiting = { SAID(three_hops),
					 { { 3, VERDICT_SIGNATURE_INVALID } } };

	(void)state;
	nothing_is_found(&valid);
	nothing_is_found(&unknown);
	/* It may have been broken before, or on the way. */
	nothing_is_found(&waiting);
}

static void an_identity_that_was_taken_away_is_broken_by_a_hop(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a", SIGNED),
		SAY(1, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(9, 'B', 'P', "428", "1 INVITE", "p", "t"),
	};
	const struct judging held = { SAID(call), { { 1, VERDICT_VALID } } };
	const struct judging waiting = { SAID(call) };

	(void)state;
	is_found(&held, "identity-broken-by-hop", 428, 1, 2, 3);
	/* Taken away all the same, so that the caller lacks nothing. */
	nothing_is_found(&waiting);
}

static void an_identity_that_holds_nowhere_is_its_signers_fault(void **state)
{
	const struct judging bad = { SAID(three_hops),
				     { { 1, VERDICT_SIGNATURE_INVALID },
				       { 2, VERDICT_SIGNATURE_INVALID },
				       { 3, VERDICT_SIGNATURE_INVALID } } };
	const struct judging mended = { SAID(three_hops),
					{ { 1, VERDICT_CLAIM_MISSING },
					  { 2, VERDICT_VALID },
					  { 3, VERDICT_VALID } } };
	const struct judging late = { SAID(three_hops),
				      { { 1, VERDICT_CERT_UNAVAILABLE },
					{ 2, VERDICT_SIGNATURE_INVALID } } };

	(void)state;
	is_found(&bad, "identity-invalid", 438, 1, 0, 0);
	is_found(&mended, "identity-invalid", 438, 1, 0, 0);
	nothing_is_found(&late);
}

static void a_certificate_that_is_accepted_nowhere_is_untrusted(void **state)
{
	const struct judging expired = { SAID(three_hops),
					 { { 1, VERDICT_CERT_EXPIRED },
					   { 2, VERDICT_CERT_EXPIRED } } };
	const struct judging stranger = { SAID(three_hops),
					  { { 1, VERDICT_CERT_UNTRUSTED } } };
	const struct judging no_trust = { SAID(three_hops),
					  { { 1, VERDICT_CERT_UNTRUSTED } },
					  .no_trust = true };
	const struct judging revoked = { SAID(three_hops),
					 { { 1, VERDICT_CERT_REVOKED } },
					 .no_trust = true };
	const struct judging again = { SAID(three_hops),
				       { { 1, VERDICT_CERT_EXPIRED },
					 { 2, VERDICT_VALID } } };

	(void)state;
	is_found(&expired, "identity-untrusted", 437, 1, 0, 0);
	is_found(&stranger, "identity-untrusted", 437, 1, 0, 0);
	nothing_is_found(&no_trust);
	is_found(&revoked, "identity-untrusted", 437, 1, 0, 0);
	nothing_is_found(&again);
}

static void a_stale_identity_is_found_unless_the_clock_is_to_blame(void **state)
{
	struct judging stale = { SAID(three_hops),
				 { { 1, VERDICT_IAT_STALE } } };
	struct judging ahead = { SAID(three_hops),
				 { { 2, VERDICT_DATE_FUTURE } } };
	const struct judging delayed = { SAID(three_hops),
					 { { 1, VERDICT_VALID },
					   { 2, VERDICT_VALID },
					   { 3, VERDICT_IAT_STALE } } };
	/* Too late, and changed further on: it was not seen to hold there. */
	const struct judging worse = { SAID(three_hops),
				       { { 1, VERDICT_VALID },
					 { 2, VERDICT_IAT_STALE },
					 { 3, VERDICT_ORIG_MISMATCH } } };

	(void)state;
	is_found(&stale, "identity-stale", 403, 1, 0, 0);
	is_found(&ahead, "identity-stale", 403, 2, 0, 0);
	is_found(&worse, "identity-stale", 403, 2, 0, 0);
	is_found(&delayed, "identity-stale", 438, 3, 4, 0);
	stale.clock_s = 300;
	ahead.clock_s = 300;
	nothing_is_found(&stale);
	is_found(&ahead, "identity-stale", 403, 2, 0, 0);
	stale.clock_s = -300;
	ahead.clock_s = -300;
	is_found(&stale, "identity-stale", 403, 1, 0, 0);
	nothing_is_found(&ahead);
}

/* 403 says much else. */
static void only_a_refusal_for_the_identity_is_named(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a", SIGNED),
		SAY(9, 'B', 'A', "403", "1 INVITE", "a", "t"),
	};
	const struct judging stale = { SAID(call),
				       { { 1, VERDICT_IAT_STALE } } };
	const struct judging invalid = { SAID(call),
					 { { 1, VERDICT_ORIG_MISMATCH } } };

	(void)state;
	is_found(&stale, "identity-stale", 403, 1, 2, 0);
	is_found(&invalid, "identity-invalid", 438, 1, 0, 0);
}

static void
a_428_to_a_request_without_identity_tells_that_it_is_missing(void **state)
{
	static const struct said bare[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(9, 'B', 'A', "428", "1 INVITE", "a", "t"),
	};
	static const struct said message[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(9, 'B', 'A', "428", "1 MESSAGE", "a", "t"),
	};
	static const struct said signed_all_the_same[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a", SIGNED),
		SAY(9, 'B', 'A', "428", "1 INVITE", "a", "t"),
	};
	static const struct said refused[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(9, 'B', 'A', "438", "1 INVITE", "a", "t"),
	};
	const struct judging rows[] = {
		{ SAID(bare) },
		{ SAID(message) },
		{ SAID(signed_all_the_same) },
		{ SAID(refused) },
	};

	(void)state;
	is_found(&rows[0], "identity-missing", 428, 1, 2, 0);
	is_found(&rows[1], "identity-missing", 428, 1, 2, 0);
	nothing_is_found(&rows[2]);
	nothing_is_found(&rows[3]);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identity_that_a_hop_broke_names_both_copies),
		cmocka_unit_test(what_holds_everywhere_or_cannot_be_told_is_not_broken),
		cmocka_unit_test(an_identity_that_was_taken_away_is_broken_by_a_hop),
		cmocka_unit_test(an_identity_that_holds_nowhere_is_its_signers_fault),
		cmocka_unit_test(a_certificate_that_is_accepted_nowhere_is_untrusted),
		cmocka_unit_test(a_stale_identity_is_found_unless_the_clock_is_to_blame),
		cmocka_unit_test(only_a_refusal_for_the_identity_is_named),
		cmocka_unit_test(a_428_to_a_request_without_identity_tells_that_it_is_missing),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
