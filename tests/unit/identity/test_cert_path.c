/* Paths to an anchor at the time of capture (RFC 5280 section 6), and the
 * numbers that they cover (RFC 9060). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "certs_made.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define BIT(v)    VERDICT_BIT(VERDICT_CERT_##v)
#define CAVEAT(c) CAVEAT_BIT(CAVEAT_##c)

#define YEAR_2020 1577836800
#define YEAR_2040 2208988800
#define DAY       86400

static struct cert_path path_of(struct made *m, const struct cert *cert,
				int64_t time_s)
{
	struct cert_path path;

	memset(&path, 0xff, sizeof(path));
	assert_int_equal(certs_path(m->certs, cert, time_s, &path), ERR_OK);
	assert_int_equal(path.failed == 0, path.error == NULL);
	return path;
}

static struct cert_path path_of_certs(struct made *m, X509 *const *certs)
{
	const struct cert *cert = made_read(m, certs);
	struct cert_path path = path_of(m, cert, MADE_TIME);

	cert_release(m->certs, cert);
	return path;
}

static void trust_root(struct made *m)
{
	assert_int_equal(made_add(m, certs_add_trust, "root.pem"), ERR_OK);
}

static bool is_anchor(const struct cert_link *link)
{
	struct arena_pool *pool = arena_pool_new();
	struct arena arena = { NULL };
	struct identity_certificate c;

	assert_int_equal(cert_describe(link, &arena, pool, &c), ERR_OK);
	arena_reset(&arena, pool);
	arena_pool_free(pool);
	return c.is_anchor;
}

static void a_path_ends_at_an_anchor_of_the_user(void **state)
{
	struct made *m = *state;
	const struct cert *cert;
	struct cert_path path;

	trust_root(m);
	cert = made_read(m, (X509 *[]){ m->leaf.cert, m->root.cert,
					m->middle.cert, NULL });
	path = path_of(m, cert, MADE_TIME);
	assert_true(path.failed == 0 && path.caveats == 0);
	assert_int_equal(path.count, 3);
	assert_ptr_equal(path.links[0], cert_leaf(cert));
	assert_false(is_anchor(path.links[1]));
	assert_true(is_anchor(path.links[2]));
	assert_false(path.crl_checked);
	cert_release(m->certs, cert);
}

static void a_root_that_rides_along_is_not_trusted(void **state)
{
	struct made *m = *state;
	struct cert_path path =
		path_of_certs(m, (X509 *[]){ m->leaf.cert, m->middle.cert,
					     m->root.cert, NULL });

	assert_true(path.failed == BIT(UNTRUSTED));
	assert_true(path.caveats == 0);
	assert_int_equal(path.count, 3);
}

static void a_path_that_breaks_off_is_incomplete(void **state)
{
	struct made *m = *state;
	struct cert_path path;

	trust_root(m);
	path = path_of_certs(m, (X509 *[]){ m->leaf.cert, NULL });
	assert_true(path.failed == BIT(UNTRUSTED));
	assert_true(path.caveats == CAVEAT(CHAIN_INCOMPLETE));
	assert_int_equal(path.count, 1);
}

static void an_intermediate_of_the_user_closes_the_gap(void **state)
{
	struct made *m = *state;
	const struct cert *cert;
	struct cert_path path;

	trust_root(m);
	assert_true(pki_write_certs(m->folder, "middle.pem",
				    (X509 *[]){ m->middle.cert, NULL }));
	cert = made_read(m, (X509 *[]){ m->leaf.cert, NULL });
	assert_true(path_of(m, cert, MADE_TIME).failed == BIT(UNTRUSTED));
	assert_int_equal(made_add(m, certs_add_untrusted, "middle.pem"),
			 ERR_OK);
	/* and what was found before it is forgotten */
	path = path_of(m, cert, MADE_TIME);
	assert_true(path.failed == 0);
	assert_int_equal(path.count, 3);
	cert_release(m->certs, cert);
}

static void a_self_signed_certificate_is_fine_as_an_anchor_only(void **state)
{
	struct made *m = *state;
	struct cert_path path =
		path_of_certs(m, (X509 *[]){ m->root.cert, NULL });

	assert_true(path.failed == BIT(SELF_SIGNED));
	trust_root(m);
	path = path_of_certs(m, (X509 *[]){ m->root.cert, NULL });
	assert_true(path.failed == 0);
	assert_int_equal(path.count, 1);
	assert_true(is_anchor(path.links[0]));
}

/* Certificates are valid at notBefore; OpenSSL takes them for expired from
 * notAfter on. */
