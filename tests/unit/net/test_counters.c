/* Reasons why packets could not be read, and what is found of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sipmon/net/counters.h"

static void every_reason_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < UNDECODED_REASONS; i++) {
		assert_string_not_equal(undecoded_name((enum undecoded)i), "?");
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(
				undecoded_name((enum undecoded)i),
				undecoded_name((enum undecoded)k));
	}
}

static void tunnels_and_tls_without_keys_are_findings(void **state)
{
	unsigned found = 0;

	(void)state;
	assert_string_equal(undecoded_finding(UNDECODED_TUNNEL),
			    "unsupported-tunnel");
	assert_string_equal(undecoded_finding(UNDECODED_TLS_NO_KEYS),
			    "tls-without-keys");
	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		found += undecoded_finding((enum undecoded)i) != NULL;
	assert_int_equal(found, 2);
}

static void all_reasons_count_together(void **state)
{
	struct counters c = { 0 };

	(void)state;
	c.undecoded[UNDECODED_TUNNEL] = 3;
	c.undecoded[UNDECODED_REASONS - 1] = 4;
	assert_int_equal(counters_undecoded(&c), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_name_of_its_own),
		cmocka_unit_test(tunnels_and_tls_without_keys_are_findings),
		cmocka_unit_test(all_reasons_count_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
