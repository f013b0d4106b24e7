/* Rules that hold RTP and SDP against each other (RFC 3264). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dial.h"

#define SECONDS(n) ((n)*INT64_C(1000000000))

#define OFFER  DIAL_SDP("192.0.2.1", "40000", "8")
#define ANSWER DIAL_SDP("203.0.113.20", "50000", "8")
#define HOLD   DIAL_SDP_MORE("192.0.2.1", "40000", "8", "a=sendonly\r\n")
#define HELD   DIAL_SDP_MORE("203.0.113.20", "50000", "8", "a=recvonly\r\n")
#define ICE(address, port)                                                     \
	DIAL_SDP_MORE(address, port, "8", "a=ice-ufrag:8hhY\r\n")

/* A call from A to B, answered after 2 s. */
#define BEGIN(offer, answer)                                                   \
	SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = (offer)),              \
		SEND(20, 'B', 'A', "100", "1 INVITE"),                         \
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t",                   \
		     .body = (answer)),                                        \
		SEND(2020, 'A', 'B', "ACK", "1 ACK", "t", .branch = "ack")
#define BYE(ms)                                                                \
	SEND((ms), 'A', 'B', "BYE", "9 BYE", "t"),                             \
		SEND((ms) + 20, 'B', 'A', "200", "9 BYE", "t")

/* Speech of A and of B. */
#define FROM_A(from_ms, to_ms)                                                 \
	{                                                                      \
		(from_ms), (to_ms), 'A', 40000, 'B', 50000, 8, 1, 0            \
	}
#define FROM_B(from_ms, to_ms)                                                 \
	{                                                                      \
		(from_ms), (to_ms), 'B', 50000, 'A', 40000, 8, 2, 0            \
	}

/* ---- one-way-media */

static void one_who_is_never_heard_is_one_way(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(9000) };
	static const struct spoken one[] = { FROM_A(2100, 8700) };
	static const struct spoken both[] = { FROM_A(2100, 8700),
					      FROM_B(3000, 3400) };
	/* of the call that had the ports before */
	static const struct spoken before[] = { FROM_A(2100, 8700),
						FROM_B(-9000, -3000) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(call, 9100), "one-way-media"));
	assert_false(FINDS(DIAL_RTP(call, both, 9100), "one-way-media"));
	assert_true(FINDS(DIAL_RTP(call, before, 9100), "one-way-media"));
	assert_true(FINDS(DIAL_RTP(call, one, 9100), "one-way-media"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.lasted_ns, INT64_C(6600000000));
	assert_int_equal(f.count, 34);
	assert_int_equal(f.message_count, 3);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 3);
	assert_int_equal(f.messages[2], 5);
	assert_int_equal(f.element.address[3], 20);
}

static void the_caller_may_be_the_silent_one(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(9000) };
	static const struct spoken one[] = { FROM_B(2100, 8700) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(call, one, 9100), "one-way-media"));
	assert_int_equal(f.element.address[3], 1);
}

static void less_than_a_second_and_a_half_tells_nothing(void **state)
{
	static const struct dialled brief[] = { BEGIN(OFFER, ANSWER),
						BYE(3400) };
	static const struct dialled longer[] = { BEGIN(OFFER, ANSWER),
						 BYE(9000) };
	static const struct spoken all[] = { FROM_A(2100, 3400) };
	static const struct spoken much[] = { FROM_A(0, 3400) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(brief, all, 9100), "one-way-media"));
	assert_false(FINDS(DIAL_RTP(longer, all, 9100), "one-way-media"));
	/* what came before the answer does not count */
	assert_false(FINDS(DIAL_RTP(longer, much, 9100), "one-way-media"));
}

static void who_was_heard_before_the_answer_is_not_silent(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(9000) };
	static const struct spoken early[] = { FROM_A(2100, 8700),
					       FROM_B(500, 1500) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, early, 9100), "one-way-media"));
}

/* The 200 is of another fork than the answer in the 183; or it comes first. */
static void the_answer_is_that_of_the_2xx(void **state)
{
	static const struct dialled forked[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(500, 'B', 'A', "183", "1 INVITE", "other", .body = ANSWER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t"),
		BYE(9000),
	};
	static const struct dialled same[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(500, 'B', 'A', "183", "1 INVITE", "t", .body = ANSWER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t"),
		BYE(9000),
	};
	static const struct dialled late_183[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t", .body = ANSWER),
		SEND(2010, 'B', 'A', "183", "1 INVITE", "t",
		     .body = DIAL_SDP("203.0.113.20", "50008", "8")),
		BYE(9000),
	};
	static const struct spoken one[] = { FROM_A(2100, 8700) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(same, one, 9100), "one-way-media"));
	assert_false(FINDS(DIAL_RTP(forked, one, 9100), "one-way-media"));
	assert_true(FINDS(DIAL_RTP(late_183, one, 9100), "one-way-media"));
}

/* RFC 6263: a packet now and then keeps the NAT open, and is no speech. */
static void a_packet_now_and_then_is_no_speech(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(60000) };
	static const struct spoken kept[] = { { 2100, 59000, 'A', 40000, 'B',
						50000, 8, 1, 900 } };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, kept, 60100), "one-way-media"));
}

