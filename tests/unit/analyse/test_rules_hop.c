/* Rules about elements between two hops: A, the proxies P and Q, and B. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judged.h"

#define BELOW(branch)                                                          \
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK" branch "\r\n"

#define IN(ms, what)   SAY(ms, 'A', 'P', what, "1 " what, "i")
#define OUT(ms, what)  SAY(ms, 'P', 'B', what, "1 " what, "o", .extra = VIA_I)
#define VIA_I          BELOW("i")
#define TRYING(ms)     SAY(ms, 'P', 'A', "100", "1 INVITE", "i")
#define CAME(ms, code) SAY(ms, 'B', 'P', code, "1 INVITE", "o", "t", VIA_I)
#define WENT(ms, code) SAY(ms, 'P', 'A', code, "1 INVITE", "i", "t")

static void is_slow(const struct finding *f, int64_t ms, uint32_t in,
		    uint32_t out)
{
	struct endpoint p = talk_endpoint('P');

	assert_int_equal(f->severity, FINDING_WARNING);
	assert_int_equal(f->lasted_ns, ms * INT64_C(1000000));
	assert_true(endpoint_eq(&f->element, &p));
	names(f, in, out, 0, 0);
}

/* ---- slow-hop */

static void an_invite_without_a_100_has_to_pass_within_t1(void **state)
{
	static const struct said slow[] = {
		IN(0, "INVITE"),
		OUT(501, "INVITE"),
		CAME(510, "486"),
	};
	static const struct said quick[] = {
		IN(0, "INVITE"),
		OUT(500, "INVITE"),
		CAME(510, "486"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(quick, 600, "slow-hop"));
	assert_true(HAS(slow, 600, "slow-hop"));
	is_slow(&f, 501, 1, 2);
}

static void who_has_said_100_may_look_for_2_s(void **state)
{
	static const struct said slow[] = {
		IN(0, "INVITE"),
		TRYING(10),
		OUT(2001, "INVITE"),
		WENT(2900, "180"),
	};
	static const struct said quick[] = {
		IN(0, "INVITE"),
		TRYING(10),
		OUT(2000, "INVITE"),
	};
	/* Who says that the call waits may wait as well. */
	static const struct said queued[] = {
		IN(0, "INVITE"),
		TRYING(10),
		WENT(20, "182"),
		OUT(9000, "INVITE"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(quick, 3000, "slow-hop"));
	assert_false(HAS(queued, 9500, "slow-hop"));
	assert_true(HAS(slow, 3000, "slow-hop"));
	is_slow(&f, 2001, 1, 3);
}

static void a_2xx_a_bye_and_an_ack_have_to_pass_within_t1(void **state)
{
	static const struct said answer[] = {
		IN(0, "INVITE"),   TRYING(1),         OUT(2, "INVITE"),
		CAME(1000, "200"), WENT(1600, "200"),
	};
	static const struct said bye[] = {
		IN(0, "BYE"),
		OUT(600, "BYE"),
	};
	/* The callee repeats its 200 after T1, so that it waits in truth. */
	static const struct said ack[] = {
		IN(0, "INVITE"),
		TRYING(1),
		OUT(2, "INVITE"),
		CAME(1000, "200"),
		WENT(1001, "200"),
		SAY(1020, 'A', 'P', "ACK", "1 ACK", "k", "t"),
		CAME(1500, "200"),
		SAY(1620, 'P', 'B', "ACK", "1 ACK", "l", "t", BELOW("k")),
	};
	static const struct said no_copy[] = {
		IN(0, "INVITE"),
		TRYING(1),
		OUT(2, "INVITE"),
		CAME(1000, "200"),
		WENT(1001, "200"),
		SAY(1020, 'A', 'P', "ACK", "1 ACK", "k", "t"),
		SAY(1620, 'P', 'B', "ACK", "1 ACK", "l", "t", BELOW("k")),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(HAS(answer, 3000, "slow-hop"));
	assert_int_equal(f.code, 200);
	is_slow(&f, 600, 4, 5);
	assert_true(HAS(bye, 3000, "slow-hop"));
	is_slow(&f, 600, 1, 2);
	assert_true(HAS(ack, 3000, "slow-hop"));
	is_slow(&f, 600, 6, 8);
	assert_false(HAS(no_copy, 3000, "slow-hop"));
}

static void what_leaves_right_behind_a_copy_was_lost_and_not_slow(void **state)
{
	static const struct said lost[] = {
		IN(0, "BYE"),
		IN(600, "BYE"),
		OUT(605, "BYE"),
	};
	static const struct said slow[] = {
		IN(0, "BYE"),
		IN(600, "BYE"),
		OUT(705, "BYE"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(lost, 3000, "slow-hop"));
	assert_true(HAS(slow, 3000, "slow-hop"));
	is_slow(&f, 705, 1, 3);
}

static void a_search_of_one_target_after_the_other_is_not_slow(void **state)
{
	static const struct said search[] = {
		IN(0, "INVITE"),
		TRYING(10),
		OUT(20, "INVITE"),
		CAME(3000, "486"),
		SAY(3010, 'P', 'C', "INVITE", "1 INVITE", "o2", .extra = VIA_I),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(search, 4000, "slow-hop"));
}

/* ---- answer-lost */

static void a_lost_answer_names_the_element_between(void **state)
{
	static const struct said call[] = {
		IN(0, "INVITE"),
		TRYING(5),
		OUT(6, "INVITE"),
		CAME(3000, "200"),
	};
	struct endpoint p = talk_endpoint('P');
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(HAS(call, 40000, "answer-lost"));
	assert_true(endpoint_eq(&f.element, &p));
}

/* ---- number-changed, loop */

/* A request with a number in its Request-URI, its From or its To. */
struct numbered {
	const char *uri;
	const char *from;
	const char *to;
};

static void say_numbered(struct store *s, const struct numbered *n, bool out)
{
	const struct said m = { .ms = out ? 5 : 0,
				.from = out ? 'P' : 'A',
				.to = out ? 'B' : 'P' };
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "INVITE sip:%s@example.com SIP/2.0\r\n"
		       "Via: SIP/2.0/UDP host;branch=z9hG4bK%s\r\n%s"
		       "Max-Forwards: %s\r\n"
		       "From: <sip:%s@example.com>;tag=f1\r\n"
		       "To: <sip:%s@example.com>\r\n"
		       "Call-ID: call@test\r\n"
		       "CSeq: 1 INVITE\r\n"
		       "Content-Length: 0\r\n\r\n",
		       n->uri, out ? "o" : "i", out ? VIA_I : "",
		       out ? "69" : "70", n->from, n->to);
	talk_push(s, &m, text);
}

static bool is_renumbered(const struct numbered *in, const struct numbered *out,
			  struct finding *f)
{
	struct store_options options = { .memory_bytes = 0 };
	struct store *s = NULL;
	bool found;

	assert_int_equal(store_new(&s, &options), ERR_OK);
	say_numbered(s, in, false);
	say_numbered(s, out, true);
	found = store_has(s, "number-changed", f);
	store_free(s);
	return found;
}

static void a_number_in_another_form_was_changed(void **state)
{
	static const struct {
		struct numbered out;
		bool changed;
	} rows[] = {
		{ { "+493012345678", "+4989123456", "+493012345678" }, false },
		{ { "03012345678", "+4989123456", "+493012345678" }, true },
		{ { "+493012345678", "004989123456", "+493012345678" }, true },
		{ { "+493012345678", "089123456", "+493012345678" }, true },
		{ { "+493012345678", "+4989123456", "03012345678" }, true },
		/* another number */
		{ { "+498998765432", "+4989123456", "+493012345678" }, false },
		{ { "bob", "+4989123456", "+493012345678" }, false },
	};
	const struct numbered in = rows[0].out;
	struct endpoint p = talk_endpoint('P');

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct finding f = { .kind = "" };

		assert_int_equal(is_renumbered(&in, &rows[i].out, &f),
				 rows[i].changed);
		if (!rows[i].changed)
			continue;
		assert_int_equal(f.severity, FINDING_NOTE);
		assert_true(endpoint_eq(&f.element, &p));
		names(&f, 1, 2, 0, 0);
	}
}

static void what_is_no_telephone_number_is_left_alone(void **state)
{
	const struct numbered in = { "100", "201", "100" };
	const struct numbered out = { "0100", "0201", "0100" };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(is_renumbered(&in, &out, &f));
}

/* Lap `n` of a circle A > B; the Vias below are those of the laps before. */
static void say_lap(struct store *s, unsigned n, const char *uri,
		    unsigned max_forwards, const char *below)
{
	const struct said m = { .ms = 10 * (int64_t)n, .from = 'A', .to = 'B' };
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "INVITE %s SIP/2.0\r\n"
		       "Via: SIP/2.0/UDP host;branch=z9hG4bKlap%u\r\n%s"
		       "Max-Forwards: %u\r\n"
		       "From: <sip:a@example.com>;tag=f1\r\n"
		       "To: <sip:b@example.com>\r\n"
		       "Call-ID: call@test\r\n"
		       "CSeq: 1 INVITE\r\n"
		       "Content-Length: 0\r\n\r\n",
		       uri, n, below, max_forwards);
	talk_push(s, &m, text);
}

struct lap {
	const char *uri;
	unsigned max_forwards;
	const char *below;
};

static bool is_loop(const struct lap *laps, unsigned count, struct finding *f)
{
	struct store_options options = { .memory_bytes = 0 };
	struct store *s = NULL;
	bool found;

	assert_int_equal(store_new(&s, &options), ERR_OK);
	for (unsigned i = 0; i < count; i++)
		say_lap(s, i, laps[i].uri, laps[i].max_forwards, laps[i].below);
	found = store_has(s, "loop", f);
	store_free(s);
	return found;
}

#define TARGET "sip:b@example.com"
#define LAP_0  BELOW("lap0")
#define LAP_1  BELOW("lap1")

static void a_request_that_comes_by_three_times_goes_round(void **state)
{
	static const struct lap laps[] = {
		{ TARGET, 70, "" },
		{ TARGET, 68, LAP_0 },
		{ TARGET, 66, LAP_1 LAP_0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(is_loop(laps, 2, &f));
	assert_true(is_loop(laps, 3, &f));
	assert_int_equal(f.severity, FINDING_ERROR);
	assert_int_equal(f.code, 0);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.lasted_ns, 20000000);
	names(&f, 1, 2, 3, 0);
}

static void copies_that_did_not_come_back_are_no_loop(void **state)
{
	static const struct lap spiral[] = {
		{ TARGET, 70, "" },
		{ "sip:c@example.com", 68, LAP_0 },
		{ "sip:d@example.com", 66, LAP_1 LAP_0 },
	};
	static const struct lap fork[] = {
		{ TARGET, 70, BELOW("x") },
		{ TARGET, 70, BELOW("x") },
		{ TARGET, 70, BELOW("x") },
	};
	static const struct lap strangers[] = {
		{ TARGET, 70, "" },
		{ TARGET, 68, BELOW("x") },
		{ TARGET, 66, BELOW("x") BELOW("y") },
	};
	static const struct lap not_falling[] = {
		{ TARGET, 70, "" },
		{ TARGET, 70, LAP_0 },
		{ TARGET, 70, LAP_1 LAP_0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(is_loop(spiral, 3, &f));
	assert_false(is_loop(fork, 3, &f));
	assert_false(is_loop(strangers, 3, &f));
	assert_false(is_loop(not_falling, 3, &f));
}

/* The proxy P forks to Q and R, and both send it to U: it refuses the second
 * (RFC 3261 section 8.2.2.2), and P gets to know. */
#define FORKED_TO_U                                                            \
	SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),                           \
		SAY(1, 'P', 'Q', "INVITE", "1 INVITE", "q", NULL, BELOW("a")), \
		SAY(1, 'P', 'R', "INVITE", "1 INVITE", "r", NULL, BELOW("a")), \
		SAY(2, 'Q', 'U', "INVITE", "1 INVITE", "x", NULL,              \
		    BELOW("q") BELOW("a"))

static void branches_that_meet_again_are_no_loop(void **state)
{
	static const struct said merged[] = {
		FORKED_TO_U,
		SAY(3, 'R', 'U', "INVITE", "1 INVITE", "y", NULL,
		    BELOW("r") BELOW("a")),
		SAY(4, 'U', 'R', "482", "1 INVITE", "y", "t"),
		SAY(5, 'R', 'P', "482", "1 INVITE", "r", "t"),
	};
	/* U sends it to R, and R back to U. */
	static const struct said circle[] = {
		FORKED_TO_U,
		SAY(3, 'U', 'R', "INVITE", "1 INVITE", "u", NULL,
		    BELOW("x") BELOW("q") BELOW("a")),
		SAY(4, 'R', 'U', "INVITE", "1 INVITE", "y", NULL,
		    BELOW("u") BELOW("x") BELOW("q") BELOW("a")),
		SAY(5, 'U', 'R', "482", "1 INVITE", "y", "t"),
		SAY(6, 'R', 'U', "482", "1 INVITE", "u", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(merged, COUNT(merged), 100, "loop", &f));
	assert_true(has(circle, COUNT(circle), 100, "loop", &f));
	assert_int_equal(f.code, 482);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_invite_without_a_100_has_to_pass_within_t1),
		cmocka_unit_test(who_has_said_100_may_look_for_2_s),
		cmocka_unit_test(a_2xx_a_bye_and_an_ack_have_to_pass_within_t1),
		cmocka_unit_test(what_leaves_right_behind_a_copy_was_lost_and_not_slow),
		cmocka_unit_test(a_search_of_one_target_after_the_other_is_not_slow),
		cmocka_unit_test(a_lost_answer_names_the_element_between),
		cmocka_unit_test(a_number_in_another_form_was_changed),
		cmocka_unit_test(what_is_no_telephone_number_is_left_alone),
		cmocka_unit_test(a_request_that_comes_by_three_times_goes_round),
		cmocka_unit_test(copies_that_did_not_come_back_are_no_loop),
		cmocka_unit_test(branches_that_meet_again_are_no_loop),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
