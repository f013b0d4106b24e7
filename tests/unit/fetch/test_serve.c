/*
 * The downloader, asked through its socket, against web servers on 127.0.0.1
 * that misbehave in each their own way.  Its rules are those of the program
 * but for the address that may be asked, the ports and the times.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "sipmon/base/clock.h"
#include "sipmon/identity/fetch_wire.h"

#include "../../../src/fetch/address.h"
#include "../../../src/fetch/lookup.h"
#include "../../../src/fetch/serve.h"
#include "web.h"

#define ASKED_MAX 16

#define X16      "xxxxxxxxxxxxxxxx"
#define X64      X16 X16 X16 X16
#define X256     X64 X64 X64 X64
#define HEAD_200 "HTTP/1.1 200 OK\r\n"

/* ---- who is who */

enum who { WHO_GOOD = 0, WHO_OTHER_NAME, WHO_EXPIRED, WHO_ALONE, WHO_STRANGE };

struct fixture {
	struct pki root;
	struct pki other_root;
	struct pki servers[WHO_STRANGE + 1];
	char folder[PKI_PATH_BYTES];
	char ca[PKI_PATH_BYTES];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pki *s;
	bool good;

	if (f == NULL)
		return 1;
	*state = f;
	s = f->servers;
	good = pki_make(&f->root,
			&(struct pki_options){ .cn = "Root", .is_ca = true }) &&
	       pki_make(&f->other_root,
			&(struct pki_options){ .cn = "Other root",
					       .is_ca = true }) &&
	       pki_make(&s[WHO_GOOD],
			&(struct pki_options){
				.cn = "a",
				.issuer = &f->root,
				.san = "DNS:*.example.com",
			}) &&
	       pki_make(&s[WHO_OTHER_NAME],
			&(struct pki_options){
				.cn = "good.example.com",
				.issuer = &f->root,
				.san = "DNS:good.example.org,"
				       "IP:127.0.0.1",
			}) &&
	       pki_make(&s[WHO_EXPIRED],
			&(struct pki_options){
				.cn = "a",
				.issuer = &f->root,
				.san = "DNS:*.example.com",
				.not_after_s = 1600000000,
			}) &&
	       pki_make(&s[WHO_ALONE],
			&(struct pki_options){ .cn = "a",
					       .san = "DNS:*.example.com" }) &&
	       pki_make(&s[WHO_STRANGE],
			&(struct pki_options){ .cn = "a",
					       .issuer = &f->other_root,
					       .san = "DNS:*.example.com" }) &&
	       pki_folder_new(f->folder) &&
	       pki_write_certs(f->folder, "ca.pem",
			       (X509 *[]){ f->root.cert, NULL });
	(void)pki_path(f->ca, f->folder, "ca.pem");
	return !good || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	curl_global_cleanup();
	pki_folder_remove(f->folder);
	for (size_t i = 0; i <= WHO_STRANGE; i++)
		pki_free(&f->servers[i]);
	pki_free(&f->other_root);
	pki_free(&f->root);
	free(f);
	return 0;
}

/* ---- names, and what may be asked */

static struct endpoint at(const char *text)
{
	struct endpoint e;

	(void)address_of_text(&e, text);
	return e;
}

/* Runs in a process of its own, so what it counts it counts in memory that
 * both see. */
static unsigned *asked_for_names;

static unsigned resolve(const char *host, struct endpoint *out, unsigned max)
{
	static const struct {
		const char *host;
		const char *addresses[3];
	} names[] = {
		{ "good.example.com", { "127.0.0.1" } },
		{ "mixed.example.com", { "127.0.0.1", "10.0.0.1" } },
		{ "mixed6.example.com", { "127.0.0.1", "::1" } },
		{ "mapped.example.com", { "::ffff:127.0.0.1" } },
		{ "other.example.com", { "127.0.0.2" } },
	};
	unsigned count = 0;

	(void)__sync_fetch_and_add(asked_for_names, 1);
	if (strcmp(host, "slow.example.com") == 0)
		web_pause(30000);
	if (strcmp(host, "dies.example.com") == 0)
		_exit(1);
	if (strcmp(host, "many.example.com") == 0) {
		for (unsigned i = 0; i < max; i++)
			out[i] = at("127.0.0.1");
		return max + 1;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(host, names[i].host) != 0)
			continue;
		while (count < 3 && names[i].addresses[count] != NULL) {
			out[count] = at(names[i].addresses[count]);
			count++;
		}
	}
	return count;
}

