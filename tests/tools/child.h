/*
 * child.h - another program is run, and what it says is kept.
 *
 * The environment is always the same, whoever runs the tests: a terminal of
 * 256 colours, UTC, C.UTF-8, a home that is empty.  A fault that a sanitizer
 * finds ends a program with CHILD_FAULT.
 */
#ifndef SIPMON_TESTS_CHILD_H
#define SIPMON_TESTS_CHILD_H

#include <stdbool.h>

#include "sipmon/base/buf.h"

#define CHILD_FAULT    99
#define CHILD_SIGNAL   1000 /* and the number of the signal that ended it */
#define CHILD_TOO_LATE 2000

#define CHILD_ARGUMENTS_MAX 32
#define CHILD_PATH_BYTES    256

struct child_setup {
	const char *home; /* NULL: none that exists */
	const char *const
		*extra;      /* "NAME=value", up to NULL; they come first */
	const char *input;   /* file for standard input; NULL: /dev/null */
	bool output_closed;  /* nobody reads standard output */
	bool output_full;    /* standard output is a device that is full */
	bool not_root;       /* gives up root before it begins */
	bool no_network;     /* opening a socket of IP ends it (SIGSYS) */
	unsigned timeout_ms; /* 0: a minute */
};

struct child {
	int status; /* of exit(), or one of the CHILD_ numbers */
	struct buf out;
	struct buf err;
};

/* Runs it to its end; `setup` may be NULL.  Free with child_free() always. */
void child_run(struct child *c, const char *const *argv,
	       const struct child_setup *setup);
void child_free(struct child *c);

/* Lines in what it wrote. */
unsigned child_lines(const struct buf *text);

/*
 * The environment of a child, for execve(); lives in `room`.  `term` may be
 * NULL.
 */
#define CHILD_ENVIRONMENT_MAX 24
struct child_environment {
	char home[CHILD_PATH_BYTES + 8];
	char path[2048];
	char *list[CHILD_ENVIRONMENT_MAX];
};
void child_environment(struct child_environment *room,
		       const struct child_setup *setup);

/* The programs that were built: "sipmon", "tests/tools/mkpcap". */
const char *child_built(const char *name, char *path);

/* A new folder in `path` of CHILD_PATH_BYTES; false if there is none. */
bool child_scratch(char *path);
/* Removes it with all that lies in it. */
void child_scratch_remove(const char *path);

/* `out` of CHILD_PATH_BYTES: folder, slash, name. */
const char *child_file(char *out, const char *folder, const char *name);

bool child_write_file(const char *path, struct slice bytes);
/* False if it cannot be read or is over the ceiling of `out`. */
bool child_read_file(const char *path, struct buf *out);

/* Turns a scenario into a capture; `options` up to NULL, or NULL. */
bool child_make_capture(const char *scenario, const char *capture,
			const char *const *options);

#endif
