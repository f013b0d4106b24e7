#include "sign.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

/* Of any signature here: DER of ECDSA, or RSA with up to 8192 bits. */
#define SIGNATURE_BYTES_MAX 1024

#define HALF_BYTES 32

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* RFC 4648 sections 5 and 4 */
static const char url_alphabet[] = LETTERS "-_";
static const char standard_alphabet[] = LETTERS "+/";

static void encode(struct buf *out, struct slice bytes, const char *alphabet)
{
	unsigned bits = 0;
	uint32_t held = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		held = held << 8 | (unsigned char)bytes.ptr[i];
		for (bits += 8; bits >= 6; bits -= 6)
			buf_add_char(out, alphabet[held >> (bits - 6) & 63]);
	}
	if (bits > 0)
		buf_add_char(out, alphabet[held << (6 - bits) & 63]);
}

void sign_base64url(struct buf *out, struct slice bytes)
{
	encode(out, bytes, url_alphabet);
}

void sign_base64(struct buf *out, struct slice bytes)
{
	encode(out, bytes, standard_alphabet);
	for (size_t i = bytes.len; i % 3 != 0; i++)
		buf_add_char(out, '=');
}

/* How many octets; 0 if it was refused. */
static size_t sign(EVP_PKEY *key, const EVP_MD *md, struct slice text,
		   uint8_t out[SIGNATURE_BYTES_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = SIGNATURE_BYTES_MAX;
	bool done =
		ctx != NULL &&
		EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
		EVP_DigestSign(ctx, out, &len,
			       (const uint8_t *)(text.len > 0 ? text.ptr : ""),
			       text.len) == 1;

	EVP_MD_CTX_free(ctx);
	return done ? len : 0;
}

bool sign_es256(struct buf *out, EVP_PKEY *key, struct slice text)
{
	uint8_t der[SIGNATURE_BYTES_MAX];
	uint8_t raw[2 * HALF_BYTES];
	const uint8_t *p = der;
	size_t len = sign(key, EVP_sha256(), text, der);
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
	bool done = sig != NULL &&
		    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, HALF_BYTES) ==
			    HALF_BYTES &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + HALF_BYTES,
				 HALF_BYTES) == HALF_BYTES;

	ECDSA_SIG_free(sig);
	if (done)
		buf_add(out, (struct slice){ (const char *)raw, sizeof(raw) });
	return done;
}

/* The dots, the parts between them if `whole`, and the signature. */
static bool add_token(struct buf *out, EVP_PKEY *key, const char *jose,
		      const char *payload, bool whole)
{
	struct buf input;
	struct buf signature;
	bool done;

	buf_init(&input, SIGN_BYTES_MAX);
	buf_init(&signature, SIGN_BYTES_MAX);
	sign_base64url(&input, slice_of(jose));
	buf_add_char(&input, '.');
	sign_base64url(&input, slice_of(payload));
	done = sign_es256(&signature, key, buf_slice(&input));
	buf_add(out, whole ? buf_slice(&input) : SLICE("."));
	buf_add_char(out, '.');
	sign_base64url(out, buf_slice(&signature));
	buf_free(&signature);
	buf_free(&input);
	return done && !out->failed;
}

bool sign_passport(struct buf *out, EVP_PKEY *key, const char *jose,
		   const char *payload)
{
	return add_token(out, key, jose, payload, true);
}

bool sign_compact(struct buf *out, EVP_PKEY *key, const char *jose,
		  const char *payload)
{
	return add_token(out, key, jose, payload, false);
}

bool sign_rfc4474(struct buf *out, EVP_PKEY *key, struct slice digest_string)
{
	uint8_t raw[SIGNATURE_BYTES_MAX];
	size_t len = sign(key, EVP_sha1(), digest_string, raw);

	sign_base64(out, (struct slice){ (const char *)raw, len });
	return len > 0 && !out->failed;
}
