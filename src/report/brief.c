#include "brief.h"

#include <stdlib.h>

#define TEXT_MAX ((size_t)64 * 1024 * 1024)
#define RAW_MAX  ((size_t)1024 * 1024)

void briefs_init(struct briefs *b)
{
	*b = (struct briefs){ 0 };
	buf_init(&b->text, TEXT_MAX);
	buf_init(&b->raw, RAW_MAX);
	buf_init(&b->head, RAW_MAX);
}

void briefs_free(struct briefs *b)
{
	free(b->list);
	buf_free(&b->text);
	buf_free(&b->raw);
	buf_free(&b->head);
	briefs_init(b);
}

static void want(struct briefs *b, uint32_t msg)
{
	if (msg == 0)
		return;
	if (b->count == b->room) {
		size_t room = b->room == 0 ? 64 : b->room * 2;
		struct brief *list = realloc(b->list, room * sizeof(*list));

		if (list == NULL)
			return;
		b->list = list;
		b->room = room;
	}
	b->list[b->count++] = (struct brief){ .msg = msg };
}

static int by_msg(const void *x, const void *y)
{
	const struct brief *a = x;
	const struct brief *b = y;

	return (a->msg > b->msg) - (a->msg < b->msg);
}

/* Puts the list in order, each message once. */
static void arrange(struct briefs *b)
{
	size_t kept = 0;

	if (b->count > 1)
		qsort(b->list, b->count, sizeof(*b->list), by_msg);
	for (size_t i = 0; i < b->count; i++)
		if (kept == 0 || b->list[kept - 1].msg != b->list[i].msg)
			b->list[kept++] = b->list[i];
	b->count = kept;
}

/* The first request; of responses alone the first of them. */
static uint32_t first_of(const struct view *v, const struct call *c)
{
	uint32_t left = c->message_count;

	for (uint32_t id = c->first_msg; id != 0 && left > 0; left--) {
		const struct captured_msg *m = view_msg(v, id);

		if (!msg_is(m, MSG_RESPONSE))
			return id;
		id = m->next;
	}
	return c->first_msg;
}

static void list_wanted(struct briefs *b, const struct view *v,
			const struct call *c, uint32_t first)
{
	uint32_t id = c->first_transaction;

	want(b, first);
	for (uint32_t left = c->transaction_count; id != 0 && left > 0;
	     left--) {
		const struct transaction *t = view_transaction(v, id);

		want(b, t->first_msg);
		id = t->next;
	}
	id = c->first_dialog;
	for (uint32_t left = c->dialog_count; id != 0 && left > 0; left--) {
		const struct dialog *d = view_dialog(v, id);

		want(b, d->msg);
		id = d->next;
	}
}

static struct brief_piece keep(struct briefs *b, struct slice s)
{
	struct brief_piece piece = { b->text.len, s.len, slice_is_set(s) };

	buf_add(&b->text, s);
	if (b->text.failed)
		piece = (struct brief_piece){ 0 };
	return piece;
}

static bool read_message(struct buf *into, const struct view *v, uint32_t id,
			 struct sip_msg *out)
{
	const struct captured_msg *m = view_msg(v, id);

	buf_clear(into);
	return m != NULL && view_bytes(v, m, into) == ERR_OK &&
	       sip_msg_parse(out, buf_slice(into));
}

static void read_one(struct briefs *b, const struct view *v,
		     struct brief *brief, bool is_first)
{
	struct buf *bytes = is_first ? &b->head : &b->raw;
	struct sip_msg *msg = is_first ? &b->first : &b->other;

	if (!read_message(bytes, v, brief->msg, msg)) {
		*msg = (struct sip_msg){ 0 };
		return;
	}
	brief->read = true;
	brief->has_cseq = msg->has_cseq;
	brief->branch = keep(b, msg->branch);
	brief->from_tag = keep(b, msg->from_tag);
	brief->to_tag = keep(b, msg->to_tag);
}

void briefs_read(struct briefs *b, const struct view *v, const struct call *c)
{
	uint32_t first = first_of(v, c);

	b->count = 0;
	b->first = (struct sip_msg){ 0 };
	buf_clear(&b->text);
	list_wanted(b, v, c, first);
	arrange(b);
	for (size_t i = 0; i < b->count; i++)
		read_one(b, v, &b->list[i], b->list[i].msg == first);
}

const struct brief *brief_find(const struct briefs *b, uint32_t msg)
{
	struct brief key = { .msg = msg };
	const struct brief *found;

	if (b->count == 0)
		return NULL;
	found = bsearch(&key, b->list, b->count, sizeof(*b->list), by_msg);
	return found != NULL && found->read ? found : NULL;
}

struct slice brief_text(const struct briefs *b, struct brief_piece piece)
{
	if (!piece.set)
		return SLICE_NONE;
	return slice_sub(buf_slice(&b->text), piece.from, piece.len);
}
