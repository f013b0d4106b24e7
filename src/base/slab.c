#include "sipmon/base/slab.h"

#include <stdlib.h>
#include <string.h>

void slab_init(struct slab *s, size_t size)
{
	/* A number given back keeps the next one in its first bytes. */
	*s = (struct slab){ .size = size < sizeof(uint32_t) ? sizeof(uint32_t)
							    : size };
}

void slab_free(struct slab *s)
{
	for (uint32_t i = 0; i < s->block_count; i++)
		free(s->blocks[i]);
	free(s->blocks);
	free(s->infos);
	slab_init(s, s->size);
}

/* ---- the list of open blocks */

static void open_block(struct slab *s, uint32_t i)
{
	s->infos[i].previous = 0;
	s->infos[i].next = s->open;
	if (s->open != 0)
		s->infos[s->open - 1].previous = i + 1;
	s->open = i + 1;
}

static void close_block(struct slab *s, uint32_t i)
{
	const struct slab_block *b = &s->infos[i];

	if (b->previous != 0)
		s->infos[b->previous - 1].next = b->next;
	else
		s->open = b->next;
	if (b->next != 0)
		s->infos[b->next - 1].previous = b->previous;
}

/* ---- blocks */

static bool more_room(struct slab *s)
{
	uint32_t room = s->block_room == 0 ? 16 : s->block_room * 2;
	char **blocks = realloc(s->blocks, room * sizeof(*blocks));
	struct slab_block *infos;

	if (blocks == NULL)
		return false;
	s->blocks = blocks;
	infos = realloc(s->infos, room * sizeof(*infos));
	if (infos == NULL)
		return false;
	s->infos = infos;
	s->block_room = room;
	return true;
}

static bool add_block(struct slab *s)
{
	uint32_t i = 0;

	if (s->held == s->block_count) {
		i = s->block_count;
		if (i == UINT32_MAX >> SLAB_BLOCK_SHIFT)
			return false;
		if (i == s->block_room && !more_room(s))
			return false;
		s->blocks[i] = NULL;
		s->block_count++;
	}
	/* Blocks are few, and one that was given back lies among the first. */
	while (s->blocks[i] != NULL)
		i++;
	/* Zeros, for who looks at a number that was given back. */
	s->blocks[i] = calloc(SLAB_BLOCK, s->size);
	if (s->blocks[i] == NULL)
		return false;
	s->held++;
	/* Number 0 means none. */
	s->infos[i] = (struct slab_block){ .fresh = i == 0 };
	open_block(s, i);
	return true;
}

void *slab_take(struct slab *s, uint32_t *number)
{
	struct slab_block *b;
	void *object;
	uint32_t n;

	if (s->open == 0 && !add_block(s))
		return NULL;
	b = &s->infos[s->open - 1];
	if (b->free != 0) {
		n = b->free;
		object = slab_at(s, n);
		memcpy(&b->free, object, sizeof(b->free));
	} else {
		n = (s->open - 1) << SLAB_BLOCK_SHIFT | b->fresh++;
		object = slab_at(s, n);
	}
	b->used++;
	s->used++;
	if (b->free == 0 && b->fresh == SLAB_BLOCK)
		close_block(s, s->open - 1);
	*number = n;
	return memset(object, 0, s->size);
}

void slab_give(struct slab *s, uint32_t number)
{
	uint32_t i = number >> SLAB_BLOCK_SHIFT;
	struct slab_block *b = &s->infos[i];

	if (b->free == 0 && b->fresh == SLAB_BLOCK)
		open_block(s, i);
	memcpy(slab_at(s, number), &b->free, sizeof(b->free));
	b->free = number;
	b->used--;
	s->used--;
	if (b->used > 0 || (s->open == i + 1 && b->next == 0))
		return;
	close_block(s, i);
	free(s->blocks[i]);
	s->blocks[i] = NULL;
	s->held--;
}

uint64_t slab_bytes(const struct slab *s)
{
	return (uint64_t)s->used * s->size;
}
