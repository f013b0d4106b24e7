#include <stdio.h>

#include "flow.h"
#include "sipmon/base/clock.h"

/* Where the parts of a bar's row stand. */
#define NAME_COLUMN  2
#define NAME_CELLS   12
#define OF_CELLS     6
#define BEGIN_CELLS  8
#define LENGTH_CELLS 9

#define CELLS_FOR_BEGIN 70
#define CELLS_FOR_OF    50
#define ROWS_LEAST      3

/* A talk this many times as long as all else would leave nothing of it to be
 * seen; it gets this part of the width instead. */
#define TALK_TIMES 3
#define TALK_PART  0.25

/* How times become cells. */
struct scale {
	int64_t from_ns;
	int64_t to_ns;
	int64_t talk_ns; /* begin and end of a talk that is squeezed */
	int64_t bye_ns;
	bool squeezed;
	int column;
	int cells;
};

int flow_phases_height(struct flow_screen *f, int rows)
{
	int most = rows * 2 / 5;

	if (f->time != FLOW_TIME_PHASES || most < ROWS_LEAST ||
	    f->marks == NULL)
		return 0;
	if (!f->paused || f->bar_count == 0)
		flow_collect_bars(f);
	if (f->bar_count == 0)
		return 1;
	return (int)f->bar_count + 1 < most ? (int)f->bar_count + 1 : most;
}

static void take_span(struct scale *s, const struct flow_bar *bar)
{
	if (bar->begin_ns < s->from_ns)
		s->from_ns = bar->begin_ns;
	if (bar->end_ns > s->to_ns)
		s->to_ns = bar->end_ns;
}

static double between(int64_t from_ns, int64_t to_ns)
{
	return (double)to_ns - (double)from_ns;
}

/* Squeezes the first talk if it dwarfs all else. */
static void squeeze(struct scale *s, const struct flow_screen *f)
{
	for (unsigned i = 0; i < f->bar_count && s->talk_ns == 0; i++) {
		const struct flow_bar *bar = &f->bars[i];

		if (!bar->talk)
			continue;
		s->talk_ns = bar->begin_ns;
		s->bye_ns = bar->end_ns;
	}
	s->squeezed = s->talk_ns > s->from_ns &&
		      between(s->talk_ns, s->bye_ns) >
			      TALK_TIMES * (between(s->from_ns, s->talk_ns) +
					    between(s->bye_ns, s->to_ns));
}

static void set_scale(struct scale *s, const struct flow_screen *f, int column,
		      int columns)
{
	*s = (struct scale){ .from_ns = f->bars[0].begin_ns,
			     .to_ns = f->bars[0].end_ns,
			     .column = column,
			     .cells = columns - 1 - column };
	for (unsigned i = 0; i < flow_shown_legs(f); i++) {
		const struct call *c = view_call(f->ctx->view, f->legs[i].call);

		if (c != NULL && c->start_ns < s->from_ns)
			s->from_ns = c->start_ns;
	}
	for (unsigned i = 0; i < f->bar_count; i++)
		take_span(s, &f->bars[i]);
	squeeze(s, f);
}

/* Cells from the begin of the scale to a time, not yet rounded. */
static double cells_to(const struct scale *s, int64_t ns)
{
	double all = between(s->from_ns, s->to_ns);
	double talk = s->squeezed ? between(s->talk_ns, s->bye_ns) : 0;
	double part = s->squeezed ? TALK_PART : 0;
	double at = between(s->from_ns, ns);
	double spoken = s->squeezed ? between(s->talk_ns, ns) : 0;

	if (spoken < 0)
		spoken = 0;
	if (spoken > talk)
		spoken = talk;
	if (all - talk <= 0)
		return 0;
	at = (at - spoken) / (all - talk) * (1 - part);
	if (talk > 0)
		at += spoken / talk * part;
	return at * s->cells;
}

static int cell_of(const struct scale *s, int64_t ns)
{
	int cell = (int)cells_to(s, ns);

	if (cell > s->cells)
		cell = s->cells;
	return cell < 0 ? 0 : cell;
}

static enum style role_of(const struct flow_bar *bar)
{
	if (bar->stuck)
		return STYLE_PROBLEM;
	if (bar->name == NULL)
		return style_of_code(bar->code);
	return bar->transaction != 0 ? STYLE_REQUEST : STYLE_MEDIA;
}

