#include "sipmon/ui/prompt.h"

#include <stdbool.h>
#include <string.h>

#include "sipmon/base/utf8.h"
#include "sipmon/ui/keymap.h"

#define CTRL(letter) ((letter) - '@')

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* A character is a code point with the marks that stand on it. */
static bool is_mark(const char *text, size_t len)
{
	struct slice rest = { text, len };
	int32_t cp = len > 0 ? utf8_next(&rest) : -1;

	return cp > 0 && utf8_cells((uint32_t)cp) == 0;
}

static size_t before(const struct prompt *p, size_t at)
{
	while (at > 0) {
		at--;
		if (!is_continuation(p->text[at]) &&
		    !is_mark(p->text + at, p->len - at))
			break;
	}
	return at;
}

static size_t behind(const struct prompt *p, size_t at)
{
	while (at < p->len) {
		at++;
		if (at == p->len || (!is_continuation(p->text[at]) &&
				     !is_mark(p->text + at, p->len - at)))
			break;
	}
	return at;
}

static size_t word_before(const struct prompt *p, size_t at)
{
	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	return at;
}

static void set_text(struct prompt *p, struct slice text)
{
	slice_copy(text, p->text, sizeof(p->text));
	p->len = strlen(p->text);
	p->cursor = p->len;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text + from, p->text + to, p->len - to + 1);
	p->len -= to - from;
	p->cursor = from;
}

static void insert(struct prompt *p, int32_t key)
{
	char bytes[4];
	unsigned n;

	if (key < ' ' || key >= KEY_CODE_UP || utf8_is_unsafe((uint32_t)key))
		return;
	n = utf8_put((uint32_t)key, bytes);
	if (p->len + n >= sizeof(p->text))
		return;
	memmove(p->text + p->cursor + n, p->text + p->cursor,
		p->len - p->cursor + 1);
	memcpy(p->text + p->cursor, bytes, n);
	p->len += n;
	p->cursor += n;
}

static void recall(struct prompt *p, bool back)
{
	if (back ? p->history_at == 0 : p->history_at >= p->history_count)
		return;
	if (p->history_at == p->history_count)
		slice_copy(prompt_text(p), p->unfinished,
			   sizeof(p->unfinished));
	p->history_at += back ? -1U : 1U;
	if (p->history_at == p->history_count)
		set_text(p, slice_of(p->unfinished));
	else
		set_text(p, slice_of(p->history[p->history_at]));
}

static void remember(struct prompt *p)
{
	unsigned last = p->history_count;

	if (p->len == 0 ||
	    (last > 0 && strcmp(p->history[last - 1], p->text) == 0))
		return;
	if (last == PROMPT_HISTORY) {
		memmove(p->history[0], p->history[1],
			sizeof(p->history) - sizeof(p->history[0]));
		last--;
	}
	slice_copy(prompt_text(p), p->history[last], PROMPT_BYTES);
	p->history_count = last + 1;
}

/* Keys that change the line; false for one that does not. */
static bool edit(struct prompt *p, int32_t key)
{
	if (key == KEY_CODE_BACKSPACE)
		erase(p, before(p, p->cursor), p->cursor);
	else if (key == KEY_CODE_DELETE || key == CTRL('D'))
		erase(p, p->cursor, behind(p, p->cursor));
	else if (key == CTRL('U'))
		erase(p, 0, p->cursor);
	else if (key == CTRL('K'))
		erase(p, p->cursor, p->len);
	else if (key == CTRL('W'))
		erase(p, word_before(p, p->cursor), p->cursor);
	else
		return false;
	return true;
}

/* Keys that move; false for one that does not. */
static bool travel(struct prompt *p, int32_t key)
{
	if (key == KEY_CODE_LEFT)
		p->cursor = before(p, p->cursor);
	else if (key == KEY_CODE_RIGHT)
		p->cursor = behind(p, p->cursor);
	else if (key == KEY_CODE_HOME || key == CTRL('A'))
		p->cursor = 0;
	else if (key == KEY_CODE_END || key == CTRL('E'))
		p->cursor = p->len;
	else if (key == KEY_CODE_UP || key == CTRL('P'))
		recall(p, true);
	else if (key == KEY_CODE_DOWN || key == CTRL('N'))
		recall(p, false);
	else
		return false;
	return true;
}

void prompt_begin(struct prompt *p, struct slice text)
{
	struct slice rest = text;

	set_text(p, SLICE(""));
	p->history_at = p->history_count;
	while (rest.len > 0) {
		int32_t cp = utf8_next(&rest);

		if (cp > 0)
			insert(p, cp);
	}
}

enum prompt_answer prompt_key(struct prompt *p, int32_t key)
{
	if (key == KEY_CODE_ENTER) {
		remember(p);
		return PROMPT_DONE;
	}
	if (key == KEY_CODE_ESCAPE || key == CTRL('C'))
		return PROMPT_CANCELLED;
	if (!edit(p, key) && !travel(p, key))
		insert(p, key);
	return PROMPT_MORE;
}

struct slice prompt_text(const struct prompt *p)
{
	return (struct slice){ p->text, p->len };
}

int prompt_draw(const struct prompt *p, struct canvas *c, int row, int column,
		int limit, const char *label)
{
	int end = limit < 0 ? canvas_columns(c) : limit;
	int at = canvas_put_text(c, row, column, end, STYLE_TITLE, label);
	size_t from = 0;
	struct slice left;
	int cursor;

	/* One cell stays free behind the text, for the cursor. */
	while (from < p->cursor) {
		left = (struct slice){ p->text + from, p->cursor - from };
		if ((int)utf8_shown_cells(left) < end - at)
			break;
		from = behind(p, from);
	}
	left = (struct slice){ p->text + from, p->cursor - from };
	cursor = canvas_put(c, row, at, end, STYLE_TEXT, left);
	at = canvas_put(
		c, row, cursor, end, STYLE_TEXT,
		(struct slice){ p->text + p->cursor, p->len - p->cursor });
	canvas_set_cursor(c, row, cursor < end ? cursor : end - 1, true);
	return at;
}
