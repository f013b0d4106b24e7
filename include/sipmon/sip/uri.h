/* uri.h - sip:, sips: and tel: URIs (RFC 3261 section 19.1, RFC 3966). */
#ifndef SIPMON_SIP_URI_H
#define SIPMON_SIP_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct sip_uri {
	struct slice scheme;
	struct slice user;     /* or the number of a tel: URI; absent if none */
	struct slice password; /* absent if none */
	struct slice host;     /* IPv6 references keep their brackets */
	struct slice port;     /* digits; absent if none */
	struct slice params;   /* without the first ';'; absent if none */
	struct slice headers;  /* without the '?'; absent if none */
	bool is_sip;           /* sip: or sips: */
	bool is_tel;
};

/*
 * ERR_MALFORMED: what could be read is in `out`, and `*at` is the offset in
 * `text` where the grammar breaks.  Other schemes are well formed; their rest
 * is `host`.
 */
MUST_CHECK enum err sip_uri_parse(struct sip_uri *out, struct slice text,
				  size_t *at);

#endif
