/* Rules about what was granted for a time: registrations, session timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dial.h"

#define SECONDS(n) ((n)*INT64_C(1000000000))

#define CONTACT      "Contact: <sip:alice@192.0.2.1:5060>"
#define FOR(seconds) CONTACT ";expires=" seconds "\r\n"

/* A REGISTER of `from`, with its 200 after 20 ms. */
#define REGISTER(ms, from, cseq, seconds)                                      \
	SEND((ms), (from), 'R', "REGISTER", cseq " REGISTER", NULL,            \
	     FOR(seconds)),                                                    \
		SEND((ms) + 20, 'R', (from), "200", cseq " REGISTER", "t",     \
		     FOR(seconds))
#define TAKE_BACK(ms, from, cseq)                                              \
	SEND((ms), (from), 'R', "REGISTER", cseq " REGISTER", NULL, FOR("0")), \
		SEND((ms) + 20, 'R', (from), "200", cseq " REGISTER", "t")

/* The registrar shows that the capture goes on there. */
#define PING(ms)                                                               \
	SEND((ms), 'R', 'A', "OPTIONS", "1 OPTIONS", .call_id = "ping"),       \
		SEND((ms) + 20, 'A', 'R', "200", "1 OPTIONS", "o",             \
		     .call_id = "ping")

/* ---- registration-flapping */

