/*
 * html.h - words and drawings of the HTML report.
 *
 * The page stands alone: no script, no font, no image, no link leads out of
 * it, and a Content-Security-Policy says so to the browser.  Strangers' bytes
 * pass html_text(), which shows controls as utf8_show() does and escapes what
 * HTML reads.  Elements are written so that the page is well-formed XML too.
 */
#ifndef SIPMON_REPORT_HTML_H
#define SIPMON_REPORT_HTML_H

#include "sink.h"
#include "sipmon/base/buf.h"
#include "sipmon/report/report.h"

struct html_page {
	const struct report_input *in;
	struct sink sink;
	struct buf scratch;
	bool unfolded; /* few calls: all that is told of them is in sight */
	struct finding findings[FINDING_ROOM];
};

/* For text and for attributes in double quotes. */
void html_text(struct buf *out, struct slice s);

/* Our own words in the language of the page. */
void html_words(struct html_page *p, const char *english);

/* "<td class="n">12.5</td>": milliseconds; a dash below 0. */
void html_ms_cell(struct buf *out, int64_t ns);

/* From "<!DOCTYPE html>" to the begin of the body; and the end. */
void html_begin(struct html_page *p);
void html_end(struct html_page *p);

/* ---- html_ladder.c: the call and its legs as SVG arrows */
void html_ladder(struct html_page *p, const struct call *c);

/* ---- html_call.c: all that is told of one call */
void html_call(struct html_page *p, const struct call *c, unsigned number);

/* ---- html_figures.c: tables and histograms over all calls */
void html_figures(struct html_page *p);

#endif
