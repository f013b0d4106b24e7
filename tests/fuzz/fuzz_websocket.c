/*
 * A connection: what was agreed on, a rule by which it is cut, and steps of a
 * direction, a hole in front or not, and bytes.  The law: what comes out does
 * not depend on the cuts, and what is held is bounded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/stream/layer.h"
#include "sipmon/base/buf.h"
#include "sipmon/sip/framer.h"

#define LOG_BYTES_MAX   ((size_t)8 * 1024 * 1024)
#define INLET_BYTES_MAX ((size_t)1024 * 1024)
#define STEP_HEADER     3

#define REQUEST                                                                \
	"GET / HTTP/1.1\r\nUpgrade: websocket\r\n"                             \
	"Sec-WebSocket-Protocol: sip\r\n\r\n"
#define ANSWER "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n"

struct run {
	struct layer_place place;
	struct counters counters;
	struct buf log;
	struct buf inlets[DIRECTIONS];
	size_t need[DIRECTIONS];
	void *layer;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static enum stream_begins begins(struct slice bytes)
{
	enum sip_begins b = sip_framer_begins(bytes);

	if (b == SIP_BEGINS_MORE)
		return STREAM_MORE;
	return b == SIP_BEGINS_YES ? STREAM_YES : STREAM_NO;
}

static void up(void *ctx, const struct layer_out *out)
{
	struct run *r = ctx;

	require(out->whole && out->bytes.len > 0);
	buf_add_uint(&r->log, out->direction);
	buf_add_char(&r->log, ' ');
	buf_add_uint(&r->log, out->bytes.len);
	buf_add_char(&r->log, ' ');
	buf_add(&r->log, out->bytes);
	require(!r->log.failed);
}

static void run_open(struct run *r)
{
	*r = (struct run){ .place = { .up = up,
				      .ctx = r,
				      .begins = begins,
				      .counters = &r->counters } };
	buf_init(&r->log, LOG_BYTES_MAX);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		buf_init(&r->inlets[d], INLET_BYTES_MAX);
	r->layer = layer_websocket.open(&r->place);
	require(r->layer != NULL);
}

static void run_close(struct run *r)
{
	layer_websocket.close(r->layer);
	buf_free(&r->log);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		buf_free(&r->inlets[d]);
}

static void ask(struct run *r, unsigned direction, bool last)
{
	struct buf *inlet = &r->inlets[direction];
	size_t taken = 1;

	while (taken > 0 && inlet->len > 0 &&
	       !layer_websocket.is_foreign(r->layer) &&
	       (last || inlet->len >= r->need[direction])) {
		struct layer_in in = { .direction = direction,
				       .bytes = buf_slice(inlet),
				       .last = last };

		taken = layer_websocket.take(r->layer, &in);
		require(taken <= inlet->len);
		memmove(inlet->ptr, inlet->ptr + taken, inlet->len - taken);
		inlet->len -= taken;
		r->need[direction] = in.need;
		require(in.need == 0 || in.need > inlet->len);
	}
	require(inlet->len <= 16384 || layer_websocket.is_foreign(r->layer));
	require(layer_websocket.bytes(r->layer) < 512 * 1024);
}

/* In portions of `cut` bytes; 0: all at once. */
static void give(struct run *r, unsigned direction, struct slice bytes,
		 size_t cut)
{
	while (bytes.len > 0 && !layer_websocket.is_foreign(r->layer)) {
		size_t n = cut == 0 ? bytes.len : cut;

		buf_add(&r->inlets[direction], slice_sub(bytes, 0, n));
		require(!r->inlets[direction].failed);
		ask(r, direction, false);
		bytes = slice_sub(bytes, n, bytes.len);
	}
}

static void lose(struct run *r, unsigned direction)
{
	ask(r, direction, true);
	buf_clear(&r->inlets[direction]);
	r->need[direction] = 0;
	layer_websocket.lost(r->layer, direction);
}

static void handshake(struct run *r, unsigned how)
{
	if ((how & 3) == 0)
		return;
	give(r, 0, SLICE(REQUEST), 0);
	give(r, 1, SLICE(ANSWER), 0);
	if ((how & 3) == 2)
		give(r, 1,
		     SLICE("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
		     0);
	if ((how & 3) == 3)
		give(r, 1,
		     SLICE("Sec-WebSocket-Extensions: permessage-deflate; "
			   "server_no_context_takeover; "
			   "client_no_context_takeover\r\n"),
		     0);
	give(r, 1, SLICE("\r\n"), 0);
}

/* Steps: a byte of bits (direction, hole), two of the length, the bytes. */
static void play(struct run *r, unsigned how, struct slice steps, size_t cut)
{
	run_open(r);
	handshake(r, how);
	while (steps.len > STEP_HEADER) {
		const unsigned char *p = (const unsigned char *)steps.ptr;
		size_t n = (size_t)(p[1] << 8 | p[2]);
		unsigned direction = p[0] & 1;

		if ((p[0] & 2) != 0)
			lose(r, direction);
		give(r, direction, slice_sub(steps, STEP_HEADER, n), cut);
		steps = slice_sub(steps, STEP_HEADER + n, steps.len);
	}
	for (unsigned d = 0; d < DIRECTIONS; d++)
		ask(r, d, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = { (const char *)data, size };
	struct slice steps = slice_sub(all, 2, size);
	struct run whole;
	struct run cut;

	if (size < 2)
		return 0;
	play(&whole, data[0], steps, 0);
	play(&cut, data[0], steps, 1 + data[1] % 32);
	require(slice_eq(buf_slice(&whole.log), buf_slice(&cut.log)));
	require(memcmp(&whole.counters, &cut.counters,
		       sizeof(whole.counters)) == 0);
	require(layer_websocket.is_foreign(whole.layer) ==
		layer_websocket.is_foreign(cut.layer));
	run_close(&whole);
	run_close(&cut);
	return 0;
}
