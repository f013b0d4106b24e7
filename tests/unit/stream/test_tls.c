/*
 * The TLS layer hears what OpenSSL's client and server say to each other; what
 * must come up is what the test let them say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../src/stream/tls_cipher.h"
#include "../../tools/tls_talk.h"
#include "ear.h"
#include "sipmon/base/bytes.h"
#include "toy.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The client's endpoint is the higher one. */
#define CLIENT 1
#define SERVER 0

#define ASKS  "OPTIONS sip:a@b.example SIP/2.0\r\n\r\n"
#define SAYS  "SIP/2.0 200 OK\r\n\r\n"
#define AGAIN "BYE sip:a@b.example SIP/2.0\r\n\r\n"
#define EARLY "MESSAGE sip:a@b.example SIP/2.0\r\n\r\n"

#define FROM_CLIENT(text)                                                      \
	{                                                                      \
		true, TLS_TALK_SAY,                                            \
		{                                                              \
			(text), sizeof(text) - 1                               \
		}                                                              \
	}
#define FROM_SERVER(text)                                                      \
	{                                                                      \
		false, TLS_TALK_SAY,                                           \
		{                                                              \
			(text), sizeof(text) - 1                               \
		}                                                              \
	}
#define DO(of_client, act)                                                     \
	{                                                                      \
		(of_client), (act),                                            \
		{                                                              \
			"", 0                                                  \
		}                                                              \
	}

static const struct tls_talk_line plain[] = {
	FROM_CLIENT(ASKS),
	FROM_SERVER(SAYS),
	FROM_CLIENT(AGAIN),
	FROM_SERVER(SAYS),
};

static struct tls_talk *talk_of(void **state)
{
	return *state;
}

static unsigned direction_of(const struct tls_talk_piece *p)
{
	return p->of_client ? CLIENT : SERVER;
}

static struct keys *keys_of(struct slice log)
{
	struct keys *k = NULL;

	assert_int_equal(keys_new(&k), ERR_OK);
	keys_add_log(k, log);
	return k;
}

static struct keys *own_keys(const struct tls_talk *t)
{
	return keys_of(tls_talk_key_log(t));
}

/* Hears the pieces as they were sent, `step` bytes at a time. */
static void hear(struct ear *e, const struct tls_talk *t, size_t step)
{
	size_t count = 0;
	const struct tls_talk_piece *p = tls_talk_pieces(t, &count);

	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		ear_push_cut(e, direction_of(&p[i]), p[i].bytes, step);
	ear_end(e);
}

static void said(const struct tls_talk_line *lines, size_t count,
		 bool of_client, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		if (lines[i].of_client == of_client)
			buf_add(out, lines[i].text);
}

static void assert_heard_by(const struct ear *e, unsigned direction,
			    const struct tls_talk_line *lines, size_t count)
{
	struct buf expected;

	buf_init(&expected, EAR_BYTES_MAX);
	said(lines, count, direction == CLIENT, &expected);
	assert_int_equal(e->heard[direction].len, expected.len);
	if (expected.len > 0)
		assert_memory_equal(e->heard[direction].ptr, expected.ptr,
				    expected.len);
	buf_free(&expected);
}

static void assert_heard(const struct ear *e, const struct tls_talk_line *lines,
			 size_t count)
{
	assert_heard_by(e, CLIENT, lines, count);
	assert_heard_by(e, SERVER, lines, count);
	assert_int_equal(ear_undecoded(e), 0);
	assert_int_equal(e->holes[0] + e->holes[1], 0);
	assert_false(e->ops->is_foreign(e->layer));
}

/* In pieces as they were sent, and cut at every byte. */
static void assert_opens(const struct tls_talk *t, struct keys *k,
			 const struct tls_talk_line *lines, size_t count)
{
	static const size_t steps[] = { SIZE_MAX / 2, 1, 7 };

	for (size_t i = 0; i < COUNT(steps); i++) {
		struct ear e;

		ear_open(&e, &layer_tls, k, false);
		hear(&e, t, steps[i]);
		assert_heard(&e, lines, count);
		ear_close(&e);
	}
}

/* ---- everything that can be agreed on */

static const struct {
	const char *name;
	struct tls_talk_options options;
} agreements[] = {
	{ "1.3 AES-128-GCM",
	  { .version = TLS_1_3, .suites = "TLS_AES_128_GCM_SHA256" } },
	{ "1.3 AES-256-GCM",
	  { .version = TLS_1_3, .suites = "TLS_AES_256_GCM_SHA384" } },
	{ "1.3 ChaCha20",
	  { .version = TLS_1_3, .suites = "TLS_CHACHA20_POLY1305_SHA256" } },
	{ "1.3 CCM",
	  { .version = TLS_1_3, .suites = "TLS_AES_128_CCM_SHA256" } },
	{ "1.3 CCM-8",
	  { .version = TLS_1_3, .suites = "TLS_AES_128_CCM_8_SHA256" } },
	{ "1.3 HelloRetryRequest",
	  { .version = TLS_1_3,
	    .groups = "X25519:P-256",
	    .server_groups = "P-256" } },
	{ "1.3 client certificate",
	  { .version = TLS_1_3, .client_certificate = true } },
	{ "1.3 without session id",
	  { .version = TLS_1_3, .no_middlebox = true } },
	{ "1.3 padded", { .version = TLS_1_3, .padding_bytes = 256 } },
	{ "1.3 small records",
	  { .version = TLS_1_3,
	    .fragment_bytes = 512,
	    .client_certificate = true } },
	{ "1.2 ECDHE GCM",
	  { .version = TLS_1_2, .suites = "ECDHE-RSA-AES128-GCM-SHA256" } },
	{ "1.2 ECDHE GCM 256",
	  { .version = TLS_1_2, .suites = "ECDHE-ECDSA-AES256-GCM-SHA384" } },
	{ "1.2 DHE GCM",
	  { .version = TLS_1_2, .suites = "DHE-RSA-AES128-GCM-SHA256" } },
	{ "1.2 ECDHE CCM",
	  { .version = TLS_1_2, .suites = "ECDHE-ECDSA-AES128-CCM" } },
	{ "1.2 ChaCha20",
	  { .version = TLS_1_2, .suites = "ECDHE-RSA-CHACHA20-POLY1305" } },
	{ "1.2 CBC encrypt-then-MAC",
	  { .version = TLS_1_2, .suites = "ECDHE-RSA-AES128-SHA" } },
	{ "1.2 CBC MAC-then-encrypt",
	  { .version = TLS_1_2,
	    .suites = "ECDHE-RSA-AES256-SHA384",
	    .no_encrypt_then_mac = true } },
	{ "1.2 client certificate",
	  { .version = TLS_1_2, .client_certificate = true } },
	{ "1.2 small records",
	  { .version = TLS_1_2,
	    .fragment_bytes = 512,
	    .client_certificate = true } },
	{ "1.2 no extended master secret",
	  { .version = TLS_1_2, .no_extended_master = true } },
	{ "1.1", { .version = TLS_1_1, .suites = "AES128-SHA" } },
	{ "1.0", { .version = TLS_1_0, .suites = "AES128-SHA" } },
};

