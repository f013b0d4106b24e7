/* Certificates by URL, and what one says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include <jansson.h>

#include "certs_made.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define OTHER    SLICE("https://cert.example.org/other.pem")

static const uint8_t *fingerprint(const struct pki *p, uint8_t out[32])
{
	struct buf der;

	buf_init(&der, (size_t)1 << 16);
	pki_add_der(&der, p->cert);
	SHA256((const unsigned char *)der.ptr, der.len, out);
	buf_free(&der);
	return out;
}

static bool is_of(const struct cert *cert, const struct pki *p)
{
	uint8_t sum[32];

	return memcmp(cert_fingerprint(cert), fingerprint(p, sum), 32) == 0;
}

/* What certs_find() answers; ERR_OK must be the leaf. */
static enum err find(struct made *m, struct slice url)
{
	const struct cert *cert = NULL;
	enum err err = certs_find(m->certs, url, &cert);

	if (!err)
		assert_true(is_of(cert, &m->leaf));
	cert_release(m->certs, cert);
	return err;
}

/* The text of the leaf's PEM in `*out`, which the caller frees. */
static struct slice leaf_pem(struct made *m, struct buf *out)
{
	buf_init(out, (size_t)1 << 16);
	pki_add_pem(out, m->leaf.cert);
	return buf_slice(out);
}

static void hashed(struct slice url, const char *suffix, char out[80])
{
	uint8_t sum[32];

	SHA256((const unsigned char *)url.ptr, url.len, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(out + 2 * i, 3, "%02x", sum[i]);
	snprintf(out + 64, 16, "%s", suffix);
}

/* ---- by URL */

static void a_url_is_found_by_the_index_or_by_its_hash(void **state)
{
	static const char *const suffixes[] = { ".pem", ".crt", ".cer" };
	struct made *m = *state;
	struct buf pem;
	char name[80];

	leaf_pem(m, &pem);
	made_set_folder(m);
	assert_int_equal(find(m, MADE_URL), ERR_OK);
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		char url[32];

		snprintf(url, sizeof(url), "https://x/%s", suffixes[i]);
		hashed(slice_of(url), suffixes[i], name);
		assert_true(pki_write(m->folder, name, buf_slice(&pem)));
		assert_int_equal(find(m, slice_of(url)), ERR_OK);
	}
	buf_free(&pem);
	/* the exact string and no other */
	assert_int_equal(find(m, SLICE("https://cert.example.org/sp.pem#")),
			 ERR_UNSUPPORTED);
	assert_int_equal(find(m, SLICE("HTTPS://cert.example.org/sp.pem")),
			 ERR_UNSUPPORTED);
	assert_int_equal(find(m, SLICE("")), ERR_UNSUPPORTED);
}

static void without_a_folder_nothing_is_at_hand(void **state)
{
	assert_int_equal(find(*state, MADE_URL), ERR_UNSUPPORTED);
}

static void the_index_may_have_crlf_blanks_and_no_heading(void **state)
{
	struct made *m = *state;

	assert_true(pki_write(m->folder, "index.tsv",
			      SLICE("https://a/\tsp.pem\r\n\r\n# b\n"
				    "https://b/ \t sp.pem \tmore\n"
				    "https://c/\tnone.pem\n"
				    "https://c/\tsp.pem\n"
				    "https://d/\n"
				    "https://e/\tsp.pem")));
	made_set_folder(m);
	assert_int_equal(find(m, SLICE("https://a/")), ERR_OK);
	assert_int_equal(find(m, SLICE("https://b/")), ERR_OK);
	assert_int_equal(find(m, SLICE("https://c/")), ERR_OK); /* the last */
	assert_int_equal(find(m, SLICE("https://d/")), ERR_UNSUPPORTED);
	assert_int_equal(find(m, SLICE("https://e/")), ERR_OK);
}

