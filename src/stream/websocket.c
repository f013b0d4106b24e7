/*
 * WebSocket: an HTTP upgrade, and then frames (RFC 6455) that hold a SIP
 * message each, or together (RFC 7118 section 5), packed or not (RFC 7692).
 */
#include <stdlib.h>

#include "http.h"
#include "layer.h"
#include "sipmon/base/buf.h"
#include "websocket_frame.h"
#include "websocket_inflate.h"

/* Twice what is kept of a SIP message, packed and unpacked. */
#define MESSAGE_BYTES_MAX ((size_t)128 * 1024)

enum phase {
	PHASE_BEGIN = 0, /* nothing was seen: a head, or the middle */
	PHASE_HEAD,      /* in an HTTP head */
	PHASE_FRAMES,
	PHASE_SEARCH, /* for a frame: behind a hole, or in the middle */
	PHASES
};

struct side {
	uint8_t phase;
	uint8_t end;      /* enum http_end, once it is known */
	uint32_t scanned; /* bytes of a head that were looked at */
	/* The frame whose payload comes next, and what of it did not come. */
	struct websocket_frame frame;
	uint64_t left;
	/* The message that it belongs to. */
	bool is_open; /* its last frame has not come */
	bool is_lost; /* and it is not to be read */
	bool compressed;
	struct buf message;
	struct websocket_inflater *inflater; /* NULL until it is needed */
};

struct websocket {
	struct layer_place place;
	struct side sides[DIRECTIONS];
	bool is_foreign;
	struct http_head answer; /* what was agreed on, if it was seen */
};

/* One look at bytes of a direction. */
struct look {
	struct websocket *w;
	struct side *side;
	struct layer_in *in;
	struct slice bytes;
};

static void count(struct websocket *w, enum undecoded reason)
{
	w->place.counters->undecoded[reason]++;
}

/* ---- messages */

static void forget_window(struct side *s)
{
	if (s->inflater != NULL)
		websocket_inflater_forget(s->inflater);
}

static void close_message(struct side *s)
{
	s->is_open = s->is_lost = s->compressed = false;
	buf_free(&s->message);
}

/* The message is broken, or too long: its frames go nowhere. */
static void lose_message(struct look *l, enum undecoded reason)
{
	struct side *s = l->side;

	if (s->is_lost)
		return;
	count(l->w, reason);
	s->is_lost = true;
	if (s->compressed)
		forget_window(s);
	buf_free(&s->message);
}

static void hand_up(struct look *l, struct slice message)
{
	const struct layer_out out = { .direction = l->in->direction,
				       .bytes = message,
				       .whole = true };

	if (message.len > 0)
		l->w->place.up(l->w->place.ctx, &out);
}

/* Whose messages are not referred to keeps no window of them. */
static void drop_window(struct look *l)
{
	struct side *s = l->side;

	if (!l->w->answer.no_takeover[s->end])
		return;
	websocket_inflater_free(s->inflater);
	s->inflater = NULL;
}

static void unpack(struct look *l, struct slice message)
{
	struct side *s = l->side;
	enum err e = ERR_NOMEM;
	struct buf out;

	if (s->inflater == NULL)
		s->inflater = websocket_inflater_new();
	buf_init(&out, MESSAGE_BYTES_MAX);
	if (s->inflater != NULL)
		e = websocket_inflate(s->inflater, message, &out);
	if (!e)
		hand_up(l, buf_slice(&out));
	else
		count(l->w,
		      e == ERR_NOMEM ? UNDECODED_MEMORY : UNDECODED_WEBSOCKET);
	buf_free(&out);
	drop_window(l);
}

static void end_message(struct look *l, struct slice message)
{
	struct side *s = l->side;

	if (!s->is_lost && s->compressed)
		unpack(l, message);
	else if (!s->is_lost)
		hand_up(l, message);
	close_message(s);
}

/* ---- frames */

