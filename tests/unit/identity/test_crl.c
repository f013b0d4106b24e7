/* Revocation at the time of capture (RFC 5280 section 5, ATIS-1000080). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certs_made.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define DAY       86400
#define REVOKED   VERDICT_BIT(VERDICT_CERT_REVOKED)
#define CAVEAT(c) CAVEAT_BIT(CAVEAT_##c)

#define SERIAL_MIDDLE 2
#define SERIAL_LEAF   3

static void add_crl(struct made *m, const struct pki_crl_options *o)
{
	X509_CRL *crl = pki_crl(o);

	assert_non_null(crl);
	assert_true(pki_write_crl(m->folder, "a.crl", crl));
	assert_int_equal(made_add(m, certs_add_crl, "a.crl"), ERR_OK);
	X509_CRL_free(crl);
}

/* The path of the leaf at a time, with the root as anchor. */
static struct cert_path path_at(struct made *m, int64_t time_s)
{
	const struct cert *cert =
		made_read(m, (X509 *[]){ m->leaf.cert, m->middle.cert, NULL });
	struct cert_path path;

	if (!certs_has_trust(m->certs))
		assert_int_equal(made_add(m, certs_add_trust, "root.pem"),
				 ERR_OK);
	assert_int_equal(certs_path(m->certs, cert, time_s, &path), ERR_OK);
	assert_int_equal(path.count, 3);
	cert_release(m->certs, cert);
	return path;
}

static void a_list_of_the_issuer_revokes_from_its_date_on(void **state)
{
	const struct pki_revoked entries[] = {
		{ 77, MADE_TIME - DAY, NULL },
		{ SERIAL_LEAF, MADE_TIME, NULL },
		{ 1, MADE_TIME - DAY, NULL },
	};
	struct made *m = *state;
	const struct cert *cert;
	struct cert_path path;

	add_crl(m,
		&(struct pki_crl_options){ .issuer = &m->middle,
					   .revoked = entries,
					   .revoked_count = COUNT(entries) });
	assert_true(certs_has_crls(m->certs));
	path = path_at(m, MADE_TIME);
	assert_true(path.failed == REVOKED);
	assert_true(path.caveats == 0);
	assert_true(path.crl_checked);
	assert_true(path.revoked_s == MADE_TIME);
	assert_string_equal(path.error, "certificate revoked");

	/* of one certificate, so that what is remembered has its bounds */
	cert = made_read(m, (X509 *[]){ m->leaf.cert, m->middle.cert, NULL });
	for (int i = 0; i < 6; i++) {
		int64_t time_s = MADE_TIME + (i % 3 - 1);

		assert_int_equal(certs_path(m->certs, cert, time_s, &path),
				 ERR_OK);
		assert_true(path.failed == (i % 3 == 0 ? 0 : REVOKED));
		assert_true(path.caveats ==
			    (i % 3 == 0 ? CAVEAT(REVOKED_LATER) : 0));
	}
	cert_release(m->certs, cert);
}

static void a_list_of_somebody_else_says_nothing(void **state)
{
	const struct pki_revoked entries[] = { { SERIAL_LEAF, MADE_TIME - DAY,
						 NULL } };
	struct made *m = *state;
	struct cert_path path;
	struct pki other;

	/* of a CA that nobody knows: nobody asks who signed it */
	assert_true(pki_make(&other, &(struct pki_options){ .cn = "Other" }));
	add_crl(m, &(struct pki_crl_options){ .issuer = &other,
					      .revoked = entries,
					      .revoked_count = 1 });
	pki_free(&other);
	path = path_at(m, MADE_TIME);
	assert_true(path.failed == 0 && path.caveats == 0);
	assert_false(path.crl_checked);
	/* the root has not issued a certificate of that serial */
	add_crl(m, &(struct pki_crl_options){ .issuer = &m->root,
					      .revoked = entries,
					      .revoked_count = 1 });
	path = path_at(m, MADE_TIME);
	assert_true(path.failed == 0 && path.caveats == 0);
	/* of a CA that is not in the path */
	add_crl(m, &(struct pki_crl_options){ .issuer = &m->leaf,
					      .revoked = entries,
					      .revoked_count = 1 });
	path = path_at(m, MADE_TIME);
	assert_true(path.failed == 0 && path.caveats == 0);
}

static void an_intermediate_may_be_revoked(void **state)
{
	const struct pki_revoked entries[] = { { SERIAL_MIDDLE, MADE_TIME - DAY,
						 NULL } };
	struct made *m = *state;

	add_crl(m, &(struct pki_crl_options){ .issuer = &m->root,
					      .revoked = entries,
					      .revoked_count = 1 });
	assert_true(path_at(m, MADE_TIME).failed == REVOKED);
}