static void a_file_may_lie_in_a_folder_below(void **state)
{
	struct made *m = *state;
	char from[PKI_PATH_BYTES];
	char to[PKI_PATH_BYTES];
	char below[PKI_PATH_BYTES];

	assert_int_equal(mkdir(pki_path(below, m->folder, "2026"), 0700), 0);
	assert_int_equal(rename(pki_path(from, m->folder, "sp.pem"),
				pki_path(to, below, "sp.pem")),
			 0);
	/* A link leads out of the folder, or may do so tomorrow. */
	assert_int_equal(symlink(below, pki_path(from, m->folder, "link")), 0);
	assert_true(pki_write(m->folder, "index.tsv",
			      SLICE("https://a/\t2026/sp.pem\n"
				    "https://b/\tlink/sp.pem\n"
				    "https://c/\t2026/none.pem\n"
				    "https://d/\tnone/sp.pem\n"
				    "https://e/\t2026//sp.pem\n")));
	made_set_folder(m);
	assert_int_equal(find(m, SLICE("https://a/")), ERR_OK);
	assert_int_equal(find(m, SLICE("https://b/")), ERR_UNSUPPORTED);
	assert_int_equal(find(m, SLICE("https://c/")), ERR_UNSUPPORTED);
	assert_int_equal(find(m, SLICE("https://d/")), ERR_UNSUPPORTED);
	assert_int_equal(find(m, SLICE("https://e/")), ERR_UNSUPPORTED);
}

static void a_file_outside_of_the_folder_is_never_read(void **state)
{
	static const char *const names[] = { "../sp.pem", "/etc/passwd", "..",
					     ".",         "a/../sp.pem", "" };
	struct made *m = *state;
	char path[PKI_PATH_BYTES];
	char link[PKI_PATH_BYTES];

	for (size_t i = 0; i < COUNT(names); i++) {
		char text[128];
		const char *caution;

		snprintf(text, sizeof(text), "%.*s\t%s\n", SLICE_ARG(OTHER),
			 names[i]);
		assert_true(pki_write(m->folder, "index.tsv", slice_of(text)));
		made_set_folder(m);
		assert_int_equal(find(m, OTHER), ERR_UNSUPPORTED);
		caution = certs_caution(m->certs);
		assert_non_null(caution);
		assert_non_null(strstr(caution, "index.tsv:1"));
	}
	pki_path(path, m->folder, "sp.pem");
	assert_int_equal(symlink(path, pki_path(link, m->folder, "link.pem")),
			 0);
	assert_true(pki_write(m->folder, "index.tsv",
			      SLICE("https://cert.example.org/other.pem"
				    "\tlink.pem\n")));
	made_set_folder(m);
	assert_int_equal(find(m, OTHER), ERR_UNSUPPORTED);
}

static void the_folder_is_looked_at_once_for_a_url(void **state)
{
	struct made *m = *state;
	struct buf pem;
	char name[80];
	char path[PKI_PATH_BYTES];

	made_set_folder(m);
	assert_int_equal(find(m, OTHER), ERR_UNSUPPORTED);
	hashed(OTHER, ".pem", name);
	assert_true(pki_write(m->folder, name, leaf_pem(m, &pem)));
	buf_free(&pem);
	assert_int_equal(find(m, OTHER), ERR_UNSUPPORTED);

	assert_int_equal(find(m, MADE_URL), ERR_OK);
	assert_int_equal(unlink(pki_path(path, m->folder, "sp.pem")), 0);
	assert_int_equal(find(m, MADE_URL), ERR_OK);
}

static void the_oldest_of_a_thousand_urls_is_forgotten(void **state)
{
	struct made *m = *state;
	char path[PKI_PATH_BYTES];
	char url[64];
	const struct cert *held = NULL;

	made_set_folder(m);
	assert_int_equal(certs_find(m->certs, MADE_URL, &held), ERR_OK);
	assert_int_equal(unlink(pki_path(path, m->folder, "sp.pem")), 0);
	for (int i = 0; i < 999; i++) {
		snprintf(url, sizeof(url), "https://x/%d", i);
		assert_int_equal(find(m, slice_of(url)), ERR_UNSUPPORTED);
	}
	assert_int_equal(find(m, MADE_URL), ERR_OK);
	assert_int_equal(find(m, SLICE("https://x/999")), ERR_UNSUPPORTED);
	assert_int_equal(find(m, MADE_URL), ERR_UNSUPPORTED);
	assert_true(is_of(held, &m->leaf)); /* who holds it keeps it */
	cert_release(m->certs, held);
}

/* ---- what a file holds */

static enum err read_as(struct made *m, struct slice content)
{
	const struct cert *cert = NULL;
	enum err err = certs_of_body(m->certs, content, &cert);

