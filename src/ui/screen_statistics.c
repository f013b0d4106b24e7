#include <stdio.h>
#include <stdlib.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/panel.h"
#include "statistics.h"

#define COPY_MAX        (1U << 19)
#define TEXTS_MAX       (1U << 18)
#define LINE_BYTES      512
#define TWO_PANES       120
#define PANE_MOST       100 /* longer rows are hard to read */
#define ROWS_FOR_RULE   12
#define ROWS_FOR_HEAD   16
#define ROWS_FOR_CHROME 4
#define FILL_AGAIN_NS   CLOCK_SECOND_NS
#define ROWS_FAR        1000000 /* more than any pane has */

static const char *tr(const struct statistics_screen *s, const char *english)
{
	return statistics_tr(s, english);
}

static bool statistics_work(void *screen, int64_t budget_ns)
{
	return statistics_count(screen, budget_ns);
}

/* ---- filling */

static void shape(struct statistics_screen *s, const struct canvas *c)
{
	int columns = canvas_columns(c);
	bool two = columns >= TWO_PANES;
	bool ascii = canvas_is_ascii(c);
	int left = two ? (columns - 4) / 2 : columns - 2;
	int right = two ? columns - left - 4 : 0;

	if (left > PANE_MOST)
		left = PANE_MOST;
	if (right > PANE_MOST)
		right = PANE_MOST;
	if (two != s->two || ascii != s->ascii || left != s->widths[0] ||
	    right != s->widths[1])
		s->filled = false;
	s->two = two;
	s->ascii = ascii;
	s->widths[0] = left;
	s->widths[1] = right;
}

static void refresh(struct statistics_screen *s)
{
	const struct view *v = s->ctx->view;
	int64_t since = view_now_ns(v) - s->filled_ns;
	bool again = view_change(v) != s->change &&
		     (since < 0 || since >= FILL_AGAIN_NS);

	if (frame_language_changed(&s->language, s->ctx))
		s->filled = false;
	if (s->filled && !again)
		return;
	s->filled = true;
	s->change = view_change(v);
	s->filled_ns = view_now_ns(v);
	statistics_fill(s);
}

static const struct statistics_row *row_under(const struct statistics_screen *s)
{
	return statistics_row_at(s, s->focus,
				 text_pane_cursor(s->panes[s->focus]));
}

/* The histogram is that of the delay under the cursor. */
static void follow_delay(struct statistics_screen *s)
{
	const struct statistics_row *r = row_under(s);

	if (r == NULL || r->delay == 0 || r->delay - 1U == s->delay)
		return;
	s->delay = (enum figures_delay_kind)(r->delay - 1);
	statistics_fill(s);
}

/* ---- drawing */

static char *window_text(const struct statistics_screen *s,
			 char out[LINE_BYTES])
{
	int64_t ns = statistics_window_ns(s);
	struct phrase_number minutes =
		phrase_number((uint64_t)(ns / CLOCK_SECOND_NS / 60));
	const char *values[] = { minutes.text };
	const char *all = view_totals(s->ctx->view)->forgotten_calls > 0
				  ? "all calls still kept (+ -)"
				  : "all calls (+ -)";

	return phrase(out, LINE_BYTES,
		      tr(s, ns == 0 ? all : "calls of the last %1 min (+ -)"),
		      values, 1);
}

/* "42 % of 18 220 calls" */
static char *progress_text(const struct statistics_screen *s,
			   char out[LINE_BYTES])
{
	uint64_t all = view_call_count(s->ctx->view);
	uint64_t part = s->looked_at < all ? s->looked_at : all;
	struct phrase_number percent =
		phrase_number(all > 0 ? part * 100 / all : 100);
	statistics_cell calls;
	const char *values[] = { percent.text, statistics_number(all, calls) };

	return phrase(out, LINE_BYTES, tr(s, "%1 % of %2 calls"), values, 2);
}

static char *age_text(const struct statistics_screen *s, char out[LINE_BYTES])
{
	char time[CLOCK_TEXT_BYTES];
	const char *values[] = { time };

	clock_time_of_day(s->counted_ns, s->ctx->utc, time);
	time[8] = '\0';
	return phrase(out, LINE_BYTES, tr(s, "as of %1"), values, 1);
}

/* How far the counting is, or how old the figures are; "" if neither is. */
static enum style state_text(const struct statistics_screen *s,
			     char out[LINE_BYTES])
{
	out[0] = '\0';
	if (s->counting != NULL || s->asked) {
		progress_text(s, out);
		return STYLE_NOTE;
	}
	if (s->has_all && s->counted_change != view_change(s->ctx->view))
		age_text(s, out);
	return STYLE_DIM;
}

