#include "packet.h"

#define HOPS 64

void put_bytes(struct buf *out, const void *bytes, size_t len)
{
	buf_add(out, (struct slice){ bytes, len });
}

void put_u8(struct buf *out, unsigned value)
{
	buf_add_char(out, (char)value);
}

void put_u16(struct buf *out, unsigned value)
{
	put_u8(out, value >> 8);
	put_u8(out, value);
}

void put_u32(struct buf *out, uint32_t value)
{
	put_u16(out, value >> 16);
	put_u16(out, value & 0xffff);
}

void set_u16(struct buf *out, size_t at, unsigned value)
{
	if (out->failed)
		return;
	out->ptr[at] = (char)(value >> 8);
	out->ptr[at + 1] = (char)value;
}

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

/* `fragment` is the field with flags and offset. */
static void put_ipv4(struct buf *out, const struct packet_ends *ends,
		     unsigned protocol, unsigned id, unsigned fragment,
		     struct slice inside)
{
	size_t begin = out->len;
	uint32_t sum;

	put_bytes(out, "\x45\0", 2);
	put_u16(out, (unsigned)(20 + inside.len));
	put_u16(out, id);
	put_u16(out, fragment);
	put_u8(out, HOPS);
	put_u8(out, protocol);
	put_u16(out, 0);
	put_bytes(out, ends->source.address, 4);
	put_bytes(out, ends->destination.address, 4);
	sum = add_words(0, slice_sub(buf_slice(out), begin, 20));
	set_u16(out, begin + 10, ~sum & 0xffff);
	buf_add(out, inside);
}

static void put_ipv6_header(struct buf *out, const struct packet_ends *ends,
			    unsigned next, size_t len)
{
	put_u32(out, 0x60000000);
	put_u16(out, (unsigned)len);
	put_u8(out, next);
	put_u8(out, HOPS);
	put_bytes(out, ends->source.address, 16);
	put_bytes(out, ends->destination.address, 16);
}

void put_ip(struct buf *out, const struct packet_ends *ends, unsigned protocol,
	    uint16_t id, struct slice inside)
{
	if (ends->source.family == 4) {
		/* do not fragment */
		put_ipv4(out, ends, protocol, id, 0x4000, inside);
		return;
	}
	put_ipv6_header(out, ends, protocol, inside.len);
	buf_add(out, inside);
}

void put_ip_fragment(struct buf *out, const struct packet_ends *ends,
		     unsigned protocol, uint16_t id, struct slice inside,
		     size_t offset, bool more)
{
	if (ends->source.family == 4) {
		put_ipv4(out, ends, protocol, id,
			 (unsigned)offset / 8 | (more ? 0x2000U : 0), inside);
		return;
	}
	put_ipv6_header(out, ends, 44, 8 + inside.len);
	put_u8(out, protocol);
	put_u8(out, 0);
	put_u16(out, (unsigned)offset | more);
	put_u32(out, id);
	buf_add(out, inside);
}

/* Of the pseudo header and what stands from `begin` on. */
static unsigned checksum(const struct buf *out, size_t begin,
			 const struct packet_ends *ends, unsigned protocol)
{
	size_t len = out->len - begin;
	size_t address_len = ends->source.family == 4 ? 4 : 16;
	uint32_t sum = protocol + (uint32_t)len;

	sum = add_words(sum, (struct slice){ (const char *)ends->source.address,
					     address_len });
	sum = add_words(sum,
			(struct slice){ (const char *)ends->destination.address,
					address_len });
	return ~add_words(sum, slice_sub(buf_slice(out), begin, len)) & 0xffff;
}

void put_udp(struct buf *out, const struct packet_ends *ends,
	     struct slice payload)
{
	size_t begin = out->len;
	unsigned sum;

	put_u16(out, ends->source.port);
	put_u16(out, ends->destination.port);
	put_u16(out, (unsigned)(8 + payload.len));
	put_u16(out, 0);
	buf_add(out, payload);
	sum = checksum(out, begin, ends, PROTOCOL_UDP);
	/* Nought would say that there is no sum. */
	set_u16(out, begin + 6, sum == 0 ? 0xffff : sum);
}

void put_tcp(struct buf *out, const struct packet_ends *ends, uint32_t sequence,
	     uint32_t acknowledgment, unsigned flags, struct slice payload)
{
	size_t begin = out->len;

	put_u16(out, ends->source.port);
	put_u16(out, ends->destination.port);
	put_u32(out, sequence);
	put_u32(out, acknowledgment);
	put_u8(out, 0x50);
	put_u8(out, flags);
	put_u16(out, 65535);
	put_u32(out, 0);
	buf_add(out, payload);
	set_u16(out, begin + 16, checksum(out, begin, ends, PROTOCOL_TCP));
}
