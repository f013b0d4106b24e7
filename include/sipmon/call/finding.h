/*
 * finding.h - what a rule found in a call: kind, severity, the messages.
 *
 * Kinds are words of the catalogue (share/sipmon/findings.tsv).
 */
#ifndef SIPMON_CALL_FINDING_H
#define SIPMON_CALL_FINDING_H

#include <stdint.h>

#include "sipmon/call/view.h"

enum finding_severity {
	FINDING_NOTE = 0,
	FINDING_WARNING,
	FINDING_ERROR,
};

#define FINDING_MESSAGES 4
#define FINDING_ROOM     48 /* findings that one call may have */

struct finding {
	const char *kind; /* "stuck-in-trying"; lives as long as the program */
	enum finding_severity severity;
	uint16_t code;          /* response code it is about, or 0 */
	int64_t lasted_ns;      /* a duration that proves it, or -1 */
	uint32_t count;         /* how often, or a size; or 0 */
	unsigned message_count; /* how many of `messages` are set */
	uint32_t messages[FINDING_MESSAGES]; /* ids */
	/* Who did it, where a rule names an element; else family 0. */
	struct endpoint element;
};

/* "note", "warning", "error" */
const char *finding_severity_name(enum finding_severity s);

/*
 * Who finds: given by `app` to those who print and draw, so that they need
 * not know the rules.  Fills `out`, returns how many, the worst first.
 */
typedef unsigned (*finding_list_fn)(void *ctx, const struct view *v,
				    const struct call *c, struct finding *out,
				    unsigned room);

#endif
