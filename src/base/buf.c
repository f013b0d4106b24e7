#include "sipmon/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_free(struct buf *b)
{
	free(b->ptr);
	buf_init(b, b->max);
}

/* Room for `n` more bytes, whatever the ceiling. */
static char *make_room(struct buf *b, size_t n)
{
	size_t room = b->room < 256 ? 256 : b->room;
	char *ptr;

	if (b->ptr != NULL && n <= b->room - b->len)
		return b->ptr + b->len;
	if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
		b->failed = true;
		return NULL;
	}
	while (room - b->len < n)
		room *= 2;
	ptr = realloc(b->ptr, room);
	if (ptr == NULL) {
		b->failed = true;
		return NULL;
	}
	b->ptr = ptr;
	b->room = room;
	return b->ptr + b->len;
}

/* Bytes up to the ceiling. */
static size_t left(const struct buf *b)
{
	return b->len < b->max ? b->max - b->len : 0;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (n > left(b)) {
		b->failed = true;
		return NULL;
	}
	return make_room(b, n);
}

void buf_add(struct buf *b, struct slice s)
{
	char *here;

	if (s.len == 0)
		return;
	here = buf_reserve(b, s.len);
	if (here == NULL)
		return;
	memcpy(here, s.ptr, s.len);
	b->len += s.len;
}

void buf_add_char(struct buf *b, char c)
{
	char *here = buf_reserve(b, 1);

	if (here != NULL) {
		*here = c;
		b->len++;
	}
}

void buf_add_text(struct buf *b, const char *text)
{
	buf_add(b, slice_of(text));
}

void buf_add_format(struct buf *b, const char *format, ...)
{
	va_list args;
	va_list again;
	char *here = make_room(b, 128);
	int n;

	if (here == NULL)
		return;
	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(here, b->room - b->len, format, args);
	if (n < 0 || (size_t)n > left(b)) {
		b->failed = true;
		n = 0;
	} else if ((size_t)n >= b->room - b->len) {
		/* Its terminator needs a byte too, and is not kept. */
		here = make_room(b, (size_t)n + 1);
		n = here == NULL
			    ? 0
			    : vsnprintf(here, b->room - b->len, format, again);
	}
	b->len += (size_t)n;
	va_end(again);
	va_end(args);
}

void buf_add_uint(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	buf_add(b, (struct slice){ digits + n, sizeof(digits) - n });
}
