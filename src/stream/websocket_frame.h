/* websocket_frame.h - frames of a WebSocket (RFC 6455 section 5.2). */
#ifndef SIPMON_STREAM_WEBSOCKET_FRAME_H
#define SIPMON_STREAM_WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/stream/stream.h"

/* Longer frames belong to no message that is read; they can be passed over. */
#define WEBSOCKET_FRAME_BYTES_MAX ((uint64_t)1 << 20)

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8, /* this and what follows are control frames */
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

struct websocket_frame {
	uint64_t length; /* of the payload */
	uint8_t header;  /* length of what stands before the payload */
	uint8_t opcode;
	uint8_t key[4]; /* zero if not masked */
	bool fin;
	bool compressed; /* RSV1 of RFC 7692 section 6 */
	bool masked;
	bool shortest; /* the length is written as short as it must be */
};

static inline bool websocket_frame_is_control(const struct websocket_frame *f)
{
	return f->opcode >= WEBSOCKET_CLOSE;
}

/*
 * Reads a header.  ERR_AGAIN: it has not all come, `out->header` bytes are
 * needed (to tell more, perhaps).  ERR_MALFORMED: no frame begins so.
 */
MUST_CHECK enum err websocket_frame_read(struct websocket_frame *out,
					 struct slice bytes);

/* Copies `payload`, which stands `at` bytes behind the header, to `out`. */
void websocket_unmask(char *out, struct slice payload,
		      const uint8_t key[static 4], uint64_t at);

/*
 * Does a frame begin here whose message is SIP?  Of a connection that is seen
 * from the middle nothing else tells.
 */
enum stream_begins
websocket_frame_begins(enum stream_begins (*begins)(struct slice bytes),
		       struct slice bytes);

#endif