	if (!err)
		assert_true(is_of(cert, &m->leaf));
	cert_release(m->certs, cert);
	return err;
}

/* 8 MiB are 33 of 250 KiB, less one. */
static void of_huge_downloads_the_oldest_are_forgotten(void **state)
{
	struct made *m = *state;
	struct buf pem;
	char url[64];

	leaf_pem(m, &pem);
	pem.max = CERT_FILE_BYTES_MAX;
	while (pem.len < (size_t)250 * 1024)
		buf_add_text(&pem, "text around a block does no harm\n");
	for (unsigned i = 0; i < 40; i++) {
		(void)snprintf(url, sizeof(url), "https://%u.example.org/", i);
		assert_int_equal(certs_put(m->certs, slice_of(url),
					   buf_slice(&pem), &m->problem),
				 ERR_OK);
		assert_int_equal(find(m, slice_of(url)), ERR_OK);
	}
	assert_int_equal(find(m, SLICE("https://39.example.org/")), ERR_OK);
	assert_int_equal(find(m, SLICE("https://10.example.org/")), ERR_OK);
	assert_int_equal(find(m, SLICE("https://5.example.org/")),
			 ERR_UNSUPPORTED);
	buf_free(&pem);
}

static void text_and_crlf_around_the_blocks_do_no_harm(void **state)
{
	struct made *m = *state;
	struct buf pem;
	struct buf crlf;
	struct slice text = leaf_pem(m, &pem);

	buf_init(&crlf, (size_t)1 << 16);
	buf_add(&crlf, SLICE("subject=SP\r\n-----\r\n-----BEGIN \r\n"));
	buf_add(&crlf, (struct slice){ "\0\xff-", 3 });
	buf_add(&crlf, SLICE("\r\n"));
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			buf_add_char(&crlf, '\r');
		buf_add_char(&crlf, text.ptr[i]);
	}
	buf_add(&crlf, SLICE("and more\r\n"));
	pki_add_pem(&crlf, m->middle.cert);
	assert_int_equal(read_as(m, buf_slice(&crlf)), ERR_OK);
	buf_free(&crlf);
	buf_free(&pem);
}

static void one_certificate_in_der_is_read(void **state)
{
	struct made *m = *state;
	struct buf der;

	buf_init(&der, (size_t)1 << 16);
	pki_add_der(&der, m->leaf.cert);
	assert_int_equal(read_as(m, buf_slice(&der)), ERR_OK);
	buf_add_text(&der, "\r\n");
	assert_int_equal(read_as(m, buf_slice(&der)), ERR_OK);
	buf_add_text(&der, "x");
	assert_int_equal(read_as(m, buf_slice(&der)), ERR_MALFORMED);
	buf_free(&der);
}

static void what_holds_no_first_certificate_is_malformed(void **state)
{
	struct made *m = *state;
	struct buf pem;
	struct buf two;
	struct slice text = leaf_pem(m, &pem);
	struct slice cut = slice_sub(text, 0, text.len - 30);
	struct slice begin = SLICE("-----BEGIN CERTIFICATE-----\n");

	buf_init(&two, (size_t)1 << 16);
	assert_int_equal(read_as(m, SLICE("")), ERR_MALFORMED);
	assert_int_equal(read_as(m, SLICE("aaaaaaaaaaaaaaaa")), ERR_MALFORMED);
	assert_int_equal(read_as(m, begin), ERR_MALFORMED);
	assert_int_equal(read_as(m, cut), ERR_MALFORMED);
	assert_int_equal(read_as(m, SLICE("-----BEGIN CERTIFICATE-----\n"
					  "MIIB\n"
					  "-----END CERTIFICATE-----\n")),
			 ERR_MALFORMED);
	/* the end of something else */
	buf_add(&two, slice_sub(text, 0, text.len - 26));
	buf_add(&two, SLICE("-----BAD CERTIFICATE-----\n"));
	assert_int_equal(read_as(m, buf_slice(&two)), ERR_MALFORMED);
	buf_clear(&two);
	/* a good one behind a broken first one does not help */
	buf_add(&two, SLICE("-----BEGIN CERTIFICATE-----\nMIIB\n"
			    "-----END CERTIFICATE-----\n"));
	buf_add(&two, text);
	assert_int_equal(read_as(m, buf_slice(&two)), ERR_MALFORMED);
	/* but a broken one behind it does no harm */
	buf_clear(&two);
	buf_add(&two, text);
	buf_add(&two, cut);
	assert_int_equal(read_as(m, buf_slice(&two)), ERR_OK);
	buf_free(&two);
	buf_free(&pem);
}

