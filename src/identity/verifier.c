#include "sipmon/identity/verifier.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "legacy.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/worker.h"

/* So many that a thread does not run dry between two turns of the loop. */
#define JOBS_PER_THREAD 64
#define THREADS_MAX     64

struct verifier {
	const struct judge *judge;
	struct worker_pool *pool;
};

/* What one thread alone uses. */
struct bench {
	const struct judge *judge;
	struct arena_pool *pool;
	struct arena arena;
};

/* On its way there and back. */
struct task {
	struct verifier_answer answer;
	size_t len;
	char bytes[];
};

/* ---- in the threads */

static void *bench_open(void *ctx)
{
	const struct verifier *v = ctx;
	struct bench *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->judge = v->judge;
	b->pool = arena_pool_new();
	if (b->pool == NULL) {
		free(b);
		return NULL;
	}
	return b;
}

static void bench_close(void *state)
{
	struct bench *b = state;

	arena_reset(&b->arena, b->pool);
	arena_pool_free(b->pool);
	free(b);
}

static bool is_at_hand(const struct identity_header *h)
{
	return (h->failed & VERDICT_BIT(VERDICT_CERT_UNAVAILABLE)) == 0;
}

/* The first certificate that is wanted. */
static void name_url(const struct identity_detail *d, struct verifier_answer *a)
{
	for (unsigned i = 0; i < d->header_count; i++) {
		struct slice url = d->headers[i].url;

		if (!is_at_hand(&d->headers[i]) && url.len < sizeof(a->url)) {
			slice_copy(url, a->url, sizeof(a->url));
			return;
		}
	}
}

/* Age by the first value that tells one: its iat, or the Date for RFC 4474. */
static void tell_age(struct bench *b, const struct sip_msg *msg,
		     const struct identity_detail *d, struct verifier_answer *a)
{
	const struct memory m = { &b->arena, b->pool };
	int64_t then = 0;

	for (unsigned i = 0; i < d->header_count && !a->has_age; i++) {
		const struct identity_header *h = &d->headers[i];

		then = h->iat;
		a->has_age = h->has_iat;
		if (h->scheme == IDENTITY_RFC4474)
			a->has_age = message_date(&m, msg, &then, NULL);
	}
	if (a->has_age && __builtin_sub_overflow(a->time_ns / CLOCK_SECOND_NS,
						 then, &a->age_s))
		a->has_age = false;
}

static void judge_task(struct bench *b, struct task *t)
{
	struct slice bytes = { t->bytes, t->len };
	struct identity_detail detail = { 0 };
	struct sip_msg msg;
	struct judge_case c = { .msg = &msg,
				.time_ns = t->answer.time_ns,
				.brief = true };

	if (!sip_msg_parse(&msg, bytes))
		return;
	c.trailing =
		(size_t)(bytes.ptr + bytes.len - (msg.raw.ptr + msg.raw.len));
	if (judge_message(b->judge, &c, &b->arena, b->pool, &detail,
			  &t->answer.signer) != ERR_OK)
		return;
	t->answer.brief = judge_brief(&detail);
	name_url(&detail, &t->answer);
	tell_age(b, &msg, &detail, &t->answer);
}

static void work(void *state, void *job)
{
	struct bench *b = state;

	judge_task(b, job);
	arena_reset(&b->arena, b->pool);
}

static void drop(void *job)
{
	free(job);
}

/* ---- of the caller */

enum err verifier_new(struct verifier **out, const struct judge *judge,
		      unsigned threads)
{
	struct verifier *v = calloc(1, sizeof(*v));
	const struct worker_ops ops = { .open = bench_open,
					.close = bench_close,
					.work = work,
					.drop = drop,
					.ctx = v };
	enum err err;

	if (v == NULL)
		return ERR_NOMEM;
	if (threads == 0)
		threads = 1;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	v->judge = judge;
	/* Left alone, jansson seeds itself with the first object it makes: two
	 * threads could do so at once. */
	json_object_seed(0);
	err = worker_pool_new(&v->pool, &ops, threads,
			      threads * JOBS_PER_THREAD);
	if (err) {
		free(v);
		return err;
	}
	*out = v;
	return ERR_OK;
}

void verifier_free(struct verifier *v)
{
	if (v == NULL)
		return;
	worker_pool_free(v->pool);
	free(v);
}

bool verifier_has_room(const struct verifier *v)
{
	return worker_has_room(v->pool);
}

bool verifier_ask(struct verifier *v, const struct verifier_job *job)
{
	struct task *t;

	if (!verifier_has_room(v))
		return false;
	t = calloc(1, sizeof(*t) + job->bytes.len);
	if (t == NULL)
		return false;
	t->answer.id = job->id;
	t->answer.tag = job->tag;
	t->answer.time_ns = job->time_ns;
	t->len = job->bytes.len;
	if (job->bytes.len > 0)
		memcpy(t->bytes, job->bytes.ptr, job->bytes.len);
	if (worker_give(v->pool, t))
		return true;
	free(t);
	return false;
}

bool verifier_take(struct verifier *v, struct verifier_answer *out)
{
	struct task *t = worker_take(v->pool);

	if (t == NULL)
		return false;
	*out = t->answer;
	free(t);
	return true;
}

unsigned verifier_pending(const struct verifier *v)
{
	return worker_pending(v->pool);
}

int verifier_fd(const struct verifier *v)
{
	return worker_fd(v->pool);
}
