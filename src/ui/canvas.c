#include "sipmon/ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/utf8.h"

#include "latin.h"

/* Longer formatted texts than this are cut; no terminal is wider. */
#define FORMAT_BYTES 2048

struct canvas {
	struct cell *cells;
	int rows;
	int columns;
	int cursor_row;
	int cursor_column;
	bool cursor_visible;
	bool ascii;
};

/* Where the next character goes. */
struct pen {
	struct canvas *c;
	int row;
	int column;
	int limit;
	int last; /* column of the character before, -1: none */
};

struct glyph {
	const char *utf8;
	const char *ascii;
	const char *ascii_odd; /* every second one, or NULL */
};

/* clang-format off */
static const struct glyph glyphs[] = {
	[LINE_HORIZONTAL]  = { "\xe2\x94\x80", "-", NULL },
	[LINE_DASHED]      = { "\xe2\x95\x8c", "-", " " },
	[LINE_VERTICAL]    = { "\xe2\x94\x82", "|", NULL },
	[LINE_DOUBLE]      = { "\xe2\x95\x90", "=", NULL },
	[LINE_ARROW_RIGHT] = { "\xe2\x86\x92", ">", NULL },
	[LINE_ARROW_LEFT]  = { "\xe2\x86\x90", "<", NULL },
	[LINE_BLANK]       = { " ", " ", NULL },
	[LINE_BLOCK]       = { "\xe2\x96\x88", "#", NULL },
	[LINE_TOP_LEFT]     = { "\xe2\x94\x8c", "+", NULL },
	[LINE_TOP_RIGHT]    = { "\xe2\x94\x90", "+", NULL },
	[LINE_BOTTOM_LEFT]  = { "\xe2\x94\x94", "+", NULL },
	[LINE_BOTTOM_RIGHT] = { "\xe2\x94\x98", "+", NULL },
};
/* clang-format on */

static const struct cell blank = { " ", 1, STYLE_TEXT, 0 };

static int side_of(int wanted)
{
	if (wanted < 1)
		return 1;
	return wanted > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : wanted;
}

static bool is_inside(const struct canvas *c, int row, int column)
{
	return row >= 0 && row < c->rows && column >= 0 && column < c->columns;
}

static struct cell *cell_at(struct canvas *c, int row, int column)
{
	return &c->cells[(size_t)row * (size_t)c->columns + (size_t)column];
}

/* A wide character that loses one half becomes blank as a whole. */
static void cell_free(struct canvas *c, int row, int column)
{
	struct cell *here = cell_at(c, row, column);

	if (here->width == 0 && column > 0)
		*cell_at(c, row, column - 1) = blank;
	if (here->width == 2 && column + 1 < c->columns)
		*cell_at(c, row, column + 1) = blank;
	*here = blank;
}

static void cell_set(struct canvas *c, int row, int column, struct slice text,
		     unsigned width, enum style role)
{
	struct cell made = { "", (uint8_t)width, (uint8_t)role, 0 };
	struct cell right = { "", 0, (uint8_t)role, 0 };

	slice_copy(text, made.text, sizeof(made.text));
	cell_free(c, row, column);
	if (width == 2) {
		cell_free(c, row, column + 1);
		*cell_at(c, row, column + 1) = right;
	}
	*cell_at(c, row, column) = made;
}

/* A mark without a place of its own joins the character before it. */
static void pen_combine(struct pen *p, struct slice text)
{
	struct cell *here;
	size_t used;

	if (p->last < 0 || p->c->ascii)
		return;
	here = cell_at(p->c, p->row, p->last);
	used = strlen(here->text);
	if (used + text.len < sizeof(here->text))
		slice_copy(text, here->text + used, sizeof(here->text) - used);
}

/* False when there is no room left; nothing was written then. */
static bool pen_put(struct pen *p, struct slice text, unsigned width,
		    enum style role)
{
	int at = p->column;

	if (width == 0) {
		pen_combine(p, text);
		return true;
	}
	if (at + (int)width > p->limit)
		return false;
	p->column += (int)width;
	p->last = -1;
	if (at < 0) /* scrolled out on the left */
		return true;
	p->last = at;
	cell_set(p->c, p->row, at, text, width, role);
	return true;
}

/* In a locale without UTF-8 a Latin letter loses its marks; each cell of
 * another foreign character is a '?'. */
static bool pen_put_shown(struct pen *p, struct slice piece, enum style role)
{
	struct slice rest = piece;
	int32_t cp = utf8_next(&rest);
	unsigned width = cp < 0 ? 1 : utf8_cells((uint32_t)cp);
	bool room = true;
	char base = '\0';

	if (!p->c->ascii || (cp >= 0 && cp < 0x7f))
		return pen_put(p, piece, width, role);
	if (cp >= 0)
		base = latin_base((uint32_t)cp);
	if (base != '\0')
		return pen_put(p, (struct slice){ &base, 1 }, 1, role);
	for (unsigned i = 0; i < width && room; i++)
		room = pen_put(p, SLICE("?"), 1, role);
	return room;
}

static bool pen_put_escape(struct pen *p, struct slice piece)
{
	bool room = true;

	for (size_t i = 0; i < piece.len && room; i++)
		room = pen_put(p, slice_sub(piece, i, 1), 1, STYLE_NOTE);
	return room;
}

static bool pen_open(struct pen *p, struct canvas *c, int row, int column,
		     int limit)
{
	*p = (struct pen){ c, row, column, limit, -1 };
	if (limit < 0 || limit > c->columns)
		p->limit = c->columns;
	return row >= 0 && row < c->rows;
}

struct canvas *canvas_new(int rows, int columns)
{
	struct canvas *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	if (!canvas_resize(c, rows, columns)) {
		free(c);
		return NULL;
	}
	return c;
}