static void the_time_of_capture_counts_at_each_second(void **state)
{
	static const struct {
		int64_t time_s;
		uint64_t failed;
	} cases[] = {
		{ YEAR_2020 - 1, BIT(NOT_YET_VALID) },
		{ YEAR_2020, 0 },
		{ YEAR_2020 + DAY, 0 },
		{ YEAR_2040 - 1, 0 },
		{ YEAR_2040, BIT(EXPIRED) },
		{ 0, BIT(NOT_YET_VALID) },
		{ -1, BIT(NOT_YET_VALID) },
		{ INT64_C(253402300800), BIT(EXPIRED) },
	};
	struct made *m = *state;
	const struct cert *cert =
		made_read(m, (X509 *[]){ m->leaf.cert, m->middle.cert, NULL });

	trust_root(m);
	/* twice, so that what is remembered is asked too */
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		size_t k = i % COUNT(cases);

		if (path_of(m, cert, cases[k].time_s).failed != cases[k].failed)
			fail_msg("at %lld", (long long)cases[k].time_s);
	}
	cert_release(m->certs, cert);
}

static void every_certificate_of_the_path_has_its_time(void **state)
{
	struct made *m = *state;
	const struct cert *cert;
	struct pki middle;
	struct pki leaf;

	trust_root(m);
	assert_true(pki_make(
		&middle,
		&(struct pki_options){ .cn = "Short",
				       .is_ca = true,
				       .issuer = &m->root,
				       .not_after_s = MADE_TIME - DAY }));
	assert_true(pki_make(&leaf, &(struct pki_options){
					    .cn = "x",
					    .issuer = &middle,
					    .not_before_s = MADE_TIME + DAY }));
	cert = made_read(m, (X509 *[]){ leaf.cert, middle.cert, NULL });
	assert_true(path_of(m, cert, MADE_TIME).failed ==
		    (BIT(EXPIRED) | BIT(NOT_YET_VALID)));
	assert_true(path_of(m, cert, MADE_TIME - 2 * DAY).failed ==
		    BIT(NOT_YET_VALID));
	assert_true(path_of(m, cert, MADE_TIME + 2 * DAY).failed ==
		    BIT(EXPIRED));
	cert_release(m->certs, cert);
	pki_free(&leaf);
	pki_free(&middle);
}

/* The issuer whose key signed it is taken, not the first of that name; and of
 * two that fit the one that is valid at the time. */
static void of_two_issuers_the_valid_one_is_taken(void **state)
{
	struct made *m = *state;
	const struct cert *cert;
	struct pki old;

	trust_root(m);
	assert_true(pki_make(
		&old, &(struct pki_options){ .cn = "Middle",
					     .is_ca = true,
					     .serial = 9,
					     .issuer = &m->root,
					     .key = m->middle.key,
					     .not_after_s = MADE_TIME - DAY }));
	cert = made_read(
		m, (X509 *[]){ m->leaf.cert, old.cert, m->middle.cert, NULL });
	assert_true(path_of(m, cert, MADE_TIME).failed == 0);
	cert_release(m->certs, cert);
	pki_free(&old);
}

static void a_path_through_what_may_not_issue_is_invalid(void **state)
{
	static const struct pki_options middles[] = {
		{ .cn = "M", .is_ca = false },
		{ .cn = "M", .is_ca = true, .key_usage = "digitalSignature" },
		{ .cn = "M", .is_ca = true, .has_path_length = true },
	};
	struct made *m = *state;

	trust_root(m);
	for (size_t i = 0; i < COUNT(middles); i++) {
		struct pki_options o = middles[i];
		struct pki first;
		struct pki second;
		struct pki leaf;

		o.issuer = &m->root;
		assert_true(pki_make(&first, &o));
		assert_true(pki_make(
			&second, &(struct pki_options){ .cn = "N",
							.is_ca = true,
							.issuer = &first }));
		assert_true(pki_make(
			&leaf,
			&(struct pki_options){ .cn = "x", .issuer = &second }));
		if (path_of_certs(m, (X509 *[]){ leaf.cert, second.cert,
						 first.cert, NULL })
			    .failed != BIT(CHAIN_INVALID))
			fail_msg("case %zu", i);
		pki_free(&leaf);
		pki_free(&second);
		pki_free(&first);
	}
}

static void a_forged_certificate_breaks_the_path(void **state)
{
	struct made *m = *state;
	struct pki forged;
	struct cert_path path;

	trust_root(m);
	assert_true(pki_make(&forged,
			     &(struct pki_options){ .cn = "x",
						    .issuer = &m->middle,
						    .sign_key = m->leaf.key }));
	path = path_of_certs(m,
			     (X509 *[]){ forged.cert, m->middle.cert, NULL });
	assert_true(path.failed == BIT(CHAIN_INVALID));
	pki_free(&forged);
}

