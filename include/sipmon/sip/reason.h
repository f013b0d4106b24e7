/* reason.h - Reason (RFC 3326, 8606, 9410), Warning (RFC 3261 20.43),
 * Retry-After. */
#ifndef SIPMON_SIP_REASON_H
#define SIPMON_SIP_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct sip_reason {
	struct slice protocol; /* "Q.850", "SIP", "STIR" */
	uint32_t cause;
	bool has_cause;
	struct slice text;     /* quotes kept; absent if none */
	struct slice location; /* RFC 8606; absent if none */
	struct slice ppi; /* RFC 9410: the PASSporT it speaks of, quotes kept;
			     absent if none */
};

/* One value of the list. */
MUST_CHECK enum err sip_reason_parse(struct sip_reason *out,
				     struct slice value);

struct sip_warning {
	uint32_t code;
	struct slice agent;
	struct slice text; /* quotes kept */
};

/* One value of the list. */
MUST_CHECK enum err sip_warning_parse(struct sip_warning *out,
				      struct slice value);

/* Seconds of Retry-After; its comment and parameters are left alone. */
MUST_CHECK enum err sip_retry_after_parse(uint32_t *seconds,
					  struct slice value);

#endif
