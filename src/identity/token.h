/*
 * token.h - a PASSporT taken apart (RFC 8225, 7515, 7519); for this room.
 */
#ifndef SIPMON_IDENTITY_TOKEN_H
#define SIPMON_IDENTITY_TOKEN_H

#include <jansson.h>

#include "base64.h"

struct token {
	uint64_t failed;  /* MALFORMED_TOKEN; of P: CLAIM_MALFORMED */
	uint32_t caveats; /* B64_STD_ALPHABET, NON_CANONICAL_JSON */
	bool is_compact;
	bool has_parts;             /* three parts, each of them base64url */
	bool no_memory;             /* then nothing else holds */
	struct slice signing_input; /* H "." P as received; full form only */
	struct slice signature;     /* decoded; may be empty */
	/* Decoded; absent in compact form, and if it is no base64url. */
	struct slice jose_text;
	struct slice payload_text;
	/* NULL: could not be read; owned by the token.  A number too big for
	 * jansson has become `true`, which is no valid value of any claim. */
	json_t *jose;
	json_t *payload;
	/* Of the JOSE header; absent where it has no such member, empty where
	 * that is no string.  They may hold U+0000. */
	struct slice alg;
	struct slice typ;
	struct slice ppt;
	struct slice x5u;
	bool has_crit;
};

/*
 * Takes `text` apart: three parts, base64url, JSON (UTF-8, one object, at most
 * 64 deep, no member twice).  A header that cannot be read leaves the payload
 * to be read all the same.  Slices live in `m`, or in `text`.  Call
 * token_free() in any case.
 */
void token_read(const struct memory *m, struct slice text, struct token *out);
void token_free(struct token *t);

#endif
