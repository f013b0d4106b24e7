/*
 * prompt.h - a line of input with a history.
 *
 * Holds valid UTF-8 and no control characters, whatever is typed or pasted
 * (ui.c turns the line ends of a paste into blanks).  Keys: Left, Right,
 * Home ^A, End ^E, Backspace, Delete ^D, ^U to the begin, ^K to the end, ^W a
 * word, Up ^P and Down ^N in the history, Enter, Esc ^C.
 */
#ifndef SIPMON_UI_PROMPT_H
#define SIPMON_UI_PROMPT_H

#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/ui/canvas.h"

#define PROMPT_BYTES   512
#define PROMPT_HISTORY 16

enum prompt_answer {
	PROMPT_MORE = 0, /* still typing */
	PROMPT_DONE,     /* Enter; the text went into the history */
	PROMPT_CANCELLED,
};

/* All zero is an empty line without history. */
struct prompt {
	char text[PROMPT_BYTES]; /* terminated */
	size_t len;
	size_t cursor; /* byte, at the front of a character */
	char history[PROMPT_HISTORY][PROMPT_BYTES]; /* the oldest first */
	unsigned history_count;
	unsigned history_at; /* `history_count`: the line that is new */
	char unfinished[PROMPT_BYTES];
};

/* Begins a line with `text` in it, the cursor behind. */
void prompt_begin(struct prompt *p, struct slice text);

enum prompt_answer prompt_key(struct prompt *p, int32_t key);

struct slice prompt_text(const struct prompt *p);

/*
 * Draws `label` and the line, scrolled so that the cursor is seen, and puts
 * the cursor of the terminal there.  Returns the column behind.
 */
int prompt_draw(const struct prompt *p, struct canvas *c, int row, int column,
		int limit, const char *label);

#endif
