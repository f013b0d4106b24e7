#include "statistics_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipmon/analyse/histogram.h"
#include "sipmon/base/map.h"
#include "sipmon/call/answerer.h"
#include "sipmon/call/timing.h"
#include "statistics_tally.h"

#define ROOM_LEAST 64

/* Behind the rows of a table stands that of all that came too late. */
#define ROW_REST ROWS_MAX

enum row_kind { ROW_PEER, ROW_TRUNK, ROW_AGENT, ROW_KINDS };

/* All bytes of it are its own, so that equal keys are equal bytes. */
struct row_key {
	struct endpoint source; /* ports 0; all 0 where they tell nothing */
	struct endpoint destination;
	uint16_t agent;
	uint16_t unused;
};

_Static_assert(sizeof(struct row_key) == 44, "no padding");

/* Calls have numbers of 32 bits. */
struct share {
	uint32_t part;
	uint32_t whole;
};

struct row {
	uint32_t calls;
	uint32_t answered;
	uint32_t failed;
	uint32_t no_answer;
	uint32_t by_class[7];
	struct share ser;
	struct share seer;
	struct share isa;
	struct sketch pdd;
	struct sketch srd;
};

struct row_table {
	unsigned count;
	unsigned room;
	struct row_key *keys; /* apart: looking for one keeps to the cache */
	struct row *list;
	struct row rest;   /* of keys past the limit */
	struct map places; /* 1 + index */
};

/* What the tally counts of a row. */
enum row_value { VALUE_PDD, VALUE_SRD, VALUE_CODE, VALUES };

struct rows {
	uint64_t seed;
	uint16_t agent_places[UINT16_MAX + 1]; /* 1 + index, by id */
	struct row_table tables[ROW_KINDS];
	struct tally values;
};

/* Kind of row, index, kind of value, value: of a code or part. */
#define VALUE_BITS 10
#define TALLY_KEY(kind, row, what, value)                                      \
	(((((uint32_t)(kind) + 1) << 13 | (uint32_t)(row)) << 2 |              \
	  (uint32_t)(what))                                                    \
		 << VALUE_BITS |                                               \
	 (uint32_t)(value))

_Static_assert(SKETCH_PARTS < 1 << VALUE_BITS, "a part is a value");
_Static_assert(ROW_REST < 1 << 13, "a row has its bits");

enum err rows_new(struct rows **out)
{
	struct rows *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < ROW_KINDS; i++)
		map_init(&r->tables[i].places);
	r->seed = hash_seed();
	*out = r;
	return ERR_OK;
}

void rows_free(struct rows *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < ROW_KINDS; i++) {
		map_free(&r->tables[i].places);
		free(r->tables[i].keys);
		free(r->tables[i].list);
	}
	tally_free(&r->values);
	free(r);
}

/* ---- which row */

static void set_host(struct endpoint *to, const struct endpoint *from)
{
	*to = *from;
	to->port = 0;
	to->unused = 0;
}

static void key_of_peer(const struct view *v, const struct call *c,
			struct row_key *out)
{
	memset(out, 0, sizeof(*out));
	set_host(&out->destination, call_answerer(v, c));
}

static void key_of_trunk(const struct view *v, const struct call *c,
			 struct row_key *out)
{
	const struct flow *hop = view_hop(v, c->hop);

	memset(out, 0, sizeof(*out));
	set_host(&out->source, &hop->source);
	set_host(&out->destination, &hop->destination);
}

struct wanted {
	const struct row_table *table;
	const struct row_key *key;
};

static bool is_row(const void *ctx, uint32_t value)
{
	const struct wanted *w = ctx;

	return memcmp(&w->table->keys[value - 1], w->key, sizeof(*w->key)) == 0;
}

static bool make_room(struct row_table *t)
{
	unsigned room = t->room == 0 ? ROOM_LEAST : t->room * 2;
	struct row_key *keys;
	struct row *list;

	if (t->count < t->room)
		return true;
	if (t->count >= ROWS_MAX)
		return false;
	keys = realloc(t->keys, room * sizeof(*keys));
	if (keys != NULL)
		t->keys = keys;
	list = realloc(t->list, room * sizeof(*list));
	if (list != NULL)
		t->list = list;
	if (keys == NULL || list == NULL)
		return false;
	t->room = room;
	return true;
}

