/* evidence_answer.h - does a response fit the Identity of its request? */
#ifndef SIPMON_REPORT_EVIDENCE_ANSWER_H
#define SIPMON_REPORT_EVIDENCE_ANSWER_H

#include "teller.h"

/*
 * Of a response: whether server and monitor agree, what the verdict on the
 * request is and what broke it, which PASSporT its Reason means (RFC 8224
 * section 6.2.2, RFC 9410), who rejected (RFC 8688).  Else nothing.
 */
void evidence_answer(const struct teller *t);

#endif
