/* What sipmon and its downloader say to each other, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/identity/fetch_wire.h"

static void a_request_is_length_number_and_url(void **state)
{
	static const char bytes[] = "\0\0\0\x0d\x01\x02\x03\x04https://a";
	struct fetch_request r = { 0x01020304, SLICE("https://a") };
	struct fetch_request got = { 0, SLICE_NONE };
	size_t used = 0;
	struct buf b;

	(void)state;
	buf_init(&b, FETCH_REQUEST_BYTES_MAX);
	fetch_wire_add_request(&b, &r);
	assert_int_equal(b.len, sizeof(bytes) - 1);
	assert_memory_equal(b.ptr, bytes, b.len);
	assert_int_equal(fetch_wire_take_request(buf_slice(&b), &got, &used),
			 ERR_OK);
	assert_int_equal(used, b.len);
	assert_int_equal(got.id, r.id);
	assert_true(slice_eq(got.url, r.url));
	buf_free(&b);
}

static void a_reply_is_told_with_its_content(void **state)
{
	static const char bytes[] = "\0\0\0\x0e\0\0\0\x07\0\0\0\0\x01\x51\x80"
				    "abc";
	struct fetch_reply r = { .id = 7,
				 .reason = FETCH_GOOD,
				 .keep_s = 86400,
				 .content = SLICE("abc") };
	struct fetch_reply got = { .id = 0 };
	size_t used = 0;
	struct buf b;

	(void)state;
	buf_init(&b, FETCH_REPLY_BYTES_MAX);
	fetch_wire_add_reply(&b, &r);
	assert_int_equal(b.len, sizeof(bytes) - 1);
	assert_memory_equal(b.ptr, bytes, b.len);
	assert_int_equal(fetch_wire_take_reply(buf_slice(&b), &got, &used),
			 ERR_OK);
	assert_int_equal(used, b.len);
	assert_int_equal(got.id, 7);
	assert_int_equal(got.keep_s, 86400);
	assert_true(slice_eq(got.content, r.content));
	buf_free(&b);
}

static void what_is_not_whole_is_waited_for(void **state)
{
	static const char bytes[] = "\0\0\0\x0e\0\0\0\x07\0\0\0\0\x01\x51\x80"
				    "abc";
	struct fetch_reply got;
	size_t used;

	(void)state;
	for (size_t n = 0; n < sizeof(bytes) - 1; n++)
		assert_int_equal(
			fetch_wire_take_reply((struct slice){ bytes, n }, &got,
					      &used),
			ERR_AGAIN);
}

static void a_reply_that_is_none_is_refused(void **state)
{
	static const struct slice cases[] = {
		/* too short; too long by one; far too long */
		{ "\0\0\0\x0a", 4 },
		{ "\0\x04\0\x0c", 4 },
		{ "\xff\xff\xff\xff", 4 },
		/* a reason that is none */
		{ "\0\0\0\x0b\0\0\0\1\xff\0\0\0\0\0\0", 15 },
		/* good without content; content without good */
		{ "\0\0\0\x0b\0\0\0\1\0\0\0\0\0\0\0", 15 },
		{ "\0\0\0\x0c\0\0\0\1\1\0\0\0\0\0\0x", 16 },
	};
	struct fetch_reply got;
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(fetch_wire_take_reply(cases[i], &got, &used),
				 ERR_MALFORMED);
}

static void a_request_that_is_none_is_refused(void **state)
{
	static const struct slice cases[] = {
		{ "\0\0\0\x04\0\0\0\1", 8 }, /* no URL */
		{ "\0\0\x08\x05", 4 },       /* 2049 bytes of it */
		{ "GET / HTTP/1.1", 14 },
	};
	struct fetch_request got;
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(fetch_wire_take_request(cases[i], &got, &used),
				 ERR_MALFORMED);
}

static void a_hello_of_another_version_is_refused(void **state)
{
	struct fetch_hello hello = { FETCH_STAGE_RIGHTS, 13 };
	struct fetch_hello got = { FETCH_READY, 0 };
	uint8_t bytes[FETCH_HELLO_BYTES];
	struct slice all = { (const char *)bytes, sizeof(bytes) };
	size_t used = 0;

	(void)state;
	fetch_wire_hello(&hello, bytes);
	assert_int_equal(fetch_wire_take_hello(all, &got, &used), ERR_OK);
	assert_int_equal(got.stage, FETCH_STAGE_RIGHTS);
	assert_int_equal(got.error, 13);
	assert_int_equal(used, sizeof(bytes));
	bytes[7]++;
	assert_int_equal(fetch_wire_take_hello(all, &got, &used),
			 ERR_MALFORMED);
	bytes[7]--;
	bytes[8] = FETCH_STAGES;
	assert_int_equal(fetch_wire_take_hello(all, &got, &used),
			 ERR_MALFORMED);
}

static void each_reason_has_its_words(void **state)
{
	char text[FETCH_REASON_BYTES];

	(void)state;
	for (unsigned r = 0; r < FETCH_REASONS; r++) {
		(void)fetch_wire_reason(r, 65535, text);
		assert_in_range(strlen(text), 5, sizeof(text) - 2);
		assert_null(strchr(text, '%'));
	}
	assert_string_equal(fetch_wire_reason(FETCH_STATUS, 404, text),
			    "the web server answered 404");
	assert_string_equal(fetch_wire_reason(999, 3, text),
			    "the download failed (3)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_length_number_and_url),
		cmocka_unit_test(a_reply_is_told_with_its_content),
		cmocka_unit_test(what_is_not_whole_is_waited_for),
		cmocka_unit_test(a_reply_that_is_none_is_refused),
		cmocka_unit_test(a_request_that_is_none_is_refused),
		cmocka_unit_test(a_hello_of_another_version_is_refused),
		cmocka_unit_test(each_reason_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
