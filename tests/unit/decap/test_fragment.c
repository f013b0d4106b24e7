/* Fragments of IP put together: any order, copies, overlaps, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/decap/fragment.h"

#define SECOND  INT64_C(1000000000)
#define CEILING (UINT64_C(1) << 20)
#define UDP     17
#define SCTP    132

/* What is fragmented: bytes without a pattern that repeats. */
struct desk {
	struct fragments *fragments;
	struct counters counters;
	struct joined out;
	int64_t now_ns;
	uint32_t id;
	uint8_t family;
	uint8_t protocol;
	uint8_t bytes[DATAGRAM_MOST];
};

static void fill(struct desk *desk, uint32_t seed)
{
	for (size_t i = 0; i < sizeof(desk->bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		desk->bytes[i] = (uint8_t)(seed >> 24);
	}
}

static struct desk *desk_of(uint64_t ceiling)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	desk->family = 4;
	desk->protocol = UDP;
	desk->id = 0x1234;
	desk->now_ns = 1000 * SECOND;
	fill(desk, 1);
	assert_int_equal(
		fragments_new(&desk->fragments, &desk->counters, ceiling),
		ERR_OK);
	return desk;
}

static int desk_new(void **state)
{
	*state = desk_of(CEILING);
	return 0;
}

static int desk_free(void **state)
{
	struct desk *desk = *state;

	fragments_free(desk->fragments);
	free(desk);
	return 0;
}

/* A fragment of which only `captured` bytes came, in memory of that size. */
static bool pushed_cut(struct desk *desk, unsigned offset, size_t len,
		       bool more, size_t captured)
{
	struct fragment in = { .id = desk->id,
			       .protocol = desk->protocol,
			       .more = more,
			       .offset = offset,
			       .sent = len,
			       .time_ns = desk->now_ns };
	uint8_t *exact = malloc(captured + 1);
	bool given;

	in.source = (struct endpoint){ { 192, 0, 2, 1 }, 0, desk->family, 0 };
	in.destination =
		(struct endpoint){ { 192, 0, 2, 2 }, 0, desk->family, 0 };
	assert_non_null(exact);
	memcpy(exact + 1, desk->bytes + offset % sizeof(desk->bytes), captured);
	in.bytes = bytes_of(exact + 1, captured);
	given = fragments_push(desk->fragments, &in, &desk->out);
	free(exact);
	return given;
}

static bool pushed(struct desk *desk, unsigned offset, size_t len, bool more)
{
	return pushed_cut(desk, offset, len, more, len);
}

/* Did the first `len` bytes come out, as a whole? */
static bool is_given(const struct desk *desk, size_t len)
{
	return desk->out.sent == len && desk->out.bytes.len == len &&
	       desk->out.protocol == desk->protocol &&
	       memcmp(desk->out.bytes.ptr, desk->bytes, len) == 0;
}

static uint64_t lost(const struct desk *desk)
{
	return desk->counters.undecoded[UNDECODED_IP_FRAGMENT];
}

static uint64_t counted(const struct desk *desk)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		sum += desk->counters.undecoded[i];
	return sum;
}

/* One letter, one fragment of a datagram of 48 bytes. */
static bool pushed_letter(struct desk *desk, char letter)
{
	unsigned n = (unsigned)(letter - 'A');

	return pushed(desk, n * 16, 16, n < 2);
}

static void any_order_makes_the_datagram(void **state)
{
	static const char *const orders[] = { "ABC", "ACB", "BAC",
					      "BCA", "CAB", "CBA" };
	struct desk *desk = *state;

	for (unsigned family = 4; family <= 6; family += 2)
		for (size_t i = 0; i < 6; i++) {
			desk->family = (uint8_t)family;
			desk->id++;
			fill(desk, desk->id);
			assert_false(pushed_letter(desk, orders[i][0]));
			assert_false(pushed_letter(desk, orders[i][1]));
			assert_true(pushed_letter(desk, orders[i][2]));
			assert_true(is_given(desk, 48));
		}
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 0);
}

