/*
 * Link headers: a table of link types (LINKTYPE_ of tcpdump.org) and one of
 * EtherTypes.  A new link type is a row, and a step if it has a header.
 */
#include "peel.h"

#define ETHERNET_HEADER 14
#define ETHERTYPE_MIN   0x0600 /* below it is a length, IEEE 802.3 */

#define PPP_ADDRESS_CONTROL 0xff03
#define PPP_CONTROL         0x4000
#define CISCO_UNICAST       0x0f00
#define CISCO_BROADCAST     0x8f00

#define NLPID_IPV4 0xcc
#define NLPID_IPV6 0x8e
#define NLPID_SNAP 0x80

static struct step broken(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_LINK_HEADER);
}

struct step peel_type_or_length(uint16_t type)
{
	if (type < ETHERTYPE_MIN)
		return (struct step){ peel_llc };
	return peel_ethertype(type);
}

struct step peel_ethernet(struct peel *p)
{
	const uint8_t *header = peel_take(p, ETHERNET_HEADER);

	if (header == NULL)
		return broken(p);
	return peel_type_or_length(be16(header + 12));
}

/* A tag of `n` bytes, then the next EtherType. */
static struct step tag(struct peel *p, size_t n)
{
	const uint8_t *type;

	if (peel_take(p, n) == NULL)
		return broken(p);
	type = peel_take(p, 2);
	return type == NULL ? broken(p) : peel_type_or_length(be16(type));
}

/* IEEE 802.1Q */
static struct step vlan(struct peel *p)
{
	return tag(p, 2);
}

/* The tag of a virtual interface, and that of IEEE 802.1CB. */
static struct step long_tag(struct peel *p)
{
	return tag(p, 4);
}

/* The E-TAG of IEEE 802.1BR. */
static struct step longer_tag(struct peel *p)
{
	return tag(p, 6);
}

/* Cisco FabricPath: a tree and a time to live, then the frame as it came. */
static struct step fabric_path(struct peel *p)
{
	return peel_take(p, 2) == NULL ? broken(p)
				       : (struct step){ peel_ethernet };
}

/*
 * An organisation and a type.  0 is that of EtherTypes (RFC 1042), 0xf8 that
 * of bridges (IEEE 802.1H); of the others' own numbers none is known.
 */
static struct step snap(struct peel *p)
{
	const uint8_t *header = peel_take(p, 5);

	if (header == NULL)
		return broken(p);
	if ((header[0] | header[1]) != 0 ||
	    (header[2] != 0 && header[2] != 0xf8))
		return STEP_LAST;
	return peel_ethertype(be16(header + 3));
}

struct step peel_llc(struct peel *p)
{
	const uint8_t *llc = peel_take(p, 3);

	if (llc == NULL)
		return broken(p);
	if (llc[0] == 0x06 && llc[1] == 0x06)
		return (struct step){ peel_ip };
	return llc[0] == 0xaa && llc[1] == 0xaa ? snap(p) : STEP_LAST;
}

/*
 * The address family of the system that captured, in its byte order: 2 is
 * IPv4 everywhere, IPv6 differs.  As it stands below 256, the order shows.
 */
static struct step loopback(struct peel *p)
{
	static const uint8_t ipv6[] = { 10, 24, 28, 30 };
	const uint8_t *header = peel_take(p, 4);
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

/*
 * What PPP carries (IANA).  Of the others those below 0x4000 carry packets,
 * but compressed, encrypted or in pieces; from there on it is control.
 */
static struct step ppp_protocol(struct peel *p)
{
	uint16_t protocol = bytes_u8(&p->bytes);

	/* It may be compressed to one byte, RFC 1661 section 6.5. */
	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | bytes_u8(&p->bytes));
	if (p->bytes.failed)
		return broken(p);
	switch (protocol) {
	case 0x0021:
		return (struct step){ peel_ipv4 };
	case 0x0057:
		return (struct step){ peel_ipv6 };
	case 0x0281:
	case 0x0283:
		return (struct step){ peel_mpls };
	case 0x0001: /* padding */
	case 0x0023: /* OSI */
	case 0x0201: /* spanning tree, and other 802.1 */
		return STEP_LAST;
	default:
		return protocol < PPP_CONTROL ? peel_tunnel(p) : STEP_LAST;
	}
}

static struct step cisco_hdlc(struct peel *p)
{
	const uint8_t *header = peel_take(p, 4);

	return header == NULL ? broken(p) : peel_ethertype(be16(header + 2));
}

/* PPP as RFC 1662 frames it, without address and control, or Cisco's HDLC. */
struct step peel_ppp(struct peel *p)
{
	uint16_t first;

	if (p->bytes.len < 2)
		return broken(p);
	first = be16(p->bytes.ptr);
	if (first == CISCO_UNICAST || first == CISCO_BROADCAST)
		return (struct step){ cisco_hdlc };
	if (first == PPP_ADDRESS_CONTROL)
		(void)peel_take(p, 2);
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

/*
 * Linux cooked capture: the protocol may say that an LLC header follows, and
 * the type of device that what it hands up begins with a header of its own.
 */
static struct step cooked(uint16_t device, uint16_t protocol)
{
	enum { FRAME_RELAY = 770, RADIOTAP = 803, LLC = 4 };

