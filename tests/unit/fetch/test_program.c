/* sipmon-fetch as it is shipped: what it refuses, and what it gave up. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sipmon/base/clock.h"
#include "sipmon/identity/fetch.h"
#include "sipmon/identity/fetch_wire.h"

#include "urls.h"
#include "web.h"

#define PATIENCE_MS 10000
#define PATH_BYTES  4096

/* It stands three folders above the tests. */
static const char *program(char path[PATH_BYTES])
{
	static const char name[] = "/sipmon-fetch";
	ssize_t n =
		readlink("/proc/self/exe", path, PATH_BYTES - sizeof(name) - 1);

	assert_true(n > 0);
	path[n] = '\0';
	for (int i = 0; i < 4; i++) {
		char *slash = strrchr(path, '/');

		assert_non_null(slash);
		*slash = '\0';
	}
	memcpy(path + strlen(path), name, sizeof(name));
	return path;
}

static pid_t started(int fd, const char *first, const char *second)
{
	char path[PATH_BYTES];
	char *argv[] = { NULL, NULL, NULL, NULL };
	pid_t pid;

	argv[0] = strdup(program(path));
	argv[1] = first != NULL ? strdup(first) : NULL;
	argv[2] = second != NULL ? strdup(second) : NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 2);
		if (fd >= 0)
			(void)dup2(fd, FETCH_SOCKET);
		else
			(void)close(FETCH_SOCKET);
		(void)execv(argv[0], argv);
		_exit(127);
	}
	for (int i = 0; i < 3; i++)
		free(argv[i]);
	return pid;
}

/* The status it ended with; -1: it does not end. */
static int ended(pid_t pid)
{
	int status = 0;

	for (int ms = 0; ms < PATIENCE_MS; ms += WEB_TICK_MS) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status)
						 : 1000 + WTERMSIG(status);
		web_pause(WEB_TICK_MS);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return -1;
}

/* So many bytes, or fewer at the end. */
static size_t heard(int fd, void *bytes, size_t len)
{
	size_t got = 0;

	while (got < len) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, PATIENCE_MS) <= 0)
			break;
		n = recv(fd, (char *)bytes + got, len - got, 0);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

struct talk {
	int fd;
	pid_t pid;
};

static bool is_ready(int fd)
{
	uint8_t bytes[FETCH_HELLO_BYTES];
	struct fetch_hello hello = { FETCH_STAGES, 0 };
	size_t used;

	return heard(fd, bytes, sizeof(bytes)) == sizeof(bytes) &&
	       fetch_wire_take_hello(
		       (struct slice){ (const char *)bytes, sizeof(bytes) },
		       &hello, &used) == ERR_OK &&
	       hello.stage == FETCH_READY;
}

