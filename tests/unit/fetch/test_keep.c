/* How long an answer may be kept (RFC 9111), between a day and a month. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/fetch/keep.h"

#define DAY 86400U

struct field {
	const char *name;
	const char *value;
};

static void http_may_make_it_longer(void **state)
{
	static const struct {
		struct field fields[3];
		uint32_t seconds;
	} cases[] = {
		{ { { NULL, NULL } }, DAY },
		{ { { "Cache-Control", "max-age=60" } }, DAY },
		{ { { "Cache-Control", "no-store" } }, DAY },
		{ { { "Cache-Control", "max-age=172800" } }, 2 * DAY },
		{ { { "cache-control", "public,  MAX-AGE=\"172800\"" } },
		  2 * DAY },
		{ { { "Cache-Control", "max-age=172800" }, { "Age", "3600" } },
		  2 * DAY - 3600 },
		{ { { "Cache-Control", "max-age=99999999999999999999" } },
		  30 * DAY },
		{ { { "Cache-Control", "max-age=-1" } }, DAY },
		{ { { "Cache-Control", "max-age=1e9" } }, DAY },
		{ { { "Cache-Control", "s-maxage=172800" } }, DAY },
		{ { { "Cache-Control", "max-age=172800" },
		    { "Age", "99999999999" } },
		  DAY },
		{ { { "Date", "Tue, 01 Jun 2021 00:00:00 GMT" },
		    { "Expires", "Fri, 04 Jun 2021 00:00:00 GMT" } },
		  3 * DAY },
		{ { { "Expires", "Fri, 04 Jun 2021 00:00:00 GMT" } }, DAY },
		{ { { "Date", "Tue, 01 Jun 2021 00:00:00 GMT" },
		    { "Expires", "0" } },
		  DAY },
		{ { { "Date", "Tue, 01 Jun 2021 00:00:00 GMT" },
		    { "Expires", "Fri, 04 Jun 2021 00:00:00 GMT" },
		    { "Cache-Control", "max-age=172800" } },
		  2 * DAY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct keep k = { .has_date = false };

		for (size_t n = 0; n < 3; n++) {
			const struct field *f = &cases[i].fields[n];

			if (f->name != NULL)
				keep_field(&k, slice_of(f->name),
					   slice_of(f->value));
		}
		assert_int_equal(keep_seconds(&k), cases[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_may_make_it_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
