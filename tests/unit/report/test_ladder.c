/* Columns and rows of a call flow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"
#include "sipmon/report/ladder.h"

/* Caller 1, proxy 2, callee 3; the INVITE is sent three times on hop one. */
#define ID     "proxied@192.0.2.1"
#define INVITE MADE(INVITE_LINE, "p1", ALICE, BOB, ID, "1 INVITE")

static const struct made_step proxied[] = {
	{ 0, 1, 2, INVITE },
	{ 500, 1, 2, INVITE },
	{ 1500, 1, 2, INVITE },
	{ 1510, 2, 1,
	  MADE("SIP/2.0 100 Trying", "p1", ALICE, BOB, ID, "1 INVITE") },
	{ 1520, 2, 3, MADE(INVITE_LINE, "p2", ALICE, BOB, ID, "1 INVITE") },
	{ 1600, 3, 2,
	  MADE("SIP/2.0 180 Ringing", "p2", ALICE, BOB_TAGGED, ID,
	       "1 INVITE") },
	{ 1610, 2, 1,
	  MADE("SIP/2.0 180 Ringing", "p1", ALICE, BOB_TAGGED, ID,
	       "1 INVITE") },
};

static const struct call *only_call(const struct store *s)
{
	const struct call *c = view_first(store_view(s));

	assert_non_null(c);
	assert_null(view_next(store_view(s), c));
	return c;
}

static void columns_stand_in_the_order_of_their_first_sight(void **state)
{
	struct store *s = made_store(proxied, MADE_COUNT(proxied));
	struct ladder_options options = { 0 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.column_count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(l.columns[i].endpoint.address[3], i + 1);
	assert_int_equal(l.left_out, 0);
	ladder_free(&l);
	store_free(s);
}

static void every_message_is_a_row_with_its_times(void **state)
{
	static const struct {
		unsigned from;
		unsigned to;
		bool resent;
	} rows[] = {
		{ 0, 1, false }, { 0, 1, true },  { 0, 1, true },
		{ 1, 0, false }, { 1, 2, false }, { 2, 1, false },
		{ 1, 0, false },
	};
	struct store *s = made_store(proxied, MADE_COUNT(proxied));
	struct ladder_options options = { 0 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.row_count, MADE_COUNT(rows));
	for (unsigned i = 0; i < l.row_count; i++) {
		int64_t before = i == 0 ? 0 : proxied[i - 1].ms;

		assert_int_equal(l.rows[i].from, rows[i].from);
		assert_int_equal(l.rows[i].to, rows[i].to);
		assert_int_equal(l.rows[i].resent, rows[i].resent);
		assert_int_equal(l.rows[i].repeats, 0);
		assert_int_equal(l.rows[i].since_start_ns,
				 proxied[i].ms * CLOCK_MS_NS);
		assert_int_equal(l.rows[i].since_previous_ns,
				 (proxied[i].ms - before) * CLOCK_MS_NS);
	}
	ladder_free(&l);
	store_free(s);
}

static void retransmissions_fold_into_their_original(void **state)
{
	struct store *s = made_store(proxied, MADE_COUNT(proxied));
	struct ladder_options options = { .fold = true };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.row_count, MADE_COUNT(proxied) - 2);
	assert_int_equal(l.rows[0].repeats, 2);
	assert_false(l.rows[0].resent);
	for (unsigned i = 1; i < l.row_count; i++)
		assert_int_equal(l.rows[i].repeats, 0);
	/* Of the row above, which is now the first INVITE. */
	assert_int_equal(l.rows[1].since_previous_ns, 1510 * CLOCK_MS_NS);
	ladder_free(&l);
	store_free(s);
}

static void a_flow_of_responses_has_the_caller_left(void **state)
{
	static const struct made_step steps[] = {
		{ 0, 2, 1,
		  MADE("SIP/2.0 180 Ringing", "r1", ALICE, BOB_TAGGED,
		       "late@192.0.2.1", "1 INVITE") },
	};
	struct store *s = made_store(steps, 1);
	struct ladder_options options = { 0 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.column_count, 2);
	assert_int_equal(l.columns[0].endpoint.address[3], 1);
	assert_int_equal(l.rows[0].from, 1);
	assert_int_equal(l.rows[0].to, 0);
	ladder_free(&l);
	store_free(s);
}

