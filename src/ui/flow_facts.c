#include <stdio.h>

#include "flow.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/call/audit.h"
#include "sipmon/call/media.h"
#include "sipmon/call/passage.h"
#include "sipmon/report/audit_text.h"
#include "sipmon/report/narrative.h"
#include "sipmon/ui/panel.h"

#define BYTES_MAX       (1U << 20)
#define LINE_BYTES_MAX  4096
#define STORY_BYTES_MAX 65536

static const char *tr(const struct flow_screen *f, const char *english)
{
	return words(f->ctx->words, english);
}

/* What an element changed */

/* "also Via, Max-Forwards, as every proxy does": each name once. */
static void fill_expected(struct flow_screen *f,
			  const struct header_change *changes, unsigned count,
			  bool alone)
{
	struct buf text;
	const char *value;

	buf_init(&text, LINE_BYTES_MAX);
	for (unsigned i = 0; i < count; i++) {
		bool told = !changes[i].expected;

		for (unsigned k = 0; k < i && !told; k++)
			told = changes[k].expected &&
			       slice_eq_nocase(changes[k].name,
					       changes[i].name);
		if (told)
			continue;
		if (text.len > 0)
			buf_add_text(&text, ", ");
		buf_add(&text, changes[i].name);
	}
	buf_add_char(&text, '\0');
	value = text.ptr;
	if (!text.failed && text.len > 1) {
		struct buf line;

		buf_init(&line, LINE_BYTES_MAX);
		phrase_add(&line,
			   tr(f, alone ? "only %1, as every proxy does"
				       : "also %1, as every proxy does"),
			   &value, 1);
		panel_paragraph(f->pane, STYLE_DIM, buf_slice(&line));
		buf_free(&line);
	}
	buf_free(&text);
}

static void fill_change(struct flow_screen *f, const struct header_change *c)
{
	/* clang-format off */
	static const char *const signs[] = {
		[HEADER_ADDED]   = "+ ",
		[HEADER_REMOVED] = "- ",
		[HEADER_CHANGED] = "~ ",
	};
	/* clang-format on */
	struct text_look look = { .role = STYLE_CHANGED,
				  .head_role = STYLE_CHANGED,
				  .hang = 4 };
	struct buf text;

	buf_init(&text, LINE_BYTES_MAX);
	buf_add(&text, c->name);
	if (slice_is_set(c->before) && c->before.len > 0) {
		buf_add_text(&text, ": ");
		buf_add(&text, slice_sub(c->before, 0, 200));
	}
	if (c->kind == HEADER_CHANGED)
		buf_add_text(&text, " > ");
	else if (c->kind == HEADER_ADDED)
		buf_add_text(&text, ": ");
	buf_add(&text, slice_sub(c->after, 0, 200));
	if (c->number_form)
		buf_add_format(&text, " (%s)",
			       tr(f, "the same number in another form"));
	text_pane_add(f->pane, &look, slice_of(signs[c->kind]),
		      buf_slice(&text));
	buf_free(&text);
}

static void fill_changes(struct flow_screen *f, const struct sip_msg *in,
			 const struct sip_msg *out)
{
	struct header_change changes[HEADER_CHANGES_MAX];
	unsigned count = header_changes(in, out, changes, HEADER_CHANGES_MAX);
	unsigned told = 0;

	for (unsigned i = 0; i < count; i++) {
		if (changes[i].expected)
			continue;
		fill_change(f, &changes[i]);
		told++;
	}
	if (count == 0)
		panel_paragraph(f->pane, STYLE_DIM,
				slice_of(tr(f, "It changed nothing.")));
	else
		fill_expected(f, changes, count, told == 0);
}

static bool read_msg(const struct flow_screen *f, uint32_t id,
		     struct buf *bytes, struct sip_msg *out)
{
	const struct captured_msg *m = view_msg(f->ctx->view, id);

	return m != NULL && !msg_is(m, MSG_CUT) &&
	       view_bytes(f->ctx->view, m, bytes) == ERR_OK &&
	       sip_msg_parse(out, buf_slice(bytes));
}

/* "Through 192.0.2.2:5060 in 3 ms", and what that did to the message. */
static void fill_passage(struct flow_screen *f, uint32_t msg)
{
	char element[ENDPOINT_TEXT_BYTES];
	char lasted[CLOCK_TEXT_BYTES];
	const char *const values[] = { element, lasted };
	struct passage p;
	struct sip_msg in;
	struct sip_msg out;
	struct buf before;
	struct buf after;
	char text[256];

	if (!passage_of(f->ctx->view, msg, &p))
		return;
	endpoint_text(&p.element, element);
	clock_duration(p.delay_ns, lasted);
	phrase(text, sizeof(text), tr(f, "Through %1 in %2"), values, 2);
	panel_heading(f->pane, slice_of(text));
	buf_init(&before, BYTES_MAX);
	buf_init(&after, BYTES_MAX);
	if (read_msg(f, p.in, &before, &in) &&
	    read_msg(f, p.out, &after, &out) && header_changes_known(&in, &out))
		fill_changes(f, &in, &out);
	buf_free(&before);
	buf_free(&after);
}

/* The timers of a transaction */

static bool is_of(const struct flow_screen *f, const struct audit *a,
		  const struct captured_msg *m, uint32_t msg)
{
	const struct captured_msg *start = view_msg(f->ctx->view, a->msg);

	if (a->msg == msg || (a->end_msg != 0 && a->end_msg == msg))
		return true;
	return start != NULL && m->transaction != 0 &&
	       start->transaction == m->transaction;
}

