/* JSON as RFC 8259 has it; what we write is read again by jansson. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "sipmon/base/json.h"

struct page {
	struct buf buf;
	struct json j;
};

static void open_page(struct page *p)
{
	buf_init(&p->buf, (size_t)1 << 20);
	json_init(&p->j, &p->buf);
}

static void close_page(struct page *p, const char *expected)
{
	buf_add_char(&p->buf, '\0');
	assert_string_equal(p->buf.ptr, expected);
	buf_free(&p->buf);
}

static void commas_and_colons_come_by_themselves(void **state)
{
	struct page p;

	(void)state;
	open_page(&p);
	json_put_object(&p.j, NULL);
	json_put_array(&p.j, "a");
	json_put_array_end(&p.j);
	json_put_array(&p.j, "b");
	json_put_int(&p.j, NULL, -1);
	json_put_object(&p.j, NULL);
	json_put_object_end(&p.j);
	json_put_object(&p.j, NULL);
	json_put_bool(&p.j, "t", true);
	json_put_bool(&p.j, "f", false);
	json_put_object_end(&p.j);
	json_put_null(&p.j, NULL);
	json_put_array_end(&p.j);
	json_put_key(&p.j, SLICE("k\"\n"));
	json_put_uint(&p.j, NULL, UINT64_MAX);
	json_put_key(&p.j, SLICE("o"));
	json_put_object(&p.j, NULL);
	json_put_text(&p.j, "x", "y");
	json_put_object_end(&p.j);
	json_put_int(&p.j, "z", INT64_MIN);
	json_put_object_end(&p.j);
	close_page(&p, "{\"a\":[],\"b\":[-1,{},{\"t\":true,\"f\":false},"
		       "null],\"k\\\"\\n\":18446744073709551615,"
		       "\"o\":{\"x\":\"y\"},\"z\":-9223372036854775808}");
}

static void what_is_absent_is_null(void **state)
{
	struct page p;

	(void)state;
	open_page(&p);
	json_put_array(&p.j, NULL);
	json_put_slice(&p.j, NULL, SLICE_NONE);
	json_put_text(&p.j, NULL, NULL);
	json_put_slice(&p.j, NULL, SLICE(""));
	json_put_double(&p.j, NULL, NAN);
	json_put_double(&p.j, NULL, INFINITY);
	json_put_array_end(&p.j);
	close_page(&p, "[null,null,\"\",null,null]");
}

static void controls_quotes_and_broken_bytes_are_escaped(void **state)
{
	static const struct {
		struct slice in;
		const char *out;
	} cases[] = {
		{ { "a\"b\\c", 5 }, "\"a\\\"b\\\\c\"" },
		{ { "\r\n\t", 3 }, "\"\\r\\n\\t\"" },
		{ { "\0\x01\x1b\x1f", 4 }, "\"\\u0000\\u0001\\u001b\\u001f\"" },
		{ { "\x7f", 1 }, "\"\\u007f\"" },
		/* C1 in UTF-8, and as a lone byte */
		{ { "\xc2\x9b", 2 }, "\"\\u009b\"" },
		{ { "\x9b", 1 }, "\"\xef\xbf\xbd\"" },
		{ { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e", 9 },
		  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e\"" },
		/* right-to-left override, and a private code point */
		{ { "\xe2\x80\xae", 3 }, "\"\\u202e\"" },
		{ { "\xf3\xb0\x80\x80", 4 }, "\"\\udb80\\udc00\"" },
		/* overlong '/', a surrogate, a cut sequence */
		{ { "\xc0\xaf", 2 }, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ { "\xed\xa0\x80", 3 },
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ { "a\xe2\x82", 3 }, "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page p;

		open_page(&p);
		json_put_slice(&p.j, NULL, cases[i].in);
		close_page(&p, cases[i].out);
	}
}

static void durations_are_exact_to_the_nanosecond(void **state)
{
	static const struct {
		int64_t ns;
		const char *out;
	} cases[] = {
		{ 0, "0" },
		{ 12500000, "12.5" },
		{ 1, "0.000001" },
		{ 999999, "0.999999" },
		{ 1000000, "1" },
		{ 100000, "0.1" },
		{ -1, "-0.000001" },
		{ -1500000, "-1.5" },
		{ INT64_MAX, "9223372036854.775807" },
		{ INT64_MIN, "-9223372036854.775808" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page p;

		open_page(&p);
		json_put_ms(&p.j, NULL, cases[i].ns);
		close_page(&p, cases[i].out);
	}
}

static void ratios_have_six_significant_decimals(void **state)
{
	struct page p;

	(void)state;
	open_page(&p);
	json_put_array(&p.j, NULL);
	json_put_double(&p.j, NULL, 0.5);
	json_put_double(&p.j, NULL, 100.0 / 3.0);
	json_put_double(&p.j, NULL, 100);
	json_put_double(&p.j, NULL, -0.25);
	json_put_array_end(&p.j);
	close_page(&p, "[0.5,33.3333,100,-0.25]");
}

static void every_byte_pair_is_read_again_by_another_reader(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 0x10000; n += 3) {
		char bytes[2] = { (char)(n >> 8), (char)n };
		struct page p;
		json_t *read;
		json_error_t error;

		open_page(&p);
		json_put_object(&p.j, NULL);
		json_put_key(&p.j, (struct slice){ bytes, 2 });
		json_put_slice(&p.j, NULL, (struct slice){ bytes, 2 });
		json_put_object_end(&p.j);
		read = json_loadb(p.buf.ptr, p.buf.len, JSON_ALLOW_NUL, &error);
		/* jansson takes no NUL in a key */
		if (bytes[0] != '\0' && bytes[1] != '\0')
			assert_non_null(read);
		json_decref(read);
		buf_free(&p.buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_colons_come_by_themselves),
		cmocka_unit_test(what_is_absent_is_null),
		cmocka_unit_test(controls_quotes_and_broken_bytes_are_escaped),
		cmocka_unit_test(durations_are_exact_to_the_nanosecond),
		cmocka_unit_test(ratios_have_six_significant_decimals),
		cmocka_unit_test(
			every_byte_pair_is_read_again_by_another_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
