/* start_line.h - the first line of a message (RFC 3261 section 7.1, 7.2). */
#ifndef SIPMON_SIP_START_LINE_H
#define SIPMON_SIP_START_LINE_H

#include <stdbool.h>

#include "field.h"

/* Past the line ends in front of a message (RFC 3261 section 7.5). */
const char *start_line_skip(const char *p, const char *end);

/*
 * What nearly all messages begin with: true stays true whatever follows, and
 * the line need not be measured.
 */
bool start_line_begins(const char *p, const char *end);

/* Is [p, end), a line that is whole, without its end, a start line? */
bool start_line_is(const char *p, const char *end);

/*
 * Reads the start line at `p` and answers where the next line begins; NULL if
 * this is no SIP.
 */
const char *start_line_read(struct reading *r, const char *p);

#endif
