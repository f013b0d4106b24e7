/*
 * flow_text.h - the ladder of one call, as text.
 */
#ifndef SIPMON_REPORT_FLOW_TEXT_H
#define SIPMON_REPORT_FLOW_TEXT_H

#include "sink.h"
#include "sipmon/report/report.h"

void flow_text(struct sink *sink, const struct report_input *in,
	       const struct call *c, unsigned columns);

#endif
