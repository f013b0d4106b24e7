#include "keys_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "sipmon/base/bytes.h"

/* A key of 16384 bits has 13 kB as PEM; certificates may stand before it. */
#define FILE_MAX      ((size_t)1024 * 1024)
#define MODULUS_MAX   2048 /* bytes: 16384 bits, the most that OpenSSL takes */
#define PREMASTER_LEN 48

struct keys_private {
	EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;
	size_t modulus;
	uint8_t clear[MODULUS_MAX];
};

/* OpenSSL would ask at the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static EVP_PKEY *read_der(const uint8_t *bytes, size_t len, bool *encrypted)
{
	EVP_PKEY *key = NULL;
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(
		&key, "DER", NULL, NULL, EVP_PKEY_KEYPAIR, NULL, NULL);

	if (ctx != NULL && OSSL_DECODER_CTX_set_pem_password_cb(
				   ctx, no_passphrase, encrypted) == 1)
		(void)OSSL_DECODER_from_data(ctx, &bytes, &len);
	OSSL_DECODER_CTX_free(ctx);
	return key;
}

static EVP_PKEY *read_pem(const uint8_t *bytes, size_t len, bool *encrypted)
{
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase,
					      encrypted);
	BIO_free(bio);
	return key;
}

static enum err say(struct problem *problem, const char *path, const char *why,
		    enum err err)
{
	problem_set(problem, "%s: %s", path, why);
	return err;
}

/* The whole file in `*bytes`, which the caller cleanses and frees. */
static enum err read_file(const char *path, uint8_t **bytes, size_t *len,
			  struct problem *problem)
{
	FILE *f = fopen(path, "rbe");
	enum err err = ERR_OK;

	if (f == NULL)
		return say(problem, path, strerror(errno), ERR_SYSTEM);
	*bytes = malloc(FILE_MAX);
	if (*bytes == NULL) {
		err = say(problem, path, "out of memory", ERR_NOMEM);
	} else {
		/* So that no copy stays behind in the buffer of stdio. */
		(void)setvbuf(f, NULL, _IONBF, 0);
		*len = fread(*bytes, 1, FILE_MAX, f);
		if (ferror(f) != 0)
			err = say(problem, path, strerror(errno), ERR_SYSTEM);
		else if (*len == FILE_MAX)
			err = say(problem, path, "too large for a private key",
				  ERR_LIMIT);
	}
	(void)fclose(f);
	return err;
}

static enum err parse(struct keys_private *k, const uint8_t *bytes, size_t len,
		      const char *path, struct problem *problem)
{
	bool encrypted = false;

	k->key = read_pem(bytes, len, &encrypted);
	if (k->key == NULL && !encrypted)
		k->key = read_der(bytes, len, &encrypted);
	ERR_clear_error();
	if (encrypted)
		return say(problem, path,
			   "the private key is encrypted; give one without a "
			   "passphrase",
			   ERR_UNSUPPORTED);
	if (k->key == NULL)
		return say(problem, path, "no private key, PEM or DER",
			   ERR_MALFORMED);
	if (EVP_PKEY_is_a(k->key, "RSA") != 1)
		return say(problem, path,
			   "not an RSA key: only RSA key exchange can be "
			   "opened with a private key",
			   ERR_UNSUPPORTED);
	k->modulus = (size_t)EVP_PKEY_get_size(k->key);
	k->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->key, NULL);
	if (k->ctx == NULL || k->modulus > MODULUS_MAX ||
	    EVP_PKEY_decrypt_init(k->ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(k->ctx, RSA_PKCS1_PADDING) != 1)
		return say(problem, path, "OpenSSL cannot decrypt with it",
			   ERR_UNSUPPORTED);
	return ERR_OK;
}

enum err keys_private_open(struct keys_private **out, const char *path,
			   struct problem *problem)
{
	struct keys_private *k = calloc(1, sizeof(*k));
	uint8_t *bytes = NULL;
	size_t len = 0;
	enum err err;

	if (k == NULL)
		return say(problem, path, "out of memory", ERR_NOMEM);
	err = read_file(path, &bytes, &len, problem);
	if (!err)
		err = parse(k, bytes, len, path, problem);
	if (bytes != NULL)
		OPENSSL_cleanse(bytes, len);
	free(bytes);
	if (err)
		keys_private_free(k);
	else
		*out = k;
	return err;
}

void keys_private_free(struct keys_private *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->ctx);
	EVP_PKEY_free(k->key);
	OPENSSL_cleanse(k, sizeof(*k));
	free(k);
}

bool keys_private_decrypt(struct keys_private *k, struct slice encrypted,
			  uint16_t version, struct tls_secret *out)
{
	size_t len = sizeof(k->clear);
	bool good;

	/* A number of another length is meant for another key. */
	if (encrypted.len != k->modulus)
		return false;
	/*
	 * What was meant for another key of this length fails, or gives bytes
	 * that nobody sent (OpenSSL 3.2 hides from an attacker which): the
	 * length and the version decide.
	 */
	good = EVP_PKEY_decrypt(k->ctx, k->clear, &len,
				(const uint8_t *)encrypted.ptr,
				encrypted.len) == 1 &&
	       len == PREMASTER_LEN && be16(k->clear) == version;
	if (good) {
		memcpy(out->bytes, k->clear, PREMASTER_LEN);
		out->len = PREMASTER_LEN;
	} else {
		ERR_clear_error();
	}
	OPENSSL_cleanse(k->clear, sizeof(k->clear));
	return good;
}
