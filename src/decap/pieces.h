/*
 * pieces.h - the bytes of one fragmented datagram, as far as they came.
 *
 * A piece is what one fragment was the first to bring.  Pieces stand in order
 * and none upon another; what a fragment brings for places that are taken is
 * not kept.  Each piece knows how often it came: a datagram comes out as often
 * as each of its pieces did.
 */
#ifndef SIPMON_DECAP_PIECES_H
#define SIPMON_DECAP_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/arena.h"
#include "sipmon/base/bytes.h"
#include "sipmon/base/err.h"
#include "sipmon/net/endpoint.h"

/* RFC 791 and 8200: no datagram is longer. */
#define DATAGRAM_MOST 65535

/* One fragment: what stands behind the IP header and its extensions. */
struct fragment {
	struct endpoint source; /* ports are 0 */
	struct endpoint destination;
	uint32_t id;
	uint8_t protocol; /* of what was fragmented */
	bool more;        /* this is not the last */
	uint32_t offset;  /* of the bytes in the datagram */
	struct bytes bytes;
	size_t sent; /* bytes there were; more if the capture cut them */
	int64_t time_ns;
};

/* All zero: nothing came. */
struct pieces {
	struct arena arena; /* of all that came */
	struct piece *list;
	uint16_t count;
	uint16_t room;
	uint16_t given;   /* how often the datagram came out */
	uint16_t behind;  /* pieces that came no more often than that */
	uint32_t covered; /* bytes of all pieces */
	uint32_t end;     /* length of the datagram; 0: not known */
};

/* How a fragment stands to what came before it. */
enum fit {
	FIT_NEW,     /* all its bytes are new */
	FIT_COPY,    /* it came already */
	FIT_OVERLAP, /* some of its bytes are there, perhaps others */
	FIT_FIRST,   /* a first fragment, and the bytes are others */
	FIT_FALSE,   /* two ends of one datagram, or bytes behind the end */
};

/* May it be a fragment at all?  All others here take none that may not. */
bool fragment_is_sound(const struct fragment *in);

enum fit pieces_fit(const struct pieces *p, const struct fragment *in);

/*
 * Keeps those bytes of `in`, whose end is not false, that are the first for
 * their places; `*kept` tells whether there were any.  ERR_LIMIT past 1366
 * pieces, and ERR_NOMEM: the datagram is then good for nothing.
 */
MUST_CHECK enum err pieces_add(struct pieces *p, struct arena_pool *pool,
			       const struct fragment *in, bool *kept);

/* Another copy of a fragment came: one that is FIT_COPY. */
void pieces_see(struct pieces *p, const struct fragment *in);

/* Has the datagram come once more than it came out? */
bool pieces_are_whole(const struct pieces *p);

/*
 * Do the pieces, which are whole, make what one sender sent in UDP?  False if
 * the length in its header is not theirs, or the checksum (RFC 768, RFC 8200
 * section 8.1) is wrong.  What was cut or has no checksum may be anything.
 */
bool pieces_make_udp(const struct pieces *p, const struct endpoint *source,
		     const struct endpoint *destination);

/*
 * Joins them in `out` of DATAGRAM_MOST bytes, up to the first byte that was not
 * captured, and returns how many that are.
 */
size_t pieces_join(struct pieces *p, uint8_t *out);

/* Gives all memory back. */
void pieces_reset(struct pieces *p, struct arena_pool *pool);

#endif
