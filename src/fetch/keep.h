/* keep.h - how long HTTP says an answer may be kept (RFC 9111 section 4.2). */
#ifndef SIPMON_FETCH_KEEP_H
#define SIPMON_FETCH_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

/* ATIS-1000074 wants a day at least; what is kept longer than a month is
 * asked for anew all the same. */
#define KEEP_MIN_S UINT32_C(86400)
#define KEEP_MAX_S UINT32_C(2592000) /* 30 days */

/* All zero: nothing is known. */
struct keep {
	bool has_max_age;
	bool has_expires;
	bool has_date;
	uint32_t max_age_s;
	uint32_t age_s;
	int64_t expires_s;
	int64_t date_s;
};

/* Another field of the answer's header. */
void keep_field(struct keep *k, struct slice name, struct slice value);

/* Between KEEP_MIN_S and KEEP_MAX_S. */
uint32_t keep_seconds(const struct keep *k);

#endif
