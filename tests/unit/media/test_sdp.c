/* Session descriptions as an observer reads them (RFC 8866, RFC 3264). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sipmon/media/codec.h"
#include "sipmon/media/sdp.h"

#define BEGIN                                                                  \
	"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"     \
	"t=0 0\r\n"
#define CALL BEGIN "m=audio 4000 RTP/AVP 8\r\n"

static struct sdp parsed(const char *text)
{
	struct sdp s;

	assert_true(sdp_parse(&s, slice_of(text)));
	return s;
}

/* "192.0.2.1:4000" of the only media line behind BEGIN. */
static const char *where(const struct sdp_media *m, char *out)
{
	return endpoint_text(&m->endpoint, out);
}

/* The offer of RFC 3264 section 10.1. */
static void an_offer_is_read(void **state)
{
	struct sdp s = parsed("v=0\r\n"
			      "o=alice 2890844526 2890844526 IN IP4 "
			      "host.anywhere.com\r\n"
			      "s=\r\n"
			      "c=IN IP4 192.0.2.10\r\n"
			      "t=0 0\r\n"
			      "m=audio 49170 RTP/AVP 0 97\r\n"
			      "a=rtpmap:0 PCMU/8000\r\n"
			      "a=rtpmap:97 iLBC/8000\r\n"
			      "m=video 51372 RTP/AVP 31\r\n"
			      "c=IN IP6 2001:db8::5\r\n"
			      "a=rtpmap:31 H261/90000\r\n"
			      "a=recvonly\r\n"
			      "m=video 0 RTP/AVP 32 99\r\n"
			      "a=rtpmap:32 MPV/90000\r\n");
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	assert_int_equal(s.media_count, 3);
	assert_false(s.malformed);
	assert_string_equal(where(&s.media[0], text), "192.0.2.10:49170");
	assert_int_equal(s.media[0].kind, SDP_AUDIO);
	assert_int_equal(s.media[0].direction, SDP_SENDRECV);
	assert_int_equal(s.media[0].flags, SDP_RTP);
	assert_int_equal(s.media[0].rtcp_port, 49171);
	assert_true(s.media[0].codecs ==
		    (CODEC_BIT(CODEC_PCMU) | CODEC_BIT(CODEC_ILBC)));
	assert_true(sdp_has_type(s.media[0].types, 0));
	assert_true(sdp_has_type(s.media[0].types, 97));
	assert_false(sdp_has_type(s.media[0].types, 8));
	assert_false(sdp_has_type(s.media[0].types, 225));
	assert_string_equal(where(&s.media[1], text), "[2001:db8::5]:51372");
	assert_int_equal(s.media[1].kind, SDP_VIDEO);
	assert_int_equal(s.media[1].direction, SDP_RECVONLY);
	assert_string_equal(where(&s.media[2], text), "192.0.2.10:0");
	assert_int_equal(s.media[2].rtcp_port, 0);
	assert_int_equal(s.media[2].direction, SDP_SENDRECV);
	assert_true(s.media[2].codecs ==
		    (CODEC_BIT(CODEC_MPV) | CODEC_BIT(CODEC_OTHER)));
}

static void what_the_session_says_holds_for_its_media(void **state)
{
	struct sdp s = parsed("v=0\nc=IN IP4 192.0.2.1\na=sendonly\n"
			      "a=fingerprint:sha-256 AB:CD\na=ice-ufrag:x\n"
			      "m=audio 4000 RTP/AVP 0\n"
			      "m=audio 4002/2 RTP/SAVP 0\na=inactive \n");

	(void)state;
	assert_int_equal(s.media_count, 2);
	assert_int_equal(s.media[0].direction, SDP_SENDONLY);
	assert_int_equal(s.media[1].direction, SDP_INACTIVE);
	assert_int_equal(s.media[0].flags, SDP_RTP | SDP_SECURE | SDP_ICE);
	assert_int_equal(s.media[1].endpoint.port, 4002);
	assert_int_equal(s.media[1].endpoint.family, 4);
}

