#include "sctp_window.h"

#include <string.h>

#define WORD_BITS 64

/*
 * A receiver acknowledges 65535 beyond the last in order (RFC 9260 section
 * 3.3.4); what lies further is another association, or behind a long hole.
 */
#define TSN_FAR 65535

int64_t tsn_ahead(uint32_t a, uint32_t b)
{
	uint32_t ahead = a - b;

	return ahead <= INT32_MAX ? (int64_t)ahead
				  : (int64_t)ahead - (INT64_C(1) << 32);
}

/* Forgets `count` numbers from `tsn` on; whole words where it can. */
static void forget(struct tsn_window *w, uint32_t tsn, uint32_t count)
{
	if (count > TSN_WINDOW)
		count = TSN_WINDOW;
	while (count > 0) {
		uint32_t bit = tsn % TSN_WINDOW;
		uint32_t n = 1;

		if (bit % WORD_BITS == 0 && count >= WORD_BITS) {
			w->seen[bit / WORD_BITS] = 0;
			n = WORD_BITS;
		} else {
			w->seen[bit / WORD_BITS] &=
				~(UINT64_C(1) << (bit % WORD_BITS));
		}
		tsn += n;
		count -= n;
	}
}

enum tsn_news tsn_window_take(struct tsn_window *w, uint32_t tsn)
{
	int64_t ahead = tsn_ahead(tsn, w->highest);
	uint64_t mask = UINT64_C(1) << (tsn % WORD_BITS);
	uint64_t *word = &w->seen[tsn % TSN_WINDOW / WORD_BITS];
	enum tsn_news news = TSN_FRESH;

	if (!w->began || ahead > TSN_FAR || ahead < -TSN_FAR) {
		memset(w->seen, 0, sizeof(w->seen));
		w->began = true;
		w->highest = tsn;
		news = TSN_ANEW;
	} else if (ahead > 0) {
		forget(w, w->highest + 1, (uint32_t)ahead);
		w->highest = tsn;
	} else if (ahead <= -TSN_WINDOW) {
		return TSN_SEEN;
	}
	if ((*word & mask) != 0)
		return TSN_SEEN;
	*word |= mask;
	return news;
}
