/*
 * lookup.h - the addresses of a name, looked up by a process of its own.
 *
 * getaddrinfo() cannot be stopped, a process can.
 */
#ifndef SIPMON_FETCH_LOOKUP_H
#define SIPMON_FETCH_LOOKUP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sipmon/base/err.h"
#include "sipmon/net/endpoint.h"

#include "rules.h"

/* A name with more has not all of them judged, so it is refused. */
#define LOOKUP_ADDRESSES_MAX 32

struct lookup_answer {
	uint32_t count;
	struct endpoint addresses[LOOKUP_ADDRESSES_MAX];
};

struct lookup {
	pid_t pid;
	int fd; /* to poll */
	size_t len;
	struct lookup_answer answer;
};

/* ERR_SYSTEM; else lookup_end() must follow. */
MUST_CHECK enum err lookup_start(struct lookup *l, const char *host,
				 fetch_resolve_fn resolve);

/* ERR_AGAIN: not yet.  ERR_END: the name has no address.  ERR_LIMIT: it has
 * too many. */
MUST_CHECK enum err lookup_step(struct lookup *l);

/* Ends it, whether it is finished or not. */
void lookup_end(struct lookup *l);

/* As the system does, but the name as it stands: no domain of this host is put
 * behind it. */
unsigned lookup_system(const char *host, struct endpoint *out, unsigned max);

#endif
