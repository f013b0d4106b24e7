#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/panel.h"
#include "statistics.h"

#define LINE_BYTES 1024
#define BAR_LEAST  4
#define BAR_MOST   40
#define LAST_LEAST 10

/* Rows of a box before Enter shows the rest. */
#define ROWS_AT_FIRST 12

/* ---- numbers */

char *statistics_number(uint64_t n, statistics_cell out)
{
	struct phrase_number plain = phrase_number(n);
	size_t len = strlen(plain.text);
	size_t used = 0;

	for (size_t i = 0; i < len && used + 2 < STATISTICS_CELL_BYTES; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[used++] = ' ';
		out[used++] = plain.text[i];
	}
	out[used] = '\0';
	return out;
}

char *statistics_percent(uint64_t part, uint64_t whole, statistics_cell out)
{
	if (whole == 0)
		(void)snprintf(out, STATISTICS_CELL_BYTES, "-");
	else
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%.1f %%",
			       100.0 * (double)part / (double)whole);
	return out;
}

char *statistics_time(int64_t ns, statistics_cell out)
{
	uint64_t n = ns > 0 ? (uint64_t)ns : 0;
	uint64_t ms = (n + CLOCK_MS_NS / 2) / CLOCK_MS_NS;
	uint64_t tenths = (n + CLOCK_SECOND_NS / 20) / (CLOCK_SECOND_NS / 10);
	statistics_cell number;

	if (ms < 10)
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%.*f ms",
			       ms == 0 ? 3 : 2,
			       (double)n / (double)CLOCK_MS_NS);
	else if (ms < 10000)
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%s ms",
			       statistics_number(ms, number));
	else if (tenths < 10000)
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%u.%u s",
			       (unsigned)(tenths / 10),
			       (unsigned)(tenths % 10));
	else
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%s s",
			       statistics_number((tenths + 5) / 10, number));
	return out;
}

/* ---- text in cells */

/* The front of `text` that fits in `cells`, at least one of them kept free
 * for the mark if it does not fit wholly. */
static struct slice front_of(struct slice text, int cells, int *taken)
{
	struct slice rest = text;

	*taken = 0;
	while (rest.len > 0) {
		char shown[12];
		bool escaped = false;
		size_t before = text.len - rest.len;
		unsigned len = utf8_show_next(&rest, shown, &escaped);
		struct slice one = { shown, len };
		int more = (int)len;

		if (!escaped) {
			int32_t cp = utf8_next(&one);

			more = cp < 0 ? 1 : (int)utf8_cells((uint32_t)cp);
		}
		if (*taken + more > cells)
			return slice_sub(text, 0, before);
		*taken += more;
	}
	return text;
}

void statistics_add_padded(struct buf *out, struct slice text, int cells,
			   bool right)
{
	int taken;
	struct slice front = front_of(text, cells, &taken);

	if (cells <= 0)
		return;
	if (front.len < text.len) {
		front = front_of(text, cells - 1, &taken);
		taken++;
	}
	for (int i = taken; right && i < cells; i++)
		buf_add_char(out, ' ');
	buf_add(out, front);
	if (front.len < text.len)
		buf_add_char(out, '~');
	for (int i = taken; !right && i < cells; i++)
		buf_add_char(out, ' ');
}

void statistics_add_block(const struct statistics_page *p, struct buf *out)
{
	buf_add_text(out, p->s->ascii ? "#" : "\xe2\x96\x88"); /* U+2588 */
}

void statistics_add_bar(const struct statistics_page *p, struct buf *out,
			double share, int room)
{
	int cells;

	if (room > BAR_MOST)
		room = BAR_MOST;
	if (room < BAR_LEAST || !(share > 0))
		return;
	cells = share < 1 ? (int)(share * room + 0.5) : room;
	if (cells == 0)
		cells = 1;
	for (int i = 0; i < cells; i++)
		statistics_add_block(p, out);
}

/* ---- lines */

static uint32_t keep_text(struct statistics_screen *s, struct slice text,
			  uint32_t *len)
{
	uint32_t at = (uint32_t)s->texts.len;

	buf_add(&s->texts, text);
	*len = s->texts.failed ? 0 : (uint32_t)text.len;
	if (s->texts.failed) {
		s->texts.len = at;
		s->texts.failed = false;
	}
	return at;
}

/* The tag of a line is 1 + the place of its row. */
static uint32_t add_row(struct statistics_page *p,
			const struct statistics_line *l)
{
	struct statistics_screen *s = p->s;
	struct statistics_row *r;

	if (s->row_count == STATISTICS_ROWS)
		return 0;
	r = &s->rows[s->row_count++];
	*r = (struct statistics_row){ .box = p->box,
				      .subject = l->subject,
				      .code = l->code,
				      .delay = l->delay,
				      .opens = l->opens,
				      .sentence = l->sentence };
	r->name = keep_text(s, l->name, &r->name_len);
	r->filter = keep_text(
		s, l->filter != NULL ? slice_of(l->filter) : SLICE(""),
		&r->filter_len);
	return s->row_count;
}

const struct statistics_row *
statistics_row_at(const struct statistics_screen *s, unsigned pane, int line)
{
	uint32_t tag = text_pane_tag(s->panes[pane], line);

	return tag == 0 || tag > s->row_count ? NULL : &s->rows[tag - 1];
}

