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
	return decap_new(&desk->decap, &desk->counters, true) != ERR_OK;
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
	struct datagram out;
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
	assert_int_equal(decap_new(&desk->decap, &desk->counters, false),
			 ERR_OK);
	assert_true(given(desk, 0));
	assert_true(given(desk, 0));
	assert_int_equal(desk->counters.duplicates, 0);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
