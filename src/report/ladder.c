#include "sipmon/report/ladder.h"

#include <stdlib.h>

/* Which original a retransmission folds into. */
struct origin {
	uint32_t transaction;
	uint32_t hop;
	uint16_t status;
	uint16_t method;
	uint32_t row; /* + 1; 0: the slot is free */
};

struct layout {
	struct ladder *out;
	const struct view *view;
	const struct call *call;
	const struct ladder_options *options;
	struct origin *origins; /* open addressing, at least half free */
	uint32_t mask;
};

static struct endpoint shown(const struct layout *l, struct endpoint e)
{
	if (l->options->merge_ports)
		e.port = 0;
	return e;
}

/* The column of an endpoint, a new one if there is room; -1 if not. */
static int column_of(struct layout *l, const struct endpoint *endpoint)
{
	struct endpoint e = shown(l, *endpoint);
	struct ladder *out = l->out;

	for (unsigned i = 0; i < out->column_count; i++)
		if (endpoint_eq(&out->columns[i].endpoint, &e))
			return (int)i;
	if (out->column_count == LADDER_COLUMNS_MAX)
		return -1;
	out->columns[out->column_count].endpoint = e;
	return (int)out->column_count++;
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

static void add_message(struct layout *l, uint32_t id,
			const struct captured_msg *m)
{
	struct ladder *out = l->out;
	bool resent = msg_is(m, MSG_RETRANSMISSION);
	struct ladder_row *row = &out->rows[out->row_count];

	if (resent && l->options->fold && fold(l, m))
		return;
	*row = (struct ladder_row){ .msg = id, .resent = resent };
	if (!columns_of(l, view_hop(l->view, m->hop), msg_is(m, MSG_RESPONSE),
			&row->from, &row->to)) {
		out->left_out++;
		return;
	}
	row->since_start_ns = m->time_ns - l->call->start_ns;
	if (out->row_count > 0)
		row->since_previous_ns =
			row->since_start_ns - row[-1].since_start_ns;
	if (l->options->fold && m->transaction != 0)
		remember(l, m, out->row_count);
	out->row_count++;
}

static enum err make_room(struct layout *l, uint32_t messages)
{
	uint32_t room = 16;

	l->out->rows = calloc((size_t)messages + 1, sizeof(*l->out->rows));
	if (l->out->rows == NULL)
		return ERR_NOMEM;
	while (room / 2 < messages && room < UINT32_C(1) << 31)
		room *= 2;
	l->origins = calloc(room, sizeof(*l->origins));
	if (l->origins == NULL)
		return ERR_NOMEM;
	l->mask = room - 1;
	return ERR_OK;
}

enum err ladder_of(struct ladder *out, const struct view *v,
		   const struct call *c, const struct ladder_options *options)
{
	struct ladder made = { 0 };
	struct layout l = {
		.out = &made, .view = v, .call = c, .options = options
	};
	uint32_t left = c->message_count;
	enum err e = make_room(&l, left);
	uint32_t id = c->first_msg;

	if (e) {
		ladder_free(&made);
		return e;
	}
	for (; id != 0 && left > 0; left--) {
		const struct captured_msg *m = view_msg(v, id);

		add_message(&l, id, m);
		id = m->next;
	}
	free(l.origins);
	*out = made;
	return ERR_OK;
}

void ladder_free(struct ladder *l)
{
	free(l->rows);
	*l = (struct ladder){ 0 };
}
