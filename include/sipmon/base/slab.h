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

/* One block: which of its places are free, and its place among open ones. */
struct slab_block {
	uint32_t free;  /* number given back last, or 0 */
	uint32_t fresh; /* places never given out begin here */
	uint32_t used;
	uint32_t next; /* open block, as index + 1, or 0 */
	uint32_t previous;
};

struct slab {
	char **blocks; /* NULL: given back to the system */
	struct slab_block *infos;
	uint32_t block_count;
	uint32_t block_room;
	uint32_t held; /* blocks that are not NULL */
	uint32_t open; /* first block with a free place, as index + 1 */
	uint32_t used;
	size_t size; /* of one object */
};

void slab_init(struct slab *s, size_t size);
void slab_free(struct slab *s);

/* A zeroed object and its number; NULL when out of memory. */
void *slab_take(struct slab *s, uint32_t *number);

/*
 * Gives `number`, which is in use, back.  A block whose last object went is
 * given back to the system, but for one that is kept for the next.
 */
void slab_give(struct slab *s, uint32_t number);

/* Is there memory behind `number`, so that slab_at() may be asked?  For
 * numbers that may have been given back since. */
static inline bool slab_holds(const struct slab *s, uint32_t number)
{
	return number >> SLAB_BLOCK_SHIFT < s->block_count &&
	       s->blocks[number >> SLAB_BLOCK_SHIFT] != NULL;
}

/* The object of a number that is in use. */
static inline void *slab_at(const struct slab *s, uint32_t number)
{
	return s->blocks[number >> SLAB_BLOCK_SHIFT] +
	       (number & (SLAB_BLOCK - 1)) * s->size;
}

/* Of the objects in use; blocks may hold a little more. */
uint64_t slab_bytes(const struct slab *s);

#endif
