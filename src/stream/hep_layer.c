#include <stdlib.h>
#include <string.h>

#include "layer.h"
#include "sipmon/base/buf.h"
#include "sipmon/net/hep.h"

#define MAGIC       "HEP3"
#define MAGIC_BYTES 4

/* The header, and that of the first chunk. */
#define FIRST_BYTES 12

struct hep_layer {
	struct layer_place place;
	struct buf scratch;
	bool astray[DIRECTIONS]; /* looks for the next message; was counted */
};

static enum stream_begins hep_begins(const struct layer_place *place,
				     struct slice bytes)
{
	size_t len = hep_length(bytes);

	(void)place;
	if (len == 0)
		return STREAM_NO;
	/* The first chunk's header tells it from text. */
	if (bytes.len < FIRST_BYTES)
		return hep_recognise(bytes) || bytes.len < HEP_LENGTH_BYTES
			       ? STREAM_MORE
			       : STREAM_NO;
	return hep_recognise(bytes) ? STREAM_YES : STREAM_NO;
}

static void *hep_layer_open(const struct layer_place *place)
{
	struct hep_layer *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->place = *place;
	buf_init(&h->scratch, HEP_UNPACKED_MAX);
	return h;
}

static void hep_layer_close(void *layer)
{
	struct hep_layer *h = layer;

	buf_free(&h->scratch);
	free(h);
}

/* Counted once for all bytes up to the next message. */
static void went_astray(struct hep_layer *h, unsigned direction)
{
	if (!h->astray[direction])
		h->place.counters->undecoded[UNDECODED_HEP]++;
	h->astray[direction] = true;
}

/* What is broken inside is counted; the next message is known all the same. */
static void hand_on(struct hep_layer *h, unsigned direction,
		    struct slice message)
{
	struct hep hep;
	enum err err = hep_open(&hep, message, &h->scratch);
	struct layer_out out = { .direction = direction, .whole = true };

	if (err == ERR_NOMEM)
		h->place.counters->undecoded[UNDECODED_MEMORY]++;
	else if (err)
		h->place.counters->undecoded[UNDECODED_HEP]++;
	if (err || hep.type != HEP_SIP)
		return;
	out.bytes = hep.payload;
	out.flow = &hep.flow;
	out.time_ns = hep.time_ns;
	h->place.up(h->place.ctx, &out);
}

/*
 * The length of what `left` begins with, 0 if that is no message: the magic may
 * stand in text, and the length would hide what follows.
 */
static size_t message_length(struct slice left, bool last)
{
	size_t len = hep_length(left);

	if (left.len < HEP_LENGTH_BYTES || len < FIRST_BYTES)
		return len;
	if (left.len < FIRST_BYTES && !last)
		return FIRST_BYTES;
	return hep_recognise(left) ? len : 0;
}

/*
 * Where "HEP3" or what may become it begins, behind the first byte, which does
 * not begin a message.
 */
static size_t next_magic(struct slice bytes, bool last)
{
	size_t at = 1 + slice_search(slice_sub(bytes, 1, bytes.len - 1),
				     SLICE(MAGIC), false);

	if (at < bytes.len || last)
		return at;
	at = bytes.len < MAGIC_BYTES ? 1 : bytes.len - MAGIC_BYTES + 1;
	while (at < bytes.len &&
	       memcmp(bytes.ptr + at, MAGIC, bytes.len - at) != 0)
		at++;
	return at;
}

static size_t hep_take(void *layer, struct layer_in *in)
{
	struct hep_layer *h = layer;
	size_t taken = 0;

	in->need = 0;
	/* Ends: each turn takes a message, or at least one byte. */
	while (taken < in->bytes.len) {
		struct slice left =
			slice_sub(in->bytes, taken, in->bytes.len - taken);
		size_t len = message_length(left, in->last);

		if (len == 0) {
			went_astray(h, in->direction);
			taken += next_magic(left, in->last);
			continue;
		}
		if (len > left.len && !in->last) {
			in->need = len;
			break;
		}
		if (len > left.len) { /* the rest of it never comes */
			went_astray(h, in->direction);
			taken = in->bytes.len;
			break;
		}
		h->astray[in->direction] = false;
		hand_on(h, in->direction, slice_sub(left, 0, len));
		taken += len;
	}
	return taken;
}

static void hep_lost(void *layer, unsigned direction)
{
	struct hep_layer *h = layer;

	h->astray[direction] = false;
}

static bool hep_is_foreign(const void *layer)
{
	(void)layer;
	return false;
}

static size_t hep_layer_bytes(const void *layer)
{
	const struct hep_layer *h = layer;

	return sizeof(*h) + h->scratch.room;
}

const struct layer_ops layer_hep = {
	.name = "hep",
	.begins = hep_begins,
	.open = hep_layer_open,
	.take = hep_take,
	.lost = hep_lost,
	.is_foreign = hep_is_foreign,
	.bytes = hep_layer_bytes,
	.close = hep_layer_close,
};
