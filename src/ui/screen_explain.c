#include <stdio.h>
#include <stdlib.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/clock.h"
#include "sipmon/sip/message.h"
#include "sipmon/ui/field.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/panel.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

#define BYTES_MAX       (1U << 20)
#define COPY_MAX        65536
#define STEPS_BACK      16
#define ROWS_FOR_CHROME 4
#define TEXT_CELLS_MOST 100 /* longer rows are hard to read */

struct explain_screen {
	const struct ui_context *ctx;
	struct screen_argument subjects[STEPS_BACK]; /* the last is shown */
	unsigned depth;
	struct text_pane *pane;
	bool filled;
	struct finder finder;
	struct frame_language language;
	struct buf copy;
};

static const struct screen_argument *subject(const struct explain_screen *s)
{
	return &s->subjects[s->depth - 1];
}

/* The last message of a call that carries the code, or 0. */
static uint32_t last_with_code(const struct view *v, const struct call *call,
			       uint16_t code)
{
	uint32_t id = call->first_msg;
	uint32_t found = 0;

	for (uint32_t n = 0; n < call->message_count; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			break;
		if (code != 0 && m->status == code)
			found = id;
		id = m->next;
	}
	return found;
}

/* The message that the explanation is about; of a whole call the last one
 * with the code.  0: there is none. */
static uint32_t message_id(const struct explain_screen *s)
{
	const struct screen_argument *a = subject(s);
	const struct call *call = view_call(s->ctx->view, a->call);

	if (call == NULL)
		return 0;
	return a->msg != 0 ? a->msg
			   : last_with_code(s->ctx->view, call, a->code);
}

static const struct captured_msg *message(const struct explain_screen *s)
{
	uint32_t id = message_id(s);

	return id == 0 ? NULL : view_msg(s->ctx->view, id);
}

/* What is put together */

/*
 * What was found: first the kind that was asked for, then what concerns the
 * message `msg` (0: none), or all of the call if it was opened without one.
 */
static void fill_findings(struct explain_screen *s, uint32_t msg)
{
	const struct ui_context *ctx = s->ctx;
	const struct screen_argument *a = subject(s);
	const struct call *call = view_call(ctx->view, a->call);
	struct slice asked = slice_of(a->finding);
	bool whole_call = s->depth == 1 && a->msg == 0;
	struct finding list[FINDING_ROOM];
	unsigned count = 0;

	if (asked.len > 0)
		panel_found(s->pane, ctx->words, asked);
	if (call != NULL && ctx->find != NULL)
		count = ctx->find(ctx->find_ctx, ctx->view, call, list,
				  FINDING_ROOM);
	for (unsigned i = 0; i < count; i++) {
		struct slice kind = slice_of(list[i].kind);

		if (slice_eq(kind, asked))
			continue;
		if (whole_call || (msg != 0 && panel_concerns(&list[i], msg)))
			panel_found(s->pane, ctx->words, kind);
	}
}

static void fill_code(struct explain_screen *s)
{
	const struct catalogue *w = s->ctx->words;
	uint16_t code = subject(s)->code;
	const struct captured_msg *m = message(s);
	bool here = m != NULL && m->status == code;

	panel_code_title(s->pane, w, code);
	fill_findings(s, here ? message_id(s) : 0);
	if (here) {
		panel_evidence(s->pane, s->ctx, m);
		panel_phases(s->pane, s->ctx, m);
	}
	panel_code(s->pane, w, code);
	panel_code_facts(s->pane, w, code);
}

/* The number of a message in its call, 0 if it is not there. */
static uint32_t number_of(const struct view *v, const struct call *call,
			  uint32_t wanted)
{
	uint32_t id = call->first_msg;

	for (uint32_t n = 1; n <= call->message_count; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			return 0;
		if (id == wanted)
			return n;
		id = m->next;
	}
	return 0;
}

static void fill_seen(struct explain_screen *s, const struct call *call,
		      const struct finding *f)
{
	const struct catalogue *w = s->ctx->words;
	char text[CLOCK_TEXT_BYTES];
	struct buf list;

	panel_heading(s->pane, catalogue_term(w, "label", SLICE("seen_here")));
	if (f->lasted_ns >= 0)
		panel_pair(s->pane, slice_of(words(w, "Lasted")),
			   slice_of(clock_duration(f->lasted_ns, text)));
	if (f->count > 0) {
		(void)snprintf(text, sizeof(text), "%u", f->count);
		panel_pair(s->pane, slice_of(words(w, "How often")),
			   slice_of(text));
	}
	buf_init(&list, 256);
	for (unsigned i = 0; i < f->message_count && i < FINDING_MESSAGES; i++)
		buf_add_format(&list, "%s%u", i > 0 ? ", " : "",
			       number_of(s->ctx->view, call, f->messages[i]));
	panel_pair(s->pane, slice_of(words(w, "Messages")), buf_slice(&list));
	buf_free(&list);
	if (f->code != 0)
		panel_code_link(s->pane, w, f->code);
}

