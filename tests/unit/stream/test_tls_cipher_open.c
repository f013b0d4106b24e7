/*
 * Records as OpenSSL makes them, of every suite that it offers, opened with
 * its key log.  Each is first broken in many places: none of that may open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "../../../src/stream/tls_cipher.h"
#include "../../tools/tls_talk.h"
#include "sipmon/base/bytes.h"

#define SAID_MAX   ((size_t)256 * 1024)
#define LONG_TEXT  20000 /* more than a record holds */
#define SUITES_MIN 60

enum message {
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	END_OF_EARLY_DATA = 5,
	CLIENT_KEY_EXCHANGE = 16,
	FINISHED = 20,
	KEY_UPDATE = 24,
};

struct side {
	struct tls_cipher *cipher;
	struct buf said;
	unsigned opened;
};

/* Who listens; knows no more of TLS than this test needs. */
struct ear {
	struct keys *keys;
	const struct tls_suite *early; /* of the session that is resumed */
	const struct tls_suite *suite;
	uint16_t version;
	uint8_t client_random[TLS_RANDOM_BYTES];
	uint8_t server_random[TLS_RANDOM_BYTES];
	bool encrypt_then_mac;
	bool extended_master;
	struct slice encrypted; /* the premaster secret */
	struct buf handshake;   /* up to the ClientKeyExchange */
	struct side sides[2];   /* server, client */
};

static struct ear *ear_new(struct slice key_log)
{
	struct ear *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	assert_int_equal(keys_new(&e->keys), ERR_OK);
	keys_add_log(e->keys, key_log);
	buf_init(&e->handshake, SAID_MAX);
	buf_init(&e->sides[0].said, SAID_MAX);
	buf_init(&e->sides[1].said, SAID_MAX);
	return e;
}

static void ear_free(struct ear *e)
{
	for (int i = 0; i < 2; i++) {
		tls_cipher_free(e->sides[i].cipher);
		buf_free(&e->sides[i].said);
	}
	buf_free(&e->handshake);
	keys_free(e->keys);
	free(e);
}

/* ---- keys */

static void use_traffic(struct ear *e, struct side *s,
			const struct tls_suite *suite, enum keys_label label)
{
	struct tls_secret secret;

	assert_true(keys_find(e->keys, label, e->client_random, &secret));
	tls_cipher_free(s->cipher);
	s->cipher = NULL;
	assert_int_equal(tls_cipher_new_13(&s->cipher, suite, &secret), ERR_OK);
}

static void use_master(struct ear *e, struct side *s, bool of_client)
{
	struct tls_agreed a = { .suite = e->suite,
				.version = e->version,
				.encrypt_then_mac = e->encrypt_then_mac,
				.client_random = e->client_random,
				.server_random = e->server_random };

	assert_true(
		keys_find(e->keys, KEYS_MASTER, e->client_random, &a.master));
	tls_cipher_free(s->cipher);
	s->cipher = NULL;
	assert_int_equal(tls_cipher_new(&s->cipher, &a, of_client), ERR_OK);
}

/* ---- handshake */

static void hear_extensions(struct ear *e, struct bytes b)
{
	size_t left = bytes_be16(&b);

	while (left >= 4 && !b.failed) {
		uint16_t type = bytes_be16(&b);
		uint16_t len = bytes_be16(&b);
		const uint8_t *data = bytes_take(&b, len);

		left -= 4 + (size_t)len;
		if (type == 22)
			e->encrypt_then_mac = true;
		if (type == 23)
			e->extended_master = true;
		if (type == 43 && data != NULL)
			e->version = be16(data);
	}
	assert_false(b.failed);
}

