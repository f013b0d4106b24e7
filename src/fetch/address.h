/* address.h - which addresses a download may connect to. */
#ifndef SIPMON_FETCH_ADDRESS_H
#define SIPMON_FETCH_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "sipmon/net/endpoint.h"

/* False: neither IPv4 nor IPv6. */
bool address_of(struct endpoint *out, const struct sockaddr *sa, size_t len);
/* "192.0.2.1", "2001:db8::1"; the port is 0. */
bool address_of_text(struct endpoint *out, const char *text);

/*
 * Globally reachable unicast by the registries of IANA for special addresses
 * (RFC 6890), in no form that carries an IPv4 address (mapped, 6to4, Teredo,
 * NAT64).
 */
bool address_is_global(const struct endpoint *e);

/* One of this host's own; true also if those cannot be listed. */
bool address_is_ours(const struct endpoint *e);

/* Global, and not ours. */
bool address_is_public(const struct endpoint *e);

#endif
