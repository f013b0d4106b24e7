#include "sipmon/ui/call_rows.h"

#include <stdlib.h>
#include <string.h>

#include "sipmon/base/clock.h"

/* Rough costs of one step; nobody below `app` may look at a clock. */
#define TAKE_COST_NS   200
#define MATCH_COST_NS  4000
#define MATCH_FIND_NS  20000 /* where the rules may have to be asked */
#define MERGE_COST_NS  80
#define MERGE_TEXT_NS  400
#define TAKE_EACH_DRAW 20000
#define DROP_EACH_DRAW 200
#define SWEEP_CHUNK    4096
#define SWEEP_COST_NS  INT64_C(250000) /* of a chunk */
#define ROWS_AT_FIRST  1024

/* A filter and an order grow old while calls go on: done anew after this
 * long, and longer where there are many, so that it never takes over. */
#define RENEW_NS          CLOCK_SECOND_NS
#define RENEW_EACH_ROW_NS INT64_C(20000)

struct rows {
	struct call_row *at;
	size_t head; /* the oldest go from the front without moving the rest */
	size_t count;
	size_t room; /* of rows, from `at` */
};

enum stage {
	STAGE_IDLE = 0,
	STAGE_SCAN,  /* all calls -> those that match */
	STAGE_MERGE, /* sorts them, bottom up */
};

/* The place inside a merge sort that stops and goes on. */
struct merge {
	struct rows from;
	struct rows to;
	size_t width; /* length of the runs that are sorted */
	size_t left;  /* of the pair of runs */
	size_t i;
	size_t j;
	size_t out;
};

struct call_rows {
	const struct ui_context *ctx;
	struct listbox box;
	struct query *query;
	enum column_id by;
	bool descending;
	bool paused;
	bool follow;
	bool direct; /* all calls in the order of birth: `all` is shown */
	bool fresh;  /* nothing to show yet: matches appear as they are found */
	bool asked;  /* the user waits for what is being built */
	struct rows all;
	struct rows shown;
	enum stage stage;
	size_t scanned; /* calls of `all` that the filter has seen */
	struct merge merge;
	uint64_t wanted;    /* the call the cursor shall come back to, or 0 */
	uint64_t calls;     /* ever taken; numbers are made of it */
	uint64_t seen;      /* view_totals()->calls at the last look */
	uint64_t forgotten; /* calls forgotten when the last sweep began */
	size_t sweep_all;
	size_t sweep_shown;
	bool sweeping;
	uint64_t built_change; /* view_change() and time of the last order */
	int64_t built_ns;
	uint64_t change;
};

static struct call_row *row_at(const struct rows *r, size_t i)
{
	return &r->at[r->head + i];
}

static bool rows_reserve(struct rows *r, size_t count)
{
	struct call_row *grown;
	size_t room = r->room > 0 ? r->room : ROWS_AT_FIRST;

	if (r->head > 0 && r->head >= r->count) {
		memmove(r->at, r->at + r->head, r->count * sizeof(*r->at));
		r->head = 0;
	}
	if (r->head + count <= r->room)
		return true;
	while (room < r->head + count)
		room *= 2;
	grown = realloc(r->at, room * sizeof(*grown));
	if (grown == NULL)
		return false;
	r->at = grown;
	r->room = room;
	return true;
}

/* Out of memory: the row is left out, the program goes on. */
static bool rows_push(struct rows *r, const struct call_row *row)
{
	if (!rows_reserve(r, r->count + 1))
		return false;
	*row_at(r, r->count) = *row;
	r->count++;
	return true;
}

static void rows_remove(struct rows *r, size_t i)
{
	if (i == 0)
		r->head++;
	else
		memmove(row_at(r, i), row_at(r, i) + 1,
			(r->count - i - 1) * sizeof(*r->at));
	r->count--;
}

static void rows_clear(struct rows *r)
{
	r->head = 0;
	r->count = 0;
}

static void rows_free(struct rows *r)
{
	free(r->at);
	r->at = NULL;
	r->head = 0;
	r->count = 0;
	r->room = 0;
}

