#include "sipmon/ui/finder.h"

void finder_begin(struct finder *f)
{
	prompt_begin(&f->prompt, SLICE(""));
	f->typing = true;
}

bool finder_key(struct finder *f, int32_t key)
{
	struct slice text;

	switch (prompt_key(&f->prompt, key)) {
	case PROMPT_MORE:
		return false;
	case PROMPT_CANCELLED:
		f->typing = false;
		return false;
	case PROMPT_DONE:
		break;
	}
	f->typing = false;
	text = prompt_text(&f->prompt);
	f->needle_len = text.len;
	slice_copy(text, f->needle, sizeof(f->needle));
	return true;
}

struct slice finder_needle(const struct finder *f)
{
	return (struct slice){ f->needle, f->needle_len };
}

void finder_search(struct finder *f, struct text_pane *p, bool backward)
{
	struct slice needle = finder_needle(f);

	text_pane_set_search(p, needle);
	if (needle.len > 0 && !text_pane_find(p, backward))
		f->notice = "Not found.";
}

bool finder_draw(const struct finder *f, struct canvas *c, int row,
		 const struct catalogue *words_of)
{
	if (f->typing) {
		prompt_draw(&f->prompt, c, row, 1, canvas_columns(c),
			    words(words_of, "Search: "));
		return true;
	}
	if (f->notice == NULL)
		return false;
	canvas_put_text(c, row, 1, -1, STYLE_NOTE, words(words_of, f->notice));
	return true;
}