static void a_file_has_256_kib_at_most(void **state)
{
	struct made *m = *state;
	struct buf big;

	buf_init(&big, CERT_FILE_BYTES_MAX * 2);
	pki_add_pem(&big, m->leaf.cert);
	while (big.len < CERT_FILE_BYTES_MAX)
		buf_add_char(&big, '\n');
	assert_true(pki_write(m->folder, "sp.pem", buf_slice(&big)));
	made_set_folder(m);
	assert_int_equal(find(m, MADE_URL), ERR_OK);
	buf_add_char(&big, '\n');
	assert_int_equal(read_as(m, buf_slice(&big)), ERR_MALFORMED);
	assert_true(pki_write(m->folder, "big.pem", buf_slice(&big)));
	assert_true(pki_write(m->folder, "index.tsv",
			      SLICE("https://cert.example.org/other.pem"
				    "\tbig.pem\n")));
	made_set_folder(m);
	assert_int_equal(find(m, OTHER), ERR_MALFORMED);
	buf_free(&big);
}

static void a_private_key_in_a_file_is_told(void **state)
{
	struct made *m = *state;
	struct buf both;
	const char *caution;

	buf_init(&both, (size_t)1 << 16);
	pki_add_key_pem(&both, m->leaf.key);
	pki_add_pem(&both, m->leaf.cert);
	assert_true(pki_write(m->folder, "sp.pem", buf_slice(&both)));
	made_set_folder(m);
	assert_null(certs_caution(m->certs));
	assert_int_equal(find(m, MADE_URL), ERR_OK);
	caution = certs_caution(m->certs);
	assert_non_null(caution);
	assert_non_null(strstr(caution, "sp.pem"));
	assert_null(certs_caution(m->certs));
	assert_int_equal(made_add(m, certs_add_trust, "sp.pem"), ERR_OK);
	assert_non_null(certs_caution(m->certs));
	buf_free(&both);
}

/* ---- downloaded */

static void a_download_counts_at_once_and_for_the_next_run(void **state)
{
	struct made *m = *state;
	struct certs *next = NULL;
	const struct cert *cert = NULL;
	struct buf pem;
	struct slice text = leaf_pem(m, &pem);

	made_set_folder(m);
	assert_int_equal(find(m, OTHER), ERR_UNSUPPORTED);
	assert_int_equal(certs_put(m->certs, OTHER, text, &m->problem), ERR_OK);
	assert_int_equal(certs_find(m->certs, OTHER, &cert), ERR_OK);
	assert_string_equal(cert_source(cert), "downloaded");
	cert_release(m->certs, cert);
	cert = NULL;

	assert_int_equal(certs_new(&next), ERR_OK);
	assert_int_equal(certs_set_folder(next, m->folder, &m->problem),
			 ERR_OK);
	assert_int_equal(certs_find(next, OTHER, &cert), ERR_OK);
	assert_true(is_of(cert, &m->leaf));
	assert_string_equal(cert_source(cert), "certificate folder");
	assert_int_equal(cert_file(cert).len, 68);
	cert_release(next, cert);
	assert_int_equal(certs_find(next, MADE_URL, &cert), ERR_OK);
	cert_release(next, cert);
	certs_free(next);
	buf_free(&pem);
}