static void what_is_said_comes_up_with_a_key_log(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(agreements); i++) {
		struct keys *k;

		print_message("%s\n", agreements[i].name);
		assert_true(tls_talk_set(t, &agreements[i].options));
		assert_true(tls_talk_run(t, plain, COUNT(plain), false));
		k = own_keys(t);
		assert_opens(t, k, plain, COUNT(plain));
		keys_free(k);
	}
}

static void long_texts_come_up_whole(void **state)
{
	static const uint16_t versions[] = { TLS_1_2, TLS_1_3 };
	static char text[100000];
	struct tls_talk_line lines[] = {
		{ true, TLS_TALK_SAY, { text, sizeof(text) } },
		{ false, TLS_TALK_SAY, { text, sizeof(text) - 1 } },
	};
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 23);
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct tls_talk_options o = { .version = versions[i] };
		struct keys *k;
		struct ear e;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, lines, COUNT(lines), false));
		k = own_keys(t);
		ear_open(&e, &layer_tls, k, true);
		hear(&e, t, 1460);
		assert_heard(&e, lines, COUNT(lines));
		ear_close(&e);
		keys_free(k);
	}
}

/* ---- TLS 1.3 */

static void key_updates_are_followed(void **state)
{
	static const struct tls_talk_line lines[] = {
		FROM_CLIENT(ASKS),
		DO(true, TLS_TALK_KEY_UPDATE),
		FROM_CLIENT(AGAIN),
		FROM_SERVER(SAYS),
		DO(false, TLS_TALK_KEY_UPDATE_ALL),
		FROM_SERVER(SAYS),
		FROM_CLIENT(ASKS),
	};
	struct tls_talk_options o = { .version = TLS_1_3 };
	struct tls_talk *t = talk_of(state);
	struct keys *k;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, lines, COUNT(lines), false));
	k = own_keys(t);
	assert_opens(t, k, lines, COUNT(lines));
	keys_free(k);
}

static void a_resumed_session_of_tls_1_3_opens(void **state)
{
	struct tls_talk_options o = { .version = TLS_1_3 };
	struct tls_talk *t = talk_of(state);
	struct keys *k;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, plain, COUNT(plain), false));
	assert_true(tls_talk_run(t, plain, COUNT(plain), true));
	assert_true(tls_talk_resumed(t));
	k = own_keys(t);
	assert_opens(t, k, plain, COUNT(plain));
	keys_free(k);
}

static const struct tls_talk_line hasty[] = {
	{ true, TLS_TALK_EARLY, { EARLY, sizeof(EARLY) - 1 } },
	FROM_CLIENT(ASKS),
	FROM_SERVER(SAYS),
};

static void talk_early(struct tls_talk *t, const char *suites)
{
	struct tls_talk_options o = { .version = TLS_1_3, .suites = suites };

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, plain, COUNT(plain), false));
	assert_true(tls_talk_run(t, hasty, COUNT(hasty), true));
}

static void early_data_comes_up_first(void **state)
{
	static const char *const suites[] = {
		"TLS_AES_256_GCM_SHA384",
		"TLS_CHACHA20_POLY1305_SHA256",
	};
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(suites); i++) {
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct keys *k;
		struct ear e;

		talk_early(t, suites[i]);
		k = own_keys(t);
		assert_opens(t, k, hasty, COUNT(hasty));
		/* Before the server has said anything. */
		ear_open(&e, &layer_tls, k, false);
		p = tls_talk_pieces(t, &count);
		ear_push(&e, CLIENT, p[0].bytes);
		assert_true(
			slice_eq(buf_slice(&e.heard[CLIENT]), SLICE(EARLY)));
		ear_close(&e);
		keys_free(k);
	}
}

/* RFC 8446 section 4.1.4: no session id, no extensions. */
static const char retry[] =
	"\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03"
	"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
	"\x00\x13\x01\x00";

static void early_data_that_is_refused_is_passed_over(void **state)
{
	struct tls_talk *t = talk_of(state);
	size_t count = 0;
	const struct tls_talk_piece *p;
	struct slice hello;
	struct keys *k;
	struct ear e;

	talk_early(t, NULL);
	k = own_keys(t);
	p = tls_talk_pieces(t, &count);
	hello = slice_sub(p[0].bytes, 0,
			  TLS_RECORD_HEADER +
				  be16((const uint8_t *)p[0].bytes.ptr + 3));
	ear_open(&e, &layer_tls, k, true);
	ear_push(&e, CLIENT, hello);
	ear_push(&e, SERVER, (struct slice){ retry, sizeof(retry) - 1 });
	ear_push(&e, CLIENT, slice_sub(p[0].bytes, hello.len, p[0].bytes.len));
	assert_int_equal(e.heard[CLIENT].len, 0);
	assert_int_equal(e.held[CLIENT].len, 0);
	ear_end(&e);
	assert_int_equal(ear_undecoded(&e), 0);
	ear_close(&e);
	keys_free(k);
}

/* The lines of a key log without those that begin so. */
static struct keys *keys_without(struct slice log, const char *label)
{
	struct keys *k = keys_of(SLICE(""));
	struct slice line;

	while (log.len > 0) {
		struct slice rest;

		line = slice_split(log, '\n', &rest);
		if (!slice_eq(slice_sub(line, 0, strlen(label)),
			      slice_of(label))) {
			keys_add_log(k, line);
			keys_add_log(k, SLICE("\n"));
		}
		log = rest;
	}
	return k;
}

static void early_data_without_its_key_is_a_loss_and_no_more(void **state)
{
	struct tls_talk *t = talk_of(state);
	struct keys *k;
	struct ear e;

	talk_early(t, NULL);
	k = keys_without(tls_talk_key_log(t), "CLIENT_EARLY");
	ear_open(&e, &layer_tls, k, true);
	hear(&e, t, 11);
	assert_heard_by(&e, CLIENT, hasty + 1, COUNT(hasty) - 1);
	assert_heard_by(&e, SERVER, hasty, COUNT(hasty));
	/* The data, and EndOfEarlyData, which looks the same. */
	assert_int_equal(e.counters.undecoded[UNDECODED_TLS_RECORD], 2);
	assert_int_equal(ear_undecoded(&e), 2);
	ear_close(&e);
	keys_free(k);
}

