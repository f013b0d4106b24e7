/* Messages out of SCTP chunks (RFC 9260, RFC 8260), made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/stream/sctp.h"

#define SECOND INT64_C(1000000000)

enum { E = 1, B = 2, U = 4 };

struct wire {
	uint8_t bytes[70000];
	size_t len;
	uint16_t port; /* of the destination */
	bool back;     /* from the other end */
	int64_t time_ns;
};

/* Messages as they came out, each with a '|' behind it. */
struct bench {
	struct sctp *sctp;
	struct counters counters;
	char text[80000];
	size_t len;
	unsigned count;
	struct payload last;
};

static void number(struct wire *w, uint64_t value, unsigned size)
{
	while (size-- > 0)
		w->bytes[w->len++] = (uint8_t)(value >> (8 * size));
}

static void packet(struct wire *w, uint32_t tag)
{
	w->len = 0;
	number(w, 5060, 2);
	number(w, 5060, 2);
	number(w, tag, 4);
	number(w, 0, 4);
}

static void padded(struct wire *w, const void *bytes, size_t len)
{
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
	while (w->len % 4 != 0)
		w->bytes[w->len++] = 0;
}

static void data_bytes(struct wire *w, unsigned flags, uint32_t tsn,
		       unsigned stream, unsigned ssn, struct slice s)
{
	number(w, 0, 1);
	number(w, flags, 1);
	number(w, 16 + s.len, 2);
	number(w, tsn, 4);
	number(w, stream, 2);
	number(w, ssn, 2);
	number(w, 0, 4);
	padded(w, s.ptr, s.len);
}

static void data(struct wire *w, unsigned flags, uint32_t tsn, unsigned stream,
		 unsigned ssn, const char *text)
{
	data_bytes(w, flags, tsn, stream, ssn,
		   (struct slice){ text, strlen(text) });
}

static void i_data(struct wire *w, unsigned flags, uint32_t tsn,
		   unsigned stream, uint32_t mid, uint32_t fsn,
		   const char *text)
{
	number(w, 64, 1);
	number(w, flags, 1);
	number(w, 20 + strlen(text), 2);
	number(w, tsn, 4);
	number(w, stream, 2);
	number(w, 0, 2);
	number(w, mid, 4);
	number(w, (flags & B) != 0 ? 0xaaaaaaaa : fsn, 4);
	padded(w, text, strlen(text));
}

static void init(struct wire *w, unsigned type, uint32_t tag, uint32_t tsn)
{
	number(w, type, 1);
	number(w, 0, 1);
	number(w, 20, 2);
	number(w, tag, 4);
	number(w, 65536, 4);
	number(w, 0x000a000a, 4);
	number(w, tsn, 4);
}

static void hear(void *ctx, const struct payload *message)
{
	struct bench *b = ctx;

	assert_true(b->len + message->bytes.len + 2 <= sizeof(b->text));
	memcpy(b->text + b->len, message->bytes.ptr, message->bytes.len);
	b->len += message->bytes.len;
	b->text[b->len++] = '|';
	b->text[b->len] = '\0';
	b->count++;
	b->last = *message;
}

static enum stream_begins begins(struct slice bytes)
{
	return slice_eq(slice_sub(bytes, 0, 7), SLICE("SIP/2.0")) ||
			       slice_search(bytes, SLICE(" sip:"), false) <
				       bytes.len
		       ? STREAM_YES
		       : STREAM_NO;
}

static void bench_open(struct bench *b, uint64_t memory_bytes)
{
	memset(b, 0, sizeof(*b));
	assert_int_equal(sctp_new(&b->sctp,
				  &(struct sctp_options){
					  .message = hear,
					  .begins = begins,
					  .ctx = b,
					  .counters = &b->counters,
					  .memory_bytes = memory_bytes }),
			 ERR_OK);
}

static void bench_close(struct bench *b)
{
	sctp_free(b->sctp);
}

