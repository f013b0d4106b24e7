#include "sctp_store.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct sctp_key) == 44, "it has no padding");

/* What malloc() adds. */
#define BLOCK_BYTES (2 * sizeof(void *))

/* ---- lists by number */

/* The links of number `n` in a list of that kind. */
typedef struct sctp_link *(*link_fn)(const struct sctp_store *s, uint32_t n);

static struct sctp_link *link_of_all(const struct sctp_store *s, uint32_t n)
{
	return &sctp_direction_at(s, n)->links[SCTP_ALL];
}

static struct sctp_link *link_of_waiting(const struct sctp_store *s, uint32_t n)
{
	return &sctp_direction_at(s, n)->links[SCTP_WAITING];
}

static struct sctp_link *link_of_fragment(const struct sctp_store *s,
					  uint32_t n)
{
	return &sctp_fragment_at(s, n)->link;
}

static void append(const struct sctp_store *s, struct sctp_list *list,
		   link_fn link, uint32_t n)
{
	*link(s, n) = (struct sctp_link){ .previous = list->last };
	if (list->last != 0)
		link(s, list->last)->next = n;
	else
		list->first = n;
	list->last = n;
}

static void take_out(const struct sctp_store *s, struct sctp_list *list,
		     link_fn link, uint32_t n)
{
	struct sctp_link l = *link(s, n);

	if (l.previous != 0)
		link(s, l.previous)->next = l.next;
	else
		list->first = l.next;
	if (l.next != 0)
		link(s, l.next)->previous = l.previous;
	else
		list->last = l.previous;
}

/* ---- keys */

struct sought {
	const struct sctp_store *store;
	const void *key;
};

static uint64_t hash_of(const struct sctp_store *s, const void *key, size_t len)
{
	return hash_bytes(s->seed, (struct slice){ key, len });
}

static bool is_place(const void *ctx, uint32_t n)
{
	const struct sought *sought = ctx;

	return memcmp(&sctp_fragment_at(sought->store, n)->place, sought->key,
		      sizeof(struct sctp_place)) == 0;
}

static bool is_key(const void *ctx, uint32_t n)
{
	const struct sought *sought = ctx;

	return memcmp(&sctp_direction_at(sought->store, n)->key, sought->key,
		      sizeof(struct sctp_key)) == 0;
}

/* ---- all of it */

void sctp_store_init(struct sctp_store *s)
{
	*s = (struct sctp_store){ .seed = hash_seed() };
	slab_init(&s->directions, sizeof(struct sctp_direction));
	slab_init(&s->fragments, sizeof(struct sctp_fragment));
	map_init(&s->direction_of);
	map_init(&s->fragment_of);
}

void sctp_store_free(struct sctp_store *s)
{
	for (uint32_t d = s->lists[SCTP_WAITING].first; d != 0;
	     d = link_of_waiting(s, d)->next) {
		const struct sctp_list *list =
			&sctp_direction_at(s, d)->fragments;

		for (uint32_t n = list->first; n != 0;
		     n = link_of_fragment(s, n)->next)
			free(sctp_fragment_at(s, n)->bytes);
	}
	slab_free(&s->directions);
	slab_free(&s->fragments);
	map_free(&s->direction_of);
	map_free(&s->fragment_of);
}

uint64_t sctp_store_bytes(const struct sctp_store *s)
{
	return s->held + slab_bytes(&s->directions) +
	       slab_bytes(&s->fragments) + map_bytes(&s->direction_of) +
	       map_bytes(&s->fragment_of);
}

/* ---- directions */

uint32_t sctp_direction_find(const struct sctp_store *s,
			     const struct sctp_key *key)
{
	struct sought sought = { s, key };

	return map_find(&s->direction_of, hash_of(s, key, sizeof(*key)), is_key,
			&sought);
}

uint32_t sctp_direction_new(struct sctp_store *s, const struct sctp_key *key)
{
	uint32_t n;
	struct sctp_direction *d = slab_take(&s->directions, &n);

	if (d == NULL)
		return 0;
	d->key = *key;
	if (map_add(&s->direction_of, hash_of(s, key, sizeof(*key)), n)) {
		slab_give(&s->directions, n);
		return 0;
	}
	append(s, &s->lists[SCTP_ALL], link_of_all, n);
	return n;
}