static void the_keys_of_the_handshake_are_not_needed(void **state)
{
	static const char *const labels[] = { "CLIENT_HANDSHAKE",
					      "SERVER_HANDSHAKE" };
	struct tls_talk_options o = { .version = TLS_1_3,
				      .client_certificate = true };
	struct tls_talk *t = talk_of(state);

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, plain, COUNT(plain), false));
	for (size_t i = 0; i < COUNT(labels); i++) {
		struct keys *k = keys_without(tls_talk_key_log(t), labels[i]);

		assert_opens(t, k, plain, COUNT(plain));
		keys_free(k);
	}
}

/* ---- TLS 1.2 */

struct resumption {
	uint16_t version;
	const char *suites;
	bool no_tickets;
};

static const struct resumption resumptions[] = {
	{ TLS_1_2, "ECDHE-RSA-AES128-GCM-SHA256", false },
	{ TLS_1_2, "ECDHE-RSA-AES128-GCM-SHA256", true },
	{ TLS_1_2, "AES128-SHA", false },
	{ TLS_1_0, "ECDHE-RSA-AES128-SHA", true },
};

/* What was heard of the first connection is all that is known of the second. */
static void a_session_of_tls_1_2_is_known_when_it_is_resumed(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(resumptions); i++) {
		struct tls_talk_options o = {
			.version = resumptions[i].version,
			.suites = resumptions[i].suites,
			.no_tickets = resumptions[i].no_tickets,
		};
		struct keys *k;
		struct ear e;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, plain, COUNT(plain), false));
		k = own_keys(t);
		ear_open(&e, &layer_tls, k, false);
		hear(&e, t, 100);
		assert_heard(&e, plain, COUNT(plain));
		ear_close(&e);
		assert_true(tls_talk_run(t, plain, COUNT(plain), true));
		assert_true(tls_talk_resumed(t));
		assert_opens(t, k, plain, COUNT(plain));
		keys_free(k);
	}
}

static struct keys *private_keys(const struct tls_talk *t)
{
	char path[] = "/tmp/sipmon-test-XXXXXX";
	struct problem problem;
	struct keys *k = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_true(tls_talk_write_key(t, path, false));
	assert_int_equal(keys_new(&k), ERR_OK);
	assert_int_equal(keys_open_private(k, path, &problem), ERR_OK);
	unlink(path);
	return k;
}

static void a_private_key_opens_rsa_exchanges(void **state)
{
	static const struct tls_talk_options options[] = {
		{ .version = TLS_1_2, .suites = "AES128-GCM-SHA256" },
		{ .version = TLS_1_2, .suites = "AES256-GCM-SHA384" },
		{ .version = TLS_1_2, .suites = "AES128-CCM" },
		{ .version = TLS_1_2, .suites = "AES128-SHA" },
		{ .version = TLS_1_2,
		  .suites = "AES256-SHA256",
		  .no_encrypt_then_mac = true },
		{ .version = TLS_1_2,
		  .suites = "AES128-SHA",
		  .no_extended_master = true },
		{ .version = TLS_1_2,
		  .suites = "AES128-SHA",
		  .client_certificate = true,
		  .fragment_bytes = 512 },
		{ .version = TLS_1_1, .suites = "AES128-SHA" },
		{ .version = TLS_1_0,
		  .suites = "AES128-SHA",
		  .no_extended_master = true },
	};
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(options); i++) {
		struct keys *k = private_keys(t);

		assert_true(tls_talk_set(t, &options[i]));
		assert_true(tls_talk_run(t, plain, COUNT(plain), false));
		assert_opens(t, k, plain, COUNT(plain));
		/* And what is resumed of it. */
		assert_true(tls_talk_run(t, plain, COUNT(plain), true));
		assert_true(tls_talk_resumed(t));
		assert_opens(t, k, plain, COUNT(plain));
		keys_free(k);
	}
}

static void a_renegotiation_is_followed(void **state)
{
	static const struct tls_talk_line lines[] = {
		FROM_CLIENT(ASKS),  DO(true, TLS_TALK_RENEGOTIATE),
		FROM_SERVER(SAYS),  FROM_CLIENT(AGAIN),
		FROM_SERVER(AGAIN),
	};
	static const char *const suites[] = { "ECDHE-RSA-AES128-GCM-SHA256",
					      "AES128-SHA" };
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(suites); i++) {
		struct tls_talk_options o = { .version = TLS_1_2,
					      .suites = suites[i] };
		struct keys *k;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, lines, COUNT(lines), false));
		k = own_keys(t);
		assert_opens(t, k, lines, COUNT(lines));
		keys_free(k);
		if (i == 0)
			continue;
		k = private_keys(t);
		assert_opens(t, k, lines, COUNT(lines));
		keys_free(k);
	}
}

/* ---- keys that are late, of others, or none */

/* 32 zeros: the key log of nobody, so that there are some keys. */
#define ZEROS  "00000000000000000000000000000000"
#define NOBODY "CLIENT_RANDOM " ZEROS ZEROS " " ZEROS ZEROS ZEROS "\n"

static const uint16_t versions[] = { TLS_1_0, TLS_1_2, TLS_1_3 };

static void talk(struct tls_talk *t, uint16_t version)
{
	struct tls_talk_options o = { .version = version };

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, plain, COUNT(plain), false));
}

/* The key log is written at each place in turn. */
static void keys_may_come_late(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < COUNT(versions); v++) {
		size_t count = 0;
		const struct tls_talk_piece *p;

		talk(t, versions[v]);
		p = tls_talk_pieces(t, &count);
		for (size_t late = 0; late < count; late++) {
			struct keys *k = keys_of(SLICE(NOBODY));
			struct ear e;

			ear_open(&e, &layer_tls, k, false);
			for (size_t i = 0; i < count; i++) {
				if (i == late)
					keys_add_log(k, tls_talk_key_log(t));
				ear_push(&e, direction_of(&p[i]), p[i].bytes);
			}
			ear_end(&e);
			assert_heard(&e, plain, COUNT(plain));
			ear_close(&e);
			keys_free(k);
		}
	}
}

/* Records that were passed over have numbers too. */
static void keys_may_come_when_much_was_passed_over(void **state)
{
	static char text[50000];
	struct tls_talk_line lines[] = {
		FROM_CLIENT(ASKS),
		{ true, TLS_TALK_SAY, { text, sizeof(text) } },
		FROM_SERVER(SAYS),
		FROM_CLIENT(AGAIN),
	};
	struct tls_talk *t = talk_of(state);

	memset(text, 'x', sizeof(text));
	for (size_t v = 0; v < COUNT(versions); v++) {
		struct tls_talk_options o = { .version = versions[v] };
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct keys *other;
		struct ear e;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, lines, COUNT(lines), false));
		other = own_keys(t);
		assert_true(tls_talk_run(t, lines, COUNT(lines), false));
		ear_open(&e, &layer_tls, other, true);
		p = tls_talk_pieces(t, &count);
		for (size_t i = 0; i < count; i++) {
			if (i + 3 == count)
				keys_add_log(other, tls_talk_key_log(t));
			ear_push(&e, direction_of(&p[i]), p[i].bytes);
		}
		ear_end(&e);
		assert_heard_by(&e, SERVER, lines, COUNT(lines));
		assert_true(e.counters.undecoded[UNDECODED_TLS_NO_KEYS] > 0);
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_RECORD], 0);
		/* TLS 1.0: what is first has nothing to begin with. */
		if (versions[v] != TLS_1_0) {
			size_t n = e.heard[CLIENT].len;

			assert_true(n > sizeof(AGAIN) - 1);
			assert_memory_equal(e.heard[CLIENT].ptr + n -
						    (sizeof(AGAIN) - 1),
					    AGAIN, sizeof(AGAIN) - 1);
		}
		ear_close(&e);
		keys_free(other);
	}
}

