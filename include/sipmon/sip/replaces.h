/*
 * replaces.h - which dialog a message names: Replaces (RFC 3891), and the one
 * inside the URI of Refer-To (RFC 5589 section 7).
 */
#ifndef SIPMON_SIP_REPLACES_H
#define SIPMON_SIP_REPLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct sip_replaces {
	struct slice call_id;
	struct slice to_tag; /* absent if none */
	struct slice from_tag;
	bool early_only;
};

/* ERR_MALFORMED: there is no Call-ID. */
MUST_CHECK enum err sip_replaces_parse(struct sip_replaces *out,
				       struct slice value);

/*
 * The header `name` (case ignored) of the headers of a URI, "a=1&b=2", without
 * its %XX, as a slice of `out`.  ERR_MALFORMED: it is not there, or its %XX
 * are broken; ERR_LIMIT: it does not fit `size`.
 */
MUST_CHECK enum err sip_uri_header(struct slice headers, struct slice name,
				   char *out, size_t size, struct slice *value);

#endif
