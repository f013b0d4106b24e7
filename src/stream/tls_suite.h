/*
 * tls_suite.h - what a cipher suite is made of: a row of the table.
 */
#ifndef SIPMON_STREAM_TLS_SUITE_H
#define SIPMON_STREAM_TLS_SUITE_H

#include <stdint.h>

#include "tls_cipher.h"

enum tls_mode {
	TLS_MODE_NULL = 0, /* a MAC and no cipher */
	TLS_MODE_CBC,
	TLS_MODE_GCM,
	TLS_MODE_CCM,
	TLS_MODE_CHACHA,
};

/* How records are protected. */
struct tls_bulk {
	const char *cipher; /* as OpenSSL names it; NULL: none */
	const char *mac;    /* hash of the HMAC; NULL: the cipher has a tag */
	enum tls_mode mode;
	uint8_t key;
	uint8_t iv;  /* of TLS 1.2: what the key block gives; CBC: a block */
	uint8_t tag; /* of the MAC or of the cipher */
};

enum tls_exchange {
	TLS_EXCHANGE_13 = 0, /* not of the suite: TLS 1.3 */
	TLS_EXCHANGE_RSA,
	TLS_EXCHANGE_DHE_RSA,
	TLS_EXCHANGE_ECDHE_RSA,
	TLS_EXCHANGE_ECDHE_ECDSA,
};

struct tls_suite {
	uint16_t number;
	enum tls_exchange exchange;
	const struct tls_bulk *bulk;
	const char *hash;
	uint8_t hash_bytes;
};

#endif
