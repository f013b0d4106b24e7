#include <stdio.h>

#include "flow.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/ui/panel.h"

#define ROWS_FOR_LEGEND 16
#define ROWS_FOR_TIMING 12
#define ROWS_FOR_CHROME 4
#define HEAD_ROWS       2

/* The rows above the ladder */

/* Messages of the calls shown that came since the screen was paused. */
static uint32_t messages_waiting(const struct flow_screen *f)
{
	uint32_t now = 0;

	for (unsigned i = 0; i < flow_shown_legs(f); i++) {
		const struct call *c = view_call(f->ctx->view, f->legs[i].call);

		if (c != NULL)
			now += c->message_count;
	}
	return now > f->message_count ? now - f->message_count : 0;
}

static void draw_first_row(struct flow_screen *f, struct canvas *c,
			   const struct call *call)
{
	int limit = frame_status(c, f->ctx, 0, 24);
	int column = 1;

	if (f->paused) {
		column = canvas_put_format(
			c, 0, column, limit, STYLE_PROBLEM, "%s +%u",
			words(f->ctx->words, "PAUSED"), messages_waiting(f));
		column++;
	}
	column = canvas_put_text(c, 0, column, limit, STYLE_TITLE,
				 words(f->ctx->words, "Call flow"));
	if (limit - column > 4)
		canvas_put_field(c, 0, column + 1, limit - column - 1, false,
				 STYLE_TEXT, call->call_id);
}

static void draw_call(struct flow_screen *f, struct canvas *c, int row,
		      const struct call *call)
{
	const struct view *v = f->ctx->view;
	struct slice unknown = SLICE("?");
	int x = 1;

	x = canvas_put(c, row, x, -1, STYLE_REQUEST,
		       view_method_name(v, call->method));
	x = canvas_put(c, row, x + 2, -1, STYLE_TEXT,
		       slice_is_set(call->from_user) ? call->from_user
						     : unknown);
	x = canvas_put_text(c, row, x, -1, STYLE_DIM, " > ");
	x = canvas_put(c, row, x, -1, STYLE_TEXT,
		       slice_is_set(call->to_user) ? call->to_user : unknown);
	canvas_put_text(c, row, x + 2, -1, STYLE_TITLE,
			call_state_name(call_state(v, call)));
}

/* Whole or not at all: "talk 80" of "talk 803 ms" would be another time. */
static int put_timing(struct flow_screen *f, struct canvas *c, int row, int x,
		      const char *name, int64_t ns)
{
	struct slice title = slice_of(words(f->ctx->words, name));
	char text[CLOCK_TEXT_BYTES];
	int cells;

	if (ns == TIMING_NONE)
		return x;
	clock_duration(ns, text);
	cells = (int)utf8_shown_cells(title) + 1 +
		(int)utf8_shown_cells(slice_of(text));
	if (x + cells > canvas_columns(c))
		return canvas_columns(c);
	x = canvas_put(c, row, x, -1, STYLE_DIM, title);
	x = canvas_put_text(c, row, x + 1, -1, STYLE_TEXT, text);
	return x + 2;
}

/* "2 legs: F4" while the others are not shown. */
static int put_legs(struct flow_screen *f, struct canvas *c, int row, int x)
{
	struct phrase_number count = phrase_number(f->leg_count);
	struct slice keys = slice_of(keymap_keys(ACTION_LEGS));
	char key[KEY_NAME_BYTES];
	const char *const values[] = { count.text, key };
	char text[64];

	if (f->legs_on || f->leg_count < 2)
		return x;
	slice_copy(slice_sub(keys, 0, slice_find(keys, ' ')), key, sizeof(key));
	phrase(text, sizeof(text), words(f->ctx->words, "%1 legs: %2"), values,
	       2);
	return canvas_put_text(c, row, x, -1, STYLE_NOTE, text) + 2;
}

static void draw_timing(struct flow_screen *f, struct canvas *c, int row,
			const struct call *call)
{
	static const char *const names[FLOW_TIMES] = {
		[FLOW_TIME_PREVIOUS] = "time: since previous",
		[FLOW_TIME_START] = "time: since start",
		[FLOW_TIME_CLOCK] = "time: clock",
		[FLOW_TIME_PHASES] = "time: phases",
	};
	struct timing t = timing_of(f->ctx->view, call);
	struct slice mode = slice_of(words(f->ctx->words, names[f->time]));
	int cells = (int)utf8_shown_cells(mode);
	int x = 1;

	x = put_timing(f, c, row, x, "trying", t.trying_ns);
	x = put_timing(f, c, row, x, "PDD", t.pdd_ns);
	x = put_timing(f, c, row, x, "ring", t.ring_ns);
	x = put_timing(f, c, row, x, "setup", t.setup_ns);
	x = put_timing(f, c, row, x, "talk", t.talk_ns);
	x = put_legs(f, c, row, x);
	if (x + cells + 1 < canvas_columns(c))
		canvas_put(c, row, canvas_columns(c) - cells - 1, -1, STYLE_DIM,
			   mode);
}

/* The rows below */

