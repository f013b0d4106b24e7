/*
 * Any text as a table.  The law: cells lie within the text, in order, hold no
 * tab and no end of line, and what the cell of a row is finds that row or an
 * earlier one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "sipmon/base/table.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_items(struct slice cell)
{
	const char *end = cell.ptr + cell.len;
	struct slice rest = cell;
	struct slice item;

	while (table_item_next(&rest, &item)) {
		require(item.ptr >= cell.ptr && item.ptr + item.len <= end);
		require(slice_search(item, SLICE(" | "), false) == item.len);
	}
}

static void check_row(const struct table *t, struct slice text, size_t row,
		      int columns, const char **at)
{
	for (int i = 0; i < columns; i++) {
		struct slice cell = table_cell(t, row, i);

		if (!slice_is_set(cell))
			continue;
		require(cell.ptr >= *at);
		*at = cell.ptr + cell.len;
		require(*at <= text.ptr + text.len);
		require(slice_find(cell, '\t') == cell.len);
		require(slice_find(cell, '\n') == cell.len);
		require(table_find(t, i, cell) <= row);
		check_items(cell);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { size > 0 ? (const char *)data : "", size };
	struct problem problem = { "" };
	struct table *t = NULL;
	const char *at = text.ptr;
	enum err e = table_parse(&t, text, "x", &problem);

	require((e == ERR_OK) == (t != NULL));
	require((e == ERR_OK) == (problem.text[0] == '\0'));
	if (t == NULL)
		return 0;
	require(!slice_is_set(table_cell(t, table_rows(t), 0)));
	require(!slice_is_set(table_cell(t, 0, TABLE_COLUMNS_MAX)));
	for (size_t i = 0; i < table_rows(t); i++)
		check_row(t, text, i, TABLE_COLUMNS_MAX, &at);
	table_free(t);
	return 0;
}