	if (device == RADIOTAP)
		return (struct step){ peel_radiotap };
	if (device == FRAME_RELAY)
		return (struct step){ frame_relay };
	if (protocol == LLC)
		return (struct step){ peel_llc };
	return peel_ethertype(protocol);
}

static struct step cooked_v1(struct peel *p)
{
	const uint8_t *header = peel_take(p, 16);

	if (header == NULL)
		return broken(p);
	return cooked(be16(header + 2), be16(header + 14));
}

static struct step cooked_v2(struct peel *p)
{
	const uint8_t *header = peel_take(p, 20);

	if (header == NULL)
		return broken(p);
	return cooked(be16(header + 8), be16(header));
}

/* A byte, or the address of HDLC, tells who sent it. */
static struct step ppp_received(struct peel *p)
{
	return peel_take(p, 1) == NULL ? broken(p) : (struct step){ peel_ppp };
}

static struct step hdlc_received(struct peel *p)
{
	return peel_take(p, 1) == NULL ? broken(p)
				       : (struct step){ cisco_hdlc };
}

static struct step frame_relay_received(struct peel *p)
{
	return peel_take(p, 1) == NULL ? broken(p)
				       : (struct step){ frame_relay };
}

static struct step ppp_direction(struct peel *p)
{
	return peel_take(p, 2) == NULL ? broken(p)
				       : (struct step){ ppp_protocol };
}

/* Control and two addresses of six bytes. */
static struct step fddi(struct peel *p)
{
	return peel_take(p, 13) == NULL ? broken(p) : (struct step){ peel_llc };
}

/* Packets of a BSD inside IPsec: family, SPI and flags of four bytes each. */
static struct step enc(struct peel *p)
{
	return peel_take(p, 12) == NULL ? broken(p) : (struct step){ peel_ip };
}

/* The log of pf: its first byte is its length, without the padding to 4. */
static struct step pflog(struct peel *p)
{
	size_t len = p->bytes.len == 0 ? 0 : p->bytes.ptr[0];

	if (len < 4 || peel_take(p, (len + 3) & ~(size_t)3) == NULL)
		return broken(p);
	return (struct step){ peel_ip };
}

/* Solaris: version, family, interfaces, zones. */
static struct step ipnet(struct peel *p)
{
	return peel_take(p, 24) == NULL ? broken(p) : (struct step){ peel_ip };
}

static struct step unknown(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_LINK_TYPE);
}

/* clang-format off */
static const struct step links[] = {
	[0]   = { loopback },		/* BSD */
	[1]   = { peel_ethernet },
	[9]   = { peel_ppp },
	[10]  = { fddi },
	[12]  = { peel_ip },		/* raw, where DLT and LINKTYPE mix */
	[14]  = { peel_ip },		/* raw, OpenBSD */
	[50]  = { peel_ppp },		/* HDLC-like */
	[51]  = { peel_pppoe },
	[100] = { peel_llc },		/* ATM, RFC 2684 */
	[101] = { peel_ip },		/* raw */
	[104] = { cisco_hdlc },
	[105] = { peel_80211 },
	[107] = { frame_relay },
	[108] = { loopback },		/* OpenBSD */
	[109] = { enc },
	[113] = { cooked_v1 },
	[117] = { pflog },
	[119] = { peel_prism },
	[127] = { peel_radiotap },
	[163] = { peel_avs },
	[166] = { ppp_direction },
	[192] = { peel_ppi },
	[204] = { ppp_received },
	[205] = { hdlc_received },
	[206] = { frame_relay_received },
	[219] = { peel_mpls },
	[226] = { ipnet },
	[228] = { peel_ipv4 },
	[229] = { peel_ipv6 },
	[239] = { peel_nflog },
	[252] = { peel_upper_pdu },
	[258] = { peel_pktap },
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
	{ 0x8847, { peel_mpls } },
	{ 0x8848, { peel_mpls } },	/* multicast */
	{ 0x8864, { peel_pppoe } },	/* in the stage of session */
	{ 0x88e5, { peel_macsec } },
	{ 0x88e7, { peel_backbone } },
	{ 0x894f, { peel_nsh } },
	{ 0x6558, { peel_ethernet } },	/* transparent bridging, RFC 1701 */
	{ 0x22f3, { peel_trill } },
	{ 0x8903, { fabric_path } },
	{ 0x8926, { long_tag } },	/* VN-Tag */
	{ 0x893f, { longer_tag } },	/* 802.1BR */
	{ 0xf1c1, { long_tag } },	/* 802.1CB */
};
/* clang-format on */

/* What anybody may use for what he likes. */
#define USER_FIRST 147
#define USER_LAST  162

struct step peel_link(uint16_t link_type)
{
	if (link_type >= USER_FIRST && link_type <= USER_LAST)
		return (struct step){ peel_user };
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
