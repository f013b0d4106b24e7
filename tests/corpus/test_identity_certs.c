/*
 * Certificates and revocation lists that are too many, too long, or go round
 * in circles: through the whole program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "../tools/sign.h"
#include "forge.h"

/* ---- chains */

/* The certificate of `p` with `count` others behind it, as a file. */
static void write_chain(struct forge *f, const char *name, struct pki *const *p,
			unsigned count)
{
	struct buf pem;

	buf_init(&pem, FORGE_BYTES_MAX);
	for (unsigned i = 0; i < count; i++)
		pki_add_pem(&pem, p[i]->cert);
	forge_file(f, name, buf_slice(&pem));
	buf_free(&pem);
}

static const struct pki_tn any_number = { PKI_SPC, "1234", 0 };

static void make_ca(struct pki *out, const char *cn, EVP_PKEY *key,
		    const struct pki *issuer)
{
	assert_true(pki_make(out, &(struct pki_options){ .cn = cn,
							 .key = key,
							 .issuer = issuer,
							 .is_ca = true }));
}

static void make_leaf(struct pki *out, const struct pki *issuer)
{
	assert_true(pki_make(out, &(struct pki_options){ .cn = "SHAKEN 1234",
							 .issuer = issuer,
							 .tn = &any_number,
							 .tn_count = 1 }));
}

static void call_of(struct forge *f, const char *call, const char *url,
		    const struct pki *by)
{
	forge_call(f, call, &(struct forge_token){ .url = url, .by = by });
}

/* A issued B, and B issued A. */
static void a_chain_that_loops_leads_nowhere(void **state)
{
	struct forge *f = *state;
	char path[CHILD_PATH_BYTES];
	const char *const options[] = { "--untrusted", path, NULL };
	struct pki first;
	struct pki a;
	struct pki b;
	struct pki leaf;
	json_t *report;

	make_ca(&first, "B", NULL, NULL);
	make_ca(&a, "A", NULL, &first);
	make_ca(&b, "B", first.key, &a);
	make_leaf(&leaf, &a);
	write_chain(f, "loop.pem", (struct pki *[]){ &leaf, &a, &b }, 3);
	write_chain(f, "alone.pem", (struct pki *[]){ &leaf }, 1);
	assert_true(pki_write_certs(f->folder, "loop.pem",
				    (X509 *const[]){ a.cert, b.cert, NULL }));
	(void)child_file(path, f->folder, "loop.pem");
	call_of(f, "loop", FORGE_HOST "loop.pem", &leaf);
	call_of(f, "alone", FORGE_HOST "alone.pem", &leaf);
	report = forge_report(f, NULL, NULL);
	forge_expect(report, "loop", "CERT_UNTRUSTED/437/valid");
	forge_expect(report, "alone", "CERT_UNTRUSTED/437/valid");
	json_decref(report);
	report = forge_report(f, options, NULL);
	forge_expect(report, "alone", "CERT_UNTRUSTED/437/valid");
	json_decref(report);
	pki_free(&leaf);
	pki_free(&b);
	pki_free(&a);
	pki_free(&first);
}

#define LONG_CHAIN 40

/* Each issued the next one; the anchor is the first. */
static void a_chain_without_end_is_given_up(void **state)
{
	struct forge *f = *state;
	struct pki chain[LONG_CHAIN];
	struct pki *order[LONG_CHAIN + 1];
	struct pki leaf;
	json_t *report;

	for (unsigned i = 0; i < LONG_CHAIN; i++) {
		char cn[32];

		(void)snprintf(cn, sizeof(cn), "CA %u", i);
		make_ca(&chain[i], cn, NULL, i == 0 ? &f->root : &chain[i - 1]);
	}
	make_leaf(&leaf, &chain[LONG_CHAIN - 1]);
	order[0] = &leaf;
	for (unsigned i = 0; i < LONG_CHAIN; i++)
		order[i + 1] = &chain[LONG_CHAIN - 1 - i];
	write_chain(f, "long.pem", order, LONG_CHAIN + 1);
	call_of(f, "long", FORGE_HOST "long.pem", &leaf);
	report = forge_report(f, NULL, NULL);
	forge_expect(report, "long", "CERT_UNTRUSTED/437/valid");
	json_decref(report);
	pki_free(&leaf);
	for (unsigned i = 0; i < LONG_CHAIN; i++)
		pki_free(&chain[i]);
}

