/* json_call.h - one call as the JSON reports write it; for this room. */
#ifndef SIPMON_REPORT_JSON_CALL_H
#define SIPMON_REPORT_JSON_CALL_H

#include "brief.h"
#include "json_places.h"
#include "sink.h"
#include "sipmon/base/json.h"
#include "sipmon/call/audit.h"
#include "sipmon/call/leg.h"
#include "sipmon/call/passage.h"
#include "sipmon/report/report.h"
#include "tally.h"

/* A report on its way out; what a call needs is used again for the next. */
struct json_report {
	const struct report_input *in;
	struct sink sink;
	struct json j;
	struct briefs briefs;
	struct buf scratch; /* a display name, a message, a story */
	struct buf other;   /* a message beside it */
	struct tally tally;

	/* Of the call at hand. */
	struct places places;
	unsigned finding_count;
	struct finding findings[FINDING_ROOM];
	unsigned passage_count;
	struct passage passages[PASSAGE_ROOM];
	unsigned leg_count;
	struct leg legs[LEG_ROOM];
	unsigned audit_count;
	struct audit audits[AUDIT_ROOM];
};

/* Writes the next value: the object of `c`.  Its findings go to the tally. */
void json_call_write(struct json_report *w, const struct call *c);

#endif
