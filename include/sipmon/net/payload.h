/*
 * payload.h - what the last header of a packet leaves, and how it came.
 *
 * A value that is handed from stage to stage.  It borrows its bytes from
 * whoever gives it, until the call returns.
 */
#ifndef SIPMON_NET_PAYLOAD_H
#define SIPMON_NET_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/net/endpoint.h"
#include "sipmon/net/packet.h"

enum payload_kind {
	PAYLOAD_DATAGRAM = 0, /* a message of its own: UDP, HEP, WebSocket */
	PAYLOAD_SEGMENT,      /* a portion of a TCP connection (RFC 9293) */
	PAYLOAD_SCTP, /* an SCTP packet (RFC 9260), common header and all */
};

/* Control bits of RFC 9293 section 3.1. */
enum tcp_flag {
	TCP_FIN = 1 << 0,
	TCP_SYN = 1 << 1,
	TCP_RST = 1 << 2,
	TCP_PSH = 1 << 3,
	TCP_ACK = 1 << 4,
};

struct payload {
	struct flow flow;
	struct slice bytes;
	int64_t time_ns; /* of capture */
	uint64_t offset; /* of bytes.ptr in the source, or PACKET_NO_OFFSET */
	uint64_t print;  /* keyed hash of the bytes; 0: not worked out */
	uint32_t sent;   /* bytes there were; more than were captured if cut */
	uint16_t source; /* number of the source, as in struct packet */
	uint8_t kind;    /* enum payload_kind */
	uint8_t tcp_flags;
	uint32_t sequence; /* of a segment: of its first byte, or of the SYN */
	uint32_t acknowledgment; /* of a segment with TCP_ACK */
};

/* Does the capture hold less than was sent? */
static inline bool payload_is_cut(const struct payload *p)
{
	return p->sent > p->bytes.len;
}

#endif
