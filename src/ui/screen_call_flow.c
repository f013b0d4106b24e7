#include <stdlib.h>

#include "flow.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/panel.h"

#define BYTES_MAX (1U << 20)
#define COPY_MAX  65536
#define STEPS_MAX 20

static void *flow_open(const struct ui_context *ctx,
		       const struct screen_argument *argument)
{
	struct flow_screen *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->pane = text_pane_new();
	if (f->pane == NULL) {
		free(f);
		return NULL;
	}
	f->ctx = ctx;
	f->call = argument->call;
	f->cursor_msg = argument->msg;
	f->cursor_key = argument->msg;
	f->legs_on = argument->legs;
	f->options.choose_ports = true;
	f->panel_old = true;
	f->panel_room = true;
	f->panel_at = FLOW_PANEL_RIGHT;
	buf_init(&f->bytes, BYTES_MAX);
	buf_init(&f->copy, COPY_MAX);
	(void)flow_refresh(f);
	return f;
}

static void flow_close(void *screen)
{
	struct flow_screen *f = screen;

	if (f == NULL)
		return;
	ladder_free(&f->ladder);
	free(f->marks);
	text_pane_free(f->pane);
	buf_free(&f->bytes);
	buf_free(&f->copy);
	free(f);
}

static void draw(void *screen, struct canvas *canvas)
{
	flow_draw(screen, canvas);
}

static bool flow_typing(const void *screen)
{
	const struct flow_screen *f = screen;

	return f->finder.typing;
}

/* Moving */

static void move_by(struct flow_screen *f, int64_t rows)
{
	int64_t to = (int64_t)f->cursor + rows;

	flow_go(f, to < 0 ? 0 : (uint32_t)(to > UINT32_MAX ? UINT32_MAX : to));
}

static bool move(struct flow_screen *f, enum ui_action action)
{
	int64_t page = f->page > 1 ? f->page - 1 : 1;

	if (f->panel_focus && f->panel != FLOW_PANEL_NONE)
		return text_pane_key(f->pane, action);
	if (action == ACTION_UP)
		move_by(f, -1);
	else if (action == ACTION_DOWN)
		move_by(f, 1);
	else if (action == ACTION_PAGE_UP)
		move_by(f, -page);
	else if (action == ACTION_PAGE_DOWN)
		move_by(f, page);
	else if (action == ACTION_HALF_UP)
		move_by(f, -(page + 1) / 2);
	else if (action == ACTION_HALF_DOWN)
		move_by(f, (page + 1) / 2);
	else if (action == ACTION_FIRST)
		move_by(f, -(int64_t)UINT32_MAX);
	else if (action == ACTION_LAST)
		move_by(f, UINT32_MAX);
	else
		return false;
	return true;
}

static bool row_matches(struct flow_screen *f, uint32_t row)
{
	struct buf label;
	struct slice text;
	bool found;

	buf_init(&label, 1024);
	flow_label(f, row, false, &label);
	text = buf_slice(&label);
	found = slice_search(text, finder_needle(&f->finder), true) < text.len;
	buf_free(&label);
	return found;
}

static bool row_has_finding(struct flow_screen *f, uint32_t row)
{
	return f->marks[row].finding;
}

/* The next row that is so, round the end; false if there is none. */
static bool go_next(struct flow_screen *f, bool backward,
		    bool (*is)(struct flow_screen *f, uint32_t row))
{
	uint32_t n = f->ladder.row_count;
	uint32_t row = f->cursor;

	for (uint32_t i = 0; i < n; i++) {
		row = backward ? (row + n - 1) % n : (row + 1) % n;
		if (!is(f, row))
			continue;
		flow_go(f, row);
		return true;
	}
	return false;
}

static void search(struct flow_screen *f, bool backward)
{
	const struct call *call = view_call(f->ctx->view, f->call);
	struct slice needle = finder_needle(&f->finder);

	if (needle.len == 0 || call == NULL)
		return;
	if (go_next(f, backward, row_matches))
		return;
	f->finder.notice =
		slice_search(call->call_id, needle, true) < call->call_id.len
			? "Found in the Call-ID of this call."
			: "Not found.";
}

static void next_finding(struct flow_screen *f, bool backward)
{
	if (!go_next(f, backward, row_has_finding))
		f->finder.notice = "No message with a finding.";
}

/* Going to other screens */

