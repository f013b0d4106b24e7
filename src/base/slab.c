#include "sipmon/base/slab.h"

#include <stdlib.h>
#include <string.h>

void slab_init(struct slab *s, size_t size)
{
	/* A number given back keeps the next one in its first bytes. */
	*s = (struct slab){ .size = size < sizeof(uint32_t) ? sizeof(uint32_t)
							    : size,
			    .next = 1 };
}

void slab_free(struct slab *s)
{
	for (uint32_t i = 0; i < s->block_count; i++)
		free(s->blocks[i]);
	free(s->blocks);
	slab_init(s, s->size);
}

static bool add_block(struct slab *s)
{
	if (s->block_count == s->block_room) {
		uint32_t room = s->block_room == 0 ? 16 : s->block_room * 2;
		char **blocks = realloc(s->blocks, room * sizeof(*blocks));

		if (blocks == NULL)
			return false;
		s->blocks = blocks;
		s->block_room = room;
	}
	s->blocks[s->block_count] = malloc(SLAB_BLOCK * s->size);
	if (s->blocks[s->block_count] == NULL)
		return false;
	s->block_count++;
	return true;
}

void *slab_take(struct slab *s, uint32_t *number)
{
	void *object;
	uint32_t n = s->free;

	if (n != 0) {
		object = slab_at(s, n);
		memcpy(&s->free, object, sizeof(s->free));
	} else {
		n = s->next;
		if (n == UINT32_MAX)
			return NULL;
		if (n >> SLAB_BLOCK_SHIFT >= s->block_count && !add_block(s))
			return NULL;
		s->next++;
		object = slab_at(s, n);
	}
	s->used++;
	*number = n;
	return memset(object, 0, s->size);
}

void slab_give(struct slab *s, uint32_t number)
{
	memcpy(slab_at(s, number), &s->free, sizeof(s->free));
	s->free = number;
	s->used--;
}

uint64_t slab_bytes(const struct slab *s)
{
	return (uint64_t)s->used * s->size;
}