static void fill_finding(struct explain_screen *s)
{
	const struct ui_context *ctx = s->ctx;
	struct slice kind = slice_of(subject(s)->finding);
	struct finding list[FINDING_ROOM];
	const struct call *call = view_call(ctx->view, subject(s)->call);
	unsigned count = 0;

	if (!panel_finding(s->pane, ctx->words, kind))
		panel_paragraph(s->pane, STYLE_PROBLEM, kind);
	if (call != NULL && ctx->find != NULL)
		count = ctx->find(ctx->find_ctx, ctx->view, call, list,
				  FINDING_ROOM);
	for (unsigned i = 0; i < count; i++)
		if (slice_eq(slice_of(list[i].kind), kind))
			fill_seen(s, call, &list[i]);
}

/* All values of a list field joined, or the first value of another. */
static void join_values(const struct sip_msg *msg, struct slice name,
			struct buf *out)
{
	struct slice rest = msg->headers;
	struct sip_header h;

	while (sip_header_next(&rest, &h)) {
		if (!slice_eq_nocase(field_name(h.name), name))
			continue;
		if (out->len > 0)
			buf_add_text(out, ", ");
		buf_add(out, h.value);
		if (!sip_header_is_list(h.id))
			return;
	}
}

static void fill_field(struct explain_screen *s, struct slice name)
{
	const struct captured_msg *m = message(s);
	struct sip_msg parsed;
	struct buf bytes;
	struct buf value;

	buf_init(&bytes, BYTES_MAX);
	buf_init(&value, BYTES_MAX);
	if (m != NULL && view_bytes(s->ctx->view, m, &bytes) == ERR_OK &&
	    sip_msg_parse(&parsed, buf_slice(&bytes)))
		join_values(&parsed, name, &value);
	field_explain(s->pane, s->ctx->words, name, buf_slice(&value));
	buf_free(&bytes);
	buf_free(&value);
}

static void fill_request(struct explain_screen *s, const struct captured_msg *m,
			 struct slice method)
{
	const struct catalogue *w = s->ctx->words;

	if (!panel_method_title(s->pane, w, method)) {
		panel_paragraph(s->pane, STYLE_REQUEST, method);
		panel_paragraph(s->pane, STYLE_DIM,
				slice_of(words(w, "A method that no RFC known "
						  "here defines.")));
	}
	fill_findings(s, message_id(s));
	panel_evidence(s->pane, s->ctx, m);
	panel_phases(s->pane, s->ctx, m);
	panel_method_text(s->pane, w, method);
}

static void fill_word(struct explain_screen *s)
{
	struct slice word = slice_of(subject(s)->word);
	struct slice method = SLICE_NONE;
	const struct captured_msg *m = message(s);

	if (word.len > 1 && word.ptr[1] == '=') {
		field_explain_sdp(s->pane, s->ctx->words, word);
		return;
	}
	if (m != NULL && m->status == 0)
		method = view_method_name(s->ctx->view, m->method);
	if (slice_is_set(method) && slice_eq(method, word))
		fill_request(s, m, word);
	else if (!panel_verdict(s->pane, s->ctx->words, word) &&
		 !panel_method(s->pane, s->ctx->words, word))
		fill_field(s, word);
}

static void fill(struct explain_screen *s)
{
	const struct screen_argument *a = subject(s);
	struct code_entry e;

	if (s->filled)
		return;
	s->filled = true;
	text_pane_refill(s->pane);
	if (catalogue_code(s->ctx->words, a->code, &e))
		fill_code(s);
	else if (a->finding[0] != '\0')
		fill_finding(s);
	else if (a->word[0] != '\0')
		fill_word(s);
	else
		panel_paragraph(s->pane, STYLE_DIM,
				slice_of(words(s->ctx->words,
					       "There is nothing to explain "
					       "here.")));
	if (panel_link(s->pane) == 0)
		text_pane_set_cursor(s->pane, -1);
}

/* Drawing */

