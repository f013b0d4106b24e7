/*
 * call.h - all messages that share a Call-ID.
 *
 * Readers see a call through view.h and never change it.  Across two draws
 * keep `id`, not the pointer: a call may be forgotten in between.
 */
#ifndef SIPMON_CALL_CALL_H
#define SIPMON_CALL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/arena.h"
#include "sipmon/base/slice.h"

/* Generation in the upper half, slot in the lower; 0 is no call. */
#define CALL_ID_NONE UINT64_C(0)

enum call_flag {
	CALL_MALFORMED = 1 << 0, /* one of its messages breaks the grammar */
	CALL_IDENTITY = 1 << 1,  /* one of its messages carries Identity */
	CALL_RESPONSE = 1 << 2,  /* a response was seen */
	/* What peer.h has counted of it, of whoever sent its first request. */
	CALL_BEGAN = 1 << 3,
	CALL_REFUSED = 1 << 4,
	CALL_SUCCEEDED = 1 << 5,
};

struct call {
	uint64_t id;
	struct slice
		call_id; /* present, may be empty (a message without one) */
	struct slice from_user; /* user of From, or its host; absent: unknown */
	struct slice to_user;
	int64_t start_ns; /* earliest and latest message */
	int64_t end_ns;
	uint64_t bytes; /* of its messages that only the store holds */
	uint32_t first_msg;
	uint32_t last_msg;
	uint32_t message_count;
	uint32_t retransmissions;
	uint32_t first_transaction;
	uint32_t last_transaction;
	uint32_t transaction_count;
	uint32_t first_dialog;
	uint32_t last_dialog;
	uint32_t dialog_count;
	uint32_t hop;      /* of the first request; of the first response turned
			      round if no request was seen */
	uint32_t from_tag; /* keyed hash, of the first request */
	uint32_t noticed;  /* enum msg_flag: what any of its messages has */
	uint32_t first_media; /* media.h */
	uint32_t last_media;
	uint32_t sdp_media; /* first of the latest session description */
	uint32_t leg_next;  /* slots: a ring of the calls that are its legs */
	uint32_t leg_previous;
	uint32_t earlier; /* slots, by order of first message */
	uint32_t later;
	uint32_t older; /* slots, by time of last message, within its class */
	uint32_t newer;
	uint16_t method; /* of the first request seen; SIP_METHOD_NONE before */
	uint16_t agent;  /* of the first request: view_agent_name(); 0: none */
	uint8_t flags;   /* enum call_flag */
	uint8_t class;   /* enum call_class: who is forgotten first (store.c) */
	uint16_t media_count; /* notes from first_media on */
	uint32_t first_token; /* words that tie it to others: legs.h */
	uint8_t leg_tie;      /* enum leg_tie: the surest; 0: no legs */
	struct arena arena;
};

static inline bool call_is(const struct call *c, enum call_flag flag)
{
	return (c->flags & (unsigned)flag) != 0;
}

#endif
