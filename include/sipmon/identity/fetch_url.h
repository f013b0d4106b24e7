/*
 * fetch_url.h - which URLs may be downloaded, judged by their text.
 *
 * A stranger chose the URL.  It is read by a narrow grammar, and what is asked
 * for is built from the parts that were read: no other parser sees the text, so
 * none can read another host in it.  Addresses are judged later (RFC 3986;
 * ATIS-1000074 section 5.3.1).
 */
#ifndef SIPMON_IDENTITY_FETCH_URL_H
#define SIPMON_IDENTITY_FETCH_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/identity/fetch_wire.h"

#define FETCH_HOST_BYTES_MAX 253 /* RFC 1035 section 2.3.4, as text */

struct fetch_url {
	char host[FETCH_HOST_BYTES_MAX + 1]; /* a DNS name, lower case */
	uint16_t port;
	struct slice path; /* of the URL; "/" if it has none */
};

/*
 * FETCH_GOOD, or what is wrong.  Hosts are names of two labels at least, of
 * letters, digits and hyphens: no address in any notation (RFC 3986 section
 * 7.4), no trailing dot, no name of RFC 6761 that is not global.  The path has
 * no parameters and no encoded control characters; a query or fragment is
 * refused.  Any port that is a number without leading zeros is read.
 */
enum fetch_reason fetch_url_parse(struct slice url, struct fetch_url *out);

/* 443 or 8443. */
bool fetch_url_port_is_usual(uint16_t port);

/*
 * A list of hosts: "cert.example.com, .example.net", where the second stands
 * for all names below it.  An absent list has every host.
 */
bool fetch_url_list_is_valid(struct slice list);
bool fetch_url_list_has(struct slice list, const char *host);

#endif
