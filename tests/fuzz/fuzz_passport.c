/*
 * A line that is the header of a token, and what is its payload, as JSON; then
 * all of it as a token.  The laws: each way of a token has what its form has;
 * what base64url makes of bytes it takes back; a text that is canonical is what
 * jansson writes of it, but for escapes; claims that do not fail are there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/identity/claims.h"
#include "../../src/identity/token.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

static void require_party(const struct identity_party *p)
{
	require(slice_is_set(p->text));
	for (size_t i = 0; p->is_tn && i < p->text.len; i++)
		require(memchr("0123456789#*", p->text.ptr[i], 12) != NULL);
	require(!p->is_tn || p->text.len > 0);
}

static void require_claims(const struct memory *m, const struct token *t,
			   enum ppt ppt)
{
	struct claims c;

	claims_read(m, t->payload, ppt, &c);
	require(!c.no_memory && (c.failed != 0) == (c.why != NULL));
	if (c.has_orig)
		require_party(&c.orig);
	if (c.has_div)
		require_party(&c.div);
	for (unsigned i = 0; i < c.dest_count; i++)
		require_party(&c.dest[i]);
	for (unsigned i = 0; i < c.mky_count; i++)
		require(slice_is_set(c.mky[i].alg) &&
			slice_is_set(c.mky[i].dig));
	for (unsigned i = 0; i < c.rph_count; i++)
		require(slice_is_set(c.rph[i]));
	if (t->payload == NULL || c.failed != 0)
		return;
	require(c.has_iat && c.has_orig && c.dest_count > 0);
	require(c.has_div == (ppt == PPT_DIV || ppt == PPT_DIV_O));
	require(c.has_rph == (ppt == PPT_RPH));
	require((c.attest_letter != ATTEST_NONE) == (ppt == PPT_SHAKEN));
}

static void require_token(const struct memory *m, struct slice text)
{
	struct token t;

	token_read(m, text, &t);
	require(!t.no_memory);
	require(t.has_parts ||
		(t.failed & VERDICT_BIT(VERDICT_MALFORMED_TOKEN)) != 0);
	require(!t.has_parts || slice_is_set(t.signature));
	require(!t.is_compact || (t.jose == NULL && t.payload == NULL));
	require(t.failed != 0 || t.is_compact ||
		(t.jose != NULL && t.payload != NULL));
	for (int ppt = PPT_BASELINE; ppt <= PPT_UNKNOWN; ppt++)
		require_claims(m, &t, (enum ppt)ppt);
	token_free(&t);
}

static void require_canonical(const struct memory *m, struct slice jose,
			      struct slice payload)
{
	struct slice h = base64url_encode(m, jose);
	struct slice p = base64url_encode(m, payload);
	size_t len = h.len + p.len + 2;
	char *text = malloc(len);
	struct token t;

	require(text != NULL);
	if (h.len > 0)
		memcpy(text, h.ptr, h.len);
	text[h.len] = '.';
	if (p.len > 0)
		memcpy(text + h.len + 1, p.ptr, p.len);
	text[len - 1] = '.';
	require_token(m, (struct slice){ text, len });
	token_read(m, (struct slice){ text, len }, &t);
	if (t.has_parts)
		require(slice_eq(t.jose_text, jose) &&
			slice_eq(t.payload_text, payload));
	if (t.failed == 0 && t.caveats == 0) {
		char *again =
			json_dumps(t.payload, JSON_COMPACT | JSON_SORT_KEYS);

		require(again != NULL);
		require(strchr(again, '\\') != NULL ||
			strstr(again, "true") != NULL ||
			slice_eq(slice_of(again), payload));
		free(again);
	}
	token_free(&t);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct memory m = { &arena, arena_pool_new() };
	struct slice bytes = { (const char *)data, size };
	struct slice payload;
	struct slice jose = slice_split(bytes, '\n', &payload);

	require(m.pool != NULL);
	require_token(&m, bytes);
	require_canonical(&m, jose, payload);
	arena_reset(&arena, m.pool);
	arena_pool_free(m.pool);
	return 0;
}
