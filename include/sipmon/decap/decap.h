/*
 * decap.h - one packet, peeled to its payload.
 *
 * Link, network and tunnel headers come off one after the other by tables of
 * link types, EtherTypes, IP protocols and ports.  Fragments of IP are joined
 * on the way, as a tunnel may carry fragments of fragments.  The nesting is
 * bounded; what cannot be read is counted by reason in the counters given at
 * birth.
 */
#ifndef SIPMON_DECAP_DECAP_H
#define SIPMON_DECAP_DECAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/counters.h"
#include "sipmon/net/packet.h"
#include "sipmon/net/payload.h"

#define DECAP_DEPTH_MAX 16

struct decap;

struct decap_options {
	struct counters *counters; /* written to; outlives the decap */
	bool keep_duplicates;      /* a second copy of a packet is given too */
	uint64_t fragment_bytes; /* ceiling for fragments that wait; 0: ours */
};

MUST_CHECK enum err decap_new(struct decap **out,
			      const struct decap_options *options);
void decap_free(struct decap *d);

/*
 * Peels `packet`.  True if a payload came out: it lives until the next call.
 * False if there is none in it (counted if that was for a reason of enum
 * undecoded), or not yet: a fragment waits for the others.
 */
bool decap_packet(struct decap *d, const struct packet *packet,
		  struct payload *out);

/* The capture has ended: what still waits is counted. */
void decap_finish(struct decap *d);

/* Memory of what waits. */
uint64_t decap_bytes(const struct decap *d);

#endif
