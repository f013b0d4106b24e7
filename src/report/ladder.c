#include "sipmon/report/ladder.h"

#include <stdlib.h>

#include "sipmon/call/leg.h"
#include "sipmon/call/media.h"

/* Requests that are compared to tell two parties behind one address. */
#define PARTIES_LOOKED_AT 256

/* Which original a retransmission folds into. */
struct origin {
	uint32_t transaction;
	uint32_t hop;
	uint16_t status;
	uint16_t method;
	uint32_t row; /* + 1; 0: the slot is free */
};

/* The messages of one call that have no row yet. */
struct feed {
	const struct call *call;
	uint32_t next; /* id; 0: none is left */
	uint32_t left; /* a bound for the walk */
};

struct layout {
	struct ladder *out;
	const struct view *view;
	const struct ladder_options *options;
	struct feed feeds[LEG_ROOM + 1];
	unsigned feed_count;
	unsigned next_stream;
	int64_t start_ns;       /* of the earliest call */
	struct origin *origins; /* open addressing, at least half free */
	uint32_t mask;
};

static struct endpoint shown(const struct layout *l, struct endpoint e)
{
	if (l->out->merged)
		e.port = 0;
	return e;
}

/* A new column if there is room; -1 if not. */
static int add_column(struct ladder *out, const struct endpoint *e)
{
	if (out->column_count == LADDER_COLUMNS_MAX)
		return -1;
	out->columns[out->column_count].endpoint = *e;
	return (int)out->column_count++;
}

/* The column of an endpoint, a new one if there is room; -1 if not. */
static int column_of(struct layout *l, const struct endpoint *endpoint)
{
	struct endpoint e = shown(l, *endpoint);
	struct ladder *out = l->out;

	for (unsigned i = 0; i < out->column_count; i++)
		if (endpoint_eq(&out->columns[i].endpoint, &e))
			return (int)i;
	return add_column(out, &e);
}

/* Media goes to the host's column, whatever the port: that of RTP says
 * nothing about who is who. */
static int host_column_of(struct layout *l, struct endpoint e)
{
	struct ladder *out = l->out;

	e.port = 0;
	for (unsigned i = 0; i < out->column_count; i++) {
		struct endpoint host = out->columns[i].endpoint;

		host.port = 0;
		if (endpoint_eq(&host, &e))
			return (int)i;
	}
	return add_column(out, &e);
}

/*
 * Columns of a hop.  A response travels against its request, so its
 * destination, the caller's side, takes its column first.
 */
static bool columns_of(struct layout *l, const struct flow *flow, bool response,
		       uint16_t *from, uint16_t *to)
{
	int source = response ? -1 : column_of(l, &flow->source);
	int destination = column_of(l, &flow->destination);

	if (response)
		source = column_of(l, &flow->source);
	if (source < 0 || destination < 0)
		return false;
	*from = (uint16_t)source;
	*to = (uint16_t)destination;
	return true;
}

static uint32_t hash_of(const struct captured_msg *m)
{
	uint32_t h = m->transaction * 2654435761U;

	h = (h ^ m->hop) * 2654435761U;
	h = (h ^ ((uint32_t)m->status << 16 | m->method)) * 2654435761U;
	return h ^ h >> 15;
}

static struct origin *origin_of(const struct layout *l,
				const struct captured_msg *m)
{
	uint32_t i = hash_of(m) & l->mask;

	while (l->origins[i].row != 0) {
		const struct origin *o = &l->origins[i];

		if (o->transaction == m->transaction && o->hop == m->hop &&
		    o->status == m->status && o->method == m->method)
			break;
		i = (i + 1) & l->mask;
	}
	return &l->origins[i];
}

/* Folds `m` into its original; false if that is not among the rows. */
static bool fold(struct layout *l, const struct captured_msg *m)
{
	const struct origin *o;

	if (m->transaction == 0)
		return false;
	o = origin_of(l, m);
	if (o->row == 0)
		return false;
	l->out->rows[o->row - 1].repeats++;
	return true;
}

/* The latest message of a kind is the one that later copies fold into. */
static void remember(struct layout *l, const struct captured_msg *m,
		     uint32_t row)
{
	*origin_of(l, m) = (struct origin){ .transaction = m->transaction,
					    .hop = m->hop,
					    .status = m->status,
					    .method = m->method,
					    .row = row + 1 };
}

static void add_message(struct layout *l, uint16_t leg, uint32_t id,
			const struct captured_msg *m)
{
	struct ladder *out = l->out;
	bool resent = msg_is(m, MSG_RETRANSMISSION);
	struct ladder_row *row = &out->rows[out->row_count];
	const struct flow *hop = view_hop(l->view, m->hop);

	if (resent && l->options->fold && fold(l, m))
		return;
	*row = (struct ladder_row){ .msg = id, .leg = leg, .resent = resent };
	if (hop == NULL || !columns_of(l, hop, msg_is(m, MSG_RESPONSE),
				       &row->from, &row->to)) {
		out->left_out++;
		return;
	}
	row->since_start_ns = m->time_ns - l->start_ns;
	if (l->options->fold && m->transaction != 0)
		remember(l, m, out->row_count);
	out->row_count++;
}

