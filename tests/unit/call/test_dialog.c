/* Dialogs (RFC 3261 section 12, RFC 4235, RFC 6228, RFC 6665). */
#include "say.h"

/* The state of dialog `n`, or NULL. */
static const char *dialog_is(const struct store *s, unsigned n)
{
	const struct dialog *d = dialog_nth(s, the_call(s), n);

	return d == NULL ? "none"
			 : dialog_state_name((enum dialog_state)d->state);
}

static void a_dialog_goes_from_early_to_terminated(void **state)
{
	struct store *s = *state;
	const struct dialog *d;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 1, .way = "B>A", .line = "100");
	assert_int_equal(the_call(s)->dialog_count, 0);
	SAY(s, .at_ms = 2, .way = "B>A", .line = "100", .to = "b");
	assert_int_equal(the_call(s)->dialog_count, 0);
	SAY(s, .at_ms = 3, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 4, .way = "B>A", .line = "183", .to = "b");
	d = dialog_nth(s, the_call(s), 0);
	assert_string_equal(dialog_is(s, 0), "early");
	assert_int_equal(d->since_ns, 3 * CLOCK_MS_NS);
	assert_ptr_equal(view_msg(store_view(s), d->msg),
			 msg_nth(s, the_call(s), 3));
	SAY(s, .at_ms = 5, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 6, .way = "A>B", .line = "ACK", .branch = "2",
	    .to = "b");
	assert_string_equal(dialog_is(s, 0), "confirmed");
	assert_int_equal(d->since_ns, 5 * CLOCK_MS_NS);
	SAY(s, .at_ms = 9, .way = "B>A", .line = "BYE", .branch = "3",
	    .from = "b", .to = "a");
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_int_equal(d->since_ns, 9 * CLOCK_MS_NS);
	/* a late copy of the answer brings nothing back */
	SAY(s, .at_ms = 10, .way = "B>A", .line = "200", .to = "b");
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_int_equal(the_call(s)->dialog_count, 1);
	assert_int_equal(msg_nth(s, the_call(s), 7)->dialog,
			 the_call(s)->first_dialog);
}

static void an_answer_without_ringing_confirms_at_once(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	assert_string_equal(dialog_is(s, 0), "confirmed");
}

static void each_to_tag_is_a_dialog(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .way = "P>A", .line = "180", .to = "c");
	SAY(s, .way = "P>A", .line = "183", .to = "b");
	assert_int_equal(the_call(s)->dialog_count, 2);
	SAY(s, .way = "P>A", .line = "200", .to = "c");
	assert_string_equal(dialog_is(s, 0), "early");
	assert_string_equal(dialog_is(s, 1), "confirmed");
	/* both answered: RFC 3261 section 13.2.2.4 */
	SAY(s, .way = "P>A", .line = "200", .to = "b");
	SAY(s, .way = "A>P", .line = "BYE", .branch = "2", .to = "b",
	    .cseq = 2);
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_string_equal(dialog_is(s, 1), "confirmed");
}

static void a_refusal_ends_all_early_dialogs_of_its_invite(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .way = "P>A", .line = "180", .to = "c");
	SAY(s, .at_ms = 7, .way = "P>A", .line = "603", .to = "p");
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_string_equal(dialog_is(s, 1), "terminated");
	assert_int_equal(dialog_nth(s, the_call(s), 1)->since_ns,
			 7 * CLOCK_MS_NS);
	assert_int_equal(the_call(s)->dialog_count, 2);
}

static void a_refused_branch_leaves_the_other_branches(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .way = "P>C", .line = "INVITE", .branch = "3");
	SAY(s, .way = "B>P", .line = "180", .branch = "2", .to = "b");
	SAY(s, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .way = "C>P", .line = "180", .branch = "3", .to = "c");
	SAY(s, .way = "P>A", .line = "180", .to = "c");
	SAY(s, .way = "B>P", .line = "486", .branch = "2", .to = "b");
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_string_equal(dialog_is(s, 1), "early");
	SAY(s, .way = "C>P", .line = "200", .branch = "3", .to = "c");
	assert_string_equal(dialog_is(s, 1), "confirmed");
}

static void a_refused_reinvite_keeps_the_dialog(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "B>A", .line = "INVITE", .branch = "2", .from = "b",
	    .to = "a");
	SAY(s, .way = "A>B", .line = "491", .branch = "2", .from = "b",
	    .to = "a");
	assert_string_equal(dialog_is(s, 0), "confirmed");
	assert_int_equal(the_call(s)->dialog_count, 1);
}

/* RFC 6228 */
static void a_199_ends_one_early_dialog(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .way = "P>A", .line = "180", .to = "c");
	SAY(s, .way = "P>A", .line = "199", .to = "b");
	SAY(s, .way = "P>A", .line = "199", .to = "d");
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_string_equal(dialog_is(s, 1), "early");
	assert_string_equal(dialog_is(s, 2), "terminated");
}

