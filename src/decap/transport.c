/* UDP (RFC 768), and the headers of TCP (RFC 9293) and SCTP (RFC 9260). */
#include "sipmon/net/hep.h"

#include "look.h"
#include "peel.h"

#define UDP_HEADER  8
#define TCP_HEADER  20
#define SCTP_HEADER 12

static void ports_set(struct peel *p, enum transport transport)
{
	struct flow *flow = &p->out->flow;

	flow->source.port = be16(p->bytes.ptr);
	flow->destination.port = be16(p->bytes.ptr + 2);
	flow->transport = transport;
}

struct step peel_datagram(struct peel *p)
{
	struct slice load = { (const char *)p->bytes.ptr, p->bytes.len };

	if (hep_recognise(load))
		return (struct step){ peel_hep };
	return peel_found(p, PAYLOAD_DATAGRAM, p->bytes.ptr, p->bytes.len,
			  p->sent);
}

/*
 * A length of 0 means "what IP says" (RFC 2675).  One that is longer than what
 * IP carries is a lie that must not lose the message: it is given as cut.
 * SIP may stand on any port, also on that of a tunnel.
 */
struct step peel_udp(struct peel *p)
{
	const uint8_t *udp = p->bytes.ptr;
	struct step tunnel;
	size_t sent;

	if (p->bytes.len < UDP_HEADER)
		return peel_undecoded(p, UNDECODED_UDP_HEADER);
	sent = be16(udp + 4);
	if (sent == 0)
		sent = p->sent;
	if (sent < UDP_HEADER)
		return peel_undecoded(p, UNDECODED_UDP_HEADER);
	ports_set(p, TRANSPORT_UDP);
	if (p->bytes.len > sent)
		p->bytes.len = sent;
	(void)bytes_take(&p->bytes, UDP_HEADER);
	p->sent = sent - UDP_HEADER;
	tunnel = peel_udp_port(p->out->flow.destination.port);
	if (tunnel.peel == NULL)
		tunnel = peel_udp_port(p->out->flow.source.port);
	if (tunnel.peel != NULL && !looks_like_sip(p->bytes))
		return tunnel;
	return peel_datagram(p);
}

struct step peel_tcp(struct peel *p)
{
	const uint8_t *tcp = p->bytes.ptr;
	size_t captured = p->bytes.len;
	size_t header;

	if (captured < TCP_HEADER)
		return peel_undecoded(p, UNDECODED_TCP_HEADER);
	header = (size_t)(tcp[12] >> 4) * 4;
	if (header < TCP_HEADER || header > p->sent)
		return peel_undecoded(p, UNDECODED_TCP_HEADER);
	ports_set(p, TRANSPORT_TCP);
	p->out->sequence = be32(tcp + 4);
	p->out->acknowledgment = be32(tcp + 8);
	p->out->tcp_flags = tcp[13];
	p->sent -= header;
	if (header > captured)
		header = captured; /* cut within the options */
	return peel_found(p, PAYLOAD_SEGMENT, tcp + header, captured - header,
			  p->sent);
}

struct step peel_sctp(struct peel *p)
{
	if (p->bytes.len < SCTP_HEADER)
		return peel_undecoded(p, UNDECODED_SCTP);
	ports_set(p, TRANSPORT_SCTP);
	return peel_found(p, PAYLOAD_SCTP, p->bytes.ptr, p->bytes.len, p->sent);
}
