#include "line.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7f;
}

/*
 * The first CR or LF, or `end`.  Clears `*plain` if a byte before it is not
 * printable ASCII.  One look at 16 bytes answers both, and there is a line end
 * for each 50 bytes of a message: this is the innermost loop of the program.
 */
static const char *line_stop(const char *p, const char *end, bool *plain)
{
#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(0x20);
	const __m128i del = _mm_set1_epi8(0x7f);
	const __m128i cr = _mm_set1_epi8('\r');
	const __m128i lf = _mm_set1_epi8('\n');

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* signed: below 0x20 are the controls and all of 0x80..0xff */
		__m128i odd = _mm_or_si128(_mm_cmplt_epi8(x, space),
					   _mm_cmpeq_epi8(x, del));
		__m128i stop = _mm_or_si128(_mm_cmpeq_epi8(x, cr),
					    _mm_cmpeq_epi8(x, lf));
		unsigned odds = (unsigned)_mm_movemask_epi8(odd);
		unsigned stops = (unsigned)_mm_movemask_epi8(stop);

		if (odds == 0)
			continue;
		if (stops != 0) {
			unsigned first = stops & -stops;

			if ((odds & (first - 1)) != 0)
				*plain = false;
			return p + __builtin_ctz(stops);
		}
		*plain = false;
	}
#endif
	for (; p < end; p++) {
		if (*p == '\r' || *p == '\n')
			return p;
		if (!is_plain(*p))
			*plain = false;
	}
	return end;
}

/* Past the line end at `p` < `end`. */
static const char *skip_end(const char *p, const char *end, struct line *l)
{
	const char *lf = p;

	if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
		return p + 2;
	while (lf < end && *lf == '\r')
		lf++;
	if (lf == end && lf - p == 1)
		l->ended = false; /* the capture may have cut CR from LF */
	else
		l->crlf = false;
	return lf < end && *lf == '\n' ? lf + 1 : p + 1;
}

static inline void read_line(struct line *out, const char *p, const char *end,
			     bool fold)
{
	out->start = p;
	out->crlf = out->plain = out->ended = true;
	for (;;) {
		p = line_stop(p, end, &out->plain);
		out->end = p;
		if (p == end) {
			out->ended = false;
			break;
		}
		p = skip_end(p, end, out);
		if (!fold || out->end == out->start || p == end ||
		    (*p != ' ' && *p != '\t'))
			break;
	}
	out->next = p;
}

void line_read(struct line *out, const char *p, const char *end)
{
	read_line(out, p, end, true);
}

void line_read_single(struct line *out, const char *p, const char *end)
{
	read_line(out, p, end, false);
}
