/*
 * outcome.h - a report, told in the words of LIST.
 */
#ifndef SIPMON_TESTS_OUTCOME_H
#define SIPMON_TESTS_OUTCOME_H

#include <stdbool.h>

#include <jansson.h>

#include "sipmon/base/buf.h"

/*
 * What the report says of `key` ("responses", "100:1 200:2"), appended to
 * `out`; false if there is no such key.
 */
bool outcome_of_report(json_t *report, struct slice key, struct buf *out);
bool outcome_of_call(json_t *call, struct slice key, struct buf *out);

/* Keys of a call by index; NULL behind the last. */
const char *outcome_call_key(unsigned i);

/* The call of a report with this Call-ID; NULL if there is none. */
json_t *outcome_find_call(json_t *report, struct slice call_id);

/*
 * `program report --format json -r capture` with more `options` (up to NULL,
 * or NULL); NULL, and the reason in `why`, if that is no JSON or no exit 0.
 */
json_t *outcome_report(const char *capture, const char *const *options,
		       struct buf *why);

#endif
