#include "wire.h"

#include <string.h>

#include "packet.h"

#define ETHERTYPE_IPV4     0x0800
#define ETHERTYPE_IPV6     0x86dd
#define ETHERTYPE_ETHERNET 0x6558

/* AF_INET, and AF_INET6 as Darwin counts: what such a capture holds. */
#define FAMILY_IPV4 2
#define FAMILY_IPV6 30

#define INSIDE_MAX (1U << 17)

/* What is around a packet: appends to `out`. */
typedef void (*wrap_fn)(struct buf *out, struct slice packet, bool big_endian);

static bool is_ipv4(struct slice packet)
{
	return (uint8_t)packet.ptr[0] >> 4 == 4;
}

static unsigned ethertype(struct slice packet)
{
	return is_ipv4(packet) ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
}

/* ---- links */

static void put_ethernet(struct buf *out, unsigned type)
{
	put_bytes(out, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	put_u16(out, type);
}

static void ethernet(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_ethernet(out, ethertype(packet));
	buf_add(out, packet);
}

/* IEEE 802.1Q, VLAN 100 with priority 5. */
static void vlan(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_ethernet(out, 0x8100);
	put_u16(out, 0xa064);
	put_u16(out, ethertype(packet));
	buf_add(out, packet);
}

/* To us, from an Ethernet device with an address of six bytes. */
static void sll(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_bytes(out, "\0\0\0\x01\0\x06\x02\0\0\0\0\x01\0\0", 14);
	put_u16(out, ethertype(packet));
	buf_add(out, packet);
}

/* On interface 3. */
static void sll2(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_u16(out, ethertype(packet));
	put_bytes(out, "\0\0\0\0\0\x03\0\x01\0\x06\x02\0\0\0\0\x01\0\0", 18);
	buf_add(out, packet);
}

/* The family in the byte order of the machine that captured. */
static void null(struct buf *out, struct slice packet, bool big_endian)
{
	unsigned family = is_ipv4(packet) ? FAMILY_IPV4 : FAMILY_IPV6;

	put_u32(out, big_endian ? family : (uint32_t)family << 24);
	buf_add(out, packet);
}

static void raw(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	buf_add(out, packet);
}

/* ---- tunnels, on Ethernet */

/* RFC 3032: labels 100 and 200. */
static void mpls(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_ethernet(out, 0x8847);
	put_u32(out, 0x00064040);
	put_u32(out, 0x000c8140);
	buf_add(out, packet);
}

/* RFC 2516, and a PPP protocol. */
static void pppoe(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_ethernet(out, 0x8864);
	put_u16(out, 0x1100);
	put_u16(out, 0x0042);
	put_u16(out, (unsigned)(2 + packet.len));
	put_u16(out, is_ipv4(packet) ? 0x0021 : 0x0057);
	buf_add(out, packet);
}

/* Between the ends of a tunnel, 198.51.100.1 and .2. */
static void put_outer(struct buf *out, unsigned protocol, struct slice inside)
{
	struct packet_ends ends = {
		.source = { .address = { 198, 51, 100, 1 }, .family = 4 },
		.destination = { .address = { 198, 51, 100, 2 }, .family = 4 },
	};

	put_ethernet(out, ETHERTYPE_IPV4);
	put_ip(out, &ends, protocol, 7, inside);
}

static void put_outer_udp(struct buf *out, unsigned port, struct slice inside)
{
	struct packet_ends ends = {
		.source = { .address = { 198, 51, 100, 1 },
			    .family = 4,
			    .port = 49152 },
		.destination = { .address = { 198, 51, 100, 2 },
				 .family = 4,
				 .port = (uint16_t)port },
	};
	struct buf udp;

	buf_init(&udp, INSIDE_MAX);
	put_udp(&udp, &ends, inside);
	put_outer(out, PROTOCOL_UDP, buf_slice(&udp));
	out->failed |= udp.failed;
	buf_free(&udp);
}

/* RFC 2003, RFC 4213 */
static void ipip(struct buf *out, struct slice packet, bool big_endian)
{
	(void)big_endian;
	put_outer(out, is_ipv4(packet) ? PROTOCOL_IPV4 : PROTOCOL_IPV6, packet);
}

/* What `header` puts in front of `packet`, or of Ethernet with it. */
static void put_inside(struct buf *inside, struct slice packet,
		       const void *header, size_t len, bool in_ethernet)
{
	buf_init(inside, INSIDE_MAX);
	put_bytes(inside, header, len);
	if (in_ethernet)
		put_ethernet(inside, ethertype(packet));
	buf_add(inside, packet);
}

/* RFC 2890: with a key and a sequence number. */
static void gre(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet, "\x30\0\0\0\0\0\0\x2a\0\0\0\x01", 12,
		   false);
	set_u16(&inside, 2, ethertype(packet));
	put_outer(out, PROTOCOL_GRE, buf_slice(&inside));
	buf_free(&inside);
}

