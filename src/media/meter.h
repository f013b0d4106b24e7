/* meter.h - what one packet changes in the figures of its stream. */
#ifndef SIPMON_MEDIA_METER_H
#define SIPMON_MEDIA_METER_H

#include "arrival.h"
#include "guess.h"
#include "sipmon/media/streams.h"

struct meter {
	struct media_stream stream;
	uint16_t sequence; /* the highest, as it stands in the packet */
	bool is_settled;   /* its type does not look like an event */
	bool was_marked;   /* the packet before */
	bool was_noise;
};

/* Without packets yet. */
void meter_begin(struct meter *m, const struct stream_key *key,
		 const struct proof *proof);

/* False, and nothing is done, if its sequence number is not of this stream. */
bool meter_expects(struct meter *m, const struct arrival *a);

/* Counts a packet that was expected. */
void meter_count(struct meter *m, const struct arrival *a);

/* Is it another stream of the same key, rather than a new sequence in it? */
bool meter_ended(const struct meter *m, const struct proof *proof);

/* Counts a packet and those that it proved, which begin the sequence anew;
 * returns how many they are. */
uint64_t meter_count_first(struct meter *m, const struct proof *proof,
			   const struct arrival *a);

#endif
