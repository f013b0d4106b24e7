/*
 * wire.h - a packet of IP as it looks on a link, or in a tunnel on Ethernet.
 */
#ifndef SIPMON_TESTS_WIRE_H
#define SIPMON_TESTS_WIRE_H

#include <stdbool.h>

#include "sipmon/base/buf.h"

enum wire {
	WIRE_ETHERNET = 0,
	WIRE_VLAN,
	WIRE_SLL,
	WIRE_SLL2,
	WIRE_NULL,
	WIRE_RAW,
	WIRE_MPLS,
	WIRE_PPPOE,
	WIRE_IPIP,
	WIRE_GRE,
	WIRE_ERSPAN,
	WIRE_VXLAN,
	WIRE_GENEVE,
	WIRE_GTPU,
	WIRE_TZSP,
	WIRE_L2TP,
	WIRES
};

/* "ethernet", "vlan" ... */
bool wire_find(const char *name, enum wire *out);

/* LINKTYPE_ of tcpdump.org */
unsigned wire_link_type(enum wire w);

/*
 * Appends the frame around `ip_packet` to `out`.  `big_endian` is the machine
 * that captured (of the wire "null").
 */
void wire_frame(enum wire w, bool big_endian, struct slice ip_packet,
		struct buf *out);

#endif
