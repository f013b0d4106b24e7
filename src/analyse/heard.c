#include "heard.h"

/* Streams to one address, and of the whole table, that are looked at. */
#define HERE_MAX  64
#define TABLE_MAX 1024

/* Speech comes every 10 to 60 ms, with pauses; to keep a NAT open a packet
 * every few seconds will do (RFC 6263). */
#define PACKET_NS INT64_C(250000000)

/* The order of the table is right to a second. */
#define ORDER_NS INT64_C(1000000000)

static bool flows(const struct media_stream *m, int64_t begin_ns,
		  int64_t end_ns)
{
	int64_t from = m->first_ns > begin_ns ? m->first_ns : begin_ns;
	int64_t to = m->last_ns < end_ns ? m->last_ns : end_ns;

	return to - from >= FLOW_NS &&
	       (uint64_t)((m->last_ns - m->first_ns) / PACKET_NS) <= m->packets;
}

static void add(struct heard *h, const struct media_stream *m, int64_t begin_ns,
		int64_t end_ns)
{
	h->streams++;
	if (h->streams == 1 || m->last_ns > h->last_ns)
		h->last_ns = m->last_ns;
	if (m->max_delta_ns > h->gap_ns)
		h->gap_ns = m->max_delta_ns;
	h->types[0] |= m->types[0];
	h->types[1] |= m->types[1];
	if (h->flow == NULL && flows(m, begin_ns, end_ns))
		h->flow = m;
}

void heard_at(const struct scene *s, const struct endpoint *to,
	      int64_t begin_ns, int64_t end_ns, struct heard *out)
{
	const struct streams *table = view_streams(s->view);
	uint32_t id = streams_to(table, to);
	unsigned looked = 0;

	*out = (struct heard){ .streams = 0 };
	for (; id != 0 && looked < HERE_MAX; looked++) {
		const struct media_stream *m = streams_at(table, id);

		if (m->last_ns >= begin_ns && m->first_ns <= end_ns)
			add(out, m, begin_ns, end_ns);
		id = m->next_here;
	}
	out->sure = id == 0;
}

/* ---- the table */

static uint32_t last_looked_at(const struct streams *table)
{
	uint32_t last = streams_last(table);

	return last < TABLE_MAX ? last : TABLE_MAX;
}

bool heard_is_kept(const struct scene *s, int64_t time_ns)
{
	const struct streams *table = view_streams(s->view);
	uint32_t last = last_looked_at(table);

	if (streams_seen(table) <= streams_last(table))
		return true;
	for (uint32_t id = 1; id <= last; id++) {
		const struct media_stream *m = streams_at(table, id);

		if (m != NULL && m->last_ns < time_ns - ORDER_NS)
			return true;
	}
	return false;
}

bool heard_any(const struct scene *s, int64_t begin_ns, int64_t end_ns)
{
	const struct streams *table = view_streams(s->view);
	uint32_t last = last_looked_at(table);

	for (uint32_t id = 1; id <= last; id++) {
		const struct media_stream *m = streams_at(table, id);

		if (m != NULL && m->first_ns <= begin_ns &&
		    m->last_ns >= end_ns)
			return true;
	}
	return false;
}

static bool is_of(const struct media_stream *m, const struct endpoint *host)
{
	return endpoint_same_host(&m->source, host) ||
	       endpoint_same_host(&m->destination, host);
}

bool heard_hosts(const struct scene *s, const struct endpoint *a,
		 const struct endpoint *b, bool both)
{
	const struct streams *table = view_streams(s->view);
	uint32_t last = last_looked_at(table);

	for (uint32_t id = 1; id <= last; id++) {
		const struct media_stream *m = streams_at(table, id);

		if (m != NULL && (both ? is_of(m, a) && is_of(m, b)
				       : is_of(m, a) || is_of(m, b)))
			return true;
	}
	return false;
}
