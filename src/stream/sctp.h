/*
 * sctp.h - user messages out of SCTP packets (RFC 9260; SIP: RFC 4168).
 *
 * DATA and I-DATA (RFC 8260) chunks are put together by their numbers, whatever
 * the order in which they came; each message is given once.  One direction of
 * an association is told by addresses, ports and verification tag.
 */
#ifndef SIPMON_STREAM_SCTP_H
#define SIPMON_STREAM_SCTP_H

#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/counters.h"
#include "sipmon/net/payload.h"
#include "sipmon/stream/stream.h"

struct sctp;

/*
 * A whole message, as PAYLOAD_DATAGRAM with the flow and the time of the packet
 * that completed it.  Its bytes lie in that packet if it was one chunk, and its
 * offset is set; else they live for the call.
 */
typedef void (*sctp_message_fn)(void *ctx, const struct payload *message);

struct sctp_options {
	sctp_message_fn message;
	/* As of struct stream_reader: is it worth a word if it is lost? */
	enum stream_begins (*begins)(struct slice bytes);
	void *ctx;
	struct counters *counters;
	uint64_t memory_bytes; /* ceiling for all associations; 0: ours */
};

MUST_CHECK enum err sctp_new(struct sctp **out,
			     const struct sctp_options *options);
void sctp_free(struct sctp *s);

/* Takes a payload of kind PAYLOAD_SCTP. */
void sctp_push(struct sctp *s, const struct payload *packet);

/* The capture has ended: messages with a hole are counted. */
void sctp_finish(struct sctp *s);

/* Memory that it holds; not above the ceiling between two calls. */
uint64_t sctp_bytes(const struct sctp *s);

#endif
