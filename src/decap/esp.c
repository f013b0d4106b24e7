/*
 * ESP (RFC 4303) without encryption (RFC 2410), as the SIP of mobile networks
 * has it.  No bit tells that from ciphertext: what lies inside must prove it.
 *
 * The trailer is padding of 1, 2, 3, its length and an IP protocol, and stands
 * before an integrity check value whose length is not told either.  Each
 * length in use is tried until everything fits.
 */
#include "peel.h"

#define ESP_HEADER  8 /* SPI and sequence number */
#define ESP_TRAILER 2 /* length of the padding, next header */

#define UDP_HEADER 8
#define TCP_HEADER 20

struct shape {
	uint8_t vector; /* bytes of the initialization vector */
	uint8_t check;  /* of the integrity check value */
};

static const struct shape shapes[] = {
	{ 0, 12 }, /* HMAC-MD5 and SHA-1 (RFC 2403, 2404), CMAC (RFC 4494) */
	{ 0, 16 }, /* HMAC-SHA-256 (RFC 4868) */
	{ 8, 16 }, /* AES-GMAC (RFC 4543) */
	{ 0, 24 }, /* HMAC-SHA-384 */
	{ 0, 32 }, /* HMAC-SHA-512 */
	{ 0, 0 },  /* none */
};

/* RFC 4303 section 2.4: the bytes count up from 1. */
static bool padding_counts(const uint8_t *padding, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (padding[i] != i + 1)
			return false;
	return true;
}

static bool udp_fits(struct bytes load)
{
	return load.len >= UDP_HEADER && be16(load.ptr + 4) == load.len;
}

/* RFC 9293 section 3.1: reserved bits are 0; no end where a beginning is. */
static bool tcp_fits(struct bytes load)
{
	enum { RESERVED = 0x0e };
	size_t header;
	uint8_t flags;

	if (load.len < TCP_HEADER)
		return false;
	header = (size_t)(load.ptr[12] >> 4) * 4;
	flags = load.ptr[13];
	return header >= TCP_HEADER && header <= load.len &&
	       (load.ptr[12] & RESERVED) == 0 &&
	       ((flags & TCP_SYN) == 0 || (flags & (TCP_FIN | TCP_RST)) == 0) &&
	       (flags & (TCP_SYN | TCP_RST | TCP_ACK)) != 0;
}

/* Shall the whole of `load` be what IP calls `protocol`? */
static bool inside_fits(uint8_t protocol, struct bytes load)
{
	switch (protocol) {
	case 4:
		return load.len >= 20 && load.ptr[0] >> 4 == 4 &&
		       be16(load.ptr + 2) == load.len;
	case 6:
		return tcp_fits(load);
	case 17:
		return udp_fits(load);
	case 41:
		return load.len >= 40 && load.ptr[0] >> 4 == 6 &&
		       be16(load.ptr + 4) + 40U == load.len;
	default:
		return false;
	}
}

/* What lies inside, if `esp` has that shape; `*next` is its protocol. */
static bool opened(struct bytes esp, struct shape shape, struct bytes *load,
		   uint8_t *next)
{
	size_t header = ESP_HEADER + (size_t)shape.vector;
	size_t len;
	size_t padding;

	if (esp.len < header + ESP_TRAILER + shape.check)
		return false;
	len = esp.len - shape.check;
	padding = esp.ptr[len - 2];
	*next = esp.ptr[len - 1];
	/* Section 2.4: the trailer ends at a multiple of four bytes. */
	if (len % 4 != 0 || padding > len - header - ESP_TRAILER)
		return false;
	len -= ESP_TRAILER + padding;
	*load = bytes_of(esp.ptr + header, len - header);
	return padding_counts(esp.ptr + len, padding) &&
	       inside_fits(*next, *load);
}

struct step peel_esp(struct peel *p)
{
	struct bytes load;
	uint8_t next;

	if (p->bytes.len < p->sent)
		return peel_undecoded(p, UNDECODED_TUNNEL);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (!opened(p->bytes, shapes[i], &load, &next))
			continue;
		p->bytes = load;
		p->sent = load.len;
		return peel_protocol(next);
	}
	return peel_undecoded(p, UNDECODED_TUNNEL);
}
