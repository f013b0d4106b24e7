/*
 * bytes.h - a bounded reader of packet bytes.
 *
 * A read that does not fit gives zeros and sticks: `failed` stays true, so a
 * decoder may read a whole header and look once.
 */
#ifndef SIPMON_BASE_BYTES_H
#define SIPMON_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *ptr;
	size_t len;
	bool failed;
};

static inline struct bytes bytes_of(const void *ptr, size_t len)
{
	return (struct bytes){ ptr, len, false };
}

/* The next `n` bytes, or NULL if there are fewer. */
static inline const uint8_t *bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *here = b->ptr;

	if (n > b->len || b->failed) {
		b->failed = true;
		return NULL;
	}
	b->ptr += n;
	b->len -= n;
	return here;
}

static inline uint8_t bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static inline uint16_t bytes_be16(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p == NULL ? 0 : be16(p);
}

static inline uint32_t bytes_be32(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	return p == NULL ? 0 : be32(p);
}

#endif
