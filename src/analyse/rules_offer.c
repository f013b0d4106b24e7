#include "heard.h"
#include "offers.h"
#include "rules.h"
#include "sipmon/media/codec.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/reason.h"

/* "Not Acceptable Here", "Not Acceptable" (RFC 3261 21.4.26, 21.6.4) */
#define CODE_NOT_HERE     488
#define CODE_NOT_ANYWHERE 606

/* "Incompatible media format" (RFC 3261 section 20.43) */
#define WARNING_FORMAT 305

/* Packets of a type that nobody listed; fewer are a guess. */
#define PACKETS_LEAST 10

/* ---- codec-mismatch: what the descriptions say */

static uint64_t speech_of(uint64_t codecs)
{
	uint64_t speech = 0;

	for (unsigned c = 0; c < CODEC_OTHER; c++)
		if ((codecs & CODEC_BIT(c)) != 0 &&
		    codec_is_speech((enum codec)c))
			speech |= CODEC_BIT(c);
	return speech;
}

/* One number that both have in the static range is one codec, however they
 * call it: 2 is G721 and G726-32. */
static bool shares_static(const struct sdp_media *a, const struct sdp_media *b)
{
	for (unsigned type = 0; type < CODEC_TYPE_DYNAMIC; type++)
		if (sdp_has_type(a->types, type) &&
		    sdp_has_type(b->types, type) && type != CODEC_TYPE_CN &&
		    type != CODEC_TYPE_CN_OLD)
			return true;
	return false;
}

static bool has_nothing_common(const struct sdp_media *a,
			       const struct sdp_media *b)
{
	uint64_t asked = speech_of(a->codecs);
	uint64_t given = speech_of(b->codecs);

	return ((a->codecs | b->codecs) & CODEC_BIT(CODEC_OTHER)) == 0 &&
	       asked != 0 && given != 0 && (asked & given) == 0 &&
	       !shares_static(a, b);
}

static bool is_refusal(uint16_t code)
{
	return code == CODE_NOT_HERE || code == CODE_NOT_ANYWHERE;
}

/* The refusal names what it could do (RFC 3261 section 21.4.26); a 2xx that
 * sets the port to 0 takes no audio at all. */
static bool is_mismatch(const struct scene *s, const struct offer *o)
{
	uint16_t code = view_msg(s->view, o->answer->msg)->status;

	if (code >= 300 && !is_refusal(code))
		return false;
	if (code < 300 && (o->note->media.endpoint.port == 0 ||
			   o->answer->media.endpoint.port == 0))
		return false;
	return has_nothing_common(&o->note->media, &o->answer->media);
}

static bool find_mismatch(const struct scene *s, const struct offer *list,
			  unsigned n, struct finding *out)
{
	for (unsigned i = 0; i < n; i++) {
		const struct offer *o = &list[i];

		if (!offer_is_audio(o) || !is_mismatch(s, o))
			continue;
		finding_start(out, view_msg(s->view, o->answer->msg)->status,
			      -1, 0);
		finding_name(out, o->note->msg);
		finding_name(out, o->answer->msg);
		return true;
	}
	return false;
}

/* ---- codec-mismatch: what a refusal says */

static bool warns_of_format(const struct scene *s, uint32_t msg)
{
	struct reading r;
	bool found = false;

	if (reading_of(s, msg, &r))
		for (unsigned i = 0; !found; i++) {
			struct slice field =
				sip_msg_field(&r.msg, SIP_HEADER_WARNING, i);
			struct slice value;
			struct sip_warning w;

			if (!slice_is_set(field))
				break;
			while (sip_value_next(&field, &value))
				found |= !sip_warning_parse(&w, value) &&
					 w.code == WARNING_FORMAT;
		}
	reading_free(&r);
	return found;
}

static bool find_refusal(const struct scene *s, const struct offer *list,
			 unsigned n, struct finding *out)
{
	for (unsigned i = 0; i < n; i++) {
		const struct transaction *t = list[i].transaction;
		uint32_t final;

		if (!is_refusal(t->final_code) ||
		    list[i].note->media.kind != SDP_AUDIO)
			continue;
		final = final_of(s, t);
		if (final == 0 ||
		    !msg_is(view_msg(s->view, final), MSG_WARNING) ||
		    !warns_of_format(s, final))
			continue;
		finding_start(out, t->final_code, -1, 0);
		finding_name(out, list[i].note->msg);
		finding_name(out, final);
		return true;
	}
	return false;
}

/* ---- codec-mismatch: what the RTP says */

/* All types that any description of the call lists, for any kind of media:
 * addresses move and lines change. */
static void listed_types(const struct scene *s, uint64_t types[2])
{
	types[0] = UINT64_C(1) << CODEC_TYPE_CN | UINT64_C(1)
							  << CODEC_TYPE_CN_OLD;
	types[1] = 0;
	for (const struct media_note *n =
		     view_media(s->view, s->call->first_media);
	     n != NULL; n = view_media(s->view, n->next)) {
		types[0] |= n->media.types[0];
		types[1] |= n->media.types[1];
	}
}

/* Events beside the type are not told apart from other types. */
static bool is_unlisted(const struct media_stream *m, const uint64_t types[2])
{
	return !sdp_has_type(types, m->type) &&
	       m->packets - m->events >= PACKETS_LEAST;
}

