/*
 * legacy.h - RFC 4474: Identity, Identity-Info, the digest-string; for this
 * room.
 */
#ifndef SIPMON_IDENTITY_LEGACY_H
#define SIPMON_IDENTITY_LEGACY_H

#include "value.h"

struct legacy {
	uint64_t failed;  /* MALFORMED_HEADER, MISSING_INFO, UNSUPPORTED_ALG,
			     DATE_MISSING */
	uint32_t caveats; /* UNQUOTED, MISSING_ALG */
	struct slice signature; /* decoded; absent if it could not be */
	struct slice url;       /* of Identity-Info; absent if none */
	struct slice alg;       /* "rsa-sha1" when not given */
	bool has_date;
	int64_t date_s;
	struct slice digest_string; /* absent if it cannot be built */
	/* The same with all octets of the datagram as body; absent if they are
	 * the same. */
	struct slice longer_string;
};

/* A field of the pair that stands twice is MALFORMED_HEADER, and leaves no
 * signature.  A signed field that is absent is empty in the digest-string: only
 * a Date must be there.  `trailing`: octets of the datagram behind the body, as
 * judge.h has it. */
void legacy_read(const struct memory *m, const struct sip_msg *msg,
		 struct slice value, size_t trailing, struct legacy *out);

/* The addr-spec of the first Contact of a field, as the digest-string has it;
 * absent if there is none. */
struct slice first_contact(const struct memory *m, struct slice field);

/* The Date of a message as seconds; false if it is absent or does not parse.
 * More is let pass than sip_date_parse() does: irregular case and blanks.
 * `*canonical` (may be NULL): "Thu, 21 Feb 2002 14:19:51 GMT". */
bool message_date(const struct memory *m, const struct sip_msg *msg,
		  int64_t *seconds, struct slice *canonical);

#endif
