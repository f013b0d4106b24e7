#include "tls_prf.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* The parameters of OpenSSL are not const: what it only reads is not written.
 */
static void *only_read(const void *p)
{
	void *out;

	memcpy(&out, &p, sizeof(out));
	return out;
}

static OSSL_PARAM octets(const char *name, struct slice s)
{
	return OSSL_PARAM_construct_octet_string(
		name, only_read(s.len > 0 ? s.ptr : ""), s.len);
}

static OSSL_PARAM word(const char *name, const char *text)
{
	return OSSL_PARAM_construct_utf8_string(name, only_read(text), 0);
}

static struct slice secret_slice(const struct tls_secret *s)
{
	return (struct slice){ (const char *)s->bytes, s->len };
}

static enum err derive(const char *name, const OSSL_PARAM *params, uint8_t *out,
		       size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	enum err err = ERR_UNSUPPORTED;

	if (ctx != NULL && EVP_KDF_derive(ctx, out, len, params) == 1)
		err = ERR_OK;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return err;
}

enum err tls_prf(const struct tls_suite *s, uint16_t version,
		 const struct tls_secret *secret, const struct tls_seed *seed,
		 uint8_t *out, size_t len)
{
	const char *hash = version < TLS_1_2 ? "MD5-SHA1" : tls_suite_hash(s);
	OSSL_PARAM params[] = {
		word(OSSL_KDF_PARAM_DIGEST, hash),
		octets(OSSL_KDF_PARAM_SECRET, secret_slice(secret)),
		octets(OSSL_KDF_PARAM_SEED, seed->label),
		octets(OSSL_KDF_PARAM_SEED, seed->first),
		octets(OSSL_KDF_PARAM_SEED, seed->second),
		OSSL_PARAM_construct_end(),
	};

	return derive("TLS1-PRF", params, out, len);
}

enum err tls_expand_label(const struct tls_suite *s,
			  const struct tls_secret *secret, struct slice label,
			  uint8_t *out, size_t len)
{
	OSSL_PARAM params[] = {
		word(OSSL_KDF_PARAM_MODE, "EXPAND_ONLY"),
		word(OSSL_KDF_PARAM_DIGEST, tls_suite_hash(s)),
		octets(OSSL_KDF_PARAM_KEY, secret_slice(secret)),
		octets(OSSL_KDF_PARAM_PREFIX, SLICE("tls13 ")),
		octets(OSSL_KDF_PARAM_LABEL, label),
		octets(OSSL_KDF_PARAM_DATA, SLICE("")),
		OSSL_PARAM_construct_end(),
	};

	return derive("TLS13-KDF", params, out, len);
}

static struct slice random_slice(const uint8_t *bytes)
{
	return (struct slice){ (const char *)bytes, TLS_RANDOM_BYTES };
}

#define MASTER_BYTES 48 /* RFC 5246 section 8.1 */

enum err tls_master_of(const struct tls_suite *s, uint16_t version,
		       const struct tls_secret *premaster,
		       const uint8_t *client_random,
		       const uint8_t *server_random, struct slice session_hash,
		       struct tls_secret *out)
{
	struct tls_seed seed = { SLICE("master secret"),
				 random_slice(client_random),
				 random_slice(server_random) };
	struct tls_secret made = { .len = MASTER_BYTES };
	enum err err;

	if (slice_is_set(session_hash))
		seed = (struct tls_seed){ SLICE("extended master secret"),
					  session_hash, SLICE("") };
	err = tls_prf(s, version, premaster, &seed, made.bytes, made.len);
	if (err)
		return err;
	*out = made;
	return ERR_OK;
}