static void the_keys_of_another_connection_open_nothing(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < COUNT(versions); v++) {
		struct keys *other;
		struct ear e;

		talk(t, versions[v]);
		other = own_keys(t);
		assert_true(tls_talk_run(t, plain, COUNT(plain), false));
		ear_open(&e, &layer_tls, other, true);
		hear(&e, t, 13);
		assert_heard_by(&e, CLIENT, NULL, 0);
		assert_heard_by(&e, SERVER, NULL, 0);
		/* The four texts; of TLS 1.3 Finished and tickets and the
		 * rest look like them. */
		assert_true(e.counters.undecoded[UNDECODED_TLS_NO_KEYS] >= 4);
		if (versions[v] == TLS_1_2)
			assert_int_equal(ear_undecoded(&e), 4);
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_RECORD], 0);
		ear_close(&e);
		/* On another port it is none of ours. */
		ear_open(&e, &layer_tls, other, false);
		hear(&e, t, 13);
		assert_true(layer_tls.is_foreign(e.layer));
		assert_int_equal(ear_undecoded(&e), 0);
		ear_close(&e);
		keys_free(other);
	}
}

/* Every secret of the log with its last digit changed. */
static void wrong_keys_open_nothing(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < COUNT(versions); v++) {
		struct buf log;
		struct keys *k;
		struct ear e;

		talk(t, versions[v]);
		buf_init(&log, EAR_BYTES_MAX);
		buf_add(&log, tls_talk_key_log(t));
		for (size_t i = 1; i < log.len; i++)
			if (log.ptr[i] == '\n')
				log.ptr[i - 1] =
					log.ptr[i - 1] == '0' ? '1' : '0';
		k = keys_of(buf_slice(&log));
		buf_free(&log);
		ear_open(&e, &layer_tls, k, true);
		hear(&e, t, 13);
		assert_heard_by(&e, CLIENT, NULL, 0);
		assert_heard_by(&e, SERVER, NULL, 0);
		assert_true(e.counters.undecoded[UNDECODED_TLS_RECORD] >= 4);
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_NO_KEYS],
				 0);
		ear_close(&e);
		keys_free(k);
	}
}

static void without_keys_it_is_counted_where_sip_is_expected(void **state)
{
	struct tls_talk *t = talk_of(state);

	talk(t, TLS_1_2);
	for (unsigned with = 0; with < 2; with++) {
		struct keys *none = keys_of(SLICE(""));
		struct ear e;

		ear_open(&e, &layer_tls, with ? none : NULL, true);
		hear(&e, t, 17);
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_NO_KEYS],
				 4);
		assert_int_equal(ear_undecoded(&e), 4);
		assert_int_equal(e.heard[0].len + e.heard[1].len, 0);
		ear_close(&e);
		keys_free(none);
	}
}

static void without_keys_it_is_foreign_elsewhere(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < COUNT(versions); v++) {
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct ear e;

		talk(t, versions[v]);
		p = tls_talk_pieces(t, &count);
		ear_open(&e, &layer_tls, NULL, false);
		assert_false(layer_tls.is_foreign(e.layer));
		ear_push(&e, CLIENT, p[0].bytes);
		assert_true(layer_tls.is_foreign(e.layer));
		assert_int_equal(e.held[CLIENT].len, 0);
		assert_int_equal(ear_undecoded(&e), 0);
		ear_close(&e);
	}
}

/* ClientHello and a record of data; the name of the server in between. */
static void without_keys_a_name_may_tell_that_it_is_sip(void **state)
{
	static const struct {
		const char *name;
		bool is_sip;
	} cases[] = { { "sip.a.b", true }, { "www.a.b", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char zeros[32] = { 0 };
		struct buf b;
		struct ear e;

		buf_init(&b, 256);
		buf_add(&b, SLICE("\x16\x03\x01\x00\x3f\x01\x00\x00\x3b"
				  "\x03\x03"));
		buf_add(&b, (struct slice){ zeros, sizeof(zeros) });
		buf_add(&b, SLICE("\x00\x00\x02\xc0\x2f\x01\x00\x00\x10"
				  "\x00\x00\x00\x0c\x00\x0a\x00\x00\x07"));
		buf_add_text(&b, cases[i].name);
		buf_add(&b, SLICE("\x17\x03\x03\x00\x01x"));
		ear_open(&e, &layer_tls, NULL, false);
		ear_push(&e, CLIENT, buf_slice(&b));
		assert_int_equal(layer_tls.is_foreign(e.layer),
				 !cases[i].is_sip);
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_NO_KEYS],
				 cases[i].is_sip ? 1 : 0);
		ear_close(&e);
		buf_free(&b);
	}
}

/* ---- late keys, and what a stream makes of it: toy.h is the reader */

#define MS          INT64_C(1000000)
#define CLIENT_PORT 40000
#define SERVER_PORT 5061

/* Of the client, of the server; times of the first case are in ms. */
static const struct tls_talk_line call[] = {
	FROM_CLIENT("MSG 6\nINVITE"), FROM_SERVER("MSG 3\n100"),
	FROM_SERVER("MSG 3\n180"),    FROM_SERVER("MSG 3\n200"),
	FROM_CLIENT("MSG 3\nACK"),    FROM_CLIENT("MSG 3\nBYE"),
	FROM_SERVER("MSG 3\n200"),
};

static const int64_t call_ms[] = { 100, 140, 150, 200, 405, 900, 910 };

#define CALL (sizeof(call_ms) / sizeof(call_ms[0]))

#define NEVER UINT_MAX

/* Segments of a talk, each at its time; the key log comes before one. */
struct wire {
	struct stream *stream;
	struct keys *keys;
	struct counters counters;
	struct toy toy;
	const struct tls_talk *talk;
	uint32_t next[2]; /* sequence numbers of the client, the server */
	unsigned segments;
	unsigned keys_at;
};

