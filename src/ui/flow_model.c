#include <stdio.h>
#include <stdlib.h>

#include "flow.h"
#include "sipmon/base/clock.h"
#include "sipmon/sip/body.h"
#include "sipmon/sip/message.h"
#include "sipmon/ui/highlight.h"
#include "sipmon/ui/panel.h"

/* Findings and open phases are told anew once a second of the capture. */
#define LOOK_AGAIN_NS CLOCK_SECOND_NS

const struct captured_msg *flow_msg(const struct flow_screen *f, uint32_t row)
{
	if (f->gone || row >= f->ladder.row_count)
		return NULL;
	return view_msg(f->ctx->view, f->ladder.rows[row].msg);
}

const struct ladder_stream *flow_stream(const struct flow_screen *f,
					uint32_t row)
{
	if (f->gone || row >= f->ladder.row_count ||
	    f->ladder.rows[row].msg != 0)
		return NULL;
	return &f->ladder.streams[f->ladder.rows[row].stream];
}

/* What tells a row from all others, also when the ladder is made anew. */
static uint64_t key_of(const struct flow_screen *f, uint32_t row)
{
	const struct ladder_stream *s = flow_stream(f, row);

	if (s == NULL)
		return f->ladder.rows[row].msg;
	return UINT64_C(1) << 63 | (uint64_t)s->ssrc << 16 |
	       s->destination.port;
}

void flow_go(struct flow_screen *f, uint32_t row)
{
	uint32_t count = f->ladder.row_count;

	f->show_arrow = true;

	if (count == 0) {
		f->cursor = 0;
		f->cursor_msg = 0;
		f->cursor_key = 0;
		return;
	}
	f->cursor = row < count ? row : count - 1;
	f->cursor_msg = f->ladder.rows[f->cursor].msg;
	f->cursor_key = key_of(f, f->cursor);
}

/* A message folded away is marked on the row it was folded into. */
static void mark_finding(struct flow_screen *f, uint32_t id)
{
	const struct captured_msg *m = view_msg(f->ctx->view, id);
	uint32_t fallback = UINT32_MAX;

	for (uint32_t r = 0; r < f->ladder.row_count; r++) {
		const struct captured_msg *other = flow_msg(f, r);

		if (f->ladder.rows[r].msg == id) {
			f->marks[r].finding = true;
			return;
		}
		if (m != NULL && other != NULL &&
		    other->transaction == m->transaction &&
		    other->status == m->status && other->method == m->method)
			fallback = r;
	}
	if (fallback < f->ladder.row_count)
		f->marks[fallback].finding = true;
}

static void look_for_findings(struct flow_screen *f)
{
	const struct ui_context *ctx = f->ctx;

	f->finding_count = 0;
	for (uint32_t r = 0; r < f->ladder.row_count; r++)
		f->marks[r].finding = false;
	for (unsigned i = 0; ctx->find != NULL && i < flow_shown_legs(f); i++) {
		const struct call *c = view_call(ctx->view, f->legs[i].call);

		if (c != NULL && f->finding_count < FINDING_ROOM)
			f->finding_count +=
				ctx->find(ctx->find_ctx, ctx->view, c,
					  f->findings + f->finding_count,
					  FINDING_ROOM - f->finding_count);
	}
	for (unsigned i = 0; i < f->finding_count; i++)
		for (unsigned k = 0;
		     k < f->findings[i].message_count && k < FINDING_MESSAGES;
		     k++)
			mark_finding(f, f->findings[i].messages[k]);
}