static void on_hold_one_way_is_in_order(void **state)
{
	static const struct dialled call[] = {
		BEGIN(OFFER, ANSWER),
		SEND(3000, 'A', 'B', "INVITE", "2 INVITE", "t", .body = HOLD),
		SEND(3020, 'B', 'A', "200", "2 INVITE", "t", .body = HELD),
		SEND(3040, 'A', 'B', "ACK", "2 ACK", "t", .branch = "ack2"),
		BYE(12000)
	};
	/* refused: nothing has changed */
	static const struct dialled refused[] = {
		BEGIN(OFFER, ANSWER),
		SEND(3000, 'A', 'B', "INVITE", "2 INVITE", "t", .body = HOLD),
		SEND(3020, 'B', 'A', "500", "2 INVITE", "t"),
		SEND(3040, 'A', 'B', "ACK", "2 ACK", "t", .branch = "2-INVITE"),
		BYE(12000)
	};
	/* accepted, for all that is known */
	static const struct dialled unseen[] = {
		BEGIN(OFFER, ANSWER),
		SEND(3000, 'A', 'B', "INVITE", "2 INVITE", "t", .body = HOLD),
		BYE(12000)
	};
	static const struct spoken one[] = { FROM_A(2100, 11800) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, one, 12100), "one-way-media"));
	assert_true(FINDS(DIAL_RTP(refused, one, 12100), "one-way-media"));
	assert_false(FINDS(DIAL_RTP(unseen, one, 12100), "one-way-media"));
}

static void with_ice_the_address_proves_nothing(void **state)
{
	static const struct dialled call[] = {
		BEGIN(ICE("192.0.2.1", "40000"), ICE("203.0.113.20", "50000")),
		BYE(9000)
	};
	static const struct spoken one[] = { FROM_A(2100, 8700) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, one, 9100), "one-way-media"));
}

/* A is behind a NAT: it promised 10.0.0.1 and sends from C. */
static void rtp_back_to_where_it_comes_from_is_heard(void **state)
{
	static const struct dialled call[] = {
		BEGIN(DIAL_SDP("10.0.0.1", "40000", "8"), ANSWER), BYE(9000)
	};
	static const struct spoken one[] = {
		{ 2100, 8700, 'C', 1024, 'B', 50000, 8, 1, 0 },
	};
	static const struct spoken both[] = {
		{ 2100, 8700, 'C', 1024, 'B', 50000, 8, 1, 0 },
		{ 2200, 8700, 'B', 50000, 'C', 1024, 8, 2, 0 },
	};
	static const struct spoken other_port[] = {
		{ 2100, 8700, 'C', 1024, 'B', 50000, 8, 1, 0 },
		{ 2200, 8700, 'B', 50002, 'C', 1024, 8, 2, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(call, one, 9100), "one-way-media"));
	assert_false(FINDS(DIAL_RTP(call, both, 9100), "one-way-media"));
	assert_false(FINDS(DIAL_RTP(call, other_port, 9100), "one-way-media"));
}

/* Both hops of a relay R: what it sends to B does not speak for A. */
static void a_relay_that_is_silent_to_one_side_is_found(void **state)
{
	static const struct dialled call[] = {
		SEND(0, 'A', 'R', "INVITE", "1 INVITE", .body = OFFER),
		SEND(5, 'R', 'B', "INVITE", "1 INVITE",
		     .body = DIAL_SDP("198.51.100.10", "30000", "8"),
		     .branch = "p"),
		SEND(2000, 'B', 'R', "200", "1 INVITE", "t", .body = ANSWER,
		     .branch = "p"),
		SEND(2005, 'R', 'A', "200", "1 INVITE", "t",
		     .body = DIAL_SDP("198.51.100.10", "30002", "8")),
		SEND(2020, 'A', 'R', "ACK", "1 ACK", "t", .branch = "ack"),
		SEND(2025, 'R', 'B', "ACK", "1 ACK", "t", .branch = "ackp"),
		SEND(9000, 'A', 'R', "BYE", "2 BYE", "t"),
		SEND(9005, 'R', 'B', "BYE", "2 BYE", "t", .branch = "byep"),
		SEND(9010, 'B', 'R', "200", "2 BYE", "t", .branch = "byep"),
		SEND(9015, 'R', 'A', "200", "2 BYE", "t"),
	};
	static const struct spoken silent[] = {
		{ 2100, 8700, 'A', 40000, 'R', 30002, 8, 1, 0 },
		{ 2100, 8700, 'R', 30000, 'B', 50000, 8, 1, 0 },
		{ 2100, 8700, 'B', 50000, 'R', 30000, 8, 2, 0 },
	};
	static const struct spoken all[] = {
		{ 2100, 8700, 'A', 40000, 'R', 30002, 8, 1, 0 },
		{ 2100, 8700, 'R', 30000, 'B', 50000, 8, 1, 0 },
		{ 2100, 8700, 'B', 50000, 'R', 30000, 8, 2, 0 },
		{ 2100, 8700, 'R', 30002, 'A', 40000, 8, 2, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, all, 9100), "one-way-media"));
	assert_true(FINDS(DIAL_RTP(call, silent, 9100), "one-way-media"));
	assert_int_equal(f.element.address[3], 10);
	assert_int_equal(f.element.port, 30002);
}

