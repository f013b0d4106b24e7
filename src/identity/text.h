/*
 * text.h - pieces of text put together in the arena; for this room.
 */
#ifndef SIPMON_IDENTITY_TEXT_H
#define SIPMON_IDENTITY_TEXT_H

#include "value.h"

/* Pieces that are put together once all are known; more are left out. */
#define WORDS_MAX 80

struct words {
	unsigned count;
	struct slice parts[WORDS_MAX];
};

static inline void words_add(struct words *w, struct slice part)
{
	if (w->count < WORDS_MAX)
		w->parts[w->count++] = part;
}

static inline void words_add_text(struct words *w, const char *text)
{
	words_add(w, slice_of(text));
}

/* Strangers' words, of any length: the first of them are enough to read. */
void words_add_clipped(struct words *w, struct slice part);

/* ", From sip:alice@example.com", or ", no From"; no comma in front of the
 * first piece. */
void words_add_named(struct words *w, const char *name, struct slice text);

/* All pieces, nothing between; absent when out of memory. */
struct slice words_join(const struct memory *m, const struct words *w);

/* The first field `id` of a message, unfolded; absent if there is none. */
struct slice field_text(const struct memory *m, const struct sip_msg *msg,
			enum sip_header_id id);

#endif
