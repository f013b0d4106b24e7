/*
 * keys_find.h - secrets looked up: the side of keys.h that TLS sees.
 */
#ifndef SIPMON_STREAM_KEYS_FIND_H
#define SIPMON_STREAM_KEYS_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/stream/keys.h"

#define TLS_RANDOM_BYTES 32
#define TLS_SECRET_MAX   64 /* a master secret has 48, a hash at most 48 */

/* The labels of a key log. */
enum keys_label {
	KEYS_MASTER = 0,       /* CLIENT_RANDOM: master secret, TLS 1.2 */
	KEYS_CLIENT_EARLY,     /* CLIENT_EARLY_TRAFFIC_SECRET */
	KEYS_CLIENT_HANDSHAKE, /* CLIENT_HANDSHAKE_TRAFFIC_SECRET */
	KEYS_SERVER_HANDSHAKE,
	KEYS_CLIENT_TRAFFIC, /* CLIENT_TRAFFIC_SECRET_0 */
	KEYS_SERVER_TRAFFIC,
	KEYS_LABELS
};

struct tls_secret {
	uint8_t bytes[TLS_SECRET_MAX];
	size_t len;
};

/*
 * The secret with that label of the connection with this client random.  Looks
 * at a growing file again if it is not there; false leaves `*out` alone, here
 * and below.  A master secret has 48 bytes, those of TLS 1.3 32 or 48: if the
 * line was half written, less than the hash, until the generation rises.
 */
bool keys_find(struct keys *k, enum keys_label label,
	       const uint8_t client_random[TLS_RANDOM_BYTES],
	       struct tls_secret *out);

/*
 * The master secret of a session, by "RSA Session-ID:... Master-Key:..." of a
 * key log or as keys_remember_session() was told.
 */
bool keys_find_session(struct keys *k, struct slice session_id,
		       struct tls_secret *out);

/* A session (id or ticket) that may be resumed; of 4096 the oldest goes. */
void keys_remember_session(struct keys *k, struct slice session_id,
			   const struct tls_secret *master);

/*
 * The premaster secret (48 bytes) of the RSA exchange (RFC 5246 section
 * 7.4.7.1): by "RSA <first 8 bytes of it encrypted> <premaster>" of a key log,
 * or decrypted with each of the private keys.  `version` is that of the
 * ClientHello: what a key makes of it is taken only if it begins so.  With a
 * private key this costs about a millisecond.
 */
bool keys_find_premaster(struct keys *k, struct slice encrypted,
			 uint16_t version, struct tls_secret *out);

/*
 * Rises with each secret that is added: who found none need not ask again
 * while it is the same.  Looks at a growing file first.
 */
uint64_t keys_generation(struct keys *k);

#endif
