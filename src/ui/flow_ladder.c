#include <stdio.h>
#include <string.h>

#include "flow.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/column.h"

#define SPACING_MOST    30
#define SPACING_LEAST   13
#define SPACING_NARROW  11
#define NARROW_COLUMNS  60
#define MARK_CELLS      9
#define MARK_NARROW     7
#define MARK_OF_LEG     2 /* more: "2.12" */
#define TIME_CELLS      10
#define TIME_NARROW     8
#define CLOCK_CELLS     14
#define LABEL_BYTES_MAX 1024
#define SIP_PORT        5060

/* After the cursor moved, its arrow is to be seen. */
static void show_arrow(struct flow_screen *f, const struct flow_place *p)
{
	const struct ladder_row *r;
	unsigned low;
	unsigned high;

	f->show_arrow = false;
	if (f->cursor >= f->ladder.row_count)
		return;
	r = &f->ladder.rows[f->cursor];
	low = r->from < r->to ? r->from : r->to;
	high = r->from < r->to ? r->to : r->from;
	if (high >= f->first_column + p->visible)
		f->first_column = high - p->visible + 1;
	if (low < f->first_column)
		f->first_column = low;
}

/* How many columns there is room for beside time and marks. */
static unsigned divide(const struct flow_screen *f, struct flow_place *p,
		       int width)
{
	bool narrow = width < NARROW_COLUMNS;
	int least = narrow ? SPACING_NARROW : SPACING_LEAST;
	int area;

	p->width = width;
	p->time = narrow ? TIME_NARROW : TIME_CELLS;
	if (f->time == FLOW_TIME_CLOCK)
		p->time = CLOCK_CELLS;
	p->left = p->time + 1;
	p->marks = narrow ? MARK_NARROW : MARK_CELLS;
	if (flow_has_legs(f))
		p->marks += MARK_OF_LEG;
	area = width - p->marks - p->left;
	return area > least ? (unsigned)(area / least) : 1;
}

bool flow_columns_fit(const struct flow_screen *f, int width)
{
	struct flow_place p;

	return divide(f, &p, width) >= f->ladder.column_count;
}

void flow_lay_out(struct flow_screen *f, struct flow_place *p, int width)
{
	unsigned count = f->ladder.column_count;
	int area;

	p->visible = divide(f, p, width);
	area = width - p->marks - p->left;
	if (p->visible > count)
		p->visible = count;
	p->spacing = p->visible > 0 ? area / (int)p->visible : area;
	if (p->spacing > SPACING_MOST)
		p->spacing = SPACING_MOST;
	if (p->spacing < 1)
		p->spacing = 1;
	p->right = p->left + p->spacing * (int)p->visible;
	if (f->show_arrow && p->visible > 0)
		show_arrow(f, p);
	if (f->first_column + p->visible > count)
		f->first_column = count - p->visible;
}

/* The cell of a column's line; it may lie outside what is visible. */
static int line_of(const struct flow_screen *f, const struct flow_place *p,
		   unsigned column)
{
	return p->left + ((int)column - (int)f->first_column) * p->spacing +
	       p->spacing / 2;
}

static const char *head_of(const struct flow_screen *f, unsigned column,
			   bool host_only, char *text)
{
	const struct endpoint *e = &f->ladder.columns[column].endpoint;

	if (host_only || e->port == 0)
		return endpoint_host_text(e, text);
	return endpoint_text(e, text);
}

/* Narrow columns have the port in a row of its own. */
bool flow_heads_are_split(const struct flow_screen *f,
			  const struct flow_place *p)
{
	char text[ENDPOINT_TEXT_BYTES];

	for (unsigned i = 0; i < p->visible; i++) {
		unsigned column = f->first_column + i;

		if (f->ladder.columns[column].endpoint.port != 0 &&
		    strlen(head_of(f, column, false, text)) >=
			    (size_t)p->spacing)
			return true;
	}
	return false;
}

