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

#include "sipmon/base/bytes.h"
#include "sipmon/decap/decap.h"

struct peel {
	struct bytes bytes; /* captured, from the present header on */
	size_t sent;        /* bytes there were in it, as IP says */
	const struct packet *packet;
	struct counters *counters;
	struct datagram *out;
	uint16_t ip_id;
	bool found; /* `out` is filled */
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

/* Where a packet of that link type begins. */
struct step peel_link(uint16_t link_type);

/* What follows an EtherType, and an IP protocol number. */
struct step peel_ethertype(uint16_t type);
struct step peel_protocol(uint8_t protocol);

/* IP of either version, told by its first four bits. */
struct step peel_ip(struct peel *p);

/* LLC and SNAP (IEEE 802.2), in front of an EtherType. */
struct step peel_llc(struct peel *p);

/* A tunnel that is not opened. */
struct step peel_tunnel(struct peel *p);

struct step peel_ipv4(struct peel *p);
struct step peel_ipv6(struct peel *p);
struct step peel_udp(struct peel *p);
struct step peel_tcp(struct peel *p);
struct step peel_sctp(struct peel *p);
struct step peel_80211(struct peel *p);
struct step peel_radiotap(struct peel *p);
struct step peel_prism(struct peel *p);
struct step peel_nflog(struct peel *p);
struct step peel_upper_pdu(struct peel *p);

#endif
