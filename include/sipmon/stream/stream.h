/*
 * stream.h - segments and chunks to bytes: what two hosts said to each other.
 *
 * TCP (RFC 9293) is put in order, SCTP (RFC 9260) too; TLS (RFC 5246, 8446) is
 * opened where keys are known, WebSocket (RFC 6455) and HEP are taken off.
 * What is SIP and where a message ends, others know: a reader is given at
 * birth.  Time is that of the packets.
 *
 * Every connection costs bounded memory, and all of them together: past a
 * ceiling those that never said anything go first, then closed ones, then those
 * that carry nothing of ours, and last those that do; among each the one that
 * was quiet longest, and what is lost with it is counted.
 */
#ifndef SIPMON_STREAM_STREAM_H
#define SIPMON_STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/counters.h"
#include "sipmon/net/payload.h"
#include "sipmon/stream/keys.h"

/* Words of memory that a reader has for each direction of a connection. */
#define STREAM_READER_WORDS 4

/* The bytes of one direction that were not taken yet, oldest first. */
struct stream_bytes {
	/*
	 * `bytes` is all there is.  The flow's transport is TCP or TLS; the
	 * time is that of the packet that brought the last byte; the offset is
	 * PACKET_NO_OFFSET unless all of it lies in one packet of a file.
	 */
	struct payload payload;
	/* Nothing follows directly: the end, or a hole.  What is not taken is
	 * lost. */
	bool last;
	/* Set by the reader: with fewer bytes than these, counted from the
	 * first that it did not take, it need not be asked (0: any further byte
	 * is of use). */
	size_t need;
	/* The reader's own, 0 at first and again behind a hole. */
	uint64_t *memory;
};

enum stream_begins { STREAM_NO, STREAM_YES, STREAM_MORE };

struct stream_reader {
	void *ctx;
	/*
	 * Does a message begin here?  STREAM_MORE: too few bytes to tell.  The
	 * other answers hold whatever may follow, or cuts would matter.  Line
	 * ends that stand before are not shown.
	 */
	enum stream_begins (*begins)(struct slice bytes);
	/*
	 * Where in `bytes` the next message may begin; `bytes.len` if nowhere.
	 * Asked of what is not understood, from the begin of a line or of a
	 * packet on; a beginning that `bytes` stop in counts.
	 */
	size_t (*seek)(struct slice bytes);
	/*
	 * Takes messages out; returns how many bytes were taken.  Asked again
	 * with the rest at once as long as it takes any.
	 */
	size_t (*bytes)(void *ctx, struct stream_bytes *in);
	/* A message of its own: of WebSocket, SCTP or HEP. */
	void (*message)(void *ctx, const struct payload *message);
};

struct stream_options {
	struct stream_reader reader;
	struct keys *keys;         /* outlives the stream */
	struct counters *counters; /* written to; outlives the stream */
	uint64_t memory_bytes;     /* ceiling for all connections; 0: ours */
};

struct stream;

MUST_CHECK enum err stream_new(struct stream **out,
			       const struct stream_options *options);
void stream_free(struct stream *s);

/*
 * Takes a payload of kind PAYLOAD_SEGMENT or PAYLOAD_SCTP.  What others waited
 * for may be handed on too: its time has come.
 */
void stream_push(struct stream *s, const struct payload *p);

/*
 * What time it is while nothing comes: holes that nothing fills are given up,
 * and connections that were quiet too long are over.
 */
void stream_set_now(struct stream *s, int64_t now_ns);

/*
 * The capture has ended: what is held is handed on, marked as the last, and all
 * connections are forgotten.
 */
void stream_finish(struct stream *s);

/* Memory of all connections. */
uint64_t stream_bytes(const struct stream *s);

#endif