static void draw_head(struct canvas *c, const struct flow_place *p, int row,
		      int line, const char *text)
{
	int room = p->spacing - 1;
	int cells = (int)strlen(text);

	if (cells > room)
		cells = room;
	canvas_put_field(c, row, line - cells / 2, cells, false, STYLE_TITLE,
			 slice_of(text));
}

void flow_draw_heads(struct flow_screen *f, struct canvas *c,
		     const struct flow_place *p, int row, bool split)
{
	char text[ENDPOINT_TEXT_BYTES];
	unsigned end = f->first_column + p->visible;

	if (f->first_column > 0)
		canvas_put_text(c, row, p->left - 1, p->left, STYLE_NOTE, "<");
	if (end < f->ladder.column_count)
		canvas_put_text(c, row, p->right, p->right + 1, STYLE_NOTE,
				">");
	for (unsigned i = f->first_column; i < end; i++) {
		int line = line_of(f, p, i);
		char port[8];

		draw_head(c, p, row, line, head_of(f, i, split, text));
		if (!split || f->ladder.columns[i].endpoint.port == 0)
			continue;
		(void)snprintf(port, sizeof(port), ":%u",
			       f->ladder.columns[i].endpoint.port);
		draw_head(c, p, row + 1, line, port);
	}
}

static void draw_lines(struct flow_screen *f, struct canvas *c,
		       const struct flow_place *p, int row)
{
	for (unsigned i = 0; i < p->visible; i++)
		canvas_fill(c, row, line_of(f, p, f->first_column + i), 1,
			    STYLE_DIM, LINE_VERTICAL);
}

/* When it was captured. */
static int64_t time_of(const struct flow_screen *f, uint32_t at)
{
	const struct captured_msg *m = flow_msg(f, at);
	const struct ladder_stream *s = flow_stream(f, at);

	if (m != NULL)
		return m->time_ns;
	return s != NULL ? s->first_ns : 0;
}

static void draw_time(struct flow_screen *f, struct canvas *c,
		      const struct flow_place *p, int row, uint32_t at)
{
	const struct ladder_row *r = &f->ladder.rows[at];
	int64_t ns = r->since_previous_ns;
	char text[CLOCK_TEXT_BYTES];
	int x;

	if (f->time == FLOW_TIME_CLOCK) {
		clock_time_of_day(time_of(f, at), f->ctx->utc, text);
		canvas_put_field(c, row, 0, p->time - 1, true, STYLE_DIM,
				 slice_sub(slice_of(text), 0, 12));
		return;
	}
	if (f->time != FLOW_TIME_PREVIOUS || at == 0)
		ns = r->since_start_ns;
	frame_seconds(ns, text);
	canvas_put_field(c, row, 0, p->time - 1, true, STYLE_DIM,
			 slice_of(text));
	x = p->time - 2 - (int)strlen(text);
	if (f->time == FLOW_TIME_PREVIOUS && at > 0 && ns >= 0 && x >= 0)
		canvas_put_text(c, row, x, p->time, STYLE_DIM, "+");
}

static enum style role_of(const struct flow_screen *f, uint32_t at)
{
	const struct captured_msg *m = flow_msg(f, at);

	if (flow_stream(f, at) != NULL)
		return STYLE_MEDIA;
	if (m == NULL)
		return STYLE_DIM;
	if (f->ladder.rows[at].resent)
		return STYLE_RESENT;
	if (f->marks[at].judged == f->judged && f->marks[at].broke)
		return STYLE_PROBLEM;
	return m->status == 0 ? STYLE_REQUEST : style_of_code(m->status);
}

/* The label in the middle of `room` cells from `column`, cut if need be. */
static void draw_label(struct canvas *c, int row, int column, int room,
		       enum style role, struct slice label)
{
	int cells = (int)utf8_shown_cells(label);
	int at = column + (room - cells) / 2;

	if (room < 1)
		return;
	if (cells > room) {
		canvas_put_field(c, row, column, room, false, role, label);
		return;
	}
	if (cells + 2 <= room) {
		canvas_fill(c, row, at - 1, 1, role, LINE_BLANK);
		canvas_fill(c, row, at + cells, 1, role, LINE_BLANK);
	}
	canvas_put(c, row, at, column + room, role, label);
}

