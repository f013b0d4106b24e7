/*
 * Tunnels over UDP.  A port announces one, but anybody may use that port for
 * something else: what does not begin like the tunnel is a datagram.
 */
#include "look.h"
#include "peel.h"

#define GTP_EXTENSIONS_MAX 16

static struct step refused(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_TUNNEL);
}

static bool begins(const struct peel *p, uint32_t mask, uint32_t value)
{
	return p->bytes.len >= 4 && (be32(p->bytes.ptr) & mask) == value;
}

/*
 * RFC 7348, and with a next protocol draft-ietf-nvo3-vxlan-gpe.  Bit I must be
 * set and the version be 0; the group policy has bits of its own (G, D, A).
 */
static struct step vxlan(struct peel *p)
{
	enum { NEXT = 0x04, MAINTENANCE = 0x01 };
	const uint8_t *header = p->bytes.ptr;
	struct step next = { peel_ethernet };

	if (!begins(p, 0x78b70000, 0x08000000))
		return peel_datagram(p);
	if (peel_take(p, 8) == NULL)
		return refused(p);
	if ((header[0] & MAINTENANCE) != 0)
		return STEP_LAST;
	if ((header[0] & NEXT) != 0)
		next = peel_next_protocol(header[3]);
	return next.peel == NULL ? refused(p) : next;
}

/* RFC 8926: options in units of four bytes, then what an EtherType says. */
static struct step geneve(struct peel *p)
{
	enum { CONTROL = 0x80 };
	const uint8_t *header = p->bytes.ptr;
	struct step next;

	if (!begins(p, 0xc03f0000, 0))
		return peel_datagram(p);
	if (peel_take(p, 8) == NULL ||
	    peel_take(p, (header[0] & 0x3f) * (size_t)4) == NULL)
		return refused(p);
	if ((header[1] & CONTROL) != 0)
		return STEP_LAST;
	next = peel_ethertype(be16(header + 2));
	return next.peel == NULL ? refused(p) : next;
}

/* 3GPP TS 29.281 section 5.2.1: each header ends with the type of the next. */
static struct step gtp_extensions(struct peel *p, uint8_t type)
{
	for (unsigned n = 0; type != 0; n++) {
		const uint8_t *header = p->bytes.ptr;
		size_t len;

		if (n == GTP_EXTENSIONS_MAX)
			return peel_undecoded(p, UNDECODED_NESTING);
		if (p->bytes.len == 0 || header[0] == 0)
			return refused(p);
		len = header[0] * (size_t)4;
		if (peel_take(p, len) == NULL)
			return refused(p);
		type = header[len - 1];
	}
	return peel_guessed(p);
}

/* Section 5.1: a packet of the user; the other messages are maintenance. */
static struct step gtp(struct peel *p)
{
	enum { EXTENSION = 0x04, ANY_OPTION = 0x07 };
	const uint8_t *header = p->bytes.ptr;
	const uint8_t *options;

	if (!begins(p, 0xf0ff0000, 0x30ff0000))
		return peel_datagram(p);
	if (peel_take(p, 8) == NULL)
		return refused(p);
	if ((header[0] & ANY_OPTION) == 0)
		return peel_guessed(p);
	options = peel_take(p, 4);
	if (options == NULL)
		return refused(p);
	if ((header[0] & EXTENSION) == 0)
		return peel_guessed(p);
	return gtp_extensions(p, options[3]);
}

/* RFC 4380 section 5.1.1: authentication, origin, both or none of them. */
static struct step teredo(struct peel *p)
{
	const uint8_t *first = p->bytes.ptr;

	if (begins(p, 0xffff0000, 0x00010000) &&
	    peel_take(p, 13 + (size_t)first[2] + first[3]) == NULL)
		return refused(p);
	if (begins(p, 0xffff0000, 0x00000000) && peel_take(p, 8) == NULL)
		return refused(p);
	if (begins(p, 0xf0000000, 0x60000000))
		return (struct step){ peel_ipv6 };
	return p->bytes.ptr == first ? peel_datagram(p) : refused(p);
}

/* RFC 7510.  RTP has version 2 where the highest labels would stand. */
static struct step mpls(struct peel *p)
{
	if (!begins(p, 0, 0) || p->bytes.ptr[0] >> 6 == 2)
		return peel_datagram(p);
	return (struct step){ peel_mpls };
}

/* RFC 8086: no bits but checksum, key and sequence, and version 0. */
static struct step gre(struct peel *p)
{
	if (!begins(p, 0x4fff0000, 0))
		return peel_datagram(p);
	return (struct step){ peel_gre };
}

/* RFC 3948: a byte keeps the mapping alive, and four zeros are IKE. */
static struct step esp(struct peel *p)
{
	if (p->bytes.len < 8 || be32(p->bytes.ptr) == 0)
		return peel_datagram(p);
	return (struct step){ peel_esp };
}