static void an_early_dialog_may_be_ended_by_bye(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .way = "A>B", .line = "PRACK", .branch = "2", .to = "b",
	    .cseq = 2);
	SAY(s, .way = "A>B", .line = "UPDATE", .branch = "3", .to = "b",
	    .cseq = 3);
	SAY(s, .way = "B>A", .line = "200", .of = "UPDATE", .branch = "3",
	    .to = "b", .cseq = 3);
	assert_string_equal(dialog_is(s, 0), "early");
	SAY(s, .way = "A>B", .line = "BYE", .branch = "4", .to = "b",
	    .cseq = 4);
	assert_string_equal(dialog_is(s, 0), "terminated");
}

static void a_capture_may_begin_inside_a_dialog(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INFO", .to = "b", .cseq = 5);
	assert_string_equal(dialog_is(s, 0), "confirmed");
	SAY(s, .way = "B>A", .line = "BYE", .branch = "2", .from = "b",
	    .to = "a");
	assert_string_equal(dialog_is(s, 0), "terminated");
	SAY(s, .way = "A>B", .line = "PRACK", .branch = "3", .to = "c");
	assert_string_equal(dialog_is(s, 1), "early");
}

static void what_never_had_a_dialog_makes_none(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "404", .to = "b");
	SAY(s, .way = "A>B", .line = "ACK", .to = "b");
	SAY(s, .way = "A>B", .line = "REGISTER", .branch = "2");
	SAY(s, .way = "B>A", .line = "200", .of = "REGISTER", .branch = "2",
	    .to = "r");
	SAY(s, .way = "B>A", .line = "200", .from = "", .to = "x");
	assert_int_equal(the_call(s)->dialog_count, 0);
}

static void a_subscription_ends_with_its_last_notify(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "SUBSCRIBE");
	SAY(s, .way = "B>A", .line = "202", .of = "SUBSCRIBE", .to = "b");
	assert_string_equal(dialog_is(s, 0), "confirmed");
	SAY(s, .way = "B>A", .line = "NOTIFY", .branch = "2", .from = "b",
	    .to = "a", .more = "Subscription-State: active;expires=60\r\n");
	assert_string_equal(dialog_is(s, 0), "confirmed");
	SAY(s, .way = "B>A", .line = "NOTIFY", .branch = "3", .from = "b",
	    .to = "a", .cseq = 2,
	    .more = "Subscription-State: Terminated;reason=timeout\r\n");
	assert_string_equal(dialog_is(s, 0), "terminated");
	assert_int_equal(the_call(s)->dialog_count, 1);
}

/* RFC 3515: the NOTIFYs of a REFER travel in the dialog of the call. */
static void the_end_of_a_refer_leaves_the_session(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .way = "A>B", .line = "REFER", .branch = "2", .to = "b",
	    .cseq = 2);
	SAY(s, .way = "B>A", .line = "202", .of = "REFER", .branch = "2",
	    .to = "b", .cseq = 2);
	SAY(s, .way = "B>A", .line = "NOTIFY", .branch = "3", .from = "b",
	    .to = "a",
	    .more = "Subscription-State: terminated;reason=noresource\r\n");
	assert_string_equal(dialog_is(s, 0), "confirmed");
	assert_int_equal(the_call(s)->dialog_count, 1);
}

static void tags_have_a_ceiling(void **state)
{
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	for (unsigned i = 0; i < 200; i++) {
		char tag[8];

		(void)snprintf(tag, sizeof(tag), "t%u", i);
		SAY(s, .way = "P>A", .line = "180", .to = tag);
	}
	assert_int_equal(the_call(s)->dialog_count, 64);
	assert_int_equal(the_call(s)->message_count, 201);
	/* those past it are of no dialog, and break nothing */
	SAY(s, .way = "P>A", .line = "200", .to = "t199");
	assert_int_equal(msg_nth(s, the_call(s), 201)->dialog, 0);
	SAY(s, .way = "P>A", .line = "200", .to = "t63");
	assert_string_equal(dialog_is(s, 63), "confirmed");
}

static void states_have_names(void **state)
{
	(void)state;
	assert_string_equal(dialog_state_name(DIALOG_EARLY), "early");
	assert_string_equal(dialog_state_name(DIALOG_STATES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(a_dialog_goes_from_early_to_terminated),
		IN_STORE(an_answer_without_ringing_confirms_at_once),
		IN_STORE(each_to_tag_is_a_dialog),
		IN_STORE(a_refusal_ends_all_early_dialogs_of_its_invite),
		IN_STORE(a_refused_branch_leaves_the_other_branches),
		IN_STORE(a_refused_reinvite_keeps_the_dialog),
		IN_STORE(a_199_ends_one_early_dialog),
		IN_STORE(an_early_dialog_may_be_ended_by_bye),
		IN_STORE(a_capture_may_begin_inside_a_dialog),
		IN_STORE(what_never_had_a_dialog_makes_none),
		IN_STORE(a_subscription_ends_with_its_last_notify),
		IN_STORE(the_end_of_a_refer_leaves_the_session),
		IN_STORE(tags_have_a_ceiling),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
