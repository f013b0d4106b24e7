/* story.h - what the messages of one transaction tell; for this room. */
#ifndef SIPMON_ANALYSE_STORY_H
#define SIPMON_ANALYSE_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/call/audit.h"
#include "sipmon/call/view.h"

/* Copies at such gaps were sent by somebody who does not keep to T1. */
#define FAST_GAP_NS INT64_C(250000000)

/* Messages are ids, 0 where there was none; times are absolute. */
struct story {
	uint32_t request;        /* the first message, if it is the request */
	uint32_t last_request;   /* its latest copy, or itself */
	uint32_t first_response; /* of any code */
	uint32_t final;
	uint32_t last_final; /* its latest copy, or itself */
	uint32_t ack;
	uint32_t last_copy; /* the latest of all copies */
	int64_t last_request_ns;
	int64_t first_response_ns;
	int64_t final_ns;
	int64_t last_final_ns;
	int64_t ack_ns;
	int64_t last_copy_ns;
	uint16_t first_response_code;
	uint16_t final_code;
	uint32_t final_dialog;
	uint32_t request_content; /* hash of its latest copy */
	unsigned request_copies;
	unsigned provisional_copies; /* only those at growing gaps */
	unsigned final_copies;
	unsigned final_copies_after_ack;
	/* Gaps under FAST_GAP_NS, and the least of them. */
	unsigned fast_requests;
	unsigned fast_finals;
	int64_t fast_gap_ns;
};

/* Walks the messages of `t` once. */
void story_of(const struct view *v, const struct transaction *t,
	      struct story *out);

static inline unsigned story_copies(const struct story *s)
{
	return s->request_copies + s->provisional_copies + s->final_copies;
}

#endif
