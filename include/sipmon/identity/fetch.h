/*
 * fetch.h - certificates over HTTPS, downloaded by a process of its own.
 *
 * The helper (sipmon-fetch, libcurl) sees URLs and answers bytes; it never sees
 * a packet.  It is started once, before root is given up, and only when the
 * user asked for it.  What it refuses: fetch_url.h for the text of a URL,
 * src/fetch/rules.h for the rest.
 *
 * Nothing here waits but fetch_start() and fetch_free(), and those not long.
 */
#ifndef SIPMON_IDENTITY_FETCH_H
#define SIPMON_IDENTITY_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

struct fetch;

struct fetch_options {
	const char *helper; /* path of sipmon-fetch; NULL: beside this program,
			       then where it was installed */
	/* Only these hosts ("cert.example.com", ".example.com"), comma between;
	 * NULL: any public one. */
	const char *hosts;
};

/*
 * ERR_SYSTEM: the helper cannot be started; `*problem` says why.
 * ERR_MALFORMED: `hosts` is no such list.  ERR_NOMEM.
 */
MUST_CHECK enum err fetch_start(struct fetch **out,
				const struct fetch_options *options,
				struct problem *problem);
/* Ends the helper. */
void fetch_free(struct fetch *f);

/* To poll; readable when fetch_take() has something.  -1 when the helper is
 * gone and all is told. */
int fetch_fd(const struct fetch *f);

/*
 * Asks for a URL.  True: it is on its way, from this question or one before.
 * False: it will not come (not https, refused or failed within ten minutes, too
 * many waiting, the helper is gone); `*why` (may be NULL) says so in English
 * and lives until the next call.  A URL that was downloaded is not asked for
 * again within ten minutes either: whatever came was no use, or is kept.
 * `now_ns` is monotonic.
 */
bool fetch_ask(struct fetch *f, struct slice url, int64_t now_ns,
	       const char **why);

struct fetch_answer {
	struct slice url;
	bool is_good;
	struct slice content; /* if good */
	int64_t keep_s;       /* how long HTTP says it may be kept; a day at
				 least, 30 at most */
	struct slice why;     /* if not good: English */
};

/* The next answer; its slices live until the next call.  False: none now. */
bool fetch_take(struct fetch *f, int64_t now_ns, struct fetch_answer *out);

/* URLs asked for and not answered. */
unsigned fetch_pending(const struct fetch *f);

#endif