/* RFC 9300 section 5.1: eight bytes of flags, nonce and locators. */
static struct step lisp(struct peel *p)
{
	struct bytes load = p->bytes;

	if (bytes_take(&load, 8) == NULL || !looks_like_ip(load, p->sent - 8))
		return peel_datagram(p);
	(void)peel_take(p, 8);
	return (struct step){ peel_ip };
}

/* Of what GUE could carry, what is a tunnel itself. */
static struct step gue_carried(uint8_t protocol)
{
	static const uint8_t tunnels[] = { 4, 41, 47, 97, 137 };

	for (size_t i = 0; i < sizeof(tunnels); i++)
		if (tunnels[i] == protocol)
			return peel_protocol(protocol);
	return STEP_LAST;
}

/*
 * draft-ietf-intarea-gue: version 1 is IP itself, version 0 has a length in
 * units of four bytes and an IP protocol.
 */
static struct step gue(struct peel *p)
{
	const uint8_t *header = p->bytes.ptr;
	struct step next;

	if (looks_like_ip(p->bytes, p->sent))
		return (struct step){ peel_ip };
	if (!begins(p, 0xe0000000, 0))
		return peel_datagram(p);
	next = gue_carried(header[1]);
	if (next.peel == NULL)
		return peel_datagram(p);
	if (peel_take(p, 4 + (header[0] & 0x1f) * (size_t)4) == NULL)
		return refused(p);
	return next;
}

/* RFC 5415 section 4.3: a header of `words`, frames whole, native or not. */
static struct step capwap(struct peel *p)
{
	enum { NATIVE = 0x100, FRAGMENT = 0x80, KEEP_ALIVE = 0x08 };
	enum { BINDING_80211 = 1 };
	uint32_t first;
	size_t words;

	if (begins(p, 0xffffffff, 0x01000000)) /* DTLS */
		return refused(p);
	if (!begins(p, 0xff000007, 0))
		return peel_datagram(p);
	first = be32(p->bytes.ptr);
	words = first >> 19 & 0x1f;
	if (words < 2 || peel_take(p, words * 4) == NULL)
		return refused(p);
	if ((first & KEEP_ALIVE) != 0)
		return STEP_LAST;
	if ((first & FRAGMENT) != 0)
		return refused(p);
	if ((first & NATIVE) == 0)
		return (struct step){ peel_ethernet };
	if ((first >> 9 & 0x1f) != BINDING_80211)
		return refused(p);
	return (struct step){ peel_80211 };
}

/* Tags of a type, a length and a value; but the padding and the end. */
static bool tzsp_tags_passed(struct peel *p)
{
	enum { PADDING = 0, END = 1 };
	const uint8_t *tag;

	while ((tag = peel_take(p, 1)) != NULL && tag[0] != END) {
		if (tag[0] == PADDING)
			continue;
		tag = peel_take(p, 1);
		if (tag == NULL || peel_take(p, tag[0]) == NULL)
			return false;
	}
	return tag != NULL;
}

/* TaZmen Sniffer Protocol, as Wireshark reads it: version 1, packets only. */
static struct step tzsp(struct peel *p)
{
	static const struct step carried[128] = {
		[1] = { peel_ethernet }, [4] = { peel_ppp },
		[7] = { peel_ip },       [18] = { peel_80211 },
		[119] = { peel_prism },  [127] = { peel_avs },
	};
	const uint8_t *header = p->bytes.ptr;

	/* type 0, received, or 1, to be sent */
	if (!begins(p, 0xfffe0000, 0x01000000))
		return peel_datagram(p);
	if (peel_take(p, 4) == NULL || !tzsp_tags_passed(p))
		return refused(p);
	if (be16(header + 2) >= sizeof(carried) / sizeof(carried[0]) ||
	    carried[be16(header + 2)].peel == NULL)
		return refused(p);
	return carried[be16(header + 2)];
}

/* No two ports may share a place: the compiler says so if they do. */
#define PLACES 72

struct row {
	uint16_t port;
	struct step step;
};

/* clang-format off */
#define ROW(port, step) [(port) % PLACES] = { (port), { (step) } }

static const struct row rows[PLACES] = {
	ROW(1701,  peel_l2tp),
	ROW(2152,  gtp),
	ROW(3544,  teredo),
	ROW(4341,  lisp),
	ROW(4500,  esp),
	ROW(4754,  gre),
	ROW(4789,  vxlan),
	ROW(4790,  vxlan),		/* with a next protocol */
	ROW(5247,  capwap),
	ROW(6080,  gue),
	ROW(6081,  geneve),
	ROW(6635,  mpls),
	ROW(8472,  vxlan),		/* as Linux began it */
	ROW(9899,  peel_sctp),		/* RFC 6951 */
	ROW(37008, tzsp),
};
/* clang-format on */

struct step peel_udp_port(uint16_t port)
{
	const struct row *row = &rows[port % PLACES];

	return row->port == port ? row->step : STEP_LAST;
}
