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

/* Streams past this number have no row. */
#define LADDER_STREAMS_MAX 256

#define LADDER_CODEC_BYTES 24

struct ladder_column {
	struct endpoint endpoint; /* port 0 if ports of a host are merged */
};

struct ladder_row {
	uint32_t msg;  /* id; 0: a stream of media */
	uint16_t from; /* column numbers; equal for a message to itself */
	uint16_t to;
	uint16_t leg;     /* 0: the call; n: the nth of options->legs, from 1 */
	uint16_t stream;  /* number of the stream where `msg` is 0 */
	uint32_t repeats; /* retransmissions folded into this row */
	bool resent;      /* this row is itself a retransmission */
	int64_t since_start_ns;    /* of the earliest call */
	int64_t since_previous_ns; /* of the row above; 0 for the first */
};

/* What was known of a stream when the ladder was made: a value, so that it
 * may be shown when the stream itself is no longer kept. */
struct ladder_stream {
	struct endpoint source;
	struct endpoint destination;
	int64_t first_ns;
	int64_t last_ns;
	uint64_t packets;
	int64_t lost;      /* negative when more came than were sent */
	int64_t jitter_ns; /* -1: not known */
	uint32_t ssrc;
	uint16_t leg;                   /* as in a row */
	char codec[LADDER_CODEC_BYTES]; /* "PCMA"; may be strangers' bytes */
};

struct ladder {
	unsigned column_count;
	struct ladder_column columns[LADDER_COLUMNS_MAX];
	uint32_t row_count;
	struct ladder_row *rows;
	unsigned stream_count;
	struct ladder_stream *streams; /* by their first packet */
	uint32_t left_out; /* messages of hosts past the last column */
	bool merged;       /* there is one column a host */
};

struct ladder_options {
	bool merge_ports; /* one column a host */
	/* Merge if a host uses several ports, unless the picture would lose by
	 * it: a message from a column to itself, or two parties behind one
	 * address.  `merge_ports` is not looked at. */
	bool choose_ports;
	bool fold;  /* retransmissions into their original */
	bool media; /* a row for each stream, at its first packet */
	/* Further calls, merged with the first one by time; may be NULL. */
	const struct call *const *legs;
	unsigned leg_count; /* more than LEG_ROOM (leg.h) are not shown */
};

/*
 * Lays out `c` and options->legs.  Messages of a call keep their order even
 * where their times jump back; among calls the earlier message comes first,
 * of equal ones that of the first call.
 */
MUST_CHECK enum err ladder_of(struct ladder *out, const struct view *v,
			      const struct call *c,
			      const struct ladder_options *options);
void ladder_free(struct ladder *l);

/* Packets that should have come and did not, in percent of all; 0..100. */
double ladder_loss_percent(const struct ladder_stream *s);

#endif