/* ---- no-media */

#define OTHER_CALL                                                             \
	SEND(30000, 'A', 'B', "INVITE", "1 INVITE",                            \
	     .body = DIAL_SDP("192.0.2.1", "40002", "8"),                      \
	     .call_id = "other@test"),                                         \
		SEND(32000, 'B', 'A', "200", "1 INVITE", "t",                  \
		     .body = DIAL_SDP("203.0.113.20", "50002", "8"),           \
		     .call_id = "other@test")

static void silence_counts_where_rtp_of_others_is_seen(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER), BYE(20000),
					       OTHER_CALL };
	static const struct spoken others[] = {
		{ 32100, 33000, 'A', 40002, 'B', 50002, 8, 1, 0 },
	};
	static const struct spoken elsewhere[] = {
		{ 32100, 33000, 'C', 40002, 'R', 50002, 8, 1, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(call, 40000), "no-media"));
	assert_false(FINDS(DIAL_RTP(call, elsewhere, 40000), "no-media"));
	assert_true(FINDS(DIAL_RTP(call, others, 40000), "no-media"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.lasted_ns, SECONDS(18));
	assert_int_equal(f.message_count, 3);
	assert_false(dial_finds(DIAL_RTP(call, others, 40000), "other@test",
				"no-media", &f));
}

/* The signalling goes by way of R: its own RTP does not prove that media
 * between A and B would be seen. */
static void media_may_take_another_way_than_the_signalling(void **state)
{
	static const struct dialled call[] = {
		SEND(0, 'A', 'R', "INVITE", "1 INVITE", .body = OFFER),
		SEND(2000, 'R', 'A', "200", "1 INVITE", "t", .body = ANSWER),
		SEND(2020, 'A', 'R', "ACK", "1 ACK", "t", .branch = "ack"),
		SEND(20000, 'A', 'R', "BYE", "9 BYE", "t"),
		SEND(20020, 'R', 'A', "200", "9 BYE", "t"),
	};
	static const struct spoken with_r[] = {
		{ 32100, 33000, 'A', 40002, 'R', 50002, 8, 1, 0 },
	};
	static const struct spoken between[] = {
		{ 32100, 33000, 'B', 40002, 'A', 50002, 8, 1, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, with_r, 40000), "no-media"));
	assert_true(FINDS(DIAL_RTP(call, between, 40000), "no-media"));
}

/* It went to the first addresses, before a re-INVITE. */
static void rtp_at_an_earlier_address_is_media(void **state)
{
	static const struct dialled call[] = {
		BEGIN(OFFER, ANSWER),
		SEND(4000, 'A', 'B', "INVITE", "2 INVITE", "t",
		     .body = DIAL_SDP("192.0.2.1", "40100", "8")),
		SEND(4020, 'B', 'A', "200", "2 INVITE", "t",
		     .body = DIAL_SDP("203.0.113.20", "50100", "8")),
		SEND(4040, 'A', 'B', "ACK", "2 ACK", "t", .branch = "ack2"),
		BYE(20000),
		OTHER_CALL
	};
	static const struct spoken others[] = {
		{ 32100, 33000, 'A', 40002, 'B', 50002, 8, 1, 0 },
	};
	static const struct spoken before[] = {
		FROM_A(2100, 3900),
		{ 32100, 33000, 'A', 40002, 'B', 50002, 8, 1, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(call, others, 40000), "no-media"));
	assert_false(FINDS(DIAL_RTP(call, before, 40000), "no-media"));
}

