/*
 * call_rows.h - which calls the list shows, and in which order.
 *
 * Keeps ids, never pointers.  Work over all calls (taking new ones in,
 * filtering, sorting, dropping what was forgotten) is done in slices; what is
 * shown meanwhile is usable and the cursor stays on its call.
 */
#ifndef SIPMON_UI_CALL_ROWS_H
#define SIPMON_UI_CALL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/call/query.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/listbox.h"
#include "sipmon/ui/screen.h"

struct call_row {
	uint64_t id;
	uint64_t key;
	uint32_t number; /* by arrival, from 1 */
};

struct call_rows;

/* NULL when out of memory. */
struct call_rows *call_rows_new(const struct ui_context *ctx);
void call_rows_free(struct call_rows *r);

/* Cursor and window; its count is that of the rows shown. */
const struct listbox *call_rows_box(const struct call_rows *r);

/* Moves the cursor; false if `action` does not move. */
bool call_rows_key(struct call_rows *r, enum ui_action action);
void call_rows_go(struct call_rows *r, size_t row);

/* `height` rows fit into the window now. */
void call_rows_resize(struct call_rows *r, size_t height);

/* The `i`th row shown; id 0 behind the last. */
struct call_row call_rows_at(const struct call_rows *r, size_t i);

/* Calls known, shown or not. */
size_t call_rows_known(const struct call_rows *r);

/* Takes the filter over; NULL shows all calls. */
void call_rows_filter(struct call_rows *r, struct query *q);
bool call_rows_is_filtered(const struct call_rows *r);

/* By arrival, ascending, is the order of birth and costs nothing. */
void call_rows_sort(struct call_rows *r, enum column_id by, bool descending);
enum column_id call_rows_sorted_by(const struct call_rows *r);
bool call_rows_is_descending(const struct call_rows *r);

/* No new rows and no new order while paused. */
void call_rows_pause(struct call_rows *r, bool paused);

/* The cursor goes with the newest row as long as this is set. */
void call_rows_follow(struct call_rows *r, bool follow);

/*
 * A small portion before each draw: new calls come in, rows in the window
 * that were forgotten go.
 */
void call_rows_tick(struct call_rows *r);

/* A slice of the large work; true if more is left. */
bool call_rows_work(struct call_rows *r, int64_t budget_ns);

/* How far a filter or an order that is not finished has come, in percent;
 * -1 if there is none the user waits for. */
int call_rows_progress(const struct call_rows *r);

/* Changes when rows changed their places. */
uint64_t call_rows_change(const struct call_rows *r);

#endif
