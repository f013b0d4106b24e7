/* Rules: for each a call that has the finding, and one that nearly has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judged.h"
#include "sipmon/catalogue/catalogue.h"

/* ---- none */

static void a_call_without_trouble_has_no_finding(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(900, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(4000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(4050, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(60000, 'B', 'A', "BYE", "1 BYE", "c", "t"),
		SAY(60020, 'A', 'B', "200", "1 BYE", "c", "t"),
	};
	struct finding found[FINDING_ROOM];

	(void)state;
	assert_int_equal(FINDINGS(call, 60020), 0);
	assert_int_equal(FINDINGS(call, 600000), 0);
}

/* The ACK for a 2xx went straight to the callee: no Record-Route. */
static void a_proxied_call_whose_ack_goes_past_has_no_finding(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(9, 'B', 'P', "100", "1 INVITE", "p"),
		SAY(500, 'B', 'P', "180", "1 INVITE", "p", "t"),
		SAY(501, 'P', 'A', "180", "1 INVITE", "a", "t"),
		SAY(3000, 'B', 'P', "200", "1 INVITE", "p", "t"),
		SAY(3001, 'P', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct finding found[FINDING_ROOM];

	(void)state;
	assert_int_equal(FINDINGS(call, 100000), 0);
}

static void a_capture_of_the_callers_side_alone_has_no_finding(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(3000, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(9000, 'A', 'B', "BYE", "2 BYE", "c", "t"),
	};
	struct finding found[FINDING_ROOM];

	(void)state;
	assert_int_equal(FINDINGS(call, 100000), 0);
}

/* ---- stuck-in-trying, ring-timeout */

static void a_hundred_that_lasts_five_seconds_is_stuck(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 5009, "stuck-in-trying"));
	assert_true(HAS(call, 5010, "stuck-in-trying"));
	assert_int_equal(f.severity, FINDING_ERROR);
	assert_int_equal(f.code, 100);
	assert_int_equal(f.lasted_ns, INT64_C(5000000000));
	assert_int_equal(f.message_count, 2);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 2);
}

