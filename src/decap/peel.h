/*
 * peel.h - one packet on its way from the link header to its payload.
 *
 * A step takes one header off and names the next step, so that what lies
 * inside what is bounded in one place, and a tunnel is a step like any other.
 */
#ifndef SIPMON_DECAP_PEEL_H
#define SIPMON_DECAP_PEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/bytes.h"
#include "sipmon/decap/decap.h"

struct fragments;

struct peel {
	struct bytes bytes; /* captured, from the present header on */
	size_t sent; /* bytes there were in it, as IP says; never fewer */
	const struct packet *packet;
	struct counters *counters;
	struct fragments *fragments; /* of IP, that wait for the others */
	struct buf *scratch;         /* for what must be unpacked */
	struct payload *out;
	uint16_t ip_id;
	bool joined; /* `bytes` lie no more in the packet: put together */
	bool found;  /* `out` is filled */
};

struct step {
	struct step (*peel)(struct peel *p); /* NULL: this was the last */
};

#define STEP_LAST ((struct step){ NULL })

/* The last step of a packet that could not be read: counts the reason. */
static inline struct step peel_undecoded(struct peel *p, enum undecoded reason)
{
	p->counters->undecoded[reason]++;
	return STEP_LAST;
}

/*
 * The last step of one that was: `len` bytes at `at`, of which there were
 * `sent`.
 */
static inline struct step peel_found(struct peel *p, enum payload_kind kind,
				     const uint8_t *at, size_t len, size_t sent)
{
	const struct packet *packet = p->packet;
	struct payload *out = p->out;

	out->kind = (uint8_t)kind;
	out->bytes = (struct slice){ (const char *)at, len };
	out->sent = (uint32_t)sent;
	out->offset = PACKET_NO_OFFSET;
	if (!p->joined && packet->offset != PACKET_NO_OFFSET)
		out->offset = packet->offset + (uint64_t)(at - packet->data);
	p->found = true;
	return STEP_LAST;
}

/* Takes a header of `n` bytes off; NULL if fewer were captured. */
static inline const uint8_t *peel_take(struct peel *p, size_t n)
{
	const uint8_t *header = bytes_take(&p->bytes, n);

	if (header != NULL)
		p->sent -= n < p->sent ? n : p->sent;
	return header;
}

/* Where a packet of that link type begins. */
struct step peel_link(uint16_t link_type);

/*
 * What follows a number: an EtherType, one that may be a length (IEEE 802.3),
 * an IP protocol, the next protocol of RFC 8300, and what a UDP port may
 * announce.  STEP_LAST if that is nothing of ours.
 */
struct step peel_ethertype(uint16_t type);
struct step peel_type_or_length(uint16_t type);
struct step peel_protocol(uint8_t protocol);
struct step peel_next_protocol(uint8_t next);
struct step peel_udp_port(uint16_t port);

/* IP or Ethernet, as it looks; a tunnel that is not opened if like neither. */
struct step peel_guessed(struct peel *p);

/* Links; LLC (IEEE 802.2) stands in front of an EtherType. */
struct step peel_ethernet(struct peel *p);
struct step peel_llc(struct peel *p);
struct step peel_ppp(struct peel *p);
struct step peel_80211(struct peel *p);
struct step peel_radiotap(struct peel *p);
struct step peel_prism(struct peel *p);
struct step peel_avs(struct peel *p);
struct step peel_nflog(struct peel *p);
struct step peel_upper_pdu(struct peel *p);
struct step peel_ppi(struct peel *p);
struct step peel_pktap(struct peel *p);
struct step peel_user(struct peel *p);

/* IP; of either version, told by its first four bits. */
struct step peel_ip(struct peel *p);
struct step peel_ipv4(struct peel *p);
struct step peel_ipv6(struct peel *p);

/* Transports. */
struct step peel_udp(struct peel *p);
struct step peel_tcp(struct peel *p);
struct step peel_sctp(struct peel *p);

/* The payload of a UDP datagram that is no tunnel: HEP, or a message. */
struct step peel_datagram(struct peel *p);

/* HEP: the bytes are one datagram, of `sent` bytes. */
struct step peel_hep(struct peel *p);

/* Tunnels.  A header that is broken or cut, or hides the rest, is counted. */
struct step peel_mpls(struct peel *p);
struct step peel_pppoe(struct peel *p);
struct step peel_backbone(struct peel *p); /* IEEE 802.1ah */
struct step peel_trill(struct peel *p);
struct step peel_macsec(struct peel *p);
struct step peel_nsh(struct peel *p);
struct step peel_gre(struct peel *p);
struct step peel_etherip(struct peel *p);
struct step peel_l2tp(struct peel *p);   /* over UDP: versions 2 and 3 */
struct step peel_l2tpv3(struct peel *p); /* over IP: from its session on */
struct step peel_esp(struct peel *p);

/* A tunnel that is not opened. */
struct step peel_tunnel(struct peel *p);

#endif
