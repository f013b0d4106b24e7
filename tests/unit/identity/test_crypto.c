/* Signatures by OpenSSL: ES256 (RFC 7518 section 3.4), RSA with SHA-1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "../../../src/identity/crypto.h"
#include "../../tools/pki.h"
#include "../../tools/sign.h"

#define MALFORMED VERDICT_BIT(VERDICT_SIGNATURE_MALFORMED)
#define INVALID   VERDICT_BIT(VERDICT_SIGNATURE_INVALID)

/* A half with a leading zero comes once in 256 signatures. */
#define TRIES 10000

#define ES256_BYTES 64

static const struct slice text = { "the signed bytes", 16 };

static struct slice bytes_of(const uint8_t *bytes, size_t len)
{
	return (struct slice){ (const char *)bytes, len };
}

static struct crypto_key *ready(EVP_PKEY *key)
{
	struct crypto_key *k = NULL;

	assert_int_equal(crypto_key_new(&k, key), ERR_OK);
	return k;
}

static enum signature_result es256(EVP_PKEY *key, struct slice over,
				   struct slice signature, uint64_t *failed)
{
	const char *why = NULL;
	struct crypto_key *k = ready(key);
	enum signature_result r =
		crypto_es256(k, over, signature, failed, &why);

	assert_int_equal(crypto_signature_bytes(k), ES256_BYTES);
	crypto_key_free(k);

	assert_null(why);
	assert_int_equal(ERR_peek_error(), 0);
	return r;
}

static void signed_by(EVP_PKEY *key, uint8_t out[ES256_BYTES])
{
	struct buf b;

	buf_init(&b, SIGN_BYTES_MAX);
	assert_true(sign_es256(&b, key, text));
	assert_int_equal(b.len, ES256_BYTES);
	memcpy(out, b.ptr, ES256_BYTES);
	buf_free(&b);
}

static EVP_PKEY *public_key(const uint8_t point[65])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char[]){ "P-256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL,
						  65),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	uint8_t copy[65];

	memcpy(copy, point, sizeof(copy));
	params[1].data = copy;
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* RFC 7515 appendix A.3: its key, its text, its signature. */
static void the_example_of_rfc7515_verifies(void **state)
{
	static const uint8_t point[65] = {
		4,   127, 205, 206, 39,  112, 246, 196, 93,  65,  131, 203, 238,
		111, 219, 75,  123, 88,  7,   51,  53,  123, 233, 239, 19,  186,
		207, 110, 60,  123, 209, 84,  69,  199, 241, 68,  205, 27,  189,
		155, 126, 135, 44,  223, 237, 185, 238, 185, 244, 179, 105, 93,
		110, 169, 11,  36,  173, 138, 70,  35,  40,  133, 136, 229, 173,
	};
	static const uint8_t signature[64] = {
		14,  209, 33,  83,  121, 99,  108, 72,  60,  47,  127, 21,  88,
		7,   212, 2,   163, 178, 40,  3,   58,  249, 124, 126, 23,  129,
		154, 195, 22,  158, 166, 101, 197, 10,  7,   211, 140, 60,  112,
		229, 216, 241, 45,  175, 8,   74,  84,  128, 166, 101, 144, 197,
		242, 147, 80,  154, 143, 63,  127, 138, 131, 163, 84,  213,
	};
	const struct slice input = SLICE(
		"eyJhbGciOiJFUzI1NiJ9."
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9"
		"leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
	EVP_PKEY *key = public_key(point);
	uint64_t failed = 1;

	(void)state;
	assert_int_equal(es256(key, input, bytes_of(signature, 64), &failed),
			 SIGNATURE_VALID);
	assert_int_equal(failed, 0);
	assert_int_equal(es256(key, text, bytes_of(signature, 64), &failed),
			 SIGNATURE_INVALID);
	assert_int_equal(failed, INVALID);
	EVP_PKEY_free(key);
}

static void halves_of_any_size_become_der(void **state)
{
	EVP_PKEY *key = pki_key("P-256");
	bool high = false;
	bool short_r = false;
	bool short_s = false;
	uint8_t sig[ES256_BYTES];
	uint64_t failed;

	(void)state;
	for (unsigned i = 0; i < TRIES && !(high && short_r && short_s); i++) {
		bool is_new;

		signed_by(key, sig);
		is_new = (!high && sig[0] > 127 && sig[32] > 127) ||
			 (!short_r && sig[0] == 0) ||
			 (!short_s && sig[32] == 0);
		if (!is_new)
			continue;
		high |= sig[0] > 127 && sig[32] > 127;
		short_r |= sig[0] == 0;
		short_s |= sig[32] == 0;
		assert_int_equal(es256(key, text, bytes_of(sig, 64), &failed),
				 SIGNATURE_VALID);
	}
	assert_true(high && short_r && short_s);
	EVP_PKEY_free(key);
}

static void another_length_is_malformed(void **state)
{
	static const size_t lengths[] = { 0, 1, 32, 63, 65, 70, 71, 72, 128 };
	EVP_PKEY *key = pki_key("P-256");
	uint8_t sig[128] = { 0 };
	uint64_t failed;

	(void)state;
	signed_by(key, sig);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(
			es256(key, text, bytes_of(sig, lengths[i]), &failed),
			SIGNATURE_INVALID);
		assert_int_equal(failed, MALFORMED);
	}
	assert_int_equal(es256(key, text, SLICE_NONE, &failed),
			 SIGNATURE_INVALID);
	assert_int_equal(failed, MALFORMED);
	EVP_PKEY_free(key);
}

