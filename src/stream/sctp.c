#include "sctp.h"

#include <stdlib.h>

#include "port.h"
#include "sctp_chunk.h"
#include "sctp_store.h"
#include "sipmon/base/buf.h"
#include "sipmon/base/bytes.h"

#define MEMORY_BYTES (UINT64_C(16) * 1024 * 1024)

/* A message of SIP is not longer: what UDP could carry. */
#define MESSAGE_MAX 65536

/* Fragments of one direction that wait: more than a window of a receiver. */
#define WAITING_MAX (UINT64_C(1024) * 1024)

#define NS_PER_S INT64_C(1000000000)

/* A fragment is sent again for the last time after some such time. */
#define WAIT_NS (30 * NS_PER_S)

/* RTO.Max is 60 s (RFC 9260 section 16): nothing is sent again later. */
#define FORGET_NS (120 * NS_PER_S)

struct sctp {
	struct sctp_options options;
	struct sctp_store store;
};

/* ---- messages that were lost */

/* Parts of a message that was counted already?  It has 64 KiB at most. */
static bool is_counted(const struct sctp_direction *d,
		       const struct sctp_place *place)
{
	uint32_t apart = place->sequence - d->lost.sequence + TSN_WINDOW;

	return d->has_lost && place->type == d->lost.type &&
	       place->stream == d->lost.stream &&
	       place->message == d->lost.message && apart <= 2 * TSN_WINDOW;
}

/* `first` begins a run that goes: where the message begins, if that came. */
static void count_lost(struct sctp *s, const struct sctp_fragment *first)
{
	struct sctp_direction *d =
		sctp_direction_at(&s->store, first->place.direction);
	bool is_sip = port_is_sip(d->key.source.port) ||
		      port_is_sip(d->key.destination.port);

	if (!is_sip && ((first->flags & SCTP_FIRST) == 0 ||
			s->options.begins((struct slice){
				first->bytes, first->len }) == STREAM_NO))
		return;
	if (!is_counted(d, &first->place))
		s->options.counters->undecoded[UNDECODED_SCTP]++;
	d->lost = first->place;
	d->has_lost = true;
}

/* Drops the run that fragment `n` is in; counts it if it was of SIP. */
static void run_drop(struct sctp *s, uint32_t n)
{
	uint32_t before;

	/* Ends: a run is no ring, as it has at most MESSAGE_MAX bytes. */
	while ((before = sctp_neighbour(&s->store, n, -1)) != 0)
		n = before;
	count_lost(s, sctp_fragment_at(&s->store, n));
	while (n != 0) {
		uint32_t next = sctp_neighbour(&s->store, n, 1);

		sctp_fragment_free(&s->store, n);
		n = next;
	}
}

static void drop_all_runs(struct sctp *s, struct sctp_direction *d)
{
	while (d->fragments.first != 0)
		run_drop(s, d->fragments.first);
}

static void direction_drop(struct sctp *s, uint32_t n)
{
	drop_all_runs(s, sctp_direction_at(&s->store, n));
	sctp_direction_free(&s->store, n);
}

static struct sctp_key key_of(const struct flow *flow, bool back, uint32_t tag)
{
	return (struct sctp_key){
		.source = back ? flow->destination : flow->source,
		.destination = back ? flow->source : flow->destination,
		.tag = tag,
	};
}

static void forget(struct sctp *s, const struct sctp_key *key)
{
	uint32_t n = sctp_direction_find(&s->store, key);

	if (n != 0)
		direction_drop(s, n);
}

/* Without overflow, whatever the times. */
static bool is_older(int64_t then_ns, int64_t now_ns, int64_t age_ns)
{
	return now_ns > then_ns &&
	       (uint64_t)now_ns - (uint64_t)then_ns > (uint64_t)age_ns;
}

/* Lets go what waits in vain, and directions that are quiet. */
static void expire(struct sctp *s, int64_t now_ns)
{
	uint32_t n;

	while ((n = s->store.lists[SCTP_WAITING].first) != 0 &&
	       is_older(sctp_direction_at(&s->store, n)->heard_ns, now_ns,
			WAIT_NS))
		drop_all_runs(s, sctp_direction_at(&s->store, n));
	while ((n = s->store.lists[SCTP_ALL].first) != 0 &&
	       is_older(sctp_direction_at(&s->store, n)->heard_ns, now_ns,
			FORGET_NS))
		direction_drop(s, n);
}

