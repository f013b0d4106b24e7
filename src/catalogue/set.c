#include "set.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned char folded(char c, bool nocase)
{
	if (nocase && c >= 'A' && c <= 'Z')
		return (unsigned char)(c + ('a' - 'A'));
	return (unsigned char)c;
}

/* FNV-1a: the words in the tables are ours, so no seed is needed. */
static uint32_t hash_of(struct slice first, struct slice second, bool nocase)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < first.len; i++)
		h = (h ^ folded(first.ptr[i], nocase)) * 16777619U;
	h = (h ^ '\t') * 16777619U;
	for (size_t i = 0; i < second.len; i++)
		h = (h ^ folded(second.ptr[i], nocase)) * 16777619U;
	return h;
}

static bool same(struct slice a, struct slice b, bool nocase)
{
	return nocase ? slice_eq_nocase(a, b) : slice_eq(a, b);
}

static struct slice key_at(const struct set_side *side, size_t row,
			   const struct set_shape *shape, unsigned n)
{
	if (n >= shape->keys)
		return SLICE_NONE;
	return table_cell(side->table, row, side->column[n]);
}

/* The slot of a key: the one that has it, or the free one where it goes. */
static uint32_t *slot_of(const struct set_side *side,
			 const struct set_shape *shape, struct slice first,
			 struct slice second)
{
	uint32_t i = hash_of(first, second, shape->nocase) & side->mask;

	/* At least half of the slots are free, so this ends. */
	while (side->slots[i] != 0) {
		size_t row = side->slots[i] - 1;

		if (same(key_at(side, row, shape, 0), first, shape->nocase) &&
		    same(key_at(side, row, shape, 1), second, shape->nocase))
			break;
		i = (i + 1) & side->mask;
	}
	return &side->slots[i];
}

static enum err index_rows(struct set_side *side, const struct set_shape *shape)
{
	size_t rows = table_rows(side->table);
	uint32_t room = 16;

	while (room < rows * 2)
		room *= 2;
	side->slots = calloc(room, sizeof(*side->slots));
	if (side->slots == NULL)
		return ERR_NOMEM;
	side->mask = room - 1;
	for (size_t i = 0; i < rows; i++) {
		uint32_t *slot = slot_of(side, shape, key_at(side, i, shape, 0),
					 key_at(side, i, shape, 1));

		if (*slot == 0) /* of equal keys the first counts */
			*slot = (uint32_t)i + 1;
	}
	return ERR_OK;
}

enum err set_side_load(struct set_side *side, const struct set_shape *shape,
		       const struct catalogue_table *table, bool whole,
		       struct problem *problem)
{
	char name[64];
	enum err e;

	(void)snprintf(name, sizeof(name), "%s.tsv", table->name);
	e = table_parse(&side->table, table->text, name, problem);
	if (e)
		return e;
	for (unsigned i = 0; i < SET_COLUMNS_MAX && shape->columns[i]; i++) {
		side->column[i] = table_column(side->table, shape->columns[i]);
		if (side->column[i] < 0 && (whole || i < shape->keys)) {
			problem_set(problem, "%s:1: no column \"%s\"", name,
				    shape->columns[i]);
			return ERR_MALFORMED;
		}
	}
	e = index_rows(side, shape);
	if (e)
		problem_set(problem, "%s: out of memory", name);
	return e;
}

void set_side_free(struct set_side *side)
{
	table_free(side->table);
	free(side->slots);
	*side = (struct set_side){ 0 };
}

size_t set_side_find(const struct set_side *side, const struct set_shape *shape,
		     struct slice first, struct slice second)
{
	uint32_t slot;

	if (side->slots == NULL)
		return SIZE_MAX;
	slot = *slot_of(side, shape, first, second);
	return slot == 0 ? SIZE_MAX : slot - 1;
}

bool set_find(const struct set *s, struct slice first, struct slice second,
	      struct set_row *out)
{
	size_t row = set_side_find(&s->facts, s->shape, first, second);

	if (row == SIZE_MAX)
		return false;
	out->facts = row;
	out->foreign = set_side_find(&s->foreign, s->shape, first, second);
	return true;
}

bool set_at(const struct set *s, size_t i, struct set_row *out)
{
	if (i >= table_rows(s->facts.table))
		return false;
	out->facts = i;
	out->foreign = set_side_find(&s->foreign, s->shape,
				     key_at(&s->facts, i, s->shape, 0),
				     key_at(&s->facts, i, s->shape, 1));
	return true;
}

struct slice set_cell(const struct set *s, struct set_row row, unsigned column)
{
	if (row.foreign != SIZE_MAX && s->foreign.column[column] >= 0)
		return table_cell(s->foreign.table, row.foreign,
				  s->foreign.column[column]);
	return table_cell(s->facts.table, row.facts, s->facts.column[column]);
}

struct slice set_number(uint32_t n, char out[SET_NUMBER_BYTES])
{
	int len = snprintf(out, SET_NUMBER_BYTES, "%u", n);

	return (struct slice){ out, (size_t)len };
}
