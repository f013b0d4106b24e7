/* UDP (RFC 768); TCP (RFC 9293) and SCTP (RFC 9260) as far as to count them. */
#include "peel.h"

#define UDP_HEADER       8
#define TCP_HEADER       20
#define SCTP_HEADER      12
#define SCTP_DATA_HEADER 16

#define PORT_SIP  5060
#define PORT_SIPS 5061

/* The longest method that is looked for, and a blank. */
#define METHOD_LOOK 20

/* Tunnels over UDP, told by port and by the first four bytes of the payload. */
static const struct {
	uint16_t port;
	uint32_t mask;
	uint32_t value;
} tunnels[] = {
	{ 4789, 0xffffff00, 0x08000000 }, /* VXLAN, RFC 7348 */
	{ 8472, 0xffffff00, 0x08000000 }, /* VXLAN as Linux began it */
	{ 6081, 0xc000ffff, 0x00006558 }, /* GENEVE, RFC 8926: Ethernet */
	{ 6081, 0xc000ffff, 0x00000800 }, /* IPv4 */
	{ 6081, 0xc000ffff, 0x000086dd }, /* IPv6 */
	{ 2152, 0xf0ff0000, 0x30ff0000 }, /* GTP-U: a user's packet */
	{ 1701, 0xb4ff0000, 0x00020000 }, /* L2TP, RFC 2661: data */
	{ 3544, 0xf0000000, 0x60000000 }, /* Teredo, RFC 4380 */
	{ 6635, 0xc0000000, 0x00000000 }, /* MPLS, RFC 7510: low labels */
};

static bool is_tunnel(const struct flow *flow, struct slice payload)
{
	uint32_t first;

	if (payload.len < 4)
		return false;
	first = be32((const uint8_t *)payload.ptr);
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		if ((first & tunnels[i].mask) != tunnels[i].value)
			continue;
		if (flow->destination.port == tunnels[i].port ||
		    flow->source.port == tunnels[i].port)
			return true;
	}
	return false;
}

static void ports_set(struct peel *p, enum transport transport)
{
	struct flow *flow = &p->out->flow;

	flow->source.port = be16(p->bytes.ptr);
	flow->destination.port = be16(p->bytes.ptr + 2);
	flow->transport = transport;
}

/*
 * A length of 0 means "what IP says" (RFC 2675).  One that is longer than what
 * IP carries is a lie that must not lose the message: it is given as cut.
 */
struct step peel_udp(struct peel *p)
{
	const uint8_t *udp = p->bytes.ptr;
	size_t captured = p->bytes.len;
	size_t sent;

	if (captured < UDP_HEADER)
		return peel_undecoded(p, UNDECODED_UDP_HEADER);
	sent = be16(udp + 4);
	if (sent == 0)
		sent = p->sent;
	if (sent < UDP_HEADER)
		return peel_undecoded(p, UNDECODED_UDP_HEADER);
	if (captured > sent)
		captured = sent;
	ports_set(p, TRANSPORT_UDP);
	p->out->payload = (struct slice){ (const char *)udp + UDP_HEADER,
					  captured - UDP_HEADER };
	p->out->offset = (uint32_t)(udp + UDP_HEADER - p->packet->data);
	p->out->cut = captured < sent;
	p->out->print = 0;
	if (is_tunnel(&p->out->flow, p->out->payload))
		return peel_tunnel(p);
	p->found = true;
	return STEP_LAST;
}

static bool is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* A status line, or a method and the beginning of a URI. */
static bool looks_like_sip(const uint8_t *at, size_t len)
{
	size_t n = 0;

	if (len >= 8 && memcmp(at, "SIP/2.0 ", 8) == 0)
		return true;
	while (n < len && n < METHOD_LOOK && is_upper(at[n]))
		n++;
	if (n == 0 || len - n < 4 || at[n] != ' ')
		return false;
	return memcmp(at + n + 1, "sip", 3) == 0 ||
	       memcmp(at + n + 1, "tel", 3) == 0;
}

static bool is_sip_port(const uint8_t *ports)
{
	uint16_t from = be16(ports);
	uint16_t to = be16(ports + 2);

	return from == PORT_SIP || from == PORT_SIPS || to == PORT_SIP ||
	       to == PORT_SIPS;
}

/* Counts a segment in which an operator may miss his SIP, and no other. */
static struct step stream(struct peel *p, size_t payload, enum undecoded reason)
{
	const uint8_t *at = p->bytes.ptr;

	if (payload >= p->bytes.len)
		return STEP_LAST;
	if (is_sip_port(at) ||
	    looks_like_sip(at + payload, p->bytes.len - payload))
		return peel_undecoded(p, reason);
	return STEP_LAST;
}

struct step peel_tcp(struct peel *p)
{
	if (p->bytes.len < TCP_HEADER)
		return STEP_LAST;
	return stream(p, (size_t)(p->bytes.ptr[12] >> 4) * 4, UNDECODED_TCP);
}

struct step peel_sctp(struct peel *p)
{
	const uint8_t *at = p->bytes.ptr;

	/* Only a packet that begins with DATA (chunk type 0) carries some. */
	if (p->bytes.len <= SCTP_HEADER || at[SCTP_HEADER] != 0)
		return STEP_LAST;
	return stream(p, SCTP_HEADER + SCTP_DATA_HEADER, UNDECODED_SCTP);
}
