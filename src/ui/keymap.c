#include "sipmon/ui/keymap.h"

#include <string.h>

#include "sipmon/base/slice.h"
#include "sipmon/base/utf8.h"

struct action {
	const char *name;
	const char *keys;
	const char *help;
	unsigned screens;
};

struct key_name {
	const char *name;
	int32_t key;
};

static const struct action actions[ACTIONS] = {
	[ACTION_NONE] = { "", "", "", 0 },
#define ACTION(id, name, screens, keys, help)                                  \
	[ACTION_##id] = { name, keys, help, screens },
#include "sipmon/ui/actions.def"
#undef ACTION
};

/* clang-format off */
static const struct key_name key_names[] = {
	{ "Up",     KEY_CODE_UP },
	{ "Down",   KEY_CODE_DOWN },
	{ "Left",   KEY_CODE_LEFT },
	{ "Right",  KEY_CODE_RIGHT },
	{ "PgUp",   KEY_CODE_PAGE_UP },
	{ "PgDn",   KEY_CODE_PAGE_DOWN },
	{ "Home",   KEY_CODE_HOME },
	{ "End",    KEY_CODE_END },
	{ "Enter",  KEY_CODE_ENTER },
	{ "Esc",    KEY_CODE_ESCAPE },
	{ "Space",  ' ' },
	{ "Tab",    KEY_CODE_TAB },
	{ "S-Tab",  KEY_CODE_BACK_TAB },
	{ "BS",     KEY_CODE_BACKSPACE },
	{ "Del",    KEY_CODE_DELETE },
	{ "F1",     KEY_CODE_F1 },
	{ "F2",     KEY_CODE_F1 + 1 },
	{ "F3",     KEY_CODE_F1 + 2 },
	{ "F4",     KEY_CODE_F1 + 3 },
	{ "F5",     KEY_CODE_F1 + 4 },
	{ "F6",     KEY_CODE_F1 + 5 },
	{ "F7",     KEY_CODE_F1 + 6 },
	{ "F8",     KEY_CODE_F1 + 7 },
	{ "F9",     KEY_CODE_F1 + 8 },
	{ "F10",    KEY_CODE_F1 + 9 },
	{ "F11",    KEY_CODE_F1 + 10 },
	{ "F12",    KEY_CODE_F12 },
};
/* clang-format on */

static const struct action *action_at(enum ui_action a)
{
	unsigned i = (unsigned)a;

	return &actions[i < ACTIONS ? i : ACTION_NONE];
}

static bool has_key(const char *keys, int32_t key)
{
	struct slice rest = slice_of(keys);

	while (rest.len > 0) {
		struct slice word = slice_split(rest, ' ', &rest);

		if (keymap_key_of(word.ptr, (unsigned)word.len) == key)
			return true;
	}
	return false;
}

enum ui_action keymap_find(unsigned where, int32_t key)
{
	if (key == KEY_CODE_NONE)
		return ACTION_NONE;
	for (unsigned i = ACTION_NONE + 1; i < ACTIONS; i++)
		if ((actions[i].screens & where) != 0 &&
		    has_key(actions[i].keys, key))
			return (enum ui_action)i;
	return ACTION_NONE;
}

const char *keymap_name(enum ui_action a)
{
	return action_at(a)->name;
}

const char *keymap_keys(enum ui_action a)
{
	return action_at(a)->keys;
}

const char *keymap_help(enum ui_action a)
{
	return action_at(a)->help;
}

unsigned keymap_screens(enum ui_action a)
{
	return action_at(a)->screens;
}

char *keymap_key_name(int32_t key, char out[KEY_NAME_BYTES])
{
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (key_names[i].key == key) {
			slice_copy(slice_of(key_names[i].name), out,
				   KEY_NAME_BYTES);
			return out;
		}
	if (key > 0 && key < ' ') {
		out[0] = '^';
		out[1] = (char)(key + '@');
		out[2] = '\0';
	} else if (key > ' ' && key < KEY_CODE_UP && key != 127) {
		out[utf8_put((uint32_t)key, out)] = '\0';
	}
	return out;
}

int32_t keymap_key_of(const char *word, unsigned len)
{
	struct slice s = { word, len };
	int32_t cp;

	if (len == 0)
		return KEY_CODE_NONE;
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (slice_eq(s, slice_of(key_names[i].name)))
			return key_names[i].key;
	if (len == 2 && word[0] == '^' && word[1] >= '@' && word[1] <= '_')
		return word[1] - '@';
	cp = utf8_next(&s);
	return s.len == 0 && cp > 0 ? cp : KEY_CODE_NONE;
}
