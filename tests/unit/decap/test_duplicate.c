/* Copies of a packet are dropped, retransmissions of SIP never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"

#define RAW  101
#define MS   INT64_C(1000000)
#define TEXT "INVITE sip:bob@biloxi.example SIP/2.0\r\n\r\n"

struct desk {
	struct decap *decap;
	struct counters counters;
	struct frame frame;
};

static int desk_new(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	*state = desk;
	if (desk == NULL)
		return 1;
	add_datagram(&desk->frame, TEXT);
	return decap_new(&desk->decap,
			 &(struct decap_options){
				 .counters = &desk->counters }) != ERR_OK;
}

static int desk_free(void **state)
{
	struct desk *desk = *state;

	decap_free(desk->decap);
	free(desk);
	return 0;
}

static bool given(struct desk *desk, int64_t time_ns)
{
	struct payload out;
	struct packet p = { .time_ns = time_ns,
			    .data = desk->frame.bytes,
			    .len = (uint32_t)desk->frame.len,
			    .wire_len = (uint32_t)desk->frame.len,
			    .link_type = RAW };

	return decap_packet(desk->decap, &p, &out);
}

static void copies_within_50_ms_are_dropped_and_counted(void **state)
{
	struct desk *desk = *state;

	assert_true(given(desk, 1000 * MS));
	assert_false(given(desk, 1000 * MS));
	assert_false(given(desk, 1050 * MS));
	assert_int_equal(desk->counters.duplicates, 2);
}

/* Two interfaces may be read in the wrong order. */
static void a_copy_may_have_the_earlier_time(void **state)
{
	struct desk *desk = *state;

	assert_true(given(desk, 1000 * MS));
	assert_false(given(desk, 999 * MS));
}

static void a_retransmission_is_given_out(void **state)
{
	struct desk *desk = *state;

	for (int64_t n = 0; n < 10; n++)
		assert_true(given(desk, n * 100 * MS));
	assert_int_equal(desk->counters.duplicates, 0);
}

/* Copies of copies do not stretch the time. */
static void the_time_runs_from_the_first(void **state)
{
	struct desk *desk = *state;

	assert_true(given(desk, 0));
	assert_false(given(desk, 40 * MS));
	assert_true(given(desk, 80 * MS));
}

static void whatever_differs_makes_another_packet(void **state)
{
	/* IP identification, addresses, ports, payload: first, last, middle */
	static const size_t at[] = { 4, 15, 19, 21, 23, 28, 28 + 40, 28 + 17 };
	struct desk *desk = *state;

	assert_true(given(desk, 0));
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		desk->frame.bytes[at[i]] ^= 0x20;
		assert_true(given(desk, 0));
		assert_false(given(desk, 0));
		desk->frame.bytes[at[i]] ^= 0x20;
	}
	assert_false(given(desk, 0));
}

/* Whoever sends the same twice, quickly, numbers it anew. */
static void every_identification_makes_another_packet(void **state)
{
	struct desk *desk = *state;

	for (unsigned id = 0; id <= UINT16_MAX; id++) {
		desk->frame.bytes[4] = (uint8_t)(id >> 8);
		desk->frame.bytes[5] = (uint8_t)id;
		assert_true(given(desk, 0));
	}
}

/* Another time to live is what a bridge that routes makes of it. */
static void the_time_to_live_may_differ(void **state)
{
	struct desk *desk = *state;

	assert_true(given(desk, 0));
	desk->frame.bytes[8]--;
	assert_false(given(desk, 0));
}

static void no_time_is_too_far_away(void **state)
{
	struct desk *desk = *state;

	assert_true(given(desk, INT64_MAX));
	assert_true(given(desk, INT64_MIN + 60 * MS));
	assert_true(given(desk, 0));
}

/* 2000 packets in flight: all of their copies are told. */
static void many_packets_in_flight_are_remembered(void **state)
{
	struct desk *desk = *state;

	for (int copy = 0; copy < 2; copy++)
		for (unsigned n = 0; n < 2000; n++) {
			desk->frame.bytes[4] = (uint8_t)(n >> 8);
			desk->frame.bytes[5] = (uint8_t)n;
			assert_int_equal(given(desk, n), copy == 0);
		}
}

static void copies_are_given_out_when_asked_for(void **state)
{
	struct desk *desk = *state;

	decap_free(desk->decap);
	desk->decap = NULL;
	assert_int_equal(
		decap_new(&desk->decap,
			  &(struct decap_options){ .counters = &desk->counters,
						   .keep_duplicates = true }),
		ERR_OK);
	assert_true(given(desk, 0));
	assert_true(given(desk, 0));
	assert_int_equal(desk->counters.duplicates, 0);
}

/* A segment of TCP, RFC 9293 section 3.1; without text, 40 bytes in all. */
static void segment(struct desk *desk, const char *text)
{
	desk->frame.len = 0;
	add_ipv4(&desk->frame, 6, 20 + strlen(text));
	ADD(&desk->frame,
	    "\x13\xc4\x13\xc6\0\0\0\1\0\0\0\2\x50\x10\1\0\0\0\0\0");
	add(&desk->frame, text, strlen(text));
}

static void copies_of_a_segment_are_dropped(void **state)
{
	struct desk *desk = *state;

	segment(desk, TEXT);
	assert_true(given(desk, 0));
	assert_false(given(desk, 1));
	assert_int_equal(desk->counters.duplicates, 1);
}

