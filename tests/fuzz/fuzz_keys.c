/*
 * Any bytes as a key log.  The law: whatever came before, a good line is
 * found; and what the text gives at once, it gives in portions too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/stream/keys_find.h"

#define SECRET_BYTES 48

static void require(int truth)
{
	if (!truth)
		abort();
}

/* A line with the client random 42 42 .. and the secret ab ab .. */
static void add_good_line(struct keys *k)
{
	char line[2 * (TLS_RANDOM_BYTES + SECRET_BYTES)];

	memset(line, '4', 2 * TLS_RANDOM_BYTES);
	for (size_t i = 1; i < (size_t)2 * TLS_RANDOM_BYTES; i += 2)
		line[i] = '2';
	for (size_t i = (size_t)2 * TLS_RANDOM_BYTES; i < sizeof(line); i++)
		line[i] = i % 2 == 0 ? 'a' : 'B';
	keys_add_log(k, SLICE("\nCLIENT_RANDOM "));
	keys_add_log(k, (struct slice){ line, (size_t)2 * TLS_RANDOM_BYTES });
	keys_add_log(k, SLICE(" "));
	keys_add_log(k, (struct slice){ line + 2 * TLS_RANDOM_BYTES,
					(size_t)2 * SECRET_BYTES });
	keys_add_log(k, SLICE("\r\n"));
}

static void require_good_line(struct keys *k)
{
	uint8_t random[TLS_RANDOM_BYTES];
	struct tls_secret s = { .len = 0 };

	memset(random, 0x42, sizeof(random));
	require(keys_find(k, KEYS_MASTER, random, &s));
	require(s.len == SECRET_BYTES && s.bytes[SECRET_BYTES - 1] == 0xab);
}

/* Names that come from the wire. */
static void look_up(struct keys *k, struct slice name)
{
	struct tls_secret s = { .len = 0 };
	struct tls_secret master = { { 1 }, SECRET_BYTES };

	if (keys_find_session(k, name, &s))
		require(s.len == SECRET_BYTES);
	if (keys_find_premaster(k, name, 0x0303, &s))
		require(s.len == SECRET_BYTES);
	keys_remember_session(k, name, &master);
	require(keys_find_session(k, name, &s) == (name.len > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct keys *whole = NULL;
	struct keys *cut = NULL;
	size_t portion = size > 0 ? data[0] % 64 + (size_t)1 : 1;

	require(keys_new(&whole) == ERR_OK && keys_new(&cut) == ERR_OK);
	keys_add_log(whole, text);
	for (size_t at = 0; at < size; at += portion)
		keys_add_log(cut, slice_sub(text, at, portion));
	require(!keys_has_any(whole) || keys_has_any(cut));
	add_good_line(whole);
	add_good_line(cut);
	require_good_line(whole);
	require_good_line(cut);
	look_up(whole, text);
	keys_free(whole);
	keys_free(cut);
	return 0;
}
