/*
 * crypto.h - the signatures themselves, by OpenSSL; for this room.
 */
#ifndef SIPMON_IDENTITY_CRYPTO_H
#define SIPMON_IDENTITY_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/call/verdict.h"

struct evp_pkey_st;

/*
 * A key made ready to verify with, so that OpenSSL looks nothing up for each
 * signature.  It holds the key, is never changed, and may be used by several
 * threads at once.
 */
struct crypto_key;

/* RSA is made ready for SHA-1, EC for SHA-256.  ERR_UNSUPPORTED: another kind
 * of key, or NULL; ERR_NOMEM. */
MUST_CHECK enum err crypto_key_new(struct crypto_key **out,
				   struct evp_pkey_st *key);
void crypto_key_free(struct crypto_key *k);

/* Of each signature by this key. */
size_t crypto_signature_bytes(const struct crypto_key *k);

/*
 * ES256 (RFC 7518 section 3.4) over `text` with a P-256 key, or RSASSA-PKCS1-
 * v1_5 with SHA-1.  `*failed` is 0, SIGNATURE_MALFORMED (length) or
 * SIGNATURE_INVALID.  UNCHECKED: the key is of the other kind, or OpenSSL
 * refuses (a policy forbids SHA-1), and `*why` says so.  The error queue is
 * empty afterwards.
 */
enum signature_result crypto_es256(const struct crypto_key *k,
				   struct slice text, struct slice signature,
				   uint64_t *failed, const char **why);
enum signature_result crypto_rsa_sha1(const struct crypto_key *k,
				      struct slice text, struct slice signature,
				      uint64_t *failed, const char **why);

#endif
