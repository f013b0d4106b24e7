#include <stdio.h>
#include <stdlib.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/table.h"
#include "sipmon/base/utf8.h"
#include "sipmon/catalogue/compare.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/panel.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

#define COPY_MAX         65536
#define DIGITS           3
#define LABEL_CELLS      16
#define SAME_CELLS       2
#define TABLE_CELLS_MIN  60 /* narrower, the two stand below each other */
#define TABLE_CELLS_MOST 120
#define ROWS_FOR_CHROME  4
#define CELL_ROWS_MAX    64

enum asking { ASK_NOTHING = 0, ASK_FIRST, ASK_SECOND };

struct compare_screen {
	const struct ui_context *ctx;
	uint16_t a; /* shown, or asked about; 0: not known yet */
	uint16_t b;
	uint16_t new_a; /* the first of the pair that is asked for */
	enum asking asking;
	char digits[DIGITS + 1];
	unsigned digit_count;
	struct text_pane *pane;
	int width; /* that the pane is filled for; 0: fill it anew */
	struct finder finder;
	struct frame_language language;
	struct buf copy;
};

/* The table */

static void pad(struct buf *out, struct slice text, int cells)
{
	int used = (int)utf8_shown_cells(text);

	buf_add(out, text);
	for (; used < cells; used++)
		buf_add_char(out, ' ');
}

static struct slice piece(struct slice *rest, int cells)
{
	return rest->len > 0 ? text_wrap_next(rest, cells) : SLICE_NONE;
}

/* One fact in as many rows as its longest cell takes. */
static void table_row(struct text_pane *p, const struct compare_row *row,
		      int width, enum style role)
{
	struct text_look look = { .role = role, .head_role = STYLE_DIM };
	int cells = (width - LABEL_CELLS - SAME_CELLS - 2) / 2;
	struct slice name = row->label;
	struct slice a = row->a;
	struct slice b = row->b;
	struct buf head;
	struct buf text;

	buf_init(&head, 1024);
	buf_init(&text, 4096);
	for (int i = 0; i < CELL_ROWS_MAX; i++) {
		buf_clear(&head);
		buf_clear(&text);
		pad(&head, piece(&name, LABEL_CELLS - 1), LABEL_CELLS);
		buf_add_text(&head, row->same && i == 0 ? "= " : "  ");
		pad(&text, piece(&a, cells - 1), cells);
		buf_add_text(&text, "| ");
		buf_add(&text, piece(&b, cells));
		text_pane_add(p, &look, buf_slice(&head), buf_slice(&text));
		if (name.len == 0 && a.len == 0 && b.len == 0)
			break;
	}
	buf_free(&head);
	buf_free(&text);
}

static void narrow_row(struct text_pane *p, const struct compare_row *row,
		       const char *a, const char *b)
{
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = STYLE_DIM,
				  .indent = 2,
				  .hang = 6,
				  .tab = 6 };
	struct text_look title = { .role = STYLE_TITLE };

	text_pane_add(p, &title, row->same ? SLICE("= ") : SLICE_NONE,
		      row->label);
	text_pane_add(p, &look, slice_of(a), row->a);
	if (!row->same)
		text_pane_add(p, &look, slice_of(b), row->b);
}

static void title_of(const struct code_entry *e, struct buf *out)
{
	buf_add_format(out, "%u ", e->code);
	buf_add(out, e->phrase);
}

static void fill_table(struct compare_screen *s, const struct comparison *pair)
{
	struct compare_row titles = { .label = SLICE(""), .same = false };
	bool table = s->width >= TABLE_CELLS_MIN;
	char a[16];
	char b[16];
	struct buf title_a;
	struct buf title_b;

	buf_init(&title_a, 1024);
	buf_init(&title_b, 1024);
	title_of(&pair->a, &title_a);
	title_of(&pair->b, &title_b);
	titles.a = buf_slice(&title_a);
	titles.b = buf_slice(&title_b);
	(void)snprintf(a, sizeof(a), "%u", pair->a.code);
	(void)snprintf(b, sizeof(b), "%u", pair->b.code);
	if (table) {
		table_row(s->pane, &titles, s->width, STYLE_TITLE);
	} else {
		panel_paragraph(s->pane, style_of_code(s->a), titles.a);
		panel_paragraph(s->pane, style_of_code(s->b), titles.b);
	}
	for (unsigned i = 0; i < pair->row_count && i < COMPARE_ROOM; i++) {
		if (table)
			table_row(s->pane, &pair->rows[i], s->width,
				  STYLE_TEXT);
		else
			narrow_row(s->pane, &pair->rows[i], a, b);
	}
	buf_free(&title_a);
	buf_free(&title_b);
}

