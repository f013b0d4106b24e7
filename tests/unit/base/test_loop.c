/* Waiting: pipes that have something to say, and signals raised at home. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <unistd.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/loop.h"

static int take(void **state)
{
	(void)state;
	struct problem problem;

	return loop_take_signals(&problem) != ERR_OK;
}

static int give_back(void **state)
{
	(void)state;
	loop_give_signals_back();
	return 0;
}

static void only_what_can_be_read_is_ready(void **state)
{
	int quiet[2];
	int said[2];
	int gone[2];
	bool ready[4] = { true, true, true, true };

	(void)state;
	assert_int_equal(pipe(quiet), 0);
	assert_int_equal(pipe(said), 0);
	assert_int_equal(pipe(gone), 0);
	assert_int_equal(write(said[1], "x", 1), 1);
	(void)close(gone[1]);
	loop_wait((const int[]){ quiet[0], -1, said[0], gone[0] }, ready, 4, 0);
	assert_false(ready[0]);
	assert_false(ready[1]);
	assert_true(ready[2]);
	assert_true(ready[3]);
	/* for ever, but there is something already */
	loop_wait(&said[0], NULL, 1, -1);
	(void)close(quiet[0]);
	(void)close(quiet[1]);
	(void)close(said[0]);
	(void)close(said[1]);
	(void)close(gone[0]);
}

static void a_wait_without_descriptors_ends_with_its_time(void **state)
{
	int64_t before = clock_monotonic_ns();

	(void)state;
	loop_wait(NULL, NULL, 0, 5 * CLOCK_MS_NS);
	assert_true(clock_monotonic_ns() - before >= 5 * CLOCK_MS_NS);
}

static void a_signal_is_told_once_and_only_after_a_wait(void **state)
{
	static const struct {
		int number;
		enum loop_event event;
	} cases[] = {
		{ SIGINT, LOOP_END },     { SIGTERM, LOOP_END },
		{ SIGHUP, LOOP_END },     { SIGTSTP, LOOP_SUSPEND },
		{ SIGCONT, LOOP_RESUME }, { SIGWINCH, LOOP_RESIZE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t before = clock_monotonic_ns();

		assert_int_equal(raise(cases[i].number), 0);
		assert_false(loop_happened(cases[i].event));
		/* the signal cuts the wait short */
		loop_wait(NULL, NULL, 0, 60 * CLOCK_SECOND_NS);
		assert_true(clock_monotonic_ns() - before < CLOCK_SECOND_NS);
		for (int e = 0; e < LOOP_EVENTS; e++)
			assert_int_equal(loop_happened((enum loop_event)e),
					 e == (int)cases[i].event);
		assert_false(loop_happened(cases[i].event));
	}
}

static void nothing_is_ready_when_a_signal_came(void **state)
{
	int quiet[2];
	bool ready = true;

	(void)state;
	assert_int_equal(pipe(quiet), 0);
	assert_int_equal(raise(SIGWINCH), 0);
	loop_wait(&quiet[0], &ready, 1, -1);
	assert_false(ready);
	assert_true(loop_happened(LOOP_RESIZE));
	(void)close(quiet[0]);
	(void)close(quiet[1]);
}

static void a_closed_pipe_kills_nobody(void **state)
{
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	(void)close(p[0]);
	assert_int_equal(write(p[1], "x", 1), -1);
	(void)close(p[1]);
}

#define WITH_SIGNALS(test)                                                     \
	cmocka_unit_test_setup_teardown(test, take, give_back)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SIGNALS(only_what_can_be_read_is_ready),
		WITH_SIGNALS(a_wait_without_descriptors_ends_with_its_time),
		WITH_SIGNALS(a_signal_is_told_once_and_only_after_a_wait),
		WITH_SIGNALS(nothing_is_ready_when_a_signal_came),
		WITH_SIGNALS(a_closed_pipe_kills_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
