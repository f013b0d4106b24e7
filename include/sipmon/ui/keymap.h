/*
 * keymap.h - actions, their keys, their help; one table (actions.def).
 *
 * A row of actions.def is
 *   ACTION(id, name, screens, keys, help)
 * with the screens it belongs to as bits of enum keymap_where and the keys as
 * one text ("F7 f F").  Help screens, the bottom row, the manual page and a
 * test are made from it.
 */
#ifndef SIPMON_UI_KEYMAP_H
#define SIPMON_UI_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

enum ui_action {
	ACTION_NONE = 0,
#define ACTION(id, name, screens, keys, help) ACTION_##id,
#include "sipmon/ui/actions.def"
#undef ACTION
	ACTIONS
};

enum keymap_where {
	ON_LIST = 1,
	ON_FLOW = 2,
	ON_MESSAGE = 4,
	ON_EXPLAIN = 8,
	ON_COMPARE = 16,
	ON_IDENTITY = 32,
	ON_STATISTICS = 64,
	ON_HELP = 128,
	ON_ALL = 255,
};

/* A key: a Unicode code point (control keys 1..31, 127), or one of these. */
enum key_code {
	KEY_CODE_NONE = 0,
	KEY_CODE_ESCAPE = 27,
	KEY_CODE_UP = 0x110000,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_ENTER,
	KEY_CODE_BACKSPACE,
	KEY_CODE_DELETE,
	KEY_CODE_TAB,
	KEY_CODE_BACK_TAB,
	KEY_CODE_F1, /* F1 .. F12 follow each other */
	KEY_CODE_F12 = KEY_CODE_F1 + 11,
	KEY_CODE_RESIZE,
	KEY_CODE_END_OF_INPUT,
	KEY_CODE_PASTE_BEGIN, /* what follows was pasted: no key of ours */
	KEY_CODE_PASTE_END,
	KEY_CODE_OTHER, /* a key that has no name here: Insert, Alt and x */
};

#define KEY_NAME_BYTES 16

/* What `key` does on a screen (one bit of enum keymap_where). */
enum ui_action keymap_find(unsigned where, int32_t key);

const char *keymap_name(enum ui_action a); /* "open-flow" */
const char *keymap_keys(enum ui_action a); /* "Enter" or "F7 f F" */
const char *keymap_help(enum ui_action a); /* one English line */
unsigned keymap_screens(enum ui_action a);

/* The name of a key ("F7", "^L", "Space", "x"), terminated, in `out`; "" if
 * it has none.  Returns `out`. */
char *keymap_key_name(int32_t key, char out[KEY_NAME_BYTES]);

/* The key of one word of a `keys` text ("F7", "^L", "PgUp", "Space"). */
int32_t keymap_key_of(const char *word, unsigned len);

#endif
