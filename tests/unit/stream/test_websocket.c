/*
 * WebSocket to messages: the examples of RFC 6455 section 5.7, RFC 7692 section
 * 7.2.3 and RFC 7118 section 8, and what is wrong with frames.  However the
 * bytes are cut, what comes out is the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../../src/stream/layer.h"
#include "sipmon/base/buf.h"
#include "sipmon/sip/framer.h"

#define STEPS_MAX 8
#define BYTES_MAX ((size_t)4 * 1024 * 1024)

#define GET                                                                    \
	"GET / HTTP/1.1\r\n"                                                   \
	"Host: sip-ws.example.com\r\n"                                         \
	"Upgrade: websocket\r\n"                                               \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                      \
	"Sec-WebSocket-Protocol: sip\r\n"                                      \
	"Sec-WebSocket-Version: 13\r\n"
#define ANSWER                                                                 \
	"HTTP/1.1 101 Switching Protocols\r\n"                                 \
	"Upgrade: websocket\r\n"                                               \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define SIP     "Sec-WebSocket-Protocol: sip\r\n"
#define DEFLATE "Sec-WebSocket-Extensions: permessage-deflate\r\n"
#define END     "\r\n"

/* "Hello" of RFC 6455 section 5.7 */
#define HELLO        "\x81\x05Hello"
#define MASKED_HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
#define PING         "\x89\x05Hello"
#define MASKED_PONG  "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"

/* "Hello" of RFC 7692 section 7.2.3.1, and again, of section 7.2.3.2 */
#define PACKED_HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00"
#define AGAIN_HELLO  "\xf2\x00\x11\x00\x00"

struct step {
	unsigned direction;
	struct slice bytes; /* absent: bytes of this direction are missing */
};

struct script {
	struct step list[STEPS_MAX];
	size_t count;
	const char *expected; /* direction, message, line end; for each */
	unsigned undecoded;   /* how often something was counted */
	bool is_foreign;
};

#define B(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}
#define HANDSHAKE                                                              \
	{ 0, B(GET END) },                                                     \
	{                                                                      \
		1, B(ANSWER SIP END)                                           \
	}
#define PACKED                                                                 \
	{ 0, B(GET DEFLATE END) },                                             \
	{                                                                      \
		1, B(ANSWER SIP DEFLATE END)                                   \
	}
#define HOLE(direction)                                                        \
	{                                                                      \
		(direction),                                                   \
		{                                                              \
			NULL, 0                                                \
		}                                                              \
	}

/* ---- a connection with nothing but the layer */

struct bench {
	struct layer_place place;
	struct counters counters;
	struct buf log;
	struct buf inlets[DIRECTIONS];
	size_t need[DIRECTIONS];
	size_t held_max; /* most bytes that waited */
	void *layer;
};

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

static void up(void *ctx, const struct layer_out *out)
{
	struct bench *b = ctx;

	assert_true(out->whole);
	assert_true(out->bytes.len > 0);
	assert_null(out->flow);
	buf_add_char(&b->log, (char)('0' + out->direction));
	buf_add(&b->log, out->bytes);
	buf_add_char(&b->log, '\n');
	assert_false(b->log.failed);
}

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->place = (struct layer_place){
		.up = up, .ctx = b, .begins = begins, .counters = &b->counters
	};
	buf_init(&b->log, BYTES_MAX);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		buf_init(&b->inlets[d], BYTES_MAX);
	b->layer = layer_websocket.open(&b->place);
	assert_non_null(b->layer);
	return b;
}

static void bench_free(struct bench *b)
{
	layer_websocket.close(b->layer);
	buf_free(&b->log);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		buf_free(&b->inlets[d]);
	free(b);
}

