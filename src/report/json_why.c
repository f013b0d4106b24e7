#include "json_why.h"

#include "sipmon/call/media.h"
#include "sipmon/report/narrative.h"
#include "sipmon/report/quality.h"
#include "sipmon/sip/message.h"

static void endpoint_member(struct json_report *w, const char *key,
			    const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_BYTES];

	json_put_text(&w->j, key, endpoint_text(e, text));
}

static void ms_member(struct json_report *w, const char *key, int64_t ns)
{
	if (ns < 0)
		json_put_null(&w->j, key);
	else
		json_put_ms(&w->j, key, ns);
}

void json_story(struct json_report *w, const struct call *c)
{
	const struct narrative_input in = { .words = w->in->words,
					    .has_findings = w->in->find != NULL,
					    .finding_count = w->finding_count,
					    .findings = w->findings,
					    .legs = w->legs,
					    .leg_count = w->leg_count,
					    .utc = true };

	buf_clear(&w->scratch);
	if (narrative_of(&w->scratch, w->in->view, c, &in) != ERR_OK)
		json_put_null(&w->j, "story");
	else
		json_put_slice(&w->j, "story", buf_slice(&w->scratch));
}

/* ---- media */

static void write_stream(struct json_report *w, const struct call_media *m)
{
	const struct media_stream *s = m->stream;
	struct stream_quality q = stream_quality_of(w->in->view, m);
	struct json *j = &w->j;

	json_put_object(j, NULL);
	endpoint_member(w, "source", &s->source);
	endpoint_member(w, "destination", &s->destination);
	json_put_uint(j, "ssrc", s->ssrc);
	json_put_slice(j, "codec",
		       q.codec[0] != '\0' ? slice_of(q.codec) : SLICE_NONE);
	json_put_uint(j, "packets", s->packets);
	json_put_int(j, "lost", q.lost);
	json_put_double(j, "loss_percent", q.loss_percent);
	ms_member(w, "jitter_ms", q.jitter_ns);
	json_put_ms(j, "max_delta_ms", s->max_delta_ns);
	if (q.mos > 0)
		json_put_double(j, "mos", q.mos);
	else
		json_put_null(j, "mos");
	json_put_object_end(j);
}

void json_media(struct json_report *w, const struct call *c)
{
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n = call_media_list(w->in->view, c, list, CALL_MEDIA_ROOM);

	json_put_array(&w->j, "media");
	for (unsigned i = 0; i < n; i++)
		write_stream(w, &list[i]);
	json_put_array_end(&w->j);
}

/* ---- legs */

void json_legs(struct json_report *w)
{
	const struct view *v = w->in->view;
	struct json *j = &w->j;

	json_put_array(j, "legs");
	for (unsigned i = 0; i < w->leg_count; i++)
		json_put_slice(j, NULL, view_call(v, w->legs[i].call)->call_id);
	json_put_array_end(j);
	json_put_array(j, "leg_ties");
	for (unsigned i = 0; i < w->leg_count; i++)
		json_put_text(j, NULL, leg_tie_name(w->legs[i].tie));
	json_put_array_end(j);
}

/* ---- what elements did, and timers */

void json_why_gather(struct json_report *w, const struct call *c)
{
	const struct report_input *in = w->in;

	w->leg_count = leg_list(in->view, c, w->legs, LEG_ROOM);
	w->passage_count = passage_list(in->view, c, w->passages, PASSAGE_ROOM);
	w->audit_count = 0;
	if (in->audit != NULL)
		w->audit_count = in->audit(in->audit_ctx, in->view, c,
					   w->audits, AUDIT_ROOM);
	for (unsigned i = 0; i < w->passage_count; i++) {
		places_want(&w->places, w->passages[i].in);
		places_want(&w->places, w->passages[i].out);
	}
	for (unsigned i = 0; i < w->audit_count; i++) {
		places_want(&w->places, w->audits[i].msg);
		places_want(&w->places, w->audits[i].end_msg);
	}
}

static bool read_message(struct json_report *w, struct buf *into, uint32_t id,
			 struct sip_msg *out)
{
	const struct captured_msg *m = view_msg(w->in->view, id);

	buf_clear(into);
	return m != NULL && !msg_is(m, MSG_CUT) &&
	       view_bytes(w->in->view, m, into) == ERR_OK &&
	       sip_msg_parse(out, buf_slice(into));
}

/* What it changed beyond what every proxy does; null if it was not read. */
static void write_changes(struct json_report *w, const struct passage *p)
{
	struct header_change changes[HEADER_CHANGES_MAX];
	const struct captured_msg *m = view_msg(w->in->view, p->out);
	struct sip_msg before;
	struct sip_msg after;
	unsigned n;

	/* Only requests that set out to make something: the rest of a dialog
	 * goes the way that these were given. */
	if (msg_is(m, MSG_RESPONSE) || msg_is(m, MSG_IN_DIALOG) ||
	    !read_message(w, &w->scratch, p->in, &before) ||
	    !read_message(w, &w->other, p->out, &after) ||
	    !header_changes_known(&before, &after)) {
		json_put_null(&w->j, "changed");
		return;
	}
	n = header_changes(&before, &after, changes, HEADER_CHANGES_MAX);
	json_put_array(&w->j, "changed");
	for (unsigned i = 0; i < n; i++)
		if (!changes[i].expected)
			json_put_slice(&w->j, NULL, changes[i].name);
	json_put_array_end(&w->j);
}

void json_hops(struct json_report *w)
{
	struct json *j = &w->j;

	json_put_array(j, "hops");
	for (unsigned i = 0; i < w->passage_count; i++) {
		const struct passage *p = &w->passages[i];
		char text[ENDPOINT_TEXT_BYTES];

		json_put_object(j, NULL);
		json_put_text(j, "element",
			      endpoint_host_text(&p->element, text));
		places_member(&w->places, j, "in", p->in);
		places_member(&w->places, j, "out", p->out);
		json_put_ms(j, "delay_ms", p->delay_ns);
		json_put_bool(j, "forked", p->forked);
		write_changes(w, p);
		json_put_object_end(j);
		sink_pass(&w->sink);
	}
	json_put_array_end(j);
}

void json_timers(struct json_report *w)
{
	struct json *j = &w->j;

	json_put_array(j, "timers");
	for (unsigned i = 0; i < w->audit_count; i++) {
		const struct audit *a = &w->audits[i];
		char text[ENDPOINT_TEXT_BYTES];

		json_put_object(j, NULL);
		json_put_text(j, "timer", a->timer);
		json_put_text(j, "result", audit_result_name(a->result));
		places_member(&w->places, j, "message", a->msg);
		places_member(&w->places, j, "end_message", a->end_msg);
		ms_member(w, "due_ms", a->due_ns);
		ms_member(w, "seen_ms", a->seen_ns);
		json_put_uint(j, "count", a->count);
		json_put_text(j, "element",
			      a->element.family != 0
				      ? endpoint_host_text(&a->element, text)
				      : NULL);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}
