/*
 * sdp.h - what a session description promises (RFC 8866, RFC 3264).
 *
 * Only what an observer needs: per media line where its sender wants to
 * receive, which payload types and codecs, which direction.
 */
#ifndef SIPMON_MEDIA_SDP_H
#define SIPMON_MEDIA_SDP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipmon/base/slice.h"
#include "sipmon/net/endpoint.h"

/* Lines of media past this number are not looked at. */
#define SDP_MEDIA_MAX 8

enum sdp_kind { SDP_AUDIO = 0, SDP_VIDEO, SDP_IMAGE, SDP_OTHER };

enum sdp_direction {
	SDP_SENDRECV = 0,
	SDP_SENDONLY,
	SDP_RECVONLY,
	SDP_INACTIVE
};

enum sdp_flag {
	SDP_SECURE = 1 << 0, /* SAVP, SAVPF, or a=crypto, a=fingerprint */
	SDP_ICE = 1 << 1,    /* candidates: the address may change */
	SDP_HELD = 1 << 2,   /* c= 0.0.0.0 (RFC 2543 hold) */
	SDP_RTCP_MUX = 1 << 3,
	SDP_RTP = 1 << 4, /* its transport is RTP (RTP/AVP and kin) */
};

struct sdp_media {
	/* Family 0: a host name or none.  Port 0: the line is refused. */
	struct endpoint endpoint;
	uint16_t rtcp_port; /* a=rtcp, or port + 1, or 0 */
	uint8_t kind;       /* enum sdp_kind */
	uint8_t direction;  /* enum sdp_direction */
	uint8_t flags;      /* enum sdp_flag */
	uint64_t types[2];  /* payload types, bit n & 63 of word n >> 6 */
	uint64_t codecs;    /* CODEC_BIT */
};

struct sdp {
	unsigned media_count;
	struct sdp_media media[SDP_MEDIA_MAX];
	bool malformed; /* a line could not be read; it was passed over */
};

/* False if `body` is no session description ("v=" at its begin). */
bool sdp_parse(struct sdp *out, struct slice body);

/* The encoding of payload type `type` in the `line`th media line, as its
 * a=rtpmap has it ("PCMA/8000"); absent if there is none. */
struct slice sdp_encoding(struct slice body, unsigned line, unsigned type);

static inline bool sdp_has_type(const uint64_t types[2], unsigned type)
{
	return type < 128 && (types[type >> 6] >> (type & 63) & 1) != 0;
}

#endif