static void draw_first(struct statistics_screen *s, struct canvas *c)
{
	const char *title = tr(s, "Statistics");
	char window[LINE_BYTES];
	char state[LINE_BYTES];
	enum style role = state_text(s, state);
	struct slice text = slice_of(state);
	int x = 1 + (int)utf8_shown_cells(slice_of(title)) + 2 +
		(int)utf8_shown_cells(slice_of(window_text(s, window)));
	int cells = (int)utf8_shown_cells(text);
	int limit = frame_status(c, s->ctx, 0, cells > 0 ? x + 2 + cells : x);

	x = canvas_put_text(c, 0, 1, limit, STYLE_TITLE, title);
	x = canvas_put_text(
		c, 0, x + 2, limit,
		statistics_window_ns(s) == 0 ? STYLE_TEXT : STYLE_NOTE, window);
	/* It changes while one waits: half a word of it is better than none. */
	if (x + 2 + cells <= limit || role == STYLE_NOTE)
		canvas_put_field(c, 0, x + 2, limit - x - 2, false, role, text);
}

static int draw_count(const struct statistics_screen *s, struct canvas *c,
		      int row, int x, const char *name, uint64_t n,
		      enum style role)
{
	statistics_cell number;
	struct slice label = slice_of(tr(s, name));
	struct slice value = slice_of(statistics_number(n, number));
	int cells = (int)utf8_shown_cells(label) + 1 + (int)value.len;

	if (x + cells >= canvas_columns(c))
		return x;
	x = canvas_put(c, row, x, -1, STYLE_DIM, label);
	return canvas_put(c, row, x + 1, -1, n > 0 ? role : STYLE_TEXT, value) +
	       2;
}

/* Now, on a line that lives; of a file on average. */
static void rate_text(const struct statistics_screen *s, char out[LINE_BYTES])
{
	bool lives = s->ctx->status->source == UI_SOURCE_LIVE ||
		     s->ctx->status->source == UI_SOURCE_LOADING;
	double mean = 0;
	statistics_cell number;
	const char *values[] = { number };

	out[0] = '\0';
	if (s->has_all &&
	    (double)s->figures->end_ns - (double)s->figures->begin_ns >=
		    (double)CLOCK_SECOND_NS)
		mean = s->figures->messages_per_second;
	if (!lives && !(mean > 0))
		return;
	if (lives)
		statistics_number(s->ctx->status->messages_per_second, number);
	else if (mean < 100)
		(void)snprintf(number, sizeof(number), "%.1f", mean);
	else
		statistics_number((uint64_t)(mean + 0.5), number);
	phrase(out, LINE_BYTES,
	       tr(s, lives ? "now %1 msg/s" : "on average %1 msg/s"), values,
	       1);
}

static void draw_head(const struct statistics_screen *s, struct canvas *c,
		      int row)
{
	const struct view_totals *t = view_totals(s->ctx->view);
	char rate[LINE_BYTES];
	struct slice shown;
	int x = 1;

	x = draw_count(s, c, row, x, "Messages", t->messages, STYLE_TEXT);
	x = draw_count(s, c, row, x, "Calls", t->calls, STYLE_TEXT);
	rate_text(s, rate);
	shown = slice_of(rate);
	if (shown.len > 0 &&
	    x + (int)utf8_shown_cells(shown) < canvas_columns(c))
		x = canvas_put(c, row, x, -1, STYLE_TEXT, shown) + 2;
	x = draw_count(s, c, row, x, "lost", s->ctx->counters->dropped,
		       STYLE_PROBLEM);
	x = draw_count(s, c, row, x, "malformed", t->malformed, STYLE_PROBLEM);
	(void)draw_count(s, c, row, x, "forgotten", t->forgotten_messages,
			 STYLE_PROBLEM);
}

static void draw_keys(struct statistics_screen *s, struct canvas *c, int row)
{
	const struct frame_key keys[] = {
		{ ACTION_BACK, "Back" },
		{ ACTION_NEXT_PANE, "Next box" },
		{ ACTION_OPEN, "Calls behind it" },
		{ ACTION_EXPLAIN, "Explain" },
		{ ACTION_LONGER, "Longer" },
		{ ACTION_SHORTER, "Shorter" },
		{ ACTION_HELP, "Help" },
		{ ACTION_REFRESH, "Count again" },
		{ ACTION_SEARCH, "Find" },
		{ ACTION_COPY, "Copy" },
	};

	if (!finder_draw(&s->finder, c, row, s->ctx->words))
		frame_keys(c, row, s->ctx->words, keys,
			   sizeof(keys) / sizeof(keys[0]));
}

