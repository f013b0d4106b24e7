/*
 * call_seek.h - looks for a text or a finding among the rows, in slices.
 */
#ifndef SIPMON_UI_CALL_SEEK_H
#define SIPMON_UI_CALL_SEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/ui/call_rows.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/prompt.h"

enum seek_kind {
	SEEK_NOTHING = 0,
	SEEK_TEXT,
	SEEK_FINDING,
};

enum seek_answer {
	SEEK_IDLE = 0,
	SEEK_MORE,
	SEEK_FOUND, /* the cursor stands on it */
	SEEK_MISSED,
};

/* All zero looks for nothing. */
struct call_seek {
	enum seek_kind kind; /* that is on its way */
	bool backward;
	size_t at;
	size_t left; /* rows not yet looked at */
	char needle[PROMPT_BYTES];
	/* How many rows hold the text, and which of them is the cursor's. */
	size_t counted;
	size_t hits;
	size_t ordinal;
	size_t mark; /* row of the last match that was gone to */
	uint64_t change;
};

/* The columns that are searched: those that are seen. */
struct seek_columns {
	const struct column_place *places;
	unsigned count;
	enum column_time time;
};

/* A new text; empty searches for nothing. */
void call_seek_set(struct call_seek *s, struct slice needle);
bool call_seek_is_set(const struct call_seek *s);

/* Sets out from the row behind (before) the cursor, round the end.  With
 * `here` the row of the cursor comes first. */
void call_seek_start(struct call_seek *s, const struct call_rows *r,
		     enum seek_kind kind, bool backward, bool here);

/* A slice; the answer tells what became of it. */
enum seek_answer call_seek_work(struct call_seek *s, struct call_rows *r,
				const struct ui_context *ctx,
				const struct seek_columns *columns,
				int64_t budget_ns);

/* A slice of counting; true if more is left. */
bool call_seek_count(struct call_seek *s, const struct call_rows *r,
		     const struct ui_context *ctx,
		     const struct seek_columns *columns, int64_t budget_ns);

/* Does the text of this column hold what is searched? */
bool call_seek_hits(const struct call_seek *s, struct slice text);

#endif