static void explain_draw(void *screen, struct canvas *c)
{
	static const struct frame_key keys[] = {
		{ ACTION_BACK, "Back" },      { ACTION_NEXT_PANE, "Next code" },
		{ ACTION_OPEN, "Open code" }, { ACTION_COMPARE, "Compare" },
		{ ACTION_HELP, "Help" },      { ACTION_SEARCH, "Find" },
		{ ACTION_COPY, "Copy" },
	};
	struct explain_screen *s = screen;
	const struct catalogue *w = s->ctx->words;
	int width = canvas_columns(c);
	int bottom = canvas_rows(c);
	int row = 0;

	if (frame_language_changed(&s->language, s->ctx))
		s->filled = false;
	fill(s);
	if (bottom >= ROWS_FOR_CHROME) {
		canvas_put_text(c, 0, 1, frame_status(c, s->ctx, 0, 20),
				STYLE_TITLE, words(w, "Explanation"));
		row = 1;
		bottom--;
		if (!finder_draw(&s->finder, c, bottom, w))
			frame_keys(c, bottom, w, keys,
				   sizeof(keys) / sizeof(keys[0]));
	}
	if (bottom - row > ROWS_FOR_CHROME * 2)
		frame_rule(c, row++, 0, width);
	if (width > TEXT_CELLS_MOST)
		width = TEXT_CELLS_MOST;
	text_pane_draw(s->pane, c, row, 1, width - 2, bottom - row, true);
	text_pane_draw_more(s->pane, c, row, width - 1, bottom - row);
}

/* Keys */

static void go_back(struct explain_screen *s)
{
	s->depth--;
	s->filled = false;
	text_pane_clear(s->pane);
}

static void open_code(struct explain_screen *s, uint16_t code)
{
	struct screen_argument next = *subject(s);

	next.code = code;
	next.finding[0] = '\0';
	next.word[0] = '\0';
	if (s->depth == STEPS_BACK) {
		/* the first one stays: Esc leads there in the end */
		for (unsigned i = 2; i < STEPS_BACK; i++)
			s->subjects[i - 1] = s->subjects[i];
		s->depth--;
	}
	s->subjects[s->depth++] = next;
	s->filled = false;
	text_pane_clear(s->pane);
}

static struct ui_request copy(struct explain_screen *s)
{
	struct ui_request r = { .kind = UI_COPY };

	buf_clear(&s->copy);
	panel_copy(s->pane, &s->copy);
	r.text = buf_slice(&s->copy);
	s->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

static void do_here(struct explain_screen *s, enum ui_action action)
{
	if (action == ACTION_LEFT)
		panel_next_link(s->pane, true);
	else if (action == ACTION_RIGHT || action == ACTION_NEXT_PANE)
		panel_next_link(s->pane, false);
	else if (action == ACTION_OPEN && panel_link(s->pane) != 0)
		open_code(s, panel_link(s->pane));
	else if (action == ACTION_SEARCH)
		finder_begin(&s->finder);
	else if (action == ACTION_SEARCH_NEXT)
		finder_search(&s->finder, s->pane, false);
	else if (action == ACTION_SEARCH_PREVIOUS)
		finder_search(&s->finder, s->pane, true);
}

static struct ui_request explain_key(void *screen, int32_t key,
				     enum ui_action action)
{
	struct explain_screen *s = screen;
	struct ui_request r = { .kind = UI_NONE };

	if (s->finder.typing) {
		if (finder_key(&s->finder, key))
			finder_search(&s->finder, s->pane, false);
		return r;
	}
	s->finder.notice = NULL;
	if (action == ACTION_BACK && s->depth > 1) {
		go_back(s);
		return r;
	}
	if (frame_answer(action, SCREEN_EXPLAIN, &r))
		return r;
	if (action == ACTION_COPY || action == ACTION_COPY_ALL)
		return copy(s);
	if (action == ACTION_COMPARE) {
		r.kind = UI_OPEN;
		r.screen = SCREEN_COMPARE;
		r.argument.code = subject(s)->code;
		return r;
	}
	if (!text_pane_key(s->pane, action))
		do_here(s, action);
	return r;
}

static bool explain_typing(const void *screen)
{
	const struct explain_screen *s = screen;

	return s->finder.typing;
}

static void explain_close(void *screen)
{
	struct explain_screen *s = screen;

	if (s == NULL)
		return;
	text_pane_free(s->pane);
	buf_free(&s->copy);
	free(s);
}

static void *explain_open(const struct ui_context *ctx,
			  const struct screen_argument *argument)
{
	struct explain_screen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->ctx = ctx;
	s->subjects[0] = *argument;
	s->depth = 1;
	buf_init(&s->copy, COPY_MAX);
	s->pane = text_pane_new();
	if (s->pane == NULL) {
		explain_close(s);
		return NULL;
	}
	return s;
}

const struct screen_ops screen_explain = {
	.name = "explain",
	.id = SCREEN_EXPLAIN,
	.open = explain_open,
	.draw = explain_draw,
	.key = explain_key,
	.close = explain_close,
	.typing = explain_typing,
};
