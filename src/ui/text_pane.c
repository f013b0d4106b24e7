#include "sipmon/ui/text_pane.h"

#include <stdlib.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/utf8.h"

#define PANE_BYTES_MAX (4U << 20)
#define PANE_LINES_MAX 100000U
#define PANE_ROWS_MAX  400000U
#define PANE_SEARCH    128
#define MARGIN_CELLS   2
#define SPLIT_INDENT   2

#define VALUE_CELLS_LEAST 14 /* beside its head; with less it goes below */

struct pane_line {
	struct text_look look;
	size_t from;
	size_t len;
	size_t head_len;
	size_t value; /* where the text behind a head and its blanks begins */
	int row;      /* its first row */
	int rows;
};

struct pane_row {
	uint32_t line;
	uint32_t from; /* in the line */
	uint32_t len;
};

struct text_pane {
	struct buf text;
	struct pane_line *lines;
	size_t line_count;
	size_t line_room;
	struct pane_row *rows;
	size_t row_count;
	size_t row_room;
	int width; /* that the rows are laid out for; 0: not yet */
	int height;
	int top;
	int cursor; /* line, or -1 */
	bool cursor_moves;
	bool margin;
	bool show_cursor; /* bring it into view at the next draw */
	char search[PANE_SEARCH];
	size_t search_len;
};

struct piece {
	size_t bytes;
	int cells;
	bool blank;
};

static struct piece piece_next(struct slice *rest)
{
	char shown[12];
	bool escaped = false;
	size_t before = rest->len;
	bool blank = rest->ptr[0] == ' ';
	unsigned len = utf8_show_next(rest, shown, &escaped);
	struct piece out = { before - rest->len, (int)len, blank };

	if (!escaped) {
		struct slice one = { shown, len };
		int32_t cp = utf8_next(&one);

		out.cells = cp < 0 ? 1 : (int)utf8_cells((uint32_t)cp);
	}
	return out;
}

struct slice text_wrap_next(struct slice *rest, int width)
{
	struct slice all = *rest;
	struct slice ahead = *rest;
	size_t at = 0;
	size_t word = 0; /* where the last word begins that fits wholly */
	int cells = 0;

	while (ahead.len > 0) {
		struct piece p = piece_next(&ahead);

		if (cells + p.cells > width && at > 0) {
			size_t end = word > 0 && !p.blank ? word : at;
			size_t next = p.blank ? at + p.bytes : end;

			*rest = slice_sub(all, next, all.len);
			return slice_sub(all, 0, end);
		}
		at += p.bytes;
		cells += p.cells;
		if (p.blank)
			word = at;
	}
	*rest = slice_sub(all, all.len, 0);
	return all;
}

struct text_pane *text_pane_new(void)
{
	struct text_pane *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	buf_init(&p->text, PANE_BYTES_MAX);
	p->cursor = -1;
	return p;
}

void text_pane_free(struct text_pane *p)
{
	if (p == NULL)
		return;
	buf_free(&p->text);
	free(p->lines);
	free(p->rows);
	free(p);
}

void text_pane_refill(struct text_pane *p)
{
	buf_clear(&p->text);
	p->line_count = 0;
	p->row_count = 0;
	p->width = 0;
}

void text_pane_clear(struct text_pane *p)
{
	text_pane_refill(p);
	p->top = 0;
	p->cursor = p->cursor_moves ? 0 : -1;
	p->show_cursor = p->cursor_moves;
}

static bool room_for_line(struct text_pane *p)
{
	size_t room = p->line_room == 0 ? 64 : p->line_room * 2;
	struct pane_line *lines;

	if (p->line_count < p->line_room)
		return true;
	if (p->line_count >= PANE_LINES_MAX)
		return false;
	lines = realloc(p->lines, room * sizeof(*lines));
	if (lines == NULL)
		return false;
	p->lines = lines;
	p->line_room = room;
	return true;
}

void text_pane_add(struct text_pane *p, const struct text_look *look,
		   struct slice head, struct slice text)
{
	size_t from = p->text.len;
	size_t cells = (size_t)look->indent;
	size_t value = 0;
	struct pane_line *line;

