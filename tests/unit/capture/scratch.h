/*
 * scratch.h - capture files made byte by byte, in a file of their own.
 *
 * Numbers are written in the byte order that `big` names.
 */
#ifndef SIPMON_TESTS_CAPTURE_SCRATCH_H
#define SIPMON_TESTS_CAPTURE_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sipmon/capture/source.h"

#define SCRATCH_MAX 65536

/* The options of a source that has a number and nothing else. */
#define NUMBER(n) (&(struct source_options){ .number = (n) })

struct scratch {
	uint8_t bytes[SCRATCH_MAX];
	size_t len;
	bool big;
	char path[64];
};

static inline void put(struct scratch *s, const void *bytes, size_t len)
{
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

static inline void put_number(struct scratch *s, uint64_t value, unsigned len)
{
	for (unsigned i = 0; i < len; i++) {
		unsigned shift = 8 * (s->big ? len - 1 - i : i);

		s->bytes[s->len++] = (uint8_t)(value >> shift);
	}
}

static inline void u16(struct scratch *s, unsigned value)
{
	put_number(s, value, 2);
}

static inline void u32(struct scratch *s, uint32_t value)
{
	put_number(s, value, 4);
}

static inline void pcap_header(struct scratch *s, uint32_t magic,
			       uint32_t link_type)
{
	u32(s, magic);
	u16(s, 2);
	u16(s, 4);
	u32(s, 0);
	u32(s, 0);
	u32(s, 262144);
	u32(s, link_type);
}

static inline void pcap_record(struct scratch *s, uint32_t seconds,
			       uint32_t ticks, const char *data)
{
	u32(s, seconds);
	u32(s, ticks);
	u32(s, (uint32_t)strlen(data));
	u32(s, (uint32_t)strlen(data));
	put(s, data, strlen(data));
}

/* A pcapng block: gives its begin, which block_end needs. */
static inline size_t block_begin(struct scratch *s, uint32_t type)
{
	size_t begin = s->len;

	u32(s, type);
	u32(s, 0);
	return begin;
}

static inline void block_end(struct scratch *s, size_t begin)
{
	size_t end;

	while (s->len % 4 != begin % 4)
		s->bytes[s->len++] = 0;
	end = s->len + 4;
	s->len = begin + 4;
	u32(s, (uint32_t)(end - begin));
	s->len = end - 4;
	u32(s, (uint32_t)(end - begin));
}

static inline void section(struct scratch *s)
{
	size_t b = block_begin(s, 0x0a0d0d0a);

	u32(s, 0x1a2b3c4d);
	u16(s, 1);
	u16(s, 0);
	put_number(s, UINT64_MAX, 8);
	block_end(s, b);
}

/* With if_tsresol, unless that is 6, and if_tsoffset, unless that is 0. */
static inline void interface(struct scratch *s, unsigned link_type,
			     uint8_t resolution, uint64_t offset)
{
	size_t b = block_begin(s, 1);

	u16(s, link_type);
	u16(s, 0);
	u32(s, 0);
	if (resolution != 6) {
		u16(s, 9);
		u16(s, 1);
		put(s, &resolution, 1);
		put(s, "\0\0\0", 3);
	}
	if (offset != 0) {
		u16(s, 14);
		u16(s, 8);
		put_number(s, offset, 8);
	}
	u32(s, 0); /* end of options */
	block_end(s, b);
}

static inline void enhanced(struct scratch *s, uint32_t number, uint64_t ticks,
			    const char *data)
{
	size_t b = block_begin(s, 6);

	u32(s, number);
	u32(s, (uint32_t)(ticks >> 32));
	u32(s, (uint32_t)ticks);
	u32(s, (uint32_t)strlen(data));
	u32(s, (uint32_t)strlen(data));
	put(s, data, strlen(data));
	block_end(s, b);
}

/* Writes the first `len` bytes into a new file; its path is in `s`. */
static inline const char *saved_part(struct scratch *s, size_t len)
{
	int fd;

	snprintf(s->path, sizeof(s->path), "/tmp/sipmon-test-XXXXXX");
	fd = mkstemp(s->path);
	if (fd < 0 || write(fd, s->bytes, len) != (ssize_t)len)
		abort();
	close(fd);
	return s->path;
}

static inline const char *saved(struct scratch *s)
{
	return saved_part(s, s->len);
}

#endif
