/*
 * keys_store.h - secrets by label and by 32 bytes that name the connection or
 * the session.  Bounded: past the ceiling the one that came first goes.
 */
#ifndef SIPMON_STREAM_KEYS_STORE_H
#define SIPMON_STREAM_KEYS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys_find.h"
#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"
#include "sipmon/base/slice.h"

#define KEYS_NAME_BYTES   32
#define KEYS_SECRET_BYTES 48 /* a master secret, or SHA-384 */

/* What is kept beside the labels of keys_find.h. */
enum {
	KEYS_SESSION = KEYS_LABELS, /* master secret, by session */
	KEYS_PREMASTER,             /* by 8 bytes of it encrypted */
};

struct keys_name {
	uint8_t label;
	uint8_t bytes[KEYS_NAME_BYTES];
};

struct keys_store {
	struct slab slab;
	struct map map;
	uint64_t seed;
	uint64_t generation; /* rises with what is put */
	uint32_t max;
	uint32_t oldest; /* the next to go, once there are `max` */
};

void keys_store_init(struct keys_store *s, uint32_t max);
/* The secrets are overwritten before their memory is given back. */
void keys_store_free(struct keys_store *s);

/* `len` is KEYS_SECRET_BYTES at most.  Out of memory: it is not kept. */
void keys_store_put(struct keys_store *s, const struct keys_name *name,
		    const uint8_t *secret, size_t len);

bool keys_store_find(const struct keys_store *s, const struct keys_name *name,
		     struct tls_secret *out);

/* The name of a session: an id, or a ticket of any length. */
bool keys_name_session(struct keys_name *out, struct slice session_id);

#endif
