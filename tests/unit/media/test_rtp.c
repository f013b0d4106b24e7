/* RTP told from everything else (RFC 3550 section 5.1, RFC 5761). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/media/rtp.h"

#define HEAD "\x80\x08\x12\x34\x01\x02\x03\x04\xca\xfe\xba\xbe"

static void the_header_is_read(void **state)
{
	struct rtp r;

	(void)state;
	assert_true(rtp_parse(
		&r, SLICE("\x80\x88\x12\x34\x01\x02\x03\x04\xca\xfe\xba\xbe"
			  "voice")));
	assert_int_equal(r.type, 8);
	assert_true(r.marker);
	assert_int_equal(r.sequence, 0x1234);
	assert_int_equal(r.timestamp, 0x01020304);
	assert_int_equal(r.ssrc, 0xcafebabe);
	assert_int_equal(r.header_bytes, 12);
	assert_true(rtp_parse(&r, SLICE(HEAD)));
	assert_false(r.marker);
}

static void lists_and_extensions_belong_to_the_header(void **state)
{
	static const char two[] = "\x92\x00\0\x01\0\0\0\0\0\0\0\x01"
				  "\0\0\0\x02\0\0\0\x03"
				  "\xbe\xde\0\x01\x10\xff\0\0";
	struct rtp r;

	(void)state;
	assert_true(rtp_parse(&r, SLICE(two)));
	assert_int_equal(r.header_bytes, 28);
	for (size_t n = 0; n < sizeof(two) - 1; n++) {
		char *cut = malloc(n + 1);

		assert_non_null(cut);
		memcpy(cut + 1, two, n); /* misaligned, and its end is known */
		assert_false(rtp_parse(&r, (struct slice){ cut + 1, n }));
		free(cut);
	}
}

static void what_cannot_be_rtp_is_not(void **state)
{
	struct rtp r;

	(void)state;
	/* STUN, DTLS, version 1, version 3 */
	assert_false(rtp_parse(&r, SLICE("\0\x01\0\0\x21\x12\xa4\x42"
					 "0123456789ab")));
	assert_false(
		rtp_parse(&r, SLICE("\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x42")));
	assert_false(rtp_parse(&r, SLICE("\x40\x08\0\0\0\0\0\0\0\0\0\0")));
	assert_false(rtp_parse(&r, SLICE("\xc0\x08\0\0\0\0\0\0\0\0\0\0")));
	/* from the first to the last type of RTCP; then RTP with a marker */
	assert_false(rtp_parse(&r, SLICE("\x80\xc0\0\x06\0\0\0\0\0\0\0\0")));
	assert_false(rtp_parse(&r, SLICE("\x80\xdf\0\x06\0\0\0\0\0\0\0\0")));
	assert_false(rtp_parse(&r, SLICE("\x80\xc8\0\x06\0\0\0\0\0\0\0\0")));
	assert_false(rtp_parse(&r, SLICE("\x81\xc9\0\x07\0\0\0\0\0\0\0\0")));
	assert_true(rtp_parse(&r, SLICE("\x80\xe0\0\x06\0\0\0\0\0\0\0\0")));
	assert_int_equal(r.type, 96);
	/* shorter than a header, and than its list of sources */
	assert_false(rtp_parse(&r, SLICE("\x80\x08\0\0\0\0\0\0\0\0\0")));
	assert_false(rtp_parse(&r, SLICE("\x8f\x08\0\0\0\0\0\0\0\0\0\0")));
	assert_false(rtp_parse(&r, SLICE("INVITE sip:a@b SIP/2.0")));
	assert_false(rtp_parse(&r, SLICE_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_read),
		cmocka_unit_test(lists_and_extensions_belong_to_the_header),
		cmocka_unit_test(what_cannot_be_rtp_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
