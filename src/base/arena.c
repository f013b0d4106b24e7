#include "sipmon/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* More spare chunks than this go back to the system. */
#define SPARE_MOST 1024

/* Holds the strings of a usual call in one or two chunks. */
#define CHUNK_BYTES 256

struct arena_chunk {
	struct arena_chunk *previous;
	uint32_t used;
	uint32_t size; /* of data */
	alignas(max_align_t) char data[];
};

struct arena_pool {
	struct arena_chunk *spare;
	uint64_t bytes; /* in arenas, not those that are spare */
	uint32_t spare_count;
};

struct arena_pool *arena_pool_new(void)
{
	return calloc(1, sizeof(struct arena_pool));
}

void arena_pool_free(struct arena_pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->spare != NULL) {
		struct arena_chunk *c = pool->spare;

		pool->spare = c->previous;
		free(c);
	}
	free(pool);
}

uint64_t arena_pool_bytes(const struct arena_pool *pool)
{
	return pool->bytes;
}

static struct arena_chunk *take_chunk(struct arena_pool *pool, size_t size)
{
	size_t usual = CHUNK_BYTES - sizeof(struct arena_chunk);
	struct arena_chunk *c;

	if (size <= usual && pool->spare != NULL) {
		c = pool->spare;
		pool->spare = c->previous;
		pool->spare_count--;
	} else {
		if (size < usual)
			size = usual;
		c = malloc(sizeof(*c) + size);
		if (c == NULL)
			return NULL;
		c->size = (uint32_t)size;
	}
	c->used = 0;
	pool->bytes += sizeof(*c) + c->size;
	return c;
}

/* `align` is a power of two. */
static char *take(struct arena *a, struct arena_pool *pool, size_t size,
		  size_t align)
{
	struct arena_chunk *c = a->last;
	size_t from = 0;
	char *here;

	if (size > UINT32_MAX / 2)
		return NULL;
	if (c != NULL)
		from = (c->used + align - 1) & ~(align - 1);
	if (c == NULL || from > c->size || c->size - from < size) {
		c = take_chunk(pool, size);
		if (c == NULL)
			return NULL;
		c->previous = a->last;
		a->last = c;
		from = 0;
	}
	here = c->data + from;
	c->used = (uint32_t)(from + size);
	return here;
}

void *arena_alloc(struct arena *a, struct arena_pool *pool, size_t size)
{
	char *here = take(a, pool, size, alignof(max_align_t));

	return here == NULL ? NULL : memset(here, 0, size);
}

struct slice arena_copy(struct arena *a, struct arena_pool *pool,
			struct slice s)
{
	char *here;

	if (!slice_is_set(s))
		return s;
	here = take(a, pool, s.len, 1);
	if (here == NULL)
		return SLICE_NONE;
	if (s.len > 0)
		memcpy(here, s.ptr, s.len);
	return (struct slice){ here, s.len };
}

void arena_reset(struct arena *a, struct arena_pool *pool)
{
	while (a->last != NULL) {
		struct arena_chunk *c = a->last;

		a->last = c->previous;
		pool->bytes -= sizeof(*c) + c->size;
		if (c->size == CHUNK_BYTES - sizeof(struct arena_chunk) &&
		    pool->spare_count < SPARE_MOST) {
			c->previous = pool->spare;
			pool->spare = c;
			pool->spare_count++;
		} else {
			free(c);
		}
	}
}