/* Index of the new row; the caller has made room. */
static unsigned add_row(struct row_table *t, const struct row_key *key)
{
	t->keys[t->count] = *key;
	t->list[t->count] = (struct row){ .calls = 0 };
	return t->count++;
}

/* Index of the row, ROW_REST for that of the others. */
static unsigned find_row(struct row_table *t, uint64_t seed,
			 const struct row_key *key)
{
	struct slice bytes = { (const char *)key, sizeof(*key) };
	struct wanted wanted = { t, key };
	uint64_t hash = hash_bytes(seed, bytes);
	uint32_t place = map_find(&t->places, hash, is_row, &wanted);

	if (place != 0)
		return place - 1;
	if (!make_room(t) || map_add(&t->places, hash, t->count + 1))
		return ROW_REST;
	return add_row(t, key);
}

static unsigned find_agent(struct rows *r, uint16_t agent)
{
	struct row_table *t = &r->tables[ROW_AGENT];
	uint16_t *place = &r->agent_places[agent];
	struct row_key key;

	if (*place != 0)
		return *place - 1U;
	if (!make_room(t))
		return ROW_REST;
	memset(&key, 0, sizeof(key));
	key.agent = agent;
	*place = (uint16_t)(t->count + 1);
	return add_row(t, &key);
}

/* ---- one call */

static void add_share(struct share *to, const struct figures_ratio *r)
{
	to->part += (uint32_t)r->part;
	to->whole += (uint32_t)r->whole;
}

static void add_outcome(struct row *row, const struct row_sample *s)
{
	row->calls++;
	row->answered += state_is_answered(s->state);
	row->failed += state_is_failed(s->state);
	row->no_answer += s->state == CALL_STATE_NO_ANSWER;
	if (s->final / 100 < 7)
		row->by_class[s->final / 100]++;
	add_share(&row->ser, &s->outcome.ser);
	add_share(&row->seer, &s->outcome.seer);
	add_share(&row->isa, &s->outcome.isa);
}

static struct row *row_at(struct row_table *t, unsigned i)
{
	return i == ROW_REST ? &t->rest : &t->list[i];
}

static void add_sample(struct rows *r, enum row_kind kind, unsigned i,
		       const struct row_sample *s)
{
	struct row *row = row_at(&r->tables[kind], i);
	int part = sketch_add(&row->pdd, s->pdd_ns);

	add_outcome(row, s);
	if (part >= 0)
		tally_count(&r->values, TALLY_KEY(kind, i, VALUE_PDD, part));
	for (unsigned k = 0; k < s->outcome.srd_count; k++) {
		part = sketch_add(&row->srd, s->outcome.srd_ns[k]);
		if (part >= 0)
			tally_count(&r->values,
				    TALLY_KEY(kind, i, VALUE_SRD, part));
	}
	if (state_is_failed(s->state) && s->final > 0 && s->final < 700)
		tally_count(&r->values,
			    TALLY_KEY(kind, i, VALUE_CODE, s->final));
}

void rows_add(struct rows *r, const struct view *v, const struct call *c,
	      const struct row_sample *sample)
{
	struct row_key key;
	unsigned peer;
	unsigned trunk;

	key_of_trunk(v, c, &key);
	trunk = find_row(&r->tables[ROW_TRUNK], r->seed, &key);
	/* There may be thousands of those, and it is needed in a moment. */
	__builtin_prefetch(row_at(&r->tables[ROW_TRUNK], trunk), 1);
	key_of_peer(v, c, &key);
	peer = find_row(&r->tables[ROW_PEER], r->seed, &key);
	add_sample(r, ROW_PEER, peer, sample);
	if (c->agent != 0)
		add_sample(r, ROW_AGENT, find_agent(r, c->agent), sample);
	add_sample(r, ROW_TRUNK, trunk, sample);
}

/* ---- which rows are shown */

/* Where each row of a table goes. */
struct order {
	unsigned count;               /* rows that stand alone */
	uint16_t rows[FIGURES_ROWS];  /* the busiest first */
	uint8_t places[ROW_REST + 1]; /* in the figures; `count`: others */
};

typedef uint64_t (*weight_fn)(const struct row *row);

static uint64_t calls_of(const struct row *row)
{
	return row->calls;
}

static uint64_t failed_of(const struct row *row)
{
	return row->failed;
}

