/* How far a call has come, and which code tells it. */
#include "say.h"

#define assert_state(s, text) assert_string_equal(state_of(s, "one"), text)

static void an_invite_goes_from_trying_to_completed(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	assert_state(s, "trying");
	SAY(s, .at_ms = 1, .way = "B>A", .line = "100");
	assert_state(s, "proceeding");
	SAY(s, .at_ms = 2, .way = "B>A", .line = "180", .to = "b");
	assert_state(s, "early");
	assert_int_equal(final_of(s), 0);
	SAY(s, .at_ms = 3, .way = "B>A", .line = "200", .to = "b");
	assert_state(s, "established");
	SAY(s, .at_ms = 4, .way = "A>B", .line = "ACK", .branch = "2",
	    .to = "b");
	assert_state(s, "established");
	SAY(s, .at_ms = 5, .way = "A>B", .line = "BYE", .branch = "3",
	    .to = "b", .cseq = 2);
	assert_state(s, "completed");
	SAY(s, .at_ms = 6, .way = "B>A", .line = "200", .of = "BYE",
	    .branch = "3", .to = "b", .cseq = 2);
	assert_state(s, "completed");
	assert_int_equal(final_of(s), 200);
}

static void a_refusal_is_told_by_its_class(void **state)
{
	static const struct {
		const char *code;
		const char *state;
	} cases[] = {
		{ "300", "redirected" }, { "302", "redirected" },
		{ "401", "rejected" },   { "404", "rejected" },
		{ "407", "rejected" },   { "408", "rejected" },
		{ "486", "rejected" },   { "487", "cancelled" },
		{ "500", "failed" },     { "503", "failed" },
		{ "600", "rejected" },   { "603", "rejected" },
	};
	struct store *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *id = cases[i].code;

		SAY(s, .way = "A>B", .line = "INVITE", .id = id);
		SAY(s, .way = "B>A", .line = "180", .to = "b", .id = id);
		SAY(s, .way = "B>A", .line = id, .to = "b", .id = id);
		SAY(s, .way = "A>B", .line = "ACK", .to = "b", .id = id);
		assert_string_equal(state_of(s, id), cases[i].state);
		assert_int_equal(
			call_final_code(store_view(s), call_named(s, id)),
			strtol(id, NULL, 10));
	}
}

static void no_answer_is_told_after_timer_b(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1000, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 32500, .way = "A>B", .line = "INVITE");
	assert_state(s, "trying");
	SAY(s, .at_ms = 32999, .way = "C>D", .line = "OPTIONS", .id = "two");
	assert_state(s, "trying");
	/* 32 s of packet time, whoever sent the packet */
	SAY(s, .at_ms = 33000, .way = "C>D", .line = "OPTIONS", .id = "two");
	assert_state(s, "no-answer");
	SAY(s, .at_ms = 33001, .way = "B>A", .line = "100");
	assert_state(s, "proceeding");
	/* who rings may take his time (timer B is off) */
	store_set_now(s, 900 * CLOCK_SECOND_NS);
	assert_state(s, "proceeding");
}

static void a_challenge_answered_is_forgotten(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>A", .line = "407", .to = "p");
	SAY(s, .way = "A>P", .line = "ACK", .to = "p");
	assert_state(s, "rejected");
	assert_int_equal(final_of(s), 407);
	SAY(s, .way = "A>P", .line = "INVITE", .branch = "2", .cseq = 2);
	assert_state(s, "trying");
	assert_int_equal(final_of(s), 0);
	assert_true(call_challenge_answered(
		store_view(s), transaction_nth(s, the_call(s), 0)));
	SAY(s, .way = "P>A", .line = "401", .to = "p", .branch = "2",
	    .cseq = 2);
	assert_state(s, "rejected");
	assert_int_equal(final_of(s), 401);
	SAY(s, .way = "A>P", .line = "INVITE", .branch = "3", .cseq = 3);
	SAY(s, .way = "P>A", .line = "200", .to = "b", .branch = "3",
	    .cseq = 3);
	assert_state(s, "established");
	assert_int_equal(final_of(s), 200);
}