static void ports_of_a_host_can_be_one_column(void **state)
{
	struct store_options none = { 0 };
	struct store *s = NULL;
	struct flow flow = { made_endpoint(1), made_endpoint(2),
			     TRANSPORT_UDP };
	struct ladder_options options = { .merge_ports = true };
	struct ladder l;

	(void)state;
	assert_int_equal(store_new(&s, &none), ERR_OK);
	for (uint16_t port = 5060; port < 5063; port++) {
		struct sip_msg msg;
		struct tracked in = { .msg = &msg,
				      .flow = &flow,
				      .time_ns = port,
				      .offset = PACKET_NO_OFFSET };

		flow.source.port = port;
		assert_true(sip_msg_parse(
			&msg, slice_of(MADE("OPTIONS sip:a SIP/2.0", "o1",
					    ALICE, BOB, "o", "1 OPTIONS"))));
		tracker_push(s, &in);
	}
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.column_count, 2);
	assert_int_equal(l.columns[0].endpoint.port, 0);
	ladder_free(&l);
	options.merge_ports = false;
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.column_count, 4);
	ladder_free(&l);
	store_free(s);
}

static void hosts_past_the_last_column_are_counted(void **state)
{
	struct store_options none = { 0 };
	struct store *s = NULL;
	struct ladder_options options = { 0 };
	struct ladder l;

	(void)state;
	assert_int_equal(store_new(&s, &none), ERR_OK);
	for (uint8_t host = 1; host <= LADDER_COLUMNS_MAX + 10; host++) {
		struct sip_msg msg;
		struct flow flow = { made_endpoint(host), made_endpoint(0),
				     TRANSPORT_UDP };
		struct tracked in = { .msg = &msg,
				      .flow = &flow,
				      .time_ns = host,
				      .offset = PACKET_NO_OFFSET };

		assert_true(sip_msg_parse(
			&msg, slice_of(MADE("OPTIONS sip:a SIP/2.0", "o1",
					    ALICE, BOB, "o", "1 OPTIONS"))));
		tracker_push(s, &in);
	}
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.column_count, LADDER_COLUMNS_MAX);
	/* One column is that of the common destination. */
	assert_int_equal(l.row_count, LADDER_COLUMNS_MAX - 1);
	assert_int_equal(l.left_out, 11);
	ladder_free(&l);
	store_free(s);
}

/* Legs: alice calls the B2BUA 2, which calls 3 with another Call-ID, from its
 * port 5080.  Both carry one Session-ID (RFC 7989). */
#define SESSION                                                                \
	"Session-ID: ab30317f1a784dc48ff824d0d3715d86;"                        \
	"remote=00000000000000000000000000000000\r\n"
#define LEG(start, branch, to, id, cseq)                                       \
	MADE_HEAD(start, branch, ALICE, to, id, cseq)                          \
	SESSION "Content-Length: 0\r\n\r\n"

struct leg_step {
	int64_t ms;
	uint8_t from;
	uint16_t from_port;
	uint8_t to;
	uint16_t to_port;
	const char *text;
};

static const struct leg_step legs[] = {
	{ 0, 1, 5060, 2, 5060, LEG(INVITE_LINE, "a", BOB, "a@1", "1 INVITE") },
	{ 10, 2, 5080, 3, 5060, LEG(INVITE_LINE, "b", BOB, "b@2", "7 INVITE") },
	{ 20, 2, 5060, 1, 5060,
	  LEG("SIP/2.0 100 Trying", "a", BOB, "a@1", "1 INVITE") },
	{ 30, 3, 5060, 2, 5080,
	  LEG("SIP/2.0 180 Ringing", "b", BOB_TAGGED, "b@2", "7 INVITE") },
	/* The same time: the leg that was given first comes first. */
	{ 40, 3, 5060, 2, 5080,
	  LEG("SIP/2.0 200 OK", "b", BOB_TAGGED, "b@2", "7 INVITE") },
	{ 40, 2, 5060, 1, 5060,
	  LEG("SIP/2.0 200 OK", "a", BOB_TAGGED, "a@1", "1 INVITE") },
};

static struct store *leg_store(const struct leg_step *steps, size_t count)
{
	struct store_options none = { .media = true };
	struct store *s = NULL;

