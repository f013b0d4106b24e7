/*
 * identity_brief.h - what became of the Identity of a call, in a line.
 */
#ifndef SIPMON_REPORT_IDENTITY_BRIEF_H
#define SIPMON_REPORT_IDENTITY_BRIEF_H

#include "sipmon/base/buf.h"
#include "sipmon/report/report.h"

#define ATTEST_BYTES 8

struct identity_brief {
	enum verdict verdict;      /* NONE: nothing to say, or not known */
	uint32_t msg;              /* that the verdict is of; 0 if none */
	char attest[ATTEST_BYTES]; /* of its first value that has one; "" */
	struct slice signer;       /* strangers' bytes; absent if not known */
};

/*
 * Of a call; a verdict that was not filed yet is asked for.  The slices live
 * as long as the view.
 */
struct identity_brief identity_brief_of(const struct report_input *in,
					const struct call *c);

/*
 * The message whose copy before it carried an Identity and which has none, so
 * that an element took it away; 0 if there is none.
 */
uint32_t identity_stripped(const struct view *v, const struct call *c);

/*
 * Appends "Date (14:02:11 -> 14:02:14)": the words that differ, made safe and
 * cut to `cells` each; a dash on a side that has no text.  Where no word would
 * show the difference, lengths or the bytes behind the common begin do.
 */
void identity_change_text(struct buf *out, const struct catalogue *words,
			  const struct identity_change *change, unsigned cells);

#endif
