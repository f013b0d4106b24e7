/* HEP 3, 2 and 1, whole, cut and broken; what is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent.h"

/* The first `len` bytes, in memory of exactly that size. */
static enum err parsed(struct hep *out, const struct agent *a, size_t len)
{
	char *exact = malloc(len);
	enum err err;

	if (len > 0)
		memcpy(exact, a->bytes, len);
	err = hep_parse(out, (struct slice){ exact, len });
	/* Only for who looks at lengths: the bytes have gone. */
	free(exact);
	return err;
}

static bool is_the_flow(const struct hep *h)
{
	static const struct flow flow = {
		.source = { { 192, 0, 2, 10 }, 5060, 4, 0 },
		.destination = { { 192, 0, 2, 20 }, 5062, 4, 0 },
	};

	return endpoint_eq(&h->flow.source, &flow.source) &&
	       endpoint_eq(&h->flow.destination, &flow.destination) &&
	       h->flow.transport == TRANSPORT_UDP;
}

static void version_3_is_read(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	agent_sip(&a);
	assert_int_equal(hep_length(agent_slice(&a)), a.len);
	assert_true(hep_recognise(agent_slice(&a)));
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_true(is_the_flow(&h));
	assert_true(h.time_ns == AGENT_TIME_NS);
	assert_int_equal(h.version, 3);
	assert_int_equal(h.type, HEP_SIP);
	assert_false(h.compressed);
	assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
	assert_int_equal(h.sent, sizeof(AGENT_SIP) - 1);
}

static void versions_1_and_2_are_read(void **state)
{
	(void)state;
	for (unsigned version = 1; version <= 2; version++) {
		struct agent a;
		struct hep h;

		agent_old(&a, version, AGENT_SIP);
		assert_true(hep_recognise(agent_slice(&a)));
		assert_int_equal(hep_length(agent_slice(&a)), 0);
		assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
		assert_true(is_the_flow(&h));
		assert_int_equal(h.version, version);
		assert_int_equal(h.type, HEP_SIP);
		assert_true(h.time_ns == (version == 1 ? 0 : AGENT_TIME_NS));
		assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
	}
}

static void a_length_of_version_2_may_count_the_time(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	agent_old(&a, 2, AGENT_SIP);
	a.bytes[1] = 28;
	assert_true(hep_recognise(agent_slice(&a)));
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
}

static void the_time_of_version_2_may_be_big_endian(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	agent_old(&a, 2, AGENT_SIP);
	a.len = 16;
	agent_number(&a, AGENT_SECONDS, 4);
	agent_number(&a, 4, 4);
	a.len = 28 + sizeof(AGENT_SIP) - 1;
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_true(h.time_ns == AGENT_TIME_NS);
	/* The other way round it would be in 1978. */
	memcpy(a.bytes + 16, "\x65\x92\0\x10\0\0\0\0", 8);
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_true(h.time_ns == INT64_C(0x65920010) * 1000000000);
}

static void microseconds_are_less_than_a_second(void **state)
{
	static const uint32_t cases[] = { 999999, 1000000, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct agent a;
		struct hep h;

		agent_begin(&a);
		agent_chunk_number(&a, 9, UINT32_MAX, 4);
		agent_chunk_number(&a, 10, cases[i], 4);
		agent_end(&a);
		assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
		assert_true(h.time_ns == INT64_C(4294967295) * 1000000000 +
						 (i == 0 ? 999999000 : 0));
	}
}

