/*
 * guess.h - packets that look like RTP of a stream that nobody knows: a small
 * table in which strangers crowd out each other.
 */
#ifndef SIPMON_MEDIA_GUESS_H
#define SIPMON_MEDIA_GUESS_H

#include "arrival.h"

/* 512 KiB: a hundred thousand packets of strangers in a second leave room, and
 * of as many streams that are there at once each is known in half a second. */
#define GUESS_BITS 12
#define GUESS_SETS ((size_t)1 << GUESS_BITS)
#define GUESSES    4

struct guess {
	uint64_t hash; /* of its key; 0: free */
	int64_t time_ns;
	uint32_t timestamp;
	uint32_t copies; /* that came besides */
	uint16_t sequence;
	uint8_t type;
	bool is_event;
};

struct guess_set {
	struct guess places[GUESSES];
};

/* The packet that another one followed, and what came around it: with the
 * same key, within a second, and as near as loss and disorder explain. */
struct proof {
	struct guess first;
	int64_t begin_ns; /* when the first of all came */
	uint32_t others;  /* besides `first` */
	uint16_t behind;  /* so far the lowest of them lies behind `first` */
};

/*
 * True if `a` follows a packet that came before: `*out` tells of it.  Else `a`
 * is remembered.  `sets` are GUESS_SETS, zeros at first.
 */
bool guess_proves(struct guess_set *sets, const struct arrival *a,
		  struct proof *out);

#endif