/* Down to the ceiling: the direction that was quiet longest goes first. */
static void make_room(struct sctp *s)
{
	uint32_t n;

	while ((n = s->store.lists[SCTP_ALL].first) != 0 &&
	       sctp_bytes(s) > s->options.memory_bytes) {
		struct sctp_direction *d = sctp_direction_at(&s->store, n);

		if (d->fragments.first != 0)
			s->options.counters->undecoded[UNDECODED_MEMORY]++;
		while (d->fragments.first != 0)
			sctp_fragment_free(&s->store, d->fragments.first);
		sctp_direction_free(&s->store, n);
	}
}

/* Drops what fell out of the window or is too old. */
static void drop_stale(struct sctp *s, struct sctp_direction *d, int64_t now_ns)
{
	uint32_t n;

	while ((n = d->fragments.first) != 0) {
		const struct sctp_fragment *f = sctp_fragment_at(&s->store, n);

		if (tsn_ahead(f->tsn, d->window.highest) > -TSN_WINDOW &&
		    !is_older(f->time_ns, now_ns, WAIT_NS))
			break;
		run_drop(s, n);
	}
}

/* ---- messages */

static void give(const struct sctp *s, const struct payload *packet,
		 struct slice bytes, size_t sent, uint64_t offset)
{
	const struct payload message = { .flow = packet->flow,
					 .bytes = bytes,
					 .time_ns = packet->time_ns,
					 .offset = offset,
					 .sent = (uint32_t)sent,
					 .source = packet->source,
					 .kind = PAYLOAD_DATAGRAM };

	s->options.message(s->options.ctx, &message);
}

/* The run from `n` on is a message: what stands behind a cut is not given. */
static void give_run(struct sctp *s, const struct payload *packet, uint32_t n)
{
	struct buf joined;
	size_t sent = sctp_fragment_at(&s->store, n)->run_bytes;
	bool cut = false;

	buf_init(&joined, MESSAGE_MAX);
	while (n != 0) {
		const struct sctp_fragment *f = sctp_fragment_at(&s->store, n);
		uint32_t next = sctp_neighbour(&s->store, n, 1);

		if (!cut)
			buf_add(&joined, (struct slice){ f->bytes, f->len });
		cut |= f->len < f->sent;
		sctp_fragment_free(&s->store, n);
		n = next;
	}
	if (joined.failed)
		s->options.counters->undecoded[UNDECODED_MEMORY]++;
	else
		give(s, packet, buf_slice(&joined), sent, PACKET_NO_OFFSET);
	buf_free(&joined);
}

/* Joins fragment `n`, which has just come, with the runs beside it. */
static void run_join(struct sctp *s, const struct payload *packet, uint32_t n)
{
	struct sctp_fragment *f = sctp_fragment_at(&s->store, n);
	uint32_t before = sctp_neighbour(&s->store, n, -1);
	uint32_t behind = sctp_neighbour(&s->store, n, 1);
	uint32_t first =
		before == 0 ? n : sctp_fragment_at(&s->store, before)->other;
	uint32_t last =
		behind == 0 ? n : sctp_fragment_at(&s->store, behind)->other;
	uint64_t bytes = f->run_bytes;

	if (before != 0)
		bytes += sctp_fragment_at(&s->store, before)->run_bytes;
	if (behind != 0)
		bytes += sctp_fragment_at(&s->store, behind)->run_bytes;
	if (bytes > MESSAGE_MAX) {
		run_drop(s, n);
		return;
	}
	sctp_fragment_at(&s->store, first)->other = last;
	sctp_fragment_at(&s->store, first)->run_bytes = bytes;
	sctp_fragment_at(&s->store, last)->other = first;
	sctp_fragment_at(&s->store, last)->run_bytes = bytes;
	if ((sctp_fragment_at(&s->store, first)->flags & SCTP_FIRST) != 0 &&
	    (sctp_fragment_at(&s->store, last)->flags & SCTP_LAST) != 0)
		give_run(s, packet, first);
}

static void take_fragment(struct sctp *s, const struct payload *packet,
			  const struct sctp_data *data)
{
	struct sctp_direction *d =
		sctp_direction_at(&s->store, data->place.direction);
	uint32_t n;

	/* Of I-DATA, with another TSN: it contradicts itself. */
	if (sctp_fragment_find(&s->store, &data->place) != 0)
		return;
	n = sctp_fragment_new(&s->store, data, packet->time_ns);
	if (n == 0) {
		s->options.counters->undecoded[UNDECODED_MEMORY]++;
		return;
	}
	run_join(s, packet, n);
	while (d->held > WAITING_MAX)
		run_drop(s, d->fragments.first);
}

/* ---- chunks */