static void a_brief_or_inactive_call_needs_no_rtp(void **state)
{
	static const struct dialled brief[] = { BEGIN(OFFER, ANSWER), BYE(6900),
						OTHER_CALL };
	static const struct dialled inactive[] = {
		BEGIN(DIAL_SDP_MORE("192.0.2.1", "40000", "8",
				    "a=inactive\r\n"),
		      DIAL_SDP_MORE("203.0.113.20", "50000", "8",
				    "a=inactive\r\n")),
		BYE(20000), OTHER_CALL
	};
	static const struct spoken others[] = {
		{ 32100, 33000, 'A', 40002, 'B', 50002, 8, 1, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(brief, others, 40000), "no-media"));
	assert_false(FINDS(DIAL_RTP(inactive, others, 40000), "no-media"));
}

/* ---- rtp-timeout */

static void rtp_that_stops_twenty_seconds_before_the_bye_is_found(void **state)
{
	static const struct dialled late[] = { BEGIN(OFFER, ANSWER),
					       BYE(28700) };
	static const struct dialled soon[] = { BEGIN(OFFER, ANSWER),
					       BYE(28600) };
	static const struct spoken both[] = { FROM_A(2100, 8700),
					      FROM_B(2100, 28500) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(soon, both, 28800), "rtp-timeout"));
	assert_true(FINDS(DIAL_RTP(late, both, 28800), "rtp-timeout"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.lasted_ns, SECONDS(20));
	assert_int_equal(f.message_count, 3);
	assert_int_equal(f.element.address[3], 1);
}