static void draw_to_itself(struct canvas *c, int row, int line, int limit,
			   enum style role, struct slice label)
{
	canvas_fill(c, row, line + 1, 1, role, LINE_ARROW_LEFT);
	canvas_fill(c, row, line + 2, 1, role, LINE_HORIZONTAL);
	draw_label(c, row, line + 3, limit - line - 3, role, label);
}

/* Arrows of which an end lies aside of what is visible */

static bool is_seen(const struct flow_screen *f, const struct flow_place *p,
		    unsigned column)
{
	return column >= f->first_column &&
	       column < f->first_column + p->visible;
}

/* The port only where it is not the usual one. */
static void add_peer(const struct flow_screen *f, unsigned column,
		     struct buf *out)
{
	bool usual = f->ladder.columns[column].endpoint.port == SIP_PORT;
	char text[ENDPOINT_TEXT_BYTES];

	buf_add_text(out, head_of(f, column, usual, text));
}

/* Both ends behind the name of an arrow of which nothing is seen. */
static void draw_hidden(struct flow_screen *f, struct canvas *c,
			const struct flow_place *p, int row, uint32_t at,
			struct slice label)
{
	const struct ladder_row *r = &f->ladder.rows[at];
	bool right = r->from > f->first_column;
	int edge = right ? p->right - 1 : p->left;
	int room = p->right - p->left - 2;
	struct buf text;
	int cells;

	buf_init(&text, LABEL_BYTES_MAX);
	buf_add(&text, label);
	buf_add_char(&text, ' ');
	add_peer(f, r->from, &text);
	/* the arrow as this terminal has it */
	canvas_fill(c, row, edge, 1, STYLE_NOTE, LINE_ARROW_RIGHT);
	buf_add_format(&text, " %s ", canvas_cell(c, row, edge)->text);
	add_peer(f, r->to, &text);
	cells = (int)utf8_shown_cells(buf_slice(&text));
	if (cells > room)
		cells = room;
	canvas_put_field(c, row, right ? edge - 1 - cells : edge + 2, cells,
			 false, STYLE_DIM, buf_slice(&text));
	canvas_put_text(c, row, edge, edge + 1, STYLE_NOTE, right ? ">" : "<");
	buf_free(&text);
}

/* "INVITE -> 192.0.2.3", or "192.0.2.1 -> INVITE" for a peer at the left;
 * the arrow is a copy of the head in `head`. */
static void name_peer(struct flow_screen *f, const struct cell *head,
		      unsigned peer, bool right, struct slice label,
		      struct buf *out)
{
	buf_clear(out);
	if (right)
		buf_add(out, label);
	else
		add_peer(f, peer, out);
	buf_add_format(out, " %s ", head->text);
	if (right)
		add_peer(f, peer, out);
	else
		buf_add(out, label);
}

/* The name of a half hidden arrow, with the peer that is not seen: on the
 * arrow, or on the other side of the visible end where there is more room. */
static void draw_cut(struct flow_screen *f, struct canvas *c,
		     const struct flow_place *p, int row, uint32_t at,
		     struct slice label)
{
	const struct ladder_row *r = &f->ladder.rows[at];
	bool from_seen = is_seen(f, p, r->from);
	unsigned seen = from_seen ? r->from : r->to;
	unsigned peer = from_seen ? r->to : r->from;
	bool right = peer > seen;
	bool rightward = r->from < r->to;
	int line = line_of(f, p, seen);
	int lo = right ? line + 1 : p->left;
	int hi = right ? p->right : line;
	int beside = right ? line - 1 - p->left : p->right - line - 2;
	struct cell head = *canvas_cell(c, row, rightward ? hi - 1 : lo);
	struct buf text;
	int cells;

