/* Date (RFC 3261 section 20.17). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/date.h"

/* The seconds are those of "date -u -d ... +%s". */
static void a_date_is_seconds_since_1970(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Sat, 13 Nov 2010 23:29:00 GMT", 1289690940 },
		{ "Thu, 29 Feb 2024 12:00:01 GMT", 1709208001 },
		{ "Fri, 01 Mar 2024 00:00:00 GMT", 1709251200 },
		{ "sun, 31 dec 2000 23:59:59 GMT", 978307199 },
		{ "Wed, 31 Dec 1969 23:59:59 GMT", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t seconds = 1;
		size_t at;

		assert_int_equal(
			sip_date_parse(&seconds, slice_of(rows[i].text), &at),
			ERR_OK);
		assert_true(seconds == rows[i].seconds);
	}
}

static void another_form_tells_where(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
		{ "", 0 },
		{ "Fri, 01 Jan 2010 16:00:00 EST", 26 },
		{ "Fri, 01 Jan 2010 16:00:00 gmt", 26 },
		{ "Fri, 01 Jan 2010 16:00:00", 25 },
		{ "Fri, 1 Jan 2010 16:00:00 GMT", 5 },
		{ "Fri, 01 Jam 2010 16:00:00 GMT", 8 },
		{ "Foo, 01 Jan 2010 16:00:00 GMT", 0 },
		{ "Friday, 01-Jan-10 16:00:00 GMT", 3 },
		{ "Fri, 30 Feb 2010 16:00:00 GMT", 0 },
		{ "Thu, 29 Feb 2023 16:00:00 GMT", 0 },
		{ "Fri, 01 Jan 2010 24:00:00 GMT", 17 },
		{ "Fri, 01 Jan 2010 16:60:00 GMT", 20 },
		{ "Fri, 01 Jan 2010 16:00:00 GMT+1", 29 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t seconds = 7;
		size_t at = 99;

		assert_int_equal(
			sip_date_parse(&seconds, slice_of(rows[i].text), &at),
			ERR_MALFORMED);
		assert_int_equal(at, rows[i].at);
		assert_true(seconds == 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_is_seconds_since_1970),
		cmocka_unit_test(another_form_tells_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
