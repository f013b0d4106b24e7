/* Which message belongs to which request (RFC 3261 sections 9, 13 and 17). */
#include "say.h"

static void responses_find_their_request(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 1, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 2, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 3, .way = "B>A", .line = "200", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 1);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(transaction_of(s, c, i), 0);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 200);
	assert_int_equal(transaction_nth(s, c, 0)->final_ns, 3 * CLOCK_MS_NS);
	assert_int_equal(transaction_nth(s, c, 0)->phase_code, 180);
	assert_int_equal(transaction_nth(s, c, 0)->phase_ns, 2 * CLOCK_MS_NS);
}

static void the_ack_of_a_refusal_has_the_branch_of_its_invite(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "486", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 1);
	assert_int_equal(transaction_of(s, c, 2), 0);
	assert_true(
		transaction_is(transaction_nth(s, c, 0), TRANSACTION_ACKED));
}

static void the_ack_of_an_answer_has_its_own_branch_and_way(void **state)
{
	struct store *s = *state;
	const struct call *c;

	/* through a proxy that does not stay in the way */
	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "B>P", .line = "200", .branch = "2", .to = "b");
	SAY(s, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .branch = "3", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 2);
	assert_int_equal(transaction_of(s, c, 4), 0);
	assert_true(
		transaction_is(transaction_nth(s, c, 0), TRANSACTION_ACKED));
}

static void an_ack_through_a_proxy_is_filed_hop_by_hop(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .way = "B>P", .line = "200", .branch = "2", .to = "b");
	SAY(s, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .way = "A>P", .line = "ACK", .branch = "4", .to = "b");
	SAY(s, .way = "P>B", .line = "ACK", .branch = "5", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 3);
	assert_int_equal(transaction_of(s, c, 5), 0);
	assert_int_equal(transaction_of(s, c, 6), 1);
	assert_false(
		transaction_is(transaction_nth(s, c, 2), TRANSACTION_ACKED));
}

static void both_sides_may_use_the_same_sequence_number(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .branch = "2", .to = "b");
	/* the callee's own first request: a re-INVITE */
	SAY(s, .way = "B>A", .line = "INVITE", .branch = "3", .from = "b",
	    .to = "a");
	SAY(s, .way = "A>B", .line = "200", .branch = "3", .from = "b",
	    .to = "a");
	/* from another port than its INVITE */
	SAY(s, .way = "B7>A", .line = "ACK", .branch = "4", .from = "b",
	    .to = "a");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 2);
	assert_int_equal(transaction_of(s, c, 2), 0);
	assert_int_equal(transaction_of(s, c, 4), 1);
	assert_int_equal(transaction_of(s, c, 5), 1);
}

static void an_ack_alone_is_no_transaction(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "ACK", .to = "b");
	c = the_call(s);
	assert_int_equal(c->message_count, 1);
	assert_int_equal(c->transaction_count, 0);
	assert_int_equal(transaction_of(s, c, 0), -1);
	assert_int_equal(c->method, SIP_METHOD_ACK);
}

static void nothing_answers_an_ack(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .of = "ACK", .to = "b");
	c = the_call(s);
	assert_int_equal(c->message_count, 2);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 0);
	assert_string_equal(state_of(s, "one"), "trying");
}

static void a_cancel_is_its_own_and_marks_its_invite(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "A>B", .line = "CANCEL");
	SAY(s, .way = "B>A", .line = "200", .of = "CANCEL", .to = "b");
	SAY(s, .way = "B>A", .line = "487", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 2);
	assert_int_equal(transaction_of(s, c, 2), 1);
	assert_int_equal(transaction_of(s, c, 3), 1);
	assert_int_equal(transaction_of(s, c, 4), 0);
	assert_int_equal(transaction_of(s, c, 5), 0);
	assert_true(transaction_is(transaction_nth(s, c, 0),
				   TRANSACTION_CANCELLED));
	assert_int_equal(transaction_nth(s, c, 1)->final_code, 200);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 487);
	assert_int_equal(c->retransmissions, 0);
}

static void a_cancel_marks_no_other_branch(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .way = "P>B", .line = "CANCEL", .branch = "2");
	/* of an INVITE that was not captured */
	SAY(s, .way = "P>D", .line = "CANCEL", .branch = "4");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 4);
	assert_true(transaction_is(transaction_nth(s, c, 0),
				   TRANSACTION_CANCELLED));
	assert_false(transaction_is(transaction_nth(s, c, 1),
				    TRANSACTION_CANCELLED));
}

