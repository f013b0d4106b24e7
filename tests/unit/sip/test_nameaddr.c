/* name-addr and addr-spec (RFC 3261 section 25.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/sip/nameaddr.h"

static bool same(struct slice s, const char *text)
{
	if (text == NULL)
		return !slice_is_set(s);
	return slice_is_set(s) && slice_eq(s, slice_of(text));
}

struct row {
	const char *text;
	enum err result;
	size_t at;
	const char *display, *uri, *user, *params, *tag;
};

static void expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sip_nameaddr a;
		size_t at = 0;

		assert_int_equal(
			sip_nameaddr_parse(&a, slice_of(rows[i].text), &at),
			rows[i].result);
		assert_int_equal(at, rows[i].at);
		assert_true(same(a.display, rows[i].display));
		assert_true(same(a.uri_text, rows[i].uri));
		assert_true(same(a.uri.user, rows[i].user));
		assert_true(same(a.params, rows[i].params));
		assert_true(same(a.tag, rows[i].tag));
	}
}

#define EXPECT_ROWS(rows) expect_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void a_name_an_address_and_parameters_come_apart(void **state)
{
	static const struct row rows[] = {
		{ "\"Bob \\\"B\\\"\" <sip:bob@b.com;lr>;tag=a48s", ERR_OK, 0,
		  "\"Bob \\\"B\\\"\"", "sip:bob@b.com;lr", "bob", "tag=a48s",
		  "a48s" },
		{ "Anon Y. Mous <sip:c8oq@h>;a=b ;\r\n TAG = 7", ERR_OK, 0,
		  "Anon Y. Mous", "sip:c8oq@h", "c8oq", "a=b ;\r\n TAG = 7",
		  "7" },
		{ "caller<sip:c@d>", ERR_OK, 0, "caller", "sip:c@d", "c", NULL,
		  NULL },
		{ "<sip:c@d>", ERR_OK, 0, NULL, "sip:c@d", "c", NULL, NULL },
		{ "sip:+1212@server.com;tag=887s", ERR_OK, 0, NULL,
		  "sip:+1212@server.com", "+1212", "tag=887s", "887s" },
		{ "tel:+1-201;tag=1", ERR_OK, 0, NULL, "tel:+1-201", "+1-201",
		  "tag=1", "1" },
		{ "\"\" <sip:c@d>;tag=x;tag=y", ERR_OK, 0, "\"\"", "sip:c@d",
		  "c", "tag=x;tag=y", "x" },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void a_broken_one_is_read_as_far_as_it_goes(void **state)
{
	static const struct row rows[] = {
		{ "Bell, Al <sip:a@b>;tag=1", ERR_MALFORMED, 4, "Bell, Al",
		  "sip:a@b", "a", "tag=1", "1" },
		{ "\"Mr. J <sip:a@b>", ERR_MALFORMED, 0, "\"Mr. J", "sip:a@b",
		  "a", NULL, NULL },
		{ "\"W\" < sip:a@b >", ERR_MALFORMED, 5, "\"W\"", "sip:a@b",
		  "a", NULL, NULL },
		{ "<sip:a@b", ERR_MALFORMED, 8, NULL, "sip:a@b", "a", NULL,
		  NULL },
		{ "sip:a@b?Route=x", ERR_MALFORMED, 7, NULL, "sip:a@b?Route=x",
		  "a", NULL, NULL },
		{ "<sip:a@b>;;;", ERR_MALFORMED, 10, NULL, "sip:a@b", "a", ";;",
		  NULL },
		{ "<sip:a@b> junk", ERR_MALFORMED, 10, NULL, "sip:a@b", "a",
		  NULL, NULL },
		{ "<sip:a@b>;tag=", ERR_MALFORMED, 14, NULL, "sip:a@b", "a",
		  "tag=", "" },
		{ "a@b", ERR_MALFORMED, 1, NULL, "a@b", "a", NULL, NULL },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void a_contact_tells_its_q_and_expires(void **state)
{
	struct sip_nameaddr a;
	size_t at;

	(void)state;
	assert_int_equal(sip_nameaddr_parse(
				 &a, SLICE("<sip:a@b>;q=0.7;Expires=60"), &at),
			 ERR_OK);
	assert_true(same(a.q, "0.7"));
	assert_true(same(a.expires, "60"));
}

static void a_display_name_loses_quotes_and_escapes(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(
		sip_display_text(SLICE("\"a\\\"b\\\\\""), out, sizeof(out)), 4);
	assert_string_equal(out, "a\"b\\");
	assert_int_equal(
		sip_display_text(SLICE("Anon Ymous"), out, sizeof(out)), 7);
	assert_string_equal(out, "Anon Ym");
	assert_int_equal(sip_display_text(SLICE_NONE, out, sizeof(out)), 0);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_an_address_and_parameters_come_apart),
		cmocka_unit_test(a_broken_one_is_read_as_far_as_it_goes),
		cmocka_unit_test(a_contact_tells_its_q_and_expires),
		cmocka_unit_test(a_display_name_loses_quotes_and_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
