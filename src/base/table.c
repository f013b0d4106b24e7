#include "sipmon/base/table.h"

#include <stdlib.h>

struct table {
	size_t columns;
	size_t rows;
	size_t room;
	struct slice names[TABLE_COLUMNS_MAX];
	struct slice *cells; /* rows * columns */
};

/* The next line without its end; false at the end of the text. */
static bool next_line(struct slice *rest, struct slice *line)
{
	if (rest->len == 0)
		return false;
	*line = slice_split(*rest, '\n', rest);
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* Splits at tabs; the count is right even past `room`. */
static size_t split(struct slice line, struct slice *cells, size_t room)
{
	size_t n = 0;

	for (;;) {
		struct slice rest;
		struct slice cell = slice_split(line, '\t', &rest);

		if (n < room)
			cells[n] = cell;
		n++;
		if (!slice_is_set(rest))
			return n;
		line = rest;
	}
}

static enum err add_row(struct table *t, struct slice line, const char *name,
			size_t number, struct problem *problem)
{
	size_t n;

	if (t->rows == t->room) {
		size_t room = t->room == 0 ? 64 : t->room * 2;
		struct slice *cells =
			realloc(t->cells, room * t->columns * sizeof(*cells));

		if (cells == NULL) {
			problem_set(problem, "%s: out of memory", name);
			return ERR_NOMEM;
		}
		t->cells = cells;
		t->room = room;
	}
	n = split(line, t->cells + t->rows * t->columns, t->columns);
	if (n != t->columns) {
		problem_set(problem, "%s:%zu: %zu columns, expected %zu", name,
			    number, n, t->columns);
		return ERR_MALFORMED;
	}
	t->rows++;
	return ERR_OK;
}

static enum err parse(struct table *t, struct slice text, const char *name,
		      struct problem *problem)
{
	struct slice line;
	size_t number = 0;

	while (next_line(&text, &line)) {
		enum err e = ERR_OK;

		number++;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (t->columns == 0) {
			t->columns = split(line, t->names, TABLE_COLUMNS_MAX);
			if (t->columns > TABLE_COLUMNS_MAX) {
				problem_set(problem, "%s:%zu: too many columns",
					    name, number);
				return ERR_LIMIT;
			}
		} else {
			e = add_row(t, line, name, number, problem);
		}
		if (e)
			return e;
	}
	if (t->columns == 0) {
		problem_set(problem, "%s: no line of column names", name);
		return ERR_MALFORMED;
	}
	return ERR_OK;
}

enum err table_parse(struct table **out, struct slice text, const char *name,
		     struct problem *problem)
{
	struct table *t = calloc(1, sizeof(*t));
	enum err e;

	if (t == NULL) {
		problem_set(problem, "%s: out of memory", name);
		return ERR_NOMEM;
	}
	e = parse(t, text, name, problem);
	if (e) {
		table_free(t);
		return e;
	}
	*out = t;
	return ERR_OK;
}

void table_free(struct table *t)
{
	if (t == NULL)
		return;
	free(t->cells);
	free(t);
}

size_t table_rows(const struct table *t)
{
	return t->rows;
}

int table_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (slice_eq(t->names[i], slice_of(name)))
			return (int)i;
	return -1;
}

struct slice table_cell(const struct table *t, size_t row, int column)
{
	struct slice cell;

	if (column < 0 || (size_t)column >= t->columns || row >= t->rows)
		return SLICE_NONE;
	cell = t->cells[row * t->columns + (size_t)column];
	return slice_eq(cell, SLICE("-")) ? SLICE_NONE : cell;
}

size_t table_find(const struct table *t, int column, struct slice key)
{
	for (size_t i = 0; i < t->rows; i++) {
		struct slice cell = table_cell(t, i, column);

		if (slice_is_set(cell) && slice_eq(cell, key))
			return i;
	}
	return t->rows;
}

bool table_item_next(struct slice *rest, struct slice *item)
{
	size_t at;

	if (!slice_is_set(*rest) || rest->len == 0)
		return false;
	at = slice_search(*rest, SLICE(" | "), false);
	*item = slice_trim(slice_sub(*rest, 0, at));
	*rest = at < rest->len ? slice_sub(*rest, at + 3, rest->len)
			       : SLICE_NONE;
	return true;
}
