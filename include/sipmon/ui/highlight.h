/*
 * highlight.h - a message line by line: what each is, and its colours.
 *
 * Works on any bytes; lines end with LF, CRLF or the message.
 */
#ifndef SIPMON_UI_HIGHLIGHT_H
#define SIPMON_UI_HIGHLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/ui/text_pane.h"

enum highlight_kind {
	HIGHLIGHT_START = 0,
	HIGHLIGHT_FIELD,
	HIGHLIGHT_FOLD, /* goes on with the field above */
	HIGHLIGHT_EMPTY,
	HIGHLIGHT_BODY,
};

struct highlight_line {
	enum highlight_kind kind;
	struct slice text; /* without its line end */
	size_t offset;     /* of the line in the message */
	size_t end;        /* of the next one */
	size_t head_len;   /* "Via:" or "m=" */
	struct slice name; /* of the field it belongs to; absent elsewhere */
};

struct highlight {
	struct slice raw;
	size_t at;
	bool started;
	bool body;
	struct slice name;
};

struct highlight highlight_begin(struct slice raw);

/* The next line; false at the end. */
bool highlight_next(struct highlight *h, struct highlight_line *out);

/* Its colours; `status` is that of the message, 0 for a request. */
struct text_look highlight_look(const struct highlight_line *line,
				uint16_t status);

/* Adds all lines to the pane, tagged with their number from 1. */
void highlight_fill(struct text_pane *p, struct slice raw, uint16_t status);

#endif
