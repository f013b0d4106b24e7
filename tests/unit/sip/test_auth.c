/* Challenges and credentials (RFC 3261 section 22, RFC 8898). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/auth.h"

static void a_digest_challenge_comes_apart(void **state)
{
	struct sip_auth a;
	size_t at;

	(void)state;
	assert_int_equal(
		sip_auth_parse(&a,
			       SLICE("Digest realm=\"a, b\", qop=\"auth\",\r\n "
				     "nonce=\"f84\" , stale=TRUE, opaque=\"\""),
			       &at),
		ERR_OK);
	assert_true(slice_eq(a.scheme, SLICE("Digest")));
	assert_true(slice_eq(a.realm, SLICE("a, b")));
	assert_true(slice_eq(a.qop, SLICE("auth")));
	assert_true(slice_eq(a.nonce, SLICE("f84")));
	assert_true(slice_is_set(a.opaque));
	assert_int_equal(a.opaque.len, 0);
	assert_false(slice_is_set(a.username));
	assert_true(sip_auth_is_stale(&a));
}

static void digest_credentials_come_apart(void **state)
{
	struct sip_auth a;
	size_t at;

	(void)state;
	assert_int_equal(
		sip_auth_parse(&a,
			       SLICE("Digest username=\"bob\",realm=\"r\","
				     "uri=\"sip:b@c\",nc=00000001,"
				     "cnonce=\"0a\",algorithm=MD5,"
				     "response=\"6629\""),
			       &at),
		ERR_OK);
	assert_true(slice_eq(a.username, SLICE("bob")));
	assert_true(slice_eq(a.uri, SLICE("sip:b@c")));
	assert_true(slice_eq(a.nc, SLICE("00000001")));
	assert_true(slice_eq(a.cnonce, SLICE("0a")));
	assert_true(slice_eq(a.algorithm, SLICE("MD5")));
	assert_true(slice_eq(a.response, SLICE("6629")));
	assert_false(sip_auth_is_stale(&a));
}

static void other_schemes_are_well_formed(void **state)
{
	static const char *const rows[] = {
		"NoOneKnowsThisScheme opaque-data=here",
		"Bearer mF_9.B5f-4.1JqM",
		"Basic QWxhZGRpbjpvcGVu/A==",
	};
	struct sip_auth a;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(sip_auth_parse(&a, slice_of(rows[i]), &at),
				 ERR_OK);
}

static void a_broken_one_tells_where(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
		{ "", 0 },
		{ "Digest", 6 },
		{ "Digest realm=\"r\" nonce=\"n\"", 17 },
		{ "Digest realm=\"r\",", 17 },
		{ "Digest realm=\"r", 13 },
		{ "Digest realm,nonce=\"n\"", 12 },
		{ "Digest uri=sip:b@c", 14 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_auth a;
		size_t at = 99;

		assert_int_equal(
			sip_auth_parse(&a, slice_of(rows[i].text), &at),
			ERR_MALFORMED);
		assert_int_equal(at, rows[i].at);
	}
}

static void authentication_info_has_no_scheme(void **state)
{
	struct sip_auth a;
	size_t at;

	(void)state;
	assert_int_equal(sip_auth_info_parse(
				 &a, SLICE("nextnonce=\"47\", qop=auth"), &at),
			 ERR_OK);
	assert_true(slice_eq(a.qop, SLICE("auth")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_challenge_comes_apart),
		cmocka_unit_test(digest_credentials_come_apart),
		cmocka_unit_test(other_schemes_are_well_formed),
		cmocka_unit_test(a_broken_one_tells_where),
		cmocka_unit_test(authentication_info_has_no_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
