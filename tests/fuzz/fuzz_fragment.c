/*
 * Fragments of IP, told by the input.  The laws: a datagram comes out exactly
 * as it was, as soon and as often as all of it came, in whatever order; of
 * anything else nothing is counted twice, and the ceiling of memory holds.
 *
 * byte 0     0: cut at places, 1: IPv4 that overlaps, 2 and 3: anything
 *            bit 2: IPv6, where that is not told by a record
 *            bit 3: all is long
 * bytes 1, 2 length of the datagram
 * then       records of four bytes, or of eight for anything
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/decap/fragment.h"

#define CUTS    8
#define SHORT   4096 /* most are, so that many are tried */
#define CEILING (UINT64_C(16) << 20)

struct desk {
	struct fragments *fragments;
	struct counters counters;
	struct joined out;
	uint64_t pushes;
	int64_t now_ns;
	uint32_t id;
	uint32_t len;
	uint8_t family;
	uint8_t bytes[DATAGRAM_MOST];
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static uint64_t sum(const struct counters *c)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		n += c->undecoded[i];
	return n;
}

/* Pushes a fragment whose bytes lie in memory of exactly their size. */
static bool push(struct desk *desk, uint32_t offset, size_t sent, bool more,
		 const uint8_t *bytes, size_t captured)
{
	struct fragment in = { .source.family = desk->family,
			       .destination.family = desk->family,
			       .id = desk->id,
			       .protocol = 17,
			       .more = more,
			       .offset = offset,
			       .sent = sent,
			       .time_ns = desk->now_ns };
	uint8_t *exact = malloc(captured + 1);
	bool given;

	require(exact != NULL);
	memcpy(exact + 1, bytes, captured);
	in.bytes = bytes_of(exact + 1, captured);
	given = fragments_push(desk->fragments, &in, &desk->out);
	free(exact);
	desk->pushes++;
	require(sum(&desk->counters) <= desk->pushes);
	return given;
}

static void require_original(const struct desk *desk)
{
	require(desk->out.sent == desk->len && desk->out.protocol == 17);
	require(desk->out.bytes.len == desk->len);
	require(memcmp(desk->out.bytes.ptr, desk->bytes, desk->len) == 0);
}

static bool push_part(struct desk *desk, uint32_t from, uint32_t to)
{
	return push(desk, from, to - from, to < desk->len, desk->bytes + from,
		    to - from);
}

/* Places to cut at, from the first record; then which part comes next. */
static void cut_at_places(struct desk *desk, const uint8_t *data, size_t size)
{
	uint32_t cuts[CUTS + 1] = { 0 };
	unsigned came[CUTS] = { 0 };
	unsigned parts = 0;
	unsigned given = 0;

	for (size_t i = 0; i < CUTS - 1 && i < size; i++) {
		uint32_t next = cuts[parts] + 8 + data[i] * 8U;

		if (next >= desk->len)
			break;
		cuts[++parts] = next;
	}
	cuts[++parts] = desk->len;
	for (size_t i = CUTS - 1; i < size; i++) {
		unsigned n = data[i] % parts;
		unsigned least = UINT32_MAX;

		came[n]++;
		for (unsigned k = 0; k < parts; k++)
			if (came[k] < least)
				least = came[k];
		if (push_part(desk, cuts[n], cuts[n + 1])) {
			require_original(desk);
			given++;
		}
		require(given == least);
	}
	require(sum(&desk->counters) == 0);
}

/* Parts that overlap and agree; a new datagram when one is whole. */
static void overlap(struct desk *desk, const uint8_t *data, size_t size)
{
	static uint8_t covered[DATAGRAM_MOST];
	uint32_t missing = desk->len;
	bool ended = false;

	memset(covered, 0, desk->len);
	for (; size >= 4; data += 4, size -= 4) {
		uint32_t from = be16(data) * 8U % desk->len & ~7U;
		uint32_t to = from + 8 + be16(data + 2) % 512 * 8;
		bool given;

		if (to > desk->len)
			to = desk->len;
		ended = ended || to == desk->len;
		for (uint32_t i = from; i < to; i++) {
			missing -= covered[i] == 0;
			covered[i] = 1;
		}
		given = push_part(desk, from, to);
		require(given == (ended && missing == 0));
		if (!given)
			continue;
		require_original(desk);
		desk->id++;
		memset(covered, 0, desk->len);
		missing = desk->len;
		ended = false;
	}
	require(sum(&desk->counters) == 0);
}

static void anything(struct desk *desk, uint64_t ceiling, uint32_t most,
		     const uint8_t *data, size_t size)
{
	for (; size >= 8; data += 8, size -= 8) {
		uint32_t offset = be16(data) & 0xfff8U;
		size_t sent = be16(data + 2) % most;
		size_t captured = sent;

		desk->family = (data[4] & 1) != 0 ? 6 : 4;
		desk->id = data[5];
		desk->now_ns += (int8_t)data[6] * INT64_C(1000000000);
		if ((data[4] & 2) != 0)
			captured = sent * data[7] / 256;
		if ((data[4] & 8) != 0)
			desk->bytes[offset % 64] ^= data[7];
		if (push(desk, offset, sent, (data[4] & 4) != 0, desk->bytes,
			 captured)) {
			require(desk->out.bytes.len <= desk->out.sent);
			require(desk->out.sent <= DATAGRAM_MOST);
		}
		require(fragments_bytes(desk->fragments) <= ceiling);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct desk desk;
	uint64_t ceiling = CEILING;
	uint32_t seed = 1;
	uint32_t most;

	if (size < 3)
		return 0;
	most = (data[0] & 8) != 0 ? DATAGRAM_MOST : SHORT;
	desk = (struct desk){ .len = be16(data + 1) % most + 1 };
	desk.family = (data[0] & 4) != 0 ? 6 : 4;
	for (uint32_t i = 0; i < desk.len; i++) {
		seed = seed * 1664525 + 1013904223;
		desk.bytes[i] = (uint8_t)(seed >> 24);
	}
	if ((data[0] & 2) != 0)
		ceiling = 8192 + be16(data + 1);
	require(fragments_new(&desk.fragments, &desk.counters, ceiling) ==
		ERR_OK);
	if ((data[0] & 3) == 0) {
		cut_at_places(&desk, data + 3, size - 3);
	} else if ((data[0] & 3) == 1) {
		desk.family = 4;
		overlap(&desk, data + 3, size - 3);
	} else {
		anything(&desk, ceiling, most, data + 3, size - 3);
	}
	fragments_finish(desk.fragments);
	require(sum(&desk.counters) <= desk.pushes);
	fragments_free(desk.fragments);
	return 0;
}
