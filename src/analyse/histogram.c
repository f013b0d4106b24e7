#include "sipmon/analyse/histogram.h"

#include <math.h>
#include <string.h>

#define VALUE_MAX ((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1)

/* ---- parts: 2^bits of each power of two */

/* How far values of the octave of `value` are shifted to leave part bits. */
static unsigned shift_of(uint64_t value, unsigned bits)
{
	unsigned length = 64U - (unsigned)__builtin_clzll(value | 1);

	return length > bits + 1 ? length - bits - 1 : 0;
}

/* Below 2^(bits + 1) a part is one value; then parts double. */
static unsigned part_of(uint64_t value, unsigned bits)
{
	unsigned shift = shift_of(value, bits);

	return (shift << bits) + (unsigned)(value >> shift);
}

static unsigned part_shift(unsigned part, unsigned bits)
{
	unsigned shift = part >= 2U << bits ? (part >> bits) - 1 : 0;

	/* No value of 64 bits is in a part behind that. */
	return shift < 63 - bits ? shift : 63 - bits;
}

static uint64_t part_low(unsigned part, unsigned bits)
{
	unsigned shift = part_shift(part, bits);

	return (uint64_t)(part - (shift << bits)) << shift;
}

static int64_t part_middle(unsigned part, unsigned bits)
{
	uint64_t width = UINT64_C(1) << part_shift(part, bits);

	return (int64_t)(part_low(part, bits) + (width >> 1));
}

/* Nearest rank, without overflow. */
static uint64_t rank_of(uint64_t count, unsigned percent)
{
	return (count / 100) * percent + ((count % 100) * percent + 99) / 100;
}

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	if (value < min)
		return min;
	return value > max ? max : value;
}

static int64_t mean_of(double sum, uint64_t count)
{
	return count == 0 ? 0 : llround(sum / (double)count);
}

/* ---- fine */

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
	h->parts[part_of(value < VALUE_MAX ? value : VALUE_MAX,
			 HISTOGRAM_PART_BITS)]++;
}

int64_t histogram_percentile(const struct histogram *h, unsigned percent)
{
	uint64_t rank = rank_of(h->count, percent);
	uint64_t seen = 0;
	unsigned part = 0;

	if (h->count == 0)
		return 0;
	if (rank == h->count)
		return h->max_ns;
	for (; part < HISTOGRAM_PARTS - 1; part++) {
		seen += h->parts[part];
		if (seen >= rank)
			break;
	}
	return clamp(part_middle(part, HISTOGRAM_PART_BITS), h->min_ns,
		     h->max_ns);
}

int64_t histogram_mean(const struct histogram *h)
{
	return mean_of(h->sum_ns, h->count);
}

void histogram_spread(const struct histogram *h, struct figures_spread *out)
{
	*out = (struct figures_spread){
		.n = h->count,
		.mean_ns = histogram_mean(h),
		.min_ns = h->min_ns,
		.max_ns = h->max_ns,
		.p50_ns = histogram_percentile(h, 50),
		.p95_ns = histogram_percentile(h, 95),
		.p99_ns = histogram_percentile(h, 99),
	};
}

static unsigned part_of_time(int64_t ns)
{
	uint64_t value = (uint64_t)ns;

	return part_of(value < VALUE_MAX ? value : VALUE_MAX,
		       HISTOGRAM_PART_BITS);
}

void histogram_draw(const struct histogram *h, struct figures_histogram *out)
{
	unsigned first = part_of_time(h->min_ns);
	unsigned last = part_of_time(h->max_ns);
	unsigned shift = 0;
	unsigned bin = 0;

	memset(out, 0, sizeof(*out));
	if (h->count == 0)
		return;
	while ((last >> shift) - (first >> shift) >= FIGURES_HISTOGRAM_BINS)
		shift++;
	out->bin_count = (last >> shift) - (first >> shift) + 1;
	for (; bin <= out->bin_count; bin++)
		out->bounds_ns[bin] = (int64_t)part_low(
			((first >> shift) + bin) << shift, HISTOGRAM_PART_BITS);
	/* The last part holds all that is longer, too. */
	if (out->bounds_ns[out->bin_count] <= h->max_ns)
		out->bounds_ns[out->bin_count] = h->max_ns;
	for (unsigned part = first; part <= last; part++)
		out->counts[(part >> shift) - (first >> shift)] +=
			h->parts[part];
}

/* ---- coarse */

/* The first part of the octave where sketches begin. */
#define SKETCH_FIRST                                                           \
	((SKETCH_LEAST_BITS - SKETCH_PART_BITS + 1) << SKETCH_PART_BITS)

int sketch_add(struct sketch *s, int64_t ns)
{
	const int64_t least = INT64_C(1) << SKETCH_LEAST_BITS;
	const int64_t most = (INT64_C(1) << SKETCH_VALUE_BITS) - 1;

	if (ns < 0)
		return -1;
	if (s->count == 0 || ns < s->min_ns)
		s->min_ns = ns;
	if (s->count == 0 || ns > s->max_ns)
		s->max_ns = ns;
	s->count++;
	s->sum_ns += (double)ns;
	return (int)(part_of((uint64_t)clamp(ns, least, most),
			     SKETCH_PART_BITS) -
		     SKETCH_FIRST);
}

void sketch_merge(struct sketch *s, const struct sketch *other)
{
	if (other->count == 0)
		return;
	if (s->count == 0 || other->min_ns < s->min_ns)
		s->min_ns = other->min_ns;
	if (s->count == 0 || other->max_ns > s->max_ns)
		s->max_ns = other->max_ns;
	s->count += other->count;
	s->sum_ns += other->sum_ns;
}

int64_t sketch_percentile(const struct sketch *s,
			  const uint32_t parts[SKETCH_PARTS], unsigned percent)
{
	uint64_t total = 0;
	uint64_t seen = 0;
	uint64_t rank;
	unsigned part = 0;

	if (s->count == 0)
		return 0;
	for (unsigned i = 0; i < SKETCH_PARTS; i++)
		total += parts[i];
	rank = rank_of(total, percent);
	if (rank == total)
		return s->max_ns;
	for (; part < SKETCH_PARTS - 1; part++) {
		seen += parts[part];
		if (seen >= rank)
			break;
	}
	return clamp(part_middle(SKETCH_FIRST + part, SKETCH_PART_BITS),
		     s->min_ns, s->max_ns);
}

void sketch_spread(const struct sketch *s, const uint32_t parts[SKETCH_PARTS],
		   struct figures_spread *out)
{
	*out = (struct figures_spread){
		.n = s->count,
		.mean_ns = mean_of(s->sum_ns, s->count),
		.min_ns = s->min_ns,
		.max_ns = s->max_ns,
		.p50_ns = sketch_percentile(s, parts, 50),
		.p95_ns = sketch_percentile(s, parts, 95),
		.p99_ns = sketch_percentile(s, parts, 99),
	};
}