static void wire_open(struct wire *w, const struct tls_talk *t,
		      unsigned keys_at)
{
	struct stream_options options;

	memset(w, 0, sizeof(*w));
	w->keys = keys_of(SLICE(NOBODY));
	w->talk = t;
	w->keys_at = keys_at;
	options = (struct stream_options){ .reader = toy_reader(&w->toy),
					   .keys = w->keys,
					   .counters = &w->counters };
	assert_int_equal(stream_new(&w->stream, &options), ERR_OK);
}

static void wire_push(struct wire *w, bool of_client, struct slice bytes,
		      uint8_t flags, int64_t time_ns)
{
	static const struct endpoint ends[2] = {
		{ { 192, 0, 2, 1 }, CLIENT_PORT, 4, 0 },
		{ { 192, 0, 2, 2 }, SERVER_PORT, 4, 0 },
	};
	struct payload p = {
		.flow = { ends[!of_client], ends[of_client], TRANSPORT_TCP },
		.bytes = bytes,
		.time_ns = time_ns,
		.offset = PACKET_NO_OFFSET,
		.sent = (uint32_t)bytes.len,
		.kind = PAYLOAD_SEGMENT,
		.tcp_flags = flags,
		.sequence = w->next[!of_client],
	};

	if (w->segments++ == w->keys_at)
		keys_add_log(w->keys, tls_talk_key_log(w->talk));
	w->next[!of_client] += (uint32_t)bytes.len + (flags != TCP_ACK);
	stream_push(w->stream, &p);
}

static void wire_sign(struct wire *w, uint8_t flags, int64_t time_ns)
{
	wire_push(w, true, SLICE_NONE, flags, time_ns);
	wire_push(w, false, SLICE_NONE, flags, time_ns);
}

static void wire_close(struct wire *w)
{
	if (w->segments <= w->keys_at && w->keys_at != NEVER)
		keys_add_log(w->keys, tls_talk_key_log(w->talk));
	stream_finish(w->stream);
	stream_free(w->stream);
	keys_free(w->keys);
}

/* A packet for each piece; the handshake is at 0 ms and on. */
static void wire_call(struct wire *w, const struct tls_talk *t,
		      unsigned keys_at)
{
	size_t count = 0;
	const struct tls_talk_piece *p = tls_talk_pieces(t, &count);
	size_t shake = count - 2 - CALL; /* behind the lines two alerts */

	wire_open(w, t, keys_at);
	wire_sign(w, TCP_SYN, 0);
	for (size_t i = 0; i < count; i++) {
		int64_t ms = 1000;

		if (i < shake)
			ms = (int64_t)i;
		else if (i < shake + CALL)
			ms = call_ms[i - shake];
		wire_push(w, p[i].of_client, p[i].bytes, TCP_ACK, ms * MS);
	}
	wire_sign(w, TCP_ACK | TCP_FIN, 1001 * MS);
	wire_close(w);
}

static void assert_call(const struct wire *w)
{
	assert_int_equal(w->toy.count, CALL);
	for (size_t i = 0; i < CALL; i++) {
		const struct toy_note *n = &w->toy.notes[i];

		assert_int_equal(n->time_ns, call_ms[i] * MS);
		assert_int_equal(n->bytes, call[i].text.len);
		assert_int_equal(n->source,
				 call[i].of_client ? CLIENT_PORT : SERVER_PORT);
	}
	for (size_t i = 0; i < UNDECODED_REASONS; i++)
		assert_int_equal(w->counters.undecoded[i], 0);
}

/* Before each packet in turn, and when the capture is at its end. */
static void with_late_keys_messages_have_their_own_times(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < COUNT(versions); v++) {
		struct tls_talk_options o = { .version = versions[v] };
		size_t count = 0;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, call, CALL, false));
		(void)tls_talk_pieces(t, &count);
		/* With two SYN and two FIN. */
		for (unsigned late = 0; late <= count + 4; late++) {
			struct wire w;

			wire_call(&w, t, late);
			assert_call(&w);
		}
	}
}

/* The records of data; in TLS 1.0 each has an empty one before it, and in TLS
 * 1.3 others look like them. */
static void keys_that_never_come_are_missed_once_all_is_over(void **state)
{
	struct tls_talk_options o = { .version = TLS_1_2 };
	struct tls_talk *t = talk_of(state);
	struct wire w;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, call, CALL, false));
	wire_call(&w, t, NEVER);
	assert_int_equal(w.toy.count, 0);
	assert_int_equal(w.counters.undecoded[UNDECODED_TLS_NO_KEYS], CALL);
}

static uint32_t chance(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* Cut and mixed by chance: each direction as it was sent, but the two of them
 * in any order, as far as they may be. */
static void wire_mix(struct wire *w, const struct tls_talk *t, unsigned keys_at,
		     uint32_t seed)
{
	struct buf said[2]; /* by the client, the server */
	size_t at[2] = { 0, 0 };
	size_t count = 0;
	const struct tls_talk_piece *p = tls_talk_pieces(t, &count);

	wire_open(w, t, keys_at);
	wire_sign(w, TCP_SYN, 0);
	buf_init(&said[0], EAR_BYTES_MAX);
	buf_init(&said[1], EAR_BYTES_MAX);
	for (size_t i = 0; i < count; i++)
		buf_add(&said[!p[i].of_client], p[i].bytes);
	while (at[0] < said[0].len || at[1] < said[1].len) {
		unsigned who = chance(&seed, 2);
		struct slice bytes = slice_sub(buf_slice(&said[who]), at[who],
					       1 + chance(&seed, 400));

		if (bytes.len == 0)
			continue;
		at[who] += bytes.len;
		/* The clock is coarse, and is set back once. */
		wire_push(w, who == 0, bytes, TCP_ACK,
			  (w->segments == 40 ? 10 : w->segments / 2) * MS);
	}
	buf_free(&said[0]);
	buf_free(&said[1]);
	wire_sign(w, TCP_ACK | TCP_FIN, 1001 * MS);
	wire_close(w);
}

static void late_keys_give_what_early_keys_give(void **state)
{
	struct tls_talk *t = talk_of(state);
	static struct wire early;
	static struct wire late;

	for (size_t v = 0; v < COUNT(versions); v++) {
		struct tls_talk_options o = { .version = versions[v] };

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, call, CALL, false));
		for (uint32_t seed = 0; seed < 300; seed++) {
			wire_mix(&early, t, 0, seed);
			assert_int_equal(early.toy.count, CALL);
			wire_mix(&late, t, seed % (early.segments + 1), seed);
			assert_int_equal(late.toy.count, CALL);
			assert_memory_equal(late.toy.notes, early.toy.notes,
					    sizeof(late.toy.notes));
			assert_string_equal(late.toy.text, early.toy.text);
		}
	}
}

