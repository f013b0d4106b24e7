/*
 * packet.h - what a source gives: a time, a link type, bytes.
 *
 * A packet is a value that borrows its bytes until the next one is asked for.
 */
#ifndef SIPMON_NET_PACKET_H
#define SIPMON_NET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

/* A packet whose bytes cannot be read again has this as its `offset`. */
#define PACKET_NO_OFFSET UINT64_MAX

struct packet {
	int64_t time_ns; /* of capture, since 1970, UTC */
	const uint8_t *data;
	uint32_t len;       /* bytes captured */
	uint32_t wire_len;  /* bytes there were; never below `len` */
	uint16_t link_type; /* LINKTYPE_ value, as in a capture file */
	uint16_t source;    /* number of the source that gave it, from 0 */
	uint64_t offset;    /* of `data` in the file, or PACKET_NO_OFFSET */
	bool inside; /* what is inside decides whether the filter wants it */
};

#endif