static void fill_list(struct compare_screen *s, struct slice key,
		      const struct slice *items, unsigned count)
{
	if (count == 0)
		return;
	panel_heading(s->pane, catalogue_term(s->ctx->words, "label", key));
	for (unsigned i = 0; i < count && i < COMPARE_ROOM; i++)
		panel_item(s->pane, items[i]);
}

static bool holds(struct slice text, struct slice part)
{
	return part.len > 0 && slice_search(text, part, false) < text.len;
}

/* Is the sentence what the catalogue says of one code at length? */
static bool is_long(const struct code_entry *e, struct slice sentence)
{
	struct slice list = e->when;
	struct slice first = SLICE_NONE;

	(void)table_item_next(&list, &first);
	return holds(sentence, e->description) || holds(sentence, first);
}

/* The facts first, then what is said at length and is not in the summary. */
static void fill_differences(struct compare_screen *s,
			     const struct comparison *pair)
{
	struct slice sorted[COMPARE_ROOM];
	unsigned count = 0;

	for (int at_length = 0; at_length < 2; at_length++)
		for (unsigned i = 0; i < pair->difference_count; i++) {
			struct slice one = pair->differences[i];
			bool is = is_long(&pair->a, one) ||
				  is_long(&pair->b, one);

			if (is == (at_length == 1) && count < COMPARE_ROOM &&
			    !holds(pair->summary, one))
				sorted[count++] = one;
		}
	fill_list(s, SLICE("differences"), sorted, count);
}

static void fill_comparison(struct compare_screen *s)
{
	const struct catalogue *w = s->ctx->words;
	struct comparison pair;

	if (compare_codes(w, s->a, s->b, &pair)) {
		fill_table(s, &pair);
		panel_heading(s->pane,
			      catalogue_term(w, "label", SLICE("summary")));
		panel_paragraph(s->pane, STYLE_TEXT, pair.summary);
		fill_differences(s, &pair);
		fill_list(s, SLICE("when_to_use"), pair.when_to_use,
			  pair.use_count);
		if (pair.watch.len > 0) {
			panel_heading(s->pane, catalogue_term(w, "label",
							      SLICE("watch")));
			panel_paragraph(s->pane, STYLE_NOTE, pair.watch);
		}
		if (pair.learn_count > 0)
			panel_heading(s->pane,
				      catalogue_term(w, "label",
						     SLICE("learn_more")));
		for (unsigned i = 0; i < pair.learn_count && i < COMPARE_ROOM;
		     i++)
			panel_code_link(s->pane, w, pair.learn_more[i]);
	}
	compare_free(&pair);
}

/* Enter shall have something to take; a choice made before stays. */
static void choose_one(struct compare_screen *s)
{
	if (panel_link(s->pane) == 0)
		panel_next_link(s->pane, false);
}

/* While asking, the codes that are near at hand stand to be chosen. */
static void fill_offers(struct compare_screen *s)
{
	const struct catalogue *w = s->ctx->words;

	if (s->asking == ASK_SECOND) {
		panel_code_title(s->pane, w, s->new_a);
		panel_related(s->pane, w, s->new_a);
		choose_one(s);
		return;
	}
	panel_heading(s->pane,
		      slice_of(words(w, "Which code is to be compared?")));
	if (s->a == 0)
		return;
	panel_code_link(s->pane, w, s->a);
	panel_code_link(s->pane, w, s->b);
	choose_one(s);
}

static void fill(struct compare_screen *s, int width)
{
	if (s->width == width)
		return;
	s->width = width;
	text_pane_refill(s->pane);
	if (s->asking != ASK_NOTHING)
		fill_offers(s);
	else
		fill_comparison(s);
	if (panel_link(s->pane) == 0)
		text_pane_set_cursor(s->pane, -1);
}

/* Drawing */