/* The last number is how often the datagram comes out. */
static void it_comes_out_as_often_as_each_fragment_came(void **state)
{
	static const struct {
		const char *order;
		unsigned given;
	} cases[] = {
		{ "AABC", 1 },      { "ABCA", 1 },   { "ABCABC", 2 },
		{ "AABBCC", 2 },    { "ABCCBA", 2 }, { "CCBBAA", 2 },
		{ "ABCAABBCC", 3 }, { "ABABAC", 1 }, { "ABCABCABCAB", 3 },
	};
	struct desk *desk = *state;

	for (unsigned family = 4; family <= 6; family += 2)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			unsigned given = 0;

			desk->family = (uint8_t)family;
			desk->id++;
			for (const char *c = cases[i].order; *c != '\0'; c++)
				if (pushed_letter(desk, *c)) {
					assert_true(is_given(desk, 48));
					given++;
				}
			assert_int_equal(given, cases[i].given);
		}
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 0);
}

static void what_never_becomes_whole_is_counted_once(void **state)
{
	struct desk *desk = *state;

	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'C');
	assert_int_equal(counted(desk), 0);
	fragments_finish(desk->fragments);
	assert_int_equal(lost(desk), 2);
	assert_int_equal(counted(desk), 2);
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 2);
}

static void datagrams_do_not_mix(void **state)
{
	struct desk *desk = *state;

	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	desk->id++;
	assert_false(pushed_letter(desk, 'C'));
	desk->id--;
	desk->protocol++;
	assert_false(pushed_letter(desk, 'C'));
	desk->protocol--;
	desk->family = 6;
	assert_false(pushed_letter(desk, 'C'));
	desk->family = 4;
	assert_true(pushed_letter(desk, 'C'));
}

/* RFC 8200 section 4.5: only that of the fragment at offset 0 is used. */
static void the_first_fragment_of_ipv6_tells_the_protocol(void **state)
{
	struct desk *desk = *state;

	desk->family = 6;
	desk->protocol = 60;
	assert_false(pushed_letter(desk, 'C'));
	desk->protocol = UDP;
	assert_false(pushed_letter(desk, 'A'));
	desk->protocol = 43;
	assert_true(pushed_letter(desk, 'B'));
	assert_int_equal(desk->out.protocol, UDP);
}

/* Bytes 8 to 40 come twice, and differ the second time. */
static void of_ipv4_the_bytes_that_came_first_stay(void **state)
{
	struct desk *desk = *state;

	assert_false(pushed(desk, 0, 16, true));
	assert_false(pushed(desk, 24, 8, true));
	memset(desk->bytes + 24, 'x', 8);
	memset(desk->bytes + 8, 'x', 8);
	assert_false(pushed(desk, 8, 32, true));
	assert_true(pushed(desk, 40, 8, false));
	assert_int_equal(desk->out.bytes.len, 48);
	fill(desk, 1);
	assert_true(is_given(desk, 48));
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 0);
}

static void an_overlap_that_brings_nothing_is_not_counted(void **state)
{
	struct desk *desk = *state;

	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	assert_false(pushed(desk, 8, 16, true));
	assert_false(pushed(desk, 0, 32, true));
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 2);
}

/* RFC 5722 section 3: all of it is dropped, what is still to come as well. */
static void an_overlap_spoils_a_datagram_of_ipv6(void **state)
{
	static const struct {
		unsigned offset;
		size_t len;
		bool other;
	} cases[] = {
		{ 8, 16, false }, { 0, 8, false },   { 0, 48, false },
		{ 0, 32, false }, { 16, 32, false }, { 0, 16, true },
		{ 16, 16, true },
	};
	struct desk *desk = *state;

	desk->family = 6;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		desk->id++;
		desk->counters = (struct counters){ 0 };
		(void)pushed_letter(desk, 'A');
		(void)pushed_letter(desk, 'B');
		desk->bytes[cases[i].offset] ^= cases[i].other ? 1 : 0;
		assert_false(pushed(desk, cases[i].offset, cases[i].len, true));
		desk->bytes[cases[i].offset] ^= cases[i].other ? 1 : 0;
		assert_int_equal(lost(desk), 3);
		assert_false(pushed_letter(desk, 'C'));
		assert_false(pushed_letter(desk, 'A'));
		assert_int_equal(lost(desk), 5);
		desk->now_ns += 31 * SECOND;
		assert_false(pushed_letter(desk, 'A'));
		assert_false(pushed_letter(desk, 'B'));
		assert_true(pushed_letter(desk, 'C'));
		assert_int_equal(counted(desk), 5);
	}
}

