/* L2TP, versions 2 (RFC 2661) and 3 (RFC 3931), headers by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrap.h"

#define V3     "\0\3\0\0"
#define COOKIE "\xde\xad\xbe\xef"
#define LAYER  "\x40\0\0\7"

static const struct wrap tunnels[] = {
	/* version 2: plain, compressed, with all that may be, IPv6 */
	{ BY_PORT, 1701, BYTES("\0\2\0\1\0\2\xff\3\0\x21"), false },
	{ BY_PORT, 1701, BYTES("\0\2\0\1\0\2\x21"), false },
	{ BY_SOURCE_PORT, 1701,
	  BYTES("\x4a\2\0\x43\0\1\0\2\0\7\0\x08\0\2xx\0\x21"), false },
	{ BY_PORT, 1701, BYTES("\1\2\0\1\0\2\xff\3\0\x57"), true },
	/* version 3 over UDP */
	{ BY_PORT, 1701, BYTES(V3 "\0\0\0\7" ETHERNET_IP), false },
	{ BY_PORT, 1701, BYTES(V3 "\0\0\0\7" COOKIE ETHERNET_IP), false },
	/* over IP: Ethernet behind each cookie, with and without sublayer */
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" ETHERNET_IP), false },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" LAYER ETHERNET_IP), false },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" COOKIE COOKIE ETHERNET_IP),
	  false },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" COOKIE COOKIE LAYER ETHERNET_IP),
	  false },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" COOKIE MACS "\x81\0\0\7\x86\xdd"),
	  true },
	/* PPP, IP */
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" COOKIE "\xff\3\0\x21"), false },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" COOKIE LAYER "\0\x57"), true },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7" COOKIE COOKIE), false },
	{ BY_PROTOCOL, 115, BYTES("\0\0\0\7"), true },
};

#define TUNNELS (sizeof(tunnels) / sizeof(tunnels[0]))

static void every_session_is_opened(void **state)
{
	(void)state;
	assert_int_equal(first_unlike(tunnels, TUNNELS, is_unwrapped), TUNNELS);
}

static void a_session_cut_anywhere_is_told_or_counted(void **state)
{
	(void)state;
	assert_int_equal(first_unlike(tunnels, TUNNELS, is_honest_when_cut),
			 TUNNELS);
}

static void a_filter_of_ports_lets_it_pass(void **state)
{
	(void)state;
	assert_int_equal(first_unlike(tunnels, TUNNELS, is_let_pass), TUNNELS);
}

static void no_byte_of_a_header_makes_a_wrong_message(void **state)
{
	(void)state;
	assert_int_equal(first_unlike(tunnels, TUNNELS, is_honest_when_changed),
			 TUNNELS);
}

static void control_is_not_counted(void **state)
{
	static const struct wrap over_ip = { BY_PROTOCOL, 115,
					     BYTES("\0\0\0\0\xc8\3\0\x0c"),
					     false };
	static const struct wrap over_udp = {
		BY_PORT, 1701, BYTES("\xc8\2\0\x0c\0\1\0\0\0\0\0\1"), false
	};
	struct outcome o = outcome_of_header(&over_ip);

	(void)state;
	assert_true(passed_over(&o));
	o = outcome_of_header(&over_udp);
	assert_int_equal(counted(&o), 0);
}

static void what_cannot_be_opened_is_counted_once(void **state)
{
	static const struct wrap cases[] = {
		{ BY_PORT, 1701, BYTES("\x4a\2\0\x0c\0\1\0\2\0\7\0"), false },
		{ BY_PORT, 1701, BYTES("\x02\2\0\1\0\2\0\xffxyz"), false },
		{ BY_PORT, 1701, BYTES("\0\3\0"), false },
		{ BY_PORT, 1701, BYTES(V3 "\0\0\0\7 nothing of ours"), false },
		{ BY_PROTOCOL, 115, BYTES("\0\0\0"), false },
		{ BY_PROTOCOL, 115, BYTES("\0\0\0\7"), false },
		{ BY_PROTOCOL, 115, BYTES("\0\0\0\7 nothing of ours"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = outcome_of_header(&cases[i]);

		if (!refused_for(&o, UNDECODED_TUNNEL))
			print_error("case %zu\n", i);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_session_is_opened),
		cmocka_unit_test(a_session_cut_anywhere_is_told_or_counted),
		cmocka_unit_test(a_filter_of_ports_lets_it_pass),
		cmocka_unit_test(no_byte_of_a_header_makes_a_wrong_message),
		cmocka_unit_test(control_is_not_counted),
		cmocka_unit_test(what_cannot_be_opened_is_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
