#include "level.h"

#include <stdlib.h>

#include "mark.h"
#include "sipmon/base/buf.h"

/* Inlets that are kept for the next, and how large they may be. */
#define SPARE_INLETS      64
#define SPARE_INLET_BYTES ((size_t)64 * 1024)

struct inlet {
	struct inlet *next;
	struct buf bytes;
	size_t need; /* fewer bytes are no use to who takes them */
	uint64_t memory[STREAM_READER_WORDS];
	/* Of the bytes: if they are all of one packet, where they lie. */
	uint64_t offset;
	int64_t time_ns;
	uint16_t source;
	bool waits;         /* they begin with what is whole and not taken */
	struct marks marks; /* then, where each packet's bytes end */
};

/* A layer, and what it carries. */
struct carrier {
	const struct layer_ops *ops;
	void *layer;
	struct levels *levels;
	struct line *line;
	struct level above;
	struct layer_place place;
	uint64_t bytes; /* of the layer, as counted */
	unsigned number;
};

/* The bytes of a direction that are looked at now. */
struct view {
	struct levels *levels;
	struct line *line;
	struct level *level;
	struct level_side *side;
	struct inlet *inlet;
	unsigned direction;
	struct payload p;
	bool last;
	bool fresh; /* they begin where a packet does */
};

/* ---- inlets */

static void inlet_free(struct levels *levels, struct inlet *inlet)
{
	levels->bytes -= sizeof(*inlet) + inlet->bytes.room;
	buf_free(&inlet->bytes);
	free(inlet);
}

static struct inlet *inlet_take(struct levels *levels)
{
	struct inlet *inlet = levels->spare;

	if (inlet != NULL) {
		levels->spare = inlet->next;
		levels->spare_count--;
		return inlet;
	}
	inlet = calloc(1, sizeof(*inlet));
	if (inlet == NULL)
		return NULL;
	buf_init(&inlet->bytes, INLET_BYTES_MAX);
	levels->bytes += sizeof(*inlet);
	return inlet;
}

static void inlet_mark(struct levels *levels, struct inlet *inlet, size_t end,
		       int64_t time_ns)
{
	levels->bytes -= marks_bytes(&inlet->marks);
	marks_add(&inlet->marks, (struct mark){ .end = end,
						.time_ns = time_ns,
						.order = levels->order });
	levels->bytes += marks_bytes(&inlet->marks);
}

/* What is held waits for nothing but bytes. */
static void inlet_unmark(struct levels *levels, struct inlet *inlet)
{
	levels->bytes -= marks_bytes(&inlet->marks);
	marks_drop(&inlet->marks);
	inlet->waits = false;
}

/* Forgets what is held of a direction, and what its reader remembers. */
static void inlet_drop(struct levels *levels, struct level_side *side)
{
	struct inlet *inlet = side->inlet;

	side->inlet = NULL;
	if (inlet == NULL)
		return;
	inlet_unmark(levels, inlet);
	if (levels->spare_count >= SPARE_INLETS ||
	    inlet->bytes.room > SPARE_INLET_BYTES) {
		inlet_free(levels, inlet);
		return;
	}
	buf_clear(&inlet->bytes);
	inlet->need = 0;
	memset(inlet->memory, 0, sizeof(inlet->memory));
	inlet->next = levels->spare;
	levels->spare = inlet;
	levels->spare_count++;
}

static bool inlet_is_used(const struct inlet *inlet)
{
	for (unsigned i = 0; i < STREAM_READER_WORDS; i++)
		if (inlet->memory[i] != 0)
			return true;
	return inlet->bytes.len > 0;
}

static void inlet_add(struct levels *levels, struct inlet *inlet,
		      struct slice bytes)
{
	levels->bytes -= inlet->bytes.room;
	buf_add(&inlet->bytes, bytes);
	levels->bytes += inlet->bytes.room;
}

void levels_trim(struct levels *levels)
{
	while (levels->spare != NULL) {
		struct inlet *inlet = levels->spare;

		levels->spare = inlet->next;
		inlet_free(levels, inlet);
	}
	levels->spare_count = 0;
}

/* ---- what a level speaks */