static void who_may_say_nothing_has_not_stopped(void **state)
{
	static const struct dialled noise[] = {
		BEGIN(DIAL_SDP("192.0.2.1", "40000", "8 13"),
		      DIAL_SDP("203.0.113.20", "50000", "8 13")),
		BYE(40000)
	};
	static const struct dialled g729[] = {
		BEGIN(DIAL_SDP("192.0.2.1", "40000", "18"),
		      DIAL_SDP("203.0.113.20", "50000", "18")),
		BYE(40000)
	};
	static const struct dialled plain[] = { BEGIN(OFFER, ANSWER),
						BYE(40000) };
	static const struct spoken both[] = { FROM_A(2100, 8700),
					      FROM_B(2100, 39000) };
	static const struct spoken g729_rtp[] = {
		{ 2100, 8700, 'A', 40000, 'B', 50000, 18, 1, 0 },
	};
	/* a gap: silence is left out */
	static const struct spoken pauses[] = {
		FROM_A(2100, 8700),
		{ 9300, 16000, 'A', 40000, 'B', 50000, 8, 1, 0 },
		{ 2100, 8700, 'A', 40000, 'B', 50000, 8, 3, 500 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(plain, both, 41000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(noise, both, 41000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(g729, g729_rtp, 41000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(plain, pauses, 41000), "rtp-timeout"));
}

static void a_new_ssrc_or_port_goes_on(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(40000) };
	static const struct spoken ssrc[] = {
		FROM_A(2100, 8700),
		{ 8900, 39000, 'A', 40000, 'B', 50000, 8, 7, 0 },
		FROM_B(2100, 39000),
	};
	static const struct spoken port[] = {
		FROM_A(2100, 8700),
		{ 8900, 39000, 'A', 41000, 'B', 50000, 8, 1, 0 },
		FROM_B(2100, 39000),
	};
	/* B has taken another port, and A goes on with the first */
	static const struct dialled moved[] = {
		BEGIN(OFFER, ANSWER),
		SEND(4000, 'A', 'B', "INVITE", "2 INVITE", "t", .body = OFFER),
		SEND(4020, 'B', 'A', "200", "2 INVITE", "t",
		     .body = DIAL_SDP("203.0.113.20", "50100", "8")),
		SEND(4040, 'A', 'B', "ACK", "2 ACK", "t", .branch = "ack2"),
		BYE(40000)
	};
	static const struct spoken first_port[] = {
		{ 4100, 10000, 'A', 40000, 'B', 50100, 8, 1, 0 },
		FROM_A(2100, 39000),
	};
	static const struct spoken none[] = {
		{ 4100, 10000, 'A', 40000, 'B', 50100, 8, 1, 0 },
		FROM_A(2100, 4000),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(moved, none, 41000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(moved, first_port, 41000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(call, ssrc, 41000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(call, port, 41000), "rtp-timeout"));
}

/* Its media lines are past those that are kept: where RTP goes at the end is
 * not known. */
#define REFRESHES 128

static void of_a_session_refreshed_for_days_nothing_is_told(void **state)
{
	static char cseqs[REFRESHES][24];
	static struct dialled call[2 * REFRESHES + 6] = { BEGIN(OFFER,
								ANSWER) };
	static const struct dialled end[] = { BYE(40000) };
	static const struct spoken moved[] = {
		FROM_A(2100, 8700),
		FROM_B(2100, 8700),
		{ 8900, 39000, 'A', 40100, 'B', 50100, 8, 1, 0 },
		{ 8900, 39000, 'B', 50100, 'A', 40100, 8, 2, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	for (int i = 0; i < REFRESHES; i++) {
		bool last = i + 1 == REFRESHES;
		struct dialled *one = &call[4 + 2 * i];

		(void)snprintf(cseqs[i], sizeof(cseqs[i]), "%d INVITE", i + 2);
		one[0] = (struct dialled)SEND(
			3000 + i * 20, 'A', 'B', "INVITE", cseqs[i], "t",
			.body = last ? DIAL_SDP("192.0.2.1", "40100", "8")
				     : OFFER);
		one[1] = (struct dialled)SEND(
			3010 + i * 20, 'B', 'A', "200", cseqs[i], "t",
			.body = last ? DIAL_SDP("203.0.113.20", "50100", "8")
				     : ANSWER);
	}
	memcpy(&call[2 * REFRESHES + 4], end, sizeof(end));
	assert_false(FINDS(DIAL_RTP(call, moved, 41000), "rtp-timeout"));
}

static void held_rtp_has_not_stopped(void **state)
{
	static const struct dialled call[] = {
		BEGIN(OFFER, ANSWER),
		SEND(8800, 'A', 'B', "INVITE", "2 INVITE", "t", .body = HOLD),
		SEND(8820, 'B', 'A', "200", "2 INVITE", "t", .body = HELD),
		SEND(8840, 'A', 'B', "ACK", "2 ACK", "t", .branch = "ack2"),
		BYE(40000)
	};
	static const struct spoken both[] = { FROM_A(2100, 8700),
					      FROM_B(2100, 8700) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, both, 41000), "rtp-timeout"));
}

/* Without a BYE the capture may have ended, or not see requests of the dialog.
 */
static void a_call_that_is_up_needs_proof(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER) };
	static const struct dialled no_ack[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t", .body = ANSWER),
	};
	static const struct dialled lost[] = {
		BEGIN(OFFER, ANSWER),
		SEND(9000, 'B', 'A', "INFO", "2 INFO", "f1", .from_tag = "t"),
		SEND(9020, 'A', 'B', "481", "2 INFO", "f1", .from_tag = "t"),
	};
	/* nothing was captured when it stopped */
	static const struct spoken begun_later[] = {
		FROM_A(2100, 8700),
		{ 9900, 39000, 'R', 40000, 'C', 50000, 8, 1, 0 },
	};
	static const struct spoken one_stops[] = { FROM_A(2100, 8700),
						   FROM_B(2100, 39000) };
	static const struct spoken both_stop[] = { FROM_A(2100, 8700),
						   FROM_B(2100, 8700) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_RTP(call, one_stops, 40000), "rtp-timeout"));
	assert_int_equal(f.message_count, 2);
	assert_int_equal(f.lasted_ns, INT64_C(31300000000));
	assert_false(FINDS(DIAL_RTP(call, both_stop, 40000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(no_ack, one_stops, 40000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(lost, one_stops, 40000), "rtp-timeout"));
	assert_false(FINDS(DIAL_RTP(call, begun_later, 40000), "rtp-timeout"));
}

/* ---- codec-mismatch */

static void an_answer_without_a_common_codec_is_found(void **state)
{
	static const struct dialled mismatch[] = {
		BEGIN(OFFER, DIAL_SDP("203.0.113.20", "50000", "0")), BYE(6000)
	};
	static const struct dialled common[] = {
		BEGIN(DIAL_SDP("192.0.2.1", "40000", "8 0"),
		      DIAL_SDP("203.0.113.20", "50000", "0")),
		BYE(6000)
	};
	/* only events are common */
	static const struct dialled events[] = {
		BEGIN(DIAL_SDP_MORE("192.0.2.1", "40000", "8 101",
				    "a=rtpmap:101 telephone-event/8000\r\n"),
		      DIAL_SDP_MORE("203.0.113.20", "50000", "0 101",
				    "a=rtpmap:101 telephone-event/8000\r\n")),
		BYE(6000)
	};
	/* another number, the same codec */
	static const struct dialled dynamic[] = {
		BEGIN(DIAL_SDP_MORE("192.0.2.1", "40000", "97",
				    "a=rtpmap:97 iLBC/8000\r\n"),
		      DIAL_SDP_MORE("203.0.113.20", "50000", "102",
				    "a=rtpmap:102 iLBC/8000\r\n")),
		BYE(6000)
	};
	/* a name that nobody knows */
	static const struct dialled unknown[] = {
		BEGIN(DIAL_SDP_MORE("192.0.2.1", "40000", "18 97",
				    "a=rtpmap:97 x-own/8000\r\n"),
		      DIAL_SDP("203.0.113.20", "50000", "0")),
		BYE(6000)
	};
	/* 2 is G721 here and G726-32 there */
	static const struct dialled renamed[] = {
		BEGIN(DIAL_SDP("192.0.2.1", "40000", "2"),
		      DIAL_SDP_MORE("203.0.113.20", "50000", "2",
				    "a=rtpmap:2 G726-32/8000\r\n")),
		BYE(6000)
	};
	/* no audio at all */
	static const struct dialled refused[] = {
		BEGIN(OFFER, DIAL_SDP("203.0.113.20", "0", "0")), BYE(6000)
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(common, 7000), "codec-mismatch"));
	assert_false(FINDS(DIAL(dynamic, 7000), "codec-mismatch"));
	assert_false(FINDS(DIAL(unknown, 7000), "codec-mismatch"));
	assert_false(FINDS(DIAL(renamed, 7000), "codec-mismatch"));
	assert_false(FINDS(DIAL(refused, 7000), "codec-mismatch"));
	assert_true(FINDS(DIAL(events, 7000), "codec-mismatch"));
	assert_true(FINDS(DIAL(mismatch, 7000), "codec-mismatch"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.message_count, 2);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 3);
}

/* RFC 3261 section 21.4.26, and warning 305 of section 20.43. */
static void a_refusal_for_the_codec_says_so(void **state)
{
	static const struct dialled plain[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(50, 'B', 'A', "488", "1 INVITE", "t"),
	};
	static const struct dialled warned[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(50, 'B', 'A', "488", "1 INVITE", "t",
		     "Warning: 399 b \"x\", 305 b \"Incompatible media "
		     "format\"\r\n"),
	};
	static const struct dialled bandwidth[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(50, 'B', 'A', "488", "1 INVITE", "t",
		     "Warning: 370 b \"Insufficient bandwidth\"\r\n"),
	};
	static const struct dialled described[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(50, 'B', 'A', "606", "1 INVITE", "t",
		     .body = DIAL_SDP("203.0.113.20", "0", "0")),
	};
	static const struct dialled other_fault[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(50, 'B', 'A', "606", "1 INVITE", "t",
		     .body = DIAL_SDP("203.0.113.20", "0", "8")),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(plain, 100), "codec-mismatch"));
	assert_false(FINDS(DIAL(bandwidth, 100), "codec-mismatch"));
	assert_false(FINDS(DIAL(other_fault, 100), "codec-mismatch"));
	assert_true(FINDS(DIAL(warned, 100), "codec-mismatch"));
	assert_int_equal(f.code, 488);
	assert_int_equal(f.messages[1], 2);
	assert_true(FINDS(DIAL(described, 100), "codec-mismatch"));
	assert_int_equal(f.code, 606);
}

static void rtp_of_a_type_that_nobody_listed_is_found(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(9000) };
	static const struct dialled listed[] = {
		BEGIN(DIAL_SDP("192.0.2.1", "40000", "8 0"), ANSWER), BYE(9000)
	};
	static const struct spoken nine[] = {
		{ 2100, 3700, 'A', 40000, 'B', 50000, 0, 1, 0 },
	};
	static const struct spoken ten[] = {
		{ 2100, 3900, 'A', 40000, 'B', 50000, 0, 1, 0 },
	};
	static const struct spoken noise[] = {
		{ 2100, 3900, 'A', 40000, 'B', 50000, 13, 1, 0 },
	};
	/* of the call that had the port before */
	static const struct spoken before[] = {
		{ 1900, 3900, 'A', 40000, 'B', 50000, 0, 1, 0 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_RTP(call, nine, 9100), "codec-mismatch"));
	assert_false(FINDS(DIAL_RTP(call, noise, 9100), "codec-mismatch"));
	assert_false(FINDS(DIAL_RTP(call, before, 9100), "codec-mismatch"));
	assert_false(FINDS(DIAL_RTP(listed, ten, 9100), "codec-mismatch"));
	assert_true(FINDS(DIAL_RTP(call, ten, 9100), "codec-mismatch"));
	assert_int_equal(f.count, 0);
	assert_int_equal(f.lasted_ns, INT64_C(1800000000));
	assert_int_equal(f.element.address[3], 1);
}