static void another_first_fragment_begins_a_new_datagram(void **state)
{
	struct desk *desk = *state;

	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	fill(desk, 2);
	assert_false(pushed_letter(desk, 'A'));
	assert_int_equal(lost(desk), 2);
	assert_false(pushed_letter(desk, 'B'));
	assert_true(pushed_letter(desk, 'C'));
	assert_true(is_given(desk, 48));
	assert_int_equal(counted(desk), 2);
}

static void an_identification_may_be_used_again(void **state)
{
	struct desk *desk = *state;

	for (unsigned family = 4; family <= 6; family += 2) {
		desk->family = (uint8_t)family;
		for (uint32_t n = 0; n < 3; n++) {
			fill(desk, n);
			assert_false(pushed_letter(desk, 'B'));
			assert_false(pushed_letter(desk, 'C'));
			assert_true(pushed_letter(desk, 'A'));
			assert_true(is_given(desk, 48));
		}
	}
	assert_int_equal(counted(desk), 0);
}

/*
 * 40 bytes of `c` in UDP; RFC 768 gives 0xb866 for 'a' and 0xa452 for 'b'
 * between the two hosts, over either version of IP.
 */
static void fill_udp(struct desk *desk, char c)
{
	static const uint8_t a[] = {
		0x13, 0xc4, 0x13, 0xc4, 0, 48, 0xb8, 0x66
	};
	static const uint8_t b[] = {
		0x13, 0xc4, 0x13, 0xc4, 0, 48, 0xa4, 0x52
	};

	memset(desk->bytes, c, 48);
	memcpy(desk->bytes, c == 'a' ? a : b, 8);
}

/* The first lost its begin, and its number is used again. */
static void two_that_lost_their_parts_make_none(void **state)
{
	struct desk *desk = *state;

	for (unsigned family = 4; family <= 6; family += 2) {
		desk->family = (uint8_t)family;
		fill_udp(desk, 'a');
		assert_false(pushed(desk, 16, 32, false));
		desk->now_ns += SECOND / 5;
		fill_udp(desk, 'b');
		assert_false(pushed(desk, 0, 16, true));
		assert_true(pushed(desk, 16, 32, false));
		assert_true(is_given(desk, 48));
		assert_int_equal(lost(desk), 1);
		assert_int_equal(counted(desk), 1);
		desk->counters = (struct counters){ 0 };
		desk->id++;
	}
}

/* The header of the second says that it has 56 bytes. */
static void a_length_tells_two_that_lost_their_parts(void **state)
{
	struct desk *desk = *state;

	fill_udp(desk, 'a');
	assert_false(pushed(desk, 16, 32, false));
	desk->now_ns += SECOND / 5;
	desk->bytes[5] = 56;
	desk->bytes[6] = desk->bytes[7] = 0;
	assert_false(pushed(desk, 0, 16, true));
	assert_false(pushed(desk, 16, 32, true));
	assert_true(pushed(desk, 48, 8, false));
	assert_true(is_given(desk, 56));
	assert_int_equal(lost(desk), 1);
}

