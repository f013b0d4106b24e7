/*
 * mark.h - of bytes that are held: which packet brought them, and when.
 */
#ifndef SIPMON_STREAM_MARK_H
#define SIPMON_STREAM_MARK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Packets that are told apart.  What is held has at most 32 KiB: as many
 * messages of SIP as have half a kilobyte.
 */
#define MARKS_MAX 64

struct mark {
	size_t end;      /* of what the packet brought, from the first byte */
	int64_t time_ns; /* of the packet */
	uint64_t order;  /* packets count up as they come */
};

/* All zero: none, and no memory. */
struct marks {
	struct mark *list;
	unsigned count;
};

/*
 * The bytes from the last mark up to `mark.end` came so.  Past MARKS_MAX the
 * last two are one; out of memory there are none.
 */
void marks_add(struct marks *m, struct mark mark);

/* `n` bytes of the front are gone. */
void marks_take(struct marks *m, size_t n);

/*
 * When the first `n` bytes were there: the latest time of the packets that
 * brought them, and the order of the last.  There must be a mark.
 */
struct mark marks_until(const struct marks *m, size_t n);

/* Forgets all, and gives the memory back. */
void marks_drop(struct marks *m);

size_t marks_bytes(const struct marks *m);

#endif