static void mark_sip(struct view *v)
{
	v->side->speaks = SPEAKS_SIP;
	v->level->sip = true;
	v->line->sip = true;
}

static struct flow flow_of(const struct line *line, unsigned direction,
			   uint8_t transport)
{
	return (struct flow){ .source = line->ends[direction],
			      .destination = line->ends[1 - direction],
			      .transport = (enum transport)transport };
}

static void level_push(struct levels *levels, struct line *line,
		       struct level *level, unsigned direction,
		       const struct payload *p);
static void level_lost(struct levels *levels, struct line *line,
		       struct level *level, unsigned direction);
static void level_clear(struct levels *levels, struct level *level);
static void level_wake(struct levels *levels, struct line *line,
		       struct level *level, unsigned direction, bool last);

static void hand_message(struct carrier *c, struct payload *p)
{
	struct levels *levels = c->levels;

	if (levels->reader.begins(p->bytes) == STREAM_YES) {
		c->line->sip = true;
		c->above.sip = true;
	}
	levels->reader.message(levels->reader.ctx, p);
}

static void from_layer(void *ctx, const struct layer_out *out)
{
	struct carrier *c = ctx;
	struct payload p = {
		.flow = flow_of(c->line, out->direction, c->above.transport),
		.bytes = out->bytes,
		.time_ns =
			out->time_ns != 0 ? out->time_ns : c->levels->time_ns,
		.offset = PACKET_NO_OFFSET,
		.sent = (uint32_t)out->bytes.len,
		.source = c->levels->source,
	};

	if (out->flow != NULL)
		p.flow = *out->flow;
	if (out->hole)
		level_lost(c->levels, c->line, &c->above, out->direction);
	if (out->bytes.len == 0)
		return;
	if (out->whole)
		hand_message(c, &p);
	else
		level_push(c->levels, c->line, &c->above, out->direction, &p);
}

static uint8_t transport_above(const struct layer_ops *ops, uint8_t below)
{
	if (ops == &layer_tls)
		return TRANSPORT_TLS;
	if (ops == &layer_websocket)
		return below == TRANSPORT_TLS ? TRANSPORT_WSS : TRANSPORT_WS;
	return below;
}

static void count_layer(struct carrier *c)
{
	uint64_t now = c->ops->bytes(c->layer);

	c->levels->bytes += now - c->bytes;
	c->bytes = now;
}

static void carrier_close(struct levels *levels, struct level *level)
{
	struct carrier *c = level->carrier;

	if (c == NULL)
		return;
	level->carrier = NULL;
	level_clear(levels, &c->above);
	c->ops->close(c->layer);
	levels->bytes -= sizeof(*c) + c->bytes;
	free(c);
}

static struct carrier *carrier_new(struct view *v, unsigned number)
{
	struct carrier *c = calloc(1, sizeof(*c));
	struct levels *levels = v->levels;

	if (c == NULL)
		return NULL;
	c->ops = detect_layer(number);
	c->number = number;
	c->levels = levels;
	c->line = v->line;
	c->place = (struct layer_place){ .up = from_layer,
					 .ctx = c,
					 .begins = levels->reader.begins,
					 .keys = levels->keys,
					 .counters = levels->counters,
					 .sip_port = v->line->sip_port };
	c->layer = c->ops->open(&c->place);
	if (c->layer == NULL) {
		free(c);
		return NULL;
	}
	c->above.depth = v->level->depth + 1;
	c->above.transport = transport_above(c->ops, v->level->transport);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		c->above.sides[d].whole = v->level->sides[d].whole;
	levels->bytes += sizeof(*c);
	count_layer(c);
	return c;
}

/* From now on a layer has both directions; what waits is its too. */
static void carrier_open(struct view *v, unsigned number)
{
	unsigned other = 1 - v->direction;
	struct level_side *side = &v->level->sides[other];
	struct carrier *c = carrier_new(v, number);

	v->side->speaks = SPEAKS_UNKNOWN;
	if (c == NULL)
		return;
	v->level->carrier = c;
	v->side->speaks = SPEAKS_CARRIER;
	side->speaks = SPEAKS_CARRIER;
	if (side->unknown > 0)
		c->ops->lost(c->layer, other);
	level_wake(v->levels, v->line, v->level, other, false);
}