/* Each of many small messages is a packet: their times grow coarser. */
static void of_very_many_packets_the_order_is_kept(void **state)
{
	enum { MANY = 200 };
	struct tls_talk_line lines[MANY];
	struct tls_talk_options o = { .version = TLS_1_3 };
	struct tls_talk *t = talk_of(state);
	size_t count = 0;
	const struct tls_talk_piece *p;
	static struct wire w;

	for (size_t i = 0; i < MANY; i++) {
		const struct tls_talk_line line = FROM_CLIENT("MSG 0\n");

		lines[i] = line;
	}
	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, lines, MANY, false));
	p = tls_talk_pieces(t, &count);
	wire_open(&w, t, (unsigned)count - 2);
	for (size_t i = 0; i < count; i++)
		wire_push(&w, p[i].of_client, p[i].bytes, TCP_ACK,
			  (int64_t)(i + MANY - count) * MS);
	wire_close(&w);
	assert_int_equal(w.toy.count, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(w.toy.notes[i].time_ns <= MANY * MS);
		/* The first are exact; behind a handshake of some packets. */
		if (i < 50)
			assert_int_equal(w.toy.notes[i].time_ns,
					 (int64_t)(i - 2) * MS);
		if (i > 0)
			assert_true(w.toy.notes[i].time_ns >=
				    w.toy.notes[i - 1].time_ns);
	}
}

/* ---- what was not seen */

/* The pieces from the `from`th on. */
static void hear_from(struct ear *e, const struct tls_talk *t, size_t from)
{
	size_t count = 0;
	const struct tls_talk_piece *p = tls_talk_pieces(t, &count);

	for (size_t i = from; i < count; i++)
		ear_push(e, direction_of(&p[i]), p[i].bytes);
	ear_end(e);
}

static void joined_in_the_middle_it_cannot_be_opened(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < COUNT(versions); v++) {
		struct keys *k;
		struct ear e;

		talk(t, versions[v]);
		k = own_keys(t);
		for (unsigned with = 0; with < 2; with++) {
			size_t count = 0;

			(void)tls_talk_pieces(t, &count);
			ear_open(&e, &layer_tls, with ? k : NULL, true);
			/* The last six: four texts and the alerts. */
			hear_from(&e, t, count - 6);
			assert_int_equal(e.heard[0].len + e.heard[1].len, 0);
			assert_true(
				e.counters.undecoded[UNDECODED_TLS_NO_KEYS] >=
				4);
			assert_int_equal(
				e.counters.undecoded[UNDECODED_TLS_RECORD], 0);
			ear_close(&e);
		}
		ear_open(&e, &layer_tls, k, false);
		hear_from(&e, t, 1);
		assert_true(layer_tls.is_foreign(e.layer));
		assert_int_equal(ear_undecoded(&e), 0);
		ear_close(&e);
		keys_free(k);
	}
}

/* All of one side, then all of the other: which was captured first is chance.
 */
static void the_order_of_the_directions_does_not_matter(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 0; v < 2 * COUNT(versions); v++) {
		struct tls_talk_options o = {
			.version = versions[v / 2],
			.suites = versions[v / 2] == TLS_1_3 ? NULL
							     : "AES128-SHA",
		};
		bool client_first = v % 2 == 0;
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct keys *k;
		struct ear e;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, plain, COUNT(plain), false));
		k = o.version == TLS_1_3 ? own_keys(t) : private_keys(t);
		ear_open(&e, &layer_tls, k, true);
		p = tls_talk_pieces(t, &count);
		for (unsigned turn = 0; turn < 2; turn++)
			for (size_t i = 0; i < count; i++)
				if (p[i].of_client ==
				    (client_first == (turn == 0)))
					ear_push(&e, direction_of(&p[i]),
						 p[i].bytes);
		ear_end(&e);
		assert_heard(&e, plain, COUNT(plain));
		ear_close(&e);
		keys_free(k);
	}
}

struct loss {
	uint16_t version;
	const char *suites;
};

static const struct loss losses[] = {
	{ TLS_1_3, NULL },
	{ TLS_1_2, "ECDHE-RSA-AES128-GCM-SHA256" },
	{ TLS_1_2, "ECDHE-RSA-CHACHA20-POLY1305" },
	{ TLS_1_2, "ECDHE-RSA-AES128-SHA" },
};

static const struct tls_talk_line numbered[] = {
	FROM_CLIENT("one "), FROM_CLIENT("two "), FROM_CLIENT("six "),
	FROM_SERVER(SAYS),   FROM_CLIENT("ten "), FROM_CLIENT("end."),
};

/*
 * Bytes `from` .. `to` of the client's last five pieces (with the close) are
 * missing; what ends before and begins behind must come up.
 */
static void hear_with_hole(struct ear *e, const struct tls_talk *t, size_t at,
			   size_t from, size_t hole)
{
	size_t count = 0;
	const struct tls_talk_piece *p = tls_talk_pieces(t, &count);
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		struct slice bytes = p[i].bytes;

		if (i == at) {
			ear_push(e, CLIENT, slice_sub(bytes, 0, from));
			ear_lost(e, CLIENT);
			left = hole;
			bytes = slice_sub(bytes, from, bytes.len);
		}
		if (p[i].of_client && left > 0) {
			size_t n = bytes.len < left ? bytes.len : left;

			bytes = slice_sub(bytes, n, bytes.len);
			left -= n;
		}
		if (bytes.len > 0)
			ear_push_cut(e, direction_of(&p[i]), bytes, 5);
	}
	ear_end(e);
}

/* The piece in which the client says its `n`th text; there are six after the
 * handshake, and two alerts. */
static size_t piece_of(const struct tls_talk *t, size_t n)
{
	size_t count = 0;

	(void)tls_talk_pieces(t, &count);
	return count - 2 - COUNT(numbered) + n;
}

static void behind_a_hole_the_next_whole_record_opens(void **state)
{
	static const char *const from_two[] = {
		"one six ten end.",
		"one ten end.",
		"one end.",
	};
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(losses); i++) {
		struct tls_talk_options o = { .version = losses[i].version,
					      .suites = losses[i].suites };
		struct keys *k;
		size_t two;
		size_t len;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, numbered, COUNT(numbered), false));
		k = own_keys(t);
		two = piece_of(t, 1);
		len = tls_talk_pieces(t, &len)[two].bytes.len;
		for (size_t hole = 1; hole < 2 * len; hole += 3) {
			struct ear e;
			size_t lost = (hole + len / 2 - 1) / len;

			ear_open(&e, &layer_tls, k, true);
			hear_with_hole(&e, t, two, len / 2, hole);
			assert_true(slice_eq(buf_slice(&e.heard[CLIENT]),
					     slice_of(from_two[lost])));
			assert_heard_by(&e, SERVER, numbered, COUNT(numbered));
			assert_int_equal(
				e.counters.undecoded[UNDECODED_TLS_RECORD], 1);
			assert_int_equal(ear_undecoded(&e), 1);
			ear_close(&e);
		}
		keys_free(k);
	}
}

