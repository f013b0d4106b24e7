/* Connections to messages, with a reader of its own (toy.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "toy.h"

#define SECOND INT64_C(1000000000)
#define MS     INT64_C(1000000)

#define FIRST  1000 /* sequence number of the first byte */
#define CLIENT 40000

/* Three messages, and how they are written. */
#define THREE "MSG 5\nhelloMSG 0\nMSG 12\nMSG 3\nlines\n"
#define TOLD  "MSG 5\nhello|MSG 0\n|MSG 12\nMSG 3\nlines\n|"

struct desk {
	struct stream *stream;
	struct counters counters;
	struct toy toy;
	int64_t now_ns;
	uint16_t client; /* ports */
	uint16_t server;
	uint64_t offset;
};

static void desk_open(struct desk *desk, uint64_t memory_bytes)
{
	const struct stream_options options = { .reader =
							toy_reader(&desk->toy),
						.counters = &desk->counters,
						.memory_bytes = memory_bytes };

	stream_free(desk->stream);
	memset(desk, 0, sizeof(*desk));
	desk->client = CLIENT;
	desk->server = 5060;
	desk->offset = PACKET_NO_OFFSET;
	assert_int_equal(stream_new(&desk->stream, &options), ERR_OK);
}

static int desk_new(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	*state = desk;
	if (desk == NULL)
		return 1;
	desk_open(desk, 0);
	return 0;
}

static int desk_free(void **state)
{
	struct desk *desk = *state;

	stream_free(desk->stream);
	free(desk);
	return 0;
}

static struct endpoint endpoint(uint8_t host, uint16_t port)
{
	return (struct endpoint){ .address = { 192, 0, 2, host },
				  .port = port,
				  .family = 4 };
}

/* A segment of the client, or (`back`) of the server. */
static struct payload segment(const struct desk *desk, bool back,
			      uint32_t sequence, struct slice bytes,
			      uint8_t flags)
{
	struct endpoint client = endpoint(1, desk->client);
	struct endpoint server = endpoint(2, desk->server);

	return (struct payload){ .flow = { back ? server : client,
					   back ? client : server,
					   TRANSPORT_TCP },
				 .bytes = bytes,
				 .time_ns = desk->now_ns,
				 .offset = desk->offset,
				 .sent = (uint32_t)bytes.len,
				 .kind = PAYLOAD_SEGMENT,
				 .tcp_flags = flags,
				 .sequence = sequence };
}

/* Bytes of the client, `at` from its first. */
static void say(struct desk *desk, uint32_t at, struct slice bytes)
{
	struct payload p =
		segment(desk, false, FIRST + at, bytes, TCP_ACK | TCP_PSH);

	stream_push(desk->stream, &p);
}

static void say_text(struct desk *desk, uint32_t at, const char *text)
{
	say(desk, at, slice_of(text));
}

static void signal_flag(struct desk *desk, bool back, uint32_t at,
			uint8_t flags)
{
	struct payload p = segment(desk, back, FIRST + at, SLICE_NONE, flags);

	stream_push(desk->stream, &p);
}

static void dial(struct desk *desk)
{
	signal_flag(desk, false, UINT32_MAX, TCP_SYN);
}

static void acknowledge(struct desk *desk, uint32_t at)
{
	struct payload p = segment(desk, true, FIRST, SLICE_NONE, TCP_ACK);

	p.acknowledgment = FIRST + at;
	stream_push(desk->stream, &p);
}

static uint64_t gaps(const struct desk *desk)
{
	return desk->counters.undecoded[UNDECODED_TCP_GAP];
}

/* ---- cuts and orders */