/* What was captured of it, in memory of exactly that size. */
static void push_part(struct bench *b, const struct wire *w, size_t len)
{
	static const struct endpoint here = { { 192, 0, 2, 1 }, 5060, 4, 0 };
	struct endpoint there = { { 192, 0, 2, 2 }, 5060, 4, 0 };
	char *exact = malloc(len);
	struct payload p = { .bytes = { exact, len },
			     .time_ns = w->time_ns,
			     .offset = 1000,
			     .sent = (uint32_t)w->len,
			     .kind = PAYLOAD_SCTP };

	if (w->port != 0)
		there.port = w->port;
	p.flow = (struct flow){ w->back ? there : here, w->back ? here : there,
				TRANSPORT_SCTP };
	/* Else 5060 would still be one of them. */
	if (w->port != 0)
		p.flow.source.port = w->port;
	memcpy(exact, w->bytes, len);
	sctp_push(b->sctp, &p);
	free(exact);
}

static void push(struct bench *b, const struct wire *w)
{
	push_part(b, w, w->len);
}

static void push_data(struct bench *b, unsigned flags, uint32_t tsn,
		      unsigned stream, unsigned ssn, const char *text)
{
	struct wire w = { .len = 0 };

	packet(&w, 7);
	data(&w, flags, tsn, stream, ssn, text);
	push(b, &w);
}

static uint64_t lost(const struct bench *b)
{
	return b->counters.undecoded[UNDECODED_SCTP];
}

static void a_chunk_that_is_a_message_lies_in_its_packet(void **state)
{
	struct bench b;
	struct wire w = { .time_ns = 42 };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	number(&w, 0x03000004, 4); /* a SACK, cut short: not looked at */
	data(&w, B | E, 100, 1, 0, "OPTIONS");
	push(&b, &w);
	assert_string_equal(b.text, "OPTIONS|");
	assert_int_equal(b.last.kind, PAYLOAD_DATAGRAM);
	assert_int_equal(b.last.flow.transport, TRANSPORT_SCTP);
	assert_int_equal(b.last.offset, 1000 + 12 + 4 + 16);
	assert_int_equal(b.last.sent, 7);
	assert_int_equal(b.last.time_ns, 42);
	assert_int_equal(lost(&b), 0);
	bench_close(&b);
}

static void bundled_messages_come_one_by_one(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	data(&w, B | E, 100, 1, 0, "a");
	data(&w, B | E, 101, 2, 0, "bb");
	data(&w, B | E | U, 102, 2, 9, "ccc");
	i_data(&w, B | E, 103, 2, 0, 0, "dddd");
	data(&w, B | E, 104, 2, 0, "eeeee");
	w.len -= 3; /* the padding of the last may be absent */
	push(&b, &w);
	assert_string_equal(b.text, "a|bb|ccc|dddd|eeeee|");
	bench_close(&b);
}

/* All 24 orders of four fragments; B and E show where it begins and ends. */
static void fragments_join_in_any_order(void **state)
{
	static const char *const parts[] = { "INV", "ITE", " si", "p:b" };
	static const unsigned flags[] = { B, 0, 0, E };
	static const uint32_t starts[] = { 100, UINT32_MAX - 1 };

	(void)state;
	for (unsigned order = 0; order < 4 * 4 * 4 * 4; order++) {
		unsigned used = 0;
		struct bench b;

		for (unsigned i = 0; i < 4; i++)
			used |= 1u << (order >> (2 * i) & 3);
		if (used != 15)
			continue;
		bench_open(&b, 0);
		for (unsigned i = 0; i < 4; i++) {
			unsigned n = order >> (2 * i) & 3;

			assert_int_equal(b.count, 0);
			push_data(&b, flags[n], starts[order % 2] + n, 3, 4,
				  parts[n]);
		}
		assert_string_equal(b.text, "INVITE sip:b|");
		assert_true(b.last.offset == PACKET_NO_OFFSET);
		assert_int_equal(b.last.sent, 12);
		sctp_finish(b.sctp);
		assert_int_equal(lost(&b), 0);
		bench_close(&b);
	}
}

static void the_packet_that_completes_it_gives_the_time(void **state)
{
	struct bench b;
	struct wire w = { .time_ns = SECOND };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	data(&w, E, 101, 0, 0, "ab");
	push(&b, &w);
	w.time_ns = 2 * SECOND;
	packet(&w, 7);
	data(&w, B, 100, 0, 0, "cd");
	push(&b, &w);
	assert_string_equal(b.text, "cdab|");
	assert_true(b.last.time_ns == 2 * SECOND);
	bench_close(&b);
}

