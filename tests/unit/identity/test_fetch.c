/*
 * The client of the downloader.  The helper is this program itself, started by
 * a name that says how it shall behave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sipmon/base/clock.h"
#include "sipmon/identity/fetch.h"
#include "sipmon/identity/fetch_wire.h"

#include "../../tools/pki.h"

#define PATIENCE_MS 5000
#define MINUTE_NS   (60 * CLOCK_SECOND_NS)
#define URL         SLICE("https://cert.example.com/a.pem")

extern char **environ;

/* ---- how a helper behaves */

static void send_all(const char *bytes, size_t len)
{
	while (len > 0) {
		struct pollfd p = { .fd = FETCH_SOCKET, .events = POLLOUT };
		ssize_t n;

		(void)poll(&p, 1, PATIENCE_MS);
		n = send(FETCH_SOCKET, bytes, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			_exit(0);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
}

static void greet(enum fetch_stage stage, uint32_t error)
{
	const struct fetch_hello hello = { stage, error };
	uint8_t bytes[FETCH_HELLO_BYTES];

	fetch_wire_hello(&hello, bytes);
	send_all((const char *)bytes, sizeof(bytes));
}

static void reply_with(uint32_t id, enum fetch_reason reason,
		       struct slice content, bool bytewise)
{
	const struct fetch_reply r = { .id = id,
				       .reason = reason,
				       .detail = 404,
				       .keep_s = 0xffffffff,
				       .content = content };
	struct buf b;

	buf_init(&b, FETCH_REPLY_BYTES_MAX);
	fetch_wire_add_reply(&b, &r);
	for (size_t i = 0; bytewise && i < b.len; i++)
		send_all(b.ptr + i, 1);
	if (!bytewise)
		send_all(b.ptr, b.len);
	buf_free(&b);
}

/* The URL that was asked for is what comes of it. */
static void echo(const struct fetch_request *r)
{
	reply_with(r->id, FETCH_GOOD, r->url, false);
}

static void bytewise(const struct fetch_request *r)
{
	reply_with(r->id, FETCH_GOOD, r->url, true);
}

static void refuse(const struct fetch_request *r)
{
	reply_with(r->id, FETCH_STATUS, SLICE_NONE, false);
}

static void whole(const struct fetch_request *r)
{
	char *big = malloc(FETCH_CONTENT_BYTES_MAX);

	memset(big, 'x', FETCH_CONTENT_BYTES_MAX);
	reply_with(r->id, FETCH_GOOD,
		   (struct slice){ big, FETCH_CONTENT_BYTES_MAX }, false);
	free(big);
}

static void twice(const struct fetch_request *r)
{
	echo(r);
	echo(r);
}

static void wrong_number(const struct fetch_request *r)
{
	reply_with(r->id + 1000, FETCH_GOOD, r->url, false);
}

static void too_long(const struct fetch_request *r)
{
	(void)r;
	send_all("\x7f\xff\xff\xff", 4);
}

static void silent(const struct fetch_request *r)
{
	(void)r;
}

static void dies(const struct fetch_request *r)
{
	(void)r;
	_exit(3);
}

/* What it was born with: descriptors, variables, blocked signals. */
static void tell(const struct fetch_request *r)
{
	struct buf b;
	sigset_t blocked;
	unsigned signals = 0;

	buf_init(&b, 4096);
	for (int fd = 0; fd < 256; fd++) {
		if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF)
			buf_add_format(&b, "%d ", fd);
	}
	for (char **e = environ; *e != NULL; e++)
		buf_add_format(&b, "%s ", *e);
	(void)sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int s = 1; s < 32; s++)
		signals += sigismember(&blocked, s) == 1;
	buf_add_format(&b, "%u", signals);
	reply_with(r->id, FETCH_GOOD, buf_slice(&b), false);
	buf_free(&b);
}

static const struct {
	const char *name;
	void (*answer)(const struct fetch_request *r);
} ways[] = {
	{ "echo", echo },     { "bytewise", bytewise },
	{ "refuse", refuse }, { "whole", whole },
	{ "twice", twice },   { "wrong-number", wrong_number },
	{ "silent", silent }, { "too-long", too_long },
	{ "dies", dies },     { "tell", tell },
};

