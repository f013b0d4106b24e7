/*
 * set.h - a table of facts and its translation, reached by key.
 *
 * Each table has a shape: its name, its columns, and how many of the first
 * columns are the key.  The file that asks the table owns the shape.
 */
#ifndef SIPMON_CATALOGUE_SET_H
#define SIPMON_CATALOGUE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/base/table.h"
#include "sipmon/catalogue/catalogue.h"

#define SET_COLUMNS_MAX 16

struct set_shape {
	const char *name;
	unsigned keys;                        /* 1 or 2 */
	bool nocase;                          /* the case of keys is ignored */
	const char *columns[SET_COLUMNS_MAX]; /* NULL behind the last */
};

/* One language of a set: a table and an index by key. */
struct set_side {
	struct table *table; /* NULL: none in this language */
	int column[SET_COLUMNS_MAX];
	uint32_t *slots; /* row + 1, or 0 */
	uint32_t mask;
};

struct set {
	const struct set_shape *shape;
	struct set_side facts;   /* English, and what has no language */
	struct set_side foreign; /* the words of the user, if not English */
};

/* A row, and its translation; `foreign` is SIZE_MAX if there is none. */
struct set_row {
	size_t facts;
	size_t foreign;
};

/* The side is to be freed whatever the answer.  A column that is missing is
 * an error only if `whole`. */
MUST_CHECK enum err set_side_load(struct set_side *side,
				  const struct set_shape *shape,
				  const struct catalogue_table *table,
				  bool whole, struct problem *problem);
void set_side_free(struct set_side *side);

/* The row with a key, or SIZE_MAX. */
size_t set_side_find(const struct set_side *side, const struct set_shape *shape,
		     struct slice first, struct slice second);

/* `second` is absent if the key is one column. */
bool set_find(const struct set *s, struct slice first, struct slice second,
	      struct set_row *out);

/* The row with the number `i`; false at the end. */
bool set_at(const struct set *s, size_t i, struct set_row *out);

/* In the language of the user where that has the column, else as it is. */
struct slice set_cell(const struct set *s, struct set_row row, unsigned column);

#define SET_NUMBER_BYTES 12

/* A number as a key. */
struct slice set_number(uint32_t n, char out[SET_NUMBER_BYTES]);

#endif