static void a_download_is_written_behind_the_lines_of_the_user(void **state)
{
	struct made *m = *state;
	struct buf pem;
	char path[PKI_PATH_BYTES];
	char name[80];
	char said[1024] = "";
	char wanted[1024];
	FILE *f;

	assert_true(pki_write(m->folder, "index.tsv",
			      SLICE("https://a/\tsp.pem"))); /* no end */
	made_set_folder(m);
	leaf_pem(m, &pem);
	for (int i = 0; i < 2; i++) /* the line is written once */
		assert_int_equal(certs_put(m->certs, OTHER, buf_slice(&pem),
					   &m->problem),
				 ERR_OK);
	/* a URL that would break the line has only its file */
	assert_int_equal(certs_put(m->certs, SLICE("https://x/\ny\tz"),
				   buf_slice(&pem), &m->problem),
			 ERR_OK);
	f = fopen(pki_path(path, m->folder, "index.tsv"), "r");
	assert_non_null(f);
	assert_true(fread(said, 1, sizeof(said) - 1, f) > 0);
	fclose(f);
	hashed(OTHER, ".pem", name);
	snprintf(wanted, sizeof(wanted), "https://a/\tsp.pem\n%.*s\t%s\n",
		 SLICE_ARG(OTHER), name);
	assert_string_equal(said, wanted);
	buf_free(&pem);
}

static void a_download_that_is_no_certificate_says_so(void **state)
{
	struct made *m = *state;

	made_set_folder(m);
	assert_int_equal(
		certs_put(m->certs, OTHER, SLICE("<html>"), &m->problem),
		ERR_MALFORMED);
	assert_int_equal(find(m, OTHER), ERR_MALFORMED);
}

static void a_folder_that_is_gone_does_not_lose_a_download(void **state)
{
	struct made *m = *state;
	struct buf pem;

	made_set_folder(m);
	leaf_pem(m, &pem);
	pki_folder_remove(m->folder);
	m->problem.text[0] = '\0';
	assert_int_equal(
		certs_put(m->certs, OTHER, buf_slice(&pem), &m->problem),
		ERR_SYSTEM);
	assert_true(m->problem.text[0] != '\0');
	assert_int_equal(find(m, OTHER), ERR_OK);
	buf_free(&pem);
}

/* ---- what the user names */

static void a_folder_of_anchors_may_hold_other_files(void **state)
{
	struct made *m = *state;

	assert_false(certs_has_trust(m->certs));
	assert_int_equal(certs_add_trust(m->certs, m->folder, &m->problem),
			 ERR_OK);
	assert_true(certs_has_trust(m->certs));
}

static void a_file_without_use_is_an_error_when_named_alone(void **state)
{
	static const struct {
		const char *name;
		enum err err;
	} cases[] = {
		{ "index.tsv", ERR_MALFORMED },
		{ "none.pem", ERR_SYSTEM },
		{ "root.pem", ERR_OK },
	};
	struct made *m = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		m->problem.text[0] = '\0';
		assert_int_equal(
			made_add(m, certs_add_untrusted, cases[i].name),
			cases[i].err);
		assert_int_equal(strstr(m->problem.text, cases[i].name) != NULL,
				 cases[i].err != ERR_OK);
	}
	assert_int_equal(made_add(m, certs_add_crl, "root.pem"), ERR_MALFORMED);
	assert_int_equal(certs_add_crl(m->certs, m->folder, &m->problem),
			 ERR_MALFORMED);
	assert_int_equal(made_add(m, certs_set_folder, "root.pem"), ERR_SYSTEM);
	assert_false(certs_has_trust(m->certs));
	assert_false(certs_has_crls(m->certs));
}

/* ---- one certificate */

static void a_key_is_p256_by_its_name_only(void **state)
{
	static const struct {
		const char *kind;
		bool p256;
		unsigned rsa_bits;
		const char *shown;
	} cases[] = {
		{ "P-256", true, 0, "EC P-256" },
		{ "P-256-explicit", false, 0,
		  "EC P-256 (explicit parameters)" },
		{ "P-384", false, 0, "EC P-384" },
		{ "RSA-1024", false, 1024, "RSA 1024" },
	};
	struct made *m = *state;
	struct arena_pool *pool = arena_pool_new();
	struct arena arena = { NULL };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct identity_certificate shown;
		const struct cert *cert;
		struct pki p;
		unsigned bits = 0;

		assert_true(pki_make(
			&p, &(struct pki_options){
				    .cn = "x", .key_kind = cases[i].kind }));
		cert = made_read(m, (X509 *[]){ p.cert, NULL });
		assert_int_equal(cert_key_is_p256(cert), cases[i].p256);
		assert_int_equal(cert_key_is_rsa(cert, &bits),
				 cases[i].rsa_bits != 0);
		assert_int_equal(bits, cases[i].rsa_bits);
		assert_non_null(cert_key(cert));
		assert_int_equal(
			cert_describe(cert_leaf(cert), &arena, pool, &shown),
			ERR_OK);
		assert_true(slice_eq(shown.key, slice_of(cases[i].shown)));
		cert_release(m->certs, cert);
		pki_free(&p);
	}
	arena_reset(&arena, pool);
	arena_pool_free(pool);
}

