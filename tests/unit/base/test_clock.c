/* Nanoseconds since 1970; expected values from date(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "sipmon/base/clock.h"

#define S CLOCK_SECOND_NS

static void times_are_written_as_rfc3339(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ 1767225600 * S, "2026-01-01T00:00:00.000000Z" },
		{ 951825600 * S + 1000, "2000-02-29T12:00:00.000001Z" },
		{ 999, "1970-01-01T00:00:00.000000Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ -1 * S, "1969-12-31T23:59:59.000000Z" },
		{ INT64_MAX, "2262-04-11T23:47:16.854775Z" },
		{ INT64_MIN, "1677-09-21T00:12:43.145224Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[CLOCK_TEXT_BYTES];

		assert_string_equal(clock_rfc3339(cases[i].ns, out),
				    cases[i].text);
	}
}

static void the_local_zone_is_asked_for_only_when_wanted(void **state)
{
	char out[CLOCK_TEXT_BYTES];
	int64_t late = 1767225600 * S - 1000; /* 2025-12-31, in UTC */

	(void)state;
	assert_int_equal(setenv("TZ", "UTC-7", 1), 0);
	tzset();
	assert_string_equal(clock_date(late, true, out), "2025-12-31");
	assert_string_equal(clock_date(late, false, out), "2026-01-01");
	assert_string_equal(clock_time_of_day(late, true, out),
			    "23:59:59.999999");
	assert_string_equal(clock_time_of_day(late, false, out),
			    "06:59:59.999999");
}

static void durations_are_written_for_people(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0 ms" },
		{ 412 * CLOCK_MS_NS + 499999, "412 ms" },
		{ 412 * CLOCK_MS_NS + 500000, "413 ms" },
		{ S - 1, "1.00 s" },
		{ S, "1.00 s" },
		{ 6 * S + 70 * CLOCK_MS_NS, "6.07 s" },
		{ 60 * S - 1, "1:00" },
		{ 60 * S, "1:00" },
		{ 72 * S, "1:12" },
		{ 3600 * S - 1, "1:00:00" },
		{ 3723 * S, "1:02:03" },
		{ 100 * 3600 * S, "100:00:00" },
		{ -1, "-" },
		{ INT64_MIN, "-" },
		{ INT64_MAX, "2562047:47:17" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[CLOCK_TEXT_BYTES];

		assert_string_equal(clock_duration(cases[i].ns, out),
				    cases[i].text);
	}
}

struct parse_case {
	const char *text;
	int64_t ns;
};

static void times_are_read_in_both_ways(void **state)
{
	static const struct parse_case cases[] = {
		{ "0", 0 },
		{ "1767225600", 1767225600 * S },
		{ "1767225600.5", 1767225600 * S + S / 2 },
		{ "1.000000001", S + 1 },
		{ "1.0000000019", S + 1 },
		{ "4294967295", 4294967295 * S },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-01-01T00:00:00Z", 1767225600 * S },
		{ "2026-01-01t00:00:00z", 1767225600 * S },
		{ "2026-01-01 00:00:00Z", 1767225600 * S },
		{ "2026-01-01T07:00:00+07:00", 1767225600 * S },
		{ "2025-12-31T18:30:00-05:30", 1767225600 * S },
		{ "2000-02-29T12:00:00.000001Z", 951825600 * S + 1000 },
		{ "2100-03-01T00:00:00Z", 4107542400 * S },
		{ "1969-12-31T23:59:59Z", -1 * S },
		/* a leap second, and the second behind it */
		{ "2016-12-31T23:59:60Z", 1483228800 * S },
		{ "2262-04-11T23:47:16Z", 9223372036 * S },
		{ "1677-09-21T00:12:44Z", -9223372036 * S },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ns = 77;

		assert_true(clock_parse(slice_of(cases[i].text), &ns));
		assert_int_equal(ns, cases[i].ns);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"now",
		"-1",
		"1.",
		".5",
		"1.5s",
		"4294967296",
		"2026-01-01",
		"2026-01-01T00:00:00",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00.5",
		"2026-01-01X00:00:00Z",
		"2026-01-01T00:00:00ZZ",
		"2026-01-01T00:00:00+7:00",
		"2026-01-01T00:00:00+0700",
		"2026-01-01T00:00:00+24:00",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"2026-00-01T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026/01-01T00:00:00Z",
		"2026-01/01T00:00:00Z",
		"2026-01-01T00-00:00Z",
		"2026-01-01T00:00-00Z",
		/* outside of what 64 bits of nanoseconds hold */
		"9999-12-31T23:59:59Z",
		"0000-01-01T00:00:00Z",
		"2262-04-11T23:47:17Z",
		"1677-09-21T00:12:43Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ns = 77;

		if (clock_parse(slice_of(cases[i]), &ns))
			fail_msg("taken: %s", cases[i]);
		assert_int_equal(ns, 77);
	}
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	for (int64_t day = -40000; day < 60000; day += 13) {
		int64_t ns = (day * 86400 + 3723) * S + 123456000;
		char out[CLOCK_TEXT_BYTES];
		int64_t back = 0;

		assert_true(
			clock_parse(slice_of(clock_rfc3339(ns, out)), &back));
		assert_int_equal(back, ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_as_rfc3339),
		cmocka_unit_test(the_local_zone_is_asked_for_only_when_wanted),
		cmocka_unit_test(durations_are_written_for_people),
		cmocka_unit_test(times_are_read_in_both_ways),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
