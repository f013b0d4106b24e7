/*
 * tnauth.h - the TNAuthList of a certificate: for which numbers it may sign
 * (RFC 8226 section 9); for this room.
 */
#ifndef SIPMON_IDENTITY_TNAUTH_H
#define SIPMON_IDENTITY_TNAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/identity/certs.h"

enum tnauth_kind { TNAUTH_SPC = 0, TNAUTH_RANGE, TNAUTH_ONE, TNAUTH_KINDS };

struct tnauth_entry {
	enum tnauth_kind kind;
	struct slice text; /* service provider code, (first) number */
	uint64_t count;    /* of a range */
};

/* Zero is that of a certificate without. */
struct tnauth {
	bool is_there;
	bool is_malformed; /* it is there, and has no entries for us */
	size_t count;
	struct tnauth_entry *entries;
};

/*
 * Reads the value of the extension: DER with explicit tags.  Slices of
 * the entries point into `der`.  A list that breaks the rules is told by
 * `is_malformed`; ERR_NOMEM.
 */
MUST_CHECK enum err tnauth_read(struct slice der, struct tnauth *out);
void tnauth_free(struct tnauth *t);

/* BY_SPC: no entry names the number, but there is a service provider code. */
enum cert_covers tnauth_covers(const struct tnauth *t, struct slice tn);

#endif
