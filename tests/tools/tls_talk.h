/*
 * tls_talk.h - a TLS client and a TLS server of OpenSSL that talk in memory,
 * for tests of who listens: what each sent, in order, and the key log.
 *
 *	struct tls_talk *t = tls_talk_new();
 *	struct tls_talk_options o = { .version = 0x0303,
 *				      .suites = "AES128-SHA" };
 *	struct tls_talk_line lines[] = { { true, TLS_TALK_SAY, SLICE("hi") } };
 *
 *	tls_talk_set(t, &o) && tls_talk_run(t, lines, 1, false);
 *	tls_talk_pieces(t, &count); tls_talk_key_log(t); tls_talk_free(t);
 */
#ifndef SIPMON_TESTS_TLS_TALK_H
#define SIPMON_TESTS_TLS_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

struct tls_talk_options {
	uint16_t version;   /* 0x0301 .. 0x0304, and no other is offered */
	const char *suites; /* as OpenSSL names them, by ':'; NULL: its own */
	const char *groups; /* of the client ("X25519:P-256"); NULL: its own */
	const char *server_groups; /* another first one: HelloRetryRequest */
	bool no_encrypt_then_mac;
	bool no_extended_master;
	bool no_tickets; /* sessions are resumed by their id (TLS 1.2) */
	bool client_certificate;
	bool no_middlebox;     /* TLS 1.3 without a session id and CCS */
	size_t fragment_bytes; /* at most so many in a record; 0: 16384 */
	size_t padding_bytes; /* TLS 1.3: records are filled up to a multiple */
	/* Gets each line of the key log, without its end; may be NULL. */
	void (*key_line)(void *ctx, const char *line);
	void *ctx;
};

enum tls_talk_act {
	TLS_TALK_SAY = 0,
	TLS_TALK_EARLY, /* as early data: first line, client, resumed, 1.3 */
	TLS_TALK_KEY_UPDATE,     /* TLS 1.3; `text` is not used */
	TLS_TALK_KEY_UPDATE_ALL, /* and asks the other side for one */
	TLS_TALK_RENEGOTIATE,    /* up to TLS 1.2 */
};

struct tls_talk_line {
	bool of_client;
	enum tls_talk_act act;
	struct slice text;
};

/* What one side sent at once: one or more records. */
struct tls_talk_piece {
	bool of_client;
	struct slice bytes;
};

struct tls_talk;

/*
 * Makes the keys and the certificates of the server, RSA and EC, and of the
 * client; NULL if OpenSSL does not.  Takes some tenths of a second: keep it,
 * and set it anew.
 */
struct tls_talk *tls_talk_new(void);

/* With keys and certificates of EC alone: no suite with RSA, but at once. */
struct tls_talk *tls_talk_new_quick(void);
void tls_talk_free(struct tls_talk *t);

/* What the next talks are like; sessions are forgotten.  False: OpenSSL does
 * not know the version or a suite. */
bool tls_talk_set(struct tls_talk *t, const struct tls_talk_options *options);

/*
 * One connection: handshake, the lines in their order, close_notify of both.
 * With `resume` the session of the last run is resumed.  False if anything of
 * it failed; what was said until then can be looked at.
 */
bool tls_talk_run(struct tls_talk *t, const struct tls_talk_line *lines,
		  size_t count, bool resume);

/*
 * The same step by step: the handshake, then a line at a time.  What was said
 * so far stands in tls_talk_pieces() and in the key log.
 */
bool tls_talk_open(struct tls_talk *t);
bool tls_talk_say(struct tls_talk *t, bool of_client, struct slice text);

/* Of the last run; live until anything more is said, or tls_talk_set(). */
const struct tls_talk_piece *tls_talk_pieces(const struct tls_talk *t,
					     size_t *count);
struct slice tls_talk_key_log(const struct tls_talk *t);
/* Was a session resumed? */
bool tls_talk_resumed(const struct tls_talk *t);
/* Number of the suite that was agreed on (0x1301). */
uint16_t tls_talk_suite(const struct tls_talk *t);

/* Writes the RSA key of the server, as PEM (or DER); false if it cannot. */
bool tls_talk_write_key(const struct tls_talk *t, const char *path, bool der);

#endif
