/*
 * decap.h - one packet, peeled to its payload.
 *
 * Link and network headers come off one after the other by tables of link
 * types and IP protocols.  The nesting is bounded; what cannot be read is
 * counted by reason in the counters given at birth.
 */
#ifndef SIPMON_DECAP_DECAP_H
#define SIPMON_DECAP_DECAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/net/counters.h"
#include "sipmon/net/endpoint.h"
#include "sipmon/net/packet.h"

#define DECAP_DEPTH_MAX 16

/* A UDP payload and where it lies in its packet. */
struct datagram {
	struct flow flow;
	struct slice payload; /* borrowed from the packet */
	uint32_t offset;      /* of the payload in packet.data */
	uint64_t print;       /* keyed hash of the payload; 0: not worked out */
	bool cut;             /* the capture holds less than was sent */
};

struct decap;

/*
 * `counters` is written to and outlives the decap.  With `drop_duplicates` a
 * second copy of one packet is counted and not given out.
 */
MUST_CHECK enum err decap_new(struct decap **out, struct counters *counters,
			      bool drop_duplicates);
void decap_free(struct decap *d);

/*
 * Peels `packet`.  True if a datagram came out; false if there is none in it
 * (counted if that was for a reason of enum undecoded).
 */
bool decap_packet(struct decap *d, const struct packet *packet,
		  struct datagram *out);

#endif