/* They were cut, have no checksum, have the right one, or came in a row. */
static void
who_comes_late_is_believed_if_nothing_speaks_against_it(void **state)
{
	static const struct {
		uint8_t checksum[2];
		size_t captured;
		int64_t late_ns;
	} cases[] = {
		{ { 0xb8, 0x66 }, 32, SECOND / 5 },
		{ { 0, 0 }, 32, SECOND / 5 },
		{ { 0x12, 0x34 }, 31, SECOND / 5 },
		{ { 0x12, 0x34 }, 32, SECOND / 20 },
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		desk->id++;
		fill_udp(desk, 'a');
		memcpy(desk->bytes + 6, cases[i].checksum, 2);
		assert_false(pushed(desk, 0, 16, true));
		desk->now_ns += cases[i].late_ns;
		assert_true(pushed_cut(desk, 16, 32, false, cases[i].captured));
	}
	assert_int_equal(counted(desk), 0);
}

static void fragments_wait_30_seconds(void **state)
{
	struct desk *desk = *state;

	desk->protocol = SCTP; /* in UDP a checksum would speak against it */
	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	desk->now_ns += 30 * SECOND;
	assert_true(pushed_letter(desk, 'C'));
	desk->id++;
	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	desk->now_ns += 30 * SECOND + 1;
	assert_false(pushed_letter(desk, 'C'));
	assert_int_equal(lost(desk), 2);
	assert_int_equal(counted(desk), 2);
}

/* Whoever comes by finds those that waited for too long. */
static void the_time_runs_out_for_all(void **state)
{
	struct desk *desk = *state;

	for (uint32_t n = 0; n < 10; n++) {
		desk->id++;
		(void)pushed_letter(desk, 'A');
	}
	desk->now_ns += 31 * SECOND;
	desk->id++;
	(void)pushed_letter(desk, 'A');
	assert_int_equal(lost(desk), 10);
}

static void clocks_may_be_set_back(void **state)
{
	struct desk *desk = *state;

	desk->protocol = SCTP; /* in UDP a checksum would speak against it */
	(void)pushed_letter(desk, 'A');
	desk->now_ns -= 2 * SECOND;
	(void)pushed_letter(desk, 'B');
	assert_true(pushed_letter(desk, 'C'));
	desk->id++;
	(void)pushed_letter(desk, 'A');
	desk->now_ns -= 3600 * SECOND;
	assert_false(pushed_letter(desk, 'B'));
	assert_int_equal(lost(desk), 1);
	assert_false(pushed_letter(desk, 'C'));
	assert_true(pushed_letter(desk, 'A'));
	/* The one that was first to come is not the first by time. */
	desk->now_ns += 20 * SECOND;
	desk->id++;
	(void)pushed_letter(desk, 'A');
	desk->now_ns -= 20 * SECOND;
	desk->id++;
	(void)pushed_letter(desk, 'B');
	(void)pushed_letter(desk, 'C');
	desk->now_ns += 31 * SECOND;
	assert_false(pushed_letter(desk, 'A'));
	assert_int_equal(lost(desk), 3);
	desk->now_ns = INT64_MIN;
	assert_false(pushed_letter(desk, 'A'));
	desk->now_ns = INT64_MAX;
	assert_false(pushed_letter(desk, 'B'));
}

static void what_cannot_be_a_fragment_is_dropped(void **state)
{
	static const struct {
		unsigned offset;
		size_t len;
		bool more;
	} cases[] = {
		{ 0, 12, true },      /* no multiple of 8 */
		{ 16, 0, false },     /* nothing */
		{ 65528, 8, false },  /* RFC 791: beyond 65535 bytes */
		{ 65528, 16, true },  /* the same */
		{ 16, 65535, false }, /* the same */
	};
	struct desk *desk = *state;

	for (unsigned family = 4; family <= 6; family += 2)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			desk->family = (uint8_t)family;
			desk->id++;
			(void)pushed_letter(desk, 'A');
			desk->counters = (struct counters){ 0 };
			assert_false(pushed_cut(desk, cases[i].offset,
						cases[i].len, cases[i].more,
						0));
			assert_int_equal(lost(desk), 1);
			assert_false(pushed_letter(desk, 'B'));
			assert_true(pushed_letter(desk, 'C'));
		}
}

