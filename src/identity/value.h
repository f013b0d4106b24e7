/*
 * value.h - values of the Identity header and their parameters (RFC 8224
 * section 4, RFC 4474 section 9); for this room.
 */
#ifndef SIPMON_IDENTITY_VALUE_H
#define SIPMON_IDENTITY_VALUE_H

#include "sipmon/base/arena.h"
#include "sipmon/call/identity.h"
#include "sipmon/sip/message.h"

#define TOKEN_BYTES_MAX 65536

/* Memory that lives as long as what is judged. */
struct memory {
	struct arena *arena;
	struct arena_pool *pool;
};

/* Offset past the quoted string that begins at `at`; 0 if it has no end. */
size_t past_quoted(struct slice s, size_t at);

/* A fold (blanks, a line end, blanks) is one SP, blanks at both ends gone
 * (nothing is copied if nothing changes); absent when out of memory. */
struct slice value_unfold(const struct memory *m, struct slice value);

/* What stands behind the last '.' of a token; absent if there is none. */
struct slice signature_part(struct slice token);

/* Is `text`, a value of Identity, one of RFC 4474?  One of base64 alone is, if
 * the message has an Identity-Info. */
bool value_is_legacy(const struct sip_msg *msg, struct slice text);

/* One value of the message. */
struct identity_value {
	struct slice text; /* unfolded, trimmed; absent: out of memory */
	bool is_legacy;
	uint64_t failed;  /* MALFORMED_HEADER, TOO_LARGE, MISSING_INFO */
	uint32_t caveats; /* COMMA_LIST, TOKEN_FOLDED */

	/* PASSporT; absent where not given.  A parameter without a value is
	 * present and empty. */
	struct slice token; /* without white space */
	struct slice info;  /* between < and > */
	struct slice alg;
	struct slice ppt; /* quotes taken off */
};

/*
 * The values of all Identity fields in order of the message, at most `room`;
 * `*left_out` counts the rest.  A legacy value is only taken for one, its text
 * is left to legacy.h; two of them are MALFORMED_HEADER both (RFC 4474 section
 * 9).  Of one that the ceiling of messages cut nothing more is said than
 * TOO_LARGE.
 */
unsigned identity_values(const struct memory *m, const struct sip_msg *msg,
			 struct identity_value *out, unsigned room,
			 uint32_t *left_out);

#endif