/* `text` in three pieces, cut in every way, and byte by byte. */
static void check_cuts(struct desk *desk, uint16_t server, const char *text,
		       const char *told)
{
	struct slice all = slice_of(text);

	for (size_t i = 0; i <= all.len; i++)
		for (size_t j = i; j <= all.len; j++) {
			desk_open(desk, 0);
			desk->server = server;
			dial(desk);
			say(desk, 0, slice_sub(all, 0, i));
			say(desk, (uint32_t)i, slice_sub(all, i, j - i));
			say(desk, (uint32_t)j, slice_sub(all, j, all.len));
			stream_finish(desk->stream);
			assert_string_equal(desk->toy.text, told);
		}
	desk_open(desk, 0);
	desk->server = server;
	dial(desk);
	for (size_t i = 0; i < all.len; i++)
		say(desk, (uint32_t)i, slice_sub(all, i, 1));
	stream_finish(desk->stream);
	assert_string_equal(desk->toy.text, told);
}

static void messages_do_not_depend_on_cuts(void **state)
{
	check_cuts(*state, 5060, THREE, TOLD);
	check_cuts(*state, 80, THREE, TOLD);
}

static void line_ends_before_a_message_are_nothing(void **state)
{
	check_cuts(*state, 5060, "\r\n\r\nMSG 1\nx\r\n\r\n\nMSG 2\nyz",
		   "MSG 1\nx|MSG 2\nyz|");
}

/* RFC 6455; the second message is masked with "abcd". */
static void messages_in_frames_do_not_depend_on_cuts(void **state)
{
	struct desk *desk = *state;

	check_cuts(desk, 80,
		   "\r\n\r\nGET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
		   "\x82\x07MSG 1\nx\x82\x87"
		   "abcd,1$DPh\x1b",
		   "MSG 1\nx|MSG 1\nx|");
	assert_int_equal(desk->toy.last.flow.transport, TRANSPORT_WS);
	assert_int_equal(desk->toy.last.flow.source.port, CLIENT);
}

static void what_is_no_message_does_not_hide_one(void **state)
{
	check_cuts(*state, 5060,
		   "POST / HTTP/1.1\r\nHost: MSG 1\r\n\r\nMSGx\nMSG 2\nyz?\n",
		   "MSG 2\nyz|");
	check_cuts(*state, 5060, "MSG 1\nxMS\nMSG 2\nyzM\n\nMSG 0\n",
		   "MSG 1\nx|MSG 2\nyz|MSG 0\n|");
}

static void the_end_of_the_capture_hands_on_what_is_held(void **state)
{
	check_cuts(*state, 5060, "MSG 1\nxMSG 9\nhalf",
		   "MSG 1\nx|MSG 9\nhalf~");
}

static void every_order_of_four_segments_gives_the_same(void **state)
{
	static const uint32_t at[] = { 0, 3, 14, 25, sizeof(THREE) - 1 };

	for (unsigned n = 0; n < 256; n++) {
		unsigned order[4] = { n % 4, n / 4 % 4, n / 16 % 4, n / 64 };
		unsigned seen = 0;

		for (unsigned i = 0; i < 4; i++)
			seen |= 1u << order[i];
		if (seen != 15)
			continue;
		desk_open(*state, 0);
		dial(*state);
		for (unsigned i = 0; i < 4; i++) {
			uint32_t from = at[order[i]];

			say(*state, from,
			    slice_sub(SLICE(THREE), from,
				      at[order[i] + 1] - from));
		}
		assert_string_equal(((struct desk *)*state)->toy.text, TOLD);
	}
}

static void bytes_one_by_one_cost_no_more_than_their_number(void **state)
{
	enum { SIZE = 60000 };
	struct desk *desk = *state;
	char *text = calloc(1, SIZE + 11);

	assert_non_null(text);
	(void)snprintf(text, SIZE + 11, "MSG %d\n", SIZE);
	memset(text + 10, 'x', SIZE);
	dial(desk);
	for (uint32_t i = 0; i < SIZE + 10; i++)
		say(desk, i, (struct slice){ text + i, 1 });
	free(text);
	assert_int_equal(desk->toy.count, 1);
	assert_true(desk->toy.asked < 2 * SIZE);
}

/* ---- what a message knows */