/* ---- sdp-answer-missing */

static void an_offer_without_an_answer_is_found(void **state)
{
	static const struct dialled bare[] = { BEGIN(OFFER, NULL), BYE(6000) };
	static const struct dialled late[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE"),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t", .body = ANSWER),
		SEND(2020, 'A', 'B', "ACK", "1 ACK", "t", .branch = "ack"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL(bare, 6100), "sdp-answer-missing"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.code, 200);
	assert_int_equal(f.message_count, 2);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 3);
	assert_true(FINDS(DIAL(late, 3000), "sdp-answer-missing"));
	assert_int_equal(f.message_count, 3);
	assert_int_equal(f.messages[2], 3);
}

static void an_answer_may_stand_elsewhere(void **state)
{
	/* RFC 3262 section 5 */
	static const struct dialled reliable[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(500, 'B', 'A', "183", "1 INVITE", "t",
		     "Require: 100rel\r\nRSeq: 1\r\n", ANSWER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t"),
	};
	static const struct dialled unreliable[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(500, 'B', 'A', "183", "1 INVITE", "t", .body = ANSWER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t"),
	};
	/* it may have been in a 183 that the capture does not hold */
	static const struct dialled pracked[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(520, 'A', 'B', "PRACK", "2 PRACK", "t",
		     "RAck: 1 1 INVITE\r\n"),
		SEND(540, 'B', 'A', "200", "2 PRACK", "t"),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t"),
	};
	static const struct dialled in_ack[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE"),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t", .body = ANSWER),
		SEND(2020, 'A', 'B', "ACK", "1 ACK", "t", .body = OFFER,
		     .branch = "ack"),
	};
	static const struct dialled no_ack[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE"),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t", .body = ANSWER),
	};
	static const struct dialled other_body[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t", .body = ANSWER,
		     .type = "application/x-packed"),
	};
	static const struct dialled none_at_all[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE"),
		SEND(2000, 'B', 'A', "200", "1 INVITE", "t"),
		SEND(2020, 'A', 'B', "ACK", "1 ACK", "t", .branch = "ack"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(reliable, 3000), "sdp-answer-missing"));
	assert_true(FINDS(DIAL(unreliable, 3000), "sdp-answer-missing"));
	assert_false(FINDS(DIAL(pracked, 3000), "sdp-answer-missing"));
	assert_false(FINDS(DIAL(other_body, 3000), "sdp-answer-missing"));
	assert_false(FINDS(DIAL(in_ack, 3000), "sdp-answer-missing"));
	assert_false(FINDS(DIAL(no_ack, 3000), "sdp-answer-missing"));
	assert_false(FINDS(DIAL(none_at_all, 3000), "sdp-answer-missing"));
}

