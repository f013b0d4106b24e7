/* Tunnels over UDP: opened if they look like one, headers by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrap.h"

#define VXLAN  "\x08\0\0\0\0\0\7\0"
#define DATA   "\x88\1\0\0" MACS "\x02\0\0\0\0\3\0\0\0\0"
#define SNAP   "\xaa\xaa\3\0\0\0\x08\0"
#define LABEL  "\0\1\1\x40"
#define IKE    "\0\0\0\0abcdefgh"
#define ORIGIN "\0\0\xec\x3b\x3f\xff\xfd\xfe"

static const struct wrap tunnels[] = {
	{ BY_PORT, 4789, BYTES(VXLAN ETHERNET_IP), false },
	{ BY_SOURCE_PORT, 4789, BYTES(VXLAN ETHERNET_IP), false },
	{ BY_PORT, 8472, BYTES(VXLAN ETHERNET_IP), false },
	{ BY_PORT, 4789, BYTES(VXLAN MACS "\x81\0\0\7\x08\0"), false },
	/* with a group policy */
	{ BY_PORT, 4789, BYTES("\x88\0\0\x2a\0\0\7\0" ETHERNET_IP), false },
	/* VXLAN-GPE: IPv4, IPv6, Ethernet, NSH, MPLS; and without bit P */
	{ BY_PORT, 4790, BYTES("\x0c\0\0\1\0\0\7\0"), false },
	{ BY_PORT, 4790, BYTES("\x0c\0\0\2\0\0\7\0"), true },
	{ BY_PORT, 4790, BYTES("\x0c\0\0\3\0\0\7\0" ETHERNET_IP), false },
	{ BY_PORT, 4790, BYTES("\x0c\0\0\4\0\0\7\0\x0f\xc2\2\1\0\0\1\xff"),
	  false },
	{ BY_PORT, 4790, BYTES("\x0c\0\0\5\0\0\7\0" LABEL), false },
	{ BY_PORT, 4790, BYTES(VXLAN ETHERNET_IP), false },
	/* GENEVE: Ethernet, IPv4, two options */
	{ BY_PORT, 6081, BYTES("\0\0\x65\x58\0\0\7\0" ETHERNET_IP), false },
	{ BY_PORT, 6081, BYTES("\0\0\x08\0\0\0\7\0"), false },
	{ BY_PORT, 6081,
	  BYTES("\4\x40\x65\x58\0\0\7\0\0\1\1\1abcd\0\1\2\1efgh" ETHERNET_IP),
	  false },
	/* GTP-U: plain, with sequence, with one and two extensions */
	{ BY_PORT, 2152, BYTES("\x30\xff\0\x31\0\0\0\1"), false },
	{ BY_PORT, 2152, BYTES("\x30\xff\0\x45\0\0\0\1"), true },
	{ BY_PORT, 2152, BYTES("\x32\xff\0\x35\0\0\0\1\0\7\0\0"), false },
	{ BY_PORT, 2152, BYTES("\x34\xff\0\x39\0\0\0\1\0\0\0\x85\1\x10\x09\0"),
	  false },
	{ BY_PORT, 2152,
	  BYTES("\x36\xff\0\x41\0\0\0\1\0\0\0\x85\1\x10\x09\xc0"
		"\2\0\1\0\0\0\0\0"),
	  false },
	/* without E the type of the next one says nothing; Ethernet of 5G */
	{ BY_PORT, 2152, BYTES("\x31\xff\0\x35\0\0\0\1\0\0\0\x85"), false },
	{ BY_PORT, 2152, BYTES("\x30\xff\0\x3f\0\0\0\1" ETHERNET_IP), false },
	/* Teredo: plain, with origin, with authentication, with both */
	{ BY_PORT, 3544, BYTES(""), true },
	{ BY_SOURCE_PORT, 3544, BYTES(ORIGIN), true },
	{ BY_PORT, 3544, BYTES("\0\1\0\0nonce567\0"), true },
	{ BY_SOURCE_PORT, 3544, BYTES("\0\1\2\5ididentnonce567\0" ORIGIN),
	  true },
	{ BY_PORT, 6635, BYTES(LABEL), false },
	{ BY_PORT, 6635, BYTES(LABEL "\0\0\0\0" ETHERNET_IP), false },
	/* GRE in UDP, RFC 8086 */
	{ BY_PORT, 4754, BYTES("\0\0\x08\0"), false },
	{ BY_PORT, 4754, BYTES("\x20\0\x65\x58\0\0\0\7" ETHERNET_IP), false },
	/* LISP; GUE: version 0 with a field, version 1 */
	{ BY_PORT, 4341, BYTES("\x80\1\2\3\0\0\0\1"), false },
	{ BY_PORT, 6080, BYTES("\1\4\0\0abcd"), false },
	{ BY_PORT, 6080, BYTES(""), true },
	/* CAPWAP: Ethernet, and 802.11 as it is and with bytes swapped */
	{ BY_PORT, 5247, BYTES("\0\x10\2\0\0\0\0\0" ETHERNET_IP), false },
	{ BY_PORT, 5247, BYTES("\0\x10\3\0\0\0\0\0" DATA SNAP), false },
	{ BY_SOURCE_PORT, 5247,
	  BYTES("\0\x10\3\0\0\0\0\0\1\x88\0\0" MACS "\x02\0\0\0\0\3\0\0"
		"\0\0" SNAP),
	  false },
	{ BY_PORT, 5247, BYTES("\0\x20\2\x10\0\0\0\0\6abcdef\0" ETHERNET_IP),
	  false },
	/* TZSP: no tags, padding and a tag, 802.11, PPP, raw */
	{ BY_PORT, 37008, BYTES("\1\0\0\1\1" ETHERNET_IP), false },
	{ BY_PORT, 37008, BYTES("\1\1\0\1\0\0\x0a\1\xc5\1" ETHERNET_IP),
	  false },
	{ BY_PORT, 37008, BYTES("\1\0\0\x12\1" DATA SNAP), false },
	{ BY_PORT, 37008, BYTES("\1\0\0\4\1\xff\3\0\x21"), false },
	{ BY_PORT, 37008, BYTES("\1\0\0\7\1"), false },
};

