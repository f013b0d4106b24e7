/* Rules about where messages come from: NAT, private addresses, scanners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dial.h"

#define PRIVATE "Contact: <sip:alice@10.0.0.1:5060>\r\n"
#define PUBLIC  "Contact: <sip:alice@192.0.2.1:5060>\r\n"

/* ---- nat-contact */

static void a_private_contact_from_a_public_source_is_noted(void **state)
{
	static const struct dialled nat[] = {
		SEND(0, 'A', 'R', "REGISTER", "1 REGISTER", NULL, PRIVATE),
		SEND(9000, 'A', 'R', "REGISTER", "2 REGISTER", NULL, PRIVATE),
	};
	static const struct dialled none[] = {
		SEND(0, 'A', 'R', "REGISTER", "1 REGISTER", NULL, PUBLIC),
	};
	/* nobody out there is asked to reach it */
	static const struct dialled inside[] = {
		SEND(0, 'b', 'a', "REGISTER", "1 REGISTER", NULL, PRIVATE),
	};
	static const struct dialled to_inside[] = {
		SEND(0, 'A', 'a', "REGISTER", "1 REGISTER", NULL,
		     "Contact: <sip:alice@10.0.0.2:5060>\r\n"),
	};
	static const struct dialled loopback[] = {
		SEND(0, 'l', 'l', "REGISTER", "1 REGISTER", NULL, PRIVATE),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(none, 10), "nat-contact"));
	assert_false(FINDS(DIAL(inside, 10), "nat-contact"));
	assert_false(FINDS(DIAL(to_inside, 10), "nat-contact"));
	assert_false(FINDS(DIAL(loopback, 10), "nat-contact"));
	assert_true(FINDS(DIAL(nat, 9100), "nat-contact"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.message_count, 1);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.element.address[0], 192);
}

/* ---- nat-via */

static void a_private_via_from_a_public_source_is_noted(void **state)
{
	static const struct dialled nat[] = {
		SEND(0, 'A', 'R', "OPTIONS", "1 OPTIONS",
		     .via = "10.0.0.1:5060"),
	};
	/* a host with two addresses */
	static const struct dialled two[] = {
		SEND(0, 'A', 'R', "OPTIONS", "1 OPTIONS",
		     .via = "203.0.113.99:5060"),
	};
	static const struct dialled inside[] = {
		SEND(0, 'b', 'a', "OPTIONS", "1 OPTIONS",
		     .via = "10.0.0.77:5060"),
	};
	static const struct dialled six[] = {
		SEND(0, 'A', 'R', "OPTIONS", "1 OPTIONS",
		     .via = "[fd00::1]:5060"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(two, 10), "nat-via"));
	assert_false(FINDS(DIAL(inside, 10), "nat-via"));
	assert_true(FINDS(DIAL(six, 10), "nat-via"));
	assert_true(FINDS(DIAL(nat, 10), "nat-via"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.messages[0], 1);
}

/* ---- private-sdp */

#define PRIVATE_SDP DIAL_SDP("10.0.0.1", "40000", "8")

static void a_private_address_in_sdp_to_the_public_is_noted(void **state)
{
	static const struct dialled call[] = {
		SEND(0, 'A', 'R', "INVITE", "1 INVITE", .body = PRIVATE_SDP),
	};
	static const struct dialled inside[] = {
		SEND(0, 'a', 'b', "INVITE", "1 INVITE", .body = PRIVATE_SDP),
	};
	static const struct dialled held[] = {
		SEND(0, 'A', 'R', "INVITE", "1 INVITE",
		     .body = DIAL_SDP("0.0.0.0", "40000", "8")),
	};
	static const struct dialled ice[] = {
		SEND(0, 'A', 'R', "INVITE", "1 INVITE",
		     .body = DIAL_SDP_MORE("10.0.0.1", "40000", "8",
					   "a=ice-ufrag:8hhY\r\n")),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(inside, 10), "private-sdp"));
	assert_false(FINDS(DIAL(held, 10), "private-sdp"));
	assert_false(FINDS(DIAL(ice, 10), "private-sdp"));
	assert_true(FINDS(DIAL(call, 10), "private-sdp"));
	assert_int_equal(f.severity, FINDING_NOTE);
	assert_int_equal(f.messages[0], 1);
}

