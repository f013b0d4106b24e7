#include "text.h"

/* A URI of the usual length fits. */
#define CLIP_BYTES 96

void words_add_clipped(struct words *w, struct slice part)
{
	words_add(w, slice_sub(part, 0, CLIP_BYTES));
	if (part.len > CLIP_BYTES)
		words_add_text(w, "...");
}

void words_add_named(struct words *w, const char *name, struct slice text)
{
	if (w->count > 0)
		words_add_text(w, ", ");
	if (text.len == 0)
		words_add_text(w, "no ");
	words_add_text(w, name);
	if (text.len > 0)
		words_add_text(w, " ");
	words_add_clipped(w, text);
}

struct slice words_join(const struct memory *m, const struct words *w)
{
	size_t size = 0;
	size_t n = 0;
	char *text;

	for (unsigned i = 0; i < w->count; i++)
		size += w->parts[i].len;
	text = arena_alloc(m->arena, m->pool, size + 1);
	if (text == NULL)
		return SLICE_NONE;
	for (unsigned i = 0; i < w->count; i++) {
		struct slice part = w->parts[i];

		if (part.len > 0)
			memcpy(text + n, part.ptr, part.len);
		n += part.len;
	}
	return (struct slice){ text, n };
}

struct slice field_text(const struct memory *m, const struct sip_msg *msg,
			enum sip_header_id id)
{
	return value_unfold(m, sip_msg_field(msg, id, 0));
}