static void statistics_draw(void *screen, struct canvas *c)
{
	struct statistics_screen *s = screen;
	int bottom = canvas_rows(c);
	bool head = bottom >= ROWS_FOR_HEAD;
	bool rule = bottom >= ROWS_FOR_RULE;
	int row = 0;
	int column = 1;

	shape(s, c);
	refresh(s);
	follow_delay(s);
	if (bottom >= ROWS_FOR_CHROME) {
		draw_first(s, c);
		draw_keys(s, c, --bottom);
		row = 1;
	}
	if (head)
		draw_head(s, c, row++);
	if (rule)
		frame_rule(c, row++, 0, canvas_columns(c));
	for (unsigned i = 0; i < (s->two ? 2U : 1U); i++) {
		text_pane_draw(s->panes[i], c, row, column, s->widths[i],
			       bottom - row, i == s->focus);
		text_pane_draw_more(s->panes[i], c, row, column + s->widths[i],
				    bottom - row);
		column += s->widths[i] + 2;
	}
}

/* ---- moving */

/* The first row behind the name of the box and the heads of its columns; of
 * delays the one whose histogram is shown. */
static int first_row_of(const struct statistics_screen *s,
			enum statistics_box box)
{
	unsigned pane = s->box_panes[box];
	int first = s->box_lines[box];
	const struct statistics_row *r;
	int found = first;

	for (int i = first + 1;
	     (r = statistics_row_at(s, pane, i)) != NULL && r->box == box;
	     i++) {
		if (r->name_len > 0 && found == first)
			found = i;
		if (r->delay == (unsigned)s->delay + 1)
			return i;
	}
	return found;
}

/* Brings all of the box into view, or as much as there is room for. */
static void go_to_box(struct statistics_screen *s, enum statistics_box box)
{
	unsigned pane = s->box_panes[box];
	struct text_pane *p = s->panes[pane];

	statistics_focus(s, pane);
	text_pane_scroll(p, -ROWS_FAR);
	text_pane_scroll(p, s->box_rows[box]);
	text_pane_set_cursor(p, first_row_of(s, box));
}

/* Boxes in the order of the panes, from the top down. */
static int place_of_box(const struct statistics_screen *s,
			enum statistics_box box)
{
	return (int)s->box_panes[box] * ROWS_FAR + s->box_lines[box];
}

/* The box after (before) the place `from`, the first (last) behind the end. */
static void next_box(struct statistics_screen *s, bool backward)
{
	const struct statistics_row *r = row_under(s);
	int from = r != NULL ? place_of_box(s, r->box) : -1;
	int best = -1;
	int turn = -1;

	for (int i = 0; i < BOXES; i++) {
		int place = place_of_box(s, (enum statistics_box)i);
		int sign = backward ? -1 : 1;

		if (s->box_lines[i] < 0)
			continue;
		if (turn < 0 ||
		    (place - place_of_box(s, (enum statistics_box)turn)) *
				    sign <
			    0)
			turn = i;
		if ((place - from) * sign > 0 &&
		    (best < 0 ||
		     (place - place_of_box(s, (enum statistics_box)best)) *
				     sign <
			     0))
			best = i;
	}
	if (best < 0)
		best = turn;
	if (best >= 0)
		go_to_box(s, (enum statistics_box)best);
}

/* The lines between boxes are none. */
static void move(struct statistics_screen *s, enum ui_action action)
{
	struct text_pane *p = s->panes[s->focus];
	int line = text_pane_cursor(p);

	if ((action == ACTION_UP || action == ACTION_DOWN) && line > 0 &&
	    text_pane_tag(p, line) == 0)
		(void)text_pane_key(p, action);
}

/* ---- what a row leads to */

static struct ui_request say(struct statistics_screen *s, const char *english)
{
	struct ui_request r = { .kind = UI_NONE };

	s->finder.notice = english;
	return r;
}

static bool is_of_window(enum statistics_box box)
{
	return box != BOX_MESSAGES && box != BOX_IDENTITY;
}

static const char no_calls[] = "No list of calls stands behind this line.";

