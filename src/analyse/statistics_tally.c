#include "statistics_tally.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sipmon/base/map.h"

#define SIZE_LEAST UINT32_C(1024)

void tally_free(struct tally *t)
{
	free(t->entries);
	*t = (struct tally){ .entries = NULL };
}

static uint32_t home_of(uint32_t size, uint64_t seed, uint32_t key)
{
	return (uint32_t)hash_mix(seed, key) & (size - 1);
}

/* The place of `key`, or the free one where it belongs; some are free. */
static struct tally_entry *place_of(struct tally_entry *entries, uint32_t size,
				    uint64_t seed, uint32_t key)
{
	uint32_t i = home_of(size, seed, key);

	while (entries[i].key != 0 && entries[i].key != key)
		i = (i + 1) & (size - 1);
	return &entries[i];
}

static bool grow(struct tally *t)
{
	uint32_t size = t->size == 0 ? SIZE_LEAST : t->size * 2;
	struct tally_entry *entries;

	if (size > TALLY_SIZE_MAX)
		return false;
	entries = calloc(size, sizeof(*entries));
	if (entries == NULL)
		return false;
	if (t->size == 0)
		t->seed = hash_seed();
	for (uint32_t i = 0; i < t->size; i++)
		if (t->entries[i].key != 0)
			*place_of(entries, size, t->seed, t->entries[i].key) =
				t->entries[i];
	free(t->entries);
	t->entries = entries;
	t->size = size;
	return true;
}

static void count_now(struct tally *t, uint32_t key)
{
	struct tally_entry *e = place_of(t->entries, t->size, t->seed, key);

	if (e->key == 0) {
		if (t->used >= t->size / 4 * 3) {
			if (!grow(t))
				return;
			e = place_of(t->entries, t->size, t->seed, key);
		}
		e->key = key;
		t->used++;
	}
	if (e->count < UINT32_MAX)
		e->count++;
}

/* Places of so many rows are hardly ever in the cache: each key waits until
 * the memory that was asked for has come. */
void tally_count(struct tally *t, uint32_t key)
{
	uint32_t *slot = &t->waiting[t->next];

	if (t->size == 0 && !grow(t))
		return;
	if (*slot != 0)
		count_now(t, *slot);
	*slot = key;
	__builtin_prefetch(&t->entries[home_of(t->size, t->seed, key)], 1);
	t->next = (t->next + 1) % TALLY_WAITING;
}

void tally_settle(struct tally *t)
{
	for (unsigned i = 0; i < TALLY_WAITING; i++) {
		if (t->waiting[i] != 0)
			count_now(t, t->waiting[i]);
		t->waiting[i] = 0;
	}
}