static void draw_bar(struct canvas *c, int row, const struct scale *s,
		     const struct flow_bar *bar)
{
	bool part = bar->transaction == 0;
	bool squeezed = s->squeezed && bar->talk;
	int from = cell_of(s, bar->begin_ns);
	int to = cell_of(s, bar->end_ns);

	if (s->cells < 1)
		return;
	if (from >= s->cells)
		from = s->cells - 1;
	if (to <= from)
		to = from + 1; /* however short, it was there */
	canvas_fill(c, row, s->column + from, to - from, role_of(bar),
		    squeezed ? LINE_DASHED
		    : part   ? LINE_DOUBLE
			     : LINE_BLOCK);
	if (bar->open)
		canvas_fill(c, row, s->column + to - 1, 1, role_of(bar),
			    LINE_ARROW_RIGHT);
}

/* Where the bars begin on a screen of so many columns. */
static int bar_column(int columns)
{
	int column = NAME_COLUMN + NAME_CELLS + 1 + LENGTH_CELLS + 1;

	if (columns >= CELLS_FOR_OF)
		column += OF_CELLS + 1;
	if (columns >= CELLS_FOR_BEGIN)
		column += BEGIN_CELLS + 1;
	return column;
}

static bool is_of_cursor(const struct flow_screen *f,
			 const struct flow_bar *bar)
{
	const struct captured_msg *m = flow_msg(f, f->cursor);

	return m != NULL && bar->transaction != 0 &&
	       m->transaction == bar->transaction;
}

static void bar_name(const struct flow_screen *f, const struct flow_bar *bar,
		     char *out, size_t size)
{
	if (bar->name == NULL)
		(void)snprintf(out, size, "%u", bar->code);
	else
		(void)snprintf(out, size, "%s",
			       words(f->ctx->words, bar->name));
}

/* The message of its INVITE, or the leg that it is a part of. */
static void bar_of(const struct flow_screen *f, const struct flow_bar *bar,
		   char *out, size_t size)
{
	char number[24];

	out[0] = '\0';
	if (bar->number != 0)
		(void)snprintf(out, size, "#%s",
			       flow_number(f, bar->leg, bar->number, number,
					   sizeof(number)));
	else if (bar->transaction == 0 && flow_has_legs(f) &&
		 bar->leg < f->leg_count)
		(void)snprintf(out, size, "#%u.*", f->legs[bar->leg].number);
}

static void draw_figures(const struct flow_screen *f, struct canvas *c, int row,
			 const struct scale *s, const struct flow_bar *bar)
{
	int columns = canvas_columns(c);
	int x = NAME_COLUMN + NAME_CELLS + 1;
	char text[CLOCK_TEXT_BYTES];
	char of[CLOCK_TEXT_BYTES + 4];

	if (columns >= CELLS_FOR_OF) {
		bar_of(f, bar, of, sizeof(of));
		canvas_put_field(c, row, x, OF_CELLS, false, STYLE_DIM,
				 slice_of(of));
		x += OF_CELLS + 1;
	}
	if (columns >= CELLS_FOR_BEGIN) {
		frame_seconds(bar->begin_ns - s->from_ns, text);
		canvas_put_field(c, row, x, BEGIN_CELLS, true, STYLE_DIM,
				 slice_of(text));
		x += BEGIN_CELLS + 1;
	}
	frame_seconds(bar->end_ns - bar->begin_ns, text);
	(void)snprintf(of, sizeof(of), "%s%s", text, bar->open ? "+" : "");
	canvas_put_field(c, row, x, LENGTH_CELLS, true,
			 bar->stuck ? STYLE_PROBLEM : STYLE_TEXT, slice_of(of));
}

static void draw_bar_row(const struct flow_screen *f, struct canvas *c, int row,
			 const struct scale *s, const struct flow_bar *bar)
{
	char name[64];

	if (is_of_cursor(f, bar))
		canvas_put_text(c, row, 0, 1, STYLE_TEXT, ">");
	if (bar->stuck)
		canvas_put_text(c, row, 1, 2, STYLE_PROBLEM, "!");
	bar_name(f, bar, name, sizeof(name));
	canvas_put_field(c, row, NAME_COLUMN, NAME_CELLS, false, role_of(bar),
			 slice_of(name));
	draw_figures(f, c, row, s, bar);
	draw_bar(c, row, s, bar);
}