/* A data frame: of which message is it? */
static void open_frame(struct look *l)
{
	struct side *s = l->side;
	const struct websocket_frame *f = &s->frame;
	const struct websocket *w = l->w;

	if (f->opcode != WEBSOCKET_CONTINUATION) {
		/* the message before has no end (RFC 6455 section 5.4) */
		if (s->is_open)
			lose_message(l, UNDECODED_WEBSOCKET);
		close_message(s);
		s->compressed = f->compressed;
		if (f->compressed && w->answer.is_answer &&
		    !w->answer.has_deflate)
			lose_message(l, UNDECODED_WEBSOCKET);
	} else if (!s->is_open) {
		lose_message(l, UNDECODED_WEBSOCKET);
	}
	s->is_open = true;
	if (f->length > MESSAGE_BYTES_MAX - s->message.len)
		lose_message(l, UNDECODED_WEBSOCKET);
}

static void keep_payload(struct look *l, struct slice payload, uint64_t at)
{
	struct side *s = l->side;
	char *here;

	if (s->is_lost || payload.len == 0)
		return;
	here = buf_reserve(&s->message, payload.len);
	if (here == NULL) {
		lose_message(l, UNDECODED_MEMORY);
		return;
	}
	websocket_unmask(here, payload, s->frame.key, at);
	s->message.len += payload.len;
}

/* Takes what came of the payload. */
static size_t take_payload(struct look *l)
{
	struct side *s = l->side;
	const struct websocket_frame *f = &s->frame;
	size_t n = s->left < l->bytes.len ? (size_t)s->left : l->bytes.len;
	struct slice payload = slice_sub(l->bytes, 0, n);
	bool is_whole = n == f->length;
	bool is_last = n == s->left && f->fin;

	if (!websocket_frame_is_control(f)) {
		/* one that is readable where it lies is not copied */
		if (is_whole && is_last && !f->masked && s->message.len == 0) {
			end_message(l, payload);
		} else {
			keep_payload(l, payload, f->length - s->left);
			if (is_last)
				end_message(l, buf_slice(&s->message));
		}
	}
	s->left -= n;
	return n;
}

/* No frame begins here: where one does is looked for. */
static size_t go_astray(struct look *l)
{
	count(l->w, UNDECODED_WEBSOCKET);
	if (l->side->is_open && l->side->compressed)
		forget_window(l->side);
	close_message(l->side);
	l->side->phase = PHASE_SEARCH;
	return 1;
}

static size_t take_frame(struct look *l)
{
	struct side *s = l->side;
	enum err e;

	if (s->left > 0)
		return take_payload(l);
	e = websocket_frame_read(&s->frame, l->bytes);
	if (e == ERR_AGAIN) {
		l->in->need = s->frame.header;
		return 0;
	}
	if (e)
		return go_astray(l);
	if (!websocket_frame_is_control(&s->frame))
		open_frame(l);
	s->left = s->frame.length;
	l->bytes = slice_sub(l->bytes, s->frame.header, l->bytes.len);
	return s->frame.header + take_payload(l);
}

/*
 * Bytes up to the next frame whose message is SIP, or to the answer that
 * upgrades.  What may become one stays.  Ends: each turn is a byte further on.
 */
static size_t take_search(struct look *l)
{
	for (size_t at = 0; at < l->bytes.len; at++) {
		struct slice rest = slice_sub(l->bytes, at, l->bytes.len);
		enum stream_begins b =
			websocket_frame_begins(l->w->place.begins, rest);

		if (b == STREAM_YES)
			l->side->phase = PHASE_FRAMES;
		if (b == STREAM_NO && rest.ptr[0] == 'H') {
			b = http_begins(rest);
			if (b == STREAM_YES)
				l->side->phase = PHASE_HEAD;
		}
		if (b == STREAM_YES || (b == STREAM_MORE && !l->in->last))
			return at;
	}
	return l->bytes.len;
}

/* ---- the upgrade */