/*
 * Its first block goes with the last one of what was lost.  OpenSSL sends an
 * empty record before each text, so that in the first case only that is lost.
 */
static void behind_a_hole_tls_1_0_opens_from_the_second_record_on(void **state)
{
	static const char *const texts[] = { "one six ten end.",
					     "one ten end." };
	struct tls_talk_options o = { .version = TLS_1_0,
				      .suites = "ECDHE-RSA-AES128-SHA" };
	struct tls_talk *t = talk_of(state);
	struct slice two;
	size_t count = 0;
	size_t empty;
	struct keys *k;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, numbered, COUNT(numbered), false));
	k = own_keys(t);
	two = tls_talk_pieces(t, &count)[piece_of(t, 1)].bytes;
	empty = TLS_RECORD_HEADER + be16((const uint8_t *)two.ptr + 3);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct ear e;

		ear_open(&e, &layer_tls, k, true);
		hear_with_hole(&e, t, piece_of(t, 1), 0, two.len + i * empty);
		assert_true(slice_eq(buf_slice(&e.heard[CLIENT]),
				     slice_of(texts[i])));
		assert_int_equal(ear_undecoded(&e), 1);
		ear_close(&e);
	}
	keys_free(k);
}

/* Its MAC outside holds, and its first block cannot be known. */
static void behind_a_hole_no_block_comes_up_that_was_not_read(void **state)
{
	enum { SAID = 4, ALERTS = 2, BYTES = 64 };
	static char texts[SAID][BYTES];
	struct tls_talk_line lines[SAID];
	struct tls_talk_options o = { .version = TLS_1_0,
				      .suites = "ECDHE-RSA-AES128-SHA" };
	struct tls_talk *t = talk_of(state);
	size_t count = 0;
	size_t second;
	struct slice two;
	struct keys *k;
	struct ear e;

	for (size_t i = 0; i < SAID; i++) {
		memset(texts[i], 'a' + (int)i, BYTES);
		lines[i] = (struct tls_talk_line){ true,
						   TLS_TALK_SAY,
						   { texts[i], BYTES } };
	}
	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, lines, SAID, false));
	k = own_keys(t);
	(void)tls_talk_pieces(t, &count);
	second = count - ALERTS - SAID + 1;
	two = tls_talk_pieces(t, &count)[second].bytes;
	ear_open(&e, &layer_tls, k, true);
	/* The second text, and the empty record in front of the third. */
	hear_with_hole(&e, t, second, 0,
		       two.len + TLS_RECORD_HEADER +
			       be16((const uint8_t *)two.ptr + 3));
	assert_int_equal(e.heard[CLIENT].len, 2 * BYTES);
	assert_memory_equal(e.heard[CLIENT].ptr, texts[0], BYTES);
	assert_memory_equal(e.heard[CLIENT].ptr + BYTES, texts[3], BYTES);
	ear_close(&e);
	keys_free(k);
}

static void a_key_update_may_be_lost_in_a_hole(void **state)
{
	static const struct tls_talk_line lines[] = {
		FROM_CLIENT(ASKS),
		DO(true, TLS_TALK_KEY_UPDATE),
		FROM_CLIENT(AGAIN),
		FROM_CLIENT(EARLY),
	};
	struct tls_talk_options o = { .version = TLS_1_3 };
	struct tls_talk *t = talk_of(state);
	size_t count = 0;
	const struct tls_talk_piece *p;
	struct keys *k;
	struct ear e;

	assert_true(tls_talk_set(t, &o));
	assert_true(tls_talk_run(t, lines, COUNT(lines), false));
	k = own_keys(t);
	p = tls_talk_pieces(t, &count);
	/* Behind the lines there are two alerts. */
	ear_open(&e, &layer_tls, k, true);
	hear_with_hole(&e, t, count - 5, 0, p[count - 5].bytes.len);
	assert_heard_by(&e, CLIENT, lines, COUNT(lines));
	assert_int_equal(ear_undecoded(&e), 1);
	ear_close(&e);
	keys_free(k);
}

/* Each piece of the handshake is lost in turn; no text is. */
static void a_hole_in_the_handshake_costs_no_text(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t v = 1; v < COUNT(versions); v++) {
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct keys *k;

		talk(t, versions[v]);
		k = own_keys(t);
		p = tls_talk_pieces(t, &count);
		/* From behind the hellos to the first text. */
		for (size_t lost = 2; lost < count - 6; lost++) {
			struct ear e;

			ear_open(&e, &layer_tls, k, true);
			for (size_t i = 0; i < count; i++)
				if (i == lost)
					ear_lost(&e, direction_of(&p[i]));
				else
					ear_push_cut(&e, direction_of(&p[i]),
						     p[i].bytes, 3);
			ear_end(&e);
			assert_heard_by(&e, CLIENT, plain, COUNT(plain));
			assert_heard_by(&e, SERVER, plain, COUNT(plain));
			assert_int_equal(ear_undecoded(&e), 1);
			ear_close(&e);
		}
		keys_free(k);
	}
}

static void it_tells_what_memory_it_holds(void **state)
{
	struct tls_talk *t = talk_of(state);
	struct keys *k;
	struct ear e;
	size_t empty;

	talk(t, TLS_1_3);
	k = own_keys(t);
	ear_open(&e, &layer_tls, k, true);
	empty = layer_tls.bytes(e.layer);
	assert_in_range(empty, 64, 4096);
	hear(&e, t, 1000);
	assert_in_range(layer_tls.bytes(e.layer), empty + 2048, empty + 8192);
	ear_close(&e);
	keys_free(k);
}

static void a_broken_record_is_passed_over(void **state)
{
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < COUNT(losses); i++) {
		struct tls_talk_options o = { .version = losses[i].version,
					      .suites = losses[i].suites };
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct keys *k;
		struct ear e;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, numbered, COUNT(numbered), false));
		k = own_keys(t);
		ear_open(&e, &layer_tls, k, true);
		p = tls_talk_pieces(t, &count);
		for (size_t n = 0; n < count; n++) {
			struct slice bytes = p[n].bytes;

			if (n != piece_of(t, 1)) {
				ear_push(&e, direction_of(&p[n]), bytes);
				continue;
			}
			ear_push(&e, CLIENT,
				 slice_sub(bytes, 0, bytes.len - 1));
			ear_push(&e, CLIENT,
				 bytes.ptr[bytes.len - 1] == 'x' ? SLICE("y")
								 : SLICE("x"));
		}
		ear_end(&e);
		assert_true(slice_eq(buf_slice(&e.heard[CLIENT]),
				     SLICE("one six ten end.")));
		assert_heard_by(&e, SERVER, numbered, COUNT(numbered));
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_RECORD], 1);
		assert_int_equal(e.holes[CLIENT], 1);
		assert_int_equal(e.holes[SERVER], 0);
		ear_close(&e);
		keys_free(k);
	}
}

