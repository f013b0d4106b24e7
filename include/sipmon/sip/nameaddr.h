/* nameaddr.h - From, To, Contact, Route and kin: name-addr / addr-spec. */
#ifndef SIPMON_SIP_NAMEADDR_H
#define SIPMON_SIP_NAMEADDR_H

#include <stddef.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/sip/uri.h"

struct sip_nameaddr {
	struct slice display; /* as on the wire, quotes kept; absent if none */
	struct slice uri_text;
	struct sip_uri uri;
	struct slice params; /* of the field, without the first ';' */
	struct slice tag;    /* absent if none */
	struct slice q;      /* of a Contact; absent if none */
	struct slice expires;
};

/* One value.  Errors as in sip_uri_parse. */
MUST_CHECK enum err sip_nameaddr_parse(struct sip_nameaddr *out,
				       struct slice value, size_t *at);

/*
 * Copies a display name without its quotes and escapes, cut at `size` and
 * terminated; returns its length.
 */
size_t sip_display_text(struct slice display, char *out, size_t size);

#endif
