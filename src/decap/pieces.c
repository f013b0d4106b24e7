#include "pieces.h"

#include <string.h>

/*
 * RFC 791: every link carries 68 bytes, 48 of them of the datagram.  Who cuts
 * it smaller wants to hide something, or to keep us busy.
 */
#define PIECES_MOST ((DATAGRAM_MOST + 47) / 48)

#define PIECES_FIRST 4

#define UDP_PROTOCOL 17
#define UDP_HEADER   8

struct piece {
	const char *bytes;
	uint16_t offset;
	uint16_t len;
	uint16_t captured; /* of `len` */
	uint16_t seen;     /* how often it came */
};

/* RFC 791; RFC 8200 section 4.5 lists the same faults for IPv6. */
bool fragment_is_sound(const struct fragment *in)
{
	if (in->sent == 0 || in->sent > DATAGRAM_MOST ||
	    in->bytes.len > in->sent ||
	    in->offset > DATAGRAM_MOST - (uint32_t)in->sent)
		return false;
	return !in->more || in->sent % 8 == 0;
}

static uint32_t piece_end(const struct piece *p)
{
	return (uint32_t)p->offset + p->len;
}

static uint32_t fragment_end(const struct fragment *in)
{
	return in->offset + (uint32_t)in->sent;
}

/* Index of the first piece that ends behind `offset`. */
static unsigned first_behind(const struct pieces *p, uint32_t offset)
{
	unsigned low = 0;
	unsigned high = p->count;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (piece_end(&p->list[middle]) > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Are the bytes that both have the same? */
static bool agrees(const struct piece *piece, const struct fragment *in)
{
	uint32_t from = piece->offset > in->offset ? piece->offset : in->offset;
	uint32_t to = (uint32_t)piece->offset + piece->captured;
	uint32_t other = in->offset + (uint32_t)in->bytes.len;

	if (to > other)
		to = other;
	return from >= to ||
	       memcmp(piece->bytes + (from - piece->offset),
		      in->bytes.ptr + (from - in->offset), to - from) == 0;
}

static bool end_is_false(const struct pieces *p, const struct fragment *in)
{
	uint32_t end = fragment_end(in);

	if (p->end != 0)
		return in->more ? end > p->end : end != p->end;
	return !in->more && p->count > 0 &&
	       piece_end(&p->list[p->count - 1]) > end;
}

/* A copy is what one piece holds already: that, no more and no less. */
enum fit pieces_fit(const struct pieces *p, const struct fragment *in)
{
	uint32_t end = fragment_end(in);
	unsigned first = first_behind(p, in->offset);
	unsigned i = first;
	bool same = true;

	while (i < p->count && p->list[i].offset < end)
		same = agrees(&p->list[i++], in) && same;
	if (!same && in->offset == 0)
		return FIT_FIRST;
	if (end_is_false(p, in))
		return FIT_FALSE;
	if (i == first)
		return FIT_NEW;
	if (same && p->list[first].offset == in->offset &&
	    p->list[first].len == in->sent)
		return FIT_COPY;
	return FIT_OVERLAP;
}

static bool more_room(struct pieces *p, struct arena_pool *pool)
{
	size_t room = p->room == 0 ? PIECES_FIRST : p->room * 2U;
	struct piece *list = arena_alloc(&p->arena, pool, room * sizeof(*list));

	if (list == NULL)
		return false;
	if (p->count > 0)
		memcpy(list, p->list, p->count * sizeof(*list));
	p->list = list;
	p->room = (uint16_t)room;
	return true;
}

/* The bytes of `in` from `from` to `to` become piece `i`. */
static enum err insert(struct pieces *p, struct arena_pool *pool, unsigned i,
		       const struct fragment *in, uint32_t from, uint32_t to)
{
	struct slice all = { (const char *)in->bytes.ptr, in->bytes.len };
	struct slice part = slice_sub(all, from - in->offset, to - from);

	if (p->count == PIECES_MOST)
		return ERR_LIMIT;
	if (p->count == p->room && !more_room(p, pool))
		return ERR_NOMEM;
	if (part.len > 0) {
		part = arena_copy(&p->arena, pool, part);
		if (!slice_is_set(part))
			return ERR_NOMEM;
	}
	memmove(p->list + i + 1, p->list + i,
		(p->count - i) * sizeof(*p->list));
	p->list[i] = (struct piece){ .bytes = part.ptr,
				     .offset = (uint16_t)from,
				     .len = (uint16_t)(to - from),
				     .captured = (uint16_t)part.len,
				     .seen = 1 };
	p->count++;
	p->covered += to - from;
	return ERR_OK;
}

enum err pieces_add(struct pieces *p, struct arena_pool *pool,
		    const struct fragment *in, bool *kept)
{
	uint32_t end = fragment_end(in);
	uint32_t from = in->offset;
	unsigned i = first_behind(p, from);

	*kept = false;
	if (!in->more)
		p->end = end;
	/* Each round ends behind a further piece, or at the end of `in`. */
	while (from < end) {
		uint32_t to = end;

		if (i < p->count && p->list[i].offset < end)
			to = p->list[i].offset;
		if (to > from) {
			enum err err = insert(p, pool, i, in, from, to);

			if (err)
				return err;
			*kept = true;
			i++;
		}
		if (to == end)
			break;
		from = piece_end(&p->list[i++]);
	}
	return ERR_OK;
}

void pieces_see(struct pieces *p, const struct fragment *in)
{
	struct piece *piece = &p->list[first_behind(p, in->offset)];

	/* A copy may be the first to say that nothing follows. */
	if (!in->more)
		p->end = fragment_end(in);
	if (piece->seen == UINT16_MAX)
		return;
	if (p->given > 0 && piece->seen == p->given)
		p->behind--;
	piece->seen++;
}

bool pieces_are_whole(const struct pieces *p)
{
	if (p->given > 0)
		return p->behind == 0;
	return p->end != 0 && p->covered == p->end;
}

/* RFC 1071: words of 16 bits; an odd byte at the end is the upper one. */
static uint64_t sum_of(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += be16(at + i);
	return len % 2 == 0 ? sum : sum + ((uint64_t)at[len - 1] << 8);
}

bool pieces_make_udp(const struct pieces *p, const struct endpoint *source,
		     const struct endpoint *destination)
{
	const struct piece *first = p->list;
	size_t size = source->family == 4 ? 4 : 16;
	uint64_t sum = UDP_PROTOCOL + (uint64_t)p->end;
	const uint8_t *header;

	if (first->captured < UDP_HEADER)
		return true;
	header = (const uint8_t *)first->bytes;
	/* A length of 0 means "what IP says" (RFC 2675). */
	if (be16(header + 4) != 0 && be16(header + 4) != p->end)
		return false;
	sum += sum_of(source->address, size);
	sum += sum_of(destination->address, size);
	/* All but the last begin and end at multiples of 8 bytes. */
	for (unsigned i = 0; i < p->count; i++) {
		if (p->list[i].captured < p->list[i].len)
			return true;
		sum += sum_of(p->list[i].bytes, p->list[i].len);
	}
	/* 0 is no checksum, and the sum with a right one is all ones. */
	return be16(header + 6) == 0 || sum % UINT16_MAX == 0;
}

size_t pieces_join(struct pieces *p, uint8_t *out)
{
	size_t len = 0;
	bool cut = false;

	p->given++;
	p->behind = 0;
	for (unsigned i = 0; i < p->count; i++) {
		const struct piece *piece = &p->list[i];

		if (piece->seen == p->given)
			p->behind++;
		if (cut)
			continue;
		if (piece->captured > 0)
			memcpy(out + piece->offset, piece->bytes,
			       piece->captured);
		len = (size_t)piece->offset + piece->captured;
		cut = piece->captured < piece->len;
	}
	return len;
}

void pieces_reset(struct pieces *p, struct arena_pool *pool)
{
	arena_reset(&p->arena, pool);
	*p = (struct pieces){ 0 };
}
