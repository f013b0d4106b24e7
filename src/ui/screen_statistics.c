#include <stdlib.h>

#include "sipmon/base/clock.h"
#include "sipmon/ui/panel.h"
#include "sipmon/base/phrase.h"
#include "statistics.h"

#define COPY_MAX        (1U << 18)
#define LINE_BYTES      256
#define TWO_PANES       120
#define PANE_MOST       100 /* longer rows are hard to read */
#define ROWS_FOR_RULE   12
#define ROWS_FOR_CHROME 4
#define FILL_AGAIN_NS   CLOCK_SECOND_NS

static const char *tr(const struct statistics_screen *s, const char *english)
{
	return words(s->ctx->words, english);
}

/* ---- counting and filling */

/* All calls are walked: once when opened, and when asked for again. */
static bool statistics_work(void *screen, int64_t budget_ns)
{
	struct statistics_screen *s = screen;
	const struct ui_context *ctx = s->ctx;

	(void)budget_ns;
	if (s->counted || ctx->signing == NULL)
		return false;
	s->counted = true;
	s->counted_ns = view_now_ns(ctx->view);
	s->counted_change = view_change(ctx->view);
	if (s->figures == NULL)
		s->figures = calloc(1, sizeof(*s->figures));
	s->failed = s->figures == NULL ||
		    !ctx->signing(ctx->signing_ctx, s->figures);
	s->filled = false;
	return true; /* it wants to be drawn */
}

/* Only the pane in use shows a cursor; the others keep its place. */
static void set_focus(struct statistics_screen *s, unsigned focus)
{
	struct text_pane *from = s->panes[s->focus];
	struct text_pane *to = s->panes[focus];

	if (focus == s->focus)
		return;
	s->places[s->focus] = text_pane_cursor(from);
	text_pane_set_cursor_mode(from, false);
	text_pane_set_cursor(from, -1);
	text_pane_set_cursor_mode(to, true);
	text_pane_set_cursor(to, s->places[focus]);
	s->focus = focus;
}

static void shape(struct statistics_screen *s, const struct canvas *c)
{
	int columns = canvas_columns(c);
	bool two = columns >= TWO_PANES;
	int left = two ? columns * 2 / 5 : columns - 2;
	int right = two ? columns - left - 4 : 0;

	if (left > PANE_MOST)
		left = PANE_MOST;
	if (right > PANE_MOST)
		right = PANE_MOST;
	if (two != s->two || left != s->widths[0] || right != s->widths[1])
		s->filled = false;
	s->two = two;
	s->widths[0] = left;
	s->widths[1] = right;
	if (!two)
		set_focus(s, 0);
}

static void refresh(struct statistics_screen *s)
{
	const struct view *v = s->ctx->view;
	bool again = view_change(v) != s->change &&
		     view_now_ns(v) - s->filled_ns >= FILL_AGAIN_NS;

	if (frame_language_changed(&s->language, s->ctx))
		s->filled = false;
	if (s->filled && !again)
		return;
	s->filled = true;
	s->change = view_change(v);
	s->filled_ns = view_now_ns(v);
	statistics_fill(s);
}

/* ---- drawing */

static void draw_first(struct statistics_screen *s, struct canvas *c)
{
	int limit = frame_status(c, s->ctx, 0, 24);
	char time[CLOCK_TEXT_BYTES];
	const char *values[] = { time };
	char text[LINE_BYTES];
	int x;

	x = canvas_put_text(c, 0, 1, limit, STYLE_TITLE, tr(s, "Statistics"));
	if (!s->counted || s->counted_change == view_change(s->ctx->view))
		return;
	clock_time_of_day(s->counted_ns, s->ctx->utc, time);
	time[8] = '\0';
	canvas_put_text(c, 0, x + 2, limit, STYLE_DIM,
			phrase(text, sizeof(text), tr(s, "identity as of %1"),
			       values, 1));
}

static void draw_keys(struct statistics_screen *s, struct canvas *c, int row)
{
	const struct frame_key keys[] = {
		{ ACTION_BACK, "Back" },
		{ ACTION_NEXT_PANE, s->two ? "Next box" : NULL },
		{ ACTION_OPEN, "Calls behind it" },
		{ ACTION_EXPLAIN, "Explain" },
		{ ACTION_REFRESH, "Count again" },
		{ ACTION_HELP, "Help" },
		{ ACTION_COPY, "Copy" },
		{ ACTION_SEARCH, "Find" },
	};

	if (!finder_draw(&s->finder, c, row, s->ctx->words))
		frame_keys(c, row, s->ctx->words, keys,
			   sizeof(keys) / sizeof(keys[0]));
}

static void statistics_draw(void *screen, struct canvas *c)
{
	struct statistics_screen *s = screen;
	int bottom = canvas_rows(c);
	int row = 0;
	int column = 1;

	shape(s, c);
	refresh(s);
	if (bottom >= ROWS_FOR_CHROME) {
		draw_first(s, c);
		draw_keys(s, c, --bottom);
		row = 1;
	}
	if (bottom - row >= ROWS_FOR_RULE)
		frame_rule(c, row++, 0, canvas_columns(c));
	for (unsigned i = 0; i < (s->two ? 2U : 1U); i++) {
		text_pane_draw(s->panes[i], c, row, column, s->widths[i],
			       bottom - row, i == s->focus);
		text_pane_draw_more(s->panes[i], c, row, column + s->widths[i],
				    bottom - row);
		column += s->widths[i] + 2;
	}
}

