#include "statistics_time.h"

#include <string.h>

#include "sipmon/base/clock.h"

/* The year 2116: a nonsense time must not make sums overflow. */
#define TIME_MAX_NS (INT64_MAX / 2)

static int64_t sane(int64_t time_ns)
{
	if (time_ns < 0)
		return 0;
	return time_ns > TIME_MAX_NS ? TIME_MAX_NS : time_ns;
}

void time_bins_fix(struct time_bins *t, int64_t bin_ns, int64_t end_ns)
{
	int64_t last = sane(end_ns) / bin_ns;

	t->is_fixed = true;
	t->bin_ns = bin_ns;
	t->count = FIGURES_BINS;
	t->begin_ns = (last - (FIGURES_BINS - 1)) * bin_ns;
}

static void merge_bin(struct time_bin *to, const struct time_bin *b)
{
	to->calls += b->calls;
	to->invites += b->invites;
	to->answered += b->answered;
	to->failed += b->failed;
	to->messages += b->messages;
	sketch_merge(&to->pdd, &b->pdd);
	for (unsigned i = 0; i < SKETCH_PARTS; i++)
		to->pdd_parts[i] += b->pdd_parts[i];
}

static void double_bins(struct time_bins *t)
{
	for (size_t i = 0; i < FIGURES_BINS / 2; i++) {
		if (i > 0)
			t->bins[i] = t->bins[2 * i];
		merge_bin(&t->bins[i], &t->bins[2 * i + 1]);
	}
	memset(&t->bins[FIGURES_BINS / 2], 0,
	       (FIGURES_BINS - FIGURES_BINS / 2) * sizeof(t->bins[0]));
	t->count = (t->count + 1) / 2;
	t->bin_ns *= 2;
}

/* Moves the begin back to the bin that `time_ns`, which lies before it, is
 * in: messages come out of order, and clocks are set back. */
static void begin_earlier(struct time_bins *t, int64_t time_ns)
{
	for (;;) {
		uint64_t back = (uint64_t)t->begin_ns - (uint64_t)time_ns;
		uint64_t bins = (back - 1) / (uint64_t)t->bin_ns + 1;

		if (bins > FIGURES_BINS - t->count) {
			double_bins(t);
			continue;
		}
		memmove(&t->bins[bins], t->bins, t->count * sizeof(t->bins[0]));
		memset(t->bins, 0, bins * sizeof(t->bins[0]));
		t->count += (unsigned)bins;
		t->begin_ns -= (int64_t)bins * t->bin_ns;
		return;
	}
}

static struct time_bin *bin_of_growing(struct time_bins *t, int64_t time_ns)
{
	uint64_t i;

	if (t->bin_ns == 0) {
		t->bin_ns = CLOCK_SECOND_NS;
		t->begin_ns = time_ns;
	}
	if (time_ns < t->begin_ns)
		begin_earlier(t, time_ns);
	for (;;) {
		i = (uint64_t)(time_ns - t->begin_ns) / (uint64_t)t->bin_ns;
		if (i < FIGURES_BINS)
			break;
		double_bins(t);
	}
	if (i >= t->count)
		t->count = (unsigned)i + 1;
	return &t->bins[i];
}

static struct time_bin *bin_of_fixed(struct time_bins *t, int64_t time_ns)
{
	uint64_t i;

	if (time_ns < t->begin_ns)
		return NULL;
	i = (uint64_t)(time_ns - t->begin_ns) / (uint64_t)t->bin_ns;
	return i < FIGURES_BINS ? &t->bins[i] : NULL;
}

struct time_bin *time_bins_find(struct time_bins *t, int64_t time_ns)
{
	t->last = t->is_fixed ? bin_of_fixed(t, sane(time_ns))
			      : bin_of_growing(t, sane(time_ns));
	if (t->last != NULL)
		t->last_ns = t->begin_ns + (t->last - t->bins) * t->bin_ns;
	return t->last;
}

void time_bin_add_pdd(struct time_bin *b, int64_t ns)
{
	int part = sketch_add(&b->pdd, ns);

	if (part >= 0)
		b->pdd_parts[part]++;
}

void time_bins_read(const struct time_bins *t, struct figures_series *out)
{
	memset(out, 0, sizeof(*out));
	out->begin_ns = t->begin_ns;
	out->bin_ns = t->bin_ns;
	out->bin_count = t->count;
	for (unsigned i = 0; i < t->count; i++) {
		const struct time_bin *b = &t->bins[i];

		out->bins[i] = (struct figures_bin){
			.calls = b->calls,
			.invites = b->invites,
			.answered = b->answered,
			.failed = b->failed,
			.messages = b->messages,
			.pdd_n = b->pdd.count,
			.pdd_p95_ns =
				sketch_percentile(&b->pdd, b->pdd_parts, 95),
		};
	}
}