/* Type II: a sequence number, and eight bytes of its own. */
static void erspan(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet,
		   "\x10\0\x88\xbe\0\0\0\x01\x10\x64\0\x0a\0\0\0\x05", 16,
		   true);
	put_outer(out, PROTOCOL_GRE, buf_slice(&inside));
	buf_free(&inside);
}

/* RFC 7348 */
static void vxlan(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet, "\x08\0\0\0\0\0\x2a\0", 8, true);
	put_outer_udp(out, 4789, buf_slice(&inside));
	buf_free(&inside);
}

/* RFC 8926: with an option of four bytes. */
static void geneve(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet,
		   "\x02\0\x65\x58\0\0\x2a\0\x01\x02\x80\x01wxyz", 16, true);
	put_outer_udp(out, 6081, buf_slice(&inside));
	buf_free(&inside);
}

/* 3GPP TS 29.281: with a sequence number. */
static void gtpu(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet, "\x32\xff\0\0\0\0\0\x01\0\x07\0\0", 12,
		   false);
	set_u16(&inside, 2, (unsigned)(4 + packet.len));
	put_outer_udp(out, 2152, buf_slice(&inside));
	buf_free(&inside);
}

/* Tags: padding, a received signal, the end. */
static void tzsp(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet, "\x01\0\0\x01\0\x0a\x01\xc4\x01", 9, true);
	put_outer_udp(out, 37008, buf_slice(&inside));
	buf_free(&inside);
}

/* RFC 2661: a data message without options, and PPP. */
static void l2tp(struct buf *out, struct slice packet, bool big_endian)
{
	struct buf inside;

	(void)big_endian;
	put_inside(&inside, packet, "\0\x02\0\x01\0\x02\xff\x03\0\x21", 10,
		   false);
	if (!is_ipv4(packet))
		set_u16(&inside, 8, 0x0057);
	put_outer_udp(out, 1701, buf_slice(&inside));
	buf_free(&inside);
}

static const struct {
	const char *name;
	unsigned link_type;
	wrap_fn wrap;
} wires[WIRES] = {
	[WIRE_ETHERNET] = { "ethernet", 1, ethernet },
	[WIRE_VLAN] = { "vlan", 1, vlan },
	[WIRE_SLL] = { "sll", 113, sll },
	[WIRE_SLL2] = { "sll2", 276, sll2 },
	[WIRE_NULL] = { "null", 0, null },
	[WIRE_RAW] = { "raw", 101, raw },
	[WIRE_MPLS] = { "mpls", 1, mpls },
	[WIRE_PPPOE] = { "pppoe", 1, pppoe },
	[WIRE_IPIP] = { "ipip", 1, ipip },
	[WIRE_GRE] = { "gre", 1, gre },
	[WIRE_ERSPAN] = { "erspan", 1, erspan },
	[WIRE_VXLAN] = { "vxlan", 1, vxlan },
	[WIRE_GENEVE] = { "geneve", 1, geneve },
	[WIRE_GTPU] = { "gtpu", 1, gtpu },
	[WIRE_TZSP] = { "tzsp", 1, tzsp },
	[WIRE_L2TP] = { "l2tp", 1, l2tp },
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

void wire_frame(enum wire w, bool big_endian, struct slice ip_packet,
		struct buf *out)
{
	wires[w].wrap(out, ip_packet, big_endian);
}
