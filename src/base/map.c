#include "sipmon/base/map.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define MAP_FIRST_SIZE 64
#define MAP_SIZE_MAX   (UINT32_C(1) << 28)

struct map_entry {
	uint32_t hash;
	uint32_t value; /* 0: free */
};

void map_init(struct map *m)
{
	*m = (struct map){ .entries = NULL };
}

void map_free(struct map *m)
{
	free(m->entries);
	map_init(m);
}

/* The upper half is kept, the lower half would repeat the index. */
static uint32_t fold(uint64_t hash)
{
	return (uint32_t)(hash >> 32 ^ hash);
}

uint32_t map_find(const struct map *m, uint64_t hash, map_is_fn is,
		  const void *ctx)
{
	uint32_t h = fold(hash);

	if (m->entries == NULL)
		return 0;
	/* Ends: at least one entry in four is free. */
	for (uint32_t i = h & m->mask; m->entries[i].value != 0;
	     i = (i + 1) & m->mask)
		if (m->entries[i].hash == h && is(ctx, m->entries[i].value))
			return m->entries[i].value;
	return 0;
}

static void place(struct map_entry *entries, uint32_t mask, struct map_entry e)
{
	uint32_t i = e.hash & mask;

	while (entries[i].value != 0)
		i = (i + 1) & mask;
	entries[i] = e;
}

static enum err grow(struct map *m)
{
	uint32_t size = m->entries == NULL ? MAP_FIRST_SIZE : (m->mask + 1) * 2;
	struct map_entry *entries;

	if (size > MAP_SIZE_MAX)
		return ERR_LIMIT;
	entries = calloc(size, sizeof(*entries));
	if (entries == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; m->entries != NULL && i <= m->mask; i++)
		if (m->entries[i].value != 0)
			place(entries, size - 1, m->entries[i]);
	free(m->entries);
	m->entries = entries;
	m->mask = size - 1;
	return ERR_OK;
}

enum err map_add(struct map *m, uint64_t hash, uint32_t value)
{
	if (m->entries == NULL || m->count >= m->mask / 4 * 3) {
		enum err e = grow(m);

		if (e)
			return e;
	}
	place(m->entries, m->mask, (struct map_entry){ fold(hash), value });
	m->count++;
	return ERR_OK;
}

/*
 * Closes the gap at `i`: an entry further on moves there if its own place does
 * not lie between the gap and itself.
 */
static void close_gap(struct map *m, uint32_t i)
{
	uint32_t j = i;

	for (;;) {
		uint32_t home;

		j = (j + 1) & m->mask;
		if (m->entries[j].value == 0)
			break;
		home = m->entries[j].hash & m->mask;
		if (((j - home) & m->mask) >= ((j - i) & m->mask)) {
			m->entries[i] = m->entries[j];
			i = j;
		}
	}
	m->entries[i].value = 0;
}

void map_remove(struct map *m, uint64_t hash, uint32_t value)
{
	uint32_t h = fold(hash);

	if (m->entries == NULL)
		return;
	for (uint32_t i = h & m->mask; m->entries[i].value != 0;
	     i = (i + 1) & m->mask) {
		if (m->entries[i].hash == h && m->entries[i].value == value) {
			close_gap(m, i);
			m->count--;
			return;
		}
	}
}

uint64_t map_bytes(const struct map *m)
{
	return m->entries == NULL
		       ? 0
		       : ((uint64_t)m->mask + 1) * sizeof(*m->entries);
}

uint64_t hash_bytes(uint64_t seed, struct slice s)
{
	return XXH3_64bits_withSeed(s.len > 0 ? s.ptr : "", s.len, seed);
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
	return XXH3_64bits_withSeed(&b, sizeof(b), a);
}

uint64_t hash_seed(void)
{
	uint64_t seed = 0;

	/* Without randomness the seed is weak, but it still differs. */
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
		struct timespec now;

		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		seed ^= (uint64_t)now.tv_nsec * UINT64_C(0x9e3779b97f4a7c15);
	}
	return seed;
}
