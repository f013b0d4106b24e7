/*
 * buf.h - growing bytes, with a ceiling set at birth.
 *
 * An append that fails sticks: look at `failed` once, at the end.
 */
#ifndef SIPMON_BASE_BUF_H
#define SIPMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

struct buf {
	char *ptr;
	size_t len;
	size_t room;
	size_t max;
	bool failed; /* out of memory or over the ceiling */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);

static inline void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){ b->ptr != NULL ? b->ptr : "", b->len };
}

/* Room for `n` more bytes at ptr + len; NULL if there is none. */
char *buf_reserve(struct buf *b, size_t n);

void buf_add(struct buf *b, struct slice s);
void buf_add_char(struct buf *b, char c);
void buf_add_text(struct buf *b, const char *text);
/* In decimal; the numbers of a report are too many for printf. */
void buf_add_uint(struct buf *b, uint64_t value);
void buf_add_format(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
