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
	UNDECODED_IP_FRAGMENT,   /* a fragment of an IP packet */
	UNDECODED_IP_NESTING,    /* too many headers inside each other */
	UNDECODED_UDP_HEADER,    /* broken or cut UDP header */
	UNDECODED_TCP,           /* SIP may be inside; streams are not joined */
	UNDECODED_SCTP,
	UNDECODED_TUNNEL,  /* a tunnel that we do not open */
	UNDECODED_CUT_SIP, /* SIP, but the capture cut it (snap length) */
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

#endif
