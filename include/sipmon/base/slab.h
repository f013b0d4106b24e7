/*
 * slab.h - many objects of one size, reached by number.
 *
 * Numbers start at 1, so that 0 can mean none; those given back are taken
 * again first.  Objects never move.
 */
#ifndef SIPMON_BASE_SLAB_H
#define SIPMON_BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAB_BLOCK_SHIFT 10
#define SLAB_BLOCK       (UINT32_C(1) << SLAB_BLOCK_SHIFT)

struct slab {
	char **blocks;
	uint32_t block_count;
	uint32_t block_room;
	uint32_t next; /* first number never given out */
	uint32_t free; /* first number given back, or 0 */
	uint32_t used;
	size_t size; /* of one object */
};

void slab_init(struct slab *s, size_t size);
void slab_free(struct slab *s);

/* A zeroed object and its number; NULL when out of memory. */
void *slab_take(struct slab *s, uint32_t *number);

/* Gives `number`, which is in use, back. */
void slab_give(struct slab *s, uint32_t number);

/* The object of a number that is in use. */
static inline void *slab_at(const struct slab *s, uint32_t number)
{
	return s->blocks[number >> SLAB_BLOCK_SHIFT] +
	       (number & (SLAB_BLOCK - 1)) * s->size;
}

uint64_t slab_bytes(const struct slab *s);

#endif
