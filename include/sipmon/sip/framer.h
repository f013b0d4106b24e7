/*
 * framer.h - messages out of a byte stream (RFC 3261 section 18.3; keep-alives
 * RFC 5626 section 4.4.1).
 *
 * The answers depend on the bytes only, never on how they were cut.  A message
 * ends where Content-Length says; without one it has no body unless it has a
 * Content-Type, and then the body ends where the next start line begins.  A
 * length that lies (a start line inside a body that cannot hold one) ends the
 * message there.  What is no message is passed over up to the next start line.
 */
#ifndef SIPMON_SIP_FRAMER_H
#define SIPMON_SIP_FRAMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/slice.h"

/*
 * State of one direction; all zero at first, and behind a hole.  With it no
 * byte is looked at twice, however few come at a time.
 */
struct sip_framer {
	uint64_t left;    /* bytes of a body too long to keep, to pass over */
	uint32_t scanned; /* bytes in which the next line end was not found */
	uint32_t line;    /* where the line begins that they stop in; in a head
			     the first that may tell of the body */
	uint32_t head;    /* length of the head, once it is whole; else 0 */
	uint32_t body;    /* length that it claims for its body */
	uint32_t flags;
};

_Static_assert(sizeof(struct sip_framer) <= 4 * sizeof(uint64_t),
	       "streams keep four words for it");

enum sip_frame {
	SIP_FRAME_MORE,    /* not whole yet: `*len` bytes are needed (or 0) */
	SIP_FRAME_MESSAGE, /* a message of `*len` bytes */
	SIP_FRAME_CUT,     /* the same, but the end of its body never came */
	SIP_FRAME_OTHER,   /* `*len` bytes (not 0) that are no message */
};

/*
 * What `bytes` begins with.  With `last` nothing follows: a message whose head
 * is whole is given with the body that came, and the rest is OTHER, so that it
 * says MORE only of no bytes at all.  The caller drops `*len` bytes and asks
 * again.
 *
 * A message over SIP_MESSAGE_BYTES_MAX is given cut to that, as MESSAGE, even
 * if its head does not end there, and the rest of it is OTHER.
 */
enum sip_frame sip_framer_next(struct sip_framer *f, struct slice bytes,
			       bool last, size_t *len);

enum sip_begins { SIP_BEGINS_NO, SIP_BEGINS_YES, SIP_BEGINS_MORE };

/*
 * Do `bytes` begin with a start line?  MORE: too few to tell.  Any other answer
 * stays the same whatever follows.
 */
enum sip_begins sip_framer_begins(struct slice bytes);

/*
 * Where the next start line may begin, `bytes.len` if nowhere: whatever stands
 * before is no SIP.  The line that `bytes` stop in may become one.  For a
 * stream that was joined in the middle: `bytes` are taken to begin a line.
 */
size_t sip_framer_seek(struct slice bytes);

#endif
