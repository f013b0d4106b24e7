/*
 * Records of TLS with their keys: recorded ones that are edited, or any bytes.
 * The laws: how the bytes are cut changes nothing.  What was not edited comes
 * up whole; and of what was, nothing comes up but what was said, in its order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/stream/ear.h"
#include "../unit/stream/hex.h"
#include "tls_recorded.h"

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define TEXT_BYTES 6
#define PIECES_MAX 64
#define EDIT_BYTES 4

struct recorded {
	const char *keys;
	const struct piece *pieces;
	size_t piece_count;
	struct slice said[DIRECTIONS]; /* texts of TEXT_BYTES */
};

static const struct recorded recorded[] = {
	{ tls13_keys,
	  tls13_pieces,
	  COUNT(tls13_pieces),
	  { { "ask 1\nask 3\n", 12 }, { "say 1\nsay 2\n", 12 } } },
	{ tls12_keys,
	  tls12_pieces,
	  COUNT(tls12_pieces),
	  { { "ask 1\nask 2\nask 3\n", 18 }, { "say 1\nsay 2\n", 12 } } },
};

/* Bytes of one direction; before those at `hole` some are missing. */
struct portion {
	unsigned direction;
	bool has_hole;
	size_t hole;
	uint8_t bytes[4096];
	size_t len;
};

struct talk {
	const struct recorded *of;
	struct portion portions[PIECES_MAX];
	size_t count;
	bool is_edited;
	bool sip_port;
	unsigned keys_at; /* before which portion the key log is read */
};

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void hear(struct ear *e, const struct talk *t, size_t step)
{
	struct keys *k = NULL;

	require(keys_new(&k) == ERR_OK);
	ear_open(e, &layer_tls, k, t->sip_port);
	for (size_t i = 0; i < t->count; i++) {
		const struct portion *p = &t->portions[i];
		struct slice bytes = { (const char *)p->bytes, p->len };

		if (i == t->keys_at)
			keys_add_log(k, slice_of(t->of->keys));
		if (e->ops->is_foreign(e->layer))
			break;
		if (p->has_hole) {
			ear_push_cut(e, p->direction,
				     slice_sub(bytes, 0, p->hole), step);
			ear_lost(e, p->direction);
			bytes = slice_sub(bytes, p->hole, bytes.len);
		}
		ear_push_cut(e, p->direction, bytes, step);
	}
	ear_end(e);
	require(e->ops->bytes(e->layer) < 1 << 20);
	/* Only the keys go; who was heard is looked at. */
	e->ops->close(e->layer);
	e->layer = NULL;
	keys_free(k);
}

static void forget(struct ear *e)
{
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		buf_free(&e->held[d]);
		buf_free(&e->heard[d]);
	}
}

/* Some of what was said, in order. */
static bool is_some_of(struct slice heard, struct slice said)
{
	while (heard.len > 0 && said.len > 0) {
		if (slice_eq(slice_sub(heard, 0, TEXT_BYTES),
			     slice_sub(said, 0, TEXT_BYTES)))
			heard = slice_sub(heard, TEXT_BYTES, heard.len);
		said = slice_sub(said, TEXT_BYTES, said.len);
	}
	return heard.len == 0;
}

static void record(struct talk *t)
{
	for (size_t i = 0; i < t->of->piece_count; i++) {
		const struct piece *from = &t->of->pieces[i];
		struct portion *p = &t->portions[t->count++];

		*p = (struct portion){ .direction = from->direction };
		p->len = bytes_of_hex(from->hex, p->bytes, sizeof(p->bytes));
	}
}

static void cut_out(struct portion *p, size_t at, size_t n)
{
	if (n > p->len - at)
		n = p->len - at;
	memmove(p->bytes + at, p->bytes + at + n, p->len - at - n);
	p->len -= n;
	if (p->has_hole && p->hole > at)
		p->hole = p->hole > at + n ? p->hole - n : at;
}

static void put_in(struct portion *p, size_t at, uint8_t value)
{
	size_t n = value % 8;

	if (n > sizeof(p->bytes) - p->len)
		return;
	memmove(p->bytes + at + n, p->bytes + at, p->len - at);
	memset(p->bytes + at, value, n);
	p->len += n;
}

/* What is done, to which portion, where, how. */
static void edit(struct talk *t, const uint8_t *e)
{
	struct portion *p = &t->portions[e[0] / 4 % t->count];
	size_t at = p->len == 0 ? 0 : ((size_t)e[1] << 8 | e[2]) % p->len;

	t->is_edited = true;
	switch (e[0] % 4) {
	case 0:
		if (p->len > 0)
			p->bytes[at] ^= e[3];
		break;
	case 1:
		cut_out(p, at, e[3]);
		break;
	case 2:
		cut_out(p, at, e[3]);
		p->has_hole = true;
		p->hole = at;
		break;
	case 3:
		put_in(p, at, e[3]);
		break;
	}
}

/* Direction and a hole, length, bytes. */
static void any_bytes(struct talk *t, const uint8_t *data, size_t size)
{
	t->is_edited = true;
	while (size >= 2 && t->count < PIECES_MAX) {
		struct portion *p = &t->portions[t->count++];
		size_t n = data[1] < size - 2 ? data[1] : size - 2;

		*p = (struct portion){ .direction = data[0] % 2,
				       .has_hole = data[0] >= 128 };
		memcpy(p->bytes, data + 2, n);
		p->len = n;
		data += 2 + n;
		size -= 2 + n;
	}
}

static void make(struct talk *t, const uint8_t *data, size_t size)
{
	*t = (struct talk){ .of = &recorded[data[0] % 2] };
	t->sip_port = (data[0] & 2) != 0;
	t->keys_at = data[0] / 8;
	if ((data[0] & 4) != 0) {
		any_bytes(t, data + 2, size - 2);
		return;
	}
	record(t);
	for (size_t at = 2; at + EDIT_BYTES <= size; at += EDIT_BYTES)
		edit(t, data + at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct talk *t;
	struct ear whole;
	struct ear cut;

	if (size < 2 || size > 4096)
		return 0;
	t = malloc(sizeof(*t));
	require(t != NULL);
	make(t, data, size);
	hear(&whole, t, SIZE_MAX / 2);
	hear(&cut, t, 1 + data[1] % 32);
	require(memcmp(&whole.counters, &cut.counters, sizeof(cut.counters)) ==
		0);
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		struct slice heard = buf_slice(&whole.heard[d]);

		require(slice_eq(heard, buf_slice(&cut.heard[d])));
		require(whole.holes[d] == cut.holes[d]);
		require((data[0] & 4) != 0 ||
			is_some_of(heard, t->of->said[d]));
		if (!t->is_edited && t->keys_at == 0)
			require(slice_eq(heard, t->of->said[d]));
	}
	forget(&whole);
	forget(&cut);
	free(t);
	return 0;
}