/* ---- who takes the bytes: each returns how many */

static size_t take_new(struct view *v)
{
	struct slice bytes = v->p.bytes;
	unsigned layer = 0;
	size_t n = 0;

	v->fresh = false;
	/* Line ends keep a connection alive (RFC 5626 section 4.4.1) and say
	 * nothing. */
	while (n < bytes.len && (bytes.ptr[n] == '\r' || bytes.ptr[n] == '\n'))
		n++;
	if (n == bytes.len)
		return n;
	bytes = slice_sub(bytes, n, bytes.len);
	switch (detect(v->levels, v->line, v->level, bytes, v->last, &layer)) {
	case SPEAKS_NEW:
		break;
	case SPEAKS_UNKNOWN:
		v->side->speaks = SPEAKS_UNKNOWN;
		break;
	case SPEAKS_SIP:
		mark_sip(v);
		break;
	case SPEAKS_CARRIER:
		carrier_open(v, layer);
		break;
	}
	return n;
}

static size_t drop_unknown(struct level_side *side, size_t n)
{
	side->unknown = n < SEARCH_BYTES - side->unknown
				? side->unknown + (uint32_t)n
				: SEARCH_BYTES;
	return n;
}

/* Bytes up to the end of a line whose begin was dropped. */
static size_t rest_of_line(const struct level_side *side, struct slice bytes)
{
	size_t n = 0;

	if (!side->midline)
		return 0;
	while (n < bytes.len && bytes.ptr[n] != '\r' && bytes.ptr[n] != '\n')
		n++;
	return n;
}

/*
 * A direction that was seen from its first byte, on a port of SIP, is searched
 * line by line, so that cuts do not matter.  Elsewhere a packet may well begin
 * with a message, behind a body that had no line end.
 */
static size_t take_unknown(struct view *v)
{
	struct level_side *side = v->side;
	bool sip = v->line->sip_port || v->line->sip;
	bool by_line = sip && side->whole;
	struct slice bytes = v->p.bytes;
	size_t begin = rest_of_line(side, bytes);
	size_t at = 0;

	if (v->fresh && !by_line) {
		side->speaks = SPEAKS_NEW;
		return 0;
	}
	if (!sip && side->unknown >= SEARCH_BYTES)
		return bytes.len;
	bytes = slice_sub(bytes, begin, bytes.len);
	switch (detect_search(v->levels, v->line, bytes, &at)) {
	case SPEAKS_SIP:
		mark_sip(v);
		break;
	case SPEAKS_NEW:
		break;
	case SPEAKS_UNKNOWN:
	case SPEAKS_CARRIER:
		if (bytes.len == 0)
			break;
		side->midline = by_line && bytes.ptr[bytes.len - 1] != '\r' &&
				bytes.ptr[bytes.len - 1] != '\n';
		return drop_unknown(side, begin + bytes.len);
	}
	if (bytes.len > 0)
		side->midline = false;
	return drop_unknown(side, begin + at);
}

static size_t take_sip(struct view *v)
{
	struct stream_bytes in = { .payload = v->p,
				   .last = v->last,
				   .memory = v->inlet->memory };
	size_t n;

	in.payload.flow = flow_of(v->line, v->direction, v->level->transport);
	in.payload.sent = (uint32_t)v->p.bytes.len;
	in.payload.kind = PAYLOAD_SEGMENT;
	n = v->levels->reader.bytes(v->levels->reader.ctx, &in);
	v->inlet->need = in.need;
	return n;
}

/* With how many bytes what comes next is whole; 0: not known. */
static size_t next_whole(const struct view *v)
{
	const struct carrier *c = v->level->carrier;

	if (c == NULL || c->ops->next == NULL || v->p.bytes.len == 0)
		return 0;
	return c->ops->next(c->layer, v->direction, v->p.bytes);
}

/* When the `whole` of it was there; now, if it is not yet or nobody knows. */
static struct mark moment_of(const struct view *v, size_t whole)
{
	const struct mark now = { .time_ns = v->p.time_ns,
				  .order = v->levels->order };

