/*
 * One direction of TCP in order.  What came out is written as text, with a '?'
 * where it was told that bytes are missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/stream/tcp.h"

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)
#define ROOM   4096

struct desk {
	struct tcp_pool pool;
	struct tcp_side side;
	struct tcp_out out;
	int64_t now_ns;
	uint64_t offset; /* of the next segment */
	char text[ROOM + 1];
	size_t len; /* may be more than there is room for */
	uint64_t offsets[ROOM];
	int64_t time_ns; /* of what came last */
};

static void add(struct desk *desk, char c, uint64_t offset)
{
	if (desk->len < ROOM) {
		desk->offsets[desk->len] = offset;
		desk->text[desk->len] = c;
		desk->text[desk->len + 1] = '\0';
	}
	desk->len++;
}

static void take(void *ctx, const struct payload *p)
{
	struct desk *desk = ctx;

	assert_true(p->bytes.len > 0);
	desk->time_ns = p->time_ns;
	for (size_t i = 0; i < p->bytes.len; i++)
		add(desk, p->bytes.ptr[i], p->offset + i);
}

static void miss(void *ctx)
{
	add(ctx, '?', 0);
}

static int desk_new(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	*state = desk;
	if (desk == NULL)
		return 1;
	desk->out = (struct tcp_out){ desk, take, miss, &desk->pool };
	return 0;
}

static int desk_free(void **state)
{
	struct desk *desk = *state;
	bool clean;

	tcp_clear(&desk->side, &desk->pool);
	tcp_pool_trim(&desk->pool);
	clean = desk->pool.bytes == 0 && desk->side.wait_bytes == 0 &&
		desk->side.wait_pieces == 0;
	free(desk);
	return !clean;
}

static void push(struct desk *desk, uint32_t sequence, const char *text,
		 uint32_t sent, uint8_t flags)
{
	const struct payload p = { .bytes = { text, strlen(text) },
				   .time_ns = desk->now_ns,
				   .offset = desk->offset,
				   .sent = sent,
				   .kind = PAYLOAD_SEGMENT,
				   .tcp_flags = flags,
				   .sequence = sequence };

	tcp_push(&desk->side, &p, &desk->out);
}

static void say(struct desk *desk, uint32_t sequence, const char *text)
{
	push(desk, sequence, text, (uint32_t)strlen(text), TCP_ACK | TCP_PSH);
}

static void ends_of_sequence_numbers_are_no_ends(void **state)
{
	static const uint32_t first[] = { 0, 1000, UINT32_MAX - 3,
					  UINT32_C(0x7ffffffe) };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		struct desk *desk = *state;

		memset(&desk->side, 0, sizeof(desk->side));
		desk->len = 0;
		push(desk, first[i] - 1, "", 0, TCP_SYN);
		say(desk, first[i], "abc");
		say(desk, first[i] + 6, "ghi");
		say(desk, first[i] + 3, "def");
		say(desk, first[i], "xyz");
		assert_string_equal(desk->text, "abcdefghi");
		assert_false(tcp_is_waiting(&desk->side));
	}
}

static void every_order_of_five_segments_is_put_right(void **state)
{
	static const char *const words[] = { "one ", "two ", "three ", "four ",
					     "five" };
	static const uint32_t at[] = { 0, 4, 8, 14, 19 };
	struct desk *desk = *state;

	/* 5^5 choices, of which 5! are orders. */
	for (unsigned n = 0; n < 3125; n++) {
		unsigned order[5] = { n % 5, n / 5 % 5, n / 25 % 5, n / 125 % 5,
				      n / 625 };
		unsigned seen = 0;

		for (unsigned i = 0; i < 5; i++)
			seen |= 1u << order[i];
		if (seen != 31)
			continue;
		memset(&desk->side, 0, sizeof(desk->side));
		desk->len = 0;
		push(desk, UINT32_MAX - 10, "", 0, TCP_SYN);
		for (unsigned i = 0; i < 5; i++)
			say(desk, UINT32_MAX - 9 + at[order[i]],
			    words[order[i]]);
		assert_string_equal(desk->text, "one two three four five");
	}
}

static void bytes_that_came_first_count(void **state)
{
	struct desk *desk = *state;

	push(desk, 99, "", 0, TCP_SYN);
	say(desk, 104, "EF"); /* waits */
	say(desk, 108, "I");
	say(desk, 103, "..x.y."); /* fills between them */
	say(desk, 100, "abcDEFGHIjk");
	assert_string_equal(desk->text, "abc.EF.yIjk");
	say(desk, 100, "ABCDEFGHIJKl"); /* resent, with one more */
	assert_string_equal(desk->text, "abc.EF.yIjkl");
}

static void a_direction_without_syn_begins_with_its_first_payload(void **state)
{
	struct desk *desk = *state;

	push(desk, 49, "", 0, TCP_ACK);
	say(desk, 50, "ab");
	say(desk, 48, "??"); /* from before */
	say(desk, 52, "cd");
	assert_string_equal(desk->text, "abcd");
}

