/* Rules about the order of messages in dialogs, and who answers whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judged.h"

#define INVITE(ms)   SAY(ms, 'A', 'B', "INVITE", "1 INVITE", "a")
#define TRYING(ms)   SAY(ms, 'B', 'A', "100", "1 INVITE", "a")
#define RINGING(ms)  SAY(ms, 'B', 'A', "180", "1 INVITE", "a", "t")
#define ANSWERED(ms) SAY(ms, 'B', 'A', "200", "1 INVITE", "a", "t")
#define ACKED(ms)    SAY(ms, 'A', 'B', "ACK", "1 ACK", "b", "t")

/* ---- out-of-order */

static void a_lower_cseq_in_a_dialog_is_out_of_order(void **state)
{
	static const struct said call[] = {
		INVITE(0),
		TRYING(10),
		ANSWERED(1000),
		ACKED(1010),
		SAY(2000, 'A', 'B', "INFO", "7 INFO", "c", "t"),
		SAY(2010, 'B', 'A', "200", "7 INFO", "c", "t"),
		SAY(3000, 'A', 'B', "INFO", "6 INFO", "d", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 6, 3000, "out-of-order", &f));
	assert_true(HAS(call, 3000, "out-of-order"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.lasted_ns, INT64_C(1000000000));
	names(&f, 5, 7, 0, 0);
}

/* RFC 3261 section 12.2.1.1: each side, and each dialog, counts on its own. */
static void a_lower_cseq_of_somebody_else_is_in_order(void **state)
{
	static const struct said other_side[] = {
		INVITE(0),
		ANSWERED(1000),
		ACKED(1010),
		SAY(2000, 'A', 'B', "INFO", "7 INFO", "c", "t"),
		SAY(3000, 'B', 'A', "INFO", "6 INFO", "d", "f1",
		    .from_tag = "t"),
	};
	static const struct said other_dialog[] = {
		INVITE(0),
		SAY(900, 'B', 'A', "200", "1 INVITE", "a", "t2"),
		ANSWERED(1000),
		SAY(2000, 'A', 'B', "INFO", "7 INFO", "c", "t"),
		SAY(3000, 'A', 'B', "BYE", "6 BYE", "d", "t2"),
	};
	static const struct said other_hop[] = {
		INVITE(0),
		ANSWERED(1000),
		SAY(2000, 'A', 'B', "INFO", "7 INFO", "c", "t"),
		SAY(3000, 'C', 'B', "INFO", "6 INFO", "d", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(other_side, 4000, "out-of-order"));
	assert_false(HAS(other_dialog, 4000, "out-of-order"));
	assert_false(HAS(other_hop, 4000, "out-of-order"));
}

static void after_a_jump_of_the_clock_no_order_is_judged(void **state)
{
	static const struct said call[] = {
		INVITE(0),
		ANSWERED(1000),
		ACKED(1010),
		SAY(2000, 'A', 'B', "INFO", "7 INFO", "c", "t"),
		SAY(1500, 'B', 'A', "200", "7 INFO", "c", "t"),
		SAY(3000, 'A', 'B', "INFO", "6 INFO", "d", "t"),
	};
	static const struct said back[] = {
		INVITE(0),
		ANSWERED(1000),
		ACKED(1010),
		SAY(3000, 'A', 'B', "INFO", "7 INFO", "c", "t"),
		SAY(2000, 'A', 'B', "INFO", "6 INFO", "d", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(call, 4000, "out-of-order"));
	assert_false(HAS(back, 4000, "out-of-order"));
}

static void
a_provisional_response_behind_the_final_is_out_of_order(void **state)
{
	static const struct said call[] = {
		INVITE(0),
		TRYING(10),
		ANSWERED(1000),
		SAY(1200, 'B', 'A', "183", "1 INVITE", "a", "t"),
		ACKED(1210),
	};
	/* The 180 was there before, and is repeated. */
	static const struct said copy[] = {
		INVITE(0),     RINGING(10), ANSWERED(1000),
		RINGING(1200), ACKED(1210),
	};
	/* Another branch of a fork. */
	static const struct said fork[] = {
		INVITE(0),
		ANSWERED(1000),
		SAY(1200, 'B', 'A', "183", "1 INVITE", "a", "t2"),
		ACKED(1210),
	};
	/* The branch is used for another INVITE. */
	static const struct said again[] = {
		INVITE(0),
		SAY(10, 'B', 'A', "486", "1 INVITE", "a", "t"),
		SAY(20, 'A', 'B', "ACK", "1 ACK", "a", "t"),
		INVITE(1000),
		TRYING(1010),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(copy, 2000, "out-of-order"));
	assert_false(HAS(fork, 2000, "out-of-order"));
	assert_false(HAS(again, 2000, "out-of-order"));
	assert_true(HAS(call, 2000, "out-of-order"));
	assert_int_equal(f.code, 183);
	assert_int_equal(f.lasted_ns, 200000000);
	names(&f, 1, 3, 4, 0);
}

/* ---- double-answer */

static void two_2xx_with_different_tags_are_a_double_answer(void **state)
{
	static const struct said call[] = {
		INVITE(0),
		ANSWERED(1000),
		SAY(1300, 'B', 'A', "200", "1 INVITE", "a", "u"),
		ANSWERED(1500),
	};
	static const struct said one[] = {
		INVITE(0),
		SAY(500, 'B', 'A', "180", "1 INVITE", "a", "u"),
		ANSWERED(1000),
		ANSWERED(1500),
	};
	/* Each branch of the proxy has its own answer, and the caller one. */
	static const struct said branches[] = {
		SAY(0, 'P', 'B', "INVITE", "1 INVITE", "a"),
		SAY(0, 'P', 'C', "INVITE", "1 INVITE", "c"),
		SAY(9, 'B', 'P', "200", "1 INVITE", "a", "t"),
		SAY(9, 'C', 'P', "200", "1 INVITE", "c", "u"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(one, 2000, "double-answer"));
	assert_false(HAS(branches, 2000, "double-answer"));
	assert_true(HAS(call, 2000, "double-answer"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.lasted_ns, 300000000);
	names(&f, 1, 2, 3, 0);
}

/* ---- cancel-crossing, glare */

static void a_cancel_that_meets_a_2xx_has_crossed_it(void **state)
{
	static const struct said before[] = {
		INVITE(0),
		RINGING(10),
		SAY(1000, 'A', 'B', "CANCEL", "1 CANCEL", "a"),
		ANSWERED(1020),
		ACKED(1030),
	};
	static const struct said behind[] = {
		INVITE(0),      RINGING(10),
		ANSWERED(1000), SAY(1020, 'A', 'B', "CANCEL", "1 CANCEL", "a"),
		ACKED(1030),
	};
	/* Longer than a message stays in the network: T4 is 5 s. */
	static const struct said long_behind[] = {
		INVITE(0),
		RINGING(10),
		ANSWERED(1000),
		ACKED(1030),
		SAY(6001, 'A', 'B', "CANCEL", "1 CANCEL", "a"),
	};
	static const struct said cancelled[] = {
		INVITE(0),
		RINGING(10),
		SAY(1000, 'A', 'B', "CANCEL", "1 CANCEL", "a"),
		SAY(1020, 'B', 'A', "487", "1 INVITE", "a", "t"),
		SAY(1030, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(long_behind, 7000, "cancel-crossing"));
	assert_false(HAS(cancelled, 7000, "cancel-crossing"));
	assert_true(HAS(behind, 7000, "cancel-crossing"));
	assert_int_equal(f.lasted_ns, -1);
	names(&f, 1, 3, 4, 0);
	assert_true(HAS(before, 7000, "cancel-crossing"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.lasted_ns, 20000000);
	names(&f, 1, 3, 4, 0);
}

static void a_491_names_both_requests_that_met(void **state)
{
	static const struct said call[] = {
		INVITE(0),
		ANSWERED(10),
		ACKED(20),
		SAY(1000, 'B', 'A', "INVITE", "5 INVITE", "y", "f1",
		    .from_tag = "t"),
		SAY(1005, 'A', 'B', "UPDATE", "2 UPDATE", "x", "t"),
		SAY(1020, 'B', 'A', "491", "2 UPDATE", "x", "t"),
	};
	/* A 491 outside a dialog speaks of something else. */
	static const struct said outside[] = {
		INVITE(0),
		SAY(10, 'B', 'A', "491", "1 INVITE", "a", "t"),
		SAY(20, 'A', 'B', "ACK", "1 ACK", "a", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(HAS(outside, 2000, "glare"));
	assert_true(HAS(call, 2000, "glare"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.code, 491);
	names(&f, 4, 5, 6, 0);
}

/* ---- prack-missing */

#define RELIABLE     .extra = "Require: 100rel\r\nRSeq: 7\r\n"
#define PROGRESS(ms) SAY(ms, 'B', 'A', "183", "1 INVITE", "a", "t", RELIABLE)

/* RFC 3262 section 3: sent again after 0.5, 1.5, 3.5 s. */
static void a_reliable_response_sent_four_times_lacks_its_prack(void **state)
{
	static const struct said call[] = {
		INVITE(0),      PROGRESS(100),  PROGRESS(600),
		PROGRESS(1600), PROGRESS(3600),
	};
	static const struct said pracked[] = {
		INVITE(0),
		PROGRESS(100),
		PROGRESS(600),
		PROGRESS(1600),
		PROGRESS(3600),
		SAY(3650, 'A', 'B', "PRACK", "2 PRACK", "k", "t"),
	};
	/* The same without 100rel. */
	static const struct said plain[] = {
		INVITE(0),     RINGING(100),  RINGING(600),
		RINGING(1600), RINGING(3600),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 4, 3600, "prack-missing", &f));
	assert_false(HAS(pracked, 9000, "prack-missing"));
	assert_false(HAS(plain, 9000, "prack-missing"));
	assert_true(HAS(call, 3600, "prack-missing"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 183);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.lasted_ns, INT64_C(3500000000));
	names(&f, 1, 2, 5, 0);
}

/* Without other requests in the dialog the PRACK may go past the capture. */
static void a_prack_is_missed_after_32_s_where_others_pass(void **state)
{
	static const struct said call[] = {
		INVITE(0),
		PROGRESS(100),
		SAY(9000, 'A', 'B', "UPDATE", "2 UPDATE", "u", "t"),
		SAY(9010, 'B', 'A', "200", "2 UPDATE", "u", "t"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(has(call, 2, 40000, "prack-missing", &f));
	assert_false(HAS(call, 32099, "prack-missing"));
	assert_true(HAS(call, 32100, "prack-missing"));
	assert_int_equal(f.count, 0);
	assert_int_equal(f.lasted_ns, INT64_C(32000000000));
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lower_cseq_in_a_dialog_is_out_of_order),
		cmocka_unit_test(a_lower_cseq_of_somebody_else_is_in_order),
		cmocka_unit_test(after_a_jump_of_the_clock_no_order_is_judged),
		cmocka_unit_test(a_provisional_response_behind_the_final_is_out_of_order),
		cmocka_unit_test(two_2xx_with_different_tags_are_a_double_answer),
		cmocka_unit_test(a_cancel_that_meets_a_2xx_has_crossed_it),
		cmocka_unit_test(a_491_names_both_requests_that_met),
		cmocka_unit_test(a_reliable_response_sent_four_times_lacks_its_prack),
		cmocka_unit_test(a_prack_is_missed_after_32_s_where_others_pass),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
