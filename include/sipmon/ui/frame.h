/*
 * frame.h - what the screens of one call have in common: the first row, the
 * row of keys, the keys that do the same everywhere.
 */
#ifndef SIPMON_UI_FRAME_H
#define SIPMON_UI_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/clock.h"
#include "sipmon/ui/canvas.h"
#include "sipmon/ui/screen.h"

/* A key of the bottom row and what it does here, in English; a NULL word: it
 * does nothing here and is left out. */
struct frame_key {
	enum ui_action action;
	const char *word;
};

/* As many keys as fit, from the left; their names come from the key table. */
void frame_keys(struct canvas *c, int row, const struct catalogue *words,
		const struct frame_key *keys, unsigned count);

/* A line from `column` over `width` cells. */
void frame_rule(struct canvas *c, int row, int column, int width);

/*
 * The state of the source, packets lost, memory and messages forgotten, at
 * the right of `row`; what does not fit behind `least` is left out, the state
 * last.  Returns the column where it begins.
 */
int frame_status(struct canvas *c, const struct ui_context *ctx, int row,
		 int least);

/* Answers help, back, redraw, suspend, language; false for other actions. */
bool frame_answer(enum ui_action action, enum screen_id here,
		  struct ui_request *out);

/* "0.036": seconds, rounded to the nearest millisecond as durations are. */
char *frame_seconds(int64_t ns, char out[CLOCK_TEXT_BYTES]);

/* The words that a screen was built with. */
struct frame_language {
	const struct catalogue *words;
	enum language language;
};

/* True (and noted) if the words were exchanged since the last time. */
bool frame_language_changed(struct frame_language *seen,
			    const struct ui_context *ctx);

#endif
