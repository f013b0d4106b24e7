/*
 * Link headers: a table of link types (LINKTYPE_ of tcpdump.org) and one of
 * EtherTypes.  A new link type is a row, and a step if it has a header.
 */
#include "peel.h"

#define ETHERNET_HEADER 14
#define ETHERTYPE_MIN   0x0600 /* below it is a length, IEEE 802.3 */

#define PPP_ADDRESS_CONTROL 0xff03
#define CISCO_UNICAST       0x0f00
#define CISCO_BROADCAST     0x8f00

#define NLPID_IPV4 0xcc
#define NLPID_IPV6 0x8e
#define NLPID_SNAP 0x80

static struct step broken(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_LINK_HEADER);
}

static struct step ethertype_or_length(uint16_t type)
{
	if (type < ETHERTYPE_MIN)
		return (struct step){ peel_llc };
	return peel_ethertype(type);
}

static struct step ethernet(struct peel *p)
{
	const uint8_t *header = bytes_take(&p->bytes, ETHERNET_HEADER);

	if (header == NULL)
		return broken(p);
	return ethertype_or_length(be16(header + 12));
}

/* IEEE 802.1Q: two bytes of tag, then the next EtherType. */
static struct step vlan(struct peel *p)
{
	const uint8_t *tag = bytes_take(&p->bytes, 4);

	if (tag == NULL)
		return broken(p);
	return ethertype_or_length(be16(tag + 2));
}

/* An organisation, of whose own numbers none is known, and a type. */
static struct step snap(struct peel *p)
{
	const uint8_t *header = bytes_take(&p->bytes, 5);

	if (header == NULL)
		return broken(p);
	if ((header[0] | header[1] | header[2]) != 0)
		return STEP_LAST;
	return peel_ethertype(be16(header + 3));
}

struct step peel_llc(struct peel *p)
{
	const uint8_t *llc = bytes_take(&p->bytes, 3);

	if (llc == NULL)
		return broken(p);
	if (llc[0] == 0x06 && llc[1] == 0x06)
		return (struct step){ peel_ip };
	return llc[0] == 0xaa && llc[1] == 0xaa ? snap(p) : STEP_LAST;
}

/* Linux cooked capture: the protocol may say that an LLC header follows. */
static struct step cooked(uint16_t protocol)
{
	if (protocol == 0x0004)
		return (struct step){ peel_llc };
	return peel_ethertype(protocol);
}

static struct step cooked_v1(struct peel *p)
{
	const uint8_t *header = bytes_take(&p->bytes, 16);

	return header == NULL ? broken(p) : cooked(be16(header + 14));
}

static struct step cooked_v2(struct peel *p)
{
	const uint8_t *header = bytes_take(&p->bytes, 20);

	return header == NULL ? broken(p) : cooked(be16(header));
}

/*
 * The address family of the system that captured, in its byte order: 2 is
 * IPv4 everywhere, IPv6 differs.  As it stands below 256, the order shows.
 */
static struct step loopback(struct peel *p)
{
	static const uint8_t ipv6[] = { 10, 24, 28, 30 };
	const uint8_t *header = bytes_take(&p->bytes, 4);
	uint32_t family;

	if (header == NULL)
		return broken(p);
	family = be32(header);
	if (family > UINT16_MAX)
		family = le32(header);
	if (family == 2)
		return (struct step){ peel_ipv4 };
	for (size_t i = 0; i < sizeof(ipv6); i++)
		if (family == ipv6[i])
			return (struct step){ peel_ipv6 };
	return STEP_LAST;
}

/* RFC 1661; the protocol may be compressed to one byte (section 6.5). */
static struct step ppp_protocol(struct peel *p)
{
	uint16_t protocol = bytes_u8(&p->bytes);

	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | bytes_u8(&p->bytes));
	if (p->bytes.failed)
		return broken(p);
	switch (protocol) {
	case 0x0021:
		return (struct step){ peel_ipv4 };
	case 0x0057:
		return (struct step){ peel_ipv6 };
	case 0x0281: /* MPLS */
	case 0x0283:
		return (struct step){ peel_tunnel };
	default:
		return STEP_LAST;
	}
}

