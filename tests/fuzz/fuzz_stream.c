/*
 * A talk of two hosts over TCP: the first bytes choose the ports and the rule
 * by which segments are cut, put out of order and repeated; then comes what is
 * said in turns, each a length (its top bit: the server speaks) and bytes.  The
 * law: on a port of SIP the same messages come, whatever was done to the
 * segments; anywhere, memory holds and nothing is left at the end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/bytes.h"
#include "sipmon/sip/framer.h"
#include "sipmon/stream/stream.h"

#define MEMORY     (UINT64_C(512) * 1024)
#define PIECES_MAX 200 /* of one turn: fewer than may wait */

struct run {
	struct stream *stream;
	struct counters counters;
	uint32_t next[2]; /* sequence numbers of the client, the server */
	uint32_t chance;
	uint16_t port;
	bool wild; /* holes and packets cut off as well */
	int64_t now_ns;
	uint64_t messages;
	uint64_t print; /* of all messages, in order */
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void note(struct run *r, struct slice bytes, const struct payload *p)
{
	r->messages++;
	r->print = r->print * 31 + (uint64_t)p->flow.transport;
	r->print = r->print * 31 + p->flow.source.port;
	r->print = r->print * 31 + bytes.len;
	for (size_t i = 0; i < bytes.len; i++)
		r->print = r->print * 31 + (uint8_t)bytes.ptr[i];
}

static enum stream_begins begins(struct slice bytes)
{
	switch (sip_framer_begins(bytes)) {
	case SIP_BEGINS_NO:
		return STREAM_NO;
	case SIP_BEGINS_YES:
		return STREAM_YES;
	case SIP_BEGINS_MORE:
		break;
	}
	return STREAM_MORE;
}

static size_t take(void *ctx, struct stream_bytes *in)
{
	struct slice all = in->payload.bytes;
	struct sip_framer f;
	size_t done = 0;

	memcpy(&f, in->memory, sizeof(f));
	require(all.len > 0);
	while (done < all.len) {
		struct slice rest = slice_sub(all, done, all.len);
		size_t len = 0;
		enum sip_frame kind = sip_framer_next(&f, rest, in->last, &len);

		if (kind == SIP_FRAME_MORE) {
			require(!in->last);
			in->need = len;
			break;
		}
		if (kind != SIP_FRAME_OTHER)
			note(ctx, slice_sub(rest, 0, len), &in->payload);
		done += len;
	}
	memcpy(in->memory, &f, sizeof(f));
	return done;
}

static void message(void *ctx, const struct payload *p)
{
	note(ctx, p->bytes, p);
}

static uint32_t chance(struct run *r, uint32_t below)
{
	r->chance = r->chance * 1664525 + 1013904223;
	return (r->chance >> 8) % below;
}

static void push(struct run *r, unsigned who, uint32_t sequence,
		 struct slice bytes, uint8_t flags)
{
	struct endpoint ends[2] = { { { 192, 0, 2, 1 }, 40000, 4, 0 },
				    { { 192, 0, 2, 2 }, r->port, 4, 0 } };
	struct payload p = { .flow = { ends[who], ends[1 - who],
				       TRANSPORT_TCP },
			     .bytes = bytes,
			     .time_ns = r->now_ns,
			     .offset = PACKET_NO_OFFSET,
			     .sent = (uint32_t)bytes.len,
			     .kind = PAYLOAD_SEGMENT,
			     .tcp_flags = flags,
			     .sequence = sequence };

	if (r->wild) {
		r->now_ns += (int64_t)chance(r, 1 << 24) << chance(r, 12);
		p.acknowledgment = r->next[1 - who];
		p.sent += chance(r, 20) == 0 ? chance(r, 100) : 0;
		if (chance(r, 40) == 0)
			return;
	}
	stream_push(r->stream, &p);
	require(stream_bytes(r->stream) <= MEMORY);
}

/* The bytes of a turn in pieces, in an order of chance, some of them twice. */
static void push_cut(struct run *r, unsigned who, struct slice bytes)
{
	struct slice pieces[PIECES_MAX];
	uint32_t begin = r->next[who];
	unsigned count = 0;
	size_t at = 0;

	while (at < bytes.len) {
		size_t len = bytes.len - at;

		if (count < PIECES_MAX - 1)
			len = 1 + chance(r, 1 + chance(r, 300));
		pieces[count] = slice_sub(bytes, at, len);
		at += pieces[count++].len;
	}
	while (count > 0) {
		/* Mostly nearly in order. */
		unsigned n = chance(r, chance(r, 4) == 0 ? count : 1);
		struct slice piece = pieces[n];
		size_t from = (size_t)(piece.ptr - bytes.ptr);
		size_t back = chance(r, 8) == 0 ? chance(r, 50) : 0;

		back = back < from ? back : from;
		piece = slice_sub(bytes, from - back, piece.len + back);
		push(r, who, begin + (uint32_t)(from - back), piece,
		     TCP_ACK | TCP_PSH);
		if (chance(r, 8) != 0) {
			memmove(&pieces[n], &pieces[n + 1],
				(--count - n) * sizeof(pieces[0]));
		}
	}
}

static void talk(struct run *r, struct bytes in, bool cut)
{
	for (unsigned who = 0; who < 2; who++) {
		r->next[who] = UINT32_MAX - 100 * who;
		push(r, who, r->next[who] - 1, SLICE_NONE, TCP_SYN);
	}
	while (in.len > 2 && !in.failed) {
		uint16_t head = bytes_be16(&in);
		unsigned who = head >> 15;
		size_t len = head & 0x7fff;
		struct slice said;

		len = len < in.len ? len : in.len;
		said = (struct slice){ (const char *)bytes_take(&in, len),
				       len };
		if (cut)
			push_cut(r, who, said);
		else
			push(r, who, r->next[who], said, TCP_ACK | TCP_PSH);
		r->next[who] += (uint32_t)len;
	}
}

static void run(struct run *r, struct keys *keys, struct bytes in, bool cut)
{
	const struct stream_options options = {
		.reader = { .ctx = r,
			    .begins = begins,
			    .seek = sip_framer_seek,
			    .bytes = take,
			    .message = message },
		.keys = keys,
		.counters = &r->counters,
		.memory_bytes = MEMORY,
	};

	if (stream_new(&r->stream, &options))
		abort();
	talk(r, in, cut);
	stream_finish(r->stream);
	stream_free(r->stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	uint8_t rule = bytes_u8(&in);
	struct run whole = { .port = (rule & 1) != 0 ? 80 : 5060,
			     .wild = (rule & 2) != 0 };
	struct run cut = whole;
	struct keys *keys = NULL;

	cut.chance = bytes_be16(&in);
	if (keys_new(&keys))
		return 0;
	run(&whole, keys, in, false);
	run(&cut, keys, in, true);
	keys_free(keys);
	if (rule % 4 != 0)
		return 0;
	require(whole.messages == cut.messages);
	require(whole.print == cut.print);
	return 0;
}