static void a_message_knows_its_flow_time_and_place(void **state)
{
	struct desk *desk = *state;
	struct endpoint client = endpoint(1, CLIENT);
	struct endpoint server = endpoint(2, 5060);
	const struct payload *last = &desk->toy.last;

	desk->now_ns = 5;
	desk->offset = 100;
	say_text(desk, 0, "MSG 1\nxMSG 3\n"); /* 1 in one packet */
	assert_int_equal(last->offset, 100);
	assert_int_equal(last->time_ns, 5);
	assert_int_equal(last->flow.transport, TRANSPORT_TCP);
	assert_true(endpoint_eq(&last->flow.source, &client));
	assert_true(endpoint_eq(&last->flow.destination, &server));
	desk->now_ns = 7;
	desk->offset = 200;
	say_text(desk, 13, "xyz"); /* 2 in two packets */
	assert_int_equal(desk->toy.count, 2);
	assert_int_equal(last->offset, PACKET_NO_OFFSET);
	assert_int_equal(last->time_ns, 7);
	desk->offset = 300;
	say_text(desk, 16, "MSG 2\n");
	desk->now_ns = 8;
	desk->offset = 400;
	say_text(desk, 22, "abMSG 1\ny"); /* 3 in two, 4 in one */
	assert_int_equal(desk->toy.count, 4);
	assert_int_equal(last->offset, 402);
	assert_int_equal(last->bytes.len, 7);
}

static void the_other_direction_has_the_other_flow(void **state)
{
	struct desk *desk = *state;
	struct endpoint server = endpoint(2, 5060);
	struct payload p = segment(desk, true, 77, SLICE("MSG 0\n"), TCP_ACK);

	say_text(desk, 0, "MSG 4\nab");
	stream_push(desk->stream, &p);
	assert_true(endpoint_eq(&desk->toy.last.flow.source, &server));
	say_text(desk, 8, "cd");
	assert_string_equal(desk->toy.text, "MSG 0\n|MSG 4\nabcd|");
}

static void connections_do_not_mix(void **state)
{
	struct desk *desk = *state;

	for (uint16_t i = 0; i < 10; i++) {
		desk->client = CLIENT + i;
		say_text(desk, 0, "MSG 2\na");
	}
	assert_int_equal(desk->toy.count, 0);
	for (uint16_t i = 0; i < 10; i++) {
		desk->client = CLIENT + i;
		say_text(desk, 7, "b");
	}
	assert_int_equal(desk->toy.count, 10);
}

/* ---- holes */

static void from_the_middle_the_next_message_is_found(void **state)
{
	struct desk *desk = *state;

	for (uint16_t port = 0; port < 2; port++) {
		desk_open(desk, 0);
		desk->server = port == 0 ? 5060 : 80;
		say_text(desk, 0, "of a body\nand moreMSG 1\nMS");
		say_text(desk, 26, "G 1\nxMSG 1\n");
		say_text(desk, 37, "yMSG 1\nz");
		assert_string_equal(desk->toy.text,
				    "MSG 1\nx|MSG 1\ny|MSG 1\nz|");
	}
	assert_int_equal(gaps(desk), 0);
}

/* A body may end without a line end, and the next packet is a message. */
static void from_the_middle_a_packet_may_begin_with_a_message(void **state)
{
	struct desk *desk = *state;

	say_text(desk, 0, "of a body");
	say_text(desk, 9, "MSG 1\nx");
	assert_string_equal(desk->toy.text, "MSG 1\nx|");
}

static void a_hole_is_told_and_the_next_message_is_found(void **state)
{
	struct desk *desk = *state;

	dial(desk);
	say_text(desk, 0, "MSG 1\nxMSG 20\nab");
	say_text(desk, 20, "of it\nMSG 1\ny");
	acknowledge(desk, 33);
	assert_string_equal(desk->toy.text, "MSG 1\nx|");
	for (uint32_t i = 0; i < 3; i++)
		say_text(desk, 33 + 6 * i, "MSG 0\n");
	assert_string_equal(
		desk->toy.text,
		"MSG 1\nx|MSG 20\nab~MSG 1\ny|MSG 0\n|MSG 0\n|MSG 0\n|");
	assert_int_equal(gaps(desk), 1);
}