/* Names of the columns, and what the width of the bars stands for. */
static void draw_scale(const struct flow_screen *f, struct canvas *c, int row,
		       const struct scale *s, unsigned top, unsigned shown)
{
	const struct catalogue *w = f->ctx->words;
	int columns = canvas_columns(c);
	int x = NAME_COLUMN + NAME_CELLS + 1;
	char text[CLOCK_TEXT_BYTES];
	char head[64];

	(void)snprintf(head, sizeof(head), "%s", words(w, "phase"));
	if (shown < f->bar_count)
		(void)snprintf(head, sizeof(head), "%u-%u/%u%s", top + 1,
			       top + shown, f->bar_count,
			       f->bars_more ? "+" : "");
	canvas_put_field(c, row, NAME_COLUMN, NAME_CELLS, false, STYLE_TITLE,
			 slice_of(head));
	if (columns >= CELLS_FOR_OF)
		x += OF_CELLS + 1;
	if (columns >= CELLS_FOR_BEGIN) {
		canvas_put_field(c, row, x, BEGIN_CELLS, true, STYLE_TITLE,
				 slice_of(words(w, "begin s")));
		x += BEGIN_CELLS + 1;
	}
	canvas_put_field(c, row, x, LENGTH_CELLS, true, STYLE_TITLE,
			 slice_of(words(w, "length s")));
	canvas_put_text(c, row, s->column, columns, STYLE_DIM, "0");
	clock_duration(s->to_ns - s->from_ns, text);
	if (s->cells > LENGTH_CELLS)
		canvas_put_field(c, row, columns - 1 - LENGTH_CELLS,
				 LENGTH_CELLS, true, STYLE_DIM, slice_of(text));
	if (s->squeezed)
		canvas_put_text(c, row, s->column + 3,
				columns - 1 - LENGTH_CELLS, STYLE_DIM,
				words(w, "dashed: not to scale"));
}

/* The bar of the message's leg that had begun last when it came, or 0. */
static unsigned bar_at_cursor(const struct flow_screen *f)
{
	const struct captured_msg *m = flow_msg(f, f->cursor);
	unsigned found = 0;
	bool any = false;

	for (unsigned i = 0; m != NULL && i < f->bar_count; i++) {
		const struct flow_bar *bar = &f->bars[i];

		if (bar->leg != f->ladder.rows[f->cursor].leg ||
		    bar->begin_ns > m->time_ns ||
		    (any && bar->begin_ns <= f->bars[found].begin_ns))
			continue;
		found = i;
		any = true;
	}
	return found;
}

/* The first bar that is seen: those of the message under the cursor are. */
static unsigned top_bar(const struct flow_screen *f, unsigned shown)
{
	unsigned first = bar_at_cursor(f);
	unsigned last = first;
	bool found = false;

	for (unsigned i = 0; i < f->bar_count; i++) {
		if (!is_of_cursor(f, &f->bars[i]))
			continue;
		if (!found)
			first = i;
		last = i;
		found = true;
	}
	if (last >= first + shown)
		last = first + shown - 1;
	return last < shown ? 0 : last - shown + 1;
}

void flow_draw_phases(struct flow_screen *f, struct canvas *c, int row,
		      int height)
{
	unsigned shown = height > 1 ? (unsigned)height - 1 : 0;
	struct scale s;
	unsigned top;

	if (height < 1)
		return;
	if (f->bar_count == 0) {
		canvas_put_text(c, row, NAME_COLUMN, -1, STYLE_DIM,
				words(f->ctx->words,
				      "No INVITE of this call has a phase."));
		return;
	}
	set_scale(&s, f, bar_column(canvas_columns(c)), canvas_columns(c));
	top = top_bar(f, shown);
	draw_scale(f, c, row, &s, top, shown);
	for (unsigned i = 0; i < shown && top + i < f->bar_count; i++)
		draw_bar_row(f, c, row + 1 + (int)i, &s, &f->bars[top + i]);
}