void sctp_direction_free(struct sctp_store *s, uint32_t n)
{
	struct sctp_direction *d = sctp_direction_at(s, n);

	take_out(s, &s->lists[SCTP_ALL], link_of_all, n);
	map_remove(&s->direction_of, hash_of(s, &d->key, sizeof(d->key)), n);
	slab_give(&s->directions, n);
}

void sctp_direction_touch(struct sctp_store *s, uint32_t n, int64_t now_ns)
{
	struct sctp_direction *d = sctp_direction_at(s, n);

	d->heard_ns = now_ns;
	take_out(s, &s->lists[SCTP_ALL], link_of_all, n);
	append(s, &s->lists[SCTP_ALL], link_of_all, n);
	if (d->fragments.first == 0)
		return;
	take_out(s, &s->lists[SCTP_WAITING], link_of_waiting, n);
	append(s, &s->lists[SCTP_WAITING], link_of_waiting, n);
}

/* ---- fragments */

uint32_t sctp_fragment_find(const struct sctp_store *s,
			    const struct sctp_place *place)
{
	struct sought sought = { s, place };

	return map_find(&s->fragment_of, hash_of(s, place, sizeof(*place)),
			is_place, &sought);
}

uint32_t sctp_neighbour(const struct sctp_store *s, uint32_t n, int step)
{
	const struct sctp_fragment *f = sctp_fragment_at(s, n);
	uint8_t mine = step < 0 ? SCTP_FIRST : SCTP_LAST;
	uint8_t its = step < 0 ? SCTP_LAST : SCTP_FIRST;
	struct sctp_place place = f->place;

	if ((f->flags & mine) != 0)
		return 0;
	place.sequence += (uint32_t)step;
	n = sctp_fragment_find(s, &place);
	return n != 0 && (sctp_fragment_at(s, n)->flags & its) == 0 ? n : 0;
}

uint32_t sctp_fragment_new(struct sctp_store *s, const struct sctp_data *data,
			   int64_t time_ns)
{
	uint32_t owner = data->place.direction;
	struct sctp_direction *d = sctp_direction_at(s, owner);
	uint32_t n;
	struct sctp_fragment *f = slab_take(&s->fragments, &n);

	if (f == NULL)
		return 0;
	f->bytes = malloc(data->len + 1);
	if (f->bytes == NULL ||
	    map_add(&s->fragment_of,
		    hash_of(s, &data->place, sizeof(data->place)), n)) {
		free(f->bytes);
		slab_give(&s->fragments, n);
		return 0;
	}
	memcpy(f->bytes, data->bytes, data->len);
	f->place = data->place;
	f->tsn = data->tsn;
	f->flags = data->flags;
	f->len = (uint32_t)data->len;
	f->sent = (uint32_t)data->sent;
	f->time_ns = time_ns;
	f->other = n;
	f->run_bytes = data->sent;
	if (d->fragments.first == 0)
		append(s, &s->lists[SCTP_WAITING], link_of_waiting, owner);
	append(s, &d->fragments, link_of_fragment, n);
	d->held += f->len + BLOCK_BYTES;
	s->held += f->len + BLOCK_BYTES;
	return n;
}

void sctp_fragment_free(struct sctp_store *s, uint32_t n)
{
	struct sctp_fragment *f = sctp_fragment_at(s, n);
	uint32_t owner = f->place.direction;
	struct sctp_direction *d = sctp_direction_at(s, owner);

	d->held -= f->len + BLOCK_BYTES;
	s->held -= f->len + BLOCK_BYTES;
	take_out(s, &d->fragments, link_of_fragment, n);
	if (d->fragments.first == 0)
		take_out(s, &s->lists[SCTP_WAITING], link_of_waiting, owner);
	map_remove(&s->fragment_of, hash_of(s, &f->place, sizeof(f->place)), n);
	free(f->bytes);
	slab_give(&s->fragments, n);
}
