/*
 * utf8.h - code points, their cells, and strangers' bytes made safe.
 *
 * Everything from a packet, a certificate or a file name passes
 * utf8_show_next() before it reaches a terminal.
 */
#ifndef SIPMON_BASE_UTF8_H
#define SIPMON_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

/* The code point at the front of `*rest`, which shrinks by at least one byte;
 * -1 for a byte that is no UTF-8 (one byte is taken).  `rest->len` > 0. */
int32_t utf8_next(struct slice *rest);

/* Writes `cp` as UTF-8, returns 1..4. */
unsigned utf8_put(uint32_t cp, char out[4]);

/* Cells on a terminal: 0 (combining), 1 or 2.  For printable code points. */
unsigned utf8_cells(uint32_t cp);

/*
 * May not be sent to a terminal: C0, C1, DEL, surrogates, unassigned and
 * private code points, line separators, and the bidirectional controls.
 */
bool utf8_is_unsafe(uint32_t cp);

/*
 * One shown piece of `*rest`: either one safe code point as it is, or an
 * escape such as \x1b or \u202e; returns its length in `out` (at most 10,
 * not terminated) and tells in `*escaped` which.  `rest->len` > 0.
 */
unsigned utf8_show_next(struct slice *rest, char out[12], bool *escaped);

/* Appends all of `s` so shown. */
void utf8_show(struct buf *out, struct slice s);

/* The same into `out`, terminated; what does not fit is cut and ends in '~'.
 * `size` > 1.  Returns `out`. */
char *utf8_show_cut(struct slice s, char *out, size_t size);

/* Cells of `s` as shown by utf8_show(). */
size_t utf8_shown_cells(struct slice s);

#endif