/* FIPS 186-5 section 6.4.2: r and s are from 1 to n - 1. */
static void halves_out_of_range_do_not_hold(void **state)
{
	static const uint8_t order[32] = {
		0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
		0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
	};
	static const uint8_t zero[32];
	static const uint8_t ones[32] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t *const bad[] = { order, zero, ones };
	EVP_PKEY *key = pki_key("P-256");
	uint64_t failed;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		uint8_t sig[ES256_BYTES];

		signed_by(key, sig);
		memcpy(sig + (i % 2 == 0 ? 0 : 32), bad[i / 2], 32);
		assert_int_equal(es256(key, text, bytes_of(sig, 64), &failed),
				 SIGNATURE_INVALID);
		assert_int_equal(failed, INVALID);
	}
	EVP_PKEY_free(key);
}

static void a_bit_more_or_another_key_does_not_hold(void **state)
{
	EVP_PKEY *key = pki_key("P-256");
	EVP_PKEY *other = pki_key("P-256");
	uint8_t sig[ES256_BYTES];
	uint64_t failed;

	(void)state;
	signed_by(key, sig);
	assert_int_equal(es256(other, text, bytes_of(sig, 64), &failed),
			 SIGNATURE_INVALID);
	assert_int_equal(failed, INVALID);
	sig[63] ^= 1;
	assert_int_equal(es256(key, text, bytes_of(sig, 64), &failed),
			 SIGNATURE_INVALID);
	assert_int_equal(failed, INVALID);
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
}

/* The octets of an RSA signature; how many. */
static size_t rsa_signed(EVP_PKEY *key, struct slice over, uint8_t out[512])
{
	struct buf b;
	int n;

	buf_init(&b, SIGN_BYTES_MAX);
	assert_true(sign_rfc4474(&b, key, over));
	n = EVP_DecodeBlock(out, (const uint8_t *)b.ptr, (int)b.len);
	assert_true(n > 0);
	for (size_t i = b.len; i > 0 && b.ptr[i - 1] == '='; i--)
		n--;
	buf_free(&b);
	return (size_t)n;
}

static enum signature_result rsa_sha1(EVP_PKEY *key, struct slice over,
				      struct slice signature, uint64_t *failed)
{
	const char *why = NULL;
	struct crypto_key *k = ready(key);
	enum signature_result r =
		crypto_rsa_sha1(k, over, signature, failed, &why);

	assert_int_equal(crypto_signature_bytes(k), 256);
	crypto_key_free(k);
	assert_null(why);
	assert_int_equal(ERR_peek_error(), 0);
	return r;
}