bool flow_broke(struct flow_screen *f, uint32_t row)
{
	const struct captured_msg *m = flow_msg(f, row);
	struct flow_mark *mark = &f->marks[row];
	enum verdict_class class = VERDICT_CLASS_NONE;
	struct verdict_break pair;
	bool may;

	if (m == NULL || msg_is(m, MSG_RESPONSE))
		return false;
	class = verdict_class(msg_verdict(m));
	may = class == VERDICT_CLASS_BAD ||
	      msg_verdict(m) == VERDICT_NO_IDENTITY;
	/* What the copies before are worth may come later than its own. */
	if (may && mark->judged != f->judged) {
		mark->judged = f->judged;
		mark->broke =
			verdict_find_break(f->ctx->view,
					   f->ladder.rows[row].msg, &pair) &&
			pair.broken == f->ladder.rows[row].msg;
	}
	return may && mark->broke;
}

/* Have verdicts come since the last time? */
static bool look_at_verdicts(struct flow_screen *f)
{
	uint64_t judged = 1; /* 0 is that of marks never looked at */

	f->waits = false;
	for (uint32_t r = 0; r < f->ladder.row_count; r++) {
		const struct captured_msg *m = flow_msg(f, r);

		if (m == NULL || !msg_is(m, MSG_IDENTITY))
			continue;
		judged = judged * 31 + m->judged;
		f->waits |= msg_waits_for_verdict(m);
	}
	if (judged == f->judged)
		return false;
	f->judged = judged;
	return true;
}

/* The next row of a message of this leg. */
static uint32_t next_of_leg(const struct flow_screen *f, uint32_t row,
			    unsigned leg)
{
	while (row < f->ladder.row_count &&
	       (f->ladder.rows[row].leg != leg || f->ladder.rows[row].msg == 0))
		row++;
	return row;
}

/* Rows of a call stand in the order of its messages, so one walk numbers
 * them. */
static void number_rows(struct flow_screen *f, unsigned leg)
{
	const struct view *v = f->ctx->view;
	const struct call *call = view_call(v, f->legs[leg].call);
	uint32_t id = call == NULL ? 0 : call->first_msg;
	uint32_t row = next_of_leg(f, 0, leg);

	for (uint32_t n = 1; call != NULL && n <= call->message_count; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL || row >= f->ladder.row_count)
			return;
		if (f->ladder.rows[row].msg == id) {
			f->marks[row].number = n;
			row = next_of_leg(f, row + 1, leg);
		}
		id = m->next;
	}
}

static void drop_ladder(struct flow_screen *f)
{
	ladder_free(&f->ladder);
	f->ladder = (struct ladder){ 0 };
	free(f->marks);
	f->marks = NULL;
}

static void follow_cursor(struct flow_screen *f, bool at_end)
{
	uint64_t wanted = f->cursor_key;

	if (at_end && f->ladder.row_count > 0) {
		flow_go(f, f->ladder.row_count - 1);
		return;
	}
	for (uint32_t r = 0; r < f->ladder.row_count; r++) {
		if (key_of(f, r) != wanted)
			continue;
		flow_go(f, r);
		return;
	}
	/* folded away: its original stands above */
	flow_go(f, f->cursor);
}

static enum err make_ladder(struct flow_screen *f, const struct call *call)
{
	const struct call *legs[FLOW_LEGS_MAX];
	unsigned count = flow_shown_legs(f);

	for (unsigned i = 1; i < count; i++)
		legs[i - 1] = view_call(f->ctx->view, f->legs[i].call);
	f->options.legs = legs;
	f->options.leg_count = count - 1;
	if (ladder_of(&f->ladder, f->ctx->view, call, &f->options) != ERR_OK)
		f->ladder = (struct ladder){ 0 };
	else
		f->failed = false;
	f->options.legs = NULL;
	f->options.leg_count = 0;
	return f->failed ? ERR_NOMEM : ERR_OK;
}

