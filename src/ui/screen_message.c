#include <stdlib.h>

#include "message.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/field.h"
#include "sipmon/ui/panel.h"

#define BYTES_MAX       (1U << 20)
#define COPY_MAX        (4U << 20)
#define STEPS_MAX       20
#define ROWS_FOR_TITLE  4
#define ROWS_FOR_SECOND 8
#define ROWS_FOR_SIGNED 9

/* Drawing */

static void draw_titles(struct message_screen *s, struct canvas *c, int rows)
{
	const struct catalogue *w = s->ctx->words;
	int limit = frame_status(c, s->ctx, 0, 24);
	char text[ENDPOINT_TEXT_BYTES + CLOCK_TEXT_BYTES];
	int x;

	x = canvas_put_text(c, 0, 1, limit, STYLE_TITLE, words(w, "Message"));
	if (s->number > 0)
		x = canvas_put_format(c, 0, x + 1, limit, STYLE_TITLE, "%u/%u",
				      s->number, s->count);
	if (view_call(s->ctx->view, s->call) == NULL)
		canvas_put_text(c, 0, x + 2, limit, STYLE_PROBLEM,
				words(w, "its call was forgotten"));
	if (rows < 2 || s->captured.time_ns == 0)
		return;
	x = canvas_put_text(c, 1, 1, -1, STYLE_TEXT,
			    endpoint_text(&s->hop.source, text));
	x = canvas_put_text(c, 1, x, -1, STYLE_DIM, " > ");
	x = canvas_put_text(c, 1, x, -1, STYLE_TEXT,
			    endpoint_text(&s->hop.destination, text));
	x = canvas_put_format(c, 1, x + 2, -1, STYLE_DIM, "%s %u %s",
			      transport_name(s->hop.transport), s->captured.len,
			      words(w, "bytes"));
	x = canvas_put_text(
		c, 1, x + 2, -1, STYLE_DIM,
		clock_time_of_day(s->captured.time_ns, s->ctx->utc, text));
	canvas_put_format(c, 1, x + 1, -1, STYLE_DIM, "+%s",
			  frame_seconds(s->since_previous_ns, text));
}

static void draw_bottom(struct message_screen *s, struct canvas *c, int row)
{
	static const struct frame_key keys[] = {
		{ ACTION_BACK, "Call flow" },
		{ ACTION_EXPLAIN, "Explain" },
		{ ACTION_COMPARE, "Compare" },
		{ ACTION_HELP, "Help" },
		{ ACTION_PREVIOUS_FINDING, "Before" },
		{ ACTION_NEXT_FINDING, "After" },
		{ ACTION_SEARCH, "Find" },
		{ ACTION_BYTES, "Bytes" },
		{ ACTION_SDP, "SDP" },
		{ ACTION_IDENTITY, "Identity" },
		{ ACTION_PANEL, "Panel" },
		{ ACTION_COPY, "Copy line" },
		{ ACTION_COPY_ALL, "Copy message" },
	};

	if (!finder_draw(&s->finder, c, row, s->ctx->words))
		frame_keys(c, row, s->ctx->words, keys,
			   sizeof(keys) / sizeof(keys[0]));
}

static void draw_panel(struct message_screen *s, struct canvas *c, int row,
		       int height, int width)
{
	int column = canvas_columns(c) - width;

	for (int i = 0; i < height; i++)
		canvas_fill(c, row + i, column, 1, STYLE_DIM, LINE_VERTICAL);
	message_fill_panel(s);
	text_pane_draw(s->panel, c, row, column + 2, width - 3, height,
		       s->panel_focus);
	if (text_pane_more_below(s->panel))
		canvas_put_text(c, row + height - 1, column, column + 1,
				STYLE_NOTE, "v");
}

/* A verdict may come while the message is looked at. */
static void look_again(struct message_screen *s)
{
	const struct view *v = s->ctx->view;
	const struct identity_reader *r = s->ctx->identity;
	const struct captured_msg *m =
		view_call(v, s->call) == NULL ? NULL : view_msg(v, s->msg);
	int cursor = text_pane_cursor(s->text);

	if (m == NULL || !msg_is(m, MSG_IDENTITY))
		return;
	if (r != NULL && r->want != NULL && msg_waits_for_verdict(m))
		r->want(r->ctx, s->call);
	if (m->judged == s->captured.judged)
		return;
	s->captured.judged = m->judged;
	message_look_at_identity(s);
	message_fill(s);
	text_pane_set_cursor(s->text, cursor);
}

