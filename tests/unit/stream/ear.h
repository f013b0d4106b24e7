/*
 * ear.h - one layer that hears a connection, for tests: it is asked as the
 * levels ask it, and what comes up is kept.
 */
#ifndef SIPMON_TESTS_STREAM_EAR_H
#define SIPMON_TESTS_STREAM_EAR_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../src/stream/layer.h"
#include "sipmon/base/buf.h"
#include "sipmon/net/counters.h"
#include "sipmon/stream/keys.h"

#define EAR_BYTES_MAX ((size_t)1 << 24)

struct ear {
	const struct layer_ops *ops;
	struct layer_place place;
	struct counters counters;
	void *layer;
	struct buf held[DIRECTIONS]; /* not taken yet */
	size_t need[DIRECTIONS];
	struct buf heard[DIRECTIONS]; /* what came up */
	unsigned holes[DIRECTIONS];
};

static inline void ear_heard(void *ctx, const struct layer_out *out)
{
	struct ear *e = ctx;

	assert(out->direction < DIRECTIONS && !out->whole);
	e->holes[out->direction] += out->hole;
	buf_add(&e->heard[out->direction], out->bytes);
}

static inline void ear_open(struct ear *e, const struct layer_ops *ops,
			    struct keys *keys, bool sip_port)
{
	*e = (struct ear){ .ops = ops };
	e->place = (struct layer_place){ .up = ear_heard,
					 .ctx = e,
					 .keys = keys,
					 .counters = &e->counters,
					 .sip_port = sip_port };
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		buf_init(&e->held[d], EAR_BYTES_MAX);
		buf_init(&e->heard[d], EAR_BYTES_MAX);
	}
	e->layer = ops->open(&e->place);
	assert(e->layer != NULL);
}

static inline void ear_close(struct ear *e)
{
	e->ops->close(e->layer);
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		buf_free(&e->held[d]);
		buf_free(&e->heard[d]);
	}
}

/* True if any bytes were taken. */
static inline bool ear_step(struct ear *e, unsigned direction, bool last)
{
	struct buf *held = &e->held[direction];
	struct layer_in in = { .direction = direction,
			       .bytes = buf_slice(held),
			       .last = last };
	size_t n;

	if (held->len == 0 || (!last && held->len < e->need[direction]))
		return false;
	n = e->ops->take(e->layer, &in);
	assert(n <= held->len);
	e->need[direction] = in.need;
	held->len -= n;
	memmove(held->ptr, held->ptr + n, held->len);
	return n > 0;
}

/* Ends: each turn takes bytes. */
static inline void ear_ask(struct ear *e, unsigned direction, bool last)
{
	while (ear_step(e, direction, last))
		;
	if (last)
		buf_clear(&e->held[direction]);
}

/* Is there what is whole, and was not taken? */
static inline bool ear_waits(const struct ear *e, unsigned direction)
{
	struct slice held = buf_slice(&e->held[direction]);
	size_t whole;

	if (e->ops->next == NULL || held.len == 0)
		return false;
	whole = e->ops->next(e->layer, direction, held);
	return whole > 0 && whole <= held.len;
}

/* What waits is asked for again at each turn, before what came later. */
static inline void ear_push(struct ear *e, unsigned direction,
			    struct slice bytes)
{
	unsigned other = 1 - direction;

	buf_add(&e->held[direction], bytes);
	while ((ear_waits(e, other) && ear_step(e, other, false)) ||
	       ear_step(e, direction, false))
		;
}

/* The same, `step` bytes at a time. */
static inline void ear_push_cut(struct ear *e, unsigned direction,
				struct slice bytes, size_t step)
{
	for (size_t at = 0; at < bytes.len; at += step)
		ear_push(e, direction, slice_sub(bytes, at, step));
}

static inline void ear_lost(struct ear *e, unsigned direction)
{
	if (e->held[direction].len > 0)
		ear_ask(e, direction, true);
	e->need[direction] = 0;
	e->ops->lost(e->layer, direction);
}

static inline void ear_end(struct ear *e)
{
	for (unsigned d = 0; d < DIRECTIONS; d++)
		if (e->held[d].len > 0)
			ear_ask(e, d, true);
}

static inline uint64_t ear_undecoded(const struct ear *e)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		n += e->counters.undecoded[i];
	return n;
}

#endif