static struct ui_request open_on(struct flow_screen *f, enum screen_id id,
				 uint32_t msg)
{
	const struct captured_msg *m = view_msg(f->ctx->view, msg);
	struct ui_request r = { .kind = UI_OPEN, .screen = id };
	const struct call *call;

	if (m == NULL) {
		r.kind = UI_NONE;
		return r;
	}
	call = view_call_of(f->ctx->view, m);
	r.argument.call = call != NULL ? call->id : f->call;
	r.argument.msg = msg;
	r.argument.code = m->status;
	if (m->status == 0)
		slice_copy(view_method_name(f->ctx->view, m->method),
			   r.argument.word, sizeof(r.argument.word));
	return r;
}

static struct ui_request open_screen(struct flow_screen *f, enum screen_id id)
{
	return open_on(f, id,
		       flow_msg(f, f->cursor) == NULL ? 0 : f->cursor_msg);
}

static struct ui_request open_explanation(struct flow_screen *f,
					  enum screen_id id)
{
	if (flow_msg(f, f->cursor) == NULL)
		return open_screen(f, id);
	return open_on(f, id, panel_explained(f->ctx->view, f->cursor_msg));
}

static void copy_ends(struct flow_screen *f, const struct endpoint *from,
		      const struct endpoint *to)
{
	char text[ENDPOINT_TEXT_BYTES];

	buf_add_format(&f->copy, "%s > ", endpoint_text(from, text));
	buf_add_format(&f->copy, "%s  ", endpoint_text(to, text));
}

/* A line of text for each row: safe to paste anywhere. */
static void copy_row(struct flow_screen *f, uint32_t row)
{
	const struct captured_msg *m = flow_msg(f, row);
	const struct ladder_stream *s = flow_stream(f, row);
	const struct flow *hop =
		m == NULL ? NULL : view_hop(f->ctx->view, m->hop);
	char time[CLOCK_TEXT_BYTES];
	struct buf label;

	if (m == NULL && s == NULL)
		return;
	buf_init(&label, 1024);
	flow_label(f, row, false, &label);
	buf_add_format(&f->copy, "%s  ",
		       frame_seconds(f->ladder.rows[row].since_start_ns, time));
	if (hop != NULL)
		copy_ends(f, &hop->source, &hop->destination);
	else if (s != NULL)
		copy_ends(f, &s->source, &s->destination);
	utf8_show(&f->copy, buf_slice(&label));
	buf_add_char(&f->copy, '\n');
	buf_free(&label);
}

static struct ui_request copy(struct flow_screen *f, bool all)
{
	struct ui_request r = { .kind = UI_COPY };

