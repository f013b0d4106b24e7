/*
 * lexer.h - characters, lines and words of RFC 3261 section 25.1.
 *
 * Everything works on [p, end) and answers where it stopped.  A field that was
 * folded keeps its line ends, so CR and LF count as blanks inside a value.
 */
#ifndef SIPMON_SIP_LEXER_H
#define SIPMON_SIP_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

enum lex_set {
	LEX_TOKEN = 1 << 0,
	LEX_WORD = 1 << 1,
	LEX_USER = 1 << 2, /* of a URI; without "%" as all sets of URIs */
	LEX_PASSWORD = 1 << 3,
	LEX_PARAM = 1 << 4,
	LEX_HVALUE = 1 << 5, /* hnv-unreserved */
	LEX_URIC = 1 << 6,
	LEX_HOST = 1 << 7,
	LEX_ALPHA = 1 << 8,
	LEX_DIGIT = 1 << 9,
	LEX_HEX = 1 << 10,
	LEX_PHONE = 1 << 11,
	LEX_IPV6 = 1 << 12,
	LEX_LABEL = 1 << 13, /* of a host: LEX_HOST without the dot */
	LEX_BLANK = 1 << 14  /* SP, HT and, from folds, CR and LF */
};

extern const uint16_t lex_class[256];

static inline bool lex_is(char c, unsigned mask)
{
	return (lex_class[(unsigned char)c] & mask) != 0;
}

/* Past all characters of `mask`: most of the time of a message is spent here.
 */
static inline const char *lex_span(const char *p, const char *end,
				   unsigned mask)
{
	for (; end - p >= 4; p += 4) {
		if (!lex_is(p[0], mask))
			return p;
		if (!lex_is(p[1], mask))
			return p + 1;
		if (!lex_is(p[2], mask))
			return p + 2;
		if (!lex_is(p[3], mask))
			return p + 3;
	}
	while (p < end && lex_is(*p, mask))
		p++;
	return p;
}

static inline const char *lex_blanks(const char *p, const char *end)
{
	while (p < end && lex_is(*p, LEX_BLANK))
		p++;
	return p;
}

static inline uint64_t lex_load8(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x | 0x2020202020202020u;
}

static inline uint32_t lex_load4(const char *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return x | 0x20202020u;
}

/*
 * Equal but for the case; for tokens of at most 24 bytes.  Bit 0x20 makes
 * letters small, and of the other characters of our names only "-" is
 * concerned: with CR, which no token holds.  The reads of a length overlap
 * where it is not a multiple of them.
 */
static inline bool lex_same_name(const char *a, const char *b, size_t len)
{
	if (len >= 8) {
		if (lex_load8(a) != lex_load8(b) ||
		    lex_load8(a + len - 8) != lex_load8(b + len - 8))
			return false;
		return len <= 16 || lex_load8(a + 8) == lex_load8(b + 8);
	}
	if (len >= 4)
		return lex_load4(a) == lex_load4(b) &&
		       lex_load4(a + len - 4) == lex_load4(b + len - 4);
	for (size_t i = 0; i < len; i++)
		if ((a[i] | 0x20) != (b[i] | 0x20))
			return false;
	return true;
}

/* Is the token `s` the name `literal`? */
#define LEX_IS_NAME(s, literal)                                                \
	((s).len == sizeof(literal) - 1 &&                                     \
	 lex_same_name((s).ptr, literal, sizeof(literal) - 1))

static inline struct slice lex_slice(const char *from, const char *to)
{
	return (struct slice){ from, (size_t)(to - from) };
}

/* Of an absent slice NULL, to which nothing may be added. */
static inline const char *lex_end(struct slice s)
{
	return s.len == 0 ? s.ptr : s.ptr + s.len;
}

/* Without the blanks at its end. */
static inline struct slice lex_trimmed(const char *from, const char *to)
{
	while (to > from && lex_is(to[-1], LEX_BLANK))
		to--;
	return lex_slice(from, to);
}

/* As lex_span, and over "%" with two hexadecimal digits. */
const char *lex_escaped(const char *p, const char *end, unsigned mask);

/* `p` at the opening quote: past the closing one; NULL if there is none. */
const char *lex_quoted(const char *p, const char *end);

/* The next comma outside of quotes and <>, or `end`. */
const char *lex_comma(const char *p, const char *end);

/* Digits that fill [p, end) and are no more than `max`. */
bool lex_number(const char *p, const char *end, uint32_t max, uint32_t *out);

enum lex_odd { LEX_ODD_NONE, LEX_ODD_CONTROL, LEX_ODD_UTF8 };

/* The first byte that no header field may hold; `*at` tells where. */
enum lex_odd lex_odd(const char *p, const char *end, const char **at);

#endif
