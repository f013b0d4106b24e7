/*
 * term.h - the program in a terminal that exists only in memory.
 *
 * Nothing here waits for a time: term_see() returns as soon as the text is
 * there, term_settle() once nothing more is written.  Both are bounded.
 */
#ifndef SIPMON_TESTS_TERM_H
#define SIPMON_TESTS_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../tools/child.h"
#include "sipmon/base/buf.h"

struct term;

#define TERM_COLOUR_NONE (-1) /* the terminal's own */
#define TERM_COLOUR_RGB  (-2) /* `rgb` alone tells */

struct term_cell {
	int colour; /* 0..255, or one of the above */
	uint8_t rgb[3];
	bool bold;
	bool underline;
	bool reverse;
};

/* Where it runs besides the environment of child.h. */
struct term_setup {
	struct child_setup child;
	bool leads;   /* the session, and no shell minds it */
	int input_fd; /* instead of the terminal as standard input; 0: none */
};

/* NULL if it cannot be started.  `setup` may be NULL. */
struct term *term_start(int rows, int columns, const char *const *argv,
			const struct term_setup *setup);
/* Ends the program if it still runs. */
void term_free(struct term *t);

/* Keys as a terminal sends them. */
#define TERM_ENTER "\r"
#define TERM_ESC   "\033"
#define TERM_TAB   "\t"
#define TERM_HOME  "\033OH"
#define TERM_END   "\033OF"
#define TERM_UP    "\033OA"
#define TERM_DOWN  "\033OB"
#define TERM_F1    "\033OP"
void term_type(struct term *t, const char *keys);
void term_type_bytes(struct term *t, struct slice keys);

/* Is the text on the screen, now or within ten seconds?  On one row. */
bool term_see(struct term *t, const char *text);
/* And no more, within ten seconds. */
bool term_lose(struct term *t, const char *text);
bool term_shows(const struct term *t, const char *text);
/* What the last keys changed is on the screen. */
void term_settle(struct term *t);

/* Without blanks at its end; until the next call. */
const char *term_row(struct term *t, int row);
/* All rows, for messages of tests. */
const char *term_picture(struct term *t);
/* Where the text begins; false if it is nowhere.  By cells. */
bool term_find(const struct term *t, const char *text, int *row, int *column);
struct term_cell term_cell(const struct term *t, int row, int column);

void term_resize(struct term *t, int rows, int columns);

/* All bytes written so far. */
struct slice term_bytes(const struct term *t);

/* The alternate screen left, the cursor shown, the modes of the line back. */
bool term_is_restored(const struct term *t);
bool term_is_alternate(const struct term *t);

pid_t term_pid(const struct term *t);
/* As CHILD_ numbers; CHILD_TOO_LATE if it runs on after `ms`. */
int term_wait(struct term *t, unsigned ms);
/* The terminal goes away. */
void term_hang_up(struct term *t);
/* Was it stopped, within ten seconds?  And goes on. */
bool term_was_stopped(struct term *t);
void term_continue(struct term *t);

#endif
