#include "sipmon/capture/inside.h"

#include <ctype.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define SNAPLEN 262144

/* So much of the payload stands behind the headers: filters that look into it
 * look at its begin. */
#define PAYLOAD_SHOWN 256

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define L4_HEADER   20 /* the longest: of TCP */

struct inside {
	struct bpf_program code;
};

/* Is there "port" or "portrange", and not as a part of another word? */
static bool names_ports(const char *expression)
{
	const char *at = expression;

	while ((at = strstr(at, "port")) != NULL) {
		bool begins =
			at == expression || !isalnum((unsigned char)at[-1]);

		at += 4;
		if (strncmp(at, "range", 5) == 0)
			at += 5;
		if (begins && !isalnum((unsigned char)*at))
			return true;
	}
	return false;
}

static bool compile(struct bpf_program *code, const char *expression)
{
	pcap_t *dead = pcap_open_dead(DLT_RAW, SNAPLEN);
	bool good;

	if (dead == NULL)
		return false;
	good = pcap_compile(dead, code, expression, 1, PCAP_NETMASK_UNKNOWN) ==
	       0;
	pcap_close(dead);
	return good;
}

bool inside_is_wanted(const char *expression)
{
	struct bpf_program code;

	if (!names_ports(expression) || !compile(&code, expression))
		return false;
	pcap_freecode(&code);
	return true;
}

void inside_widen(const char *expression, bool on_link, struct buf *out)
{
	/* IP in IP, GRE, ESP, AH, EtherIP, L2TPv3, MPLS in IP. */
	static const unsigned protocols[] = { 4, 41, 47, 50, 51, 97, 115, 137 };
	/* VXLAN, Geneve, GTP-U, L2TP, Teredo, MPLS, TZSP, GRE, LISP, GUE,
	 * CAPWAP, SCTP and ESP in UDP. */
	static const unsigned ports[] = { 4789, 4790, 8472, 6081, 2152,
					  1701, 3544, 6635, 4754, 37008,
					  4341, 6080, 5247, 9899, 4500 };
	/* Hop-by-hop, routing, fragment, destination options of IPv6,
	 * mobility, HIP, Shim6. */
	static const unsigned extensions[] = { 0, 43, 44, 60, 135, 139, 140 };
	/* VLAN tags of all kinds, MPLS, PPPoE, 802.1ah, MACsec, NSH, TRILL,
	 * VN-Tag, FabricPath, 802.1BR, 802.1CB, Ethernet in itself. */
	static const unsigned types[] = {
		0x8100, 0x88a8, 0x9100, 0x9200, 0x9300, 0x8847,
		0x8848, 0x8864, 0x88e7, 0x88e5, 0x894f, 0x22f3,
		0x8926, 0x8903, 0x893f, 0xf1c1, 0x6558,
	};

	buf_add_format(out, "(%s) or ip[6:2] & 0x3fff != 0", expression);
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		buf_add_format(out, " or ip6[6] == %u", extensions[i]);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		buf_add_format(out, " or ip proto %u or ip6 proto %u",
			       protocols[i], protocols[i]);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		buf_add_format(out, " or udp port %u", ports[i]);
	for (size_t i = 0; on_link && i < sizeof(types) / sizeof(types[0]); i++)
		buf_add_format(out, " or ether proto 0x%x", types[i]);
	buf_add_char(out, '\0');
}

struct inside *inside_new(const char *expression)
{
	struct inside *i = calloc(1, sizeof(*i));

	if (i != NULL && names_ports(expression) &&
	    compile(&i->code, expression))
		return i;
	free(i);
	return NULL;
}

void inside_free(struct inside *i)
{
	if (i == NULL)
		return;
	pcap_freecode(&i->code);
	free(i);
}

/* ---- a packet of plain IP */

struct made {
	uint8_t bytes[IPV6_HEADER + L4_HEADER + PAYLOAD_SHOWN];
	size_t len;
	size_t sent;
};

static void put16(struct made *m, size_t at, size_t value)
{
	m->bytes[at] = (uint8_t)(value >> 8);
	m->bytes[at + 1] = (uint8_t)value;
}

static void put32(struct made *m, size_t at, uint32_t value)
{
	put16(m, at, value >> 16);
	put16(m, at + 2, value & 0xffff);
}

static uint8_t protocol_of(const struct payload *p)
{
	switch (p->flow.transport) {
	case TRANSPORT_UDP:
		return 17;
	case TRANSPORT_SCTP:
		return 132;
	default:
		return 6;
	}
}

static void make_ip(struct made *m, const struct payload *p, size_t inside)
{
	const struct endpoint *from = &p->flow.source;
	const struct endpoint *to = &p->flow.destination;

	if (from->family == 6) {
		m->bytes[0] = 0x60;
		put16(m, 4, inside);
		m->bytes[6] = protocol_of(p);
		memcpy(m->bytes + 8, from->address, 16);
		memcpy(m->bytes + 24, to->address, 16);
		m->len = IPV6_HEADER;
		return;
	}
	m->bytes[0] = 0x45;
	put16(m, 2, IPV4_HEADER + inside);
	m->bytes[9] = protocol_of(p);
	memcpy(m->bytes + 12, from->address, 4);
	memcpy(m->bytes + 16, to->address, 4);
	m->len = IPV4_HEADER;
}

static void make(struct made *m, const struct payload *p)
{
	uint8_t protocol = protocol_of(p);
	size_t header = protocol == 17 ? 8 : protocol == 6 ? 20 : 0;
	size_t shown =
		p->bytes.len < PAYLOAD_SHOWN ? p->bytes.len : PAYLOAD_SHOWN;
	size_t at;

	make_ip(m, p, header + p->sent);
	at = m->len;
	put16(m, at, p->flow.source.port);
	put16(m, at + 2, p->flow.destination.port);
	if (protocol == 17) {
		put16(m, at + 4, header + p->sent);
	} else if (protocol == 6) {
		put32(m, at + 4, p->sequence);
		put32(m, at + 8, p->acknowledgment);
		m->bytes[at + 12] = 0x50;
		m->bytes[at + 13] = p->tcp_flags;
	}
	m->len += header;
	if (shown > 0)
		memcpy(m->bytes + m->len, p->bytes.ptr, shown);
	m->len += shown;
	m->sent = m->len - shown + p->sent;
}

bool inside_matches(struct inside *i, const struct payload *p)
{
	struct made m = { { 0 }, 0, 0 };
	struct pcap_pkthdr header = { .len = 0 };

	make(&m, p);
	header.caplen = (bpf_u_int32)m.len;
	header.len = (bpf_u_int32)(m.sent > m.len ? m.sent : m.len);
	return pcap_offline_filter(&i->code, &header, m.bytes) != 0;
}
