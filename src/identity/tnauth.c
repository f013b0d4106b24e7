#include "tnauth.h"

#include <stdlib.h>

#include "cert_der.h"

#define TN_CHARS_MAX    15 /* TelephoneNumber ::= IA5String (SIZE (1..15)) */
#define RANGE_COUNT_MIN 2
#define COUNT_BYTES_MAX 8 /* 63 bits, and the sign */

static bool is_ia5(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.ptr[i] > 0x7f)
			return false;
	return true;
}

static bool is_number(struct slice text)
{
	if (text.len == 0 || text.len > TN_CHARS_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if ((c < '0' || c > '9') && c != '#' && c != '*')
			return false;
	}
	return true;
}

/* The value of 1 to 15 digits; false if there is # or *. */
static bool digits_value(struct slice text, uint64_t *out)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > TN_CHARS_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	*out = value;
	return true;
}

/* Not negative, the shortest way to write it, and at most 63 bits. */
static bool read_count(struct slice content, uint64_t *out)
{
	uint64_t value = 0;

	if (content.len == 0 || content.len > COUNT_BYTES_MAX ||
	    ((uint8_t)content.ptr[0] & 0x80) != 0)
		return false;
	if (content.len > 1 && content.ptr[0] == 0 &&
	    ((uint8_t)content.ptr[1] & 0x80) == 0)
		return false;
	for (size_t i = 0; i < content.len; i++)
		value = value << 8 | (uint8_t)content.ptr[i];
	*out = value;
	return true;
}

/* What a later version may add behind start and count must be DER as well. */
static bool is_der(struct slice rest)
{
	struct der_element e;

	while (rest.len > 0)
		if (!der_next(&rest, &e))
			return false;
	return true;
}

/*
 * RFC 8226 section 9: numbers of a range have as many digits as its start, so
 * 10 + 91 is none.
 */
static bool read_range(struct slice value, struct tnauth_entry *out)
{
	struct slice rest;
	struct slice count;
	uint64_t start;
	uint64_t past = 1;

	if (!der_only(value, DER_SEQUENCE, &rest) ||
	    !der_take(&rest, DER_IA5_STRING, &out->text) ||
	    !der_take(&rest, DER_INTEGER, &count) || !is_der(rest))
		return false;
	if (!digits_value(out->text, &start) ||
	    !read_count(count, &out->count) || out->count < RANGE_COUNT_MIN)
		return false;
	for (size_t i = 0; i < out->text.len; i++)
		past *= 10;
	return out->count < past && start < past - out->count;
}

static bool read_entry(const struct der_element *e, struct tnauth_entry *out)
{
	switch (e->tag) {
	case DER_CONTEXT_0:
		out->kind = TNAUTH_SPC;
		return der_only(e->content, DER_IA5_STRING, &out->text) &&
		       is_ia5(out->text);
	case DER_CONTEXT_1:
		out->kind = TNAUTH_RANGE;
		return read_range(e->content, out);
	case DER_CONTEXT_2:
		out->kind = TNAUTH_ONE;
		return der_only(e->content, DER_IA5_STRING, &out->text) &&
		       is_number(out->text);
	}
	return false;
}

/* Elements of the list; 0 if it breaks off. */
static size_t count_entries(struct slice list)
{
	struct der_element e;
	size_t n = 0;

	for (; list.len > 0; n++)
		if (!der_next(&list, &e))
			return 0;
	return n;
}

static bool read_entries(struct slice list, struct tnauth *t)
{
	struct der_element e;

	while (list.len > 0) {
		if (!der_next(&list, &e) ||
		    !read_entry(&e, &t->entries[t->count]))
			return false;
		t->count++;
	}
	return true;
}

enum err tnauth_read(struct slice der, struct tnauth *out)
{
	struct tnauth t = { .is_there = true };
	struct slice list;
	size_t room = 0;

	if (der_only(der, DER_SEQUENCE, &list))
		room = count_entries(list);
	if (room == 0) {
		t.is_malformed = true;
		*out = t;
		return ERR_OK;
	}
	t.entries = calloc(room, sizeof(*t.entries));
	if (t.entries == NULL)
		return ERR_NOMEM;
	if (!read_entries(list, &t)) {
		tnauth_free(&t);
		t.is_there = true;
		t.is_malformed = true;
	}
	*out = t;
	return ERR_OK;
}

void tnauth_free(struct tnauth *t)
{
	free(t->entries);
	*t = (struct tnauth){ .entries = NULL };
}

static bool entry_covers(const struct tnauth_entry *e, struct slice tn)
{
	uint64_t start;
	uint64_t n;

	switch (e->kind) {
	case TNAUTH_ONE:
		return slice_eq(e->text, tn);
	case TNAUTH_RANGE:
		return tn.len == e->text.len && digits_value(tn, &n) &&
		       digits_value(e->text, &start) && n >= start &&
		       n - start < e->count;
	case TNAUTH_SPC:
	case TNAUTH_KINDS:
		return false;
	}
	return false;
}

enum cert_covers tnauth_covers(const struct tnauth *t, struct slice tn)
{
	enum cert_covers found = CERT_COVERS_NO;

	for (size_t i = 0; i < t->count; i++) {
		if (entry_covers(&t->entries[i], tn))
			return CERT_COVERS_YES;
		if (t->entries[i].kind == TNAUTH_SPC)
			found = CERT_COVERS_BY_SPC;
	}
	return found;
}
