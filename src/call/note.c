#include "sipmon/sip/body.h"
#include "step.h"

static void add_note(struct step *st, const struct sdp_media *media,
		     uint32_t body, unsigned line)
{
	struct view *v = view_of(st);
	struct call *c = st->call;
	struct media_note *note;
	uint32_t id;

	if (c->media_count >= CALL_MEDIA_MAX)
		return;
	note = slab_take(&v->media, &id);
	if (note == NULL)
		return;
	note->media = *media;
	note->msg = st->kept_id;
	note->body = body;
	note->line = (uint8_t)line;
	if (c->last_media != 0)
		((struct media_note *)slab_at(&v->media, c->last_media))->next =
			id;
	else
		c->first_media = id;
	c->last_media = id;
	if (line == 0)
		c->sdp_media = id;
	c->media_count++;
}

/* With ICE the address of c= is only the first guess (RFC 8839 section 4.1). */
static bool is_unreachable(const struct sdp_media *m)
{
	return (m->flags & (SDP_HELD | SDP_ICE)) == 0 &&
	       m->endpoint.port != 0 && endpoint_is_private(&m->endpoint);
}

/*
 * The first note of the SDP before, if it is the same: that of the hop before,
 * or a 200 that repeats what a 183 said.  To parse it again would be most of
 * the work.
 */
static const struct media_note *find_same(const struct step *st, uint32_t body)
{
	const struct media_note *n =
		view_media(view_of(st), st->call->sdp_media);

	return n != NULL && n->body == body ? n : NULL;
}

/* From `n`, the first note of the latest SDP, on. */
static void copy_notes(const struct view *v, const struct media_note *n,
		       struct sdp *out)
{
	out->media_count = 0;
	for (; n != NULL && out->media_count < SDP_MEDIA_MAX;
	     n = view_media(v, n->next))
		out->media[out->media_count++] = n->media;
}

unsigned media_note_sdp(struct step *st)
{
	const struct sip_msg *msg = st->in->msg;
	struct slice body = sip_body_sdp(msg->content_type, msg->body);
	const struct endpoint *to = &st->in->flow->destination;
	bool goes_out = to->family != 0 && !endpoint_is_private(to);
	unsigned flags = 0;
	const struct media_note *same;
	struct sdp sdp;
	uint32_t hash;

	if (!slice_is_set(body))
		return 0;
	hash = (uint32_t)hash_bytes(view_of(st)->seed, body);
	same = find_same(st, hash);
	if (same != NULL)
		copy_notes(view_of(st), same, &sdp);
	else if (!sdp_parse(&sdp, body))
		return 0;
	for (unsigned i = 0; i < sdp.media_count; i++) {
		add_note(st, &sdp.media[i], hash, i);
		if (goes_out && is_unreachable(&sdp.media[i]))
			flags |= MSG_SDP_PRIVATE;
	}
	return flags;
}

void media_forget(struct view *v, struct call *c)
{
	for (uint32_t i = c->first_media; i != 0;) {
		uint32_t next =
			((struct media_note *)slab_at(&v->media, i))->next;

		slab_give(&v->media, i);
		i = next;
	}
}
