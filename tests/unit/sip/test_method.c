/* Methods, a table (RFC 3261 section 7.1 and the methods after it). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/method.h"

static void every_name_is_found(void **state)
{
	(void)state;
	for (unsigned i = SIP_METHOD_NONE + 1; i < SIP_METHOD_OTHER; i++) {
		enum sip_method m = (enum sip_method)i;

		assert_int_equal(sip_method_of(slice_of(sip_method_name(m))),
				 i);
	}
}

static void a_method_in_small_letters_is_another_one(void **state)
{
	(void)state;
	assert_int_equal(sip_method_of(SLICE("invite")), SIP_METHOD_OTHER);
	assert_int_equal(sip_method_of(SLICE("INVITES")), SIP_METHOD_OTHER);
	assert_int_equal(sip_method_of(SLICE("")), SIP_METHOD_OTHER);
	assert_int_equal(sip_method_of(SLICE_NONE), SIP_METHOD_OTHER);
}

static void what_has_no_name_has_an_empty_one(void **state)
{
	(void)state;
	assert_string_equal(sip_method_name(SIP_METHOD_NONE), "");
	assert_string_equal(sip_method_name(SIP_METHOD_OTHER), "");
	assert_string_equal(sip_method_name(SIP_METHODS), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found),
		cmocka_unit_test(a_method_in_small_letters_is_another_one),
		cmocka_unit_test(what_has_no_name_has_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