/* The line is quiet behind the hole: packets of others tell the time. */
static void a_hole_is_given_up_while_others_speak(void **state)
{
	struct desk *desk = *state;

	dial(desk);
	say_text(desk, 0, "MSG 1\nx");
	say_text(desk, 10, "MSG 1\ny");
	acknowledge(desk, 17);
	for (unsigned i = 0; i < 12; i++) {
		desk->client = CLIENT + 1;
		acknowledge(desk, 0);
		assert_int_equal(desk->toy.count, i < 10 ? 1 : 2);
		desk->now_ns += 100 * MS;
		if (i == 9)
			desk->now_ns += 300 * MS;
	}
	assert_int_equal(gaps(desk), 1);
}

static void a_hole_in_what_is_no_sip_is_not_counted(void **state)
{
	struct desk *desk = *state;

	desk->server = 80;
	say_text(desk, 0, "GET /");
	say_text(desk, 50, "more");
	stream_finish(desk->stream);
	assert_int_equal(gaps(desk), 0);
	desk->server = 5060;
	say_text(desk, 0, "GET /\n");
	say_text(desk, 50, "more");
	stream_finish(desk->stream);
	assert_int_equal(gaps(desk), 0);
	desk->server = 5061;
	dial(desk);
	say_text(desk, 50, "more");
	stream_finish(desk->stream);
	assert_int_equal(gaps(desk), 1);
}

static void a_cut_segment_is_followed_by_a_hole(void **state)
{
	struct desk *desk = *state;
	struct payload p = segment(desk, false, FIRST,
				   SLICE("MSG 1\nxMSG 40\nab"), TCP_ACK);
	size_t asked;

	dial(desk);
	p.sent = 56;
	stream_push(desk->stream, &p);
	assert_string_equal(desk->toy.text, "MSG 1\nx|MSG 40\nab~");
	assert_int_equal(gaps(desk), 1);
	asked = desk->toy.asked;
	say_text(desk, 56, "the rest");
	assert_int_equal(desk->toy.asked, asked);
	say_text(desk, 64, "MSG 1\ny");
	assert_string_equal(desk->toy.text, "MSG 1\nx|MSG 40\nab~MSG 1\ny|");
}

/* ---- ends and new beginnings */

static void a_fin_hands_on_what_is_held(void **state)
{
	struct desk *desk = *state;

	dial(desk);
	say_text(desk, 0, "MSG 9\nab");
	signal_flag(desk, false, 8, TCP_FIN | TCP_ACK);
	assert_string_equal(desk->toy.text, "MSG 9\nab~");
	signal_flag(desk, true, 0, TCP_FIN | TCP_ACK);
	desk->now_ns = 6 * SECOND;
	signal_flag(desk, true, 0, TCP_RST); /* of nobody: drops the old one */
	stream_finish(desk->stream);
	assert_int_equal(desk->toy.count, 1);
}

/* A reset may hold words for people (RFC 1122 section 4.2.2.12). */
static void a_segment_may_come_behind_the_reset(void **state)
{
	struct desk *desk = *state;
	struct payload p;

	dial(desk);
	say_text(desk, 0, "MSG 4\nab");
	p = segment(desk, false, FIRST + 8, SLICE("no"), TCP_RST);
	stream_push(desk->stream, &p);
	say_text(desk, 8, "cd");
	assert_string_equal(desk->toy.text, "MSG 4\nabcd|");
}

static void ports_that_are_used_again_are_another_connection(void **state)
{
	struct desk *desk = *state;

	dial(desk);
	say_text(desk, 0, "MSG 1\nxMSG 9\nab");
	dial(desk); /* resent */
	assert_int_equal(desk->toy.count, 1);
	signal_flag(desk, false, 5000, TCP_SYN);
	assert_string_equal(desk->toy.text, "MSG 1\nx|MSG 9\nab~");
	say_text(desk, 5001, "MSG 1\ny");
	assert_string_equal(desk->toy.text, "MSG 1\nx|MSG 9\nab~MSG 1\ny|");
}