static void message_draw(void *screen, struct canvas *c)
{
	struct message_screen *s = screen;
	int bottom = canvas_rows(c);
	int width = canvas_columns(c);
	int panel = s->panel_hidden ? 0 : panel_width(width, s->panel_steps);
	int row = 0;

	look_again(s);
	if (panel == 0)
		s->panel_focus = false;
	if (frame_language_changed(&s->language, s->ctx))
		s->panel_line = -1;
	if (bottom >= ROWS_FOR_TITLE) {
		row = bottom >= ROWS_FOR_SECOND ? 2 : 1;
		draw_titles(s, c, row);
		draw_bottom(s, c, --bottom);
	}
	if (bottom - row > ROWS_FOR_SECOND)
		frame_rule(c, row++, 0, width);
	if (s->has_identity && bottom - row > ROWS_FOR_SIGNED)
		message_draw_signed(s, c, --bottom);
	width -= panel;
	message_fit_bytes(s, width - 2);
	text_pane_draw(s->text, c, row, 0, width, bottom - row,
		       !s->panel_focus);
	if (panel > 0 && bottom > row)
		draw_panel(s, c, row, bottom - row, panel);
}

/* Keys */

static void show(struct message_screen *s, uint32_t id)
{
	s->msg = id;
	message_load(s);
	message_fill(s);
}

/* The message after or before; messages are linked forwards only. */
static void step(struct message_screen *s, bool backward)
{
	const struct view *v = s->ctx->view;
	const struct call *call = view_call(v, s->call);
	uint32_t wanted = backward ? s->number - 1 : s->number + 1;
	uint32_t id = call == NULL ? 0 : call->first_msg;

	if (call == NULL || s->number == 0 || wanted == 0 ||
	    wanted > call->message_count) {
		s->finder.notice = backward ? "This is the first message."
					    : "This is the last message.";
		return;
	}
	for (uint32_t n = 1; n < wanted; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			return;
		id = m->next;
	}
	if (view_msg(v, id) != NULL)
		show(s, id);
}

/* Shows the strangers' bytes of one line as they are shown on the screen. */
static void copy_line(struct message_screen *s, struct slice line)
{
	utf8_show(&s->copy, line);
	buf_add_char(&s->copy, '\n');
}

static struct ui_request copy(struct message_screen *s, bool all)
{
	struct ui_request r = { .kind = UI_COPY };
	struct highlight h = highlight_begin(message_raw(s));
	struct highlight_line line;

	buf_clear(&s->copy);
	if (!s->readable)
		return (struct ui_request){ .kind = UI_NONE };
	if (!all && s->mode == MODE_BYTES)
		copy_line(s,
			  text_pane_text(s->text, text_pane_cursor(s->text)));
	else if (!all && message_current(s, &line))
		copy_line(s, line.text);
	while (all && highlight_next(&h, &line))
		copy_line(s, line.text);
	r.text = buf_slice(&s->copy);
	s->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

static struct ui_request explain(struct message_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_EXPLAIN };
	struct screen_argument *a = &r.argument;
	struct highlight_line line;

	a->call = s->call;
	a->msg = s->msg;
	if (!message_current(s, &line))
		line = (struct highlight_line){ .kind = HIGHLIGHT_START };
	if (line.kind == HIGHLIGHT_FIELD || line.kind == HIGHLIGHT_FOLD)
		slice_copy(field_name(line.name), a->word, sizeof(a->word));
	else if (line.kind == HIGHLIGHT_BODY && message_is_sdp(s, line.offset))
		slice_copy(line.text, a->word, sizeof(a->word));
	else if (s->captured.status != 0)
		a->code = s->captured.status;
	else if (s->parsed)
		slice_copy(s->sip.method_name, a->word, sizeof(a->word));
	if (a->code == 0 && a->word[0] == '\0') {
		r.kind = UI_NONE;
		s->finder.notice = "There is nothing to explain here.";
	}
	return r;
}