static size_t take_head(struct look *l)
{
	struct websocket *w = l->w;
	struct side *s = l->side;
	struct side *other = &w->sides[1 - l->in->direction];
	size_t len = http_head_length(l->bytes, &s->scanned);
	struct http_head h;

	if (len == 0) {
		w->is_foreign = l->bytes.len >= HTTP_HEAD_BYTES_MAX;
		return 0;
	}
	http_head_read(&h, slice_sub(l->bytes, 0, len));
	w->is_foreign = !http_head_upgrades(&h);
	if (h.is_answer)
		w->answer = h;
	s->end = h.is_answer ? HTTP_SERVER : HTTP_CLIENT;
	other->end = h.is_answer ? HTTP_CLIENT : HTTP_SERVER;
	s->scanned = 0;
	s->phase = PHASE_FRAMES;
	return len;
}

static size_t take_begin(struct look *l)
{
	switch (http_speaks(l->bytes)) {
	case STREAM_YES:
		l->side->phase = PHASE_HEAD;
		break;
	case STREAM_NO:
		l->side->phase = PHASE_SEARCH;
		break;
	case STREAM_MORE:
		break;
	}
	return 0;
}

/* ---- the layer */

static enum stream_begins websocket_begins(const struct layer_place *place,
					   struct slice bytes)
{
	enum stream_begins http = http_begins(bytes);

	return http != STREAM_NO ? http
				 : websocket_frame_begins(place->begins, bytes);
}

static void *websocket_open(const struct layer_place *place)
{
	struct websocket *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->place = *place;
	for (unsigned d = 0; d < DIRECTIONS; d++)
		buf_init(&w->sides[d].message, MESSAGE_BYTES_MAX);
	return w;
}

static size_t websocket_take(void *layer, struct layer_in *in)
{
	static size_t (*const take[PHASES])(struct look * l) = {
		[PHASE_BEGIN] = take_begin,
		[PHASE_HEAD] = take_head,
		[PHASE_FRAMES] = take_frame,
		[PHASE_SEARCH] = take_search,
	};
	struct websocket *w = layer;
	struct look l = { .w = w, .side = &w->sides[in->direction], .in = in };
	size_t taken = 0;

	in->need = 0;
	/* Ends: each turn takes bytes, or goes on to a later phase; from
	 * searching to frames only where one can be taken. */
	while (taken < in->bytes.len && !w->is_foreign) {
		uint8_t phase = l.side->phase;
		size_t n;

		l.bytes = slice_sub(in->bytes, taken, in->bytes.len);
		n = take[phase](&l);
		if (n == 0 && phase == l.side->phase)
			break;
		taken += n;
	}
	return taken;
}

static void websocket_lost(void *layer, unsigned direction)
{
	struct websocket *w = layer;
	struct side *s = &w->sides[direction];

	close_message(s);
	forget_window(s);
	s->scanned = 0;
	s->left = 0;
	s->phase = PHASE_SEARCH;
}

static bool websocket_is_foreign(const void *layer)
{
	const struct websocket *w = layer;

	return w->is_foreign;
}

static size_t websocket_bytes(const void *layer)
{
	const struct websocket *w = layer;
	size_t n = sizeof(*w);

	for (unsigned d = 0; d < DIRECTIONS; d++) {
		n += w->sides[d].message.room;
		if (w->sides[d].inflater != NULL)
			n += WEBSOCKET_INFLATER_BYTES;
	}
	return n;
}

static void websocket_close(void *layer)
{
	struct websocket *w = layer;

	for (unsigned d = 0; d < DIRECTIONS; d++) {
		buf_free(&w->sides[d].message);
		websocket_inflater_free(w->sides[d].inflater);
	}
	free(w);
}

const struct layer_ops layer_websocket = {
	.name = "websocket",
	.begins = websocket_begins,
	.open = websocket_open,
	.take = websocket_take,
	.lost = websocket_lost,
	.is_foreign = websocket_is_foreign,
	.bytes = websocket_bytes,
	.close = websocket_close,
};