/* The stream to `to` that began within the talk and is of such a type. */
static const struct media_stream *find_unlisted(const struct scene *s,
						const struct talk *k,
						const struct endpoint *to,
						const uint64_t types[2])
{
	const struct streams *table = view_streams(s->view);
	uint32_t id = streams_to(table, to);

	for (unsigned i = 0; id != 0 && i < CALL_MEDIA_ROOM; i++) {
		const struct media_stream *m = streams_at(table, id);

		if (m->first_ns >= k->begin_ns && m->last_ns <= k->end_ns &&
		    is_unlisted(m, types))
			return m;
		id = m->next_here;
	}
	return NULL;
}

static bool tell_unlisted(const struct offer *line,
			  const struct media_stream *m, struct finding *out)
{
	if (m == NULL)
		return false;
	finding_start(out, 0, m->last_ns - m->first_ns, m->type);
	finding_name(out, line->note->msg);
	finding_name(out, line->answer->msg);
	out->element = m->source;
	return true;
}

static bool find_foreign_rtp(const struct scene *s, struct finding *out)
{
	struct talk k;
	uint64_t types[2];

	if (streams_seen(view_streams(s->view)) == 0 || !talk_of(s, &k))
		return false;
	listed_types(s, types);
	for (unsigned i = 0; i < k.count; i++) {
		const struct offer *line = &k.lines[i];
		const struct media_note *ends[] = { line->note, line->answer };

		for (unsigned e = 0; e < 2; e++)
			if (tell_unlisted(
				    line,
				    find_unlisted(s, &k,
						  &ends[e]->media.endpoint,
						  types),
				    out))
				return true;
	}
	return false;
}

/* A description of which the end is missing says nothing of what it lacks. */
bool codec_mismatch(const struct scene *s, struct finding *out)
{
	struct offer list[OFFERS_ROOM];
	unsigned n;

	if (s->call->first_media == 0 || (s->call->noticed & MSG_CUT) != 0)
		return false;
	n = offers_of(s, list);
	return find_mismatch(s, list, n, out) ||
	       ((s->call->noticed & MSG_WARNING) != 0 &&
		find_refusal(s, list, n, out)) ||
	       find_foreign_rtp(s, out);
}

/* ---- sdp-answer-missing */

/* The messages of one INVITE that may carry an offer or an answer. */
struct exchange_of_sdp {
	uint32_t request;
	uint32_t final; /* the first 2xx */
	uint32_t ack;
	bool in_request;
	bool in_reliable;
	bool in_final;
	bool in_ack;
	bool broken; /* one of them was cut, or cannot be read */
};

static void add_to_exchange(struct exchange_of_sdp *x, uint32_t id,
			    const struct captured_msg *m)
{
	bool sdp = msg_is(m, MSG_SDP);

	x->broken |= msg_is(m, MSG_CUT) || msg_is(m, MSG_MALFORMED);
	if (!msg_is(m, MSG_RESPONSE)) {
		if (m->method == SIP_METHOD_ACK) {
			x->ack = id;
			x->in_ack |= sdp;
		} else {
			x->request = id;
			x->in_request |= sdp;
		}
	} else if (m->status >= 200 && m->status < 300) {
		if (x->final == 0)
			x->final = id;
		x->in_final |= sdp;
	} else if (m->status < 200) {
		x->in_reliable |= sdp && msg_is(m, MSG_RELIABLE);
	}
}

/* A body of another type may still hold one, for all that is known. */
static bool has_no_body(const struct scene *s, uint32_t msg)
{
	struct reading r;
	bool none = reading_of(s, msg, &r) && r.msg.body.len == 0;

	reading_free(&r);
	return none;
}

static bool is_noted(const struct scene *s, uint32_t msg)
{
	for (const struct media_note *n =
		     view_media(s->view, s->call->first_media);
	     n != NULL; n = view_media(s->view, n->next))
		if (n->msg == msg)
			return true;
	return false;
}

/* A PRACK whose response was not seen may have acknowledged the answer. */
static bool has_other_exchange(const struct scene *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i]->method == SIP_METHOD_PRACK ||
		    s->list[i]->method == SIP_METHOD_UPDATE)
			return true;
	return false;
}

static bool lacks_answer(const struct scene *s, const struct transaction *t,
			 struct finding *out)
{
	struct exchange_of_sdp x = { .request = 0 };
	uint32_t lacking;

	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		add_to_exchange(&x, id, m);
		id = m->next_in_transaction;
	}
	if (x.request == 0 || x.final == 0 || x.broken || x.in_reliable ||
	    x.in_request == x.in_final)
		return false;
	lacking = x.in_request ? x.final : x.ack;
	if (lacking == 0 || x.in_ack || has_other_exchange(s) ||
	    !is_noted(s, x.in_request ? x.request : x.final) ||
	    !has_no_body(s, lacking))
		return false;
	finding_start(out, t->final_code, -1, 0);
	finding_name(out, x.request);
	finding_name(out, x.final);
	finding_name(out, x.in_request ? 0 : x.ack);
	return true;
}

bool sdp_answer_missing(const struct scene *s, struct finding *out)
{
	if (s->call->first_media == 0)
		return false;
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->method == SIP_METHOD_INVITE && t->final_code >= 200 &&
		    t->final_code < 300 && lacks_answer(s, t, out))
			return true;
	}
	return false;
}
