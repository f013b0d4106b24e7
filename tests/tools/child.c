#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX    (512U << 20)
#define TIMEOUT_MS    60000
#define NOBODY        65534
#define MAKER_OPTIONS 8

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A filter of system calls that outlives execve(): seccomp(2). */
static bool forbid_network(void)
{
	const unsigned first = offsetof(struct seccomp_data, args);
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, first),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ---- what it runs in */

void child_environment(struct child_environment *room,
		       const struct child_setup *setup)
{
	static const char *const fixed[] = {
		"TERM=xterm-256color",
		"LC_ALL=C.UTF-8",
		"TZ=UTC",
		"ASAN_OPTIONS=exitcode=99:detect_leaks=1",
		"UBSAN_OPTIONS=halt_on_error=1:exitcode=99",
	};
	const char *path = getenv("PATH");
	size_t n = 0;

	for (size_t i = 0; setup != NULL && setup->extra != NULL && i < 8 &&
			   setup->extra[i] != NULL;
	     i++)
		room->list[n++] = strdup(setup->extra[i]);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		size_t name = strcspn(fixed[i], "=") + 1;
		bool given = false;

		for (size_t k = 0; k < n; k++)
			given |= room->list[k] != NULL &&
				 strncmp(room->list[k], fixed[i], name) == 0;
		if (!given)
			room->list[n++] = strdup(fixed[i]);
	}
	(void)snprintf(room->home, sizeof(room->home), "HOME=%s",
		       setup != NULL && setup->home != NULL ? setup->home
							    : "/nonexistent");
	(void)snprintf(room->path, sizeof(room->path), "PATH=%s",
		       path != NULL ? path : "/usr/bin:/bin");
	room->list[n++] = strdup(room->home);
	room->list[n++] = strdup(room->path);
	room->list[n] = NULL;
}

static void become(const char *const *argv, const struct child_setup *setup,
		   const int out[2], const int err[2])
{
	struct child_environment environment;
	char *arguments[CHILD_ARGUMENTS_MAX + 1];
	const char *input = setup != NULL && setup->input != NULL ? setup->input
								  : "/dev/null";
	int in = open(input, O_RDONLY);
	int full = -1;
	size_t n = 0;

	for (; n < CHILD_ARGUMENTS_MAX && argv[n] != NULL; n++)
		arguments[n] = strdup(argv[n]);
	arguments[n] = NULL;
	child_environment(&environment, setup);
	if (setup != NULL && setup->output_full)
		full = open("/dev/full", O_WRONLY);
	if (in < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(full >= 0 ? full : out[1], STDOUT_FILENO) < 0 ||
	    dup2(err[1], STDERR_FILENO) < 0)
		_exit(126);
	for (int fd = 3; fd < 64; fd++)
		(void)close(fd);
	(void)signal(SIGPIPE, SIG_DFL);
	if (setup != NULL && setup->not_root && getuid() == 0 &&
	    (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		_exit(126);
	if (setup != NULL && setup->no_network && !forbid_network())
		_exit(125);
	(void)execve(arguments[0], arguments, environment.list);
	_exit(127);
}

/* ---- what it says */

/* False at its end. */
static bool take(int fd, struct buf *out)
{
	char *here = buf_reserve(out, 65536);
	ssize_t n = here == NULL ? -1 : read(fd, here, 65536);

	if (n > 0)
		out->len += (size_t)n;
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Until both ends are closed; false: too late. */
static bool listen_to(struct child *c, int out, int err, int64_t end_ms)
{
	struct pollfd fds[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = end_ms - now_ms();

		if (left <= 0)
			return false;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return false;
		if (fds[0].fd >= 0 && fds[0].revents != 0 &&
		    !take(out, &c->out))
			fds[0].fd = -1;
		if (fds[1].fd >= 0 && fds[1].revents != 0 &&
		    !take(err, &c->err))
			fds[1].fd = -1;
	}
	return true;
}

static int status_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CHILD_SIGNAL;
	return WIFSIGNALED(status) ? CHILD_SIGNAL + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

void child_run(struct child *c, const char *const *argv,
	       const struct child_setup *setup)
{
	unsigned timeout = setup != NULL && setup->timeout_ms != 0
				   ? setup->timeout_ms
				   : TIMEOUT_MS;
	bool closed = setup != NULL && setup->output_closed;
	int out[2];
	int err[2];
	pid_t pid;
	bool in_time;

	c->status = CHILD_SIGNAL;
	buf_init(&c->out, OUTPUT_MAX);
	buf_init(&c->err, OUTPUT_MAX);
	if (pipe(out) != 0 || pipe(err) != 0)
		return;
	if (closed)
		(void)close(out[0]);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(argv, setup, out, err);
	(void)close(out[1]);
	(void)close(err[1]);
	in_time = pid > 0 && listen_to(c, closed ? -1 : out[0], err[0],
				       now_ms() + timeout);
	if (pid > 0 && !in_time)
		(void)kill(pid, SIGKILL);
	if (pid > 0)
		c->status = status_of(pid);
	if (!in_time)
		c->status = CHILD_TOO_LATE;
	if (!closed)
		(void)close(out[0]);
	(void)close(err[0]);
	buf_add_char(&c->out, '\0');
	buf_add_char(&c->err, '\0');
	c->out.len -= !c->out.failed;
	c->err.len -= !c->err.failed;
}

void child_free(struct child *c)
{
	buf_free(&c->out);
	buf_free(&c->err);
}

unsigned child_lines(const struct buf *text)
{
	unsigned n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += text->ptr[i] == '\n';
	return n;
}

/* ---- files */

const char *child_built(const char *name, char *path)
{
	return child_file(path, TEST_BUILD, name);
}

const char *child_file(char *out, const char *folder, const char *name)
{
	(void)snprintf(out, CHILD_PATH_BYTES, "%s/%s", folder, name);
	return out;
}

bool child_scratch(char *path)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(path, CHILD_PATH_BYTES, "%s/sipmon-test-XXXXXX",
		       tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	return mkdtemp(path) != NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind,
		      struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

void child_scratch_remove(const char *path)
{
	(void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

bool child_write_file(const char *path, struct slice bytes)
{
	FILE *f = fopen(path, "wb");
	size_t n;

	if (f == NULL)
		return false;
	n = fwrite(bytes.ptr, 1, bytes.len, f);
	return fclose(f) == 0 && n == bytes.len;
}

bool child_read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return false;
	while (take(fd, out))
		;
	(void)close(fd);
	return !out->failed;
}

bool child_make_capture(const char *scenario, const char *capture,
			const char *const *options)
{
	const char *argv[MAKER_OPTIONS + 4] = { NULL };
	char program[CHILD_PATH_BYTES];
	struct child c;
	size_t n = 0;
	bool made;

	argv[n++] = child_built("tests/tools/mkpcap", program);
	for (size_t i = 0;
	     options != NULL && i < MAKER_OPTIONS && options[i] != NULL; i++)
		argv[n++] = options[i];
	argv[n++] = scenario;
	argv[n] = capture;
	child_run(&c, argv, NULL);
	made = c.status == 0;
	if (!made)
		(void)fputs(c.err.ptr, stderr);
	child_free(&c);
	return made;
}
