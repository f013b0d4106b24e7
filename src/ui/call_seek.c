#include "sipmon/ui/call_seek.h"

#include <string.h>

/* Rough costs of one row; nobody below `app` may look at a clock. */
#define TEXT_COST_NS    8000
#define FINDING_COST_NS 15000

static struct slice needle_of(const struct call_seek *s)
{
	return slice_of(s->needle);
}

static unsigned needs_of(const struct seek_columns *columns)
{
	unsigned needs = 0;

	for (unsigned i = 0; i < columns->count; i++)
		needs |= column_at(columns->places[i].id)->needs;
	return needs;
}

static bool holds_text(const struct call_seek *s, struct column_facts *f,
		       const struct seek_columns *columns)
{
	char out[COLUMN_TEXT_BYTES];

	for (unsigned i = 0; i < columns->count; i++) {
		const struct column *c = column_at(columns->places[i].id);

		if (call_seek_hits(s, c->text(f, out)))
			return true;
	}
	return false;
}

static bool is_match(const struct call_seek *s, enum seek_kind kind,
		     const struct call_row *row, const struct ui_context *ctx,
		     const struct seek_columns *columns)
{
	const struct call *c = view_call(ctx->view, row->id);
	struct column_facts facts = { .number = row->number,
				      .time = columns->time };

	if (c == NULL)
		return false;
	if (kind == SEEK_FINDING) {
		column_look(&facts, ctx, c, NEED_FINDINGS);
		return facts.finding_count > 0;
	}
	column_look(&facts, ctx, c, needs_of(columns));
	return holds_text(s, &facts, columns);
}

static void count_anew(struct call_seek *s)
{
	s->counted = 0;
	s->hits = 0;
	s->ordinal = 0;
}

/* From one match to the next the ordinal is known without counting again. */
static void note_found(struct call_seek *s, const struct call_rows *r,
		       bool from_mark)
{
	size_t cursor = call_rows_box(r)->cursor;
	bool complete = s->counted >= call_rows_box(r)->count;

	s->mark = cursor;
	if (!from_mark || !complete || s->ordinal == 0) {
		count_anew(s);
		return;
	}
	if (s->backward)
		s->ordinal = s->ordinal > 1 ? s->ordinal - 1 : s->hits;
	else
		s->ordinal = s->ordinal < s->hits ? s->ordinal + 1 : 1;
}

static size_t next_row(const struct call_seek *s, size_t at, size_t count)
{
	if (s->backward)
		return at > 0 ? at - 1 : count - 1;
	return at + 1 < count ? at + 1 : 0;
}

void call_seek_set(struct call_seek *s, struct slice needle)
{
	slice_copy(needle, s->needle, sizeof(s->needle));
	s->kind = SEEK_NOTHING;
	s->mark = SIZE_MAX;
	count_anew(s);
}

bool call_seek_is_set(const struct call_seek *s)
{
	return s->needle[0] != '\0';
}

void call_seek_start(struct call_seek *s, const struct call_rows *r,
		     enum seek_kind kind, bool backward, bool here)
{
	const struct listbox *box = call_rows_box(r);

	if (box->count == 0 || (kind == SEEK_TEXT && !call_seek_is_set(s)))
		return;
	s->kind = kind;
	s->backward = backward;
	s->left = box->count;
	s->at = here ? box->cursor : next_row(s, box->cursor, box->count);
}

enum seek_answer call_seek_work(struct call_seek *s, struct call_rows *r,
				const struct ui_context *ctx,
				const struct seek_columns *columns,
				int64_t budget_ns)
{
	int64_t cost = s->kind == SEEK_FINDING ? FINDING_COST_NS : TEXT_COST_NS;
	size_t count = call_rows_box(r)->count;
	enum seek_kind kind = s->kind;

	if (kind == SEEK_NOTHING)
		return SEEK_IDLE;
	for (; budget_ns > 0 && s->left > 0 && count > 0; budget_ns -= cost) {
		size_t at = s->at < count ? s->at : 0;
		struct call_row row = call_rows_at(r, at);
		bool from_mark = call_rows_box(r)->cursor == s->mark;

		s->left--;
		s->at = next_row(s, at, count);
		if (!is_match(s, kind, &row, ctx, columns))
			continue;
		s->kind = SEEK_NOTHING;
		call_rows_go(r, at);
		if (kind == SEEK_TEXT)
			note_found(s, r, from_mark);
		return SEEK_FOUND;
	}
	if (s->left > 0 && count > 0)
		return SEEK_MORE;
	s->kind = SEEK_NOTHING;
	return SEEK_MISSED;
}

bool call_seek_count(struct call_seek *s, const struct call_rows *r,
		     const struct ui_context *ctx,
		     const struct seek_columns *columns, int64_t budget_ns)
{
	size_t count = call_rows_box(r)->count;

	if (!call_seek_is_set(s))
		return false;
	if (s->change != call_rows_change(r)) {
		s->change = call_rows_change(r);
		count_anew(s);
	}
	for (; budget_ns > 0 && s->counted < count; budget_ns -= TEXT_COST_NS) {
		struct call_row row = call_rows_at(r, s->counted);

		if (is_match(s, SEEK_TEXT, &row, ctx, columns)) {
			s->hits++;
			if (s->counted == s->mark)
				s->ordinal = s->hits;
		}
		s->counted++;
	}
	return s->counted < count;
}

bool call_seek_hits(const struct call_seek *s, struct slice text)
{
	struct slice needle = needle_of(s);

	return needle.len > 0 && text.len >= needle.len &&
	       slice_search(text, needle, true) < text.len;
}
