/*
 * tls_cipher.h - records of one direction opened with a known key.
 *
 * TLS 1.2: RFC 5246 (CBC), 5288 (GCM), 6655 and 7251 (CCM), 7905 (ChaCha20),
 * 7366 (encrypt-then-MAC).  TLS 1.3: RFC 8446 section 5.2 and 7.3.
 */
#ifndef SIPMON_STREAM_TLS_CIPHER_H
#define SIPMON_STREAM_TLS_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys_find.h"
#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

#define TLS_1_0 0x0301
#define TLS_1_1 0x0302
#define TLS_1_2 0x0303
#define TLS_1_3 0x0304

#define TLS_RECORD_HEADER 5
/* RFC 5246 section 6.2.3: 2^14 and what a cipher may add. */
#define TLS_FRAGMENT_MAX (16384 + 2048)

enum tls_content {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
};

/* A row of the table of suites. */
struct tls_suite;

/* NULL if it is none that we open. */
const struct tls_suite *tls_suite_find(uint16_t number);

/* "SHA256": of its PRF (TLS 1.2) or HKDF (1.3), as OpenSSL names it. */
const char *tls_suite_hash(const struct tls_suite *s);

/* Is the premaster sent encrypted with the server's RSA key? */
bool tls_suite_is_rsa(const struct tls_suite *s);

/* RFC 5246 section 8.1; with `session_hash` set RFC 7627 section 4. */
MUST_CHECK enum err tls_master_of(const struct tls_suite *s, uint16_t version,
				  const struct tls_secret *premaster,
				  const uint8_t *client_random,
				  const uint8_t *server_random,
				  struct slice session_hash,
				  struct tls_secret *out);

struct tls_cipher;

/* What both ends of TLS 1.2 (and 1.0, 1.1) agreed on. */
struct tls_agreed {
	const struct tls_suite *suite;
	uint16_t version;
	bool encrypt_then_mac;        /* of CBC; nothing to other suites */
	const uint8_t *client_random; /* TLS_RANDOM_BYTES */
	const uint8_t *server_random;
	struct tls_secret master;
};

/*
 * The cipher for what the client (`of_client`) or the server sends, from its
 * ChangeCipherSpec on.  ERR_UNSUPPORTED if suite and version do not fit.
 */
MUST_CHECK enum err tls_cipher_new(struct tls_cipher **out,
				   const struct tls_agreed *agreed,
				   bool of_client);

/*
 * The same of TLS 1.3, from a traffic secret.  ERR_MALFORMED if that has not
 * the length of the suite's hash.
 */
MUST_CHECK enum err tls_cipher_new_13(struct tls_cipher **out,
				      const struct tls_suite *suite,
				      const struct tls_secret *traffic);

void tls_cipher_free(struct tls_cipher *c);

/* KeyUpdate (RFC 8446 section 7.2): the next secret, sequence number 0. */
MUST_CHECK enum err tls_cipher_update(struct tls_cipher *c);

/*
 * Opens the record with header `header` (TLS_RECORD_HEADER bytes) and what is
 * behind it.  `out` is cleared and holds the plaintext; `*content` is its type
 * (of TLS 1.3 the inner one).  ERR_MALFORMED if it does not verify: then the
 * state is as before, so that another may be tried.  The sequence number goes
 * on by one for each record that was opened.  ERR_NOMEM also if `out` may not
 * hold as many bytes as the fragment has.
 */
MUST_CHECK enum err tls_cipher_open(struct tls_cipher *c, const uint8_t *header,
				    struct slice fragment, struct buf *out,
				    uint8_t *content);

/* Passes over `n` records that were lost. */
void tls_cipher_skip(struct tls_cipher *c, uint64_t n);

/*
 * Passes over a record that is there and cannot be opened.  In TLS 1.0 the
 * first one behind a loss is such: its first block needs the last one before
 * it.  The next is opened with the last block of `fragment`.
 */
void tls_cipher_pass(struct tls_cipher *c, struct slice fragment);

/*
 * Records may be missing here.  If they are, the next one of TLS 1.0 is not
 * opened, or, where its MAC is outside, opened as if it were empty.
 */
void tls_cipher_lost(struct tls_cipher *c);

#endif
