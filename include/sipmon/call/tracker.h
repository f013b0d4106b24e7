/*
 * tracker.h - message -> transaction -> dialog -> call.
 */
#ifndef SIPMON_CALL_TRACKER_H
#define SIPMON_CALL_TRACKER_H

#include "sipmon/call/store.h"
#include "sipmon/net/endpoint.h"
#include "sipmon/sip/message.h"

/* A message and how it came. */
struct tracked {
	const struct sip_msg *msg;
	const struct flow *flow;
	int64_t time_ns;
	uint64_t offset; /* of msg->raw in its source, or PACKET_NO_OFFSET */
	uint64_t print;  /* keyed hash of its bytes, or 0: not worked out yet */
	uint16_t source;
	bool cut; /* the capture holds only its beginning */
	/* Octets of the datagram behind the message; kept with one that carries
	 * an Identity, which may cover them (RFC 4474). */
	uint32_t trailing;
};

/*
 * Files one message; its id.  Out of memory: the message is not kept, counted
 * as forgotten, and the program goes on (0).
 */
uint32_t tracker_push(struct store *s, const struct tracked *in);

#endif
