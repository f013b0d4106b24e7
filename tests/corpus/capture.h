/*
 * capture.h - a capture of messages that no scenario can hold: any bytes, any
 * length, any number.  A pcap file of raw IP, in memory until it is written.
 */
#ifndef SIPMON_TESTS_CAPTURE_H
#define SIPMON_TESTS_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "../tools/packet.h"

struct capture {
	struct buf out;
	struct buf packet;
	struct buf inside;
	uint16_t id; /* of the last packet */
};

struct capture_msg {
	struct packet_ends ends;
	struct slice bytes;
	int64_t time_ns;
};

void capture_begin(struct capture *c);
void capture_free(struct capture *c);

/* In one packet; at most 65507 bytes. */
void capture_datagram(struct capture *c, const struct capture_msg *m);
/* The same in fragments of 1480 bytes. */
void capture_fragments(struct capture *c, const struct capture_msg *m);
/* On a connection of its own, that is set up and taken down. */
void capture_stream(struct capture *c, const struct capture_msg *m);

/* False if it cannot be written, or memory ran out. */
bool capture_write(const struct capture *c, const char *path);

/* 198.18.x.y (RFC 2544) by the number, port 5060. */
struct endpoint capture_host(unsigned number);

#endif