	if (!room_for_line(p))
		return;
	buf_add(&p->text, head);
	if (look->tab > 0 && text.len > 0) {
		cells += utf8_shown_cells(head);
		do
			buf_add_char(&p->text, ' ');
		while (++cells < (size_t)look->tab && !p->text.failed);
		value = p->text.len - from;
	}
	buf_add(&p->text, text);
	if (p->text.failed) {
		p->text.len = from;
		p->text.failed = false;
		return;
	}
	line = &p->lines[p->line_count++];
	*line = (struct pane_line){ .look = *look,
				    .from = from,
				    .len = p->text.len - from,
				    .head_len = head.len,
				    .value = value };
	if (value > 0 && look->hang >= look->tab)
		line->look.hang = (int)cells;
	p->width = 0;
}

void text_pane_set_margin(struct text_pane *p, bool margin)
{
	p->margin = margin;
	p->width = 0;
}

void text_pane_set_cursor_mode(struct text_pane *p, bool moves)
{
	p->cursor_moves = moves;
	if (moves && p->cursor < 0)
		text_pane_set_cursor(p, 0);
}

size_t text_pane_lines(const struct text_pane *p)
{
	return p->line_count;
}

int text_pane_cursor(const struct text_pane *p)
{
	return p->cursor < (int)p->line_count ? p->cursor : -1;
}

void text_pane_set_cursor(struct text_pane *p, int line)
{
	int last = (int)p->line_count - 1;

	if (line > last)
		line = last;
	if (line < 0)
		line = p->cursor_moves ? 0 : -1;
	p->cursor = line;
	p->show_cursor = true;
}

uint32_t text_pane_tag(const struct text_pane *p, int line)
{
	if (line < 0 || (size_t)line >= p->line_count)
		return 0;
	return p->lines[line].look.tag;
}

struct slice text_pane_text(const struct text_pane *p, int line)
{
	if (line < 0 || (size_t)line >= p->line_count)
		return SLICE_NONE;
	return slice_sub(buf_slice(&p->text), p->lines[line].from,
			 p->lines[line].len);
}

/* Laying out */

static bool row_add(struct text_pane *p, uint32_t line, size_t from, size_t len)
{
	if (p->row_count == p->row_room) {
		size_t room = p->row_room == 0 ? 128 : p->row_room * 2;
		struct pane_row *rows;

		if (p->row_count >= PANE_ROWS_MAX)
			return false;
		rows = realloc(p->rows, room * sizeof(*rows));
		if (rows == NULL)
			return false;
		p->rows = rows;
		p->row_room = room;
	}
	p->rows[p->row_count++] =
		(struct pane_row){ line, (uint32_t)from, (uint32_t)len };
	return true;
}

/* Is there no room for words beside the head?  They stand below it then. */
static bool is_split(const struct pane_line *line, int width)
{
	return line->value > 0 && width - line->look.hang < VALUE_CELLS_LEAST;
}

/* A deep indent would leave a narrow pane without room for words; a value is
 * never as deep, see is_split(). */
static int indent_of(const struct pane_line *line, bool first, int width)
{
	int indent = first ? line->look.indent : line->look.hang;

	if (line->value > 0)
		return is_split(line, width) && !first && indent > SPLIT_INDENT
			       ? SPLIT_INDENT
			       : indent;
	return indent > width / 3 ? width / 3 : indent;
}

static int cells_of(const struct text_pane *p, int width)
{
	int cells = p->margin ? width - MARGIN_CELLS : width;

	return cells < 1 ? 1 : cells;
}

/* Bytes of the first row; a long word begins beside its head all the same. */
static size_t wrap_first(const struct pane_line *line, struct slice *rest,
			 int room)
{
	struct slice head = slice_sub(*rest, 0, line->value);
	int left = room - (int)utf8_shown_cells(head);

	if (line->value == 0 || left < 1)
		return text_wrap_next(rest, room).len;
	*rest = slice_sub(*rest, line->value, rest->len);
	return line->value + text_wrap_next(rest, left).len;
}