#define NAMESAKES 1000

/* One of a thousand of the same name and the same key issued the signer, and
 * all of them are at hand. */
static void many_of_the_same_name_are_told_apart(void **state)
{
	struct forge *f = *state;
	char path[CHILD_PATH_BYTES];
	const char *const options[] = { "--untrusted", path, NULL };
	struct pki issuer;
	struct pki leaf;
	struct buf pem;
	json_t *report;

	(void)child_file(path, f->folder, "namesakes.pem");
	make_ca(&issuer, "Namesake", NULL, &f->root);
	make_leaf(&leaf, &issuer);
	buf_init(&pem, FORGE_BYTES_MAX);
	for (unsigned i = 0; i < NAMESAKES; i++) {
		struct pki same;

		assert_true(pki_make(
			&same, &(struct pki_options){ .cn = "Namesake",
						      .key = issuer.key,
						      .issuer = &leaf,
						      .sign_key = issuer.key,
						      .serial = 100 + i,
						      .is_ca = true }));
		pki_add_pem(&pem, same.cert);
		pki_free(&same);
	}
	pki_add_pem(&pem, issuer.cert);
	assert_true(child_write_file(path, buf_slice(&pem)));
	write_chain(f, "leaf.pem", (struct pki *[]){ &leaf }, 1);
	for (unsigned i = 0; i < 100; i++) {
		char call[32];

		(void)snprintf(call, sizeof(call), "same-%u", i);
		call_of(f, call, FORGE_HOST "leaf.pem", &leaf);
	}
	/* Which of them is taken is for OpenSSL to say; it comes to an end. */
	report = forge_report(f, options, NULL);
	assert_int_equal(json_array_size(json_object_get(report, "calls")),
			 100);
	json_decref(report);
	buf_free(&pem);
	pki_free(&leaf);
	pki_free(&issuer);
}

/* ---- revocation lists */

#define ENTRIES 100000
#define DAY_S   86400
#define REVOKED 77777 /* serial */
#define LATER   88888
#define NEVER   (ENTRIES + 1000)

static void make_serial(struct forge *f, struct pki *out, uint32_t serial,
			const char *name)
{
	assert_true(pki_make(out, &(struct pki_options){ .cn = "SHAKEN 1234",
							 .issuer = &f->root,
							 .serial = serial,
							 .tn = &any_number,
							 .tn_count = 1 }));
	write_chain(f, name, (struct pki *[]){ out }, 1);
}

static void a_list_of_a_hundred_thousand_is_searched(void **state)
{
	struct forge *f = *state;
	struct pki_revoked *revoked = calloc(ENTRIES, sizeof(*revoked));
	struct pki leaves[3];
	char path[CHILD_PATH_BYTES];
	const char *const options[] = { "--crl", path, NULL };
	char call[32];
	X509_CRL *crl;
	json_t *report;

	assert_non_null(revoked);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		int64_t days = i + 1 == LATER ? 1 : -1;

		revoked[i] = (struct pki_revoked){
			.serial = i + 1,
			.date_s = FORGE_TIME_S + days * DAY_S,
		};
	}
	crl = pki_crl(&(struct pki_crl_options){ .issuer = &f->root,
						 .revoked = revoked,
						 .revoked_count = ENTRIES });
	assert_non_null(crl);
	assert_true(pki_write_crl(f->folder, "long.crl", crl));
	(void)child_file(path, f->folder, "long.crl");
	make_serial(f, &leaves[0], REVOKED, "revoked.pem");
	make_serial(f, &leaves[1], LATER, "later.pem");
	make_serial(f, &leaves[2], NEVER, "never.pem");
	for (unsigned i = 0; i < 300; i++) {
		static const char *const urls[] = { FORGE_HOST "revoked.pem",
						    FORGE_HOST "later.pem",
						    FORGE_HOST "never.pem" };

		(void)snprintf(call, sizeof(call), "call-%u", i);
		call_of(f, call, urls[i % 3], &leaves[i % 3]);
	}
	report = forge_report(f, options, NULL);
	forge_expect(report, "call-0", "CERT_REVOKED/437/valid");
	forge_expect(report, "call-1", "VALID/-/valid");
	forge_expect(report, "call-2", "VALID/-/valid");
	forge_expect(report, "call-297", "CERT_REVOKED/437/valid");
	json_decref(report);
	for (unsigned i = 0; i < 3; i++)
		pki_free(&leaves[i]);
	X509_CRL_free(crl);
	free(revoked);
}

