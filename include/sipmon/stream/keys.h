/*
 * keys.h - secrets of TLS: key logs (the format of SSLKEYLOGFILE,
 * draft-ietf-tls-keylogfile) and private keys of servers.
 */
#ifndef SIPMON_STREAM_KEYS_H
#define SIPMON_STREAM_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct keys;

MUST_CHECK enum err keys_new(struct keys **out);
void keys_free(struct keys *k);

/*
 * Takes lines of a key log.  What is no such line is passed over; one that is
 * not ended may go on in the next call.  Of a million secrets (about 90 MB)
 * the oldest goes.
 */
void keys_add_log(struct keys *k, struct slice text);

/*
 * Opens a key log, a file or a pipe, and reads what is in it.  It may grow: it
 * is looked at again when a secret is missing; one that became shorter or was
 * replaced under its name is read from the beginning.  Once open it is read
 * without privileges.  `*problem` names the file and the reason.
 */
MUST_CHECK enum err keys_open_log(struct keys *k, const char *path,
				  struct problem *problem);

/*
 * Reads an RSA private key, PEM or DER.  One with a passphrase is refused, and
 * nobody is asked for it; `*problem` says what is wrong.
 */
MUST_CHECK enum err keys_open_private(struct keys *k, const char *path,
				      struct problem *problem);

/* Is there a secret, a private key, or a file that may bring some? */
bool keys_has_any(const struct keys *k);

#endif
