#include "sipmon/call/media.h"

#include "sipmon/media/codec.h"
#include "sipmon/sip/body.h"
#include "step.h"

/*
 * A stream belongs to a call if it lasted while the call did.  What begins
 * behind the BYE does not: the next call may have the same ports at once.  Of a
 * call whose end was not seen nobody knows when they are given away again:
 * streams that begin in the first minute behind its last message, or soon
 * behind another one of it, are its own.
 */
#define AFTER_OPEN_NS   INT64_C(60000000000)
#define AFTER_STREAM_NS INT64_C(5000000000)

/*
 * Bounds of one look at a call: addresses that are told apart, and streams,
 * of which there may be STREAMS_HERE_MAX to each of them.
 */
#define PLACES_MAX        32
#define STREAMS_LOOKED_AT (4 * STREAMS_HERE_MAX)

const struct media_note *view_media(const struct view *v, uint32_t id)
{
	return id == 0 || !slab_holds(&v->media, id) ? NULL
						     : slab_at(&v->media, id);
}

const struct streams *view_streams(const struct view *v)
{
	return v->streams;
}

/* ---- streams of a call */

struct search {
	const struct view *view;
	const struct call *call;
	int64_t begin_ns; /* streams shall last in between */
	int64_t end_ns;
	bool is_open; /* the end of the call was not seen */
	const struct endpoint *places[PLACES_MAX]; /* promised, each once */
	unsigned place_count;
	struct call_media *out;
	unsigned room;
	unsigned count;
	unsigned left; /* streams that may still be looked at */
};

static bool is_promised(const struct search *s, const struct endpoint *e)
{
	for (unsigned i = 0; i < s->place_count; i++)
		if (endpoint_eq(s->places[i], e))
			return true;
	return false;
}

/* Where the call's SDP says that media may be sent, and from when on. */
static void find_places(struct search *s)
{
	const struct view *v = s->view;

	s->begin_ns = INT64_MAX;
	for (const struct media_note *n = view_media(v, s->call->first_media);
	     n != NULL; n = view_media(v, n->next)) {
		const struct endpoint *e = &n->media.endpoint;
		int64_t time_ns = view_msg(v, n->msg)->time_ns;

		if (time_ns < s->begin_ns)
			s->begin_ns = time_ns;
		if (e->port != 0 && e->family != 0 &&
		    s->place_count < PLACES_MAX && !is_promised(s, e))
			s->places[s->place_count++] = e;
	}
}

static bool is_in_time(const struct search *s, const struct media_stream *m)
{
	return m->proven && m->last_ns >= s->begin_ns &&
	       m->first_ns <= s->end_ns;
}

/* The next of a destination; NULL behind the last one. */
static const struct media_stream *next_stream(struct search *s, uint32_t *id)
{
	const struct media_stream *m = streams_at(view_streams(s->view), *id);

	if (m == NULL || s->left == 0)
		return NULL;
	s->left--;
	*id = m->next_here;
	return m;
}

/* In order of the first packet; one that is there already is not put twice. */
static void add_stream(struct search *s, const struct media_stream *m,
		       bool by_source)
{
	unsigned i = s->count;

	for (unsigned k = 0; k < s->count; k++)
		if (s->out[k].stream == m)
			return;
	if (i == s->room) {
		if (i == 0 || s->out[i - 1].stream->first_ns <= m->first_ns)
			return;
		i--;
	} else {
		s->count++;
	}
	for (; i > 0 && s->out[i - 1].stream->first_ns > m->first_ns; i--)
		s->out[i] = s->out[i - 1];
	s->out[i] = (struct call_media){ m, NULL, by_source };
}

/*
 * What the call sends back to where a stream to it came from, if nothing said
 * that media may be sent there: that promise was not seen, or names an address
 * behind a NAT, or there is a relay in between.
 */
static void find_back(struct search *s, const struct endpoint *from)
{
	uint32_t id = streams_to(view_streams(s->view), from);
	const struct media_stream *m;

	if (is_promised(s, from))
		return;
	while ((m = next_stream(s, &id)) != NULL)
		if (is_in_time(s, m) && is_promised(s, &m->source))
			add_stream(s, m, true);
}

static void find_at(struct search *s, const struct endpoint *place)
{
	uint32_t id = streams_to(view_streams(s->view), place);
	const struct media_stream *m;

	while ((m = next_stream(s, &id)) != NULL) {
		if (!is_in_time(s, m))
			continue;
		if (s->is_open && m->last_ns + AFTER_STREAM_NS > s->end_ns)
			s->end_ns = m->last_ns + AFTER_STREAM_NS;
		add_stream(s, m, false);
		find_back(s, &m->source);
	}
}