static const struct rows *shown_of(const struct call_rows *r)
{
	return r->direct ? &r->all : &r->shown;
}

static const struct call *call_of(const struct call_rows *r,
				  const struct call_row *row)
{
	return view_call(r->ctx->view, row->id);
}

static bool is_order_of_birth(const struct call_rows *r)
{
	return r->by == COLUMN_NUMBER && !r->descending;
}

static void box_set(struct call_rows *r)
{
	listbox_set(&r->box, shown_of(r)->count, r->box.height);
}

/* After rows came in behind the last one. */
static void box_grow(struct call_rows *r)
{
	box_set(r);
	if (r->follow && r->box.count > 0)
		listbox_go(&r->box, r->box.count - 1);
}

static uint64_t cursor_id(const struct call_rows *r)
{
	return call_rows_at(r, r->box.cursor).id;
}

/* The cursor back on the call `id`, on the same line of the window. */
static void cursor_restore(struct call_rows *r, uint64_t id)
{
	const struct rows *rows = shown_of(r);
	size_t line = r->box.cursor - r->box.top;
	size_t i = 0;

	while (id != 0 && i < rows->count && row_at(rows, i)->id != id)
		i++;
	box_set(r);
	if (id == 0 || i == rows->count)
		return;
	r->box.top = i > line ? i - line : 0;
	listbox_go(&r->box, i);
	r->wanted = 0;
}

static void merge_free(struct merge *m)
{
	rows_free(&m->from);
	rows_free(&m->to);
	m->width = 0;
}

static void build_stop(struct call_rows *r)
{
	merge_free(&r->merge);
	r->stage = STAGE_IDLE;
	r->fresh = false;
	r->asked = false;
}

/*
 * Begins to filter and sort anew.  `fresh`: what is shown is of no use any
 * more, so matches are shown as they are found.
 */
static void build_start(struct call_rows *r, bool fresh)
{
	uint64_t id = r->wanted != 0 ? r->wanted : cursor_id(r);

	build_stop(r);
	r->change++;
	if (r->query == NULL && is_order_of_birth(r)) {
		r->direct = true;
		rows_free(&r->shown);
		cursor_restore(r, id);
		return;
	}
	r->stage = STAGE_SCAN;
	r->scanned = 0;
	r->fresh = fresh;
	if (!fresh)
		return;
	r->wanted = id;
	r->direct = false;
	rows_clear(&r->shown);
	box_set(r);
}

/* Where the call stands that came last. */
static size_t newest(const struct rows *rows)
{
	size_t found = 0;

	for (size_t i = 1; i < rows->count; i++)
		if (row_at(rows, i)->number > row_at(rows, found)->number)
			found = i;
	return found;
}

static void build_finish(struct call_rows *r)
{
	uint64_t id = r->wanted != 0 ? r->wanted : cursor_id(r);

	rows_free(&r->shown);
	r->shown = r->merge.from;
	r->merge.from = (struct rows){ NULL, 0, 0, 0 };
	r->direct = false;
	build_stop(r);
	r->sweeping = false; /* what was forgotten meanwhile goes now */
	r->forgotten = UINT64_MAX;
	r->change++;
	cursor_restore(r, id);
	if (r->follow && r->box.count > 0)
		listbox_go(&r->box, newest(&r->shown));
}

static int compare(const struct call_rows *r, const struct call_row *a,
		   const struct call_row *b)
{
	const struct call *ca;
	const struct call *cb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (!column_at(r->by)->by_text)
		return 0;
	ca = call_of(r, a);
	cb = call_of(r, b);
	if (ca == NULL || cb == NULL)
		return 0;
	return column_compare_text(r->ctx, r->by, ca, cb);
}

static bool comes_first(const struct call_rows *r, const struct call_row *a,
			const struct call_row *b)
{
	int order = compare(r, a, b);

	if (r->descending)
		order = -order;
	if (order != 0)
		return order < 0;
	return a->number <= b->number; /* equal ones: by arrival, always */
}

