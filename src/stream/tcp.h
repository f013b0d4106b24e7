/*
 * tcp.h - one direction of a TCP connection put in order (RFC 9293).
 *
 * Bytes are handed on once each, in the order of their sequence numbers; of
 * bytes sent twice those that came first count.  What is ahead of a hole
 * waits, in bounded memory, until the hole is filled or given up: then it is
 * told and not hidden.
 */
#ifndef SIPMON_STREAM_TCP_H
#define SIPMON_STREAM_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/net/payload.h"

/* What may wait in one direction: more than a window of SIP ever is, and the
 * segments of it. */
#define TCP_WAIT_BYTES  (256 * 1024)
#define TCP_WAIT_PIECES 512

/*
 * A sequence number further back than this is none of a byte resent, but of
 * another connection (one whose SYN was not seen).
 */
#define TCP_FAR (INT32_C(1) << 20)

struct tcp_piece;

/* Memory for what waits, of all connections; all zero at first. */
struct tcp_pool {
	struct tcp_piece *spare;
	uint32_t spare_count;
	uint64_t bytes; /* of pieces, waiting or spare */
};

/* Gives back what is kept for the next. */
void tcp_pool_trim(struct tcp_pool *pool);

enum tcp_state {
	TCP_STARTED = 1 << 0,  /* `start` and `next` are known */
	TCP_FINISHED = 1 << 1, /* `fin` is known */
	TCP_COVERED = 1 << 2,  /* the receiver has what the hole hides */
	TCP_LOST = 1 << 3,     /* no byte was handed on since the last hole */
};

/* All zero at first. */
struct tcp_side {
	struct tcp_piece *first; /* of those that wait, by sequence number */
	struct tcp_piece *last;
	int64_t hole_ns; /* since when it is there, or covered */
	uint32_t start;  /* sequence number of the first byte */
	uint32_t next;   /* of the byte that is wanted */
	uint32_t fin;    /* of the FIN */
	uint32_t acked;  /* what the other side has up to here */
	uint32_t wait_bytes;
	uint16_t wait_pieces;
	uint8_t since; /* segments that came since the hole was covered */
	uint8_t state; /* set of enum tcp_state */
};

/* Who takes the bytes. */
struct tcp_out {
	void *ctx;
	/* `p` is without flow; it lives until the call returns. */
	void (*bytes)(void *ctx, const struct payload *p);
	/* Bytes are missing here; told once until more bytes come. */
	void (*lost)(void *ctx);
	struct tcp_pool *pool;
};

/* Is `p` a SYN of another connection than the one that is known? */
bool tcp_is_other(const struct tcp_side *side, const struct payload *p);

/*
 * Takes a segment.  The first SYN, or without one the first payload, says
 * where the bytes begin.
 */
void tcp_push(struct tcp_side *side, const struct payload *p,
	      const struct tcp_out *out);

/* The other side has all before `acknowledgment`. */
void tcp_acknowledge(struct tcp_side *side, uint32_t acknowledgment,
		     int64_t now_ns);

/*
 * Is the time over in which the hole might have been filled?  If the receiver
 * has it, three segments more or a second; if nobody says so (one direction
 * was captured) ten seconds.
 */
bool tcp_is_overdue(const struct tcp_side *side, int64_t now_ns);

/* Gives the first hole up. */
void tcp_give_up(struct tcp_side *side, const struct tcp_out *out);

/* Gives all holes up: the connection has ended. */
void tcp_finish(struct tcp_side *side, const struct tcp_out *out);

/* Drops what waits. */
void tcp_clear(struct tcp_side *side, struct tcp_pool *pool);

static inline bool tcp_is_waiting(const struct tcp_side *side)
{
	return side->first != NULL;
}

/* Have all bytes up to the FIN come? */
static inline bool tcp_is_at_end(const struct tcp_side *side)
{
	return (side->state & TCP_FINISHED) != 0 && side->next == side->fin;
}

#endif
