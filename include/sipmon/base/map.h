/*
 * map.h - from a hash to numbers: one table for calls, transactions, hops.
 *
 * The table holds (hash, number) pairs and knows no keys: who asks compares.
 * Hashes come from hash_bytes() with a seed of this run, so a stranger cannot
 * choose words that collide.
 */
#ifndef SIPMON_BASE_MAP_H
#define SIPMON_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct map {
	struct map_entry *entries;
	uint32_t mask; /* size - 1, or 0 while there is no table */
	uint32_t count;
};

/* Is `value` what is looked for? */
typedef bool (*map_is_fn)(const void *ctx, uint32_t value);

void map_init(struct map *m);
void map_free(struct map *m);

/* The value with this hash that `is` says yes to; 0 if there is none. */
uint32_t map_find(const struct map *m, uint64_t hash, map_is_fn is,
		  const void *ctx);

/* Values are not 0.  Grows by doubling; ERR_NOMEM, ERR_LIMIT past 2^28. */
MUST_CHECK enum err map_add(struct map *m, uint64_t hash, uint32_t value);

/* Takes the pair out, if it is there. */
void map_remove(struct map *m, uint64_t hash, uint32_t value);

uint64_t map_bytes(const struct map *m);

/* 64 bits that nobody without the seed can aim at. */
uint64_t hash_bytes(uint64_t seed, struct slice s);

/* Mixes two hashes. */
uint64_t hash_mix(uint64_t a, uint64_t b);

/* A seed that differs in each run (getrandom). */
uint64_t hash_seed(void);

#endif
