/*
 * peer.h - what one host did, over all calls: what it asked for and what it
 * answered.
 *
 * Counted while messages are tracked, retransmissions left out.
 */
#ifndef SIPMON_CALL_PEER_H
#define SIPMON_CALL_PEER_H

#include <stdint.h>

#include "sipmon/call/view.h"
#include "sipmon/net/endpoint.h"

/* Hosts past this number are not counted.  None is forgotten but by a clear. */
#define PEERS_MAX 4096

struct peer {
	struct endpoint host; /* port 0 */
	int64_t first_ns;     /* earliest and latest of what is counted here */
	int64_t last_ns;
	/* Calls that it began: Call-IDs of whose first request, outside of a
	 * dialog, it is the source. */
	uint64_t began;
	/* How they went, by final responses to it.  A call is refused from its
	 * first 4xx to 6xx on, a challenge too, until a 2xx comes: then it
	 * succeeded, whatever follows.  A redirect is neither. */
	uint64_t succeeded;
	uint64_t refused;
	uint64_t users[4]; /* bits, by hash, of the users of To in them */
	/* Final responses that it sent. */
	uint64_t answers;
	uint64_t by_class[7]; /* [4]: 4xx; what is over 699 is not counted */
	uint64_t answers_503;
};

/* By address, whatever the port; NULL if it is not known. */
const struct peer *view_peer(const struct view *v, const struct endpoint *e);

/* Different users that it asked for, about (5 % more or less); 256 stands for
 * that or more. */
unsigned peer_users(const struct peer *p);

#endif
