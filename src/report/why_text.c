#include "why_text.h"

#include <stdio.h>

#include "format.h"
#include "proof.h"
#include "sipmon/base/clock.h"
#include "sipmon/call/leg.h"
#include "sipmon/report/audit_text.h"
#include "sipmon/report/narrative.h"
#include "sipmon/report/quality.h"
#include "wrap.h"

/* A call has many passages and timers; these many are told. */
#define PASSAGES_TOLD 24

#define TEXT_MAX ((size_t)1 << 16)

struct why {
	struct sink *sink;
	const struct report_input *in;
	const struct call *call;
	unsigned columns;
	struct buf text;
	unsigned finding_count;
	struct finding findings[FINDING_ROOM];
};

/* What stands in `text`, wrapped behind its lead. */
static void put(struct why *w, const char *lead)
{
	wrap_text(&w->sink->buf, w->columns, slice_of(lead),
		  buf_slice(&w->text));
	buf_clear(&w->text);
	sink_pass(w->sink);
}

static void tell_story(struct why *w)
{
	const struct narrative_input in = {
		.words = w->in->words,
		.has_findings = w->in->find != NULL,
		.finding_count = w->finding_count,
		.findings = w->findings,
		.utc = true,
	};

	if (narrative_of(&w->text, w->in->view, w->call, &in) == ERR_OK)
		put(w, "  ");
	buf_clear(&w->text);
}

static void tell_findings(struct why *w)
{
	for (unsigned i = 0; i < w->finding_count; i++) {
		const struct finding *f = &w->findings[i];
		char text[CLOCK_TEXT_BYTES];
		struct text_entry e;

		buf_add_text(&w->text, f->kind);
		if (f->lasted_ns >= 0)
			buf_add_format(&w->text, " %s",
				       clock_duration(f->lasted_ns, text));
		if (f->element.family != 0)
			buf_add_format(&w->text, " %s",
				       endpoint_host_text(&f->element, text));
		if (catalogue_finding(w->in->words, slice_of(f->kind), &e)) {
			buf_add(&w->text, SLICE(": "));
			buf_add(&w->text, e.meaning);
		}
		if (f->message_count > 0) {
			buf_add(&w->text, SLICE(" ["));
			proof_messages(&w->text, w->in, w->call, f);
			buf_add(&w->text, SLICE("] "));
			proof_defect(&w->text, w->in, f);
		}
		put(w, f->severity == FINDING_NOTE ? "  i " : "  ! ");
	}
}

static void tell_passages(struct why *w)
{
	struct passage list[PASSAGES_TOLD];
	unsigned n = passage_list(w->in->view, w->call, list, PASSAGES_TOLD);
	bool first = true;

	for (unsigned i = 0; i < n; i++) {
		if (!proof_element(&w->text, w->in, list, n, i))
			continue;
		put(w, first ? "  > " : "    ");
		first = false;
	}
}

static void tell_timers(struct why *w)
{
	struct audit list[AUDIT_ROOM];
	unsigned n;

	if (w->in->audit == NULL)
		return;
	n = w->in->audit(w->in->audit_ctx, w->in->view, w->call, list,
			 AUDIT_ROOM);
	for (unsigned i = 0; i < n; i++) {
		audit_text(&w->text, w->in->view, &list[i], w->in->words);
		put(w, i == 0 ? "  T " : "    ");
	}
}

static void tell_media(struct why *w)
{
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n =
		call_media_list(w->in->view, w->call, list, CALL_MEDIA_ROOM);

	for (unsigned i = 0; i < n; i++) {
		const struct media_stream *s = list[i].stream;
		struct stream_quality q =
			stream_quality_of(w->in->view, &list[i]);
		char from[ENDPOINT_TEXT_BYTES];
		char to[ENDPOINT_TEXT_BYTES];

		buf_add_format(&w->text, "RTP %s > %s ",
			       endpoint_text(&s->source, from),
			       endpoint_text(&s->destination, to));
		buf_add_text(&w->text, q.codec[0] != '\0' ? q.codec : "-");
		buf_add_format(&w->text, " %llu %s, %.2f %% %s",
			       (unsigned long long)s->packets,
			       words(w->in->words, "packets"), q.loss_percent,
			       words(w->in->words, "lost"));
		if (q.jitter_ns >= 0)
			buf_add_format(&w->text, ", %s %.2f ms",
				       words(w->in->words, "jitter"),
				       (double)q.jitter_ns / CLOCK_MS_NS);
		if (q.mos > 0)
			buf_add_format(&w->text, ", MOS %.2f", q.mos);
		put(w, i == 0 ? "  = " : "    ");
	}
}

static void tell_legs(struct why *w)
{
	struct leg legs[LEG_ROOM];
	unsigned n = leg_list(w->in->view, w->call, legs, LEG_ROOM);

	for (unsigned i = 0; i < n; i++) {
		const struct call *c = view_call(w->in->view, legs[i].call);

		if (c == NULL)
			continue;
		buf_add(&w->text, c->call_id);
		buf_add_format(&w->text, " (%s)", leg_tie_name(legs[i].tie));
		put(w, i == 0 ? "  x " : "    ");
	}
}

void why_text(struct sink *sink, const struct report_input *in,
	      const struct call *c, unsigned columns)
{
	struct why w = {
		.sink = sink, .in = in, .call = c, .columns = columns
	};

	buf_init(&w.text, TEXT_MAX);
	w.finding_count = format_findings(in, c, w.findings);
	buf_add_char(&sink->buf, '\n');
	tell_story(&w);
	tell_findings(&w);
	tell_passages(&w);
	tell_timers(&w);
	tell_media(&w);
	tell_legs(&w);
	buf_free(&w.text);
}
