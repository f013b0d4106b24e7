/*
 * Headers that capturing systems write themselves: wireless frames and what
 * tells about them, the log of Netfilter, and what Wireshark exports.
 */
#include <string.h>

#include "look.h"
#include "peel.h"

#define FRAME_TYPE_DATA       2
#define FRAME_SUBTYPE_NO_DATA 0x4
#define FRAME_SUBTYPE_QOS     0x8

#define AVS_VERSION_1 0x80211001

static struct step broken(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_LINK_HEADER);
}

/* Several packets in one frame: read if there is but one. */
static struct step aggregate(struct peel *p)
{
	const uint8_t *header = peel_take(p, 14);

	if (header == NULL || be16(header + 12) + (size_t)4 < p->bytes.len)
		return broken(p);
	return (struct step){ peel_llc };
}

/* Some cards fill the header up to a multiple of four bytes. */
static struct step plain_data(struct peel *p, size_t header)
{
	const uint8_t *llc;

	if (peel_take(p, header) == NULL || p->bytes.len < 5)
		return broken(p);
	llc = p->bytes.ptr;
	if (be16(llc) != 0xaaaa && be16(llc + 2) == 0xaaaa && llc[4] == 0x03)
		(void)peel_take(p, 2);
	return (struct step){ peel_llc };
}

/* The control field of QoS tells whether packets are joined to one. */
static struct step qos_data(struct peel *p, size_t header, size_t control)
{
	const uint8_t *frame = p->bytes.ptr;

	if (p->bytes.len > control && (frame[control] & 0x80) != 0)
		return peel_take(p, header) == NULL ? broken(p) : aggregate(p);
	return plain_data(p, header);
}

/*
 * IEEE 802.11, section 9.2.3: only data frames that are not encrypted.  Access
 * points of Cisco swap the first two bytes in their tunnels; the version, in
 * the lowest two bits, is always 0.
 */
struct step peel_80211(struct peel *p)
{
	const uint8_t *frame = p->bytes.ptr;
	size_t header = 24;
	unsigned control;
	unsigned subtype;
	uint8_t flags;

	if (p->bytes.len < header)
		return broken(p);
	control = le16(frame);
	if ((frame[0] & 0x03) != 0 && (frame[1] & 0x03) == 0)
		control = be16(frame);
	if ((control >> 2 & 3) != FRAME_TYPE_DATA)
		return STEP_LAST;
	subtype = control >> 4 & 0x0f;
	flags = (uint8_t)(control >> 8);
	if ((subtype & FRAME_SUBTYPE_NO_DATA) != 0)
		return STEP_LAST;
	if ((flags & 0x40) != 0) /* protected */
		return peel_tunnel(p);
	if ((flags & 0x03) == 0x03) /* from and to a distribution system */
		header += 6;
	if ((subtype & FRAME_SUBTYPE_QOS) == 0)
		return plain_data(p, header);
	return qos_data(p, header + ((flags & 0x80) != 0 ? 6 : 2), header);
}

/* radiotap.org: the length in bytes 2 and 3. */
struct step peel_radiotap(struct peel *p)
{
	if (p->bytes.len < 8 || peel_take(p, le16(p->bytes.ptr + 2)) == NULL)
		return broken(p);
	return (struct step){ peel_80211 };
}

/* The header of AVS: version 1, length. */
struct step peel_avs(struct peel *p)
{
	if (p->bytes.len < 8 || be32(p->bytes.ptr) != AVS_VERSION_1 ||
	    be32(p->bytes.ptr + 4) < 8 ||
	    peel_take(p, be32(p->bytes.ptr + 4)) == NULL)
		return broken(p);
	return (struct step){ peel_80211 };
}

/* Some drivers write the header of AVS where that of Prism should stand. */
struct step peel_prism(struct peel *p)
{
	if (p->bytes.len >= 4 && be32(p->bytes.ptr) == AVS_VERSION_1)
		return peel_avs(p);
	return peel_take(p, 144) == NULL ? broken(p)
					 : (struct step){ peel_80211 };
}

/* Per-packet information: its length, and the link type of what follows. */
struct step peel_ppi(struct peel *p)
{
	const uint8_t *header = p->bytes.ptr;

	if (p->bytes.len < 8 || le16(header + 2) < 8 ||
	    peel_take(p, le16(header + 2)) == NULL)
		return broken(p);
	if (le32(header + 4) > UINT16_MAX)
		return peel_undecoded(p, UNDECODED_LINK_TYPE);
	return peel_link((uint16_t)le32(header + 4));
}

/* Apple's: length, kind of record, link type of what follows. */
struct step peel_pktap(struct peel *p)
{
	const uint8_t *header = p->bytes.ptr;

	if (p->bytes.len < 12 || le32(header) < 12 ||
	    peel_take(p, le32(header)) == NULL)
		return broken(p);
	if (le32(header + 8) > UINT16_MAX)
		return peel_undecoded(p, UNDECODED_LINK_TYPE);
	return peel_link((uint16_t)le32(header + 8));
}

