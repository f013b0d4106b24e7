#include "pki.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define YEAR_2020      1577836800
#define YEAR_2040      2208988800
#define DER_BYTES_MAX  (1U << 20)
#define FILE_BYTES_MAX ((size_t)256 * 1024 * 1024)

#define DER_INTEGER    0x02
#define DER_UTF8       0x0c
#define DER_IA5        0x16
#define DER_SEQUENCE   0x30
#define DER_CONTEXT(n) ((uint8_t)(0xa0 | (n)))

#define OID_TN_AUTH_LIST "1.3.6.1.5.5.7.1.26"
#define OID_CONSTRAINTS  "1.3.6.1.5.5.7.1.27"
#define OID_ENHANCED     "1.3.6.1.5.5.7.1.33"
#define OID_TN_LIST_URL  "1.3.6.1.5.5.7.48.14"

/* ---- DER */

void pki_der(struct buf *out, uint8_t tag, struct slice content)
{
	size_t n = content.len;

	buf_add_char(out, (char)tag);
	if (n > 0xff) {
		buf_add_char(out, (char)0x82);
		buf_add_char(out, (char)(n >> 8 & 0xff));
	} else if (n > 0x7f) {
		buf_add_char(out, (char)0x81);
	}
	buf_add_char(out, (char)(n & 0xff));
	buf_add(out, content);
}

/* What was appended since `from` becomes the content of an element. */
static void wrap(struct buf *out, size_t from, uint8_t tag)
{
	struct buf content;

	buf_init(&content, DER_BYTES_MAX);
	buf_add(&content, slice_sub(buf_slice(out), from, out->len - from));
	out->len = from;
	pki_der(out, tag, buf_slice(&content));
	buf_free(&content);
}

static void add_number(struct buf *out, uint32_t value)
{
	uint8_t b[5] = { 0, (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			 (uint8_t)(value >> 8), (uint8_t)value };
	size_t first = 0;

	while (first < 4 && b[first] == 0 && b[first + 1] < 0x80)
		first++;
	pki_der(out, DER_INTEGER,
		(struct slice){ (const char *)b + first, 5 - first });
}

void pki_tn_der(struct buf *out, const struct pki_tn *tn, size_t count)
{
	static const uint8_t tags[] = { DER_CONTEXT(0), DER_CONTEXT(1),
					DER_CONTEXT(2) };

	buf_clear(out);
	for (size_t i = 0; i < count; i++) {
		size_t from = out->len;

		pki_der(out, DER_IA5, slice_of(tn[i].text));
		if (tn[i].kind == PKI_RANGE) {
			add_number(out, tn[i].count);
			wrap(out, from, DER_SEQUENCE);
		}
		wrap(out, from, tags[tn[i].kind]);
	}
	wrap(out, 0, DER_SEQUENCE);
}

static void add_names(struct buf *out, const char *const *names, uint8_t type,
		      uint8_t tag)
{
	size_t from = out->len;

	for (; *names != NULL; names++)
		pki_der(out, type, slice_of(*names));
	wrap(out, from, DER_SEQUENCE);
	if (tag != 0)
		wrap(out, from, tag);
}

void pki_constraints_der(struct buf *out, const struct pki_constraints *c)
{
	size_t from;

	buf_clear(out);
	if (c->must_include != NULL)
		add_names(out, c->must_include, DER_IA5, DER_CONTEXT(0));
	from = out->len;
	if (c->permitted != NULL) {
		const struct pki_permitted *p = c->permitted;

		for (; p->claim != NULL; p++) {
			size_t here = out->len;

			pki_der(out, DER_IA5, slice_of(p->claim));
			add_names(out, p->values, DER_UTF8, 0);
			wrap(out, here, DER_SEQUENCE);
		}
		wrap(out, from, DER_SEQUENCE);
		wrap(out, from, DER_CONTEXT(1));
	}
	if (c->must_exclude != NULL)
		add_names(out, c->must_exclude, DER_IA5, DER_CONTEXT(2));
	wrap(out, 0, DER_SEQUENCE);
}

/* ---- keys */

static EVP_PKEY *explicit_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) ==
		    1 &&
	    EVP_PKEY_CTX_set_ec_param_enc(ctx, 0) == 1)
		(void)EVP_PKEY_keygen(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *pki_key(const char *kind)
{
	uint32_t bits = 0;

	if (kind == NULL)
		kind = "P-256";
	if (strcmp(kind, "P-256-explicit") == 0)
		return explicit_key();
	if (strncmp(kind, "RSA-", 4) == 0 &&
	    slice_to_u32(slice_of(kind + 4), 16384, &bits))
		return EVP_RSA_gen(bits);
	return EVP_EC_gen(kind);
}

/* ---- certificates */

static bool add_extension(X509 *cert, const char *oid, struct slice der,
			  bool is_critical)
{
	ASN1_OBJECT *name = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	bool done = false;

	if (name != NULL && value != NULL &&
	    ASN1_OCTET_STRING_set(value, (const unsigned char *)der.ptr,
				  (int)der.len) == 1)
		e = X509_EXTENSION_create_by_OBJ(NULL, name, is_critical,
						 value);
	if (e != NULL)
		done = X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(name);
	return done;
}

/* As a configuration of OpenSSL says it. */
static bool add_by_text(X509 *cert, X509 *issuer, int nid, const char *text)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool done;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, text);
	done = e != NULL && X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return done;
}