static void the_family_decides_where_both_addresses_are(void **state)
{
	static const struct {
		unsigned value;
		unsigned family;
	} cases[] = { { 2, 4 }, { 10, 6 }, { 30, 6 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct agent a;
		struct hep h;

		agent_begin(&a);
		agent_chunk_number(&a, 1, cases[i].value, 1);
		agent_chunk(&a, 0, 3, "1234", 4);
		agent_chunk(&a, 0, 4, "1234", 4);
		agent_chunk(&a, 0, 5, "1234567890abcdef", 16);
		agent_chunk(&a, 0, 6, "1234567890abcdef", 16);
		agent_end(&a);
		assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
		assert_int_equal(h.flow.source.family, cases[i].family);
		assert_int_equal(h.flow.destination.family, cases[i].family);
	}
}

static void a_chunk_too_short_for_its_value_is_malformed(void **state)
{
	static const unsigned bytes[] = {
		0, 1, 1, 4, 4, 16, 16, 2, 2, 4, 4, 1
	};

	(void)state;
	for (unsigned type = 1; type < 12; type++) {
		for (unsigned more = 0; more < 2; more++) {
			struct agent a;
			struct hep h;

			agent_begin(&a);
			agent_chunk(&a, 0, type, "1234567890abcdef",
				    bytes[type] - 1 + more);
			agent_end(&a);
			assert_int_equal(hep_parse(&h, agent_slice(&a)),
					 more == 0 ? ERR_MALFORMED : ERR_OK);
		}
	}
}

static void a_cut_message_may_lie_too(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	agent_sip(&a);
	a.bytes[4]++;
	a.bytes[a.len - sizeof(AGENT_SIP)] = 3; /* of the payload */
	assert_int_equal(parsed(&h, &a, a.len), ERR_MALFORMED);
}

static void ipv6_is_read_in_each_version(void **state)
{
	static const char ends[] = "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
				   "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2";
	struct agent a;
	struct hep h;
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	for (unsigned version = 1; version <= 3; version++) {
		a.len = 0;
		if (version == 3) {
			agent_begin(&a);
			agent_chunk_number(&a, 1, 10, 1);
			agent_chunk_number(&a, 11, 1, 1);
			agent_chunk(&a, 0, 5, ends, 16);
			agent_chunk(&a, 0, 6, ends + 16, 16);
			agent_chunk_number(&a, 7, 5060, 2);
			agent_chunk(&a, 0, 15, AGENT_SIP, 9);
			agent_end(&a);
		} else {
			agent_number(&a, version, 1);
			agent_raw(&a, "\x28\x0a\x11\x13\xc4\x13\xc6", 7);
			agent_raw(&a, ends, 32);
			agent_raw(&a, "\0\0\0\0\0\0\0\0\0\0\0\0",
				  version == 2 ? 12 : 0);
			agent_raw(&a, AGENT_SIP, 9);
		}
		assert_true(hep_recognise(agent_slice(&a)));
		assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
		assert_string_equal(endpoint_text(&h.flow.source, text),
				    "[2001:db8::1]:5060");
		assert_string_equal(
			endpoint_host_text(&h.flow.destination, text),
			"2001:db8::2");
		assert_int_equal(h.payload.len, 9);
	}
}

static void the_transport_is_that_of_the_protocol(void **state)
{
	static const struct {
		uint8_t protocol;
		enum transport transport;
	} cases[] = {
		{ 6, TRANSPORT_TCP },  { 17, TRANSPORT_UDP },
		{ 22, TRANSPORT_TLS }, { 50, TRANSPORT_WS },
		{ 99, TRANSPORT_UDP }, { 132, TRANSPORT_SCTP },
	};
	struct agent a;
	struct hep h;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		agent_sip(&a);
		a.bytes[6 + 7 + 6] = cases[i].protocol;
		assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
		assert_int_equal(h.flow.transport, cases[i].transport);
	}
}

static void unknown_chunks_are_passed_over(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	agent_begin(&a);
	agent_chunk(&a, 3, 15, "of OpenSIPS", 11);
	agent_chunk(&a, 0, 0xffff, "", 0);
	agent_raw(&a, "", 0);
	agent_chunk_number(&a, 11, 1, 1);
	agent_chunk(&a, 0, 4, "\xc0\0\2\x14", 4);
	agent_chunk(&a, 0, 3, "\xc0\0\2\x0a", 4);
	agent_chunk(&a, 0, 15, "ACK", 3);
	agent_end(&a);
	agent_raw(&a, "behind", 6);
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_true(slice_eq(h.payload, SLICE("ACK")));
	assert_true(h.time_ns == 0);
}

static void other_types_need_no_addresses(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	agent_begin(&a);
	agent_chunk_number(&a, 11, 100, 1);
	agent_end(&a);
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_int_equal(h.type, 100);
	agent_begin(&a);
	agent_chunk_number(&a, 11, 1, 1);
	agent_chunk(&a, 0, 15, "ACK", 3);
	agent_end(&a);
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_MALFORMED);
	agent_head(&a, HEP_SIP);
	agent_end(&a);
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_MALFORMED);
}

static void lengths_that_lie_are_malformed(void **state)
{
	static const struct {
		size_t at; /* of the low byte of the length */
		uint8_t value;
	} lies[] = {
		{ 5, 5 },             /* the message, below its header */
		{ 5, 100 },           /* ends within a chunk */
		{ 6 + 5, 0 },         /* chunk shorter than its header */
		{ 6 + 5, 5 },         /* the same */
		{ 6 + 5, 6 },         /* family of no byte */
		{ 6 + 7 + 7 + 5, 9 }, /* address of three bytes */
		{ 6 + 5, 255 },       /* further than the message */
	};
	struct agent a;
	struct hep h;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		agent_sip(&a);
		a.bytes[lies[i].at] = lies[i].value;
		if (lies[i].at == 5)
			a.bytes[4] = 0;
		assert_int_equal(parsed(&h, &a, a.len), ERR_MALFORMED);
	}
}