static struct ui_request open_calls(struct statistics_screen *s)
{
	const struct statistics_row *row = row_under(s);
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_CALL_LIST };
	int64_t window = statistics_window_ns(s);
	struct slice filter;

	if (row == NULL)
		return say(s, no_calls);
	if (row->opens) {
		s->opened |= UINT32_C(1) << row->box;
		s->filled = false;
		return (struct ui_request){ .kind = UI_NONE };
	}
	filter = statistics_row_filter(s, row);
	if (filter.len == 0)
		return say(s, no_calls);
	if (window > 0 && is_of_window(row->box))
		(void)snprintf(s->filter, sizeof(s->filter),
			       "%.*s and age <= %lld", SLICE_ARG(filter),
			       (long long)(window / CLOCK_SECOND_NS));
	else
		(void)slice_copy(filter, s->filter, sizeof(s->filter));
	r.argument.filter = s->filter;
	return r;
}

static struct ui_request explain(struct statistics_screen *s)
{
	const struct statistics_row *row = row_under(s);
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_EXPLAIN };
	enum statistics_subject subject =
		row != NULL ? row->subject : SUBJECT_NOTHING;

	switch (subject) {
	case SUBJECT_NOTHING:
		return say(s, "There is nothing to explain here.");
	case SUBJECT_SENTENCE:
		return say(s, row->sentence);
	case SUBJECT_CODE:
		r.argument.code = row->code;
		break;
	case SUBJECT_WORD:
		slice_copy(statistics_row_name(s, row), r.argument.word,
			   sizeof(r.argument.word));
		break;
	case SUBJECT_FINDING:
		slice_copy(statistics_row_name(s, row), r.argument.finding,
			   sizeof(r.argument.finding));
		break;
	}
	return r;
}

static struct ui_request compare(const struct statistics_screen *s)
{
	const struct statistics_row *row = row_under(s);
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_COMPARE };

	if (row != NULL)
		r.argument.code = row->code;
	return r;
}

static struct ui_request copy(struct statistics_screen *s, bool all)
{
	struct ui_request r = { .kind = UI_COPY };
	const struct text_pane *p = s->panes[s->focus];

	buf_clear(&s->copy);
	if (all) {
		panel_copy(s->panes[0], &s->copy);
		panel_copy(s->panes[1], &s->copy);
	} else {
		utf8_show(&s->copy, text_pane_text(p, text_pane_cursor(p)));
	}
	r.text = buf_slice(&s->copy);
	s->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

/* ---- keys */

static void change_window(struct statistics_screen *s, bool longer)
{
	if (!statistics_window_change(s, longer))
		s->finder.notice = longer ? "All calls are counted already."
					  : "There is no shorter time.";
}

static void do_here(struct statistics_screen *s, enum ui_action action)
{
	struct text_pane *p = s->panes[s->focus];

	if (action == ACTION_REFRESH)
		s->asked = true;
	else if (action == ACTION_LONGER || action == ACTION_SHORTER)
		change_window(s, action == ACTION_LONGER);
	else if (action == ACTION_NEXT_PANE || action == ACTION_PREVIOUS_PANE)
		next_box(s, action == ACTION_PREVIOUS_PANE);
	else if (action == ACTION_LEFT)
		statistics_focus(s, 0);
	else if (action == ACTION_RIGHT)
		statistics_focus(s, s->two ? 1 : 0);
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
		return copy(s, action == ACTION_COPY_ALL);
	if (action == ACTION_OPEN)
		return open_calls(s);
	if (action == ACTION_EXPLAIN)
		return explain(s);
	if (action == ACTION_COMPARE)
		return compare(s);
	if (text_pane_key(s->panes[s->focus], action))
		move(s, action);
	else
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
	statistics_count_free(s);
	for (unsigned i = 0; i < STATISTICS_PANES; i++)
		text_pane_free(s->panes[i]);
	free(s->figures);
	free(s->signing);
	buf_free(&s->texts);
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
	s->asked = true;
	s->delay = FIGURES_PDD;
	buf_init(&s->texts, TEXTS_MAX);
	buf_init(&s->copy, COPY_MAX);
	for (unsigned i = 0; i < STATISTICS_PANES; i++)
		s->panes[i] = text_pane_new();
	if (s->panes[0] == NULL || s->panes[1] == NULL) {
		statistics_close(s);
		return NULL;
	}
	for (unsigned i = 0; i < BOXES; i++)
		s->box_lines[i] = -1;
	for (unsigned i = 0; i < STATISTICS_PANES; i++)
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
