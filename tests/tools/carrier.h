/*
 * carrier.h - a message on its way, as packets of IP: in a datagram, in
 * fragments, over a connection or an association, from a capture agent.
 */
#ifndef SIPMON_TESTS_CARRIER_H
#define SIPMON_TESTS_CARRIER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/net/endpoint.h"

enum carrier {
	CARRIER_UDP = 0,
	CARRIER_FRAGMENTS, /* the last first */
	CARRIER_TCP,       /* a message a segment, keep-alives between */
	CARRIER_TCP_CUT,   /* a byte a segment */
	CARRIER_TCP_MIXED, /* segments swapped, repeated, overlapping */
	CARRIER_WS,        /* a message a frame, from the client masked */
	CARRIER_WS_CUT,    /* in frames of a few bytes, a ping between */
	CARRIER_SCTP,
	CARRIER_SCTP_CUT, /* in many DATA chunks, the last first */
	CARRIER_HEP,      /* version 3, over UDP */
	CARRIER_HEP_TCP,
	CARRIER_TLS12, /* the secrets are told */
	CARRIER_TLS13,
	CARRIER_WSS,
	CARRIERS
};

/* "udp", "tcp-cut" ... */
bool carrier_find(const char *name, enum carrier *out);

struct carried_message {
	struct endpoint source;
	struct endpoint destination;
	struct slice bytes;
	int64_t time_ns;
};

/* One packet of IP, in the order in which they are sent. */
typedef void (*carrier_fn)(void *ctx, struct slice ip_packet);

/* Lines of a key log, before the packets that need them. */
typedef void (*carrier_secrets_fn)(void *ctx, struct slice text);

struct carriage;

/* NULL when out of memory. */
struct carriage *carriage_new(enum carrier kind, carrier_fn emit,
			      carrier_secrets_fn secrets, void *ctx);
void carriage_free(struct carriage *c);

/*
 * Sends one message; both ends have the same family.  A connection is set up
 * by the first message between its ends.  False if it is too long, there are
 * too many connections, or OpenSSL fails.
 */
bool carriage_send(struct carriage *c, const struct carried_message *m);

#endif
