/*
 * arena.h - small memory that is freed all at once.
 *
 * Arenas take their chunks from a pool, so that in the steady state nothing
 * is asked of malloc: what one call gives back the next one takes.
 */
#ifndef SIPMON_BASE_ARENA_H
#define SIPMON_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

struct arena_pool;
struct arena_chunk;

struct arena {
	struct arena_chunk *last;
};

/* NULL when out of memory. */
struct arena_pool *arena_pool_new(void);
void arena_pool_free(struct arena_pool *pool);
/* Of the chunks in arenas; a bounded number lies spare beside them. */
uint64_t arena_pool_bytes(const struct arena_pool *pool);

/* Zeroed, aligned for any type; NULL when out of memory. */
void *arena_alloc(struct arena *a, struct arena_pool *pool, size_t size);

/* A copy of `s`; absent when out of memory. */
struct slice arena_copy(struct arena *a, struct arena_pool *pool,
			struct slice s);

/* Gives all memory back to the pool. */
void arena_reset(struct arena *a, struct arena_pool *pool);

#endif
