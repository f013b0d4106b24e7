/* cseq.h - CSeq (RFC 3261 section 20.16) and RAck (RFC 3262 section 7.2). */
#ifndef SIPMON_SIP_CSEQ_H
#define SIPMON_SIP_CSEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

/* RFC 3261 section 8.1.1.5: less than 2^31. */
#define SIP_CSEQ_MAX 2147483647u

struct sip_cseq {
	uint32_t number;
	bool has_number; /* false: no digits, or more than fits */
	struct slice method;
};

/*
 * ERR_LIMIT: well formed, but the number is too large.  ERR_MALFORMED: what
 * could be read is in `out`.  `*at` (may be NULL) is where it breaks.
 */
MUST_CHECK enum err sip_cseq_parse(struct sip_cseq *out, struct slice value,
				   size_t *at);

struct sip_rack {
	uint32_t rseq;
	uint32_t cseq;
	struct slice method;
};

MUST_CHECK enum err sip_rack_parse(struct sip_rack *out, struct slice value);

#endif
