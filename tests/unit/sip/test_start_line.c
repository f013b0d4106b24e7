/* What is SIP and what is not, by the first line (RFC 3261 section 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/message.h"

static void expect(const char *const *rows, size_t n, bool want)
{
	for (size_t i = 0; i < n; i++) {
		struct slice s = slice_of(rows[i]);
		struct sip_msg m;

		if (sip_recognise(s) != want)
			fail_msg("%s", rows[i]);
		assert_int_equal(sip_msg_parse(&m, s), want);
	}
}

#define EXPECT(rows, want) expect(rows, sizeof(rows) / sizeof((rows)[0]), want)

static void start_lines_of_the_rfc_are_sip(void **state)
{
	static const char *const rows[] = {
		"INVITE sip:bob@biloxi.com SIP/2.0\r\n",
		"\r\n\r\nREGISTER sips:biloxi.com SIP/2.0\r\n",
		"NEWMETHOD tel:+1201 SIP/2.0\r\n",
		"OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n",
		"x urn:service:sos SIP/2.0\r\n",
		"SIP/2.0 200 OK\r\n",
		"SIP/2.0 100 \r\n",
	};

	(void)state;
	EXPECT(rows, true);
}

static void broken_lines_that_mean_sip_are_sip(void **state)
{
	static const char *const rows[] = {
		"INVITE sip:bob@biloxi.com SIP/7.0\r\n",
		"INVITE  sip:bob@biloxi.com  SIP/2.0\r\n",
		"INVITE sip:bob@biloxi.com SIP/2.0  \r\n",
		"INVITE <sip:bob@biloxi.com> SIP/2.0\r\n",
		"INVITE sip:bob@biloxi.com; lr SIP/2.0\r\n",
		"INVITE sip:bob@biloxi.com\r\n",
		"INVITE SIP/2.0\r\n",
		"invite bob SIP/2.0\n",
		"()INVITE sip:bob@biloxi.com SIP/2.0\r\n",
		"SIP/2.0 4294967301 better not\r\n",
		"SIP/2.0  200 OK\r\n",
		"sip/3.1 200\r\n",
	};

	(void)state;
	EXPECT(rows, true);
}

static void a_line_that_the_capture_cut_is_sip(void **state)
{
	static const char *const rows[] = {
		"INVITE sip:b", "BYE sips:", "MESSAGE tel:+1",
		"SIP/2.0 2",    "SIP/2.0",   "SIP/2.0 ",
	};

	(void)state;
	EXPECT(rows, true);
}

static void others_are_not_sip(void **state)
{
	static const char *const rows[] = {
		"",
		"\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		"OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n",
		"OPTIONS * RTSP/1.0\r\n",
		"RTSP/1.0 200 OK\r\n",
		"NOTIFY * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n",
		"<134>Nov 12 pbx: got INVITE sip:a@b SIP/2.0\r\n",
		"REGISTER now to win\r\n",
		"INVITE",
		"INVITE ",
		"SIP is a protocol\r\n",
		"SIP/x 200 OK\r\n",
		"SIP/2.0 OK\r\n",
		"0 0 SIP\r\n",
		"one two SIP/2.0\r\n",
		" INVITE sip:a@b SIP/2.0\r\n",
		"\x80\x08INVITE sip:a@b SIP/2.0\r\n",
		"\x01\x02",
		"v=0\r\no=- 0 0 IN IP4 a\r\n",
	};

	(void)state;
	EXPECT(rows, false);
}

static void a_status_line_comes_apart(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, SLICE("SIP/2.0 486 Busy  Here\r\n\r\n")));
	assert_true(m.is_response);
	assert_int_equal(m.status, 486);
	assert_true(slice_eq(m.phrase, SLICE("Busy  Here")));
	assert_int_equal(m.method, SIP_METHOD_NONE);
	assert_false(slice_is_set(m.request_uri));
}

static void a_request_line_comes_apart(void **state)
{
	struct sip_msg m;

	(void)state;
	assert_true(sip_msg_parse(&m, SLICE("BYE sip:a;x@b;lr sip/2.0\n\n")));
	assert_false(m.is_response);
	assert_int_equal(m.status, 0);
	assert_int_equal(m.method, SIP_METHOD_BYE);
	assert_true(slice_eq(m.request_uri, SLICE("sip:a;x@b;lr")));
	assert_true(sip_msg_parse(&m, SLICE("PING <sip:a@b>  SIP/2.0 \r\n")));
	assert_int_equal(m.method, SIP_METHOD_OTHER);
	assert_true(slice_eq(m.method_name, SLICE("PING")));
	assert_true(slice_eq(m.request_uri, SLICE("sip:a@b")));
}

static void a_status_is_three_digits_from_100_to_699(void **state)
{
	static const struct {
		const char *text;
		uint16_t status;
		bool good;
	} rows[] = {
		{ "SIP/2.0 100 x\r\n", 100, true },
		{ "SIP/2.0 699 x\r\n", 699, true },
		{ "SIP/2.0 99 x\r\n", 99, false },
		{ "SIP/2.0 700 x\r\n", 700, false },
		{ "SIP/2.0 0200 x\r\n", 200, false },
		{ "SIP/2.0 65536 x\r\n", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_msg m;

		assert_true(sip_msg_parse(&m, slice_of(rows[i].text)));
		assert_int_equal(m.status, rows[i].status);
		assert_int_equal(m.defects.list[0].kind ==
					 SIP_DEFECT_STATUS_CODE,
				 !rows[i].good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_lines_of_the_rfc_are_sip),
		cmocka_unit_test(broken_lines_that_mean_sip_are_sip),
		cmocka_unit_test(a_line_that_the_capture_cut_is_sip),
		cmocka_unit_test(others_are_not_sip),
		cmocka_unit_test(a_status_line_comes_apart),
		cmocka_unit_test(a_request_line_comes_apart),
		cmocka_unit_test(a_status_is_three_digits_from_100_to_699),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
