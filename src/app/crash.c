#include "crash.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

/*
 * Paste mode off, plain text, normal arrows, the screen from before, the
 * cursor shown.  Terminals that do not know one of them pass it over.
 */
static const char restore_text[] = "\033[?2004l\033[m\033(B\033[?1l\033>"
				   "\033[?1049l\033[?25h";

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

#define CRASHES (sizeof(crash_signals) / sizeof(crash_signals[0]))

/* A signal handler has no other place to look. */
static struct {
	struct termios modes;
	struct sigaction before[CRASHES];
	volatile sig_atomic_t armed;
} crash;

/*
 * What stood before us comes to its turn: the default, or that of a
 * sanitizer.  A real fault happens again as soon as this returns; a signal
 * that somebody sent must be sent again.
 */
static void on_crash(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (crash.armed) {
		crash.armed = 0;
		if (write(STDOUT_FILENO, restore_text,
			  sizeof(restore_text) - 1) >= 0)
			(void)tcsetattr(STDIN_FILENO, TCSANOW, &crash.modes);
	}
	for (size_t i = 0; i < CRASHES; i++)
		if (crash_signals[i] == number)
			(void)sigaction(number, &crash.before[i], NULL);
	if (info->si_code <= 0)
		(void)raise(number);
}

void crash_guard(void)
{
	struct sigaction action = { .sa_sigaction = on_crash,
				    .sa_flags = SA_SIGINFO };

	(void)sigemptyset(&action.sa_mask);
	if (tcgetattr(STDIN_FILENO, &crash.modes) != 0)
		return;
	crash.armed = 1;
	for (size_t i = 0; i < CRASHES; i++)
		(void)sigaction(crash_signals[i], &action, &crash.before[i]);
}

void crash_unguard(void)
{
	crash.armed = 0;
}
