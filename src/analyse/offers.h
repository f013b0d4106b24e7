/*
 * offers.h - what the two ends of a call offered and agreed on (RFC 3264), and
 * for how long they talked; for this room.
 */
#ifndef SIPMON_ANALYSE_OFFERS_H
#define SIPMON_ANALYSE_OFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "scene.h"
#include "sipmon/call/media.h"

/* Lines of media that are followed, the latest of the call. */
#define OFFERS_ROOM 16

/* One media line of an offer, on one hop. */
struct offer {
	const struct transaction *transaction;
	const struct media_note *note;
	/* What came back for it: of the ACK or a 2xx, else of a refusal or a
	 * provisional response; NULL if nothing was seen. */
	const struct media_note *answer;
};

/* In the order in which they were made. */
unsigned offers_of(const struct scene *s, struct offer *out);

/* Is it audio over RTP, in what was asked and in what came back? */
bool offer_is_audio(const struct offer *o);

/* A call that was answered. */
struct talk {
	int64_t begin_ns; /* the first 2xx to an INVITE */
	int64_t end_ns;   /* the first BYE; the present while there is none */
	uint32_t bye;     /* the message; 0: nobody has ended it */
	/* Audio that holds now, hop by hop: of the last offer that was
	 * accepted.  None if that is not sure. */
	unsigned count;
	struct offer lines[OFFERS_ROOM];
};

/* False if the call was not answered, or times make no sense. */
bool talk_of(const struct scene *s, struct talk *out);

/* From when on `line` holds. */
int64_t talk_since_ns(const struct scene *s, const struct talk *k,
		      const struct offer *line);

#endif