/* Those that do not come so far. */
static void begin_badly(const char *name)
{
	if (strcmp(name, "ends") == 0)
		_exit(0);
	if (strcmp(name, "no-rights") == 0) {
		greet(FETCH_STAGE_RIGHTS, EPERM);
		_exit(1);
	}
	if (strcmp(name, "old") == 0) {
		send_all("\0\0\0\x09SMF\x7f\0\0\0\0\0", FETCH_HELLO_BYTES);
		_exit(1);
	}
}

static void serve(void (*answer_to)(const struct fetch_request *r))
{
	struct buf b;

	buf_init(&b, 65536);
	greet(FETCH_READY, 0);
	for (;;) {
		struct pollfd p = { .fd = FETCH_SOCKET, .events = POLLIN };
		struct fetch_request r;
		size_t used = 0;
		char *room = buf_reserve(&b, 4096);
		ssize_t n;

		(void)poll(&p, 1, -1);
		n = recv(FETCH_SOCKET, room, 4096, 0);
		if (n <= 0)
			_exit(0);
		b.len += (size_t)n;
		while (fetch_wire_take_request(buf_slice(&b), &r, &used) ==
		       ERR_OK) {
			answer_to(&r);
			memmove(b.ptr, b.ptr + used, b.len - used);
			b.len -= used;
		}
	}
}

static void be_helper(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name != NULL ? name + 1 : path;
	begin_badly(name);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(name, ways[i].name) == 0)
			serve(ways[i].answer);
	}
}

/* ---- the client */

static int make_folder(void **state)
{
	char *folder = malloc(PKI_PATH_BYTES);

	*state = folder;
	return folder == NULL || !pki_folder_new(folder);
}

static int remove_folder(void **state)
{
	pki_folder_remove(*state);
	free(*state);
	return 0;
}