static bool only_loopback(const struct endpoint *e)
{
	struct endpoint loopback = at("127.0.0.1");

	return endpoint_same_host(e, &loopback);
}

static bool any_port(uint16_t port)
{
	return port != 0;
}

static struct fetch_rules rules_of(const struct fixture *f)
{
	return (struct fetch_rules){
		.may_connect = only_loopback,
		.may_ask_port = any_port,
		.resolve = resolve,
		.ca_file = f->ca,
		.connect_ms = 2000,
		.total_ms = 3000,
		.a_minute = 1000,
	};
}

/* ---- asking */

struct asker {
	int fd;
	unsigned count;
	const char *urls[ASKED_MAX];
	int64_t patience_ms;
	unsigned answered;
	struct fetch_reply replies[ASKED_MAX]; /* by number of the URL */
	char contents[ASKED_MAX][8];           /* how they begin */
};

static void file_reply(struct asker *a, const struct fetch_reply *r)
{
	if (r->id >= ASKED_MAX)
		return;
	a->replies[r->id] = *r;
	(void)slice_copy(r->content, a->contents[r->id],
			 sizeof(a->contents[0]));
	a->answered++;
}

static void *run_asker(void *ctx)
{
	struct asker *a = ctx;
	int64_t end_ns = clock_monotonic_ns() + a->patience_ms * CLOCK_MS_NS;
	struct buf b;

	buf_init(&b, (size_t)2 * FETCH_REPLY_BYTES_MAX);
	for (unsigned i = 0; i < a->count; i++) {
		const struct fetch_request r = { i, slice_of(a->urls[i]) };

		fetch_wire_add_request(&b, &r);
	}
	(void)!write(a->fd, b.ptr, b.len);
	buf_clear(&b);
	while (a->answered < a->count && clock_monotonic_ns() < end_ns) {
		struct pollfd p = { .fd = a->fd, .events = POLLIN };
		struct fetch_reply r;
		size_t used = 0;
		char *room = buf_reserve(&b, 4096);
		ssize_t n;

		if (poll(&p, 1, WEB_TICK_MS) <= 0)
			continue;
		n = recv(a->fd, room, 4096, 0);
		if (n <= 0)
			break;
		b.len += (size_t)n;
		while (fetch_wire_take_reply(buf_slice(&b), &r, &used) ==
		       ERR_OK) {
			file_reply(a, &r);
			memmove(b.ptr, b.ptr + used, b.len - used);
			b.len -= used;
		}
	}
	buf_free(&b);
	(void)close(a->fd);
	return NULL;
}

/* Serves until the asker has all its answers, or no more patience. */
static void serve_asker(struct asker *a, const struct fetch_rules *rules,
			const char *hosts)
{
	pthread_t thread;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_RDWR | O_NONBLOCK), 0);
	a->fd = pair[0];
	if (a->patience_ms == 0)
		a->patience_ms = 8000;
	assert_int_equal(pthread_create(&thread, NULL, run_asker, a), 0);
	assert_int_equal(serve(pair[1], rules, slice_of(hosts)), ERR_END);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(close(pair[1]), 0);
	assert_int_equal(ERR_peek_error(), 0);
}

static struct fetch_reply ask_one(const char *host, uint16_t port,
				  const struct fetch_rules *rules)
{
	struct asker a = { .count = 1 };
	char url[128];

	(void)snprintf(url, sizeof(url), "https://%s:%u/a.pem", host,
		       (unsigned)port);
	a.urls[0] = url;
	serve_asker(&a, rules, NULL);
	assert_int_equal(a.answered, 1);
	return a.replies[0];
}

/* What comes of a server that answers this way. */
static struct fetch_reply ask_web(const struct fixture *f,
				  const struct web_way *way, enum who who,
				  const struct fetch_rules *rules)
{
	struct fetch_reply r;
	struct web w;

	assert_true(web_start(&w, way, &f->servers[who], 0));
	r = ask_one("good.example.com", w.port, rules);
	assert_int_equal(web_stop(&w), 1);
	return r;
}

/* ---- what is good */

