/*
 * endpoint.h - an address and a port, and the pair of them that is a hop.
 */
#ifndef SIPMON_NET_ENDPOINT_H
#define SIPMON_NET_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535" and its end. */
#define ENDPOINT_TEXT_BYTES 56

/*
 * An IPv4 address stands in the first 4 bytes and the rest is 0, so that two
 * endpoints are equal when their bytes are: there is no padding.
 */
struct endpoint {
	uint8_t address[16];
	uint16_t port;
	uint8_t family; /* 4, 6, or 0 when it is not known */
	uint8_t unused;
};

enum transport {
	TRANSPORT_UDP = 0,
	TRANSPORT_TCP,
	TRANSPORT_TLS,
	TRANSPORT_WS,
	TRANSPORT_WSS,
	TRANSPORT_SCTP,
	TRANSPORT_COUNT
};

/* Where a message came from and where it went. */
struct flow {
	struct endpoint source;
	struct endpoint destination;
	enum transport transport;
};

bool endpoint_eq(const struct endpoint *a, const struct endpoint *b);

/* Same address, whatever the port. */
bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b);

/*
 * "192.0.2.1:5060" or "[2001:db8::1]:5060" (RFC 5952) into `out` of at least
 * ENDPOINT_TEXT_BYTES; returns `out`.
 */
char *endpoint_text(const struct endpoint *e, char *out);

/* The address alone, without brackets and port. */
char *endpoint_host_text(const struct endpoint *e, char *out);

/* "udp", "tcp", "tls", "ws", "wss", "sctp" */
const char *transport_name(enum transport t);

#endif
