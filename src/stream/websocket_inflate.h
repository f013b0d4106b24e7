/*
 * websocket_inflate.h - messages of permessage-deflate (RFC 7692) unpacked.
 *
 * A message may refer to those before it in its direction.  After one that was
 * lost nothing is taken for what it refers to: such a message fails, and what
 * comes out is never wrong.
 */
#ifndef SIPMON_STREAM_WEBSOCKET_INFLATE_H
#define SIPMON_STREAM_WEBSOCKET_INFLATE_H

#include <stddef.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

/* What one costs: its tables and 32 KiB of the messages before, as zlib.h
 * reckons. */
#define WEBSOCKET_INFLATER_BYTES ((size_t)40 * 1024)

struct websocket_inflater;

/* NULL when out of memory. */
struct websocket_inflater *websocket_inflater_new(void);
void websocket_inflater_free(struct websocket_inflater *i);

/* A message is missing here. */
void websocket_inflater_forget(struct websocket_inflater *i);

/*
 * Appends a message unpacked.  Fails with ERR_MALFORMED, with ERR_LIMIT over
 * the ceiling of `out`, and with ERR_NOMEM.
 */
MUST_CHECK enum err websocket_inflate(struct websocket_inflater *i,
				      struct slice message, struct buf *out);

/* The first bytes of a first message, of which all or some are there. */
size_t websocket_inflate_begin(struct slice message, char *out, size_t room);

#endif