/* A link type that is everybody's own: SIP without addresses, IP, Ethernet. */
struct step peel_user(struct peel *p)
{
	if (looks_like_sip(p->bytes)) {
		p->out->flow = (struct flow){ .transport = TRANSPORT_UDP };
		p->ip_id = 0;
		return peel_found(p, PAYLOAD_DATAGRAM, p->bytes.ptr,
				  p->bytes.len, p->sent);
	}
	if (looks_like_ip_in_ethernet(p->bytes, p->sent))
		return (struct step){ peel_ethernet };
	if (looks_like_ip(p->bytes, p->sent))
		return (struct step){ peel_ip };
	if (looks_like_ethernet(p->bytes, p->sent))
		return (struct step){ peel_ethernet };
	return peel_undecoded(p, UNDECODED_LINK_TYPE);
}

/*
 * LINKTYPE_NFLOG: family, version, resource; then attributes, whose numbers
 * stand in the byte order of the system that captured.
 */
struct step peel_nflog(struct peel *p)
{
	enum { ATTRIBUTE_PAYLOAD = 9 };
	const uint8_t *header = peel_take(p, 4);

	if (header == NULL)
		return broken(p);
	while (p->bytes.len >= 4) {
		const uint8_t *at = p->bytes.ptr;
		/* The type is below 256: the other byte is zero. */
		bool big = at[2] == 0 && at[3] != 0;
		size_t len = big ? be16(at) : le16(at);
		uint16_t type = big ? be16(at + 2) : le16(at + 2);

		if (len < 4 || len > p->bytes.len)
			break;
		if (type == ATTRIBUTE_PAYLOAD) {
			p->bytes = bytes_of(at + 4, len - 4);
			return (struct step){ peel_ip };
		}
		len = (len + 3) & ~(size_t)3;
		if (peel_take(p, len) == NULL)
			break;
	}
	return broken(p);
}

/* Tags of LINKTYPE_WIRESHARK_UPPER_PDU; "exported_pdu.h" of Wireshark. */
enum upper_tag {
	TAG_END = 0,
	TAG_DISSECTOR = 12,
	TAG_IPV4_SOURCE = 20,
	TAG_IPV4_DESTINATION = 21,
	TAG_IPV6_SOURCE = 22,
	TAG_IPV6_DESTINATION = 23,
	TAG_PORT_TYPE = 24,
	TAG_SOURCE_PORT = 25,
	TAG_DESTINATION_PORT = 26,
};

static void upper_address(struct endpoint *e, const uint8_t *value, size_t len)
{
	uint16_t port = e->port;

	if (len != 4 && len != 16)
		return;
	*e = (struct endpoint){ .family = len == 4 ? 4 : 6, .port = port };
	memcpy(e->address, value, len);
}

/* Port types of "exported_pdu.h"; what is none of these passes for UDP. */
static enum transport upper_transport(uint32_t port_type)
{
	enum { PORT_SCTP = 1, PORT_TCP = 2 };

	if (port_type == PORT_SCTP)
		return TRANSPORT_SCTP;
	return port_type == PORT_TCP ? TRANSPORT_TCP : TRANSPORT_UDP;
}

/* `*is_sip` if the tag says that SIP lies behind. */
static void upper_tag(struct flow *flow, uint16_t tag, const uint8_t *value,
		      size_t len, bool *is_sip)
{
	switch (tag) {
	case TAG_DISSECTOR:
		*is_sip = len >= 3 && memcmp(value, "sip", 3) == 0;
		break;
	case TAG_IPV4_SOURCE:
	case TAG_IPV6_SOURCE:
		upper_address(&flow->source, value, len);
		break;
	case TAG_IPV4_DESTINATION:
	case TAG_IPV6_DESTINATION:
		upper_address(&flow->destination, value, len);
		break;
	case TAG_PORT_TYPE:
		flow->transport =
			len == 4 ? upper_transport(be32(value)) : TRANSPORT_UDP;
		break;
	case TAG_SOURCE_PORT:
		if (len == 4)
			flow->source.port = (uint16_t)be32(value);
		break;
	case TAG_DESTINATION_PORT:
		if (len == 4)
			flow->destination.port = (uint16_t)be32(value);
		break;
	default:
		break;
	}
}

/* Tags, each with a length, and behind them the message itself. */
struct step peel_upper_pdu(struct peel *p)
{
	bool is_sip = false;

	p->out->flow = (struct flow){ .transport = TRANSPORT_UDP };
	p->ip_id = 0;
	while (p->bytes.len >= 4) {
		uint16_t tag = bytes_be16(&p->bytes);
		size_t len = bytes_be16(&p->bytes);
		const uint8_t *value = peel_take(p, len);

		if (value == NULL)
			break;
		if (tag != TAG_END) {
			upper_tag(&p->out->flow, tag, value, len, &is_sip);
			continue;
		}
		if (!is_sip)
			return STEP_LAST;
		return peel_found(
			p, PAYLOAD_DATAGRAM, p->bytes.ptr, p->bytes.len,
			p->bytes.len + p->packet->wire_len - p->packet->len);
	}
	return broken(p);
}
