#include <stdlib.h>
#include <string.h>

#include "sipmon/base/utf8.h"
#include "sipmon/call/query.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/frame.h"
#include "sipmon/ui/listbox.h"
#include "sipmon/ui/prompt.h"
#include "sipmon/ui/screen.h"

#define KEYS_WIDTH     18
#define FIRST_ROW      2
#define TWO_COLUMNS    100
#define ROWS_AROUND    5 /* title, rules, line, keys */
#define FIELDS_AT_MOST 200
#define HEADINGS       5 /* and blank lines between */
#define ITEMS_AT_MOST  (ACTIONS + COLUMNS_OF_CALLS + FIELDS_AT_MOST + HEADINGS)

/* A line of the page: keys and what they do, or a heading. */
struct item {
	const char *left;
	const char *help; /* English */
	bool heading;
};

struct help {
	const struct ui_context *ctx;
	enum screen_id about;
	struct item items[ITEMS_AT_MOST];
	size_t count;
	size_t at;          /* item of the last match, or of the cursor */
	struct listbox box; /* rows; each holds one item or two */
	bool two_columns;
	bool typing;
	bool missed;
	struct prompt prompt;
	char needle[PROMPT_BYTES];
};

/* clang-format off */
static const char *const titles[SCREENS] = {
	[SCREEN_CALL_LIST]  = "Help: call list",
	[SCREEN_CALL_FLOW]  = "Help: call flow",
	[SCREEN_MESSAGE]    = "Help: message",
	[SCREEN_EXPLAIN]    = "Help: explanation",
	[SCREEN_COMPARE]    = "Help: compare codes",
	[SCREEN_IDENTITY]   = "Help: identity",
	[SCREEN_STATISTICS] = "Help: statistics",
	[SCREEN_HELP]       = "Help",
};
/* clang-format on */

static void add(struct help *h, const char *left, const char *help,
		bool heading)
{
	if (h->count < ITEMS_AT_MOST)
		h->items[h->count++] = (struct item){ left, help, heading };
}

static void fill(struct help *h)
{
	unsigned where = 1U << (unsigned)h->about;

	add(h, "", "Keys", true);
	for (unsigned i = ACTION_NONE + 1; i < ACTIONS; i++) {
		enum ui_action a = (enum ui_action)i;

		if ((keymap_screens(a) & where) != 0)
			add(h, keymap_keys(a), keymap_help(a), false);
	}
	if (h->about != SCREEN_CALL_LIST)
		return;
	add(h, "", "", false);
	add(h, "", "Columns of the list", true);
	for (unsigned i = 0; i < COLUMNS_OF_CALLS; i++) {
		const struct column *c = column_at((enum column_id)i);

		add(h, c->title, c->help, false);
	}
	add(h, "", "", false);
	add(h, "", "Fields of the filter", true);
	for (unsigned i = 0; i < FIELDS_AT_MOST; i++) {
		const char *name = query_field_name(i);

		if (name == NULL)
			break;
		add(h, name, query_field_help(i), false);
	}
}

static const char *help_of(const struct help *h, const struct item *item)
{
	return words(h->ctx->words, item->help != NULL ? item->help : "");
}

static bool holds(const struct help *h, size_t i)
{
	struct slice needle = slice_of(h->needle);
	struct slice left = slice_of(h->items[i].left);
	struct slice help = slice_of(help_of(h, &h->items[i]));

	if (needle.len == 0)
		return false;
	return slice_search(left, needle, true) < left.len ||
	       slice_search(help, needle, true) < help.len;
}

static size_t rows_of(const struct help *h)
{
	return h->two_columns ? (h->count + 1) / 2 : h->count;
}

/* Down the left column first, then down the right one. */
static size_t row_of_item(const struct help *h, size_t i)
{
	size_t rows = rows_of(h);

	return rows > 0 ? i % rows : 0;
}

static void search(struct help *h, bool backward, size_t from)
{
	size_t at = from;

	h->missed = false;
	for (size_t n = 0; n < h->count; n++) {
		at %= h->count;
		if (holds(h, at)) {
			h->at = at;
			h->box.cursor = row_of_item(h, at);
			listbox_set(&h->box, rows_of(h), h->box.height);
			return;
		}
		at = backward ? at + h->count - 1 : at + 1;
	}
	h->missed = true;
}

static void *help_open(const struct ui_context *ctx,
		       const struct screen_argument *argument)
{
	struct help *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->ctx = ctx;
	h->about =
		argument->about < SCREENS ? argument->about : SCREEN_CALL_LIST;
	fill(h);
	return h;
}

static void help_close(void *screen)
{
	free(screen);
}