/* RFC 9293 section 3.8.4 */
static void probes_that_keep_alive_bring_nothing(void **state)
{
	struct desk *desk = *state;

	push(desk, 49, "\1", 1, TCP_ACK);
	say(desk, 50, "ab");
	push(desk, 51, "\1", 1, TCP_ACK);
	push(desk, 51, "", 0, TCP_ACK);
	say(desk, 52, "cd");
	assert_string_equal(desk->text, "abcd");
}

static void syn_and_fin_count_one_each(void **state)
{
	struct desk *desk = *state;

	push(desk, 7, "ab", 2, TCP_SYN); /* RFC 7413 */
	say(desk, 10, "cd");
	assert_false(tcp_is_at_end(&desk->side));
	push(desk, 14, "g", 1, TCP_FIN | TCP_ACK);
	assert_false(tcp_is_at_end(&desk->side));
	say(desk, 12, "ef");
	assert_true(tcp_is_at_end(&desk->side));
	say(desk, 15, "behind the end");
	assert_string_equal(desk->text, "abcdefg");
}

static void a_syn_of_another_connection_is_told(void **state)
{
	struct desk *desk = *state;
	struct payload syn = { .tcp_flags = TCP_SYN, .sequence = 99 };

	assert_false(tcp_is_other(&desk->side, &syn));
	tcp_push(&desk->side, &syn, &desk->out);
	assert_false(tcp_is_other(&desk->side, &syn));
	say(desk, 100, "abc");
	assert_false(tcp_is_other(&desk->side, &syn));
	syn.sequence = 98;
	assert_true(tcp_is_other(&desk->side, &syn));
}

static void with_hole(struct desk *desk)
{
	push(desk, 99, "", 0, TCP_SYN);
	say(desk, 100, "ab");
	say(desk, 105, "fg");
	say(desk, 107, "hi");
	assert_string_equal(desk->text, "ab");
}

/* The acknowledgment of a segment may be captured before the segment. */
static void an_acknowledged_hole_waits_for_three_segments(void **state)
{
	struct desk *desk = *state;

	with_hole(desk);
	tcp_acknowledge(&desk->side, 104, desk->now_ns); /* not all of it */
	for (uint32_t i = 0; i < 5; i++)
		say(desk, 109 + i, "+");
	assert_false(tcp_is_overdue(&desk->side, desk->now_ns));
	tcp_acknowledge(&desk->side, 105, desk->now_ns);
	for (uint32_t i = 0; i < 3; i++) {
		assert_false(tcp_is_overdue(&desk->side, desk->now_ns));
		say(desk, 114 + i, "-");
	}
	assert_true(tcp_is_overdue(&desk->side, desk->now_ns));
	tcp_give_up(&desk->side, &desk->out);
	assert_string_equal(desk->text, "ab?fghi+++++---");
	assert_false(tcp_is_overdue(&desk->side, desk->now_ns));
}

static void an_acknowledged_hole_waits_for_a_second(void **state)
{
	struct desk *desk = *state;

	with_hole(desk);
	tcp_acknowledge(&desk->side, 109, 5 * SECOND);
	assert_false(tcp_is_overdue(&desk->side, 6 * SECOND - 1));
	assert_true(tcp_is_overdue(&desk->side, 6 * SECOND));
	say(desk, 102, "cde"); /* it comes all the same */
	assert_false(tcp_is_overdue(&desk->side, 6 * SECOND));
	assert_string_equal(desk->text, "abcdefghi");
}

static void a_hole_that_nobody_speaks_of_waits_for_ten_seconds(void **state)
{
	struct desk *desk = *state;

	with_hole(desk);
	assert_false(tcp_is_overdue(&desk->side, 10 * SECOND - 1));
	assert_true(tcp_is_overdue(&desk->side, 10 * SECOND));
	assert_false(tcp_is_overdue(&desk->side, INT64_MIN));
}

static void each_hole_has_its_own_time(void **state)
{
	struct desk *desk = *state;

	with_hole(desk);
	tcp_acknowledge(&desk->side, 105, 5 * SECOND);
	desk->now_ns = 9 * SECOND;
	say(desk, 111, "lm");
	say(desk, 102, "cde");
	assert_string_equal(desk->text, "abcdefghi");
	assert_false(tcp_is_overdue(&desk->side, 19 * SECOND - 1));
	assert_true(tcp_is_overdue(&desk->side, 19 * SECOND));
	tcp_finish(&desk->side, &desk->out);
	assert_string_equal(desk->text, "abcdefghi?lm");
}

static void too_many_pieces_give_a_hole_up(void **state)
{
	struct desk *desk = *state;

	push(desk, 99, "", 0, TCP_SYN);
	for (uint32_t i = 0; i < TCP_WAIT_PIECES; i++)
		say(desk, 101 + 2 * i, "x");
	assert_int_equal(desk->len, 0);
	say(desk, 101 + 2 * TCP_WAIT_PIECES, "x");
	assert_string_equal(desk->text, "?x");
	tcp_finish(&desk->side, &desk->out);
	assert_int_equal(desk->len, 2 * (TCP_WAIT_PIECES + 1));
}