static void data_take(struct sctp *s, const struct payload *packet,
		      struct sctp_data *data)
{
	const uint8_t *begin = (const uint8_t *)packet->bytes.ptr;
	struct sctp_key key = key_of(&packet->flow, false, be32(begin + 4));
	uint32_t n = sctp_direction_find(&s->store, &key);
	struct sctp_direction *d;
	enum tsn_news news;

	if (n == 0)
		n = sctp_direction_new(&s->store, &key);
	if (n == 0) {
		s->options.counters->undecoded[UNDECODED_MEMORY]++;
		return;
	}
	sctp_direction_touch(&s->store, n, packet->time_ns);
	d = sctp_direction_at(&s->store, n);
	news = tsn_window_take(&d->window, data->tsn);
	if (news == TSN_SEEN)
		return;
	if (news == TSN_ANEW)
		drop_all_runs(s, d);
	drop_stale(s, d, packet->time_ns);
	data->place.direction = n;
	if ((data->flags & (SCTP_FIRST | SCTP_LAST)) ==
	    (SCTP_FIRST | SCTP_LAST)) {
		uint64_t offset = packet->offset;

		if (offset != PACKET_NO_OFFSET)
			offset += (uint64_t)(data->bytes - begin);
		give(s, packet,
		     (struct slice){ (const char *)data->bytes, data->len },
		     data->sent, offset);
	} else {
		take_fragment(s, packet, data);
	}
	make_room(s);
}

/*
 * Both directions begin anew.  Packets carry the tag of their receiver, which
 * it told in its INIT or INIT ACK (RFC 9260 section 5.1).
 */
static void init_take(struct sctp *s, const struct payload *packet,
		      const struct sctp_chunk *c)
{
	const uint8_t *begin = (const uint8_t *)packet->bytes.ptr;
	struct sctp_key key;

	if (c->len < SCTP_INIT_HEADER)
		return;
	key = key_of(&packet->flow, true, be32(c->at + 4));
	forget(s, &key);
	if (c->at[0] != SCTP_INIT_ACK)
		return;
	key = key_of(&packet->flow, false, be32(begin + 4));
	forget(s, &key);
}

/* False if the chunk lies: what follows it is not to be found. */
static bool chunk_take(struct sctp *s, const struct payload *packet,
		       const struct sctp_chunk *c)
{
	struct sctp_data data;
	enum sctp_parsed parsed;

	switch (c->at[0]) {
	case SCTP_DATA:
	case SCTP_I_DATA:
		parsed = sctp_data_parse(&data, c);
		if (parsed == SCTP_PARSED)
			data_take(s, packet, &data);
		return parsed != SCTP_LIE;
	case SCTP_INIT:
	case SCTP_INIT_ACK:
		init_take(s, packet, c);
		return true;
	default:
		return true;
	}
}

void sctp_push(struct sctp *s, const struct payload *packet)
{
	const uint8_t *begin = (const uint8_t *)packet->bytes.ptr;
	size_t captured = packet->bytes.len;
	size_t at = SCTP_COMMON_HEADER;

	expire(s, packet->time_ns);
	/* Ends: each chunk takes its header at least. */
	while (captured >= SCTP_CHUNK_HEADER &&
	       at <= captured - SCTP_CHUNK_HEADER) {
		struct sctp_chunk c = { .at = begin + at,
					.len = captured - at,
					.sent = be16(begin + at + 2) };

		if (c.sent < SCTP_CHUNK_HEADER || c.sent > packet->sent - at) {
			s->options.counters->undecoded[UNDECODED_SCTP]++;
			return;
		}
		if (c.len > c.sent)
			c.len = c.sent;
		if (!chunk_take(s, packet, &c)) {
			s->options.counters->undecoded[UNDECODED_SCTP]++;
			return;
		}
		at += (c.sent + 3) & ~(size_t)3;
	}
}

/* ---- all of it */

enum err sctp_new(struct sctp **out, const struct sctp_options *options)
{
	struct sctp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->options = *options;
	if (s->options.memory_bytes == 0)
		s->options.memory_bytes = MEMORY_BYTES;
	sctp_store_init(&s->store);
	*out = s;
	return ERR_OK;
}

void sctp_free(struct sctp *s)
{
	if (s == NULL)
		return;
	sctp_store_free(&s->store);
	free(s);
}

void sctp_finish(struct sctp *s)
{
	uint32_t n;

	while ((n = s->store.lists[SCTP_ALL].first) != 0)
		direction_drop(s, n);
}

uint64_t sctp_bytes(const struct sctp *s)
{
	return sctp_store_bytes(&s->store);
}
