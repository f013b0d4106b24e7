/* Key logs, private keys, sessions; files are made in a folder of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "../../../src/stream/keys_find.h"
#include "../../../src/stream/keys_store.h"
#include "sipmon/base/buf.h"

#define RANDOM_A                                                               \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RANDOM_B                                                               \
	"F00102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define HEX_32                                                                 \
	"aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899"
#define HEX_48 HEX_32 "0123456789abcdef0123456789ABCDEF"

#define TEXT_MAX ((size_t)8 * 1024 * 1024)

static struct keys *new_keys(void)
{
	struct keys *k = NULL;

	assert_int_equal(keys_new(&k), ERR_OK);
	return k;
}

static struct keys *keys_of(const char *text)
{
	struct keys *k = new_keys();

	keys_add_log(k, slice_of(text));
	return k;
}

/* 00 01 .. 1f, or f0 01 .. 1f. */
static const uint8_t *random_of(char which)
{
	static uint8_t bytes[TLS_RANDOM_BYTES];

	for (uint8_t i = 0; i < TLS_RANDOM_BYTES; i++)
		bytes[i] = i;
	if (which == 'b')
		bytes[0] = 0xf0;
	return bytes;
}

/* Length of the secret; 0 if there is none. */
static size_t found(struct keys *k, enum keys_label label, char which)
{
	struct tls_secret s = { .len = 0 };

	if (!keys_find(k, label, random_of(which), &s))
		return 0;
	assert_int_equal(s.bytes[0], 0xaa);
	assert_int_equal(s.bytes[15], 0x99);
	assert_int_equal(s.bytes[31], 0x99);
	if (s.len == 48) {
		assert_int_equal(s.bytes[32], 0x01);
		assert_int_equal(s.bytes[47], 0xef);
	}
	return s.len;
}

/* ---- lines */

