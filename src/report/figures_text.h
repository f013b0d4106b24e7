/* figures_text.h - the figures of many calls in the text report; for this
 * room. */
#ifndef SIPMON_REPORT_FIGURES_TEXT_H
#define SIPMON_REPORT_FIGURES_TEXT_H

#include "sipmon/base/buf.h"
#include "sipmon/report/report.h"

/* The section "Statistics": RFC 6076, delays, who answered how.  Nothing where
 * nothing was measured. */
void figures_text_section(struct buf *out, const struct report_input *in,
			  unsigned columns);

#endif
