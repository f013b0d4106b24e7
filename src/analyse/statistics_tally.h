/*
 * statistics_tally.h - how often something came, of many things; for this
 * room.
 *
 * A table of (key, count) in bounded memory: most rows have few different
 * values, so that a table for each would be empty for the most part.
 */
#ifndef SIPMON_ANALYSE_STATISTICS_TALLY_H
#define SIPMON_ANALYSE_STATISTICS_TALLY_H

#include <stdint.h>

/* 2 MB; past three quarters of it what is new is not counted. */
#define TALLY_SIZE_MAX (UINT32_C(1) << 18)

struct tally_entry {
	uint32_t key; /* not 0 */
	uint32_t count;
};

/* Keys that wait for their place to come into the cache. */
#define TALLY_WAITING 16

/* All zero is empty. */
struct tally {
	struct tally_entry *entries;
	uint32_t size; /* a power of two, or 0 */
	uint32_t used;
	uint64_t seed;
	unsigned next; /* of the waiting ones */
	uint32_t waiting[TALLY_WAITING];
};

void tally_free(struct tally *t);

void tally_count(struct tally *t, uint32_t key);

/* What was counted stands in the entries now. */
void tally_settle(struct tally *t);

#endif
