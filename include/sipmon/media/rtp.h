/*
 * rtp.h - RTP (RFC 3550 section 5.1) told from everything else.
 */
#ifndef SIPMON_MEDIA_RTP_H
#define SIPMON_MEDIA_RTP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

struct rtp {
	uint32_t timestamp;
	uint32_t ssrc;
	uint16_t sequence;
	uint8_t type;
	bool marker;
	uint32_t header_bytes; /* CSRC list and extension are part of it */
};

/*
 * Reads the header; false if the bytes cannot be RTP: another version, RTCP
 * (RFC 5761 section 4), shorter than its header says.  Cheap: it runs for each
 * datagram that is no SIP.  Padding is not looked at: SRTP encrypts its count
 * (RFC 3711 section 3.1), and a capture may have cut it off.
 */
bool rtp_parse(struct rtp *out, struct slice bytes);

#endif
