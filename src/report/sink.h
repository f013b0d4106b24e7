/*
 * sink.h - a buffer in front of a FILE: memory stays constant however long
 * the report is.
 */
#ifndef SIPMON_REPORT_SINK_H
#define SIPMON_REPORT_SINK_H

#include <stdio.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/err.h"

struct sink {
	struct buf buf; /* append here */
	FILE *out;
	enum err err; /* sticks; the rest is thrown away */
	int reason;   /* errno of it */
};

void sink_init(struct sink *s, FILE *out);

/* Writes if a good portion has come together.  Between two lines or values. */
void sink_pass(struct sink *s);

/* Writes the rest and frees the buffer; ERR_SYSTEM with errno, ERR_NOMEM. */
MUST_CHECK enum err sink_end(struct sink *s);

#endif
