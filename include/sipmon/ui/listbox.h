/*
 * listbox.h - which part of a long list is seen, and where its cursor stands.
 *
 * Only numbers: who owns the list draws its rows `top` .. `top + height - 1`.
 */
#ifndef SIPMON_UI_LISTBOX_H
#define SIPMON_UI_LISTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "sipmon/ui/keymap.h"

/* All zero is an empty list. */
struct listbox {
	size_t count;
	size_t top;    /* first row that is seen */
	size_t cursor; /* below `count`, or 0 */
	size_t height; /* rows that fit; at least 1 once set */
};

/* Takes a new count and height; cursor and top stay as far as they can. */
void listbox_set(struct listbox *l, size_t count, size_t height);

/* Moves the cursor to `row`, or to the last one, and shows it. */
void listbox_go(struct listbox *l, size_t row);

/* UP, DOWN, pages, half pages, FIRST, LAST; false for any other action. */
bool listbox_key(struct listbox *l, enum ui_action action);

/* Row `row` is gone: what stood under the cursor and on top stays there. */
void listbox_remove(struct listbox *l, size_t row);

bool listbox_is_last(const struct listbox *l);

#endif
