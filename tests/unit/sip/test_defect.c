/* The table of defects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sipmon/sip/defect.h"

static void every_kind_has_a_name_of_its_own_a_rule_and_a_text(void **state)
{
	(void)state;
	for (unsigned i = SIP_DEFECT_NONE + 1; i < SIP_DEFECTS; i++) {
		enum sip_defect_kind a = (enum sip_defect_kind)i;

		assert_int_equal(strncmp(sip_defect_rule(a), "RFC ", 4), 0);
		assert_true(strlen(sip_defect_text(a)) > 0);
		for (unsigned j = 0; j < i; j++) {
			enum sip_defect_kind b = (enum sip_defect_kind)j;

			assert_string_not_equal(sip_defect_name(a),
						sip_defect_name(b));
		}
	}
	assert_string_equal(sip_defect_name(SIP_DEFECT_CSEQ_METHOD),
			    "cseq-method-mismatch");
	assert_non_null(sip_defect_name(SIP_DEFECTS));
}

static void past_the_room_only_the_count_grows(void **state)
{
	struct sip_defects d = { 0 };

	(void)state;
	for (uint32_t i = 0; i < SIP_DEFECT_ROOM + 5; i++)
		sip_defect_add(&d, SIP_DEFECT_VIA, i);
	assert_int_equal(d.count, SIP_DEFECT_ROOM + 5);
	assert_int_equal(d.list[SIP_DEFECT_ROOM - 1].offset,
			 SIP_DEFECT_ROOM - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_kind_has_a_name_of_its_own_a_rule_and_a_text),
		cmocka_unit_test(past_the_room_only_the_count_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
