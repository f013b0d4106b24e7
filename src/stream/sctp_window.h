/*
 * sctp_window.h - which transmission sequence numbers came already (RFC 9260
 * section 6.2), so that what is sent again is given once.
 */
#ifndef SIPMON_STREAM_SCTP_WINDOW_H
#define SIPMON_STREAM_SCTP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers that are remembered, up to the highest. */
#define TSN_WINDOW 4096

struct tsn_window {
	uint64_t seen[TSN_WINDOW / 64];
	uint32_t highest;
	bool began;
};

enum tsn_news {
	TSN_SEEN,  /* came already, or lies before the window */
	TSN_FRESH, /* is remembered now */
	/* The same, and all others are forgotten: so far away is no number of
	 * this association. */
	TSN_ANEW,
};

/* How far `a` is ahead of `b`, modulo 2^32 (RFC 9260 section 1.6). */
int64_t tsn_ahead(uint32_t a, uint32_t b);

enum tsn_news tsn_window_take(struct tsn_window *w, uint32_t tsn);

#endif
