/* identity_text.h - verdicts on Identity in the text report; for this room. */
#ifndef SIPMON_REPORT_IDENTITY_TEXT_H
#define SIPMON_REPORT_IDENTITY_TEXT_H

#include "sipmon/base/buf.h"
#include "sipmon/report/report.h"

/* The section "Identity": figures of signed requests.  Nothing if no request
 * was signed and none failed. */
void identity_text_section(struct buf *out, const struct report_input *in,
			   unsigned columns);

/* The line below that of a call: verdict, what broke it and where, who signed.
 * Nothing for a call that was never signed. */
void identity_text_call(struct buf *out, const struct report_input *in,
			const struct call *c, unsigned columns);

#endif