	buf_clear(&f->copy);
	if (!all)
		copy_row(f, f->cursor);
	for (uint32_t i = 0; all && i < f->ladder.row_count; i++) {
		copy_row(f, i);
		if (f->copy.failed)
			break;
	}
	r.text = buf_slice(&f->copy);
	if (r.text.len == 0)
		r.kind = UI_NONE;
	else
		f->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

/* How it looks */

static void rebuild(struct flow_screen *f)
{
	const struct call *call = view_call(f->ctx->view, f->call);

	if (call != NULL)
		flow_rebuild(f, call);
}

static void set_fold(struct flow_screen *f, bool fold)
{
	if (f->options.fold == fold)
		return;
	f->options.fold = fold;
	rebuild(f);
}

static void next_sdp(struct flow_screen *f)
{
	f->sdp = (f->sdp + 1) % FLOW_SDPS;
	for (uint32_t r = 0; r < f->ladder.row_count; r++)
		f->marks[r].sdp = FLOW_SDP_UNKNOWN;
}

static bool no_room(struct flow_screen *f)
{
	if (f->panel_room)
		return false;
	f->finder.notice = "The panel needs 90 columns; e opens it.";
	return true;
}

static void next_panel(struct flow_screen *f)
{
	bool seen = f->panel_at != FLOW_PANEL_NOWHERE;

	if (no_room(f))
		return;
	if (!seen)
		f->panel_asked = true;
	f->panel_at = FLOW_PANEL_RIGHT;
	if (!seen && f->panel != FLOW_PANEL_NONE)
		return; /* it had given way to the columns */
	f->panel = (f->panel + 1) % FLOW_PANELS;
	f->panel_old = true;
	f->panel_key = 0;
	if (f->panel == FLOW_PANEL_NONE)
		f->panel_focus = false;
}

static void widen(struct flow_screen *f, int step)
{
	int steps = f->panel_steps - f->panel_narrower + step;

	if (no_room(f))
		return;
	f->panel_sized = true;
	f->panel_narrower = 0;
	if (steps <= STEPS_MAX && steps >= -STEPS_MAX)
		f->panel_steps = steps;
}

static void sideways(struct flow_screen *f, int step)
{
	if (step < 0 && f->first_column > 0)
		f->first_column--;
	else if (step > 0 && f->first_column + 1 < f->ladder.column_count)
		f->first_column++;
}

static bool change_look(struct flow_screen *f, enum ui_action action)
{
	if (action == ACTION_LEFT)
		sideways(f, -1);
	else if (action == ACTION_RIGHT)
		sideways(f, 1);
	else if (action == ACTION_TIME)
		f->time = (f->time + 1) % FLOW_TIMES;
	else if (action == ACTION_SDP)
		next_sdp(f);
	else if (action == ACTION_PANEL)
		next_panel(f);
	else if (action == ACTION_WIDER)
		widen(f, 1);
	else if (action == ACTION_NARROWER)
		widen(f, -1);
	else if (action == ACTION_FOLD)
		set_fold(f, true);
	else if (action == ACTION_UNFOLD)
		set_fold(f, false);
	else if (action == ACTION_NEXT_PANE)
		f->panel_focus = !f->panel_focus && f->panel != FLOW_PANEL_NONE;
	else
		return false;
	return true;
}

/* The other way than what the call itself asked for. */
static void switch_hosts(struct flow_screen *f)
{
	f->options.merge_ports = !f->ladder.merged;
	f->options.choose_ports = false;
	f->first_column = 0;
	rebuild(f);
}

static void switch_legs(struct flow_screen *f)
{
	f->legs_on = !f->legs_on;
	f->first_column = 0;
	rebuild(f);
	if (f->legs_on && f->leg_count < 2)
		f->finder.notice = "No other leg of this call is known.";
}

static void switch_media(struct flow_screen *f)
{
	f->options.media = !f->options.media;
	rebuild(f);
	if (f->options.media && f->ladder.stream_count == 0)
		f->finder.notice = "No media of this call was seen.";
}

static void do_here(struct flow_screen *f, enum ui_action action)
{
	if (action == ACTION_HOSTS) {
		switch_hosts(f);
	} else if (action == ACTION_LEGS) {
		switch_legs(f);
	} else if (action == ACTION_MEDIA) {
		switch_media(f);
	} else if (action == ACTION_PAUSE) {
		f->paused = !f->paused;
	} else if (action == ACTION_SEARCH) {
		finder_begin(&f->finder);
	} else if (action == ACTION_SEARCH_NEXT) {
		search(f, false);
	} else if (action == ACTION_SEARCH_PREVIOUS) {
		search(f, true);
	} else if (action == ACTION_NEXT_FINDING) {
		next_finding(f, false);
	} else if (action == ACTION_PREVIOUS_FINDING) {
		next_finding(f, true);
	}
}

static struct ui_request flow_key(void *screen, int32_t key,
				  enum ui_action action)
{
	struct flow_screen *f = screen;
	struct ui_request r = { .kind = UI_NONE };

	if (f->finder.typing) {
		if (finder_key(&f->finder, key))
			search(f, false);
		return r;
	}
	f->finder.notice = NULL;
	(void)flow_refresh(f);
	if (frame_answer(action, SCREEN_CALL_FLOW, &r))
		return r;
	if (f->marks == NULL)
		return r;
	if (action == ACTION_OPEN || action == ACTION_RAW)
		return open_screen(f, SCREEN_MESSAGE);
	if (action == ACTION_EXPLAIN || action == ACTION_COMPARE)
		return open_explanation(f, action == ACTION_COMPARE
						   ? SCREEN_COMPARE
						   : SCREEN_EXPLAIN);
	if (action == ACTION_IDENTITY)
		return open_screen(f, SCREEN_IDENTITY);
	if (action == ACTION_STATISTICS)
		return (struct ui_request){ .kind = UI_OPEN,
					    .screen = SCREEN_STATISTICS };
	if (action == ACTION_COPY || action == ACTION_COPY_ALL)
		return copy(f, action == ACTION_COPY_ALL);
	if (!move(f, action) && !change_look(f, action))
		do_here(f, action);
	return r;
}

const struct screen_ops screen_call_flow = {
	.name = "call-flow",
	.id = SCREEN_CALL_FLOW,
	.open = flow_open,
	.draw = draw,
	.key = flow_key,
	.close = flow_close,
	.typing = flow_typing,
};
