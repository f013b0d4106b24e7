#include "look.h"

#include <string.h>
#include <strings.h>

#include "peel.h"

#define METHOD_MAX   32 /* no method is longer, of whatever extension */
#define EMPTY_MAX    8  /* CR and LF in front, RFC 3261 section 7.5 */
#define TAGS_MAX     4
#define IPV4_HEADER  20
#define IPV6_HEADER  40
#define ETHERNET     14
#define LENGTH_BELOW 0x0600 /* IEEE 802.3: an EtherType is not below it */
#define IPV4         0x0800
#define ARP          0x0806
#define IPV6         0x86dd
#define LLDP         0x88cc

/* RFC 3261 section 25.1, token; methods are of letters, but need not be. */
static bool is_token(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-.!%*_+`'~", c) != NULL);
}

/* RFC 5031 gives emergency calls a URN. */
static bool begins_uri(struct bytes b)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:",
					       "urn:" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i]);

		if (b.len >= len &&
		    strncasecmp((const char *)b.ptr, schemes[i], len) == 0)
			return true;
	}
	return false;
}

bool looks_like_sip(struct bytes b)
{
	static const char version[] = "SIP/2.0 ";
	size_t n = 0;

	while (n < EMPTY_MAX && n < b.len &&
	       (b.ptr[n] == '\r' || b.ptr[n] == '\n'))
		n++;
	(void)bytes_take(&b, n);
	if (b.len >= sizeof(version) - 1 &&
	    memcmp(b.ptr, version, sizeof(version) - 1) == 0)
		return true;
	n = 0;
	while (n < METHOD_MAX && n < b.len && is_token(b.ptr[n]))
		n++;
	if (n == 0 || n == b.len || b.ptr[n] != ' ')
		return false;
	(void)bytes_take(&b, n + 1);
	return begins_uri(b);
}

bool looks_like_ip(struct bytes b, size_t sent)
{
	if (b.len >= IPV4_HEADER && b.ptr[0] >> 4 == 4) {
		size_t header = (size_t)(b.ptr[0] & 0x0f) * 4;
		size_t total = be16(b.ptr + 2);

		return header >= IPV4_HEADER && header <= total &&
		       total <= sent;
	}
	return b.len >= IPV6_HEADER && b.ptr[0] >> 4 == 6 &&
	       IPV6_HEADER + (size_t)be16(b.ptr + 4) <= sent;
}

/* A length, and an LLC header of a kind that is seen: SNAP, STP, IS-IS, IP. */
static bool looks_like_llc(struct bytes b, size_t sent, uint16_t len)
{
	static const uint8_t points[] = { 0xaa, 0x42, 0xfe, 0x06 };

	if (len < 3 || len > sent || b.len < 3 || b.ptr[0] != b.ptr[1])
		return false;
	return memchr(points, b.ptr[0], sizeof(points)) != NULL;
}

/* Takes header and tags off; 0 if they were cut, and else the EtherType. */
static uint16_t frame_type(struct bytes *b, size_t *sent)
{
	const uint8_t *header = bytes_take(b, ETHERNET);
	size_t taken = ETHERNET;
	uint16_t type;

	if (header == NULL)
		return 0;
	type = be16(header + 12);
	for (unsigned i = 0; i < TAGS_MAX; i++) {
		const uint8_t *tag;

		if (type != 0x8100 && type != 0x88a8 && type != 0x9100)
			break;
		tag = bytes_take(b, 4);
		if (tag == NULL)
			return 0;
		taken += 4;
		type = be16(tag + 2);
	}
	*sent = *sent < taken ? 0 : *sent - taken;
	return type;
}

bool looks_like_ip_in_ethernet(struct bytes b, size_t sent)
{
	uint16_t type = frame_type(&b, &sent);

	if ((type != IPV4 && type != IPV6) || !looks_like_ip(b, sent))
		return false;
	return (b.ptr[0] >> 4 == 4) == (type == IPV4);
}

bool looks_like_ethernet(struct bytes b, size_t sent)
{
	struct bytes load = b;
	size_t load_sent = sent;
	uint16_t type = frame_type(&load, &load_sent);

	if (type < LENGTH_BELOW)
		return looks_like_llc(load, load_sent, type);
	if (type == IPV4 || type == IPV6)
		return looks_like_ip_in_ethernet(b, sent);
	return type == ARP || type == LLDP || peel_ethertype(type).peel != NULL;
}
