/* json_figures.h - the figures of many calls in the JSON report; for this
 * room. */
#ifndef SIPMON_REPORT_JSON_FIGURES_H
#define SIPMON_REPORT_JSON_FIGURES_H

#include "sipmon/base/json.h"
#include "sipmon/call/figures.h"

/* The members of the object "metrics", as analyse/metrics.h writes them. */
void json_figures_metrics(struct json *j, const struct figures *f);

/* The member "statistics"; null if there are no figures to be had (NULL). */
void json_figures(struct json *j, const struct figures *f);

#endif