static void another_branch_is_no_answer_to_a_challenge(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "A>C", .line = "INVITE", .branch = "2");
	SAY(s, .way = "B>A", .line = "401", .to = "b");
	assert_false(call_challenge_answered(
		store_view(s), transaction_nth(s, the_call(s), 0)));
	/* from elsewhere, and of another method */
	SAY(s, .way = "D>B", .line = "INVITE", .branch = "3", .cseq = 2);
	SAY(s, .way = "A>B", .line = "OPTIONS", .branch = "4", .cseq = 2);
	assert_false(call_challenge_answered(
		store_view(s), transaction_nth(s, the_call(s), 0)));
	SAY(s, .way = "A9>B", .line = "INVITE", .branch = "5", .cseq = 2);
	assert_true(call_challenge_answered(
		store_view(s), transaction_nth(s, the_call(s), 0)));
}

static void a_redirect_may_lead_to_a_new_target(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>A", .line = "302", .to = "p");
	SAY(s, .way = "A>P", .line = "ACK", .to = "p");
	assert_state(s, "redirected");
	SAY(s, .way = "A>C", .line = "INVITE", .branch = "2", .cseq = 2);
	assert_state(s, "trying");
	SAY(s, .way = "C>A", .line = "180", .to = "c", .branch = "2",
	    .cseq = 2);
	assert_state(s, "early");
	SAY(s, .way = "C>A", .line = "200", .to = "c", .branch = "2",
	    .cseq = 2);
	assert_state(s, "established");
	assert_int_equal(final_of(s), 200);
}

static void a_cancelled_call_is_cancelled(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 2, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 3, .way = "A>B", .line = "CANCEL");
	assert_state(s, "cancelled");
	SAY(s, .at_ms = 4, .way = "B>A", .line = "200", .of = "CANCEL");
	SAY(s, .at_ms = 5, .way = "B>A", .line = "487", .to = "b");
	assert_state(s, "cancelled");
	assert_int_equal(final_of(s), 487);
}

static void a_cancel_that_crossed_the_answer_does_nothing(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 3, .way = "A>B", .line = "CANCEL");
	SAY(s, .at_ms = 4, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 5, .way = "B>A", .line = "481", .of = "CANCEL");
	assert_state(s, "established");
	assert_int_equal(final_of(s), 200);
}

static void a_cancel_behind_a_refusal_does_nothing(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 3, .way = "B>A", .line = "486", .to = "b");
	SAY(s, .at_ms = 4, .way = "A>B", .line = "CANCEL");
	assert_state(s, "rejected");
	assert_int_equal(final_of(s), 486);
}

static void a_refusal_behind_a_cancel_comes_of_it(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 3, .way = "A>B", .line = "CANCEL");
	/* as old gateways say it */
	SAY(s, .at_ms = 4, .way = "B>A", .line = "486", .to = "b");
	assert_state(s, "cancelled");
}

static void the_proxys_own_cancel_is_not_the_callers(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 2, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .at_ms = 2, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .at_ms = 3, .way = "C>P", .line = "603", .branch = "3",
	    .to = "c");
	SAY(s, .at_ms = 4, .way = "P>B", .line = "CANCEL", .branch = "2");
	assert_state(s, "trying");
	SAY(s, .at_ms = 5, .way = "B>P", .line = "487", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 6, .way = "P>A", .line = "603", .to = "c");
	assert_state(s, "rejected");
	assert_int_equal(final_of(s), 603);
}

static void a_new_attempt_is_not_cancelled_with_the_old_one(void **state)
{
	struct store *s = *state;

	SAY(s, .at_ms = 1, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 2, .way = "A>B", .line = "CANCEL");
	SAY(s, .at_ms = 3, .way = "B>A", .line = "487", .to = "b");
	SAY(s, .at_ms = 9, .way = "A>B", .line = "INVITE", .branch = "2",
	    .cseq = 2);
	assert_state(s, "trying");
	SAY(s, .at_ms = 10, .way = "B>A", .line = "486", .branch = "2",
	    .cseq = 2, .to = "c");
	assert_state(s, "rejected");
}

static void a_refused_reinvite_leaves_the_call_established(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .branch = "2", .to = "b");
	SAY(s, .way = "A>B", .line = "INVITE", .branch = "3", .to = "b",
	    .cseq = 2);
	SAY(s, .way = "B>A", .line = "491", .branch = "3", .to = "b",
	    .cseq = 2);
	SAY(s, .way = "A>B", .line = "ACK", .branch = "3", .to = "b",
	    .cseq = 2);
	assert_state(s, "established");
	/* the last transaction of the first method that got one */
	assert_int_equal(final_of(s), 491);
}