/* Of equal ones who came first. */
static void keep_heaviest(const struct row_table *t, weight_fn weight,
			  struct order *o)
{
	o->count = 0;
	for (unsigned i = 0; i < t->count; i++) {
		uint64_t heavy = weight(&t->list[i]);
		unsigned at = o->count;

		while (at > 0 && weight(&t->list[o->rows[at - 1]]) < heavy)
			at--;
		if (at == FIGURES_ROWS || heavy == 0)
			continue;
		if (o->count < FIGURES_ROWS)
			o->count++;
		memmove(&o->rows[at + 1], &o->rows[at],
			(o->count - 1 - at) * sizeof(o->rows[0]));
		o->rows[at] = (uint16_t)i;
	}
	memset(o->places, (int)o->count, sizeof(o->places));
	for (unsigned i = 0; i < o->count; i++)
		o->places[o->rows[i]] = (uint8_t)i;
}

/* ---- what is read of the tally */

struct row_parts {
	uint32_t pdd[SKETCH_PARTS];
	uint32_t srd[SKETCH_PARTS];
	uint32_t codes[700];
};

/* Of one table, put together as the figures have it; NULL: no memory. */
static struct row_parts *read_parts(const struct rows *r, enum row_kind kind,
				    const struct order *o)
{
	struct row_parts *parts = calloc(FIGURES_ROWS + 1, sizeof(*parts));

	for (uint32_t i = 0; parts != NULL && i < r->values.size; i++) {
		const struct tally_entry *e = &r->values.entries[i];
		uint32_t value = e->key & ((UINT32_C(1) << VALUE_BITS) - 1);
		uint32_t what = e->key >> VALUE_BITS & 3;
		uint32_t row = e->key >> (VALUE_BITS + 2) & 0x1fff;
		struct row_parts *p;

		if (e->key >> (VALUE_BITS + 15) != (uint32_t)kind + 1)
			continue;
		p = &parts[o->places[row]];
		if (what == VALUE_PDD)
			p->pdd[value] += e->count;
		else if (what == VALUE_SRD)
			p->srd[value] += e->count;
		else
			p->codes[value] += e->count;
	}
	return parts;
}

static void find_worst(const struct row_parts *p, uint16_t *code,
		       uint64_t *calls)
{
	*code = 0;
	*calls = 0;
	for (uint16_t i = 0; i < 700; i++) {
		if (p->codes[i] <= *calls)
			continue;
		*code = i;
		*calls = p->codes[i];
	}
}

/* ---- a row of the figures */

static void merge_share(struct share *to, const struct share *s)
{
	to->part += s->part;
	to->whole += s->whole;
}

static void merge_row(struct row *to, const struct row *row)
{
	to->calls += row->calls;
	to->answered += row->answered;
	to->failed += row->failed;
	to->no_answer += row->no_answer;
	for (unsigned i = 0; i < 7; i++)
		to->by_class[i] += row->by_class[i];
	merge_share(&to->ser, &row->ser);
	merge_share(&to->seer, &row->seer);
	merge_share(&to->isa, &row->isa);
	sketch_merge(&to->pdd, &row->pdd);
	sketch_merge(&to->srd, &row->srd);
}

static void fill_row(const struct row *row, const struct row_parts *parts,
		     struct figures_row *out)
{
	out->calls = row->calls;
	out->answered = row->answered;
	out->failed = row->failed;
	out->no_answer = row->no_answer;
	for (unsigned i = 0; i < 7; i++)
		out->by_class[i] = row->by_class[i];
	out->ser = (struct figures_ratio){ row->ser.part, row->ser.whole };
	out->seer = (struct figures_ratio){ row->seer.part, row->seer.whole };
	out->isa = (struct figures_ratio){ row->isa.part, row->isa.whole };
	sketch_spread(&row->pdd, parts->pdd, &out->pdd);
	sketch_spread(&row->srd, parts->srd, &out->srd);
	find_worst(parts, &out->worst_code, &out->worst_calls);
}

/* `text` between quotes; false: it does not fit. */
static bool quote(char *out, size_t room, struct slice text)
{
	size_t used = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (used + 3 > room || text.ptr[i] == '\0')
			return false;
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			out[used++] = '\\';
		out[used++] = text.ptr[i];
	}
	if (used >= room)
		return false;
	out[used] = '\0';
	return true;
}

