/*
 * Headers that capturing systems write themselves: wireless frames and what
 * tells about them, the log of Netfilter, and what Wireshark exports.
 */
#include "peel.h"

#include <string.h>

#define FRAME_TYPE_DATA       2
#define FRAME_SUBTYPE_NO_DATA 0x4
#define FRAME_SUBTYPE_QOS     0x8

/* IEEE 802.11, section 9.2.3: only data frames that are not encrypted. */
struct step peel_80211(struct peel *p)
{
	const uint8_t *frame = p->bytes.ptr;
	size_t header = 24;
	unsigned subtype;
	uint8_t flags;

	if (p->bytes.len < header)
		return peel_undecoded(p, UNDECODED_LINK_HEADER);
	if ((frame[0] >> 2 & 3) != FRAME_TYPE_DATA)
		return STEP_LAST;
	subtype = frame[0] >> 4;
	flags = frame[1];
	if ((subtype & FRAME_SUBTYPE_NO_DATA) != 0)
		return STEP_LAST;
	if ((flags & 0x03) == 0x03) /* from and to a distribution system */
		header += 6;
	if ((subtype & FRAME_SUBTYPE_QOS) != 0)
		header += (flags & 0x80) != 0 ? 6 : 2;
	if ((flags & 0x40) != 0) /* protected */
		return peel_tunnel(p);
	if (bytes_take(&p->bytes, header) == NULL)
		return peel_undecoded(p, UNDECODED_LINK_HEADER);
	return (struct step){ peel_llc };
}

/* radiotap.org: the length in bytes 2 and 3; field 1 of the first word. */
struct step peel_radiotap(struct peel *p)
{
	if (p->bytes.len < 8 ||
	    bytes_take(&p->bytes, le16(p->bytes.ptr + 2)) == NULL)
		return peel_undecoded(p, UNDECODED_LINK_HEADER);
	return (struct step){ peel_80211 };
}

struct step peel_prism(struct peel *p)
{
	if (bytes_take(&p->bytes, 144) == NULL)
		return peel_undecoded(p, UNDECODED_LINK_HEADER);
	return (struct step){ peel_80211 };
}

/*
 * LINKTYPE_NFLOG: family, version, resource; then attributes, whose numbers
 * stand in the byte order of the system that captured.
 */
struct step peel_nflog(struct peel *p)
{
	enum { ATTRIBUTE_PAYLOAD = 9 };
	const uint8_t *header = bytes_take(&p->bytes, 4);

	if (header == NULL)
		return peel_undecoded(p, UNDECODED_LINK_HEADER);
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
		if (bytes_take(&p->bytes, len) == NULL)
			break;
	}
	return peel_undecoded(p, UNDECODED_LINK_HEADER);
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
	case TAG_PORT_TYPE: /* 2: TCP; anything else passes for UDP */
		flow->transport = len == 4 && be32(value) == 2 ? TRANSPORT_TCP
							       : TRANSPORT_UDP;
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
		const uint8_t *value = bytes_take(&p->bytes, len);

		if (value == NULL)
			break;
		if (tag != TAG_END) {
			upper_tag(&p->out->flow, tag, value, len, &is_sip);
			continue;
		}
		if (!is_sip)
			return STEP_LAST;
		p->out->payload = (struct slice){ (const char *)p->bytes.ptr,
						  p->bytes.len };
		p->out->offset = (uint32_t)(p->bytes.ptr - p->packet->data);
		p->out->cut = p->packet->len < p->packet->wire_len;
		p->found = true;
		return STEP_LAST;
	}
	return peel_undecoded(p, UNDECODED_LINK_HEADER);
}