static void hear_server_hello(struct ear *e, struct bytes b)
{
	const uint8_t *random;

	e->version = bytes_be16(&b);
	random = bytes_take(&b, TLS_RANDOM_BYTES);
	assert_non_null(random);
	memcpy(e->server_random, random, TLS_RANDOM_BYTES);
	assert_non_null(bytes_take(&b, bytes_u8(&b)));
	e->suite = tls_suite_find(bytes_be16(&b));
	assert_non_null(e->suite);
	(void)bytes_u8(&b);
	if (b.len > 0)
		hear_extensions(e, b);
	if (e->version == TLS_1_3) {
		use_traffic(e, &e->sides[0], e->suite, KEYS_SERVER_HANDSHAKE);
		if (e->early == NULL)
			use_traffic(e, &e->sides[1], e->suite,
				    KEYS_CLIENT_HANDSHAKE);
	}
}

static void hear_message(struct ear *e, bool of_client, uint8_t type,
			 struct slice body)
{
	struct bytes b = bytes_of(body.ptr, body.len);
	struct side *s = &e->sides[of_client];

	if (type == CLIENT_HELLO && s->cipher == NULL) {
		memcpy(e->client_random, body.ptr + 2, TLS_RANDOM_BYTES);
		if (e->early != NULL)
			use_traffic(e, s, e->early, KEYS_CLIENT_EARLY);
	} else if (type == SERVER_HELLO && s->cipher == NULL) {
		hear_server_hello(e, b);
	} else if (type == CLIENT_KEY_EXCHANGE && s->cipher == NULL) {
		e->encrypted = slice_sub(body, 2, SIZE_MAX);
	} else if (type == END_OF_EARLY_DATA) {
		use_traffic(e, s, e->suite, KEYS_CLIENT_HANDSHAKE);
	} else if (type == FINISHED && e->version == TLS_1_3) {
		use_traffic(e, s, e->suite,
			    of_client ? KEYS_CLIENT_TRAFFIC
				      : KEYS_SERVER_TRAFFIC);
	} else if (type == KEY_UPDATE) {
		assert_int_equal(tls_cipher_update(s->cipher), ERR_OK);
	}
}

static void hear_handshake(struct ear *e, bool of_client, struct slice text)
{
	if (!slice_is_set(e->encrypted))
		buf_add(&e->handshake, text);
	while (text.len > 0) {
		const uint8_t *p = (const uint8_t *)text.ptr;
		size_t len;

		assert_true(text.len >= 4);
		len = be32(p) & 0xffffff;
		assert_true(len <= text.len - 4);
		hear_message(e, of_client, p[0], slice_sub(text, 4, len));
		text = slice_sub(text, 4 + len, SIZE_MAX);
	}
}

/* ---- records */

/* In memory of its own length, so that no byte behind it is looked at. */
static void assert_closed(struct tls_cipher *c, const uint8_t *record,
			  size_t len, size_t flip)
{
	uint8_t *copy = malloc(len);
	struct buf out;
	uint8_t content = 99;

	assert_non_null(copy);
	memcpy(copy, record, len);
	if (flip < len)
		copy[flip] ^= (uint8_t)(1 << flip % 8);
	buf_init(&out, TLS_FRAGMENT_MAX);
	if (tls_cipher_open(c, copy,
			    (struct slice){ (const char *)copy + 5, len - 5 },
			    &out, &content) != ERR_MALFORMED ||
	    content != 99)
		fail_msg("%zu bytes with %zu changed were opened", len, flip);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	free(copy);
}

/* Changed and cut in each place, or in some of a long one. */
static void assert_only_whole(struct tls_cipher *c, uint16_t version,
			      const uint8_t *record, size_t len)
{
	size_t step = len < 400 ? 1 : len / 40;

	/* Before TLS 1.3 the length of the header is not protected. */
	for (size_t i = 0; i < len; i += step)
		if (version == TLS_1_3 || i < 3 || i >= 5)
			assert_closed(c, record, len, i);
	assert_closed(c, record, len, len - 1);
	for (size_t i = 5; i < len; i += step)
		assert_closed(c, record, i, SIZE_MAX);
}