void flow_rebuild(struct flow_screen *f, const struct call *call)
{
	uint32_t before = f->ladder.row_count;
	uint32_t messages = f->message_count;
	bool at_end;

	drop_ladder(f);
	(void)flow_look_at_legs(f, call);
	f->message_count = 0;
	for (unsigned i = 0; i < flow_shown_legs(f); i++)
		f->message_count += f->legs[i].messages;
	at_end = before > 1 && f->cursor + 1 == before &&
		 f->message_count > messages;
	f->looked_ns = view_now_ns(f->ctx->view);
	f->failed = true;
	if (make_ladder(f, call) == ERR_OK)
		f->marks = calloc((size_t)f->ladder.row_count + 1,
				  sizeof(*f->marks));
	if (f->marks == NULL) {
		drop_ladder(f);
		f->failed = true;
		return;
	}
	for (uint32_t r = 0; r < f->ladder.row_count; r++)
		f->marks[r].sdp = FLOW_SDP_UNKNOWN;
	for (unsigned i = 0; i < flow_shown_legs(f); i++)
		number_rows(f, i);
	(void)look_at_verdicts(f);
	look_for_findings(f);
	follow_cursor(f, at_end);
	f->panel_old = true;
}

/* Once a second of the capture, and whenever something may have happened. */
static void look_again(struct flow_screen *f, const struct call *call)
{
	const struct view *v = f->ctx->view;
	bool due = view_now_ns(v) - f->looked_ns >= LOOK_AGAIN_NS ||
		   view_now_ns(v) < f->looked_ns;

	if (f->change == view_change(v) && !due)
		return;
	f->change = view_change(v);
	if (flow_look_at_legs(f, call) || f->marks == NULL ||
	    (due && f->options.media)) {
		flow_rebuild(f, call);
	} else if (look_at_verdicts(f) || due) {
		f->looked_ns = view_now_ns(v);
		look_for_findings(f);
		f->panel_old = true;
	}
}

const struct call *flow_refresh(struct flow_screen *f)
{
	const struct call *call = view_call(f->ctx->view, f->call);

	if (call == NULL) {
		if (!f->gone)
			drop_ladder(f);
		f->gone = true;
		return NULL;
	}
	if (!f->paused)
		look_again(f, call);
	else if (flow_leg_is_gone(f))
		flow_rebuild(f, call);
	return call;
}

/* "51 s": what is shorter than a second is told more closely. */
static void add_lasted(struct buf *out, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	if (ns >= CLOCK_SECOND_NS && ns < 60 * CLOCK_SECOND_NS)
		buf_add_format(
			out, "%d s",
			(int)((ns + CLOCK_SECOND_NS / 2) / CLOCK_SECOND_NS));
	else
		buf_add_text(out, clock_duration(ns, text));
}

/* "PCMA 51 s loss 0.2 %" */
static void stream_label(const struct flow_screen *f,
			 const struct ladder_stream *s, bool brief,
			 struct buf *out)
{
	buf_add_text(out, s->codec[0] != '\0' ? s->codec : "RTP");
	buf_add_char(out, ' ');
	add_lasted(out, s->last_ns - s->first_ns);
	if (!brief)
		buf_add_format(out, " %s %.1f %%", words(f->ctx->words, "loss"),
			       ladder_loss_percent(s));
}

void flow_label(const struct flow_screen *f, uint32_t row, bool brief,
		struct buf *out)
{
	const struct captured_msg *m = flow_msg(f, row);
	struct code_entry e;
	bool more;

	if (flow_stream(f, row) != NULL)
		stream_label(f, flow_stream(f, row), brief, out);
	if (m == NULL)
		return;
	more = msg_is(m, MSG_SDP) || f->ladder.rows[row].repeats > 0 ||
	       f->ladder.rows[row].resent;
	if (m->status == 0) {
		buf_add(out, view_method_name(f->ctx->view, m->method));
	} else {
		buf_add_format(out, "%u", m->status);
		if (!(brief && more) &&
		    catalogue_code(f->ctx->words, m->status, &e) && e.known) {
			buf_add_char(out, ' ');
			buf_add(out, e.phrase);
		}
	}
	if (msg_is(m, MSG_SDP))
		buf_add_text(out, " sdp");
	if (f->ladder.rows[row].repeats > 0)
		buf_add_format(out, " x%u", f->ladder.rows[row].repeats + 1);
}

