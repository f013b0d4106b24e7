#include "crypto.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#define HALF_BYTES      32 /* of r and s */
#define ES256_BYTES     64
#define ECDSA_DER_BYTES 72 /* two INTEGERs of 33 octets in a SEQUENCE */

/* Order n of P-256 (FIPS 186-5, SEC 2 section 2.4.2). */
static const uint8_t p256_order[HALF_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

static const uint8_t zero[HALF_BYTES];

static enum signature_result bad(enum verdict v, uint64_t *failed)
{
	*failed = VERDICT_BIT(v);
	return SIGNATURE_INVALID;
}

static enum signature_result refused(const char *text, const char **why)
{
	*why = text;
	return SIGNATURE_UNCHECKED;
}

/* From 1 to n - 1 (FIPS 186-5 section 6.4.2). */
static bool in_range(const uint8_t *half)
{
	return memcmp(half, zero, HALF_BYTES) != 0 &&
	       memcmp(half, p256_order, HALF_BYTES) < 0;
}

/* OpenSSL takes ECDSA-Sig-Value (RFC 3279 section 2.2.3).  0: no memory. */
static size_t der_of(const uint8_t *signature, uint8_t der[ECDSA_DER_BYTES])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, HALF_BYTES, NULL);
	BIGNUM *s = BN_bin2bn(signature + HALF_BYTES, HALF_BYTES, NULL);
	int n = 0;

	if (sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		n = i2d_ECDSA_SIG(sig, NULL);
		if (n > 0 && n <= ECDSA_DER_BYTES)
			n = i2d_ECDSA_SIG(sig, &der);
		else
			n = 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

/* ---- keys */

struct crypto_key {
	bool is_rsa;
	size_t signature_bytes;
	EVP_MD *md;
	/* What each verification begins with a copy of; NULL: refused. */
	EVP_PKEY_CTX *ready;
};

static EVP_PKEY_CTX *make_ready(const struct crypto_key *k, EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	if (ctx == NULL || k->md == NULL || EVP_PKEY_verify_init(ctx) <= 0 ||
	    (k->is_rsa &&
	     (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) <= 0 ||
	      EVP_PKEY_CTX_set_signature_md(ctx, k->md) <= 0))) {
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static bool is_of(EVP_PKEY *key, int kind)
{
	return key != NULL && EVP_PKEY_get_base_id(key) == kind;
}

enum err crypto_key_new(struct crypto_key **out, struct evp_pkey_st *key)
{
	bool is_rsa = is_of(key, EVP_PKEY_RSA);
	struct crypto_key *k;
	int bytes = ES256_BYTES;

	if (!is_rsa && !is_of(key, EVP_PKEY_EC))
		return ERR_UNSUPPORTED;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return ERR_NOMEM;
	if (is_rsa)
		bytes = EVP_PKEY_get_size(key);
	k->is_rsa = is_rsa;
	k->signature_bytes = bytes > 0 ? (size_t)bytes : 0;
	k->md = EVP_MD_fetch(NULL, is_rsa ? "SHA1" : "SHA256", NULL);
	k->ready = make_ready(k, key);
	ERR_clear_error();
	*out = k;
	return ERR_OK;
}

void crypto_key_free(struct crypto_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->ready);
	EVP_MD_free(k->md);
	free(k);
}

size_t crypto_signature_bytes(const struct crypto_key *k)
{
	return k->signature_bytes;
}

/* ---- signatures */

/* Anything but 1 is a signature that does not hold: OpenSSL answers 0, or less
 * where the decoded bytes have a wrong form. */
static enum signature_result verify(const struct crypto_key *k,
				    struct slice text, const uint8_t *signature,
				    size_t len, uint64_t *failed,
				    const char **why)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned hash_len;
	EVP_PKEY_CTX *ctx = NULL;
	enum signature_result result;

	if (k->ready != NULL)
		ctx = EVP_PKEY_CTX_dup(k->ready);
	if (ctx == NULL ||
	    EVP_Digest(text.ptr != NULL ? text.ptr : "", text.len, hash,
		       &hash_len, k->md, NULL) != 1)
		result = refused(k->is_rsa ? "OpenSSL refuses RSA with SHA-1 "
					     "(a policy of this machine)"
					   : "OpenSSL refuses ES256",
				 why);
	else if (EVP_PKEY_verify(ctx, signature, len, hash, hash_len) == 1)
		result = SIGNATURE_VALID;
	else
		result = bad(VERDICT_SIGNATURE_INVALID, failed);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return result;
}

enum signature_result crypto_es256(const struct crypto_key *k,
				   struct slice text, struct slice signature,
				   uint64_t *failed, const char **why)
{
	const uint8_t *sig = (const uint8_t *)signature.ptr;
	uint8_t der[ECDSA_DER_BYTES];
	size_t n;

	*failed = 0;
	if (k->is_rsa)
		return refused("an RSA key cannot verify ES256", why);
	if (signature.len != ES256_BYTES)
		return bad(VERDICT_SIGNATURE_MALFORMED, failed);
	if (!in_range(sig) || !in_range(sig + HALF_BYTES))
		return bad(VERDICT_SIGNATURE_INVALID, failed);
	n = der_of(sig, der);
	if (n == 0) {
		ERR_clear_error();
		return refused("out of memory", why);
	}
	return verify(k, text, der, n, failed, why);
}

enum signature_result crypto_rsa_sha1(const struct crypto_key *k,
				      struct slice text, struct slice signature,
				      uint64_t *failed, const char **why)
{
	*failed = 0;
	if (!k->is_rsa)
		return refused("an EC key cannot verify rsa-sha1", why);
	if (signature.len != k->signature_bytes)
		return bad(VERDICT_SIGNATURE_MALFORMED, failed);
	return verify(k, text, (const uint8_t *)signature.ptr, signature.len,
		      failed, why);
}
