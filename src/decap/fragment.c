#include "fragment.h"

#include <stdlib.h>
#include <string.h>

#include "sipmon/base/arena.h"
#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"

#define SECOND_NS INT64_C(1000000000)

/* RFC 1122 section 3.3.2 asks for 60 to 120 s, hosts of today give 30. */
#define WAIT_NS (30 * SECOND_NS)

/* How long a copy of what has come out may lag behind. */
#define COPY_NS SECOND_NS

/*
 * Fragments of one datagram leave in a row.  Such a time apart they may be of
 * two that had the same number, and each lost what the other has.
 */
#define APART_NS (SECOND_NS / 10)

#define UDP_PROTOCOL 17

/* What tells a datagram; without padding, for it is hashed. */
struct key {
	struct endpoint source;
	struct endpoint destination;
	uint32_t id;
	uint32_t protocol; /* of IPv4; RFC 8200 section 4.5: not of IPv6 */
};

enum state {
	STATE_WAITING = 0,
	STATE_DONE, /* has come out; kept for its copies */
	STATE_DEAD, /* will not come out: what comes is counted at once */
};

struct datagram {
	struct key key;
	uint64_t hash;
	int64_t time_ns; /* of the first fragment; if done, of the last */
	struct pieces pieces;
	uint32_t next; /* in its list, or 0 */
	uint32_t previous;
	uint16_t fragments; /* that brought bytes */
	uint8_t state;
	uint8_t protocol;
};

/* Datagrams by time, the oldest first. */
struct list {
	uint32_t first;
	uint32_t last;
};

struct fragments {
	struct counters *counters;
	uint64_t ceiling;
	uint64_t seed;
	struct slab datagrams;
	struct map by_key;
	struct arena_pool *pool;
	struct list waiting; /* and dead */
	struct list done;
	uint8_t joined[DATAGRAM_MOST];
};

/* ---- datagrams, and the lists they are in */

static struct datagram *at(const struct fragments *f, uint32_t number)
{
	return slab_at(&f->datagrams, number);
}

static struct list *list_of(struct fragments *f, const struct datagram *d)
{
	return d->state == STATE_DONE ? &f->done : &f->waiting;
}

static void list_add(struct fragments *f, uint32_t number)
{
	struct datagram *d = at(f, number);
	struct list *list = list_of(f, d);

	d->next = 0;
	d->previous = list->last;
	if (list->last != 0)
		at(f, list->last)->next = number;
	else
		list->first = number;
	list->last = number;
}

static void list_remove(struct fragments *f, uint32_t number)
{
	const struct datagram *d = at(f, number);
	struct list *list = list_of(f, d);

	if (d->previous != 0)
		at(f, d->previous)->next = d->next;
	else
		list->first = d->next;
	if (d->next != 0)
		at(f, d->next)->previous = d->previous;
	else
		list->last = d->previous;
}

/* Forgets it; what waited in vain is counted for `reason`. */
static void forget(struct fragments *f, uint32_t number, enum undecoded reason)
{
	struct datagram *d = at(f, number);

	if (d->state == STATE_WAITING)
		f->counters->undecoded[reason] += d->fragments;
	list_remove(f, number);
	map_remove(&f->by_key, d->hash, number);
	pieces_reset(&d->pieces, f->pool);
	slab_give(&f->datagrams, number);
}

/* Its bytes go; it stays, for the fragments that are still to come. */
static void kill(struct fragments *f, struct datagram *d, enum undecoded reason)
{
	f->counters->undecoded[reason] += d->fragments + 1U;
	pieces_reset(&d->pieces, f->pool);
	d->state = STATE_DEAD;
}

/* ---- time and room */

/* Clocks are set back too: too far away is too far in either direction. */
static bool is_over(const struct datagram *d, int64_t now_ns)
{
	uint64_t wait = d->state == STATE_DONE ? COPY_NS : WAIT_NS;
	uint64_t apart = (uint64_t)now_ns - (uint64_t)d->time_ns + wait;

	return apart > 2 * wait;
}