static void revoked_outweighs_revoked_later(void **state)
{
	const struct pki_revoked later[] = { { SERIAL_MIDDLE, MADE_TIME + DAY,
					       NULL } };
	const struct pki_revoked now[] = { { SERIAL_LEAF, MADE_TIME, NULL } };
	struct made *m = *state;
	struct cert_path path;

	add_crl(m, &(struct pki_crl_options){ .issuer = &m->root,
					      .revoked = later,
					      .revoked_count = 1 });
	path = path_at(m, MADE_TIME);
	assert_true(path.failed == 0);
	assert_true(path.caveats == CAVEAT(REVOKED_LATER));
	add_crl(m, &(struct pki_crl_options){ .issuer = &m->middle,
					      .revoked = now,
					      .revoked_count = 1 });
	path = path_at(m, MADE_TIME);
	assert_true(path.failed == REVOKED);
	assert_true(path.caveats == 0);
}

static void an_anchor_is_never_revoked(void **state)
{
	const struct pki_revoked entries[] = { { 1, MADE_TIME - DAY, NULL } };
	struct made *m = *state;

	add_crl(m, &(struct pki_crl_options){ .issuer = &m->root,
					      .revoked = entries,
					      .revoked_count = 1 });
	assert_true(path_at(m, MADE_TIME).failed == 0);
}

static void a_list_from_after_the_capture_knows_more(void **state)
{
	const struct pki_revoked entries[] = { { SERIAL_LEAF, MADE_TIME - DAY,
						 NULL } };
	struct made *m = *state;

	add_crl(m, &(struct pki_crl_options){ .issuer = &m->middle,
					      .this_update_s =
						      MADE_TIME + 30 * DAY,
					      .revoked = entries,
					      .revoked_count = 1 });
	assert_true(path_at(m, MADE_TIME).failed == REVOKED);
}

static void a_list_whose_next_update_has_passed_is_stale(void **state)
{
	struct made *m = *state;
	const struct cert *cert;

	add_crl(m, &(struct pki_crl_options){ .issuer = &m->middle,
					      .next_update_s = MADE_TIME });
	cert = made_read(m, (X509 *[]){ m->leaf.cert, m->middle.cert, NULL });
	assert_int_equal(made_add(m, certs_add_trust, "root.pem"), ERR_OK);
	for (int i = 0; i < 4; i++) {
		struct cert_path path;

		assert_int_equal(
			certs_path(m->certs, cert, MADE_TIME + i % 2, &path),
			ERR_OK);
		assert_true(path.failed == 0 && path.crl_checked);
		assert_true(path.caveats ==
			    (i % 2 == 1 ? CAVEAT(CRL_STALE) : 0));
	}
	cert_release(m->certs, cert);
}

static void a_forged_list_is_told_and_left_out(void **state)
{
	const struct pki_revoked entries[] = { { SERIAL_LEAF, MADE_TIME - DAY,
						 NULL } };
	struct made *m = *state;
	struct cert_path path;

	add_crl(m, &(struct pki_crl_options){ .issuer = &m->middle,
					      .sign_key = m->leaf.key,
					      .revoked = entries,
					      .revoked_count = 1 });
	for (int i = 0; i < 2; i++) {
		path = path_at(m, MADE_TIME);
		assert_true(path.failed == 0);
		assert_true(path.caveats == CAVEAT(CRL_INVALID));
		assert_false(path.crl_checked);
	}
}

/* The policy administrator of SHAKEN issues one list for all CAs; each entry
 * names the issuer, or inherits the one before it (section 5.3.3). */
static void an_indirect_list_names_the_issuer_of_each_entry(void **state)
{
	struct made *m = *state;
	struct pki administrator;
	struct pki other;

	assert_true(pki_make(
		&administrator,
		&(struct pki_options){ .cn = "STI-PA CRL", .is_ca = true }));
	assert_true(pki_make(
		&other, &(struct pki_options){ .cn = "Other", .is_ca = true }));
	assert_true(pki_write_certs(m->folder, "pa.pem",
				    (X509 *[]){ administrator.cert, NULL }));
	for (int i = 0; i < 2; i++) {
		/* the leaf's serial inherits its issuer from the entry before
		 * it, though its serial is smaller */
		const struct pki_revoked entries[] = {
			{ SERIAL_LEAF, MADE_TIME - 9 * DAY, &other },
			{ 50, MADE_TIME - DAY, i == 0 ? &m->middle : &other },
			{ SERIAL_LEAF, MADE_TIME - DAY, NULL },
		};
		struct cert_path path;

		certs_free(m->certs);
		assert_int_equal(certs_new(&m->certs), ERR_OK);
		add_crl(m, &(struct pki_crl_options){ .issuer = &administrator,
						      .indirect = true,
						      .revoked = entries,
						      .revoked_count =
							      COUNT(entries) });
		path = path_at(m, MADE_TIME);
		assert_true(path.failed == 0);
		assert_true(path.caveats == CAVEAT(CRL_INVALID));
		assert_int_equal(made_add(m, certs_add_crl_trust, "pa.pem"),
				 ERR_OK);
		path = path_at(m, MADE_TIME);
		assert_true(path.failed == (i == 0 ? REVOKED : 0));
		assert_true(path.revoked_s == (i == 0 ? MADE_TIME - DAY : 0));
		assert_true(path.caveats == 0);
		assert_true(path.crl_checked);
	}
	pki_free(&other);
	pki_free(&administrator);
}

