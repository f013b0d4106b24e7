/*
 * audit_text.h - one line of a timer audit in words, with its figures.
 *
 * The screen, the text and the page all print it.
 */
#ifndef SIPMON_REPORT_AUDIT_TEXT_H
#define SIPMON_REPORT_AUDIT_TEXT_H

#include "sipmon/base/buf.h"
#include "sipmon/call/audit.h"
#include "sipmon/catalogue/catalogue.h"

/*
 * Appends "Timer A: sent again after 0.50 1.00 2.00 s as it should; answered
 * after 3.50 s", without a line end.  Nothing in it is a stranger's word.
 */
void audit_text(struct buf *out, const struct view *v, const struct audit *a,
		const struct catalogue *words_of);

#endif