static void the_answer_of_one_fork_establishes_the_call(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .way = "B>P", .line = "200", .branch = "2", .to = "b");
	SAY(s, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .way = "P>C", .line = "CANCEL", .branch = "3");
	SAY(s, .way = "C>P", .line = "487", .branch = "3", .to = "c");
	assert_state(s, "established");
	/* the first hop counts, not the last branch */
	assert_int_equal(final_of(s), 200);
}

static void of_two_answers_one_may_be_hung_up(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .way = "P>A", .line = "200", .to = "c");
	SAY(s, .way = "A>P", .line = "BYE", .branch = "2", .to = "c",
	    .cseq = 2);
	assert_state(s, "established");
	SAY(s, .way = "A>P", .line = "BYE", .branch = "3", .to = "b",
	    .cseq = 2);
	assert_state(s, "completed");
}

static void a_bye_with_strange_tags_ends_the_call_too(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "BYE", .branch = "2", .to = "x",
	    .cseq = 2);
	assert_state(s, "completed");
}

static void a_capture_may_begin_in_the_middle(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "BYE", .to = "b", .id = "bye");
	assert_string_equal(state_of(s, "bye"), "completed");
	SAY(s, .way = "A>B", .line = "ACK", .to = "b", .id = "ack");
	assert_string_equal(state_of(s, "ack"), "established");
	SAY(s, .way = "A>B", .line = "CANCEL", .id = "cancel");
	assert_string_equal(state_of(s, "cancel"), "cancelled");
	SAY(s, .way = "A>B", .line = "INVITE", .to = "b", .id = "again");
	assert_string_equal(state_of(s, "again"), "established");
	SAY(s, .way = "B>A", .line = "488", .to = "b", .id = "again");
	assert_string_equal(state_of(s, "again"), "established");
	SAY(s, .way = "B>A", .line = "180", .to = "b", .id = "ring");
	assert_string_equal(state_of(s, "ring"), "early");
	assert_int_equal(call_named(s, "ring")->method, SIP_METHOD_NONE);
	SAY(s, .way = "B>A", .line = "200", .to = "b", .id = "ring");
	assert_string_equal(state_of(s, "ring"), "established");
}

static void a_bye_may_come_before_the_invite(void **state)
{
	struct store *s = *state;

	/* out of order by a switch on the way */
	SAY(s, .at_ms = 5, .way = "B>A", .line = "BYE", .branch = "9",
	    .from = "b", .to = "a");
	SAY(s, .at_ms = 1, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 3, .way = "B>A", .line = "200", .to = "b");
	assert_state(s, "completed");
	assert_int_equal(the_call(s)->start_ns, CLOCK_MS_NS);
}

static void other_methods_have_states_of_their_own(void **state)
{
	static const char *const methods[] = { "REGISTER",  "OPTIONS",
					       "SUBSCRIBE", "MESSAGE",
					       "PUBLISH",   "FROB" };
	static const struct {
		const char *code;
		const char *state;
	} cases[] = {
		{ "100", "pending" },    { "200", "succeeded" },
		{ "202", "succeeded" },  { "302", "rejected" },
		{ "401", "challenged" }, { "407", "challenged" },
		{ "404", "rejected" },   { "503", "rejected" },
		{ "600", "rejected" },
	};
	struct store *s = *state;
	char id[32];

	for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			(void)snprintf(id, sizeof(id), "%zu-%zu", m, i);
			SAY(s, .way = "A>B", .line = methods[m], .id = id);
			assert_string_equal(state_of(s, id), "pending");
			SAY(s, .way = "B>A", .line = cases[i].code,
			    .of = methods[m], .to = "b", .id = id);
			assert_string_equal(state_of(s, id), cases[i].state);
		}
	}
}

static void a_registration_answers_its_challenge(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "REGISTER");
	SAY(s, .way = "B>A", .line = "401", .of = "REGISTER", .to = "r");
	assert_state(s, "challenged");
	assert_int_equal(final_of(s), 401);
	SAY(s, .way = "A>B", .line = "REGISTER", .branch = "2", .cseq = 2);
	assert_state(s, "pending");
	assert_int_equal(final_of(s), 0);
	SAY(s, .way = "B>A", .line = "200", .of = "REGISTER", .branch = "2",
	    .cseq = 2, .to = "r");
	assert_state(s, "succeeded");
	assert_int_equal(final_of(s), 200);
	/* the refresh does not hide what is known */
	SAY(s, .way = "A>B", .line = "REGISTER", .branch = "3", .cseq = 3);
	assert_state(s, "succeeded");
	assert_int_equal(final_of(s), 200);
	SAY(s, .way = "B>A", .line = "403", .of = "REGISTER", .branch = "3",
	    .cseq = 3, .to = "r");
	assert_state(s, "rejected");
	assert_int_equal(final_of(s), 403);
}

