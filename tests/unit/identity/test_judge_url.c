/* URLs of certificates: what SHAKEN allows, and parts of the message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/judging.h"
#include "memory.h"

/* ATIS-1000074 section 5.3.1 */
static void shaken_takes_plain_https_alone(void **state)
{
	static const struct {
		const char *url;
		bool fits;
	} urls[] = {
		{ "https://cert.example.org/sp.pem", true },
		{ "HTTPS://cert.example.org/sp.pem", true },
		{ "https://cert.example.org", true },
		{ "https://cert.example.org:443/sp.pem", true },
		{ "https://cert.example.org:8443/sp.pem", true },
		{ "https://[2001:db8::1]/sp.pem", true },
		{ "https://[2001:db8::1]:8443/sp.pem", true },
		{ "https://[2001:db8::1]:444/sp.pem", false },
		{ "https://cert.example.org:444/sp.pem", false },
		{ "https://cert.example.org:84430/sp.pem", false },
		{ "https://cert.example.org:0443/sp.pem", false },
		{ "http://cert.example.org/sp.pem", false },
		{ "https:/cert.example.org/sp.pem", false },
		{ "https:///sp.pem", false },
		{ "https://", false },
		{ "", false },
		{ "https://a@cert.example.org/sp.pem", false },
		{ "https://cert.example.org/a@b.pem", true },
		{ "https://cert.example.org/sp.pem?a=b", false },
		{ "https://cert.example.org?", false },
		{ "https://cert.example.org/sp.pem#a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const char *why = "";
		bool fits = url_is_shaken(slice_of(urls[i].url), &why);

		if (fits != urls[i].fits)
			fail_msg("%s", urls[i].url);
		assert_int_equal(why == NULL, fits);
	}
}

#define MESSAGE                                                                \
	"INVITE sip:b@example.net SIP/2.0\r\n"                                 \
	"Content-Type: multipart/mixed;boundary=x\r\n\r\n"                     \
	"--x\r\nContent-ID: <a@h>\r\n\r\none\r\n"                              \
	"--x\r\nContent-ID: <b%c@h>\r\n\r\ntwo\r\n"                            \
	"--x\r\nContent-ID: c@h\r\nContent-Transfer-Encoding: base64\r\n\r\n"  \
	"dGhy\r\nZWU=\r\n"                                                     \
	"--x\r\nContent-ID: <d@h>\r\nContent-Transfer-Encoding: base64\r\n"    \
	"\r\n!\r\n--x\r\nContent-ID: <>\r\n\r\nnone\r\n--x--\r\n"

/* RFC 2392 */
static void a_part_is_found_by_its_content_id(void **state)
{
	static const struct {
		const char *url;
		const char *body; /* NULL: none */
	} parts[] = {
		{ "cid:a@h", "one" },     { "CID:a@h", "one" },
		{ "cid:%61@h", "one" },   { "cid:A@h", NULL },
		{ "cid:b%25c@h", "two" }, { "cid:b%c@h", "two" },
		{ "cid:c@h", "three" },   { "cid:d@h", NULL },
		{ "cid:a@", NULL },       { "cid:a@h%", NULL },
		{ "cid:", NULL },         { "cid:a@hh", NULL },
	};
	struct sip_msg msg = parsed(MESSAGE);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct slice part =
			url_part(*state, &msg, slice_of(parts[i].url));

		assert_true(url_is_part(slice_of(parts[i].url)));
		assert_int_equal(slice_is_set(part), parts[i].body != NULL);
		assert_true(slice_eq(part, slice_of(parts[i].body)));
	}
	assert_false(url_is_part(SLICE("https://cid:a@h")));
	assert_false(url_is_part(SLICE("cid")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shaken_takes_plain_https_alone),
		IN_MEMORY(a_part_is_found_by_its_content_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
