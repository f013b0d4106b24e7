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
	assert_int_equal(o.payload.flow.transport, TRANSPORT_UDP);
	assert_string_equal(endpoint_text(&o.payload.flow.source, text),
			    "192.0.2.1:5060");
	assert_string_equal(endpoint_text(&o.payload.flow.destination, text),
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
	assert_string_equal(endpoint_text(&o.payload.flow.source, text),
			    "[2001:db8::1]:5060");
	assert_string_equal(endpoint_text(&o.payload.flow.destination, text),
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
	assert_false(payload_is_cut(&o.payload));
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
	assert_false(payload_is_cut(&o.payload));
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

static void a_lone_fragment_of_ipv4_is_counted(void **state)
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

/*
 * What those numbers announce does not begin like UDP, and is refused; other
 * numbers are nothing to us.
 */
static void protocols_are_told_apart(void **state)
{
	static const struct {
		uint8_t protocol;
		enum undecoded refusal; /* UNDECODED_REASONS: none */
	} cases[] = {
		{ 4, UNDECODED_IP_HEADER }, { 41, UNDECODED_IP_HEADER },
		{ 47, UNDECODED_TUNNEL },   { 50, UNDECODED_TUNNEL },
		{ 97, UNDECODED_TUNNEL },   { 1, UNDECODED_REASONS },
		{ 2, UNDECODED_REASONS },   { 58, UNDECODED_REASONS },
		{ 89, UNDECODED_REASONS },  { 0, UNDECODED_REASONS },
		{ 44, UNDECODED_REASONS },  { 60, UNDECODED_REASONS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o = changed(9, cases[i].protocol);

		if (cases[i].refusal == UNDECODED_REASONS)
			assert_true(passed_over(&o));
		else
			assert_true(refused_for(&o, cases[i].refusal));
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

static void a_lone_fragment_of_ipv6_is_counted(void **state)
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

/* Several packets, one after the other. */
struct line {
	struct decap *decap;
	struct counters counters;
	struct payload out;
};

static void line_open(struct line *line)
{
	struct decap_options options = { .counters = &line->counters };

	line->counters = (struct counters){ 0 };
	assert_int_equal(decap_new(&line->decap, &options), ERR_OK);
}

static bool given(struct line *line, const struct frame *f)
{
	struct packet p = { .time_ns = 1,
			    .data = f->bytes,
			    .len = (uint32_t)f->len,
			    .wire_len = (uint32_t)f->len,
			    .link_type = RAW,
			    .offset = 1000 };

	return decap_packet(line->decap, &p, &line->out);
}

/* The `n`th of the two fragments of IPv4 that carry `whole`, cut at `at`. */
static struct frame half(const struct frame *whole, unsigned protocol,
			 unsigned n, size_t at, unsigned id)
{
	size_t from = n == 0 ? 0 : at;
	size_t to = n == 0 ? at : whole->len;
	struct frame f = { 0 };

	add_ipv4(&f, protocol, to - from);
	f.bytes[4] = (uint8_t)id;
	f.bytes[6] = n == 0 ? 0x20 : 0;
	f.bytes[7] = (uint8_t)(from / 8);
	add(&f, whole->bytes + from, to - from);
	return f;
}

/* Two fragments, each an IP in IP packet that comes in two fragments. */
static void fragments_of_fragments_are_joined(void **state)
{
	struct frame datagram = { 0 };
	struct line line;

	(void)state;
	line_open(&line);
	add_udp(&datagram, TEXT);
	for (unsigned n = 0; n < 2; n++) {
		struct frame inner = half(&datagram, 17, n, 16, 1);

		for (unsigned m = 0; m < 2; m++) {
			struct frame outer = half(&inner, 4, m, 24, 2 + n);

			assert_int_equal(given(&line, &outer),
					 n == 1 && m == 1);
		}
	}
	assert_int_equal(line.out.bytes.len, strlen(TEXT));
	assert_memory_equal(line.out.bytes.ptr, TEXT, strlen(TEXT));
	assert_int_equal(line.out.sent, strlen(TEXT));
	assert_true(line.out.offset == PACKET_NO_OFFSET);
	decap_finish(line.decap);
	assert_int_equal(line.counters.undecoded[UNDECODED_IP_FRAGMENT], 0);
	decap_free(line.decap);
}

/* What stands before the fragment header is of each packet its own. */
static void fragments_of_ipv6_may_have_other_headers_before(void **state)
{
	struct frame datagram = { 0 };
	struct frame first = { 0 };
	struct frame last = { 0 };
	struct line line;

	(void)state;
	line_open(&line);
	add_udp(&datagram, TEXT);
	add_ipv6(&first, 0, 8 + 8 + 16);
	ADD(&first, "\x2c\0\5\2\0\0\1\0"
		    "\x11\0\0\1\1\2\3\4");
	add(&first, datagram.bytes, 16);
	add_ipv6(&last, 44, 8 + datagram.len - 16);
	ADD(&last, "\x11\0\0\x10\1\2\3\4");
	add(&last, datagram.bytes + 16, datagram.len - 16);
	assert_false(given(&line, &last));
	assert_true(given(&line, &first));
	assert_int_equal(line.out.bytes.len, strlen(TEXT));
	assert_memory_equal(line.out.bytes.ptr, TEXT, strlen(TEXT));
	decap_free(line.decap);
}

/* The snap length left `captured` bytes of each fragment. */
static bool cut_halves(struct line *line, const struct frame *whole,
		       unsigned protocol, uint32_t captured)
{
	bool out = false;

	for (unsigned n = 0; n < 2; n++) {
		struct frame f = half(whole, protocol, n, 32, protocol);
		struct packet p = { .data = f.bytes,
				    .len = 20 + captured,
				    .wire_len = (uint32_t)f.len,
				    .link_type = RAW };

		out = decap_packet(line->decap, &p, &line->out);
	}
	return out;
}

static void a_cut_fragment_cuts_the_message(void **state)
{
	struct frame datagram = { 0 };
	struct frame segment = { 0 };
	struct line line;

	(void)state;
	line_open(&line);
	add_udp(&datagram, TEXT TEXT);
	assert_true(cut_halves(&line, &datagram, 17, 10));
	assert_int_equal(line.out.sent, 2 * strlen(TEXT));
	assert_int_equal(line.out.bytes.len, 10 - 8);
	ADD(&segment, "\x13\xc4\x13\xc6\0\0\0\1\0\0\0\2"
		      "\x50\x18\1\0\0\0\0\0" TEXT TEXT);
	assert_true(cut_halves(&line, &segment, 6, 22));
	assert_int_equal(line.out.sent, 2 * strlen(TEXT));
	assert_int_equal(line.out.bytes.len, 22 - 20);
	assert_true(payload_is_cut(&line.out));
	decap_free(line.decap);
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
	assert_true(refused_for(&o, UNDECODED_NESTING));
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
		cmocka_unit_test(a_lone_fragment_of_ipv4_is_counted),
		cmocka_unit_test(protocols_are_told_apart),
		cmocka_unit_test(extension_headers_are_passed_over),
		cmocka_unit_test(a_lone_fragment_of_ipv6_is_counted),
		cmocka_unit_test(fragments_of_fragments_are_joined),
		cmocka_unit_test(
			fragments_of_ipv6_may_have_other_headers_before),
		cmocka_unit_test(a_cut_fragment_cuts_the_message),
		cmocka_unit_test(a_chain_without_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