static bool add_basic(X509 *cert, X509 *issuer, const struct pki_options *o)
{
	char basic[64] = "critical,CA:FALSE";
	const char *usage = o->key_usage;

	if (o->is_ca && o->has_path_length)
		(void)snprintf(basic, sizeof(basic),
			       "critical,CA:TRUE,pathlen:%u", o->path_length);
	else if (o->is_ca)
		(void)snprintf(basic, sizeof(basic), "critical,CA:TRUE");
	if (!o->no_basic &&
	    !add_by_text(cert, issuer, NID_basic_constraints, basic))
		return false;
	if (usage == NULL)
		usage = o->is_ca ? "critical,keyCertSign,cRLSign"
				 : "critical,digitalSignature";
	return usage[0] == '\0' ||
	       add_by_text(cert, issuer, NID_key_usage, usage);
}

static bool add_tn(X509 *cert, const struct pki_options *o)
{
	struct buf der;
	struct slice value = o->tn_der;
	bool done = true;

	buf_init(&der, DER_BYTES_MAX);
	if (o->tn != NULL) {
		pki_tn_der(&der, o->tn, o->tn_count);
		value = buf_slice(&der);
	}
	if (slice_is_set(value))
		done = add_extension(cert, OID_TN_AUTH_LIST, value,
				     o->tn_critical);
	buf_free(&der);
	return done;
}

static bool add_constraints(X509 *cert, const struct pki_constraints *c)
{
	struct buf der;
	bool enhanced = c->enhanced || c->must_exclude != NULL;
	bool done;

	buf_init(&der, DER_BYTES_MAX);
	pki_constraints_der(&der, c);
	done = add_extension(cert, enhanced ? OID_ENHANCED : OID_CONSTRAINTS,
			     buf_slice(&der), c->is_critical);
	buf_free(&der);
	return done;
}

static bool add_urls(X509 *cert, X509 *issuer, const struct pki_options *o)
{
	char text[512];

	if (o->crl_url != NULL) {
		(void)snprintf(text, sizeof(text), "URI:%s", o->crl_url);
		if (!add_by_text(cert, issuer, NID_crl_distribution_points,
				 text))
			return false;
	}
	if (o->tn_list_url != NULL) {
		(void)snprintf(text, sizeof(text), OID_TN_LIST_URL ";URI:%s",
			       o->tn_list_url);
		if (!add_by_text(cert, issuer, NID_info_access, text))
			return false;
	}
	return true;
}

static bool add_extensions(X509 *cert, X509 *issuer,
			   const struct pki_options *o)
{
	if (!add_basic(cert, issuer, o) || !add_tn(cert, o) ||
	    !add_urls(cert, issuer, o))
		return false;
	if (o->san != NULL &&
	    !add_by_text(cert, issuer, NID_subject_alt_name, o->san))
		return false;
	if (o->constraints != NULL && !add_constraints(cert, o->constraints))
		return false;
	for (size_t i = 0; i < o->extension_count; i++) {
		const struct pki_extension *e = &o->extensions[i];

		if (!add_extension(cert, e->oid, e->der, e->is_critical))
			return false;
	}
	return true;
}

