/* Link headers, each in front of the same datagram (tcpdump.org/linktypes). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"

#define TEXT           "OPTIONS sip:a SIP/2.0"
#define BYTES(literal) literal, sizeof(literal) - 1
#define MACS           "\x02\0\0\0\0\1\x02\0\0\0\0\2"

/* A data frame of 802.11 to the access point, and LLC. */
#define WLAN "\x08\1\0\0" MACS "\x02\0\0\0\0\3\0\0\xaa\xaa\3\0\0\0\x08\0"

static const struct {
	uint16_t link_type;
	const char *header;
	size_t len;
} headers[] = {
	{ 1, BYTES(MACS "\x08\0") },
	{ 1, BYTES(MACS "\x81\0\0\x64\x08\0") },
	{ 1, BYTES(MACS "\x88\xa8\0\x64\x81\0\0\x65\x08\0") },
	{ 1, BYTES(MACS "\x91\0\0\x64\x91\0\0\x65\x81\0\0\x66\x08\0") },
	/* IEEE 802.3 with LLC and SNAP; with LLC alone */
	{ 1, BYTES(MACS "\0\x40\xaa\xaa\3\0\0\0\x08\0") },
	{ 1, BYTES(MACS "\0\x40\6\6\3") },
	{ 0, BYTES("\0\0\0\2") },
	{ 0, BYTES("\2\0\0\0") },
	{ 108, BYTES("\0\0\0\2") },
	{ 12, BYTES("") },
	{ 14, BYTES("") },
	{ 101, BYTES("") },
	{ 228, BYTES("") },
	{ 9, BYTES("\xff\3\0\x21") },
	{ 9, BYTES("\0\x21") },
	{ 9, BYTES("\x21") }, /* RFC 1661 6.5, 6.6 */
	{ 50, BYTES("\xff\3\0\x21") },
	{ 50, BYTES("\x0f\0\x08\0") },
	{ 104, BYTES("\x0f\0\x08\0") },
	{ 107, BYTES("\x18\x41\3\xcc") },
	{ 107, BYTES("\x18\x41\3\0\x80\0\0\0\x08\0") },
	{ 113, BYTES("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0") },
	{ 113, BYTES("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x81\0\0\x64\x08\0") },
	{ 276, BYTES("\x08\0\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0") },
	/* a data frame to the access point, with QoS, behind radiotap */
	{ 105, BYTES("\x88\1\0\0" MACS "\x02\0\0\0\0\3\0\0\0\0"
		     "\xaa\xaa\3\0\0\0\x08\0") },
	{ 127, BYTES("\0\0\x08\0\0\0\0\0\x08\1\0\0" MACS "\x02\0\0\0\0\3\0\0"
		     "\xaa\xaa\3\0\0\0\x08\0") },
	/* tags: VN-Tag, 802.1BR, 802.1CB; 802.1H in SNAP */
	{ 1, BYTES(MACS "\x89\x26\0\1\0\2\x08\0") },
	{ 1, BYTES(MACS "\x89\x3f\0\1\0\2\0\3\x08\0") },
	{ 1, BYTES(MACS "\xf1\xc1\0\0\0\1\x81\0\0\7\x08\0") },
	{ 1, BYTES(MACS "\0\x40\xaa\xaa\3\0\0\xf8\x08\0") },
	{ 10, BYTES("\x50" MACS "\xaa\xaa\3\0\0\0\x08\0") },
	{ 51, BYTES("\x11\0\0\7\0\x33\0\x21") },
	{ 100, BYTES("\xaa\xaa\3\0\0\0\x08\0") },
	{ 109, BYTES("\2\0\0\0\0\0\1\2\0\0\0\0") },
	{ 117, BYTES("\x3d\2\0\0em0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		     "rules\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		     "\0\0\0\1\0\0\0\2abcdefghijkl\1\0\0\0") },
	/* a station behind two access points; padded to four bytes */
	{ 105, BYTES("\x08\3\0\0" MACS "\x02\0\0\0\0\3\0\0"
		     "\x02\0\0\0\0\4\xaa\xaa\3\0\0\0\x08\0") },
	{ 105, BYTES("\x88\2\0\0" MACS "\x02\0\0\0\0\3\0\0\0\0\0\0"
		     "\xaa\xaa\3\0\0\0\x08\0") },
	/* the order bit brings the control of high throughput */
	{ 105, BYTES("\x88\x81\0\0" MACS "\x02\0\0\0\0\3\0\0\0\0"
		     "htht\xaa\xaa\3\0\0\0\x08\0") },
	/* an aggregate of one packet, 57 bytes with its LLC */
	{ 105, BYTES("\x88\1\0\0" MACS "\x02\0\0\0\0\3\0\0\x80\0" MACS
		     "\0\x39\xaa\xaa\3\0\0\0\x08\0") },
	{ 163, BYTES("\x80\x21\x10\1\0\0\0\x0c\0\0\0\0" WLAN) },
	{ 119, BYTES("\x80\x21\x10\1\0\0\0\x0c\0\0\0\0" WLAN) },
	{ 166, BYTES("\1\3\0\x21") },
	{ 192, BYTES("\0\0\x08\0\1\0\0\0" MACS "\x08\0") },
	{ 192, BYTES("\0\0\x0c\0\x69\0\0\0abcd" WLAN) },
	{ 204, BYTES("\1\xff\3\0\x21") },
	{ 205, BYTES("\1\x0f\0\x08\0") },
	{ 206, BYTES("\1\x18\x41\3\xcc") },
	{ 219, BYTES("\0\1\0\x40\0\1\1\x40") },
	{ 226, BYTES("\1\2\0\1\0\0\0\x31\0\0\0\1\0\0\0\2"
		     "\0\0\0\0\0\0\0\0") },
	{ 258, BYTES("\x10\0\0\0\1\0\0\0\x0c\0\0\0lo0\0") },
	{ 258, BYTES("\x0c\0\0\0\1\0\0\0\1\0\0\0" MACS "\x08\0") },
	/* cooked: radiotap and frame relay keep their headers */
	{ 113, BYTES("\0\0\3\x23\0\0\0\0\0\0\0\0\0\0\0\0"
		     "\0\0\x08\0\0\0\0\0" WLAN) },
	{ 113, BYTES("\0\0\3\2\0\0\0\0\0\0\0\0\0\0\0\0"
		     "\x18\x41\3\xcc") },
	{ 276, BYTES("\0\0\0\0\0\0\0\2\3\x23\0\0\0\0\0\0\0\0\0\0"
		     "\0\0\x08\0\0\0\0\0" WLAN) },
	{ 276, BYTES("\x81\0\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0"
		     "\0\x64\x08\0") },
};

