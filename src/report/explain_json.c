#include "sipmon/report/explain.h"

#include "sipmon/base/json.h"
#include "sipmon/base/table.h"
#include "sipmon/catalogue/compare.h"

static enum err result(const struct buf *out)
{
	return out->failed ? ERR_NOMEM : ERR_OK;
}

/* A list as one text, an item a line. */
static void json_lines(struct json *j, const char *key, struct slice list)
{
	struct buf text;
	struct slice item;

	buf_init(&text, (size_t)1 << 20);
	while (table_item_next(&list, &item)) {
		if (text.len > 0)
			buf_add_char(&text, '\n');
		buf_add(&text, item);
	}
	json_put_slice(j, key, buf_slice(&text));
	buf_free(&text);
}

static void json_items(struct json *j, const char *key, struct slice list)
{
	struct slice item;

	json_put_array(j, key);
	while (table_item_next(&list, &item))
		json_put_slice(j, NULL, item);
	json_put_array_end(j);
}

static void json_codes(struct json *j, const char *key, struct slice codes)
{
	json_put_array(j, key);
	while (codes.len > 0) {
		struct slice word = slice_split(codes, ' ', &codes);
		uint32_t code;

		if (slice_to_u32(word, UINT16_MAX, &code))
			json_put_uint(j, NULL, code);
	}
	json_put_array_end(j);
}

static void json_words(struct json *j, const char *key, struct slice list)
{
	json_put_array(j, key);
	while (list.len > 0) {
		struct slice word = slice_split(list, ' ', &list);

		if (word.len > 0)
			json_put_slice(j, NULL, word);
	}
	json_put_array_end(j);
}

static void json_code(struct json *j, const char *key,
		      const struct code_entry *e)
{
	json_put_object(j, key);
	json_put_uint(j, "code", e->code);
	json_put_slice(j, "phrase", e->phrase);
	json_put_slice(j, "class", e->class_text);
	json_put_slice(j, "rfc", e->reference);
	json_put_slice(j, "description", e->description);
	json_lines(j, "when", e->when);
	json_lines(j, "fix", e->fix);
	json_codes(j, "related", e->related);
	json_put_bool(j, "known", e->known);
	json_put_slice(j, "status", e->status);
	json_items(j, "aliases", e->aliases);
	json_words(j, "sent_by", e->sent_by);
	json_words(j, "methods", e->methods);
	json_items(j, "headers", e->headers);
	json_put_slice(j, "ends", e->ends);
	json_put_slice(j, "retry", e->retry);
	json_put_slice(j, "note", e->note);
	json_put_object_end(j);
}

enum err explain_json(struct buf *out, const struct catalogue *c, uint16_t code)
{
	struct code_entry e;
	struct json j;

	if (!catalogue_code(c, code, &e))
		return ERR_MALFORMED;
	json_init(&j, out);
	json_code(&j, NULL, &e);
	buf_add_char(out, '\n');
	return result(out);
}

static void json_pair(struct json *j, const struct comparison *cmp)
{
	json_put_object(j, NULL);
	json_code(j, "a", &cmp->a);
	json_code(j, "b", &cmp->b);
	json_put_slice(j, "summary", cmp->summary);
	json_put_array(j, "differences");
	for (unsigned i = 0; i < cmp->difference_count; i++)
		json_put_slice(j, NULL, cmp->differences[i]);
	json_put_array_end(j);
	json_put_array(j, "when_to_use");
	for (unsigned i = 0; i < cmp->use_count; i++)
		json_put_slice(j, NULL, cmp->when_to_use[i]);
	json_put_array_end(j);
	json_put_array(j, "learn_more");
	for (unsigned i = 0; i < cmp->learn_count; i++)
		json_put_uint(j, NULL, cmp->learn_more[i]);
	json_put_array_end(j);
	json_put_slice(j, "watch", cmp->watch);
	json_put_array(j, "facts");
	for (unsigned i = 0; i < cmp->row_count; i++) {
		json_put_object(j, NULL);
		json_put_slice(j, "label", cmp->rows[i].label);
		json_put_slice(j, "a", cmp->rows[i].a);
		json_put_slice(j, "b", cmp->rows[i].b);
		json_put_bool(j, "same", cmp->rows[i].same);
		json_put_object_end(j);
	}
	json_put_array_end(j);
	json_put_object_end(j);
}

enum err explain_pair_json(struct buf *out, const struct catalogue *c,
			   uint16_t a, uint16_t b)
{
	struct comparison cmp;
	struct json j;
	enum err e = ERR_MALFORMED;

	if (compare_codes(c, a, b, &cmp)) {
		json_init(&j, out);
		json_pair(&j, &cmp);
		buf_add_char(out, '\n');
		out->failed |= cmp.text.failed;
		e = result(out);
	}
	compare_free(&cmp);
	return e;
}
