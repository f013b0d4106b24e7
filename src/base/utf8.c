#include "sipmon/base/utf8.h"

#include <string.h>

#include <stdio.h>

int32_t utf8_next(struct slice *rest)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;
	unsigned need;
	uint32_t cp;
	uint32_t least;

	rest->ptr++;
	rest->len--;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		need = 1;
		cp = p[0] & 0x1fU;
		least = 0x80;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		need = 2;
		cp = p[0] & 0x0fU;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		need = 3;
		cp = p[0] & 0x07U;
		least = 0x10000;
	} else {
		return -1;
	}
	if (rest->len < need)
		return -1;
	for (unsigned i = 1; i <= need; i++) {
		if ((p[i] & 0xc0U) != 0x80)
			return -1;
		cp = cp << 6 | (p[i] & 0x3fU);
	}
	if (cp < least || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return -1;
	rest->ptr += need;
	rest->len -= need;
	return (int32_t)cp;
}

unsigned utf8_put(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

enum kind {
	KIND_TEXT = 0, /* one cell */
	KIND_UNSAFE,
	KIND_ZERO,
	KIND_WIDE,
};

/* clang-format off */
static const struct range {
	uint32_t first;
	uint32_t last;
	enum kind kind;
} ranges[] = {
#define UNSAFE(first, last) { first, last, KIND_UNSAFE },
#define ZERO(first, last)   { first, last, KIND_ZERO },
#define WIDE(first, last)   { first, last, KIND_WIDE },
#include "utf8_ranges.def"
#undef UNSAFE
#undef ZERO
#undef WIDE
};
/* clang-format on */

static enum kind kind_of(uint32_t cp)
{
	size_t low = 0;
	size_t high = sizeof(ranges) / sizeof(ranges[0]);

	/* Halves at each step. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cp > ranges[middle].last)
			low = middle + 1;
		else if (cp < ranges[middle].first)
			high = middle;
		else
			return ranges[middle].kind;
	}
	return KIND_TEXT;
}

bool utf8_is_unsafe(uint32_t cp)
{
	if (cp < 0x7f)
		return cp < 0x20;
	return kind_of(cp) == KIND_UNSAFE;
}

unsigned utf8_cells(uint32_t cp)
{
	enum kind kind = cp < 0x300 ? KIND_TEXT : kind_of(cp);

	if (kind == KIND_ZERO)
		return 0;
	return kind == KIND_WIDE ? 2 : 1;
}

unsigned utf8_show_next(struct slice *rest, char out[12], bool *escaped)
{
	unsigned char byte = (unsigned char)rest->ptr[0];
	int32_t cp = utf8_next(rest);

	*escaped = false;
	if (cp >= 0 && !utf8_is_unsafe((uint32_t)cp))
		return utf8_put((uint32_t)cp, out);
	*escaped = true;
	if (cp < 0 || cp < 0x80)
		return (unsigned)snprintf(out, 12, "\\x%02x", byte);
	if (cp < 0x10000)
		return (unsigned)snprintf(out, 12, "\\u%04x", (unsigned)cp);
	return (unsigned)snprintf(out, 12, "\\U%06x", (unsigned)cp);
}

void utf8_show(struct buf *out, struct slice s)
{
	while (s.len > 0) {
		size_t n = 0;
		char piece[12];
		bool escaped;
		unsigned len;

		while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7f)
			n++;
		buf_add(out, slice_sub(s, 0, n));
		s = slice_sub(s, n, s.len);
		if (s.len == 0)
			break;
		len = utf8_show_next(&s, piece, &escaped);
		buf_add(out, (struct slice){ piece, len });
	}
}

char *utf8_show_cut(struct slice s, char *out, size_t size)
{
	size_t used = 0;

	while (s.len > 0) {
		char piece[12];
		bool escaped;
		unsigned n = utf8_show_next(&s, piece, &escaped);

		/* Room is kept for the sign of the cut and the end. */
		if (used + n + 2 > size) {
			out[used++] = '~';
			break;
		}
		memcpy(out + used, piece, n);
		used += n;
	}
	out[used] = '\0';
	return out;
}

size_t utf8_shown_cells(struct slice s)
{
	size_t cells = 0;

	while (s.len > 0) {
		char piece[12];
		bool escaped;
		unsigned len = utf8_show_next(&s, piece, &escaped);
		struct slice shown = { piece, len };

		if (escaped)
			cells += len;
		else
			cells += utf8_cells((uint32_t)utf8_next(&shown));
	}
	return cells;
}
