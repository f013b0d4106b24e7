#include "tls_talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "sipmon/base/buf.h"

#define PIECES_MAX    4096
#define BYTES_MAX     ((size_t)64 * 1024 * 1024)
#define EARLY_MAX     16384
#define TURNS_MAX     64 /* of a handshake; far more than any has */
#define DAYS_OF_CERT  30
#define SECONDS_A_DAY 86400

struct end {
	EVP_PKEY *rsa;
	EVP_PKEY *ec;
	X509 *rsa_cert;
	X509 *ec_cert;
	SSL_CTX *ctx;
	SSL *ssl;
};

struct tls_talk {
	struct end client;
	struct end server;
	SSL_SESSION *session;
	struct tls_talk_options options;
	struct buf sent; /* of both, in order */
	struct tls_talk_piece pieces[PIECES_MAX];
	size_t piece_count;
	struct buf key_log;
	bool resumed;
	uint16_t suite;
};

/* ---- keys and certificates */

static X509 *self_signed(EVP_PKEY *key, const char *name)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_set_version(cert, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(cert), -SECONDS_A_DAY);
	X509_gmtime_adj(X509_getm_notAfter(cert),
			(long)DAYS_OF_CERT * SECONDS_A_DAY);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, subject);
	if (X509_sign(cert, key, EVP_sha256()) == 0) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static bool make_ec(struct end *e, const char *name)
{
	e->ec = EVP_EC_gen("P-256");
	if (e->ec != NULL)
		e->ec_cert = self_signed(e->ec, name);
	return e->ec_cert != NULL;
}

static bool make_rsa(struct end *e, const char *name)
{
	e->rsa = EVP_RSA_gen(2048);
	if (e->rsa != NULL)
		e->rsa_cert = self_signed(e->rsa, name);
	return e->rsa_cert != NULL;
}

static void end_free(struct end *e)
{
	SSL_free(e->ssl);
	SSL_CTX_free(e->ctx);
	X509_free(e->rsa_cert);
	X509_free(e->ec_cert);
	EVP_PKEY_free(e->rsa);
	EVP_PKEY_free(e->ec);
}

struct tls_talk *tls_talk_new_quick(void)
{
	struct tls_talk *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	buf_init(&t->sent, BYTES_MAX);
	buf_init(&t->key_log, BYTES_MAX);
	if (!make_ec(&t->client, "client") || !make_ec(&t->server, "server")) {
		tls_talk_free(t);
		return NULL;
	}
	return t;
}

struct tls_talk *tls_talk_new(void)
{
	struct tls_talk *t = tls_talk_new_quick();

	if (t != NULL && make_rsa(&t->client, "client") &&
	    make_rsa(&t->server, "server"))
		return t;
	tls_talk_free(t);
	return NULL;
}

void tls_talk_free(struct tls_talk *t)
{
	if (t == NULL)
		return;
	SSL_SESSION_free(t->session);
	end_free(&t->client);
	end_free(&t->server);
	buf_free(&t->sent);
	buf_free(&t->key_log);
	free(t);
}

/* ---- what it is like */

static void key_line(const SSL *ssl, const char *line)
{
	struct tls_talk *t = SSL_get_app_data(ssl);

	buf_add_text(&t->key_log, line);
	buf_add_char(&t->key_log, '\n');
	if (t->options.key_line != NULL)
		t->options.key_line(t->options.ctx, line);
}

