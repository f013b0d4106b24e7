#include "fetch_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sipmon/base/clock.h"
#include "sipmon/identity/fetch_wire.h"

#define HELLO_TIMEOUT_MS 10000
#define DESCRIPTORS_MAX  65536

/* Once it saw the end of its socket it leaves at once. */
#define END_PATIENCE_MS 500
#define END_STEP_MS     5

/* ---- in the child: between fork() and execve() only system calls */

static void say_and_exit(int fd, int error)
{
	struct fetch_hello hello = { FETCH_STAGE_EXEC, (uint32_t)error };
	uint8_t bytes[FETCH_HELLO_BYTES];

	fetch_wire_hello(&hello, bytes);
	_exit(write(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes) ? 1
									: 2);
}

static void close_from(int first)
{
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
	for (int fd = first; fd < DESCRIPTORS_MAX; fd++) /* before Linux 5.9 */
		(void)close(fd);
}

/* Signals do what they do by default and none is blocked. */
static void reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < 32; s++)
		(void)signal(s, SIG_DFL); /* NOLINT(cert-err33-c) */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become_helper(int fd, char *const argv[])
{
	char language[] = "LC_ALL=C";
	char *const environment[] = { language, NULL };
	int null;

	/* The keys of the terminal are not for it. */
	(void)setsid();
	reset_signals();
	/* Out of the way of the descriptors that it will have. */
	fd = fcntl(fd, F_DUPFD, FETCH_SOCKET + 1);
	null = fd < 0 ? -1 : open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0 || dup2(fd, FETCH_SOCKET) < 0)
		say_and_exit(fd, errno);
	close_from(FETCH_SOCKET + 1);
	(void)execve(argv[0], argv, environment);
	say_and_exit(FETCH_SOCKET, errno);
}

/* ---- starting */

static bool beside_us(char path[HELPER_PATH_BYTES])
{
	static const char name[] = "/" FETCH_HELPER_NAME;
	ssize_t n = readlink("/proc/self/exe", path, HELPER_PATH_BYTES - 1);
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL ||
	    (size_t)(slash - path) + sizeof(name) > HELPER_PATH_BYTES)
		return false;
	memcpy(slash, name, sizeof(name));
	return access(path, X_OK) == 0;
}

const char *fetch_helper_find(const char *given, const char *installed,
			      char path[HELPER_PATH_BYTES])
{
	if (given != NULL)
		return given;
	return beside_us(path) ? path : installed;
}

/* The first words of the helper, which it says before it is asked. */
static enum err hear_hello(int fd, struct fetch_hello *hello)
{
	uint8_t bytes[FETCH_HELLO_BYTES];
	size_t len = 0;
	size_t used;

	while (len < sizeof(bytes)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, HELLO_TIMEOUT_MS);
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ERR_AGAIN;
		n = recv(fd, bytes + len, sizeof(bytes) - len, 0);
		if (n <= 0)
			return ERR_END;
		len += (size_t)n;
	}
	return fetch_wire_take_hello((struct slice){ (const char *)bytes, len },
				     hello, &used);
}

static enum err judge_hello(int fd, const char *path, struct problem *problem)
{
	static const char *const stages[FETCH_STAGES] = {
		[FETCH_READY] = "",
		[FETCH_STAGE_EXEC] = "cannot be started",
		[FETCH_STAGE_LIBRARY] = "cannot set up libcurl",
		[FETCH_STAGE_RIGHTS] = "cannot give up rights",
	};
	struct fetch_hello hello = { FETCH_READY, 0 };

	switch (hear_hello(fd, &hello)) {
	case ERR_OK:
		break;
	case ERR_AGAIN:
		problem_set(problem, "%s does not answer", path);
		return ERR_SYSTEM;
	case ERR_END:
		problem_set(problem, "%s ended at once", path);
		return ERR_SYSTEM;
	default:
		problem_set(problem, "%s is of another version", path);
		return ERR_SYSTEM;
	}
	if (hello.stage == FETCH_READY)
		return ERR_OK;
	problem_set(problem, "%s %s: %s", path, stages[hello.stage],
		    hello.error < 4096 ? strerror((int)hello.error) : "?");
	return ERR_SYSTEM;
}

/* The helper never waits for us, nor we for it. */
static bool make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		int flags = fcntl(pair[i], F_GETFL);

		if (flags < 0 ||
		    fcntl(pair[i], F_SETFL, flags | O_NONBLOCK) != 0)
			return false;
	}
	return true;
}

enum err fetch_helper_start(struct fetch_helper *h, const char *path,
			    char *hosts, struct problem *problem)
{
	char *argv[] = { NULL, hosts, NULL };
	int pair[2] = { -1, -1 };

	*h = (struct fetch_helper){ -1, -1 };
	argv[0] = strdup(path);
	if (argv[0] == NULL)
		return ERR_NOMEM;
	if (make_pair(pair))
		h->pid = fork();
	if (h->pid == 0)
		become_helper(pair[1], argv);
	free(argv[0]);
	h->fd = pair[0];
	if (pair[1] >= 0)
		(void)close(pair[1]);
	if (h->pid < 0) {
		problem_set(problem, "cannot start %s: %s", path,
			    strerror(errno));
		return ERR_SYSTEM;
	}
	return judge_hello(h->fd, path, problem);
}

/* ---- ending */

void fetch_helper_close(struct fetch_helper *h)
{
	if (h->fd >= 0)
		(void)close(h->fd);
	h->fd = -1;
}

static bool has_ended(pid_t pid)
{
	pid_t seen = waitpid(pid, NULL, WNOHANG);

	return seen == pid || (seen < 0 && errno != EINTR);
}

/* False: it is still there. */
static bool await_end(pid_t pid)
{
	const struct timespec step = { 0, END_STEP_MS * CLOCK_MS_NS };

	for (int i = 0; i < END_PATIENCE_MS / END_STEP_MS; i++) {
		if (has_ended(pid))
			return true;
		(void)nanosleep(&step, NULL);
	}
	return false;
}

void fetch_helper_end(struct fetch_helper *h)
{
	fetch_helper_close(h);
	/* Once we are another user than root it cannot be killed; it then ends
	 * with us. */
	if (h->pid > 0 && !await_end(h->pid) && kill(h->pid, SIGKILL) == 0)
		(void)await_end(h->pid);
	h->pid = -1;
}