static bool add_name(X509_NAME *name, const char *field, const char *text)
{
	return text == NULL ||
	       X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
					  (const unsigned char *)text, -1, -1,
					  0) == 1;
}

static bool fill(X509 *cert, const struct pki_options *o)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	int64_t from = o->not_before_s != 0 ? o->not_before_s : YEAR_2020;
	int64_t to = o->not_after_s != 0 ? o->not_after_s : YEAR_2040;
	long serial = o->serial != 0 ? (long)o->serial : 1;

	return X509_set_version(cert, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set(X509_get_serialNumber(cert), serial) == 1 &&
	       ASN1_TIME_set(X509_getm_notBefore(cert), from) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(cert), to) != NULL &&
	       add_name(subject, "O", o->o) && add_name(subject, "CN", o->cn);
}

bool pki_make(struct pki *out, const struct pki_options *o)
{
	struct pki made = { o->key, X509_new() };
	const struct pki *issuer = o->issuer != NULL ? o->issuer : &made;
	EVP_PKEY *sign_key;
	bool done;

	*out = (struct pki){ 0 };
	if (made.key != NULL)
		(void)EVP_PKEY_up_ref(made.key);
	else
		made.key = pki_key(o->key_kind);
	sign_key = o->sign_key != NULL ? o->sign_key : issuer->key;
	done = made.key != NULL && made.cert != NULL && fill(made.cert, o) &&
	       X509_set_issuer_name(made.cert,
				    X509_get_subject_name(issuer->cert)) &&
	       X509_set_pubkey(made.cert, made.key) == 1 &&
	       add_extensions(made.cert, issuer->cert, o) &&
	       X509_sign(made.cert, sign_key,
			 o->sha1 ? EVP_sha1() : EVP_sha256()) != 0;
	ERR_clear_error();
	if (!done) {
		pki_free(&made);
		return false;
	}
	*out = made;
	return true;
}

void pki_free(struct pki *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
	*p = (struct pki){ 0 };
}

/* ---- revocation lists */

static bool set_entry_issuer(X509_REVOKED *entry, const struct pki *issuer)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	X509_NAME *dn = X509_NAME_dup(X509_get_subject_name(issuer->cert));
	bool done = false;

	if (names != NULL && name != NULL && dn != NULL) {
		GENERAL_NAME_set0_value(name, GEN_DIRNAME, dn);
		dn = NULL;
		if (sk_GENERAL_NAME_push(names, name) > 0) {
			name = NULL;
			done = X509_REVOKED_add1_ext_i2d(entry,
							 NID_certificate_issuer,
							 names, 1, 0) == 1;
		}
	}
	X509_NAME_free(dn);
	GENERAL_NAME_free(name);
	GENERAL_NAMES_free(names);
	return done;
}

static bool add_revoked(X509_CRL *crl, const struct pki_revoked *r)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *date = ASN1_TIME_set(NULL, r->date_s);
	bool done = entry != NULL && serial != NULL && date != NULL &&
		    ASN1_INTEGER_set(serial, (long)r->serial) == 1 &&
		    X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
		    X509_REVOKED_set_revocationDate(entry, date) == 1 &&
		    (r->issuer == NULL || set_entry_issuer(entry, r->issuer)) &&
		    X509_CRL_add0_revoked(crl, entry) == 1;

	if (!done)
		X509_REVOKED_free(entry);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(date);
	return done;
}

static bool set_indirect(X509_CRL *crl)
{
	ISSUING_DIST_POINT *point = ISSUING_DIST_POINT_new();
	bool done = false;

	if (point != NULL) {
		point->indirectCRL = 0xff;
		done = X509_CRL_add1_ext_i2d(crl,
					     NID_issuing_distribution_point,
					     point, 1, 0) == 1;
	}
	ISSUING_DIST_POINT_free(point);
	return done;
}

