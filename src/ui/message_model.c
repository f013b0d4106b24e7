#include <stdio.h>

#include "message.h"
#include "sipmon/sip/body.h"
#include "sipmon/ui/field.h"
#include "sipmon/ui/panel.h"

#define HEX_OFFSET 10 /* cells of "00000000  " */

/* Loading */

/* Where the message stands in its call: at most the messages of one call. */
static void find_number(struct message_screen *s, const struct call *call)
{
	const struct view *v = s->ctx->view;
	uint32_t id = call->first_msg;
	int64_t before = 0;

	s->number = 0;
	s->count = call->message_count;
	for (uint32_t n = 1; n <= call->message_count; n++) {
		const struct captured_msg *m = view_msg(v, id);

		if (m == NULL)
			return;
		if (id == s->msg) {
			s->number = n;
			s->since_previous_ns = n > 1 ? m->time_ns - before : 0;
			return;
		}
		before = m->time_ns;
		id = m->next;
	}
}

void message_load(struct message_screen *s)
{
	const struct ui_context *ctx = s->ctx;
	const struct call *call = view_call(ctx->view, s->call);
	const struct captured_msg *m =
		call == NULL ? NULL : view_msg(ctx->view, s->msg);
	const struct flow *hop;

	s->readable = false;
	s->parsed = false;
	s->finding_count = 0;
	s->panel_line = -1;
	s->hex_bytes = 0;
	s->has_identity = false;
	s->covered = 0;
	s->changed = 0;
	buf_clear(&s->raw);
	if (m == NULL)
		return;
	s->captured = *m;
	hop = view_hop(ctx->view, m->hop);
	if (hop != NULL)
		s->hop = *hop;
	find_number(s, call);
	if (ctx->find != NULL)
		s->finding_count = ctx->find(ctx->find_ctx, ctx->view, call,
					     s->findings, FINDING_ROOM);
	s->readable = view_bytes(ctx->view, m, &s->raw) == ERR_OK;
	if (s->readable)
		s->parsed = sip_msg_parse(&s->sip, buf_slice(&s->raw));
	message_look_at_identity(s);
}

/* The bytes that the defects and slices count from. */
struct slice message_raw(const struct message_screen *s)
{
	return s->parsed ? s->sip.raw : buf_slice(&s->raw);
}

static bool in_slice(struct slice outer, struct slice inner, size_t offset)
{
	size_t begin;

	if (inner.len == 0 || inner.ptr < outer.ptr)
		return false;
	begin = (size_t)(inner.ptr - outer.ptr);
	return offset >= begin && offset < begin + inner.len;
}

bool message_is_sdp(const struct message_screen *s, size_t offset)
{
	if (!s->parsed)
		return false;
	return in_slice(s->sip.raw,
			sip_body_sdp(s->sip.content_type, s->sip.body), offset);
}

/* Filling the text; the tag of a line is its offset in the message. */

static bool has_defect(const struct message_screen *s, size_t from, size_t to)
{
	const struct sip_defects *d = &s->sip.defects;
	size_t end = message_raw(s).len;

	for (uint32_t i = 0; s->parsed && i < d->count && i < SIP_DEFECT_ROOM;
	     i++) {
		size_t at = d->list[i].offset;

		/* What is missing shows at the end: on the last line. */
		if (at >= end && end > 0)
			at = end - 1;
		if (at >= from && at < to)
			return true;
	}
	return false;
}

static void fill_lines(struct message_screen *s)
{
	struct highlight h = highlight_begin(message_raw(s));
	struct highlight_line line;

	while (highlight_next(&h, &line)) {
		struct text_look look =
			highlight_look(&line, s->captured.status);

		if (s->mode == MODE_SDP && !message_is_sdp(s, line.offset))
			continue;
		look.tag = (uint32_t)line.offset;
		message_mark_signed(s, &line, &look);
		if (has_defect(s, line.offset, line.end))
			look.mark = '!';
		text_pane_add(
			s->text, &look, slice_sub(line.text, 0, line.head_len),
			slice_sub(line.text, line.head_len, line.text.len));
	}
}

static void hex_row(struct message_screen *s, struct slice raw, size_t at,
		    struct buf *out)
{
	size_t n = (size_t)s->hex_bytes;
	struct text_look look = { .role = STYLE_TEXT, .head_role = STYLE_DIM };
	char head[HEX_OFFSET + 1];

	buf_clear(out);
	for (size_t i = 0; i < n; i++) {
		if (at + i < raw.len)
			buf_add_format(
				out, "%02x ",
				(unsigned)(unsigned char)raw.ptr[at + i]);
		else
			buf_add_text(out, "   ");
	}
	buf_add_text(out, " ");
	for (size_t i = 0; i < n && at + i < raw.len; i++) {
		char c = raw.ptr[at + i];

		if (c >= ' ' && c <= '~')
			buf_add_char(out, c);
		else
			buf_add_char(out, '.');
	}
	(void)snprintf(head, sizeof(head), "%08x  ", (unsigned)at);
	look.tag = (uint32_t)at;
	if (has_defect(s, at, at + n))
		look.mark = '!';
	text_pane_add(s->text, &look, slice_of(head), buf_slice(out));
}

static void fill_bytes(struct message_screen *s)
{
	struct slice raw = message_raw(s);
	struct buf row;

	buf_init(&row, 256);
	for (size_t at = 0; at < raw.len; at += (size_t)s->hex_bytes)
		hex_row(s, raw, at, &row);
	buf_free(&row);
}