static void each_label_has_its_secret(void **state)
{
	static const char *const labels[KEYS_LABELS] = {
		[KEYS_MASTER] = "CLIENT_RANDOM",
		[KEYS_CLIENT_EARLY] = "CLIENT_EARLY_TRAFFIC_SECRET",
		[KEYS_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		[KEYS_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
		[KEYS_CLIENT_TRAFFIC] = "CLIENT_TRAFFIC_SECRET_0",
		[KEYS_SERVER_TRAFFIC] = "SERVER_TRAFFIC_SECRET_0",
	};

	(void)state;
	for (unsigned i = 0; i < KEYS_LABELS; i++) {
		struct buf text;
		struct keys *k;

		buf_init(&text, TEXT_MAX);
		buf_add_format(&text, "# by hand\r\n%s %s %s\r\n", labels[i],
			       RANDOM_B, HEX_48);
		k = new_keys();
		assert_false(keys_has_any(k));
		keys_add_log(k, buf_slice(&text));
		assert_true(keys_has_any(k));
		for (unsigned j = 0; j < KEYS_LABELS; j++) {
			assert_int_equal(found(k, j, 'b'), i == j ? 48 : 0);
			assert_int_equal(found(k, j, 'a'), 0);
		}
		keys_free(k);
		buf_free(&text);
	}
}

static void what_is_no_line_of_a_key_log_is_passed_over(void **state)
{
	static const char *const junk[] = {
		"",
		"\n\r\n \n",
		"CLIENT_RANDOM",
		"CLIENT_RANDOM ",
		"CLIENT_RANDOM " RANDOM_A,
		"CLIENT_RANDOM " RANDOM_A " ",
		"CLIENT_RANDOM " RANDOM_A " " HEX_32,
		"CLIENT_RANDOM " RANDOM_A " " HEX_48 "00",
		"CLIENT_RANDOM " RANDOM_A " " HEX_48 "0",
		"CLIENT_RANDOM " RANDOM_A "00 " HEX_48,
		"CLIENT_RANDOM 00 " HEX_48,
		"CLIENT_RANDOM " RANDOM_A " g" HEX_48,
		"CLIENT_RANDOM " RANDOM_A "  " HEX_32 " " HEX_32,
		"client_random " RANDOM_A " " HEX_48,
		" # CLIENT_RANDOM " RANDOM_A " " HEX_48,
		"CLIENT_TRAFFIC_SECRET_N " RANDOM_A " " HEX_48,
		"CLIENT_TRAFFIC_SECRET_0 " RANDOM_A " " HEX_32 "0011",
		"EXPORTER_SECRET " RANDOM_A " " HEX_48,
		"RSA",
		"RSA 00112233445566 " HEX_48,
		"RSA 001122334455667788 " HEX_48,
		"RSA 0011223344556677 " HEX_32,
		"RSA Session-ID: Master-Key:" HEX_48,
		"RSA Session-ID:0011 Master-Key:" HEX_32,
		"RSA Session-ID:0011 Master-Kez:" HEX_48,
		"RSA Session-ID:" RANDOM_A "00 Master-Key:" HEX_48,
		"RSA Session-ID:001 Master-Key:" HEX_48,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct keys *k = keys_of(junk[i]);

		keys_add_log(k, SLICE("\n"));
		if (keys_has_any(k))
			fail_msg("taken: %s", junk[i]);
		keys_free(k);
	}
}

static void a_line_of_any_length_is_passed_over(void **state)
{
	static const size_t lengths[] = { 200, 255, 256, 257, 1000, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct keys *k = new_keys();
		struct buf text;

		buf_init(&text, TEXT_MAX);
		while (text.len < lengths[i])
			buf_add_char(&text, 'a');
		/* In one portion, and in many. */
		keys_add_log(k, buf_slice(&text));
		for (size_t j = 0; j < 1000; j++)
			keys_add_log(k, SLICE("ab"));
		/* It goes on here, and ends. */
		keys_add_log(k, SLICE("CLIENT_RANDOM " RANDOM_A " " HEX_48 "\n"
				      "SERVER_TRAFFIC_SECRET_0 " RANDOM_A
				      " " HEX_32 "\n"));
		assert_int_equal(found(k, KEYS_MASTER, 'a'), 0);
		assert_int_equal(found(k, KEYS_SERVER_TRAFFIC, 'a'), 32);
		buf_free(&text);
		keys_free(k);
	}
}

static void a_line_may_be_cut_anywhere(void **state)
{
	static const char text[] =
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM_A " " HEX_48 "\r\n"
		"CLIENT_RANDOM " RANDOM_B " " HEX_48 "\n"
		"# end\n";

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		struct keys *k = new_keys();

		keys_add_log(k, (struct slice){ text, i });
		keys_add_log(k,
			     (struct slice){ text + i, sizeof(text) - 1 - i });
		assert_int_equal(found(k, KEYS_CLIENT_HANDSHAKE, 'a'), 48);
		assert_int_equal(found(k, KEYS_MASTER, 'b'), 48);
		keys_free(k);
	}
}

static void a_last_line_needs_no_end(void **state)
{
	struct keys *k = keys_of("CLIENT_RANDOM " RANDOM_A " " HEX_48);

	(void)state;
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 48);
	/* The next block of secrets begins a line of its own. */
	keys_add_log(k, SLICE("CLIENT_RANDOM " RANDOM_B " " HEX_48));
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 48);
	keys_free(k);
}

static void half_a_secret_is_replaced_by_the_whole(void **state)
{
	struct keys *k =
		keys_of("CLIENT_TRAFFIC_SECRET_0 " RANDOM_A " " HEX_32);
	uint64_t before = keys_generation(k);

	(void)state;
	assert_int_equal(found(k, KEYS_CLIENT_TRAFFIC, 'a'), 32);
	keys_add_log(k, SLICE("0123456789abcdef0123456789ABCDEF\n"));
	assert_int_equal(found(k, KEYS_CLIENT_TRAFFIC, 'a'), 48);
	assert_true(keys_generation(k) > before);
	keys_free(k);
}

static void the_generation_rises_with_new_secrets_only(void **state)
{
	static const char line[] = "CLIENT_RANDOM " RANDOM_A " " HEX_48 "\n";
	struct keys *k = new_keys();
	uint64_t none = keys_generation(k);
	uint64_t one;

	(void)state;
	keys_add_log(k, slice_of(line));
	one = keys_generation(k);
	assert_true(one > none);
	keys_add_log(k, slice_of(line));
	keys_add_log(k, SLICE("# nothing\n"));
	assert_int_equal(keys_generation(k), one);
	keys_free(k);
}

/* ---- sessions and premaster secrets by their names */

