/*
 * counters.h - what became of the packets: nothing is lost without a number.
 */
#ifndef SIPMON_NET_COUNTERS_H
#define SIPMON_NET_COUNTERS_H

#include <stdint.h>

/* Why a packet, or a part of one, could not be read.  net/counters.c names
 * them. */
enum undecoded {
	UNDECODED_LINK_TYPE = 0, /* a link type that we cannot read */
	UNDECODED_LINK_HEADER,   /* the link header is broken or cut */
	UNDECODED_IP_HEADER,     /* broken or cut IP header */
	UNDECODED_IP_FRAGMENT,   /* a fragment whose others never came */
	UNDECODED_NESTING,       /* too many headers inside each other */
	UNDECODED_UDP_HEADER,    /* broken or cut UDP header */
	UNDECODED_TCP_HEADER,    /* broken or cut TCP header */
	UNDECODED_TCP_GAP,       /* a hole in a connection that carries SIP */
	UNDECODED_SCTP,          /* broken SCTP, or a message with a hole */
	UNDECODED_TUNNEL,        /* a tunnel that we cannot open */
	UNDECODED_TLS_NO_KEYS,   /* a TLS record of SIP, and no keys for it */
	UNDECODED_TLS_RECORD,    /* a TLS record that the keys do not open */
	UNDECODED_WEBSOCKET,     /* a broken or undecodable WebSocket frame */
	UNDECODED_HEP,           /* HEP with broken chunks */
	UNDECODED_CUT_SIP,       /* SIP, cut by the snap length or a hole */
	UNDECODED_MEMORY,        /* given up: the ceiling of memory */
	UNDECODED_REASONS
};

struct counters {
	uint64_t packets;   /* read from all sources */
	uint64_t bytes;     /* captured bytes of them */
	uint64_t truncated; /* captured shorter than they were */
	uint64_t dropped;   /* lost by the kernel or the interface */
	uint64_t duplicates;
	uint64_t undecoded[UNDECODED_REASONS];
	int64_t start_ns; /* time of the first packet; 0 while there is none */
	int64_t end_ns;   /* latest time seen */
};

/* "link-type", "ip-fragment": the key in reports; never NULL. */
const char *undecoded_name(enum undecoded reason);

/* The kind of finding that it is for the whole capture ("tls-without-keys");
 * NULL for most. */
const char *undecoded_finding(enum undecoded reason);

/* All that could not be decoded, for whatever reason. */
uint64_t counters_undecoded(const struct counters *c);

#endif