static void a_hundred_that_was_stuck_stays_a_finding(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(6010, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(7000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(7010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	};
	static const struct said quick[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(4990, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(7000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(7010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(quick, 7010, "stuck-in-trying"));
	assert_true(HAS(call, 7010, "stuck-in-trying"));
	assert_int_equal(f.lasted_ns, INT64_C(6000000000));
	assert_int_equal(f.message_count, 3);
	assert_int_equal(f.messages[2], 3);
}

static void a_slow_branch_of_a_fork_is_not_stuck(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(7, 'P', 'C', "INVITE", "1 INVITE", "q"),
		SAY(9, 'B', 'P', "100", "1 INVITE", "p"),
		SAY(9, 'C', 'P', "100", "1 INVITE", "q"),
		SAY(500, 'B', 'P', "180", "1 INVITE", "p", "t"),
		SAY(501, 'P', 'A', "180", "1 INVITE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 9000, "stuck-in-trying"));
}

/* The host (1 is A) that a stuck request came to last; 0: it is not stuck. */
static unsigned stuck_at(const struct said *call, size_t count)
{
	struct finding f = { .kind = "" };

	if (!has(call, count, 9000, "stuck-in-trying", &f))
		return 0;
	return f.element.address[3];
}

static void a_stuck_request_is_stuck_where_it_came_to_last(void **state)
{
	static const struct said alone[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
	};
#define TO_C                                                                   \
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),                           \
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),                     \
		SAY(12, 'B', 'C', "INVITE", "1 INVITE", "b")
	static const struct said silent[] = { TO_C };
	static const struct said passed_on[] = {
		TO_C,
		SAY(20, 'C', 'B', "100", "1 INVITE", "b"),
		SAY(22, 'C', 'D', "INVITE", "1 INVITE", "c"),
		SAY(30, 'D', 'C', "100", "1 INVITE", "c"),
	};
	/* what comes back is not handed on: it is B who is stuck */
	static const struct said answered[] = {
		TO_C,
		SAY(20, 'C', 'B', "100", "1 INVITE", "b"),
		SAY(900, 'C', 'B', "200", "1 INVITE", "b", "t"),
	};
	static const struct said rings[] = {
		TO_C,
		SAY(900, 'C', 'B', "180", "1 INVITE", "b", "t"),
	};
	/* to two at once */
	static const struct said forked[] = {
		TO_C,
		SAY(13, 'B', 'D', "INVITE", "1 INVITE", "d"),
	};
	/* the first has refused */
	static const struct said next[] = {
		TO_C,
		SAY(20, 'C', 'B', "503", "1 INVITE", "b", "t"),
		SAY(22, 'B', 'C', "ACK", "1 ACK", "b", "t"),
		SAY(30, 'B', 'D', "INVITE", "1 INVITE", "d"),
	};
#undef TO_C

	(void)state;
	assert_int_equal(stuck_at(alone, COUNT(alone)), 2);
	assert_int_equal(stuck_at(silent, COUNT(silent)), 3);
	assert_int_equal(stuck_at(passed_on, COUNT(passed_on)), 4);
	assert_int_equal(stuck_at(answered, COUNT(answered)), 2);
	assert_int_equal(stuck_at(rings, COUNT(rings)), 2);
	assert_int_equal(stuck_at(forked, COUNT(forked)), 2);
	assert_int_equal(stuck_at(next, COUNT(next)), 4);
}

static void ringing_for_three_minutes_is_a_ring_timeout(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(1000, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 180999, "ring-timeout"));
	assert_true(HAS(call, 181000, "ring-timeout"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.code, 180);
	assert_int_equal(f.messages[1], 3);
}

/* ---- slow-trying */

static void an_answer_after_more_than_200_ms_is_slow(void **state)
{
	static const struct said slow[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(221, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(260, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	static const struct said nearly[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(220, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(260, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	/* The first INVITE was lost on the way. */
	static const struct said lost[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(505, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(600, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	static const struct said thinks[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(500, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(700, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(800, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	/* Any answer makes a 100 needless. */
	static const struct said rings[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(199, 'B', 'A', "183", "1 INVITE", "a", "t"),
		SAY(260, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	static const struct said message[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(900, 'B', 'A', "200", "1 MESSAGE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(nearly, 1000, "slow-trying"));
	assert_false(HAS(rings, 1000, "slow-trying"));
	assert_false(HAS(lost, 1000, "slow-trying"));
	assert_true(HAS(thinks, 1000, "slow-trying"));
	assert_false(HAS(message, 1000, "slow-trying"));
	assert_true(HAS(slow, 1000, "slow-trying"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 100);
	assert_int_equal(f.lasted_ns, 221000000);
	assert_int_equal(f.messages[1], 2);
}

/* ---- no-response */

static void a_request_that_waited_32_s_in_vain_has_no_response(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
	};
	static const struct said answered[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(31000, 'B', 'A', "200", "1 OPTIONS", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 31999, "no-response"));
	assert_false(HAS(answered, 90000, "no-response"));
	assert_true(HAS(call, 32000, "no-response"));
	assert_int_equal(f.severity, FINDING_ERROR);
	assert_int_equal(f.lasted_ns, INT64_C(32000000000));
	assert_int_equal(f.message_count, 1);
	assert_int_equal(f.messages[0], 1);
}

static void three_copies_in_vain_are_enough_after_a_pause(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(500, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(1500, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(3500, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 4999, "no-response"));
	assert_true(HAS(call, 5000, "no-response"));
	assert_int_equal(f.count, 3);
	assert_int_equal(f.messages[1], 4);
	/* One copy less, and the answer may still be on its way. */
	assert_false(has(call, 3, 9000, "no-response", &f));
}

static void a_packet_captured_twice_is_no_copy(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(1, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(2, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(3, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
	};
	struct finding found[FINDING_ROOM];

	(void)state;
	assert_int_equal(FINDINGS(call, 9000), 0);
}

/* Who sends credentials next has read a challenge that we have not seen. */
static void an_answer_that_was_not_captured_is_no_silence(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
		SAY(100, 'A', 'B', "REGISTER", "2 REGISTER", "b",
		    .extra = "Authorization: Digest username=\"alice\"\r\n"),
		SAY(110, 'B', 'A', "200", "2 REGISTER", "b", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 90000, "no-response"));
}

/* ---- missing-ack, ack-lost */

static void a_final_response_without_ack_for_32_s_misses_it(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(1000, 'B', 'A', "486", "1 INVITE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 32999, "missing-ack"));
	assert_true(HAS(call, 33000, "missing-ack"));
	assert_int_equal(f.severity, FINDING_ERROR);
	assert_int_equal(f.code, 486);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 3);
}

static void a_final_response_sent_four_times_misses_its_ack(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(1500, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(2500, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(4500, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(4510, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 5, 4500, "missing-ack", &f));
	assert_true(has(call, 6, 4500, "missing-ack", &f));
	assert_int_equal(f.count, 3);
	assert_int_equal(f.messages[2], 6);
	/* It came after all. */
	assert_false(HAS(call, 90000, "missing-ack"));
}

static void the_ack_of_another_hop_will_do_for_a_2xx(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(500, 'B', 'P', "200", "1 INVITE", "p", "t"),
		SAY(501, 'P', 'A', "200", "1 INVITE", "a", "t"),
		SAY(510, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(1000, 'B', 'P', "200", "1 INVITE", "p", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 90000, "missing-ack"));
}

static void
two_copies_of_the_final_after_ack_mean_that_it_was_lost(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(1010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(1500, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(1510, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(2500, 'B', 'A', "200", "1 INVITE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 6, 2500, "ack-lost", &f));
	assert_true(HAS(call, 2500, "ack-lost"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.lasted_ns, 1490000000);
	assert_int_equal(f.messages[2], 4);
	assert_int_equal(f.messages[3], 7);
}

static void two_answers_of_a_fork_are_not_copies(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t1"),
		SAY(1010, 'A', 'B', "ACK", "1 ACK", "b", "t1"),
		SAY(1020, 'A', 'B', "ACK", "1 ACK", "b", "t1"),
		SAY(1030, 'A', 'B', "ACK", "1 ACK", "b", "t1"),
		SAY(1200, 'B', 'A', "200", "1 INVITE", "a", "t2"),
		SAY(1210, 'A', 'B', "ACK", "1 ACK", "c", "t2"),
		SAY(1400, 'B', 'A', "200", "1 INVITE", "a", "t3"),
		SAY(1410, 'A', 'B', "ACK", "1 ACK", "d", "t3"),
	};
	struct finding found[FINDING_ROOM];

	(void)state;
	assert_int_equal(FINDINGS(call, 1410), 1);
	assert_string_equal(found[0].kind, "double-answer");
}

/* ---- no-bye-answer */

static void a_bye_without_final_for_32_s_was_not_answered(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(1000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(1010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
		SAY(9000, 'A', 'B', "BYE", "2 BYE", "c", "t"),
		SAY(9500, 'A', 'B', "BYE", "2 BYE", "c", "t"),
		SAY(9600, 'B', 'A', "481", "2 BYE", "c", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 6, 40999, "no-bye-answer", &f));
	assert_true(has(call, 6, 41000, "no-bye-answer", &f));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.messages[0], 5);
	assert_int_equal(f.messages[1], 6);
	assert_false(has(call, 6, 41000, "no-response", &f));
	assert_false(HAS(call, 90000, "no-bye-answer"));
}

/* ---- retransmissions, late-final, loop */

static void three_copies_are_many_retransmissions(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "SUBSCRIBE", "1 SUBSCRIBE", "a"),
		SAY(500, 'A', 'B', "SUBSCRIBE", "1 SUBSCRIBE", "a"),
		SAY(1500, 'A', 'B', "SUBSCRIBE", "1 SUBSCRIBE", "a"),
		SAY(3500, 'A', 'B', "SUBSCRIBE", "1 SUBSCRIBE", "a"),
		SAY(3600, 'B', 'A', "200", "1 SUBSCRIBE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 3, 1500, "retransmissions", &f));
	assert_true(HAS(call, 9000, "retransmissions"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.lasted_ns, INT64_C(3500000000));
	assert_int_equal(f.messages[1], 4);
}

/* RFC 3262 section 3: gaps that double tell a reliable response from a UA
 * that says 180 again and again. */
static void a_180_said_every_second_is_no_retransmission(void **state)
{
	static const struct said again[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(1100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(2100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(3100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(4100, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	static const struct said reliable[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(100, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(600, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(1600, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(3600, 'B', 'A', "180", "1 INVITE", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(again, 5000, "retransmissions"));
	assert_true(HAS(reliable, 5000, "retransmissions"));
	assert_int_equal(f.count, 3);
}

static void a_final_after_timer_f_is_late(void **state)
{
	static const struct said late[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(32001, 'B', 'A', "200", "1 MESSAGE", "a", "t"),
	};
	static const struct said nearly[] = {
		SAY(0, 'A', 'B', "MESSAGE", "1 MESSAGE", "a"),
		SAY(32000, 'B', 'A', "200", "1 MESSAGE", "a", "t"),
	};
	static const struct said ringing[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(10, 'B', 'A', "180", "1 INVITE", "a", "t"),
		SAY(40000, 'B', 'A', "200", "1 INVITE", "a", "t"),
		SAY(40010, 'A', 'B', "ACK", "1 ACK", "b", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(nearly, 40000, "late-final"));
	assert_false(HAS(ringing, 50000, "late-final"));
	assert_true(HAS(late, 40000, "late-final"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.messages[1], 2);
}

static void a_482_or_483_tells_of_a_loop(void **state)
{
	static const struct said loop[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(50, 'B', 'A', "483", "1 INVITE", "a", "t"),
		SAY(60, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	static const struct said other[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(50, 'B', 'A', "484", "1 INVITE", "a", "t"),
		SAY(60, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	/* RFC 3261 section 11: a way to count hops. */
	static const struct said probe[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(50, 'B', 'A', "483", "1 OPTIONS", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(other, 100, "loop"));
	assert_false(HAS(probe, 100, "loop"));
	assert_true(HAS(loop, 100, "loop"));
	assert_int_equal(f.severity, FINDING_ERROR);
	assert_int_equal(f.code, 483);
	assert_int_equal(f.messages[1], 2);
}

/* ---- auth-loop */

#define CREDENTIALS .extra = "Authorization: Digest username=\"alice\"\r\n"

static const struct said challenges[] = {
	SAY(0, 'A', 'B', "REGISTER", "1 REGISTER", "a"),
	SAY(10, 'B', 'A', "401", "1 REGISTER", "a", "t"),
	SAY(20, 'A', 'B', "REGISTER", "2 REGISTER", "b", CREDENTIALS),
	SAY(30, 'B', 'A', "401", "2 REGISTER", "b", "t"),
	SAY(40, 'A', 'B', "REGISTER", "3 REGISTER", "c", CREDENTIALS),
	SAY(50, 'B', 'A', "401", "3 REGISTER", "c", "t"),
	SAY(60, 'A', 'B', "REGISTER", "4 REGISTER", "d", CREDENTIALS),
	SAY(70, 'B', 'A', "401", "4 REGISTER", "d", "t"),
	SAY(80, 'A', 'B', "REGISTER", "5 REGISTER", "e", CREDENTIALS),
	SAY(90, 'B', 'A', "200", "5 REGISTER", "e", "t"),
};

static void three_challenges_to_credentials_are_a_loop(void **state)
{
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(challenges, 7, 100, "auth-loop", &f));
	assert_true(has(challenges, 8, 100, "auth-loop", &f));
	assert_int_equal(f.severity, FINDING_ERROR);
	assert_int_equal(f.code, 401);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.messages[0], 3);
	assert_int_equal(f.messages[3], 8);
}

static void success_makes_up_for_an_auth_loop(void **state)
{
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(challenges, 100, "auth-loop"));
}

static void challenges_of_two_senders_are_not_one_row(void **state)
{
	static const struct said call[] = {
		SAY(20, 'A', 'B', "REGISTER", "2 REGISTER", "b", CREDENTIALS),
		SAY(30, 'B', 'A', "401", "2 REGISTER", "b", "t"),
		SAY(40, 'C', 'B', "REGISTER", "2 REGISTER", "c", CREDENTIALS),
		SAY(50, 'B', 'C', "401", "2 REGISTER", "c", "t"),
		SAY(60, 'A', 'B', "REGISTER", "4 REGISTER", "d", CREDENTIALS),
		SAY(70, 'B', 'A', "401", "4 REGISTER", "d", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 100, "auth-loop"));
}

/* ---- answer-lost, malformed-message */

static void a_2xx_that_does_not_come_back_is_lost(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(9, 'B', 'P', "100", "1 INVITE", "p"),
		SAY(3000, 'B', 'P', "200", "1 INVITE", "p", "t"),
	};
	/* A proxy may try another way after a refusal. */
	static const struct said refused[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(9, 'B', 'P', "100", "1 INVITE", "p"),
		SAY(3000, 'B', 'P', "503", "1 INVITE", "p", "t"),
		SAY(3001, 'P', 'B', "ACK", "1 ACK", "p", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 34999, "answer-lost"));
	assert_false(HAS(refused, 90000, "answer-lost"));
	assert_true(HAS(call, 35000, "answer-lost"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 3);
	assert_int_equal(f.messages[2], 5);
}

/* A --stuck above 32 s asks for longer phases, and for nothing else. */
static void a_lost_2xx_is_found_whatever_counts_as_stuck(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'P', "INVITE", "1 INVITE", "a"),
		SAY(5, 'P', 'A', "100", "1 INVITE", "a"),
		SAY(6, 'P', 'B', "INVITE", "1 INVITE", "p"),
		SAY(9, 'B', 'P', "100", "1 INVITE", "p"),
		SAY(3000, 'B', 'P', "200", "1 INVITE", "p", "t"),
	};
	struct diagnosis d = {
		.limits = { .trying_ns = INT64_C(60000000000),
			    .ringing_ns = INT64_C(180000000000) },
	};
	struct finding found[FINDING_ROOM];
	struct store *s = talk_store(call, COUNT(call), 40000);
	const struct view *v = store_view(s);
	unsigned n = diagnosis_findings(&d, v, view_find(v, SLICE("call@test")),
					found, FINDING_ROOM);
	bool lost = false;

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		assert_string_not_equal(found[i].kind, "stuck-in-trying");
		lost |= strcmp(found[i].kind, "answer-lost") == 0;
	}
	store_free(s);
	assert_true(lost);
}

static void a_message_that_breaks_the_grammar_is_named(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "OPTIONS", "1 OPTIONS", "a"),
		SAY(5, 'B', 'A', "200", "what OPTIONS", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 1, 10, "malformed-message", &f));
	assert_true(HAS(call, 10, "malformed-message"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.message_count, 1);
	assert_int_equal(f.messages[0], 2);
}

/* ---- the table */

static void the_worst_come_first_and_room_is_kept(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(300, 'B', 'A', "100", "1 INVITE", "a"),
		SAY(9000, 'B', 'A', "180", "what INVITE", "a", "t"),
	};
	struct finding found[FINDING_ROOM] = { { .kind = "" } };
	unsigned n = FINDINGS(call, 9000);

	(void)state;
	assert_int_equal(n, 3);
	assert_string_equal(found[0].kind, "stuck-in-trying");
	assert_string_equal(found[1].kind, "slow-trying");
	assert_string_equal(found[2].kind, "malformed-message");
	assert_int_equal(judge(call, COUNT(call), 9000, found, 1), 1);
	assert_string_equal(found[0].kind, "stuck-in-trying");
}

static void every_kind_is_in_the_catalogue_with_its_severity(void **state)
{
	struct catalogue *c = NULL;
	struct problem problem;
	int before = FINDING_ERROR;

	(void)state;
	assert_int_equal(catalogue_new(&c, LANGUAGE_EN, &problem), ERR_OK);
	for (unsigned i = 0; diagnosis_kind(i) != NULL; i++) {
		struct text_entry entry;
		struct slice severity =
			slice_of(finding_severity_name(diagnosis_severity(i)));

		assert_true(catalogue_finding(c, slice_of(diagnosis_kind(i)),
					      &entry));
		assert_true(slice_eq(entry.severity, severity));
		assert_true((int)diagnosis_severity(i) <= before);
		before = (int)diagnosis_severity(i);
	}
	catalogue_free(c);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_without_trouble_has_no_finding),
		cmocka_unit_test(a_proxied_call_whose_ack_goes_past_has_no_finding),
		cmocka_unit_test(a_capture_of_the_callers_side_alone_has_no_finding),
		cmocka_unit_test(a_hundred_that_lasts_five_seconds_is_stuck),
		cmocka_unit_test(a_hundred_that_was_stuck_stays_a_finding),
		cmocka_unit_test(a_slow_branch_of_a_fork_is_not_stuck),
		cmocka_unit_test(
			a_stuck_request_is_stuck_where_it_came_to_last),
		cmocka_unit_test(ringing_for_three_minutes_is_a_ring_timeout),
		cmocka_unit_test(an_answer_after_more_than_200_ms_is_slow),
		cmocka_unit_test(a_request_that_waited_32_s_in_vain_has_no_response),
		cmocka_unit_test(three_copies_in_vain_are_enough_after_a_pause),
		cmocka_unit_test(a_packet_captured_twice_is_no_copy),
		cmocka_unit_test(an_answer_that_was_not_captured_is_no_silence),
		cmocka_unit_test(a_final_response_without_ack_for_32_s_misses_it),
		cmocka_unit_test(a_final_response_sent_four_times_misses_its_ack),
		cmocka_unit_test(the_ack_of_another_hop_will_do_for_a_2xx),
		cmocka_unit_test(two_copies_of_the_final_after_ack_mean_that_it_was_lost),
		cmocka_unit_test(two_answers_of_a_fork_are_not_copies),
		cmocka_unit_test(a_bye_without_final_for_32_s_was_not_answered),
		cmocka_unit_test(three_copies_are_many_retransmissions),
		cmocka_unit_test(a_180_said_every_second_is_no_retransmission),
		cmocka_unit_test(a_final_after_timer_f_is_late),
		cmocka_unit_test(a_482_or_483_tells_of_a_loop),
		cmocka_unit_test(three_challenges_to_credentials_are_a_loop),
		cmocka_unit_test(success_makes_up_for_an_auth_loop),
		cmocka_unit_test(challenges_of_two_senders_are_not_one_row),
		cmocka_unit_test(a_2xx_that_does_not_come_back_is_lost),
		cmocka_unit_test(a_lost_2xx_is_found_whatever_counts_as_stuck),
		cmocka_unit_test(a_message_that_breaks_the_grammar_is_named),
		cmocka_unit_test(the_worst_come_first_and_room_is_kept),
		cmocka_unit_test(every_kind_is_in_the_catalogue_with_its_severity),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
