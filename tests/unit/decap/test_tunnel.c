/* Tunnels that an EtherType or an IP protocol announces, headers by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wrap.h"

#define LABEL "\0\1\1\x40" /* 16, the last; time to live 64 */

static const struct wrap tunnels[] = {
	/* MPLS: one label, three, multicast; IPv6 */
	{ BY_ETHERTYPE, 0x8847, BYTES(LABEL), false },
	{ BY_ETHERTYPE, 0x8847, BYTES("\0\1\0\x40\0\1\x10\x40\0\1\x21\x40"),
	  false },
	{ BY_ETHERTYPE, 0x8848, BYTES(LABEL), false },
	{ BY_ETHERTYPE, 0x8847, BYTES(LABEL), true },
	/* a pseudowire, RFC 4448: with control word, with number, without */
	{ BY_ETHERTYPE, 0x8847, BYTES(LABEL "\0\0\0\0" ETHERNET_IP), false },
	{ BY_ETHERTYPE, 0x8847, BYTES(LABEL "\0\0\0\x7" ETHERNET_IP), false },
	{ BY_ETHERTYPE, 0x8847, BYTES(LABEL ETHERNET_IP), false },
	/* without, and the hardware address begins like IPv4, IPv6, a G-ACh */
	{ BY_ETHERTYPE, 0x8847,
	  BYTES(LABEL "\x44\0\0\0\0\1\x02\0\0\0\0\2\x08\0"), false },
	{ BY_ETHERTYPE, 0x8847,
	  BYTES(LABEL "\x60\0\0\0\0\1\x02\0\0\0\0\2\x08\0"), false },
	{ BY_ETHERTYPE, 0x8847,
	  BYTES(LABEL "\x12\0\0\0\0\1\x02\0\0\0\0\2\x81\0\0\7\x08\0"), false },
	/* PPPoE: IPv4, IPv6, MPLS */
	{ BY_ETHERTYPE, 0x8864, BYTES("\x11\0\0\7\0\x33\0\x21"), false },
	{ BY_ETHERTYPE, 0x8864, BYTES("\x11\0\0\7\0\x47\0\x57"), true },
	{ BY_ETHERTYPE, 0x8864, BYTES("\x11\0\0\7\0\x37\2\x81" LABEL), false },
	/* 802.1ah, alone and with a VLAN inside */
	{ BY_ETHERTYPE, 0x88e7, BYTES("\0\0\1\2" ETHERNET_IP), false },
	{ BY_ETHERTYPE, 0x88e7, BYTES("\0\0\1\2" MACS "\x81\0\0\7\x08\0"),
	  false },
	/* MACsec that only signs, without and with the channel */
	{ BY_ETHERTYPE, 0x88e5, BYTES("\0\0\0\0\0\1\x08\0"), false },
	{ BY_ETHERTYPE, 0x88e5, BYTES("\x20\0\0\0\0\1abcdefgh\x08\0"), false },
	/* NSH, RFC 8300: metadata of type 1, and none of type 2 */
	{ BY_ETHERTYPE, 0x894f,
	  BYTES("\x0f\xc6\1\1\0\0\1\xff"
		"abcdefghijklmnop"),
	  false },
	{ BY_ETHERTYPE, 0x894f, BYTES("\x0f\xc2\2\2\0\0\1\xff"), true },
	{ BY_ETHERTYPE, 0x894f, BYTES("\x0f\xc2\2\3\0\0\1\xff" ETHERNET_IP),
	  false },
	{ BY_ETHERTYPE, 0x894f, BYTES("\x0f\xc2\2\5\0\0\1\xff" LABEL), false },
	/* bridges: transparent, TRILL without and with options, FabricPath */
	{ BY_ETHERTYPE, 0x6558, BYTES(ETHERNET_IP), false },
	{ BY_ETHERTYPE, 0x22f3, BYTES("\0\x3f\0\1\0\2" ETHERNET_IP), false },
	{ BY_ETHERTYPE, 0x22f3, BYTES("\0\x7f\0\1\0\2abcd" ETHERNET_IP),
	  false },
	{ BY_ETHERTYPE, 0x8903, BYTES("\0\x3f" ETHERNET_IP), false },
	/* IP in IP */
	{ BY_PROTOCOL, 4, BYTES(""), false },
	{ BY_PROTOCOL, 41, BYTES(""), true },
	/* GRE: plain, with checksum, with key and sequence, with a route */
	{ BY_PROTOCOL, 47, BYTES("\0\0\x08\0"), false },
	{ BY_PROTOCOL, 47, BYTES("\0\0\x86\xdd"), true },
	{ BY_PROTOCOL, 47, BYTES("\x80\0\x08\0\x12\x34\0\0"), false },
	{ BY_PROTOCOL, 47, BYTES("\xb0\0\x08\0\x12\x34\0\0\0\0\0\7\0\0\0\1"),
	  false },
	{ BY_PROTOCOL, 47,
	  BYTES("\x40\0\x08\0\0\0\0\0\x08\0\0\4\xc0\0\2\x09\0\0\0\0"), false },
	/* of Ethernet, NVGRE (RFC 7637), MPLS (RFC 4023), NSH */
	{ BY_PROTOCOL, 47, BYTES("\0\0\x65\x58" ETHERNET_IP), false },
	{ BY_PROTOCOL, 47, BYTES("\x20\0\x65\x58\0\0\1\0" ETHERNET_IP), false },
	{ BY_PROTOCOL, 47, BYTES("\0\0\x88\x47" LABEL), false },
	{ BY_PROTOCOL, 47, BYTES("\0\0\x89\x4f\x0f\xc2\2\1\0\0\1\xff"), false },
	/* PPTP, RFC 2637: with and without acknowledgement */
	{ BY_PROTOCOL, 47,
	  BYTES("\x30\1\x88\x0b\0\x35\0\7\0\0\0\1\xff\3\0\x21"), false },
	{ BY_PROTOCOL, 47,
	  BYTES("\x30\x81\x88\x0b\0\x32\0\7\0\0\0\1\0\0\0\1\x21"), false },
	/* ERSPAN I, II, III; III with its subheader, III of IP */
	{ BY_PROTOCOL, 47, BYTES("\0\0\x88\xbe" ETHERNET_IP), false },
	{ BY_PROTOCOL, 47,
	  BYTES("\x10\0\x88\xbe\0\0\0\1\x10\7\0\1\0\0\0\2" ETHERNET_IP),
	  false },
	{ BY_PROTOCOL, 47,
	  BYTES("\x10\0\x22\xeb\0\0\0\1\x20\7\0\1\0\0\0\2\0\0\0\0" ETHERNET_IP),
	  false },
	{ BY_PROTOCOL, 47,
	  BYTES("\x10\0\x22\xeb\0\0\0\1\x20\7\0\1\0\0\0\2\0\0\0\1"
		"abcdefgh" ETHERNET_IP),
	  false },
	{ BY_PROTOCOL, 47,
	  BYTES("\x10\0\x22\xeb\0\0\0\1\x20\7\0\1\0\0\0\2\0\0\x08\0"), false },
	/* WCCP, versions 1 and 2 */
	{ BY_PROTOCOL, 47, BYTES("\0\0\x88\x3e"), false },
	{ BY_PROTOCOL, 47, BYTES("\0\0\x88\x3e\0\x33\0\1"), false },
	/* EtherIP, RFC 3378; MPLS in IP, RFC 4023 */
	{ BY_PROTOCOL, 97, BYTES("\x30\0" ETHERNET_IP), false },
	{ BY_PROTOCOL, 137, BYTES(LABEL), false },
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

/* What is encrypted, compressed, or not as its RFC has it. */
static void what_cannot_be_opened_is_counted_once(void **state)
{
	static const struct wrap cases[] = {
		/* MACsec: encrypted, changed, another version */
		{ BY_ETHERTYPE, 0x88e5, BYTES("\x0c\0\0\0\0\1\x08\0"), false },
		{ BY_ETHERTYPE, 0x88e5, BYTES("\x04\0\0\0\0\1\x08\0"), false },
		{ BY_ETHERTYPE, 0x88e5, BYTES("\x80\0\0\0\0\1\x08\0"), false },
		/* PPPoE: another version, a code of its discovery */
		{ BY_ETHERTYPE, 0x8864, BYTES("\x21\0\0\7\0\x33\0\x21"),
		  false },
		{ BY_ETHERTYPE, 0x8864, BYTES("\x11\x65\0\7\0\x33\0\x21"),
		  false },
		/* PPP: encrypted (RFC 1968), compressed (1962), in pieces */
		{ BY_ETHERTYPE, 0x8864, BYTES("\x11\0\0\7\0\x33\0\x53"),
		  false },
		{ BY_ETHERTYPE, 0x8864, BYTES("\x11\0\0\7\0\x33\0\xfd"),
		  false },
		{ BY_ETHERTYPE, 0x8864, BYTES("\x11\0\0\7\0\x33\x3d"), false },
		/* a pseudowire of something else */
		{ BY_ETHERTYPE, 0x8847, BYTES(LABEL "\0\0\0\0abcd"), false },
		/* NSH: version, too short a length, one beyond, a number */
		{ BY_ETHERTYPE, 0x894f, BYTES("\x4f\xc2\2\1\0\0\1\xff"),
		  false },
		{ BY_ETHERTYPE, 0x894f, BYTES("\x0f\xc1\2\1\0\0\1\xff"),
		  false },
		{ BY_ETHERTYPE, 0x894f, BYTES("\x0f\xff\2\1\0\0\1\xff"),
		  false },
		{ BY_ETHERTYPE, 0x894f, BYTES("\x0f\xc2\2\6\0\0\1\xff"),
		  false },
		/* GRE: version, a protocol, routes without end */
		{ BY_PROTOCOL, 47, BYTES("\0\2\x08\0"), false },
		{ BY_PROTOCOL, 47, BYTES("\0\0\x12\x34"), false },
		{ BY_PROTOCOL, 47, BYTES("\x40\0\x08\0\0\0\0\0\x08\0\0\xff"),
		  false },
		/* version 1 without key, with another protocol */
		{ BY_PROTOCOL, 47, BYTES("\x10\1\x88\x0b\0\0\0\1\0\x21"),
		  false },
		{ BY_PROTOCOL, 47, BYTES("\x30\1\x08\0\0\x35\0\7\0\0\0\1"),
		  false },
		/* ERSPAN: versions, a type of frame */
		{ BY_PROTOCOL, 47,
		  BYTES("\x10\0\x88\xbe\0\0\0\1\x20\0\0\0\0\0\0\0" ETHERNET_IP),
		  false },
		{ BY_PROTOCOL, 47,
		  BYTES("\x10\0\x22\xeb\0\0\0\1\x10\0\0\0\0\0\0\0\0\0\0\0"),
		  false },
		{ BY_PROTOCOL, 47,
		  BYTES("\x10\0\x22\xeb\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\x04\0"),
		  false },
		{ BY_PROTOCOL, 97, BYTES("\x20\0" ETHERNET_IP), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		wrap_frame(&f, &cases[i]);
		o = outcome_of(&f, wrap_link(&cases[i]));
		if (!refused_for(&o, UNDECODED_TUNNEL))
			print_error("case %zu\n", i);
		assert_true(refused_for(&o, UNDECODED_TUNNEL));
	}
}

static void what_keeps_a_tunnel_alive_is_not_counted(void **state)
{
	static const struct wrap cases[] = {
		/* the associated channel of a pseudowire, by word and label */
		{ BY_ETHERTYPE, 0x8847, BYTES(LABEL "\x10\0\0\x07 bfd"),
		  false },
		{ BY_ETHERTYPE, 0x8847, BYTES("\0\0\xd1\x40\x10\0\0\7 bfd"),
		  false },
		/* PPP: LCP, IPCP */
		{ BY_ETHERTYPE, 0x8864,
		  BYTES("\x11\0\0\7\0\6\xc0\x21\x09\1\0\4"), false },
		{ BY_ETHERTYPE, 0x8864,
		  BYTES("\x11\0\0\7\0\6\x80\x21\x01\1\0\4"), false },
		/* NSH: maintenance */
		{ BY_ETHERTYPE, 0x894f, BYTES("\x2f\xc2\2\1\0\0\1\xff"),
		  false },
		/* GRE: keep-alive, ARP, CDP; PPTP: an acknowledgement */
		{ BY_PROTOCOL, 47, BYTES("\0\0\0\0"), false },
		{ BY_PROTOCOL, 47, BYTES("\0\0\x08\6\0\1"), false },
		{ BY_PROTOCOL, 47, BYTES("\0\0\x20\0\1\xb4"), false },
		{ BY_PROTOCOL, 47, BYTES("\x20\x81\x88\x0b\0\0\0\7\0\0\0\1"),
		  false },
		/* ARP and STP in a pseudowire and in GRE */
		{ BY_ETHERTYPE, 0x8847,
		  BYTES(LABEL "\0\0\0\0" MACS "\x08\6\0\1\x08\0\6\4"), false },
		{ BY_PROTOCOL, 47,
		  BYTES("\0\0\x65\x58" MACS "\0\7\x42\x42\3\0\0\0\0"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = outcome_of_header(&cases[i]);

		if (!passed_over(&o))
			print_error("case %zu\n", i);
		assert_true(passed_over(&o));
	}
}

static void labels_without_end_are_given_up(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ethernet(&f, 0x8847);
	for (unsigned i = 0; i < 16; i++)
		ADD(&f, "\0\1\0\x40");
	ADD(&f, LABEL);
	add_datagram(&f, WRAP_TEXT);
	o = outcome_of(&f, LINK_ETHERNET);
	assert_true(refused_for(&o, UNDECODED_NESTING));
}

static void sixteen_labels_are_read(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ethernet(&f, 0x8847);
	for (unsigned i = 0; i < 15; i++)
		ADD(&f, "\0\1\0\x40");
	ADD(&f, LABEL);
	add_datagram(&f, WRAP_TEXT);
	o = outcome_of(&f, LINK_ETHERNET);
	assert_true(payload_is(&o, WRAP_TEXT));
}

/* GRE and IPv4, `n` times around one datagram. */
static struct outcome nested(unsigned n)
{
	struct frame f = { 0 };
	size_t len = 28 + strlen(WRAP_TEXT);

	for (unsigned i = n; i > 0; i--) {
		add_outer(&f, 47, len + i * 24 - 20);
		ADD(&f, "\0\0\x08\0");
	}
	add_datagram(&f, WRAP_TEXT);
	return outcome_of(&f, LINK_RAW);
}

static void tunnels_inside_each_other_have_a_bound(void **state)
{
	struct outcome o;

	(void)state;
	o = nested(5);
	assert_true(payload_is(&o, WRAP_TEXT));
	o = nested(7); /* seven times two steps, IP and UDP: the last that do */
	assert_true(payload_is(&o, WRAP_TEXT));
	o = nested(8);
	assert_true(refused_for(&o, UNDECODED_NESTING));
	o = nested(60);
	assert_true(refused_for(&o, UNDECODED_NESTING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tunnel_is_opened),
		cmocka_unit_test(a_tunnel_cut_anywhere_is_told_or_counted),
		cmocka_unit_test(a_filter_of_ports_lets_it_pass),
		cmocka_unit_test(no_byte_of_a_header_makes_a_wrong_message),
		cmocka_unit_test(what_cannot_be_opened_is_counted_once),
		cmocka_unit_test(what_keeps_a_tunnel_alive_is_not_counted),
		cmocka_unit_test(labels_without_end_are_given_up),
		cmocka_unit_test(sixteen_labels_are_read),
		cmocka_unit_test(tunnels_inside_each_other_have_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
