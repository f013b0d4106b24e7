#include "sipmon/net/hep.h"

#include <limits.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "sipmon/base/bytes.h"

#define NS_PER_S  INT64_C(1000000000)
#define US_PER_S  1000000
#define NS_PER_US 1000

#define V3_HEADER    6 /* "HEP3", length */
#define CHUNK_HEADER 6 /* vendor, type, length with this header */

/* struct hep_hdr, hep_iphdr, hep_ip6hdr, hep_timehdr of versions 1 and 2. */
#define OLD_HEADER 8
#define OLD_IPV4   8
#define OLD_IPV6   32
#define OLD_TIME   12 /* seconds, microseconds, agent, padding */

/* The first second of 2000: no agent is older. */
#define SECOND_MIN 946684800

/* Chunk types of vendor 0, the generic one. */
enum chunk_type {
	CHUNK_FAMILY = 1,
	CHUNK_PROTOCOL = 2,
	CHUNK_IPV4_SOURCE = 3,
	CHUNK_IPV4_DESTINATION = 4,
	CHUNK_IPV6_SOURCE = 5,
	CHUNK_IPV6_DESTINATION = 6,
	CHUNK_SOURCE_PORT = 7,
	CHUNK_DESTINATION_PORT = 8,
	CHUNK_SECONDS = 9,
	CHUNK_MICROSECONDS = 10,
	CHUNK_PROTOCOL_TYPE = 11,
	CHUNK_PAYLOAD = 15,
	CHUNK_PACKED_PAYLOAD = 16,
	CHUNK_TYPES
};

/* The fewest bytes that the value of a chunk has. */
static const uint8_t chunk_bytes[CHUNK_TYPES] = {
	[CHUNK_FAMILY] = 1,        [CHUNK_PROTOCOL] = 1,
	[CHUNK_IPV4_SOURCE] = 4,   [CHUNK_IPV4_DESTINATION] = 4,
	[CHUNK_IPV6_SOURCE] = 16,  [CHUNK_IPV6_DESTINATION] = 16,
	[CHUNK_SOURCE_PORT] = 2,   [CHUNK_DESTINATION_PORT] = 2,
	[CHUNK_SECONDS] = 4,       [CHUNK_MICROSECONDS] = 4,
	[CHUNK_PROTOCOL_TYPE] = 1,
};

struct chunk {
	const uint8_t *at; /* NULL: absent */
	size_t len;
	size_t sent;
};

/*
 * IP protocols.  Kamailio's siptrace has no number for TLS and WebSocket and
 * sends those of IDP and ESP.
 */
static const struct {
	uint8_t protocol;
	enum transport transport;
} protocols[] = {
	{ 6, TRANSPORT_TCP }, { 17, TRANSPORT_UDP },   { 22, TRANSPORT_TLS },
	{ 50, TRANSPORT_WS }, { 132, TRANSPORT_SCTP },
};

#define PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

static bool transport_of(uint8_t protocol, enum transport *out)
{
	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (protocols[i].protocol == protocol) {
			*out = protocols[i].transport;
			return true;
		}
	}
	return false;
}

/* AF_INET6 is the agent's: Linux, NetBSD, FreeBSD, macOS. */
static bool is_family(uint8_t value, uint8_t *family)
{
	*family = value == 2 ? 4 : 6;
	return value == 2 || value == 10 || value == 24 || value == 28 ||
	       value == 30;
}

static void endpoint_set(struct endpoint *e, uint8_t family,
			 const uint8_t *address, uint16_t port)
{
	*e = (struct endpoint){ .family = family, .port = port };
	memcpy(e->address, address, family == 4 ? 4 : 16);
}

static int64_t time_of(uint32_t seconds, uint32_t microseconds)
{
	if (microseconds >= US_PER_S)
		microseconds = 0;
	return seconds * NS_PER_S + (int64_t)microseconds * NS_PER_US;
}