static void ports_are_used_again_and_the_syn_was_not_seen(void **state)
{
	struct desk *desk = *state;

	dial(desk);
	say_text(desk, 0, "MSG 1\nx");
	signal_flag(desk, true, 0, TCP_RST);
	say_text(desk, 0x70000000, "MSG 1\ny");
	assert_string_equal(desk->toy.text, "MSG 1\nx|MSG 1\ny|");
	assert_int_equal(gaps(desk), 0);
}

static void http_on_the_port_of_sip_stops_nobody(void **state)
{
	struct desk *desk = *state;

	dial(desk);
	say_text(desk, 0, "GET / HTTP/1.1\r\n\r\n");
	signal_flag(desk, false, 18, TCP_RST);
	desk->client++;
	dial(desk);
	say_text(desk, 0, "MSG 0\n");
	assert_string_equal(desk->toy.text, "MSG 0\n|");
}

/* Off the ports of SIP 64 KiB are searched; then beginnings of packets. */
static void much_of_something_else_stops_nobody(void **state)
{
	enum { SIZE = 1400 };
	static const uint16_t port[] = { 80, 5060 };
	char block[SIZE];

	memset(block, '\n', SIZE);
	memset(block, '.', 100);
	for (size_t k = 0; k < 2; k++) {
		struct desk *desk = *state;
		uint32_t at = 0;

		desk_open(desk, 0);
		desk->server = port[k];
		for (; at < 70000; at += SIZE)
			say(desk, at, (struct slice){ block, SIZE });
		say_text(desk, at, "..\nMSG 0\n");
		say_text(desk, at + 9, "MSG 1\nx");
		assert_string_equal(desk->toy.text,
				    k == 0 ? "MSG 1\nx|" : "MSG 0\n|MSG 1\nx|");
	}
}

/* ---- time */

/* RFC 5382 section 5: two hours and four minutes. */
static void one_that_talks_is_over_when_a_nat_would_forget_it(void **state)
{
	struct desk *desk = *state;

	say_text(desk, 0, "MSG 9\nab");
	desk->now_ns = 7440 * SECOND;
	say_text(desk, 8, "cd");
	desk->client++;
	desk->now_ns = 14880 * SECOND;
	acknowledge(desk, 0);
	assert_int_equal(desk->toy.count, 0);
	desk->now_ns++;
	acknowledge(desk, 0);
	assert_string_equal(desk->toy.text, "MSG 9\nabcd~");
	assert_true(stream_bytes(desk->stream) > 0);
}

/* Of what nobody understands nothing is worth to be kept. */
static void any_other_is_over_after_two_minutes(void **state)
{
	struct desk *desk = *state;
	uint64_t two;

	desk->client = 40000;
	desk->server = 80;
	say_text(desk, 0, "no such thing");
	desk->client++;
	desk->now_ns = 120 * SECOND;
	say_text(desk, 0, "no such thing");
	two = stream_bytes(desk->stream);
	desk->client++;
	desk->now_ns = 120 * SECOND + 1;
	say_text(desk, 0, "no such thing");
	assert_int_equal(stream_bytes(desk->stream), two);
	desk->client++;
	say_text(desk, 0, "no such thing");
	assert_true(stream_bytes(desk->stream) > two);
}

static void no_time_does_harm(void **state)
{
	static const int64_t times[] = { 0,  INT64_MAX,     INT64_MIN,
					 -1, 1000 * SECOND, 0 };
	struct desk *desk = *state;

	for (uint32_t i = 0; i < 6; i++) {
		desk->now_ns = times[i];
		say_text(desk, 6 * i, "MSG 0\n");
		say_text(desk, 6 * i + 100, "MSG 0\n");
	}
	assert_true(desk->toy.count >= 6);
	/* A clock that was ahead does not keep connections for ever. */
	desk->now_ns = INT64_MAX;
	say_text(desk, 0, "MSG 0\n");
	desk->client++;
	desk->now_ns = 0;
	acknowledge(desk, 0);
	desk->now_ns = 7441 * SECOND;
	acknowledge(desk, 0);
	desk->client--;
	desk->toy.len = 0;
	say_text(desk, 900000000, "MSG 1\nx");
	assert_string_equal(desk->toy.text, "MSG 1\nx|");
}

