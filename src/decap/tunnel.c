/*
 * Tunnels that an EtherType or an IP protocol number announces.
 *
 * What they say about the length of their load is not needed: IP inside has a
 * length of its own, and so a lie loses nothing.
 */
#include "look.h"
#include "peel.h"

#define MPLS_LABELS_MAX 16
#define MPLS_OAM        13     /* the G-ACh label, RFC 5586 */
#define PSEUDOWIRE_OAM  0x1000 /* RFC 4385 section 5 */

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING  0x4000
#define GRE_KEY      0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK      0x0080
#define GRE_VERSION  0x0007
#define GRE_PPP      0x880b
#define GRE_ERSPAN   0x88be

static struct step refused(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_TUNNEL);
}

/* Behind a header of `n` bytes, of which nothing must be known. */
static struct step behind(struct peel *p, size_t n, struct step next)
{
	return peel_take(p, n) == NULL ? refused(p) : next;
}

struct step peel_guessed(struct peel *p)
{
	uint8_t nibble;

	if (p->bytes.len == 0)
		return refused(p);
	if (looks_like_ip_in_ethernet(p->bytes, p->sent))
		return (struct step){ peel_ethernet };
	if (looks_like_ip(p->bytes, p->sent))
		return (struct step){ peel_ip };
	if (looks_like_ethernet(p->bytes, p->sent))
		return (struct step){ peel_ethernet };
	nibble = p->bytes.ptr[0] >> 4;
	if (nibble == 4 || nibble == 6)
		return (struct step){ peel_ip };
	return refused(p);
}

/*
 * RFC 4385 section 1.1: the first four bits tell IP from a pseudowire with a
 * control word (0) and from its maintenance (1).  A pseudowire of Ethernet
 * (RFC 4448) may lack the control word, and a hardware address may begin like
 * all of them.
 */
static struct step unlabelled(struct peel *p)
{
	struct bytes frame = p->bytes;
	const uint8_t *word = bytes_take(&frame, 4);

	if (word == NULL)
		return refused(p);
	if (word[0] >> 4 == 0 &&
	    !looks_like_ip_in_ethernet(p->bytes, p->sent) &&
	    looks_like_ethernet(frame, p->sent - 4))
		return behind(p, 4, (struct step){ peel_ethernet });
	if (be16(word) == PSEUDOWIRE_OAM &&
	    !looks_like_ethernet(p->bytes, p->sent))
		return STEP_LAST;
	return peel_guessed(p);
}

/* RFC 3032: labels of four bytes, the last of them marked. */
struct step peel_mpls(struct peel *p)
{
	const uint8_t *label;
	unsigned n = 0;

	do {
		if (n++ == MPLS_LABELS_MAX)
			return peel_undecoded(p, UNDECODED_NESTING);
		label = peel_take(p, 4);
		if (label == NULL)
			return refused(p);
	} while ((label[2] & 0x01) == 0);
	if (be32(label) >> 12 == MPLS_OAM)
		return STEP_LAST;
	return unlabelled(p);
}

/* RFC 2516, in the stage of session. */
struct step peel_pppoe(struct peel *p)
{
	const uint8_t *header = peel_take(p, 6);

	if (header == NULL || header[0] != 0x11 || header[1] != 0)
		return refused(p);
	return (struct step){ peel_ppp };
}

/* IEEE 802.1ah: a tag of four bytes, then the frame of the customer. */
struct step peel_backbone(struct peel *p)
{
	return behind(p, 4, (struct step){ peel_ethernet });
}

/* RFC 6325 section 3: options in units of four bytes. */
struct step peel_trill(struct peel *p)
{
	const uint8_t *header = peel_take(p, 6);

	if (header == NULL || header[0] >> 6 != 0)
		return refused(p);
	return behind(p, (be16(header) >> 6 & 0x1f) * (size_t)4,
		      (struct step){ peel_ethernet });
}

/*
 * IEEE 802.1AE: version, encrypted, changed; with or without the identifier of
 * the channel.  The check value behind the frame is cut off by IP.
 */
struct step peel_macsec(struct peel *p)
{
	enum { VERSION = 0x80, CHANNEL = 0x20, ENCRYPTED = 0x08, CHANGED = 4 };
	const uint8_t *tag = peel_take(p, 6);
	const uint8_t *type;

	if (tag == NULL || (tag[0] & (VERSION | ENCRYPTED | CHANGED)) != 0)
		return refused(p);
	if ((tag[0] & CHANNEL) != 0 && peel_take(p, 8) == NULL)
		return refused(p);
	type = peel_take(p, 2);
	return type == NULL ? refused(p) : peel_type_or_length(be16(type));
}

/* RFC 8300 section 2.2; VXLAN-GPE has the same numbers. */
struct step peel_next_protocol(uint8_t next)
{
	static const struct step steps[] = {
		[1] = { peel_ipv4 },     [2] = { peel_ipv6 },
		[3] = { peel_ethernet }, [4] = { peel_nsh },
		[5] = { peel_mpls },
	};

	if (next >= sizeof(steps) / sizeof(steps[0]))
		return STEP_LAST;
	return steps[next];
}

