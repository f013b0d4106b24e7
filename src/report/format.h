/*
 * format.h - the formats, and how they walk the calls.
 */
#ifndef SIPMON_REPORT_FORMAT_H
#define SIPMON_REPORT_FORMAT_H

#include "sipmon/report/report.h"

extern const struct report_format format_text;
extern const struct report_format format_json;
extern const struct report_format format_jsonl;
extern const struct report_format format_csv;
extern const struct report_format format_html;

/* The first call that the filter lets through, `c` or one behind it. */
const struct call *format_pass(const struct report_input *in,
			       const struct call *c);

/* The findings of a call; 0 if nobody was given to find. */
unsigned format_findings(const struct report_input *in, const struct call *c,
			 struct finding *out);

/* Figures of signed requests, to be freed; NULL if nobody was given to count
 * them, or out of memory. */
struct signing_figures *format_signing(const struct report_input *in);

/* Figures of the calls, in the same way.  Who prints each call hands it over
 * first, so that they are not walked over twice. */
void format_take(const struct report_input *in, const struct call *c);
struct figures *format_figures(const struct report_input *in);

#endif
