/* err.h - the one error type of sipmon, and the text for people beside it. */
#ifndef SIPMON_BASE_ERR_H
#define SIPMON_BASE_ERR_H

/*
 * What a caller can act on, and nothing finer.  ERR_OK is 0, so that
 * `if (err)` reads as "something went wrong".
 */
enum err {
	ERR_OK = 0,
	ERR_AGAIN,       /* nothing now; ask again later */
	ERR_END,         /* the input is finished */
	ERR_MALFORMED,   /* the bytes break their grammar */
	ERR_TRUNCATED,   /* the capture cut the bytes short */
	ERR_UNSUPPORTED, /* well formed, but not ours to read */
	ERR_LIMIT,       /* a configured bound was reached */
	ERR_NOMEM,
	ERR_SYSTEM, /* errno tells the rest */
};

/* The result must be looked at; a bare call does not compile under -Werror. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Name of `e` for logs and tests ("malformed"); never NULL. */
const char *err_name(enum err e);

/*
 * One line for people, from functions that set something up (a device, a
 * file, a filter).  `app` prints it; nobody else does.  Always terminated.
 */
struct problem {
	char text[512];
};

void problem_set(struct problem *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
