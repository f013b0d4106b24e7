/*
 * Any bytes on their way to a terminal or into JSON.  The law: what is shown
 * is UTF-8 without control characters and takes the cells that were said, and
 * every step takes at least a byte.
 */
#include <stdint.h>
#include <stdlib.h>

#include "sipmon/base/json.h"
#include "sipmon/base/utf8.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

/* Cells of `s`, all of which must be fit for a terminal. */
static size_t cells_of_safe(struct slice s)
{
	size_t cells = 0;

	while (s.len > 0) {
		size_t before = s.len;
		int32_t cp = utf8_next(&s);

		require(s.len < before);
		require(cp >= 0x20 && !(cp >= 0x7f && cp <= 0x9f));
		require(!utf8_is_unsafe((uint32_t)cp));
		require(utf8_cells((uint32_t)cp) <= 2);
		cells += utf8_cells((uint32_t)cp);
	}
	return cells;
}

/* Code points and lone bytes of strangers, put back together. */
static void check_walk(struct slice s)
{
	while (s.len > 0) {
		struct slice before = s;
		char out[4];
		int32_t cp = utf8_next(&s);
		size_t taken = before.len - s.len;

		require(taken >= 1 && taken <= 4);
		if (cp < 0) {
			require(taken == 1);
			continue;
		}
		require(utf8_put((uint32_t)cp, out) == taken);
		require(slice_eq((struct slice){ out, taken },
				 slice_sub(before, 0, taken)));
	}
}

/* Between its quotes a JSON string is UTF-8 without control characters. */
static void check_json(struct slice s)
{
	struct buf b;
	struct json j;
	struct slice text;

	buf_init(&b, (size_t)1 << 24);
	json_init(&j, &b);
	json_put_slice(&j, NULL, s);
	text = buf_slice(&b);
	require(!b.failed && text.len >= 2);
	require(text.ptr[0] == '"' && text.ptr[text.len - 1] == '"');
	while (text.len > 0) {
		int32_t cp = utf8_next(&text);

		require(cp >= 0x20 && !(cp >= 0x7f && cp <= 0x9f));
	}
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { size > 0 ? (const char *)data : "", size };
	struct buf b;

	buf_init(&b, (size_t)1 << 24);
	utf8_show(&b, s);
	require(!b.failed);
	require(b.len <= 10 * size);
	require(cells_of_safe(buf_slice(&b)) == utf8_shown_cells(s));
	buf_free(&b);
	check_walk(s);
	check_json(s);
	return 0;
}