/* ---- version 3 */

static bool begins_v3(struct slice s)
{
	return s.len >= 4 && memcmp(s.ptr, "HEP3", 4) == 0;
}

size_t hep_length(struct slice bytes)
{
	size_t n = bytes.len < 4 ? bytes.len : 4;
	size_t len;

	if (n > 0 && memcmp(bytes.ptr, "HEP3", n) != 0)
		return 0;
	if (bytes.len < HEP_LENGTH_BYTES)
		return HEP_LENGTH_BYTES;
	len = be16((const uint8_t *)bytes.ptr + 4);
	return len < V3_HEADER ? 0 : len;
}

/* One chunk off the front of `b`, which ends too early if `cut`. */
static enum err chunk_take(struct chunk *chunks, struct bytes *b, bool cut)
{
	enum err end = cut ? ERR_TRUNCATED : ERR_MALFORMED;
	const uint8_t *header = bytes_take(b, CHUNK_HEADER);
	struct chunk c;
	uint16_t vendor;
	uint16_t type;

	if (header == NULL)
		return end;
	vendor = be16(header);
	type = be16(header + 2);
	c.sent = be16(header + 4);
	if (c.sent < CHUNK_HEADER)
		return ERR_MALFORMED;
	c.sent -= CHUNK_HEADER;
	c.len = c.sent < b->len ? c.sent : b->len;
	c.at = bytes_take(b, c.len);
	if (c.len < c.sent &&
	    (!cut || (type != CHUNK_PAYLOAD && type != CHUNK_PACKED_PAYLOAD)))
		return end;
	if (vendor == 0 && type < CHUNK_TYPES) {
		if (c.sent < chunk_bytes[type])
			return ERR_MALFORMED;
		if (chunks[type].at == NULL)
			chunks[type] = c;
	}
	return c.len < c.sent ? ERR_TRUNCATED : ERR_OK;
}

static uint16_t chunk_u16(const struct chunk *c)
{
	return c->at == NULL ? 0 : be16(c->at);
}

static uint32_t chunk_u32(const struct chunk *c)
{
	return c->at == NULL ? 0 : be32(c->at);
}

/* The chunks tell the family, and its own chunk only where both are there. */
static bool flow_of(struct flow *flow, const struct chunk *chunks)
{
	const struct chunk *family = &chunks[CHUNK_FAMILY];
	const uint8_t *from = chunks[CHUNK_IPV4_SOURCE].at;
	const uint8_t *to = chunks[CHUNK_IPV4_DESTINATION].at;
	uint8_t version = 4;

	if (from == NULL || to == NULL ||
	    (family->at != NULL && family->at[0] != 2 &&
	     chunks[CHUNK_IPV6_SOURCE].at != NULL)) {
		version = 6;
		from = chunks[CHUNK_IPV6_SOURCE].at;
		to = chunks[CHUNK_IPV6_DESTINATION].at;
	}
	if (from == NULL || to == NULL)
		return false;
	*flow = (struct flow){ .transport = TRANSPORT_UDP };
	endpoint_set(&flow->source, version, from,
		     chunk_u16(&chunks[CHUNK_SOURCE_PORT]));
	endpoint_set(&flow->destination, version, to,
		     chunk_u16(&chunks[CHUNK_DESTINATION_PORT]));
	if (chunks[CHUNK_PROTOCOL].at != NULL)
		(void)transport_of(chunks[CHUNK_PROTOCOL].at[0],
				   &flow->transport);
	return true;
}

/* `err` is what ended the chunks: ERR_OK or ERR_TRUNCATED. */
static enum err v3_fill(struct hep *out, const struct chunk *chunks,
			enum err err)
{
	const struct chunk *type = &chunks[CHUNK_PROTOCOL_TYPE];
	const struct chunk *payload = &chunks[CHUNK_PAYLOAD];
	bool has_flow = flow_of(&out->flow, chunks);

