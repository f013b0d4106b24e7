/*
 * tls_prf.h - keys out of secrets: the PRF of TLS 1.0 to 1.2 and HKDF of 1.3.
 */
#ifndef SIPMON_STREAM_TLS_PRF_H
#define SIPMON_STREAM_TLS_PRF_H

#include <stddef.h>
#include <stdint.h>

#include "keys_find.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "tls_cipher.h"

/* The parts of a seed, one behind the other. */
struct tls_seed {
	struct slice label;
	struct slice first;
	struct slice second;
};

/* RFC 5246 section 5; with MD5 and SHA-1 before TLS 1.2 (RFC 2246). */
MUST_CHECK enum err tls_prf(const struct tls_suite *s, uint16_t version,
			    const struct tls_secret *secret,
			    const struct tls_seed *seed, uint8_t *out,
			    size_t len);

/* HKDF-Expand-Label (RFC 8446 section 7.1) with an empty context. */
MUST_CHECK enum err tls_expand_label(const struct tls_suite *s,
				     const struct tls_secret *secret,
				     struct slice label, uint8_t *out,
				     size_t len);

#endif
