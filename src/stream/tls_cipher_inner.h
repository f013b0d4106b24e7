/*
 * tls_cipher_inner.h - the state of a cipher: made in tls_cipher.c, used in
 * tls_cipher_open.c.
 */
#ifndef SIPMON_STREAM_TLS_CIPHER_INNER_H
#define SIPMON_STREAM_TLS_CIPHER_INNER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "tls_cipher.h"
#include "tls_suite.h"

#define TLS_NONCE_BYTES 12 /* of all AEAD ciphers in use */
#define TLS_BLOCK_MAX   16

struct tls_cipher {
	const struct tls_suite *suite;
	const struct tls_bulk *bulk;
	uint16_t version;
	bool encrypt_then_mac;  /* of blocks; nothing to others */
	EVP_CIPHER_CTX *cipher; /* NULL: none */
	EVP_MAC_CTX *mac;       /* NULL: the cipher has a tag */
	uint64_t sequence;
	uint8_t iv[TLS_BLOCK_MAX]; /* what is fixed of it; TLS 1.0: the next */
	uint64_t iv_sequence;      /* TLS 1.0: whose `iv` that is, unless ... */
	bool iv_is_next; /* ... it is that of whatever record comes next */
	struct tls_secret traffic; /* TLS 1.3 */
};

#endif