static void name_row(enum row_kind kind, const struct view *v,
		     const struct row_key *key, char name[FIGURES_NAME_BYTES],
		     char filter[FIGURES_FILTER_BYTES])
{
	char source[ENDPOINT_TEXT_BYTES];
	char destination[ENDPOINT_TEXT_BYTES];
	char agent[FIGURES_FILTER_BYTES - 40];

	(void)endpoint_host_text(&key->source, source);
	(void)endpoint_host_text(&key->destination, destination);
	switch (kind) {
	case ROW_PEER:
		(void)snprintf(name, FIGURES_NAME_BYTES, "%s", destination);
		(void)snprintf(filter, FIGURES_FILTER_BYTES,
			       "method == INVITE and peer == %s", destination);
		break;
	case ROW_TRUNK:
		(void)snprintf(name, FIGURES_NAME_BYTES, "%s > %s", source,
			       destination);
		(void)snprintf(filter, FIGURES_FILTER_BYTES,
			       "method == INVITE and source == %s and "
			       "destination == %s",
			       source, destination);
		break;
	case ROW_AGENT:
		(void)slice_copy(view_agent_name(v, key->agent), name,
				 FIGURES_NAME_BYTES);
		if (quote(agent, sizeof(agent), view_agent_name(v, key->agent)))
			(void)snprintf(filter, FIGURES_FILTER_BYTES,
				       "method == INVITE and agent == \"%s\"",
				       agent);
		break;
	case ROW_KINDS:
		break;
	}
}

static void fill_others(const struct row_table *t, const struct order *o,
			const struct row_parts *parts,
			struct figures_table *out)
{
	struct figures_row *row = &out->rows[o->count];
	struct row others = t->rest;

	for (unsigned i = 0; i < t->count; i++)
		if (o->places[i] == o->count)
			merge_row(&others, &t->list[i]);
	if (others.calls == 0)
		return;
	out->count++;
	row->members = t->count - o->count + (t->rest.calls > 0);
	row->members_or_more = t->rest.calls > 0;
	fill_row(&others, parts, row);
}

static bool read_table(const struct rows *r, enum row_kind kind,
		       const struct view *v, struct figures_table *out)
{
	const struct row_table *t = &r->tables[kind];
	struct row_parts *parts;
	struct order o;

	keep_heaviest(t, calls_of, &o);
	parts = read_parts(r, kind, &o);
	if (parts == NULL)
		return false;
	memset(out, 0, sizeof(*out));
	out->count = o.count;
	for (unsigned i = 0; i < o.count; i++) {
		const struct row *row = &t->list[o.rows[i]];

		fill_row(row, &parts[i], &out->rows[i]);
		out->rows[i].members = 1;
		name_row(kind, v, &t->keys[o.rows[i]], out->rows[i].name,
			 out->rows[i].filter);
	}
	fill_others(t, &o, &parts[o.count], out);
	free(parts);
	return true;
}

static bool read_faults(const struct rows *r, const struct view *v,
			struct figures *out)
{
	const struct row_table *t = &r->tables[ROW_PEER];
	struct row_parts *parts;
	struct order o;

	keep_heaviest(t, failed_of, &o);
	parts = read_parts(r, ROW_PEER, &o);
	if (parts == NULL)
		return false;
	out->fault_count = o.count;
	for (unsigned i = 0; i < o.count; i++) {
		const struct row *row = &t->list[o.rows[i]];
		struct figures_fault *f = &out->faults[i];
		size_t used;

		*f = (struct figures_fault){ .calls = row->calls,
					     .failed = row->failed };
		name_row(ROW_PEER, v, &t->keys[o.rows[i]], f->name, f->filter);
		used = strlen(f->filter);
		(void)snprintf(f->filter + used, sizeof(f->filter) - used,
			       " and (state == rejected or state == failed or "
			       "state == no-answer)");
		find_worst(&parts[i], &f->worst_code, &f->worst_calls);
	}
	free(parts);
	return true;
}

bool rows_read(struct rows *r, const struct view *v, struct figures *out)
{
	tally_settle(&r->values);
	return read_table(r, ROW_PEER, v, &out->by_peer) &&
	       read_table(r, ROW_TRUNK, v, &out->by_trunk) &&
	       read_table(r, ROW_AGENT, v, &out->by_agent) &&
	       read_faults(r, v, out);
}