static void a_false_end_is_dropped(void **state)
{
	struct desk *desk = *state;

	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	assert_false(pushed(desk, 16, 8, false)); /* more came already */
	assert_int_equal(lost(desk), 1);
	desk->id++;
	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'C');
	assert_false(pushed(desk, 48, 8, false)); /* another end */
	assert_false(pushed(desk, 40, 16, true)); /* beyond the end */
	assert_int_equal(lost(desk), 3);
	assert_true(pushed_letter(desk, 'B'));
	assert_true(is_given(desk, 48));
}

static void an_end_may_come_with_bytes_that_came(void **state)
{
	struct desk *desk = *state;

	assert_false(pushed(desk, 0, 8, true));
	assert_false(pushed(desk, 8, 8, true));
	assert_true(pushed(desk, 0, 16, false));
	assert_true(is_given(desk, 16));
	desk->id++;
	assert_false(pushed(desk, 0, 8, true));
	assert_false(pushed(desk, 8, 8, true));
	assert_true(pushed(desk, 8, 8, false));
	assert_true(is_given(desk, 16));
}

static void a_cut_fragment_cuts_the_datagram(void **state)
{
	struct desk *desk = *state;

	for (unsigned cut = 0; cut < 3; cut++) {
		desk->id++;
		for (unsigned n = 0; n < 3; n++) {
			bool given = pushed_cut(desk, n * 16, 16, n < 2,
						n == cut ? 5 : 16);

			assert_int_equal(given, n == 2);
		}
		assert_int_equal(desk->out.sent, 48);
		assert_int_equal(desk->out.bytes.len, cut * 16 + 5);
		assert_memory_equal(desk->out.bytes.ptr, desk->bytes,
				    cut * 16 + 5);
	}
}

/* RFC 791: every link carries 48 bytes of the datagram at once. */
static void the_longest_datagram_may_come_over_the_smallest_link(void **state)
{
	struct desk *desk = *state;

	for (unsigned offset = 65520; offset > 0; offset -= 48)
		assert_false(pushed(desk, offset, offset == 65520 ? 15 : 48,
				    offset != 65520));
	assert_true(pushed(desk, 0, 48, true));
	assert_true(is_given(desk, DATAGRAM_MOST));
}

static void who_cuts_smaller_than_any_link_is_given_up(void **state)
{
	struct desk *desk = *state;

	for (unsigned n = 0; n < 1366; n++)
		(void)pushed(desk, n * 8, 8, true);
	assert_int_equal(counted(desk), 0);
	(void)pushed(desk, 1366 * 8, 8, true);
	assert_int_equal(lost(desk), 1367);
	assert_true(fragments_bytes(desk->fragments) < 4096);
	assert_false(pushed(desk, 1367 * 8, 8, false));
	assert_int_equal(lost(desk), 1368);
}

/* What was given out is what holds the fragments that were inside. */
static void a_fragment_may_lie_in_the_datagram_before(void **state)
{
	struct desk *desk = *state;
	struct fragment inner = { .source.family = 4, .time_ns = desk->now_ns };

	for (unsigned n = 0; n < 2; n++) {
		desk->id++;
		(void)pushed_letter(desk, 'A');
		(void)pushed_letter(desk, 'B');
		assert_true(pushed_letter(desk, 'C'));
		inner.more = n == 0;
		inner.offset = n * 40;
		inner.bytes = bytes_of(desk->out.bytes.ptr + 8, 40);
		inner.sent = 40;
		assert_int_equal(
			fragments_push(desk->fragments, &inner, &desk->out),
			n == 1);
	}
	assert_int_equal(desk->out.bytes.len, 80);
	assert_memory_equal(desk->out.bytes.ptr, desk->bytes + 8, 40);
	assert_memory_equal(desk->out.bytes.ptr + 40, desk->bytes + 8, 40);
}

static void the_oldest_goes_when_memory_is_short(void **state)
{
	struct desk *desk = *state;

	for (uint32_t n = 0; n < 2000; n++) {
		desk->id++;
		(void)pushed(desk, 0, 1480, true);
		assert_in_range(fragments_bytes(desk->fragments), 0, CEILING);
	}
	/* The latest 400 take less than the ceiling, the first are gone. */
	assert_int_equal(lost(desk), 0);
	assert_in_range(desk->counters.undecoded[UNDECODED_MEMORY], 1000, 1600);
	desk->id -= 399;
	assert_true(pushed(desk, 1480, 20, false));
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 2000 - 1);
}

