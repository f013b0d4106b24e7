/*
 * Some packets of any link type.  The laws: a payload lies within its packet,
 * or in memory that was put together and can be read; a packet is given out or
 * counted, and counted once (fragments that waited are counted when they are
 * given up, whichever packet comes then); a copy is told; what waits stays
 * below its ceiling; two who peel agree.
 *
 * The input: a byte of flags, and packets; in front of each stand an index of
 * link types and two bytes of its length.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/base/bytes.h"
#include "sipmon/decap/decap.h"

#define PACKETS_MAX    64
#define FRAGMENT_BYTES 65536

/* The flags: copies are kept; how many bytes of each packet were cut off. */
#define KEEP 0x80
#define CUT  0x7f

static const uint16_t link_types[] = {
	0,   1,   9,   10,  12,  14,  50,  51,  100, 101, 104, 105,
	107, 108, 109, 113, 117, 119, 127, 147, 163, 166, 192, 204,
	205, 206, 219, 226, 228, 229, 239, 252, 258, 276, 2,
};

#define LINK_TYPES (sizeof(link_types) / sizeof(link_types[0]))

struct desk {
	struct decap *decap;
	struct counters counters;
	struct payload out;
	bool given;
	bool keep_duplicates;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void desk_open(struct desk *desk, uint8_t flags)
{
	struct decap_options options = { .counters = &desk->counters,
					 .keep_duplicates = (flags & KEEP) != 0,
					 .fragment_bytes = FRAGMENT_BYTES };

	memset(desk, 0, sizeof(*desk));
	desk->keep_duplicates = options.keep_duplicates;
	if (decap_new(&desk->decap, &options) != ERR_OK)
		abort();
}

/* What one packet alone is counted for. */
static uint64_t refused(const struct counters *c)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		if (i != UNDECODED_IP_FRAGMENT && i != UNDECODED_MEMORY)
			n += c->undecoded[i];
	return n;
}

/* AddressSanitizer sees to it that the bytes are there. */
static void require_readable(struct slice s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += (unsigned char)s.ptr[i];
	require(sum <= 255 * s.len);
}

static void require_payload(const struct payload *out, const struct packet *p)
{
	require(out->kind <= PAYLOAD_SCTP);
	require(out->flow.transport < TRANSPORT_COUNT);
	require(out->sent >= out->bytes.len);
	require_readable(out->bytes);
	if (out->offset == PACKET_NO_OFFSET)
		return;
	require(out->offset <= p->len &&
		out->bytes.len <= p->len - out->offset);
	require(out->bytes.ptr == (const char *)p->data + out->offset);
}

/* Joined fragments are no more, and segments without bytes are many. */
static bool is_known_again(const struct desk *desk)
{
	const struct payload *out = &desk->out;

	if (desk->keep_duplicates || out->offset == PACKET_NO_OFFSET)
		return false;
	return out->kind != PAYLOAD_SEGMENT || out->bytes.len > 0;
}

static void take(struct desk *desk, const struct packet *p)
{
	uint64_t before = refused(&desk->counters);
	uint64_t copies = desk->counters.duplicates;
	struct payload copy;
	uint64_t after;

	desk->given = decap_packet(desk->decap, p, &desk->out);
	after = refused(&desk->counters);
	require(decap_bytes(desk->decap) <= FRAGMENT_BYTES);
	if (!desk->given) {
		require(after + desk->counters.duplicates <=
			before + copies + 1);
		return;
	}
	require(after == before && desk->counters.duplicates == copies);
	require_payload(&desk->out, p);
	if (!is_known_again(desk))
		return;
	require(!decap_packet(desk->decap, p, &copy));
	require(desk->counters.duplicates == copies + 1);
	require(refused(&desk->counters) == before);
}

static void require_agreement(const struct desk *a, const struct desk *b)
{
	require(a->given == b->given);
	require(memcmp(&a->counters, &b->counters, sizeof(a->counters)) == 0);
	require(decap_bytes(a->decap) == decap_bytes(b->decap));
	if (!a->given)
		return;
	require(a->out.kind == b->out.kind && a->out.sent == b->out.sent);
	require(a->out.bytes.len == b->out.bytes.len);
	require(a->out.offset == b->out.offset);
	require(a->out.time_ns == b->out.time_ns);
	require(endpoint_eq(&a->out.flow.source, &b->out.flow.source));
	require(endpoint_eq(&a->out.flow.destination,
			    &b->out.flow.destination));
	require(a->out.bytes.len == 0 ||
		memcmp(a->out.bytes.ptr, b->out.bytes.ptr, a->out.bytes.len) ==
			0);
}

/* In memory of its own, so that no byte behind it can be read. */
static void both_take(struct desk *first, struct desk *second,
		      const struct packet *p)
{
	uint8_t *exact = malloc(p->len);
	struct packet own = *p;

	if (exact == NULL && p->len > 0)
		abort();
	if (p->len > 0)
		memcpy(exact, p->data, p->len);
	own.data = exact;
	take(first, &own);
	take(second, &own);
	require_agreement(first, second);
	free(exact);
}

static void close_both(struct desk *first, struct desk *second)
{
	decap_finish(first->decap);
	decap_finish(second->decap);
	require(decap_bytes(first->decap) == decap_bytes(second->decap));
	require(memcmp(&first->counters, &second->counters,
		       sizeof(first->counters)) == 0);
	decap_free(first->decap);
	decap_free(second->decap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct packet p = { .time_ns = 1 };
	struct desk first;
	struct desk second;
	uint8_t flags = bytes_u8(&in);

	desk_open(&first, flags);
	desk_open(&second, flags);
	for (unsigned n = 0; n < PACKETS_MAX && in.len > 3; n++) {
		uint8_t index = bytes_u8(&in);
		size_t len = bytes_be16(&in);

		len = len < in.len ? len : in.len;
		p.link_type = link_types[index % LINK_TYPES];
		p.data = bytes_take(&in, len);
		p.len = (uint32_t)len;
		p.wire_len = p.len + (flags & CUT);
		both_take(&first, &second, &p);
		p.time_ns += INT64_C(1000000);
	}
	close_both(&first, &second);
	return 0;
}