static void ask(struct bench *b, unsigned direction, bool last)
{
	struct buf *inlet = &b->inlets[direction];
	size_t taken = 1;

	while (taken > 0 && inlet->len > 0 &&
	       !layer_websocket.is_foreign(b->layer) &&
	       (last || inlet->len >= b->need[direction])) {
		/* of their own, so that a look past the end is seen */
		char *copy = malloc(inlet->len);
		struct layer_in in = { .direction = direction,
				       .bytes = { copy, inlet->len },
				       .last = last };

		assert_non_null(copy);
		memcpy(copy, inlet->ptr, inlet->len);
		taken = layer_websocket.take(b->layer, &in);
		assert_true(taken <= inlet->len);
		memmove(inlet->ptr, inlet->ptr + taken, inlet->len - taken);
		inlet->len -= taken;
		b->need[direction] = in.need;
		assert_true(in.need == 0 || in.need > inlet->len);
		free(copy);
	}
	if (inlet->len > b->held_max)
		b->held_max = inlet->len;
}

static void give(struct bench *b, unsigned direction, struct slice bytes)
{
	buf_add(&b->inlets[direction], bytes);
	ask(b, direction, false);
}

static void lose(struct bench *b, unsigned direction)
{
	ask(b, direction, true);
	buf_clear(&b->inlets[direction]);
	b->need[direction] = 0;
	layer_websocket.lost(b->layer, direction);
}

static unsigned undecoded(const struct bench *b)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		n += b->counters.undecoded[i];
	assert_int_equal(n, b->counters.undecoded[UNDECODED_WEBSOCKET]);
	return (unsigned)n;
}

/* Each step in portions of `step` bytes, the first one of `first`. */
static void play(struct bench *b, const struct script *s, size_t first,
		 size_t step)
{
	for (size_t i = 0; i < s->count; i++) {
		struct slice left = s->list[i].bytes;
		size_t n = first;

		if (!slice_is_set(left))
			lose(b, s->list[i].direction);
		while (left.len > 0) {
			give(b, s->list[i].direction, slice_sub(left, 0, n));
			left = slice_sub(left, n, left.len);
			n = step;
		}
	}
	for (unsigned d = 0; d < DIRECTIONS; d++)
		ask(b, d, true);
}

static void check_cut(const struct script *s, size_t first, size_t step)
{
	struct bench *b = bench_new();
	struct slice expected = slice_of(s->expected);

	play(b, s, first, step);
	assert_int_equal(layer_websocket.is_foreign(b->layer), s->is_foreign);
	if (!slice_eq(buf_slice(&b->log), expected))
		printf("got <%.*s>\nnot <%s>\n", (int)b->log.len, b->log.ptr,
		       s->expected);
	assert_true(slice_eq(buf_slice(&b->log), expected));
	assert_int_equal(undecoded(b), s->undecoded);
	bench_free(b);
}

static void check(const struct script *s)
{
	size_t longest = 1;

	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].bytes.len > longest)
			longest = s->list[i].bytes.len;
	check_cut(s, longest, longest);
	check_cut(s, 1, 1);
	check_cut(s, 3, 7);
	for (size_t i = 1; i < longest; i++)
		check_cut(s, i, longest);
}

static void check_all(const struct script *scripts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&scripts[i]);
}

#define CHECK_ALL(scripts)                                                     \
	check_all(scripts, sizeof(scripts) / sizeof((scripts)[0]))

/* ---- frames as they should be */

