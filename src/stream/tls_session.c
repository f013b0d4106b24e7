#include "tls_session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/*
 * What is said until the ClientKeyExchange: mostly certificates.  RFC 5246
 * allows 16 MiB for a chain; OpenSSL takes 100 KiB.
 */
#define TRANSCRIPT_MAX ((size_t)128 * 1024)

/* RFC 8446 section B.4. */
static const uint16_t suites_13[] = { 0x1301, 0x1302, 0x1303, 0x1304, 0x1305 };

#define SUITES_13 (sizeof(suites_13) / sizeof(suites_13[0]))

/* Labels of TLS 1.3, by epoch, of the server and of the client. */
static const enum keys_label labels[][2] = {
	[TLS_SHAKE] = { KEYS_SERVER_HANDSHAKE, KEYS_CLIENT_HANDSHAKE },
	[TLS_TRAFFIC] = { KEYS_SERVER_TRAFFIC, KEYS_CLIENT_TRAFFIC },
};

static void keep(struct buf *b, struct slice bytes)
{
	buf_clear(b);
	buf_add(b, bytes);
}

void tls_session_init(struct tls_session *s, struct keys *keys)
{
	*s = (struct tls_session){ .keys = keys };
	buf_init(&s->session_id, TLS_SESSION_ID_MAX);
	buf_init(&s->offered, UINT16_MAX);
	buf_init(&s->ticket, UINT16_MAX);
	buf_init(&s->premaster, UINT16_MAX);
	buf_init(&s->transcript, TRANSCRIPT_MAX);
}

static void drop_transcript(struct tls_session *s)
{
	buf_free(&s->transcript);
	s->has_transcript = false;
}

void tls_session_free(struct tls_session *s)
{
	OPENSSL_cleanse(&s->master, sizeof(s->master));
	buf_free(&s->session_id);
	buf_free(&s->offered);
	buf_free(&s->ticket);
	buf_free(&s->premaster);
	drop_transcript(s);
}

size_t tls_session_bytes(const struct tls_session *s)
{
	return s->session_id.room + s->offered.room + s->ticket.room +
	       s->premaster.room + s->transcript.room;
}

bool tls_session_has_keys(const struct tls_session *s)
{
	return s->keys != NULL && keys_has_any(s->keys);
}

bool tls_session_is_hopeless(const struct tls_session *s)
{
	return s->has_server && s->suite == NULL;
}

bool tls_session_waits(const struct tls_session *s, bool for_server)
{
	if (!s->has_server)
		return for_server && s->has_client;
	return s->has_transcript && s->has_hello_done != for_server;
}

void tls_session_lost(struct tls_session *s)
{
	drop_transcript(s);
}

/* RFC 7627 section 3: all messages but HelloRequest (RFC 5246 7.4.1.1). */
void tls_session_hear(struct tls_session *s, uint8_t type, bool starts,
		      struct slice bytes)
{
	if (starts && type == TLS_CLIENT_HELLO) {
		buf_clear(&s->transcript);
		s->has_transcript = true;
	}
	if (!s->has_transcript || type == TLS_HELLO_REQUEST)
		return;
	buf_add(&s->transcript, bytes);
	if (s->transcript.failed)
		drop_transcript(s);
}

/*
 * Another handshake begins: that of the second ClientHello after a
 * HelloRetryRequest, or a renegotiation.
 */
static void begin_anew(struct tls_session *s)
{
	OPENSSL_cleanse(&s->master, sizeof(s->master));
	s->early_data = false;
	s->has_server = false;
	s->has_exchange = false;
	s->has_hello_done = false;
	s->has_master = false;
	s->extended_master = false;
	s->encrypt_then_mac = false;
	s->suite = NULL;
	s->hash.len = 0;
	buf_clear(&s->session_id);
	buf_clear(&s->offered);
	buf_clear(&s->ticket);
	buf_clear(&s->premaster);
}

