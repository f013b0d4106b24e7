/*
 * evidence.h - what one message itself says about its code.
 *
 * The explanation panel shows it above the general text: who sent the answer,
 * its Reason, Warning and Retry-After, how long the phase lasted.
 */
#ifndef SIPMON_REPORT_EVIDENCE_H
#define SIPMON_REPORT_EVIDENCE_H

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/view.h"
#include "sipmon/catalogue/catalogue.h"

/*
 * Appends lines "Label TAB text LF".  Strangers' words in them are already
 * made safe for a terminal.  `identity` may be NULL: nothing is said of it.
 */
MUST_CHECK enum err evidence_of(struct buf *out, const struct view *v,
				const struct captured_msg *m,
				const struct phase_limits *limits,
				const struct identity_reader *identity,
				const struct catalogue *words);

#endif