static void a_session_is_found_by_its_line_or_as_remembered(void **state)
{
	const struct slice id = { "\x01\xab", 2 };
	struct keys *k = keys_of("RSA Session-ID:01Ab Master-Key:" HEX_48 "\n");
	struct tls_secret master = { { 7 }, 48 };
	struct tls_secret s;
	char ticket[3000];

	(void)state;
	assert_true(keys_find_session(k, id, &s));
	assert_int_equal(s.len, 48);
	assert_int_equal(s.bytes[0], 0xaa);
	assert_false(keys_find_session(k, (struct slice){ "\x01", 1 }, &s));
	assert_false(keys_find_session(k, SLICE(""), &s));

	memset(ticket, 'T', sizeof(ticket));
	keys_remember_session(k, (struct slice){ ticket, 3000 }, &master);
	keys_remember_session(k, SLICE(""), &master);
	assert_true(keys_find_session(k, (struct slice){ ticket, 3000 }, &s));
	assert_int_equal(s.bytes[0], 7);
	assert_false(keys_find_session(k, (struct slice){ ticket, 2999 }, &s));
	assert_false(keys_find_session(k, SLICE(""), &s));
	keys_free(k);
}

static void of_many_sessions_the_oldest_goes(void **state)
{
	struct keys *k = new_keys();
	struct tls_secret master = { { 7 }, 48 };
	struct tls_secret s;
	char id[16];

	(void)state;
	for (int i = 0; i < 4096 + 100; i++) {
		snprintf(id, sizeof(id), "%d", i);
		keys_remember_session(k, slice_of(id), &master);
	}
	assert_false(keys_find_session(k, SLICE("0"), &s));
	assert_false(keys_find_session(k, SLICE("99"), &s));
	assert_true(keys_find_session(k, SLICE("100"), &s));
	assert_true(keys_find_session(k, SLICE("4195"), &s));
	keys_free(k);
}

static void a_store_never_holds_more_than_its_ceiling(void **state)
{
	struct keys_store store;
	struct keys_name name = { .label = 0 };
	struct tls_secret s;

	(void)state;
	keys_store_init(&store, 100);
	for (unsigned i = 0; i < 1000; i++) {
		name.bytes[0] = (uint8_t)(i >> 8);
		name.bytes[1] = (uint8_t)i;
		keys_store_put(&store, &name, name.bytes, 32);
		assert_true(store.slab.used <= 100);
		assert_true(keys_store_find(&store, &name, &s));
		assert_int_equal(s.bytes[1], name.bytes[1]);
	}
	assert_int_equal(store.map.count, 100);
	for (unsigned i = 0; i < 1000; i++) {
		name.bytes[0] = (uint8_t)(i >> 8);
		name.bytes[1] = (uint8_t)i;
		assert_int_equal(keys_store_find(&store, &name, &s), i >= 900);
	}
	keys_store_free(&store);
}

static void a_premaster_is_found_by_how_it_begins_encrypted(void **state)
{
	struct keys *k = keys_of("RSA 0011223344556677 " HEX_48 "\n");
	struct tls_secret s;

	(void)state;
	assert_true(keys_find_premaster(
		k, (struct slice){ "\0\x11\x22\x33\x44\x55\x66\x77rest", 12 },
		0x0303, &s));
	assert_int_equal(s.len, 48);
	assert_int_equal(s.bytes[1], 0xbb);
	assert_false(keys_find_premaster(
		k, (struct slice){ "\0\x11\x22\x33\x44\x55\x66\x78rest", 12 },
		0x0303, &s));
	assert_false(keys_find_premaster(k, SLICE("short"), 0x0303, &s));
	keys_free(k);
}

/* ---- files */

struct folder {
	char path[64];
	char file[96];
	char other[96];
};

static int folder_new(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "/tmp/sipmon-test-XXXXXX");
	if (mkdtemp(f->path) == NULL)
		return -1;
	snprintf(f->file, sizeof(f->file), "%s/file", f->path);
	snprintf(f->other, sizeof(f->other), "%s/other", f->path);
	*state = f;
	return 0;
}

static int folder_free(void **state)
{
	struct folder *f = *state;

	(void)unlink(f->file);
	(void)unlink(f->other);
	(void)rmdir(f->path);
	free(f);
	return 0;
}

static void write_text(const char *path, const char *mode, const char *text)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static struct keys *opened(const char *path)
{
	struct keys *k = new_keys();
	struct problem problem;

	assert_int_equal(keys_open_log(k, path, &problem), ERR_OK);
	return k;
}

