/*
 * table.h - reads tab-separated tables: one line of column names, no quoting.
 *
 * Cells are slices into the text, which must outlive the table.  A line that
 * begins with '#' and an empty one are left out.
 */
#ifndef SIPMON_BASE_TABLE_H
#define SIPMON_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"

#define TABLE_COLUMNS_MAX 32

struct table;

/* `name` goes into `*problem` with the line number when a row is broken. */
MUST_CHECK enum err table_parse(struct table **out, struct slice text,
				const char *name, struct problem *problem);
void table_free(struct table *t);

size_t table_rows(const struct table *t);

/* Number of a column, or -1. */
int table_column(const struct table *t, const char *name);

/* The cell; a lone "-" and an unknown column (-1) give an absent slice. */
struct slice table_cell(const struct table *t, size_t row, int column);

/* The first row whose cell in `column` is there and is `key`; or table_rows().
 */
size_t table_find(const struct table *t, int column, struct slice key);

/* Next item of a list cell, split at " | "; false at the end. */
bool table_item_next(struct slice *rest, struct slice *item);

#endif
