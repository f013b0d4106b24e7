/* Endpoints as text (RFC 5952, RFC 3986 3.2.2), and when two are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/net/counters.h"
#include "sipmon/net/endpoint.h"

static const struct endpoint IPV4 = { { 192, 0, 2, 1 }, 5060, 4, 0 };
static const struct endpoint IPV6 = { { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0,
					0, 0, 0, 0, 0, 0, 1 },
				      65535,
				      6,
				      0 };

static void an_ipv4_endpoint_is_address_colon_port(void **state)
{
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	assert_string_equal(endpoint_text(&IPV4, text), "192.0.2.1:5060");
	assert_string_equal(endpoint_host_text(&IPV4, text), "192.0.2.1");
}

static void an_ipv6_endpoint_is_in_brackets_and_shortened(void **state)
{
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	assert_string_equal(endpoint_text(&IPV6, text), "[2001:db8::1]:65535");
	assert_string_equal(endpoint_host_text(&IPV6, text), "2001:db8::1");
}

static void the_longest_address_fits(void **state)
{
	struct endpoint e = { .port = 65535, .family = 6 };
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(e.address); i++)
		e.address[i] = 0xfe;
	assert_string_equal(endpoint_text(&e, text),
			    "[fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe]:65535");
}

static void an_unknown_family_has_a_text_too(void **state)
{
	struct endpoint e = { .port = 1 };
	char text[ENDPOINT_TEXT_BYTES];

	(void)state;
	assert_string_equal(endpoint_text(&e, text), "?:1");
}

static void the_same_host_may_have_another_port(void **state)
{
	struct endpoint other = IPV4;

	(void)state;
	assert_true(endpoint_eq(&IPV4, &other));
	other.port = 5061;
	assert_false(endpoint_eq(&IPV4, &other));
	assert_true(endpoint_same_host(&IPV4, &other));
	other.address[3] = 2;
	assert_false(endpoint_same_host(&IPV4, &other));
	assert_false(endpoint_same_host(&IPV4, &IPV6));
}

static void every_transport_and_reason_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(transport_name(TRANSPORT_UDP), "udp");
	assert_string_equal(transport_name(TRANSPORT_WSS), "wss");
	assert_string_equal(undecoded_name(UNDECODED_LINK_TYPE), "link-type");
	assert_string_equal(undecoded_name(UNDECODED_CUT_SIP), "cut-sip");
	for (int i = 0; i < TRANSPORT_COUNT; i++)
		assert_non_null(transport_name((enum transport)i));
	for (int i = 0; i < UNDECODED_REASONS; i++)
		assert_non_null(undecoded_name((enum undecoded)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_endpoint_is_address_colon_port),
		cmocka_unit_test(an_ipv6_endpoint_is_in_brackets_and_shortened),
		cmocka_unit_test(the_longest_address_fits),
		cmocka_unit_test(an_unknown_family_has_a_text_too),
		cmocka_unit_test(the_same_host_may_have_another_port),
		cmocka_unit_test(every_transport_and_reason_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
