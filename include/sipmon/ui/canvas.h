/*
 * canvas.h - a grid of cells; no terminal.
 *
 * Screens draw here, tests read it back, term_ncurses.c sends what changed.
 * Text is cut at the right edge, never in the middle of a wide character; all
 * text passes utf8_show_next(), so strangers' bytes may be given as they are.
 */
#ifndef SIPMON_UI_CANVAS_H
#define SIPMON_UI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/ui/style.h"

#define CANVAS_SIDE_MAX 1000

struct cell {
	char text[12]; /* UTF-8 with combining characters; "" is the right half
			  of a wide one */
	uint8_t width; /* 0 (right half), 1, 2 */
	uint8_t role;  /* enum style */
	uint8_t extra; /* enum style_extra, combined */
};

struct canvas;

/* NULL when out of memory.  Sides over CANVAS_SIDE_MAX are cut. */
struct canvas *canvas_new(int rows, int columns);
void canvas_free(struct canvas *c);
bool canvas_resize(struct canvas *c, int rows, int columns);
int canvas_rows(const struct canvas *c);
int canvas_columns(const struct canvas *c);

/* Blanks everywhere, and the cursor of the terminal hidden. */
void canvas_clear(struct canvas *c);

/* Lines, arrows and bars in ASCII only (LANG=C). */
void canvas_set_ascii(struct canvas *c, bool ascii);
bool canvas_is_ascii(const struct canvas *c);

/* Writes `text` at most up to column `limit` (exclusive; < 0: right edge);
 * returns the column behind it.  Outside the grid nothing happens. */
int canvas_put(struct canvas *c, int row, int column, int limit,
	       enum style role, struct slice text);
int canvas_put_text(struct canvas *c, int row, int column, int limit,
		    enum style role, const char *text);
int canvas_put_format(struct canvas *c, int row, int column, int limit,
		      enum style role, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* In exactly `width` cells, padded with blanks; what does not fit ends in '~'.
 */
int canvas_put_field(struct canvas *c, int row, int column, int width,
		     bool right, enum style role, struct slice text);

/* `width` times the character `what` (see below). */
enum canvas_line {
	LINE_HORIZONTAL,
	LINE_DASHED,
	LINE_VERTICAL,
	LINE_DOUBLE,
	LINE_ARROW_RIGHT,
	LINE_ARROW_LEFT,
	LINE_BLANK,
	LINE_BLOCK,
	LINE_TOP_LEFT, /* corners of a box */
	LINE_TOP_RIGHT,
	LINE_BOTTOM_LEFT,
	LINE_BOTTOM_RIGHT
};
void canvas_fill(struct canvas *c, int row, int column, int width,
		 enum style role, enum canvas_line what);

/* Adds `extra` (reverse for the cursor row, underline ...) to cells. */
void canvas_mark(struct canvas *c, int row, int column, int width,
		 unsigned extra);

/* Where the terminal's cursor shall stand, for screen readers and typing. */
void canvas_set_cursor(struct canvas *c, int row, int column, bool visible);
void canvas_cursor(const struct canvas *c, int *row, int *column,
		   bool *visible);

/* Takes over the cells of a canvas of the same size. */
void canvas_copy(struct canvas *to, const struct canvas *from);

/* A blank outside the grid.  The cells of a row follow each other. */
const struct cell *canvas_cell(const struct canvas *c, int row, int column);

/* The text of a row without trailing blanks, as UTF-8, terminated, in `out`. */
char *canvas_row_text(const struct canvas *c, int row, char *out, size_t size);

#endif
