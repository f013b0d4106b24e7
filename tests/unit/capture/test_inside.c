/* A capture filter that names ports, and what is inside of tunnels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pcap/pcap.h>
#include <string.h>

#include "sipmon/capture/inside.h"

static struct payload payload_of(uint8_t family, enum transport transport,
				 uint16_t port)
{
	struct payload p = {
		.flow = { .source = { .family = family, .port = 40000 },
			  .destination = { .family = family, .port = port },
			  .transport = transport },
		.bytes = SLICE("INVITE sip:bob@biloxi.example SIP/2.0\r\n"),
	};

	p.flow.source.address[0] = family == 4 ? 192 : 0x20;
	p.flow.destination.address[0] = family == 4 ? 198 : 0x20;
	p.sent = (uint32_t)p.bytes.len;
	return p;
}

static void only_words_about_ports_are_widened(void **state)
{
	static const struct {
		const char *expression;
		bool wanted;
	} cases[] = {
		{ "port 5060", true },
		{ "udp dst port 5060", true },
		{ "host 192.0.2.1 and (port 5070 or portrange 5060-5062)",
		  true },
		{ "host 192.0.2.1", false },
		{ "udp", false },
		{ "host teleport.invalid", false },
		{ "vlan and port 5060", false }, /* about a link */
		{ "ether host 2:0:0:0:0:1", false },
		{ "port", false }, /* wrong */
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inside *n = inside_new(cases[i].expression);

		assert_int_equal(inside_is_wanted(cases[i].expression),
				 cases[i].wanted);
		assert_int_equal(n != NULL, cases[i].wanted);
		inside_free(n);
	}
}

static void what_is_inside_is_held_against_the_expression(void **state)
{
	static const struct {
		const char *expression;
		uint8_t family;
		enum transport transport;
		uint16_t port;
		bool fits;
	} cases[] = {
		{ "port 5060", 4, TRANSPORT_UDP, 5060, true },
		{ "port 5060", 6, TRANSPORT_UDP, 5060, true },
		{ "port 5060", 4, TRANSPORT_TCP, 5060, true },
		{ "port 5060", 4, TRANSPORT_UDP, 5061, false },
		{ "tcp port 5060", 4, TRANSPORT_UDP, 5060, false },
		{ "tcp port 5060", 4, TRANSPORT_TCP, 5060, true },
		{ "udp src port 40000", 6, TRANSPORT_UDP, 9, true },
		{ "udp dst port 40000", 6, TRANSPORT_UDP, 9, false },
		{ "port 5060 and ip6", 4, TRANSPORT_UDP, 5060, false },
		{ "port 5060 and net 192.0.0.0/8", 4, TRANSPORT_UDP, 5060,
		  true },
		{ "port 5060 and net 10.0.0.0/8", 4, TRANSPORT_UDP, 5060,
		  false },
		/* "INVI" stands behind the header of UDP. */
		{ "udp port 5060 and udp[8:4] = 0x494e5649", 4, TRANSPORT_UDP,
		  5060, true },
		{ "udp port 5060 and udp[8:4] = 0x42594520", 4, TRANSPORT_UDP,
		  5060, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct payload p = payload_of(
			cases[i].family, cases[i].transport, cases[i].port);
		struct inside *n = inside_new(cases[i].expression);

		assert_non_null(n);
		assert_int_equal(inside_matches(n, &p), cases[i].fits);
		inside_free(n);
	}
}

/* The ports of SCTP stand in what it hands on. */
static void sctp_has_its_own_header(void **state)
{
	struct payload p = payload_of(4, TRANSPORT_SCTP, 5060);
	struct inside *n = inside_new("sctp dst port 5060");

	(void)state;
	p.bytes = SLICE("\x9c\x40\x13\xc4"
			"\0\0\0\1\0\0\0\0");
	p.sent = (uint32_t)p.bytes.len;
	assert_true(inside_matches(n, &p));
	p.bytes = SLICE("\x9c\x40\x13\xc5"
			"\0\0\0\1\0\0\0\0");
	assert_false(inside_matches(n, &p));
	inside_free(n);
}

static bool passes(const char *expression, bool on_link, int dlt,
		   const uint8_t *bytes, size_t len)
{
	struct pcap_pkthdr header = { .caplen = (bpf_u_int32)len,
				      .len = (bpf_u_int32)len };
	struct bpf_program code;
	pcap_t *dead = pcap_open_dead(dlt, 65535);
	struct buf text;
	bool passed;

	buf_init(&text, 65536);
	inside_widen(expression, on_link, &text);
	assert_non_null(dead);
	assert_int_equal(
		pcap_compile(dead, &code, text.ptr, 1, PCAP_NETMASK_UNKNOWN),
		0);
	passed = pcap_offline_filter(&code, &header, bytes) != 0;
	pcap_freecode(&code);
	pcap_close(dead);
	buf_free(&text);
	return passed;
}

/* Of a datagram to port 53, raw: only what has no port of its own passes. */
static void fragments_and_tunnels_pass_the_wide_expression(void **state)
{
	uint8_t ip[60] = { 0x45, 0, 0, 60, 0, 1, 0, 0, 64, 17 };
	static const uint8_t tunnels[] = { 4, 41, 47, 50, 97, 115, 137 };

	(void)state;
	ip[22] = 0;
	ip[23] = 53;
	assert_false(passes("port 5060", false, DLT_RAW, ip, sizeof(ip)));
	ip[6] = 0x20; /* more fragments */
	assert_true(passes("port 5060", false, DLT_RAW, ip, sizeof(ip)));
	ip[6] = 0;
	ip[7] = 100; /* a later one */
	assert_true(passes("port 5060", false, DLT_RAW, ip, sizeof(ip)));
	ip[7] = 0;
	for (size_t i = 0; i < sizeof(tunnels); i++) {
		ip[9] = tunnels[i];
		assert_true(
			passes("port 5060", false, DLT_RAW, ip, sizeof(ip)));
	}
	ip[9] = 17;
	ip[22] = 4789 >> 8;
	ip[23] = 4789 & 0xff;
	assert_true(passes("port 5060", false, DLT_RAW, ip, sizeof(ip)));
}

static void tags_pass_where_the_link_has_types(void **state)
{
	static const unsigned types[] = { 0x8100, 0x88a8, 0x8847, 0x8864 };
	uint8_t frame[60] = { 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		frame[12] = (uint8_t)(types[i] >> 8);
		frame[13] = (uint8_t)types[i];
		assert_true(passes("port 5060", true, DLT_EN10MB, frame,
				   sizeof(frame)));
		assert_false(passes("port 5060", false, DLT_EN10MB, frame,
				    sizeof(frame)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_words_about_ports_are_widened),
		cmocka_unit_test(what_is_inside_is_held_against_the_expression),
		cmocka_unit_test(sctp_has_its_own_header),
		cmocka_unit_test(
			fragments_and_tunnels_pass_the_wide_expression),
		cmocka_unit_test(tags_pass_where_the_link_has_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
