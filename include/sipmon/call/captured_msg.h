/*
 * captured_msg.h - one captured message: when, where, what.
 *
 * Only what the tracker and the list need stands here; the bytes are read
 * again through view_bytes() when somebody looks.  Links are ids, 0 is none.
 */
#ifndef SIPMON_CALL_CAPTURED_MSG_H
#define SIPMON_CALL_CAPTURED_MSG_H

#include <stdbool.h>
#include <stdint.h>

enum msg_flag {
	MSG_RESPONSE = 1 << 0,
	MSG_RETRANSMISSION = 1 << 1,
	MSG_MALFORMED = 1 << 2, /* breaks the grammar somewhere */
	MSG_CUT = 1 << 3,       /* the capture holds only its beginning */
	MSG_SDP = 1 << 4, /* a body of type application/sdp or multipart */
	MSG_IDENTITY = 1 << 5,
	MSG_IN_DIALOG = 1 << 6, /* a request with a To tag */
	MSG_IN_LOG =
		1 << 7, /* `where` counts in the store's log, not in a file */
	MSG_AUTHORIZED = 1 << 8, /* a request that carries credentials */
	MSG_REASON = 1 << 9,
	MSG_WARNING = 1 << 10,
	/* a request whose From tag is not that of the call's first one: sent by
	 * the other end, or by an element that began a request of its own */
	MSG_OTHER_FROM = 1 << 11,

	/* What rules look for; noticed while the bytes are at hand. */

	/* a request's only Via names another address than its source */
	MSG_VIA_OTHER = 1 << 12,
	/* Contact names a private address, and the source is another one: of
	 * a request with one Via; of an answer with one Via and without
	 * Record-Route that goes to a public address */
	MSG_CONTACT_PRIVATE = 1 << 13,
	/* SDP names a private address, not for hold and without ICE, and the
	 * destination is a public one */
	MSG_SDP_PRIVATE = 1 << 14,
	/* Content-Length says more bytes than came, or two lengths */
	MSG_LENGTH_OFF = 1 << 15,
	MSG_RETRY_AFTER = 1 << 16,
	/* a REGISTER that takes all bindings it names away: expires 0 */
	MSG_UNREGISTER = 1 << 17,
	MSG_SESSION_EXPIRES = 1 << 18,
	/* User-Agent is that of a known scanner */
	MSG_SCANNER = 1 << 19,
	/* a provisional response that wants a PRACK (RFC 3262) */
	MSG_RELIABLE = 1 << 20,
	/* Refer-To or Replaces: it ties two calls */
	MSG_TIES = 1 << 21,
	/* a provisional response behind the final one of its transaction, and
	 * no copy of one before it */
	MSG_LATE = 1 << 22,
	/* a request over UDP of more than 1300 bytes (RFC 3261 18.1.1) */
	MSG_OVERSIZED = 1 << 23,
};

struct captured_msg {
	int64_t time_ns;
	uint64_t where; /* offset of the first byte */
	uint32_t len;
	uint32_t call; /* slot of the call */
	uint32_t next; /* message of the same call */
	uint32_t transaction;
	uint32_t next_in_transaction;
	uint32_t dialog;
	uint32_t hop;
	uint32_t cseq;
	uint32_t content; /* hash of all bytes, to tell a copy */
	uint32_t flags;   /* enum msg_flag */
	uint16_t status;  /* 0 for a request */
	uint8_t method;   /* enum sip_method, or an id for view_method_name() */
	uint8_t source;   /* of packets, as packet.h counts them */
	uint32_t judged;  /* what became of its Identity: verdict.h */
};

_Static_assert(sizeof(struct captured_msg) == 64, "half of the budget");

static inline bool msg_is(const struct captured_msg *m, enum msg_flag flag)
{
	return (m->flags & (unsigned)flag) != 0;
}

#endif
