/* The filter language, over calls made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../analyse/talk.h"
#include "sipmon/analyse/diagnosis.h"
#include "sipmon/call/query.h"
#include "sipmon/call/verdict.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/*
 * "call@test": alice calls bob over UDP; rings from 2500 to 5000 ms, talks
 * for 30 s; 8 messages in 35.04 s.
 */
static const struct said answered[] = {
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
	SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
	SAY(2500, 'B', 'A', "180", "1 INVITE", "a", "t"),
	SAY(5000, 'B', 'A', "200", "1 INVITE", "a", "t"),
	SAY(5010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	SAY(5510, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	SAY(35000, 'A', 'B', "BYE", "2 BYE", "c", "t"),
	SAY(35040, 'B', 'A', "200", "2 BYE", "c", "t"),
};

static const struct said pending[] = {
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a",
	    .extra = "Identity: abc\r\n"),
	SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
};

static bool matches(const struct said *list, size_t count, int64_t now_ms,
		    const char *text)
{
	struct diagnosis d = { .limits = PHASE_LIMITS_DEFAULT };
	struct store *s = talk_store(list, count, now_ms);
	struct query *q = NULL;
	struct problem problem = { "" };
	const struct view *v;
	bool yes;

	assert_non_null(s);
	if (query_parse(&q, slice_of(text), diagnosis_findings, &d, &problem) !=
	    ERR_OK)
		fail_msg("%s: %s", text, problem.text);
	v = store_view(s);
	yes = query_matches(q, v, view_first(v));
	query_free(q);
	store_free(s);
	return yes;
}

static void all_match(const char *const *list, size_t count, bool expected)
{
	for (size_t i = 0; i < count; i++)
		if (matches(answered, COUNT(answered), 35040, list[i]) !=
		    expected)
			fail_msg("%s is not %s", list[i],
				 expected ? "true" : "false");
}

static void what_is_so_matches(void **state)
{
	static const char *const list[] = {
		"method == INVITE",
		"method == invite",
		"method != BYE",
		"method contains vit",
		"state == completed",
		"state != early",
		"code == 180",
		"code >= 200",
		"code < 150",
		"code != 486",
		"final == 200",
		"from == alice",
		"from contains LIC",
		"to == bob",
		"callid == call@test",
		"callid =~ \"^call@\"",
		"callid =~ \"^c.l{2}@(x|test)$\"",
		"to =~ B.B",
		"source == 192.0.2.1",
		"source == 192.0.2.1:5060",
		"source != 192.0.2.2",
		"destination == 192.0.2.2",
		"destination contains 0.2.2:50",
		"transport == udp",
		"messages == 8",
		"messages > 7",
		"messages >= 8",
		"messages <= 8",
		"retransmissions == 1",
		"pdd == 2.5",
		"pdd > 2.499999999",
		"pdd>2.4 and pdd<2.6",
		"setup == 5",
		"setup >= 5.0",
		"talk == 30",
		"duration == 35.04",
		"age >= 35.04 and age < 3600",
		"ring == 2.5",
		"ring > .5",
		"trying == 0.01",
		"teardown == 0.04",
		"peer == 192.0.2.2",
		"peer == 192.0.2.2:5060",
		"",
		"  \t",
	};

	(void)state;
	all_match(list, COUNT(list), true);
}

static void what_is_not_so_does_not_match(void **state)
{
	static const char *const list[] = {
		"method == BYE",
		"method != INVITE",
		"state == early",
		"code == 486",
		"code != 200",
		"code > 200",
		"final == 180",
		"from == alic",
		"from contains bob",
		"to =~ \"^ob\"",
		"source == 192.0.2.2",
		"source == 192.0.2",
		"source == 192.0.2.1:5061",
		"source != 192.0.2.1",
		"peer == 192.0.2.1",
		"agent == anything",
		"failure > 0",
		"transport == tcp",
		"messages < 8",
		"pdd > 2.5",
		"age < 35.04",
		"pdd < 2.5",
		"pdd != 2.5",
		"talk > 30.000000001",
		"finding",
		"finding == stuck-in-trying",
		"malformed",
		"identity",
		"stuck",
	};

	(void)state;
	all_match(list, COUNT(list), false);
}

static void and_binds_closer_than_or_and_not_closest(void **state)
{
	static const char *const yes[] = {
		"alice or nobody and nobody",
		"nobody and nobody or alice",
		"not nobody and alice",
		"not nobody or nobody",
		"not (nobody or nobody)",
		"not (alice and nobody)",
		"!nobody && alice || nobody",
		"! ! alice",
		"not not not nobody",
		"(alice)",
		"((alice) and (bob))",
		"nobody or nobody or alice",
		"alice AND bob",
		"alice and not method == BYE",
		"alice and !(code == 486 or code == 603)",
	};
	static const char *const no[] = {
		"(alice or nobody) and nobody", "alice and nobody",
		"nobody and nobody or nobody",  "not alice or nobody",
		"not (alice or nobody)",        "!alice",
		"not (nobody) and nobody",
	};

	(void)state;
	all_match(yes, COUNT(yes), true);
	all_match(no, COUNT(no), false);
}

static void a_lone_word_is_looked_for_in_from_to_and_callid(void **state)
{
	static const char *const yes[] = { "ALI", "bo", "@TEST", "\"call@\"",
					   "\"\"" };
	static const char *const no[] = { "carol", "INVITE", "200",
					  "\"alice \"" };

	(void)state;
	all_match(yes, COUNT(yes), true);
	all_match(no, COUNT(no), false);
}

static void what_is_unknown_equals_nothing(void **state)
{
	static const char *const no[] = {
		"final == 0", "final >= 0",    "pdd >= 0",
		"pdd == 0",   "talk < 100000", "setup <= 99999",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(matches(pending, COUNT(pending), 20, no[i]));
	assert_true(matches(pending, COUNT(pending), 20, "final != 200"));
	assert_true(matches(pending, COUNT(pending), 20, "identity"));
}

static void findings_and_stuck_ask_who_finds(void **state)
{
	(void)state;
	assert_false(matches(pending, COUNT(pending), 5009, "stuck"));
	assert_true(matches(pending, COUNT(pending), 5010, "stuck"));
	assert_true(matches(pending, COUNT(pending), 5010, "finding"));
	assert_true(matches(pending, COUNT(pending), 5010,
			    "finding == Stuck-in-trying"));
	assert_true(matches(pending, COUNT(pending), 5010,
			    "finding =~ \"^stuck\""));
	assert_false(matches(pending, COUNT(pending), 5010,
			     "finding != stuck-in-trying"));
	assert_false(matches(pending, COUNT(pending), 5010, "finding == loop"));
}

static void without_a_finder_stuck_has_the_usual_limits(void **state)
{
	struct store *s = talk_store(pending, COUNT(pending), 5010);
	const struct view *v = store_view(s);
	struct problem problem;
	struct query *q = NULL;

	(void)state;
	assert_int_equal(query_parse(&q, SLICE("stuck and not finding"), NULL,
				     NULL, &problem),
			 ERR_OK);
	assert_true(query_matches(q, v, view_first(v)));
	query_free(q);
	store_free(s);
}

static void escapes_leave_patterns_readable(void **state)
{
	static const struct said call[] = {
		SAY_IN("a\"b\\c1", 0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
	};

	(void)state;
	assert_true(matches(call, 1, 0, "callid == \"a\\\"b\\\\c1\""));
	assert_true(matches(call, 1, 0, "callid =~ \"c\\d$\""));
	assert_false(matches(call, 1, 0, "callid =~ \"c\\D$\""));
}

/* ---- Identity */

static const struct said two_hops[] = {
	SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a",
	    .extra = "Identity: abc\r\n"),
	SAY(1, 'P', 'B', "INVITE", "1 INVITE", "b",
	    .extra = "Identity: abc\r\n"),
};

/* The first is valid, of SHAKEN 709J with attestation B; the second is not. */
static struct store *judged_store(void)
{
	struct store *s = talk_store(two_hops, COUNT(two_hops), 20);
	const struct signer signer = { .name = "Provider Ltd", .spc = "709J" };
	struct verdict_brief good = { .verdict = VERDICT_VALID,
				      .attest = ATTEST_B };
	struct verdict_brief bad = { .verdict = VERDICT_ORIG_MISMATCH,
				     .attest = ATTEST_B };
	const struct captured_msg *m;

	assert_non_null(s);
	good.signer = store_signer(s, &signer);
	m = view_msg(store_view(s), 1);
	assert_true(store_file_verdict(s, 1, m->content, m->time_ns, &good));
	m = view_msg(store_view(s), 2);
	assert_true(store_file_verdict(s, 2, m->content, m->time_ns, &bad));
	return s;
}

static bool judged_matches(const struct store *s, const char *text)
{
	const struct view *v = store_view(s);
	struct problem problem = { "" };
	struct query *q = NULL;
	bool yes;

	if (query_parse(&q, slice_of(text), NULL, NULL, &problem) != ERR_OK)
		fail_msg("%s: %s", text, problem.text);
	yes = query_matches(q, v, view_first(v));
	query_free(q);
	return yes;
}

static void what_became_of_an_identity_can_be_asked(void **state)
{
	static const char *const yes[] = {
		"identity",
		"verdict == ORIG_MISMATCH",
		"verdict == orig_mismatch",
		"verdict != VALID",
		"verdict contains mismatch",
		"attest == B",
		"attest != A",
		"signer contains provider",
		"signer == \"Provider Ltd\"",
		"signer == 709j",
		"signer =~ \"^709\"",
		"signer != 777X",
		"brokenby == 192.0.2.16",
		"brokenby == 192.0.2.16:5060",
		"brokenby contains 2.16",
	};
	static const char *const no[] = {
		"verdict == VALID",
		"verdict != ORIG_MISMATCH",
		"attest == A",
		"attest != B",
		"signer == 709",
		"signer contains stranger",
		"brokenby == 192.0.2.1",
		"brokenby == 192.0.2.16:5061",
		"brokenby != 192.0.2.16",
	};
	struct store *s = judged_store();

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!judged_matches(s, yes[i]))
			fail_msg("%s is not true", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		if (judged_matches(s, no[i]))
			fail_msg("%s is not false", no[i]);
	store_free(s);
}

static void before_it_is_judged_an_identity_equals_nothing(void **state)
{
	static const char *const no[] = {
		"verdict contains \"\"",
		"attest contains \"\"",
		"signer contains \"\"",
		"brokenby contains \"\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(matches(two_hops, COUNT(two_hops), 20, no[i]));
	for (size_t i = 1; i < COUNT(no); i++)
		assert_false(matches(answered, COUNT(answered), 35040, no[i]));
	assert_true(matches(answered, COUNT(answered), 35040,
			    "verdict == NO_IDENTITY"));
}

static void a_long_list_of_words_is_begun(void **state)
{
	struct problem problem = { "" };
	struct query *q = NULL;
	size_t len;

	(void)state;
	assert_int_equal(query_parse(&q, SLICE("verdict == GREEN"), NULL, NULL,
				     &problem),
			 ERR_MALFORMED);
	assert_non_null(strstr(problem.text,
			       "character 12: 'GREEN' is no verdict; there are "
			       "MALFORMED_HEADER TOO_LARGE "));
	len = strlen(problem.text);
	assert_string_equal(problem.text + len - 4, " ...");
	assert_int_equal(
		query_parse(&q, SLICE("attest == D"), NULL, NULL, &problem),
		ERR_MALFORMED);
	assert_string_equal(problem.text, "character 11: 'D' is no attest; "
					  "there are A B C");
}

/* (a*)*b over 40 a's asks for more than the match limit. */
static void a_pattern_past_its_limit_matches_nothing(void **state)
{
	static const struct said call[] = {
		SAY_IN("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 'A', 'B',
		       "OPTIONS", "1 OPTIONS", "a"),
	};

	(void)state;
	assert_true(matches(call, 1, 0, "callid =~ \"^a+$\""));
	assert_false(matches(call, 1, 0, "callid =~ \"^(a|aa|a)+[^a]$\""));
	assert_false(matches(call, 1, 0, "not callid =~ \"^(a|aa|a)+[^a]$\""));
}

static void errors_name_the_character(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {
		{ "method =", "character 8: '=' alone compares nothing, "
			      "write '=='" },
		{ "method ==", "character 10: a value is missing here" },
		{ "colour == red", "character 1: 'colour' is no field" },
		{ "alice bob", "character 7: 'and' or 'or' is missing here" },
		{ "alice and", "character 10: a condition is missing here" },
		{ "and alice", "character 1: a condition is missing here" },
		{ "(alice", "character 1: this '(' is never closed" },
		{ "alice)", "character 6: no '(' belongs to this ')'" },
		{ "()", "character 2: a condition is missing here" },
		{ "from == \"x", "character 9: the closing '\"' is missing" },
		{ "code == many", "character 9: 'many' is no number" },
		{ "pdd > 2,5", "character 7: '2,5' is no number of seconds" },
		{ "pdd > 2.", "character 7: '2.' is no number of seconds" },
		{ "messages == 4294967296",
		  "character 13: '4294967296' is no number" },
		{ "from > 5", "character 6: 'from' is a text and goes with "
			      "== != contains =~" },
		{ "code contains 4", "character 6: 'code' is a number and "
				     "goes with == != < <= > >=" },
		{ "stuck == 1", "character 7: 'stuck' stands alone and is not "
				"compared" },
		{ "messages", "character 1: 'messages' needs a comparison: "
			      "== != < <= > >=" },
		{ "transport == upd", "character 14: 'upd' is no transport; "
				      "there are udp tcp tls ws wss sctp" },
		{ "alice & bob", "character 7: '&' alone means nothing, write "
				 "'and' or '&&'" },
		{ "== 5", "character 1: '==' has no field before it" },
		{ "\xc4\x91\xe1\xbb\x93 x", "character 4: 'and' or 'or' is "
					    "missing here" },
		{ "from == x\x1b[2J and (", "character 20: a condition is "
					    "missing here" },
		{ "x\x1b[2J == 5", "character 1: 'x\\x1b[2J' is no field" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem problem = { "" };
		struct query *q = NULL;

		assert_int_equal(query_parse(&q, slice_of(cases[i].text), NULL,
					     NULL, &problem),
				 ERR_MALFORMED);
		assert_null(q);
		assert_string_equal(problem.text, cases[i].expected);
	}
}

static void a_broken_pattern_says_where(void **state)
{
	struct problem problem;
	struct query *q = NULL;

	(void)state;
	assert_int_equal(
		query_parse(&q, SLICE("to =~ \"a(b\""), NULL, NULL, &problem),
		ERR_MALFORMED);
	assert_non_null(strstr(problem.text, "character 7: the pattern"));
	assert_non_null(strstr(problem.text, "parenthesis"));
}

static enum err parse_repeated(const char *before, char repeated, size_t count,
			       const char *behind)
{
	struct problem problem;
	struct query *q = NULL;
	struct buf text;
	enum err err;

	buf_init(&text, 100000);
	buf_add_text(&text, before);
	for (size_t i = 0; i < count; i++)
		buf_add_char(&text, repeated);
	buf_add_text(&text, behind);
	err = query_parse(&q, buf_slice(&text), NULL, NULL, &problem);
	query_free(q);
	buf_free(&text);
	return err;
}

static void nesting_and_length_are_bounded(void **state)
{
	char closing[65];

	(void)state;
	memset(closing, ')', 64);
	closing[64] = '\0';
	assert_int_equal(parse_repeated("", 'a', 4096, ""), ERR_OK);
	assert_int_equal(parse_repeated("", 'a', 4097, ""), ERR_MALFORMED);
	assert_int_equal(parse_repeated("a", ' ', 4095, ""), ERR_OK);
	assert_int_equal(parse_repeated("", '!', 4095, "a"), ERR_OK);
	assert_int_equal(parse_repeated("a and ", '(', 4000, "a"),
			 ERR_MALFORMED);
	assert_int_equal(parse_repeated("", '(', 64, "a"), ERR_MALFORMED);
	{
		char deep[200];

		(void)snprintf(deep, sizeof(deep), "a%s", closing);
		assert_int_equal(parse_repeated("", '(', 64, deep), ERR_OK);
		(void)snprintf(deep, sizeof(deep), "(a%s)", closing);
		assert_int_equal(parse_repeated("", '(', 64, deep),
				 ERR_MALFORMED);
	}
}

static void every_field_has_a_name_and_help_with_an_example(void **state)
{
	unsigned n = 0;

	(void)state;
	for (; query_field_name(n) != NULL; n++) {
		const char *example = strstr(query_field_help(n), ": ");
		struct problem problem;
		struct query *q = NULL;

		if (example == NULL)
			example = query_field_name(n);
		else
			example += 2;
		assert_non_null(strstr(example, query_field_name(n)));
		assert_int_equal(query_parse(&q, slice_of(example), NULL, NULL,
					     &problem),
				 ERR_OK);
		query_free(q);
	}
	assert_int_equal(n, 31);
	assert_null(query_field_help(n));
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_so_matches),
		cmocka_unit_test(what_is_not_so_does_not_match),
		cmocka_unit_test(and_binds_closer_than_or_and_not_closest),
		cmocka_unit_test(a_lone_word_is_looked_for_in_from_to_and_callid),
		cmocka_unit_test(what_is_unknown_equals_nothing),
		cmocka_unit_test(findings_and_stuck_ask_who_finds),
		cmocka_unit_test(without_a_finder_stuck_has_the_usual_limits),
		cmocka_unit_test(escapes_leave_patterns_readable),
		cmocka_unit_test(what_became_of_an_identity_can_be_asked),
		cmocka_unit_test(before_it_is_judged_an_identity_equals_nothing),
		cmocka_unit_test(a_long_list_of_words_is_begun),
		cmocka_unit_test(a_pattern_past_its_limit_matches_nothing),
		cmocka_unit_test(errors_name_the_character),
		cmocka_unit_test(a_broken_pattern_says_where),
		cmocka_unit_test(nesting_and_length_are_bounded),
		cmocka_unit_test(every_field_has_a_name_and_help_with_an_example),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
