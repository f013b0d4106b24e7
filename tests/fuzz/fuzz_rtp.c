/*
 * Any datagrams into a small table of streams.  Each is a byte that chooses its
 * ends, one that moves the time, a length and so many bytes.  The laws: the
 * table keeps to its limit, each stream is found by its destination, once, and
 * no packet is counted that was not given.
 */
#include <stdint.h>
#include <stdlib.h>

#include "sipmon/base/bytes.h"
#include "sipmon/media/rtp.h"
#include "sipmon/media/streams.h"

#define LIMIT 8

static void require(int truth)
{
	if (!truth)
		abort();
}

static struct endpoint endpoint_of(unsigned n)
{
	return (struct endpoint){ .address = { 192, 0, 2, (uint8_t)n },
				  .family = 4,
				  .port = (uint16_t)(4000 + n) };
}

/* In steps of 10 ms, back and forth, and now and then very far. */
static int64_t moved(int64_t now_ns, uint8_t by)
{
	if (by == 0x80)
		return INT64_MIN;
	if (by == 0x7f)
		return INT64_MAX;
	return (int64_t)((uint64_t)now_ns +
			 (uint64_t)((int64_t)(int8_t)by * 10000000));
}

static unsigned walk(const struct streams *s, const struct endpoint *to)
{
	uint32_t id = streams_to(s, to);
	unsigned n = 0;

	while (id != 0) {
		const struct media_stream *m = streams_at(s, id);

		require(m != NULL && m->proven && n++ < LIMIT);
		require(endpoint_eq(&m->destination, to));
		require(m->first_ns <= m->last_ns);
		require(m->packets >= 2 && m->events <= m->packets);
		require(m->max_delta_ns >= 0);
		require(media_stream_lost(m) + (int64_t)m->packets >= 1);
		require(media_stream_jitter_ns(m, 8000) >= 0);
		id = m->next_here;
	}
	return n;
}

static void check(const struct streams *s, uint64_t pushed)
{
	unsigned in_use = 0;
	unsigned found = 0;

	require(streams_last(s) <= LIMIT + 1);
	require(streams_packets(s) <= pushed);
	for (uint32_t id = 1; id <= streams_last(s); id++)
		in_use += streams_at(s, id) != NULL;
	for (unsigned n = 0; n < 4; n++) {
		struct endpoint to = endpoint_of(n);

		found += walk(s, &to);
	}
	require(in_use == found && found <= LIMIT);
	require(found <= streams_seen(s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size);
	struct streams *s = NULL;
	int64_t now_ns = 0;
	uint64_t pushed = 0;

	if (streams_new(&s, LIMIT))
		return 0;
	while (rest.len > 2) {
		uint8_t ends = bytes_u8(&rest);
		uint8_t by = bytes_u8(&rest);
		size_t len = bytes_u8(&rest);
		struct payload p = { .sent = ends };
		struct rtp rtp;

		if (len > rest.len)
			len = rest.len;
		p.bytes = (struct slice){ (const char *)bytes_take(&rest, len),
					  len };
		p.flow.source = endpoint_of(ends >> 2 & 7);
		p.flow.destination = endpoint_of(ends & 3);
		p.sent = (uint32_t)len + (ends >> 5);
		now_ns = p.time_ns = moved(now_ns, by);
		if (rtp_parse(&rtp, p.bytes))
			require(rtp.header_bytes >= 12 &&
				rtp.header_bytes <= len && rtp.type < 128);
		pushed++;
		(void)streams_push(s, &p);
		check(s, pushed);
	}
	streams_free(s);
	return 0;
}
