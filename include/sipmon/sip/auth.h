/*
 * auth.h - challenges and credentials (RFC 3261 section 22, RFC 7616).
 *
 * For WWW-Authenticate, Proxy-Authenticate, Authorization and
 * Proxy-Authorization.  Nothing here checks a response.
 */
#ifndef SIPMON_SIP_AUTH_H
#define SIPMON_SIP_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

/* Values without their quotes, escapes still inside; absent if not there. */
struct sip_auth {
	struct slice scheme; /* "Digest" */
	struct slice params; /* all of them, as on the wire */
	struct slice realm;
	struct slice nonce;
	struct slice username;
	struct slice uri;
	struct slice response;
	struct slice algorithm;
	struct slice qop;
	struct slice nc;
	struct slice cnonce;
	struct slice opaque;
	struct slice stale;
};

/*
 * ERR_MALFORMED: what could be read is in `out`, and `*at` (may be NULL) is
 * where the grammar breaks.
 */
MUST_CHECK enum err sip_auth_parse(struct sip_auth *out, struct slice value,
				   size_t *at);

/* Authentication-Info: the same without a scheme. */
MUST_CHECK enum err sip_auth_info_parse(struct sip_auth *out,
					struct slice value, size_t *at);

/* Did the server refuse only because its nonce is old? */
bool sip_auth_is_stale(const struct sip_auth *auth);

#endif