static void fill_timer(struct flow_screen *f, const struct audit *a)
{
	bool kept = a->result == AUDIT_KEPT || a->result == AUDIT_RUNS;
	struct text_look look = { .role = kept ? STYLE_TEXT : STYLE_PROBLEM,
				  .head_role = STYLE_PROBLEM,
				  .hang = 2 };
	struct buf text;

	buf_init(&text, LINE_BYTES_MAX);
	audit_text(&text, f->ctx->view, a, f->ctx->words);
	if (text.len > 0)
		text_pane_add(f->pane, &look, slice_of(kept ? "  " : "! "),
			      buf_slice(&text));
	buf_free(&text);
}

static void fill_timers(struct flow_screen *f, const struct call *call,
			const struct captured_msg *m, uint32_t msg)
{
	struct audit list[AUDIT_ROOM];
	bool titled = false;
	unsigned count;

	if (f->ctx->audit == NULL)
		return;
	count = f->ctx->audit(f->ctx->audit_ctx, f->ctx->view, call, list,
			      AUDIT_ROOM);
	for (unsigned i = 0; i < count; i++) {
		if (!is_of(f, &list[i], m, msg))
			continue;
		if (!titled)
			panel_heading(f->pane, slice_of(tr(f, "Timers")));
		titled = true;
		fill_timer(f, &list[i]);
	}
}

/* Media */

static void add_figures(const struct flow_screen *f,
			const struct ladder_stream *s, struct buf *out)
{
	char text[CLOCK_TEXT_BYTES];

	buf_add_format(out, "%llu %s, %s %.1f %%",
		       (unsigned long long)s->packets, tr(f, "packets"),
		       tr(f, "loss"), ladder_loss_percent(s));
	if (s->jitter_ns >= 0)
		buf_add_format(out, ", %s %s", tr(f, "jitter"),
			       clock_duration(s->jitter_ns, text));
}

static void fill_media_line(struct flow_screen *f, const struct call_media *m)
{
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = STYLE_MEDIA,
				  .hang = 2 };
	struct ladder_stream s = { .packets = m->stream->packets,
				   .lost = media_stream_lost(m->stream),
				   .jitter_ns = -1 };
	char text[ENDPOINT_TEXT_BYTES];
	uint32_t clock =
		call_media_codec(f->ctx->view, m, s.codec, sizeof(s.codec));
	struct buf head;
	struct buf line;

	if (clock != 0)
		s.jitter_ns = media_stream_jitter_ns(m->stream, clock);
	buf_init(&head, LINE_BYTES_MAX);
	buf_init(&line, LINE_BYTES_MAX);
	buf_add_text(&head, s.codec[0] != '\0' ? s.codec : "RTP");
	buf_add_char(&head, ' ');
	buf_add_format(&line, "%s > ", endpoint_text(&m->stream->source, text));
	buf_add_format(&line, "%s  ",
		       endpoint_text(&m->stream->destination, text));
	add_figures(f, &s, &line);
	text_pane_add(f->pane, &look, buf_slice(&head), buf_slice(&line));
	buf_free(&line);
	buf_free(&head);
}

static void fill_media(struct flow_screen *f, const struct call *call)
{
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned count =
		call_media_list(f->ctx->view, call, list, CALL_MEDIA_ROOM);

	if (count > 0)
		panel_heading(f->pane, slice_of(tr(f, "Media")));
	for (unsigned i = 0; i < count; i++)
		fill_media_line(f, &list[i]);
}

void flow_fill_facts(struct flow_screen *f, const struct captured_msg *m,
		     uint32_t msg)
{
	const struct call *call = view_call_of(f->ctx->view, m);

	fill_passage(f, msg);
	if (call == NULL)
		return;
	fill_timers(f, call, m, msg);
	fill_media(f, call);
}

void flow_fill_stream(struct flow_screen *f, const struct ladder_stream *s)
{
	char text[ENDPOINT_TEXT_BYTES];
	char lasted[CLOCK_TEXT_BYTES];
	char ssrc[16];
	struct buf line;

	panel_paragraph(f->pane, STYLE_MEDIA,
			slice_of(s->codec[0] != '\0' ? s->codec : "RTP"));
	panel_pair(f->pane, slice_of(tr(f, "From")),
		   slice_of(endpoint_text(&s->source, text)));
	panel_pair(f->pane, slice_of(tr(f, "To")),
		   slice_of(endpoint_text(&s->destination, text)));
	panel_pair(f->pane, slice_of(tr(f, "Lasted")),
		   slice_of(clock_duration(s->last_ns - s->first_ns, lasted)));
	(void)snprintf(ssrc, sizeof(ssrc), "0x%08x", s->ssrc);
	panel_pair(f->pane, SLICE("SSRC"), slice_of(ssrc));
	buf_init(&line, LINE_BYTES_MAX);
	add_figures(f, s, &line);
	panel_paragraph(f->pane, STYLE_TEXT, buf_slice(&line));
	buf_free(&line);
}

void flow_fill_story(struct flow_screen *f, const struct call *call)
{
	const struct ui_context *ctx = f->ctx;
	struct finding findings[FINDING_ROOM];
	struct narrative_input in = { .words = ctx->words,
				      .has_findings = ctx->find != NULL,
				      .findings = findings,
				      .utc = ctx->utc };
	struct buf text;

	if (ctx->find != NULL)
		in.finding_count = ctx->find(ctx->find_ctx, ctx->view, call,
					     findings, FINDING_ROOM);
	buf_init(&text, STORY_BYTES_MAX);
	if (narrative_of(&text, ctx->view, call, &in) == ERR_OK)
		panel_paragraph(f->pane, STYLE_TEXT, buf_slice(&text));
	buf_free(&text);
}