static void draw_question(struct compare_screen *s, struct canvas *c, int row)
{
	const struct catalogue *w = s->ctx->words;
	int limit = canvas_columns(c);
	int x = 1;

	if (s->asking == ASK_SECOND) {
		x = canvas_put_text(c, row, x, limit, STYLE_TITLE,
				    words(w, "Compare with code:"));
	} else {
		x = canvas_put_text(c, row, x, limit, STYLE_TITLE,
				    words(w, "First code:"));
	}
	x = canvas_put_text(c, row, x + 1, limit, STYLE_TEXT, s->digits);
	canvas_set_cursor(c, row, x, true);
	x += (int)(DIGITS + 2 - s->digit_count);
	if (s->finder.notice != NULL)
		canvas_put_text(c, row, x, limit, STYLE_PROBLEM,
				words(w, s->finder.notice));
	else
		canvas_put_text(c, row, x, limit, STYLE_DIM,
				words(w, "a number, or Tab to choose"));
}

static void draw_bottom(struct compare_screen *s, struct canvas *c, int row)
{
	static const struct frame_key keys[] = {
		{ ACTION_BACK, "Back" },
		{ ACTION_COMPARE, "Another pair" },
		{ ACTION_NEXT_PANE, "Next code" },
		{ ACTION_OPEN, "Open code" },
		{ ACTION_HELP, "Help" },
		{ ACTION_SEARCH, "Find" },
		{ ACTION_COPY, "Copy" },
	};

	if (s->asking != ASK_NOTHING)
		draw_question(s, c, row);
	else if (!finder_draw(&s->finder, c, row, s->ctx->words))
		frame_keys(c, row, s->ctx->words, keys,
			   sizeof(keys) / sizeof(keys[0]));
}

static void compare_draw(void *screen, struct canvas *c)
{
	struct compare_screen *s = screen;
	int width = canvas_columns(c);
	int bottom = canvas_rows(c);
	int row = 0;

	if (frame_language_changed(&s->language, s->ctx))
		s->width = 0;
	if (bottom >= ROWS_FOR_CHROME) {
		int limit = frame_status(c, s->ctx, 0, 20);
		int x = canvas_put_text(c, 0, 1, limit, STYLE_TITLE,
					words(s->ctx->words, "Compare codes"));

		if (s->asking == ASK_NOTHING)
			canvas_put_format(c, 0, x + 2, limit, STYLE_DIM,
					  "sipmon explain %u %u", s->a, s->b);
		row = 1;
	}
	if (bottom > 1)
		draw_bottom(s, c, --bottom);
	if (bottom - row > ROWS_FOR_CHROME * 2)
		frame_rule(c, row++, 0, width);
	if (width > TABLE_CELLS_MOST)
		width = TABLE_CELLS_MOST;
	width = width > 2 ? width - 2 : 1;
	fill(s, width);
	text_pane_draw(s->pane, c, row, 1, width, bottom - row,
		       s->asking == ASK_NOTHING);
	text_pane_draw_more(s->pane, c, row, width + 1, bottom - row);
}

/* Asking */

static void ask(struct compare_screen *s, enum asking what)
{
	s->asking = what;
	s->digit_count = 0;
	s->digits[0] = '\0';
	s->finder.notice = NULL;
	s->width = 0;
	text_pane_clear(s->pane);
	if (what != ASK_NOTHING)
		fill_offers(s);
}

static void add_digit(struct compare_screen *s, int32_t key)
{
	if (s->digit_count == DIGITS)
		return;
	s->digits[s->digit_count++] = (char)key;
	s->digits[s->digit_count] = '\0';
	s->finder.notice = NULL;
}

static void refuse(struct compare_screen *s, const char *why)
{
	s->finder.notice = why;
	s->digit_count = 0;
	s->digits[0] = '\0';
}

static void take(struct compare_screen *s)
{
	struct slice typed = { s->digits, s->digit_count };
	uint32_t number = panel_link(s->pane);
	struct code_entry e;

	if (typed.len > 0 && !slice_to_u32(typed, 999, &number))
		number = 0;
	if (!catalogue_code(s->ctx->words, (uint16_t)number, &e)) {
		refuse(s, "No response code: 100 to 699.");
		return;
	}
	if (s->asking == ASK_SECOND && number == s->new_a) {
		refuse(s, "The same code: nothing differs.");
		return;
	}
	if (s->asking == ASK_FIRST) {
		s->new_a = (uint16_t)number;
		ask(s, ASK_SECOND);
		return;
	}
	s->a = s->new_a;
	s->b = (uint16_t)number;
	ask(s, ASK_NOTHING);
}

static struct ui_request answer_key(struct compare_screen *s, int32_t key)
{
	struct ui_request r = { .kind = UI_NONE };

