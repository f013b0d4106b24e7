#include "sipmon/stream/stream.h"

#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "port.h"
#include "sctp.h"
#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"
#include "tcp.h"

#define SECOND_NS UINT64_C(1000000000)

#define MEMORY_BYTES (UINT64_C(64) * 1024 * 1024)

/* A quarter of the memory is for SCTP, which is rare. */
#define SCTP_SHARE(bytes) ((bytes) / 4)

/* Connections of which only a SYN was seen: a flood of them must not push the
 * others out. */
#define HALF_OPEN_MAX 16384

/* How often holes are looked at whose connection is quiet. */
#define SWEEP_NS (SECOND_NS / 4)

enum phase {
	PHASE_HALF_OPEN = 0, /* no payload yet */
	PHASE_OPEN,
	PHASE_TALKING, /* has carried SIP, or may without our seeing it */
	PHASE_CLOSED,  /* late segments may come */
	PHASES
};

/*
 * A connection that is quiet for so long is over.  A phone may say nothing
 * until its registration ends, and what it says then can be read only with what
 * is known of the connection: the keys of TLS, the state of a compression.  So
 * those that talk are given the time that a NAT gives (RFC 5382 section 5), as
 * far as the memory goes.
 */
static const uint64_t phase_ns[PHASES] = {
	[PHASE_HALF_OPEN] = 10 * SECOND_NS,
	[PHASE_OPEN] = 120 * SECOND_NS,
	[PHASE_TALKING] = UINT64_C(124) * 60 * SECOND_NS,
	[PHASE_CLOSED] = 5 * SECOND_NS,
};

struct connection {
	struct line line;
	struct tcp_side sides[DIRECTIONS];
	int64_t last_ns; /* of its last packet */
	uint32_t older;  /* in the list of its phase */
	uint32_t newer;
	uint32_t waits_before; /* in the list of those with a hole */
	uint32_t waits_behind;
	uint8_t phase;
	bool waits;
	bool ended[DIRECTIONS];
};

struct list {
	uint32_t oldest;
	uint32_t newest;
	uint32_t count;
};

struct stream {
	struct levels levels;
	struct tcp_pool pool;
	struct sctp *sctp;
	struct slab connections;
	struct map by_ends;
	uint64_t seed;
	uint64_t memory_bytes;
	struct list phases[PHASES];
	uint32_t waiting; /* first connection with a hole */
	int64_t swept_ns;
};

static struct connection *connection_at(const struct stream *s, uint32_t number)
{
	return slab_at(&s->connections, number);
}

/* Time may go backwards. */
static uint64_t since(int64_t now_ns, int64_t then_ns)
{
	return now_ns > then_ns ? (uint64_t)now_ns - (uint64_t)then_ns : 0;
}

/* ---- lists */

static void list_add(struct stream *s, uint32_t number)
{
	struct connection *c = connection_at(s, number);
	struct list *l = &s->phases[c->phase];

	c->newer = 0;
	c->older = l->newest;
	if (l->newest != 0)
		connection_at(s, l->newest)->newer = number;
	else
		l->oldest = number;
	l->newest = number;
	l->count++;
}

static void list_remove(struct stream *s, uint32_t number)
{
	struct connection *c = connection_at(s, number);
	struct list *l = &s->phases[c->phase];

	if (c->older != 0)
		connection_at(s, c->older)->newer = c->newer;
	else
		l->oldest = c->newer;
	if (c->newer != 0)
		connection_at(s, c->newer)->older = c->older;
	else
		l->newest = c->older;
	l->count--;
}

static void list_touch(struct stream *s, uint32_t number, uint8_t phase,
		       int64_t now_ns)
{
	struct connection *c = connection_at(s, number);

	c->last_ns = now_ns;
	if (c->phase == phase && s->phases[phase].newest == number)
		return;
	list_remove(s, number);
	c->phase = phase;
	list_add(s, number);
}

/* Enters `number` in the list of those with a hole, or takes it out. */
static void note_holes(struct stream *s, uint32_t number)
{
	struct connection *c = connection_at(s, number);
	bool waits =
		tcp_is_waiting(&c->sides[0]) || tcp_is_waiting(&c->sides[1]);

	if (waits == c->waits)
		return;
	c->waits = waits;
	if (waits) {
		c->waits_before = 0;
		c->waits_behind = s->waiting;
		if (s->waiting != 0)
			connection_at(s, s->waiting)->waits_before = number;
		s->waiting = number;
		return;
	}
	if (c->waits_before != 0)
		connection_at(s, c->waits_before)->waits_behind =
			c->waits_behind;
	else
		s->waiting = c->waits_behind;
	if (c->waits_behind != 0)
		connection_at(s, c->waits_behind)->waits_before =
			c->waits_before;
}

