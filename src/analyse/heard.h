/*
 * heard.h - what RTP came to an address while a call was talking; for this
 * room.
 */
#ifndef SIPMON_ANALYSE_HEARD_H
#define SIPMON_ANALYSE_HEARD_H

#include <stdbool.h>
#include <stdint.h>

#include "scene.h"
#include "sipmon/call/media.h"

/* Talk and RTP that are shorter prove nothing: in so long some 75 packets of 20
 * ms have come from one side and none from the other. */
#define FLOW_NS INT64_C(1500000000)

struct heard {
	/* Of the streams that lasted within the time asked for. */
	unsigned streams;
	int64_t last_ns;
	int64_t gap_ns; /* the longest between two packets */
	uint64_t types[2];
	/* One that goes on for FLOW_NS and does not only come now and then,
	 * as packets do that keep a NAT open; NULL if there is none. */
	const struct media_stream *flow;
	bool sure; /* there were not too many to be looked at */
};

/* All that goes to `to` between two times. */
void heard_at(const struct scene *s, const struct endpoint *to,
	      int64_t begin_ns, int64_t end_ns, struct heard *out);

/*
 * Would a stream that lasted at `time_ns` still be known?  When the table is
 * full the ones that are silent for longest go.
 */
bool heard_is_kept(const struct scene *s, int64_t time_ns);

/* Did some stream go on from `begin_ns` to `end_ns`, so that the capture must
 * have seen RTP all the time? */
bool heard_any(const struct scene *s, int64_t begin_ns, int64_t end_ns);

/* Does the capture see RTP between these hosts, or (not `both`) of one of
 * them? */
bool heard_hosts(const struct scene *s, const struct endpoint *a,
		 const struct endpoint *b, bool both);

#endif
