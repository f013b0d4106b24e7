#include "wrap.h"

#include "sipmon/base/utf8.h"

#define WORD_CELLS_MIN 8

static void add_blanks(struct buf *out, size_t n)
{
	static const char blanks[] = "                                ";

	while (n > 0) {
		size_t part = n < sizeof(blanks) - 1 ? n : sizeof(blanks) - 1;

		buf_add(out, (struct slice){ blanks, part });
		n -= part;
	}
}

void wrap_begin(struct wrap *w, struct buf *out, unsigned columns,
		struct slice lead)
{
	unsigned indent = (unsigned)utf8_shown_cells(lead);

	if (columns < indent + WORD_CELLS_MIN)
		columns = indent + WORD_CELLS_MIN;
	*w = (struct wrap){ .out = out,
			    .columns = columns,
			    .indent = indent,
			    .at = indent,
			    .fresh = true };
	buf_add(out, lead);
}

static void new_line(struct wrap *w)
{
	buf_add_char(w->out, '\n');
	add_blanks(w->out, w->indent);
	w->at = w->indent;
	w->fresh = true;
}

/* Character by character, as many to a line as there is room. */
static void add_broken(struct wrap *w, struct slice word)
{
	while (word.len > 0) {
		char piece[12];
		bool escaped;
		unsigned len = utf8_show_next(&word, piece, &escaped);
		struct slice shown = { piece, len };
		unsigned cells = (unsigned)utf8_shown_cells(shown);

		if (w->at + cells > w->columns && !w->fresh)
			new_line(w);
		buf_add(w->out, shown);
		w->at += cells;
		w->fresh = false;
	}
}

static void add_word(struct wrap *w, struct slice word)
{
	size_t cells = utf8_shown_cells(word);

	if (!w->fresh && w->at + 1 + cells > w->columns) {
		new_line(w);
	} else if (!w->fresh) {
		buf_add_char(w->out, ' ');
		w->at++;
	}
	if (w->at + cells > w->columns) {
		add_broken(w, word);
		return;
	}
	utf8_show(w->out, word);
	w->at += (unsigned)cells;
	w->fresh = false;
}

void wrap_add(struct wrap *w, struct slice text)
{
	while (text.len > 0) {
		struct slice word = slice_split(text, ' ', &text);

		if (word.len > 0)
			add_word(w, word);
	}
}

void wrap_end(struct wrap *w)
{
	buf_add_char(w->out, '\n');
}

void wrap_text(struct buf *out, unsigned columns, struct slice lead,
	       struct slice text)
{
	struct wrap w;

	wrap_begin(&w, out, columns, lead);
	wrap_add(&w, text);
	wrap_end(&w);
}

/* Nothing in it needs an escape, and each byte is one cell. */
static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 || s.ptr[i] > 0x7e)
			return false;
	return true;
}

static void pad_shown(struct buf *out, struct slice s, unsigned cells)
{
	bool cut = utf8_shown_cells(s) > cells;
	unsigned room = cut ? cells - 1 : cells;
	unsigned at = 0;

	while (s.len > 0) {
		char piece[12];
		bool escaped;
		unsigned len = utf8_show_next(&s, piece, &escaped);
		struct slice shown = { piece, len };
		unsigned width = (unsigned)utf8_shown_cells(shown);

		if (at + width > room)
			break;
		buf_add(out, shown);
		at += width;
	}
	if (cut) {
		buf_add_char(out, '~');
		at++;
	}
	add_blanks(out, cells - at);
}

void pad_add(struct buf *out, struct slice s, unsigned cells)
{
	if (cells == 0)
		return;
	if (s.len > cells || !is_plain(s)) {
		pad_shown(out, s, cells);
		return;
	}
	buf_add(out, s);
	add_blanks(out, cells - s.len);
}

void pad_add_right(struct buf *out, struct slice s, unsigned cells)
{
	size_t width = utf8_shown_cells(s);

	if (width < cells) {
		add_blanks(out, cells - width);
		cells = (unsigned)width;
	}
	pad_add(out, s, cells);
}

void pad_number(struct buf *out, uint64_t n, unsigned cells)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	if (sizeof(digits) - i < cells)
		add_blanks(out, cells - (sizeof(digits) - i));
	buf_add(out, (struct slice){ digits + i, sizeof(digits) - i });
}
