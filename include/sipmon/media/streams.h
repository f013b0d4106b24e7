/*
 * streams.h - a bounded table of RTP streams: who sends what to whom, how much
 * was lost, how even it comes.
 *
 * A stream is (source, destination, SSRC).  One packet costs one look-up and
 * allocates nothing once its stream is known.  What only looks like RTP once
 * is never in it: two packets in a row make a stream (RFC 3550 A.1), and both
 * are counted.  A sequence that begins anew after a second of silence is
 * another stream, that of the next call; without silence it goes on.
 */
#ifndef SIPMON_MEDIA_STREAMS_H
#define SIPMON_MEDIA_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/net/endpoint.h"
#include "sipmon/net/payload.h"

/* Clocks that jitter is reckoned for: 8000, 16000, 48000, 90000 ticks. */
#define STREAM_CLOCKS 4

struct media_stream {
	struct endpoint source;
	struct endpoint destination;
	uint32_t ssrc;
	uint32_t next_here; /* stream of the same destination; 0: the last */
	int64_t first_ns;
	int64_t last_ns;
	uint64_t packets;      /* events too */
	uint64_t events;       /* of them comfort noise and telephone events
				  beside `type`, as far as they look like it */
	int64_t max_delta_ns;  /* longest time between two packets, but for
				  silence that the sender tells of */
	uint64_t types[2];     /* payload types seen, as in sdp.h */
	uint64_t sequence_max; /* extended by the cycles (RFC 3550 A.1); where
				  the sequence began anew it counts on */
	uint32_t sequence_base;
	uint32_t last_timestamp;
	uint8_t type;   /* that came first and does not look like an event */
	uint8_t proven; /* two in a row: it is RTP; true for all in the table */
	int64_t arrival_ns; /* of the latest packet that jitter counts */
	/* Interarrival jitter (RFC 3550 A.8) in seconds, for each clock: which
	 * one holds, SDP tells later.  Now, and the mean over all packets. */
	float jitter_s[STREAM_CLOCKS];
	float jitter_mean_s[STREAM_CLOCKS];
};

struct streams;

/* `limit` streams at most (0: the default); past them the stream that is
 * silent for longest goes, and past STREAMS_HERE_MAX of one destination the
 * oldest of it. */
MUST_CHECK enum err streams_new(struct streams **out, uint32_t limit);
void streams_free(struct streams *s);
void streams_clear(struct streams *s);

#define STREAMS_HERE_MAX 1024

/* True if the datagram is RTP of a stream that is known by now; it is counted
 * then.  The first of a stream is counted with the second. */
bool streams_push(struct streams *s, const struct payload *p);

/* Proven streams since the start, and their packets, forgotten ones too. */
uint64_t streams_seen(const struct streams *s);
uint64_t streams_packets(const struct streams *s);

/* The first that goes to `destination`, then by next_here, in order of their
 * first packets; 0: none. */
uint32_t streams_to(const struct streams *s,
		    const struct endpoint *destination);
const struct media_stream *streams_at(const struct streams *s, uint32_t id);

/* How many there are at most: ids are 1 .. this.  A slot may be empty, and
 * streams_at() is NULL then. */
uint32_t streams_last(const struct streams *s);

uint64_t streams_memory(const struct streams *s);

/* Packets that should have come and did not; negative when more came. */
int64_t media_stream_lost(const struct media_stream *m);

/* Mean jitter of a clock of `clock` ticks a second, in nanoseconds; -1 if it
 * is none of the four. */
int64_t media_stream_jitter_ns(const struct media_stream *m, uint32_t clock);

#endif