static const struct web_way good_way = {
	.head = HEAD_200 "Content-Length: 5\r\nSet-Cookie: a=b\r\n"
			 "Strict-Transport-Security: max-age=9999\r\n"
			 "Cache-Control: max-age=172800\r\n\r\nhello",
};

static void a_certificate_is_downloaded(void **state)
{
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct asker a = { .count = 2 };
	char url[2][64];
	struct web w;

	assert_true(web_start(&w, &good_way, &f->servers[WHO_GOOD], 0));
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(url[i], sizeof(url[i]),
			       "https://Good.example.com:%u/%u.pem",
			       (unsigned)w.port, i);
		a.urls[i] = url[i];
	}
	serve_asker(&a, &rules, "x.example, .EXAMPLE.com");
	assert_int_equal(web_stop(&w), 2);
	assert_int_equal(a.answered, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(a.replies[i].reason, FETCH_GOOD);
		assert_int_equal(a.replies[i].content.len, 5);
		assert_string_equal(a.contents[i], "hello");
		assert_int_equal(a.replies[i].keep_s, 172800);
	}
}

/* Neither a cookie of the answer before, nor what the environment holds. */
static void the_request_tells_nothing(void **state)
{
	static const char *const never[] = { "Cookie",          "Authorization",
					     "Accept-Encoding", "Proxy",
					     "Referer",         "Range" };
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct asker a = { .count = 1 };
	struct web trap;
	struct web w;
	char text[128];

	assert_true(web_start(&trap, &good_way, NULL, 0));
	assert_true(web_start(&w, &good_way, &f->servers[WHO_GOOD], 0));
	(void)snprintf(text, sizeof(text), "http://127.0.0.1:%u",
		       (unsigned)trap.port);
	assert_int_equal(setenv("https_proxy", text, 1), 0);
	assert_int_equal(setenv("ALL_PROXY", text, 1), 0);
	assert_int_equal(setenv("HOME", f->folder, 1), 0);
	assert_true(pki_write(f->folder, ".netrc",
			      SLICE("machine good.example.com login a "
				    "password b\n")));
	(void)snprintf(text, sizeof(text), "https://good.example.com:%u/../a",
		       (unsigned)w.port);
	a.urls[0] = text;
	serve_asker(&a, &rules, NULL);
	assert_int_equal(unsetenv("https_proxy"), 0);
	assert_int_equal(unsetenv("ALL_PROXY"), 0);
	assert_int_equal(web_stop(&trap), 0);
	assert_int_equal(web_stop(&w), 1);
	assert_int_equal(a.replies[0].reason, FETCH_GOOD);
	assert_int_equal(memcmp(w.request, "GET /../a HTTP/1.1\r\n", 20), 0);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_null(strstr(w.request, never[i]));
}

/* ---- answers that are none */