static void client_hello(struct tls_session *s, struct slice body)
{
	struct tls_client_hello hello;

	if (!tls_client_hello_parse(&hello, body))
		return;
	begin_anew(s);
	s->has_client = true;
	s->hello_version = hello.version;
	memcpy(s->client_random, hello.random, TLS_RANDOM_BYTES);
	s->is_sip = s->is_sip || tls_client_hello_is_sip(&hello);
	s->early_data = hello.early_data && !s->has_retry;
	keep(&s->offered, hello.ticket);
}

static bool is_version(uint16_t version)
{
	return version >= TLS_1_0 && version <= TLS_1_3;
}

static void server_hello(struct tls_session *s, struct slice body)
{
	struct tls_server_hello hello;

	if (!tls_server_hello_parse(&hello, body))
		return;
	if (hello.retry) { /* it refuses early data too: RFC 8446 4.2.10 */
		s->has_retry = true;
		s->early_refused = true;
		return;
	}
	s->has_server = true;
	s->version = hello.version;
	memcpy(s->server_random, hello.random, TLS_RANDOM_BYTES);
	s->suite = is_version(s->version) ? tls_suite_find(hello.suite) : NULL;
	s->extended_master = hello.extended_master;
	s->encrypt_then_mac = hello.encrypt_then_mac;
	keep(&s->session_id, hello.session_id);
	if (s->suite == NULL || s->version >= TLS_1_3 || !s->extended_master ||
	    !tls_suite_is_rsa(s->suite))
		drop_transcript(s);
}

/* What may be resumed by another connection. */
static void remember(struct tls_session *s)
{
	if (!s->has_master)
		return;
	if (s->session_id.len > 0)
		keys_remember_session(s->keys, buf_slice(&s->session_id),
				      &s->master);
	if (s->ticket.len > 0)
		keys_remember_session(s->keys, buf_slice(&s->ticket),
				      &s->master);
}

/* RFC 7627 section 3, with the hash of the PRF (RFC 5246 section 5). */
static void hash_transcript(struct tls_session *s)
{
	const EVP_MD *md = EVP_md5_sha1();
	unsigned n = 0;

	if (!s->has_transcript || s->suite == NULL)
		return;
	if (s->version >= TLS_1_2)
		md = EVP_get_digestbyname(tls_suite_hash(s->suite));
	if (md != NULL && EVP_MD_get_size(md) <= TLS_SECRET_MAX &&
	    EVP_Digest(s->transcript.ptr, s->transcript.len, s->hash.bytes, &n,
		       md, NULL) == 1)
		s->hash.len = n;
	drop_transcript(s);
}

static void key_exchange(struct tls_session *s, struct slice body)
{
	s->has_exchange = true;
	if (s->suite == NULL || !tls_suite_is_rsa(s->suite))
		return;
	keep(&s->premaster, tls_premaster_of(body));
	hash_transcript(s);
}

void tls_session_message(struct tls_session *s, uint8_t type, struct slice body)
{
	s->learned++;
	switch (type) {
	case TLS_CLIENT_HELLO:
		client_hello(s, body);
		break;
	case TLS_SERVER_HELLO:
		server_hello(s, body);
		break;
	case TLS_SERVER_HELLO_DONE:
		s->has_hello_done = true;
		break;
	case TLS_CLIENT_KEY_EXCHANGE:
		key_exchange(s, body);
		break;
	case TLS_NEW_SESSION_TICKET:
		if (s->version < TLS_1_3) {
			keep(&s->ticket, tls_ticket_of(body));
			remember(s);
		}
		break;
	case TLS_ENCRYPTED_EXTENSIONS:
		if (!tls_accepts_early_data(body))
			s->early_refused = true;
		break;
	}
}

uint64_t tls_session_age(const struct tls_session *s)
{
	uint64_t keys = s->keys == NULL ? 0 : keys_generation(s->keys);

	return 1 + s->learned + keys;
}

