/*
 * agent.h - HEP as an agent sends it, made byte by byte.
 *
 * 192.0.2.10 port 5060 to 192.0.2.20 port 5062, UDP, captured 1 h 2 min and
 * 3.000004 s into 2024.
 */
#ifndef SIPMON_TESTS_NET_AGENT_H
#define SIPMON_TESTS_NET_AGENT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sipmon/net/hep.h"

#define AGENT_SECONDS (UINT32_C(1704067200) + 3723)
#define AGENT_TIME_NS (INT64_C(1704070923) * 1000000000 + 4000)
#define AGENT_SIP     "OPTIONS sip:b@192.0.2.20 SIP/2.0\r\n\r\n"

struct agent {
	uint8_t bytes[HEP_MESSAGE_MAX + 1];
	size_t len;
};

static inline void agent_raw(struct agent *a, const void *bytes, size_t len)
{
	memcpy(a->bytes + a->len, bytes, len);
	a->len += len;
}

static inline void agent_number(struct agent *a, uint64_t value, unsigned size)
{
	while (size-- > 0)
		a->bytes[a->len++] = (uint8_t)(value >> (8 * size));
}

static inline void agent_little(struct agent *a, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		a->bytes[a->len++] = (uint8_t)(value >> (8 * i));
}

static inline struct slice agent_slice(const struct agent *a)
{
	return (struct slice){ (const char *)a->bytes, a->len };
}

/* ---- version 3 */

static inline void agent_begin(struct agent *a)
{
	a->len = 0;
	agent_raw(a, "HEP3\0\0", 6);
}

static inline void agent_end(struct agent *a)
{
	a->bytes[4] = (uint8_t)(a->len >> 8);
	a->bytes[5] = (uint8_t)a->len;
}

static inline void agent_chunk(struct agent *a, unsigned vendor, unsigned type,
			       const void *value, size_t len)
{
	agent_number(a, vendor, 2);
	agent_number(a, type, 2);
	agent_number(a, 6 + len, 2);
	agent_raw(a, value, len);
}

static inline void agent_chunk_number(struct agent *a, unsigned type,
				      uint64_t value, unsigned size)
{
	agent_number(a, 0, 2);
	agent_number(a, type, 2);
	agent_number(a, 6 + size, 2);
	agent_number(a, value, size);
}

/* All but the payload. */
static inline void agent_head(struct agent *a, unsigned type)
{
	agent_begin(a);
	agent_chunk_number(a, 1, 2, 1);
	agent_chunk_number(a, 2, 17, 1);
	agent_chunk(a, 0, 3, "\xc0\0\2\x0a", 4);
	agent_chunk(a, 0, 4, "\xc0\0\2\x14", 4);
	agent_chunk_number(a, 7, 5060, 2);
	agent_chunk_number(a, 8, 5062, 2);
	agent_chunk_number(a, 9, AGENT_SECONDS, 4);
	agent_chunk_number(a, 10, 4, 4);
	agent_chunk_number(a, 11, type, 1);
	agent_chunk_number(a, 12, 2001, 4);
	agent_chunk(a, 0, 17, "correlation", 11);
}

static inline void agent_v3(struct agent *a, unsigned type,
			    struct slice payload)
{
	agent_head(a, type);
	agent_chunk(a, 0, 15, payload.ptr, payload.len);
	agent_end(a);
}

static inline void agent_sip(struct agent *a)
{
	agent_v3(a, HEP_SIP, SLICE(AGENT_SIP));
}

/* `payload`, packed by zlib itself. */
static inline void agent_packed(struct agent *a, struct slice payload)
{
	uLongf len = compressBound((uLong)payload.len);
	Bytef *packed = malloc(len);

	if (packed == NULL || compress(packed, &len, (const Bytef *)payload.ptr,
				       (uLong)payload.len) != Z_OK)
		abort();
	agent_head(a, HEP_SIP);
	agent_chunk(a, 0, 16, packed, len);
	agent_end(a);
	free(packed);
}

/* ---- versions 1 and 2 */

static inline void agent_old(struct agent *a, unsigned version,
			     const char *payload)
{
	a->len = 0;
	agent_number(a, version, 1);
	agent_raw(a, "\x10\2\x11\x13\xc4\x13\xc6\xc0\0\2\x0a\xc0\0\2\x14", 15);
	if (version == 2) {
		agent_little(a, AGENT_SECONDS);
		agent_little(a, 4);
		agent_raw(a, "\xd1\7\0\0", 4);
	}
	agent_raw(a, payload, strlen(payload));
}

#endif
