/* A bounded reader: a short read gives zeros and sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/bytes.h"

static const uint8_t packet[] = { 0x80, 0xff, 0x00, 0xfe, 0xdc, 0xba, 0x98 };

static void numbers_are_read_in_network_order(void **state)
{
	struct bytes b = bytes_of(packet, sizeof(packet));

	(void)state;
	assert_int_equal(bytes_u8(&b), 0x80);
	assert_int_equal(bytes_be16(&b), 0xff00);
	assert_int_equal(bytes_be32(&b), 0xfedcba98);
	assert_int_equal(b.len, 0);
	assert_false(b.failed);
}

static void both_orders_of_bytes_can_be_read_in_place(void **state)
{
	(void)state;
	assert_int_equal(be16(packet), 0x80ff);
	assert_int_equal(le16(packet), 0xff80);
	assert_int_equal(be32(packet + 3), 0xfedcba98);
	assert_int_equal(le32(packet + 3), 0x98badcfe);
}

static void a_short_read_takes_nothing_and_sticks(void **state)
{
	struct bytes b = bytes_of(packet, 3);

	(void)state;
	assert_int_equal(bytes_be32(&b), 0);
	assert_true(b.failed);
	assert_int_equal(b.len, 3);
	/* what would fit is refused too */
	assert_int_equal(bytes_u8(&b), 0);
	assert_null(bytes_take(&b, 0));
	assert_ptr_equal(b.ptr, packet);
}

static void nothing_can_be_taken_from_nothing(void **state)
{
	struct bytes b = bytes_of(packet, 0);

	(void)state;
	assert_non_null(bytes_take(&b, 0));
	assert_int_equal(bytes_be16(&b), 0);
	assert_true(b.failed);
	b = bytes_of(packet, sizeof(packet));
	assert_null(bytes_take(&b, SIZE_MAX));
	assert_true(b.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_network_order),
		cmocka_unit_test(both_orders_of_bytes_can_be_read_in_place),
		cmocka_unit_test(a_short_read_takes_nothing_and_sticks),
		cmocka_unit_test(nothing_can_be_taken_from_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
