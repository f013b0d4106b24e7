#include "tls_cipher.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "tls_cipher_inner.h"
#include "tls_prf.h"

#define MAC_MAX 48
#define KEY_MAX 32

/* MAC key, key and IV, of both sides. */
#define KEY_BLOCK_MAX (2 * (MAC_MAX + KEY_MAX + TLS_BLOCK_MAX))

static enum err set_cipher(struct tls_cipher *c, const uint8_t *key)
{
	const struct tls_bulk *b = c->bulk;
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, b->cipher, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool done = cipher != NULL && ctx != NULL &&
		    EVP_DecryptInit_ex2(ctx, cipher, NULL, NULL, NULL) == 1;

	if (b->mode == TLS_MODE_CBC)
		done = done && EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
	else
		done = done && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN,
						   TLS_NONCE_BYTES, NULL) == 1;
	/* The length of the tag goes into each block of CCM. */
	if (b->mode == TLS_MODE_CCM)
		done = done && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
						   b->tag, NULL) == 1;
	done = done && EVP_DecryptInit_ex2(ctx, NULL, key, NULL, NULL) == 1;
	EVP_CIPHER_free(cipher);
	if (!done) {
		EVP_CIPHER_CTX_free(ctx);
		return ctx == NULL ? ERR_NOMEM : ERR_UNSUPPORTED;
	}
	EVP_CIPHER_CTX_free(c->cipher);
	c->cipher = ctx;
	return ERR_OK;
}

static enum err set_mac(struct tls_cipher *c, const uint8_t *key)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char digest[8] = "";
	OSSL_PARAM params[2];
	bool done;

	slice_copy(slice_of(c->bulk->mac), digest, sizeof(digest));
	params[0] = OSSL_PARAM_construct_utf8_string("digest", digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	c->mac = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
	done = c->mac != NULL &&
	       EVP_MAC_init(c->mac, key, c->bulk->tag, params) == 1;
	EVP_MAC_free(mac);
	return done ? ERR_OK : ERR_UNSUPPORTED;
}

/* RFC 5246 section 6.3: of each kind first the client's, then the server's. */
static enum err cut_key_block(struct tls_cipher *c, const uint8_t *block,
			      bool of_client)
{
	const struct tls_bulk *b = c->bulk;
	size_t mac = b->mac != NULL ? b->tag : 0;
	const uint8_t *mac_key = block + (of_client ? 0 : mac);
	const uint8_t *key = block + 2 * mac + (of_client ? 0 : b->key);
	const uint8_t *iv =
		block + 2 * (mac + b->key) + (of_client ? 0 : b->iv);
	enum err err = ERR_OK;

	memcpy(c->iv, iv, b->iv);
	if (b->mac != NULL)
		err = set_mac(c, mac_key);
	if (!err && b->cipher != NULL)
		err = set_cipher(c, key);
	return err;
}

static enum err set_keys(struct tls_cipher *c, const struct tls_agreed *agreed,
			 bool of_client)
{
	const struct tls_bulk *b = c->bulk;
	struct tls_seed seed = {
		SLICE("key expansion"),
		{ (const char *)agreed->server_random, TLS_RANDOM_BYTES },
		{ (const char *)agreed->client_random, TLS_RANDOM_BYTES },
	};
	uint8_t block[KEY_BLOCK_MAX];
	size_t mac = b->mac != NULL ? b->tag : 0;
	size_t len = 2 * (mac + b->key + b->iv);
	enum err err = tls_prf(c->suite, c->version, &agreed->master, &seed,
			       block, len);

	if (!err)
		err = cut_key_block(c, block, of_client);
	OPENSSL_cleanse(block, sizeof(block));
	return err;
}

/* RFC 8446 section 7.3. */
static enum err set_keys_13(struct tls_cipher *c,
			    const struct tls_secret *traffic)
{
	uint8_t key[KEY_MAX];
	uint8_t iv[TLS_NONCE_BYTES];
	enum err err = tls_expand_label(c->suite, traffic, SLICE("key"), key,
					c->bulk->key);

	if (!err)
		err = tls_expand_label(c->suite, traffic, SLICE("iv"), iv,
				       sizeof(iv));
	if (!err)
		err = set_cipher(c, key);
	OPENSSL_cleanse(key, sizeof(key));
	if (err)
		return err;
	memcpy(c->iv, iv, sizeof(iv));
	c->traffic = *traffic;
	c->sequence = 0;
	return ERR_OK;
}

static struct tls_cipher *made(const struct tls_suite *suite, uint16_t version)
{
	struct tls_cipher *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->suite = suite;
		c->bulk = suite->bulk;
		c->version = version;
	}
	return c;
}

static enum err given(struct tls_cipher **out, struct tls_cipher *c,
		      enum err err)
{
	if (err)
		tls_cipher_free(c);
	else
		*out = c;
	return err;
}

enum err tls_cipher_new(struct tls_cipher **out,
			const struct tls_agreed *agreed, bool of_client)
{
	const struct tls_suite *s = agreed->suite;
	struct tls_cipher *c;

	if (s->exchange == TLS_EXCHANGE_13 || agreed->version < TLS_1_0 ||
	    agreed->version > TLS_1_2)
		return ERR_UNSUPPORTED;
	/* RFC 5288 section 4 and the like: none of them before TLS 1.2. */
	if (s->bulk->mac == NULL && agreed->version < TLS_1_2)
		return ERR_UNSUPPORTED;
	c = made(s, agreed->version);
	if (c == NULL)
		return ERR_NOMEM;
	c->encrypt_then_mac = agreed->encrypt_then_mac;
	return given(out, c, set_keys(c, agreed, of_client));
}

enum err tls_cipher_new_13(struct tls_cipher **out,
			   const struct tls_suite *suite,
			   const struct tls_secret *traffic)
{
	struct tls_cipher *c;

	if (suite->exchange != TLS_EXCHANGE_13)
		return ERR_UNSUPPORTED;
	if (traffic->len != suite->hash_bytes)
		return ERR_MALFORMED;
	c = made(suite, TLS_1_3);
	if (c == NULL)
		return ERR_NOMEM;
	return given(out, c, set_keys_13(c, traffic));
}

void tls_cipher_free(struct tls_cipher *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->cipher);
	EVP_MAC_CTX_free(c->mac);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
}

enum err tls_cipher_update(struct tls_cipher *c)
{
	struct tls_secret next = { .len = c->traffic.len };
	enum err err;

	if (c->version != TLS_1_3)
		return ERR_UNSUPPORTED;
	err = tls_expand_label(c->suite, &c->traffic, SLICE("traffic upd"),
			       next.bytes, next.len);
	if (!err)
		err = set_keys_13(c, &next);
	OPENSSL_cleanse(&next, sizeof(next));
	return err;
}

void tls_cipher_skip(struct tls_cipher *c, uint64_t n)
{
	c->sequence += n;
}
