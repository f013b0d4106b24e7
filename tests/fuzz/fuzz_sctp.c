/*
 * SCTP packets, of any bytes and of a sender that keeps the rules.  The law:
 * memory stays below the ceiling, a message lies in its packet where it has an
 * offset, and in which order packets come changes nothing but the order of the
 * messages.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/stream/sctp.h"

#define CEILING    (64 * 1024)
#define CHUNKS_MAX 64

/* The sum of hashes does not know an order. */
struct heard {
	uint64_t sum;
	uint64_t count;
	const struct payload *packet;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void hear(void *ctx, const struct payload *message)
{
	struct heard *h = ctx;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < message->bytes.len; i++)
		hash = (hash ^ (uint8_t)message->bytes.ptr[i]) *
		       UINT64_C(0x100000001b3);
	h->sum += hash;
	h->count++;
	require(message->sent >= message->bytes.len);
	require(message->kind == PAYLOAD_DATAGRAM);
	if (message->offset == PACKET_NO_OFFSET)
		return;
	require(message->bytes.ptr == h->packet->bytes.ptr + message->offset);
	require(message->bytes.len <= h->packet->bytes.len - message->offset);
}

static enum stream_begins begins(struct slice bytes)
{
	return bytes.len % 2 == 0 ? STREAM_YES : STREAM_NO;
}

static struct sctp *opened(struct heard *heard, struct counters *counters,
			   uint64_t memory_bytes)
{
	const struct sctp_options options = { .message = hear,
					      .begins = begins,
					      .ctx = heard,
					      .counters = counters,
					      .memory_bytes = memory_bytes };
	struct sctp *s = NULL;

	require(sctp_new(&s, &options) == ERR_OK);
	return s;
}

static void push(struct sctp *s, struct heard *heard, const void *bytes,
		 size_t len, size_t sent, int64_t time_ns)
{
	struct payload p = { .bytes = { bytes, len },
			     .time_ns = time_ns,
			     .sent = (uint32_t)sent,
			     .kind = PAYLOAD_SCTP };

	p.flow.source.port = 5060;
	p.flow.transport = TRANSPORT_SCTP;
	heard->packet = &p;
	sctp_push(s, &p);
}

/* Records: a length, what the capture cut, seconds; and the packet. */
static void any_bytes(const uint8_t *data, size_t size)
{
	struct heard heard = { 0 };
	struct counters counters = { 0 };
	struct sctp *s = opened(&heard, &counters, CEILING);
	int64_t time_ns = 0;

	while (size >= 3 + 12) {
		size_t len = 12 + data[0];
		uint8_t *exact;

		if (len > size - 3)
			len = size - 3;
		exact = malloc(len);
		require(exact != NULL);
		memcpy(exact, data + 3, len);
		time_ns += data[2] * INT64_C(1000000000);
		push(s, &heard, exact, len, len + data[1] % 16, time_ns);
		require(sctp_bytes(s) <= CEILING);
		free(exact);
		data += 3 + len;
		size -= 3 + len;
	}
	sctp_finish(s);
	sctp_free(s);
}

/* The chunk with number `n`: what `seed` says, the same whenever it comes. */
static size_t chunk_of(uint8_t *out, uint32_t n, uint8_t seed)
{
	size_t len = 1 + seed % 5;
	uint32_t tsn = UINT32_C(0xffffffe0) + n;
	uint8_t head[16] = { 0, seed >> 3 & 7, 0, (uint8_t)(16 + len) };

	head[4] = (uint8_t)(tsn >> 24);
	head[5] = (uint8_t)(tsn >> 16);
	head[6] = (uint8_t)(tsn >> 8);
	head[7] = (uint8_t)tsn;
	head[9] = seed >> 7;
	head[11] = seed >> 6 & 1;
	memcpy(out, head, sizeof(head));
	for (size_t i = 0; i < 8; i++)
		out[16 + i] = (uint8_t)(i < len ? n + i : 0);
	return 16 + (len + 3) / 4 * 4;
}

/* One or two chunks in a packet, the packets in steps of `step`. */
static struct heard sent_by(const uint8_t *seeds, uint32_t count, uint32_t step)
{
	struct heard heard = { 0 };
	struct counters counters = { 0 };
	struct sctp *s = opened(&heard, &counters, 0);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = i * step % count;
		uint8_t packet[12 + 2 * 24] = { 0 };
		size_t len = 12;

		len += chunk_of(packet + len, n, seeds[n]);
		if (seeds[n] % 3 == 0 && n + 1 < count)
			len += chunk_of(packet + len, n + 1, seeds[n + 1]);
		push(s, &heard, packet, len, len, 0);
	}
	sctp_free(s);
	return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Primes reach each of up to CHUNKS_MAX packets, but for multiples. */
	static const uint32_t steps[] = { 67, 71, 73, 79, 83, 89, 97, 101 };
	uint32_t count;
	struct heard a;
	struct heard b;

	if (size < 2)
		return 0;
	if (data[0] % 2 == 0) {
		any_bytes(data + 1, size - 1);
		return 0;
	}
	count = (uint32_t)(size - 1 < CHUNKS_MAX ? size - 1 : CHUNKS_MAX);
	a = sent_by(data + 1, count, 1);
	b = sent_by(data + 1, count, steps[data[0] / 2 % 8]);
	require(a.sum == b.sum && a.count == b.count);
	return 0;
}
