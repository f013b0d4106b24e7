/* evidence_identity.h - what is told of the Identity of a message. */
#ifndef SIPMON_REPORT_EVIDENCE_IDENTITY_H
#define SIPMON_REPORT_EVIDENCE_IDENTITY_H

#include "teller.h"

/* The verdict with its meaning; where it broke and what changed there. */
void evidence_verdict(const struct teller *t, enum verdict verdict);
void evidence_break(const struct teller *t, const struct identity_detail *d);

/* Of a message that carries an Identity, or lost it: both, and who signed. */
void evidence_identity(const struct teller *t);

#endif
