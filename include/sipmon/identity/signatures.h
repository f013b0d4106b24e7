/*
 * signatures.h - results of signatures seen before, in bounded memory.
 *
 * The same token comes at each hop and with each copy: it is verified once.
 * Keyed by SHA-256 of the signed bytes, the signature and the certificate; a
 * new result takes the place of an old one.  For several threads at once.
 */
#ifndef SIPMON_IDENTITY_SIGNATURES_H
#define SIPMON_IDENTITY_SIGNATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/call/verdict.h"

struct signatures;

/* NULL when out of memory; `count` results are kept (rounded up to 2^n, at
 * most 2^20). */
struct signatures *signatures_new(uint32_t count);
void signatures_free(struct signatures *s);

struct signature_key {
	uint8_t sha256[32];
};

/* `fingerprint`: SHA-256 of the certificate.  False: OpenSSL has no memory. */
bool signature_key_of(struct signature_key *out, const uint8_t fingerprint[32],
		      struct slice text, struct slice signature);

/* SIGNATURE_UNKNOWN if it was not seen, or is forgotten. */
enum signature_result signatures_find(struct signatures *s,
				      const struct signature_key *key);
void signatures_add(struct signatures *s, const struct signature_key *key,
		    enum signature_result result);

#endif
