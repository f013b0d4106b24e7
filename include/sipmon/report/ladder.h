/*
 * ladder.h - a call flow as columns and rows of arrows.
 *
 * Laid out once; the terminal, the text report and the HTML page draw it.
 */
#ifndef SIPMON_REPORT_LADDER_H
#define SIPMON_REPORT_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/call/view.h"

#define LADDER_COLUMNS_MAX 64

struct ladder_column {
	struct endpoint endpoint; /* port 0 if ports of a host are merged */
};

struct ladder_row {
	uint32_t msg;  /* id */
	uint16_t from; /* column numbers; equal for a message to itself */
	uint16_t to;
	uint32_t repeats; /* retransmissions folded into this row */
	bool resent;      /* this row is itself a retransmission */
	int64_t since_start_ns;
	int64_t since_previous_ns; /* of the row above; 0 for the first */
};

struct ladder {
	unsigned column_count;
	struct ladder_column columns[LADDER_COLUMNS_MAX];
	uint32_t row_count;
	struct ladder_row *rows;
	uint32_t left_out; /* messages of hosts past the last column */
};

struct ladder_options {
	bool merge_ports; /* one column a host */
	bool fold;        /* retransmissions into their original */
};

MUST_CHECK enum err ladder_of(struct ladder *out, const struct view *v,
			      const struct call *c,
			      const struct ladder_options *options);
void ladder_free(struct ladder *l);

#endif