	if (key >= '0' && key <= '9') {
		add_digit(s, key);
	} else if (key == KEY_CODE_BACKSPACE || key == 127 || key == 8) {
		if (s->digit_count > 0)
			s->digits[--s->digit_count] = '\0';
	} else if (key == KEY_CODE_ENTER || key == '\r' || key == '\n') {
		take(s);
	} else if (key == KEY_CODE_LEFT || key == KEY_CODE_UP ||
		   key == KEY_CODE_BACK_TAB) {
		panel_next_link(s->pane, true);
	} else if (key == KEY_CODE_RIGHT || key == KEY_CODE_DOWN ||
		   key == KEY_CODE_TAB || key == '\t') {
		panel_next_link(s->pane, false);
	} else if (key == KEY_CODE_ESCAPE || key == 3) {
		if (s->a == 0)
			r.kind = UI_BACK;
		else
			ask(s, ASK_NOTHING);
	}
	return r;
}

/* Keys */

static struct ui_request copy(struct compare_screen *s)
{
	struct ui_request r = { .kind = UI_COPY };

	buf_clear(&s->copy);
	panel_copy(s->pane, &s->copy);
	r.text = buf_slice(&s->copy);
	s->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

static struct ui_request explain(struct compare_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_EXPLAIN };
	uint16_t link = panel_link(s->pane);

	r.argument.code = link != 0 ? link : s->a;
	return r;
}

static void do_here(struct compare_screen *s, int32_t key,
		    enum ui_action action)
{
	if (action == ACTION_LEFT) {
		panel_next_link(s->pane, true);
	} else if (action == ACTION_RIGHT || action == ACTION_NEXT_PANE) {
		panel_next_link(s->pane, false);
	} else if (action == ACTION_COMPARE) {
		ask(s, ASK_FIRST);
	} else if (action == ACTION_SEARCH) {
		finder_begin(&s->finder);
	} else if (action == ACTION_SEARCH_NEXT) {
		finder_search(&s->finder, s->pane, false);
	} else if (action == ACTION_SEARCH_PREVIOUS) {
		finder_search(&s->finder, s->pane, true);
	} else if (action == ACTION_NONE && key >= '1' && key <= '6') {
		ask(s, ASK_FIRST);
		add_digit(s, key);
	}
}

static struct ui_request compare_key(void *screen, int32_t key,
				     enum ui_action action)
{
	struct compare_screen *s = screen;
	struct ui_request r = { .kind = UI_NONE };

	if (s->asking != ASK_NOTHING)
		return answer_key(s, key);
	if (s->finder.typing) {
		if (finder_key(&s->finder, key))
			finder_search(&s->finder, s->pane, false);
		return r;
	}
	s->finder.notice = NULL;
	if (frame_answer(action, SCREEN_COMPARE, &r))
		return r;
	if (action == ACTION_COPY || action == ACTION_COPY_ALL)
		return copy(s);
	if (action == ACTION_OPEN || action == ACTION_EXPLAIN)
		return explain(s);
	if (!text_pane_key(s->pane, action))
		do_here(s, key, action);
	return r;
}

static bool compare_typing(const void *screen)
{
	const struct compare_screen *s = screen;

	return s->asking != ASK_NOTHING || s->finder.typing;
}

static void compare_close(void *screen)
{
	struct compare_screen *s = screen;

	if (s == NULL)
		return;
	text_pane_free(s->pane);
	buf_free(&s->copy);
	free(s);
}

static void *compare_open(const struct ui_context *ctx,
			  const struct screen_argument *argument)
{
	struct compare_screen *s = calloc(1, sizeof(*s));
	struct code_entry e;

	if (s == NULL)
		return NULL;
	s->ctx = ctx;
	buf_init(&s->copy, COPY_MAX);
	s->pane = text_pane_new();
	if (s->pane == NULL) {
		compare_close(s);
		return NULL;
	}
	(void)frame_language_changed(&s->language, ctx);
	if (!catalogue_code(ctx->words, argument->code, &e)) {
		ask(s, ASK_FIRST);
	} else if (!catalogue_code(ctx->words, argument->code_b, &e) ||
		   argument->code == argument->code_b) {
		s->new_a = argument->code;
		ask(s, ASK_SECOND);
		if (argument->code == argument->code_b)
			refuse(s, "The same code: nothing differs.");
	} else {
		s->a = argument->code;
		s->b = argument->code_b;
	}
	return s;
}

const struct screen_ops screen_compare = {
	.name = "compare",
	.id = SCREEN_COMPARE,
	.open = compare_open,
	.draw = compare_draw,
	.key = compare_key,
	.close = compare_close,
	.typing = compare_typing,
};