static void expire(struct fragments *f, struct list *list, int64_t now_ns)
{
	while (list->first != 0 && is_over(at(f, list->first), now_ns))
		forget(f, list->first, UNDECODED_IP_FRAGMENT);
}

static void make_room(struct fragments *f)
{
	while (fragments_bytes(f) > f->ceiling) {
		const struct list *list =
			f->done.first != 0 ? &f->done : &f->waiting;

		if (list->first == 0)
			break;
		forget(f, list->first, UNDECODED_MEMORY);
	}
}

/* ---- which datagram */

struct wanted {
	const struct fragments *f;
	const struct key *key;
};

static bool is_wanted(const void *ctx, uint32_t number)
{
	const struct wanted *w = ctx;

	return memcmp(&at(w->f, number)->key, w->key, sizeof(*w->key)) == 0;
}

/* Does `in` begin a new datagram, though one of that name is there? */
static bool is_another(const struct datagram *d, const struct fragment *in)
{
	if (is_over(d, in->time_ns))
		return true;
	if (d->state == STATE_DONE)
		return d->pieces.given == UINT16_MAX ||
		       pieces_fit(&d->pieces, in) != FIT_COPY;
	return d->state == STATE_WAITING && in->offset == 0 &&
	       in->source.family == 4 &&
	       pieces_fit(&d->pieces, in) == FIT_FIRST;
}

static uint32_t begin(struct fragments *f, const struct key *key, uint64_t hash,
		      int64_t time_ns)
{
	uint32_t number = 0;
	struct datagram *d = slab_take(&f->datagrams, &number);

	if (d == NULL)
		return 0;
	if (map_add(&f->by_key, hash, number)) {
		slab_give(&f->datagrams, number);
		return 0;
	}
	d->key = *key;
	d->hash = hash;
	d->time_ns = time_ns;
	list_add(f, number);
	return number;
}

/* The datagram of `in`, begun if need be; 0 when out of memory. */
static uint32_t datagram_of(struct fragments *f, const struct fragment *in)
{
	struct key key = { in->source, in->destination, in->id,
			   in->source.family == 4 ? in->protocol : 0 };
	struct slice bytes = { (const char *)&key, sizeof(key) };
	uint64_t hash = hash_bytes(f->seed, bytes);
	struct wanted wanted = { f, &key };
	uint32_t number = map_find(&f->by_key, hash, is_wanted, &wanted);

	if (number != 0 && is_another(at(f, number), in)) {
		forget(f, number, UNDECODED_IP_FRAGMENT);
		number = 0;
	}
	return number != 0 ? number : begin(f, &key, hash, in->time_ns);
}

/* ---- one fragment */

/* What is false of IPv4 is passed over, as are bytes that came before. */
static void add(struct fragments *f, struct datagram *d,
		const struct fragment *in)
{
	enum fit fit = pieces_fit(&d->pieces, in);
	enum err err;
	bool kept;

	if (fit == FIT_COPY) {
		pieces_see(&d->pieces, in);
		return;
	}
	/* RFC 5722: they spoil their datagram, those still to come as well. */
	if (fit != FIT_NEW && in->source.family != 4) {
		kill(f, d, UNDECODED_IP_FRAGMENT);
		return;
	}
	if (fit == FIT_FALSE) {
		f->counters->undecoded[UNDECODED_IP_FRAGMENT]++;
		return;
	}
	err = pieces_add(&d->pieces, f->pool, in, &kept);
	if (err) {
		kill(f, d,
		     err == ERR_NOMEM ? UNDECODED_MEMORY
				      : UNDECODED_IP_FRAGMENT);
		return;
	}
	if (kept)
		d->fragments++;
	if (in->offset == 0 || in->source.family == 4)
		d->protocol = in->protocol;
}

