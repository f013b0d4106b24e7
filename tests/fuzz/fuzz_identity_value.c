/*
 * Header lines of a request.  The laws: what is given out has no line end, a
 * token no blank, an URL no mark at its ends; unfolding twice is unfolding
 * once; no more values than there is room, and the rest is counted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/identity/value.h"

#define ROOM 4

static void require(int truth)
{
	if (!truth)
		abort();
}

static bool has(struct slice s, char c)
{
	return slice_find(s, c) < s.len;
}

static void require_value(const struct memory *m,
			  const struct identity_value *v)
{
	struct slice again = value_unfold(m, v->text);

	require(slice_is_set(v->text));
	require(again.ptr == v->text.ptr && again.len == v->text.len);
	require(!has(v->text, '\r') && !has(v->text, '\n'));
	require(!has(v->token, ' ') && !has(v->token, '\t') &&
		!has(v->token, ';') && !has(v->token, '\0'));
	require(v->is_legacy || v->failed != 0 || v->info.len > 0);
	require(!v->is_legacy || !slice_is_set(v->token));
	if (slice_is_set(v->info))
		require(v->info.ptr[-1] == '<' &&
			v->info.ptr[v->info.len] == '>');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char start[] = "INVITE sip:b SIP/2.0\r\n";
	struct arena arena = { 0 };
	struct memory m = { &arena, arena_pool_new() };
	struct slice bytes = { NULL, sizeof(start) - 1 + size };
	char *copy = malloc(bytes.len);
	struct identity_value all[64];
	struct identity_value some[ROOM];
	struct sip_msg msg;
	uint32_t left_out;
	uint32_t more;
	unsigned count;

	require(m.pool != NULL && copy != NULL);
	memcpy(copy, start, sizeof(start) - 1);
	if (size > 0)
		memcpy(copy + sizeof(start) - 1, data, size);
	bytes.ptr = copy;
	require(sip_msg_parse(&msg, bytes));
	count = identity_values(&m, &msg, all, 64, &left_out);
	require(count <= 64 && (count == 64 || left_out == 0));
	for (unsigned i = 0; i < count; i++)
		require_value(&m, &all[i]);
	more = identity_values(&m, &msg, some, ROOM, &left_out);
	require(more == (count < ROOM ? count : ROOM));
	require(count == 64 || more + left_out == count);
	for (unsigned i = 0; i < more; i++)
		require(slice_eq(some[i].text, all[i].text));
	free(copy);
	arena_reset(&arena, m.pool);
	arena_pool_free(m.pool);
	return 0;
}