static void add_stream(struct layout *l)
{
	struct ladder *out = l->out;
	uint16_t number = (uint16_t)l->next_stream++;
	const struct ladder_stream *s = &out->streams[number];
	struct ladder_row *row = &out->rows[out->row_count++];

	*row = (struct ladder_row){ .leg = s->leg,
				    .stream = number,
				    .since_start_ns =
					    s->first_ns - l->start_ns };
}

/* Streams get their columns when all messages have theirs: media may be there
 * before the message that shows which port of a host is a column. */
static bool place_stream(struct layout *l, struct ladder_row *row)
{
	const struct ladder_stream *s = &l->out->streams[row->stream];
	int from = host_column_of(l, s->source);
	int to = host_column_of(l, s->destination);

	row->from = (uint16_t)from;
	row->to = (uint16_t)to;
	return from >= 0 && to >= 0;
}

/* The streams of all calls */

static bool is_known(const struct ladder *out, const struct media_stream *m)
{
	for (unsigned i = 0; i < out->stream_count; i++) {
		const struct ladder_stream *s = &out->streams[i];

		if (s->ssrc == m->ssrc && endpoint_eq(&s->source, &m->source) &&
		    endpoint_eq(&s->destination, &m->destination))
			return true;
	}
	return false;
}

/* Keeps them in the order of their first packet. */
static void file_stream(struct layout *l, uint16_t leg,
			const struct call_media *media)
{
	const struct media_stream *m = media->stream;
	struct ladder *out = l->out;
	struct ladder_stream s = { .source = m->source,
				   .destination = m->destination,
				   .first_ns = m->first_ns,
				   .last_ns = m->last_ns,
				   .packets = m->packets,
				   .lost = media_stream_lost(m),
				   .jitter_ns = -1,
				   .ssrc = m->ssrc,
				   .leg = leg };
	uint32_t clock;
	unsigned i;

	/* A B2BUA that passes SDP on has one stream in both of its calls. */
	if (out->stream_count == LADDER_STREAMS_MAX || is_known(out, m))
		return;
	clock = call_media_codec(l->view, media, s.codec, sizeof(s.codec));
	if (clock != 0)
		s.jitter_ns = media_stream_jitter_ns(m, clock);
	for (i = out->stream_count++; i > 0; i--) {
		if (out->streams[i - 1].first_ns <= s.first_ns)
			break;
		out->streams[i] = out->streams[i - 1];
	}
	out->streams[i] = s;
}

static enum err collect_streams(struct layout *l)
{
	if (!l->options->media)
		return ERR_OK;
	l->out->streams = calloc(LADDER_STREAMS_MAX, sizeof(*l->out->streams));
	if (l->out->streams == NULL)
		return ERR_NOMEM;
	for (unsigned leg = 0; leg < l->feed_count; leg++) {
		struct call_media list[CALL_MEDIA_ROOM];
		unsigned n = call_media_list(l->view, l->feeds[leg].call, list,
					     CALL_MEDIA_ROOM);

		for (unsigned i = 0; i < n; i++)
			file_stream(l, (uint16_t)leg, &list[i]);
	}
	return ERR_OK;
}

/* Merging */

/* The feed whose next message is the earliest, -1 if all are at their end. */
static int earliest_feed(const struct layout *l, int64_t *at_ns)
{
	int found = -1;

	for (unsigned i = 0; i < l->feed_count; i++) {
		const struct feed *f = &l->feeds[i];
		const struct captured_msg *m =
			f->left > 0 ? view_msg(l->view, f->next) : NULL;

		if (m == NULL || (found >= 0 && m->time_ns >= *at_ns))
			continue;
		*at_ns = m->time_ns;
		found = (int)i;
	}
	return found;
}

static void merge(struct layout *l)
{
	int64_t at_ns = 0;

	for (int i = earliest_feed(l, &at_ns); i >= 0;
	     i = earliest_feed(l, &at_ns)) {
		struct feed *f = &l->feeds[i];
		const struct captured_msg *m = view_msg(l->view, f->next);

		while (l->next_stream < l->out->stream_count &&
		       l->out->streams[l->next_stream].first_ns < at_ns)
			add_stream(l);
		add_message(l, (uint16_t)i, f->next, m);
		f->next = m->next;
		f->left--;
	}
	while (l->next_stream < l->out->stream_count)
		add_stream(l);
}

/* Streams of hosts past the last column have no row. */
static void finish_rows(struct layout *l)
{
	struct ladder_row *rows = l->out->rows;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < l->out->row_count; i++) {
		if (rows[i].msg == 0 && !place_stream(l, &rows[i]))
			continue;
		rows[kept] = rows[i];
		if (kept > 0)
			rows[kept].since_previous_ns =
				rows[kept].since_start_ns -
				rows[kept - 1].since_start_ns;
		kept++;
	}
	l->out->row_count = kept;
}