static void what_is_sent_again_is_given_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	for (unsigned i = 0; i < 3; i++) {
		push_data(&b, B | E, 100, 0, 0, "whole");
		push_data(&b, E, 102, 0, 1, "ts");
		push_data(&b, B, 101, 0, 1, "par");
	}
	assert_string_equal(b.text, "whole|parts|");
	sctp_finish(b.sctp);
	assert_int_equal(lost(&b), 0);
	bench_close(&b);
}

static void the_directions_and_tags_are_apart(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	data(&w, B | E, 100, 0, 0, "there");
	push(&b, &w);
	w.back = true;
	push(&b, &w);
	packet(&w, 8);
	data(&w, B | E, 100, 0, 0, "another");
	push(&b, &w);
	assert_string_equal(b.text, "there|there|another|");
	bench_close(&b);
}

/* I-DATA of three messages, of which the numbers run through each other. */
static void interleaved_streams_do_not_mix(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	i_data(&w, B, 100, 1, 0, 0, "1a");
	i_data(&w, B, 101, 2, 0, 0, "2a");
	i_data(&w, B | U, 102, 2, 0, 0, "3a");
	i_data(&w, 0, 103, 2, 0, 1, "2b");
	i_data(&w, E | U, 104, 2, 0, 1, "3b");
	i_data(&w, E, 105, 1, 0, 1, "1b");
	i_data(&w, E, 106, 2, 0, 2, "2c");
	push(&b, &w);
	assert_string_equal(b.text, "3a3b|1a1b|2a2b2c|");
	bench_close(&b);
}

static void fragments_of_two_messages_do_not_join(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	push_data(&b, B, 100, 1, 0, "x");
	push_data(&b, E, 101, 2, 0, "other stream");
	push_data(&b, E, 101, 1, 0, "seen already");
	push_data(&b, B, 110, 1, 5, "y");
	push_data(&b, E, 111, 1, 6, "other number");
	push_data(&b, B, 120, 1, 7, "first");
	push_data(&b, B, 121, 1, 7, "first again");
	push_data(&b, E, 122, 1, 7, "!");
	push_data(&b, B, 131, 1, 8, "once");
	push_data(&b, B, 130, 1, 8, "before");
	push_data(&b, E, 132, 1, 8, " more");
	push_data(&b, E, 141, 1, 9, " end");
	push_data(&b, E, 142, 1, 9, "behind");
	push_data(&b, B, 140, 1, 9, "the");
	assert_string_equal(b.text, "first again!|once more|the end|");
	bench_close(&b);
}

/* A receiver of 4096 numbers: what lies further back came already. */
static void the_window_has_an_edge(void **state)
{
	struct bench b;

	(void)state;
	for (uint32_t start = 0; start < 2; start++) {
		uint32_t first = start == 0 ? 1000 : UINT32_MAX - 100;

		bench_open(&b, 0);
		push_data(&b, B | E, first, 0, 0, "1");
		push_data(&b, B | E, first + 4095, 0, 1, "2");
		push_data(&b, B | E, first, 0, 0, "twice");
		push_data(&b, B | E, first + 1, 0, 0, "3");
		push_data(&b, B | E, first + 4096, 0, 0, "4");
		push_data(&b, B | E, first, 0, 0, "out");
		push_data(&b, B | E, first + 1, 0, 0, "twice");
		push_data(&b, B | E, first + 2, 0, 0, "5");
		push_data(&b, B | E, first + 4096 + 65535, 0, 0, "6");
		push_data(&b, B | E, first + 4096 + 65535 - 100, 0, 0, "7");
		push_data(&b, B | E, first + 4096 + 65535 - 100, 0, 0, "twice");
		assert_string_equal(b.text, "1|2|3|4|5|6|7|");
		bench_close(&b);
	}
}