static void hear_protected(struct ear *e, bool of_client, const uint8_t *record,
			   size_t len)
{
	struct side *s = &e->sides[of_client];
	struct buf out;
	uint8_t content = 0;

	assert_only_whole(s->cipher, e->version == 0 ? TLS_1_3 : e->version,
			  record, len);
	buf_init(&out, TLS_FRAGMENT_MAX);
	assert_int_equal(
		tls_cipher_open(
			s->cipher, record,
			(struct slice){ (const char *)record + 5, len - 5 },
			&out, &content),
		ERR_OK);
	s->opened++;
	if (content == TLS_APPLICATION_DATA)
		buf_add(&s->said, buf_slice(&out));
	if (content == TLS_HANDSHAKE)
		hear_handshake(e, of_client, buf_slice(&out));
	if (content == TLS_CHANGE_CIPHER_SPEC)
		fail_msg("sessions are not renegotiated here");
	buf_free(&out);
}

static void hear_record(struct ear *e, bool of_client, const uint8_t *record,
			size_t len)
{
	struct side *s = &e->sides[of_client];
	bool plain_ccs = record[0] == TLS_CHANGE_CIPHER_SPEC;

	if (plain_ccs && e->version != TLS_1_3 && e->early == NULL)
		use_master(e, s, of_client);
	else if (!plain_ccs && s->cipher != NULL)
		hear_protected(e, of_client, record, len);
	else if (record[0] == TLS_HANDSHAKE)
		hear_handshake(
			e, of_client,
			(struct slice){ (const char *)record + 5, len - 5 });
}

static struct ear *listen_to(const struct tls_talk *t,
			     const struct tls_suite *early)
{
	struct ear *e = ear_new(tls_talk_key_log(t));
	size_t count;
	const struct tls_talk_piece *pieces = tls_talk_pieces(t, &count);

	e->early = early;
	for (size_t i = 0; i < count; i++) {
		struct slice left = pieces[i].bytes;

		while (left.len > 0) {
			const uint8_t *p = (const uint8_t *)left.ptr;
			size_t len;

			assert_true(left.len > 5);
			len = be16(p + 3) + (size_t)5;
			assert_true(len <= left.len);
			hear_record(e, pieces[i].of_client, p, len);
			left = slice_sub(left, len, SIZE_MAX);
		}
	}
	return e;
}

/* ---- what is said */

static const char *long_text(void)
{
	static char text[LONG_TEXT];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 23);
	return text;
}

static void assert_said(const struct ear *e, const struct tls_talk_line *lines,
			size_t count)
{
	size_t at[2] = { 0, 0 };

	for (size_t i = 0; i < count; i++) {
		const struct buf *said = &e->sides[lines[i].of_client].said;
		size_t *from = &at[lines[i].of_client];

		if (lines[i].act != TLS_TALK_SAY &&
		    lines[i].act != TLS_TALK_EARLY)
			continue;
		assert_true(lines[i].text.len <= said->len - *from);
		assert_memory_equal(said->ptr + *from, lines[i].text.ptr,
				    lines[i].text.len);
		*from += lines[i].text.len;
	}
	assert_int_equal(at[0], e->sides[0].said.len);
	assert_int_equal(at[1], e->sides[1].said.len);
}

static void assert_heard(struct tls_talk *t, const struct tls_talk_options *o,
			 bool mac_outside)
{
	const struct tls_talk_line lines[] = {
		{ true, TLS_TALK_SAY, SLICE("OPTIONS sip:a SIP/2.0\r\n\r\n") },
		{ false, TLS_TALK_SAY, SLICE("SIP/2.0 200 OK\r\n\r\n") },
		{ true, TLS_TALK_SAY, { long_text(), LONG_TEXT } },
		{ true, TLS_TALK_SAY, SLICE("x") },
	};
	struct ear *e;

	if (!tls_talk_set(t, o) || !tls_talk_run(t, lines, 4, false))
		fail_msg("OpenSSL does not talk %s", o->suites);
	e = listen_to(t, NULL);
	assert_int_equal(e->version, o->version);
	assert_int_equal(e->encrypt_then_mac, mac_outside);
	assert_said(e, lines, 4);
	ear_free(e);
}

/* ---- suites */