static enum err start(struct fetch **f, const char *folder, const char *way,
		      const char *hosts, struct problem *problem)
{
	char path[PKI_PATH_BYTES];
	struct fetch_options o = { .hosts = hosts };
	char self[PKI_PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	o.helper = pki_path(path, folder, way);
	(void)unlink(path);
	assert_int_equal(symlink(self, path), 0);
	return fetch_start(f, &o, problem);
}

static struct fetch *started(void **state, const char *way)
{
	struct problem problem = { "" };
	struct fetch *f = NULL;

	assert_int_equal(start(&f, *state, way, NULL, &problem), ERR_OK);
	assert_string_equal(problem.text, "");
	assert_true(fetch_fd(f) >= 0);
	return f;
}

static bool taken(struct fetch *f, int64_t now_ns, struct fetch_answer *a)
{
	int64_t end_ns = clock_monotonic_ns() + PATIENCE_MS * CLOCK_MS_NS;

	while (!fetch_take(f, now_ns, a)) {
		struct pollfd p = { .fd = fetch_fd(f), .events = POLLIN };

		if (clock_monotonic_ns() >= end_ns)
			return false;
		(void)poll(&p, 1, 100);
	}
	return true;
}

static void what_was_asked_for_comes(void **state)
{
	static const char *const how[] = { "echo", "bytewise" };
	struct fetch_answer a;

	for (size_t i = 0; i < 2; i++) {
		struct fetch *f = started(state, how[i]);

		assert_false(fetch_take(f, 0, &a));
		assert_true(fetch_ask(f, URL, 0, NULL));
		assert_int_equal(fetch_pending(f), 1);
		assert_true(fetch_ask(f, URL, 0, NULL)); /* on its way */
		assert_int_equal(fetch_pending(f), 1);
		assert_true(taken(f, 0, &a));
		assert_true(a.is_good);
		assert_true(slice_eq(a.url, URL));
		assert_true(slice_eq(a.content, URL));
		/* the helper says for ever; a month it is */
		assert_int_equal(a.keep_s, 30 * 86400);
		assert_int_equal(fetch_pending(f), 0);
		assert_false(fetch_take(f, 0, &a));
		fetch_free(f);
	}
}

static void the_largest_content_comes_whole(void **state)
{
	struct fetch *f = started(state, "whole");
	struct fetch_answer a;

	assert_true(fetch_ask(f, URL, 0, NULL));
	assert_true(fetch_ask(f, SLICE("https://b.example.com/"), 0, NULL));
	for (unsigned i = 0; i < 2; i++) {
		assert_true(taken(f, 0, &a));
		assert_int_equal(a.content.len, FETCH_CONTENT_BYTES_MAX);
		assert_int_equal(a.content.ptr[a.content.len - 1], 'x');
	}
	fetch_free(f);
}

static void a_failure_is_remembered_ten_minutes(void **state)
{
	struct fetch *f = started(state, "refuse");
	const char *why = NULL;
	struct fetch_answer a;

	assert_true(fetch_ask(f, URL, 0, &why));
	assert_true(taken(f, MINUTE_NS, &a));
	assert_false(a.is_good);
	assert_true(slice_eq(a.why, SLICE("the web server answered 404")));
	assert_false(fetch_ask(f, URL, 11 * MINUTE_NS - 1, &why));
	assert_string_equal(why, "the web server answered 404");
	assert_true(fetch_ask(f, URL, 11 * MINUTE_NS, &why));
	assert_true(taken(f, 11 * MINUTE_NS, &a));
	fetch_free(f);
}

static void what_was_downloaded_is_not_at_once_asked_for_again(void **state)
{
	struct fetch *f = started(state, "echo");
	struct fetch_answer a;

	assert_true(fetch_ask(f, URL, 0, NULL));
	assert_true(taken(f, 0, &a));
	assert_false(fetch_ask(f, URL, MINUTE_NS, NULL));
	assert_true(fetch_ask(f, URL, 10 * MINUTE_NS, NULL));
	fetch_free(f);
}

static void what_is_forbidden_is_not_even_asked_for(void **state)
{
	static const struct {
		const char *url;
		const char *why;
	} cases[] = {
		{ "http://cert.example.com/", "only https is downloaded" },
		{ "https://127.0.0.1/", "the host is no public name" },
		{ "https://cert.example.com:444/",
		  "only ports 443 and 8443 are asked" },
		{ "https://b.example.com/",
		  "the host is none of those allowed" },
	};
	struct problem problem;
	struct fetch *f = NULL;
	const char *why = NULL;

	assert_int_equal(
		start(&f, *state, "dies", "cert.example.com", &problem),
		ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(fetch_ask(f, slice_of(cases[i].url), 0, &why));
		assert_string_equal(why, cases[i].why);
		assert_false(fetch_ask(f, slice_of(cases[i].url), 0, NULL));
	}
	assert_int_equal(fetch_pending(f), 0);
	fetch_free(f);
}

static bool ask_number(struct fetch *f, unsigned host, unsigned file,
		       const char **why)
{
	char url[64];

	(void)snprintf(url, sizeof(url), "https://h%u.example.com/%u", host,
		       file);
	return fetch_ask(f, slice_of(url), 0, why);
}

static void what_waits_is_bounded(void **state)
{
	struct fetch *f = started(state, "silent");
	const char *why = NULL;

	for (unsigned i = 0; i < 32; i++)
		assert_true(ask_number(f, 0, i, NULL));
	assert_false(ask_number(f, 0, 32, &why)); /* enough of this host */
	assert_string_equal(why, "too many downloads wait");
	for (unsigned i = 1; i <= FETCH_WAITING_MAX - 32; i++)
		assert_true(ask_number(f, i, 0, NULL));
	assert_false(ask_number(f, 1000, 0, NULL));
	assert_int_equal(fetch_pending(f), FETCH_WAITING_MAX);
	fetch_free(f);
}

static void many_come_in_time(void **state)
{
	struct fetch *f = started(state, "echo");
	struct fetch_answer a;

	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++)
		assert_true(ask_number(f, i, 0, NULL));
	for (unsigned i = 0; i < FETCH_WAITING_MAX; i++) {
		assert_true(taken(f, 0, &a));
		assert_true(a.is_good);
	}
	assert_int_equal(fetch_pending(f), 0);
	fetch_free(f);
}

