/* Provisional phases, as the report defines them. */
#include "say.h"
#include "sipmon/call/phase.h"

struct expected {
	unsigned code;
	int64_t begin_ms;
	int64_t end_ms;
	bool open;
};

static void compare(const struct phase *list, unsigned n,
		    const struct expected *e)
{
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(list[i].code, e[i].code);
		assert_int_equal(list[i].begin_ns, e[i].begin_ms * CLOCK_MS_NS);
		assert_int_equal(list[i].end_ns, e[i].end_ms * CLOCK_MS_NS);
		assert_int_equal(list[i].open, e[i].open);
	}
	assert_int_equal(e[n].code, 0);
}

static void call_has(const struct store *s, const struct expected *e)
{
	struct phase list[PHASE_ROOM];

	compare(list, phase_list_call(store_view(s), the_call(s), list, 32), e);
}

static void transaction_has(const struct store *s, unsigned number,
			    const struct expected *e)
{
	struct phase list[PHASE_ROOM];
	const struct transaction *t = transaction_nth(s, the_call(s), number);

	compare(list, phase_list(store_view(s), t, list, PHASE_ROOM), e);
}

static void another_code_or_the_final_ends_a_phase(void **state)
{
	static const struct expected phases[] = {
		{ 100, 110, 300, false },
		{ 180, 300, 900, false },
		{ 183, 900, 2000, false },
		{ 0, 0, 0, false },
	};
	struct store *s = *state;

	SAY(s, .at_ms = 100, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 110, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 300, .way = "B>A", .line = "180", .to = "b");
	/* the same code prolongs, whatever else it carries */
	SAY(s, .at_ms = 500, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 600, .way = "B>A", .line = "180", .to = "c");
	SAY(s, .at_ms = 900, .way = "B>A", .line = "183", .to = "b");
	SAY(s, .at_ms = 2000, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 2010, .way = "B>A", .line = "180", .to = "c");
	SAY(s, .at_ms = 9000, .way = "A>B", .line = "BYE", .to = "b",
	    .branch = "2");
	call_has(s, phases);
	transaction_has(s, 0, phases);
}

static void a_code_may_come_again_as_another_phase(void **state)
{
	static const struct expected phases[] = {
		{ 180, 10, 20, false },
		{ 181, 20, 30, false },
		{ 180, 30, 40, false },
		{ 0, 0, 0, false },
	};
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 20, .way = "B>A", .line = "181", .to = "b");
	SAY(s, .at_ms = 30, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 40, .way = "B>A", .line = "486", .to = "b");
	call_has(s, phases);
}

static void a_100_behind_an_18x_begins_none(void **state)
{
	static const struct expected phases[] = {
		{ 180, 10, 40, false },
		{ 0, 0, 0, false },
	};
	struct store *s = *state;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 20, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 30, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 40, .way = "B>A", .line = "200", .to = "b");
	call_has(s, phases);
}

static void an_open_phase_lasts_until_now(void **state)
{
	struct store *s = *state;
	const struct expected first[] = { { 100, 10, 10, true },
					  { 0, 0, 0, false } };
	const struct expected later[] = { { 100, 10, 4000, true },
					  { 0, 0, 0, false } };
	const struct expected quiet[] = { { 100, 10, 9000, true },
					  { 0, 0, 0, false } };

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "B>A", .line = "100");
	call_has(s, first);
	/* the last packet of the capture, of whatever call */
	SAY(s, .at_ms = 4000, .way = "C>D", .line = "OPTIONS", .id = "two");
	call_has(s, later);
	store_set_now(s, 9000 * CLOCK_MS_NS);
	store_set_now(s, 5000 * CLOCK_MS_NS);
	call_has(s, quiet);
}

static void a_call_shows_the_phases_of_its_first_hop(void **state)
{
	static const struct expected first[] = {
		{ 100, 1, 40, false },
		{ 180, 40, 60, false },
		{ 0, 0, 0, false },
	};
	static const struct expected second[] = {
		{ 100, 11, 20, false },
		{ 180, 20, 50, false },
		{ 0, 0, 0, false },
	};
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 1, .way = "P>A", .line = "100");
	SAY(s, .at_ms = 10, .way = "P>B", .line = "INVITE", .branch = "2");
	SAY(s, .at_ms = 11, .way = "B>P", .line = "100", .branch = "2");
	SAY(s, .at_ms = 20, .way = "B>P", .line = "180", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 40, .way = "P>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 50, .way = "B>P", .line = "200", .branch = "2",
	    .to = "b");
	SAY(s, .at_ms = 60, .way = "P>A", .line = "200", .to = "b");
	call_has(s, first);
	transaction_has(s, 1, second);
}

