/* json_call.h - one call as the JSON reports write it; for this room. */
#ifndef SIPMON_REPORT_JSON_CALL_H
#define SIPMON_REPORT_JSON_CALL_H

#include "brief.h"
#include "sink.h"
#include "sipmon/base/json.h"
#include "sipmon/report/report.h"
#include "tally.h"

/* A report on its way out; what a call needs is used again for the next. */
struct json_report {
	const struct report_input *in;
	struct sink sink;
	struct json j;
	struct briefs briefs;
	struct buf scratch; /* a display name */
	struct tally tally;
	struct finding findings[FINDING_ROOM];
};

/* Writes the next value: the object of `c`.  Its findings go to the tally. */
void json_call_write(struct json_report *w, const struct call *c);

#endif
