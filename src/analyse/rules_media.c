#include "heard.h"
#include "offers.h"
#include "rules.h"
#include "sipmon/media/codec.h"

/* RTP that stopped so long before the end was not hung up. */
#define STOPPED_NS INT64_C(20000000000)

/* A stream with such gaps leaves silence out, and may go on with it. */
#define PAUSE_NS INT64_C(500000000)

/* One way of an audio line: what `from` sends to `to`. */
struct way {
	const struct media_note *from;
	const struct media_note *to;
	struct heard heard;
};

struct line {
	const struct scene *scene;
	const struct talk *talk;
	const struct offer *offer;
	int64_t since_ns;
	struct way ways[2]; /* of who offered; of who answered */
};

/* ---- a line and its two ways */

/*
 * Both send and receive, at the addresses that they name.  With ICE (RFC 8445)
 * those are only a first guess.
 */
static bool is_open(const struct sdp_media *m)
{
	return m->endpoint.family != 0 && m->endpoint.port != 0 &&
	       m->direction == SDP_SENDRECV &&
	       (m->flags & (SDP_ICE | SDP_HELD)) == 0;
}

static bool is_two_way(const struct offer *o)
{
	const struct sdp_media *a = &o->note->media;
	const struct sdp_media *b = &o->answer->media;

	return is_open(a) && is_open(b) &&
	       !endpoint_same_host(&a->endpoint, &b->endpoint);
}

/* False if it did not last long enough to tell anything. */
static bool look_at(const struct scene *s, const struct talk *k,
		    const struct offer *o, struct line *out)
{
	*out = (struct line){ .scene = s, .talk = k, .offer = o };
	out->since_ns = talk_since_ns(s, k, o);
	if (!is_two_way(o) || k->end_ns - out->since_ns < FLOW_NS)
		return false;
	out->ways[0].from = out->ways[1].to = o->note;
	out->ways[1].from = out->ways[0].to = o->answer;
	for (unsigned i = 0; i < 2; i++)
		heard_at(s, &out->ways[i].to->media.endpoint, out->since_ns,
			 k->end_ns, &out->ways[i].heard);
	return out->ways[0].heard.sure && out->ways[1].heard.sure;
}

static const struct endpoint *sender(const struct way *w)
{
	return &w->from->media.endpoint;
}

static const struct endpoint *receiver(const struct way *w)
{
	return &w->to->media.endpoint;
}

/*
 * Does who sends on `w` send to its other end in some way that the SDP does not
 * tell, after `time_ns`?  A relay sends to others as well: that is another
 * line.
 */
static bool sends_otherwise(const struct line *l, const struct way *w,
			    const struct endpoint *end, int64_t time_ns)
{
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n = call_media_list(l->scene->view, l->scene->call, list,
				     CALL_MEDIA_ROOM);

	for (unsigned i = 0; i < n; i++) {
		const struct media_stream *m = list[i].stream;

		if (m->last_ns < time_ns ||
		    !endpoint_same_host(&m->source, sender(w)))
			continue;
		if (list[i].by_source ||
		    endpoint_same_host(&m->destination, receiver(w)) ||
		    endpoint_same_host(&m->destination, end))
			return true;
	}
	return n == CALL_MEDIA_ROOM;
}

static void tell_line(const struct line *l, int64_t lasted_ns,
		      struct finding *out)
{
	finding_start(out, 0, lasted_ns, 0);
	finding_name(out, l->offer->note->msg);
	finding_name(out, l->offer->answer->msg);
	finding_name(out, l->talk->bye);
}

typedef bool (*line_fn)(const struct line *l, struct finding *out);

/* Judges each audio line that holds at the end of the call. */
static bool find_line(const struct scene *s, line_fn judge, struct finding *out)
{
	struct talk k;
	struct line l;

	if (s->call->first_media == 0 ||
	    streams_seen(view_streams(s->view)) == 0 || !talk_of(s, &k))
		return false;
	for (unsigned i = 0; i < k.count; i++)
		if (look_at(s, &k, &k.lines[i], &l) && judge(&l, out))
			return true;
	return false;
}

/* ---- one-way-media */

/* RFC 4961: who hears nothing at the address that he named may still hear at
 * the one that he sends from. */
static bool comes_back(const struct line *l, const struct media_stream *m)
{
	struct heard h;

	heard_at(l->scene, &m->source, l->since_ns, l->talk->end_ns, &h);
	return h.streams > 0 || !h.sure;
}

