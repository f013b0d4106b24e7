/*
 * clock_offset.h - by how much the clock of the capture is off, as the times
 * inside signed requests tell; for this room.
 *
 * One caller whose iat is minutes old is his own fault, all of them together
 * are the fault of the clock that stamped the packets.
 */
#ifndef SIPMON_CALL_CLOCK_OFFSET_H
#define SIPMON_CALL_CLOCK_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

/* The latest ones speak: a clock that is set right must be seen soon. */
#define CLOCK_OFFSET_SAMPLES 256

/* So few prove nothing. */
#define CLOCK_OFFSET_LEAST 5

/* So many of a hundred must be within so many seconds of the median. */
#define CLOCK_OFFSET_PERCENT  80
#define CLOCK_OFFSET_SPREAD_S 30

/* Nearer to 0 than this it is the time that a request takes. */
#define CLOCK_OFFSET_LEAST_S 30

/* All zero is empty. */
struct clock_offset {
	uint16_t count;
	uint16_t next; /* place of the oldest, once all are in use */
	int64_t latest[CLOCK_OFFSET_SAMPLES];
	int64_t sorted[CLOCK_OFFSET_SAMPLES];
};

void clock_offset_init(struct clock_offset *o);

/* One sample, in seconds: time of capture less iat. */
void clock_offset_add(struct clock_offset *o, int64_t seconds);

/* The median, of an even number the lesser of the two in the middle; false, and
 * `*seconds` untouched, if it says nothing.  Cheap: may be asked per call. */
bool clock_offset_median(const struct clock_offset *o, int64_t *seconds);

#endif
