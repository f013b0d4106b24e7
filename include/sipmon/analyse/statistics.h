/*
 * statistics.h - gathers the figures of many calls, a portion at a time.
 *
 * One walk over the calls of a view, in the order of their first message.  A
 * million of them are counted in portions between which the view may change:
 * calls that came since are counted too, those that were forgotten meanwhile
 * are not.
 *
 * Memory is bounded by a few MB, however many peers, trunks and agents there
 * are: of each the first 4096 are told apart, those that come later count
 * together, as the others.
 */
#ifndef SIPMON_ANALYSE_STATISTICS_H
#define SIPMON_ANALYSE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/call/figures.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/query.h"
#include "sipmon/call/view.h"

struct statistics;

/* What is counted; all zero: all calls, and no findings. */
struct statistics_options {
	const struct query *filter; /* NULL: all calls; outlives the counting */
	finding_list_fn find;       /* NULL: findings are not counted */
	void *find_ctx;
	int64_t window_ns; /* only calls that began so lately, seen from
			      view_now_ns() at the first step; 0: all */
};

MUST_CHECK enum err statistics_new(struct statistics **out,
				   const struct statistics_options *options);
void statistics_free(struct statistics *s);

/* Looks at the next `calls` calls at most; true if there are more.  Not after
 * it said false. */
bool statistics_step(struct statistics *s, const struct view *v, size_t calls);

/*
 * Counts one call, whatever the options say of which: for who walks over the
 * calls himself, and then steps no more.  It costs much less while the call
 * is in the cache.
 */
void statistics_take(struct statistics *s, const struct view *v,
		     const struct call *c);

/* What was counted up to here; false when out of memory. */
bool statistics_read(struct statistics *s, const struct view *v,
		     struct figures *out);

/* All of it; false when out of memory. */
bool statistics_of_calls(const struct view *v,
			 const struct statistics_options *options,
			 struct figures *out);

#endif
