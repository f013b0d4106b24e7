/*
 * Any packet of any link type.  The law: a datagram lies within its packet,
 * what is not given out is counted at most once, and two who peel agree.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/decap/decap.h"

static const uint16_t link_types[] = { 0,   1,   9,   12,  14,  50,  101,
				       104, 105, 107, 108, 113, 119, 127,
				       147, 228, 229, 239, 252, 276 };

#define LINK_TYPES (sizeof(link_types) / sizeof(link_types[0]))

static void require(int truth)
{
	if (!truth)
		abort();
}

static uint64_t sum(const struct counters *c)
{
	uint64_t n = c->duplicates;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		n += c->undecoded[i];
	return n;
}

static bool peeled(struct counters *counters, const struct packet *p,
		   struct datagram *out)
{
	struct decap *d = NULL;
	bool given;

	if (decap_new(&d, counters, true) != ERR_OK)
		abort();
	given = decap_packet(d, p, out);
	if (given) {
		struct datagram copy;

		require(!decap_packet(d, p, &copy));
		require(counters->duplicates == 1);
	}
	decap_free(d);
	return given;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counters first = { 0 };
	struct counters second = { 0 };
	struct datagram a;
	struct datagram b;
	struct packet p = { .time_ns = 1 };
	bool given;

	if (size < 2)
		return 0;
	p.link_type = link_types[data[0] % LINK_TYPES];
	p.data = data + 2;
	p.len = (uint32_t)(size - 2);
	p.wire_len = p.len + data[1];
	given = peeled(&first, &p, &a);
	require(given == peeled(&second, &p, &b));
	require(memcmp(&first, &second, sizeof(first)) == 0);
	require(sum(&first) <= 1);
	if (!given)
		return 0;
	require(a.offset <= p.len && a.payload.len <= p.len - a.offset);
	require(a.payload.ptr == (const char *)p.data + a.offset);
	require(a.payload.len == b.payload.len && a.cut == b.cut);
	require(endpoint_eq(&a.flow.source, &b.flow.source));
	return 0;
}