/* Dead, or not to be believed: what waits is told, and that was it. */
static void a_helper_that_fails_is_asked_no_more(void **state)
{
	static const char *const how[] = { "dies", "too-long", "wrong-number" };

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct fetch *f = started(state, how[i]);
		const char *why = NULL;
		struct fetch_answer a;

		assert_true(fetch_ask(f, URL, 0, NULL));
		assert_true(taken(f, 0, &a));
		assert_false(a.is_good);
		assert_true(slice_eq(a.url, URL));
		assert_true(slice_eq(a.why,
				     SLICE("the download helper has ended")));
		assert_int_equal(fetch_pending(f), 0);
		assert_int_equal(fetch_fd(f), -1);
		assert_false(fetch_take(f, 0, &a));
		assert_false(
			fetch_ask(f, SLICE("https://b.example.com/"), 0, &why));
		assert_string_equal(why, "the download helper has ended");
		fetch_free(f);
	}
}

static void an_answer_is_believed_once(void **state)
{
	struct fetch *f = started(state, "twice");
	struct fetch_answer a;

	assert_true(fetch_ask(f, URL, 0, NULL));
	assert_true(taken(f, 0, &a));
	assert_true(a.is_good);
	for (unsigned i = 0; i < 100 && fetch_fd(f) >= 0; i++) {
		struct pollfd p = { .fd = fetch_fd(f), .events = POLLIN };

		(void)poll(&p, 1, 50);
		assert_false(fetch_take(f, 0, &a));
	}
	assert_int_equal(fetch_fd(f), -1);
	fetch_free(f);
}

static void the_helper_inherits_nothing(void **state)
{
	struct fetch_answer a;
	struct fetch *f;
	sigset_t all;
	sigset_t before;
	int copy = dup(0);

	assert_true(copy >= 0);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	f = started(state, "tell");
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	assert_true(fetch_ask(f, URL, 0, NULL));
	assert_true(taken(f, 0, &a));
	assert_true(slice_eq(a.content, SLICE("0 1 2 3 LC_ALL=C 0")));
	fetch_free(f);
	assert_int_equal(close(copy), 0);
}

static void a_helper_that_cannot_begin_is_told(void **state)
{
	static const struct {
		const char *way;
		const char *text;
	} cases[] = {
		{ "ends", "/ends ended at once" },
		{ "no-rights",
		  "/no-rights cannot give up rights: Operation not permitted" },
		{ "old", "/old is of another version" },
	};
	const struct fetch_options missing = { .helper = "/nonexistent/x" };
	const struct fetch_options bad = { .hosts = "https://a.example/" };
	struct problem problem = { "" };
	struct fetch *f = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			start(&f, *state, cases[i].way, NULL, &problem),
			ERR_SYSTEM);
		assert_non_null(strstr(problem.text, cases[i].text));
	}
	assert_int_equal(fetch_start(&f, &missing, &problem), ERR_SYSTEM);
	assert_string_equal(problem.text, "/nonexistent/x cannot be started: "
					  "No such file or directory");
	assert_int_equal(fetch_start(&f, &bad, &problem), ERR_MALFORMED);
	assert_null(f);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_asked_for_comes),
		cmocka_unit_test(the_largest_content_comes_whole),
		cmocka_unit_test(a_failure_is_remembered_ten_minutes),
		cmocka_unit_test(
			what_was_downloaded_is_not_at_once_asked_for_again),
		cmocka_unit_test(what_is_forbidden_is_not_even_asked_for),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(many_come_in_time),
		cmocka_unit_test(a_helper_that_fails_is_asked_no_more),
		cmocka_unit_test(an_answer_is_believed_once),
		cmocka_unit_test(the_helper_inherits_nothing),
		cmocka_unit_test(a_helper_that_cannot_begin_is_told),
	};

	if (argc > 0)
		be_helper(argv[0]);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