/* ---- keys */

/* A public key alone: an odd number of so many bits is as good as a modulus
 * to whoever only looks at it, and nobody waits for two primes. */
static EVP_PKEY *rsa_key(int bits, unsigned long exponent)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = BN_new();
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	assert_true(build != NULL && ctx != NULL && n != NULL && e != NULL);
	assert_int_equal(BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD),
			 1);
	assert_int_equal(BN_set_word(e, exponent), 1);
	assert_int_equal(
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n), 1);
	assert_int_equal(
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e), 1);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	return key;
}

/* A certificate for any number and for a domain, with this key. */
static void add_key(struct forge *f, const char *name, EVP_PKEY *key)
{
	struct pki leaf;

	assert_non_null(key);
	assert_true(
		pki_make(&leaf, &(struct pki_options){ .cn = "SHAKEN 1234",
						       .key = key,
						       .issuer = &f->root,
						       .san = "DNS:example.com",
						       .tn = &any_number,
						       .tn_count = 1 }));
	write_chain(f, name, (struct pki *[]){ &leaf }, 1);
	pki_free(&leaf);
	EVP_PKEY_free(key);
}

/* RFC 4474: a signature of as many octets as the key has. */
static void call_of_old(struct forge *f, const char *call, const char *name,
			size_t octets)
{
	struct buf lines;
	struct buf signature;

	buf_init(&lines, FORGE_BYTES_MAX);
	buf_init(&signature, FORGE_BYTES_MAX);
	for (size_t i = 0; i < octets; i++)
		buf_add_char(&signature, '\x11');
	buf_add_text(&lines, "Identity: \"");
	sign_base64(&lines, buf_slice(&signature));
	buf_add_format(&lines,
		       "\"\r\nIdentity-Info: <" FORGE_HOST
		       "%s>;alg=rsa-sha1\r\n",
		       name);
	forge_tell(f, &(struct forge_message){
			      .call = call,
			      .from = "<sip:alice@example.com>;tag=1",
			      .lines = buf_slice(&lines) });
	forge_send(f, FORGE_DATAGRAM);
	buf_free(&lines);
	buf_free(&signature);
}

static void keys_out_of_the_way_are_looked_at_and_refused(void **state)
{
	static const struct {
		const char *call;
		const char *want;
	} cases[] = {
		{ "p-521", "CERT_WRONG_KEY/437/unchecked" },
		{ "ed25519", "CERT_WRONG_KEY/437/unchecked" },
		{ "rsa-16384", "CERT_WRONG_KEY/437/unchecked" },
		{ "old-p-521", "CERT_WRONG_KEY/437/unchecked" },
		{ "old-rsa-16384-0", "SIGNATURE_INVALID/438/invalid" },
		{ "old-rsa-16384-199", "SIGNATURE_INVALID/438/invalid" },
		{ "old-rsa-16384-short", "SIGNATURE_MALFORMED/438/invalid" },
	};
	struct forge *f = *state;
	char call[32];
	json_t *report;

	add_key(f, "p-521.pem", EVP_EC_gen("P-521"));
	add_key(f, "ed25519.pem", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	add_key(f, "rsa-16384.pem", rsa_key(16384, ULONG_MAX));
	call_of(f, "p-521", FORGE_HOST "p-521.pem", NULL);
	call_of(f, "ed25519", FORGE_HOST "ed25519.pem", NULL);
	call_of(f, "rsa-16384", FORGE_HOST "rsa-16384.pem", NULL);
	call_of_old(f, "old-p-521", "p-521.pem", 132);
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(call, sizeof(call), "old-rsa-16384-%u", i);
		call_of_old(f, call, "rsa-16384.pem", 2048);
	}
	call_of_old(f, "old-rsa-16384-short", "rsa-16384.pem", 256);
	report = forge_report(f, NULL, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		forge_expect(report, cases[i].call, cases[i].want);
	json_decref(report);
}

/* ---- */

#define FORGED(test)                                                           \
	cmocka_unit_test_setup_teardown(test, forge_open, forge_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORGED(a_chain_that_loops_leads_nowhere),
		FORGED(a_chain_without_end_is_given_up),
		FORGED(many_of_the_same_name_are_told_apart),
		FORGED(a_list_of_a_hundred_thousand_is_searched),
		FORGED(keys_out_of_the_way_are_looked_at_and_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
