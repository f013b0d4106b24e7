/*
 * fragment.h - fragments of IP put together (RFC 791, RFC 815; RFC 8200
 * section 4.5; RFC 5722 forbids those of IPv6 to overlap).
 *
 * A datagram is told by its addresses and identification, and that of IPv4 by
 * its protocol too.  Where fragments of IPv4 overlap, the bytes that came
 * first stay; a first fragment with other bytes begins a new datagram, as a
 * sender that has used up its numbers does.
 *
 * Two datagrams of one name may have lost what the other has.  What such make
 * is told from what was sent by the time between and the checksum of UDP, and
 * does not come out.
 *
 * A datagram comes out as often as each of its fragments came, so that two
 * copies of it make two, in whatever order their fragments mix.
 *
 * What waits is bounded in bytes, in fragments a datagram and in time (30 s of
 * packet time, as hosts wait); the oldest goes first.  Each fragment that came
 * to nothing is counted once, its copies never.
 */
#ifndef SIPMON_DECAP_FRAGMENT_H
#define SIPMON_DECAP_FRAGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pieces.h"
#include "sipmon/base/bytes.h"
#include "sipmon/base/err.h"
#include "sipmon/net/counters.h"

struct fragments;

/* What was fragmented. */
struct joined {
	struct bytes bytes; /* up to the first byte that was not captured */
	size_t sent;        /* its true length */
	uint8_t protocol;   /* that of the first fragment */
};

/*
 * `counters` outlives the fragments.  Fails with ERR_NOMEM; `*out` is then
 * untouched.
 */
MUST_CHECK enum err fragments_new(struct fragments **out,
				  struct counters *counters,
				  uint64_t memory_bytes);
void fragments_free(struct fragments *f);

/*
 * Takes one fragment.  True if its datagram is whole now: `out` is set, and
 * its bytes live until the next call.  The bytes of `in` may be those that the
 * call before gave out: a fragment within a datagram that was fragmented.
 */
bool fragments_push(struct fragments *f, const struct fragment *in,
		    struct joined *out);

/* The capture has ended: what still waits is counted and dropped. */
void fragments_finish(struct fragments *f);

/* Memory of what waits; not above the ceiling when a call returns. */
uint64_t fragments_bytes(const struct fragments *f);

#endif