static void a_file_that_grows_is_read_on(void **state)
{
	const struct folder *f = *state;
	struct keys *k;
	uint64_t before;

	write_text(f->file, "w", "CLIENT_RANDOM " RANDOM_A " " HEX_48 "\nCLI");
	k = opened(f->file);
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 48);
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 0);
	before = keys_generation(k);
	write_text(f->file, "a", "ENT_RANDOM " RANDOM_B " ");
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 0);
	write_text(f->file, "a", HEX_48 "\n");
	assert_true(keys_generation(k) > before);
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 48);
	write_text(f->file, "a",
		   "SERVER_TRAFFIC_SECRET_0 " RANDOM_A " " HEX_32 "\n");
	assert_int_equal(found(k, KEYS_SERVER_TRAFFIC, 'a'), 32);
	keys_free(k);
}

static void an_empty_file_may_be_filled_later(void **state)
{
	const struct folder *f = *state;
	struct keys *k;

	write_text(f->file, "w", "");
	k = opened(f->file);
	assert_true(keys_has_any(k));
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 0);
	write_text(f->file, "w", "CLIENT_RANDOM " RANDOM_A " " HEX_48);
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 48);
	keys_free(k);
}

static void a_file_that_became_shorter_is_read_from_its_beginning(void **state)
{
	const struct folder *f = *state;
	struct keys *k;

	write_text(f->file, "w",
		   "# a comment that makes it longer\n"
		   "CLIENT_RANDOM " RANDOM_A " " HEX_48 "\nCLIENT_");
	k = opened(f->file);
	write_text(f->file, "w", "CLIENT_RANDOM " RANDOM_B " " HEX_48 "\n");
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 48);
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 48);
	keys_free(k);
}

static void a_file_that_was_replaced_is_read_from_its_beginning(void **state)
{
	const struct folder *f = *state;
	struct keys *k;

	write_text(f->file, "w", "CLIENT_RANDOM " RANDOM_A " " HEX_48 "\n");
	k = opened(f->file);
	write_text(f->other, "w",
		   "# and it is longer\n"
		   "CLIENT_RANDOM " RANDOM_B " " HEX_48 "\n");
	assert_int_equal(rename(f->other, f->file), 0);
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 48);
	/* While there is none under that name, the old one is read. */
	assert_int_equal(rename(f->file, f->other), 0);
	write_text(f->other, "a",
		   "SERVER_TRAFFIC_SECRET_0 " RANDOM_A " " HEX_32 "\n");
	assert_int_equal(found(k, KEYS_SERVER_TRAFFIC, 'a'), 32);
	keys_free(k);
}

static void a_pipe_is_read_without_waiting(void **state)
{
	const struct folder *f = *state;
	struct keys *k;
	FILE *writer;

	assert_int_equal(mkfifo(f->file, 0600), 0);
	k = opened(f->file);
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 0);
	writer = fopen(f->file, "w");
	assert_non_null(writer);
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 0);
	assert_true(fputs("CLIENT_RANDOM " RANDOM_A " " HEX_48 "\n", writer) >=
		    0);
	assert_int_equal(fflush(writer), 0);
	assert_int_equal(found(k, KEYS_MASTER, 'a'), 48);
	fclose(writer);
	assert_int_equal(found(k, KEYS_MASTER, 'b'), 0);
	keys_free(k);
}

