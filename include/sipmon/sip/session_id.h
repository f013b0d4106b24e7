/* session_id.h - Session-ID (RFC 7989, and its first form of RFC 7329). */
#ifndef SIPMON_SIP_SESSION_ID_H
#define SIPMON_SIP_SESSION_ID_H

#include <stdbool.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

/* sess-uuid = 32(DIGIT / %x61-66); capitals are let pass. */
#define SIP_UUID_BYTES 32

struct sip_session_id {
	struct slice local;
	struct slice remote; /* absent if none, or if it is no UUID */
};

/* ERR_MALFORMED: it does not begin with a UUID. */
MUST_CHECK enum err sip_session_id_parse(struct sip_session_id *out,
					 struct slice value);

/* All zeros: the UUID of an end that is not known yet (section 5). */
bool sip_uuid_is_nil(struct slice uuid);

#endif
