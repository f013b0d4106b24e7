/*
 * rules.h - what the downloader may do, beyond the text of the URL.
 *
 * The program knows one set of rules, a constant, and has no way to widen it.
 * Tests hand in their own, which let them reach 127.0.0.1.
 */
#ifndef SIPMON_FETCH_RULES_H
#define SIPMON_FETCH_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/net/endpoint.h"

/*
 * The addresses of a name, all of them, up to `max`; their number (over `max`
 * if there are more), or 0 if there is none.  It runs in a process of its own
 * and may take its time.
 */
typedef unsigned (*fetch_resolve_fn)(const char *host, struct endpoint *out,
				     unsigned max);

struct fetch_rules {
	/* Asked of each address of a name, and again at each connect. */
	bool (*may_connect)(const struct endpoint *address);
	bool (*may_ask_port)(uint16_t port);
	fetch_resolve_fn resolve;
	const char *ca_file; /* NULL: the store of the system */
	int64_t connect_ms;  /* TLS included */
	int64_t total_ms;    /* look-up included */
	unsigned a_minute;   /* downloads of one host */
};

extern const struct fetch_rules fetch_rules_public;

#endif
