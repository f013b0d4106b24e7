/*
 * loop.h - waits for descriptors, for time, and for signals.
 *
 * Signals that a program answers are let in only while it waits here, so no
 * work is ever cut in the middle and none is lost between look and wait.
 */
#ifndef SIPMON_BASE_LOOP_H
#define SIPMON_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"

enum loop_event {
	LOOP_END,     /* SIGINT, SIGTERM, SIGHUP */
	LOOP_SUSPEND, /* SIGTSTP */
	LOOP_RESUME,  /* SIGCONT */
	LOOP_RESIZE,  /* SIGWINCH */
	LOOP_EVENTS
};

/* Takes the signals over; SIGPIPE is ignored.  Once, at the start. */
MUST_CHECK enum err loop_take_signals(struct problem *problem);

/* Signals do again what they do by default; SIGPIPE stays ignored. */
void loop_give_signals_back(void);

/*
 * Waits until one of `fds` can be read or is gone, a signal came, or
 * `timeout_ns` is over (negative: for ever; 0: only looks).  Descriptors below
 * 0 are left out.  `ready` (may be NULL) tells which.
 */
void loop_wait(const int *fds, bool *ready, unsigned count, int64_t timeout_ns);

/* Did it come since the last time it was asked? */
bool loop_happened(enum loop_event e);

/* Stops this process as SIGTSTP does, until it is continued. */
void loop_stop_process(void);

#endif
