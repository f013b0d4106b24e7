/*
 * keys_private.h - an RSA private key of a server.
 */
#ifndef SIPMON_STREAM_KEYS_PRIVATE_H
#define SIPMON_STREAM_KEYS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys_find.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct keys_private;

/* Reads a key, PEM or DER; nobody is asked for a passphrase. */
MUST_CHECK enum err keys_private_open(struct keys_private **out,
				      const char *path,
				      struct problem *problem);
void keys_private_free(struct keys_private *k);

/* False unless it is a premaster secret that begins with `version`. */
bool keys_private_decrypt(struct keys_private *k, struct slice encrypted,
			  uint16_t version, struct tls_secret *out);

#endif