static void a_signer_of_passports_is_no_ca_and_may_sign(void **state)
{
	static const struct pki_tn spc[] = { { PKI_SPC, "709J", 0 } };
	const uint64_t usage = VERDICT_BIT(VERDICT_CERT_BAD_USAGE);
	const uint64_t profile = VERDICT_BIT(VERDICT_CERT_PROFILE);
	const struct {
		struct pki_options options;
		uint64_t failed; /* when a TNAuthList is needed */
		uint64_t failed_without;
	} cases[] = {
		{ { .tn = spc, .tn_count = 1 }, 0, 0 },
		{ { .key_usage = "" }, profile, 0 },
		{ { .no_basic = true }, profile, 0 },
		{ { .is_ca = true,
		    .key_usage = "digitalSignature",
		    .tn = spc,
		    .tn_count = 1 },
		  usage,
		  usage },
		{ { .key_usage = "keyEncipherment", .tn = spc, .tn_count = 1 },
		  usage,
		  usage },
		{ { .is_ca = true }, usage | profile, usage },
		{ { .tn_der = { "\x30\x00", 2 } }, profile, profile },
	};
	struct made *m = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cert *cert;
		const char *why = NULL;
		struct pki p;

		assert_true(pki_make(&p, &cases[i].options));
		cert = made_read(m, (X509 *[]){ p.cert, NULL });
		assert_true(cert_check_signer(cert, true, &why) ==
			    cases[i].failed);
		assert_int_equal(why != NULL, cases[i].failed != 0);
		assert_true(cert_check_signer(cert, false, NULL) ==
			    cases[i].failed_without);
		cert_release(m->certs, cert);
		pki_free(&p);
	}
}

static void a_list_that_stands_twice_does_not_decode(void **state)
{
	static const struct pki_tn spc[] = { { PKI_SPC, "709J", 0 } };
	struct pki_extension again = { .oid = "1.3.6.1.5.5.7.1.26",
				       .der = { "\x30\x05\xa2\x03\x16\x01"
						"9",
						7 } };
	struct made *m = *state;
	const struct cert *cert;
	struct cert_path path;
	struct pki p;

	assert_true(
		pki_make(&p, &(struct pki_options){ .tn = spc,
						    .tn_count = 1,
						    .extensions = &again,
						    .extension_count = 1 }));
	cert = made_read(m, (X509 *[]){ p.cert, NULL });
	assert_true(cert_check_signer(cert, true, NULL) ==
		    VERDICT_BIT(VERDICT_CERT_PROFILE));
	assert_int_equal(certs_path(m->certs, cert, MADE_TIME, &path), ERR_OK);
	assert_int_equal(cert_covers_number(&path, cert, SLICE("9")),
			 CERT_COVERS_NO);
	cert_release(m->certs, cert);
	pki_free(&p);
}

