#include "sipmon/ui/highlight.h"

struct highlight highlight_begin(struct slice raw)
{
	return (struct highlight){ .raw = raw };
}

static struct slice line_at(struct slice raw, size_t at, size_t *end)
{
	struct slice rest = slice_sub(raw, at, raw.len);
	size_t len = slice_find(rest, '\n');

	*end = at + len + (len < rest.len ? 1 : 0);
	if (len > 0 && rest.ptr[len - 1] == '\r')
		len--;
	return slice_sub(rest, 0, len);
}

static void field_of(struct highlight *h, struct highlight_line *out)
{
	struct slice text = out->text;
	size_t colon;

	if (text.ptr[0] == ' ' || text.ptr[0] == '\t') {
		out->kind = HIGHLIGHT_FOLD;
		out->name = h->name;
		return;
	}
	out->kind = HIGHLIGHT_FIELD;
	colon = slice_find(text, ':');
	if (colon < text.len) {
		out->head_len = colon + 1;
		out->name = slice_trim(slice_sub(text, 0, colon));
	}
	h->name = out->name;
}

bool highlight_next(struct highlight *h, struct highlight_line *out)
{
	if (h->at >= h->raw.len)
		return false;
	*out = (struct highlight_line){ .offset = h->at };
	out->text = line_at(h->raw, h->at, &out->end);
	h->at = out->end;
	if (h->body) {
		out->kind = HIGHLIGHT_BODY;
		if (out->text.len > 1 && out->text.ptr[1] == '=')
			out->head_len = 2;
	} else if (out->text.len == 0) {
		out->kind = HIGHLIGHT_EMPTY;
		h->body = h->started;
	} else if (!h->started) {
		out->kind = HIGHLIGHT_START;
		h->started = true;
	} else {
		field_of(h, out);
	}
	return true;
}

struct text_look highlight_look(const struct highlight_line *line,
				uint16_t status)
{
	struct text_look look = { .role = STYLE_TEXT, .hang = 2 };

	switch (line->kind) {
	case HIGHLIGHT_START:
		look.role = status == 0 ? STYLE_REQUEST : style_of_code(status);
		break;
	case HIGHLIGHT_FIELD:
		look.head_role = STYLE_TITLE;
		break;
	case HIGHLIGHT_BODY:
		look.head_role = STYLE_TITLE;
		if (line->head_len > 0 && line->text.ptr[0] == 'm')
			look.role = STYLE_MEDIA;
		break;
	case HIGHLIGHT_FOLD:
	case HIGHLIGHT_EMPTY:
		break;
	}
	return look;
}

void highlight_fill(struct text_pane *p, struct slice raw, uint16_t status)
{
	struct highlight h = highlight_begin(raw);
	struct highlight_line line;
	uint32_t number = 0;

	while (highlight_next(&h, &line)) {
		struct text_look look = highlight_look(&line, status);

		look.tag = ++number;
		text_pane_add(
			p, &look, slice_sub(line.text, 0, line.head_len),
			slice_sub(line.text, line.head_len, line.text.len));
	}
}