	buf_init(&text, LABEL_BYTES_MAX);
	name_peer(f, &head, peer, right, label, &text);
	cells = (int)utf8_shown_cells(buf_slice(&text));
	if (cells >= hi - lo && cells > beside) {
		label = slice_sub(label, 0, slice_find(label, ' '));
		name_peer(f, &head, peer, right, label, &text);
		cells = (int)utf8_shown_cells(buf_slice(&text));
	}
	if (cells < hi - lo || hi - lo > beside)
		draw_label(c, row, rightward ? lo : lo + 1, hi - lo - 1,
			   role_of(f, at), buf_slice(&text));
	else if (cells > beside)
		draw_label(c, row, right ? p->left : line + 2, beside,
			   role_of(f, at), buf_slice(&text));
	else
		canvas_put(c, row, right ? line - 1 - cells : line + 2,
			   p->right, role_of(f, at), buf_slice(&text));
	buf_free(&text);
}

static enum canvas_line line_kind(const struct flow_screen *f, uint32_t at)
{
	if (flow_stream(f, at) != NULL)
		return LINE_DOUBLE;
	return f->ladder.rows[at].resent ? LINE_DASHED : LINE_HORIZONTAL;
}

static void draw_arrow(struct flow_screen *f, struct canvas *c,
		       const struct flow_place *p, int row, uint32_t at,
		       struct slice label)
{
	const struct ladder_row *r = &f->ladder.rows[at];
	enum style role = role_of(f, at);
	int from = line_of(f, p, r->from);
	int to = line_of(f, p, r->to);
	int lo = (from < to ? from : to) + 1;
	int hi = from < to ? to : from; /* exclusive */

	if (from == to) {
		if (from >= p->left && from < p->right)
			draw_to_itself(c, row, from, p->right, role, label);
		return;
	}
	lo = lo < p->left ? p->left : lo;
	hi = hi > p->right ? p->right : hi;
	if (lo >= hi) {
		draw_hidden(f, c, p, row, at, label);
		return;
	}
	canvas_fill(c, row, lo, hi - lo, role, line_kind(f, at));
	if (from < to)
		canvas_fill(c, row, hi - 1, 1, role, LINE_ARROW_RIGHT);
	else
		canvas_fill(c, row, lo, 1, role, LINE_ARROW_LEFT);
	if (is_seen(f, p, r->from) != is_seen(f, p, r->to))
		draw_cut(f, c, p, row, at, label);
	else
		draw_label(c, row, from < to ? lo : lo + 1, hi - lo - 1, role,
			   label);
}

/* "7", "2.7" among legs, "rtp" and "2.rtp" for media. */
static void mark_text(const struct flow_screen *f, uint32_t at, char *out,
		      size_t size)
{
	const struct ladder_row *r = &f->ladder.rows[at];

	if (r->msg != 0)
		flow_number(f, r->leg, f->marks[at].number, out, size);
	else if (flow_has_legs(f) && r->leg < f->leg_count)
		(void)snprintf(out, size, "%u.rtp", f->legs[r->leg].number);
	else
		(void)snprintf(out, size, "rtp");
}

/* The number, the letter of its Identity, the sign of a finding. */
static void draw_mark(struct flow_screen *f, struct canvas *c,
		      const struct flow_place *p, int row, uint32_t at)
{
	const struct captured_msg *m = flow_msg(f, at);
	enum verdict verdict = m == NULL ? VERDICT_NONE : msg_verdict(m);
	char letter = '\0';
	char text[24];
	int column = p->right + p->marks - 3;

	if (m != NULL && verdict != VERDICT_NO_IDENTITY)
		letter = column_verdict_letter(verdict,
					       msg_waits_for_verdict(m));
	else if (m != NULL && flow_broke(f, at))
		letter = 'X';
	mark_text(f, at, text, sizeof(text));
	canvas_put_field(c, row, p->right, p->marks - 4, true, STYLE_DIM,
			 slice_of(text));
	if (letter != '\0')
		column = canvas_put(c, row, column, p->width,
				    flow_broke(f, at)
					    ? STYLE_PROBLEM
					    : column_verdict_role(verdict),
				    (struct slice){ &letter, 1 });
	if (f->marks[at].finding)
		canvas_put_text(c, row, column, p->width, STYLE_PROBLEM, "!");
}