static struct talk begun(const char *hosts)
{
	struct talk t;
	int pair[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	t.fd = pair[0];
	t.pid = started(pair[1], hosts, NULL);
	assert_int_equal(close(pair[1]), 0);
	assert_true(is_ready(t.fd));
	return t;
}

static unsigned answer_of(const struct talk *t, const char *url)
{
	const struct fetch_request request = { 1, slice_of(url) };
	uint8_t bytes[15];
	struct buf b;

	buf_init(&b, FETCH_REQUEST_BYTES_MAX);
	fetch_wire_add_request(&b, &request);
	assert_int_equal(write(t->fd, b.ptr, b.len), b.len);
	buf_free(&b);
	/* what is refused has no content */
	assert_int_equal(heard(t->fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(bytes[3], 11);
	return bytes[8];
}

static void over(const struct talk *t)
{
	assert_int_equal(close(t->fd), 0);
	assert_int_equal(ended(t->pid), 0);
}

/* ---- what it refuses */

static void it_never_connects_to_this_host(void **state)
{
	static const struct web_way way = { .deaf = true };
	static const uint16_t ports[] = { 443, 8443 };
	struct web traps[2];
	bool trapped[2];
	struct talk t = begun(NULL);

	(void)state;
	for (size_t i = 0; i < 2; i++) /* whoever may not listen to 443 */
		trapped[i] = web_start(&traps[i], &way, NULL, ports[i]);
	for (size_t i = 0; i < BAD_URL_COUNT; i++) {
		if (bad_urls[i].url[0] == '\0')
			continue;
		assert_int_equal(answer_of(&t, bad_urls[i].url),
				 bad_urls[i].reason);
	}
	over(&t);
	for (size_t i = 0; i < 2; i++) {
		if (trapped[i])
			assert_int_equal(web_stop(&traps[i]), 0);
		else if (traps[i].fd >= 0)
			(void)close(traps[i].fd);
	}
}

static void a_list_only_narrows(void **state)
{
	struct talk t = begun("127.0.0.1, localhost.localdomain, a.example");

	(void)state;
	assert_int_equal(answer_of(&t, "https://127.0.0.1/"), FETCH_BAD_HOST);
	assert_int_equal(answer_of(&t, "https://localhost.localdomain/"),
			 FETCH_BAD_HOST);
	assert_int_equal(answer_of(&t, "https://b.example/"), FETCH_NOT_LISTED);
	over(&t);
}

static void it_takes_nothing_else(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(ended(started(-1, NULL, NULL)), 2);
	assert_int_equal(ended(started(pair[1], "--allow", NULL)), 2);
	assert_int_equal(ended(started(pair[1], "a.example", "127.0.0.1")), 2);
	assert_int_equal(close(pair[0]), 0);
	assert_int_equal(close(pair[1]), 0);
}

/* ---- names that lead here: a hosts file of our own, where that is allowed */

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && good;
}

static bool in_own_mounts(const char *hosts)
{
	unsigned long flags = CLONE_NEWNS;
	char map[64];

	(void)snprintf(map, sizeof(map), "%u %u 1", (unsigned)geteuid(),
		       (unsigned)geteuid());
	if (geteuid() != 0)
		flags |= CLONE_NEWUSER;
	if (syscall(SYS_unshare, flags) != 0 ||
	    (geteuid() != 0 && !write_text("/proc/self/uid_map", map)))
		return false;
	return mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(hosts, "/etc/hosts", "none", MS_BIND, NULL) == 0;
}

#define NOT_ALLOWED 77

static int try_names(const char *hosts)
{
	static const char *const names[] = { "loop", "private", "link",
					     "six",  "unique",  "mapped" };
	const struct fetch_options options = { .hosts = NULL };
	struct fetch_options with_path = options;
	struct problem problem;
	struct fetch *f = NULL;
	char path[PATH_BYTES];
	int bad = 0;

	if (!in_own_mounts(hosts))
		return NOT_ALLOWED;
	with_path.helper = program(path);
	if (fetch_start(&f, &with_path, &problem))
		return 1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct fetch_answer a = { .is_good = true };
		char url[64];

		(void)snprintf(url, sizeof(url),
			       "https://%s.example.com:8443/a", names[i]);
		bad += !fetch_ask(f, slice_of(url), 0, NULL);
		for (int ms = 0; ms < PATIENCE_MS && !fetch_take(f, 0, &a);
		     ms += WEB_TICK_MS)
			web_pause(WEB_TICK_MS);
		bad += a.is_good ||
		       !slice_eq(a.why, SLICE("an address of the host is not "
					      "public"));
	}
	fetch_free(f);
	return bad;
}

static void a_name_that_leads_here_is_refused(void **state)
{
	static const struct web_way way = { .deaf = true };
	char folder[PKI_PATH_BYTES];
	char hosts[PKI_PATH_BYTES];
	struct web trap;
	bool trapped;
	pid_t pid;
	int status;

	(void)state;
	assert_true(pki_folder_new(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	assert_true(pki_write(folder, "hosts",
			      SLICE("127.0.0.1 loop.example.com\n"
				    "10.0.0.1 private.example.com\n"
				    "169.254.169.254 link.example.com\n"
				    "::1 six.example.com\n"
				    "fd00::1 unique.example.com\n"
				    "::ffff:127.0.0.1 mapped.example.com\n")));
	(void)pki_path(hosts, folder, "hosts");
	assert_int_equal(chmod(hosts, 0644), 0);
	trapped = web_start(&trap, &way, NULL, 8443);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_names(hosts));
	status = ended(pid);
	if (trapped)
		assert_int_equal(web_stop(&trap), 0);
	else if (trap.fd >= 0)
		(void)close(trap.fd);
	pki_folder_remove(folder);
	if (status == NOT_ALLOWED)
		skip();
	assert_int_equal(status, 0);
}

/* ---- what it gave up */

static bool read_proc(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	return close(fd) == 0 && n > 0;
}

static bool has_line(const char *text, const char *key, const char *value)
{
	const char *at = strstr(text, key);

	if (at == NULL)
		return false;
	at += strlen(key);
	at += strspn(at, " \t");
	return strncmp(at, value, strlen(value)) == 0;
}

static void it_has_no_rights(void **state)
{
	static const char none[] = "0000000000000000\n";
	struct talk t = begun(NULL);
	char text[8192];

	(void)state;
	assert_true(read_proc(t.pid, "status", text, sizeof(text)));
	assert_true(has_line(text, "NoNewPrivs:", "1\n"));
	assert_true(has_line(text, "CapInh:", none));
	assert_true(has_line(text, "CapPrm:", none));
	assert_true(has_line(text, "CapEff:", none));
	assert_true(has_line(text, "CapAmb:", none));
	assert_false(has_line(text, "Uid:", "0"));
	assert_false(has_line(text, "Gid:", "0"));
	if (geteuid() == 0)
		assert_true(has_line(text, "CapBnd:", none));
	assert_true(read_proc(t.pid, "limits", text, sizeof(text)));
	assert_true(has_line(text, "Max file size", "0 "));
	assert_true(has_line(text, "Max core file size", "0 "));
	assert_true(has_line(text, "Max open files", "64 "));
	over(&t);
}

static void it_ends_with_its_parent(void **state)
{
	struct pollfd gone;
	int pair[2];
	char byte;
	pid_t pid;

	(void)state;
	/* The other end stays open here: it is not the socket that tells. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)started(pair[1], NULL, NULL);
		_exit(is_ready(pair[0]) ? 0 : 1);
	}
	assert_int_equal(close(pair[1]), 0);
	assert_int_equal(ended(pid), 0);
	gone = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	assert_int_equal(poll(&gone, 1, PATIENCE_MS), 1);
	assert_int_equal(recv(pair[0], &byte, 1, 0), 0);
	assert_int_equal(close(pair[0]), 0);
}

static void what_is_no_request_ends_it(void **state)
{
	struct talk t = begun(NULL);

	(void)state;
	assert_int_equal(write(t.fd, "GET / HTTP/1.1\r\n", 16), 16);
	assert_int_equal(ended(t.pid), 1);
	assert_int_equal(close(t.fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_connects_to_this_host),
		cmocka_unit_test(a_list_only_narrows),
		cmocka_unit_test(it_takes_nothing_else),
		cmocka_unit_test(a_name_that_leads_here_is_refused),
		cmocka_unit_test(it_has_no_rights),
		cmocka_unit_test(it_ends_with_its_parent),
		cmocka_unit_test(what_is_no_request_ends_it),
	};

	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
