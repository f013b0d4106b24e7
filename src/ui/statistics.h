/*
 * statistics.h - the state of the statistics screen: statistics_text.c fills
 * its panes, screen_statistics.c draws and answers keys.
 */
#ifndef SIPMON_UI_INSIDE_STATISTICS_H
#define SIPMON_UI_INSIDE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/call/signing.h"
#include "sipmon/ui/finder.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/screen.h"
#include "sipmon/ui/text_pane.h"

/* What a line counts; it is its tag, a number or name beside it. */
enum statistics_kind {
	STATISTICS_NOTHING = 0,
	STATISTICS_CODE,
	STATISTICS_METHOD,
	STATISTICS_VERDICT,
	STATISTICS_ATTEST,
	STATISTICS_SIGNER, /* by its place in the table */
};

#define STATISTICS_TAG(kind, n) ((uint32_t)(kind) << 16 | (uint32_t)(n))
#define STATISTICS_KIND(tag)    ((enum statistics_kind)((tag) >> 16))
#define STATISTICS_NUMBER(tag)  ((tag)&0xffffU)

#define STATISTICS_FILTER_BYTES 256

struct statistics_screen {
	const struct ui_context *ctx;
	struct signing_figures *figures;
	bool counted; /* the figures are there, or there is no memory */
	bool failed;
	int64_t counted_ns; /* time of the view then */
	uint64_t counted_change;
	uint64_t change; /* of the view, when the panes were filled */
	int64_t filled_ns;
	bool filled;
	bool two;
	int widths[2]; /* of the panes */
	struct text_pane *panes[2];
	unsigned focus;
	int places[2]; /* of the cursors, while another pane has the focus */
	struct finder finder;
	struct frame_language language;
	struct buf copy;
	char filter[STATISTICS_FILTER_BYTES];
};

/* Fills both panes, or one with all of it where there is no room for two. */
void statistics_fill(struct statistics_screen *s);

/* The filter of the list that shows what the line counts; "" if there is none.
 * Returns `out`. */
char *statistics_filter(const struct statistics_screen *s, uint32_t tag,
			char out[STATISTICS_FILTER_BYTES]);

#endif