/* RFC 3261 section 17.2.3: no cookie, so the branch says nothing. */
static void without_the_cookie_other_fields_stand_in(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE", .branch = "!1");
	SAY(s, .way = "B>A", .line = "180", .branch = "!1", .to = "b");
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "!1");
	SAY(s, .way = "B>A", .line = "486", .branch = "!1", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .branch = "!77", .to = "b");
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "!1", .cseq = 2);
	SAY(s, .way = "A>B", .line = "CANCEL", .branch = "!78", .cseq = 2);
	c = the_call(s);
	assert_int_equal(c->transaction_count, 3);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(transaction_of(s, c, i), 0);
	assert_true(is_resent(s, c, 2));
	assert_int_equal(c->retransmissions, 1);
	assert_int_equal(transaction_of(s, c, 5), 1);
	assert_true(transaction_is(transaction_nth(s, c, 1),
				   TRANSACTION_CANCELLED));
	assert_false(transaction_is(transaction_nth(s, c, 0),
				    TRANSACTION_CANCELLED));
}

static void the_case_of_the_cookie_does_not_matter(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "OPTIONS", .branch = "!Z9HG4BKx");
	SAY(s, .way = "A>B", .line = "OPTIONS", .branch = "!Z9HG4BKy");
	assert_int_equal(the_call(s)->transaction_count, 2);
	assert_int_equal(the_call(s)->retransmissions, 0);
}

static void a_response_may_come_from_another_port(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B9>A", .line = "100");
	SAY(s, .way = "B>A9", .line = "200", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 1);
	assert_int_equal(transaction_of(s, c, 1), 0);
	assert_int_equal(transaction_of(s, c, 2), 0);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 200);
}

static void a_stray_response_of_a_fork_finds_its_branch(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .way = "B9>P", .line = "486", .branch = "2", .to = "b");
	SAY(s, .way = "C9>P", .line = "200", .branch = "3", .to = "c");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 2);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 486);
	assert_int_equal(transaction_nth(s, c, 1)->final_code, 200);
}

static void a_response_of_an_unseen_branch_stands_alone(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .way = "B>P", .line = "486", .branch = "2", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 2);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 0);
	assert_int_equal(transaction_nth(s, c, 1)->final_code, 486);
	assert_false(transaction_is(transaction_nth(s, c, 1),
				    TRANSACTION_REQUEST_SEEN));
}

static void a_response_without_via_goes_by_its_sequence(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "180", .branch = "", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 1);
	assert_int_equal(transaction_of(s, c, 1), 0);
}

static void two_hops_are_two_transactions(void **state)
{
	struct store *s = *state;
	const struct call *c;

	/* the same message word for word, seen before and behind a NAT */
	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "N>P", .line = "INVITE");
	SAY(s, .way = "P>N", .line = "180", .to = "b");
	SAY(s, .way = "P>A", .line = "180", .to = "b");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 2);
	assert_int_equal(transaction_of(s, c, 1), 1);
	assert_int_equal(transaction_of(s, c, 2), 1);
	assert_int_equal(transaction_of(s, c, 3), 0);
	assert_int_equal(c->retransmissions, 0);
}

static void the_transport_makes_another_hop(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "OPTIONS");
	SAY(s, .way = "A>B", .line = "OPTIONS", .transport = TRANSPORT_TCP);
	assert_int_equal(the_call(s)->transaction_count, 2);
	assert_int_equal(the_call(s)->retransmissions, 0);
}

static void methods_and_numbers_part_transactions_of_one_branch(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "A>B", .line = "INVITE", .cseq = 2);
	SAY(s, .way = "A>B", .line = "INFO", .cseq = 2);
	SAY(s, .way = "A>B", .line = "INVITE", .id = "two");
	assert_int_equal(the_call(s)->transaction_count, 3);
	assert_int_equal(the_call(s)->retransmissions, 0);
	assert_int_equal(call_named(s, "two")->transaction_count, 1);
}

