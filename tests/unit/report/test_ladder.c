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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
