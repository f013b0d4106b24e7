/*
 * sign.h - signatures of an Identity for tests, made by OpenSSL alone: nothing
 * of what is tested takes part.
 *
 *	struct buf token;
 *
 *	buf_init(&token, SIGN_BYTES_MAX);
 *	sign_passport(&token, leaf.key, "{\"alg\":\"ES256\",...}",
 *		      "{\"dest\":...}");
 */
#ifndef SIPMON_TESTS_SIGN_H
#define SIPMON_TESTS_SIGN_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

#define SIGN_BYTES_MAX (256 * 1024)

/* All of them append, and are false if OpenSSL refuses. */

/* base64url without padding. */
void sign_base64url(struct buf *out, struct slice bytes);

/* base64, padded, on one line. */
void sign_base64(struct buf *out, struct slice bytes);

/* r and s, 32 octets each (RFC 7518 section 3.4). */
bool sign_es256(struct buf *out, EVP_PKEY *key, struct slice text);

/* "H.P.S" from the JSON of both, signed as it stands. */
bool sign_passport(struct buf *out, EVP_PKEY *key, const char *jose,
		   const char *payload);

/* "..S" */
bool sign_compact(struct buf *out, EVP_PKEY *key, const char *jose,
		  const char *payload);

/* RSASSA-PKCS1-v1_5 with SHA-1, in base64 (RFC 4474 section 9). */
bool sign_rfc4474(struct buf *out, EVP_PKEY *key, struct slice digest_string);

#endif
