/*
 * keys_log.h - lines of a key log, from memory or from a file that grows.
 */
#ifndef SIPMON_STREAM_KEYS_LOG_H
#define SIPMON_STREAM_KEYS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "keys_store.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

/* The longest line has 198 characters; one of over 256 is none of ours. */
#define KEYS_LINE_MAX 256

/* Lines that come in portions. */
struct keys_lines {
	char line[KEYS_LINE_MAX]; /* the beginning of one that is not ended */
	size_t len;
	bool skipping; /* it is too long: on to its end */
};

/*
 * Takes what is in `text`.  A line without an end is taken too if it is a
 * whole one, and again, should it have been half a one, when it goes on.
 */
void keys_lines_add(struct keys_lines *l, struct slice text,
		    struct keys_store *store);

void keys_lines_cleanse(struct keys_lines *l);

struct keys_file {
	struct keys_lines lines;
	char *path;
	int fd;
	dev_t device;
	ino_t inode;
	off_t offset; /* what was read */
};

/* Opens the file and reads what is in it. */
MUST_CHECK enum err keys_file_open(struct keys_file **out, const char *path,
				   struct keys_store *store,
				   struct problem *problem);
void keys_file_close(struct keys_file *f);

/*
 * Reads what is new, a bounded portion of it.  A file that became shorter, or
 * has given its name to another one, is read from the beginning.
 */
void keys_file_look(struct keys_file *f, struct keys_store *store);

#endif
