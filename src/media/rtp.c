#include "sipmon/media/rtp.h"

#include "sipmon/base/bytes.h"

#define FIXED_BYTES 12

/* Length of the header; 0 if the bytes end before it does. */
static uint32_t header_bytes(const uint8_t *p, size_t len)
{
	uint32_t n = FIXED_BYTES + 4 * (p[0] & 0x0fU);

	if ((p[0] & 0x10) != 0) {
		if (len < n + 4)
			return 0;
		n += 4 + 4 * (uint32_t)be16(p + n + 2);
	}
	return n <= len ? n : 0;
}

bool rtp_parse(struct rtp *out, struct slice bytes)
{
	const uint8_t *p = (const uint8_t *)bytes.ptr;

	if (bytes.len < FIXED_BYTES || p[0] >> 6 != 2)
		return false;
	/* RFC 5761: where RTCP has its packet types, 192 to 223. */
	if (p[1] >= 192 && p[1] <= 223)
		return false;
	out->header_bytes = header_bytes(p, bytes.len);
	if (out->header_bytes == 0)
		return false;
	out->marker = p[1] >> 7 != 0;
	out->type = p[1] & 0x7f;
	out->sequence = be16(p + 2);
	out->timestamp = be32(p + 4);
	out->ssrc = be32(p + 8);
	return true;
}