/* ---- keys */

static uint32_t tag_under(const struct statistics_screen *s)
{
	const struct text_pane *p = s->panes[s->focus];

	return text_pane_tag(p, text_pane_cursor(p));
}

static struct ui_request open_calls(struct statistics_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_CALL_LIST };

	statistics_filter(s, tag_under(s), s->filter);
	if (s->filter[0] == '\0') {
		r.kind = UI_NONE;
		s->finder.notice = "This line counts no calls.";
		return r;
	}
	r.argument.filter = s->filter;
	return r;
}

static struct ui_request explain(struct statistics_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_EXPLAIN };
	uint32_t tag = tag_under(s);
	unsigned n = STATISTICS_NUMBER(tag);

	if (STATISTICS_KIND(tag) == STATISTICS_CODE) {
		r.argument.code = (uint16_t)n;
	} else if (STATISTICS_KIND(tag) == STATISTICS_VERDICT) {
		slice_copy(slice_of(verdict_name((enum verdict)n)),
			   r.argument.word, sizeof(r.argument.word));
	} else if (STATISTICS_KIND(tag) == STATISTICS_METHOD) {
		slice_copy(view_method_name(s->ctx->view, (uint16_t)n),
			   r.argument.word, sizeof(r.argument.word));
	} else {
		r.kind = UI_NONE;
		s->finder.notice = "There is nothing to explain here.";
	}
	return r;
}

static struct ui_request compare(const struct statistics_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_COMPARE };
	uint32_t tag = tag_under(s);

	if (STATISTICS_KIND(tag) == STATISTICS_CODE)
		r.argument.code = (uint16_t)STATISTICS_NUMBER(tag);
	return r;
}

static struct ui_request copy(struct statistics_screen *s)
{
	struct ui_request r = { .kind = UI_COPY };

	buf_clear(&s->copy);
	panel_copy(s->panes[0], &s->copy);
	panel_copy(s->panes[1], &s->copy);
	r.text = buf_slice(&s->copy);
	s->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

static void do_here(struct statistics_screen *s, enum ui_action action)
{
	struct text_pane *p = s->panes[s->focus];

	if (action == ACTION_REFRESH)
		s->counted = false;
	else if (action == ACTION_NEXT_PANE)
		set_focus(s, s->two ? 1 - s->focus : 0);
	else if (action == ACTION_LEFT)
		set_focus(s, 0);
	else if (action == ACTION_RIGHT)
		set_focus(s, s->two ? 1 : 0);
	else if (action == ACTION_SEARCH)
		finder_begin(&s->finder);
	else if (action == ACTION_SEARCH_NEXT)
		finder_search(&s->finder, p, false);
	else if (action == ACTION_SEARCH_PREVIOUS)
		finder_search(&s->finder, p, true);
}

static struct ui_request statistics_key(void *screen, int32_t key,
					enum ui_action action)
{
	struct statistics_screen *s = screen;
	struct ui_request r = { .kind = UI_NONE };

	if (s->finder.typing) {
		if (finder_key(&s->finder, key))
			finder_search(&s->finder, s->panes[s->focus], false);
		return r;
	}
	s->finder.notice = NULL;
	if (frame_answer(action, SCREEN_STATISTICS, &r))
		return r;
	if (action == ACTION_COPY || action == ACTION_COPY_ALL)
		return copy(s);
	if (action == ACTION_OPEN)
		return open_calls(s);
	if (action == ACTION_EXPLAIN)
		return explain(s);
	if (action == ACTION_COMPARE)
		return compare(s);
	if (!text_pane_key(s->panes[s->focus], action))
		do_here(s, action);
	return r;
}

static bool statistics_typing(const void *screen)
{
	const struct statistics_screen *s = screen;

	return s->finder.typing;
}

static void statistics_close(void *screen)
{
	struct statistics_screen *s = screen;

	if (s == NULL)
		return;
	text_pane_free(s->panes[0]);
	text_pane_free(s->panes[1]);
	free(s->figures);
	buf_free(&s->copy);
	free(s);
}

static void *statistics_open(const struct ui_context *ctx,
			     const struct screen_argument *argument)
{
	struct statistics_screen *s = calloc(1, sizeof(*s));

	(void)argument;
	if (s == NULL)
		return NULL;
	s->ctx = ctx;
	buf_init(&s->copy, COPY_MAX);
	for (unsigned i = 0; i < 2; i++)
		s->panes[i] = text_pane_new();
	if (s->panes[0] == NULL || s->panes[1] == NULL) {
		statistics_close(s);
		return NULL;
	}
	for (unsigned i = 0; i < 2; i++)
		text_pane_set_margin(s->panes[i], true);
	text_pane_set_cursor_mode(s->panes[0], true);
	return s;
}

const struct screen_ops screen_statistics = {
	.name = "statistics",
	.id = SCREEN_STATISTICS,
	.open = statistics_open,
	.draw = statistics_draw,
	.key = statistics_key,
	.work = statistics_work,
	.close = statistics_close,
	.typing = statistics_typing,
};
