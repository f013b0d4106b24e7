/* IPv4 (RFC 791) and IPv6 (RFC 8200), in packets without a link header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"

#define RAW            101
#define TEXT           "BYE sip:a SIP/2.0"
#define BYTES(literal) literal, sizeof(literal) - 1

static void an_ipv4_datagram_has_its_flow(void **state)
{
	struct frame f = { 0 };
	struct outcome o;
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	add_datagram(&f, TEXT);
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, TEXT));
	assert_int_equal(o.datagram.flow.transport, TRANSPORT_UDP);
	assert_string_equal(endpoint_text(&o.datagram.flow.source, text),
			    "192.0.2.1:5060");
	assert_string_equal(endpoint_text(&o.datagram.flow.destination, text),
			    "192.0.2.2:5062");
}

static void an_ipv6_datagram_has_its_flow(void **state)
{
	struct frame f = { 0 };
	struct outcome o;
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	add_ipv6(&f, 17, 8 + strlen(TEXT));
	add_udp(&f, TEXT);
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, TEXT));
	assert_string_equal(endpoint_text(&o.datagram.flow.source, text),
			    "[2001:db8::1]:5060");
	assert_string_equal(endpoint_text(&o.datagram.flow.destination, text),
			    "[2001:db8::2]:5062");
}

static void options_are_passed_over(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ipv4(&f, 17, 8 + strlen(TEXT) + 4);
	f.bytes[0] = 0x46;
	ADD(&f, "\x94\4\0\0"); /* router alert, RFC 2113 */
	add_udp(&f, TEXT);
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, TEXT));
}

static void padding_behind_the_packet_is_cut_off(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ipv4(&f, 17, 12);
	add_udp(&f, "\r\n\r\n");
	ADD(&f, "padding padding");
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, "\r\n\r\n"));
	assert_false(o.datagram.cut);
}

static void a_total_length_of_zero_means_all(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_datagram(&f, TEXT);
	memset(f.bytes + 2, 0, 2);
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, TEXT));
	assert_false(o.datagram.cut);
}

/* The number at byte `at` of an IPv4 packet is changed. */
static struct outcome changed(size_t at, uint8_t value)
{
	struct frame f = { 0 };

	add_datagram(&f, TEXT);
	f.bytes[at] = value;
	return outcome_of(&f, RAW);
}

static void broken_ipv4_headers_are_counted(void **state)
{
	struct outcome o;

	(void)state;
	o = changed(0, 0x44); /* shorter than a header */
	assert_true(refused_for(&o, UNDECODED_IP_HEADER));
	o = changed(0, 0x4f); /* longer than the packet */
	assert_true(refused_for(&o, UNDECODED_IP_HEADER));
	o = changed(0, 0x55); /* no version of IP */
	assert_true(refused_for(&o, UNDECODED_IP_HEADER));
	o = changed(3, 19); /* total length below the header */
	assert_true(refused_for(&o, UNDECODED_IP_HEADER));
	o = changed(3, 27); /* half a UDP header */
	assert_true(refused_for(&o, UNDECODED_UDP_HEADER));
}

static void ipv4_fragments_are_counted(void **state)
{
	struct outcome o;

	(void)state;
	o = changed(6, 0x20); /* the first: more follow */
	assert_true(refused_for(&o, UNDECODED_IP_FRAGMENT));
	o = changed(7, 0x01); /* the last: an offset */
	assert_true(refused_for(&o, UNDECODED_IP_FRAGMENT));
	o = changed(6, 0x00);
	assert_true(payload_is(&o, TEXT));
}

/* Protocol numbers that are a tunnel, and some that are nothing to us. */
static void protocols_are_told_apart(void **state)
{
	static const struct {
		uint8_t protocol;
		bool tunnel;
	} cases[] = {
		{ 4, true },  { 41, true },  { 47, true },  { 50, true },
		{ 1, false }, { 2, false },  { 58, false }, { 89, false },
		{ 0, false }, { 44, false }, { 60, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = changed(9, cases[i].protocol);

		if (cases[i].tunnel)
			assert_true(refused_for(&o, UNDECODED_TUNNEL));
		else
			assert_true(passed_over(&o));
	}
}

/* Chains of extension headers; the first number is that of the first. */
static const struct {
	uint8_t first;
	const char *bytes;
	size_t len;
} chains[] = {
	{ 0, BYTES("\x11\0\5\2\0\0\1\0") }, /* hop-by-hop, RFC 2711 */
	{ 43, BYTES("\x11\2\0\1\0\0\0\0abcdefghijklmnop") }, /* routing */
	{ 60, BYTES("\x11\0\1\4\0\0\0\0") },                 /* destination */
	{ 44, BYTES("\x11\0\0\0\1\2\3\4") },         /* atomic, RFC 6946 */
	{ 51, BYTES("\x11\1\0\0\0\0\0\7\0\0\0\1") }, /* AH without a value */
	{ 51, BYTES("\x11\4\0\0\0\0\0\7\0\0\0\1abcdefghijkl") },
	{ 0, BYTES("\x3c\0\5\2\0\0\1\0"
		   "\x2c\1\1\4\0\0\0\0xxxxxxxx"
		   "\x11\0\0\0\1\2\3\4") },
};

#define CHAINS (sizeof(chains) / sizeof(chains[0]))

static void extension_headers_are_passed_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < CHAINS; i++) {
		struct frame f = { 0 };
		struct outcome o;

		add_ipv6(&f, chains[i].first, chains[i].len + 8 + strlen(TEXT));
		add(&f, chains[i].bytes, chains[i].len);
		add_udp(&f, TEXT);
		o = outcome_of(&f, RAW);
		assert_true(payload_is(&o, TEXT));
		for (size_t len = 0; len < 40 + chains[i].len; len++) {
			o = outcome_of_part(&f, RAW, len);
			assert_true(refused_for(&o, UNDECODED_IP_HEADER));
		}
	}
}

static void ipv6_fragments_are_counted(void **state)
{
	static const char *const headers[] = { "\x11\0\0\1\1\2\3\4",
					       "\x11\0\0\x08\1\2\3\4" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct frame f = { 0 };
		struct outcome o;

		add_ipv6(&f, 44, 8 + 8 + strlen(TEXT));
		add(&f, headers[i], 8);
		add_udp(&f, TEXT);
		o = outcome_of(&f, RAW);
		assert_true(refused_for(&o, UNDECODED_IP_FRAGMENT));
	}
}

static void a_chain_without_end_is_given_up(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ipv6(&f, 60, 100 * 8);
	for (int i = 0; i < 100; i++)
		ADD(&f, "\x3c\0\1\4\0\0\0\0");
	o = outcome_of(&f, RAW);
	assert_true(refused_for(&o, UNDECODED_IP_NESTING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_datagram_has_its_flow),
		cmocka_unit_test(an_ipv6_datagram_has_its_flow),
		cmocka_unit_test(options_are_passed_over),
		cmocka_unit_test(padding_behind_the_packet_is_cut_off),
		cmocka_unit_test(a_total_length_of_zero_means_all),
		cmocka_unit_test(broken_ipv4_headers_are_counted),
		cmocka_unit_test(ipv4_fragments_are_counted),
		cmocka_unit_test(protocols_are_told_apart),
		cmocka_unit_test(extension_headers_are_passed_over),
		cmocka_unit_test(ipv6_fragments_are_counted),
		cmocka_unit_test(a_chain_without_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
