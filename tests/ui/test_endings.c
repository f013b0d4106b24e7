/* However it ends, it ends soon, and the terminal is as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

#define END_MS      1000
#define IDLE_MS     500
#define IDLE_CPU_MS 100

/* Ended by itself: not killed, and without a fault. */
static bool is_good_end(int status)
{
	return status >= 0 && status < CHILD_SIGNAL && status != CHILD_FAULT;
}

static void q_leaves_the_terminal_as_it_was(void **state)
{
	struct stage *s = *state;

	stage_start(s, "busy", NULL);
	stage_expect(s, "486");
	assert_true(term_is_alternate(s->term));
	assert_false(term_is_restored(s->term));
	stage_leave(s);
	assert_false(term_is_alternate(s->term));
}

static void a_signal_ends_it_and_restores_the_terminal(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
	static const char *const keys[] = { "", TERM_ENTER, "e", "?", "/" };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			int status;

			stage_start(s, "busy", NULL);
			stage_expect(s, "486");
			term_type(s->term, keys[k]);
			term_settle(s->term);
			assert_int_equal(kill(term_pid(s->term), signals[i]),
					 0);
			status = term_wait(s->term, END_MS);
			if (!is_good_end(status) || !term_is_restored(s->term))
				fail_msg("signal %d: ended with %d", signals[i],
					 status);
		}
	}
}

static void the_end_of_the_terminal_ends_it(void **state)
{
	const struct stage_setup leads = { .leads = true };
	struct stage *s = *state;
	int status;

	stage_start(s, "busy", &leads);
	stage_expect(s, "486");
	term_hang_up(s->term);
	status = term_wait(s->term, END_MS);
	if (!is_good_end(status))
		fail_msg("ended with %d", status);
}

static void ctrl_c_twice_leaves(void **state)
{
	struct stage *s = *state;

	stage_start(s, "busy", NULL);
	stage_expect(s, "1 of 1 calls");
	term_type(s->term, TERM_ENTER TERM_ENTER);
	stage_expect(s, "Max-Forwards: 70");
	term_type(s->term, "\003");
	stage_expect(s, "1 of 1 calls");
	term_type(s->term, "\003\003");
	assert_int_equal(term_wait(s->term, END_MS), 0);
	assert_true(term_is_restored(s->term));
}

static void suspended_it_gives_the_terminal_back(void **state)
{
	static const char *const ways[] = { "\032", NULL };
	struct stage *s = *state;

	for (size_t i = 0; i < 2; i++) {
		stage_start(s, "busy", NULL);
		stage_expect(s, "486");
		if (ways[i] != NULL)
			term_type(s->term, ways[i]);
		else
			assert_int_equal(kill(term_pid(s->term), SIGTSTP), 0);
		assert_true(term_was_stopped(s->term));
		assert_true(term_is_restored(s->term));
		term_continue(s->term);
		stage_expect(s, "486");
		assert_true(term_is_alternate(s->term));
		term_type(s->term, TERM_ENTER);
		stage_expect(s, "486 Busy Here");
		stage_leave(s);
	}
}

/* A stop that cannot be caught: the shell has changed the terminal. */
static void continued_it_draws_again(void **state)
{
	struct stage *s = *state;

	stage_start(s, "busy", NULL);
	stage_expect(s, "486");
	assert_int_equal(kill(term_pid(s->term), SIGSTOP), 0);
	assert_true(term_was_stopped(s->term));
	term_continue(s->term);
	term_settle(s->term);
	stage_expect(s, "486");
	stage_leave(s);
}

/* Processor time of the program so far, in milliseconds. */
static long cpu_ms(pid_t pid)
{
	char path[64];
	char text[1024] = "";
	unsigned long user = 0;
	unsigned long system = 0;
	char *at;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	(void)close(fd);
	/* Fields 14 and 15; the name of field 2 may hold blanks. */
	at = strrchr(text, ')');
	for (int i = 2; at != NULL && i < 14; i++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return -1;
	user = strtoul(at, &at, 10);
	system = strtoul(at, NULL, 10);
	return (long)((user + system) * 1000 /
		      (unsigned long)sysconf(_SC_CLK_TCK));
}

static void an_idle_screen_uses_no_processor(void **state)
{
	const struct timespec pause = { 0, IDLE_MS * 1000000L };
	struct stage *s = *state;
	long before;

	stage_start(s, "busy", NULL);
	stage_expect(s, "486");
	term_settle(s->term);
	before = cpu_ms(term_pid(s->term));
	(void)nanosleep(&pause, NULL);
	assert_true(before >= 0);
	assert_true(cpu_ms(term_pid(s->term)) - before < IDLE_CPU_MS);
	stage_leave(s);
}

/* What a crash leaves behind is still a terminal. */
static void a_crash_restores_the_terminal(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE,
				       SIGILL };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int status;

		stage_start(s, "busy", NULL);
		stage_expect(s, "486");
		assert_int_equal(kill(term_pid(s->term), signals[i]), 0);
		status = term_wait(s->term, 10 * END_MS);
		assert_int_not_equal(status, 0);
		assert_int_not_equal(status, CHILD_TOO_LATE);
		if (!term_is_restored(s->term))
			fail_msg("signal %d: ended with %d", signals[i],
				 status);
	}
}

#define ON_STAGE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(q_leaves_the_terminal_as_it_was),
		ON_STAGE(a_signal_ends_it_and_restores_the_terminal),
		ON_STAGE(the_end_of_the_terminal_ends_it),
		ON_STAGE(ctrl_c_twice_leaves),
		ON_STAGE(suspended_it_gives_the_terminal_back),
		ON_STAGE(continued_it_draws_again),
		ON_STAGE(an_idle_screen_uses_no_processor),
		ON_STAGE(a_crash_restores_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