static void draw_cursor(struct canvas *c, const struct flow_place *p, int row,
			bool focus)
{
	canvas_put_text(c, row, p->time, p->time + 1, STYLE_TEXT, ">");
	canvas_mark(c, row, 0, p->right + p->marks, EXTRA_CURSOR);
	if (focus)
		canvas_set_cursor(c, row, p->time, true);
}

static void draw_sdp(struct flow_screen *f, struct canvas *c,
		     const struct flow_place *p, int row, int end, uint32_t at)
{
	struct slice rest = flow_sdp_text(f, at);

	for (; slice_is_set(rest) && row < end; row++) {
		struct slice line = slice_split(rest, '\n', &rest);

		canvas_put(c, row, p->left + 2, p->right, STYLE_MEDIA,
			   slice_trim(line));
	}
}

/* With a sign in front where the signature broke. */
static void arrow_label(struct flow_screen *f, uint32_t at, bool brief,
			struct buf *out)
{
	buf_clear(out);
	if (flow_broke(f, at))
		buf_add_char(out, '!');
	flow_label(f, at, brief, out);
}

static void draw_row(struct flow_screen *f, struct canvas *c,
		     const struct flow_place *p, int row, uint32_t at)
{
	/* a message sent again is told by its dashes, not by a colour */
	int room = p->spacing - (f->ladder.rows[at].resent ? 6 : 2);
	struct buf label;
	bool hit;

	buf_init(&label, LABEL_BYTES_MAX);
	arrow_label(f, at, false, &label);
	if ((int)utf8_shown_cells(buf_slice(&label)) > room)
		arrow_label(f, at, true, &label);
	draw_lines(f, c, p, row);
	draw_time(f, c, p, row, at);
	draw_arrow(f, c, p, row, at, buf_slice(&label));
	draw_mark(f, c, p, row, at);
	hit = f->finder.needle_len > 0 &&
	      slice_search(buf_slice(&label), finder_needle(&f->finder), true) <
		      label.len;
	if (hit)
		canvas_put_text(c, row, p->right + p->marks - 1, p->width,
				STYLE_HIT, "/");
	if (at == f->cursor)
		draw_cursor(c, p, row, !f->panel_focus);
	buf_free(&label);
}

/* Moves the top so that the cursor is seen and no room is wasted. */
static void keep_in_view(struct flow_screen *f, int height)
{
	uint32_t row = f->cursor;
	uint32_t end = f->ladder.row_count;
	int used = flow_row_height(f, row);

	if (f->cursor < f->top)
		f->top = f->cursor;
	while (row > 0 && used <= height) {
		used += flow_row_height(f, row - 1);
		if (used <= height)
			row--;
	}
	if (f->top < row)
		f->top = row;
	for (used = 0, row = end; row > 0 && used <= height; row--) {
		used += flow_row_height(f, row - 1);
		if (used > height)
			break;
	}
	if (f->top > row)
		f->top = row;
}

void flow_draw_ladder(struct flow_screen *f, struct canvas *c,
		      const struct flow_place *p)
{
	int row = p->row;
	int end = p->row + p->height;

	if (f->ladder.row_count == 0 || p->height < 1)
		return;
	keep_in_view(f, p->height);
	for (uint32_t at = f->top; at < f->ladder.row_count && row < end;
	     at++) {
		int height = flow_row_height(f, at);

		draw_row(f, c, p, row, at);
		for (int i = 1; i < height && row + i < end; i++)
			draw_lines(f, c, p, row + i);
		if (height > 1)
			draw_sdp(f, c, p, row + 1, end, at);
		row += height;
	}
	if (f->ladder.left_out > 0 && row < end)
		canvas_put_format(
			c, row, p->left, p->right, STYLE_NOTE, "%u %s",
			f->ladder.left_out,
			words(f->ctx->words, "messages of further hosts"));
}