	if (whole == 0 || whole > v->p.bytes.len || v->inlet->marks.count == 0)
		return now;
	return marks_until(&v->inlet->marks, whole);
}

static size_t take_carrier(struct view *v)
{
	struct carrier *c = v->level->carrier;
	struct layer_in in = { .direction = v->direction,
			       .bytes = v->p.bytes,
			       .last = v->last };
	size_t whole = next_whole(v);
	size_t n;

	v->levels->time_ns = moment_of(v, whole).time_ns;
	v->levels->source = v->p.source;
	n = c->ops->take(c->layer, &in);
	count_layer(c);
	v->inlet->need = in.need;
	v->inlet->waits = n == 0 && whole > 0 && whole <= v->p.bytes.len;
	if (!c->ops->is_foreign(c->layer))
		return n;
	v->level->closed[c->number]++;
	carrier_close(v->levels, v->level);
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		struct level_side *side = &v->level->sides[d];

		side->speaks = SPEAKS_UNKNOWN;
		if (side->inlet == NULL)
			continue;
		side->inlet->need = 0;
		inlet_unmark(v->levels, side->inlet);
	}
	return n;
}

typedef size_t (*take_fn)(struct view *v);

static const take_fn take[] = {
	[SPEAKS_NEW] = take_new,
	[SPEAKS_UNKNOWN] = take_unknown,
	[SPEAKS_SIP] = take_sip,
	[SPEAKS_CARRIER] = take_carrier,
};

/* A turn takes bytes, or learns what they are; false: neither. */
static bool step(struct view *v)
{
	uint8_t speaks = v->side->speaks;
	size_t n;

	if (v->p.bytes.len == 0 ||
	    (!v->last && v->p.bytes.len < v->inlet->need))
		return false;
	n = take[speaks](v);
	if (n > v->p.bytes.len)
		n = v->p.bytes.len;
	if (n == 0 && v->side->speaks == speaks)
		return false;
	if (v->side->speaks != speaks)
		v->inlet->need = 0;
	marks_take(&v->inlet->marks, n);
	v->p.bytes = slice_sub(v->p.bytes, n, v->p.bytes.len);
	if (v->p.offset != PACKET_NO_OFFSET)
		v->p.offset += n;
	return true;
}

/* Takes what can be taken. */
static void run(struct view *v)
{
	while (step(v))
		;
}

/* Of both directions, in the order in which the packets came. */
static void run_both(struct view *v)
{
	bool more = true;

	while (more && v->level->carrier != NULL) {
		unsigned first = moment_of(&v[1], next_whole(&v[1])).order <
				 moment_of(&v[0], next_whole(&v[0])).order;

		more = step(&v[first]) || step(&v[1 - first]);
	}
}

/* ---- a level */

static struct view view_of(struct levels *levels, struct line *line,
			   struct level *level, unsigned direction)
{
	struct level_side *side = &level->sides[direction];

	return (struct view){ .levels = levels,
			      .line = line,
			      .level = level,
			      .side = side,
			      .inlet = side->inlet,
			      .direction = direction };
}

static void view_inlet(struct view *v)
{
	v->p = (struct payload){ .bytes = buf_slice(&v->inlet->bytes),
				 .time_ns = v->inlet->time_ns,
				 .offset = v->inlet->offset,
				 .source = v->inlet->source };
}

/* Marks are kept as long as anything whole waits. */
static void keep_marks(struct view *v)
{
	struct inlet *inlet = v->inlet;
	size_t len = v->p.bytes.len;

	if (inlet->marks.count > 0)
		v->p.time_ns = marks_until(&inlet->marks, len).time_ns;
	if (!inlet->waits)
		inlet_unmark(v->levels, inlet);
	else if (inlet->marks.count == 0)
		inlet_mark(v->levels, inlet, len, v->p.time_ns);
}

