/*
 * term.h - the terminal, as the rest of the program sees it.
 *
 * term_ncurses.c is the only file that knows the screen library.
 */
#ifndef SIPMON_UI_TERM_H
#define SIPMON_UI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/ui/canvas.h"

struct term;

enum term_colour {
	TERM_COLOUR_AUTO = 0,
	TERM_COLOUR_NEVER,
	TERM_COLOUR_ALWAYS
};
enum term_theme {
	TERM_THEME_AUTO = 0,
	TERM_THEME_DARK,
	TERM_THEME_LIGHT,
	TERM_THEME_CONTRAST,
	TERM_THEME_MONO
};

/*
 * Takes the terminal of standard input and output.  ERR_UNSUPPORTED with one
 * line in `*problem` if there is none, or TERM is dumb or unknown.  Colours
 * follow NO_COLOR, CLICOLOR_FORCE, COLORTERM and terminfo; nothing is painted
 * behind text.
 */
MUST_CHECK enum err term_open(struct term **out, enum term_colour colour,
			      enum term_theme theme, struct problem *problem);

/* Leaves the terminal as it was. */
void term_close(struct term *t);

/* For SIGTSTP: as it was, and back again. */
void term_suspend(struct term *t);
void term_resume(struct term *t);

int term_fd(const struct term *t);
void term_size(struct term *t, int *rows, int *columns);

/* Not UTF-8: lines and arrows in ASCII. */
bool term_is_ascii(const struct term *t);

/*
 * The next key that was typed, KEY_CODE_NONE if there is none now, and
 * KEY_CODE_END_OF_INPUT once the terminal is gone.  Never waits (but a
 * lone Escape is told from a sequence after 200 ms).
 */
int32_t term_key(struct term *t);

/* Sends the cells that changed since the last time. */
void term_flush(struct term *t, const struct canvas *c);

/* Everything anew at the next flush. */
void term_redraw(struct term *t);

/* OSC 52, at most 74994 bytes, wrapped inside tmux and screen. */
void term_copy(struct term *t, struct slice text);

#endif