/* A capture behind the NAT; or of a network whose addresses are both. */
static void behind_the_nat_the_answer_tells_of_it(void **state)
{
	static const struct dialled nat[] = {
		SEND(0, 'a', 'R', "INVITE", "1 INVITE", .body = PRIVATE_SDP),
		SEND(20, 'R', 'a', "100", "1 INVITE",
		     .via = "10.0.0.1:5060;received=192.0.2.1;rport=1024"),
	};
	static const struct dialled routed[] = {
		SEND(0, 'a', 'R', "INVITE", "1 INVITE", .body = PRIVATE_SDP),
		SEND(20, 'R', 'a', "100", "1 INVITE",
		     .via = "10.0.0.1:5060;rport=5060"),
	};
	static const struct dialled answer[] = {
		SEND(0, 'R', 'a', "INVITE", "1 INVITE"),
		SEND(20, 'a', 'R', "200", "1 INVITE", "t", .body = PRIVATE_SDP,
		     .via = "198.51.100.10:5060"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_true(FINDS(DIAL(nat, 100), "private-sdp"));
	assert_false(FINDS(DIAL(routed, 100), "private-sdp"));
	assert_false(FINDS(DIAL(answer, 100), "private-sdp"));
}

/* ---- scanner */

static void a_scanner_that_says_so_is_found(void **state)
{
	static const struct dialled scan[] = {
		SEND(0, 'A', 'R', "OPTIONS", "1 OPTIONS", NULL,
		     "User-Agent: friendly-scanner\r\n"),
	};
	static const struct dialled phone[] = {
		SEND(0, 'A', 'R', "OPTIONS", "1 OPTIONS", NULL,
		     "User-Agent: friendly phone\r\n"),
	};
	struct finding f = { .kind = "" };

	(void)state;
	assert_false(FINDS(DIAL(phone, 10), "scanner"));
	assert_true(FINDS(DIAL(scan, 10), "scanner"));
	assert_int_equal(f.severity, FINDING_WARNING);
	assert_int_equal(f.messages[0], 1);
	assert_int_equal(f.element.address[0], 192);
}

#define CALLS 32

/* Calls of A for the users 100, 101, ... and their answers. */
struct scan {
	struct dialled list[2 * CALLS + 2];
	char ids[CALLS][16];
	char users[CALLS][8];
	size_t count;
};

static void ask(struct scan *k, unsigned calls, unsigned users,
		const char *answer)
{
	k->count = 0;
	for (unsigned i = 0; i < calls; i++) {
		struct dialled d = { .ms = 100 * i,
				     .from = 'A',
				     .to = 'R',
				     .what = "REGISTER",
				     .cseq = "1 REGISTER",
				     .call_id = k->ids[i],
				     .user = k->users[i] };

		(void)snprintf(k->ids[i], sizeof(k->ids[i]), "c%u", i);
		(void)snprintf(k->users[i], sizeof(k->users[i]), "%u",
			       100 + i % users);
		k->list[k->count++] = d;
		d.ms += 20;
		d.from = 'R';
		d.to = 'A';
		d.what = answer;
		d.tag = "t";
		if (answer != NULL)
			k->list[k->count++] = d;
	}
}

static bool is_scan(const struct scan *k, const char *call_id)
{
	const struct dial d = { .messages = k->list,
				.message_count = k->count,
				.now_ms = 40000 };
	struct finding f = { .kind = "" };

	return dial_finds(&d, call_id, "scanner", &f);
}

static void who_is_turned_away_by_many_users_scans(void **state)
{
	static struct scan k;

	(void)state;
	ask(&k, 20, 20, "404");
	assert_true(is_scan(&k, "c0"));
	assert_true(is_scan(&k, "c19"));
	ask(&k, 19, 19, "404");
	assert_false(is_scan(&k, "c0"));
	/* a phone with a wrong password */
	ask(&k, 30, 1, "403");
	assert_false(is_scan(&k, "c0"));
	/* a server that is down */
	ask(&k, 30, 30, "503");
	assert_false(is_scan(&k, "c0"));
	ask(&k, 30, 30, NULL);
	assert_false(is_scan(&k, "c0"));
}

static void who_succeeds_or_answers_is_no_scanner(void **state)
{
	static struct scan k;

	(void)state;
	ask(&k, 30, 30, "404");
	k.list[1].what = "200";
	assert_false(is_scan(&k, "c5"));
	ask(&k, 30, 30, "404");
	k.list[k.count++] = (struct dialled)SEND(
		9000, 'R', 'A', "OPTIONS", "1 OPTIONS", .call_id = "ping");
	k.list[k.count++] = (struct dialled)SEND(
		9010, 'A', 'R', "200", "1 OPTIONS", "x", .call_id = "ping");
	assert_false(is_scan(&k, "c5"));
	/* of one that scans: a line that was busy is none of it */
	ask(&k, 30, 30, "404");
	k.list[1].what = "486";
	assert_false(is_scan(&k, "c0"));
	assert_true(is_scan(&k, "c1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_private_contact_from_a_public_source_is_noted),
		cmocka_unit_test(a_private_via_from_a_public_source_is_noted),
		cmocka_unit_test(
			a_private_address_in_sdp_to_the_public_is_noted),
		cmocka_unit_test(behind_the_nat_the_answer_tells_of_it),
		cmocka_unit_test(a_scanner_that_says_so_is_found),
		cmocka_unit_test(who_is_turned_away_by_many_users_scans),
		cmocka_unit_test(who_succeeds_or_answers_is_no_scanner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
