#include "sipmon/ui/listbox.h"

static size_t height_of(const struct listbox *l)
{
	return l->height > 0 ? l->height : 1;
}

static size_t last_top(const struct listbox *l)
{
	size_t height = height_of(l);

	return l->count > height ? l->count - height : 0;
}

/* The cursor is seen, and no empty rows stand under a list that is longer. */
static void settle(struct listbox *l)
{
	size_t height = height_of(l);

	if (l->cursor >= l->count)
		l->cursor = l->count > 0 ? l->count - 1 : 0;
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (l->cursor - l->top >= height)
		l->top = l->cursor - height + 1;
	if (l->top > last_top(l))
		l->top = last_top(l);
}

/* How far `action` goes; false if it does not move. */
static bool step_of(const struct listbox *l, enum ui_action action, bool *up,
		    size_t *step)
{
	size_t page = height_of(l);
	size_t half = page > 1 ? page / 2 : 1;

	*up = action == ACTION_UP || action == ACTION_PAGE_UP ||
	      action == ACTION_HALF_UP || action == ACTION_FIRST;
	if (action == ACTION_UP || action == ACTION_DOWN)
		*step = 1;
	else if (action == ACTION_PAGE_UP || action == ACTION_PAGE_DOWN)
		*step = page;
	else if (action == ACTION_HALF_UP || action == ACTION_HALF_DOWN)
		*step = half;
	else if (action == ACTION_FIRST || action == ACTION_LAST)
		*step = l->count;
	else
		return false;
	return true;
}

static size_t moved(size_t from, bool up, size_t step, size_t last)
{
	if (up)
		return from > step ? from - step : 0;
	return last - from > step ? from + step : last;
}

void listbox_set(struct listbox *l, size_t count, size_t height)
{
	l->count = count;
	l->height = height;
	settle(l);
}

void listbox_go(struct listbox *l, size_t row)
{
	l->cursor = row;
	settle(l);
}

bool listbox_key(struct listbox *l, enum ui_action action)
{
	size_t step = 0;
	bool up = false;

	if (!step_of(l, action, &up, &step))
		return false;
	if (l->count == 0)
		return true;
	/* A page moves the window too, so that the cursor keeps its line. */
	if (action == ACTION_PAGE_UP || action == ACTION_PAGE_DOWN ||
	    action == ACTION_HALF_UP || action == ACTION_HALF_DOWN)
		l->top = moved(l->top, up, step, last_top(l));
	l->cursor = moved(l->cursor, up, step, l->count - 1);
	settle(l);
	return true;
}

void listbox_remove(struct listbox *l, size_t row)
{
	if (row >= l->count)
		return;
	l->count--;
	if (row < l->cursor)
		l->cursor--;
	if (row < l->top)
		l->top--;
	settle(l);
}

bool listbox_is_last(const struct listbox *l)
{
	return l->count > 0 && l->cursor == l->count - 1;
}
