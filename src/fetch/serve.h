/* serve.h - answers the requests that come through a socket. */
#ifndef SIPMON_FETCH_SERVE_H
#define SIPMON_FETCH_SERVE_H

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

#include "rules.h"

#define SERVE_AT_ONCE 4

/*
 * Answers until the other end is gone (ERR_END) or says what it must not
 * (ERR_MALFORMED).  ERR_NOMEM: it cannot begin.  The socket does not block;
 * libcurl is set up; `hosts` is a list of fetch_url.h.
 */
MUST_CHECK enum err serve(int fd, const struct fetch_rules *rules,
			  struct slice hosts);

#endif
