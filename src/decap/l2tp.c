/* L2TP over UDP (RFC 2661, RFC 3931 section 4.1.2) and over IP (4.1.1). */
#include "look.h"
#include "peel.h"

#define LENGTH    0x4000
#define SEQUENCE  0x0800
#define OFFSET    0x0200
#define VERSION_3 0x0003

/* What must be, in a message of data of version 2: T, version, spare bits. */
#define VERSION_2_MASK  0xb4ff
#define VERSION_2_VALUE 0x0002

static struct step refused(struct peel *p)
{
	return peel_undecoded(p, UNDECODED_TUNNEL);
}

/* Tunnel and session; length, sequence and padding if a bit says so. */
static struct step version_2(struct peel *p, uint16_t flags)
{
	size_t header = 2 + 4;
	const uint8_t *offset;

	if ((flags & LENGTH) != 0)
		header += 2;
	if ((flags & SEQUENCE) != 0)
		header += 4;
	if (peel_take(p, header) == NULL)
		return refused(p);
	if ((flags & OFFSET) != 0) {
		offset = peel_take(p, 2);
		if (offset == NULL || peel_take(p, be16(offset)) == NULL)
			return refused(p);
	}
	return (struct step){ peel_ppp };
}

/* Control messages are nothing of ours, and neither is L2F, its ancestor. */
struct step peel_l2tp(struct peel *p)
{
	uint16_t flags;

	if (p->bytes.len < 2)
		return peel_datagram(p);
	flags = be16(p->bytes.ptr);
	if ((flags & VERSION_2_MASK) == VERSION_2_VALUE)
		return version_2(p, flags);
	if (flags != VERSION_3)
		return peel_datagram(p);
	return peel_take(p, 4) == NULL ? refused(p)
				       : (struct step){ peel_l2tpv3 };
}

/* Address and control, or the protocol alone and IP behind it. */
static bool looks_like_ppp(struct bytes b, size_t sent)
{
	if (b.len < 4)
		return false;
	if (be16(b.ptr) == 0xff03)
		return true;
	if (be16(b.ptr) != 0x0021 && be16(b.ptr) != 0x0057)
		return false;
	(void)bytes_take(&b, 2);
	return looks_like_ip(b, sent - 2);
}

/*
 * Only the two ends know how long the cookie is (0, 4 or 8 bytes), whether a
 * sublayer of four bytes follows, and what is carried: we look for it.
 * Session 0 is control.
 */
struct step peel_l2tpv3(struct peel *p)
{
	static const struct {
		bool (*looks)(struct bytes bytes, size_t sent);
		struct step step;
	} carried[] = {
		{ looks_like_ethernet, { peel_ethernet } },
		{ looks_like_ppp, { peel_ppp } },
		{ looks_like_ip, { peel_ip } },
	};
	const uint8_t *session = peel_take(p, 4);

	if (session == NULL)
		return refused(p);
	if (be32(session) == 0)
		return STEP_LAST;
	for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]); i++) {
		struct bytes b = p->bytes;

		for (size_t at = 0; at <= 12 && !b.failed; at += 4) {
			if (carried[i].looks(b, p->sent - at)) {
				(void)peel_take(p, at);
				return carried[i].step;
			}
			(void)bytes_take(&b, 4);
		}
	}
	return refused(p);
}
