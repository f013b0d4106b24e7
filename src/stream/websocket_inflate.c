#include "websocket_inflate.h"

#include <stdint.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

/*
 * No zlib header, and the largest window: it reads what was made with any
 * smaller one, whatever was agreed on (RFC 7692 section 7.1.2).
 */
#define WINDOW_BITS (-15)

/* How much more room is asked for at a time. */
#define STEP_BYTES ((size_t)4096)

/* What the sender took away from each message (RFC 7692 section 7.2.1). */
static const unsigned char tail[] = { 0x00, 0x00, 0xff, 0xff };

struct websocket_inflater {
	z_stream z;
};

struct websocket_inflater *websocket_inflater_new(void)
{
	struct websocket_inflater *i = calloc(1, sizeof(*i));

	if (i != NULL && inflateInit2(&i->z, WINDOW_BITS) != Z_OK) {
		free(i);
		i = NULL;
	}
	return i;
}

void websocket_inflater_free(struct websocket_inflater *i)
{
	if (i == NULL)
		return;
	inflateEnd(&i->z);
	free(i);
}

void websocket_inflater_forget(struct websocket_inflater *i)
{
	inflateReset(&i->z);
}

static void give_input(z_stream *z, const void *bytes, size_t len)
{
	z->next_in = bytes;
	z->avail_in = (uInt)len;
}

/*
 * Unpacks one portion.  A block that is marked as the last of all (RFC 7692
 * section 7.2.3.4) ends nothing: what follows may still refer to it.  At the
 * ceiling of `out` a spare byte tells whether there is more.  Ends: each turn
 * takes input, or fills room that is bounded.
 */
static enum err unpack(z_stream *z, struct buf *out)
{
	for (;;) {
		size_t room = out->max - out->len;
		uInt before = z->avail_in;
		unsigned char spare = 0;
		int r;

		room = room < STEP_BYTES ? room : STEP_BYTES;
		z->next_out = room == 0
				      ? &spare
				      : (unsigned char *)buf_reserve(out, room);
		if (z->next_out == NULL)
			return ERR_NOMEM;
		z->avail_out = room == 0 ? 1 : (uInt)room;
		r = inflate(z, Z_SYNC_FLUSH);
		if (room == 0 && z->avail_out == 0)
			return ERR_LIMIT;
		room -= room == 0 ? 0 : z->avail_out;
		out->len += room;
		if (r == Z_MEM_ERROR)
			return ERR_NOMEM;
		if (r != Z_OK && r != Z_BUF_ERROR && r != Z_STREAM_END)
			return ERR_MALFORMED;
		if (r == Z_STREAM_END && inflateResetKeep(z) != Z_OK)
			return ERR_MALFORMED;
		if (z->avail_in == 0 && z->avail_out > 0)
			return ERR_OK;
		if (z->avail_in == before && room == 0)
			return ERR_MALFORMED;
	}
}

enum err websocket_inflate(struct websocket_inflater *i, struct slice message,
			   struct buf *out)
{
	z_stream *z = &i->z;
	enum err e;

	give_input(z, message.ptr, message.len);
	e = unpack(z, out);
	/* A message that was cut would make bytes of the tail its own. */
	if (!e && inflateSyncPoint(z) != 1)
		e = ERR_MALFORMED;
	if (!e) {
		give_input(z, tail, sizeof(tail));
		e = unpack(z, out);
	}
	if (e)
		websocket_inflater_forget(i);
	z->next_in = NULL;
	z->next_out = NULL;
	return e;
}

size_t websocket_inflate_begin(struct slice message, char *out, size_t room)
{
	z_stream z = { .next_in = NULL };

	if (inflateInit2(&z, WINDOW_BITS) != Z_OK)
		return 0;
	give_input(&z, message.ptr, message.len);
	z.next_out = (unsigned char *)out;
	z.avail_out = (uInt)room;
	inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return room - z.avail_out;
}
