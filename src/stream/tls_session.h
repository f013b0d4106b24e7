/*
 * tls_session.h - what client and server agreed on, as the messages of their
 * handshake tell a listener, and the ciphers that follow from it with known
 * keys.
 */
#ifndef SIPMON_STREAM_TLS_SESSION_H
#define SIPMON_STREAM_TLS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys_find.h"
#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"
#include "tls_cipher.h"
#include "tls_hello.h"

/*
 * Which keys protect the records of a direction.  TLS 1.2 has clear and
 * traffic, TLS 1.3 all of them, in this order (RFC 8446 section 2).
 */
enum tls_epoch { TLS_CLEAR, TLS_EARLY, TLS_SHAKE, TLS_TRAFFIC };

struct tls_session {
	struct keys *keys; /* may be NULL */
	uint64_t learned;  /* rises with each message that tells something */
	bool is_sip;       /* a ClientHello said so */
	bool early_data;   /* offered */
	bool early_refused;
	/* Messages that were heard. */
	bool has_client;
	bool has_server;
	bool has_retry;
	bool has_exchange;
	bool has_hello_done;
	bool has_master;
	bool extended_master;
	bool encrypt_then_mac;
	uint16_t hello_version; /* of the ClientHello */
	uint16_t version;       /* 0 until there is a ServerHello */
	uint8_t client_random[TLS_RANDOM_BYTES];
	uint8_t server_random[TLS_RANDOM_BYTES];
	const struct tls_suite *suite; /* NULL: none that we open */
	struct tls_secret master;
	struct tls_secret hash; /* of the messages, RFC 7627 section 3 */
	struct buf session_id;  /* of the server */
	struct buf offered;     /* the ticket in the ClientHello */
	struct buf ticket;      /* the one in NewSessionTicket */
	struct buf premaster;   /* encrypted for the server's RSA key */
	/* What `hash` will be made of, as long as it may be needed. */
	struct buf transcript;
	bool has_transcript;
};

void tls_session_init(struct tls_session *s, struct keys *keys);
void tls_session_free(struct tls_session *s);

/* Memory that it holds, itself apart. */
size_t tls_session_bytes(const struct tls_session *s);

/* Is there any secret at all, so that one for us may be among them, or come? */
bool tls_session_has_keys(const struct tls_session *s);

/* Was something agreed on that we cannot open, whatever the keys? */
bool tls_session_is_hopeless(const struct tls_session *s);

/*
 * Must the server, or the client, be heard before the next message of the other
 * one?  That goes by the ServerHello; and the hash of RFC 7627 by the order in
 * which all were sent, where who has the turn changes with ServerHelloDone.
 */
bool tls_session_waits(const struct tls_session *s, bool for_server);

/* Messages are missing. */
void tls_session_lost(struct tls_session *s);

/* The header of a message (`starts`), and the portions of its body, as they
 * come. */
void tls_session_hear(struct tls_session *s, uint8_t type, bool starts,
		      struct slice bytes);

/* A message that is complete. */
void tls_session_message(struct tls_session *s, uint8_t type,
			 struct slice body);

/*
 * As long as it is the same, there is no use in asking again for a cipher that
 * could not be had.  Never 0.
 */
uint64_t tls_session_age(const struct tls_session *s);

/*
 * The cipher of what the client or the server sends in an epoch (not TLS_EARLY,
 * and of TLS 1.2 only TLS_TRAFFIC), at sequence number 0.  NULL if its key is
 * not known.  The caller frees it.
 */
struct tls_cipher *tls_session_cipher(struct tls_session *s,
				      enum tls_epoch epoch, bool of_client);

/*
 * Early data comes before the server says which suite is used: one cipher for
 * each suite that the secret fits.  `*n` counts them from 0; NULL behind the
 * last.
 */
struct tls_cipher *tls_session_early(struct tls_session *s, unsigned *n);

#endif
