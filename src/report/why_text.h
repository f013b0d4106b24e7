/*
 * why_text.h - what the text report says of one call below its ladder: the
 * story, what was wrong, who took how long, timers, media, legs.
 */
#ifndef SIPMON_REPORT_WHY_TEXT_H
#define SIPMON_REPORT_WHY_TEXT_H

#include "sink.h"
#include "sipmon/report/report.h"

void why_text(struct sink *sink, const struct report_input *in,
	      const struct call *c, unsigned columns);

#endif