static void a_number_far_away_begins_anew(void **state)
{
	static const uint32_t far[] = { 0x10000000, 0xf0000000, 65536 + 1,
					0u - 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		struct bench b;

		bench_open(&b, 0);
		push_data(&b, B | E, 100, 0, 0, "a");
		push_data(&b, B, 101, 0, 1, "begin");
		push_data(&b, B | E, 100 + far[i], 0, 0, "b");
		assert_int_equal(lost(&b), 1);
		push_data(&b, B | E, 100, 0, 0, "c");
		push_data(&b, E, 102, 0, 1, "end");
		assert_string_equal(b.text, "a|b|c|");
		assert_int_equal(lost(&b), 1);
		bench_close(&b);
	}
}

/* RFC 9260 section 3.3.1: its stream sequence number says nothing. */
static void the_number_of_an_unordered_message_does_not_matter(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	push_data(&b, B | U, 100, 1, 7, "un");
	push_data(&b, E | U, 101, 1, 8, "ordered");
	push_data(&b, B, 102, 1, 7, "begin");
	push_data(&b, E | U, 103, 1, 7, "of another");
	assert_string_equal(b.text, "unordered|");
	bench_close(&b);
}

/* Only the first has number 0, and does not say so (RFC 8260 section 2.1). */
static void a_fragment_that_claims_to_be_the_first_is_counted(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	i_data(&w, E, 100, 1, 0, 0, "lie");
	push(&b, &w);
	assert_int_equal(lost(&b), 1);
	bench_close(&b);
}

/* The tags are those of before; a hasty stack takes the numbers too. */
static void an_init_begins_anew(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	push_data(&b, B | E, 100, 0, 0, "before");
	push_data(&b, B, 101, 0, 0, "begin");
	/* The other end tells its tag: it is what comes to it that restarts. */
	w.back = true;
	packet(&w, 0);
	init(&w, 1, 7, 500);
	push(&b, &w);
	assert_int_equal(lost(&b), 1);
	push_data(&b, B | E, 100, 0, 0, "after");
	push_data(&b, E, 102, 0, 0, "end");
	/* And an INIT ACK both, of its own tag and of the one it tells. */
	w.back = false;
	packet(&w, 7);
	init(&w, 2, 9, 100);
	push(&b, &w);
	push_data(&b, B | E, 100, 0, 0, "again");
	assert_string_equal(b.text, "before|after|again|");
	bench_close(&b);
}

static void lying_lengths_are_counted_once(void **state)
{
	static const struct {
		size_t at;
		uint16_t length;
	} lies[] = {
		{ 12, 0 },  { 12, 3 },      { 12, 8 },  { 12, 15 },
		{ 12, 16 }, { 12, 0xffff }, { 12, 60 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct bench b;
		struct wire w = { .len = 0 };

		bench_open(&b, 0);
		packet(&w, 7);
		data(&w, B | E, 100, 0, 0, "four");
		data(&w, B | E, 101, 0, 1, "five!");
		w.bytes[lies[i].at + 2] = (uint8_t)(lies[i].length >> 8);
		w.bytes[lies[i].at + 3] = (uint8_t)lies[i].length;
		push(&b, &w);
		assert_int_equal(b.count, 0);
		assert_int_equal(lost(&b), 1);
		bench_close(&b);
	}
}

static void a_lie_does_not_hide_what_stood_before_it(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	packet(&w, 7);
	data(&w, B | E, 100, 0, 0, "good");
	number(&w, 0x00030002, 4);
	data(&w, B | E, 101, 0, 0, "not found");
	push(&b, &w);
	assert_string_equal(b.text, "good|");
	assert_int_equal(lost(&b), 1);
	bench_close(&b);
}

static void a_packet_cut_anywhere_gives_what_it_has(void **state)
{
	struct wire w = { .len = 0 };
	size_t first = 12 + 16; /* where its bytes begin */
	size_t second = first + 8 + 16;

	(void)state;
	packet(&w, 7);
	data(&w, B | E, 100, 0, 0, "8 bytes!");
	data(&w, B | E, 101, 0, 0, "the rest");
	for (size_t len = 12; len < w.len; len++) {
		struct bench b;

		bench_open(&b, 0);
		push_part(&b, &w, len);
		assert_int_equal(b.count, (len >= first) + (len >= second));
		assert_int_equal(lost(&b), 0);
		if (b.count > 0)
			assert_int_equal(b.last.sent, 8);
		if (b.count == 1)
			assert_int_equal(b.last.bytes.len,
					 len < first + 8 ? len - first : 8);
		bench_close(&b);
	}
}

static void a_cut_fragment_cuts_the_message(void **state)
{
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	push_data(&b, B, 100, 0, 0, "abcd");
	packet(&w, 7);
	data(&w, 0, 101, 0, 0, "efgh");
	push_part(&b, &w, w.len - 3);
	push_data(&b, E, 102, 0, 0, "ijkl");
	assert_string_equal(b.text, "abcde|");
	assert_int_equal(b.last.sent, 12);
	assert_true(payload_is_cut(&b.last));
	bench_close(&b);
}

/* Two runs of one message, with a hole between them, are one loss. */
static void a_message_with_a_hole_is_counted_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	push_data(&b, B, 100, 0, 0, "INVITE sip:b");
	push_data(&b, 0, 101, 0, 0, "@");
	push_data(&b, E, 103, 0, 0, "SIP/2.0");
	push_data(&b, B, 104, 0, 1, "next");
	sctp_finish(b.sctp);
	assert_int_equal(b.count, 0);
	assert_int_equal(lost(&b), 2);
	assert_true(sctp_bytes(b.sctp) < 4096);
	bench_close(&b);
}