/* ---- memory */

static void a_hundred_thousand_connections_are_small(void **state)
{
	struct desk *desk = *state;
	uint64_t bytes;

	for (uint32_t i = 0; i < 100000; i++) {
		desk->client = (uint16_t)(1024 + i % 50000);
		desk->server = (uint16_t)(5060 + i / 50000);
		dial(desk);
		say_text(desk, 0, "MSG 0\n");
	}
	bytes = stream_bytes(desk->stream);
	print_message("%u connections: %u bytes each\n", desk->toy.count,
		      (unsigned)(bytes / 100000));
	assert_true(bytes < 30 * 1000 * 1000);
	/* All of them are there: nothing is begun anew. */
	for (uint32_t i = 0; i < 100000; i++) {
		desk->client = (uint16_t)(1024 + i % 50000);
		desk->server = (uint16_t)(5060 + i / 50000);
		say_text(desk, 0, "MSG 0\n"); /* resent */
	}
	assert_int_equal(desk->toy.count, 100000);
}

static void flood(struct desk *desk, uint64_t memory_bytes, uint8_t flags)
{
	desk_open(desk, memory_bytes);
	dial(desk);
	say_text(desk, 0, "MSG 4\nab");
	for (uint32_t i = 0; i < 100000; i++) {
		struct payload p = segment(desk, false, i, SLICE_NONE, flags);

		memcpy(p.flow.source.address, &i, sizeof(i));
		stream_push(desk->stream, &p);
	}
}

static void a_flood_of_syns_pushes_nobody_out(void **state)
{
	struct desk *desk = *state;

	flood(desk, 1024 * 1024, TCP_SYN);
	assert_true(stream_bytes(desk->stream) <= 1024 * 1024);
	say_text(desk, 8, "cd");
	assert_string_equal(desk->toy.text, "MSG 4\nabcd|");
	assert_int_equal(desk->counters.undecoded[UNDECODED_MEMORY], 0);
}

static void what_says_nothing_costs_little(void **state)
{
	struct desk *desk = *state;

	flood(desk, 0, TCP_SYN);
	assert_true(stream_bytes(desk->stream) < 5 * 1024 * 1024);
	flood(desk, 0, TCP_ACK);
	assert_true(stream_bytes(desk->stream) < 2048);
	flood(desk, 0, TCP_FIN | TCP_ACK);
	assert_true(stream_bytes(desk->stream) < 2048);
	flood(desk, 0, TCP_RST);
	assert_true(stream_bytes(desk->stream) < 2048);
}

static void past_the_ceiling_the_quietest_goes_and_is_counted(void **state)
{
	enum { SIZE = 1000, CEILING = 400 * 1024 };
	struct desk *desk = *state;
	char block[SIZE];
	unsigned lost;

	memset(block, 'x', SIZE);
	memcpy(block, "MSG 1001\n", 9);
	desk_open(desk, CEILING);
	for (uint16_t i = 0; i < 1000; i++) {
		desk->client = CLIENT + i;
		say(desk, 0, (struct slice){ block, SIZE });
		assert_true(stream_bytes(desk->stream) <= CEILING);
	}
	lost = (unsigned)desk->counters.undecoded[UNDECODED_MEMORY];
	assert_int_equal(lost, desk->toy.count);
	assert_in_range(lost, 500, 900);
	stream_finish(desk->stream);
	assert_int_equal(desk->toy.count, 1000);
	assert_int_equal(desk->counters.undecoded[UNDECODED_MEMORY], lost);
}

