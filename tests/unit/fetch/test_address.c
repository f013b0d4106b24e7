/* Addresses that a download may connect to (IANA special registries). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/fetch/address.h"

/* clang-format off */
static const char *const global[] = {
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
	"100.128.0.0", "126.255.255.255", "128.0.0.0", "168.63.129.15",
	"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
	"192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0",
	"198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0",
	"203.0.112.255", "203.0.114.0", "223.255.255.255",
	"2001:200::1", "2001:db7:ffff::", "2001:db9::", "2003::1", "2400::1",
	"2606:4700::1111", "2a00:1450:4001::1", "3ffd::1", "3fff:1000::",
};

static const char *const not_global[] = {
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0",
	"100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.255",
	"168.63.129.16", "169.254.0.0", "169.254.169.254", "172.16.0.1",
	"172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
	"192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1",
	"198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
	"239.255.255.250", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::8.8.8.8", "::ffff:8.8.8.8", "::ffff:127.0.0.1",
	"::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
	"64:ff9b:1::1", "100::1", "1fff:ffff::1", "2001::1",
	"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1",
	"2001:20::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::",
	"2002:808:808::1", "3ffe::1", "3fff::1", "3fff:fff::1", "4000::1",
	"5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1",
	"fec0::1", "ff02::1", "ff0e::1",
};
/* clang-format on */

static void what_is_global_may_be_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(global) / sizeof(global[0]); i++) {
		struct endpoint e;

		assert_true(address_of_text(&e, global[i]));
		if (!address_is_global(&e))
			print_error("%s\n", global[i]);
		assert_true(address_is_global(&e));
	}
}

static void what_is_not_global_is_refused(void **state)
{
	struct endpoint none = { .family = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(not_global) / sizeof(not_global[0]);
	     i++) {
		struct endpoint e;

		assert_true(address_of_text(&e, not_global[i]));
		if (address_is_global(&e))
			print_error("%s\n", not_global[i]);
		assert_false(address_is_global(&e));
		assert_false(address_is_public(&e));
	}
	assert_false(address_is_public(&none));
}

static void the_addresses_of_this_host_are_ours(void **state)
{
	struct endpoint loopback;
	struct endpoint other;

	(void)state;
	assert_true(address_of_text(&loopback, "127.0.0.1"));
	assert_true(address_of_text(&other, "8.8.8.8"));
	assert_true(address_is_ours(&loopback));
	assert_false(address_is_ours(&other));
}

static void a_text_that_is_no_address_is_none(void **state)
{
	static const char *const bad[] = { "",       "127.1", "0x7f.0.0.1",
					   "::1%lo", "[::1]", "a.example" };
	struct endpoint e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(address_of_text(&e, bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_global_may_be_asked),
		cmocka_unit_test(what_is_not_global_is_refused),
		cmocka_unit_test(the_addresses_of_this_host_are_ours),
		cmocka_unit_test(a_text_that_is_no_address_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
