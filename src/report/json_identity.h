/* json_identity.h - verdicts on Identity in the JSON reports; for this room. */
#ifndef SIPMON_REPORT_JSON_IDENTITY_H
#define SIPMON_REPORT_JSON_IDENTITY_H

#include "sink.h"
#include "sipmon/base/json.h"
#include "sipmon/report/report.h"

/* The member "identity" of a call: an element for each message that a
 * verifier looks at.  What is long goes out through `sink` in between. */
void json_identity_call(struct json *j, struct sink *sink,
			const struct report_input *in, const struct call *c);

/* The member "identity" of the whole report: figures of signed requests, or
 * null if there are none to be had. */
void json_identity_figures(struct json *j, const struct report_input *in);

#endif
