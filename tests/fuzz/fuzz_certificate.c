/*
 * Any bytes as the file of a signer.  The law: what is read has one to ten
 * certificates; the first, written as DER, is read as itself; and a text of PEM
 * reads the same with blank lines around it.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "../../src/identity/cert.h"

static void require(int truth)
{
	if (!truth)
		abort();
}

/* All that is asked of a certificate. */
static void look_at(const struct cert_link *link, struct arena_pool *pool)
{
	struct arena arena = { NULL };
	struct identity_certificate c;

	require(cert_describe(link, &arena, pool, &c) == ERR_OK);
	require(c.sha256.len == 64 && slice_is_set(c.subject));
	require(c.spc_count + c.tn_count == link->tn.count);
	require(!c.tn_malformed || link->tn.count == 0);
	for (unsigned i = 0; i < c.tn_count; i++)
		require(c.tn[i].len > 0);
	arena_reset(&arena, pool);
}

static void ask(struct certs *certs, const struct cert *cert)
{
	json_t *payload = json_pack("{s:s,s:i}", "attest", "A", "iat", 1);
	struct cert_path path;
	unsigned bits;
	bool used = false;

	require(certs_path(certs, cert, 1767268801, &path) == ERR_OK);
	require(path.count >= 1 && path.count <= IDENTITY_CHAIN_MAX);
	require(path.failed != 0); /* nothing is trusted */
	(void)cert_covers_number(&path, cert, SLICE("12155550121"));
	(void)cert_covers_host(cert, SLICE("a.example"), true, &used);
	(void)cert_check_signer(cert, true, NULL);
	(void)cert_allows_claims(cert, payload, NULL);
	require(!cert_key_is_p256(cert) || !cert_key_is_rsa(cert, &bits));
	require(!cert_key_is_p256(cert) || cert_key(cert) != NULL);
	(void)cert_spc(cert);
	json_decref(payload);
}

static void read_again(const struct cert *cert)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert->links[0]->x509, &der);
	struct cert *again = NULL;

	if (n > 0 && (size_t)n <= CERT_FILE_BYTES_MAX) {
		struct slice content = { (const char *)der, (size_t)n };

		require(cert_new(&again, content, "", NULL) == ERR_OK);
		require(again->count == 1);
		require(slice_eq(cert_name(cert), cert_name(again)));
		cert_free(again);
	}
	OPENSSL_free(der);
}

static void read_with_blanks(struct slice content, const struct cert *cert)
{
	struct cert *again = NULL;
	struct buf text;
	enum err err;

	buf_init(&text, content.len + 16);
	buf_add_text(&text, "\r\n \n");
	buf_add(&text, content);
	buf_add_text(&text, "\n\n");
	err = cert_new(&again, buf_slice(&text), "", NULL);
	require(err == ERR_OK && again->count == cert->count);
	for (unsigned i = 0; i < cert->count; i++)
		require(memcmp(cert->links[i]->sha256, again->links[i]->sha256,
			       32) == 0);
	cert_free(again);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice content = { (const char *)data, size };
	struct arena_pool *pool = arena_pool_new();
	struct certs *certs = NULL;
	struct cert *cert = NULL;

	require(pool != NULL && certs_new(&certs) == ERR_OK);
	if (cert_new(&cert, content, "", NULL) == ERR_OK) {
		require(cert->count >= 1 && cert->count <= IDENTITY_CHAIN_MAX);
		for (unsigned i = 0; i < cert->count; i++)
			look_at(cert->links[i], pool);
		ask(certs, cert);
		read_again(cert);
		if (data[0] != 0x30 && size + 8 < CERT_FILE_BYTES_MAX)
			read_with_blanks(content, cert);
		cert_free(cert);
	}
	certs_free(certs);
	arena_pool_free(pool);
	return 0;
}