static struct slice first_media_line(struct slice sdp)
{
	while (slice_is_set(sdp)) {
		struct slice line = slice_split(sdp, '\n', &sdp);

		if (slice_eq(slice_sub(line, 0, 2), SLICE("m=")))
			return slice_trim(line);
	}
	return SLICE_NONE;
}

/* At most FLOW_SDP_MOST lines of it. */
static struct slice first_lines(struct slice sdp)
{
	struct slice rest = sdp;

	for (int i = 0; i < FLOW_SDP_MOST && slice_is_set(rest); i++)
		(void)slice_split(rest, '\n', &rest);
	if (!slice_is_set(rest))
		return slice_trim(sdp);
	return slice_trim(slice_sub(sdp, 0, sdp.len - rest.len));
}

struct slice flow_sdp_text(struct flow_screen *f, uint32_t row)
{
	const struct captured_msg *m = flow_msg(f, row);
	struct sip_msg parsed;
	struct slice sdp;

	if (m == NULL || f->sdp == FLOW_SDP_OFF || !msg_is(m, MSG_SDP))
		return SLICE_NONE;
	buf_clear(&f->bytes);
	if (view_bytes(f->ctx->view, m, &f->bytes) != ERR_OK ||
	    !sip_msg_parse(&parsed, buf_slice(&f->bytes)))
		return SLICE_NONE;
	sdp = sip_body_sdp(parsed.content_type, parsed.body);
	if (sdp.len == 0)
		return SLICE_NONE;
	return f->sdp == FLOW_SDP_FIRST ? first_media_line(sdp)
					: first_lines(sdp);
}

int flow_row_height(struct flow_screen *f, uint32_t row)
{
	struct flow_mark *mark = &f->marks[row];

	if (f->sdp == FLOW_SDP_OFF)
		return 1;
	if (mark->sdp == FLOW_SDP_UNKNOWN) {
		struct slice rest = flow_sdp_text(f, row);

		mark->sdp = 0;
		while (slice_is_set(rest)) {
			(void)slice_split(rest, '\n', &rest);
			mark->sdp++;
		}
	}
	return 1 + mark->sdp;
}

static void fill_raw(struct flow_screen *f, const struct captured_msg *m)
{
	buf_clear(&f->bytes);
	if (view_bytes(f->ctx->view, m, &f->bytes) != ERR_OK) {
		panel_paragraph(f->pane, STYLE_PROBLEM,
				slice_of(words(f->ctx->words,
					       "The bytes of this message "
					       "cannot be read any more.")));
		return;
	}
	highlight_fill(f->pane, buf_slice(&f->bytes), m->status);
}

static void fill_message(struct flow_screen *f, const struct captured_msg *m)
{
	panel_message_seen(f->pane, f->ctx, m, f->findings, f->finding_count,
			   f->cursor_msg);
	flow_fill_facts(f, m, f->cursor_msg);
	panel_message_meaning(f->pane, f->ctx, f->cursor_msg);
}

void flow_fill_panel(struct flow_screen *f)
{
	const struct captured_msg *m = flow_msg(f, f->cursor);
	const struct ladder_stream *s = flow_stream(f, f->cursor);
	const struct call *call = flow_call_of(f, f->cursor);

	if (!f->panel_old && f->panel_key == f->cursor_key)
		return;
	if (f->panel_key == f->cursor_key)
		text_pane_refill(f->pane);
	else
		text_pane_clear(f->pane);
	f->panel_old = false;
	f->panel_key = f->cursor_key;
	if (f->panel == FLOW_PANEL_STORY && call != NULL)
		flow_fill_story(f, call);
	else if (s != NULL)
		flow_fill_stream(f, s);
	else if (m != NULL && f->panel == FLOW_PANEL_RAW)
		fill_raw(f, m);
	else if (m != NULL)
		fill_message(f, m);
}
