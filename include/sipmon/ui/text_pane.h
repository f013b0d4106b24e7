/*
 * text_pane.h - wrapped, scrolling text with styles.
 *
 * Lines are copied in; strangers' bytes may be given as they are.  Wrapping
 * is by display cells: at blanks where there are any, never inside a
 * character.  Up and Down scroll, or move a cursor from line to line where
 * the pane was told to have one.
 */
#ifndef SIPMON_UI_TEXT_PANE_H
#define SIPMON_UI_TEXT_PANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/ui/canvas.h"
#include "sipmon/ui/keymap.h"
#include "sipmon/ui/style.h"

struct text_pane;

/* How a line is to be seen. */
struct text_look {
	enum style role;
	enum style head_role; /* of the head in front of the text */
	int indent;           /* cells before its first row */
	int hang;             /* cells before the rows that follow */
	int tab;              /* the text behind a head begins here or later */
	char mark;            /* '!' in the margin; 0: none */
	uint32_t tag;         /* what the caller makes of it */
};

/* NULL when out of memory. */
struct text_pane *text_pane_new(void);
void text_pane_free(struct text_pane *p);

/* Forgets the lines; the cursor and the place go to the beginning. */
void text_pane_clear(struct text_pane *p);

/* Forgets the lines; the place is kept for those that replace them. */
void text_pane_refill(struct text_pane *p);

/* Adds a line: `head` (may be absent) and `text`.  Out of memory, or over
 * four megabytes: the line is left out. */
void text_pane_add(struct text_pane *p, const struct text_look *look,
		   struct slice head, struct slice text);

/* Two cells at the left for the signs of cursor and mark. */
void text_pane_set_margin(struct text_pane *p, bool margin);

/* Up and Down move a cursor; without, they scroll. */
void text_pane_set_cursor_mode(struct text_pane *p, bool moves);

/* Number of lines, as added. */
size_t text_pane_lines(const struct text_pane *p);

/* The line under the cursor or -1; setting it brings it into view. */
int text_pane_cursor(const struct text_pane *p);
void text_pane_set_cursor(struct text_pane *p, int line);

/* Of the line `line`; 0 and absent where there is none. */
uint32_t text_pane_tag(const struct text_pane *p, int line);
struct slice text_pane_text(const struct text_pane *p, int line);

/* Answers moves (up, down, pages, first, last); false for other actions. */
bool text_pane_key(struct text_pane *p, enum ui_action action);

/* Moves `rows` rows on (or back), whatever the cursor. */
void text_pane_scroll(struct text_pane *p, int rows);

/* What to search and to show as found; the case is ignored.  Empty: nothing. */
void text_pane_set_search(struct text_pane *p, struct slice needle);

/* Goes to the next (previous) line that holds it, round the end; false if
 * none does. */
bool text_pane_find(struct text_pane *p, bool backward);

/* Rows that all of it takes in `width` cells. */
int text_pane_rows(struct text_pane *p, int width);

/* Draws into the rectangle; what does not fit waits for the scrolling.  With
 * `focus` the terminal's cursor is set on the cursor line. */
void text_pane_draw(struct text_pane *p, struct canvas *c, int row, int column,
		    int width, int height, bool focus);

/* Is there more above or below what was drawn last? */
bool text_pane_more_above(const struct text_pane *p);
bool text_pane_more_below(const struct text_pane *p);

/* A mark in `column` of its last row (its first) if what was drawn last in
 * rows `row` .. `row + height - 1` goes on below (above). */
void text_pane_draw_more(const struct text_pane *p, struct canvas *c, int row,
			 int column, int height);

/*
 * The part of `*rest` that fits in `width` cells; `*rest` shrinks to what is
 * for the next row.  At least one character is taken.  `rest->len` > 0.
 */
struct slice text_wrap_next(struct slice *rest, int width);

#endif
