/* body.h - multipart bodies (RFC 3261 section 7.4, RFC 5621). */
#ifndef SIPMON_SIP_BODY_H
#define SIPMON_SIP_BODY_H

#include <stdbool.h>

#include "sipmon/base/slice.h"

#define SIP_BODY_PARTS_MAX 32
#define SIP_BODY_DEPTH_MAX 8

struct sip_part {
	struct slice content_type;
	struct slice content_id; /* absent if none */
	struct slice headers;    /* for sip_header_next */
	struct slice body;
	unsigned depth; /* 0 for the parts of the outer body */
};

/*
 * Lists the parts of a multipart body, inner ones after the part that holds
 * them; for any other body one part, the body itself.  Returns how many,
 * at most `room`.  `*broken` (may be NULL) is set if a boundary is missing.
 */
unsigned sip_body_parts(struct slice content_type, struct slice body,
			struct sip_part *out, unsigned room, bool *broken);

/* The first application/sdp part, or an absent slice. */
struct slice sip_body_sdp(struct slice content_type, struct slice body);

#endif
