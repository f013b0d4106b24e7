/* via.h - one value of Via (RFC 3261 section 20.42, RFC 3581). */
#ifndef SIPMON_SIP_VIA_H
#define SIPMON_SIP_VIA_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct sip_via {
	struct slice protocol;  /* "SIP/2.0/UDP", blanks kept */
	struct slice transport; /* "UDP" */
	struct slice sent_by;   /* host and port as on the wire */
	struct slice host;      /* IPv6 references keep their brackets */
	struct slice port;      /* digits; absent if none */
	struct slice params;    /* without the first ';'; absent if none */
	struct slice branch;    /* absent if none */
	struct slice received;  /* absent if none */
	struct slice rport;     /* empty until somebody has filled it in */
};

/* One value of the list.  Errors as in sip_uri_parse. */
MUST_CHECK enum err sip_via_parse(struct sip_via *out, struct slice value,
				  size_t *at);

/* Does the branch begin with the cookie of RFC 3261 (section 8.1.1.7)? */
bool sip_branch_has_cookie(struct slice branch);

#endif