/*
 * Do the fragments fill each other's holes, but are not of one datagram?  Those
 * that came in a row are believed, for many a capture was changed by tools that
 * leave checksums as they were.
 */
static bool is_mixed(const struct datagram *d, int64_t time_ns)
{
	uint64_t apart = (uint64_t)time_ns - (uint64_t)d->time_ns + APART_NS;

	return d->state == STATE_WAITING && apart > 2 * (uint64_t)APART_NS &&
	       d->protocol == UDP_PROTOCOL && pieces_are_whole(&d->pieces) &&
	       !pieces_make_udp(&d->pieces, &d->key.source,
				&d->key.destination);
}

/* What came before `in` goes; with `in` another datagram begins. */
static uint32_t begin_with(struct fragments *f, uint32_t number,
			   const struct fragment *in)
{
	struct datagram *d = at(f, number);

	if (d->fragments > 0)
		d->fragments--;
	forget(f, number, UNDECODED_IP_FRAGMENT);
	number = datagram_of(f, in);
	if (number != 0)
		add(f, at(f, number), in);
	else
		f->counters->undecoded[UNDECODED_MEMORY]++;
	return number;
}

/* Gives it out if it is whole; then, and for each copy, copies have time. */
static bool give(struct fragments *f, uint32_t number, int64_t time_ns,
		 struct joined *out)
{
	struct datagram *d = at(f, number);
	bool whole = pieces_are_whole(&d->pieces);

	if (!whole && d->state != STATE_DONE)
		return false;
	list_remove(f, number);
	d->state = STATE_DONE;
	d->time_ns = time_ns;
	list_add(f, number);
	if (whole)
		*out = (struct joined){
			.bytes = bytes_of(f->joined,
					  pieces_join(&d->pieces, f->joined)),
			.sent = d->pieces.end,
			.protocol = d->protocol,
		};
	return whole;
}

/* ---- as the header has it */

enum err fragments_new(struct fragments **out, struct counters *counters,
		       uint64_t memory_bytes)
{
	struct fragments *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->pool = arena_pool_new();
	if (f->pool == NULL) {
		free(f);
		return ERR_NOMEM;
	}
	f->counters = counters;
	f->ceiling = memory_bytes;
	f->seed = hash_seed();
	slab_init(&f->datagrams, sizeof(struct datagram));
	map_init(&f->by_key);
	*out = f;
	return ERR_OK;
}

void fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	fragments_finish(f);
	slab_free(&f->datagrams);
	map_free(&f->by_key);
	arena_pool_free(f->pool);
	free(f);
}

bool fragments_push(struct fragments *f, const struct fragment *in,
		    struct joined *out)
{
	uint32_t number;
	bool given = false;

	expire(f, &f->waiting, in->time_ns);
	expire(f, &f->done, in->time_ns);
	if (!fragment_is_sound(in)) {
		f->counters->undecoded[UNDECODED_IP_FRAGMENT]++;
		return false;
	}
	number = datagram_of(f, in);
	if (number == 0) {
		f->counters->undecoded[UNDECODED_MEMORY]++;
		return false;
	}
	if (at(f, number)->state == STATE_DEAD) {
		f->counters->undecoded[UNDECODED_IP_FRAGMENT]++;
		return false;
	}
	add(f, at(f, number), in);
	if (is_mixed(at(f, number), in->time_ns))
		number = begin_with(f, number, in);
	if (number != 0 && at(f, number)->state != STATE_DEAD)
		given = give(f, number, in->time_ns, out);
	make_room(f);
	return given;
}

void fragments_finish(struct fragments *f)
{
	while (f->waiting.first != 0)
		forget(f, f->waiting.first, UNDECODED_IP_FRAGMENT);
	while (f->done.first != 0)
		forget(f, f->done.first, UNDECODED_IP_FRAGMENT);
}

uint64_t fragments_bytes(const struct fragments *f)
{
	return slab_bytes(&f->datagrams) + map_bytes(&f->by_key) +
	       arena_pool_bytes(f->pool);
}