/* ---- from TCP to the levels */

struct delivery {
	struct stream *stream;
	struct connection *connection;
	unsigned direction;
};

static void deliver(void *ctx, const struct payload *p)
{
	struct delivery *d = ctx;

	line_push(&d->stream->levels, &d->connection->line, d->direction, p);
}

static void deliver_hole(void *ctx)
{
	struct delivery *d = ctx;
	struct levels *levels = &d->stream->levels;

	if (line_is_wanted(&d->connection->line, d->direction))
		levels->counters->undecoded[UNDECODED_TCP_GAP]++;
	line_lost(levels, &d->connection->line, d->direction);
}

static struct tcp_out out_of(struct delivery *d)
{
	return (struct tcp_out){ .ctx = d,
				 .bytes = deliver,
				 .lost = deliver_hole,
				 .pool = &d->stream->pool };
}

/* Gives up the holes that nothing will fill any more. */
static void check_holes(struct stream *s, uint32_t number, int64_t now_ns)
{
	struct connection *c = connection_at(s, number);

	for (unsigned i = 0; i < DIRECTIONS; i++) {
		struct delivery d = { s, c, i };
		struct tcp_out out = out_of(&d);

		/* Ends: each turn hands a piece on. */
		while (tcp_is_overdue(&c->sides[i], now_ns))
			tcp_give_up(&c->sides[i], &out);
	}
	note_holes(s, number);
}

static void check_ends(struct stream *s, struct connection *c)
{
	for (unsigned i = 0; i < DIRECTIONS; i++) {
		if (c->ended[i] || !tcp_is_at_end(&c->sides[i]))
			continue;
		c->ended[i] = true;
		line_end(&s->levels, &c->line, i);
	}
}

/* Hands on what is held and forgets the rest; the connection stays. */
static void wind_up(struct stream *s, uint32_t number)
{
	struct connection *c = connection_at(s, number);

	for (unsigned i = 0; i < DIRECTIONS; i++) {
		struct delivery d = { s, c, i };
		struct tcp_out out = out_of(&d);

		tcp_finish(&c->sides[i], &out);
	}
	line_finish(&s->levels, &c->line);
	note_holes(s, number);
	line_clear(&s->levels, &c->line);
}

/* ---- connections */

struct wanted {
	const struct stream *stream;
	const struct endpoint *ends;
};

static bool is_wanted(const void *ctx, uint32_t number)
{
	const struct wanted *w = ctx;
	const struct connection *c = connection_at(w->stream, number);

	return endpoint_eq(&c->line.ends[0], &w->ends[0]) &&
	       endpoint_eq(&c->line.ends[1], &w->ends[1]);
}

static uint64_t hash_of(const struct stream *s, const struct endpoint *ends)
{
	return hash_bytes(s->seed, (struct slice){ (const char *)ends,
						   2 * sizeof(*ends) });
}

/* The ends of a flow, the lower first; returns the direction. */
static unsigned ends_of(const struct flow *flow, struct endpoint *ends)
{
	unsigned direction;

	ends[0] = flow->source;
	ends[1] = flow->destination;
	direction = memcmp(&ends[0], &ends[1], sizeof(ends[0])) > 0;
	if (direction == 1) {
		ends[0] = flow->destination;
		ends[1] = flow->source;
	}
	return direction;
}

static void line_init(struct line *line, const struct endpoint *ends)
{
	*line = (struct line){ .ends = { ends[0], ends[1] } };
	line->level.transport = TRANSPORT_TCP;
	line->sip_port = port_is_sip(ends[0].port) || port_is_sip(ends[1].port);
}

static void connection_drop(struct stream *s, uint32_t number)
{
	struct connection *c = connection_at(s, number);

	wind_up(s, number);
	list_remove(s, number);
	map_remove(&s->by_ends, hash_of(s, c->line.ends), number);
	slab_give(&s->connections, number);
}

