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

void flow_go(struct flow_screen *f, uint32_t row)
{
	uint32_t count = f->ladder.row_count;

	f->show_arrow = true;

	if (count == 0) {
		f->cursor = 0;
		f->cursor_msg = 0;
		return;
	}
	f->cursor = row < count ? row : count - 1;
	f->cursor_msg = f->ladder.rows[f->cursor].msg;
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

static void look_for_findings(struct flow_screen *f, const struct call *call)
{
	const struct ui_context *ctx = f->ctx;

	f->finding_count = 0;
	for (uint32_t r = 0; r < f->ladder.row_count; r++)
		f->marks[r].finding = false;
	if (ctx->find == NULL)
		return;
	f->finding_count = ctx->find(ctx->find_ctx, ctx->view, call,
				     f->findings, FINDING_ROOM);
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

/* Rows stand in the order of the messages, so one walk numbers them. */
static void number_rows(struct flow_screen *f, const struct call *call)
{
	const struct view *v = f->ctx->view;
	uint32_t id = call->first_msg;
	uint32_t row = 0;

	for (uint32_t n = 1; n <= call->message_count; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL || row >= f->ladder.row_count)
			return;
		if (f->ladder.rows[row].msg == id) {
			f->marks[row].number = n;
			row++;
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
	uint32_t wanted = f->cursor_msg;

	if (at_end && f->ladder.row_count > 0) {
		flow_go(f, f->ladder.row_count - 1);
		return;
	}
	for (uint32_t r = 0; r < f->ladder.row_count; r++) {
		if (f->ladder.rows[r].msg != wanted)
			continue;
		flow_go(f, r);
		return;
	}
	/* folded away: its original stands above */
	flow_go(f, f->cursor);
}

void flow_rebuild(struct flow_screen *f, const struct call *call)
{
	uint32_t before = f->ladder.row_count;
	bool at_end = before > 1 && f->cursor + 1 == before &&
		      call->message_count > f->message_count;

	drop_ladder(f);
	f->message_count = call->message_count;
	f->looked_ns = view_now_ns(f->ctx->view);
	f->failed = ladder_of(&f->ladder, f->ctx->view, call, &f->options) !=
		    ERR_OK;
	if (f->failed)
		f->ladder = (struct ladder){ 0 };
	f->marks = calloc((size_t)f->ladder.row_count + 1, sizeof(*f->marks));
	if (f->marks == NULL) {
		drop_ladder(f);
		f->failed = true;
		return;
	}
	for (uint32_t r = 0; r < f->ladder.row_count; r++)
		f->marks[r].sdp = FLOW_SDP_UNKNOWN;
	number_rows(f, call);
	(void)look_at_verdicts(f);
	look_for_findings(f, call);
	follow_cursor(f, at_end);
	f->panel_old = true;
}

const struct call *flow_refresh(struct flow_screen *f)
{
	const struct view *v = f->ctx->view;
	const struct call *call = view_call(v, f->call);

	if (call == NULL) {
		if (!f->gone)
			drop_ladder(f);
		f->gone = true;
		return NULL;
	}
	if (f->paused || f->change == view_change(v))
		return call;
	f->change = view_change(v);
	if (call->message_count != f->message_count || f->marks == NULL) {
		flow_rebuild(f, call);
	} else if (look_at_verdicts(f) ||
		   view_now_ns(v) - f->looked_ns >= LOOK_AGAIN_NS) {
		f->looked_ns = view_now_ns(v);
		look_for_findings(f, call);
		f->panel_old = true;
	}
	return call;
}

void flow_label(const struct flow_screen *f, uint32_t row, bool brief,
		struct buf *out)
{
	bool more;

	const struct captured_msg *m = flow_msg(f, row);
	struct code_entry e;

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

void flow_fill_panel(struct flow_screen *f)
{
	const struct captured_msg *m = flow_msg(f, f->cursor);

	if (!f->panel_old && f->panel_msg == f->cursor_msg)
		return;
	if (f->panel_msg == f->cursor_msg)
		text_pane_refill(f->pane);
	else
		text_pane_clear(f->pane);
	f->panel_old = false;
	f->panel_msg = f->cursor_msg;
	if (m == NULL)
		return;
	if (f->panel == FLOW_PANEL_RAW)
		fill_raw(f, m);
	else
		panel_message(f->pane, f->ctx, m, f->findings, f->finding_count,
			      f->cursor_msg);
}