/* Those that authenticate with a certificate that the server has. */
static bool is_talked(const SSL_CIPHER *c)
{
	int auth = SSL_CIPHER_get_auth_nid(c);
	int kx = SSL_CIPHER_get_kx_nid(c);

	return (auth == NID_auth_rsa || auth == NID_auth_ecdsa) &&
	       (kx == NID_kx_rsa || kx == NID_kx_dhe || kx == NID_kx_ecdhe);
}

static void assert_row(const SSL_CIPHER *c)
{
	const struct tls_suite *s =
		tls_suite_find(SSL_CIPHER_get_protocol_id(c));
	const EVP_MD *hash = SSL_CIPHER_get_handshake_digest(c);

	if (s == NULL)
		fail_msg("there is no row for %s", SSL_CIPHER_get_name(c));
	/* OpenSSL tells of old suites what they had before TLS 1.2. */
	assert_true(EVP_MD_is_a(hash, tls_suite_hash(s)) ||
		    (EVP_MD_is_a(hash, "MD5-SHA1") &&
		     strcmp(tls_suite_hash(s), "SHA256") == 0));
	assert_int_equal(tls_suite_is_rsa(s),
			 SSL_CIPHER_get_kx_nid(c) == NID_kx_rsa);
}

/* Each suite of OpenSSL that may be used in `version`; returns how many. */
static unsigned for_suites(struct tls_talk *t, struct tls_talk_options o)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());
	const STACK_OF(SSL_CIPHER) * all;
	unsigned count = 0;

	assert_non_null(ctx);
	assert_int_equal(
		SSL_CTX_set_cipher_list(ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"),
		1);
	all = SSL_CTX_get_ciphers(ctx);
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *c = sk_SSL_CIPHER_value(all, i);
		bool new = strcmp(SSL_CIPHER_get_version(c), "TLSv1.2") == 0;

		if (!is_talked(c) || (new &&o.version < TLS_1_2))
			continue;
		assert_row(c);
		o.suites = SSL_CIPHER_get_name(c);
		/* Without a cipher both ways are one, and it is agreed on. */
		assert_heard(t, &o,
			     !SSL_CIPHER_is_aead(c) && !o.no_encrypt_then_mac);
		count++;
	}
	SSL_CTX_free(ctx);
	return count;
}

static void every_suite_of_tls_1_2_is_opened(void **state)
{
	struct tls_talk_options o = { .version = TLS_1_2 };

	assert_true(for_suites(*state, o) >= SUITES_MIN);
}

static void every_suite_is_opened_with_the_mac_inside(void **state)
{
	struct tls_talk_options o = { .version = TLS_1_2,
				      .no_encrypt_then_mac = true,
				      .no_extended_master = true,
				      .no_tickets = true };

	assert_true(for_suites(*state, o) >= SUITES_MIN);
}

static void old_versions_are_opened(void **state)
{
	static const uint16_t versions[] = { TLS_1_0, TLS_1_1 };

	for (size_t i = 0; i < 2; i++) {
		struct tls_talk_options o = { .version = versions[i] };

		assert_true(for_suites(*state, o) >= 12);
		o.no_encrypt_then_mac = true;
		assert_true(for_suites(*state, o) >= 12);
	}
}

static void every_suite_of_tls_1_3_is_opened(void **state)
{
	static const char *const suites[] = {
		"TLS_AES_128_GCM_SHA256",       "TLS_AES_256_GCM_SHA384",
		"TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256",
		"TLS_AES_128_CCM_8_SHA256",
	};

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		struct tls_talk_options o = { .version = TLS_1_3,
					      .suites = suites[i] };

		assert_heard(*state, &o, false);
		o.padding_bytes = 256;
		o.no_middlebox = true;
		assert_heard(*state, &o, false);
	}
}

/* ---- more of TLS 1.3 */

