/* UDP and its lengths; what of TCP, SCTP and tunnels is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"

#define RAW  101
#define TEXT "ACK sip:a SIP/2.0"

/* A datagram whose UDP header claims another length. */
static struct outcome with_udp_length(size_t len)
{
	struct frame f = { 0 };

	add_datagram(&f, TEXT);
	f.bytes[24] = (uint8_t)(len >> 8);
	f.bytes[25] = (uint8_t)len;
	return outcome_of(&f, RAW);
}

static void a_shorter_length_is_believed(void **state)
{
	struct outcome o = with_udp_length(8 + 3);

	(void)state;
	assert_true(payload_is(&o, "ACK"));
	assert_false(o.datagram.cut);
	o = with_udp_length(8);
	assert_true(payload_is(&o, ""));
}

static void a_longer_length_gives_what_is_there_as_cut(void **state)
{
	struct outcome o = with_udp_length(8 + sizeof(TEXT));

	(void)state;
	assert_true(payload_is(&o, TEXT));
	assert_true(o.datagram.cut);
	o = with_udp_length(65535);
	assert_true(payload_is(&o, TEXT));
	assert_true(o.datagram.cut);
}

static void a_length_of_zero_is_that_of_ip(void **state)
{
	struct outcome o = with_udp_length(0);

	(void)state;
	assert_true(payload_is(&o, TEXT));
	assert_false(o.datagram.cut);
}

static void a_length_below_the_header_is_counted(void **state)
{
	(void)state;
	for (size_t len = 1; len < 8; len++) {
		struct outcome o = with_udp_length(len);

		assert_true(refused_for(&o, UNDECODED_UDP_HEADER));
	}
}

static struct outcome tcp(unsigned port, const char *payload)
{
	struct frame f = { 0 };

	add_ipv4(&f, 6, 20 + strlen(payload));
	add16(&f, 40000);
	add16(&f, port);
	ADD(&f, "\0\0\0\1\0\0\0\1\x50\x18\1\0\0\0\0\0");
	add(&f, payload, strlen(payload));
	return outcome_of(&f, RAW);
}

static void only_tcp_that_may_be_sip_is_counted(void **state)
{
	static const struct {
		unsigned port;
		const char *payload;
		bool counts;
	} cases[] = {
		{ 5060, "anything", true },
		{ 5061, "\x16\x03\x01", true },
		{ 5060, "", false }, /* an ACK, no more */
		{ 80, "GET / HTTP/1.1\r\n", false },
		{ 80, "INVITE sip:bob@biloxi.example SIP/2.0", true },
		{ 80, "MESSAGE tel:+1 SIP/2.0", true },
		{ 80, "SIP/2.0 200 OK", true },
		{ 80, "SIP/2.0", false },
		{ 80, "INVITE", false },
		{ 80, "INVITE s", false },
		{ 443, "\x17\3\3\0\x20", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = tcp(cases[i].port, cases[i].payload);

		if (cases[i].counts)
			assert_true(refused_for(&o, UNDECODED_TCP));
		else
			assert_true(passed_over(&o));
	}
}

static void sctp_data_on_a_sip_port_is_counted(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ipv4(&f, 132, 12 + 16 + strlen(TEXT));
	add16(&f, 5060);
	add16(&f, 40000);
	ADD(&f, "\0\0\0\1\0\0\0\0");
	ADD(&f, "\0\3\0\x21\0\0\0\1\0\0\0\0\0\0\0\0" TEXT);
	o = outcome_of(&f, RAW);
	assert_true(refused_for(&o, UNDECODED_SCTP));
	f.bytes[20 + 12] = 3; /* an acknowledgement */
	o = outcome_of(&f, RAW);
	assert_true(passed_over(&o));
}

/* The same port carries a tunnel, or SIP of somebody who chose that port. */
static void a_tunnel_over_udp_is_told_by_port_and_content(void **state)
{
	static const struct {
		unsigned port;
		const char *first;
	} tunnels[] = {
		{ 4789, "\x08\0\0\0" },   { 6081, "\0\0\x65\x58" },
		{ 2152, "\x30\xff\0\0" }, { 1701, "\x40\2\0\0" },
		{ 3544, "\x60\0\0\0" },   { 6635, "\0\1\1\x40" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add_datagram(&f, TEXT);
		f.bytes[22] = (uint8_t)(tunnels[i].port >> 8);
		f.bytes[23] = (uint8_t)tunnels[i].port;
		o = outcome_of(&f, RAW);
		assert_true(payload_is(&o, TEXT));
		memcpy(f.bytes + 28, tunnels[i].first, 4);
		o = outcome_of(&f, RAW);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shorter_length_is_believed),
		cmocka_unit_test(a_longer_length_gives_what_is_there_as_cut),
		cmocka_unit_test(a_length_of_zero_is_that_of_ip),
		cmocka_unit_test(a_length_below_the_header_is_counted),
		cmocka_unit_test(only_tcp_that_may_be_sip_is_counted),
		cmocka_unit_test(sctp_data_on_a_sip_port_is_counted),
		cmocka_unit_test(a_tunnel_over_udp_is_told_by_port_and_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