	assert_int_equal(store_new(&s, &none), ERR_OK);
	for (size_t i = 0; i < count; i++) {
		struct flow flow = { made_endpoint(steps[i].from),
				     made_endpoint(steps[i].to),
				     TRANSPORT_UDP };
		struct sip_msg msg;
		struct tracked in = { .msg = &msg,
				      .flow = &flow,
				      .time_ns = MADE_START_NS +
						 steps[i].ms * CLOCK_MS_NS,
				      .offset = PACKET_NO_OFFSET };

		flow.source.port = steps[i].from_port;
		flow.destination.port = steps[i].to_port;
		assert_true(sip_msg_parse(&msg, slice_of(steps[i].text)));
		tracker_push(s, &in);
	}
	return s;
}

static void legs_are_merged_by_time(void **state)
{
	static const struct {
		unsigned leg;
		unsigned from;
		unsigned to;
	} rows[] = {
		{ 0, 0, 1 }, { 1, 2, 3 }, { 0, 1, 0 },
		{ 1, 3, 2 }, { 0, 1, 0 }, { 1, 3, 2 },
	};
	static const int64_t times[] = { 0, 10, 20, 30, 40, 40 };
	struct store *s = leg_store(legs, MADE_COUNT(legs));
	const struct view *v = store_view(s);
	const struct call *first = view_first(v);
	const struct call *second = view_next(v, first);
	struct ladder_options options = { .legs = &second, .leg_count = 1 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, v, first, &options), ERR_OK);
	assert_int_equal(l.row_count, MADE_COUNT(rows));
	assert_int_equal(l.column_count, 4);
	for (unsigned i = 0; i < l.row_count; i++) {
		assert_int_equal(l.rows[i].leg, rows[i].leg);
		assert_int_equal(l.rows[i].from, rows[i].from);
		assert_int_equal(l.rows[i].to, rows[i].to);
		assert_int_equal(l.rows[i].since_start_ns,
				 times[i] * CLOCK_MS_NS);
	}
	ladder_free(&l);
	store_free(s);
}

/* The other way round nothing but the numbers of the legs changes. */
static void time_counts_from_the_earliest_leg(void **state)
{
	struct store *s = leg_store(legs, MADE_COUNT(legs));
	const struct view *v = store_view(s);
	const struct call *first = view_first(v);
	struct ladder_options options = { .legs = &first, .leg_count = 1 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, v, view_next(v, first), &options),
			 ERR_OK);
	assert_int_equal(l.rows[0].leg, 1);
	assert_int_equal(l.rows[0].since_start_ns, 0);
	assert_int_equal(l.rows[1].leg, 0);
	assert_int_equal(l.rows[1].since_start_ns, 10 * CLOCK_MS_NS);
	ladder_free(&l);
	store_free(s);
}

static void a_call_keeps_its_order_when_times_jump_back(void **state)
{
	static const struct leg_step steps[] = {
		{ 100, 1, 5060, 2, 5060,
		  LEG(INVITE_LINE, "a", BOB, "a@1", "1 INVITE") },
		{ 50, 2, 5060, 1, 5060,
		  LEG("SIP/2.0 100 Trying", "a", BOB, "a@1", "1 INVITE") },
		{ 60, 2, 5060, 3, 5060,
		  LEG(INVITE_LINE, "b", BOB, "b@2", "7 INVITE") },
	};
	struct store *s = leg_store(steps, MADE_COUNT(steps));
	const struct view *v = store_view(s);
	const struct call *first = view_first(v);
	const struct call *second = view_next(v, first);
	struct ladder_options options = { .legs = &second, .leg_count = 1 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, v, first, &options), ERR_OK);
	assert_int_equal(l.row_count, 3);
	assert_int_equal(l.rows[0].leg, 1);
	assert_int_equal(view_msg(v, l.rows[1].msg)->status, 0);
	assert_int_equal(view_msg(v, l.rows[2].msg)->status, 100);
	assert_int_equal(l.rows[2].since_previous_ns, -50 * CLOCK_MS_NS);
	ladder_free(&l);
	store_free(s);
}