/* What has come out waits for its copies only while there is room. */
static void copies_go_before_those_that_wait(void **state)
{
	struct desk *desk = *state;
	uint32_t id = desk->id;

	(void)pushed_letter(desk, 'A');
	(void)pushed_letter(desk, 'B');
	for (uint32_t n = 0; n < 2000; n++) {
		desk->id++;
		(void)pushed(desk, 0, 1480, true);
		assert_true(pushed(desk, 1480, 20, false));
	}
	desk->id = id;
	assert_true(pushed_letter(desk, 'C'));
	assert_int_equal(counted(desk), 0);
}

static void a_ceiling_of_nothing_holds(void **state)
{
	struct desk *desk = desk_of(1024);

	(void)state;
	for (unsigned offset = 0; offset < 14800; offset += 1480)
		assert_false(pushed(desk, offset, 1480, true));
	assert_in_range(fragments_bytes(desk->fragments), 0, 1024);
	assert_int_equal(desk->counters.undecoded[UNDECODED_MEMORY], 10);
	assert_true(pushed(desk, 0, 16, false));
	fragments_free(desk->fragments);
	free(desk);
}

/* 200,000 first fragments whose others never come, and one good datagram. */
static void a_flood_does_not_drown_a_good_datagram(void **state)
{
	struct desk *desk = *state;
	uint32_t good = 7;

	for (uint32_t n = 0; n < 200000; n++) {
		desk->id = 100 + n;
		(void)pushed(desk, 0, 16, true);
		if (n % 500 == 0 && n < 1500) {
			desk->id = good;
			assert_int_equal(
				pushed_letter(desk, (char)('A' + n / 500)),
				n == 1000);
		}
		assert_true(fragments_bytes(desk->fragments) <= CEILING);
	}
	fragments_finish(desk->fragments);
	assert_int_equal(counted(desk), 200000);
	assert_int_equal(fragments_bytes(desk->fragments) > CEILING / 4, 0);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_new, desk_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(any_order_makes_the_datagram),
		AT_DESK(it_comes_out_as_often_as_each_fragment_came),
		AT_DESK(what_never_becomes_whole_is_counted_once),
		AT_DESK(datagrams_do_not_mix),
		AT_DESK(the_first_fragment_of_ipv6_tells_the_protocol),
		AT_DESK(of_ipv4_the_bytes_that_came_first_stay),
		AT_DESK(an_overlap_that_brings_nothing_is_not_counted),
		AT_DESK(an_overlap_spoils_a_datagram_of_ipv6),
		AT_DESK(another_first_fragment_begins_a_new_datagram),
		AT_DESK(an_identification_may_be_used_again),
		AT_DESK(two_that_lost_their_parts_make_none),
		AT_DESK(a_length_tells_two_that_lost_their_parts),
		AT_DESK(who_comes_late_is_believed_if_nothing_speaks_against_it),
		AT_DESK(fragments_wait_30_seconds),
		AT_DESK(the_time_runs_out_for_all),
		AT_DESK(clocks_may_be_set_back),
		AT_DESK(what_cannot_be_a_fragment_is_dropped),
		AT_DESK(a_false_end_is_dropped),
		AT_DESK(an_end_may_come_with_bytes_that_came),
		AT_DESK(a_cut_fragment_cuts_the_datagram),
		AT_DESK(the_longest_datagram_may_come_over_the_smallest_link),
		AT_DESK(who_cuts_smaller_than_any_link_is_given_up),
		AT_DESK(a_fragment_may_lie_in_the_datagram_before),
		AT_DESK(the_oldest_goes_when_memory_is_short),
		AT_DESK(copies_go_before_those_that_wait),
		cmocka_unit_test(a_ceiling_of_nothing_holds),
		AT_DESK(a_flood_does_not_drown_a_good_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