/* ---- poor-media */

/* 400 packets of 20 ms. */
#define MANY_FROM_A(type)                                                      \
	{                                                                      \
		2100, 10080, 'A', 40000, 'B', 50000, (type), 3, 20             \
	}
#define MANY_FROM_B                                                            \
	{                                                                      \
		2100, 10080, 'B', 50000, 'A', 40000, 8, 3, 20                  \
	}

#define DYNAMIC(address, port, name)                                           \
	DIAL_SDP_MORE(address, port, "96", "a=rtpmap:96 " name "\r\n")

static void one_packet_in_twenty_is_poor(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(12000) };
	static const struct spoken rtp[] = { MANY_FROM_A(8) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_LOSING(call, rtp, 21, 12100), "poor-media"));
	assert_true(FINDS(DIAL_LOSING(call, rtp, 20, 12100), "poor-media"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 20);
	assert_int_equal(f.lasted_ns, INT64_C(7980000000));
	assert_int_equal(f.element.address[3], 1);
	assert_int_equal(f.message_count, 1);
	assert_int_equal(f.messages[0], 3);
}

static void the_callee_may_lose_as_well(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(12000) };
	static const struct spoken back[] = { MANY_FROM_B };
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL_LOSING(call, back, 10, 12100), "poor-media"));
	assert_int_equal(f.element.address[3], 20);
	assert_int_equal(f.messages[0], 1);
}

static void fewer_than_two_hundred_packets_tell_no_loss(void **state)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(12000) };
	static const struct spoken brief[] = {
		{ 2100, 6280, 'A', 40000, 'B', 50000, 8, 3, 20 },
	};
	static const struct spoken longer[] = {
		{ 2100, 6560, 'A', 40000, 'B', 50000, 8, 3, 20 },
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_LOSING(call, brief, 10, 12100), "poor-media"));
	assert_true(FINDS(DIAL_LOSING(call, longer, 10, 12100), "poor-media"));
}

static void only_speech_is_poor(void **state)
{
	static const struct {
		const char *offer;
		const char *answer;
		bool is;
	} list[] = {
		{ DYNAMIC("192.0.2.1", "40000", "opus/48000/2"),
		  DYNAMIC("203.0.113.20", "50000", "opus/48000/2"), true },
		{ DYNAMIC("192.0.2.1", "40000", "telephone-event/8000"),
		  DYNAMIC("203.0.113.20", "50000", "telephone-event/8000"),
		  false },
		{ DYNAMIC("192.0.2.1", "40000", "H264/90000"),
		  DYNAMIC("203.0.113.20", "50000", "H264/90000"), false },
		{ DYNAMIC("192.0.2.1", "40000", "x-own/8000"),
		  DYNAMIC("203.0.113.20", "50000", "x-own/8000"), false },
		{ OFFER, ANSWER, false },
	};
	static const struct spoken poor[] = { MANY_FROM_A(96) };
	struct finding f = { .kind = "" };

	(void)state;
	for (size_t i = 0; i < DIAL_COUNT(list); i++) {
		const struct dialled call[] = {
			BEGIN(list[i].offer, list[i].answer), BYE(12000)
		};

		assert_int_equal(
			FINDS(DIAL_LOSING(call, poor, 10, 12100), "poor-media"),
			list[i].is);
	}
}