static bool set_times(X509_CRL *crl, const struct pki_crl_options *o)
{
	int64_t from = o->this_update_s != 0 ? o->this_update_s : YEAR_2020;
	ASN1_TIME *this_update = ASN1_TIME_set(NULL, from);
	ASN1_TIME *next_update = ASN1_TIME_set(NULL, o->next_update_s);
	bool done = this_update != NULL && next_update != NULL &&
		    X509_CRL_set1_lastUpdate(crl, this_update) == 1 &&
		    (o->next_update_s == 0 ||
		     X509_CRL_set1_nextUpdate(crl, next_update) == 1);

	ASN1_TIME_free(this_update);
	ASN1_TIME_free(next_update);
	return done;
}

X509_CRL *pki_crl(const struct pki_crl_options *o)
{
	X509_CRL *crl = X509_CRL_new();
	EVP_PKEY *key = o->sign_key != NULL ? o->sign_key : o->issuer->key;
	bool done;

	if (crl == NULL)
		return NULL;
	done = X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	       X509_CRL_set_issuer_name(
		       crl, X509_get_subject_name(o->issuer->cert)) == 1 &&
	       set_times(crl, o) && (!o->indirect || set_indirect(crl));
	/* Not sorted: an entry takes its issuer from the one before it. */
	for (size_t i = 0; done && i < o->revoked_count; i++)
		done = add_revoked(crl, &o->revoked[i]);
	done = done && X509_CRL_sign(crl, key, EVP_sha256()) != 0;
	ERR_clear_error();
	if (!done) {
		X509_CRL_free(crl);
		return NULL;
	}
	return crl;
}

/* ---- as bytes */

/* Appends what `bio` holds, and gives it up. */
static void drain(struct buf *out, BIO *bio)
{
	char *text = NULL;
	long n = BIO_get_mem_data(bio, &text);

	if (n > 0)
		buf_add(out, (struct slice){ text, (size_t)n });
	else
		out->failed = true;
	BIO_free(bio);
}

void pki_add_pem(struct buf *out, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)PEM_write_bio_X509(bio, cert);
	drain(out, bio);
}

void pki_add_der(struct buf *out, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)i2d_X509_bio(bio, cert);
	drain(out, bio);
}

void pki_add_key_pem(struct buf *out, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	drain(out, bio);
}

void pki_add_crl_pem(struct buf *out, X509_CRL *crl)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)PEM_write_bio_X509_CRL(bio, crl);
	drain(out, bio);
}

void pki_add_crl_der(struct buf *out, X509_CRL *crl)
{
	BIO *bio = BIO_new(BIO_s_mem());

	(void)i2d_X509_CRL_bio(bio, crl);
	drain(out, bio);
}

/* ---- files */

bool pki_folder_new(char path[PKI_PATH_BYTES])
{
	const char *top = getenv("TMPDIR");
	int n = snprintf(path, PKI_PATH_BYTES, "%s/sipmon-pki-XXXXXX",
			 top != NULL ? top : "/tmp");

	return n > 0 && n < PKI_PATH_BYTES && mkdtemp(path) != NULL;
}

void pki_folder_remove(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	(void)rmdir(path);
}

const char *pki_path(char out[PKI_PATH_BYTES], const char *folder,
		     const char *name)
{
	(void)snprintf(out, PKI_PATH_BYTES, "%s/%s", folder, name);
	return out;
}

bool pki_write(const char *folder, const char *name, struct slice bytes)
{
	char path[PKI_PATH_BYTES];
	FILE *f = fopen(pki_path(path, folder, name), "wb");
	bool done;

	if (f == NULL)
		return false;
	done = bytes.len == 0 || fwrite(bytes.ptr, bytes.len, 1, f) == 1;
	return fclose(f) == 0 && done;
}

bool pki_write_certs(const char *folder, const char *name, X509 *const *certs)
{
	struct buf text;
	bool done;

	buf_init(&text, FILE_BYTES_MAX);
	for (; *certs != NULL; certs++)
		pki_add_pem(&text, *certs);
	done = !text.failed && pki_write(folder, name, buf_slice(&text));
	buf_free(&text);
	return done;
}

bool pki_write_crl(const char *folder, const char *name, X509_CRL *crl)
{
	struct buf text;
	bool done;

	buf_init(&text, FILE_BYTES_MAX);
	pki_add_crl_pem(&text, crl);
	done = !text.failed && pki_write(folder, name, buf_slice(&text));
	buf_free(&text);
	return done;
}