static void a_message_cut_anywhere_is_truncated(void **state)
{
	struct agent a;
	struct hep h;
	size_t begin;

	(void)state;
	agent_sip(&a);
	begin = a.len - (sizeof(AGENT_SIP) - 1);
	for (size_t len = 4; len < a.len; len++) {
		assert_int_equal(parsed(&h, &a, len), ERR_TRUNCATED);
		assert_int_equal(slice_is_set(h.payload), len >= begin);
		if (len < begin)
			continue;
		assert_int_equal(h.payload.len, len - begin);
		assert_int_equal(h.sent, sizeof(AGENT_SIP) - 1);
		assert_true(is_the_flow(&h));
	}
	assert_int_equal(parsed(&h, &a, a.len), ERR_OK);
}

static void the_old_versions_cut_in_their_header_are_malformed(void **state)
{
	struct agent a;
	struct hep h;

	(void)state;
	for (unsigned version = 1; version <= 2; version++) {
		size_t header = version == 1 ? 16 : 28;

		agent_old(&a, version, AGENT_SIP);
		for (size_t len = 0; len < a.len; len++)
			assert_int_equal(parsed(&h, &a, len),
					 len < header ? ERR_MALFORMED : ERR_OK);
	}
}

static void a_length_is_told_from_six_bytes(void **state)
{
	static const struct {
		struct slice bytes;
		size_t length;
	} cases[] = {
		{ { "", 0 }, 6 },           { { "HE", 2 }, 6 },
		{ { "HEP3\x12", 5 }, 6 },   { { "HEP3\x12\x34", 6 }, 0x1234 },
		{ { "HEP3\0\5", 6 }, 0 },   { { "HEP3\0\6", 6 }, 6 },
		{ { "HEP2\0\x20", 6 }, 0 }, { { "hE", 2 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(hep_length(cases[i].bytes), cases[i].length);
}

#define BYTES(literal)                                                         \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

static void nothing_else_is_taken_for_hep(void **state)
{
	static const struct slice others[] = {
		BYTES(""),
		BYTES("HEP"),
		BYTES("HEP3 sip:b@biloxi.example SIP/2.0\r\n"),
		BYTES("HEP3x sip:b@biloxi.example SIP/2.0\r\n"),
		BYTES("INVITE sip:b@biloxi.example SIP/2.0\r\n"),
		BYTES("SIP/2.0 200 OK\r\n\r\n"),
		BYTES("\r\n\r\n"),
		/* RTP (RFC 3550), RTCP */
		BYTES("\x80\x08\0\1\0\0\0\xa0\1\2\3\4........"),
		BYTES("\x81\xc8\0\6\1\2\3\4................"),
		/* STUN (RFC 8489): a success response */
		BYTES("\1\1\0\x0c\x21\x12\xa4\x42............\0\x20\0\x08...."),
		/* DNS, RADIUS */
		BYTES("\1\x10\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1......."),
		BYTES("\1\x10\0\x26........................"),
		/* HEP 1, but for: length, family, protocol, payload */
		BYTES("\1\x11\2\x11\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2INV"),
		BYTES("\1\x10\3\x11\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2INV"),
		BYTES("\1\x10\2\x01\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2INV"),
		BYTES("\1\x10\2\x11\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2\x80V"),
		BYTES("\1\x10\2\x11\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2"),
		BYTES("\1\x1c\2\x11\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2IN"
		      "VITE sip:b"),
		BYTES("\3\x10\2\x11\x13\xc4\x13\xc4\x0a\0\0\1\x0a\0\0\2INV"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *exact = malloc(others[i].len);

		if (others[i].len > 0)
			memcpy(exact, others[i].ptr, others[i].len);
		assert_false(
			hep_recognise((struct slice){ exact, others[i].len }));
		free(exact);
	}
}

static void a_packed_payload_is_unpacked(void **state)
{
	struct agent a;
	struct hep h;
	struct buf scratch;

	(void)state;
	buf_init(&scratch, HEP_UNPACKED_MAX);
	agent_packed(&a, SLICE(AGENT_SIP));
	assert_int_equal(hep_parse(&h, agent_slice(&a)), ERR_OK);
	assert_true(h.compressed);
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch), ERR_OK);
	assert_true(h.unpacked);
	assert_true(is_the_flow(&h));
	assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
	assert_int_equal(h.sent, h.payload.len);
	agent_sip(&a);
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch), ERR_OK);
	assert_false(h.unpacked);
	buf_free(&scratch);
}