static void only_what_may_be_sip_counts_on_other_ports(void **state)
{
	static const struct {
		const char *begin;
		unsigned flags;
		unsigned counts;
	} cases[] = {
		{ "INVITE sip:b@biloxi.example SIP/2.0", B, 1 },
		{ "SIP/2.0 200 OK", B, 1 },
		{ "\1\0\0\x80", B, 0 }, /* Diameter */
		{ "GET / HTTP/1.1", B, 0 },
		{ "INVITE sip:b@biloxi.example SIP/2.0", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;
		struct wire w = { .port = 3868 };

		bench_open(&b, 0);
		packet(&w, 7);
		data(&w, cases[i].flags, 100, 0, 0, cases[i].begin);
		push(&b, &w);
		sctp_finish(b.sctp);
		assert_int_equal(lost(&b), cases[i].counts);
		bench_close(&b);
	}
}

static void fragments_wait_30_seconds(void **state)
{
	static const struct {
		int64_t after_ns;
		uint32_t tag; /* of the packet that comes then */
		unsigned lost;
	} cases[] = {
		{ 30 * SECOND, 7, 0 },     { 30 * SECOND + 1, 7, 1 },
		{ 30 * SECOND + 1, 8, 1 }, { 30 * SECOND, 8, 0 },
		{ -SECOND, 8, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;
		struct wire w = { .time_ns = 100 * SECOND };

		bench_open(&b, 0);
		packet(&w, 7);
		data(&w, B, 100, 0, 0, "begin");
		push(&b, &w);
		w.time_ns += cases[i].after_ns;
		packet(&w, cases[i].tag);
		data(&w, B | E, 90, 0, 0, "x");
		push(&b, &w);
		assert_int_equal(lost(&b), cases[i].lost);
		bench_close(&b);
	}
}

static void what_the_window_left_behind_is_lost(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 0);
	push_data(&b, B, 100, 0, 0, "begin");
	push_data(&b, B | E, 100 + 4095, 0, 1, "x");
	assert_int_equal(lost(&b), 0);
	push_data(&b, B | E, 100 + 4096, 0, 1, "y");
	assert_int_equal(lost(&b), 1);
	bench_close(&b);
}

static void a_message_of_more_than_64_kib_is_lost(void **state)
{
	static char part[16384];
	struct bench b;

	(void)state;
	memset(part, 'x', sizeof(part));
	for (size_t extra = 0; extra < 2; extra++) {
		struct wire w = { .len = 0 };

		bench_open(&b, 0);
		for (unsigned i = 0; i < 4; i++) {
			packet(&w, 7);
			data_bytes(&w, i == 0 ? B : 0, 100 + i, 0, 0,
				   (struct slice){ part, sizeof(part) - 1 });
			push(&b, &w);
		}
		packet(&w, 7);
		data_bytes(&w, E, 104, 0, 0, (struct slice){ part, 4 + extra });
		push(&b, &w);
		sctp_finish(b.sctp);
		assert_int_equal(b.count, extra == 0);
		assert_int_equal(lost(&b), extra);
		bench_close(&b);
	}
}

/* 16 KiB in each of many associations, none of them ever whole. */
static void a_flood_stays_below_the_ceiling(void **state)
{
	enum { CEILING = 256 * 1024, FLOOD = 2000 };
	static char part[16384];
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, CEILING);
	for (uint32_t i = 0; i < FLOOD; i++) {
		packet(&w, i);
		data_bytes(&w, B, i, 0, 0, (struct slice){ part, 16384 });
		push(&b, &w);
		assert_true(sctp_bytes(b.sctp) <= CEILING);
	}
	assert_true(b.counters.undecoded[UNDECODED_MEMORY] > FLOOD - 16);
	assert_true(b.counters.undecoded[UNDECODED_MEMORY] < FLOOD);
	/* The one that spoke last is there. */
	packet(&w, FLOOD - 1);
	data(&w, E, FLOOD, 0, 0, "end");
	push(&b, &w);
	assert_int_equal(b.count, 1);
	bench_close(&b);
}

