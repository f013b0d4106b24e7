#include "token.h"

#include "json_text.h"

/* The parts between the dots; false if they are not three. */
static bool split(struct slice text, struct slice part[3])
{
	struct slice rest = text;

	for (unsigned i = 0; i < 3; i++) {
		if (!slice_is_set(rest))
			return false;
		part[i] = slice_split(rest, '.', &rest);
	}
	return !slice_is_set(rest);
}

/* Takes the reason why not into the token. */
static struct slice decode(const struct memory *m, struct slice text,
			   struct token *t)
{
	bool standard = false;
	struct slice bytes;

	if (!base64url_decode(m, text, &bytes, &standard)) {
		t->failed |= VERDICT_BIT(VERDICT_MALFORMED_TOKEN);
		t->has_parts = false;
	} else if (!slice_is_set(bytes)) {
		t->no_memory = true;
	}
	if (standard)
		t->caveats |= CAVEAT_BIT(CAVEAT_B64_STD_ALPHABET);
	return bytes;
}

/* NULL with the failure noted; `repeated` is that of a member which stands
 * twice. */
static json_t *load(struct token *t, struct slice text, enum verdict repeated)
{
	struct json_text json = { 0 };

	if (!slice_is_set(text))
		return NULL;
	switch (json_text_read(text, &json)) {
	case JSON_TEXT_GOOD:
		if (!json.is_canonical)
			t->caveats |= CAVEAT_BIT(CAVEAT_NON_CANONICAL_JSON);
		break;
	case JSON_TEXT_MALFORMED:
		t->failed |= VERDICT_BIT(VERDICT_MALFORMED_TOKEN);
		break;
	case JSON_TEXT_REPEATED:
		t->failed |= VERDICT_BIT(repeated);
		break;
	case JSON_TEXT_NO_MEMORY:
		t->no_memory = true;
		break;
	}
	return json.object;
}

/* A copy of the string `name`, absent if there is no such member, empty if it
 * is no string. */
static struct slice jose_string(const struct memory *m, struct token *t,
				const char *name)
{
	const json_t *value = json_object_get(t->jose, name);
	struct slice text = { json_string_value(value),
			      json_string_length(value) };
	struct slice copy;

	if (value != NULL && !slice_is_set(text))
		return SLICE("");
	copy = arena_copy(m->arena, m->pool, text);
	if (slice_is_set(text) && !slice_is_set(copy))
		t->no_memory = true;
	return copy;
}

static void read_jose(const struct memory *m, struct token *t)
{
	t->jose = load(t, t->jose_text, VERDICT_MALFORMED_TOKEN);
	if (t->jose == NULL)
		return;
	t->alg = jose_string(m, t, "alg");
	t->typ = jose_string(m, t, "typ");
	t->ppt = jose_string(m, t, "ppt");
	t->x5u = jose_string(m, t, "x5u");
	t->has_crit = json_object_get(t->jose, "crit") != NULL;
}

void token_read(const struct memory *m, struct slice text, struct token *out)
{
	struct slice part[3];
	bool is_full;

	*out = (struct token){ 0 };
	out->has_parts = split(text, part);
	is_full = out->has_parts && part[0].len > 0 && part[1].len > 0;
	out->is_compact = out->has_parts && part[0].len == 0 &&
			  part[1].len == 0 && part[2].len > 0;
	if (!is_full && !out->is_compact) {
		out->has_parts = false;
		out->failed = VERDICT_BIT(VERDICT_MALFORMED_TOKEN);
		return;
	}
	out->signature = decode(m, part[2], out);
	if (out->is_compact)
		return;
	out->signing_input = slice_sub(text, 0, part[0].len + 1 + part[1].len);
	out->jose_text = decode(m, part[0], out);
	out->payload_text = decode(m, part[1], out);
	read_jose(m, out);
	out->payload = load(out, out->payload_text, VERDICT_CLAIM_MALFORMED);
}

void token_free(struct token *t)
{
	json_decref(t->jose);
	json_decref(t->payload);
	t->jose = NULL;
	t->payload = NULL;
}