static void what_the_server_answers_is_bounded(void **state)
{
	static const struct {
		struct web_way way;
		enum fetch_reason reason;
		size_t len; /* or the status */
	} cases[] = {
		/* more than it says: what it says */
		{ { .head = HEAD_200 "Content-Length: 5\r\n\r\n", .body = 50 },
		  FETCH_GOOD,
		  5 },
		/* less */
		{ { .head = HEAD_200 "Content-Length: 50\r\n\r\n", .body = 5 },
		  FETCH_CUT_SHORT,
		  0 },
		{ { .head = HEAD_200 "Transfer-Encoding: chunked\r\n\r\n"
				     "ff\r\n",
		    .body = 5 },
		  FETCH_CUT_SHORT,
		  0 },
		{ { .head = NULL }, FETCH_EMPTY, 0 },
		{ { .head = HEAD_200 "Content-Length: 0\r\n\r\n" },
		  FETCH_EMPTY,
		  0 },
		/* as much as may be; one byte more */
		{ { .head = HEAD_200 "\r\n", .body = 262144 },
		  FETCH_GOOD,
		  262144 },
		{ { .head = HEAD_200 "\r\n", .body = 262145 },
		  FETCH_TOO_LARGE,
		  0 },
		{ { .head = HEAD_200 "Content-Length: 262145\r\n\r\n" },
		  FETCH_TOO_LARGE,
		  0 },
		{ { .head = HEAD_200
		    "Content-Length: 99999999999999999999\r\n\r\n" },
		  FETCH_TOO_LARGE,
		  0 },
		/* without end: body, chunks, headers, provisional answers */
		{ { .head = HEAD_200 "\r\n", .again = X256 },
		  FETCH_TOO_LARGE,
		  0 },
		{ { .head = HEAD_200 "Content-Length: 5\r\n"
				     "Transfer-Encoding: chunked\r\n\r\n",
		    .body = 0,
		    .again = "100\r\n" X256 "\r\n" },
		  FETCH_TOO_LARGE,
		  0 },
		{ { .head = HEAD_200, .again = "X-Header: of no use\r\n" },
		  FETCH_TOO_LARGE,
		  0 },
		{ { .head = "", .again = "HTTP/1.1 103 Early Hints\r\n\r\n" },
		  FETCH_TOO_LARGE,
		  0 },
		{ { .head = HEAD_200 "Content-Encoding: gzip\r\n\r\n",
		    .body = 9 },
		  FETCH_ENCODED,
		  0 },
		{ { .head = "HTTP/1.1 404 Not Found\r\n\r\n", .body = 9 },
		  FETCH_STATUS,
		  404 },
		{ { .head = "HTTP/1.1 204 No Content\r\n\r\n" },
		  FETCH_STATUS,
		  204 },
		{ { .head = "HTTP/1.1 206 Partial\r\n\r\n", .body = 9 },
		  FETCH_STATUS,
		  206 },
		{ { .head = "HTTP/1.1 401 No\r\n"
			    "WWW-Authenticate: Basic\r\n\r\n" },
		  FETCH_STATUS,
		  401 },
	};
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fetch_reply r =
			ask_web(f, &cases[i].way, WHO_GOOD, &rules);

		if (r.reason != cases[i].reason)
			print_error("case %u\n", (unsigned)i);
		assert_int_equal(r.reason, cases[i].reason);
		if (r.reason == FETCH_STATUS)
			assert_int_equal(r.detail, cases[i].len);
		else
			assert_int_equal(r.content.len, cases[i].len);
	}
}

static void what_is_no_http_fails(void **state)
{
	static const struct web_way ways[] = {
		{ .head = "hello\r\n" },
		{ .head = "HTTP/9.9 200 OK\r\n\r\nhello" },
		{ .head = "SIP/2.0 200 OK\r\n\r\nhello" },
	};
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_int_equal(ask_web(f, &ways[i], WHO_GOOD, &rules).reason,
				 FETCH_FAILED);
}

static void no_redirect_is_followed(void **state)
{
	static const char *const heads[] = {
		"HTTP/1.1 302 Found\r\n"
		"Location: https://good.example.com:%u/b.pem\r\n\r\n",
		"HTTP/1.1 301 Moved\r\n"
		"Location: http://127.0.0.1:%u/\r\n\r\n",
		"HTTP/1.1 307 There\r\nLocation: /b.pem\r\nX: %u\r\n\r\n",
		"HTTP/1.1 200 OK\r\nRefresh: 0; url=/b.pem\r\n"
		"Alt-Svc: h2=\"127.0.0.1:%u\"\r\n\r\nhello",
	};
	static const struct {
		enum fetch_reason reason;
		unsigned detail;
	} expected[] = { { FETCH_STATUS, 302 },
			 { FETCH_STATUS, 301 },
			 { FETCH_STATUS, 307 },
			 { FETCH_GOOD, 0 } };
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct web trap;

	assert_true(web_start(&trap, &good_way, &f->servers[WHO_GOOD], 0));
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char head[256];
		struct web_way way = { .head = head };
		struct slice form = slice_of(heads[i]);
		size_t cut = slice_search(form, SLICE("%u"), false);
		struct fetch_reply r;

		(void)snprintf(head, sizeof(head), "%.*s%u%s", (int)cut,
			       form.ptr, (unsigned)trap.port,
			       form.ptr + cut + 2);
		r = ask_web(f, &way, WHO_GOOD, &rules);
		assert_int_equal(r.reason, expected[i].reason);
		assert_int_equal(r.detail, expected[i].detail);
	}
	assert_int_equal(web_stop(&trap), 0);
}

/* ---- time */

