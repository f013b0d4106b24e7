#include "lexer.h"

#include "sipmon/base/utf8.h"

/* What letters and digits belong to, whichever they are. */
#define ANY                                                                    \
	(LEX_TOKEN | LEX_WORD | LEX_USER | LEX_PASSWORD | LEX_PARAM |          \
	 LEX_HVALUE | LEX_URIC | LEX_HOST | LEX_LABEL)
#define LETTER  (ANY | LEX_ALPHA)
#define XLETTER (LETTER | LEX_HEX | LEX_PHONE | LEX_IPV6)
#define NUMERAL (ANY | LEX_DIGIT | LEX_HEX | LEX_PHONE | LEX_IPV6)
/* "mark" of RFC 3261 section 25.1 without those that are no token. */
#define MARK   (LEX_USER | LEX_PASSWORD | LEX_PARAM | LEX_HVALUE | LEX_URIC)
#define TOKENS (LEX_TOKEN | LEX_WORD)

/* clang-format off */
const uint16_t lex_class[256] = {
	['\t'] = LEX_BLANK,
	['\n'] = LEX_BLANK,
	['\r'] = LEX_BLANK,
	[' '] = LEX_BLANK,
	['!'] = MARK | TOKENS,
	['"'] = LEX_WORD,
	['#'] = LEX_PHONE,
	['$'] = MARK,
	['%'] = TOKENS,
	['&'] = LEX_USER | LEX_PASSWORD | LEX_PARAM | LEX_URIC,
	['\''] = MARK | TOKENS,
	['('] = MARK | LEX_WORD | LEX_PHONE,
	[')'] = MARK | LEX_WORD | LEX_PHONE,
	['*'] = MARK | TOKENS | LEX_PHONE,
	['+'] = MARK | TOKENS | LEX_PHONE,
	[','] = LEX_USER | LEX_PASSWORD | LEX_URIC,
	['-'] = MARK | TOKENS | LEX_HOST | LEX_LABEL | LEX_PHONE,
	['.'] = MARK | TOKENS | LEX_HOST | LEX_PHONE | LEX_IPV6,
	['/'] = LEX_WORD | LEX_USER | LEX_PARAM | LEX_HVALUE | LEX_URIC,
	['0'] = NUMERAL, ['1'] = NUMERAL, ['2'] = NUMERAL,
	['3'] = NUMERAL, ['4'] = NUMERAL, ['5'] = NUMERAL,
	['6'] = NUMERAL, ['7'] = NUMERAL, ['8'] = NUMERAL,
	['9'] = NUMERAL,
	[':'] = LEX_WORD | LEX_PARAM | LEX_HVALUE | LEX_URIC | LEX_IPV6,
	[';'] = LEX_USER | LEX_URIC,
	['<'] = LEX_WORD,
	['='] = LEX_USER | LEX_PASSWORD | LEX_URIC,
	['>'] = LEX_WORD,
	['?'] = LEX_WORD | LEX_USER | LEX_HVALUE | LEX_URIC,
	['@'] = LEX_URIC,
	['A'] = XLETTER, ['B'] = XLETTER, ['C'] = XLETTER,
	['D'] = XLETTER, ['E'] = XLETTER, ['F'] = XLETTER, ['G'] = LETTER,
	['H'] = LETTER, ['I'] = LETTER, ['J'] = LETTER, ['K'] = LETTER,
	['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER, ['O'] = LETTER,
	['P'] = LETTER, ['Q'] = LETTER, ['R'] = LETTER, ['S'] = LETTER,
	['T'] = LETTER, ['U'] = LETTER, ['V'] = LETTER, ['W'] = LETTER,
	['X'] = LETTER, ['Y'] = LETTER, ['Z'] = LETTER,
	['['] = LEX_WORD | LEX_PARAM | LEX_HVALUE | LEX_URIC,
	['\\'] = LEX_WORD,
	[']'] = LEX_WORD | LEX_PARAM | LEX_HVALUE | LEX_URIC,
	['_'] = MARK | TOKENS,
	['`'] = TOKENS,
	['a'] = XLETTER, ['b'] = XLETTER, ['c'] = XLETTER,
	['d'] = XLETTER, ['e'] = XLETTER, ['f'] = XLETTER, ['g'] = LETTER,
	['h'] = LETTER, ['i'] = LETTER, ['j'] = LETTER, ['k'] = LETTER,
	['l'] = LETTER, ['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER,
	['p'] = LETTER, ['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER,
	['t'] = LETTER, ['u'] = LETTER, ['v'] = LETTER, ['w'] = LETTER,
	['x'] = LETTER, ['y'] = LETTER, ['z'] = LETTER,
	['{'] = LEX_WORD,
	['}'] = LEX_WORD,
	['~'] = MARK | TOKENS,
};
/* clang-format on */

const char *lex_quoted(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '"')
			return p + 1;
		if (*p == '\\' && ++p == end)
			break;
	}
	return NULL;
}

const char *lex_escaped(const char *p, const char *end, unsigned mask)
{
	for (;;) {
		p = lex_span(p, end, mask);
		if (end - p < 3 || *p != '%' || !lex_is(p[1], LEX_HEX) ||
		    !lex_is(p[2], LEX_HEX))
			return p;
		p += 3;
	}
}

/*
 * A backslash outside of quotes takes its neighbour along as well: so an open
 * quote is searched for its end but once, however often this is called.
 */
const char *lex_comma(const char *p, const char *end)
{
	bool inside = false; /* of <> */
	bool closed = true;  /* a ">" may follow */

	while (p < end && (*p != ',' || inside)) {
		const char *after = *p == '"' ? lex_quoted(p, end) : NULL;

		if (after != NULL) {
			p = after;
			continue;
		}
		if (*p == '\\' && end - p > 1)
			p++;
		else if (*p == '<' && !inside && closed)
			inside = closed =
				memchr(p, '>', (size_t)(end - p)) != NULL;
		else if (*p == '>')
			inside = false;
		p++;
	}
	return p;
}

bool lex_number(const char *p, const char *end, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;

	if (p == end)
		return false;
	for (; p < end; p++) {
		if (!lex_is(*p, LEX_DIGIT))
			return false;
		n = n * 10 + (unsigned)(*p - '0');
		if (n > max)
			return false;
	}
	*out = (uint32_t)n;
	return true;
}

enum lex_odd lex_odd(const char *p, const char *end, const char **at)
{
	struct slice rest = { p, (size_t)(end - p) };

	while (rest.len > 0) {
		unsigned char c = (unsigned char)*rest.ptr;
		/* quoted-pair may hold any of them */
		bool escaped = rest.ptr > p && rest.ptr[-1] == '\\';

		*at = rest.ptr;
		if (c >= 0x80 && utf8_next(&rest) < 0)
			return LEX_ODD_UTF8;
		if (c >= 0x80)
			continue;
		if ((c < 0x20 || c == 0x7f) && !escaped &&
		    !lex_is((char)c, LEX_BLANK))
			return LEX_ODD_CONTROL;
		rest.ptr++;
		rest.len--;
	}
	return LEX_ODD_NONE;
}
