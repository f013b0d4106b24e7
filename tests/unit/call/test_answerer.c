/* Who answered a call, or should have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../analyse/talk.h"
#include "sipmon/call/answerer.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void is_answered_by(const struct said *list, size_t count, char name)
{
	struct store *s = talk_store(list, count, 0);
	struct endpoint host = talk_endpoint(name);
	const struct view *v;

	assert_non_null(s);
	v = store_view(s);
	assert_true(endpoint_eq(call_answerer(v, view_first(v)), &host));
	store_free(s);
}

/* Two servers are asked at the same time. */
static const struct said forked[] = {
	SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
	SAY(1, 'A', 'C', "INVITE", "1 INVITE", "b"),
	SAY(2, 'A', 'D', "INVITE", "1 INVITE", "c"),
	SAY(400, 'B', 'A', "486", "1 INVITE", "a", "t"),
	SAY(900, 'C', 'A', "200", "1 INVITE", "b", "u"),
	SAY(910, 'D', 'A', "487", "1 INVITE", "c", "v"),
};

static void the_2xx_tells_who_answered(void **state)
{
	(void)state;
	is_answered_by(forked, COUNT(forked), 'C');
}

static void without_2xx_the_last_refusal_does(void **state)
{
	static const struct said hunted[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(400, 'B', 'A', "503", "1 INVITE", "a", "t"),
		SAY(410, 'A', 'C', "INVITE", "1 INVITE", "b"),
		SAY(500, 'C', 'A', "486", "1 INVITE", "b", "u"),
		SAY(600, 'A', 'D', "INVITE", "1 INVITE", "c"),
	};

	(void)state;
	is_answered_by(hunted, COUNT(hunted), 'C');
	is_answered_by(hunted, 3, 'B');
}

static void an_answered_challenge_tells_nothing(void **state)
{
	static const struct said challenged[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(20, 'B', 'A', "407", "1 INVITE", "a", "t"),
		SAY(30, 'A', 'C', "INVITE", "2 INVITE", "b"),
	};

	(void)state;
	is_answered_by(challenged, COUNT(challenged), 'C');
	is_answered_by(challenged, 2, 'B');
}

/* What is sent on, and what is asked within the dialog, is not looked at. */
static void only_the_caller_s_first_request_counts(void **state)
{
	static const struct said call[] = {
		SAY(0, 'A', 'B', "INVITE", "1 INVITE", "a"),
		SAY(1, 'B', 'C', "INVITE", "1 INVITE", "p"),
		SAY(900, 'C', 'B', "200", "1 INVITE", "p", "u"),
		SAY(910, 'B', 'A', "200", "1 INVITE", "a", "u"),
		SAY(990, 'A', 'D', "INVITE", "2 INVITE", "b", "u"),
		SAY(995, 'D', 'A', "200", "2 INVITE", "b", "u"),
	};

	(void)state;
	is_answered_by(call, COUNT(call), 'B');
}

static void where_only_responses_came_it_is_their_sender(void **state)
{
	static const struct said call[] = {
		SAY(910, 'B', 'A', "200", "1 INVITE", "a", "u"),
	};

	(void)state;
	is_answered_by(call, COUNT(call), 'B');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_2xx_tells_who_answered),
		cmocka_unit_test(without_2xx_the_last_refusal_does),
		cmocka_unit_test(an_answered_challenge_tells_nothing),
		cmocka_unit_test(only_the_caller_s_first_request_counts),
		cmocka_unit_test(where_only_responses_came_it_is_their_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