	if (payload->at == NULL && chunks[CHUNK_PACKED_PAYLOAD].at != NULL) {
		payload = &chunks[CHUNK_PACKED_PAYLOAD];
		out->compressed = true;
	}
	out->type = type->at == NULL ? 0 : type->at[0];
	out->time_ns = time_of(chunk_u32(&chunks[CHUNK_SECONDS]),
			       chunk_u32(&chunks[CHUNK_MICROSECONDS]));
	if (out->type == HEP_SIP && (!has_flow || payload->at == NULL))
		return err ? err : ERR_MALFORMED;
	out->payload =
		(struct slice){ (const char *)payload->at, payload->len };
	out->sent = payload->sent;
	return err;
}

static enum err v3_parse(struct hep *out, struct slice bytes)
{
	struct chunk chunks[CHUNK_TYPES] = { { NULL, 0, 0 } };
	size_t len = hep_length(bytes);
	bool cut = len > bytes.len;
	struct bytes b;
	enum err err = ERR_OK;

	if (len == 0)
		return ERR_MALFORMED;
	if (bytes.len < V3_HEADER)
		return ERR_TRUNCATED;
	b = bytes_of(bytes.ptr + V3_HEADER,
		     (cut ? bytes.len : len) - V3_HEADER);
	/* Ends: each chunk takes its header at least. */
	while (b.len > 0 && err == ERR_OK)
		err = chunk_take(chunks, &b, cut);
	if (err == ERR_OK && cut)
		err = ERR_TRUNCATED;
	return err && err != ERR_TRUNCATED ? err : v3_fill(out, chunks, err);
}

/* ---- versions 1 and 2 */

/* What both headers say; 0 if they contradict themselves. */
static size_t old_header(struct slice s, uint8_t *family)
{
	const uint8_t *h = (const uint8_t *)s.ptr;
	enum transport ignored;
	size_t len;

	if (s.len < OLD_HEADER || (h[0] != 1 && h[0] != 2) ||
	    !is_family(h[2], family) || !transport_of(h[3], &ignored))
		return 0;
	len = OLD_HEADER + (*family == 4 ? OLD_IPV4 : OLD_IPV6);
	if (h[0] == 1)
		return h[1] == len ? len : 0;
	/* Most do not count the time. */
	return h[1] == len || h[1] == len + OLD_TIME ? len + OLD_TIME : 0;
}

/*
 * Seconds and microseconds are in the byte order of the sender.  That is little
 * endian, unless it makes no sense and the other does.
 */
static int64_t old_time(const uint8_t *t)
{
	uint32_t seconds = le32(t);
	uint32_t microseconds = le32(t + 4);
	bool little = seconds >= SECOND_MIN && microseconds < US_PER_S;
	bool big = be32(t) >= SECOND_MIN && be32(t + 4) < US_PER_S;

	if (!little && big)
		return time_of(be32(t), be32(t + 4));
	return time_of(seconds, microseconds);
}

static enum err old_parse(struct hep *out, struct slice bytes)
{
	const uint8_t *h = (const uint8_t *)bytes.ptr;
	const uint8_t *address = h + OLD_HEADER;
	uint8_t family;
	size_t len = old_header(bytes, &family);
	size_t size;

	if (len == 0 || len > bytes.len)
		return ERR_MALFORMED;
	size = family == 4 ? 4 : 16;
	out->type = HEP_SIP;
	(void)transport_of(h[3], &out->flow.transport);
	endpoint_set(&out->flow.source, family, address, be16(h + 4));
	endpoint_set(&out->flow.destination, family, address + size,
		     be16(h + 6));
	if (h[0] == 2)
		out->time_ns = old_time(address + 2 * size);
	out->payload = slice_sub(bytes, len, bytes.len - len);
	out->sent = out->payload.len;
	return ERR_OK;
}

/* ---- any version */