static void a_call_that_nobody_answered_has_no_poor_media(void **state)
{
	static const struct dialled call[] = {
		SEND(0, 'A', 'B', "INVITE", "1 INVITE", .body = OFFER),
		SEND(500, 'B', 'A', "183", "1 INVITE", "t", .body = ANSWER),
		SEND(12000, 'B', 'A', "486", "1 INVITE", "t"),
	};
	static const struct spoken poor[] = { MANY_FROM_B };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL_LOSING(call, poor, 10, 12100), "poor-media"));
}

static bool is_poor_if_dropped(uint64_t dropped)
{
	static const struct dialled call[] = { BEGIN(OFFER, ANSWER),
					       BYE(12000) };
	static const struct spoken poor[] = { MANY_FROM_A(8) };
	struct diagnosis d = { .limits = PHASE_LIMITS_DEFAULT,
			       .dropped = dropped };
	struct finding found[FINDING_ROOM];
	struct store *s = dial_store(DIAL_LOSING(call, poor, 10, 12100));
	const struct view *v = store_view(s);
	unsigned n = diagnosis_findings(&d, v, view_find(v, SLICE("call@test")),
					found, FINDING_ROOM);
	bool is = false;

	for (unsigned i = 0; i < n; i++)
		is |= strcmp(found[i].kind, "poor-media") == 0;
	store_free(s);
	return is;
}

/* Of 400 packets 40 are missing. */
static void what_the_capture_dropped_was_not_lost_on_the_way(void **state)
{
	(void)state;
	assert_true(is_poor_if_dropped(0));
	assert_true(is_poor_if_dropped(2));
	assert_false(is_poor_if_dropped(30));
	assert_false(is_poor_if_dropped(1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_who_is_never_heard_is_one_way),
		cmocka_unit_test(the_caller_may_be_the_silent_one),
		cmocka_unit_test(less_than_a_second_and_a_half_tells_nothing),
		cmocka_unit_test(who_was_heard_before_the_answer_is_not_silent),
		cmocka_unit_test(the_answer_is_that_of_the_2xx),
		cmocka_unit_test(a_packet_now_and_then_is_no_speech),
		cmocka_unit_test(on_hold_one_way_is_in_order),
		cmocka_unit_test(with_ice_the_address_proves_nothing),
		cmocka_unit_test(rtp_back_to_where_it_comes_from_is_heard),
		cmocka_unit_test(a_relay_that_is_silent_to_one_side_is_found),
		cmocka_unit_test(silence_counts_where_rtp_of_others_is_seen),
		cmocka_unit_test(
			media_may_take_another_way_than_the_signalling),
		cmocka_unit_test(rtp_at_an_earlier_address_is_media),
		cmocka_unit_test(a_brief_or_inactive_call_needs_no_rtp),
		cmocka_unit_test(
			rtp_that_stops_twenty_seconds_before_the_bye_is_found),
		cmocka_unit_test(who_may_say_nothing_has_not_stopped),
		cmocka_unit_test(a_new_ssrc_or_port_goes_on),
		cmocka_unit_test(
			of_a_session_refreshed_for_days_nothing_is_told),
		cmocka_unit_test(held_rtp_has_not_stopped),
		cmocka_unit_test(a_call_that_is_up_needs_proof),
		cmocka_unit_test(an_answer_without_a_common_codec_is_found),
		cmocka_unit_test(a_refusal_for_the_codec_says_so),
		cmocka_unit_test(rtp_of_a_type_that_nobody_listed_is_found),
		cmocka_unit_test(an_offer_without_an_answer_is_found),
		cmocka_unit_test(an_answer_may_stand_elsewhere),
		cmocka_unit_test(one_packet_in_twenty_is_poor),
		cmocka_unit_test(the_callee_may_lose_as_well),
		cmocka_unit_test(fewer_than_two_hundred_packets_tell_no_loss),
		cmocka_unit_test(only_speech_is_poor),
		cmocka_unit_test(a_call_that_nobody_answered_has_no_poor_media),
		cmocka_unit_test(
			what_the_capture_dropped_was_not_lost_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