/* RFC 2818 section 3.1, RFC 5922 section 7.1. */
static void a_host_is_named_by_the_san_and_else_by_the_cn(void **state)
{
	static const struct {
		const char *cn;
		const char *san;
		const char *host;
		bool strict;   /* RFC 5922 */
		bool wildcard; /* RFC 2818 */
	} cases[] = {
		{ "a.example", NULL, "a.example", true, true },
		{ "a.example", NULL, "A.EXAMPLE", true, true },
		{ "a.example", NULL, "b.a.example", false, false },
		{ "a.example", NULL, "", false, false },
		{ "a.example", "DNS:b.example", "a.example", false, false },
		{ "a.example", "DNS:b.example", "b.example", true, true },
		{ "x", "DNS:b.example,DNS:c.example", "c.example", true, true },
		{ "x", "URI:sip:a.example", "a.example", true, true },
		{ "x", "URI:sip:a.example:5061;transport=tls", "a.example",
		  true, true },
		{ "x", "URI:sip:u@a.example", "a.example", false, false },
		{ "x", "URI:sip:u@a.example", "u@a.example", false, false },
		{ "x", "URI:sips:a.example", "a.example", false, false },
		{ "x", "URI:https://a.example", "a.example", false, false },
		/* a SAN that names no domain */
		{ "a.example", "IP:192.0.2.1", "a.example", false, true },
		{ "x", "DNS:*.example.com", "a.example.com", false, true },
		{ "x", "DNS:*.example.com", "A.Example.com", false, true },
		{ "x", "DNS:*.example.com", "example.com", false, false },
		{ "x", "DNS:*.example.com", ".example.com", false, false },
		{ "x", "DNS:*.example.com", "b.a.example.com", false, false },
		{ "x", "DNS:*.example.com", "*.example.com", false, true },
		{ "x", "DNS:a*.example.com", "ab.example.com", false, false },
		{ "x", "DNS:*", "com", false, false },
		{ "x", "DNS:*.", "a.", false, false },
		{ "*.example.com", NULL, "a.example.com", false, true },
	};
	struct made *m = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice host = slice_of(cases[i].host);
		const struct cert *cert;
		bool used = false;
		bool has_star;
		struct pki p;

		assert_true(pki_make(
			&p, &(struct pki_options){ .cn = cases[i].cn,
						   .san = cases[i].san,
						   .key = m->leaf.key }));
		cert = made_read(m, (X509 *[]){ p.cert, NULL });
		if (cert_covers_host(cert, host, false, &used) !=
			    cases[i].strict ||
		    used)
			fail_msg("case %zu, RFC 5922", i);
		if (cert_covers_host(cert, host, true, &used) !=
		    cases[i].wildcard)
			fail_msg("case %zu, RFC 2818", i);
		has_star = strchr(cases[i].cn, '*') != NULL ||
			   (cases[i].san != NULL &&
			    strchr(cases[i].san, '*') != NULL);
		assert_int_equal(used, cases[i].wildcard && has_star);
		cert_release(m->certs, cert);
		pki_free(&p);
	}
}

/* SAN with a NUL inside: a C string would end at it. */
static void a_name_does_not_end_at_a_nul(void **state)
{
	struct pki_extension san = { .oid = "2.5.29.17",
				     .der = { "\x30\x0d\x82\x0b"
					      "a.example\0b",
					      15 } };
	struct made *m = *state;
	const struct cert *cert;
	struct pki p;

	assert_true(
		pki_make(&p, &(struct pki_options){ .extensions = &san,
						    .extension_count = 1 }));
	cert = made_read(m, (X509 *[]){ p.cert, NULL });
	assert_false(cert_covers_host(cert, SLICE("a.example"), true, NULL));
	assert_true(cert_covers_host(cert, (struct slice){ "a.example\0b", 11 },
				     true, NULL));
	cert_release(m->certs, cert);
	pki_free(&p);
}

static void both_constraints_are_asked(void **state)
{
	static const char *const names[] = { "rcd", NULL };
	static const struct pki_constraints excludes = { .must_exclude =
								 names };
	static const struct pki_constraints demands = { .must_include = names };
	struct made *m = *state;
	json_t *with = json_loads("{\"rcd\":{}}", 0, NULL);
	json_t *without = json_object();
	const struct pki_constraints *all[] = { &excludes, &demands };

	for (size_t i = 0; i < COUNT(all); i++) {
		const struct cert *cert;
		struct pki p;

		assert_true(pki_make(
			&p, &(struct pki_options){ .constraints = all[i] }));
		cert = made_read(m, (X509 *[]){ p.cert, NULL });
		assert_int_equal(cert_allows_claims(cert, with, NULL), i == 1);
		assert_int_equal(cert_allows_claims(cert, without, NULL),
				 i == 0);
		cert_release(m->certs, cert);
		pki_free(&p);
	}
	json_decref(with);
	json_decref(without);
}

static bool text_is(struct slice s, const char *text)
{
	return slice_eq(s, slice_of(text));
}