static void fit_line(struct text_pane *p, size_t i, int width)
{
	struct pane_line *line = &p->lines[i];
	struct slice rest =
		slice_sub(buf_slice(&p->text), line->from, line->len);
	size_t at = 0;
	bool more = true;

	line->row = (int)p->row_count;
	if (rest.len == 0)
		more = row_add(p, (uint32_t)i, 0, 0);
	if (is_split(line, width) && line->head_len > 0) {
		more = row_add(p, (uint32_t)i, 0, line->head_len);
		at = line->value;
		rest = slice_sub(rest, at, rest.len);
	}
	while (rest.len > 0 && more) {
		int room = width - indent_of(line, at == 0, width);
		size_t before = rest.len;
		size_t len = at == 0 ? wrap_first(line, &rest, room)
				     : text_wrap_next(&rest, room).len;

		more = row_add(p, (uint32_t)i, at, len);
		at += before - rest.len;
	}
	line->rows = (int)p->row_count - line->row;
}

/* Keeps the line at the top when only the width changed. */
static void fit(struct text_pane *p, int width)
{
	uint32_t at_top = 0;
	bool keep = p->top > 0 && (size_t)p->top < p->row_count;

	if (p->width == width)
		return;
	if (keep)
		at_top = p->rows[p->top].line;
	p->row_count = 0;
	for (size_t i = 0; i < p->line_count; i++)
		fit_line(p, i, cells_of(p, width));
	p->width = width;
	if (keep && at_top < p->line_count)
		p->top = p->lines[at_top].row;
}

static void clamp_top(struct text_pane *p)
{
	int last = (int)p->row_count - p->height;

	if (p->top > last)
		p->top = last;
	if (p->top < 0)
		p->top = 0;
}

static void bring_into_view(struct text_pane *p)
{
	const struct pane_line *line;
	int cursor = text_pane_cursor(p);

	p->show_cursor = false;
	if (cursor < 0)
		return;
	line = &p->lines[cursor];
	if (line->row + line->rows > p->top + p->height)
		p->top = line->row + line->rows - p->height;
	if (line->row < p->top)
		p->top = line->row;
}

/* Moving */

void text_pane_scroll(struct text_pane *p, int rows)
{
	p->top += rows;
	clamp_top(p);
}

/* A line taller than the pane is read to its end before the cursor leaves. */
static void move_cursor(struct text_pane *p, int by)
{
	int cursor = text_pane_cursor(p);
	const struct pane_line *line;

	if (cursor >= 0 && p->width > 0 && (by == 1 || by == -1)) {
		line = &p->lines[cursor];
		if (by > 0 && line->row + line->rows > p->top + p->height) {
			text_pane_scroll(p, 1);
			return;
		}
		if (by < 0 && line->row < p->top) {
			text_pane_scroll(p, -1);
			return;
		}
	}
	text_pane_set_cursor(p, cursor + by);
}

bool text_pane_key(struct text_pane *p, enum ui_action action)
{
	int page = p->height > 1 ? p->height - 1 : 1;
	int by;

	if (action == ACTION_UP)
		by = -1;
	else if (action == ACTION_DOWN)
		by = 1;
	else if (action == ACTION_PAGE_UP)
		by = -page;
	else if (action == ACTION_PAGE_DOWN)
		by = page;
	else if (action == ACTION_HALF_UP)
		by = -(page + 1) / 2;
	else if (action == ACTION_HALF_DOWN)
		by = (page + 1) / 2;
	else if (action == ACTION_FIRST)
		by = -(int)PANE_ROWS_MAX;
	else if (action == ACTION_LAST)
		by = (int)PANE_ROWS_MAX;
	else
		return false;
	if (p->cursor_moves)
		move_cursor(p, by);
	else
		text_pane_scroll(p, by);
	return true;
}

/* Searching */

void text_pane_set_search(struct text_pane *p, struct slice needle)
{
	p->search_len = needle.len < PANE_SEARCH ? needle.len : PANE_SEARCH - 1;
	if (p->search_len > 0)
		memcpy(p->search, needle.ptr, p->search_len);
}

static struct slice search_of(const struct text_pane *p)
{
	return (struct slice){ p->search, p->search_len };
}

static bool line_has(const struct text_pane *p, size_t line)
{
	struct slice text = text_pane_text(p, (int)line);

	return slice_search(text, search_of(p), true) < text.len;
}

static size_t search_from(const struct text_pane *p)
{
	int cursor = text_pane_cursor(p);

	if (cursor >= 0)
		return (size_t)cursor;
	if ((size_t)p->top < p->row_count)
		return p->rows[p->top].line;
	return 0;
}