static void merge_start(struct call_rows *r)
{
	struct merge *m = &r->merge;

	/* What the user saw grow is what gets its order now. */
	if (r->fresh) {
		rows_clear(&m->from);
		if (!rows_reserve(&m->from, r->shown.count)) {
			build_stop(r);
			return;
		}
		if (r->shown.count > 0)
			memcpy(m->from.at, row_at(&r->shown, 0),
			       r->shown.count * sizeof(*m->from.at));
		m->from.count = r->shown.count;
	}
	if (is_order_of_birth(r)) {
		build_finish(r);
		return;
	}
	if (!rows_reserve(&m->to, m->from.count)) {
		build_stop(r);
		return;
	}
	m->width = 1;
	m->left = m->out = m->i = 0;
	m->j = 1;
	r->stage = STAGE_MERGE;
}

/* The next pair of runs; after the last one, runs of twice the length. */
static void merge_turn(struct merge *m)
{
	struct rows swap = m->from;

	m->left = m->out;
	if (m->left >= m->from.count) {
		m->to.count = m->from.count;
		m->from = m->to;
		m->to = swap;
		m->left = m->out = 0;
		m->width *= 2;
	}
	m->i = m->left;
	m->j = m->left + m->width;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Puts at most `steps` rows in their places. */
static void merge_steps(struct call_rows *r, size_t steps)
{
	struct merge *m = &r->merge;
	size_t count = m->from.count;

	while (steps-- > 0 && m->width < count) {
		size_t middle = least(m->left + m->width, count);
		size_t end = least(m->left + 2 * m->width, count);
		bool first =
			m->j >= end ||
			(m->i < middle && comes_first(r, row_at(&m->from, m->i),
						      row_at(&m->from, m->j)));
		size_t take = first ? m->i++ : m->j++;

		*row_at(&m->to, m->out++) = *row_at(&m->from, take);
		if (m->out == end)
			merge_turn(m);
	}
	if (m->width >= count)
		build_finish(r);
}

/* Does the call pass the filter?  Fills its key of the order. */
static bool look(const struct call_rows *r, struct call_row *row)
{
	const struct call *c = call_of(r, row);
	const struct column *by = column_at(r->by);
	struct column_facts facts = { .number = row->number };

	if (c == NULL)
		return false;
	if (r->query != NULL && !query_matches(r->query, r->ctx->view, c))
		return false;
	/* A phase that is stuck changes colours and no key. */
	column_look(&facts, r->ctx, c, by->needs & ~(unsigned)NEED_STUCK);
	row->key = by->key(&facts);
	return true;
}

/* A match goes to where it is wanted now. */
static void scan_one(struct call_rows *r, struct rows *target)
{
	struct call_row row = *row_at(&r->all, r->scanned);

	r->scanned++;
	if (!look(r, &row) || !rows_push(target, &row))
		return;
	if (target != &r->shown)
		return;
	box_grow(r);
	if (r->wanted == row.id) {
		listbox_go(&r->box, r->shown.count - 1);
		r->wanted = 0;
	}
}

static void scan_steps(struct call_rows *r, size_t steps)
{
	bool hidden = r->stage == STAGE_SCAN && !r->fresh;
	struct rows *target = hidden ? &r->merge.from : &r->shown;

	while (steps-- > 0 && r->scanned < r->all.count)
		scan_one(r, target);
	if (r->stage != STAGE_SCAN || r->scanned < r->all.count)
		return;
	r->built_change = view_change(r->ctx->view);
	r->built_ns = r->ctx->status->wall_ns;
	merge_start(r);
}

static void reset(struct call_rows *r)
{
	build_stop(r);
	rows_clear(&r->all);
	rows_clear(&r->shown);
	r->scanned = 0;
	r->calls = 0;
	r->wanted = 0;
	r->sweeping = false;
	r->forgotten = 0;
	r->change++;
	box_set(r);
}

/* Rows at the end that were forgotten go, so that the last one is known. */
static const struct call *last_known(struct call_rows *r)
{
	while (r->all.count > 0) {
		const struct call *c =
			call_of(r, row_at(&r->all, r->all.count - 1));

		if (c != NULL)
			return c;
		r->all.count--;
		if (r->scanned > r->all.count)
			r->scanned = r->all.count;
	}
	return NULL;
}

/* True if more wait. */
static bool take(struct call_rows *r, size_t room)
{
	const struct view *v = r->ctx->view;
	const struct call *c;

	if (view_call_count(v) == 0 || view_totals(v)->calls < r->seen)
		reset(r);
	r->seen = view_totals(v)->calls;
	if (r->paused)
		return false;
	c = last_known(r);
	c = c == NULL ? view_first(v) : view_next(v, c);
	while (c != NULL && room-- > 0) {
		struct call_row row = { c->id, 0, (uint32_t)(r->calls + 1) };

		if (!rows_push(&r->all, &row))
			break;
		r->calls++;
		c = view_next(v, c);
	}
	if (r->direct && r->box.count != r->all.count)
		box_grow(r);
	return c != NULL;
}

/* Row `i` of `rows` is gone. */
static void tell_removed(struct call_rows *r, const struct rows *rows, size_t i)
{
	if (rows == shown_of(r))
		listbox_remove(&r->box, i);
	if (rows == &r->all && i < r->scanned)
		r->scanned--;
	r->change++;
}

/* Drops what was forgotten from a chunk; true at the end of the rows. */
static bool sweep_chunk(struct call_rows *r, struct rows *rows, size_t *at)
{
	size_t end = least(*at + SWEEP_CHUNK, rows->count);
	size_t keep = *at;
	size_t gone;

	for (size_t i = *at; i < end; i++) {
		if (call_of(r, row_at(rows, i)) == NULL) {
			tell_removed(r, rows, keep);
			continue;
		}
		*row_at(rows, keep++) = *row_at(rows, i);
	}
	gone = end - keep;
	if (gone > 0 && *at == 0) {
		/* The oldest go first: cheaper to move what stayed. */
		memmove(row_at(rows, gone), row_at(rows, 0),
			keep * sizeof(*rows->at));
		rows->head += gone;
	} else if (gone > 0) {
		memmove(row_at(rows, keep), row_at(rows, end),
			(rows->count - end) * sizeof(*rows->at));
	}
	rows->count -= gone;
	*at = keep;
	return keep >= rows->count;
}

static bool sweep(struct call_rows *r, int64_t *budget_ns)
{
	uint64_t now = view_totals(r->ctx->view)->forgotten_calls;
	bool done = true;

	if (!r->sweeping && now == r->forgotten)
		return false;
	if (!r->sweeping) {
		r->sweeping = true;
		r->forgotten = now;
		r->sweep_all = r->sweep_shown = 0;
	}
	while (*budget_ns > 0) {
		*budget_ns -= SWEEP_COST_NS;
		done = sweep_chunk(r, &r->all, &r->sweep_all);
		if (!r->direct)
			done &= sweep_chunk(r, &r->shown, &r->sweep_shown);
		if (done)
			break;
	}
	r->sweeping = !done;
	return r->sweeping;
}

/* Is the order, or what the filter let pass, old enough to be done anew? */
static bool is_due(const struct call_rows *r)
{
	int64_t age = r->ctx->status->wall_ns - r->built_ns;
	int64_t limit = RENEW_NS + (int64_t)r->all.count * RENEW_EACH_ROW_NS;
	bool grows = r->ctx->status->source == UI_SOURCE_LIVE ||
		     r->ctx->status->source == UI_SOURCE_LOADING;

	if (r->direct || r->paused || r->stage != STAGE_IDLE ||
	    r->built_change == view_change(r->ctx->view))
		return false;
	return !grows || age >= limit || age < 0;
}

static size_t steps_of(int64_t budget_ns, int64_t cost_ns)
{
	return budget_ns > cost_ns ? (size_t)(budget_ns / cost_ns) : 1;
}

struct call_rows *call_rows_new(const struct ui_context *ctx)
{
	struct call_rows *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->ctx = ctx;
	r->direct = true;
	r->box.height = 1;
	return r;
}

void call_rows_free(struct call_rows *r)
{
	if (r == NULL)
		return;
	query_free(r->query);
	merge_free(&r->merge);
	rows_free(&r->all);
	rows_free(&r->shown);
	free(r);
}

const struct listbox *call_rows_box(const struct call_rows *r)
{
	return &r->box;
}

bool call_rows_key(struct call_rows *r, enum ui_action action)
{
	if (!listbox_key(&r->box, action))
		return false;
	r->wanted = 0;
	return true;
}

void call_rows_go(struct call_rows *r, size_t row)
{
	listbox_go(&r->box, row);
	r->wanted = 0;
}

void call_rows_resize(struct call_rows *r, size_t height)
{
	listbox_set(&r->box, shown_of(r)->count, height > 0 ? height : 1);
}

struct call_row call_rows_at(const struct call_rows *r, size_t i)
{
	const struct rows *rows = shown_of(r);

	return i < rows->count ? *row_at(rows, i) : (struct call_row){ 0 };
}

size_t call_rows_known(const struct call_rows *r)
{
	return r->all.count;
}

void call_rows_filter(struct call_rows *r, struct query *q)
{
	query_free(r->query);
	r->query = q;
	build_start(r, true);
	r->asked = true;
}

bool call_rows_is_filtered(const struct call_rows *r)
{
	return r->query != NULL;
}

void call_rows_sort(struct call_rows *r, enum column_id by, bool descending)
{
	r->by = by;
	r->descending = descending;
	/* A filter that has not finished goes on being shown as it grows. */
	build_start(r, r->stage != STAGE_IDLE && r->fresh);
	r->asked = true;
}

enum column_id call_rows_sorted_by(const struct call_rows *r)
{
	return r->by;
}

bool call_rows_is_descending(const struct call_rows *r)
{
	return r->descending;
}

void call_rows_pause(struct call_rows *r, bool paused)
{
	r->paused = paused;
}

void call_rows_follow(struct call_rows *r, bool follow)
{
	r->follow = follow;
}

void call_rows_tick(struct call_rows *r)
{
	unsigned drops = DROP_EACH_DRAW;

	take(r, TAKE_EACH_DRAW);
	for (size_t i = 0; i < r->box.height && drops > 0;) {
		struct rows *rows = r->direct ? &r->all : &r->shown;
		size_t at = r->box.top + i;

		if (at >= rows->count)
			break;
		if (call_of(r, row_at(rows, at)) != NULL) {
			i++;
			continue;
		}
		rows_remove(rows, at);
		tell_removed(r, rows, at);
		drops--;
	}
}

bool call_rows_work(struct call_rows *r, int64_t budget_ns)
{
	bool text = column_at(r->by)->by_text;
	bool rules = r->query != NULL || r->by == COLUMN_FINDING;
	int64_t match = rules ? MATCH_FIND_NS : MATCH_COST_NS;
	bool more = take(r, steps_of(budget_ns, TAKE_COST_NS));

	more |= sweep(r, &budget_ns);
	if (is_due(r)) {
		build_start(r, false);
		return true;
	}
	/* What has just been finished wants to be drawn, too. */
	more |= r->stage != STAGE_IDLE ||
		(!r->direct && r->scanned < r->all.count);
	if (r->stage == STAGE_MERGE)
		merge_steps(r, steps_of(budget_ns,
					text ? MERGE_TEXT_NS : MERGE_COST_NS));
	else if (!r->direct || r->stage == STAGE_SCAN)
		scan_steps(r, steps_of(budget_ns, match));
	return more;
}

int call_rows_progress(const struct call_rows *r)
{
	size_t total = r->all.count;
	int passes = 0;
	int done = 0;

	if (!r->asked || r->stage == STAGE_IDLE || total == 0)
		return -1;
	if (r->stage == STAGE_SCAN)
		return (int)(r->scanned * 50 / total);
	for (size_t width = 1; width < r->merge.from.count; width *= 2) {
		passes++;
		done += width < r->merge.width ? 1 : 0;
	}
	return passes > 0 ? 50 + done * 50 / passes : 50;
}

uint64_t call_rows_change(const struct call_rows *r)
{
	return r->change;
}
