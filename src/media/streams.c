#include "sipmon/media/streams.h"

#include <stdlib.h>
#include <string.h>

#include "arrival.h"
#include "guess.h"
#include "meter.h"
#include "sipmon/base/map.h"
#include "sipmon/base/slab.h"
#include "sipmon/media/codec.h"
#include "sipmon/media/rtp.h"

/* 64 MiB when it is full: both ways of 130,000 calls at a time. */
#define STREAMS_DEFAULT (UINT32_C(1) << 18)

/* A stream need not be moved to the end of the silent ones more often. */
#define MOVE_NS INT64_C(1000000000)

/* RFC 4733 has 4 bytes; SRTP adds up to 10 (RFC 3711 section 4.2.1). */
#define EVENT_BYTES     4
#define EVENT_BYTES_MAX 14

struct slot {
	uint64_t hash;
	int64_t moved_ns; /* in the list of the silent ones */
	struct meter meter;
	uint32_t previous_here; /* of the first: the last */
	uint32_t here_count;    /* of the first: how many there are */
	uint32_t older;
	uint32_t newer;
};

struct streams {
	struct slab slots;
	struct map keys;
	struct map destinations; /* the first stream of each */
	struct guess_set *guesses;
	uint64_t seed;
	uint64_t seen;
	uint64_t packets;
	uint32_t limit;
	uint32_t last;
	uint32_t oldest; /* the silent ones */
	uint32_t newest;
};

static struct slot *slot_at(const struct streams *s, uint32_t id)
{
	return slab_at(&s->slots, id);
}

/* ---- birth and death */

enum err streams_new(struct streams **out, uint32_t limit)
{
	struct streams *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->guesses = calloc(GUESS_SETS, sizeof(*s->guesses));
	if (s->guesses == NULL) {
		free(s);
		return ERR_NOMEM;
	}
	s->limit = limit == 0 ? STREAMS_DEFAULT : limit;
	s->seed = hash_seed();
	slab_init(&s->slots, sizeof(struct slot));
	map_init(&s->keys);
	map_init(&s->destinations);
	*out = s;
	return ERR_OK;
}

void streams_free(struct streams *s)
{
	if (s == NULL)
		return;
	slab_free(&s->slots);
	map_free(&s->keys);
	map_free(&s->destinations);
	free(s->guesses);
	free(s);
}

void streams_clear(struct streams *s)
{
	slab_free(&s->slots);
	map_free(&s->keys);
	map_free(&s->destinations);
	memset(s->guesses, 0, GUESS_SETS * sizeof(*s->guesses));
	s->seen = s->packets = 0;
	s->last = s->oldest = s->newest = 0;
}

/* ---- keys */

struct look {
	const struct streams *s;
	const void *wanted;
};

/* The hash is keyed and has 64 bits: nobody can make two keys that share it,
 * and by chance none do. */
static bool is_stream(const void *ctx, uint32_t id)
{
	const struct look *look = ctx;

	return slot_at(look->s, id)->hash == *(const uint64_t *)look->wanted;
}

static uint32_t find(const struct streams *s, uint64_t hash)
{
	struct look look = { s, &hash };

	return map_find(&s->keys, hash, is_stream, &look);
}

static bool goes_to(const void *ctx, uint32_t id)
{
	const struct look *look = ctx;

	return endpoint_eq(&slot_at(look->s, id)->meter.stream.destination,
			   look->wanted);
}

static uint64_t hash_of(const struct streams *s, const void *key, size_t len)
{
	return hash_bytes(s->seed, (struct slice){ key, len });
}

static uint64_t destination_hash(const struct streams *s,
				 const struct endpoint *e)
{
	return hash_of(s, e, sizeof(*e));
}

uint32_t streams_to(const struct streams *s, const struct endpoint *destination)
{
	struct look look = { s, destination };

	return map_find(&s->destinations, destination_hash(s, destination),
			goes_to, &look);
}

/* ---- the list of the silent ones: by their latest packet, to a second */

static void silent_remove(struct streams *s, struct slot *slot)
{
	if (slot->older != 0)
		slot_at(s, slot->older)->newer = slot->newer;
	else
		s->oldest = slot->newer;
	if (slot->newer != 0)
		slot_at(s, slot->newer)->older = slot->older;
	else
		s->newest = slot->older;
}

static void silent_append(struct streams *s, uint32_t id, int64_t now_ns)
{
	struct slot *slot = slot_at(s, id);

	slot->moved_ns = now_ns;
	slot->newer = 0;
	slot->older = s->newest;
	if (s->newest != 0)
		slot_at(s, s->newest)->newer = id;
	else
		s->oldest = id;
	s->newest = id;
}

/* ---- the list of a destination: a ring, of which next_here shows no end */

static void here_remove(struct streams *s, uint32_t id)
{
	struct slot *slot = slot_at(s, id);
	const struct endpoint *to = &slot->meter.stream.destination;
	uint32_t first = streams_to(s, to);
	uint32_t next = slot->meter.stream.next_here;
	struct slot *head = slot_at(s, first);

	if (id != first) {
		head->here_count--;
		slot_at(s, slot->previous_here)->meter.stream.next_here = next;
		slot_at(s, next != 0 ? next : first)->previous_here =
			slot->previous_here;
		return;
	}
	map_remove(&s->destinations, destination_hash(s, to), id);
	if (next == 0)
		return;
	slot_at(s, next)->here_count = slot->here_count - 1;
	slot_at(s, next)->previous_here = slot->previous_here;
	/* There is room: one was taken out just now. */
	(void)!map_add(&s->destinations, destination_hash(s, to), next);
}