/* The latest note of `e` before the stream ended; else the first. */
static const struct media_note *
find_note(const struct search *s, const struct endpoint *e, int64_t end_ns)
{
	const struct view *v = s->view;
	const struct media_note *best = NULL;
	int64_t best_ns = 0;

	for (const struct media_note *n = view_media(v, s->call->first_media);
	     n != NULL; n = view_media(v, n->next)) {
		int64_t time_ns = view_msg(v, n->msg)->time_ns;

		if (!endpoint_eq(e, &n->media.endpoint))
			continue;
		if (best == NULL || (time_ns <= end_ns && (time_ns >= best_ns ||
							   best_ns > end_ns))) {
			best = n;
			best_ns = time_ns;
		}
	}
	return best;
}

unsigned call_media_list(const struct view *v, const struct call *c,
			 struct call_media *out, unsigned room)
{
	bool is_open = c->class != CALL_CLASS_FINISHED;
	struct search s = {
		.view = v,
		.call = c,
		.end_ns = c->end_ns + (is_open ? AFTER_OPEN_NS : 0),
		.is_open = is_open,
		.out = out,
		.room = room,
		.left = STREAMS_LOOKED_AT,
	};

	if (c->first_media == 0 || streams_seen(view_streams(v)) == 0)
		return 0;
	find_places(&s);
	for (unsigned i = 0; i < s.place_count; i++)
		find_at(&s, s.places[i]);
	for (unsigned i = 0; i < s.count; i++) {
		const struct media_stream *m = out[i].stream;

		out[i].note = find_note(
			&s, out[i].by_source ? &m->source : &m->destination,
			m->last_ns);
	}
	return s.count;
}

/* ---- codec */

/* The name of an encoding ("opus/48000/2") as far as it is fit to be shown,
 * and its clock. */
static uint32_t read_encoding(struct slice encoding, char *out, size_t size)
{
	enum codec known = codec_find(encoding);
	uint32_t clock = codec_clock_of(encoding);
	struct slice name = slice_split(encoding, '/', NULL);

	if (known != CODEC_OTHER)
		name = slice_of(codec_name(known));
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~')
			return 0;
	if (clock != 0)
		slice_copy(name, out, size);
	return clock;
}

static uint32_t read_sdp(const struct view *v, const struct call_media *m,
			 struct buf *bytes, char *out, size_t size)
{
	const struct captured_msg *kept = view_msg(v, m->note->msg);
	struct sip_msg msg;
	struct slice body;
	struct slice encoding;

	if (kept == NULL || view_bytes(v, kept, bytes) ||
	    !sip_msg_parse(&msg, buf_slice(bytes)))
		return 0;
	body = sip_body_sdp(msg.content_type, msg.body);
	if (!slice_is_set(body))
		return 0;
	encoding = sdp_encoding(body, m->note->line, m->stream->type);
	return slice_is_set(encoding) ? read_encoding(encoding, out, size) : 0;
}

uint32_t call_media_codec(const struct view *v, const struct call_media *m,
			  char *out, size_t size)
{
	enum codec known = codec_of_type(m->stream->type);
	struct buf bytes;
	uint32_t clock;

	if (size == 0)
		return 0;
	out[0] = '\0';
	if (known != CODEC_OTHER) {
		slice_copy(slice_of(codec_name(known)), out, size);
		return codec_clock_of_type(m->stream->type);
	}
	buf_init(&bytes, SIP_MESSAGE_BYTES_MAX);
	clock = read_sdp(v, m, &bytes, out, size);
	buf_free(&bytes);
	return clock;
}

/* ---- addresses */

static bool is_private_v4(const uint8_t *a)
{
	switch (a[0]) {
	case 0:   /* RFC 1122: this host */
	case 10:  /* RFC 1918 */
	case 127: /* RFC 1122: loopback */
		return true;
	case 100: /* RFC 6598: shared by a carrier */
		return (a[1] & 0xc0) == 64;
	case 169: /* RFC 3927: link-local */
		return a[1] == 254;
	case 172: /* RFC 1918 */
		return (a[1] & 0xf0) == 16;
	case 192: /* RFC 1918 */
		return a[1] == 168;
	default:
		return false;
	}
}

/* RFC 4291 sections 2.5.2, 2.5.3, 2.5.6, RFC 4193. */
static bool is_private_v6(const uint8_t *a)
{
	static const uint8_t zeros[15] = { 0 };

	if ((a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80))
		return true;
	if (memcmp(a, zeros, 10) == 0 && a[10] == 0xff && a[11] == 0xff)
		return is_private_v4(a + 12);
	return memcmp(a, zeros, 15) == 0 && a[15] <= 1;
}

bool endpoint_is_private(const struct endpoint *e)
{
	if (e->family == 4)
		return is_private_v4(e->address);
	return e->family == 6 && is_private_v6(e->address);
}