/*
 * A first line of text may begin with "HEP3", but the header of the first chunk
 * has a zero in it: the types are few.  Behind the headers of the old versions
 * there is text.
 */
bool hep_recognise(struct slice bytes)
{
	uint8_t family;
	size_t len;
	char first;

	if (begins_v3(bytes)) {
		size_t n = bytes.len - 4 < 8 ? bytes.len - 4 : 8;

		return n < 4 || memchr(bytes.ptr + 4, '\0', n) != NULL;
	}
	len = old_header(bytes, &family);
	if (len == 0 || len >= bytes.len)
		return false;
	first = bytes.ptr[len];
	return (first >= ' ' && first <= '~') || first == '\r' || first == '\n';
}

enum err hep_parse(struct hep *out, struct slice bytes)
{
	bool is_v3 = begins_v3(bytes);

	*out = (struct hep){ .version = 3 };
	if (is_v3)
		return v3_parse(out, bytes);
	if (bytes.len > 0)
		out->version = (uint8_t)bytes.ptr[0];
	return old_parse(out, bytes);
}

/* ---- what is inside */

enum err hep_unpack(struct slice packed, void *out, size_t size, size_t *len)
{
	z_stream z;
	enum err err = ERR_MALFORMED;
	int got;

	if (packed.len > UINT_MAX || size > UINT_MAX)
		return ERR_LIMIT;
	memset(&z, 0, sizeof(z));
	/* 32: by its header, zlib or gzip. */
	if (inflateInit2(&z, MAX_WBITS + 32) != Z_OK)
		return ERR_NOMEM;
	z.next_in = (const Bytef *)packed.ptr;
	z.avail_in = (uInt)packed.len;
	z.next_out = out;
	z.avail_out = (uInt)size;
	got = inflate(&z, Z_FINISH);
	if (got == Z_STREAM_END) {
		*len = size - z.avail_out;
		err = ERR_OK;
	} else if (got == Z_MEM_ERROR) {
		err = ERR_NOMEM;
	} else if (got == Z_BUF_ERROR && z.avail_out == 0) {
		err = ERR_LIMIT;
	}
	(void)inflateEnd(&z);
	return err;
}

static enum err payload_unpack(struct hep *out, struct buf *scratch)
{
	enum err err;
	char *here;
	size_t len;

	here = buf_reserve(scratch, HEP_UNPACKED_MAX);
	if (here == NULL)
		return ERR_NOMEM;
	err = hep_unpack(out->payload, here, HEP_UNPACKED_MAX, &len);
	if (err)
		return err;
	out->payload = (struct slice){ here, len };
	out->sent = len;
	out->compressed = false;
	out->unpacked = true;
	return ERR_OK;
}

/* `unpacked`: `bytes` lie in the scratch already, which has room for one. */
static enum err open_one(struct hep *out, struct slice bytes,
			 struct buf *scratch, bool unpacked)
{
	enum err err = hep_parse(out, bytes);
	enum err inside;

	out->unpacked = unpacked;
	if ((err && err != ERR_TRUNCATED) || out->type != HEP_SIP ||
	    !out->compressed)
		return err;
	/* One that was cut does not end, and is refused for that. */
	inside = unpacked ? ERR_LIMIT : payload_unpack(out, scratch);
	return inside ? inside : err;
}

enum err hep_open(struct hep *out, struct slice bytes, struct buf *scratch)
{
	struct hep outer;
	enum err err;

	buf_clear(scratch);
	err = open_one(out, bytes, scratch, false);
	if (err || out->type != HEP_SIP || !hep_recognise(out->payload))
		return err;
	outer = *out;
	err = open_one(out, outer.payload, scratch, outer.unpacked);
	if (out->time_ns == 0)
		out->time_ns = outer.time_ns;
	if (err == ERR_OK && out->type == HEP_SIP &&
	    hep_recognise(out->payload))
		return ERR_LIMIT;
	return err;
}
