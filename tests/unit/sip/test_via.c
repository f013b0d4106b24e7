/* Via (RFC 3261 section 20.42, RFC 3581, RFC 5118). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/via.h"

static bool same(struct slice s, const char *text)
{
	if (text == NULL)
		return !slice_is_set(s);
	return slice_is_set(s) && slice_eq(s, slice_of(text));
}

static void a_via_comes_apart(void **state)
{
	struct sip_via v;
	size_t at;

	(void)state;
	assert_int_equal(
		sip_via_parse(
			&v,
			SLICE("SIP/2.0/UDP host.example.com:4000;ttl=16;"
			      "received=192.0.2.1;rport=9;Branch=z9hG4bKx"),
			&at),
		ERR_OK);
	assert_true(same(v.protocol, "SIP/2.0/UDP"));
	assert_true(same(v.transport, "UDP"));
	assert_true(same(v.sent_by, "host.example.com:4000"));
	assert_true(same(v.host, "host.example.com"));
	assert_true(same(v.port, "4000"));
	assert_true(same(v.branch, "z9hG4bKx"));
	assert_true(same(v.received, "192.0.2.1"));
	assert_true(same(v.rport, "9"));
}

static void blanks_may_stand_where_the_rfc_shows_them(void **state)
{
	struct sip_via v;
	size_t at;

	(void)state;
	/* RFC 3261 section 20.42, last example */
	assert_int_equal(
		sip_via_parse(&v,
			      SLICE("SIP / 2.0 / UDP first.example.com: 4000"
				    ";ttl=16\r\n ;maddr=224.2.0.1 ;branch=a7"),
			      &at),
		ERR_OK);
	assert_true(same(v.transport, "UDP"));
	assert_true(same(v.host, "first.example.com"));
	assert_true(same(v.port, "4000"));
	assert_true(same(v.branch, "a7"));
}

static void an_ipv6_address_may_lack_brackets_in_received(void **state)
{
	struct sip_via v;
	size_t at;

	(void)state;
	assert_int_equal(sip_via_parse(&v,
				       SLICE("SIP/2.0/UDP [2001:db8::9:1]"
					     ";received=2001:db8::9:255;rport"),
				       &at),
			 ERR_OK);
	assert_true(same(v.host, "[2001:db8::9:1]"));
	assert_true(same(v.received, "2001:db8::9:255"));
	assert_true(same(v.rport, ""));
	assert_int_equal(sip_via_parse(&v,
				       SLICE("SIP/2.0/UDP [2001:db8::9:1]"
					     ";received=[2001:db8::9:255]"),
				       &at),
			 ERR_OK);
	assert_true(same(v.received, "[2001:db8::9:255]"));
}

static void a_broken_via_tells_where(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
		{ "SIP/2.0/UDP", 11 },          { "SIP/2.0 host", 7 },
		{ "SIP/2.0/UDP h;;,", 14 },     { "SIP/2.0/UDP h;branch=", 21 },
		{ "SIP/2.0/UDP h:x", 14 },      { "SIP/2.0/UDP h junk", 14 },
		{ "SIP/2.0/UDP  ;branch", 13 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_via v;
		size_t at = 99;

		assert_int_equal(sip_via_parse(&v, slice_of(rows[i].text), &at),
				 ERR_MALFORMED);
		assert_int_equal(at, rows[i].at);
	}
}

static void the_cookie_tells_new_branches_from_old(void **state)
{
	(void)state;
	assert_true(sip_branch_has_cookie(SLICE("z9hG4bK")));
	assert_true(sip_branch_has_cookie(SLICE("z9hG4bK77")));
	assert_false(sip_branch_has_cookie(SLICE("z9hg4bk77")));
	assert_false(sip_branch_has_cookie(SLICE("1")));
	assert_false(sip_branch_has_cookie(SLICE_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_via_comes_apart),
		cmocka_unit_test(blanks_may_stand_where_the_rfc_shows_them),
		cmocka_unit_test(an_ipv6_address_may_lack_brackets_in_received),
		cmocka_unit_test(a_broken_via_tells_where),
		cmocka_unit_test(the_cookie_tells_new_branches_from_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
