/* URLs that are downloaded, and those that are not, by their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sipmon/identity/fetch_url.h"

#include "../fetch/urls.h"

/* In memory of its own, so that a read beyond it is seen. */
static enum fetch_reason judged(struct slice url, struct fetch_url *parts)
{
	char *copy = malloc(url.len + 1);
	enum fetch_reason r;

	assert_non_null(copy);
	memcpy(copy + 1, url.ptr, url.len);
	r = fetch_url_parse((struct slice){ copy + 1, url.len }, parts);
	if (r == FETCH_GOOD && !fetch_url_port_is_usual(parts->port))
		r = FETCH_BAD_PORT;
	free(copy);
	return r;
}

static void what_strangers_might_choose_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BAD_URL_COUNT; i++) {
		struct fetch_url parts;
		enum fetch_reason r = judged(slice_of(bad_urls[i].url), &parts);

		if (r != bad_urls[i].reason)
			print_error("%s\n", bad_urls[i].url);
		assert_int_equal(r, bad_urls[i].reason);
	}
}

static void a_good_url_is_taken_apart(void **state)
{
	static const struct {
		const char *url;
		const char *host;
		uint16_t port;
		const char *path;
	} cases[] = {
		{ "https://cert.example.com/a.pem", "cert.example.com", 443,
		  "/a.pem" },
		{ "HTTPS://Cert.EXAMPLE.com:8443", "cert.example.com", 8443,
		  "/" },
		{ "https://cert.example.com:443/a/../b//c.pem",
		  "cert.example.com", 443, "/a/../b//c.pem" },
		{ "https://xn--bcher-kva.example/%7Ea/b%20c,d=e:f@g(h)!$&'*+~",
		  "xn--bcher-kva.example", 443,
		  "/%7Ea/b%20c,d=e:f@g(h)!$&'*+~" },
		{ "https://127.0.0.1.a1.example/", "127.0.0.1.a1.example", 443,
		  "/" },
		{ "https://cert.example.com:65535/", "cert.example.com", 65535,
		  "/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fetch_url parts;

		assert_int_equal(
			fetch_url_parse(slice_of(cases[i].url), &parts),
			FETCH_GOOD);
		assert_string_equal(parts.host, cases[i].host);
		assert_int_equal(parts.port, cases[i].port);
		assert_true(slice_eq(parts.path, slice_of(cases[i].path)));
	}
}

static void lengths_have_their_bounds(void **state)
{
	static const char start[] = "https://cert.example.com/";
	char url[FETCH_URL_BYTES_MAX + 1];
	struct fetch_url parts;

	(void)state;
	memset(url, 'a', sizeof(url));
	memcpy(url, start, sizeof(start) - 1);
	assert_int_equal(
		judged((struct slice){ url, FETCH_URL_BYTES_MAX }, &parts),
		FETCH_GOOD);
	assert_int_equal(judged((struct slice){ url, sizeof(url) }, &parts),
			 FETCH_URL_TOO_LONG);
	/* a label of 63, of 64 */
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://", 8);
	memcpy(url + 8 + 63, ".example", 8);
	assert_int_equal(judged((struct slice){ url, 8 + 63 + 8 }, &parts),
			 FETCH_GOOD);
	url[8 + 63] = 'a';
	url[8 + 64] = '.';
	assert_int_equal(judged((struct slice){ url, 8 + 64 + 8 }, &parts),
			 FETCH_BAD_HOST);
	/* a name of 253, of 254: labels of one letter */
	for (size_t i = 8; i < sizeof(url); i++)
		url[i] = i % 2 == 0 ? 'a' : '.';
	memcpy(url + 8 + 248, "a.xyz", 5);
	assert_int_equal(judged((struct slice){ url, 8 + 253 }, &parts),
			 FETCH_GOOD);
	memcpy(url + 8 + 248, "a.wxyz", 6);
	assert_int_equal(judged((struct slice){ url, 8 + 254 }, &parts),
			 FETCH_BAD_HOST);
}

static void a_nul_is_no_end(void **state)
{
	struct fetch_url parts;

	(void)state;
	assert_int_equal(judged(SLICE("https://cert.example.com\0/a"), &parts),
			 FETCH_BAD_HOST);
	assert_int_equal(judged(SLICE("https://cert.example.com/\0a"), &parts),
			 FETCH_URL_MALFORMED);
}

static void a_list_of_hosts_narrows(void **state)
{
	static const struct {
		const char *list;
		const char *host;
		bool has;
	} cases[] = {
		{ NULL, "cert.example.com", true },
		{ "cert.example.com", "cert.example.com", true },
		{ "Cert.Example.com", "cert.example.com", true },
		{ "cert.example.com", "a.cert.example.com", false },
		{ "cert.example.com", "xcert.example.com", false },
		{ "a.example, cert.example.com", "cert.example.com", true },
		{ ".example.com", "cert.example.com", true },
		{ ".example.com", "a.b.example.com", true },
		{ ".example.com", "example.com", false },
		{ ".example.com", "badexample.com", false },
		{ "a.example,.example.com", "b.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(fetch_url_list_is_valid(slice_of(cases[i].list)));
		assert_int_equal(fetch_url_list_has(slice_of(cases[i].list),
						    cases[i].host),
				 cases[i].has);
	}
}

static void what_is_no_list_of_hosts_is_seen(void **state)
{
	static const char *const bad[] = { "",
					   ",",
					   "com",
					   "..example.com",
					   "https://cert.example.com",
					   "*",
					   ".",
					   "a b",
					   "a.example;b.example",
					   "a.example,,b.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(fetch_url_list_is_valid(slice_of(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_strangers_might_choose_is_refused),
		cmocka_unit_test(a_good_url_is_taken_apart),
		cmocka_unit_test(lengths_have_their_bounds),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(a_list_of_hosts_narrows),
		cmocka_unit_test(what_is_no_list_of_hosts_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
