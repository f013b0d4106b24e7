/* CSeq (RFC 3261 section 20.16) and RAck (RFC 3262 section 7.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/cseq.h"

static void a_number_and_a_method_come_apart(void **state)
{
	struct sip_cseq c;
	size_t at;

	(void)state;
	assert_int_equal(sip_cseq_parse(&c, SLICE("4711 INVITE"), &at), ERR_OK);
	assert_int_equal(c.number, 4711);
	assert_true(slice_eq(c.method, SLICE("INVITE")));
	assert_int_equal(sip_cseq_parse(&c, SLICE("0009\r\n  x"), &at), ERR_OK);
	assert_int_equal(c.number, 9);
	assert_true(slice_eq(c.method, SLICE("x")));
}

static void the_number_is_below_two_to_the_31(void **state)
{
	struct sip_cseq c;
	size_t at;

	(void)state;
	assert_int_equal(sip_cseq_parse(&c, SLICE("2147483647 ACK"), &at),
			 ERR_OK);
	assert_int_equal(c.number, 2147483647);
	assert_int_equal(sip_cseq_parse(&c, SLICE("2147483648 ACK"), &at),
			 ERR_LIMIT);
	assert_false(c.has_number);
	assert_true(slice_eq(c.method, SLICE("ACK")));
	assert_int_equal(
		sip_cseq_parse(&c, SLICE("36893488147419103232 ACK"), &at),
		ERR_LIMIT);
}

static void all_else_is_malformed(void **state)
{
	static const char *const rows[] = { "",        "1",      "INVITE",
					    "1INVITE", "-1 ACK", "1 A CK",
					    "1 (",     "0x1 ACK" };
	struct sip_cseq c;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sip_cseq_parse(&c, slice_of(rows[i]), &at),
				 ERR_MALFORMED);
}

static void a_rack_has_two_numbers_and_a_method(void **state)
{
	struct sip_rack r;

	(void)state;
	assert_int_equal(sip_rack_parse(&r, SLICE("776656 1 INVITE")), ERR_OK);
	assert_int_equal(r.rseq, 776656);
	assert_int_equal(r.cseq, 1);
	assert_true(slice_eq(r.method, SLICE("INVITE")));
	assert_int_equal(sip_rack_parse(&r, SLICE("776656 INVITE")),
			 ERR_MALFORMED);
	assert_int_equal(sip_rack_parse(&r, SLICE("1 2147483648 INVITE")),
			 ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_and_a_method_come_apart),
		cmocka_unit_test(the_number_is_below_two_to_the_31),
		cmocka_unit_test(all_else_is_malformed),
		cmocka_unit_test(a_rack_has_two_numbers_and_a_method),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
