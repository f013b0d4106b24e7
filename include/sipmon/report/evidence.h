/*
 * evidence.h - what one message itself says about its code.
 *
 * The explanation panel shows it above the general text: who sent the answer,
 * its Reason, Warning and Retry-After, how long the phase lasted, and what the
 * call tells about the cause: a second opinion on the answer.
 */
#ifndef SIPMON_REPORT_EVIDENCE_H
#define SIPMON_REPORT_EVIDENCE_H

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/call/audit.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/view.h"
#include "sipmon/catalogue/catalogue.h"

/* What is looked at; everything outlives the call. */
struct evidence_input {
	const struct view *view;
	struct phase_limits limits;
	const struct identity_reader *identity; /* NULL: nothing is said of it
						 */
	audit_list_fn audit; /* NULL: nothing is said of timers */
	void *audit_ctx;
	const struct catalogue *words;
};

/*
 * Appends lines "Label TAB text LF".  Strangers' words in them are already
 * made safe for a terminal.
 */
MUST_CHECK enum err evidence_of(struct buf *out,
				const struct evidence_input *in,
				const struct captured_msg *m);

#endif