static void a_response_may_come_before_its_request(void **state)
{
	struct store *s = *state;
	const struct call *c;
	const struct transaction *t;

	SAY(s, .at_ms = 10, .way = "B>A", .line = "180", .to = "b");
	c = the_call(s);
	assert_int_equal(c->method, SIP_METHOD_NONE);
	assert_int_equal(transaction_nth(s, c, 0)->request_ns,
			 10 * CLOCK_MS_NS);
	SAY(s, .at_ms = 12, .way = "A>B", .line = "INVITE");
	t = transaction_nth(s, c, 0);
	assert_int_equal(c->transaction_count, 1);
	assert_int_equal(c->method, SIP_METHOD_INVITE);
	assert_int_equal(t->request_ns, 12 * CLOCK_MS_NS);
	assert_true(transaction_is(t, TRANSACTION_REQUEST_SEEN));
	assert_false(is_resent(s, c, 1));
}

static void an_answer_overrules_a_refusal_but_not_the_reverse(void **state)
{
	struct store *s = *state;
	const struct transaction *t;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 1, .way = "B>A", .line = "486", .to = "b");
	SAY(s, .at_ms = 2, .way = "B>A", .line = "603", .to = "c");
	t = transaction_nth(s, the_call(s), 0);
	assert_int_equal(t->final_code, 486);
	SAY(s, .at_ms = 3, .way = "B>A", .line = "200", .to = "d");
	assert_int_equal(t->final_code, 200);
	assert_int_equal(t->final_ns, 3 * CLOCK_MS_NS);
	SAY(s, .at_ms = 4, .way = "B>A", .line = "500", .to = "d");
	SAY(s, .at_ms = 5, .way = "B>A", .line = "202", .to = "e");
	assert_int_equal(t->final_code, 200);
	assert_int_equal(t->final_ns, 3 * CLOCK_MS_NS);
}

static void a_message_to_oneself_finds_its_request(void **state)
{
	struct store *s = *state;
	const struct call *c;

	SAY(s, .way = "A>A", .line = "OPTIONS");
	SAY(s, .way = "A>A", .line = "200", .of = "OPTIONS", .to = "a2");
	c = the_call(s);
	assert_int_equal(c->transaction_count, 1);
	assert_int_equal(transaction_nth(s, c, 0)->final_code, 200);
}

/*
 * So many branches of one number on one hop that 32 bits of hash meet: about
 * n^2 / 2^33, ten pairs.
 */
static void branches_that_differ_are_never_taken_for_one(void **state)
{
	enum { BRANCHES = 300000 };
	struct store *s = *state;
	struct flow flow = say_flow("A>B", TRANSPORT_UDP);
	struct words w = { .line = "OPTIONS", .branch = "" };
	struct buf b;

	for (unsigned i = 0; i < BRANCHES; i++) {
		char branch[16];

		(void)snprintf(branch, sizeof(branch), "%u", i);
		w.branch = branch;
		buf_init(&b, 4096);
		say_text(&b, &w);
		push_text(s, buf_slice(&b), &flow, &w);
		buf_free(&b);
	}
	assert_int_equal(the_call(s)->retransmissions, 0);
	assert_int_equal(the_call(s)->transaction_count, BRANCHES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(responses_find_their_request),
		IN_STORE(the_ack_of_a_refusal_has_the_branch_of_its_invite),
		IN_STORE(the_ack_of_an_answer_has_its_own_branch_and_way),
		IN_STORE(an_ack_through_a_proxy_is_filed_hop_by_hop),
		IN_STORE(both_sides_may_use_the_same_sequence_number),
		IN_STORE(an_ack_alone_is_no_transaction),
		IN_STORE(nothing_answers_an_ack),
		IN_STORE(a_cancel_is_its_own_and_marks_its_invite),
		IN_STORE(a_cancel_marks_no_other_branch),
		IN_STORE(without_the_cookie_other_fields_stand_in),
		IN_STORE(the_case_of_the_cookie_does_not_matter),
		IN_STORE(a_response_may_come_from_another_port),
		IN_STORE(a_stray_response_of_a_fork_finds_its_branch),
		IN_STORE(a_response_of_an_unseen_branch_stands_alone),
		IN_STORE(a_response_without_via_goes_by_its_sequence),
		IN_STORE(two_hops_are_two_transactions),
		IN_STORE(the_transport_makes_another_hop),
		IN_STORE(methods_and_numbers_part_transactions_of_one_branch),
		IN_STORE(a_response_may_come_before_its_request),
		IN_STORE(an_answer_overrules_a_refusal_but_not_the_reverse),
		IN_STORE(a_message_to_oneself_finds_its_request),
		IN_STORE(branches_that_differ_are_never_taken_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
