/* The icid of P-Charging-Vector (RFC 7315 section 4.6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/sip/charging.h"

static void the_icid_is_read_quoted_or_not(void **state)
{
	static const struct {
		const char *value;
		const char *icid; /* NULL: absent */
	} cases[] = {
		{ "icid-value=1234bc9876e; icid-generated-at=192.0.6.8;"
		  " orig-ioi=home1.net",
		  "1234bc9876e" },
		{ "icid-value=\"AyretyU0dm+6O2IrT5tAFrbHLso=023551024\";"
		  "orig-ioi=home1.net",
		  "AyretyU0dm+6O2IrT5tAFrbHLso=023551024" },
		{ "icid-value=a=b==;x", "a=b==" },
		{ "orig-ioi=home1.net ; ICID-Value = 77", "77" },
		{ "icid-value=\"a;b\"", "a;b" },
		{ "icid-value=\"\"", NULL },
		{ "icid-value=\"", "\"" },
		{ "icid-value=", NULL },
		{ "icid-value", NULL },
		{ "icid=1;icid-generated-at=2", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice icid = sip_icid_of(slice_of(cases[i].value));

		if (cases[i].icid == NULL) {
			assert_false(slice_is_set(icid));
			continue;
		}
		assert_int_equal(icid.len, strlen(cases[i].icid));
		assert_memory_equal(icid.ptr, cases[i].icid, icid.len);
	}
	assert_false(slice_is_set(sip_icid_of(SLICE_NONE)));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_icid_is_read_quoted_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