/* A header that cannot be, and a record that nobody of the two has sent. */
static void what_is_put_between_records_is_passed_over(void **state)
{
	static const char *const junk[] = {
		"\x17\x03\x03\xff\xff what",
		"\x17\x03\x03\x01\x20"
		"................................................"
		"................................................"
		"................................................"
		"................................................"
		"................................................"
		"................................................",
	};
	struct tls_talk *t = talk_of(state);

	for (size_t i = 0; i < 2 * COUNT(junk); i++) {
		struct tls_talk_options o = {
			.version = i < COUNT(junk) ? TLS_1_3 : TLS_1_2,
		};
		size_t count = 0;
		const struct tls_talk_piece *p;
		struct keys *k;
		struct ear e;

		assert_true(tls_talk_set(t, &o));
		assert_true(tls_talk_run(t, numbered, COUNT(numbered), false));
		k = own_keys(t);
		ear_open(&e, &layer_tls, k, true);
		p = tls_talk_pieces(t, &count);
		for (size_t n = 0; n < count; n++) {
			if (n == piece_of(t, 2))
				ear_push(&e, CLIENT,
					 slice_of(junk[i % COUNT(junk)]));
			ear_push(&e, direction_of(&p[n]), p[n].bytes);
		}
		ear_end(&e);
		assert_heard_by(&e, CLIENT, numbered, COUNT(numbered));
		assert_int_equal(e.counters.undecoded[UNDECODED_TLS_RECORD], 1);
		assert_int_equal(ear_undecoded(&e), 1);
		ear_close(&e);
		keys_free(k);
	}
}

/* ---- begins() */

#define BYTES(text) (text), sizeof(text) - 1

static void it_begins_with_a_hello(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum stream_begins begins;
		enum stream_begins on_sip_port;
	} cases[] = {
		{ BYTES("\x16\x03\x01\x00\xc8\x01"), STREAM_YES, STREAM_YES },
		{ BYTES("\x16\x03\x03\x00\x7a\x02"), STREAM_YES, STREAM_YES },
		{ BYTES("\x16\x03\x00\x00\x7a\x01"), STREAM_YES, STREAM_YES },
		{ BYTES("\x16\x03\x03\x00\x7a\x0b"), STREAM_NO, STREAM_YES },
		{ BYTES("\x16\x03\x01\x00\xc8"), STREAM_MORE, STREAM_YES },
		{ BYTES("\x16\x03\x01\x00"), STREAM_MORE, STREAM_MORE },
		{ BYTES("\x16"), STREAM_MORE, STREAM_MORE },
		{ BYTES(""), STREAM_MORE, STREAM_MORE },
		{ BYTES("\x17\x03\x03\x00\x20\x99"), STREAM_NO, STREAM_YES },
		{ BYTES("\x17\x03\x03\x48\x01\x99"), STREAM_NO, STREAM_NO },
		{ BYTES("\x17\x03\x03\x00\x00"), STREAM_NO, STREAM_NO },
		{ BYTES("\x17\x03\x04\x00\x20"), STREAM_NO, STREAM_NO },
		{ BYTES("\x15\x03\x03\x00\x02\x01"), STREAM_NO, STREAM_YES },
		{ BYTES("\x16\x04\x01\x00\xc8\x01"), STREAM_NO, STREAM_NO },
		{ BYTES("\x16\x03\x05\x00\xc8\x01"), STREAM_NO, STREAM_NO },
		{ BYTES("\x80\x2e\x01\x03\x01\x00"), STREAM_NO, STREAM_NO },
		{ BYTES("INVITE sip:a@b"), STREAM_NO, STREAM_NO },
		{ BYTES("\r\n\r\n"), STREAM_NO, STREAM_NO },
	};
	struct layer_place place = { .sip_port = false };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice bytes = { cases[i].bytes, cases[i].len };

		place.sip_port = false;
		assert_int_equal(layer_tls.begins(&place, bytes),
				 cases[i].begins);
		place.sip_port = true;
		assert_int_equal(layer_tls.begins(&place, bytes),
				 cases[i].on_sip_port);
	}
}

static int open_talk(void **state)
{
	*state = tls_talk_new();
	return *state == NULL;
}

static int close_talk(void **state)
{
	tls_talk_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_comes_up_with_a_key_log),
		cmocka_unit_test(long_texts_come_up_whole),
		cmocka_unit_test(key_updates_are_followed),
		cmocka_unit_test(a_resumed_session_of_tls_1_3_opens),
		cmocka_unit_test(early_data_comes_up_first),
		cmocka_unit_test(early_data_that_is_refused_is_passed_over),
		cmocka_unit_test(
			early_data_without_its_key_is_a_loss_and_no_more),
		cmocka_unit_test(the_keys_of_the_handshake_are_not_needed),
		cmocka_unit_test(
			a_session_of_tls_1_2_is_known_when_it_is_resumed),
		cmocka_unit_test(a_private_key_opens_rsa_exchanges),
		cmocka_unit_test(a_renegotiation_is_followed),
		cmocka_unit_test(keys_may_come_late),
		cmocka_unit_test(keys_may_come_when_much_was_passed_over),
		cmocka_unit_test(with_late_keys_messages_have_their_own_times),
		cmocka_unit_test(
			keys_that_never_come_are_missed_once_all_is_over),
		cmocka_unit_test(late_keys_give_what_early_keys_give),
		cmocka_unit_test(of_very_many_packets_the_order_is_kept),
		cmocka_unit_test(the_keys_of_another_connection_open_nothing),
		cmocka_unit_test(wrong_keys_open_nothing),
		cmocka_unit_test(
			without_keys_it_is_counted_where_sip_is_expected),
		cmocka_unit_test(without_keys_it_is_foreign_elsewhere),
		cmocka_unit_test(without_keys_a_name_may_tell_that_it_is_sip),
		cmocka_unit_test(joined_in_the_middle_it_cannot_be_opened),
		cmocka_unit_test(the_order_of_the_directions_does_not_matter),
		cmocka_unit_test(behind_a_hole_the_next_whole_record_opens),
		cmocka_unit_test(
			behind_a_hole_tls_1_0_opens_from_the_second_record_on),
		cmocka_unit_test(
			behind_a_hole_no_block_comes_up_that_was_not_read),
		cmocka_unit_test(a_key_update_may_be_lost_in_a_hole),
		cmocka_unit_test(a_hole_in_the_handshake_costs_no_text),
		cmocka_unit_test(it_tells_what_memory_it_holds),
		cmocka_unit_test(a_broken_record_is_passed_over),
		cmocka_unit_test(what_is_put_between_records_is_passed_over),
		cmocka_unit_test(it_begins_with_a_hello),
	};

	return cmocka_run_group_tests(tests, open_talk, close_talk);
}