static void a_binding_that_goes_four_times_flaps(void **state)
{
	static const struct dialled four[] = {
		REGISTER(0, 'A', "1", "300"),      TAKE_BACK(20000, 'A', "2"),
		REGISTER(40000, 'A', "3", "300"),  TAKE_BACK(60000, 'A', "4"),
		REGISTER(80000, 'A', "5", "300"),  TAKE_BACK(100000, 'A', "6"),
		REGISTER(120000, 'A', "7", "300"), TAKE_BACK(140000, 'A', "8"),
	};
	static const struct dialled three[] = {
		REGISTER(0, 'A', "1", "300"),      TAKE_BACK(20000, 'A', "2"),
		REGISTER(40000, 'A', "3", "300"),  TAKE_BACK(60000, 'A', "4"),
		REGISTER(80000, 'A', "5", "300"),  TAKE_BACK(100000, 'A', "6"),
		REGISTER(120000, 'A', "7", "300"),
	};
	/* the fourth time comes later than five minutes after the first */
	static const struct dialled slow[] = {
		REGISTER(0, 'A', "1", "300"),      TAKE_BACK(20000, 'A', "2"),
		REGISTER(40000, 'A', "3", "300"),  TAKE_BACK(60000, 'A', "4"),
		REGISTER(80000, 'A', "5", "300"),  TAKE_BACK(100000, 'A', "6"),
		REGISTER(120000, 'A', "7", "300"), TAKE_BACK(320001, 'A', "8"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(three, 150000), "registration-flapping"));
	assert_false(FINDS(DIAL(slow, 330000), "registration-flapping"));
	assert_true(FINDS(DIAL(four, 150000), "registration-flapping"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 4);
	assert_int_equal(f.lasted_ns, SECONDS(120));
	assert_int_equal(f.message_count, 4);
	assert_int_equal(f.messages[0], 3);
	assert_int_equal(f.messages[3], 15);
}

static void a_binding_that_changes_its_address_flaps(void **state)
{
	static const struct dialled two_hosts[] = {
		REGISTER(0, 'A', "1", "300"),
		REGISTER(10000, 'C', "2", "300"),
		REGISTER(20000, 'A', "3", "300"),
		REGISTER(30000, 'C', "4", "300"),
		REGISTER(40000, 'A', "5", "300"),
	};
	static const struct dialled one_host[] = {
		REGISTER(0, 'A', "1", "300"),
		REGISTER(10000, 'A', "2", "300"),
		REGISTER(20000, 'A', "3", "300"),
		REGISTER(30000, 'A', "4", "300"),
		REGISTER(40000, 'A', "5", "300"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(one_host, 50000), "registration-flapping"));
	assert_true(FINDS(DIAL(two_hosts, 50000), "registration-flapping"));
}

/* A proxy B sends on what A has asked it. */
static void a_proxy_in_between_does_not_flap(void **state)
{
#define BOTH_HOPS(ms, cseq)                                                    \
	SEND((ms), 'A', 'B', "REGISTER", cseq " REGISTER", NULL, FOR("300")),  \
		SEND((ms) + 1, 'B', 'R', "REGISTER", cseq " REGISTER", NULL,   \
		     FOR("300"), .branch = "p" cseq),                          \
		SEND((ms) + 2, 'R', 'B', "200", cseq " REGISTER", "t",         \
		     FOR("300"), .branch = "p" cseq),                          \
		SEND((ms) + 3, 'B', 'A', "200", cseq " REGISTER", "t",         \
		     FOR("300"))
	static const struct dialled proxied[] = {
		BOTH_HOPS(0, "1"),     BOTH_HOPS(10000, "2"),
		BOTH_HOPS(20000, "3"), BOTH_HOPS(30000, "4"),
		BOTH_HOPS(40000, "5"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(proxied, 50000), "registration-flapping"));
}

/* Captured on both sides of a NAT. */
static void one_request_from_two_addresses_does_not_flap(void **state)
{
#define BOTH_SIDES(ms, cseq)                                                   \
	SEND((ms), 'a', 'R', "REGISTER", cseq " REGISTER", NULL, FOR("300")),  \
		SEND((ms) + 1, 'A', 'R', "REGISTER", cseq " REGISTER", NULL,   \
		     FOR("300")),                                              \
		SEND((ms) + 2, 'R', 'A', "200", cseq " REGISTER", "t",         \
		     FOR("300")),                                              \
		SEND((ms) + 3, 'R', 'a', "200", cseq " REGISTER", "t",         \
		     FOR("300"))
	static const struct dialled twice[] = {
		BOTH_SIDES(0, "1"),     BOTH_SIDES(10000, "2"),
		BOTH_SIDES(20000, "3"), BOTH_SIDES(30000, "4"),
		BOTH_SIDES(40000, "5"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(twice, 50000), "registration-flapping"));
}

/* ---- registration-expired */

static void a_registration_that_nobody_renews_runs_out(void **state)
{
	static const struct dialled alone[] = {
		REGISTER(0, 'A', "1", "60"),
		PING(94100),
	};
	static const struct dialled too_soon[] = {
		REGISTER(0, 'A', "1", "60"),
		PING(93900),
	};
	static const struct dialled renewed[] = {
		REGISTER(0, 'A', "1", "60"),
		REGISTER(50000, 'A', "2", "60"),
		PING(94100),
	};
	/* the binding of another phone is left */
	static const struct dialled taken_back[] = {
		REGISTER(0, 'A', "1", "60"),
		SEND(50000, 'A', 'R', "REGISTER", "2 REGISTER", NULL, FOR("0")),
		SEND(50020, 'R', 'A', "200", "2 REGISTER", "t",
		     "Contact: <sip:alice@203.0.113.7>;expires=60\r\n"),
		PING(194100),
	};
	static const struct dialled last_seen[] = {
		REGISTER(0, 'A', "1", "60"),
		PING(40000),
	};
	static const struct dialled nothing_more[] = {
		REGISTER(0, 'A', "1", "60"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL(alone, 94200), "registration-expired"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 60);
	assert_int_equal(f.lasted_ns, INT64_C(94180000000));
	assert_int_equal(f.message_count, 2);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 2);
	assert_false(FINDS(DIAL(too_soon, 94000), "registration-expired"));
	assert_false(FINDS(DIAL(renewed, 94200), "registration-expired"));
	assert_false(FINDS(DIAL(taken_back, 94200), "registration-expired"));
	/* the capture may have ended there */
	assert_false(FINDS(DIAL(last_seen, 600000), "registration-expired"));
	assert_false(FINDS(DIAL(nothing_more, 600000), "registration-expired"));
}

static void a_refresh_that_comes_too_late_is_found(void **state)
{
	static const struct dialled late[] = {
		REGISTER(0, 'A', "1", "60"),
		REGISTER(63000, 'A', "2", "60"),
	};
	static const struct dialled always[] = {
		REGISTER(0, 'A', "1", "60"),
		REGISTER(65000, 'A', "2", "60"),
		REGISTER(130000, 'A', "3", "60"),
		REGISTER(195000, 'A', "4", "60"),
	};
	static const struct dialled in_time[] = {
		REGISTER(0, 'A', "1", "60"),
		REGISTER(61000, 'A', "2", "60"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(in_time, 63100), "registration-expired"));
	assert_true(FINDS(DIAL(always, 195100), "registration-expired"));
	assert_true(FINDS(DIAL(late, 63100), "registration-expired"));
	assert_int_equal(f.message_count, 3);
	assert_int_equal(f.messages[2], 3);
	assert_int_equal(f.lasted_ns, INT64_C(62980000000));
}

/* The longest of all that the registrar lists. */
static void other_bindings_do_not_shorten_the_time(void **state)
{
	static const struct dialled two[] = {
		SEND(0, 'A', 'R', "REGISTER", "1 REGISTER", NULL, FOR("600")),
		SEND(20, 'R', 'A', "200", "1 REGISTER", "t",
		     "Contact: <sip:alice@203.0.113.7>;expires=10\r\n" FOR(
			     "600")),
		PING(200000),
	};
	static const struct dialled by_field[] = {
		SEND(0, 'A', 'R', "REGISTER", "1 REGISTER", NULL, FOR("600")),
		SEND(20, 'R', 'A', "200", "1 REGISTER", "t",
		     CONTACT "\r\nExpires: 60\r\n"),
		PING(200000),
	};
	static const struct dialled unknown[] = {
		SEND(0, 'A', 'R', "REGISTER", "1 REGISTER", NULL, FOR("600")),
		SEND(20, 'R', 'A', "200", "1 REGISTER", "t", CONTACT "\r\n"),
		PING(200000),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(two, 200100), "registration-expired"));
	assert_false(FINDS(DIAL(unknown, 200100), "registration-expired"));
	assert_true(FINDS(DIAL(by_field, 200100), "registration-expired"));
	assert_int_equal(f.count, 60);
}

