/*
 * sctp_store.h - what is remembered of SCTP: the directions of associations,
 * and fragments that wait for the others of their message.
 *
 * Both are reached by number; 0 is none.
 */
#ifndef SIPMON_STREAM_SCTP_STORE_H
#define SIPMON_STREAM_SCTP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sctp_chunk.h"
#include "sctp_window.h"
#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"
#include "sipmon/net/endpoint.h"

struct sctp_link {
	uint32_t previous;
	uint32_t next;
};

struct sctp_list {
	uint32_t first;
	uint32_t last;
};

/*
 * A fragment.  Neighbours form a run; its two ends know each other and the
 * length of the run, so that one is put in its place in constant time.
 */
struct sctp_fragment {
	struct sctp_place place;
	struct sctp_link link; /* of its direction, by arrival */
	uint32_t tsn;
	uint32_t other;     /* of an end: the other end */
	uint64_t run_bytes; /* of an end: bytes sent in the run */
	int64_t time_ns;
	char *bytes;
	uint32_t len;
	uint32_t sent;
	uint8_t flags;
};

/* It is hashed as bytes and has no padding. */
struct sctp_key {
	struct endpoint source;
	struct endpoint destination;
	uint32_t tag;
};

/* The one that was quiet longest is the first of a list. */
enum sctp_list_kind {
	SCTP_ALL,
	SCTP_WAITING, /* those with fragments */
	SCTP_LISTS
};

/* What one end sends. */
struct sctp_direction {
	struct sctp_key key;
	struct sctp_link links[SCTP_LISTS];
	struct sctp_list fragments; /* in the order in which they came */
	uint64_t held;              /* memory of them */
	int64_t heard_ns;
	struct tsn_window window;
	bool has_lost;
	struct sctp_place lost; /* the message that was counted last */
};

struct sctp_store {
	uint64_t seed;
	uint64_t held; /* bytes of all fragments */
	struct slab directions;
	struct map direction_of;
	struct slab fragments;
	struct map fragment_of;
	struct sctp_list lists[SCTP_LISTS];
};

void sctp_store_init(struct sctp_store *s);
void sctp_store_free(struct sctp_store *s);
uint64_t sctp_store_bytes(const struct sctp_store *s);

static inline struct sctp_direction *
sctp_direction_at(const struct sctp_store *s, uint32_t n)
{
	return slab_at(&s->directions, n);
}

static inline struct sctp_fragment *sctp_fragment_at(const struct sctp_store *s,
						     uint32_t n)
{
	return slab_at(&s->fragments, n);
}

uint32_t sctp_direction_find(const struct sctp_store *s,
			     const struct sctp_key *key);

/* 0 when out of memory. */
uint32_t sctp_direction_new(struct sctp_store *s, const struct sctp_key *key);

/* Its fragments have gone. */
void sctp_direction_free(struct sctp_store *s, uint32_t n);

/* It spoke. */
void sctp_direction_touch(struct sctp_store *s, uint32_t n, int64_t now_ns);

uint32_t sctp_fragment_find(const struct sctp_store *s,
			    const struct sctp_place *place);

/* The neighbour in front (-1) or behind (1) in the same message, or 0. */
uint32_t sctp_neighbour(const struct sctp_store *s, uint32_t n, int step);

/* A run of its own, at the end of its direction; 0 when out of memory. */
uint32_t sctp_fragment_new(struct sctp_store *s, const struct sctp_data *data,
			   int64_t time_ns);
void sctp_fragment_free(struct sctp_store *s, uint32_t n);

#endif
