/* URIs (RFC 3261 section 19.1, RFC 3966, RFC 5118). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/uri.h"

static bool same(struct slice s, const char *text)
{
	if (text == NULL)
		return !slice_is_set(s);
	return slice_is_set(s) && slice_eq(s, slice_of(text));
}

struct good {
	const char *text;
	const char *scheme, *user, *password, *host, *port, *params, *headers;
};

static const struct good good[] = {
	/* RFC 3261 section 19.1.3 */
	{ "sip:alice@atlanta.com", "sip", "alice", NULL, "atlanta.com", NULL,
	  NULL, NULL },
	{ "sip:alice:secretword@atlanta.com;transport=tcp", "sip", "alice",
	  "secretword", "atlanta.com", NULL, "transport=tcp", NULL },
	{ "sips:alice@atlanta.com?subject=project%20x&priority=urgent", "sips",
	  "alice", NULL, "atlanta.com", NULL, NULL,
	  "subject=project%20x&priority=urgent" },
	{ "sip:+1-212-555-1212:1234@gateway.com;user=phone", "sip",
	  "+1-212-555-1212", "1234", "gateway.com", NULL, "user=phone", NULL },
	{ "sips:1212@gateway.com", "sips", "1212", NULL, "gateway.com", NULL,
	  NULL, NULL },
	{ "sip:alice@192.0.2.4", "sip", "alice", NULL, "192.0.2.4", NULL, NULL,
	  NULL },
	{ "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip", NULL,
	  NULL, "atlanta.com", NULL, "method=REGISTER",
	  "to=alice%40atlanta.com" },
	{ "sip:alice;day=tuesday@atlanta.com", "sip", "alice;day=tuesday", NULL,
	  "atlanta.com", NULL, NULL, NULL },
	{ "SIP:a@b:5060;lr", "SIP", "a", NULL, "b", "5060", "lr", NULL },
	{ "sip:example.com.", "sip", NULL, NULL, "example.com.", NULL, NULL,
	  NULL },
	{ "sip:a@[2001:db8::10]:5070", "sip", "a", NULL, "[2001:db8::10]",
	  "5070", NULL, NULL },
	{ "sip:[2001:db8:::192.0.2.1]", "sip", NULL, NULL,
	  "[2001:db8:::192.0.2.1]", NULL, NULL, NULL },
	{ "sip:host:5060?a=", "sip", NULL, NULL, "host", "5060", NULL, "a=" },
	{ "tel:+1-201-555-0123;phone-context=x", "tel", "+1-201-555-0123", NULL,
	  NULL, NULL, "phone-context=x", NULL },
	{ "tel:*#06#", "tel", "*#06#", NULL, NULL, NULL, NULL, NULL },
	{ "urn:service:sos", "urn", NULL, NULL, "service:sos", NULL, NULL,
	  NULL },
};

static void a_uri_comes_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct sip_uri u;
		size_t at;

		assert_int_equal(sip_uri_parse(&u, slice_of(good[i].text), &at),
				 ERR_OK);
		assert_true(same(u.scheme, good[i].scheme));
		assert_true(same(u.user, good[i].user));
		assert_true(same(u.password, good[i].password));
		assert_true(same(u.host, good[i].host));
		assert_true(same(u.port, good[i].port));
		assert_true(same(u.params, good[i].params));
		assert_true(same(u.headers, good[i].headers));
	}
}

static void a_broken_uri_tells_where(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *user, *host; /* read all the same */
	} rows[] = {
		{ "", 0, NULL, "" },
		{ "alice@example.com", 5, "alice", "example.com" },
		{ "sip:", 4, NULL, "" },
		{ "sip:@example.com", 4, "", "example.com" },
		{ "sip:a%4@b", 5, "a%4", "b" },
		{ "sip:*72#@b", 7, "*72#", "b" },
		{ "sip:a@b c", 7, "a", "b" },
		{ "sip:a@b..c", 8, "a", "b..c" },
		{ "sip:a@-b", 6, "a", "-b" },
		{ "sip:a@b_c", 7, "a", "b_c" },
		{ "sip:a@1.2.3", 10, "a", "1.2.3" },
		{ "sip:a@b:", 8, "a", "b" },
		{ "sip:a@b:65536", 8, "a", "b" },
		{ "sip:a@b;;lr", 8, "a", "b" },
		{ "sip:a@b;x=", 10, "a", "b" },
		{ "sip:a@b?x", 9, "a", "b" },
		{ "sip:a@[2001:db8", 15, "a", "[2001:db8" },
		{ "sip:a@[]", 6, "a", "[]" },
		{ "sip:2001:db8::10", 4, NULL, "2001" },
		{ "tel:", 4, "", NULL },
		{ "tel:alice", 5, "a", NULL },
		{ "1sip:a@b", 0, "1sip", "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_uri u;
		size_t at = 99;

		assert_int_equal(sip_uri_parse(&u, slice_of(rows[i].text), &at),
				 ERR_MALFORMED);
		assert_int_equal(at, rows[i].at);
		assert_true(same(u.user, rows[i].user));
		assert_true(same(u.host, rows[i].host));
	}
}

static void only_sip_and_sips_are_sip(void **state)
{
	struct sip_uri u;
	size_t at;

	(void)state;
	assert_int_equal(sip_uri_parse(&u, SLICE("sips:a@b"), &at), ERR_OK);
	assert_true(u.is_sip && !u.is_tel);
	assert_int_equal(sip_uri_parse(&u, SLICE("tel:+1"), &at), ERR_OK);
	assert_true(!u.is_sip && u.is_tel);
	assert_int_equal(sip_uri_parse(&u, SLICE("http://[::1]/"), &at),
			 ERR_OK);
	assert_true(!u.is_sip && !u.is_tel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uri_comes_apart),
		cmocka_unit_test(a_broken_uri_tells_where),
		cmocka_unit_test(only_sip_and_sips_are_sip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
