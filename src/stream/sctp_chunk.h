/*
 * sctp_chunk.h - chunks of SCTP that matter to an observer: DATA and INIT (RFC
 * 9260 section 3.3), I-DATA (RFC 8260 section 2.1).
 */
#ifndef SIPMON_STREAM_SCTP_CHUNK_H
#define SIPMON_STREAM_SCTP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCTP_COMMON_HEADER 12
#define SCTP_CHUNK_HEADER  4
#define SCTP_INIT_HEADER   20

enum sctp_chunk_type {
	SCTP_DATA = 0,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_I_DATA = 64,
};

/* Flags of DATA and I-DATA. */
enum sctp_data_flag {
	SCTP_LAST = 1 << 0,
	SCTP_FIRST = 1 << 1,
	SCTP_UNORDERED = 1 << 2,
};

/* What of a chunk was captured, and its length as it says. */
struct sctp_chunk {
	const uint8_t *at;
	size_t len;
	size_t sent;
};

/*
 * The place of a fragment: those of one message differ in `sequence` alone, by
 * one.  It is hashed as bytes and has no padding.
 */
struct sctp_place {
	uint32_t direction; /* number of it in the store */
	uint32_t message;   /* its number in the stream; 0 if that says nothing
			     */
	uint32_t sequence;  /* TSN, or of I-DATA the FSN */
	uint16_t stream;
	uint8_t type;
	uint8_t unordered;
};

/* A chunk that carries data. */
struct sctp_data {
	struct sctp_place place; /* but for the direction */
	uint32_t tsn;
	uint8_t flags;
	const uint8_t *bytes;
	size_t len;
	size_t sent;
};

enum sctp_parsed {
	SCTP_PARSED,
	SCTP_CUT, /* the capture ends within its header */
	SCTP_LIE, /* shorter than a chunk with data is */
};

/* `c` is DATA or I-DATA; its header is captured as far as SCTP_CHUNK_HEADER. */
enum sctp_parsed sctp_data_parse(struct sctp_data *out,
				 const struct sctp_chunk *c);

#endif
