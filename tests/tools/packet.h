/*
 * packet.h - packets of IP, byte by byte.
 */
#ifndef SIPMON_TESTS_PACKET_H
#define SIPMON_TESTS_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/net/endpoint.h"

#define PROTOCOL_IPV4 4
#define PROTOCOL_TCP  6
#define PROTOCOL_UDP  17
#define PROTOCOL_IPV6 41
#define PROTOCOL_GRE  47
#define PROTOCOL_SCTP 132

struct packet_ends {
	struct endpoint source;
	struct endpoint destination;
};

void put_bytes(struct buf *out, const void *bytes, size_t len);
void put_u8(struct buf *out, unsigned value);
void put_u16(struct buf *out, unsigned value);
void put_u32(struct buf *out, uint32_t value);

/* Sets what stands at `at` already. */
void set_u16(struct buf *out, size_t at, unsigned value);

/* An IP packet around `inside`, of the family of the ends. */
void put_ip(struct buf *out, const struct packet_ends *ends, unsigned protocol,
	    uint16_t id, struct slice inside);

/* A fragment: `offset` is a multiple of 8, `more` if it is not the last. */
void put_ip_fragment(struct buf *out, const struct packet_ends *ends,
		     unsigned protocol, uint16_t id, struct slice inside,
		     size_t offset, bool more);

/* With its checksum. */
void put_udp(struct buf *out, const struct packet_ends *ends,
	     struct slice payload);

void put_tcp(struct buf *out, const struct packet_ends *ends, uint32_t sequence,
	     uint32_t acknowledgment, unsigned flags, struct slice payload);

#endif