static void rsa_with_sha1_verifies(void **state)
{
	EVP_PKEY *key = pki_key("RSA-2048");
	uint8_t sig[512];
	size_t len = rsa_signed(key, text, sig);
	uint64_t failed = 1;

	(void)state;
	assert_int_equal(len, 256);
	assert_int_equal(rsa_sha1(key, text, bytes_of(sig, len), &failed),
			 SIGNATURE_VALID);
	assert_int_equal(failed, 0);
	assert_int_equal(
		rsa_sha1(key, SLICE("other"), bytes_of(sig, len), &failed),
		SIGNATURE_INVALID);
	assert_int_equal(failed, INVALID);
	assert_int_equal(rsa_sha1(key, text, bytes_of(sig, len - 1), &failed),
			 SIGNATURE_INVALID);
	assert_int_equal(failed, MALFORMED);
	EVP_PKEY_free(key);
}

/* The same hash with another name in front of it does not count. */
static void rsa_with_sha256_is_not_rsa_with_sha1(void **state)
{
	EVP_PKEY *key = pki_key("RSA-2048");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[512];
	size_t len = sizeof(sig);
	uint64_t failed;

	(void)state;
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key),
			 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &len,
					(const uint8_t *)text.ptr, text.len),
			 1);
	EVP_MD_CTX_free(ctx);
	assert_int_equal(rsa_sha1(key, text, bytes_of(sig, len), &failed),
			 SIGNATURE_INVALID);
	assert_int_equal(failed, INVALID);
	EVP_PKEY_free(key);
}

/* The kind of the key is never what chooses the algorithm. */
static void a_key_of_the_other_kind_leaves_it_unchecked(void **state)
{
	static const char *const kinds[] = { "P-256", "RSA-2048" };
	uint8_t sig[512] = { 1 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		EVP_PKEY *key = pki_key(kinds[i]);
		struct crypto_key *k = ready(key);
		struct slice s = bytes_of(sig, crypto_signature_bytes(k));
		const char *why = NULL;
		uint64_t failed = 1;

		assert_int_equal((i == 0 ? crypto_rsa_sha1 : crypto_es256)(
					 k, text, s, &failed, &why),
				 SIGNATURE_UNCHECKED);
		assert_int_equal(failed, 0);
		assert_non_null(why);
		crypto_key_free(k);
		EVP_PKEY_free(key);
	}
}

static void other_kinds_of_keys_are_of_no_use(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct crypto_key *k = NULL;

	(void)state;
	assert_non_null(key);
	assert_int_equal(crypto_key_new(&k, key), ERR_UNSUPPORTED);
	assert_int_equal(crypto_key_new(&k, NULL), ERR_UNSUPPORTED);
	assert_null(k);
	EVP_PKEY_free(key);
}

struct shared {
	const struct crypto_key *key;
	uint8_t sig[ES256_BYTES];
};

static void *verify_often(void *ctx)
{
	const struct shared *s = ctx;
	uintptr_t wrong = 0;

	for (unsigned i = 0; i < 200; i++) {
		const char *why = NULL;
		uint64_t failed;
		enum signature_result r = crypto_es256(
			s->key, i % 2 == 0 ? text : SLICE("other"),
			bytes_of(s->sig, ES256_BYTES), &failed, &why);

		wrong +=
			r != (i % 2 == 0 ? SIGNATURE_VALID : SIGNATURE_INVALID);
	}
	return (void *)wrong;
}

static void threads_may_share_a_key(void **state)
{
	EVP_PKEY *key = pki_key("P-256");
	struct crypto_key *k = ready(key);
	struct shared s = { .key = k };
	pthread_t threads[4];

	(void)state;
	signed_by(key, s.sig);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, verify_often, &s), 0);
	for (unsigned i = 0; i < 4; i++) {
		void *wrong = &s;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	crypto_key_free(k);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_rfc7515_verifies),
		cmocka_unit_test(halves_of_any_size_become_der),
		cmocka_unit_test(another_length_is_malformed),
		cmocka_unit_test(halves_out_of_range_do_not_hold),
		cmocka_unit_test(a_bit_more_or_another_key_does_not_hold),
		cmocka_unit_test(rsa_with_sha1_verifies),
		cmocka_unit_test(rsa_with_sha256_is_not_rsa_with_sha1),
		cmocka_unit_test(a_key_of_the_other_kind_leaves_it_unchecked),
		cmocka_unit_test(other_kinds_of_keys_are_of_no_use),
		cmocka_unit_test(threads_may_share_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