/* 0 when out of memory. */
static uint32_t connection_new(struct stream *s, const struct endpoint *ends,
			       int64_t now_ns)
{
	uint32_t number;
	struct connection *c;

	if (s->phases[PHASE_HALF_OPEN].count >= HALF_OPEN_MAX)
		connection_drop(s, s->phases[PHASE_HALF_OPEN].oldest);
	c = slab_take(&s->connections, &number);
	if (c == NULL)
		return 0;
	line_init(&c->line, ends);
	c->last_ns = now_ns;
	if (map_add(&s->by_ends, hash_of(s, ends), number)) {
		slab_give(&s->connections, number);
		return 0;
	}
	list_add(s, number);
	return number;
}

/* Another connection of the same ends takes the place of the one before. */
static void connection_renew(struct stream *s, uint32_t number)
{
	struct connection *c = connection_at(s, number);
	struct endpoint ends[2] = { c->line.ends[0], c->line.ends[1] };

	wind_up(s, number);
	line_init(&c->line, ends);
	memset(c->sides, 0, sizeof(c->sides));
	memset(c->ended, 0, sizeof(c->ended));
}

/* ---- what is over */

static void expire(struct stream *s, int64_t now_ns)
{
	for (unsigned i = 0; i < PHASES; i++) {
		struct list *l = &s->phases[i];

		/* Ends: each turn drops a connection. */
		while (l->oldest != 0) {
			struct connection *c = connection_at(s, l->oldest);

			/* A clock that was ahead and was set right. */
			if (since(c->last_ns, now_ns) > phase_ns[i])
				c->last_ns = now_ns;
			if (since(now_ns, c->last_ns) <= phase_ns[i])
				break;
			connection_drop(s, l->oldest);
		}
	}
}

static void sweep(struct stream *s, int64_t now_ns)
{
	uint32_t number = s->waiting;

	if (since(now_ns, s->swept_ns) < SWEEP_NS && now_ns >= s->swept_ns)
		return;
	s->swept_ns = now_ns;
	while (number != 0) {
		uint32_t next = connection_at(s, number)->waits_behind;

		check_holes(s, number, now_ns);
		check_ends(s, connection_at(s, number));
		number = next;
	}
}

static uint32_t quietest(const struct stream *s)
{
	static const enum phase order[PHASES] = { PHASE_HALF_OPEN, PHASE_CLOSED,
						  PHASE_OPEN, PHASE_TALKING };

	for (unsigned i = 0; i < PHASES; i++)
		if (s->phases[order[i]].oldest != 0)
			return s->phases[order[i]].oldest;
	return 0;
}

/* Would anybody miss it? */
static bool is_missed(const struct line *line)
{
	return line_is_wanted(line, 0) || line_is_wanted(line, 1);
}

/* Drops a connection because there are too many. */
static void sacrifice(struct stream *s, uint32_t number)
{
	const struct connection *c = connection_at(s, number);

	if (is_missed(&c->line) && (c->waits || line_holds(&c->line)))
		s->levels.counters->undecoded[UNDECODED_MEMORY]++;
	connection_drop(s, number);
}

/* What is kept for the next goes first, then who was quiet longest. */
static void keep_ceiling(struct stream *s)
{
	while (stream_bytes(s) > s->memory_bytes) {
		uint32_t number = quietest(s);

		levels_trim(&s->levels);
		tcp_pool_trim(&s->pool);
		if (stream_bytes(s) <= s->memory_bytes || number == 0)
			return;
		sacrifice(s, number);
	}
}

/* ---- segments */

/*
 * Payload so far from what a closed connection said that another must have
 * taken its ports over, whose SYN was not seen.
 */
static bool is_stranger(const struct connection *c, const struct tcp_side *side,
			const struct payload *p)
{
	int32_t ahead = (int32_t)(p->sequence - side->next);

	return c->phase == PHASE_CLOSED && p->sent > 0 &&
	       (side->state & TCP_STARTED) != 0 &&
	       (ahead > TCP_WAIT_BYTES || ahead < -TCP_WAIT_BYTES);
}

static uint8_t phase_after(const struct connection *c, const struct payload *p)
{
	const struct tcp_side *sides = c->sides;

	if ((p->tcp_flags & TCP_RST) != 0 ||
	    (sides[0].state & sides[1].state & TCP_FINISHED) != 0)
		return PHASE_CLOSED;
	if (c->phase == PHASE_CLOSED)
		return PHASE_CLOSED;
	if (c->phase == PHASE_HALF_OPEN && p->sent == 0)
		return PHASE_HALF_OPEN;
	return is_missed(&c->line) ? PHASE_TALKING : PHASE_OPEN;
}

