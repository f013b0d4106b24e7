#include "tcp.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)

/* Segments that may overtake each other between a network card and us. */
#define REORDER_SEGMENTS 3
#define COVERED_NS       SECOND_NS
#define UNCOVERED_NS     (10 * SECOND_NS)

/* A piece for a segment of Ethernet is kept for the next one. */
#define PIECE_ROOM   1536
#define SPARE_PIECES 64

/* Bytes ahead of a hole, or (`missing`) a part that the capture cut off. */
struct tcp_piece {
	struct tcp_piece *next;
	uint64_t offset;
	int64_t time_ns;
	uint32_t sequence;
	uint32_t len;
	uint32_t room;
	uint16_t source;
	bool missing;
	char bytes[];
};

/* A part of a segment. */
struct span {
	const char *ptr; /* NULL: the capture does not have them */
	uint32_t sequence;
	uint32_t len;
	const struct payload *of;
};

/* How far `a` is ahead of `b`: sequence numbers wrap (RFC 9293 3.4). */
static int32_t ahead(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static uint64_t since(int64_t now_ns, int64_t then_ns)
{
	return now_ns > then_ns ? (uint64_t)now_ns - (uint64_t)then_ns : 0;
}

/* ---- pieces */

static void piece_free(struct tcp_pool *pool, struct tcp_piece *piece)
{
	pool->bytes -= sizeof(*piece) + piece->room;
	free(piece);
}

void tcp_pool_trim(struct tcp_pool *pool)
{
	while (pool->spare != NULL) {
		struct tcp_piece *piece = pool->spare;

		pool->spare = piece->next;
		piece_free(pool, piece);
	}
	pool->spare_count = 0;
}

static struct tcp_piece *piece_take(struct tcp_pool *pool, uint32_t len)
{
	uint32_t room = len > PIECE_ROOM ? len : PIECE_ROOM;
	struct tcp_piece *piece = pool->spare;

	if (piece != NULL && room == PIECE_ROOM) {
		pool->spare = piece->next;
		pool->spare_count--;
		return piece;
	}
	piece = malloc(sizeof(*piece) + room);
	if (piece == NULL)
		return NULL;
	piece->room = room;
	pool->bytes += sizeof(*piece) + room;
	return piece;
}

static void piece_give(struct tcp_pool *pool, struct tcp_piece *piece)
{
	if (piece->room != PIECE_ROOM || pool->spare_count >= SPARE_PIECES) {
		piece_free(pool, piece);
		return;
	}
	piece->next = pool->spare;
	pool->spare = piece;
	pool->spare_count++;
}

/* Takes the first piece that waits out of the list. */
static struct tcp_piece *first_out(struct tcp_side *side)
{
	struct tcp_piece *piece = side->first;

	side->first = piece->next;
	if (side->first == NULL)
		side->last = NULL;
	side->wait_bytes -= piece->len;
	side->wait_pieces--;
	return piece;
}

void tcp_clear(struct tcp_side *side, struct tcp_pool *pool)
{
	while (side->first != NULL)
		piece_give(pool, first_out(side));
}

/* ---- in order */

static void tell_lost(struct tcp_side *side, const struct tcp_out *out)
{
	if ((side->state & TCP_LOST) != 0)
		return;
	side->state |= TCP_LOST;
	out->lost(out->ctx);
}

/* Hands on what begins at `next`. */
static void hand_on(struct tcp_side *side, const struct payload *p,
		    const struct tcp_out *out)
{
	side->next += (uint32_t)p->bytes.len;
	side->state &= (uint8_t)~TCP_LOST;
	out->bytes(out->ctx, p);
}

static void hand_on_piece(struct tcp_side *side, struct tcp_piece *piece,
			  const struct tcp_out *out)
{
	struct payload p = { .bytes = { piece->bytes, piece->len },
			     .time_ns = piece->time_ns,
			     .offset = piece->offset,
			     .source = piece->source };

	if (piece->missing) {
		side->next += piece->len;
		tell_lost(side, out);
	} else {
		hand_on(side, &p, out);
	}
	piece_give(out->pool, piece);
}

/* What waits and is in order now. */
static void drain(struct tcp_side *side, const struct tcp_out *out)
{
	while (side->first != NULL && side->first->sequence == side->next) {
		hand_on_piece(side, first_out(side), out);
		/* The next hole has its own time. */
		side->state &= (uint8_t)~TCP_COVERED;
		side->since = 0;
		if (side->first != NULL)
			side->hole_ns = side->first->time_ns;
	}
}

void tcp_give_up(struct tcp_side *side, const struct tcp_out *out)
{
	if (side->first == NULL)
		return;
	side->next = side->first->sequence;
	tell_lost(side, out);
	drain(side, out);
}

void tcp_finish(struct tcp_side *side, const struct tcp_out *out)
{
	while (side->first != NULL)
		tcp_give_up(side, out);
}

/* The part of `s` from `from` on, of at most `len` bytes. */
static struct span part(const struct span *s, uint32_t from, uint32_t len)
{
	struct span out = *s;

	if (s->ptr != NULL)
		out.ptr = s->ptr + from;
	out.sequence = s->sequence + from;
	out.len = s->len - from < len ? s->len - from : len;
	return out;
}

/* Offset of `s` in the source. */
static uint64_t span_offset(const struct span *s)
{
	if (s->of->offset == PACKET_NO_OFFSET || s->ptr == NULL)
		return PACKET_NO_OFFSET;
	return s->of->offset + (uint64_t)(s->ptr - s->of->bytes.ptr);
}

static void in_order(struct tcp_side *side, const struct span *s,
		     const struct tcp_out *out)
{
	struct payload p = { .bytes = { s->ptr, s->len },
			     .time_ns = s->of->time_ns,
			     .offset = span_offset(s),
			     .source = s->of->source };

	if (s->ptr == NULL) {
		side->next += s->len;
		tell_lost(side, out);
	} else {
		hand_on(side, &p, out);
	}
}

/* ---- ahead of a hole */

/* Puts a copy of `s` behind `before` (NULL: first). */
static bool keep(struct tcp_side *side, struct tcp_piece *before,
		 const struct span *s, struct tcp_pool *pool)
{
	struct tcp_piece *piece = piece_take(pool, s->ptr == NULL ? 0 : s->len);

	if (piece == NULL)
		return false;
	piece->sequence = s->sequence;
	piece->len = s->len;
	piece->offset = span_offset(s);
	piece->time_ns = s->of->time_ns;
	piece->source = s->of->source;
	piece->missing = s->ptr == NULL;
	if (s->ptr != NULL)
		memcpy(piece->bytes, s->ptr, s->len);
	if (side->first == NULL)
		side->hole_ns = s->of->time_ns;
	piece->next = before == NULL ? side->first : before->next;
	if (before == NULL)
		side->first = piece;
	else
		before->next = piece;
	if (piece->next == NULL)
		side->last = piece;
	side->wait_bytes += piece->len;
	side->wait_pieces++;
	return true;
}

static uint32_t piece_end(const struct tcp_piece *piece)
{
	return piece->sequence + piece->len;
}

/* The last piece that begins at or before `sequence`, or NULL. */
static struct tcp_piece *piece_before(const struct tcp_side *side,
				      uint32_t sequence)
{
	struct tcp_piece *piece = side->first;

	if (piece == NULL || ahead(piece->sequence, sequence) > 0)
		return NULL;
	if (ahead(side->last->sequence, sequence) <= 0)
		return side->last;
	while (ahead(piece->next->sequence, sequence) <= 0)
		piece = piece->next;
	return piece;
}

/*
 * Keeps what of `s` does not wait yet; false if the bound is reached: then the
 * rest of it is in `*s`.
 */
static bool wait_for_hole(struct tcp_side *side, struct span *s,
			  struct tcp_pool *pool)
{
	struct tcp_piece *before = piece_before(side, s->sequence);

	/* Each turn takes bytes off `s`, or stops. */
	while (s->len > 0) {
		const struct tcp_piece *after =
			before == NULL ? side->first : before->next;
		struct span gap = *s;

		if (before != NULL &&
		    ahead(piece_end(before), s->sequence) > 0) {
			uint32_t known = piece_end(before) - s->sequence;

			*s = part(s, known < s->len ? known : s->len, s->len);
			continue;
		}
		if (after != NULL)
			gap = part(s, 0, after->sequence - s->sequence);
		if (gap.len > 0) {
			if (side->wait_pieces >= TCP_WAIT_PIECES ||
			    side->wait_bytes + gap.len > TCP_WAIT_BYTES ||
			    !keep(side, before, &gap, pool))
				return false;
			*s = part(s, gap.len, s->len);
		}
		before = before == NULL ? side->first : before->next;
	}
	return true;
}

/* ---- segments */

/* Cuts off what came before; false if nothing is left. */
static bool trim(const struct tcp_side *side, struct span *s)
{
	int32_t behind = ahead(side->next, s->sequence);

	if (behind <= 0)
		return s->len > 0;
	if ((uint32_t)behind >= s->len)
		return false;
	*s = part(s, (uint32_t)behind, s->len);
	return true;
}

static void push_span(struct tcp_side *side, struct span s,
		      const struct tcp_out *out)
{
	/* Each turn moves `next` on or ends: a hole is filled or given up. */
	while (trim(side, &s)) {
		struct span now = s;

		if (s.sequence != side->next) {
			if (wait_for_hole(side, &s, out->pool))
				return;
			if (side->first == NULL) {
				/* Too much at once, or out of memory. */
				side->next = s.sequence;
				tell_lost(side, out);
			}
			tcp_give_up(side, out);
			continue;
		}
		if (side->first != NULL)
			now = part(&s, 0, side->first->sequence - s.sequence);
		in_order(side, &now, out);
		drain(side, out);
	}
}

bool tcp_is_other(const struct tcp_side *side, const struct payload *p)
{
	return (p->tcp_flags & TCP_SYN) != 0 &&
	       (side->state & TCP_STARTED) != 0 &&
	       p->sequence + 1 != side->start;
}

static void start(struct tcp_side *side, uint32_t sequence)
{
	side->start = sequence;
	side->next = sequence;
	side->acked = sequence;
	side->state |= TCP_STARTED;
}

/*
 * A probe that keeps a connection alive has one byte that was sent before, or
 * none that was ever sent (RFC 9293 section 3.8.4); data has PSH.
 */
static bool is_probe(const struct payload *p)
{
	return p->sent == 1 && (p->tcp_flags & TCP_PSH) == 0;
}

/* False if this segment does not say where the bytes begin. */
static bool is_started(struct tcp_side *side, const struct payload *p,
		       uint32_t sequence)
{
	if ((side->state & TCP_STARTED) != 0)
		return true;
	if ((p->tcp_flags & (TCP_SYN | TCP_FIN)) == 0 &&
	    (p->sent == 0 || is_probe(p)))
		return false;
	start(side, sequence);
	return true;
}

/* Bytes from far back: another connection that took the ports over. */
static void check_far(struct tcp_side *side, uint32_t sequence,
		      const struct tcp_out *out)
{
	if (ahead(side->next, sequence) <= TCP_FAR)
		return;
	tcp_finish(side, out);
	side->state &= (uint8_t) ~(TCP_FINISHED | TCP_COVERED);
	start(side, sequence);
	tell_lost(side, out);
}

void tcp_push(struct tcp_side *side, const struct payload *p,
	      const struct tcp_out *out)
{
	uint32_t sequence = p->sequence + ((p->tcp_flags & TCP_SYN) != 0);
	uint32_t len =
		p->bytes.len < TCP_FAR ? (uint32_t)p->bytes.len : TCP_FAR;
	uint32_t sent = p->sent < TCP_FAR ? p->sent : TCP_FAR;
	struct span here = { p->bytes.ptr, sequence, len, p };
	struct span missing = { NULL, sequence + len, 0, p };

	if (!is_started(side, p, sequence))
		return;
	if (sent > len)
		missing.len = sent - len;
	else
		sent = len;
	if (sent > 0)
		check_far(side, sequence, out);
	if ((p->tcp_flags & TCP_FIN) != 0 &&
	    (side->state & TCP_FINISHED) == 0 &&
	    ahead(sequence + sent, side->next) >= 0) {
		side->fin = sequence + sent;
		side->state |= TCP_FINISHED;
	}
	if ((side->state & TCP_FINISHED) != 0 &&
	    ahead(sequence + sent, side->fin) > 0)
		return;
	if ((side->state & TCP_COVERED) != 0 && sent > 0 &&
	    side->since < UINT8_MAX)
		side->since++;
	push_span(side, here, out);
	push_span(side, missing, out);
}

void tcp_acknowledge(struct tcp_side *side, uint32_t acknowledgment,
		     int64_t now_ns)
{
	if ((side->state & TCP_STARTED) == 0)
		return;
	if (ahead(acknowledgment, side->acked) > 0)
		side->acked = acknowledgment;
	if (side->first == NULL || (side->state & TCP_COVERED) != 0 ||
	    ahead(side->acked, side->first->sequence) < 0)
		return;
	side->state |= TCP_COVERED;
	side->since = 0;
	side->hole_ns = now_ns;
}

bool tcp_is_overdue(const struct tcp_side *side, int64_t now_ns)
{
	uint64_t waited = since(now_ns, side->hole_ns);

	if (side->first == NULL)
		return false;
	if ((side->state & TCP_COVERED) == 0)
		return waited >= UNCOVERED_NS;
	return side->since >= REORDER_SEGMENTS || waited >= COVERED_NS;
}