static void ports_are_merged_where_a_host_uses_several(void **state)
{
	struct store *s = leg_store(legs, MADE_COUNT(legs));
	const struct view *v = store_view(s);
	const struct call *first = view_first(v);
	const struct call *second = view_next(v, first);
	struct ladder_options options = { .choose_ports = true,
					  .legs = &second,
					  .leg_count = 1 };
	struct ladder l;

	(void)state;
	assert_int_equal(ladder_of(&l, v, first, &options), ERR_OK);
	assert_true(l.merged);
	assert_int_equal(l.column_count, 3);
	ladder_free(&l);
	/* Without the other leg each host has one port. */
	options.leg_count = 0;
	assert_int_equal(ladder_of(&l, v, first, &options), ERR_OK);
	assert_false(l.merged);
	assert_int_equal(l.column_count, 2);
	ladder_free(&l);
	store_free(s);
}

static void assert_ports_stay(const struct leg_step *steps, size_t count,
			      unsigned columns)
{
	struct store *s = leg_store(steps, count);
	struct ladder_options options = { .choose_ports = true };
	struct ladder l;

	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_false(l.merged);
	assert_int_equal(l.column_count, columns);
	ladder_free(&l);
	store_free(s);
}

static void programs_of_one_host_keep_their_columns(void **state)
{
	static const struct leg_step steps[] = {
		{ 0, 1, 5060, 1, 5070,
		  LEG(INVITE_LINE, "a", BOB, "a@1", "1 INVITE") },
		{ 20, 1, 5070, 1, 5060,
		  LEG("SIP/2.0 100 Trying", "a", BOB, "a@1", "1 INVITE") },
	};

	(void)state;
	assert_ports_stay(steps, MADE_COUNT(steps), 2);
}

static void two_phones_behind_one_address_keep_their_columns(void **state)
{
	static const struct leg_step steps[] = {
		{ 0, 1, 40001, 2, 5060,
		  LEG(INVITE_LINE, "a", BOB, "a@1", "1 INVITE") },
		{ 20, 2, 5060, 1, 40002,
		  LEG(INVITE_LINE, "b", BOB, "a@1", "1 INVITE") },
	};

	(void)state;
	assert_ports_stay(steps, MADE_COUNT(steps), 3);
}

#define SDP_OF(host, port)                                                     \
	"v=0\r\no=- 1 1 IN IP4 192.0.2." host "\r\ns=-\r\n"                    \
	"c=IN IP4 192.0.2." host "\r\nt=0 0\r\n"                               \
	"m=audio " port " RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
/* 110 bytes of SDP, counted by hand: 5, 26, 5, 20, 7, 25, 22 */
#define WITH_SDP(start, branch, to, host, port)                                \
	MADE_HEAD(start, branch, ALICE, to, "m@1", "1 INVITE")                 \
	"Content-Type: application/sdp\r\nContent-Length: 110\r\n\r\n" SDP_OF( \
		host, port)

static const struct leg_step talking[] = {
	{ 0, 1, 5060, 2, 5060, WITH_SDP(INVITE_LINE, "a", BOB, "1", "40000") },
	{ 20, 2, 5060, 1, 5060,
	  WITH_SDP("SIP/2.0 200 OK", "a", BOB_TAGGED, "2", "50000") },
	{ 30, 1, 5060, 2, 5060,
	  MADE("ACK sip:bob@192.0.2.2 SIP/2.0", "k", ALICE, BOB_TAGGED, "m@1",
	       "1 ACK") },
	{ 2000, 1, 5060, 2, 5060,
	  MADE("BYE sip:bob@192.0.2.2 SIP/2.0", "b", ALICE, BOB_TAGGED, "m@1",
	       "2 BYE") },
};

/* 20 ms of PCMA each; every tenth is lost where `lossy`. */
static void push_rtp(struct store *s, uint8_t from, uint8_t to, int64_t ms,
		     unsigned packets, bool lossy)
{
	for (unsigned n = 0; n < packets; n++) {
		char bytes[12 + 160] = { (char)0x80, 8, 0, (char)n };
		struct payload p = {
			.flow = { made_endpoint(from), made_endpoint(to),
				  TRANSPORT_UDP },
			.bytes = { bytes, sizeof(bytes) },
			.sent = sizeof(bytes),
			.offset = PACKET_NO_OFFSET,
			.time_ns = MADE_START_NS +
				   (ms + n * INT64_C(20)) * CLOCK_MS_NS,
		};

		if (lossy && n % 10 == 5)
			continue;
		p.flow.source.port = from == 1 ? 40000 : 50000;
		p.flow.destination.port = to == 1 ? 40000 : 50000;
		bytes[6] = (char)(n * 160 >> 8);
		bytes[7] = (char)(n * 160);
		bytes[11] = (char)from;
		store_push_rtp(s, &p);
	}
}