static uint32_t find(struct stream *s, const struct endpoint *ends,
		     const struct payload *p)
{
	const struct wanted wanted = { s, ends };
	uint32_t number =
		map_find(&s->by_ends, hash_of(s, ends), is_wanted, &wanted);

	if (number != 0)
		return number;
	if ((p->tcp_flags & TCP_RST) != 0 ||
	    ((p->tcp_flags & TCP_SYN) == 0 && p->sent == 0))
		return 0;
	return connection_new(s, ends, p->time_ns);
}

static void take_segment(struct stream *s, const struct payload *p)
{
	struct endpoint ends[2];
	unsigned direction = ends_of(&p->flow, ends);
	uint32_t number = find(s, ends, p);
	struct connection *c;
	struct tcp_side *side;
	struct delivery d;
	struct tcp_out out;

	if (number == 0)
		return;
	c = connection_at(s, number);
	side = &c->sides[direction];
	if (tcp_is_other(side, p) || is_stranger(c, side, p)) {
		connection_renew(s, number);
		list_touch(s, number, PHASE_HALF_OPEN, p->time_ns);
	}
	if ((p->tcp_flags & TCP_SYN) != 0 && (side->state & TCP_STARTED) == 0)
		line_begin(&c->line, direction);
	d = (struct delivery){ s, c, direction };
	out = out_of(&d);
	/* What a reset holds is for people (RFC 1122 section 4.2.2.12). */
	if ((p->tcp_flags & TCP_RST) == 0)
		tcp_push(side, p, &out);
	if ((p->tcp_flags & TCP_ACK) != 0)
		tcp_acknowledge(&c->sides[1 - direction], p->acknowledgment,
				p->time_ns);
	check_holes(s, number, p->time_ns);
	check_ends(s, c);
	list_touch(s, number, phase_after(c, p), p->time_ns);
}

/* ---- the whole */

enum err stream_new(struct stream **out, const struct stream_options *options)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct sctp_options sctp = { .message = options->reader.message,
				     .begins = options->reader.begins,
				     .ctx = options->reader.ctx,
				     .counters = options->counters };
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	s->memory_bytes = options->memory_bytes != 0 ? options->memory_bytes
						     : MEMORY_BYTES;
	sctp.memory_bytes = SCTP_SHARE(s->memory_bytes);
	e = sctp_new(&s->sctp, &sctp);
	if (e) {
		free(s);
		return e;
	}
	s->levels = (struct levels){ .reader = options->reader,
				     .keys = options->keys,
				     .counters = options->counters };
	s->seed = hash_seed();
	slab_init(&s->connections, sizeof(struct connection));
	map_init(&s->by_ends);
	*out = s;
	return ERR_OK;
}

void stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < PHASES; i++) {
		uint32_t number = s->phases[i].oldest;

		while (number != 0) {
			struct connection *c = connection_at(s, number);

			number = c->newer;
			line_clear(&s->levels, &c->line);
			for (unsigned d = 0; d < DIRECTIONS; d++)
				tcp_clear(&c->sides[d], &s->pool);
		}
	}
	levels_trim(&s->levels);
	tcp_pool_trim(&s->pool);
	slab_free(&s->connections);
	map_free(&s->by_ends);
	sctp_free(s->sctp);
	free(s);
}

void stream_push(struct stream *s, const struct payload *p)
{
	switch ((enum payload_kind)p->kind) {
	case PAYLOAD_SEGMENT:
		expire(s, p->time_ns);
		take_segment(s, p);
		sweep(s, p->time_ns);
		break;
	case PAYLOAD_SCTP:
		sctp_push(s->sctp, p);
		break;
	case PAYLOAD_DATAGRAM:
		return;
	}
	keep_ceiling(s);
}

void stream_set_now(struct stream *s, int64_t now_ns)
{
	expire(s, now_ns);
	sweep(s, now_ns);
}

void stream_finish(struct stream *s)
{
	uint32_t number;

	while ((number = quietest(s)) != 0)
		connection_drop(s, number);
	sctp_finish(s->sctp);
}

uint64_t stream_bytes(const struct stream *s)
{
	return slab_bytes(&s->connections) + map_bytes(&s->by_ends) +
	       s->levels.bytes + s->pool.bytes + sctp_bytes(s->sctp);
}