static void draw_item(const struct help *h, struct canvas *c, int row,
		      int column, int width, size_t i)
{
	const struct item *item = &h->items[i];
	enum style role = holds(h, i) ? STYLE_HIT : STYLE_TEXT;
	struct slice help = slice_of(help_of(h, item));
	int keys = KEYS_WIDTH < width / 2 ? KEYS_WIDTH : width / 2;

	if (item->heading) {
		canvas_put_field(c, row, column, width, false, STYLE_TITLE,
				 help);
		return;
	}
	canvas_put_field(c, row, column + 1, keys, false, STYLE_NOTE,
			 slice_of(words(h->ctx->words, item->left)));
	canvas_put_field(c, row, column + keys + 2, width - keys - 2, false,
			 role, help);
}

static void draw_items(const struct help *h, struct canvas *c)
{
	int width = canvas_columns(c) - 2;
	int each = h->two_columns ? width / 2 : width;
	size_t rows = rows_of(h);

	for (size_t k = 0; k < h->box.height; k++) {
		size_t i = h->box.top + k;
		int row = FIRST_ROW + (int)k;

		if (i >= rows)
			break;
		draw_item(h, c, row, 1, each, i);
		if (h->two_columns && i + rows < h->count)
			draw_item(h, c, row, 1 + each, each, i + rows);
		if (i != h->box.cursor)
			continue;
		canvas_put_text(c, row, 0, 1, STYLE_TEXT, ">");
		canvas_set_cursor(c, row, 0, false);
	}
}

static void draw_line(const struct help *h, struct canvas *c, int row)
{
	const char *hint = "The display filter takes: method == INVITE and "
			   "code >= 400";

	if (h->typing) {
		prompt_draw(&h->prompt, c, row, 1, -1,
			    words(h->ctx->words, "Search: "));
		return;
	}
	if (h->missed)
		hint = "No match.";
	else if (h->about != SCREEN_CALL_LIST)
		hint = "Keys come from the key table.";
	canvas_put_text(c, row, 1, -1, STYLE_DIM, words(h->ctx->words, hint));
}

static void help_draw(void *screen, struct canvas *c)
{
	static const struct frame_key keys[] = {
		{ ACTION_BACK, "Back" },
		{ ACTION_SEARCH, "Search" },
		{ ACTION_SEARCH_NEXT, "Next" },
		{ ACTION_LANGUAGE, "Language" },
	};
	struct help *h = screen;
	int rows = canvas_rows(c);
	int width = canvas_columns(c);

	h->two_columns = width >= TWO_COLUMNS;
	listbox_set(&h->box, rows_of(h),
		    rows > ROWS_AROUND ? (size_t)(rows - ROWS_AROUND) : 1);
	canvas_put_text(c, 0, 1, -1, STYLE_TITLE,
			words(h->ctx->words, titles[h->about]));
	(void)frame_status(c, h->ctx, 0, width / 2);
	frame_rule(c, 1, 0, width);
	draw_items(h, c);
	if (rows < ROWS_AROUND)
		return;
	frame_rule(c, rows - 3, 0, width);
	draw_line(h, c, rows - 2);
	frame_keys(c, rows - 1, h->ctx->words, keys,
		   sizeof(keys) / sizeof(keys[0]));
}

static void type(struct help *h, int32_t key)
{
	switch (prompt_key(&h->prompt, key)) {
	case PROMPT_MORE:
		return;
	case PROMPT_DONE:
		slice_copy(prompt_text(&h->prompt), h->needle,
			   sizeof(h->needle));
		if (h->needle[0] != '\0')
			search(h, false, h->at);
		break;
	case PROMPT_CANCELLED:
		h->needle[0] = '\0';
		break;
	}
	h->typing = false;
}

static struct ui_request help_key(void *screen, int32_t key,
				  enum ui_action action)
{
	struct help *h = screen;
	struct ui_request out = { .kind = UI_NONE };

	if (h->typing) {
		type(h, key);
		return out;
	}
	if (listbox_key(&h->box, action)) {
		h->at = h->box.cursor;
		return out;
	}
	h->missed = false;
	if (action == ACTION_SEARCH) {
		h->typing = true;
		prompt_begin(&h->prompt, SLICE(""));
	} else if (action == ACTION_SEARCH_NEXT && h->needle[0] != '\0') {
		search(h, false, h->at + 1);
	} else if (action == ACTION_SEARCH_PREVIOUS && h->needle[0] != '\0') {
		search(h, true, h->at + h->count - 1);
	} else if (action == ACTION_HELP) {
		out.kind = UI_BACK;
	} else if (key == KEY_CODE_ESCAPE && h->needle[0] != '\0') {
		h->needle[0] = '\0';
	} else {
		(void)frame_answer(action, SCREEN_HELP, &out);
	}
	return out;
}

static bool help_typing(const void *screen)
{
	const struct help *h = screen;

	return h->typing;
}

const struct screen_ops screen_help = {
	.name = "help",
	.id = SCREEN_HELP,
	.open = help_open,
	.draw = help_draw,
	.key = help_key,
	.close = help_close,
	.typing = help_typing,
};
