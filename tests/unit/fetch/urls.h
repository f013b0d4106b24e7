/* URLs that strangers might choose, and why none of them is asked. */
#ifndef SIPMON_TESTS_FETCH_URLS_H
#define SIPMON_TESTS_FETCH_URLS_H

#include "sipmon/identity/fetch_wire.h"

struct bad_url {
	const char *url;
	enum fetch_reason reason;
};

/* clang-format off */
static const struct bad_url bad_urls[] = {
	/* schemes */
	{ "http://cert.example.com/a.pem", FETCH_NOT_HTTPS },
	{ "ftp://cert.example.com/a.pem", FETCH_NOT_HTTPS },
	{ "file:///etc/passwd", FETCH_NOT_HTTPS },
	{ "gopher://127.0.0.1:8443/_x", FETCH_NOT_HTTPS },
	{ "dict://127.0.0.1:8443/x", FETCH_NOT_HTTPS },
	{ "https:cert.example.com/a.pem", FETCH_NOT_HTTPS },
	{ "https:/cert.example.com/a.pem", FETCH_NOT_HTTPS },
	{ " https://cert.example.com/a.pem", FETCH_NOT_HTTPS },
	{ "//cert.example.com/a.pem", FETCH_NOT_HTTPS },
	{ "httpsx://cert.example.com/", FETCH_NOT_HTTPS },
	{ "", FETCH_NOT_HTTPS },
	/* ports */
	{ "https://cert.example.com:80/", FETCH_BAD_PORT },
	{ "https://cert.example.com:22/", FETCH_BAD_PORT },
	{ "https://cert.example.com:65979/", FETCH_BAD_PORT },
	{ "https://cert.example.com:0443/", FETCH_BAD_PORT },
	{ "https://cert.example.com:/", FETCH_BAD_PORT },
	{ "https://cert.example.com:+443/", FETCH_BAD_PORT },
	{ "https://cert.example.com:443:80/", FETCH_BAD_PORT },
	/* users */
	{ "https://user@cert.example.com/", FETCH_HAS_USER },
	{ "https://cert.example.com@127.0.0.1/", FETCH_HAS_USER },
	{ "https://cert.example.com:443@127.0.0.1:8443/", FETCH_HAS_USER },
	/* the local host by other names */
	{ "https://localhost/", FETCH_BAD_HOST },
	{ "https://LOCALHOST:8443/", FETCH_BAD_HOST },
	{ "https://a.localhost:8443/", FETCH_BAD_HOST },
	{ "https://localhost.localdomain:8443/", FETCH_BAD_HOST },
	{ "https://printer.local/", FETCH_BAD_HOST },
	{ "https://metadata.google.internal/", FETCH_BAD_HOST },
	{ "https://1.0.0.127.in-addr.arpa/", FETCH_BAD_HOST },
	/* addresses, spelt in all ways that inet_aton() reads */
	{ "https://127.0.0.1:8443/", FETCH_BAD_HOST },
	{ "https://127.1:8443/", FETCH_BAD_HOST },
	{ "https://2130706433:8443/", FETCH_BAD_HOST },
	{ "https://0x7f000001:8443/", FETCH_BAD_HOST },
	{ "https://0x7f.1:8443/", FETCH_BAD_HOST },
	{ "https://0x7f.0x0.0x0.0x1:8443/", FETCH_BAD_HOST },
	{ "https://0177.0.0.01:8443/", FETCH_BAD_HOST },
	{ "https://017700000001:8443/", FETCH_BAD_HOST },
	{ "https://127.0.0.1.:8443/", FETCH_BAD_HOST },
	{ "https://0:8443/", FETCH_BAD_HOST },
	{ "https://169.254.169.254/", FETCH_BAD_HOST },
	{ "https://8.8.8.8/", FETCH_BAD_HOST },
	{ "https://[::1]:8443/", FETCH_BAD_HOST },
	{ "https://[::ffff:127.0.0.1]:8443/", FETCH_BAD_HOST },
	{ "https://[fe80::1%25lo]:8443/", FETCH_BAD_HOST },
	{ "https://[2606:4700::1111]/", FETCH_BAD_HOST },
	{ "https://[::1/", FETCH_BAD_HOST },
	/* names that are none */
	{ "https:///etc/passwd", FETCH_BAD_HOST },
	{ "https://cert.example.com./", FETCH_BAD_HOST },
	{ "https://cert..example.com/", FETCH_BAD_HOST },
	{ "https://.example.com/", FETCH_BAD_HOST },
	{ "https://intranet/", FETCH_BAD_HOST },
	{ "https://cert_1.example.com/", FETCH_BAD_HOST },
	{ "https://-cert.example.com/", FETCH_BAD_HOST },
	{ "https://cert-.example.com/", FETCH_BAD_HOST },
	{ "https://cert%2eexample.com/", FETCH_BAD_HOST },
	{ "https://127%2e0%2e0%2e1/", FETCH_BAD_HOST },
	{ "https://cert.example.com%00.evil.example/", FETCH_BAD_HOST },
	{ "https://cert.example.com\t/", FETCH_BAD_HOST },
	{ "https://cert.example.com /", FETCH_BAD_HOST },
	/* digits of another script; a full stop of another; a soft hyphen */
	{ "https://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/", FETCH_BAD_HOST },
	{ "https://127\xe3\x80\x82" "0.0.1/", FETCH_BAD_HOST },
	{ "https://local\xc2\xadhost.example/", FETCH_BAD_HOST },
	{ "https://b\xc3\xbc" "cher.example/", FETCH_BAD_HOST },
	/* what stands behind the host */
	{ "https://cert.example.com?a", FETCH_HAS_PARAMETERS },
	{ "https://cert.example.com/a?b=c", FETCH_HAS_PARAMETERS },
	{ "https://cert.example.com/a#b", FETCH_HAS_PARAMETERS },
	{ "https://cert.example.com#@127.0.0.1/", FETCH_HAS_PARAMETERS },
	{ "https://cert.example.com/a;b=c", FETCH_HAS_PARAMETERS },
	{ "https://cert.example.com\\@127.0.0.1/", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/a b", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/a\r\nHost: x", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/%0d%0aHost:%20x", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/%00", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/%7f", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/%zz", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/%4", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/\xc3\xbc", FETCH_URL_MALFORMED },
	{ "https://cert.example.com/{a}", FETCH_URL_MALFORMED },
};
/* clang-format on */

#define BAD_URL_COUNT (sizeof(bad_urls) / sizeof(bad_urls[0]))

#endif
