#include "sipmon/analyse/histogram.h"

#include <math.h>

#define PARTS_PER_OCTAVE (UINT64_C(1) << HISTOGRAM_PART_BITS)
#define VALUE_MAX        ((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1)

/* How far values of the octave of `value` are shifted to leave part bits. */
static unsigned shift_of(uint64_t value)
{
	unsigned bits = 64U - (unsigned)__builtin_clzll(value | 1);

	return bits > HISTOGRAM_PART_BITS + 1 ? bits - HISTOGRAM_PART_BITS - 1
					      : 0;
}

/* Below 2 * PARTS_PER_OCTAVE a part is one value; then parts double. */
static unsigned part_of(uint64_t value)
{
	unsigned shift = shift_of(value);

	return (unsigned)(shift * PARTS_PER_OCTAVE + (value >> shift));
}

static uint64_t middle_of(unsigned part)
{
	unsigned shift = 0;
	uint64_t low = part;

	if (part >= 2 * PARTS_PER_OCTAVE) {
		shift = (unsigned)(part / PARTS_PER_OCTAVE) - 1;
		low = (part - shift * PARTS_PER_OCTAVE) << shift;
	}
	return low + ((UINT64_C(1) << shift) >> 1);
}

void histogram_add(struct histogram *h, int64_t ns)
{
	uint64_t value = (uint64_t)ns;

	if (ns < 0)
		return;
	if (h->count == 0 || ns < h->min_ns)
		h->min_ns = ns;
	if (h->count == 0 || ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
	h->sum_ns += (double)ns;
	h->parts[part_of(value < VALUE_MAX ? value : VALUE_MAX)]++;
}

int64_t histogram_percentile(const struct histogram *h, unsigned percent)
{
	uint64_t rank = (h->count / 100) * percent +
			((h->count % 100) * percent + 99) / 100;
	uint64_t seen = 0;
	unsigned part = 0;
	int64_t value;

	if (h->count == 0)
		return 0;
	if (rank == h->count)
		return h->max_ns;
	for (; part < HISTOGRAM_PARTS - 1; part++) {
		seen += h->parts[part];
		if (seen >= rank)
			break;
	}
	value = (int64_t)middle_of(part);
	if (value < h->min_ns)
		return h->min_ns;
	return value > h->max_ns ? h->max_ns : value;
}

int64_t histogram_mean(const struct histogram *h)
{
	return h->count == 0 ? 0 : llround(h->sum_ns / (double)h->count);
}
