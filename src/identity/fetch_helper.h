/* fetch_helper.h - starts the downloader's process, and ends it. */
#ifndef SIPMON_IDENTITY_FETCH_HELPER_H
#define SIPMON_IDENTITY_FETCH_HELPER_H

#include <sys/types.h>

#include "sipmon/base/err.h"

#define FETCH_HELPER_NAME "sipmon-fetch"
#define HELPER_PATH_BYTES 4096

struct fetch_helper {
	int fd;    /* our end of the socket, which does not block; or -1 */
	pid_t pid; /* -1: it was not started */
};

/* `given`, or if NULL the one beside this program, else the installed one. */
const char *fetch_helper_find(const char *given, const char *installed,
			      char path[HELPER_PATH_BYTES]);

/*
 * Starts it and waits for its hello; `hosts` may be NULL.  ERR_SYSTEM:
 * `*problem` says why.  ERR_NOMEM.  fetch_helper_end() must follow in any case.
 */
MUST_CHECK enum err fetch_helper_start(struct fetch_helper *h, const char *path,
				       char *hosts, struct problem *problem);

/* Our end of the socket; it is told by that to end. */
void fetch_helper_close(struct fetch_helper *h);

/* Waits a moment for its end. */
void fetch_helper_end(struct fetch_helper *h);

#endif