static void a_segment_that_differs_in_its_header_is_none(void **state)
{
	/* sequence number: first and last byte; acknowledgment; flags */
	static const size_t at[] = { 24, 27, 28, 31, 33 };
	struct desk *desk = *state;

	segment(desk, "\r\n\r\n");
	assert_true(given(desk, 0));
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		desk->frame.bytes[at[i]] ^= 8;
		assert_true(given(desk, 0));
		assert_false(given(desk, 0));
		desk->frame.bytes[at[i]] ^= 8;
	}
	assert_false(given(desk, 0));
}

static void every_sequence_number_makes_another_segment(void **state)
{
	struct desk *desk = *state;

	segment(desk, "\r\n\r\n");
	for (unsigned n = 0; n <= UINT16_MAX; n++) {
		desk->frame.bytes[26] = (uint8_t)(n >> 8);
		desk->frame.bytes[27] = (uint8_t)n;
		assert_true(given(desk, 0));
	}
}

/* Of the same bytes, as keep-alives are: each is told from its copies. */
static void many_segments_of_one_text_are_remembered(void **state)
{
	struct desk *desk = *state;

	segment(desk, "\r\n\r\n");
	for (int copy = 0; copy < 2; copy++)
		for (unsigned n = 0; n < 2000; n++) {
			desk->frame.bytes[26] = (uint8_t)(n >> 8);
			desk->frame.bytes[27] = (uint8_t)n;
			assert_int_equal(given(desk, n), copy == 0);
		}
}

static void segments_without_text_are_no_copies(void **state)
{
	struct desk *desk = *state;

	segment(desk, "");
	assert_true(given(desk, 0));
	assert_true(given(desk, 0));
	assert_int_equal(desk->counters.duplicates, 0);
}

/* What differs is the verification tag, behind the ports. */
static void packets_of_sctp_are_told_by_their_bytes(void **state)
{
	struct desk *desk = *state;

	desk->frame.len = 0;
	add_ipv4(&desk->frame, 132, 16);
	ADD(&desk->frame, "\x13\xc4\x13\xc6\0\0\0\1\0\0\0\0\x0b\0\0\4");
	assert_true(given(desk, 0));
	desk->frame.bytes[27] = 2;
	assert_true(given(desk, 0));
	assert_false(given(desk, 0));
	assert_int_equal(desk->counters.duplicates, 1);
}

/* The message in two fragments, `order` says in which order they come. */
static unsigned given_of(struct desk *desk, const char *order)
{
	struct frame whole = desk->frame;
	unsigned n = 0;

	for (; *order != '\0'; order++) {
		bool first = *order == 'A';
		size_t from = first ? 20 : 20 + 16;
		size_t len = first ? 16 : whole.len - from;

		desk->frame.len = 0;
		add_ipv4(&desk->frame, 17, len);
		desk->frame.bytes[6] = first ? 0x20 : 0;
		desk->frame.bytes[7] = first ? 0 : 2;
		add(&desk->frame, whole.bytes + from, len);
		n += given(desk, 0);
	}
	desk->frame = whole;
	decap_finish(desk->decap);
	return n;
}

static const char *const doubled[] = { "ABAB", "AABB", "ABBA", "BABA", "BBAA" };

static void a_copy_of_all_fragments_is_a_copy(void **state)
{
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof(doubled) / sizeof(doubled[0]); i++) {
		desk->frame.bytes[20 + 8]++; /* another message */
		desk->counters = (struct counters){ 0 };
		assert_int_equal(given_of(desk, doubled[i]), 1);
		assert_int_equal(desk->counters.duplicates, 1);
		assert_int_equal(
			desk->counters.undecoded[UNDECODED_IP_FRAGMENT], 0);
	}
}

static void a_copy_of_one_fragment_is_nothing(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(given_of(desk, "AAB"), 1);
	assert_int_equal(desk->counters.duplicates, 0);
	assert_int_equal(desk->counters.undecoded[UNDECODED_IP_FRAGMENT], 0);
}

static void copies_of_fragments_are_given_when_asked_for(void **state)
{
	struct desk *desk = *state;

	decap_free(desk->decap);
	desk->decap = NULL;
	assert_int_equal(
		decap_new(&desk->decap,
			  &(struct decap_options){ .counters = &desk->counters,
						   .keep_duplicates = true }),
		ERR_OK);
	for (size_t i = 0; i < sizeof(doubled) / sizeof(doubled[0]); i++) {
		desk->frame.bytes[20 + 8]++;
		assert_int_equal(given_of(desk, doubled[i]), 2);
	}
	assert_int_equal(desk->counters.undecoded[UNDECODED_IP_FRAGMENT], 0);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_new, desk_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(copies_within_50_ms_are_dropped_and_counted),
		AT_DESK(a_copy_may_have_the_earlier_time),
		AT_DESK(a_retransmission_is_given_out),
		AT_DESK(the_time_runs_from_the_first),
		AT_DESK(whatever_differs_makes_another_packet),
		AT_DESK(every_identification_makes_another_packet),
		AT_DESK(the_time_to_live_may_differ),
		AT_DESK(no_time_is_too_far_away),
		AT_DESK(many_packets_in_flight_are_remembered),
		AT_DESK(copies_are_given_out_when_asked_for),
		AT_DESK(copies_of_a_segment_are_dropped),
		AT_DESK(a_segment_that_differs_in_its_header_is_none),
		AT_DESK(every_sequence_number_makes_another_segment),
		AT_DESK(many_segments_of_one_text_are_remembered),
		AT_DESK(segments_without_text_are_no_copies),
		AT_DESK(packets_of_sctp_are_told_by_their_bytes),
		AT_DESK(a_copy_of_all_fragments_is_a_copy),
		AT_DESK(a_copy_of_one_fragment_is_nothing),
		AT_DESK(copies_of_fragments_are_given_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