/* "hello" of gzip(1), with the name and the time left out. */
static void gzip_is_unpacked_too(void **state)
{
	static const char packed[] =
		"\x1f\x8b\x08\0\0\0\0\0\2\3\xcb\x48\xcd\xc9\xc9\7\0\x86\xa6\x10"
		"\x36\5\0\0\0";
	char out[16];
	size_t len = 0;

	(void)state;
	assert_int_equal(
		hep_unpack((struct slice){ packed, sizeof(packed) - 1 }, out,
			   sizeof(out), &len),
		ERR_OK);
	assert_int_equal(len, 5);
	assert_memory_equal(out, "hello", 5);
}

static void a_payload_that_is_too_large_or_broken_is_refused(void **state)
{
	struct agent a;
	struct hep h;
	struct buf scratch;
	char *zeros = calloc(1, HEP_UNPACKED_MAX + 1);

	(void)state;
	buf_init(&scratch, HEP_UNPACKED_MAX);
	agent_packed(&a, (struct slice){ zeros, HEP_UNPACKED_MAX });
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch), ERR_OK);
	assert_int_equal(h.payload.len, HEP_UNPACKED_MAX);
	agent_packed(&a, (struct slice){ zeros, HEP_UNPACKED_MAX + 1 });
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch), ERR_LIMIT);
	agent_packed(&a, SLICE(AGENT_SIP));
	a.bytes[a.len - 1] ^= 1; /* its checksum */
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch),
			 ERR_MALFORMED);
	agent_packed(&a, SLICE(AGENT_SIP));
	a.len--;
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch),
			 ERR_MALFORMED);
	/* What is cut off stands behind it. */
	agent_packed(&a, SLICE(AGENT_SIP));
	a.bytes[4]++;
	assert_int_equal(hep_open(&h, agent_slice(&a), &scratch),
			 ERR_TRUNCATED);
	assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
	free(zeros);
	buf_free(&scratch);
}

static void hep_in_hep_is_opened_once(void **state)
{
	struct agent inner;
	struct agent outer;
	struct agent outermost;
	struct buf scratch;
	struct hep h;

	(void)state;
	buf_init(&scratch, HEP_UNPACKED_MAX);
	agent_old(&inner, 1, AGENT_SIP);
	inner.bytes[3] = 6;
	agent_v3(&outer, HEP_SIP, agent_slice(&inner));
	assert_int_equal(hep_open(&h, agent_slice(&outer), &scratch), ERR_OK);
	assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
	assert_int_equal(h.flow.transport, TRANSPORT_TCP);
	assert_true(h.time_ns == AGENT_TIME_NS);
	agent_packed(&outermost, agent_slice(&inner));
	assert_int_equal(hep_open(&h, agent_slice(&outermost), &scratch),
			 ERR_OK);
	assert_true(h.unpacked);
	assert_true(slice_eq(h.payload, SLICE(AGENT_SIP)));
	agent_packed(&outermost, agent_slice(&outer));
	assert_int_equal(hep_open(&h, agent_slice(&outermost), &scratch),
			 ERR_LIMIT);
	agent_packed(&inner, SLICE(AGENT_SIP));
	agent_packed(&outer, agent_slice(&inner));
	assert_int_equal(hep_open(&h, agent_slice(&outer), &scratch),
			 ERR_LIMIT);
	buf_free(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_3_is_read),
		cmocka_unit_test(versions_1_and_2_are_read),
		cmocka_unit_test(a_length_of_version_2_may_count_the_time),
		cmocka_unit_test(the_time_of_version_2_may_be_big_endian),
		cmocka_unit_test(microseconds_are_less_than_a_second),
		cmocka_unit_test(the_family_decides_where_both_addresses_are),
		cmocka_unit_test(a_chunk_too_short_for_its_value_is_malformed),
		cmocka_unit_test(a_cut_message_may_lie_too),
		cmocka_unit_test(ipv6_is_read_in_each_version),
		cmocka_unit_test(the_transport_is_that_of_the_protocol),
		cmocka_unit_test(unknown_chunks_are_passed_over),
		cmocka_unit_test(other_types_need_no_addresses),
		cmocka_unit_test(lengths_that_lie_are_malformed),
		cmocka_unit_test(a_message_cut_anywhere_is_truncated),
		cmocka_unit_test(
			the_old_versions_cut_in_their_header_are_malformed),
		cmocka_unit_test(a_length_is_told_from_six_bytes),
		cmocka_unit_test(nothing_else_is_taken_for_hep),
		cmocka_unit_test(a_packed_payload_is_unpacked),
		cmocka_unit_test(gzip_is_unpacked_too),
		cmocka_unit_test(
			a_payload_that_is_too_large_or_broken_is_refused),
		cmocka_unit_test(hep_in_hep_is_opened_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