static void assert_problem(const struct problem *problem, const char *path,
			   const char *why)
{
	assert_int_equal(strncmp(problem->text, path, strlen(path)), 0);
	if (strstr(problem->text, why) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", problem->text, why);
}

static void what_cannot_be_read_is_told(void **state)
{
	const struct folder *f = *state;
	struct problem problem = { "" };
	struct keys *k = new_keys();

	assert_int_equal(keys_open_log(k, f->file, &problem), ERR_SYSTEM);
	assert_problem(&problem, f->file, "No such file");
	assert_int_equal(keys_open_log(k, f->path, &problem), ERR_SYSTEM);
	assert_problem(&problem, f->path, "directory");
	assert_int_equal(keys_open_private(k, f->file, &problem), ERR_SYSTEM);
	assert_problem(&problem, f->file, "No such file");
	assert_int_equal(keys_open_private(k, f->path, &problem), ERR_SYSTEM);
	assert_problem(&problem, f->path, "directory");
	assert_false(keys_has_any(k));
	keys_free(k);
}

static void more_files_than_the_ceiling_are_refused(void **state)
{
	const struct folder *f = *state;
	struct problem problem = { "" };
	struct keys *k = new_keys();

	write_text(f->file, "w", "");
	for (int i = 0; i < 16; i++)
		assert_int_equal(keys_open_log(k, f->file, &problem), ERR_OK);
	assert_int_equal(keys_open_log(k, f->file, &problem), ERR_LIMIT);
	assert_problem(&problem, f->file, "16 key logs");
	keys_free(k);
}

/* ---- private keys */

enum form {
	PKCS8,
	PKCS1,
	DER,
	DER_PKCS1,
	PEM_LOCKED,
	PKCS1_LOCKED,
	DER_LOCKED
};

static void write_key(const char *path, EVP_PKEY *key, enum form form)
{
	const EVP_CIPHER *lock = form >= PEM_LOCKED ? EVP_aes_128_cbc() : NULL;
	char word[] = "secret";
	BIO *out = BIO_new_file(path, "w");
	int done = 0;

	assert_non_null(out);
	if (form == PKCS8 || form == PEM_LOCKED)
		done = PEM_write_bio_PKCS8PrivateKey(out, key, lock,
						     lock ? word : NULL,
						     lock ? 6 : 0, NULL, NULL);
	if (form == PKCS1 || form == PKCS1_LOCKED)
		done = PEM_write_bio_PrivateKey_traditional(
			out, key, lock, lock ? (unsigned char *)word : NULL,
			lock ? 6 : 0, NULL, NULL);
	if (form == DER || form == DER_LOCKED)
		done = i2d_PKCS8PrivateKey_bio(out, key, lock,
					       lock ? word : NULL, lock ? 6 : 0,
					       NULL, NULL);
	if (form == DER_PKCS1)
		done = i2d_PrivateKey_bio(out, key);
	assert_int_equal(done, 1);
	assert_int_equal(BIO_free(out), 1);
}

/* A premaster secret of `len` bytes that begins with 03 03, encrypted. */
static struct slice encrypt(EVP_PKEY *key, size_t len, uint8_t *out,
			    size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t premaster[64] = { 3, 3 };

	for (uint8_t i = 2; i < len; i++)
		premaster[i] = i;
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING),
			 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, &size, premaster, len), 1);
	EVP_PKEY_CTX_free(ctx);
	return (struct slice){ (const char *)out, size };
}

static void a_private_key_gives_the_premaster_secret(void **state)
{
	const struct folder *f = *state;
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_PKEY *another = EVP_RSA_gen(2048);
	uint8_t bytes[256];
	struct slice encrypted;

	assert_non_null(key);
	assert_non_null(another);
	for (int form = PKCS8; form <= DER_PKCS1; form++) {
		struct problem problem = { "" };
		struct keys *k = new_keys();
		struct tls_secret s = { .len = 0 };

		write_key(f->file, key, (enum form)form);
		write_key(f->other, another, PKCS8);
		encrypted = encrypt(key, 48, bytes, sizeof(bytes));
		assert_int_equal(keys_open_private(k, f->other, &problem),
				 ERR_OK);
		assert_true(keys_has_any(k));
		assert_false(keys_find_premaster(k, encrypted, 0x0303, &s));
		if (keys_open_private(k, f->file, &problem) != ERR_OK)
			fail_msg("form %d: %s", form, problem.text);
		assert_true(keys_find_premaster(k, encrypted, 0x0303, &s));
		assert_int_equal(s.len, 48);
		assert_int_equal(s.bytes[1], 3);
		assert_int_equal(s.bytes[47], 47);
		keys_free(k);
	}
	EVP_PKEY_free(key);
	EVP_PKEY_free(another);
}

