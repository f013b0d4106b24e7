/* arrival.h - one packet of RTP as the table of streams looks at it. */
#ifndef SIPMON_MEDIA_ARRIVAL_H
#define SIPMON_MEDIA_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/media/rtp.h"
#include "sipmon/net/endpoint.h"

/* RFC 3550 appendix A.1 */
#define DROPOUT_MAX  3000
#define MISORDER_MAX 100

/* No packet is late by more; and who begins anew after it is somebody else. */
#define SILENCE_NS INT64_C(1000000000)

/* What makes a stream; its bytes are hashed: no padding. */
struct stream_key {
	struct endpoint source;
	struct endpoint destination;
	uint32_t ssrc;
};

_Static_assert(sizeof(struct stream_key) == 2 * sizeof(struct endpoint) + 4,
	       "no padding");

struct arrival {
	struct stream_key key;
	struct rtp rtp;
	uint64_t hash; /* of the key, never 0 */
	int64_t time_ns;
	bool is_event; /* looks like a telephone event, or is comfort noise */
	bool is_noise;
};

/* Times of a capture may be anything: without overflow. */
static inline int64_t since_ns(int64_t now_ns, int64_t then_ns)
{
	return (int64_t)((uint64_t)now_ns - (uint64_t)then_ns);
}

#endif
