/*
 * statistics_time.h - bins of equal length over time; for this room.
 */
#ifndef SIPMON_ANALYSE_STATISTICS_TIME_H
#define SIPMON_ANALYSE_STATISTICS_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/analyse/histogram.h"
#include "sipmon/call/figures.h"

struct time_bin {
	uint64_t calls;
	uint64_t invites;
	uint64_t answered;
	uint64_t failed;
	uint64_t messages;
	struct sketch pdd;
	uint32_t pdd_parts[SKETCH_PARTS];
};

/*
 * All zero grows: from the first time on, bins of a second that double their
 * length so that the latest time has one.  With `is_fixed` set beforehand they
 * stay, and times before and behind them have none.
 */
struct time_bins {
	bool is_fixed;
	unsigned count; /* used ones */
	int64_t begin_ns;
	int64_t bin_ns;        /* 0 before the first time */
	struct time_bin *last; /* that was asked for, and its begin; or NULL */
	int64_t last_ns;
	struct time_bin bins[FIGURES_BINS];
};

/* FIGURES_BINS fixed ones of `bin_ns`, the last of which holds `end_ns`. */
void time_bins_fix(struct time_bins *t, int64_t bin_ns, int64_t end_ns);

/* For time_bins_at(). */
struct time_bin *time_bins_find(struct time_bins *t, int64_t time_ns);

/* The bin of a time; NULL if it has none.  Valid until the next call.  Most
 * times are in the bin of the time before. */
static inline struct time_bin *time_bins_at(struct time_bins *t,
					    int64_t time_ns)
{
	if (t->last != NULL &&
	    (uint64_t)time_ns - (uint64_t)t->last_ns < (uint64_t)t->bin_ns)
		return t->last;
	return time_bins_find(t, time_ns);
}

void time_bin_add_pdd(struct time_bin *b, int64_t ns);

void time_bins_read(const struct time_bins *t, struct figures_series *out);

#endif
