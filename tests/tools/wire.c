#include "wire.h"

#include <string.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define PROTOCOL_UDP   17
#define HOPS           64
#define PAYLOAD_MAX    65507 /* of UDP in IPv4 */

/* AF_INET, and AF_INET6 as Darwin counts: what such a capture holds. */
#define FAMILY_IPV4 2
#define FAMILY_IPV6 30

static void put(struct buf *out, const void *bytes, size_t len)
{
	buf_add(out, (struct slice){ bytes, len });
}

static void put16(struct buf *out, unsigned value)
{
	buf_add_char(out, (char)(value >> 8));
	buf_add_char(out, (char)value);
}

static void put32(struct buf *out, uint32_t value)
{
	put16(out, value >> 16);
	put16(out, value & 0xffff);
}

static unsigned ethertype(const struct wire_datagram *d)
{
	return d->source.family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
}

/* ---- links */

static void ethernet(struct buf *out, const struct wire_datagram *d)
{
	put(out, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	put16(out, ethertype(d));
}

/* IEEE 802.1Q, VLAN 100 with priority 5. */
static void vlan(struct buf *out, const struct wire_datagram *d)
{
	put(out, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x81\x00\xa0\x64", 16);
	put16(out, ethertype(d));
}

/* To us, from an Ethernet device with an address of six bytes. */
static void sll(struct buf *out, const struct wire_datagram *d)
{
	put(out, "\0\0\0\x01\0\x06\x02\0\0\0\0\x01\0\0", 14);
	put16(out, ethertype(d));
}

/* On interface 3. */
static void sll2(struct buf *out, const struct wire_datagram *d)
{
	put16(out, ethertype(d));
	put(out, "\0\0\0\0\0\x03\0\x01\0\x06\x02\0\0\0\0\x01\0\0", 18);
}

/* The family in the byte order of the machine that captured. */
static void null(struct buf *out, const struct wire_datagram *d)
{
	unsigned family = d->source.family == 4 ? FAMILY_IPV4 : FAMILY_IPV6;

	put32(out, d->big_endian ? family : (uint32_t)family << 24);
}

static void raw(struct buf *out, const struct wire_datagram *d)
{
	(void)out;
	(void)d;
}

static const struct {
	const char *name;
	unsigned link_type;
	void (*header)(struct buf *out, const struct wire_datagram *d);
} wires[WIRES] = {
	[WIRE_ETHERNET] = { "ethernet", 1, ethernet },
	[WIRE_VLAN] = { "vlan", 1, vlan },
	[WIRE_SLL] = { "sll", 113, sll },
	[WIRE_SLL2] = { "sll2", 276, sll2 },
	[WIRE_NULL] = { "null", 0, null },
	[WIRE_RAW] = { "raw", 101, raw },
};

bool wire_find(const char *name, enum wire *out)
{
	for (int i = 0; i < WIRES; i++) {
		if (strcmp(wires[i].name, name) == 0) {
			*out = (enum wire)i;
			return true;
		}
	}
	return false;
}

unsigned wire_link_type(enum wire w)
{
	return wires[w].link_type;
}

/* ---- IP and UDP */

/* One's complement sum (RFC 1071) of `s` added to `sum`. */
static uint32_t add_words(uint32_t sum, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint32_t byte = (uint8_t)s.ptr[i];

		sum += i % 2 == 0 ? byte << 8 : byte;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static void patch16(struct buf *out, size_t at, unsigned value)
{
	if (out->failed)
		return;
	out->ptr[at] = (char)(value >> 8);
	out->ptr[at + 1] = (char)value;
}

static void ipv4(struct buf *out, const struct wire_datagram *d)
{
	size_t begin = out->len;
	uint32_t sum;

	put(out, "\x45\0", 2);
	put16(out, (unsigned)(20 + 8 + d->payload.len));
	put16(out, d->ip_id);
	put16(out, 0x4000); /* do not fragment */
	buf_add_char(out, HOPS);
	buf_add_char(out, PROTOCOL_UDP);
	put16(out, 0);
	put(out, d->source.address, 4);
	put(out, d->destination.address, 4);
	sum = add_words(0, slice_sub(buf_slice(out), begin, 20));
	patch16(out, begin + 10, ~sum & 0xffff);
}

static void ipv6(struct buf *out, const struct wire_datagram *d)
{
	put32(out, 0x60000000);
	put16(out, (unsigned)(8 + d->payload.len));
	buf_add_char(out, PROTOCOL_UDP);
	buf_add_char(out, HOPS);
	put(out, d->source.address, 16);
	put(out, d->destination.address, 16);
}

static void udp(struct buf *out, const struct wire_datagram *d)
{
	size_t begin = out->len;
	size_t len = 8 + d->payload.len;
	size_t address_len = d->source.family == 4 ? 4 : 16;
	uint32_t sum = PROTOCOL_UDP + (uint32_t)len;

	put16(out, d->source.port);
	put16(out, d->destination.port);
	put16(out, (unsigned)len);
	put16(out, 0);
	buf_add(out, d->payload);
	sum = add_words(sum, (struct slice){ (const char *)d->source.address,
					     address_len });
	sum = add_words(sum,
			(struct slice){ (const char *)d->destination.address,
					address_len });
	sum = ~add_words(sum, slice_sub(buf_slice(out), begin, len)) & 0xffff;
	/* Nought would say that there is no sum. */
	patch16(out, begin + 6, sum == 0 ? 0xffff : sum);
}

bool wire_frame(enum wire w, const struct wire_datagram *d, struct buf *out)
{
	if (d->payload.len > PAYLOAD_MAX)
		return false;
	wires[w].header(out, d);
	if (d->source.family == 4)
		ipv4(out, d);
	else
		ipv6(out, d);
	udp(out, d);
	return !out->failed;
}
