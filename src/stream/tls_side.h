/*
 * tls_side.h - what one side of a TLS connection sends: records opened with
 * the keys that are in use, messages of the handshake put together.
 */
#ifndef SIPMON_STREAM_TLS_SIDE_H
#define SIPMON_STREAM_TLS_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"
#include "tls_cipher.h"
#include "tls_session.h"

struct tls_record {
	const uint8_t *header; /* TLS_RECORD_HEADER bytes */
	struct slice fragment;
};

enum tls_opened {
	TLS_OPENED,
	TLS_NO_KEY, /* it is not known, or not yet */
	TLS_BROKEN, /* no key opens it */
	TLS_SHUT,   /* nor does any, but nothing of ours is in it */
};

struct tls_side {
	enum tls_epoch epoch;
	struct tls_cipher *cipher; /* of the epoch; NULL: not known yet */
	uint64_t asked;            /* age of the session when none was found */
	uint64_t passed;           /* records of the epoch that nobody opened */
	unsigned slack;            /* as many records may be missing here */
	unsigned failures;         /* records in a row that did not open */
	unsigned updates;          /* of the key, RFC 8446 section 7.2 */
	struct buf message;        /* of the handshake, not complete yet */
	size_t rest;               /* bytes of a message that nobody needs */
	uint8_t type;              /* of that one */
	/* For who reads the records. */
	bool greeted;   /* its hello was heard */
	bool searching; /* for a record, behind a hole */
	bool dead;      /* its records cannot be told apart */
	bool hole;      /* something was not opened, and not told yet */
	unsigned tries; /* in this search */
};

/* A message of the handshake. */
typedef void (*tls_message_fn)(void *ctx, uint8_t type, struct slice body);

void tls_side_init(struct tls_side *s);
void tls_side_free(struct tls_side *s);

/* Memory that it holds, itself apart. */
size_t tls_side_bytes(const struct tls_side *s);

/* From now on its records are of that epoch. */
void tls_side_enter(struct tls_side *s, enum tls_epoch epoch);

/* Are records of that outer type protected? */
bool tls_side_protects(const struct tls_side *s,
		       const struct tls_session *session, uint8_t type);

/*
 * Opens a record with the present key, or with one that comes after it; then
 * the side has entered that epoch.  `out` and `*content` as of
 * tls_cipher_open().
 */
enum tls_opened tls_side_open(struct tls_side *s, struct tls_session *session,
			      bool of_client, const struct tls_record *r,
			      struct buf *out, uint8_t *content);

/* A record that was not opened is passed over for good. */
void tls_side_pass(struct tls_side *s, enum tls_opened why,
		   const struct tls_record *r);

/* The same of what may be a record, or may not. */
void tls_side_try(struct tls_side *s, const struct tls_record *r);

/* The key is changed: RFC 8446 section 4.6.3. */
void tls_side_update(struct tls_side *s);

/* Bytes are missing. */
void tls_side_lost(struct tls_side *s);

/* Puts messages together; the session hears all of them. */
void tls_side_messages(struct tls_side *s, struct tls_session *session,
		       struct slice bytes, tls_message_fn fn, void *ctx);

#endif
