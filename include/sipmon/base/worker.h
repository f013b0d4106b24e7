/*
 * worker.h - jobs for threads, and their results back to the loop.
 *
 * One thread gives jobs and takes them back when they are done, in any order.
 * As many are on their way as there is room, and nobody ever waits for room.
 */
#ifndef SIPMON_BASE_WORKER_H
#define SIPMON_BASE_WORKER_H

#include <stdbool.h>

#include "sipmon/base/err.h"

/* What a worker does.  A job is the giver's; the result is written into it. */
struct worker_ops {
	/* Of each thread, called before it begins: what it alone uses.  NULL
	 * as a result: out of memory. */
	void *(*open)(void *ctx);
	void (*close)(void *state);
	/* In the thread. */
	void (*work)(void *state, void *job);
	/* A job that is not taken back any more. */
	void (*drop)(void *job);
	void *ctx;
};

struct worker_pool;

/*
 * Starts `threads` (at least one) that let signals to the others.  `room`:
 * jobs that are given and not taken back, at most.  ERR_NOMEM; ERR_SYSTEM: no
 * thread could be started, or no descriptor is left.  Fewer threads than asked
 * for are no error.
 */
MUST_CHECK enum err worker_pool_new(struct worker_pool **out,
				    const struct worker_ops *ops,
				    unsigned threads, unsigned room);

/* Waits for the jobs that are being done, drops the others. */
void worker_pool_free(struct worker_pool *p);

bool worker_has_room(const struct worker_pool *p);

/* False: no room. */
bool worker_give(struct worker_pool *p, void *job);

/* A job that is done; NULL: none now. */
void *worker_take(struct worker_pool *p);

/* Given and not taken back. */
unsigned worker_pending(const struct worker_pool *p);

/* To poll; readable while there is a job to take. */
int worker_fd(const struct worker_pool *p);

#endif
