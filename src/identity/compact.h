/*
 * compact.h - header and payload of a compact PASSporT, rebuilt from the
 * message (RFC 8224 section 4.1, RFC 8225 section 7); for this room.
 */
#ifndef SIPMON_IDENTITY_COMPACT_H
#define SIPMON_IDENTITY_COMPACT_H

#include "claims.h"

struct compact {
	uint64_t failed;   /* DATE_MISSING */
	int64_t date_s;    /* if it did not fail */
	struct slice jose; /* canonical JSON */
	struct slice payload;
	struct slice signing_input; /* base64url "." base64url */
	struct identity_party orig;
	struct identity_party dest;
};

/* Absent slices when out of memory or with a failure. */
void compact_build(const struct memory *m, const struct sip_msg *msg,
		   struct slice info, const char *default_cc,
		   struct compact *out);

/* The distinct fingerprints of all SDP of the message, sorted by alg and dig;
 * how many. */
unsigned media_keys(const struct memory *m, const struct sip_msg *msg,
		    const struct media_key **out);

#endif
