/* evidence_cause.h - what the call tells about the cause of an answer. */
#ifndef SIPMON_REPORT_EVIDENCE_CAUSE_H
#define SIPMON_REPORT_EVIDENCE_CAUSE_H

#include "teller.h"

/*
 * Of a response of 300 or more: who made it, the elements that it came through
 * and their delays, and what its code makes one ask.  Of a 101 to 199 the
 * elements alone.  Else nothing.
 */
void evidence_cause(const struct teller *t);

#endif
