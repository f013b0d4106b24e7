#include "sipmon/base/loop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>

/* Written by the handler alone: the one global of the program. */
static volatile sig_atomic_t loop_signal[LOOP_EVENTS];

static const struct {
	int number;
	enum loop_event event;
} signals[] = {
	{ SIGINT, LOOP_END },     { SIGTERM, LOOP_END },
	{ SIGHUP, LOOP_END },     { SIGTSTP, LOOP_SUSPEND },
	{ SIGCONT, LOOP_RESUME }, { SIGWINCH, LOOP_RESIZE },
};

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static void note(int number)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			loop_signal[signals[i].event] = 1;
}

static enum err no_signals(struct problem *problem)
{
	problem_set(problem, "cannot take signals: %s", strerror(errno));
	return ERR_SYSTEM;
}

enum err loop_take_signals(struct problem *problem)
{
	struct sigaction action = { .sa_handler = note };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t block;

	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&block);
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)sigaddset(&block, signals[i].number);
		if (sigaction(signals[i].number, &action, NULL) != 0)
			return no_signals(problem);
	}
	if (sigaction(SIGPIPE, &ignore, NULL) != 0 ||
	    sigprocmask(SIG_BLOCK, &block, NULL) != 0)
		return no_signals(problem);
	return ERR_OK;
}

void loop_give_signals_back(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t all;

	(void)sigemptyset(&plain.sa_mask);
	(void)sigemptyset(&all);
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)sigaction(signals[i].number, &plain, NULL);
		(void)sigaddset(&all, signals[i].number);
	}
	(void)sigprocmask(SIG_UNBLOCK, &all, NULL);
}

void loop_wait(const int *fds, bool *ready, unsigned count, int64_t timeout_ns)
{
	struct timespec time = { timeout_ns / 1000000000,
				 timeout_ns % 1000000000 };
	sigset_t none;
	fd_set set;
	int top = -1;
	int n;

	(void)sigemptyset(&none);
	FD_ZERO(&set);
	for (unsigned i = 0; i < count; i++) {
		if (fds[i] < 0 || fds[i] >= FD_SETSIZE)
			continue;
		FD_SET(fds[i], &set);
		if (fds[i] > top)
			top = fds[i];
	}
	/* pselect, since ppoll is in no standard that the build asks for. */
	n = pselect(top + 1, &set, NULL, NULL, timeout_ns < 0 ? NULL : &time,
		    &none);
	for (unsigned i = 0; ready != NULL && i < count; i++)
		ready[i] = n > 0 && fds[i] >= 0 && fds[i] < FD_SETSIZE &&
			   FD_ISSET(fds[i], &set);
}

bool loop_happened(enum loop_event e)
{
	if (!loop_signal[e])
		return false;
	loop_signal[e] = 0;
	return true;
}

void loop_stop_process(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	struct sigaction ours;
	sigset_t stop;

	(void)sigemptyset(&plain.sa_mask);
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTSTP);
	(void)sigaction(SIGTSTP, &plain, &ours);
	(void)raise(SIGTSTP);
	/* It stops here, where the signal is let in. */
	(void)sigprocmask(SIG_UNBLOCK, &stop, NULL);
	(void)sigprocmask(SIG_BLOCK, &stop, NULL);
	(void)sigaction(SIGTSTP, &ours, NULL);
}
