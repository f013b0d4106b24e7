/*
 * query.h - the display filter: "method == INVITE and code >= 400".
 */
#ifndef SIPMON_CALL_QUERY_H
#define SIPMON_CALL_QUERY_H

#include <stdbool.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/view.h"

struct query;

/*
 * Compiles `text`.  ERR_MALFORMED: `*problem` says what is wrong and at which
 * character.  `find` (may be NULL) answers the field `finding`.
 */
MUST_CHECK enum err query_parse(struct query **out, struct slice text,
				finding_list_fn find, void *ctx,
				struct problem *problem);
void query_free(struct query *q);

bool query_matches(const struct query *q, const struct view *v,
		   const struct call *c);

/* The names of fields, one by one; NULL at the end.  For help and tests. */
const char *query_field_name(unsigned i);
const char *query_field_help(unsigned i);

#endif