static void what_is_no_premaster_secret_is_not_taken(void **state)
{
	const struct folder *f = *state;
	EVP_PKEY *key = EVP_RSA_gen(2048);
	struct problem problem = { "" };
	struct keys *k = new_keys();
	struct tls_secret s = { .len = 0 };
	uint8_t bytes[256];
	struct slice encrypted;

	write_key(f->file, key, PKCS8);
	assert_int_equal(keys_open_private(k, f->file, &problem), ERR_OK);
	encrypted = encrypt(key, 48, bytes, sizeof(bytes));
	assert_false(keys_find_premaster(k, encrypted, 0x0302, &s));
	assert_false(keys_find_premaster(k, slice_sub(encrypted, 0, 255),
					 0x0303, &s));
	assert_false(keys_find_premaster(k, SLICE("8 bytes."), 0x0303, &s));
	bytes[100] ^= 1;
	assert_false(keys_find_premaster(k, encrypted, 0x0303, &s));
	assert_false(keys_find_premaster(
		k, encrypt(key, 47, bytes, sizeof(bytes)), 0x0303, &s));
	assert_false(keys_find_premaster(
		k, encrypt(key, 49, bytes, sizeof(bytes)), 0x0303, &s));
	assert_int_equal(s.len, 0);
	keys_free(k);
	EVP_PKEY_free(key);
}

static void a_key_that_is_locked_is_told(void **state)
{
	const struct folder *f = *state;
	EVP_PKEY *key = EVP_RSA_gen(2048);

	for (int form = PEM_LOCKED; form <= DER_LOCKED; form++) {
		struct problem problem = { "" };
		struct keys *k = new_keys();

		write_key(f->file, key, (enum form)form);
		assert_int_equal(keys_open_private(k, f->file, &problem),
				 ERR_UNSUPPORTED);
		assert_problem(&problem, f->file, "encrypted");
		keys_free(k);
	}
	EVP_PKEY_free(key);
}

static void what_is_no_rsa_key_is_told(void **state)
{
	const struct folder *f = *state;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct problem problem = { "" };
	struct keys *k = new_keys();

	for (int form = PKCS8; form <= DER_PKCS1; form++) {
		write_key(f->file, key, (enum form)form);
		assert_int_equal(keys_open_private(k, f->file, &problem),
				 ERR_UNSUPPORTED);
		assert_problem(&problem, f->file, "not an RSA key");
	}
	write_text(f->file, "w", "");
	assert_int_equal(keys_open_private(k, f->file, &problem),
			 ERR_MALFORMED);
	assert_problem(&problem, f->file, "no private key");
	write_text(f->file, "w",
		   "-----BEGIN PRIVATE KEY-----\nAAAA\n"
		   "-----END PRIVATE KEY-----\n");
	assert_int_equal(keys_open_private(k, f->file, &problem),
			 ERR_MALFORMED);
	assert_int_equal(keys_open_private(k, "/dev/zero", &problem),
			 ERR_LIMIT);
	assert_problem(&problem, "/dev/zero", "too large");
	assert_false(keys_has_any(k));
	keys_free(k);
	EVP_PKEY_free(key);
}

#define in_folder(test)                                                        \
	cmocka_unit_test_setup_teardown(test, folder_new, folder_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_label_has_its_secret),
		cmocka_unit_test(what_is_no_line_of_a_key_log_is_passed_over),
		cmocka_unit_test(a_line_of_any_length_is_passed_over),
		cmocka_unit_test(a_line_may_be_cut_anywhere),
		cmocka_unit_test(a_last_line_needs_no_end),
		cmocka_unit_test(half_a_secret_is_replaced_by_the_whole),
		cmocka_unit_test(the_generation_rises_with_new_secrets_only),
		cmocka_unit_test(
			a_session_is_found_by_its_line_or_as_remembered),
		cmocka_unit_test(of_many_sessions_the_oldest_goes),
		cmocka_unit_test(a_store_never_holds_more_than_its_ceiling),
		cmocka_unit_test(
			a_premaster_is_found_by_how_it_begins_encrypted),
		in_folder(a_file_that_grows_is_read_on),
		in_folder(an_empty_file_may_be_filled_later),
		in_folder(
			a_file_that_became_shorter_is_read_from_its_beginning),
		in_folder(a_file_that_was_replaced_is_read_from_its_beginning),
		in_folder(a_pipe_is_read_without_waiting),
		in_folder(what_cannot_be_read_is_told),
		in_folder(more_files_than_the_ceiling_are_refused),
		in_folder(a_private_key_gives_the_premaster_secret),
		in_folder(what_is_no_premaster_secret_is_not_taken),
		in_folder(a_key_that_is_locked_is_told),
		in_folder(what_is_no_rsa_key_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
