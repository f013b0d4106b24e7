/* The headers of UDP, TCP and SCTP, and their lengths. */
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
	assert_false(payload_is_cut(&o.payload));
	o = with_udp_length(8);
	assert_true(payload_is(&o, ""));
}

static void a_longer_length_gives_what_is_there_as_cut(void **state)
{
	struct outcome o = with_udp_length(8 + sizeof(TEXT));

	(void)state;
	assert_true(payload_is(&o, TEXT));
	assert_true(payload_is_cut(&o.payload));
	o = with_udp_length(65535);
	assert_true(payload_is(&o, TEXT));
	assert_true(payload_is_cut(&o.payload));
}

static void a_length_of_zero_is_that_of_ip(void **state)
{
	struct outcome o = with_udp_length(0);

	(void)state;
	assert_true(payload_is(&o, TEXT));
	assert_false(payload_is_cut(&o.payload));
}

static void a_length_below_the_header_is_counted(void **state)
{
	(void)state;
	for (size_t len = 1; len < 8; len++) {
		struct outcome o = with_udp_length(len);

		assert_true(refused_for(&o, UNDECODED_UDP_HEADER));
	}
}

/* A segment with `options` of TCP, whose header claims `words`. */
static void add_tcp(struct frame *f, unsigned words, const char *options,
		    const char *payload)
{
	add_ipv4(f, 6, 20 + strlen(options) + strlen(payload));
	add16(f, 40000);
	add16(f, 5060);
	ADD(f, "\xfe\xdc\xba\x98\1\2\3\4");
	f->bytes[f->len++] = (uint8_t)(words << 4);
	ADD(f, "\x18\1\0\0\0\0\0");
	add(f, options, strlen(options));
	add(f, payload, strlen(payload));
}

static void a_segment_has_its_place_in_the_connection(void **state)
{
	struct frame f = { 0 };
	struct outcome o;
	const struct payload *p = &o.payload;

	(void)state;
	add_tcp(&f, 5, "", TEXT);
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, TEXT));
	assert_int_equal(p->kind, PAYLOAD_SEGMENT);
	assert_int_equal(p->flow.transport, TRANSPORT_TCP);
	assert_int_equal(p->flow.source.port, 40000);
	assert_int_equal(p->flow.destination.port, 5060);
	assert_int_equal(p->sequence, 0xfedcba98);
	assert_int_equal(p->acknowledgment, 0x01020304);
	assert_int_equal(p->tcp_flags, TCP_PSH | TCP_ACK);
	assert_int_equal(p->sent, strlen(TEXT));
	assert_int_equal(p->offset, 40);
}

static void options_of_tcp_are_passed_over(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_tcp(&f, 7, "optional", TEXT);
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, TEXT));
}

/* SYN, FIN and RST say what became of a connection. */
static void a_segment_without_bytes_is_given(void **state)
{
	struct frame f = { 0 };
	struct outcome o;

	(void)state;
	add_tcp(&f, 5, "", "");
	f.bytes[33] = TCP_FIN | TCP_SYN | TCP_RST;
	o = outcome_of(&f, RAW);
	assert_true(payload_is(&o, ""));
	assert_int_equal(o.payload.kind, PAYLOAD_SEGMENT);
	assert_int_equal(o.payload.tcp_flags, TCP_FIN | TCP_SYN | TCP_RST);
	assert_int_equal(o.payload.sent, 0);
}

static void a_broken_header_of_tcp_is_counted(void **state)
{
	static const unsigned words[] = { 0, 4, 15 };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct frame f = { 0 };
		struct outcome o;

		add_tcp(&f, words[i], "", TEXT);
		o = outcome_of(&f, RAW);
		assert_true(refused_for(&o, UNDECODED_TCP_HEADER));
	}
}

static void a_segment_cut_anywhere_tells_what_was_sent(void **state)
{
	struct frame f = { 0 };

	(void)state;
	add_tcp(&f, 7, "optional", TEXT);
	for (size_t len = 20; len < f.len; len++) {
		struct outcome o = outcome_of_part(&f, RAW, len);

		if (len < 40) {
			assert_true(refused_for(&o, UNDECODED_TCP_HEADER));
			continue;
		}
		assert_true(o.given);
		assert_int_equal(o.payload.sequence, 0xfedcba98);
		assert_int_equal(o.payload.sent, strlen(TEXT));
		assert_int_equal(o.payload.bytes.len, len < 48 ? 0 : len - 48);
	}
}

static void sctp_is_given_with_its_common_header(void **state)
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
	assert_true(o.given);
	assert_int_equal(o.payload.kind, PAYLOAD_SCTP);
	assert_int_equal(o.payload.flow.transport, TRANSPORT_SCTP);
	assert_int_equal(o.payload.flow.source.port, 5060);
	assert_int_equal(o.payload.offset, 20);
	assert_int_equal(o.payload.bytes.len, f.len - 20);
	o = outcome_of_part(&f, RAW, f.len - 5);
	assert_true(o.given);
	assert_int_equal(o.payload.bytes.len, f.len - 25);
	assert_int_equal(o.payload.sent, f.len - 20);
	for (size_t len = 20; len < 32; len++) {
		o = outcome_of_part(&f, RAW, len);
		assert_true(refused_for(&o, UNDECODED_SCTP));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shorter_length_is_believed),
		cmocka_unit_test(a_longer_length_gives_what_is_there_as_cut),
		cmocka_unit_test(a_length_of_zero_is_that_of_ip),
		cmocka_unit_test(a_length_below_the_header_is_counted),
		cmocka_unit_test(a_segment_has_its_place_in_the_connection),
		cmocka_unit_test(options_of_tcp_are_passed_over),
		cmocka_unit_test(a_segment_without_bytes_is_given),
		cmocka_unit_test(a_broken_header_of_tcp_is_counted),
		cmocka_unit_test(a_segment_cut_anywhere_tells_what_was_sent),
		cmocka_unit_test(sctp_is_given_with_its_common_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