static void all_that_is_shown_is_in_the_description(void **state)
{
	static const struct pki_tn tn[] = { { PKI_SPC, "709J", 0 },
					    { PKI_RANGE, "12155550100", 100 },
					    { PKI_ONE, "*67", 0 },
					    { PKI_SPC, "5800", 0 } };
	struct made *m = *state;
	struct identity_certificate c;
	struct arena_pool *pool = arena_pool_new();
	struct arena arena = { NULL };
	const struct cert *cert;
	struct pki p;

	assert_true(pki_make(
		&p, &(struct pki_options){ .cn = "Sch\xc3\xb6n, \x1b[2J",
					   .o = "Org",
					   .serial = 0xabc,
					   .issuer = &m->root,
					   .not_before_s = 1000000000,
					   .not_after_s = 4102444800,
					   .san = "DNS:a.example,IP:192.0.2.1,"
						  "URI:sip:b.example",
					   .crl_url = "http://c.example/crl",
					   .tn_list_url = "https://t.example/l",
					   .tn = tn,
					   .tn_count = COUNT(tn) }));
	cert = made_read(m, (X509 *[]){ p.cert, NULL });
	assert_int_equal(cert_describe(cert_leaf(cert), &arena, pool, &c),
			 ERR_OK);
	assert_true(text_is(c.subject, "CN=Sch\xc3\xb6n\\, \\1B[2J,O=Org"));
	assert_true(text_is(c.issuer, "CN=Root"));
	assert_true(text_is(c.serial, "0abc"));
	assert_int_equal(c.sha256.len, 64);
	assert_true(c.not_before_s == 1000000000);
	assert_true(c.not_after_s == 4102444800);
	assert_false(c.is_ca || c.is_anchor || c.tn_malformed);
	assert_int_equal(c.spc_count, 2);
	assert_true(text_is(c.spc[1], "5800"));
	assert_int_equal(c.tn_count, 2);
	assert_true(text_is(c.tn[0], "12155550100+100"));
	assert_true(text_is(c.tn[1], "*67"));
	assert_int_equal(c.name_count, 2);
	assert_true(text_is(c.names[1], "sip:b.example"));
	assert_true(text_is(c.crl_url, "http://c.example/crl"));
	assert_true(text_is(c.tn_url, "https://t.example/l"));
	assert_true(text_is(cert_spc(cert), "709J"));
	assert_true(text_is(cert_name(cert), "Sch\xc3\xb6n, \x1b[2J"));
	cert_release(m->certs, cert);
	pki_free(&p);
	arena_reset(&arena, pool);
	arena_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CERTS(a_url_is_found_by_the_index_or_by_its_hash),
		WITH_CERTS(without_a_folder_nothing_is_at_hand),
		WITH_CERTS(the_index_may_have_crlf_blanks_and_no_heading),
		WITH_CERTS(a_file_may_lie_in_a_folder_below),
		WITH_CERTS(a_file_outside_of_the_folder_is_never_read),
		WITH_CERTS(the_folder_is_looked_at_once_for_a_url),
		WITH_CERTS(the_oldest_of_a_thousand_urls_is_forgotten),
		WITH_CERTS(of_huge_downloads_the_oldest_are_forgotten),
		WITH_CERTS(text_and_crlf_around_the_blocks_do_no_harm),
		WITH_CERTS(one_certificate_in_der_is_read),
		WITH_CERTS(what_holds_no_first_certificate_is_malformed),
		WITH_CERTS(a_file_has_256_kib_at_most),
		WITH_CERTS(a_private_key_in_a_file_is_told),
		WITH_CERTS(a_download_counts_at_once_and_for_the_next_run),
		WITH_CERTS(a_download_is_written_behind_the_lines_of_the_user),
		WITH_CERTS(a_download_that_is_no_certificate_says_so),
		WITH_CERTS(a_folder_that_is_gone_does_not_lose_a_download),
		WITH_CERTS(a_folder_of_anchors_may_hold_other_files),
		WITH_CERTS(a_file_without_use_is_an_error_when_named_alone),
		WITH_CERTS(a_key_is_p256_by_its_name_only),
		WITH_CERTS(a_signer_of_passports_is_no_ca_and_may_sign),
		WITH_CERTS(a_list_that_stands_twice_does_not_decode),
		WITH_CERTS(a_host_is_named_by_the_san_and_else_by_the_cn),
		WITH_CERTS(a_name_does_not_end_at_a_nul),
		WITH_CERTS(both_constraints_are_asked),
		WITH_CERTS(all_that_is_shown_is_in_the_description),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
