/*
 * wrap.h - words into lines, by the cells of a terminal.
 *
 * What goes in may be strangers' bytes: it comes out as utf8_show() makes it.
 */
#ifndef SIPMON_REPORT_WRAP_H
#define SIPMON_REPORT_WRAP_H

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

struct wrap {
	struct buf *out;
	unsigned columns;
	unsigned indent; /* of every line but the first */
	unsigned at;     /* cells of the present line */
	bool fresh;      /* no word stands behind the indent yet */
};

/*
 * Begins a paragraph; `lead` ("  - ") stands before its first line, and the
 * other lines are indented by its cells.  Columns too few for that count as
 * enough for a word of eight cells.
 */
void wrap_begin(struct wrap *w, struct buf *out, unsigned columns,
		struct slice lead);

/* Appends words; blanks part them.  A word wider than a line is broken. */
void wrap_add(struct wrap *w, struct slice text);

/* Ends the paragraph with a line feed. */
void wrap_end(struct wrap *w);

/* All three. */
void wrap_text(struct buf *out, unsigned columns, struct slice lead,
	       struct slice text);

/* Appends `s` cut ('~' at the end) or filled with blanks to `cells`. */
void pad_add(struct buf *out, struct slice s, unsigned cells);

/* The same with the blanks before it. */
void pad_add_right(struct buf *out, struct slice s, unsigned cells);

/* Appends a number with blanks before it, at least `cells` wide. */
void pad_number(struct buf *out, uint64_t n, unsigned cells);

#endif
