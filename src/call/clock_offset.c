#include "clock_offset.h"

#include <string.h>

/* Past this an iat is nonsense; differences must not overflow. */
#define SAMPLE_MAX (INT64_C(1) << 40)

void clock_offset_init(struct clock_offset *o)
{
	o->count = 0;
	o->next = 0;
}

/* The first place whose sample is not less than `seconds`. */
static unsigned place_of(const struct clock_offset *o, int64_t seconds)
{
	unsigned low = 0;
	unsigned high = o->count;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (o->sorted[middle] < seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void drop_oldest(struct clock_offset *o)
{
	unsigned at = place_of(o, o->latest[o->next]);

	o->count--;
	memmove(&o->sorted[at], &o->sorted[at + 1],
		(o->count - at) * sizeof(o->sorted[0]));
}

void clock_offset_add(struct clock_offset *o, int64_t seconds)
{
	unsigned at;

	if (seconds > SAMPLE_MAX)
		seconds = SAMPLE_MAX;
	if (seconds < -SAMPLE_MAX)
		seconds = -SAMPLE_MAX;
	if (o->count == CLOCK_OFFSET_SAMPLES)
		drop_oldest(o);
	at = place_of(o, seconds);
	memmove(&o->sorted[at + 1], &o->sorted[at],
		(o->count - at) * sizeof(o->sorted[0]));
	o->sorted[at] = seconds;
	o->count++;
	o->latest[o->next] = seconds;
	o->next = (uint16_t)((o->next + 1U) % CLOCK_OFFSET_SAMPLES);
}

bool clock_offset_median(const struct clock_offset *o, int64_t *seconds)
{
	int64_t median;
	unsigned near;

	if (o->count < CLOCK_OFFSET_LEAST)
		return false;
	median = o->sorted[(o->count - 1U) / 2];
	if (median > -CLOCK_OFFSET_LEAST_S && median < CLOCK_OFFSET_LEAST_S)
		return false;
	near = place_of(o, median + CLOCK_OFFSET_SPREAD_S + 1) -
	       place_of(o, median - CLOCK_OFFSET_SPREAD_S);
	if (near * 100 < o->count * (unsigned)CLOCK_OFFSET_PERCENT)
		return false;
	*seconds = median;
	return true;
}