static void too_many_bytes_give_a_hole_up(void **state)
{
	enum { SIZE = 1024 };
	struct desk *desk = *state;
	char block[SIZE + 1];
	uint32_t n = 0;

	memset(block, 'x', SIZE);
	block[SIZE] = '\0';
	push(desk, 99, "", 0, TCP_SYN);
	while (desk->len == 0 && n < TCP_WAIT_PIECES)
		say(desk, 101 + SIZE * n++, block);
	assert_int_equal(n, TCP_WAIT_BYTES / SIZE + 1);
	assert_int_equal(desk->text[0], '?');
	assert_int_equal(desk->len, 1 + n * SIZE);
}

static void what_the_capture_cut_off_is_missing(void **state)
{
	struct desk *desk = *state;

	push(desk, 99, "", 0, TCP_SYN);
	push(desk, 100, "ab", 5, TCP_ACK);
	push(desk, 105, "", 3, TCP_ACK); /* nothing of it */
	say(desk, 108, "ij");
	assert_string_equal(desk->text, "ab?ij");
	push(desk, 112, "mn", 5, TCP_ACK);
	say(desk, 117, "rs");
	say(desk, 110, "kl");
	assert_string_equal(desk->text, "ab?ijklmn?rs");
}

/* The same ports again, and the SYN was not captured. */
static void bytes_from_far_back_are_another_connection(void **state)
{
	struct desk *desk = *state;

	say(desk, 0x40000000, "ab");
	say(desk, 0x3fff0000, "old");
	assert_string_equal(desk->text, "ab");
	say(desk, 0x3f000000, "cd");
	say(desk, 0x3f000002, "ef");
	assert_string_equal(desk->text, "ab?cdef");
}

static void every_byte_knows_where_it_lies_in_the_file(void **state)
{
	static const struct {
		uint32_t sequence;
		const char *text;
		uint64_t offset;
	} segments[] = {
		{ 104, "ef", 1000 },
		{ 100, "ab", 2000 },
		{ 101, "bcdefgh", 3000 },
	};
	static const uint64_t expected[] = { 2000, 2001, 3001, 3002,
					     1000, 1001, 3005, 3006 };
	struct desk *desk = *state;

	push(desk, 99, "", 0, TCP_SYN);
	for (size_t i = 0; i < 3; i++) {
		desk->offset = segments[i].offset;
		desk->now_ns = (int64_t)i;
		say(desk, segments[i].sequence, segments[i].text);
	}
	assert_string_equal(desk->text, "abcdefgh");
	assert_memory_equal(desk->offsets, expected, sizeof(expected));
	assert_int_equal(desk->time_ns, 2);
}

/* Small and large, over each other in any way: what came first counts. */
static void random_segments_make_the_same_bytes(void **state)
{
	struct desk *desk = *state;
	uint32_t random = 1;
	char text[201];

	for (size_t i = 0; i < 200; i++)
		text[i] = (char)('!' + i % 90);
	text[200] = '\0';
	for (unsigned turn = 0; turn < 200; turn++) {
		memset(&desk->side, 0, sizeof(desk->side));
		desk->len = 0;
		push(desk, UINT32_MAX - 100, "", 0, TCP_SYN);
		for (unsigned i = 0; i < 2000 && desk->len < 200; i++) {
			char part[201];
			size_t at;
			size_t len;

			random = random * 1664525 + 1013904223;
			at = (random >> 8) % 200;
			len = (random >> 20) % 20;
			len = len < 200 - at ? len : 200 - at;
			memcpy(part, text + at, len);
			part[len] = '\0';
			say(desk, UINT32_MAX - 99 + (uint32_t)at, part);
		}
		assert_string_equal(desk->text, text);
	}
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_new, desk_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(ends_of_sequence_numbers_are_no_ends),
		AT_DESK(every_order_of_five_segments_is_put_right),
		AT_DESK(bytes_that_came_first_count),
		AT_DESK(a_direction_without_syn_begins_with_its_first_payload),
		AT_DESK(probes_that_keep_alive_bring_nothing),
		AT_DESK(syn_and_fin_count_one_each),
		AT_DESK(a_syn_of_another_connection_is_told),
		AT_DESK(an_acknowledged_hole_waits_for_three_segments),
		AT_DESK(an_acknowledged_hole_waits_for_a_second),
		AT_DESK(a_hole_that_nobody_speaks_of_waits_for_ten_seconds),
		AT_DESK(each_hole_has_its_own_time),
		AT_DESK(too_many_pieces_give_a_hole_up),
		AT_DESK(too_many_bytes_give_a_hole_up),
		AT_DESK(what_the_capture_cut_off_is_missing),
		AT_DESK(bytes_from_far_back_are_another_connection),
		AT_DESK(every_byte_knows_where_it_lies_in_the_file),
		AT_DESK(random_segments_make_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
