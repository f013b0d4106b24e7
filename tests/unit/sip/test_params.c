/* ;name=value */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/params.h"

static void parameters_come_in_order(void **state)
{
	struct slice rest = SLICE("lr;a = b ;c=\"d;\\\"e\";;f=");
	struct sip_param p;

	(void)state;
	assert_true(sip_param_next(&rest, &p));
	assert_true(slice_eq(p.name, SLICE("lr")));
	assert_false(slice_is_set(p.value));
	assert_true(sip_param_next(&rest, &p));
	assert_true(slice_eq(p.name, SLICE("a")));
	assert_true(slice_eq(p.value, SLICE("b")));
	assert_true(sip_param_next(&rest, &p));
	assert_true(slice_eq(p.value, SLICE("\"d;\\\"e\"")));
	assert_true(sip_param_next(&rest, &p));
	assert_int_equal(p.name.len, 0);
	assert_true(sip_param_next(&rest, &p));
	assert_true(slice_is_set(p.value));
	assert_int_equal(p.value.len, 0);
	assert_false(sip_param_next(&rest, &p));
}

static void a_parameter_is_found_whatever_its_case(void **state)
{
	struct slice all = SLICE("Transport=TCP;lr;user=phone");

	(void)state;
	assert_true(slice_eq(sip_param_find(all, SLICE("transport")),
			     SLICE("TCP")));
	assert_true(slice_is_set(sip_param_find(all, SLICE("LR"))));
	assert_int_equal(sip_param_find(all, SLICE("LR")).len, 0);
	assert_false(slice_is_set(sip_param_find(all, SLICE("use"))));
	assert_false(slice_is_set(sip_param_find(SLICE_NONE, SLICE("lr"))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_come_in_order),
		cmocka_unit_test(a_parameter_is_found_whatever_its_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