/* What is known of it goes too, and what it says later cannot be read. */
static void one_that_carries_others_is_counted_when_it_goes(void **state)
{
	enum { CEILING = 64 * 1024 };
	struct desk *desk = *state;

	desk_open(desk, CEILING);
	say_text(desk, 0,
		 "GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
		 "Sec-WebSocket-Protocol: sip\r\n\r\n");
	for (uint16_t i = 1; i < 1000; i++) {
		desk->client = CLIENT + i;
		say_text(desk, 0, "MSG 0\n");
	}
	assert_int_equal(desk->toy.count, 999);
	assert_int_equal(desk->counters.undecoded[UNDECODED_MEMORY], 1);
}

static void a_message_without_end_is_given_up(void **state)
{
	enum { SIZE = 1024 };
	struct desk *desk = *state;
	char block[SIZE];
	uint32_t at = 0;

	memset(block, 'x', SIZE);
	say_text(desk, at, "MSG 4000000000\n");
	for (at = 15; at < 300 * SIZE; at += SIZE)
		say(desk, at, (struct slice){ block, SIZE });
	assert_int_equal(desk->toy.count, 1);
	assert_int_equal(desk->toy.last.bytes.len, 256 * SIZE);
	say_text(desk, at, "MSG 1\ny");
	assert_int_equal(desk->toy.count, 2);
	assert_int_equal(desk->toy.last.bytes.len, 7);
}

static void nothing_is_left_when_all_is_over(void **state)
{
	struct desk *desk = *state;
	uint64_t empty = 0;

	for (unsigned turn = 0; turn < 2; turn++) {
		for (uint16_t i = 0; i < 1000; i++) {
			desk->client = CLIENT + i;
			say_text(desk, 0, "MSG 9\nab");
			say_text(desk, 20, "xy");
		}
		stream_finish(desk->stream);
		/* the table, and what is kept for the next */
		if (turn == 0)
			empty = stream_bytes(desk->stream);
		assert_int_equal(stream_bytes(desk->stream), empty);
		assert_true(empty < 200 * 1024);
	}
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_new, desk_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(messages_do_not_depend_on_cuts),
		AT_DESK(line_ends_before_a_message_are_nothing),
		AT_DESK(messages_in_frames_do_not_depend_on_cuts),
		AT_DESK(what_is_no_message_does_not_hide_one),
		AT_DESK(the_end_of_the_capture_hands_on_what_is_held),
		AT_DESK(every_order_of_four_segments_gives_the_same),
		AT_DESK(bytes_one_by_one_cost_no_more_than_their_number),
		AT_DESK(a_message_knows_its_flow_time_and_place),
		AT_DESK(the_other_direction_has_the_other_flow),
		AT_DESK(connections_do_not_mix),
		AT_DESK(from_the_middle_the_next_message_is_found),
		AT_DESK(from_the_middle_a_packet_may_begin_with_a_message),
		AT_DESK(a_hole_is_told_and_the_next_message_is_found),
		AT_DESK(a_hole_is_given_up_while_others_speak),
		AT_DESK(a_hole_in_what_is_no_sip_is_not_counted),
		AT_DESK(a_cut_segment_is_followed_by_a_hole),
		AT_DESK(a_fin_hands_on_what_is_held),
		AT_DESK(a_segment_may_come_behind_the_reset),
		AT_DESK(ports_that_are_used_again_are_another_connection),
		AT_DESK(ports_are_used_again_and_the_syn_was_not_seen),
		AT_DESK(http_on_the_port_of_sip_stops_nobody),
		AT_DESK(much_of_something_else_stops_nobody),
		AT_DESK(one_that_talks_is_over_when_a_nat_would_forget_it),
		AT_DESK(any_other_is_over_after_two_minutes),
		AT_DESK(no_time_does_harm),
		AT_DESK(a_hundred_thousand_connections_are_small),
		AT_DESK(a_flood_of_syns_pushes_nobody_out),
		AT_DESK(what_says_nothing_costs_little),
		AT_DESK(past_the_ceiling_the_quietest_goes_and_is_counted),
		AT_DESK(one_that_carries_others_is_counted_when_it_goes),
		AT_DESK(a_message_without_end_is_given_up),
		AT_DESK(nothing_is_left_when_all_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