static void draw_legend(struct flow_screen *f, struct canvas *c, int row,
			const struct call *call)
{
	const struct catalogue *w = f->ctx->words;
	struct text_entry e;
	int x = 1;

	for (unsigned i = 0; i < f->finding_count; i++) {
		const struct finding *one = &f->findings[i];

		if (!panel_concerns(one, f->cursor_msg) ||
		    !catalogue_finding(w, slice_of(one->kind), &e))
			continue;
		x = canvas_put_text(c, row, x, -1, STYLE_PROBLEM, "! ");
		canvas_put(c, row, x, -1, STYLE_PROBLEM, e.title);
		return;
	}
	x = canvas_put_text(c, row, x, -1, STYLE_PROBLEM, "!");
	x = canvas_put_text(c, row, x + 1, -1, STYLE_DIM, words(w, "finding"));
	if (call_is(call, CALL_IDENTITY)) {
		x = canvas_put_text(c, row, x + 2, -1, STYLE_NOTE, "V X ?");
		x = canvas_put_text(c, row, x + 1, -1, STYLE_DIM,
				    words(w, "identity"));
	}
	x = canvas_put_text(c, row, x + 2, -1, STYLE_DIM,
			    words(w, "dashed: sent again"));
	canvas_put_text(c, row, x + 2, -1, STYLE_DIM, words(w, "xN: N times"));
}

static void draw_bottom(struct flow_screen *f, struct canvas *c, int row)
{
	const char *tab = f->panel_focus ? "Ladder" : "Scroll";
	bool scrolls = f->panel_focus || flow_panel_has_more(f);
	const struct frame_key keys[] = {
		{ ACTION_BACK, "Calls" },
		{ ACTION_OPEN, "Message" },
		{ ACTION_EXPLAIN, "Explain" },
		{ ACTION_NEXT_PANE, scrolls ? tab : NULL },
		{ ACTION_PANEL, "Panel" },
		{ ACTION_IDENTITY, "Identity" },
		{ ACTION_COMPARE, "Compare" },
		{ ACTION_HELP, "Help" },
		{ ACTION_TIME, "Time" },
		{ ACTION_LEGS, "Legs" },
		{ ACTION_MEDIA, "Media" },
		{ ACTION_SDP, "SDP" },
		{ ACTION_HOSTS, "Hosts" },
		{ ACTION_FOLD, "Fold" },
		{ ACTION_SEARCH, "Find" },
		{ ACTION_COPY, "Copy" },
	};

	if (!finder_draw(&f->finder, c, row, f->ctx->words))
		frame_keys(c, row, f->ctx->words, keys,
			   sizeof(keys) / sizeof(keys[0]));
}

static void draw_gone(struct flow_screen *f, struct canvas *c)
{
	const char *text =
		f->gone ? "This call was forgotten to stay within the "
			  "memory limit, or cleared."
			: "There is no memory to show this call.";

	canvas_put_text(c, 0, 1, -1, STYLE_PROBLEM, words(f->ctx->words, text));
	if (canvas_rows(c) > 1)
		draw_bottom(f, c, canvas_rows(c) - 1);
}

/* Heads, ladder and panel in the rows from `row` to `bottom` (exclusive). */
static void draw_middle(struct flow_screen *f, struct canvas *c, int row,
			int bottom, bool chrome)
{
	struct flow_place p = { 0 };
	int columns = canvas_columns(c);
	int phases = flow_phases_height(f, bottom - row);
	int panel;
	bool split;

	flow_draw_phases(f, c, row, phases);
	row += phases;
	panel = flow_panel_right(f, columns, bottom - row - HEAD_ROWS);
	flow_lay_out(f, &p, columns - panel);
	p.row = row;
	if (f->panel_at == FLOW_PANEL_NOWHERE)
		f->panel_focus = false;
	if (panel > 0 && bottom > row)
		flow_draw_panel_right(f, c, row, bottom - row, panel);
	if (chrome) {
		split = canvas_rows(c) >= ROWS_FOR_LEGEND &&
			flow_heads_are_split(f, &p);
		flow_draw_heads(f, c, &p, p.row, split);
		p.row += split ? 2 : 1;
	}
	p.height = bottom - p.row;
	panel = flow_panel_below(f, p.height);
	if (panel > 0) {
		p.height -= panel;
		flow_draw_panel_below(f, c, bottom - panel, panel);
	}
	f->page = p.height;
	flow_draw_ladder(f, c, &p);
}

void flow_draw(struct flow_screen *f, struct canvas *c)
{
	const struct call *call = flow_refresh(f);
	int rows = canvas_rows(c);
	bool chrome = rows >= ROWS_FOR_CHROME;
	int bottom = rows;
	int row = 0;

	if (frame_language_changed(&f->language, f->ctx))
		f->panel_old = true;
	if (call == NULL || f->failed) {
		draw_gone(f, c);
		return;
	}
	if (f->waits && f->ctx->identity != NULL)
		f->ctx->identity->want(f->ctx->identity->ctx, f->call);
	if (chrome) {
		draw_first_row(f, c, call);
		bottom--;
		row = 1;
	}
	if (rows >= ROWS_FOR_TIMING) {
		draw_call(f, c, row++, call);
		draw_timing(f, c, row++, call);
		if (flow_has_legs(f))
			flow_draw_legs(f, c, row++);
	}
	if (rows >= ROWS_FOR_LEGEND)
		draw_legend(f, c, --bottom, call);
	draw_middle(f, c, row, bottom, chrome);
	if (chrome)
		draw_bottom(f, c, rows - 1);
}
