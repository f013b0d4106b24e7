/*
 * base64.h - base64url of tokens (RFC 7515 section 2) and base64 (RFC 4648
 * section 4); for this room.
 */
#ifndef SIPMON_IDENTITY_BASE64_H
#define SIPMON_IDENTITY_BASE64_H

#include "value.h"

/*
 * base64url (and +, /) without padding; `*standard` (may be NULL) tells that +
 * or / stood there.  False: another character, or a length of 1 mod 4.  True
 * with an absent `*out`: out of memory.
 */
bool base64url_decode(const struct memory *m, struct slice text,
		      struct slice *out, bool *standard);
/* Absent when out of memory. */
struct slice base64url_encode(const struct memory *m, struct slice bytes);

/*
 * Standard base64, white space ignored.  Padding may be missing; if it is
 * there it must be right.  Answers as base64url_decode().
 */
bool base64_decode(const struct memory *m, struct slice text,
		   struct slice *out);

#endif
