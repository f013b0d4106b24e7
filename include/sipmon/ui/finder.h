/*
 * finder.h - the search of a screen: its prompt, its words, what it says.
 */
#ifndef SIPMON_UI_FINDER_H
#define SIPMON_UI_FINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/ui/canvas.h"
#include "sipmon/ui/prompt.h"
#include "sipmon/ui/text_pane.h"

/* All zero is one that was never used. */
struct finder {
	struct prompt prompt;
	bool typing;
	char needle[PROMPT_BYTES];
	size_t needle_len;
	const char *notice; /* English; shown until the next key; NULL: none */
};

/* Asks for what to search. */
void finder_begin(struct finder *f);

/* A key while typing; true when the words are complete: search now. */
bool finder_key(struct finder *f, int32_t key);

struct slice finder_needle(const struct finder *f);

/* Marks the words in `p` and goes to the next (previous) line that has them;
 * notices if none does. */
void finder_search(struct finder *f, struct text_pane *p, bool backward);

/* Draws the prompt, or else the notice, in `row`; false if there is neither. */
bool finder_draw(const struct finder *f, struct canvas *c, int row,
		 const struct catalogue *words);

#endif