static bool master_by_premaster(struct tls_session *s)
{
	struct slice hash = SLICE_NONE;
	struct tls_secret premaster;
	bool found;

	if (s->premaster.len == 0 || (s->extended_master && s->hash.len == 0))
		return false;
	if (s->extended_master)
		hash = (struct slice){ (const char *)s->hash.bytes,
				       s->hash.len };
	if (!keys_find_premaster(s->keys, buf_slice(&s->premaster),
				 s->hello_version, &premaster))
		return false;
	found = tls_master_of(s->suite, s->version, &premaster,
			      s->client_random, s->server_random, hash,
			      &s->master) == ERR_OK;
	OPENSSL_cleanse(&premaster, sizeof(premaster));
	return found;
}

/*
 * A session is resumed if the server goes on without ServerHelloDone (RFC 5246
 * section 7.3), by its id or by the ticket (RFC 5077 section 3.4).  An id may
 * stand in a key log too, whoever said it first.
 */
static bool master_of_session(struct tls_session *s)
{
	if (s->session_id.len > 0 &&
	    keys_find_session(s->keys, buf_slice(&s->session_id), &s->master))
		return true;
	return !s->has_hello_done && !s->has_exchange && s->offered.len > 0 &&
	       keys_find_session(s->keys, buf_slice(&s->offered), &s->master);
}

static bool find_master(struct tls_session *s)
{
	if (s->has_master)
		return true;
	s->has_master =
		keys_find(s->keys, KEYS_MASTER, s->client_random, &s->master) ||
		master_by_premaster(s) || master_of_session(s);
	remember(s);
	return s->has_master;
}

static struct tls_cipher *cipher_12(struct tls_session *s, bool of_client)
{
	struct tls_cipher *c = NULL;
	struct tls_agreed agreed = {
		.suite = s->suite,
		.version = s->version,
		.encrypt_then_mac = s->encrypt_then_mac,
		.client_random = s->client_random,
		.server_random = s->server_random,
	};
	enum err e;

	if (!find_master(s))
		return NULL;
	agreed.master = s->master;
	e = tls_cipher_new(&c, &agreed, of_client);
	OPENSSL_cleanse(&agreed.master, sizeof(agreed.master));
	return e == ERR_OK ? c : NULL;
}

static struct tls_cipher *cipher_13(const struct tls_suite *suite,
				    const struct tls_secret *traffic)
{
	struct tls_cipher *c = NULL;

	return tls_cipher_new_13(&c, suite, traffic) == ERR_OK ? c : NULL;
}

struct tls_cipher *tls_session_cipher(struct tls_session *s,
				      enum tls_epoch epoch, bool of_client)
{
	struct tls_secret traffic;
	struct tls_cipher *c = NULL;

	if (s->keys == NULL || !s->has_client || !s->has_server ||
	    s->suite == NULL || epoch < TLS_SHAKE)
		return NULL;
	if (s->version < TLS_1_3)
		return epoch == TLS_TRAFFIC ? cipher_12(s, of_client) : NULL;
	if (keys_find(s->keys, labels[epoch][of_client], s->client_random,
		      &traffic))
		c = cipher_13(s->suite, &traffic);
	OPENSSL_cleanse(&traffic, sizeof(traffic));
	return c;
}

/* A secret is as long as the hash of its suite (RFC 8446 section 7.1). */
static bool fits(const struct tls_suite *suite, const struct tls_secret *secret)
{
	const EVP_MD *md;

	if (suite == NULL)
		return false;
	md = EVP_get_digestbyname(tls_suite_hash(suite));
	return md != NULL && (size_t)EVP_MD_get_size(md) == secret->len;
}

struct tls_cipher *tls_session_early(struct tls_session *s, unsigned *n)
{
	struct tls_cipher *c = NULL;
	struct tls_secret early;

	if (s->keys == NULL || !s->has_client ||
	    !keys_find(s->keys, KEYS_CLIENT_EARLY, s->client_random, &early))
		return NULL;
	while (c == NULL && *n < SUITES_13) {
		const struct tls_suite *suite = tls_suite_find(suites_13[*n]);

		if (fits(suite, &early))
			c = cipher_13(suite, &early);
		(*n)++;
	}
	OPENSSL_cleanse(&early, sizeof(early));
	return c;
}
