/*
 * proof.h - what stands behind a sentence about a call: the messages that
 * prove a finding, and how long each element of the way kept what it passed
 * on.
 */
#ifndef SIPMON_REPORT_PROOF_H
#define SIPMON_REPORT_PROOF_H

#include <stdbool.h>

#include "sipmon/base/buf.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/passage.h"
#include "sipmon/report/report.h"

/* "0.934 487, 1.210 ACK": when, as the ladder counts, and what. */
void proof_messages(struct buf *out, const struct report_input *in,
		    const struct call *c, const struct finding *f);

/* "RFC 3261 20.8: Call-ID is missing", of the first message of a finding that
 * is one of grammar; else nothing. */
void proof_defect(struct buf *out, const struct report_input *in,
		  const struct finding *f);

/* "192.0.2.2 passed on: INVITE 0.7 ms, 180 12 ms", of the element of
 * `list[at]`; false if an earlier one of the list has told it. */
bool proof_element(struct buf *out, const struct report_input *in,
		   const struct passage *list, unsigned count, unsigned at);

#endif