/* Length in units of four bytes, the first four among them. */
struct step peel_nsh(struct peel *p)
{
	const uint8_t *base = peel_take(p, 4);
	struct step next;
	size_t words;

	if (base == NULL || base[0] >> 6 != 0)
		return refused(p);
	words = base[1] & 0x3f;
	if (words < 2 || peel_take(p, (words - 1) * 4) == NULL)
		return refused(p);
	if ((base[0] & 0x20) != 0) /* maintenance of the path */
		return STEP_LAST;
	next = peel_next_protocol(base[3]);
	return next.peel == NULL ? refused(p) : next;
}

/* RFC 3378 */
struct step peel_etherip(struct peel *p)
{
	const uint8_t *header = peel_take(p, 2);

	if (header == NULL || be16(header) != 0x3000)
		return refused(p);
	return (struct step){ peel_ethernet };
}

/* draft-foschiano-erspan: type II, which GRE with a sequence announces. */
static struct step erspan_2(struct peel *p)
{
	const uint8_t *header = peel_take(p, 8);

	if (header == NULL || header[0] >> 4 != 1)
		return refused(p);
	return (struct step){ peel_ethernet };
}

/* Type III: perhaps a header of the platform, and a type of frame. */
static struct step erspan_3(struct peel *p)
{
	const uint8_t *header = peel_take(p, 12);
	unsigned type;

	if (header == NULL || header[0] >> 4 != 2)
		return refused(p);
	if ((header[11] & 0x01) != 0 && peel_take(p, 8) == NULL)
		return refused(p);
	type = header[10] >> 2 & 0x1f;
	if (type == 0)
		return (struct step){ peel_ethernet };
	if (type == 2)
		return (struct step){ peel_ip };
	return refused(p);
}

/* draft-wilson-wrec-wccp-v2: version 2 has a header of four bytes. */
static struct step wccp(struct peel *p)
{
	if (looks_like_ip(p->bytes, p->sent))
		return (struct step){ peel_ip };
	return behind(p, 4, (struct step){ peel_ip });
}

static struct step silent(struct peel *p)
{
	(void)p;
	return STEP_LAST;
}

/* What GRE carries beyond the EtherTypes. */
/* clang-format off */
static const struct {
	uint16_t type;
	struct step step;
} gre_types[] = {
	{ 0x0000,     { silent } },	/* keep-alive */
	{ 0x00fe,     { silent } },	/* OSI, RFC 2784 */
	{ 0x0806,     { silent } },	/* ARP */
	{ 0x2000,     { silent } },	/* CDP */
	{ 0x2001,     { silent } },	/* NHRP, RFC 2332 */
	{ 0xb7ea,     { silent } },	/* control, RFC 8157 */
	{ 0x22eb,     { erspan_3 } },
	{ 0x883e,     { wccp } },
	{ GRE_PPP,    { peel_ppp } },
	{ GRE_ERSPAN, { peel_ethernet } },
};
/* clang-format on */

static struct step gre_carried(struct peel *p, uint16_t type)
{
	struct step step = peel_ethertype(type);

	for (size_t i = 0; i < sizeof(gre_types) / sizeof(gre_types[0]); i++)
		if (gre_types[i].type == type)
			return gre_types[i].step;
	return step.peel == NULL ? refused(p) : step;
}

/* RFC 2637: version 1 carries PPP; what has no sequence carries nothing. */
static struct step gre_enhanced(struct peel *p, uint16_t flags, uint16_t type)
{
	size_t options = (flags & GRE_ACK) != 0 ? 12 : 8;

	if (type != GRE_PPP || (flags & GRE_KEY) == 0)
		return refused(p);
	if ((flags & GRE_SEQUENCE) == 0)
		return STEP_LAST;
	return behind(p, options, (struct step){ peel_ppp });
}

/* RFC 1701: source routes, each with a length, to an empty one. */
static bool routes_passed(struct peel *p)
{
	const uint8_t *route;

	do {
		route = peel_take(p, 4);
		if (route == NULL || peel_take(p, route[3]) == NULL)
			return false;
	} while (be16(route) != 0 || route[3] != 0);
	return true;
}

/* RFC 2784, RFC 2890: checksum, key and sequence are there if a bit says so. */
struct step peel_gre(struct peel *p)
{
	const uint8_t *base = peel_take(p, 4);
	size_t options = 0;
	uint16_t flags;
	uint16_t type;

	if (base == NULL)
		return refused(p);
	flags = be16(base);
	type = be16(base + 2);
	if ((flags & GRE_VERSION) == 1)
		return gre_enhanced(p, flags, type);
	if ((flags & (GRE_CHECKSUM | GRE_ROUTING)) != 0)
		options += 4;
	if ((flags & GRE_KEY) != 0)
		options += 4;
	if ((flags & GRE_SEQUENCE) != 0)
		options += 4;
	if ((flags & GRE_VERSION) != 0 || peel_take(p, options) == NULL)
		return refused(p);
	if ((flags & GRE_ROUTING) != 0 && !routes_passed(p))
		return refused(p);
	if (type == GRE_ERSPAN && (flags & GRE_SEQUENCE) != 0)
		return erspan_2(p);
	return gre_carried(p, type);
}