static bool is_one_way(const struct line *l, struct finding *out)
{
	unsigned i = l->ways[0].heard.streams > 0 ? 1 : 0;
	const struct way *silent = &l->ways[i];
	const struct media_stream *flow = l->ways[1 - i].heard.flow;

	if (silent->heard.streams > 0 || flow == NULL || comes_back(l, flow) ||
	    sends_otherwise(l, silent, &flow->source, INT64_MIN) ||
	    !heard_is_kept(l->scene, l->since_ns))
		return false;
	tell_line(l, flow->last_ns - flow->first_ns, out);
	out->count = flow->packets < UINT32_MAX ? (uint32_t)flow->packets
						: UINT32_MAX;
	out->element = *sender(silent);
	return true;
}

bool one_way_media(const struct scene *s, struct finding *out)
{
	return find_line(s, is_one_way, out);
}

/* ---- no-media */

/* Media may begin late, with DTLS or a slow phone. */
#define SILENT_NS INT64_C(5000000000)

/*
 * Does the capture see where the media of this line would go?  It has seen RTP
 * between its two hosts; or of one of them, and the signalling of this call
 * goes between the same two.
 */
static bool would_be_seen(const struct line *l)
{
	const struct flow *hop =
		view_hop(l->scene->view, l->offer->transaction->hop);
	const struct endpoint *a = receiver(&l->ways[0]);
	const struct endpoint *b = receiver(&l->ways[1]);
	bool same_way = (endpoint_same_host(&hop->source, a) &&
			 endpoint_same_host(&hop->destination, b)) ||
			(endpoint_same_host(&hop->source, b) &&
			 endpoint_same_host(&hop->destination, a));

	return heard_hosts(l->scene, a, b, !same_way);
}

static bool has_none(const struct line *l, struct finding *out)
{
	struct call_media list[1];

	if (l->talk->end_ns - l->since_ns < SILENT_NS ||
	    l->ways[0].heard.streams > 0 || l->ways[1].heard.streams > 0 ||
	    call_media_list(l->scene->view, l->scene->call, list, 1) > 0 ||
	    !heard_is_kept(l->scene, l->since_ns) || !would_be_seen(l))
		return false;
	tell_line(l, l->talk->end_ns - l->talk->begin_ns, out);
	return true;
}

bool no_media(const struct scene *s, struct finding *out)
{
	return find_line(s, has_none, out);
}

/* ---- rtp-timeout */

/* Codecs that may send nothing while nobody speaks. */
#define PAUSING                                                                \
	(CODEC_BIT(CODEC_CN) | CODEC_BIT(CODEC_G729) | CODEC_BIT(CODEC_G723) | \
	 CODEC_BIT(CODEC_GSM) | CODEC_BIT(CODEC_GSM_EFR) |                     \
	 CODEC_BIT(CODEC_GSM_HR) | CODEC_BIT(CODEC_SPEEX) |                    \
	 CODEC_BIT(CODEC_OPUS) | CODEC_BIT(CODEC_AMR) |                        \
	 CODEC_BIT(CODEC_AMR_WB) | CODEC_BIT(CODEC_AMR_WB_PLUS) |              \
	 CODEC_BIT(CODEC_EVS) | CODEC_BIT(CODEC_G7291) |                       \
	 CODEC_BIT(CODEC_EVRC) | CODEC_BIT(CODEC_QCELP) |                      \
	 CODEC_BIT(CODEC_SILK) | CODEC_BIT(CODEC_OTHER))

static bool may_pause(const struct way *w)
{
	const struct heard *h = &w->heard;
	const struct media_stream *flow = h->flow;
	uint64_t codecs = w->from->media.codecs & w->to->media.codecs;
	enum codec used = codec_of_type(flow->type);

	if (h->gap_ns >= PAUSE_NS || sdp_has_type(h->types, CODEC_TYPE_CN) ||
	    sdp_has_type(h->types, CODEC_TYPE_CN_OLD) ||
	    (codecs & CODEC_BIT(CODEC_CN)) != 0)
		return true;
	if (used != CODEC_OTHER)
		return (CODEC_BIT(used) & PAUSING) != 0;
	return ((w->from->media.codecs | w->to->media.codecs) & PAUSING) != 0;
}

