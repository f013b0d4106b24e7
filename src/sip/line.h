/* line.h - header lines with their folds (RFC 3261 section 7.3.1). */
#ifndef SIPMON_SIP_LINE_H
#define SIPMON_SIP_LINE_H

#include <stdbool.h>

struct line {
	const char *start;
	const char *end;  /* of the text, in front of the last line end */
	const char *next; /* what follows the line end */
	bool crlf;        /* each line end in it is CR LF */
	bool plain;       /* printable ASCII and CR LF, nothing else */
	bool ended;       /* false if the bytes stop in the line */
};

/*
 * The line at `p` < `end` and the lines that continue it.  CR LF, LF, a lone
 * CR and a row of CRs before LF end a line; an empty line is never continued.
 */
void line_read(struct line *out, const char *p, const char *end);

/* The same, and blanks after it do not make it longer. */
void line_read_single(struct line *out, const char *p, const char *end);

#endif
