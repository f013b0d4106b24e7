/*
 * report.h - what `sipmon report` prints.
 */
#ifndef SIPMON_REPORT_REPORT_H
#define SIPMON_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "sipmon/base/err.h"
#include "sipmon/base/json.h"
#include "sipmon/call/audit.h"
#include "sipmon/call/figures.h"
#include "sipmon/call/finding.h"
#include "sipmon/call/identity.h"
#include "sipmon/call/query.h"
#include "sipmon/call/signing.h"
#include "sipmon/call/view.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/net/counters.h"

/* Writes the members of the object "metrics"; given by `app`. */
typedef void (*report_metrics_fn)(void *ctx, struct json *j);

struct report_input {
	const struct view *view;
	const struct counters *counters;
	const struct catalogue *words;
	const struct query *filter; /* NULL: all calls */
	finding_list_fn find;
	void *find_ctx;
	report_metrics_fn metrics;
	void *metrics_ctx;
	const struct identity_reader *identity; /* NULL: nothing is judged */
	signing_figures_fn signing;             /* of the calls that match */
	void *signing_ctx;
	figures_fn figures; /* of the calls that match; NULL: none are told */
	figures_take_fn figures_take; /* NULL: nobody wants them */
	void *figures_ctx;
	audit_list_fn audit; /* NULL: no timers are told */
	void *audit_ctx;
	unsigned columns; /* width for text */
	bool terminal;    /* text goes to a terminal */
};

struct report_format {
	const char *name; /* "text", "json" */
	/* ERR_SYSTEM: writing failed, errno tells why (EPIPE is quiet). */
	enum err (*write)(const struct report_input *in, FILE *out);
};

/* The `i`th format, or NULL at the end; by name, or NULL. */
const struct report_format *report_format_at(unsigned i);
const struct report_format *report_format_find(const char *name);

#endif