static void set_mode(struct message_screen *s, enum message_mode mode)
{
	s->mode = s->mode == mode ? MODE_WHOLE : mode;
	message_fill(s);
}

static void widen(struct message_screen *s, int by)
{
	int steps = s->panel_steps + by;

	if (steps <= STEPS_MAX && steps >= -STEPS_MAX)
		s->panel_steps = steps;
}

static void do_here(struct message_screen *s, enum ui_action action)
{
	if (action == ACTION_NEXT_FINDING)
		step(s, false);
	else if (action == ACTION_PREVIOUS_FINDING)
		step(s, true);
	else if (action == ACTION_BYTES)
		set_mode(s, MODE_BYTES);
	else if (action == ACTION_SDP)
		set_mode(s, MODE_SDP);
	else if (action == ACTION_WIDER)
		widen(s, 1);
	else if (action == ACTION_NARROWER)
		widen(s, -1);
	else if (action == ACTION_NEXT_PANE)
		s->panel_focus = !s->panel_focus && !s->panel_hidden;
	else if (action == ACTION_SEARCH)
		finder_begin(&s->finder);
	else if (action == ACTION_SEARCH_NEXT)
		finder_search(&s->finder, s->text, false);
	else if (action == ACTION_SEARCH_PREVIOUS)
		finder_search(&s->finder, s->text, true);
}

static struct ui_request message_key(void *screen, int32_t key,
				     enum ui_action action)
{
	struct message_screen *s = screen;
	struct ui_request r = { .kind = UI_NONE };

	if (s->finder.typing) {
		if (finder_key(&s->finder, key))
			finder_search(&s->finder, s->text, false);
		return r;
	}
	s->finder.notice = NULL;
	if (frame_answer(action, SCREEN_MESSAGE, &r))
		return r;
	if (action == ACTION_COPY || action == ACTION_COPY_ALL)
		return copy(s, action == ACTION_COPY_ALL);
	if (action == ACTION_EXPLAIN || action == ACTION_OPEN)
		return explain(s);
	if (action == ACTION_COMPARE) {
		r.kind = UI_OPEN;
		r.screen = SCREEN_COMPARE;
		r.argument.code = s->captured.status;
		return r;
	}
	if (action == ACTION_IDENTITY) {
		r.kind = UI_OPEN;
		r.screen = SCREEN_IDENTITY;
		r.argument.call = s->call;
		r.argument.msg = s->msg;
		return r;
	}
	if (action == ACTION_PANEL) {
		s->panel_hidden = !s->panel_hidden;
		s->panel_focus = false;
		return r;
	}
	if (!text_pane_key(s->panel_focus ? s->panel : s->text, action))
		do_here(s, action);
	return r;
}

static bool message_typing(const void *screen)
{
	const struct message_screen *s = screen;

	return s->finder.typing;
}

static void message_close(void *screen)
{
	struct message_screen *s = screen;

	if (s == NULL)
		return;
	text_pane_free(s->text);
	text_pane_free(s->panel);
	buf_free(&s->raw);
	buf_free(&s->copy);
	free(s);
}

static void *message_open(const struct ui_context *ctx,
			  const struct screen_argument *argument)
{
	struct message_screen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->ctx = ctx;
	s->call = argument->call;
	s->msg = argument->msg;
	buf_init(&s->raw, BYTES_MAX);
	buf_init(&s->copy, COPY_MAX);
	s->text = text_pane_new();
	s->panel = text_pane_new();
	if (s->text == NULL || s->panel == NULL) {
		message_close(s);
		return NULL;
	}
	text_pane_set_margin(s->text, true);
	text_pane_set_cursor_mode(s->text, true);
	if (s->msg == 0) {
		const struct call *call = view_call(ctx->view, s->call);

		s->msg = call == NULL ? 0 : call->first_msg;
	}
	message_load(s);
	message_fill(s);
	return s;
}

const struct screen_ops screen_message = {
	.name = "message",
	.id = SCREEN_MESSAGE,
	.open = message_open,
	.draw = message_draw,
	.key = message_key,
	.close = message_close,
	.typing = message_typing,
};
