/*
 * narrative.h - the story of a call, one paragraph made from its facts: who
 * called whom over which hops, what was answered when, how it ended, what was
 * wrong.
 */
#ifndef SIPMON_REPORT_NARRATIVE_H
#define SIPMON_REPORT_NARRATIVE_H

#include <stdbool.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/leg.h"
#include "sipmon/call/view.h"
#include "sipmon/catalogue/catalogue.h"

struct narrative_input {
	const struct catalogue *words;
	/* What was found in the call, the worst first; nothing is said of
	 * findings if nobody looked for them. */
	bool has_findings;
	unsigned finding_count;
	const struct finding *findings;
	/* What leg_list() said, from one who asked already; else NULL. */
	const struct leg *legs;
	unsigned leg_count;
	bool utc; /* times of day; else of the local zone */
};

/*
 * Appends the paragraph, without a line feed; ERR_NOMEM or ERR_LIMIT from the
 * buffer.  Strangers' words in it are made safe for a terminal.
 */
MUST_CHECK enum err narrative_of(struct buf *out, const struct view *v,
				 const struct call *c,
				 const struct narrative_input *in);

#endif