static void updated_keys_are_followed(void **state)
{
	static const struct tls_talk_options o = { .version = TLS_1_3 };
	const struct tls_talk_line lines[] = {
		{ true, TLS_TALK_SAY, SLICE("before") },
		{ true, TLS_TALK_KEY_UPDATE, SLICE_NONE },
		{ true, TLS_TALK_SAY, SLICE("after") },
		{ false, TLS_TALK_KEY_UPDATE_ALL, SLICE_NONE },
		{ false, TLS_TALK_SAY, SLICE("both") },
		{ true, TLS_TALK_KEY_UPDATE, SLICE_NONE },
		{ true, TLS_TALK_SAY, SLICE("again") },
	};
	struct tls_talk *t = *state;
	struct ear *e;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, lines, 7, false));
	e = listen_to(t, NULL);
	assert_said(e, lines, 7);
	ear_free(e);
}

static void early_data_are_opened(void **state)
{
	static const struct tls_talk_options o = { .version = TLS_1_3 };
	const struct tls_talk_line lines[] = {
		{ true, TLS_TALK_EARLY, SLICE("early") },
		{ false, TLS_TALK_SAY, SLICE("heard") },
		{ true, TLS_TALK_SAY, SLICE("late") },
	};
	struct tls_talk *t = *state;
	struct ear *e;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, lines + 1, 2, false));
	assert_true(tls_talk_run(t, lines, 3, true));
	assert_true(tls_talk_resumed(t));
	e = listen_to(t, tls_suite_find(tls_talk_suite(t)));
	assert_said(e, lines, 3);
	ear_free(e);
}

/* ---- from a private key to the master secret */

static void assert_master(struct tls_talk *t, const struct tls_talk_options *o)
{
	const struct tls_talk_line line = { true, TLS_TALK_SAY, SLICE("hi") };
	struct tls_secret premaster;
	struct tls_secret master;
	struct tls_secret logged;
	struct slice hash = SLICE_NONE;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct ear *e;

	assert_true(tls_talk_set(t, o) && tls_talk_run(t, &line, 1, false));
	e = listen_to(t, NULL);
	assert_true(tls_suite_is_rsa(e->suite));
	assert_int_equal(e->extended_master, !o->no_extended_master);
	if (e->extended_master) {
		assert_int_equal(
			EVP_Digest(e->handshake.ptr, e->handshake.len, digest,
				   &len,
				   EVP_get_digestbyname(
					   o->version < TLS_1_2
						   ? "MD5-SHA1"
						   : tls_suite_hash(e->suite)),
				   NULL),
			1);
		hash = (struct slice){ (const char *)digest, len };
	}
	assert_true(keys_find_premaster(e->keys, e->encrypted, o->version,
					&premaster));
	assert_int_equal(tls_master_of(e->suite, e->version, &premaster,
				       e->client_random, e->server_random, hash,
				       &master),
			 ERR_OK);
	assert_true(keys_find(e->keys, KEYS_MASTER, e->client_random, &logged));
	assert_int_equal(master.len, logged.len);
	assert_memory_equal(master.bytes, logged.bytes, master.len);
	ear_free(e);
}

static void master_secrets_are_those_of_openssl(void **state)
{
	static const struct {
		uint16_t version;
		const char *suite;
	} cases[] = {
		{ TLS_1_0, "AES128-SHA" },
		{ TLS_1_1, "AES256-SHA" },
		{ TLS_1_2, "AES128-SHA" },
		{ TLS_1_2, "AES256-GCM-SHA384" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_talk_options o = { .version = cases[i].version,
					      .suites = cases[i].suite };

		assert_master(*state, &o);
		o.no_extended_master = true;
		assert_master(*state, &o);
	}
}

static int begin(void **state)
{
	*state = tls_talk_new();
	return *state == NULL;
}

static int end(void **state)
{
	tls_talk_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_of_tls_1_2_is_opened),
		cmocka_unit_test(every_suite_is_opened_with_the_mac_inside),
		cmocka_unit_test(old_versions_are_opened),
		cmocka_unit_test(every_suite_of_tls_1_3_is_opened),
		cmocka_unit_test(updated_keys_are_followed),
		cmocka_unit_test(early_data_are_opened),
		cmocka_unit_test(master_secrets_are_those_of_openssl),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