#define TUNNELS (sizeof(tunnels) / sizeof(tunnels[0]))

static void every_tunnel_is_opened(void **state)
{
	(void)state;
	assert_int_equal(first_unlike(tunnels, TUNNELS, is_unwrapped), TUNNELS);
}

static void a_tunnel_cut_anywhere_is_told_or_counted(void **state)
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

static const unsigned ports[] = { 1701, 2152, 3544, 4341, 4500,
				  4754, 4789, 4790, 5247, 6080,
				  6081, 6635, 8472, 9899, 37008 };

#define PORTS (sizeof(ports) / sizeof(ports[0]))

/* A datagram from or to a port, by itself. */
static struct outcome on_port(enum wrap_by by, unsigned port, const char *load,
			      size_t len)
{
	struct wrap w = { by, port, load, len, false };

	return outcome_of_header(&w);
}

static void sip_on_the_port_of_a_tunnel_is_sip(void **state)
{
	static const char *const messages[] = {
		"INVITE sip:bob@biloxi.example SIP/2.0\r\n",
		"SIP/2.0 200 OK\r\n",
		"\r\n\r\nBYE sips:bob@biloxi.example SIP/2.0\r\n",
		"MESSAGE tel:+1 SIP/2.0",
		"INVITE urn:service:sos SIP/2.0\r\n",
		"fOO.bar SIP:a SIP/2.0",
	};

	(void)state;
	for (size_t i = 0; i < PORTS; i++)
		for (size_t m = 0; m < sizeof(messages) / sizeof(messages[0]);
		     m++) {
			const char *text = messages[m];
			struct outcome o;

			o = on_port(BY_PORT, ports[i], text, strlen(text));
			assert_true(payload_is(&o, text));
			assert_int_equal(o.payload.kind, PAYLOAD_DATAGRAM);
			o = on_port(BY_SOURCE_PORT, ports[i], text,
				    strlen(text));
			assert_true(payload_is(&o, text));
		}
}

/* RTP, a keep-alive of SIP, of NAT, and what the tunnels say themselves. */
static void what_is_no_tunnel_is_a_datagram(void **state)
{
	static const struct {
		unsigned port;
		const char *load;
		size_t len;
	} cases[] = {
		{ 4789, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 4789, BYTES("\r\n\r\n") },
		{ 4789, BYTES("") },
		{ 2152, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 2152, BYTES("\x32\1\0\4\0\0\0\0\0\0\0\0") }, /* echo */
		{ 2152, BYTES("\x20\xff\0\4") },               /* GTP' */
		{ 6081, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 1701, BYTES("\xc8\2\0\x0c\0\1\0\0\0\0\0\1") }, /* control */
		{ 3544, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 4500, BYTES("\xff") },
		{ 4500, BYTES(IKE) },
		{ 6635, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 4341, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 4754, BYTES("\x80\1\0\1abcdefghpayload") },
		{ 5247, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 6080, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 37008, BYTES("\x80\0\0\1abcdefghpayload") },
		{ 37008, BYTES("\1\4\0\0\1") }, /* keep-alive */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = on_port(BY_PORT, cases[i].port,
					   cases[i].load, cases[i].len);

		if (!o.given)
			print_error("case %zu\n", i);
		assert_true(o.given);
		assert_int_equal(o.payload.kind, PAYLOAD_DATAGRAM);
		assert_int_equal(o.payload.bytes.len, cases[i].len);
		assert_int_equal(counted(&o), 0);
	}
}