void message_fill(struct message_screen *s)
{
	text_pane_clear(s->text);
	s->panel_line = -1;
	if (!s->readable) {
		panel_paragraph(s->text, STYLE_PROBLEM,
				slice_of(words(s->ctx->words,
					       "The bytes of this message "
					       "cannot be read any more.")));
		return;
	}
	if (s->mode == MODE_BYTES) {
		if (s->hex_bytes == 0)
			s->hex_bytes = 16;
		fill_bytes(s);
	} else {
		fill_lines(s);
	}
	if (text_pane_lines(s->text) == 0)
		panel_paragraph(
			s->text, STYLE_DIM,
			slice_of(words(s->ctx->words, "This message carries no "
						      "SDP.")));
}

/* Four cells a byte and the offset; as many bytes as fit, a power of two. */
void message_fit_bytes(struct message_screen *s, int width)
{
	int bytes = 16;

	while (bytes > 1 && HEX_OFFSET + 4 * bytes + 3 > width)
		bytes /= 2;
	if (s->mode != MODE_BYTES || bytes == s->hex_bytes)
		return;
	s->hex_bytes = bytes;
	message_fill(s);
}

/* The panel */

static bool line_of(const struct message_screen *s, size_t offset,
		    struct highlight_line *out)
{
	struct highlight h = highlight_begin(message_raw(s));

	if (!s->readable)
		return false;
	while (highlight_next(&h, out))
		if (offset >= out->offset && offset < out->end)
			return true;
	return false;
}

/* The line under the cursor; false if there is none. */
bool message_current(const struct message_screen *s, struct highlight_line *out)
{
	int cursor = text_pane_cursor(s->text);

	return cursor >= 0 && line_of(s, text_pane_tag(s->text, cursor), out);
}

/* The whole field, its folded lines too. */
static struct slice value_at(const struct message_screen *s, size_t offset)
{
	struct sip_header h;
	struct slice rest;

	if (!s->parsed)
		return SLICE_NONE;
	rest = s->sip.headers;
	while (sip_header_next(&rest, &h))
		if (in_slice(s->sip.raw, h.line, offset))
			return h.value;
	return SLICE_NONE;
}

static void panel_defects(struct message_screen *s,
			  const struct highlight_line *line)
{
	struct text_look look = { .role = STYLE_PROBLEM,
				  .head_role = STYLE_PROBLEM,
				  .hang = 2 };
	const struct sip_defects *d = &s->sip.defects;
	const struct catalogue *w = s->ctx->words;
	char text[64];

	for (uint32_t i = 0; s->parsed && i < d->count && i < SIP_DEFECT_ROOM;
	     i++) {
		struct sip_defect one = d->list[i];
		size_t at = one.offset;

		if (at >= s->sip.raw.len && at > 0)
			at = s->sip.raw.len - 1;
		if (at < line->offset || at >= line->end)
			continue;
		text_pane_add(s->panel, &look, SLICE("! "),
			      slice_of(words(w, sip_defect_text(one.kind))));
		panel_pair(s->panel, slice_of(words(w, "Rule")),
			   slice_of(sip_defect_rule(one.kind)));
		(void)snprintf(text, sizeof(text), "%u", one.offset);
		panel_pair(s->panel, slice_of(words(w, "Byte")),
			   slice_of(text));
	}
}

static void panel_changed(struct message_screen *s,
			  const struct highlight_line *line)
{
	struct text_look look = { .role = STYLE_PROBLEM,
				  .head_role = STYLE_PROBLEM,
				  .hang = 2 };
	char text[512];

	/* The panel of the start line says it by itself. */
	if (line->kind == HIGHLIGHT_START || !message_was_changed(s, line))
		return;
	text_pane_add(
		s->panel, &look, SLICE("! "),
		slice_of(broken_text(&s->broken, s->ctx, text, sizeof(text))));
}

static void panel_start(struct message_screen *s)
{
	const struct ui_context *ctx = s->ctx;
	const struct call *call = view_call(ctx->view, s->call);
	const struct captured_msg *m =
		call == NULL ? NULL : view_msg(ctx->view, s->msg);

	if (m != NULL) {
		panel_message(s->panel, ctx, m, s->findings, s->finding_count,
			      s->msg);
		return;
	}
	if (s->captured.status != 0) {
		panel_code_title(s->panel, ctx->words, s->captured.status);
		panel_code(s->panel, ctx->words, s->captured.status);
	} else if (s->parsed) {
		panel_method(s->panel, ctx->words, s->sip.method_name);
	}
}

void message_fill_panel(struct message_screen *s)
{
	const struct catalogue *w = s->ctx->words;
	struct highlight_line line;
	int cursor = text_pane_cursor(s->text);

	if (cursor == s->panel_line)
		return;
	text_pane_clear(s->panel);
	s->panel_line = cursor;
	if (!message_current(s, &line))
		return;
	panel_defects(s, &line);
	panel_changed(s, &line);
	switch (line.kind) {
	case HIGHLIGHT_START:
		panel_start(s);
		break;
	case HIGHLIGHT_FIELD:
	case HIGHLIGHT_FOLD:
		field_explain(s->panel, w, line.name, value_at(s, line.offset));
		break;
	case HIGHLIGHT_EMPTY:
		panel_paragraph(s->panel, STYLE_DIM,
				slice_of(words(w, "The header ends here; what "
						  "follows is the body.")));
		break;
	case HIGHLIGHT_BODY:
		if (message_is_sdp(s, line.offset))
			field_explain_sdp(s->panel, w, line.text);
		break;
	}
}