static void a_stream_is_a_row_at_its_first_packet(void **state)
{
	struct store *s = leg_store(talking, MADE_COUNT(talking));
	struct ladder_options options = { .media = true };
	struct ladder l;

	(void)state;
	push_rtp(s, 1, 2, 25, 50, true);
	push_rtp(s, 2, 1, 500, 40, false);
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.stream_count, 2);
	assert_int_equal(l.row_count, 6);
	/* INVITE, 200, stream, ACK, stream, BYE; ports of media are no column
	 */
	assert_int_equal(l.column_count, 2);
	assert_int_equal(l.rows[2].msg, 0);
	assert_int_equal(l.rows[2].from, 0);
	assert_int_equal(l.rows[2].to, 1);
	assert_int_equal(l.rows[2].since_start_ns, 25 * CLOCK_MS_NS);
	assert_int_equal(l.rows[4].msg, 0);
	assert_int_equal(l.rows[4].stream, 1);
	assert_int_equal(l.rows[4].from, 1);
	assert_string_equal(l.streams[0].codec, "PCMA");
	assert_int_equal(l.streams[0].packets, 45);
	/* 5 of 50 */
	assert_true(ladder_loss_percent(&l.streams[0]) > 9.9 &&
		    ladder_loss_percent(&l.streams[0]) < 10.1);
	assert_true(ladder_loss_percent(&l.streams[1]) <= 0);
	ladder_free(&l);
	store_free(s);
}

static void media_before_its_call_makes_no_column(void **state)
{
	struct store *s = leg_store(talking, MADE_COUNT(talking));
	struct ladder_options options = { .media = true };
	struct ladder l;

	(void)state;
	push_rtp(s, 1, 2, -100, 50, false);
	assert_int_equal(ladder_of(&l, store_view(s), only_call(s), &options),
			 ERR_OK);
	assert_int_equal(l.column_count, 2);
	assert_int_equal(l.columns[0].endpoint.port, 5060);
	assert_int_equal(l.rows[0].msg, 0);
	assert_int_equal(l.rows[0].since_start_ns, -100 * CLOCK_MS_NS);
	assert_int_equal(l.rows[1].since_previous_ns, 100 * CLOCK_MS_NS);
	assert_int_equal(l.rows[0].from, 0);
	assert_int_equal(l.rows[0].to, 1);
	ladder_free(&l);
	store_free(s);
}

static void more_packets_than_were_sent_are_no_loss(void **state)
{
	struct ladder_stream s = { .packets = 10, .lost = -3 };

	(void)state;
	assert_true(ladder_loss_percent(&s) <= 0);
	s = (struct ladder_stream){ 0 };
	assert_true(ladder_loss_percent(&s) <= 0);
	s = (struct ladder_stream){ .packets = 3, .lost = 1 };
	assert_true(ladder_loss_percent(&s) > 24.9 &&
		    ladder_loss_percent(&s) < 25.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			columns_stand_in_the_order_of_their_first_sight),
		cmocka_unit_test(every_message_is_a_row_with_its_times),
		cmocka_unit_test(retransmissions_fold_into_their_original),
		cmocka_unit_test(a_flow_of_responses_has_the_caller_left),
		cmocka_unit_test(ports_of_a_host_can_be_one_column),
		cmocka_unit_test(hosts_past_the_last_column_are_counted),
		cmocka_unit_test(legs_are_merged_by_time),
		cmocka_unit_test(time_counts_from_the_earliest_leg),
		cmocka_unit_test(a_call_keeps_its_order_when_times_jump_back),
		cmocka_unit_test(ports_are_merged_where_a_host_uses_several),
		cmocka_unit_test(programs_of_one_host_keep_their_columns),
		cmocka_unit_test(
			two_phones_behind_one_address_keep_their_columns),
		cmocka_unit_test(a_stream_is_a_row_at_its_first_packet),
		cmocka_unit_test(media_before_its_call_makes_no_column),
		cmocka_unit_test(more_packets_than_were_sent_are_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