static void what_cannot_be_opened_is_counted_once(void **state)
{
	static const struct {
		unsigned port;
		const char *load;
		size_t len;
	} cases[] = {
		{ 4789, BYTES("\x08\0\0\0\0") },               /* cut short */
		{ 4790, BYTES("\x0c\0\0\x09\0\0\7\0abcd") },   /* a number */
		{ 6081, BYTES("\x3f\0\x65\x58\0\0\7\0abcd") }, /* options */
		{ 6081, BYTES("\0\0\x12\x34\0\0\7\0abcd") },
		{ 2152, BYTES("\x30\xff\0\4\0\0\0\1\x90xyz") },
		{ 2152, BYTES("\x30\xff\0\4\0\0\0\1") },
		{ 2152, BYTES("\x34\xff\0\x08\0\0\0\1\0\0\0\x85\0\0\0\0") },
		{ 2152, BYTES("\x34\xff\0\x08\0\0\0\1\0\0\0\x85\x09\0\0\0") },
		{ 2152, BYTES("\x34\xff\0\x04\0\0\0\1\0\0\0\x85") },
		{ 3544, BYTES("\0\1\xff\xff nonce567") },
		{ 3544, BYTES("\0\1\0\0nonce567\0xxxx") },
		{ 3544, BYTES("\0\0\xec\x3b") },
		{ 6635, BYTES("\0\1\0\x40\0\1\0\x40") }, /* no last label */
		{ 4754, BYTES("\0\0\x12\x34 abcd") },
		{ 5247, BYTES("\1\0\0\0\x17\xfe\xfd") },      /* DTLS */
		{ 5247, BYTES("\0\x08\2\0\0\0\0\0abcd") },    /* too short */
		{ 5247, BYTES("\0\x10\2\x80\0\1\0\0" MACS) }, /* a fragment */
		{ 5247, BYTES("\0\x10\7\0\0\0\0\0" MACS) },   /* a binding */
		{ 37008, BYTES("\1\0\0\1\x0a\xff") },
		{ 37008, BYTES("\1\0\0\1\0\0\0\0") }, /* no end */
		{ 37008, BYTES("\1\0\0\5\1" MACS) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = on_port(BY_PORT, cases[i].port,
					   cases[i].load, cases[i].len);

		if (!refused_for(&o, UNDECODED_TUNNEL))
			print_error("case %zu\n", i);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

static void maintenance_of_a_tunnel_is_not_counted(void **state)
{
	static const struct {
		unsigned port;
		const char *load;
		size_t len;
	} cases[] = {
		{ 4790, BYTES("\x0d\0\0\1\0\0\7\0abcd") },
		{ 6081, BYTES("\0\x80\x65\x58\0\0\7\0abcd") },
		{ 5247, BYTES("\0\x10\2\x08\0\0\0\0abcd") },
		{ 4789, BYTES(VXLAN MACS "\x08\6\0\1\x08\0\6\4") }, /* ARP */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = on_port(BY_PORT, cases[i].port,
					   cases[i].load, cases[i].len);

		if (!passed_over(&o))
			print_error("case %zu\n", i);
		assert_true(passed_over(&o));
	}
}

/* `n` extension headers of GTP-U. */
static struct outcome with_extensions(unsigned n)
{
	struct frame f = { 0 };

	add_outer(&f, 17, 8 + 12 + n * 4 + 28 + strlen(WRAP_TEXT));
	add_ports(&f, 2152, 2152, 12 + n * 4 + 28 + strlen(WRAP_TEXT));
	ADD(&f, "\x34\xff\0\0\0\0\0\1\0\0\0\x85");
	for (unsigned i = 1; i < n; i++)
		ADD(&f, "\1\0\0\x85");
	ADD(&f, "\1\0\0\0");
	add_datagram(&f, WRAP_TEXT);
	return outcome_of(&f, LINK_RAW);
}

static void extensions_without_end_are_given_up(void **state)
{
	struct outcome o = with_extensions(16);

	(void)state;
	assert_true(payload_is(&o, WRAP_TEXT));
	o = with_extensions(17);
	assert_true(refused_for(&o, UNDECODED_NESTING));
	o = with_extensions(300);
	assert_true(refused_for(&o, UNDECODED_NESTING));
}

/* RFC 6951: the ports are those of SCTP. */
static void sctp_over_udp_is_sctp(void **state)
{
	static const char load[] = "\x13\xc4\x13\xc6\0\0\0\1\0\0\0\0"
				   "\0\3\0\x11\0\0\0\1\0\0\0\0\0\0\0\0x";
	struct outcome o = on_port(BY_PORT, 9899, BYTES(load));

	(void)state;
	assert_true(o.given);
	assert_int_equal(o.payload.kind, PAYLOAD_SCTP);
	assert_int_equal(o.payload.flow.transport, TRANSPORT_SCTP);
	assert_int_equal(o.payload.flow.source.port, 5060);
	assert_int_equal(o.payload.bytes.len, sizeof(load) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tunnel_is_opened),
		cmocka_unit_test(a_tunnel_cut_anywhere_is_told_or_counted),
		cmocka_unit_test(a_filter_of_ports_lets_it_pass),
		cmocka_unit_test(no_byte_of_a_header_makes_a_wrong_message),
		cmocka_unit_test(sip_on_the_port_of_a_tunnel_is_sip),
		cmocka_unit_test(what_is_no_tunnel_is_a_datagram),
		cmocka_unit_test(what_cannot_be_opened_is_counted_once),
		cmocka_unit_test(maintenance_of_a_tunnel_is_not_counted),
		cmocka_unit_test(extensions_without_end_are_given_up),
		cmocka_unit_test(sctp_over_udp_is_sctp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