static void add_feed(struct layout *l, const struct call *c)
{
	if (l->feed_count == 0 || c->start_ns < l->start_ns)
		l->start_ns = c->start_ns;
	l->feeds[l->feed_count++] = (struct feed){ .call = c,
						   .next = c->first_msg,
						   .left = c->message_count };
}

static enum err make_room(struct layout *l)
{
	size_t messages = 0;
	size_t room = 16;

	for (unsigned i = 0; i < l->feed_count; i++)
		messages += l->feeds[i].left;
	l->out->rows = calloc(messages + LADDER_STREAMS_MAX + 1,
			      sizeof(*l->out->rows));
	if (l->out->rows == NULL)
		return ERR_NOMEM;
	if (!l->options->fold)
		return ERR_OK;
	while (room / 2 < messages && room < UINT32_C(1) << 31)
		room *= 2;
	l->origins = calloc(room, sizeof(*l->origins));
	if (l->origins == NULL)
		return ERR_NOMEM;
	l->mask = (uint32_t)(room - 1);
	return ERR_OK;
}

static enum err lay_out(struct ladder *out, const struct view *v,
			const struct call *c,
			const struct ladder_options *options, bool merged)
{
	struct ladder made = { .merged = merged };
	struct layout l = { .out = &made, .view = v, .options = options };
	enum err e;

	add_feed(&l, c);
	for (unsigned i = 0; i < options->leg_count && i < LEG_ROOM; i++)
		add_feed(&l, options->legs[i]);
	e = make_room(&l);
	if (!e)
		e = collect_streams(&l);
	if (!e) {
		merge(&l);
		finish_rows(&l);
	}
	free(l.origins);
	if (e)
		ladder_free(&made);
	else
		*out = made;
	return e;
}

/* Whether to merge ports */

static bool host_has_ports(const struct ladder *l)
{
	for (unsigned i = 0; i < l->column_count; i++)
		for (unsigned k = 0; k < i; k++) {
			struct endpoint a = l->columns[i].endpoint;

			/* Port 0 is a host of media, not a further port. */
			if (a.port == 0 || l->columns[k].endpoint.port == 0)
				continue;
			a.port = l->columns[k].endpoint.port;
			if (endpoint_eq(&a, &l->columns[k].endpoint))
				return true;
		}
	return false;
}

/* Are these two copies of one request, the first from a host, the other to
 * another port of that host?  Then two parties share its address. */
static bool are_of_two_parties(const struct view *v,
			       const struct ladder_row *sent,
			       const struct ladder_row *came)
{
	const struct captured_msg *a = view_msg(v, sent->msg);
	const struct captured_msg *b = view_msg(v, came->msg);
	const struct flow *from;
	const struct flow *to;

	if (a == NULL || b == NULL || a->call != b->call ||
	    a->method != b->method || a->cseq != b->cseq ||
	    msg_is(a, MSG_RESPONSE) || msg_is(b, MSG_RESPONSE) ||
	    /* Both ends count their CSeq on their own. */
	    msg_is(a, MSG_OTHER_FROM) != msg_is(b, MSG_OTHER_FROM))
		return false;
	from = view_hop(v, a->hop);
	to = view_hop(v, b->hop);
	return from->source.port != to->destination.port;
}

static bool merges_well(const struct view *v, const struct ladder *l)
{
	uint32_t looked_at = l->row_count < PARTIES_LOOKED_AT
				     ? l->row_count
				     : PARTIES_LOOKED_AT;

	for (uint32_t i = 0; i < l->row_count; i++)
		if (l->rows[i].msg != 0 && l->rows[i].from == l->rows[i].to)
			return false;
	for (uint32_t i = 0; i < looked_at; i++)
		for (uint32_t k = i + 1; k < looked_at; k++)
			if (l->rows[i].from == l->rows[k].to &&
			    are_of_two_parties(v, &l->rows[i], &l->rows[k]))
				return false;
	return true;
}

enum err ladder_of(struct ladder *out, const struct view *v,
		   const struct call *c, const struct ladder_options *options)
{
	struct ladder merged;
	struct ladder made;
	enum err e;

	if (!options->choose_ports)
		return lay_out(out, v, c, options, options->merge_ports);
	e = lay_out(&made, v, c, options, false);
	if (e)
		return e;
	*out = made;
	if (!host_has_ports(&made) ||
	    lay_out(&merged, v, c, options, true) != ERR_OK)
		return ERR_OK;
	if (merges_well(v, &merged)) {
		ladder_free(out);
		*out = merged;
	} else {
		ladder_free(&merged);
	}
	return ERR_OK;
}

void ladder_free(struct ladder *l)
{
	free(l->rows);
	free(l->streams);
	*l = (struct ladder){ 0 };
}

double ladder_loss_percent(const struct ladder_stream *s)
{
	double lost = s->lost > 0 ? (double)s->lost : 0;
	double sent = (double)s->packets + lost;

	return sent > 0 ? lost * 100.0 / sent : 0;
}