static void a_slow_server_is_left(void **state)
{
	static const struct web_way ways[] = {
		{ .deaf = true },
		{ .head = "",
		  .again = "HTTP/1.1 103 Wait\r\n\r\n",
		  .pause_ms = 50 },
		{ .head = HEAD_200, .again = "X-A: b\r\n", .pause_ms = 50 },
		{ .head = HEAD_200 "\r\n", .again = "x", .pause_ms = 50 },
	};
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);

	rules.connect_ms = 300;
	rules.total_ms = 400;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int64_t begin_ns = clock_monotonic_ns();

		assert_int_equal(ask_web(f, &ways[i], WHO_GOOD, &rules).reason,
				 FETCH_TOO_SLOW);
		assert_in_range(clock_monotonic_ns() - begin_ns,
				250 * CLOCK_MS_NS, 1500 * CLOCK_MS_NS);
	}
}

static void a_slow_name_server_is_left(void **state)
{
	struct fetch_rules rules = rules_of(*state);
	int64_t begin_ns = clock_monotonic_ns();

	rules.total_ms = 300;
	assert_int_equal(ask_one("slow.example.com", 443, &rules).reason,
			 FETCH_LOOKUP_SLOW);
	assert_in_range(clock_monotonic_ns() - begin_ns, 250 * CLOCK_MS_NS,
			1500 * CLOCK_MS_NS);
}

/* ---- TLS */

static void who_is_not_the_host_is_not_believed(void **state)
{
	static const enum who who[] = { WHO_OTHER_NAME, WHO_EXPIRED, WHO_ALONE,
					WHO_STRANGE };
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++)
		assert_int_equal(ask_web(f, &good_way, who[i], &rules).reason,
				 FETCH_UNTRUSTED);
	/* without a CA file it is the system's store, which knows none of ours
	 */
	rules.ca_file = NULL;
	assert_int_equal(ask_web(f, &good_way, WHO_GOOD, &rules).reason,
			 FETCH_UNTRUSTED);
}

static void tls_is_1_2_at_least(void **state)
{
	static const struct web_way ways[] = {
		{ .head = HEAD_200 "\r\nhello", .old_tls = true },
		{ .head = HEAD_200 "\r\nhello", .plain = true },
	};
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_int_equal(ask_web(f, &ways[i], WHO_GOOD, &rules).reason,
				 FETCH_NO_TLS);
}

/* ---- addresses */

static void one_bad_address_is_enough(void **state)
{
	static const struct {
		const char *host;
		enum fetch_reason reason;
	} cases[] = {
		{ "mixed.example.com", FETCH_NOT_PUBLIC },
		{ "mixed6.example.com", FETCH_NOT_PUBLIC },
		{ "mapped.example.com", FETCH_NOT_PUBLIC },
		{ "other.example.com", FETCH_NOT_PUBLIC },
		{ "many.example.com", FETCH_NOT_PUBLIC },
		{ "none.example.com", FETCH_NO_ADDRESS },
		{ "dies.example.com", FETCH_NO_ADDRESS },
	};
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct web w;

	assert_true(web_start(&w, &good_way, &f->servers[WHO_GOOD], 0));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ask_one(cases[i].host, w.port, &rules).reason,
				 cases[i].reason);
	/* what the program itself allows has no 127.0.0.1 */
	rules.may_connect = fetch_rules_public.may_connect;
	assert_int_equal(ask_one("good.example.com", w.port, &rules).reason,
			 FETCH_NOT_PUBLIC);
	assert_int_equal(web_stop(&w), 0);
}

static void a_name_is_looked_up_once(void **state)
{
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);

	*asked_for_names = 0;
	assert_int_equal(ask_web(f, &good_way, WHO_GOOD, &rules).reason,
			 FETCH_GOOD);
	assert_int_equal(*asked_for_names, 1);
}

static unsigned looks;
static unsigned looks_allowed;

static bool so_often(const struct endpoint *e)
{
	return only_loopback(e) && looks++ < looks_allowed;
}

/* It may be looked up as good and have changed since: each connect looks. */
static void the_address_is_judged_again_at_the_connect(void **state)
{
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct web w;

	rules.may_connect = so_often;
	assert_true(web_start(&w, &good_way, &f->servers[WHO_GOOD], 0));
	looks = 0;
	looks_allowed = 1;
	assert_int_equal(ask_one("good.example.com", w.port, &rules).reason,
			 FETCH_NOT_PUBLIC);
	assert_int_equal(atomic_load(&w.connections), 0);
	/* and before the request is sent */
	looks = 0;
	looks_allowed = 2;
	assert_int_equal(ask_one("good.example.com", w.port, &rules).reason,
			 FETCH_NOT_PUBLIC);
	assert_string_equal(w.request, "");
	looks = 0;
	looks_allowed = 3;
	assert_int_equal(ask_one("good.example.com", w.port, &rules).reason,
			 FETCH_GOOD);
	(void)web_stop(&w);
}

