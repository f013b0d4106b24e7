/*
 * constraints.h - which claims a certificate lets its holder make (RFC 8226
 * section 8, RFC 9118); for this room.
 */
#ifndef SIPMON_IDENTITY_CONSTRAINTS_H
#define SIPMON_IDENTITY_CONSTRAINTS_H

#include <stdbool.h>

#include <jansson.h>

#include "sipmon/base/slice.h"

/* Zero is that of a certificate without. */
struct constraints {
	bool is_there;
	bool is_malformed;
	/* Contents of the lists, known to be good; absent where not given. */
	struct slice must_include;
	struct slice permitted;
	struct slice must_exclude;
};

/*
 * Reads the value of the extension; `enhanced`: that of RFC 9118, which may
 * exclude claims.  Slices point into `der`.  One that excludes iat, orig or
 * dest counts as absent (RFC 9118 section 3).
 */
void constraints_read(struct slice der, bool enhanced, struct constraints *out);

/*
 * False if the claims break them, or if the extension does not decode: what
 * it allows is then unknown.  `*why` (may be NULL) is English.
 */
bool constraints_allow(const struct constraints *c, const json_t *payload,
		       const char **why);

#endif