bool text_pane_find(struct text_pane *p, bool backward)
{
	size_t n = p->line_count;
	size_t at = search_from(p);

	if (p->search_len == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		at = backward ? (at + n - 1) % n : (at + 1) % n;
		if (!line_has(p, at))
			continue;
		if (p->cursor_moves)
			text_pane_set_cursor(p, (int)at);
		else if (p->width > 0)
			p->top = p->lines[at].row;
		return true;
	}
	return false;
}

/* Drawing */

/* The end of the found text that covers byte `at`, or 0. */
static size_t hit_end(const struct text_pane *p, struct slice text, size_t at)
{
	size_t len = p->search_len;
	size_t begin = at >= len ? at - len + 1 : 0;
	struct slice near = slice_sub(text, begin, at - begin + len);
	size_t found;

	if (len == 0)
		return 0;
	found = slice_search(near, search_of(p), true);
	return found < near.len ? begin + found + len : 0;
}

static enum style role_at(const struct text_pane *p,
			  const struct pane_line *line, struct slice text,
			  size_t at)
{
	if (hit_end(p, text, at) > at)
		return STYLE_HIT;
	return at < line->head_len ? line->look.head_role : line->look.role;
}

/* Puts the bytes of one row, a run of one role after the other. */
static void draw_runs(const struct text_pane *p, struct canvas *c, int row,
		      int column, int limit, const struct pane_row *r)
{
	const struct pane_line *line = &p->lines[r->line];
	struct slice text = text_pane_text(p, (int)r->line);
	struct slice rest = slice_sub(text, r->from, r->len);
	size_t at = r->from;

	while (rest.len > 0 && column < limit) {
		enum style role = role_at(p, line, text, at);
		size_t begin = at;

		do {
			at += piece_next(&rest).bytes;
		} while (rest.len > 0 && role_at(p, line, text, at) == role);
		column = canvas_put(c, row, column, limit, role,
				    slice_sub(text, begin, at - begin));
	}
}

static void draw_margin(const struct text_pane *p, struct canvas *c, int row,
			int column, int limit, const struct pane_row *r)
{
	const struct pane_line *line = &p->lines[r->line];

	if (r->from != 0)
		return;
	if (p->cursor == (int)r->line)
		canvas_put_text(c, row, column, limit, STYLE_TEXT, ">");
	if (line->look.mark != 0)
		canvas_put(c, row, column + 1, limit, STYLE_PROBLEM,
			   (struct slice){ &line->look.mark, 1 });
}

int text_pane_rows(struct text_pane *p, int width)
{
	if (width < 1)
		return 0;
	fit(p, width);
	return (int)p->row_count;
}

void text_pane_draw(struct text_pane *p, struct canvas *c, int row, int column,
		    int width, int height, bool focus)
{
	if (width < 1 || height < 1)
		return;
	fit(p, width);
	p->height = height;
	if (p->show_cursor)
		bring_into_view(p);
	clamp_top(p);
	for (int i = 0; i < height; i++) {
		size_t at = (size_t)p->top + (size_t)i;
		const struct pane_row *r;
		int x = column;

		if (at >= p->row_count)
			break;
		r = &p->rows[at];
		if (p->margin) {
			draw_margin(p, c, row + i, column, column + width, r);
			x += MARGIN_CELLS;
		}
		x += indent_of(&p->lines[r->line], r->from == 0,
			       cells_of(p, width));
		draw_runs(p, c, row + i, x, column + width, r);
		if (p->cursor == (int)r->line)
			canvas_mark(c, row + i, column, width, EXTRA_CURSOR);
		if (focus && p->cursor == (int)r->line && r->from == 0)
			canvas_set_cursor(c, row + i, column, true);
	}
}

bool text_pane_more_above(const struct text_pane *p)
{
	return p->top > 0;
}

bool text_pane_more_below(const struct text_pane *p)
{
	return (size_t)p->top + (size_t)p->height < p->row_count;
}

void text_pane_draw_more(const struct text_pane *p, struct canvas *c, int row,
			 int column, int height)
{
	if (text_pane_more_below(p))
		canvas_put_text(c, row + height - 1, column, column + 1,
				STYLE_NOTE, "v");
	if (text_pane_more_above(p))
		canvas_put_text(c, row, column, column + 1, STYLE_NOTE, "^");
}