/* ---- how many */

static void four_at_once_are_asked(void **state)
{
	static const struct web_way way = { .deaf = true };
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct asker a = { .count = 6, .patience_ms = 700 };
	char url[64];
	struct web w;

	assert_true(web_start(&w, &way, NULL, 0));
	(void)snprintf(url, sizeof(url), "https://good.example.com:%u/",
		       (unsigned)w.port);
	for (unsigned i = 0; i < a.count; i++)
		a.urls[i] = url;
	serve_asker(&a, &rules, NULL);
	assert_int_equal(a.answered, 0);
	assert_int_equal(web_stop(&w), 4);
}

static void a_host_is_asked_so_often_a_minute(void **state)
{
	const struct fixture *f = *state;
	struct fetch_rules rules = rules_of(f);
	struct asker a = { .count = 5, .patience_ms = 1500 };
	char good[64];
	struct web w;

	rules.a_minute = 3;
	assert_true(web_start(&w, &good_way, &f->servers[WHO_GOOD], 0));
	(void)snprintf(good, sizeof(good), "https://good.example.com:%u/",
		       (unsigned)w.port);
	for (unsigned i = 0; i < 4; i++)
		a.urls[i] = good;
	a.urls[4] = "https://none.example.com/";
	serve_asker(&a, &rules, NULL);
	assert_int_equal(web_stop(&w), 3);
	/* the other host does not wait behind them */
	assert_int_equal(a.answered, 4);
	assert_int_equal(a.replies[4].reason, FETCH_NO_ADDRESS);
}

static void what_is_no_request_ends_it(void **state)
{
	struct fetch_rules rules = rules_of(*state);
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_RDWR | O_NONBLOCK), 0);
	assert_int_equal(write(pair[0], "GET / HTTP/1.1\r\n", 16), 16);
	assert_int_equal(serve(pair[1], &rules, SLICE_NONE), ERR_MALFORMED);
	assert_int_equal(close(pair[0]), 0);
	assert_int_equal(close(pair[1]), 0);
}

static void the_url_is_judged_here_too(void **state)
{
	struct fetch_rules rules = rules_of(*state);
	struct asker a = { .count = 3,
			   .urls = { "https://127.0.0.1/",
				     "https://good.example.com:25/",
				     "https://good.example.org/" } };

	rules.may_ask_port = fetch_rules_public.may_ask_port;
	serve_asker(&a, &rules, "good.example.com");
	assert_int_equal(a.answered, 3);
	assert_int_equal(a.replies[0].reason, FETCH_BAD_HOST);
	assert_int_equal(a.replies[1].reason, FETCH_BAD_PORT);
	assert_int_equal(a.replies[2].reason, FETCH_NOT_LISTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_downloaded),
		cmocka_unit_test(the_request_tells_nothing),
		cmocka_unit_test(what_the_server_answers_is_bounded),
		cmocka_unit_test(what_is_no_http_fails),
		cmocka_unit_test(no_redirect_is_followed),
		cmocka_unit_test(a_slow_server_is_left),
		cmocka_unit_test(a_slow_name_server_is_left),
		cmocka_unit_test(who_is_not_the_host_is_not_believed),
		cmocka_unit_test(tls_is_1_2_at_least),
		cmocka_unit_test(one_bad_address_is_enough),
		cmocka_unit_test(a_name_is_looked_up_once),
		cmocka_unit_test(the_address_is_judged_again_at_the_connect),
		cmocka_unit_test(four_at_once_are_asked),
		cmocka_unit_test(a_host_is_asked_so_often_a_minute),
		cmocka_unit_test(what_is_no_request_ends_it),
		cmocka_unit_test(the_url_is_judged_here_too),
	};

	asked_for_names =
		mmap(NULL, sizeof(*asked_for_names), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (asked_for_names == MAP_FAILED ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