static void a_new_call_id_of_the_same_user_renews(void **state)
{
	static const struct dialled again[] = {
		REGISTER(0, 'A', "1", "60"),
		SEND(50000, 'A', 'R', "REGISTER", "1 REGISTER", NULL, FOR("60"),
		     .call_id = "next@test"),
		SEND(50020, 'R', 'A', "200", "1 REGISTER", "t", FOR("60"),
		     .call_id = "next@test"),
		PING(100000),
	};
	static const struct dialled other[] = {
		REGISTER(0, 'A', "1", "60"),
		SEND(50000, 'A', 'R', "REGISTER", "1 REGISTER", NULL, FOR("60"),
		     .call_id = "next@test", .user = "carol"),
		SEND(50020, 'R', 'A', "200", "1 REGISTER", "t", FOR("60"),
		     .call_id = "next@test", .user = "carol"),
		PING(100000),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(again, 100100), "registration-expired"));
	assert_true(FINDS(DIAL(other, 100100), "registration-expired"));
}

/* ---- session-expired */

#define TIMER(n) "Session-Expires: " n ";refresher=uac\r\nRequire: timer\r\n"

#define BEGIN(n)                                                               \
	SEND(0, 'A', 'B', "INVITE", "1 INVITE"),                               \
		SEND(1000, 'B', 'A', "200", "1 INVITE", "t", TIMER(n)),        \
		SEND(1020, 'A', 'B', "ACK", "1 ACK", "t", .branch = "ack")
#define BYE(ms)                                                                \
	SEND((ms), 'A', 'B', "BYE", "9 BYE", "t"),                             \
		SEND((ms) + 20, 'B', 'A', "200", "9 BYE", "t")

/* RFC 4028 section 10: 90 - min(32, 90 / 3) is 60 s. */
static void a_bye_when_the_timer_is_about_to_run_out_is_found(void **state)
{
	static const struct dialled at_timer[] = { BEGIN("90"), BYE(62000) };
	static const struct dialled before[] = { BEGIN("90"), BYE(60900) };
	static const struct dialled long_after[] = { BEGIN("90"), BYE(500000) };
	static const struct dialled by_people[] = { BEGIN("1800"),
						    BYE(900000) };
	static const struct dialled at_1800[] = { BEGIN("1800"), BYE(1769000) };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(before, 61000), "session-expired"));
	assert_false(FINDS(DIAL(by_people, 901000), "session-expired"));
	assert_true(FINDS(DIAL(long_after, 501000), "session-expired"));
	assert_true(FINDS(DIAL(at_1800, 1770000), "session-expired"));
	assert_true(FINDS(DIAL(at_timer, 63000), "session-expired"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.count, 90);
	assert_int_equal(f.lasted_ns, SECONDS(61));
	assert_int_equal(f.message_count, 3);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.messages[1], 2);
	assert_int_equal(f.messages[2], 4);
}

static void a_refresh_starts_the_timer_anew(void **state)
{
#define UPDATE(code, more)                                                     \
	SEND(46000, 'A', 'B', "UPDATE", "2 UPDATE", "t"),                      \
		SEND(46020, 'B', 'A', code, "2 UPDATE", "t", more)
	static const struct dialled refreshed[] = { BEGIN("90"),
						    UPDATE("200", TIMER("90")),
						    BYE(70000) };
	static const struct dialled refused[] = { BEGIN("90"),
						  UPDATE("500", NULL),
						  BYE(70000) };
	/* no timer any more */
	static const struct dialled without[] = { BEGIN("90"),
						  UPDATE("200", NULL),
						  BYE(270000) };
	static const struct dialled still_up[] = { BEGIN("90") };
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(refreshed, 71000), "session-expired"));
	assert_true(FINDS(DIAL(refused, 71000), "session-expired"));
	assert_false(FINDS(DIAL(without, 271000), "session-expired"));
	assert_false(FINDS(DIAL(still_up, 271000), "session-expired"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_binding_that_goes_four_times_flaps),
		cmocka_unit_test(a_binding_that_changes_its_address_flaps),
		cmocka_unit_test(a_proxy_in_between_does_not_flap),
		cmocka_unit_test(one_request_from_two_addresses_does_not_flap),
		cmocka_unit_test(a_registration_that_nobody_renews_runs_out),
		cmocka_unit_test(a_refresh_that_comes_too_late_is_found),
		cmocka_unit_test(other_bindings_do_not_shorten_the_time),
		cmocka_unit_test(a_new_call_id_of_the_same_user_renews),
		cmocka_unit_test(
			a_bye_when_the_timer_is_about_to_run_out_is_found),
		cmocka_unit_test(a_refresh_starts_the_timer_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
