/*
 * follow.h - watches a file that grows, and the name that it has.
 *
 * The name passes to another file when a log is rotated.  The old file is
 * then read on until the new one has its first byte: who writes has changed
 * over by then.
 */
#ifndef SIPMON_CAPTURE_FOLLOW_H
#define SIPMON_CAPTURE_FOLLOW_H

#include <stdint.h>

#include "sipmon/base/err.h"

struct follow;

enum follow_news {
	FOLLOW_NONE,
	FOLLOW_CUT,   /* it is shorter than what was read of it */
	FOLLOW_AGAIN, /* read to the end of it once more, and look again */
	FOLLOW_MOVED, /* that was its end: another took its name */
	FOLLOW_LOST   /* the other one cannot be read; errno tells why */
};

/* ERR_NOMEM, or ERR_SYSTEM and errno.  `path` is copied. */
MUST_CHECK enum err follow_new(struct follow **out, const char *path);
void follow_free(struct follow *f);

/* Is readable when something has happened to the file or to its name. */
int follow_fd(const struct follow *f);

/*
 * Forgets what has happened; what happens from here on makes the descriptor
 * readable.  So the file must be read, and looked at, after it.
 */
void follow_drain(struct follow *f);

/* What became of the open file `fd`, of which all `done` bytes were read. */
enum follow_news follow_look(struct follow *f, int fd, uint64_t done);

/* After FOLLOW_MOVED: the file that has the name now, open; the caller's. */
int follow_take(struct follow *f);

#endif
