/*
 * clock.h - nanoseconds since 1970, and how they are written.
 */
#ifndef SIPMON_BASE_CLOCK_H
#define SIPMON_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

#define CLOCK_SECOND_NS INT64_C(1000000000)
#define CLOCK_MS_NS     INT64_C(1000000)

#define CLOCK_TEXT_BYTES 96

/* "2026-01-01T00:00:00.000000Z" (RFC 3339, UTC, microseconds). */
char *clock_rfc3339(int64_t ns, char out[CLOCK_TEXT_BYTES]);

/* "14:02:11.219483" in the local zone, or in UTC. */
char *clock_time_of_day(int64_t ns, bool utc, char out[CLOCK_TEXT_BYTES]);

/* "2026-11-22" in the local zone, or in UTC. */
char *clock_date(int64_t ns, bool utc, char out[CLOCK_TEXT_BYTES]);

/* A duration for people, rounded: "412 ms", "6.07 s", "1:12", "1:02:03". */
char *clock_duration(int64_t ns, char out[CLOCK_TEXT_BYTES]);

/* Unix seconds (with a fraction) or RFC 3339 to nanoseconds. */
bool clock_parse(struct slice text, int64_t *ns);

/* The clock of this machine; only for `app`. */
int64_t clock_now_ns(void);

/* One that never jumps, for pauses; only for `app`. */
int64_t clock_monotonic_ns(void);

#endif