/* What was not taken goes to the begin of the inlet; false: no memory. */
static bool keep(struct view *v, const struct payload *added)
{
	struct inlet *inlet = v->inlet;
	struct slice rest = v->p.bytes;

	if (rest.len > 0 && inlet->bytes.len == 0) {
		inlet_add(v->levels, inlet, rest);
		if (inlet->bytes.failed)
			return false;
	} else if (rest.len > 0) {
		memmove(inlet->bytes.ptr, rest.ptr, rest.len);
		inlet->bytes.len = rest.len;
	} else {
		buf_clear(&inlet->bytes);
	}
	if (!inlet_is_used(inlet)) {
		inlet_drop(v->levels, v->side);
		return true;
	}
	keep_marks(v);
	inlet->offset = v->p.offset;
	inlet->time_ns = v->p.time_ns;
	inlet->source = v->p.source;
	if (added == NULL || rest.len > added->bytes.len)
		return true;
	/* All that is left came with the last packet. */
	inlet->time_ns = added->time_ns;
	inlet->offset = added->offset == PACKET_NO_OFFSET
				? PACKET_NO_OFFSET
				: added->offset + added->bytes.len - rest.len;
	return true;
}

/* Hands what is held on, once more, and drops the rest. */
static void flush(struct levels *levels, struct line *line, struct level *level,
		  unsigned direction)
{
	level_wake(levels, line, level, direction, true);
	inlet_drop(levels, &level->sides[direction]);
}

static void level_wake(struct levels *levels, struct line *line,
		       struct level *level, unsigned direction, bool last)
{
	struct view v = view_of(levels, line, level, direction);

	if (v.inlet == NULL || v.inlet->bytes.len == 0)
		return;
	view_inlet(&v);
	v.last = last;
	v.inlet->need = 0;
	run(&v);
	(void)keep(&v, NULL);
}

static void level_lost(struct levels *levels, struct line *line,
		       struct level *level, unsigned direction)
{
	struct level_side *side = &level->sides[direction];
	struct carrier *c;

	flush(levels, line, level, direction);
	side->whole = false;
	side->midline = false;
	c = level->carrier;
	if (c == NULL) {
		side->speaks = SPEAKS_NEW;
		return;
	}
	c->ops->lost(c->layer, direction);
	count_layer(c);
	level_lost(levels, line, &c->above, direction);
}

static void level_end(struct levels *levels, struct line *line,
		      struct level *level, unsigned direction)
{
	flush(levels, line, level, direction);
	if (level->carrier != NULL)
		level_end(levels, line, &level->carrier->above, direction);
}

static void level_clear(struct levels *levels, struct level *level)
{
	carrier_close(levels, level);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		inlet_drop(levels, &level->sides[d]);
}

/* As many bytes as complete what is wanted; else all that there is room for. */
static size_t bite(const struct level_side *side, size_t len, bool first)
{
	const struct inlet *inlet = side->inlet;
	size_t held = inlet != NULL ? inlet->bytes.len : 0;
	size_t n = INLET_BYTES_MAX - held;

	if (first && held > 0 && inlet->need > held && inlet->need - held < n)
		n = inlet->need - held;
	return n < len ? n : len;
}

static bool add(struct view *v, const struct payload *p)
{
	struct inlet *inlet = v->inlet;

	v->fresh = inlet->bytes.len == 0;
	if (v->fresh) {
		v->p = *p;
		return true;
	}
	inlet_add(v->levels, inlet, p->bytes);
	if (inlet->bytes.failed)
		return false;
	if (inlet->time_ns < p->time_ns)
		inlet->time_ns = p->time_ns;
	inlet->offset = PACKET_NO_OFFSET;
	if (inlet->waits)
		inlet_mark(v->levels, inlet, inlet->bytes.len, p->time_ns);
	view_inlet(v);
	return true;
}

static bool waits(const struct level *level, unsigned direction)
{
	const struct inlet *inlet = level->sides[direction].inlet;

	return inlet != NULL && inlet->waits;
}