/* 16 KiB in each second fragment: no receiver has such a window. */
static void what_waits_in_one_direction_is_bounded(void **state)
{
	enum { WINDOW = 1024 * 1024, FLOOD = 200 };
	static char part[16384];
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, 0);
	for (uint32_t i = 0; i < FLOOD; i++) {
		packet(&w, 7);
		data_bytes(&w, B, 2 * i, 0, i, (struct slice){ part, 16384 });
		push(&b, &w);
		assert_true(sctp_bytes(b.sctp) < WINDOW + 65536);
	}
	/* 63 of them, with what each costs beside its bytes. */
	assert_int_equal(lost(&b), FLOOD - 63);
	bench_close(&b);
}

/* Every second fragment of one byte: nothing ever joins. */
static void a_flood_in_one_association_stays_below_it_too(void **state)
{
	enum { CEILING = 256 * 1024 };
	struct bench b;
	struct wire w = { .len = 0 };

	(void)state;
	bench_open(&b, CEILING);
	for (uint32_t tsn = 0; tsn < 200000;) {
		packet(&w, 7);
		while (w.len < 60000) {
			data(&w, 0, tsn, 0, 0, "x");
			tsn += 2;
		}
		push(&b, &w);
		assert_true(sctp_bytes(b.sctp) <= CEILING);
	}
	assert_int_equal(b.count, 0);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_that_is_a_message_lies_in_its_packet),
		cmocka_unit_test(bundled_messages_come_one_by_one),
		cmocka_unit_test(fragments_join_in_any_order),
		cmocka_unit_test(the_packet_that_completes_it_gives_the_time),
		cmocka_unit_test(what_is_sent_again_is_given_once),
		cmocka_unit_test(the_directions_and_tags_are_apart),
		cmocka_unit_test(interleaved_streams_do_not_mix),
		cmocka_unit_test(fragments_of_two_messages_do_not_join),
		cmocka_unit_test(the_window_has_an_edge),
		cmocka_unit_test(a_number_far_away_begins_anew),
		cmocka_unit_test(
			the_number_of_an_unordered_message_does_not_matter),
		cmocka_unit_test(
			a_fragment_that_claims_to_be_the_first_is_counted),
		cmocka_unit_test(an_init_begins_anew),
		cmocka_unit_test(lying_lengths_are_counted_once),
		cmocka_unit_test(a_lie_does_not_hide_what_stood_before_it),
		cmocka_unit_test(a_packet_cut_anywhere_gives_what_it_has),
		cmocka_unit_test(a_cut_fragment_cuts_the_message),
		cmocka_unit_test(a_message_with_a_hole_is_counted_once),
		cmocka_unit_test(only_what_may_be_sip_counts_on_other_ports),
		cmocka_unit_test(fragments_wait_30_seconds),
		cmocka_unit_test(what_the_window_left_behind_is_lost),
		cmocka_unit_test(a_message_of_more_than_64_kib_is_lost),
		cmocka_unit_test(a_flood_stays_below_the_ceiling),
		cmocka_unit_test(what_waits_in_one_direction_is_bounded),
		cmocka_unit_test(a_flood_in_one_association_stays_below_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