static void other_methods_wait_for_timer_f(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "OPTIONS");
	store_set_now(s, 32 * CLOCK_SECOND_NS - 1);
	assert_state(s, "pending");
	store_set_now(s, 32 * CLOCK_SECOND_NS);
	assert_state(s, "no-answer");
}

static void the_list_shows_what_is_known_so_far(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);

	SAY(s, .way = "A>B", .line = "INVITE");
	assert_int_equal(call_shown_code(v, the_call(s)), 0);
	SAY(s, .way = "B>A", .line = "100");
	assert_int_equal(call_shown_code(v, the_call(s)), 100);
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	assert_int_equal(call_shown_code(v, the_call(s)), 180);
	SAY(s, .way = "B>A", .line = "100");
	assert_int_equal(call_shown_code(v, the_call(s)), 180);
	SAY(s, .way = "A>B", .line = "CANCEL");
	SAY(s, .way = "B>A", .line = "200", .of = "CANCEL", .to = "b");
	assert_int_equal(call_shown_code(v, the_call(s)), 180);
	SAY(s, .way = "B>A", .line = "487", .to = "b");
	assert_int_equal(call_shown_code(v, the_call(s)), 487);
}

static void codes_are_listed_once_in_order(void **state)
{
	struct store *s = *state;
	uint16_t codes[8];

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "100");
	SAY(s, .way = "B>A", .line = "183", .to = "b");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "B>A", .line = "183", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "B>A", .line = "200", .of = "BYE", .branch = "2",
	    .to = "b");
	assert_int_equal(call_codes(store_view(s), the_call(s), codes, 8), 4);
	assert_int_equal(codes[0], 100);
	assert_int_equal(codes[1], 183);
	assert_int_equal(codes[2], 180);
	assert_int_equal(codes[3], 200);
	assert_int_equal(call_codes(store_view(s), the_call(s), codes, 2), 2);
	assert_int_equal(call_codes(store_view(s), the_call(s), codes, 0), 0);
}

static void states_have_the_words_of_the_report(void **state)
{
	(void)state;
	for (int i = 0; i < CALL_STATES; i++)
		assert_non_null(call_state_name((enum call_state)i));
	assert_string_equal(call_state_name(CALL_STATE_NO_ANSWER), "no-answer");
	assert_string_equal(call_state_name(CALL_STATES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(an_invite_goes_from_trying_to_completed),
		IN_STORE(a_refusal_is_told_by_its_class),
		IN_STORE(no_answer_is_told_after_timer_b),
		IN_STORE(a_challenge_answered_is_forgotten),
		IN_STORE(another_branch_is_no_answer_to_a_challenge),
		IN_STORE(a_redirect_may_lead_to_a_new_target),
		IN_STORE(a_cancelled_call_is_cancelled),
		IN_STORE(a_cancel_that_crossed_the_answer_does_nothing),
		IN_STORE(a_cancel_behind_a_refusal_does_nothing),
		IN_STORE(a_refusal_behind_a_cancel_comes_of_it),
		IN_STORE(the_proxys_own_cancel_is_not_the_callers),
		IN_STORE(a_new_attempt_is_not_cancelled_with_the_old_one),
		IN_STORE(a_refused_reinvite_leaves_the_call_established),
		IN_STORE(the_answer_of_one_fork_establishes_the_call),
		IN_STORE(of_two_answers_one_may_be_hung_up),
		IN_STORE(a_bye_with_strange_tags_ends_the_call_too),
		IN_STORE(a_capture_may_begin_in_the_middle),
		IN_STORE(a_bye_may_come_before_the_invite),
		IN_STORE(other_methods_have_states_of_their_own),
		IN_STORE(a_registration_answers_its_challenge),
		IN_STORE(other_methods_wait_for_timer_f),
		IN_STORE(the_list_shows_what_is_known_so_far),
		IN_STORE(codes_are_listed_once_in_order),
		cmocka_unit_test(states_have_the_words_of_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