/* Takes what was pushed, and what waits on the other side. */
static void run_all(struct view *v)
{
	unsigned other = 1 - v->direction;
	bool waited = waits(v->level, 0) || waits(v->level, 1);
	struct view both[DIRECTIONS];

	if (!waited)
		run(v);
	/* A layer that was opened just now may have woken it. */
	if (!waited && !waits(v->level, other))
		return;
	both[v->direction] = *v;
	both[other] = view_of(v->levels, v->line, v->level, other);
	if (both[other].inlet != NULL)
		view_inlet(&both[other]);
	run_both(both);
	if (both[other].inlet != NULL)
		(void)keep(&both[other], NULL);
	*v = both[v->direction];
	if (v->level->carrier == NULL)
		run(v);
}

static void push_bite(struct levels *levels, struct line *line,
		      struct level *level, unsigned direction,
		      const struct payload *p)
{
	struct level_side *side = &level->sides[direction];
	struct view v;

	if (side->inlet == NULL)
		side->inlet = inlet_take(levels);
	v = view_of(levels, line, level, direction);
	if (v.inlet != NULL && add(&v, p)) {
		run_all(&v);
		if (keep(&v, p) && v.p.bytes.len < INLET_BYTES_MAX)
			return;
	}
	/* Out of memory, or nobody may ask for so much. */
	levels->counters->undecoded[UNDECODED_MEMORY]++;
	level_lost(levels, line, level, direction);
}

static void level_push(struct levels *levels, struct line *line,
		       struct level *level, unsigned direction,
		       const struct payload *p)
{
	struct payload now = *p;
	size_t left = p->bytes.len;

	while (left > 0) {
		const struct level_side *side = &level->sides[direction];

		now.bytes.len = bite(side, left, left == p->bytes.len);
		left -= now.bytes.len;
		push_bite(levels, line, level, direction, &now);
		now.bytes.ptr += now.bytes.len;
		if (now.offset != PACKET_NO_OFFSET)
			now.offset += now.bytes.len;
	}
}

/* Tries what waits once more; `last`: whatever it waits for will not come. */
static void level_ask(struct levels *levels, struct line *line,
		      struct level *level, bool last)
{
	struct view both[DIRECTIONS];

	if (!waits(level, 0) && !waits(level, 1))
		return;
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		both[d] = view_of(levels, line, level, d);
		both[d].last = last;
		if (both[d].inlet != NULL)
			view_inlet(&both[d]);
	}
	run_both(both);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		if (both[d].inlet != NULL)
			(void)keep(&both[d], NULL);
}

/* ---- a line */

void line_begin(struct line *line, unsigned direction)
{
	line->level.sides[direction].whole = true;
}

/* The ends that waited for what came before them. */
static void check_ends(struct levels *levels, struct line *line)
{
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		if (!line->ends_late[d] || waits(&line->level, d))
			continue;
		line->ends_late[d] = false;
		level_end(levels, line, &line->level, d);
	}
}

void line_push(struct levels *levels, struct line *line, unsigned direction,
	       const struct payload *p)
{
	levels->order++;
	level_push(levels, line, &line->level, direction, p);
	check_ends(levels, line);
}

void line_lost(struct levels *levels, struct line *line, unsigned direction)
{
	level_ask(levels, line, &line->level, false);
	level_lost(levels, line, &line->level, direction);
	check_ends(levels, line);
}

void line_end(struct levels *levels, struct line *line, unsigned direction)
{
	level_ask(levels, line, &line->level, false);
	line->ends_late[direction] = true;
	check_ends(levels, line);
}

void line_finish(struct levels *levels, struct line *line)
{
	level_ask(levels, line, &line->level, false);
	level_ask(levels, line, &line->level, true);
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		line->ends_late[d] = false;
		level_end(levels, line, &line->level, d);
	}
}

void line_clear(struct levels *levels, struct line *line)
{
	level_clear(levels, &line->level);
}

static bool level_holds(const struct level *level)
{
	for (unsigned d = 0; d < DIRECTIONS; d++)
		if (level->sides[d].inlet != NULL)
			return true;
	return level->carrier != NULL && level_holds(&level->carrier->above);
}

bool line_holds(const struct line *line)
{
	return line->level.carrier != NULL || level_holds(&line->level);
}

bool line_is_wanted(const struct line *line, unsigned direction)
{
	return line->sip ||
	       (line->sip_port &&
		line->level.sides[direction].speaks != SPEAKS_UNKNOWN);
}