/* Certificates of memory have no chain that could be looked at. */
static int any_certificate(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static uint64_t bits_of(const struct tls_talk_options *o)
{
	uint64_t bits = SSL_OP_ALLOW_CLIENT_RENEGOTIATION |
			SSL_OP_LEGACY_SERVER_CONNECT;

	if (o->no_encrypt_then_mac)
		bits |= SSL_OP_NO_ENCRYPT_THEN_MAC;
	if (o->no_extended_master)
		bits |= SSL_OP_NO_EXTENDED_MASTER_SECRET;
	if (o->no_tickets)
		bits |= SSL_OP_NO_TICKET;
	return bits;
}

static bool set_suites(SSL_CTX *ctx, const struct tls_talk_options *o)
{
	if (o->suites == NULL)
		return true;
	return o->version == TLS1_3_VERSION
		       ? SSL_CTX_set_ciphersuites(ctx, o->suites) == 1
		       : SSL_CTX_set_cipher_list(ctx, o->suites) == 1;
}

/* The macro of OpenSSL wants text that might be written to. */
static bool set_groups(SSL_CTX *ctx, const char *groups)
{
	char text[128];

	slice_copy(slice_of(groups), text, sizeof(text));
	return SSL_CTX_set1_groups_list(ctx, text) == 1;
}

static bool set_end(struct end *e, const SSL_METHOD *method,
		    const struct tls_talk_options *o, const char *groups)
{
	SSL_free(e->ssl);
	SSL_CTX_free(e->ctx);
	e->ssl = NULL;
	e->ctx = SSL_CTX_new(method);
	if (e->ctx == NULL)
		return false;
	/* What is old or weak is talked too. */
	SSL_CTX_set_security_level(e->ctx, 0);
	SSL_CTX_set_options(e->ctx, bits_of(o));
	if (o->no_middlebox)
		SSL_CTX_clear_options(e->ctx, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
	if (o->fragment_bytes > 0)
		SSL_CTX_set_max_send_fragment(e->ctx, (long)o->fragment_bytes);
	if (o->padding_bytes > 0)
		SSL_CTX_set_block_padding(e->ctx, o->padding_bytes);
	if (groups != NULL && !set_groups(e->ctx, groups))
		return false;
	return SSL_CTX_set_min_proto_version(e->ctx, o->version) == 1 &&
	       SSL_CTX_set_max_proto_version(e->ctx, o->version) == 1 &&
	       set_suites(e->ctx, o);
}

static bool set_server(SSL_CTX *ctx, const struct end *e, bool ask)
{
	SSL_CTX_set_dh_auto(ctx, 1);
	SSL_CTX_set_max_early_data(ctx, EARLY_MAX);
	SSL_CTX_set_recv_max_early_data(ctx, EARLY_MAX);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"talk", 4);
	SSL_CTX_set_verify(ctx, ask ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
			   any_certificate);
	if (e->rsa != NULL && (SSL_CTX_use_certificate(ctx, e->rsa_cert) != 1 ||
			       SSL_CTX_use_PrivateKey(ctx, e->rsa) != 1))
		return false;
	return SSL_CTX_use_certificate(ctx, e->ec_cert) == 1 &&
	       SSL_CTX_use_PrivateKey(ctx, e->ec) == 1;
}

static void forget(struct tls_talk *t)
{
	buf_clear(&t->sent);
	buf_clear(&t->key_log);
	t->piece_count = 0;
	t->resumed = false;
	t->suite = 0;
}

bool tls_talk_set(struct tls_talk *t, const struct tls_talk_options *options)
{
	const struct tls_talk_options *o = &t->options;

	t->options = *options;
	forget(t);
	SSL_SESSION_free(t->session);
	t->session = NULL;
	if (!set_end(&t->client, TLS_client_method(), o, o->groups) ||
	    !set_end(&t->server, TLS_server_method(), o, o->server_groups) ||
	    !set_server(t->server.ctx, &t->server, o->client_certificate))
		return false;
	SSL_CTX_set_verify(t->client.ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_keylog_callback(t->client.ctx, key_line);
	return !o->client_certificate ||
	       (SSL_CTX_use_certificate(t->client.ctx, t->client.rsa_cert) ==
			1 &&
		SSL_CTX_use_PrivateKey(t->client.ctx, t->client.rsa) == 1);
}

/* ---- a talk */

/* Hands what `from` wrote to `to`; true if there was anything. */
static bool carry(struct tls_talk *t, bool of_client)
{
	SSL *from = of_client ? t->client.ssl : t->server.ssl;
	SSL *to = of_client ? t->server.ssl : t->client.ssl;
	char *bytes;
	long len = BIO_get_mem_data(SSL_get_wbio(from), &bytes);
	struct tls_talk_piece *p = &t->pieces[t->piece_count];

	if (len <= 0 || t->piece_count == PIECES_MAX)
		return false;
	*p = (struct tls_talk_piece){ of_client, { NULL, (size_t)len } };
	t->piece_count++;
	buf_add(&t->sent, (struct slice){ bytes, (size_t)len });
	BIO_write(SSL_get_rbio(to), bytes, (int)len);
	(void)BIO_reset(SSL_get_wbio(from));
	return true;
}

/* Reads what came, for what it does to the state. */
static bool listen_to(SSL *ssl)
{
	char text[4096];
	size_t n;
	int error;

	/* Each turn takes bytes of the memory. */
	while (SSL_read_ex(ssl, text, sizeof(text), &n) == 1)
		;
	error = SSL_get_error(ssl, 0);
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN;
}

/* Until nobody has more to say. */
static bool settle(struct tls_talk *t)
{
	for (int i = 0; i < TURNS_MAX; i++) {
		bool some = carry(t, true);

		if (some && !listen_to(t->server.ssl))
			return false;
		if (carry(t, false)) {
			some = true;
			if (!listen_to(t->client.ssl))
				return false;
		}
		if (!some)
			return true;
	}
	return false;
}

static bool open_end(struct tls_talk *t, struct end *e)
{
	BIO *in = BIO_new(BIO_s_mem());
	BIO *out = BIO_new(BIO_s_mem());

	SSL_free(e->ssl);
	e->ssl = SSL_new(e->ctx);
	if (e->ssl == NULL || in == NULL || out == NULL) {
		BIO_free(in);
		BIO_free(out);
		return false;
	}
	SSL_set_bio(e->ssl, in, out);
	SSL_set_app_data(e->ssl, t);
	return true;
}

static bool say_early(struct tls_talk *t, struct slice text)
{
	char got[4096];
	size_t n = 0;
	int state = SSL_READ_EARLY_DATA_ERROR;

	if (SSL_write_early_data(t->client.ssl, text.ptr, text.len, &n) != 1)
		return false;
	carry(t, true);
	/* Each turn takes bytes, or is the last. */
	do
		state = SSL_read_early_data(t->server.ssl, got, sizeof(got),
					    &n);
	while (state == SSL_READ_EARLY_DATA_SUCCESS && n > 0);
	/* The end of it comes with the client's Finished. */
	carry(t, false);
	if (SSL_do_handshake(t->client.ssl) != 1)
		return false;
	carry(t, true);
	state = SSL_read_early_data(t->server.ssl, got, sizeof(got), &n);
	return state == SSL_READ_EARLY_DATA_FINISH &&
	       SSL_get_early_data_status(t->server.ssl) ==
		       SSL_EARLY_DATA_ACCEPTED;
}

static bool say(struct tls_talk *t, const struct tls_talk_line *line)
{
	SSL *ssl = line->of_client ? t->client.ssl : t->server.ssl;
	size_t n = 0;

	switch (line->act) {
	case TLS_TALK_SAY:
		return SSL_write_ex(ssl, line->text.ptr, line->text.len, &n) ==
		       1;
	case TLS_TALK_KEY_UPDATE:
		return SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
		       SSL_do_handshake(ssl) == 1;
	case TLS_TALK_KEY_UPDATE_ALL:
		return SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) == 1 &&
		       SSL_do_handshake(ssl) == 1;
	case TLS_TALK_RENEGOTIATE:
		return SSL_renegotiate(ssl) == 1 &&
		       (SSL_do_handshake(ssl) == 1 ||
			SSL_get_error(ssl, -1) == SSL_ERROR_WANT_READ);
	case TLS_TALK_EARLY:
		break;
	}
	return false;
}

static bool begin(struct tls_talk *t, const struct tls_talk_line *first,
		  bool resume)
{
	if (!open_end(t, &t->client) || !open_end(t, &t->server))
		return false;
	SSL_set_connect_state(t->client.ssl);
	SSL_set_accept_state(t->server.ssl);
	if (resume && (t->session == NULL ||
		       SSL_set_session(t->client.ssl, t->session) != 1))
		return false;
	if (first != NULL && first->act == TLS_TALK_EARLY &&
	    !say_early(t, first->text))
		return false;
	return listen_to(t->client.ssl) && settle(t) &&
	       SSL_is_init_finished(t->client.ssl) &&
	       SSL_is_init_finished(t->server.ssl);
}

static bool talk(struct tls_talk *t, const struct tls_talk_line *lines,
		 size_t count, bool resume)
{
	if (!begin(t, count > 0 ? lines : NULL, resume))
		return false;
	t->resumed = SSL_session_reused(t->client.ssl) == 1;
	t->suite = SSL_CIPHER_get_protocol_id(
		SSL_get_current_cipher(t->client.ssl));
	for (size_t i = 0; i < count; i++)
		if (lines[i].act != TLS_TALK_EARLY &&
		    (!say(t, &lines[i]) || !settle(t)))
			return false;
	SSL_SESSION_free(t->session);
	t->session = SSL_get1_session(t->client.ssl);
	(void)SSL_shutdown(t->client.ssl);
	(void)SSL_shutdown(t->server.ssl);
	return settle(t);
}

/* The bytes may have moved.  Gives back whether all of it is there. */
static bool point_at_pieces(struct tls_talk *t)
{
	size_t at = 0;

	for (size_t i = 0; i < t->piece_count; i++) {
		t->pieces[i].bytes.ptr = t->sent.ptr + at;
		at += t->pieces[i].bytes.len;
	}
	return !t->sent.failed && !t->key_log.failed;
}

bool tls_talk_run(struct tls_talk *t, const struct tls_talk_line *lines,
		  size_t count, bool resume)
{
	bool done;

	forget(t);
	done = talk(t, lines, count, resume);
	return point_at_pieces(t) && done;
}

bool tls_talk_open(struct tls_talk *t)
{
	bool done;

	forget(t);
	done = begin(t, NULL, false);
	return point_at_pieces(t) && done;
}

bool tls_talk_say(struct tls_talk *t, bool of_client, struct slice text)
{
	const struct tls_talk_line line = { .of_client = of_client,
					    .act = TLS_TALK_SAY,
					    .text = text };
	bool done = say(t, &line) && settle(t);

	return point_at_pieces(t) && done;
}

/* ---- what came of it */

const struct tls_talk_piece *tls_talk_pieces(const struct tls_talk *t,
					     size_t *count)
{
	*count = t->piece_count;
	return t->pieces;
}

struct slice tls_talk_key_log(const struct tls_talk *t)
{
	return buf_slice(&t->key_log);
}

bool tls_talk_resumed(const struct tls_talk *t)
{
	return t->resumed;
}

uint16_t tls_talk_suite(const struct tls_talk *t)
{
	return t->suite;
}

bool tls_talk_write_key(const struct tls_talk *t, const char *path, bool der)
{
	FILE *f = fopen(path, "w");
	bool done;

	if (f == NULL)
		return false;
	done = der ? i2d_PrivateKey_fp(f, t->server.rsa) == 1
		   : PEM_write_PrivateKey(f, t->server.rsa, NULL, NULL, 0, NULL,
					  NULL) == 1;
	return fclose(f) == 0 && done;
}
