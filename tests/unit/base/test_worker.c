/* Jobs for threads: each comes back once, and nobody waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "sipmon/base/worker.h"

#define THREADS 3
#define ROOM    8
#define JOBS    1000

/* More than any thread needs until it is its turn. */
#define PATIENCE_MS 10000

struct job {
	unsigned number;
	unsigned square;
	bool dropped;
	sigset_t blocked;
};

/* Seen by the threads and by the test. */
struct stage {
	atomic_uint opened;
	atomic_uint closed;
	unsigned open_most;   /* the next one fails */
	pthread_mutex_t gate; /* held: nobody works */
};

static void *open_state(void *ctx)
{
	struct stage *s = ctx;

	if (atomic_load(&s->opened) == s->open_most)
		return NULL;
	atomic_fetch_add(&s->opened, 1);
	return s;
}

static void close_state(void *state)
{
	struct stage *s = state;

	atomic_fetch_add(&s->closed, 1);
}

static void work(void *state, void *job)
{
	struct stage *s = state;
	struct job *j = job;

	(void)pthread_mutex_lock(&s->gate);
	(void)pthread_mutex_unlock(&s->gate);
	j->square = j->number * j->number;
	(void)pthread_sigmask(SIG_BLOCK, NULL, &j->blocked);
}

static void drop(void *job)
{
	((struct job *)job)->dropped = true;
}

static struct worker_pool *started(struct stage *s, unsigned threads,
				   unsigned room)
{
	const struct worker_ops ops = { open_state, close_state, work, drop,
					s };
	struct worker_pool *p = NULL;

	assert_int_equal(worker_pool_new(&p, &ops, threads, room), ERR_OK);
	return p;
}

static bool is_readable(const struct worker_pool *p, int timeout_ms)
{
	struct pollfd fd = { .fd = worker_fd(p), .events = POLLIN };

	return poll(&fd, 1, timeout_ms) == 1;
}

static struct stage stage_of(unsigned open_most)
{
	struct stage s = { .open_most = open_most };

	assert_int_equal(pthread_mutex_init(&s.gate, NULL), 0);
	return s;
}

static void each_job_comes_back_once_with_its_result(void **state)
{
	static struct job jobs[JOBS];
	struct stage s = stage_of(UINT32_MAX);
	struct worker_pool *p = started(&s, THREADS, ROOM);
	bool seen[JOBS] = { false };
	unsigned given = 0;
	unsigned taken = 0;

	(void)state;
	while (taken < JOBS) {
		struct job *j;

		while (given < JOBS && worker_has_room(p)) {
			jobs[given] = (struct job){ .number = given };
			assert_true(worker_give(p, &jobs[given++]));
		}
		assert_int_equal(worker_pending(p), given - taken);
		assert_true(is_readable(p, PATIENCE_MS));
		while ((j = worker_take(p)) != NULL) {
			assert_false(seen[j->number]);
			seen[j->number] = true;
			assert_int_equal(j->square, j->number * j->number);
			taken++;
		}
	}
	assert_int_equal(worker_pending(p), 0);
	assert_false(is_readable(p, 0));
	worker_pool_free(p);
	assert_int_equal(atomic_load(&s.opened), THREADS);
	assert_int_equal(atomic_load(&s.closed), THREADS);
}

static void past_the_room_a_job_is_refused(void **state)
{
	struct job jobs[3] = { { .number = 1 }, { .number = 2 } };
	struct stage s = stage_of(UINT32_MAX);
	struct worker_pool *p = started(&s, 1, 2);
	struct job *j;

	(void)state;
	assert_true(worker_give(p, &jobs[0]));
	assert_true(worker_give(p, &jobs[1]));
	assert_false(worker_has_room(p));
	assert_false(worker_give(p, &jobs[2]));
	/* One that is done still takes its room, until it is taken back. */
	assert_true(is_readable(p, PATIENCE_MS));
	assert_false(worker_has_room(p));
	j = worker_take(p);
	assert_ptr_equal(j, &jobs[0]);
	assert_true(worker_give(p, &jobs[2]));
	worker_pool_free(p);
}

static void what_is_left_at_the_end_is_dropped(void **state)
{
	struct job jobs[ROOM] = { { 0 } };
	struct stage s = stage_of(UINT32_MAX);
	struct worker_pool *p;
	unsigned dropped = 0;

	(void)state;
	p = started(&s, 1, ROOM);
	assert_int_equal(pthread_mutex_lock(&s.gate), 0);
	for (unsigned i = 0; i < ROOM; i++)
		assert_true(worker_give(p, &jobs[i]));
	/* The first is being done; most others never are. */
	assert_int_equal(pthread_mutex_unlock(&s.gate), 0);
	worker_pool_free(p);
	for (unsigned i = 0; i < ROOM; i++)
		dropped += jobs[i].dropped;
	assert_int_equal(dropped, ROOM);
}

static void nothing_is_readable_while_all_work(void **state)
{
	struct job job = { .number = 3 };
	struct stage s = stage_of(UINT32_MAX);
	struct worker_pool *p = started(&s, THREADS, ROOM);

	(void)state;
	assert_int_equal(pthread_mutex_lock(&s.gate), 0);
	assert_true(worker_give(p, &job));
	assert_false(is_readable(p, 20));
	assert_null(worker_take(p));
	assert_int_equal(worker_pending(p), 1);
	assert_int_equal(pthread_mutex_unlock(&s.gate), 0);
	assert_true(is_readable(p, PATIENCE_MS));
	assert_ptr_equal(worker_take(p), &job);
	worker_pool_free(p);
}

static void threads_let_signals_to_the_others(void **state)
{
	struct job job = { .number = 1 };
	struct stage s = stage_of(UINT32_MAX);
	struct worker_pool *p = started(&s, 1, 1);
	sigset_t here;

	(void)state;
	assert_true(worker_give(p, &job));
	assert_true(is_readable(p, PATIENCE_MS));
	assert_ptr_equal(worker_take(p), &job);
	assert_int_equal(sigismember(&job.blocked, SIGINT), 1);
	assert_int_equal(sigismember(&job.blocked, SIGTERM), 1);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &here), 0);
	assert_int_equal(sigismember(&here, SIGINT), 0);
	worker_pool_free(p);
}

static void fewer_threads_than_asked_for_do(void **state)
{
	struct job job = { .number = 5 };
	struct stage s = stage_of(1);
	struct worker_pool *p = started(&s, THREADS, ROOM);

	(void)state;
	assert_int_equal(atomic_load(&s.opened), 1);
	assert_true(worker_give(p, &job));
	assert_true(is_readable(p, PATIENCE_MS));
	assert_ptr_equal(worker_take(p), &job);
	assert_int_equal(job.square, 25);
	worker_pool_free(p);
}

static void without_any_thread_there_is_no_pool(void **state)
{
	struct stage s = stage_of(0);
	const struct worker_ops ops = { open_state, close_state, work, drop,
					&s };
	struct worker_pool *p = NULL;

	(void)state;
	assert_int_equal(worker_pool_new(&p, &ops, THREADS, ROOM), ERR_SYSTEM);
	assert_null(p);
	worker_pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_comes_back_once_with_its_result),
		cmocka_unit_test(past_the_room_a_job_is_refused),
		cmocka_unit_test(what_is_left_at_the_end_is_dropped),
		cmocka_unit_test(nothing_is_readable_while_all_work),
		cmocka_unit_test(threads_let_signals_to_the_others),
		cmocka_unit_test(fewer_threads_than_asked_for_do),
		cmocka_unit_test(without_any_thread_there_is_no_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
