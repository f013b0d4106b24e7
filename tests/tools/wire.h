/*
 * wire.h - a UDP datagram as it looks on a link.
 */
#ifndef SIPMON_TESTS_WIRE_H
#define SIPMON_TESTS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/net/endpoint.h"

enum wire {
	WIRE_ETHERNET = 0,
	WIRE_VLAN,
	WIRE_SLL,
	WIRE_SLL2,
	WIRE_NULL,
	WIRE_RAW,
	WIRES
};

/* "ethernet", "vlan" ... */
bool wire_find(const char *name, enum wire *out);

/* LINKTYPE_ of tcpdump.org */
unsigned wire_link_type(enum wire w);

struct wire_datagram {
	struct endpoint source;
	struct endpoint destination;
	struct slice payload;
	uint16_t ip_id;
	bool big_endian; /* of the machine that captured (the wire "null") */
};

/*
 * Appends the frame to `out`; both ends have the same family.  False if the
 * payload is too long for a datagram.
 */
bool wire_frame(enum wire w, const struct wire_datagram *d, struct buf *out);

#endif