static void the_frames_of_rfc_6455_are_read(void **state)
{
	static const struct script scripts[] = {
		{ { HANDSHAKE, { 1, B(HELLO) }, { 0, B(MASKED_HELLO) } },
		  4,
		  "1Hello\n0Hello\n",
		  0,
		  false },
		{ { HANDSHAKE, { 0, B("\x01\x03Hel\x80\x02lo") } },
		  3,
		  "0Hello\n",
		  0,
		  false },
		{ { HANDSHAKE,
		    { 1, B(PING HELLO PING) },
		    { 0, B(MASKED_PONG MASKED_HELLO) } },
		  4,
		  "1Hello\n0Hello\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void several_frames_come_in_one_segment(void **state)
{
	static const struct script scripts[] = {
		{ { { 0, B(GET END MASKED_HELLO MASKED_HELLO
			   "\x82\x80"
			   "abcd\x82\x85\0\0\0\0there") },
		    { 1, B(ANSWER SIP END HELLO "\x82\x03you") } },
		  2,
		  "0Hello\n0Hello\n0there\n1Hello\n1you\n",
		  0,
		  false },
		/* keep-alives of SIP are messages (RFC 7118 section 6) */
		{ { HANDSHAKE, { 1, B("\x81\x04\r\n\r\n" HELLO "\x81\x00") } },
		  3,
		  "1\r\n\r\n\n1Hello\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void control_frames_stand_between_fragments(void **state)
{
	static const struct script scripts[] = {
		{ { HANDSHAKE,
		    { 0, B("\x02\x81\x01\x02\x03\x04I" MASKED_PONG
			   "\x00\x82\x20\x20\x20\x20nv\x88\x80"
			   "aaaa\x00\x00\x80\x83\0\0\0\0ite") } },
		  3,
		  "0HNVite\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static struct slice filled(char *at, const char *head, size_t head_len,
			   size_t n)
{
	memcpy(at, head, head_len);
	memset(at + head_len, 'x', n);
	return (struct slice){ at, head_len + n };
}

static void lengths_of_16_and_64_bits_are_read(void **state)
{
	static const struct {
		struct slice head;
		size_t n;
		bool is_read;
	} cases[] = {
		{ B("\x82\x7e\x01\x00"), 256, true },
		{ B("\x82\x7f\0\0\0\0\0\x01\0\0"), 65536, true },
		{ B("\x82\xfe\xff\xff\0\0\0\0"), 65535, true },
		{ B("\x82\x7f\0\0\0\0\0\x02\0\0"), 131072, true },
		/* longer than needed, which no reader minds */
		{ B("\x82\x7e\0\x03"), 3, true },
		{ B("\x82\x7f\0\0\0\0\0\0\0\x03"), 3, true },
		/* too long to be kept; passed over byte by byte */
		{ B("\x82\x7f\0\0\0\0\0\x02\0\x01"), 131073, false },
		{ B("\x82\xff\0\0\0\0\0\x20\0\x01"
		    "abcd"),
		  2097153, false },
	};
	char *text = malloc(BYTES_MAX);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice frame = filled(text, cases[i].head.ptr,
					    cases[i].head.len, cases[i].n);

		for (size_t step = 2; step < frame.len * 2; step *= 37) {
			struct bench *b = bench_new();
			struct script s = {
				{ HANDSHAKE, { 0, frame }, { 0, B(HELLO) } },
				.count = 4
			};
			size_t len = cases[i].is_read ? cases[i].n + 2 : 0;

			play(b, &s, step, step);
			assert_int_equal(b->log.len, len + 7);
			assert_memory_equal(b->log.ptr + len, "0Hello\n", 7);
			assert_int_equal(undecoded(b), !cases[i].is_read);
			assert_true(b->held_max < 512);
			assert_true(layer_websocket.bytes(b->layer) < 1024);
			bench_free(b);
		}
	}
	free(text);
}

/* ---- packed messages */

static void the_messages_of_rfc_7692_are_unpacked(void **state)
{
	static const struct script scripts[] = {
		{ { PACKED, { 0, B("\xc1\x07" PACKED_HELLO) } },
		  3,
		  "0Hello\n",
		  0,
		  false },
		{ { PACKED,
		    { 1, B("\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00") } },
		  3,
		  "1Hello\n",
		  0,
		  false },
		/* each direction refers to its own messages */
		{ { PACKED,
		    { 0, B("\xc1\x07" PACKED_HELLO "\xc1\x05" AGAIN_HELLO) },
		    { 1, B("\xc1\x07" PACKED_HELLO HELLO
			   "\xc1\x05" AGAIN_HELLO) } },
		  4,
		  "0Hello\n0Hello\n1Hello\n1Hello\n1Hello\n",
		  0,
		  false },
		/* not compressed, ended by BFINAL, of two blocks */
		{ { PACKED,
		    { 0, B("\xc1\x0b\x00\x05\x00\xfa\xff"
			   "Hello\x00"
			   "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00"
			   "\xc1\x05" AGAIN_HELLO
			   "\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff"
			   "\xca\xc9\xc9\x07\x00") } },
		  3,
		  "0Hello\n0Hello\n0Hello\n0Hello\n",
		  0,
		  false },
		/* an empty message, section 7.2.3.6 */
		{ { PACKED, { 0, B("\xc1\x01\x00" HELLO) } },
		  3,
		  "0Hello\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void what_refers_to_a_lost_message_is_not_guessed(void **state)
{
	static const struct script scripts[] = {
		/* in the middle: nothing to refer to, until something came */
		{ { PACKED,
		    { 0, B("\xc1\x05" AGAIN_HELLO "\xc1\x07" PACKED_HELLO
			   "\xc1\x05" AGAIN_HELLO) } },
		  3,
		  "0Hello\n0Hello\n",
		  1,
		  false },
		/* a broken one between them */
		{ { PACKED,
		    { 0, B("\xc1\x07" PACKED_HELLO "\xc1\x02\xff\xff"
			   "\xc1\x05" AGAIN_HELLO "\xc1\x07" PACKED_HELLO) } },
		  3,
		  "0Hello\n0Hello\n",
		  2,
		  false },
		/* one that is cut */
		{ { PACKED, { 0, B("\xc1\x05\xf2\x48\xcd\xc9\xc9" HELLO) } },
		  3,
		  "0Hello\n",
		  1,
		  false },
		/* one that has no end, and one that nobody agreed on */
		{ { PACKED,
		    { 0, B("\xc1\x07" PACKED_HELLO "\x41\x03\xf2\x48\xcd" HELLO
			   "\xc1\x05" AGAIN_HELLO) } },
		  3,
		  "0Hello\n0Hello\n",
		  2,
		  false },
		{ { HANDSHAKE, { 0, B("\xc1\x07" PACKED_HELLO HELLO) } },
		  3,
		  "0Hello\n",
		  1,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

/* One message as a sender of permessage-deflate makes it. */
static size_t packed(z_stream *z, const char *text, size_t len, char *out,
		     size_t room)
{
	z->next_in = (Bytef *)(uintptr_t)text;
	z->avail_in = (uInt)len;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)room;
	assert_int_equal(deflate(z, Z_SYNC_FLUSH), Z_OK);
	assert_true(z->avail_out > 0);
	return room - z->avail_out - 4;
}

static size_t frame_of(char *out, size_t len)
{
	const char head[] = { (char)0xc1, 0x7e, (char)(len >> 8), (char)len };

	memcpy(out, head, sizeof(head));
	return sizeof(head) + len;
}

/* `n` bytes, packed to some hundred, come out only up to the bound. */
static void a_message_is_unpacked_up_to_a_bound(void **state)
{
	static const struct {
		size_t n;
		bool is_read;
	} cases[] = { { 65536, true },
		      { 131072, true },
		      { 131073, false },
		      { 3000000, false } };
	char *text = calloc(1, 3000000);
	char frame[8192];

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct script start = { { PACKED }, .count = 2 };
		struct bench *b = bench_new();
		z_stream z = { .next_in = NULL };
		size_t len;

		assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, 0),
				 Z_OK);
		len = packed(&z, text, cases[i].n, frame + 4, 8000);
		deflateEnd(&z);
		play(b, &start, 4096, 4096);
		give(b, 0, (struct slice){ frame, frame_of(frame, len) });
		assert_int_equal(b->log.len,
				 cases[i].is_read ? cases[i].n + 2 : 0);
		assert_int_equal(undecoded(b), !cases[i].is_read);
		give(b, 0, SLICE("\xc1\x07" PACKED_HELLO));
		assert_memory_equal(b->log.ptr + b->log.len - 7, "0Hello\n", 7);
		assert_true(layer_websocket.bytes(b->layer) < 48 * 1024);
		bench_free(b);
	}
	free(text);
}

/* Each refers to those before; with windows of any size that zlib makes. */
static void a_row_of_packed_messages_is_unpacked(void **state)
{
	(void)state;
	for (int bits = 9; bits <= 15; bits++) {
		const struct script start = { { PACKED }, .count = 2 };
		struct bench *b = bench_new();
		z_stream z = { .next_in = NULL };
		struct buf expected;

		buf_init(&expected, BYTES_MAX);
		assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -bits, 9, 0),
				 Z_OK);
		play(b, &start, 4096, 4096);
		for (unsigned i = 0; i < 200; i++) {
			char text[1024];
			char frame[2048];
			int n = snprintf(text, sizeof(text),
					 "INVITE sip:%u@biloxi.example SIP/2.0"
					 "\r\nCall-ID: %u\r\nCSeq: %u INVITE",
					 i * 77777, i * i * 999983, i);
			size_t len =
				packed(&z, text, (size_t)n, frame + 4, 2000);

			give(b, 1,
			     (struct slice){ frame, frame_of(frame, len) });
			buf_add_char(&expected, '1');
			buf_add(&expected, (struct slice){ text, (size_t)n });
			buf_add_char(&expected, '\n');
		}
		deflateEnd(&z);
		assert_true(slice_eq(buf_slice(&expected), buf_slice(&b->log)));
		assert_int_equal(undecoded(b), 0);
		buf_free(&expected);
		bench_free(b);
	}
}

static void without_takeover_no_window_is_kept(void **state)
{
	static const struct script s = {
		{ { 0, B(GET DEFLATE END) },
		  { 1, B(ANSWER SIP
			 "sec-websocket-extensions: x, permessage-deflate; "
			 "server_max_window_bits=10 ;\r\n\t"
			 "server_no_context_takeover\r\n" END) },
		  { 0, B("\xc1\x07" PACKED_HELLO) },
		  { 1, B("\xc1\x07" PACKED_HELLO) } },
		4,
		"0Hello\n1Hello\n",
		0,
		false
	};
	struct bench *b = bench_new();

	(void)state;
	check(&s);
	play(b, &s, 1000, 1000);
	assert_in_range(layer_websocket.bytes(b->layer), 32 * 1024, 64 * 1024);
	bench_free(b);
}

/* ---- what is wrong */

static void broken_frames_are_counted_and_passed_over(void **state)
{
	static const struct script scripts[] = {
		/* a continuation of nothing */
		{ { HANDSHAKE,
		    { 0, B("\x80\x02lo" HELLO "\x00\x01"
			   "a\x80\x00" HELLO) } },
		  3,
		  "0Hello\n0Hello\n",
		  2,
		  false },
		/* no frame begins within a message */
		{ { HANDSHAKE,
		    { 0, B("\x01\x02HeX"
			   "\x80" HELLO) } },
		  3,
		  "",
		  1,
		  false },
		/* a message begins within another */
		{ { HANDSHAKE, { 0, B("\x01\x02He" HELLO HELLO) } },
		  3,
		  "0Hello\n0Hello\n",
		  1,
		  false },
		/* no frame begins so: on with the next that holds SIP */
		{ { HANDSHAKE,
		    { 0, B("\xa1\x01x" HELLO "\x81\x0cINVITE sip:a" HELLO) } },
		  3,
		  "0INVITE sip:a\n0Hello\n",
		  1,
		  false },
		{ { HANDSHAKE, { 1, B("\x83\x01x\x81\x0cINVITE sip:a") } },
		  3,
		  "1INVITE sip:a\n",
		  1,
		  false },
		{ { HANDSHAKE, { 1, B("\x09\x00\x81\x0cINVITE sip:a") } },
		  3,
		  "1INVITE sip:a\n",
		  1,
		  false },
		{ { HANDSHAKE, { 1, B("\x8a\x7e\x81\x0cINVITE sip:a") } },
		  3,
		  "1INVITE sip:a\n",
		  1,
		  false },
		{ { HANDSHAKE,
		    { 1,
		      B("\x81\x7f\x80\0\0\0\0\0\0\0\x81\x0cINVITE sip:a") } },
		  3,
		  "1INVITE sip:a\n",
		  1,
		  false },
		/* it has not all come when the connection ends */
		{ { HANDSHAKE, { 0, B(HELLO "\x81\x05Hell") } },
		  3,
		  "0Hello\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void fragments_are_joined_up_to_a_bound(void **state)
{
	char *text = malloc(BYTES_MAX);
	const struct script start = { { HANDSHAKE }, .count = 2 };

	(void)state;
	assert_non_null(text);
	for (size_t n = 2; n <= 4; n++) {
		struct bench *b = bench_new();
		size_t len = n * 65536 > 131072 ? 0 : n * 65536 + 2;

		play(b, &start, 4096, 4096);
		for (size_t i = 0; i < n; i++) {
			char head[] = "\x00\x7f\0\0\0\0\0\x01\0\0";

			head[0] = (char)(i == 0 ? 1 : i + 1 == n ? 0x80 : 0);
			give(b, 1, filled(text, head, 10, 65536));
		}
		give(b, 1, SLICE(HELLO));
		assert_int_equal(b->log.len, len + 7);
		assert_memory_equal(b->log.ptr + len, "1Hello\n", 7);
		assert_int_equal(undecoded(b), len == 0);
		bench_free(b);
	}
	free(text);
}

/* ---- holes, and the middle */

static void behind_a_hole_the_next_frame_with_sip_is_found(void **state)
{
	static const struct script scripts[] = {
		{ { HANDSHAKE,
		    { 0, B("\x01\x03Hel") },
		    HOLE(0),
		    { 0, B("\x02lo" HELLO "\x81\x85\x01\x02\x03\x04Z\x01\x82"
			   "\x81\x8c\x01\x02\x03\x04HLUMUG#whr9e"
			   "\x81\x05Hello") },
		    { 1, B(HELLO) } },
		  6,
		  "0INVITE sip:a\n0Hello\n1Hello\n",
		  0,
		  false },
		/* within a payload */
		{ { HANDSHAKE,
		    { 0, B("\x81\x85\x37\xfa\x21\x3d\x7f\x9f") },
		    HOLE(0),
		    { 0, B("lo\x81\x0cINVITE sip:a\x81\x05Hello") } },
		  5,
		  "0INVITE sip:a\n0Hello\n",
		  0,
		  false },
		/* within the answer; the frames behind it tell enough */
		{ { { 0, B(GET END) },
		    { 1, B("HTTP/1.1 101 Swi") },
		    HOLE(1),
		    { 1, B("cket\r\n\r\n\x81\x13SIP/2.0 180 "
			   "Ringing\x81\x02hi") } },
		  4,
		  "1SIP/2.0 180 Ringing\n1hi\n",
		  0,
		  false },
		/* in front of the answer */
		{ { { 0, B(GET DEFLATE END) },
		    HOLE(1),
		    { 1,
		      B("HTTP" ANSWER DEFLATE END "\xc1\x07" PACKED_HELLO) } },
		  3,
		  "1Hello\n",
		  0,
		  false },
		/* the window has a hole as well */
		{ { PACKED,
		    { 0, B("\xc1\x07" PACKED_HELLO) },
		    HOLE(0),
		    { 0, B("\x81\x0cINVITE sip:a\xc1\x05" AGAIN_HELLO) } },
		  5,
		  "0Hello\n0INVITE sip:a\n",
		  1,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void a_connection_is_joined_in_the_middle(void **state)
{
	static const struct script scripts[] = {
		{ { { 1, B("\x81\x13SIP/2.0 180 Ringing\x81\x02hi") },
		    { 0, B("middle\x82\x0cINVITE sip:a" MASKED_HELLO) } },
		  2,
		  "1SIP/2.0 180 Ringing\n1hi\n0INVITE sip:a\n0Hello\n",
		  0,
		  false },
		/* the request was missed, but not the answer */
		{ { { 1, B(ANSWER SIP END HELLO) },
		    { 0, B(HELLO "\x81\x0cINVITE sip:a") } },
		  2,
		  "1Hello\n0INVITE sip:a\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void a_packed_frame_is_told_in_the_middle(void **state)
{
	static const char text[] = "INVITE sip:bob@biloxi.example SIP/2.0\r\n"
				   "Via: SIP/2.0/WS x;branch=z9hG4bK1\r\n\r\n";
	struct bench *b = bench_new();
	z_stream z = { .next_in = NULL };
	char frame[512];
	size_t len;

	(void)state;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
	len = packed(&z, text, sizeof(text) - 1, frame + 2, 500);
	deflateEnd(&z);
	assert_true(len < 126);
	frame[0] = (char)0xc1;
	frame[1] = (char)len;
	for (size_t i = 0; i <= len; i++) {
		enum stream_begins e = layer_websocket.begins(
			&b->place, (struct slice){ frame, i });

		assert_int_not_equal(e, STREAM_NO);
		if (e == STREAM_YES)
			break;
		assert_true(i < len);
	}
	give(b, 0, (struct slice){ frame, len + 2 });
	assert_int_equal(b->log.len, sizeof(text) + 1);
	bench_free(b);
}

static void the_first_bytes_tell(void **state)
{
	static const struct {
		struct slice bytes;
		enum stream_begins answer;
	} cases[] = {
		{ B(""), STREAM_MORE },
		{ B("G"), STREAM_MORE },
		{ B("GET /x HTTP/1."), STREAM_MORE },
		{ B("GET /x HTTP/1.1\r"), STREAM_MORE },
		{ B("GET /x HTTP/1.1\r\n"), STREAM_YES },
		{ B("GET /x HTTP/1.1\nHost"), STREAM_YES },
		{ B("GET /x HTTP/2.0\r\n"), STREAM_NO },
		{ B("GET\r\n"), STREAM_NO },
		{ B("GET HTTP/1.1\r\n"), STREAM_NO },
		{ B("POST /x HTTP/1.1\r\n"), STREAM_NO },
		{ B("INVITE sip:a SIP/2.0\r\n"), STREAM_NO },
		{ B("HTTP/1.1 1"), STREAM_MORE },
		{ B("HTTP/1.1 101"), STREAM_YES },
		{ B("HTTP/1.1 200 OK\r\n"), STREAM_NO },
		{ B("\x81"), STREAM_MORE },
		{ B("\x81\x0c"), STREAM_MORE },
		{ B("\x81\x0cINVITE "), STREAM_MORE },
		{ B("\x81\x0cINVITE sip:"), STREAM_MORE },
		{ B("\x01\x0cINVITE sip:a"), STREAM_YES },
		{ B("\x82\x8c\x01\x02\x03"), STREAM_MORE },
		{ B("\x82\x8c\x01\x02\x03\x04HLUMUG#whr9e"), STREAM_YES },
		{ B("\x81\x05Hello"), STREAM_NO },
		{ B("\x81\x00INVITE sip:a"), STREAM_NO },
		{ B("\x80\x0cINVITE sip:a"), STREAM_NO },
		{ B("\x88\x0cINVITE sip:a"), STREAM_NO },
		{ B("\xa1\x0cINVITE sip:a"), STREAM_NO },
		{ B("\x83\x0cINVITE sip:a"), STREAM_NO },
		/* a length that is not the shortest, or absurd */
		{ B("\x81\x7e\x00\x0cINVITE sip:a"), STREAM_NO },
		{ B("\x81\x7f\0\0\0\0\0\0\xff\xffINVITE sip:a"), STREAM_NO },
		{ B("\x81\x7f\0\0\0\0\0\x01\0\0INVITE sip:a"), STREAM_YES },
		{ B("\x81\x7f\0\0\0\0\0\x10\0\x01INVITE sip:a"), STREAM_NO },
	};
	struct bench *b = bench_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			layer_websocket.begins(&b->place, cases[i].bytes),
			cases[i].answer);
	bench_free(b);
}

static void http_that_does_not_upgrade_is_foreign(void **state)
{
	static const struct script scripts[] = {
		{ { { 0, B("GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n") } },
		  1,
		  "",
		  0,
		  true },
		{ { { 0, B("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n") } },
		  1,
		  "",
		  0,
		  true },
		{ { { 0, B(GET END) },
		    { 1, B("HTTP/1.1 401 Unauthorized\r\n" SIP END) } },
		  2,
		  "",
		  0,
		  true },
		{ { { 0, B(GET END) },
		    { 1, B("HTTP/1.1 426 x\r\nUpgrade: websocket\r\n\r\n") } },
		  2,
		  "",
		  0,
		  true },
		/* an answer that upgrades to something else */
		{ { { 0, B(GET END) },
		    { 1, B("HTTP/1.1 101 x\r\nUpgrade: TLS/1.0\r\n\r\n") } },
		  2,
		  "",
		  0,
		  true },
		/* another protocol than SIP, asked for or agreed on */
		{ { { 0, B(GET "Sec-WebSocket-Protocol: chat\r\n" END) },
		    { 1, B(ANSWER "Sec-WebSocket-Protocol: chat\r\n" END) } },
		  2,
		  "",
		  0,
		  true },
		{ { { 0, B("GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
			   "Sec-WebSocket-Protocol: chat, sipx\r\n\r\n") } },
		  1,
		  "",
		  0,
		  true },
		/* none at all: what is inside will tell */
		{ { { 0, B("GET / HTTP/1.1\nupgrade "
			   ":WebSocket\n\n" MASKED_HELLO) },
		    { 1, B(ANSWER END HELLO) } },
		  2,
		  "0Hello\n1Hello\n",
		  0,
		  false },
	};

	(void)state;
	CHECK_ALL(scripts);
}

static void a_head_is_bounded(void **state)
{
	static const char line[] =
		"Cookie: 0123456789012345678901234567890\r\n";

	(void)state;
	for (size_t kib = 15; kib <= 16; kib++) {
		struct bench *b = bench_new();
		size_t n = sizeof(GET) - 1;

		give(b, 0, SLICE(GET));
		for (; n < kib * 1024; n += sizeof(line) - 1)
			give(b, 0, SLICE(line));
		give(b, 0, SLICE(END MASKED_HELLO));
		assert_int_equal(layer_websocket.is_foreign(b->layer),
				 kib == 16);
		assert_int_equal(b->log.len, kib == 16 ? 0 : 7);
		bench_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_frames_of_rfc_6455_are_read),
		cmocka_unit_test(several_frames_come_in_one_segment),
		cmocka_unit_test(control_frames_stand_between_fragments),
		cmocka_unit_test(lengths_of_16_and_64_bits_are_read),
		cmocka_unit_test(the_messages_of_rfc_7692_are_unpacked),
		cmocka_unit_test(what_refers_to_a_lost_message_is_not_guessed),
		cmocka_unit_test(a_message_is_unpacked_up_to_a_bound),
		cmocka_unit_test(a_row_of_packed_messages_is_unpacked),
		cmocka_unit_test(without_takeover_no_window_is_kept),
		cmocka_unit_test(broken_frames_are_counted_and_passed_over),
		cmocka_unit_test(fragments_are_joined_up_to_a_bound),
		cmocka_unit_test(
			behind_a_hole_the_next_frame_with_sip_is_found),
		cmocka_unit_test(a_connection_is_joined_in_the_middle),
		cmocka_unit_test(a_packed_frame_is_told_in_the_middle),
		cmocka_unit_test(the_first_bytes_tell),
		cmocka_unit_test(http_that_does_not_upgrade_is_foreign),
		cmocka_unit_test(a_head_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
