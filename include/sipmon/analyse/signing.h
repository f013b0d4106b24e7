/*
 * signing.h - gathers the figures of signed requests from calls.
 */
#ifndef SIPMON_ANALYSE_SIGNING_H
#define SIPMON_ANALYSE_SIGNING_H

#include "sipmon/base/err.h"
#include "sipmon/call/query.h"
#include "sipmon/call/signing.h"
#include "sipmon/call/view.h"

struct signing;

MUST_CHECK enum err signing_new(struct signing **out);
void signing_free(struct signing *s);

/*
 * Adds one call.  A request counts on the first hop where it carries an
 * Identity, or, if it does on none, where it was first seen.
 *
 * Memory is bounded: signers and peers past a fixed number count together, and
 * bins double their length as time goes on.
 */
void signing_add(struct signing *s, const struct view *v, const struct call *c);

/* Signers are named by `v`, the view that was added from. */
void signing_read(const struct signing *s, const struct view *v,
		  struct signing_figures *out);

/* All of it: the calls that `filter` lets through (NULL: all); false when out
 * of memory. */
bool signing_of_calls(const struct view *v, const struct query *filter,
		      struct signing_figures *out);

#endif