#define HEADERS (sizeof(headers) / sizeof(headers[0]))

static void a_datagram_is_found_behind_each_link_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < HEADERS; i++) {
		struct frame f = { 0 };
		struct outcome o;

		add(&f, headers[i].header, headers[i].len);
		add_datagram(&f, TEXT);
		o = outcome_of(&f, headers[i].link_type);
		assert_true(payload_is(&o, TEXT));
		assert_int_equal(o.payload.offset, headers[i].len + 28);
		assert_false(payload_is_cut(&o.payload));
		assert_int_equal(counted(&o), 0);
	}
}

static void a_frame_cut_anywhere_is_counted_or_given_as_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < HEADERS; i++) {
		struct frame f = { 0 };

		add(&f, headers[i].header, headers[i].len);
		add_datagram(&f, TEXT);
		for (size_t len = 0; len < f.len; len++) {
			struct outcome o =
				outcome_of_part(&f, headers[i].link_type, len);

			if (len >= headers[i].len + 28) {
				assert_true(o.given);
				assert_true(payload_is_cut(&o.payload));
				assert_int_equal(o.payload.bytes.len,
						 len - headers[i].len - 28);
			} else {
				assert_false(o.given);
				assert_int_equal(counted(&o), 1);
			}
		}
	}
}

static void ipv6_has_many_numbers_on_loopback(void **state)
{
	static const struct {
		uint16_t link_type;
		const char *header;
		size_t len;
	} cases[] = {
		{ 0, BYTES("\x0a\0\0\0") },
		{ 0, BYTES("\x18\0\0\0") },
		{ 0, BYTES("\x1c\0\0\0") },
		{ 0, BYTES("\0\0\0\x1e") },
		{ 108, BYTES("\0\0\0\x18") },
		{ 101, BYTES("") },
		{ 229, BYTES("") },
		{ 9, BYTES("\xff\3\0\x57") },
		{ 1, BYTES(MACS "\x86\xdd") },
		{ 107, BYTES("\x18\x41\3\x8e") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add(&f, cases[i].header, cases[i].len);
		add_ipv6(&f, 17, 8 + strlen(TEXT));
		add_udp(&f, TEXT);
		o = outcome_of(&f, cases[i].link_type);
		assert_true(payload_is(&o, TEXT));
		assert_int_equal(o.payload.flow.source.family, 6);
	}
}

static void what_cannot_carry_sip_is_not_counted(void **state)
{
	static const struct {
		uint16_t link_type;
		const char *bytes;
		size_t len;
	} cases[] = {
		{ 1, BYTES(MACS "\x08\6\0\1\x08\0\6\4\0\1") },       /* ARP */
		{ 1, BYTES(MACS "\x88\xcc\2\7\4\2\0\0\0\0\1") },     /* LLDP */
		{ 1, BYTES(MACS "\0\x26\x42\x42\3\0\0\0\0\0") },     /* STP */
		{ 1, BYTES(MACS "\0\x40\xaa\xaa\3\0\0\x0c\x20\0") }, /* CDP */
		{ 0, BYTES("\7\0\0\0abcd") },
		{ 9, BYTES("\xff\3\xc0\x21\1\1\0\4") }, /* LCP */
		{ 9, BYTES("\0\1padding") },
		{ 105, BYTES("\x80\0\0\0" MACS "\x02\0\0\0\0\3\0\0") },
		/* without data; PPPoE looks for its server */
		{ 105, BYTES("\xc8\1\0\0" MACS "\x02\0\0\0\0\3\0\0") },
		{ 1, BYTES(MACS "\x88\x63\x11\x09\0\0\0\0") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add(&f, cases[i].bytes, cases[i].len);
		o = outcome_of(&f, cases[i].link_type);
		assert_true(passed_over(&o));
	}
}

static void unknown_link_types_and_tunnels_are_counted(void **state)
{
	static const struct {
		uint16_t link_type;
		unsigned ethertype;
		enum undecoded reason;
	} cases[] = {
		{ 2, 0x0800, UNDECODED_LINK_TYPE },
		{ 149, 0x1234, UNDECODED_LINK_TYPE },
		{ 65535, 0x0800, UNDECODED_LINK_TYPE },
		{ 1, 0x8847, UNDECODED_TUNNEL },
		{ 1, 0x8864, UNDECODED_TUNNEL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add_ethernet(&f, cases[i].ethertype);
		add_datagram(&f, TEXT);
		o = outcome_of(&f, cases[i].link_type);
		assert_true(refused_for(&o, cases[i].reason));
	}
}

/* A link type of anybody's own, and those that name one of their own. */
static void what_is_no_link_header_is_counted(void **state)
{
	static const struct {
		uint16_t link_type;
		const char *bytes;
		size_t len;
		enum undecoded reason;
	} cases[] = {
		{ 147, BYTES(""), UNDECODED_LINK_TYPE },
		{ 147, BYTES("nothing of ours"), UNDECODED_LINK_TYPE },
		{ 162, BYTES("\x45\0\xff\xff"), UNDECODED_LINK_TYPE },
		{ 192, BYTES("\0\0\7\0\1\0\0\0"), UNDECODED_LINK_HEADER },
		{ 192, BYTES("\0\0\x09\0\1\0\0\0"), UNDECODED_LINK_HEADER },
		{ 192, BYTES("\0\0\x08\0\1\0\1\0"), UNDECODED_LINK_TYPE },
		{ 192, BYTES("\0\0\x08\0\2\0\0\0"), UNDECODED_LINK_TYPE },
		{ 258, BYTES("\x0b\0\0\0\1\0\0\0\1\0\0\0"),
		  UNDECODED_LINK_HEADER },
		{ 258, BYTES("\xff\xff\xff\xff\1\0\0\0\1\0\0\0"),
		  UNDECODED_LINK_HEADER },
		{ 258, BYTES("\x0c\0\0\0\1\0\0\0\1\0\1\0"),
		  UNDECODED_LINK_TYPE },
		{ 163, BYTES("\x80\x21\x10\1\0\0\0\7\0\0\0\0"),
		  UNDECODED_LINK_HEADER },
		{ 163, BYTES("\x80\x21\x10\2\0\0\0\x0c\0\0\0\0"),
		  UNDECODED_LINK_HEADER },
		{ 117, BYTES("\3\2\0\0"), UNDECODED_LINK_HEADER },
		/* an aggregate of two packets; one that is encrypted */
		{ 105,
		  BYTES("\x88\1\0\0" MACS "\x02\0\0\0\0\3\0\0\x80\0" MACS
			"\0\7\xaa\xaa\3\0\0\0\x08\0\0\0" MACS "\0\x40"),
		  UNDECODED_LINK_HEADER },
		{ 105, BYTES("\x08\x41\0\0" MACS "\x02\0\0\0\0\3\0\0"),
		  UNDECODED_TUNNEL },
		{ 9, BYTES("\0\xfd compressed"), UNDECODED_TUNNEL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add(&f, cases[i].bytes, cases[i].len);
		o = outcome_of(&f, cases[i].link_type);
		if (!refused_for(&o, cases[i].reason))
			print_error("case %zu\n", i);
		assert_true(refused_for(&o, cases[i].reason));
	}
}

static void a_link_type_of_users_is_told_by_its_bytes(void **state)
{
	static const struct {
		const char *header;
		size_t len;
		bool ipv6;
	} cases[] = {
		{ BYTES(""), false },
		{ BYTES(""), true },
		{ BYTES(MACS "\x08\0"), false },
		{ BYTES(MACS "\x81\0\0\7\x86\xdd"), true },
		{ BYTES(MACS "\x88\x47\0\1\1\x40"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add(&f, cases[i].header, cases[i].len);
		if (cases[i].ipv6) {
			add_ipv6(&f, 17, 8 + strlen(TEXT));
			add_udp(&f, TEXT);
		} else {
			add_datagram(&f, TEXT);
		}
		o = outcome_of(&f, (uint16_t)(147 + i));
		assert_true(payload_is(&o, TEXT));
		assert_int_equal(o.payload.flow.source.port, 5060);
	}
}

static void sip_without_any_header_has_no_addresses(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	ADD(&f, TEXT);
	for (uint16_t link_type = 147; link_type <= 162; link_type++) {
		o = outcome_of(&f, link_type);
		assert_true(payload_is(&o, TEXT));
		assert_int_equal(o.payload.kind, PAYLOAD_DATAGRAM);
		assert_int_equal(o.payload.offset, 0);
		assert_int_equal(o.payload.flow.source.family, 0);
		assert_int_equal(o.payload.flow.destination.family, 0);
		assert_int_equal(o.payload.flow.destination.port, 0);
	}
	o = outcome_of_part(&f, 147, f.len - 1);
	assert_true(o.given);
	assert_int_equal(o.payload.sent, f.len);
}

static void headers_inside_each_other_have_a_bound(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_ethernet(&f, 0x8100);
	for (unsigned i = 0; i < DECAP_DEPTH_MAX; i++)
		ADD(&f, "\0\1\x81\0");
	ADD(&f, "\0\1\x08\0");
	add_datagram(&f, TEXT);
	o = outcome_of(&f, 1);
	assert_true(refused_for(&o, UNDECODED_NESTING));
}

/* Two attributes, a hardware address and the packet, in either byte order. */
static void the_log_of_netfilter_carries_a_packet(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct frame f = { 0 };
		struct outcome o;
		size_t len = 4 + 28 + strlen(TEXT);

		ADD(&f, "\2\0\0\0");
		if (big)
			ADD(&f, "\0\6\0\1xy\0\0");
		else
			ADD(&f, "\6\0\1\0xy\0\0");
		add16(&f, big ? len : len << 8);
		add16(&f, big ? 9 : 9 << 8);
		add_datagram(&f, TEXT);
		o = outcome_of(&f, 239);
		assert_true(payload_is(&o, TEXT));
	}
}

static void an_exported_message_brings_its_addresses(void **state)
{
	struct frame f = { 0 };
	struct outcome o;
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	ADD(&f, "\0\x0c\0\4sip\0");
	ADD(&f, "\0\x14\0\4\xc0\0\2\1\0\x15\0\4\xc0\0\2\2");
	ADD(&f, "\0\x18\0\4\0\0\0\3");
	ADD(&f, "\0\x19\0\4\0\0\x13\xc4\0\x1a\0\4\0\0\x13\xc6");
	ADD(&f, "\0\0\0\0" TEXT);
	o = outcome_of(&f, 252);
	assert_true(payload_is(&o, TEXT));
	assert_string_equal(endpoint_text(&o.payload.flow.source, text),
			    "192.0.2.1:5060");
	assert_string_equal(endpoint_text(&o.payload.flow.destination, text),
			    "192.0.2.2:5062");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_is_found_behind_each_link_header),
		cmocka_unit_test(
			a_frame_cut_anywhere_is_counted_or_given_as_cut),
		cmocka_unit_test(ipv6_has_many_numbers_on_loopback),
		cmocka_unit_test(what_cannot_carry_sip_is_not_counted),
		cmocka_unit_test(unknown_link_types_and_tunnels_are_counted),
		cmocka_unit_test(what_is_no_link_header_is_counted),
		cmocka_unit_test(a_link_type_of_users_is_told_by_its_bytes),
		cmocka_unit_test(sip_without_any_header_has_no_addresses),
		cmocka_unit_test(headers_inside_each_other_have_a_bound),
		cmocka_unit_test(the_log_of_netfilter_carries_a_packet),
		cmocka_unit_test(an_exported_message_brings_its_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