static void a_critical_extension_of_stir_is_known(void **state)
{
	static const struct pki_tn spc[] = { { PKI_SPC, "709J", 0 } };
	static const char *const names[] = { "attest", NULL };
	static const struct pki_constraints constraints = {
		.must_include = names, .is_critical = true
	};
	static const struct pki_constraints enhanced = { .must_include = names,
							 .is_critical = true,
							 .enhanced = true };
	static const struct pki_extension other = { .oid = "1.3.6.1.5.5.7.1.99",
						    .der = { "\x05\x00", 2 },
						    .is_critical = true };
	static const struct pki_extension harmless = {
		.oid = "1.3.6.1.5.5.7.1.99", .der = { "\x05\x00", 2 }
	};
	const struct {
		struct pki_options options;
		uint64_t failed;
		uint32_t caveats;
	} cases[] = {
		{ { .tn = spc, .tn_count = 1, .tn_critical = true },
		  0,
		  CAVEAT(TNAUTH_CRITICAL) },
		{ { .constraints = &constraints }, 0, CAVEAT(TNAUTH_CRITICAL) },
		{ { .constraints = &enhanced }, 0, CAVEAT(TNAUTH_CRITICAL) },
		{ { .extensions = &other, .extension_count = 1 },
		  BIT(CHAIN_INVALID),
		  0 },
		{ { .tn = spc,
		    .tn_count = 1,
		    .tn_critical = true,
		    .extensions = &other,
		    .extension_count = 1 },
		  BIT(CHAIN_INVALID),
		  0 },
		{ { .extensions = &harmless, .extension_count = 1 }, 0, 0 },
	};
	struct made *m = *state;

	trust_root(m);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pki_options o = cases[i].options;
		struct cert_path path;
		struct pki p;

		o.issuer = &m->root;
		assert_true(pki_make(&p, &o));
		path = path_of_certs(m, (X509 *[]){ p.cert, NULL });
		if (path.failed != cases[i].failed ||
		    path.caveats != cases[i].caveats)
			fail_msg("case %zu", i);
		pki_free(&p);
	}
}

static void a_signature_with_sha1_passes_as_old_ones_have_it(void **state)
{
	struct made *m = *state;
	struct pki p;

	trust_root(m);
	assert_true(pki_make(&p, &(struct pki_options){ .cn = "x",
							.key_kind = "RSA-1024",
							.issuer = &m->root,
							.sha1 = true }));
	assert_true(path_of_certs(m, (X509 *[]){ p.cert, NULL }).failed == 0);
	pki_free(&p);
}

/* Each certifies the other: a path of them has no end. */
static void a_loop_ends(void **state)
{
	struct made *m = *state;
	EVP_PKEY *keys[2] = { pki_key(NULL), pki_key(NULL) };
	struct pki roots[2];
	struct pki cross[2];
	struct cert_path path;

	trust_root(m);
	for (size_t i = 0; i < 2; i++)
		assert_true(pki_make(
			&roots[i],
			&(struct pki_options){ .cn = i == 0 ? "A" : "B",
					       .is_ca = true,
					       .key = keys[i] }));
	for (size_t i = 0; i < 2; i++)
		assert_true(pki_make(
			&cross[i],
			&(struct pki_options){ .cn = i == 0 ? "A" : "B",
					       .is_ca = true,
					       .key = keys[i],
					       .issuer = &roots[1 - i] }));
	path = path_of_certs(m,
			     (X509 *[]){ cross[0].cert, cross[1].cert, NULL });
	assert_true((path.failed & BIT(UNTRUSTED)) != 0);
	assert_true(path.count <= 3);
	for (size_t i = 0; i < 2; i++) {
		pki_free(&cross[i]);
		pki_free(&roots[i]);
		EVP_PKEY_free(keys[i]);
	}
}

static void a_path_of_ten_is_the_longest(void **state)
{
	struct made *m = *state;
	struct pki links[10]; /* [9] would be the eleventh with the root */
	X509 *certs[11] = { NULL };

	trust_root(m);
	for (size_t i = 0; i < COUNT(links); i++)
		assert_true(pki_make(
			&links[i],
			&(struct pki_options){
				.cn = (char[]){ (char)('a' + i), '\0' },
				.is_ca = true,
				.issuer = i == 0 ? &m->root : &links[i - 1] }));
	for (size_t i = 0; i < 9; i++)
		certs[i] = links[8 - i].cert;
	assert_true(path_of_certs(m, certs).failed == 0);
	assert_int_equal(path_of_certs(m, certs).count, 10);
	for (size_t i = 0; i < 10; i++)
		certs[i] = links[9 - i].cert;
	assert_true(path_of_certs(m, certs).failed != 0);
	assert_true(path_of_certs(m, certs).count <= 10);
	for (size_t i = 0; i < COUNT(links); i++)
		pki_free(&links[i]);
}