static bool has_ack(const struct scene *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (transaction_is(s->list[i], TRANSACTION_ACKED) &&
		    s->list[i]->final_code < 300)
			return true;
	return false;
}

/* Both end the dialog without a BYE (RFC 3261 section 12.2.1.2). */
static bool has_lost_dialog(const struct scene *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (transaction_is(s->list[i], TRANSACTION_IN_DIALOG) &&
		    (s->list[i]->final_code == 408 ||
		     s->list[i]->final_code == 481))
			return true;
	return false;
}

/*
 * Is the call up although no BYE was seen?  Requests of its dialog pass here,
 * as its ACK shows, and RTP was captured all the while.
 */
static bool is_still_up(const struct line *l, int64_t stopped_ns)
{
	return has_ack(l->scene) && !has_lost_dialog(l->scene) &&
	       heard_any(l->scene, stopped_ns, stopped_ns + STOPPED_NS);
}

static bool has_stopped(const struct line *l, const struct way *w,
			struct finding *out)
{
	const struct heard *h = &w->heard;

	if (h->flow == NULL || l->talk->end_ns - h->last_ns < STOPPED_NS ||
	    may_pause(w) ||
	    sends_otherwise(l, w, receiver(w), h->last_ns + 1) ||
	    (l->talk->bye == 0 && !is_still_up(l, h->last_ns)))
		return false;
	tell_line(l, l->talk->end_ns - h->last_ns, out);
	out->element = *sender(w);
	return true;
}

static bool has_timed_out(const struct line *l, struct finding *out)
{
	return has_stopped(l, &l->ways[0], out) ||
	       has_stopped(l, &l->ways[1], out);
}

bool rtp_timeout(const struct scene *s, struct finding *out)
{
	return find_line(s, has_timed_out, out);
}

/* ---- poor-media */

/* Four seconds of packets of 20 ms: of fewer a lost one is a large part. */
#define JUDGED_LEAST 200

/* One in so many: G.711 without concealment then has a MOS of 2.2 (ITU-T G.107,
 * G.113), which is poor. */
#define LOST_PARTS 20

/* Packets lost on the way, as far as the capture itself did not drop them; 0 if
 * they are too few to tell. */
static uint64_t poorly_lost(const struct scene *s, const struct media_stream *m)
{
	int64_t missing = media_stream_lost(m);
	uint64_t lost;

	if (!m->proven || m->packets < JUDGED_LEAST || missing <= 0 ||
	    (uint64_t)missing <= s->dropped)
		return 0;
	lost = (uint64_t)missing - s->dropped;
	return lost >= (m->packets + lost + LOST_PARTS - 1) / LOST_PARTS ? lost
									 : 0;
}

/* Does its sender go on counting while it sends to another address, so that
 * what is missing here went there? */
static bool goes_elsewhere(const struct call_media *list, unsigned n,
			   const struct media_stream *m)
{
	for (unsigned i = 0; i < n; i++) {
		const struct media_stream *o = list[i].stream;

		if (o != m && o->ssrc == m->ssrc && o->first_ns < m->last_ns &&
		    o->last_ns > m->first_ns &&
		    endpoint_eq(&o->source, &m->source))
			return true;
	}
	return false;
}

static bool is_speech(const struct scene *s, const struct call_media *m)
{
	char name[32];

	(void)call_media_codec(s->view, m, name, sizeof(name));
	return m->note->media.kind == SDP_AUDIO &&
	       codec_is_speech(codec_find(slice_of(name)));
}

bool poor_media(const struct scene *s, struct finding *out)
{
	struct call_media list[CALL_MEDIA_ROOM];
	struct talk k;
	unsigned n;

	if (s->call->first_media == 0 ||
	    streams_seen(view_streams(s->view)) == 0 || !talk_of(s, &k))
		return false;
	n = call_media_list(s->view, s->call, list, CALL_MEDIA_ROOM);
	for (unsigned i = 0; i < n; i++) {
		const struct media_stream *m = list[i].stream;
		uint64_t lost = poorly_lost(s, m);

		if (lost == 0 || m->last_ns < k.begin_ns ||
		    goes_elsewhere(list, n, m) || !is_speech(s, &list[i]))
			continue;
		finding_start(out, 0, m->last_ns - m->first_ns,
			      lost < UINT32_MAX ? (unsigned)lost : UINT32_MAX);
		finding_name(out, list[i].note->msg);
		out->element = m->source;
		return true;
	}
	return false;
}
