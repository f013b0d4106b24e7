/*
 * schema.h - holds a JSON document against a JSON Schema.
 *
 * Knows the keywords that share/sipmon/report.schema.json uses; another one is
 * a fault, so that nothing is left unchecked in silence.
 */
#ifndef SIPMON_TESTS_SCHEMA_H
#define SIPMON_TESTS_SCHEMA_H

#include <jansson.h>

#include "sipmon/base/buf.h"

/* Appends a line to `faults` for each place that breaks the schema. */
void schema_check(json_t *schema, json_t *document, struct buf *faults);

#endif