static struct step cisco_hdlc(struct peel *p)
{
	const uint8_t *header = bytes_take(&p->bytes, 4);

	return header == NULL ? broken(p) : peel_ethertype(be16(header + 2));
}

/* PPP as RFC 1662 frames it, without address and control, or Cisco's HDLC. */
static struct step ppp(struct peel *p)
{
	uint16_t first;

	if (p->bytes.len < 2)
		return broken(p);
	first = be16(p->bytes.ptr);
	if (first == CISCO_UNICAST || first == CISCO_BROADCAST)
		return (struct step){ cisco_hdlc };
	if (first == PPP_ADDRESS_CONTROL)
		(void)bytes_take(&p->bytes, 2);
	return (struct step){ ppp_protocol };
}

/* RFC 2427: an address of two to four bytes, control, NLPID. */
static struct step frame_relay(struct peel *p)
{
	unsigned n = 0;
	uint8_t control;
	uint8_t nlpid;

	/* The last byte of the address has the lowest bit set. */
	while ((bytes_u8(&p->bytes) & 1) == 0 && n < 4)
		n++;
	control = bytes_u8(&p->bytes);
	nlpid = bytes_u8(&p->bytes);
	if (nlpid == 0) /* padding */
		nlpid = bytes_u8(&p->bytes);
	if (p->bytes.failed || n == 4)
		return broken(p);
	if (control != 0x03)
		return STEP_LAST;
	if (nlpid == NLPID_IPV4)
		return (struct step){ peel_ipv4 };
	if (nlpid == NLPID_IPV6)
		return (struct step){ peel_ipv6 };
	return nlpid == NLPID_SNAP ? snap(p) : STEP_LAST;
}

static struct step unknown(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_LINK_TYPE);
}

/* clang-format off */
static const struct step links[] = {
	[0]   = { loopback },		/* BSD */
	[1]   = { ethernet },
	[9]   = { ppp },
	[12]  = { peel_ip },		/* raw, where DLT and LINKTYPE mix */
	[14]  = { peel_ip },		/* raw, OpenBSD */
	[50]  = { ppp },		/* HDLC-like */
	[101] = { peel_ip },		/* raw */
	[104] = { cisco_hdlc },
	[105] = { peel_80211 },
	[107] = { frame_relay },
	[108] = { loopback },		/* OpenBSD */
	[113] = { cooked_v1 },
	[119] = { peel_prism },
	[127] = { peel_radiotap },
	[228] = { peel_ipv4 },
	[229] = { peel_ipv6 },
	[239] = { peel_nflog },
	[252] = { peel_upper_pdu },
	[276] = { cooked_v2 },
};

/* What has no row, ARP and the like, cannot carry SIP. */
static const struct {
	uint16_t type;
	struct step step;
} ethertypes[] = {
	{ 0x0800, { peel_ipv4 } },
	{ 0x86dd, { peel_ipv6 } },
	{ 0x8100, { vlan } },		/* 802.1Q */
	{ 0x88a8, { vlan } },		/* 802.1ad */
	{ 0x9100, { vlan } },		/* Q-in-Q before 802.1ad */
	{ 0x9200, { vlan } },
	{ 0x9300, { vlan } },
	{ 0x8847, { peel_tunnel } },	/* MPLS */
	{ 0x8848, { peel_tunnel } },
	{ 0x8864, { peel_tunnel } },	/* PPPoE session */
	{ 0x88e5, { peel_tunnel } },	/* MACsec */
	{ 0x88e7, { peel_tunnel } },	/* 802.1ah */
	{ 0x894f, { peel_tunnel } },	/* NSH */
};
/* clang-format on */

struct step peel_link(uint16_t link_type)
{
	if (link_type >= sizeof(links) / sizeof(links[0]) ||
	    links[link_type].peel == NULL)
		return (struct step){ unknown };
	return links[link_type];
}

struct step peel_ethertype(uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].step;
	return STEP_LAST;
}