static void each_attempt_has_its_phases(void **state)
{
	static const struct expected phases[] = {
		{ 100, 1, 2, false },
		{ 100, 11, 12, false },
		{ 180, 12, 20, false },
		{ 0, 0, 0, false },
	};
	struct store *s = *state;

	SAY(s, .way = "A>P", .line = "INVITE");
	SAY(s, .at_ms = 1, .way = "P>A", .line = "100");
	SAY(s, .at_ms = 2, .way = "P>A", .line = "407", .to = "p");
	SAY(s, .at_ms = 3, .way = "A>P", .line = "ACK", .to = "p");
	SAY(s, .at_ms = 10, .way = "A>P", .line = "INVITE", .branch = "2",
	    .cseq = 2);
	SAY(s, .at_ms = 11, .way = "P>A", .line = "100", .branch = "2",
	    .cseq = 2);
	SAY(s, .at_ms = 12, .way = "P>A", .line = "180", .branch = "2",
	    .cseq = 2, .to = "b");
	SAY(s, .at_ms = 20, .way = "P>A", .line = "200", .branch = "2",
	    .cseq = 2, .to = "b");
	/* a re-INVITE is no attempt */
	SAY(s, .at_ms = 30, .way = "A>P", .line = "INVITE", .branch = "3",
	    .cseq = 3, .to = "b");
	SAY(s, .at_ms = 31, .way = "P>A", .line = "100", .branch = "3",
	    .cseq = 3);
	call_has(s, phases);
}

static void an_answer_that_came_first_leaves_no_phase(void **state)
{
	static const struct expected none[] = { { 0, 0, 0, false } };
	struct store *s = *state;

	SAY(s, .at_ms = 5, .way = "B>A", .line = "200", .to = "b");
	SAY(s, .at_ms = 6, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 7, .way = "A>B", .line = "INVITE");
	call_has(s, none);
	transaction_has(s, 0, none);
}

static void no_phase_ends_before_it_begins(void **state)
{
	static const struct expected phases[] = {
		{ 100, 500, 500, false },
		{ 180, 500, 600, false },
		{ 183, 600, 600, false },
		{ 0, 0, 0, false },
	};
	struct store *s = *state;

	/* the clock of the capturing machine is set back twice */
	SAY(s, .at_ms = 490, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 500, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 100, .way = "B>A", .line = "180", .to = "b");
	SAY(s, .at_ms = 600, .way = "B>A", .line = "183", .to = "b");
	SAY(s, .at_ms = 200, .way = "B>A", .line = "200", .to = "b");
	call_has(s, phases);
}

static void phases_have_a_ceiling(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct phase list[PHASE_ROOM];

	SAY(s, .way = "A>B", .line = "INVITE");
	for (int i = 1; i <= 100; i++)
		SAY(s, .at_ms = i, .way = "B>A",
		    .line = i % 2 == 0 ? "180" : "183", .to = "b");
	assert_int_equal(phase_list_call(v, the_call(s), list, PHASE_ROOM),
			 PHASE_ROOM);
	assert_int_equal(list[PHASE_ROOM - 1].begin_ns,
			 PHASE_ROOM * CLOCK_MS_NS);
	assert_int_equal(phase_list_call(v, the_call(s), list, 0), 0);
	assert_int_equal(phase_list_call(v, the_call(s), list, 3), 3);
}

static void what_is_stuck_depends_on_the_limits(void **state)
{
	struct store *s = *state;
	const struct view *v = store_view(s);
	struct phase_limits limits = PHASE_LIMITS_DEFAULT;
	struct phase p;

	SAY(s, .way = "A>B", .line = "INVITE");
	SAY(s, .at_ms = 10, .way = "B>A", .line = "100");
	SAY(s, .at_ms = 5009, .way = "B>A", .line = "180", .to = "b");
	assert_false(phase_find_stuck(v, the_call(s), &limits, &p));
	store_set_now(s, 185008 * CLOCK_MS_NS);
	assert_false(phase_find_stuck(v, the_call(s), &limits, &p));
	store_set_now(s, 185009 * CLOCK_MS_NS);
	assert_true(phase_find_stuck(v, the_call(s), &limits, &p));
	assert_int_equal(p.code, 180);
	assert_true(p.open);
	limits.trying_ns = 4999 * CLOCK_MS_NS;
	assert_true(phase_find_stuck(v, the_call(s), &limits, &p));
	assert_int_equal(p.code, 100);
	assert_false(p.open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(another_code_or_the_final_ends_a_phase),
		IN_STORE(a_code_may_come_again_as_another_phase),
		IN_STORE(a_100_behind_an_18x_begins_none),
		IN_STORE(an_open_phase_lasts_until_now),
		IN_STORE(a_call_shows_the_phases_of_its_first_hop),
		IN_STORE(each_attempt_has_its_phases),
		IN_STORE(an_answer_that_came_first_leaves_no_phase),
		IN_STORE(no_phase_ends_before_it_begins),
		IN_STORE(phases_have_a_ceiling),
		IN_STORE(what_is_stuck_depends_on_the_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
