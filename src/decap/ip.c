/*
 * IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200 section 4).
 *
 * The captured length rules; what a header says can only shorten it.  Only a
 * total length of 0 is believed to mean "all of it": network cards that cut
 * segments themselves (TSO), and jumbograms.
 */
#include <string.h>

#include "fragment.h"
#include "peel.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40

/* RFC 791: more fragments, and the offset; "do not fragment" is not in it. */
#define IPV4_FRAGMENT 0x3fff

static void endpoint_set(struct endpoint *e, uint8_t family,
			 const uint8_t *address)
{
	*e = (struct endpoint){ .family = family };
	memcpy(e->address, address, family == 4 ? 4 : 16);
}

/* Sets what lies inside the IP packet: `sent` bytes, if they were captured. */
static void inside(struct peel *p, const uint8_t *at, size_t captured,
		   size_t sent)
{
	p->sent = sent;
	p->bytes = bytes_of(at, captured < sent ? captured : sent);
}

/* A fragment: its datagram goes on when it is whole. */
static struct step join(struct peel *p, struct fragment *f)
{
	struct joined whole;

	f->source = p->out->flow.source;
	f->destination = p->out->flow.destination;
	f->bytes = p->bytes;
	f->sent = p->sent;
	f->time_ns = p->packet->time_ns;
	if (!fragments_push(p->fragments, f, &whole))
		return STEP_LAST;
	p->bytes = whole.bytes;
	p->sent = whole.sent;
	p->joined = true;
	return peel_protocol(whole.protocol);
}

struct step peel_ipv4(struct peel *p)
{
	const uint8_t *ip = p->bytes.ptr;
	size_t captured = p->bytes.len;
	size_t header;
	size_t total;

	if (captured < IPV4_HEADER || ip[0] >> 4 != 4)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	header = (size_t)(ip[0] & 0x0f) * 4;
	total = be16(ip + 2);
	if (total == 0)
		total = captured;
	if (header < IPV4_HEADER || header > captured || header > total)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	p->ip_id = be16(ip + 4);
	endpoint_set(&p->out->flow.source, 4, ip + 12);
	endpoint_set(&p->out->flow.destination, 4, ip + 16);
	inside(p, ip + header, captured - header, total - header);
	if ((be16(ip + 6) & IPV4_FRAGMENT) != 0)
		return join(p, &(struct fragment){
				       .id = p->ip_id,
				       .protocol = ip[9],
				       .more = (ip[6] & 0x20) != 0,
				       .offset = be16(ip + 6) % 0x2000 * 8U,
			       });
	return peel_protocol(ip[9]);
}

struct step peel_ipv6(struct peel *p)
{
	const uint8_t *ip = p->bytes.ptr;
	size_t captured = p->bytes.len;
	size_t sent;

	if (captured < IPV6_HEADER || ip[0] >> 4 != 6)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	captured -= IPV6_HEADER;
	sent = be16(ip + 4);
	if (sent == 0)
		sent = captured;
	p->ip_id = 0;
	endpoint_set(&p->out->flow.source, 6, ip + 8);
	endpoint_set(&p->out->flow.destination, 6, ip + 24);
	inside(p, ip + IPV6_HEADER, captured, sent);
	return peel_protocol(ip[6]);
}

struct step peel_ip(struct peel *p)
{
	if (p->bytes.len == 0)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	return p->bytes.ptr[0] >> 4 == 6 ? peel_ipv6(p) : peel_ipv4(p);
}

/* Takes an extension header of `len` bytes off. */
static struct step past(struct peel *p, size_t len)
{
	const uint8_t *header = bytes_take(&p->bytes, len);

	if (header == NULL)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	p->sent -= len;
	return peel_protocol(header[0]);
}

/* RFC 6564: next header, length in units of 8 bytes beyond the first 8. */
static struct step extension(struct peel *p)
{
	if (p->out->flow.source.family != 6)
		return STEP_LAST;
	if (p->bytes.len < 8)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	return past(p, ((size_t)p->bytes.ptr[1] + 1) * 8);
}

/* RFC 4302: length in units of 4 bytes, less 2.  Of both versions of IP. */
static struct step authentication(struct peel *p)
{
	if (p->bytes.len < 12)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	return past(p, ((size_t)p->bytes.ptr[1] + 2) * 4);
}

/* RFC 6946: one that is no fragment at all, "atomic", is read. */
static struct step fragment(struct peel *p)
{
	const uint8_t *header;

	if (p->out->flow.source.family != 6)
		return STEP_LAST;
	if (p->bytes.len < 8)
		return peel_undecoded(p, UNDECODED_IP_HEADER);
	header = p->bytes.ptr;
	if ((be16(header + 2) & 0xfff9) == 0)
		return past(p, 8);
	(void)bytes_take(&p->bytes, 8);
	p->sent -= 8;
	return join(p, &(struct fragment){
			       .id = be32(header + 4),
			       .protocol = header[0],
			       .more = (header[3] & 1) != 0,
			       .offset = be16(header + 2) & 0xfff8U,
		       });
}

struct step peel_tunnel(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_TUNNEL);
}

/* Protocol numbers of IANA; what has no row cannot carry SIP. */
/* clang-format off */
static const struct step protocols[256] = {
	[0]   = { extension },		/* hop-by-hop options */
	[4]   = { peel_ipv4 },		/* IPv4 in IP, RFC 2003 */
	[6]   = { peel_tcp },
	[17]  = { peel_udp },
	[41]  = { peel_ipv6 },		/* IPv6 in IP, RFC 2473 */
	[43]  = { extension },		/* routing */
	[44]  = { fragment },
	[47]  = { peel_gre },		/* RFC 2784 */
	[50]  = { peel_esp },		/* RFC 4303 */
	[51]  = { authentication },
	[60]  = { extension },		/* destination options */
	[97]  = { peel_etherip },	/* RFC 3378 */
	[115] = { peel_l2tpv3 },	/* RFC 3931 */
	[132] = { peel_sctp },
	[135] = { extension },		/* mobility */
	[137] = { peel_mpls },		/* MPLS in IP, RFC 4023 */
	[139] = { extension },		/* HIP */
	[140] = { extension },		/* Shim6 */
};
/* clang-format on */

struct step peel_protocol(uint8_t protocol)
{
	return protocols[protocol];
}