/* Trust in who signs lists is no trust in who signs certificates. */
static void who_signs_lists_is_no_anchor(void **state)
{
	struct made *m = *state;
	const struct cert *cert =
		made_read(m, (X509 *[]){ m->leaf.cert, m->middle.cert, NULL });
	struct cert_path path;

	assert_int_equal(made_add(m, certs_add_crl_trust, "root.pem"), ERR_OK);
	assert_false(certs_has_trust(m->certs));
	assert_int_equal(certs_path(m->certs, cert, MADE_TIME, &path), ERR_OK);
	assert_true(path.failed == VERDICT_BIT(VERDICT_CERT_UNTRUSTED));
	cert_release(m->certs, cert);
}

static void lists_in_der_and_several_in_a_file_are_read(void **state)
{
	const struct pki_revoked entries[] = { { SERIAL_LEAF, MADE_TIME - DAY,
						 NULL } };
	struct made *m = *state;
	X509_CRL *first =
		pki_crl(&(struct pki_crl_options){ .issuer = &m->root });
	X509_CRL *second = pki_crl(&(struct pki_crl_options){
		.issuer = &m->middle, .revoked = entries, .revoked_count = 1 });
	struct buf text;

	buf_init(&text, (size_t)1 << 16);
	pki_add_crl_pem(&text, first);
	buf_add(&text, SLICE("-----BEGIN X509 CRL-----\nMIIB\n"
			     "-----END X509 CRL-----\n"));
	pki_add_crl_pem(&text, second);
	assert_true(pki_write(m->folder, "two.crl", buf_slice(&text)));
	assert_int_equal(made_add(m, certs_add_crl, "two.crl"), ERR_OK);
	assert_true(path_at(m, MADE_TIME).failed == REVOKED);

	certs_free(m->certs);
	assert_int_equal(certs_new(&m->certs), ERR_OK);
	buf_clear(&text);
	pki_add_crl_der(&text, second);
	assert_true(pki_write(m->folder, "der.crl", buf_slice(&text)));
	assert_int_equal(made_add(m, certs_add_crl, "der.crl"), ERR_OK);
	assert_true(path_at(m, MADE_TIME).failed == REVOKED);
	buf_free(&text);
	X509_CRL_free(first);
	X509_CRL_free(second);
}

static void a_file_of_lists_has_a_ceiling(void **state)
{
	struct made *m = *state;
	char path[PKI_PATH_BYTES];
	FILE *f = fopen(pki_path(path, m->folder, "big.crl"), "w");

	assert_non_null(f); /* a hole, not 64 MiB on the disk */
	assert_int_equal(fseek(f, 64L * 1024 * 1024, SEEK_SET), 0);
	assert_int_equal(fputc('x', f), 'x');
	assert_int_equal(fclose(f), 0);
	assert_int_equal(made_add(m, certs_add_crl, "big.crl"), ERR_LIMIT);
	assert_non_null(strstr(m->problem.text, "big.crl: more than 64 MiB"));
	assert_false(certs_has_crls(m->certs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CERTS(a_list_of_the_issuer_revokes_from_its_date_on),
		WITH_CERTS(a_list_of_somebody_else_says_nothing),
		WITH_CERTS(an_intermediate_may_be_revoked),
		WITH_CERTS(revoked_outweighs_revoked_later),
		WITH_CERTS(an_anchor_is_never_revoked),
		WITH_CERTS(a_list_from_after_the_capture_knows_more),
		WITH_CERTS(a_list_whose_next_update_has_passed_is_stale),
		WITH_CERTS(a_forged_list_is_told_and_left_out),
		WITH_CERTS(an_indirect_list_names_the_issuer_of_each_entry),
		WITH_CERTS(who_signs_lists_is_no_anchor),
		WITH_CERTS(lists_in_der_and_several_in_a_file_are_read),
		WITH_CERTS(a_file_of_lists_has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
