#include "sipmon/base/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* More threads than processors only wait for each other. */
#define THREADS_MAX 64

/* First in, first out; as long as all jobs together. */
struct ring {
	void **jobs;
	unsigned first;
	unsigned count;
};

struct worker {
	struct worker_pool *pool;
	void *state;
	pthread_t thread;
};

struct worker_pool {
	struct worker_ops ops;
	unsigned room;
	unsigned pending; /* only the giver's thread looks at it */
	int fd;
	unsigned worker_count;
	struct worker *workers;

	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t given;
	struct ring waiting;
	struct ring done;
	bool is_over;
};

static bool ring_init(struct ring *r, unsigned room)
{
	r->jobs = calloc(room, sizeof(void *));
	return r->jobs != NULL;
}

/* There is room: both rings hold as many jobs as may be on their way. */
static void ring_add(struct ring *r, unsigned room, void *job)
{
	r->jobs[(r->first + r->count) % room] = job;
	r->count++;
}

static void *ring_take(struct ring *r, unsigned room)
{
	void *job;

	if (r->count == 0)
		return NULL;
	job = r->jobs[r->first];
	r->first = (r->first + 1) % room;
	r->count--;
	return job;
}

/* ---- in the threads */

/* The next job; NULL at the end. */
static void *wait_for_job(struct worker_pool *p)
{
	void *job = NULL;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->is_over && p->waiting.count == 0)
		(void)pthread_cond_wait(&p->given, &p->lock);
	if (!p->is_over)
		job = ring_take(&p->waiting, p->room);
	(void)pthread_mutex_unlock(&p->lock);
	return job;
}

static void hand_back(struct worker_pool *p, void *job)
{
	uint64_t one = 1;
	ssize_t written = 0;

	(void)pthread_mutex_lock(&p->lock);
	ring_add(&p->done, p->room, job);
	/* An eventfd holds a number; 1 of 2^64 - 2 always fits. */
	if (p->done.count == 1)
		written = write(p->fd, &one, sizeof(one));
	(void)written;
	(void)pthread_mutex_unlock(&p->lock);
}

static void *run(void *ctx)
{
	struct worker *w = ctx;
	void *job;

	while ((job = wait_for_job(w->pool)) != NULL) {
		w->pool->ops.work(w->state, job);
		hand_back(w->pool, job);
	}
	return NULL;
}

/* ---- of the giver */

/* Starts one more; signals are for the thread that waits in loop_wait(). */
static bool start(struct worker_pool *p)
{
	struct worker *w = &p->workers[p->worker_count];
	sigset_t all;
	sigset_t before;
	int failed;

	w->pool = p;
	w->state = p->ops.open(p->ops.ctx);
	if (w->state == NULL)
		return false;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&w->thread, NULL, run, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		p->ops.close(w->state);
		return false;
	}
	p->worker_count++;
	return true;
}

static struct worker_pool *pool_alloc(const struct worker_ops *ops,
				      unsigned threads, unsigned room)
{
	struct worker_pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->ops = *ops;
	p->room = room;
	p->fd = -1;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->given, NULL);
	p->workers = calloc(threads, sizeof(struct worker));
	if (p->workers == NULL || !ring_init(&p->waiting, room) ||
	    !ring_init(&p->done, room)) {
		worker_pool_free(p);
		return NULL;
	}
	return p;
}

enum err worker_pool_new(struct worker_pool **out, const struct worker_ops *ops,
			 unsigned threads, unsigned room)
{
	struct worker_pool *p;

	if (threads == 0)
		threads = 1;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	if (room == 0)
		room = 1;
	p = pool_alloc(ops, threads, room);
	if (p == NULL)
		return ERR_NOMEM;
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	while (p->fd >= 0 && p->worker_count < threads && start(p))
		continue;
	if (p->worker_count == 0) {
		worker_pool_free(p);
		return ERR_SYSTEM;
	}
	*out = p;
	return ERR_OK;
}

static void drop_all(struct worker_pool *p, struct ring *r)
{
	void *job;

	while ((job = ring_take(r, p->room)) != NULL)
		p->ops.drop(job);
	free(r->jobs);
}

void worker_pool_free(struct worker_pool *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->is_over = true;
	(void)pthread_cond_broadcast(&p->given);
	(void)pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->worker_count; i++) {
		(void)pthread_join(p->workers[i].thread, NULL);
		p->ops.close(p->workers[i].state);
	}
	drop_all(p, &p->waiting);
	drop_all(p, &p->done);
	if (p->fd >= 0)
		(void)close(p->fd);
	(void)pthread_cond_destroy(&p->given);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p);
}

bool worker_has_room(const struct worker_pool *p)
{
	return p->pending < p->room;
}

bool worker_give(struct worker_pool *p, void *job)
{
	if (!worker_has_room(p))
		return false;
	p->pending++;
	(void)pthread_mutex_lock(&p->lock);
	ring_add(&p->waiting, p->room, job);
	(void)pthread_cond_signal(&p->given);
	(void)pthread_mutex_unlock(&p->lock);
	return true;
}

void *worker_take(struct worker_pool *p)
{
	uint64_t count;
	ssize_t got = 0;
	void *job;

	(void)pthread_mutex_lock(&p->lock);
	job = ring_take(&p->done, p->room);
	if (job != NULL && p->done.count == 0)
		got = read(p->fd, &count, sizeof(count));
	(void)got;
	(void)pthread_mutex_unlock(&p->lock);
	if (job != NULL)
		p->pending--;
	return job;
}

unsigned worker_pending(const struct worker_pool *p)
{
	return p->pending;
}

int worker_fd(const struct worker_pool *p)
{
	return p->fd;
}