static void an_attribute_tells_of_its_line(void **state)
{
	static const struct {
		const char *lines; /* behind CALL */
		unsigned flags;
		unsigned rtcp_port;
	} cases[] = {
		{ "", 0, 4001 },
		{ "a=rtcp:53020\r\n", 0, 53020 },
		{ "a=rtcp:53020 IN IP4 192.0.2.9\r\n", 0, 53020 },
		{ "a=rtcp-mux\r\n", SDP_RTCP_MUX, 4001 },
		{ "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n", SDP_SECURE,
		  4001 },
		{ "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n", SDP_ICE,
		  4001 },
		{ "c=IN IP4 0.0.0.0\r\n", SDP_HELD, 4001 },
		{ "c=IN IP6 ::\r\n", SDP_HELD, 4001 },
		{ "a=cryptography\r\na=x-rtcp:9\r\n", 0, 4001 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct sdp s;

		(void)snprintf(text, sizeof(text), "%s%s", CALL,
			       cases[i].lines);
		s = parsed(text);
		assert_int_equal(s.media_count, 1);
		assert_false(s.malformed);
		assert_int_equal(s.media[0].flags, cases[i].flags | SDP_RTP);
		assert_int_equal(s.media[0].rtcp_port, cases[i].rtcp_port);
	}
}

/* RFC 8840 section 4.1.1: no candidate is known yet, and nobody is held. */
static void an_address_that_ice_will_find_is_no_hold(void **state)
{
	struct sdp s = parsed("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
			      "c=IN IP4 0.0.0.0\r\na=ice-ufrag:8hhY\r\n"
			      "a=rtpmap:111 opus/48000/2\r\n");

	(void)state;
	assert_int_equal(s.media[0].flags, SDP_RTP | SDP_SECURE | SDP_ICE);
	assert_true(s.media[0].codecs == CODEC_BIT(CODEC_OPUS));
}

static void addresses_may_be_names_or_absent(void **state)
{
	struct sdp s = parsed("v=0\r\nm=audio 4000 RTP/AVP 0\r\n"
			      "m=audio 4002 RTP/AVP 0\r\n"
			      "c=IN IP4 media.example.com\r\n"
			      "m=audio 4004 RTP/AVP 0\r\n"
			      "c=IN IP4 233.252.0.1/127/3\r\n"
			      "c=IN IP4 233.252.0.9/127\r\n");
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	assert_false(s.malformed);
	assert_int_equal(s.media[0].endpoint.family, 0);
	assert_int_equal(s.media[0].endpoint.port, 4000);
	assert_int_equal(s.media[1].endpoint.family, 0);
	assert_int_equal(s.media[1].flags, SDP_RTP);
	assert_string_equal(where(&s.media[2], text), "233.252.0.1:4004");
}

static void fax_has_no_payload_types(void **state)
{
	struct sdp s = parsed(BEGIN "m=image 4000 udptl t38\r\n"
				    "a=T38FaxVersion:0\r\n"
				    "a=rtpmap:0 PCMU/8000\r\n"
				    "m=message 2855 TCP/MSRP *\r\n");

	(void)state;
	assert_int_equal(s.media_count, 2);
	assert_false(s.malformed);
	assert_int_equal(s.media[0].kind, SDP_IMAGE);
	assert_int_equal(s.media[0].flags, 0);
	assert_int_equal(s.media[0].rtcp_port, 0);
	assert_true(s.media[0].codecs == 0);
	assert_int_equal(s.media[1].kind, SDP_OTHER);
}

static void an_rtpmap_counts_for_a_type_of_its_line(void **state)
{
	struct sdp s = parsed(CALL "a=rtpmap:0 PCMU/8000\r\n"
				   "a=rtpmap:8 opus/48000\r\n"
				   "a=rtpmap:8 PCMA/8000\r\n");

	(void)state;
	assert_true(s.media[0].codecs == CODEC_BIT(CODEC_OPUS));
}

static void an_encoding_is_found_again(void **state)
{
	struct slice body = SLICE("v=0\r\n"
				  "a=rtpmap:96 nonsense/1\r\n"
				  "m=audio 4000 RTP/AVP 96 101\r\n"
				  "a=rtpmap:96 opus/48000/2\r\n"
				  "a=rtpmap: 101 telephone-event/8000 \r\n"
				  "m=video 4002 RTP/AVP 96\n"
				  "a=rtpmap:96 VP8/90000");

	(void)state;
	assert_true(slice_eq(sdp_encoding(body, 0, 96), SLICE("opus/48000/2")));
	assert_true(slice_eq(sdp_encoding(body, 0, 101),
			     SLICE("telephone-event/8000")));
	assert_true(slice_eq(sdp_encoding(body, 1, 96), SLICE("VP8/90000")));
	assert_false(slice_is_set(sdp_encoding(body, 1, 101)));
	assert_false(slice_is_set(sdp_encoding(body, 2, 96)));
	assert_false(slice_is_set(sdp_encoding(body, UINT32_MAX, 96)));
	assert_false(slice_is_set(sdp_encoding(SLICE_NONE, 0, 96)));
}

static void a_line_that_cannot_be_read_is_passed_over(void **state)
{
	static const char *const bad[] = {
		"m=audio\r\n",
		"m=audio RTP/AVP 0\r\n",
		"m=audio 70000 RTP/AVP 0\r\n",
		"m=audio 4000\r\n",
		"m=audio 4000 RTP/AVP zero\r\n",
		"m=audio 4000 RTP/AVP 128\r\n",
		"c=IN\r\n",
		"c=IN IP5 192.0.2.1\r\n",
		"c=ATM NSAP 47\r\n",
		"a=rtpmap:8\r\n",
		"a=rtpmap:x PCMA/8000\r\n",
		"a=rtpmap\r\n",
		"a=rtcp:no\r\n",
		"=\r\n",
		"x\r\n",
		"\x01\x02\x03\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[512];
		struct sdp s;

		(void)snprintf(text, sizeof(text),
			       "%s%sm=video 5000 RTP/AVP 34\r\n", CALL, bad[i]);
		s = parsed(text);
		assert_true(s.malformed);
		assert_int_equal(s.media[0].endpoint.port, 4000);
		assert_true(s.media[0].codecs == CODEC_BIT(CODEC_PCMA));
		assert_int_equal(s.media[s.media_count - 1].kind, SDP_VIDEO);
		assert_int_equal(s.media[s.media_count - 1].endpoint.port,
				 5000);
	}
}

static void lines_past_the_limit_are_not_looked_at(void **state)
{
	char text[4096];
	int n = snprintf(text, sizeof(text), "%s", BEGIN);
	struct sdp s;

	(void)state;
	for (int i = 0; i < 20; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "m=audio %d RTP/AVP 0\r\n", 4000 + 2 * i);
	(void)snprintf(text + n, sizeof(text) - (size_t)n, "c=broken\r\n");
	s = parsed(text);
	assert_int_equal(s.media_count, SDP_MEDIA_MAX);
	assert_int_equal(s.media[SDP_MEDIA_MAX - 1].endpoint.port, 4014);
	assert_false(s.malformed);
}

static void what_does_not_begin_with_a_version_is_none(void **state)
{
	struct sdp s;

	(void)state;
	assert_false(sdp_parse(&s, SLICE_NONE));
	assert_false(sdp_parse(&s, SLICE("")));
	assert_false(sdp_parse(&s, SLICE("v")));
	assert_false(sdp_parse(&s, SLICE("o=- 1 1 IN IP4 192.0.2.1\r\nv=0")));
	assert_false(sdp_parse(&s, SLICE("<?xml version=\"1.0\"?>")));
	assert_true(sdp_parse(&s, SLICE("\r\nv=0\r\n")));
	assert_int_equal(s.media_count, 0);
	assert_true(sdp_parse(&s, SLICE("v=")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_is_read),
		cmocka_unit_test(what_the_session_says_holds_for_its_media),
		cmocka_unit_test(an_attribute_tells_of_its_line),
		cmocka_unit_test(an_address_that_ice_will_find_is_no_hold),
		cmocka_unit_test(addresses_may_be_names_or_absent),
		cmocka_unit_test(fax_has_no_payload_types),
		cmocka_unit_test(an_rtpmap_counts_for_a_type_of_its_line),
		cmocka_unit_test(an_encoding_is_found_again),
		cmocka_unit_test(a_line_that_cannot_be_read_is_passed_over),
		cmocka_unit_test(lines_past_the_limit_are_not_looked_at),
		cmocka_unit_test(what_does_not_begin_with_a_version_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