struct slice statistics_row_name(const struct statistics_screen *s,
				 const struct statistics_row *r)
{
	return slice_sub(buf_slice(&s->texts), r->name, r->name_len);
}

struct slice statistics_row_filter(const struct statistics_screen *s,
				   const struct statistics_row *r)
{
	return slice_sub(buf_slice(&s->texts), r->filter, r->filter_len);
}

void statistics_add(struct statistics_page *p, const struct statistics_line *l,
		    struct slice head, struct slice text)
{
	struct text_look look = { .role = l->role,
				  .head_role = l->head_role,
				  .mark = l->mark,
				  .tag = add_row(p, l) };

	text_pane_add(p->pane, &look, head, text);
}

void statistics_heading(struct statistics_page *p, const char *text)
{
	const struct statistics_line line = { .head_role = STYLE_TITLE };
	struct buf head;

	buf_init(&head, LINE_BYTES);
	statistics_add_padded(&head, slice_of(text), p->width, false);
	statistics_add(p, &line, slice_trim(buf_slice(&head)), SLICE_NONE);
	buf_free(&head);
}

void statistics_note(struct statistics_page *p, enum style role,
		     const char *text)
{
	const struct statistics_line line = { .role = role };

	statistics_add(p, &line, SLICE_NONE, slice_of(text));
}

/* ---- tables */

struct statistics_table
statistics_table_of(const struct statistics_page *p,
		    const struct statistics_column *columns, unsigned count,
		    int name_least, int name_most)
{
	struct statistics_table t = { .columns = columns };
	int left = p->width;

	while (t.column_count < count &&
	       left - columns[t.column_count].cells >= name_least)
		left -= columns[t.column_count++].cells;
	t.name_cells = left < name_most ? left : name_most;
	if (t.name_cells < 1)
		t.name_cells = 1;
	t.rest = left - t.name_cells - 1;
	return t;
}

static void add_columns(const struct statistics_table *t, struct buf *out,
			const char *const *cells)
{
	for (unsigned i = 0; i < t->column_count; i++) {
		int width = t->columns[i].cells;

		/* One blank at least stands before each. */
		buf_add_char(out, ' ');
		statistics_add_padded(out, slice_of(cells[i]), width - 1, true);
	}
}

void statistics_table_head(struct statistics_page *p,
			   const struct statistics_table *t, const char *name,
			   const char *last)
{
	const struct statistics_line line = { .head_role = STYLE_DIM };
	const char *titles[STATISTICS_COLUMNS];
	struct buf head;

	buf_init(&head, LINE_BYTES);
	for (unsigned i = 0; i < t->column_count; i++)
		titles[i] = statistics_tr(p->s, t->columns[i].title);
	statistics_add_padded(&head, slice_of(name), t->name_cells, false);
	add_columns(t, &head, titles);
	if (last != NULL && t->rest >= LAST_LEAST) {
		buf_add_char(&head, ' ');
		statistics_add_padded(&head, slice_of(last), t->rest, false);
	}
	while (head.len > 0 && head.ptr[head.len - 1] == ' ')
		head.len--;
	statistics_add(p, &line, buf_slice(&head), SLICE_NONE);
	buf_free(&head);
}

void statistics_table_row(struct statistics_page *p,
			  const struct statistics_table *t,
			  const struct statistics_line *l,
			  statistics_cell *cells)
{
	const char *texts[STATISTICS_COLUMNS];
	struct buf head;
	struct buf rest;

	buf_init(&head, LINE_BYTES);
	buf_init(&rest, LINE_BYTES);
	for (unsigned i = 0; i < t->column_count; i++)
		texts[i] = cells[i];
	statistics_add_padded(&head, l->name, t->name_cells, false);
	add_columns(t, &head, texts);
	buf_add_char(&head, ' ');
	if (l->last.len == 0)
		statistics_add_bar(p, &rest, l->share, t->rest);
	else if (t->rest >= LAST_LEAST)
		statistics_add_padded(&rest, l->last, t->rest, false);
	statistics_add(p, l, buf_slice(&head), buf_slice(&rest));
	buf_free(&head);
	buf_free(&rest);
}

/* ---- long boxes */

unsigned statistics_rows_shown(const struct statistics_page *p, unsigned count)
{
	bool is_open = (p->s->opened >> p->box & 1) != 0;

	/* A line that stands for one row is no shorter than the row. */
	return is_open || count <= ROWS_AT_FIRST + 1 ? count : ROWS_AT_FIRST;
}

void statistics_more(struct statistics_page *p, unsigned count)
{
	unsigned shown = statistics_rows_shown(p, count);
	const struct statistics_line line = {
		.role = STYLE_NOTE,
		.name = SLICE("..."),
		.opens = true,
	};
	struct phrase_number more = phrase_number(count - shown);
	const char *values[] = { more.text };
	char text[LINE_BYTES];

	if (shown < count)
		statistics_add(
			p, &line, SLICE_NONE,
			slice_of(phrase(
				text, sizeof(text),
				statistics_tr(p->s, "and %1 more (Enter)"),
				values, 1)));
}