static void forget(struct streams *s, uint32_t id)
{
	struct slot *slot = slot_at(s, id);

	/* Its key may be that of another stream by now: then nothing is. */
	map_remove(&s->keys, slot->hash, id);
	here_remove(s, id);
	silent_remove(s, slot);
	slot->meter.stream.proven = false;
	slab_give(&s->slots, id);
}

static bool here_append(struct streams *s, uint32_t id)
{
	struct slot *slot = slot_at(s, id);
	const struct endpoint *to = &slot->meter.stream.destination;
	uint32_t first = streams_to(s, to);
	struct slot *head;

	if (first != 0 && slot_at(s, first)->here_count >= STREAMS_HERE_MAX) {
		forget(s, first);
		first = streams_to(s, to);
	}
	if (first == 0) {
		slot->previous_here = id;
		slot->here_count = 1;
		return map_add(&s->destinations, destination_hash(s, to), id) ==
		       ERR_OK;
	}
	head = slot_at(s, first);
	slot->previous_here = head->previous_here;
	slot_at(s, head->previous_here)->meter.stream.next_here = id;
	head->previous_here = id;
	head->here_count++;
	return true;
}

/* A stream without packets; 0 when out of memory. */
static uint32_t add_stream(struct streams *s, const struct arrival *a,
			   const struct proof *proof)
{
	uint32_t id = 0;
	struct slot *slot;

	if (s->slots.used >= s->limit)
		forget(s, s->oldest);
	slot = slab_take(&s->slots, &id);
	if (slot == NULL)
		return 0;
	slot->hash = a->hash;
	meter_begin(&slot->meter, &a->key, proof);
	if (!here_append(s, id)) {
		slab_give(&s->slots, id);
		return 0;
	}
	silent_append(s, id, a->time_ns);
	if (map_add(&s->keys, a->hash, id)) {
		forget(s, id);
		return 0;
	}
	slot->meter.stream.proven = true;
	if (id > s->last)
		s->last = id;
	s->seen++;
	return id;
}

/* `id`: the stream of its key, which had another sequence; or 0. */
static bool take_unexpected(struct streams *s, uint32_t id,
			    const struct arrival *a)
{
	struct proof proof;

	if (!guess_proves(s->guesses, a, &proof))
		return false;
	if (id != 0 && meter_ended(&slot_at(s, id)->meter, &proof)) {
		map_remove(&s->keys, a->hash, id);
		id = 0;
	}
	if (id == 0)
		id = add_stream(s, a, &proof);
	if (id == 0)
		return false;
	s->packets += meter_count_first(&slot_at(s, id)->meter, &proof, a);
	return true;
}

/* ---- the entrance */

static bool looks_like_event(const struct rtp *rtp, uint32_t sent)
{
	uint32_t len = sent > rtp->header_bytes ? sent - rtp->header_bytes : 0;

	return rtp->type >= CODEC_TYPE_DYNAMIC && len >= EVENT_BYTES &&
	       len <= EVENT_BYTES_MAX;
}

bool streams_push(struct streams *s, const struct payload *p)
{
	struct arrival a;
	struct slot *slot;
	int64_t apart_ns;
	uint32_t id;

	if (!rtp_parse(&a.rtp, p->bytes))
		return false;
	a.key = (struct stream_key){ p->flow.source, p->flow.destination,
				     a.rtp.ssrc };
	a.hash = hash_of(s, &a.key, sizeof(a.key)) | 1;
	a.time_ns = p->time_ns;
	a.is_noise =
		a.rtp.type == CODEC_TYPE_CN || a.rtp.type == CODEC_TYPE_CN_OLD;
	a.is_event = a.is_noise || looks_like_event(&a.rtp, p->sent);
	id = find(s, a.hash);
	if (id == 0)
		return take_unexpected(s, 0, &a);
	slot = slot_at(s, id);
	if (!meter_expects(&slot->meter, &a))
		return take_unexpected(s, id, &a);
	meter_count(&slot->meter, &a);
	s->packets++;
	apart_ns = since_ns(a.time_ns, slot->moved_ns);
	if (apart_ns > MOVE_NS || apart_ns < -MOVE_NS) {
		silent_remove(s, slot);
		silent_append(s, id, a.time_ns);
	}
	return true;
}

/* ---- what readers ask */

uint64_t streams_seen(const struct streams *s)
{
	return s->seen;
}

uint64_t streams_packets(const struct streams *s)
{
	return s->packets;
}

const struct media_stream *streams_at(const struct streams *s, uint32_t id)
{
	const struct slot *slot;

	if (id == 0 || id > s->last || !slab_holds(&s->slots, id))
		return NULL;
	slot = slot_at(s, id);
	return slot->meter.stream.proven ? &slot->meter.stream : NULL;
}

uint32_t streams_last(const struct streams *s)
{
	return s->last;
}

uint64_t streams_memory(const struct streams *s)
{
	return sizeof(*s) + slab_bytes(&s->slots) + map_bytes(&s->keys) +
	       map_bytes(&s->destinations) + GUESS_SETS * sizeof(*s->guesses);
}
