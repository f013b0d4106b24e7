/*
 * Any bytes as HEP, a datagram and a stream.  The law: a payload lies in what
 * was parsed or unpacked, what is parsed is recognised, and a stream gives the
 * same messages, and counts the same, however it is cut.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/stream/layer.h"
#include "sipmon/net/hep.h"

/* What came out of a stream: a hash (FNV-1a) of it in order. */
struct heard {
	uint64_t hash;
	uint64_t count;
};

static void require(int truth)
{
	if (!truth)
		abort();
}

static void mix(struct heard *h, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++)
		h->hash = (h->hash ^ p[i]) * UINT64_C(0x100000001b3);
}

static void hear(void *ctx, const struct layer_out *out)
{
	struct heard *h = ctx;

	require(out->whole && out->flow != NULL && out->direction == 1);
	require(out->flow->source.family == 4 || out->flow->source.family == 6);
	mix(h, out->bytes.ptr, out->bytes.len);
	mix(h, &out->time_ns, sizeof(out->time_ns));
	mix(h, &out->flow->source, sizeof(out->flow->source));
	h->count++;
}

static struct heard streamed(struct slice s, size_t step,
			     struct counters *counters)
{
	struct heard heard = { UINT64_C(0xcbf29ce484222325), 0 };
	const struct layer_place place = { .up = hear,
					   .ctx = &heard,
					   .counters = counters };
	void *layer = layer_hep.open(&place);
	size_t taken = 0;
	size_t there = 0;

	require(layer != NULL);
	while (there < s.len) {
		struct layer_in in = { .direction = 1 };
		size_t n;

		there = s.len - there > step ? there + step : s.len;
		in.bytes = slice_sub(s, taken, there - taken);
		in.last = there == s.len;
		n = layer_hep.take(layer, &in);
		require(n <= in.bytes.len);
		require(n < in.bytes.len || in.need == 0);
		taken += n;
	}
	require(taken == s.len);
	layer_hep.close(layer);
	return heard;
}

static void check_message(struct slice s, struct buf *scratch)
{
	struct hep h;
	enum err err = hep_open(&h, s, scratch);
	const char *begin = s.ptr;
	size_t len = s.len;

	require(h.version != 3 || hep_length(s) <= HEP_MESSAGE_MAX);
	if ((err && err != ERR_TRUNCATED) || h.payload.ptr == NULL)
		return;
	if (h.unpacked) {
		begin = scratch->ptr;
		len = HEP_UNPACKED_MAX;
	}
	require(h.payload.ptr >= begin && h.payload.ptr <= begin + len);
	require(h.payload.len <= len - (size_t)(h.payload.ptr - begin));
	require(h.sent >= h.payload.len);
	require(h.time_ns >= 0);
	require((err == ERR_OK) == (h.sent == h.payload.len) ||
		err == ERR_TRUNCATED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { (const char *)data + 1, size - 1 };
	struct counters whole = { 0 };
	struct counters cut = { 0 };
	struct buf scratch;
	struct heard a;
	struct heard b;

	if (size == 0)
		return 0;
	buf_init(&scratch, HEP_UNPACKED_MAX);
	check_message(s, &scratch);
	a = streamed(s, s.len + 1, &whole);
	b = streamed(s, (size_t)data[0] + 1, &cut);
	require(a.hash == b.hash && a.count == b.count);
	require(memcmp(&whole, &cut, sizeof(whole)) == 0);
	buf_free(&scratch);
	return 0;
}