void canvas_free(struct canvas *c)
{
	if (c == NULL)
		return;
	free(c->cells);
	free(c);
}

bool canvas_resize(struct canvas *c, int rows, int columns)
{
	int height = side_of(rows);
	int width = side_of(columns);
	struct cell *cells =
		calloc((size_t)height * (size_t)width, sizeof(*cells));

	if (cells == NULL)
		return false;
	free(c->cells);
	c->cells = cells;
	c->rows = height;
	c->columns = width;
	canvas_clear(c);
	return true;
}

int canvas_rows(const struct canvas *c)
{
	return c->rows;
}

int canvas_columns(const struct canvas *c)
{
	return c->columns;
}

void canvas_clear(struct canvas *c)
{
	size_t count = (size_t)c->rows * (size_t)c->columns;

	for (size_t i = 0; i < count; i++)
		c->cells[i] = blank;
	c->cursor_row = 0;
	c->cursor_column = 0;
	c->cursor_visible = false;
}

void canvas_set_ascii(struct canvas *c, bool ascii)
{
	c->ascii = ascii;
}

bool canvas_is_ascii(const struct canvas *c)
{
	return c->ascii;
}

int canvas_put(struct canvas *c, int row, int column, int limit,
	       enum style role, struct slice text)
{
	struct slice rest = text;
	struct pen p;
	bool room = true;

	if (!pen_open(&p, c, row, column, limit))
		return column;
	while (rest.len > 0 && room) {
		char shown[12];
		bool escaped = false;
		unsigned len = utf8_show_next(&rest, shown, &escaped);
		struct slice piece = { shown, len };

		if (escaped)
			room = pen_put_escape(&p, piece);
		else
			room = pen_put_shown(&p, piece, role);
	}
	return p.column;
}

int canvas_put_text(struct canvas *c, int row, int column, int limit,
		    enum style role, const char *text)
{
	return canvas_put(c, row, column, limit, role, slice_of(text));
}

int canvas_put_format(struct canvas *c, int row, int column, int limit,
		      enum style role, const char *format, ...)
{
	char text[FORMAT_BYTES];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0)
		return column;
	return canvas_put_text(c, row, column, limit, role, text);
}

/* Cells of `text`, counted no further than is needed to see it is too long. */
static int cells_up_to(struct slice text, int width)
{
	struct slice rest = text;
	int cells = 0;

	while (rest.len > 0 && cells <= width) {
		char shown[12];
		bool escaped = false;
		unsigned len = utf8_show_next(&rest, shown, &escaped);
		struct slice piece = { shown, len };
		int32_t cp = escaped ? -1 : utf8_next(&piece);

		cells += cp < 0 ? (int)len : (int)utf8_cells((uint32_t)cp);
	}
	return cells;
}

int canvas_put_field(struct canvas *c, int row, int column, int width,
		     bool right, enum style role, struct slice text)
{
	int end = column + width;
	int cells;
	int at = column;

	if (width <= 0)
		return column;
	canvas_fill(c, row, column, width, role, LINE_BLANK);
	cells = cells_up_to(text, width);
	if (cells > width) {
		/* A limit below 0 would mean the right edge. */
		if (end - 1 >= 0)
			at = canvas_put(c, row, column, end - 1, role, text);
		canvas_put(c, row, at, end < 0 ? 0 : end, role, SLICE("~"));
		return end;
	}
	if (right)
		at = end - cells;
	if (end >= 0)
		canvas_put(c, row, at, end, role, text);
	return end;
}

void canvas_fill(struct canvas *c, int row, int column, int width,
		 enum style role, enum canvas_line what)
{
	const struct glyph *g = &glyphs[what];

	if (row < 0 || row >= c->rows)
		return;
	for (int i = 0; i < width && column + i < c->columns; i++) {
		const char *text = c->ascii ? g->ascii : g->utf8;

		if (column + i < 0)
			continue;
		if (c->ascii && g->ascii_odd != NULL && i % 2 == 1)
			text = g->ascii_odd;
		cell_set(c, row, column + i, slice_of(text), 1, role);
	}
}

void canvas_mark(struct canvas *c, int row, int column, int width,
		 unsigned extra)
{
	for (int i = 0; i < width && column + i < c->columns; i++)
		if (is_inside(c, row, column + i))
			cell_at(c, row, column + i)->extra |= (uint8_t)extra;
}

void canvas_set_cursor(struct canvas *c, int row, int column, bool visible)
{
	if (!is_inside(c, row, column))
		return;
	c->cursor_row = row;
	c->cursor_column = column;
	c->cursor_visible = visible;
}

void canvas_cursor(const struct canvas *c, int *row, int *column, bool *visible)
{
	*row = c->cursor_row;
	*column = c->cursor_column;
	*visible = c->cursor_visible;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (to->rows != from->rows || to->columns != from->columns)
		return;
	memcpy(to->cells, from->cells,
	       (size_t)from->rows * (size_t)from->columns *
		       sizeof(*from->cells));
}

const struct cell *canvas_cell(const struct canvas *c, int row, int column)
{
	if (!is_inside(c, row, column))
		return &blank;
	return &c->cells[(size_t)row * (size_t)c->columns + (size_t)column];
}

char *canvas_row_text(const struct canvas *c, int row, char *out, size_t size)
{
	size_t used = 0;

	if (size == 0)
		return out;
	for (int i = 0; row >= 0 && row < c->rows && i < c->columns; i++) {
		const char *text = canvas_cell(c, row, i)->text;
		size_t len = strlen(text);

		if (used + len >= size)
			break;
		slice_copy(slice_of(text), out + used, size - used);
		used += len;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
	return out;
}