/* ---- numbers */

static void a_delegate_needs_the_numbers_of_its_parents(void **state)
{
	static const struct pki_tn spc[] = { { PKI_SPC, "709J", 0 } };
	static const struct pki_tn range[] = { { PKI_RANGE, "100", 10 } };
	static const struct pki_tn one[] = { { PKI_ONE, "105", 0 } };
	static const struct pki_tn both[] = { { PKI_SPC, "709J", 0 },
					      { PKI_ONE, "999", 0 } };
	static const struct {
		const struct pki_tn *parent;
		size_t parent_count;
		const struct pki_tn *leaf;
		size_t leaf_count;
		const char *tn;
		enum cert_covers covers;
	} cases[] = {
		{ range, 1, one, 1, "105", CERT_COVERS_YES },
		{ range, 1, one, 1, "106", CERT_COVERS_NO },
		{ one, 1, range, 1, "105", CERT_COVERS_YES },
		{ one, 1, range, 1, "106", CERT_COVERS_NO },
		{ one, 1, spc, 1, "106", CERT_COVERS_NO },
		{ one, 1, spc, 1, "105", CERT_COVERS_BY_SPC },
		{ spc, 1, one, 1, "105", CERT_COVERS_YES },
		{ both, 2, one, 1, "105", CERT_COVERS_YES },
		{ NULL, 0, one, 1, "105", CERT_COVERS_YES },
		{ spc, 1, NULL, 0, "105", CERT_COVERS_NO },
	};
	struct made *m = *state;

	trust_root(m);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cert *cert;
		struct cert_path path;
		struct pki parent;
		struct pki leaf;

		assert_true(pki_make(
			&parent, &(struct pki_options){
					 .cn = "P",
					 .is_ca = true,
					 .issuer = &m->root,
					 .tn = cases[i].parent,
					 .tn_count = cases[i].parent_count }));
		assert_true(pki_make(
			&leaf, &(struct pki_options){
				       .cn = "x",
				       .issuer = &parent,
				       .tn = cases[i].leaf,
				       .tn_count = cases[i].leaf_count }));
		cert = made_read(m, (X509 *[]){ leaf.cert, parent.cert, NULL });
		path = path_of(m, cert, MADE_TIME);
		if (cert_covers_number(&path, cert, slice_of(cases[i].tn)) !=
		    cases[i].covers)
			fail_msg("case %zu", i);
		cert_release(m->certs, cert);
		pki_free(&leaf);
		pki_free(&parent);
	}
}

/* ---- threads */

static void *ask_often(void *arg)
{
	struct made *m = arg;

	for (int i = 0; i < 300; i++) {
		/* times on both sides of notAfter, more than are remembered */
		int64_t time_s = YEAR_2040 + (i % 7 - 3) * DAY;
		uint64_t wanted = i % 7 < 3 ? 0 : BIT(EXPIRED);
		const struct cert *cert = NULL;
		struct cert_path path;

		if (certs_find(m->certs, MADE_URL, &cert) != ERR_OK)
			return m;
		if (certs_path(m->certs, cert, time_s, &path) != ERR_OK ||
		    path.failed != wanted ||
		    cert_covers_number(&path, cert, SLICE("1")) !=
			    CERT_COVERS_BY_SPC)
			return m;
		cert_release(m->certs, cert);
	}
	return NULL;
}

static void several_threads_ask_at_once(void **state)
{
	struct made *m = *state;
	pthread_t threads[4];

	trust_root(m);
	made_set_folder(m);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, ask_often, m), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *failed = m;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CERTS(a_path_ends_at_an_anchor_of_the_user),
		WITH_CERTS(a_root_that_rides_along_is_not_trusted),
		WITH_CERTS(a_path_that_breaks_off_is_incomplete),
		WITH_CERTS(an_intermediate_of_the_user_closes_the_gap),
		WITH_CERTS(a_self_signed_certificate_is_fine_as_an_anchor_only),
		WITH_CERTS(the_time_of_capture_counts_at_each_second),
		WITH_CERTS(every_certificate_of_the_path_has_its_time),
		WITH_CERTS(of_two_issuers_the_valid_one_is_taken),
		WITH_CERTS(a_path_through_what_may_not_issue_is_invalid),
		WITH_CERTS(a_forged_certificate_breaks_the_path),
		WITH_CERTS(a_critical_extension_of_stir_is_known),
		WITH_CERTS(a_signature_with_sha1_passes_as_old_ones_have_it),
		WITH_CERTS(a_loop_ends),
		WITH_CERTS(a_path_of_ten_is_the_longest),
		WITH_CERTS(a_delegate_needs_the_numbers_of_its_parents),
		WITH_CERTS(several_threads_ask_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
