#include <openssl/err.h>

#include "cert.h"

/* A name longer than this says nothing any more; only what is shown is cut. */
#define SHOWN_BYTES_MAX 2048

/* Where what is described goes; `failed` sticks. */
struct maker {
	struct arena *arena;
	struct arena_pool *pool;
	bool failed;
};

static struct slice put(struct maker *m, struct slice s)
{
	struct slice copy;

	if (!slice_is_set(s))
		return SLICE_NONE;
	copy = arena_copy(m->arena, m->pool, s);
	if (!slice_is_set(copy))
		m->failed = true;
	return copy;
}

/* NULL for none. */
static struct slice *put_array(struct maker *m, size_t count)
{
	struct slice *array = NULL;

	if (count > 0) {
		array = arena_alloc(m->arena, m->pool, count * sizeof(*array));
		m->failed = m->failed || array == NULL;
	}
	return array;
}

static struct slice octets(const ASN1_STRING *s)
{
	int n = ASN1_STRING_length(s);

	return (struct slice){ (const char *)ASN1_STRING_get0_data(s),
			       n > 0 ? (size_t)n : 0 };
}

/* RFC 2253, but UTF-8 as it is: readers escape what is not safe. */
static struct slice put_dn(struct maker *m, const X509_NAME *name)
{
	unsigned long flags =
		XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	struct slice s = SLICE("");
	long n;

	if (bio == NULL) {
		m->failed = true;
		return SLICE_NONE;
	}
	(void)X509_NAME_print_ex(bio, name, 0, flags);
	n = BIO_get_mem_data(bio, &text);
	if (n > 0)
		s = slice_sub((struct slice){ text, (size_t)n }, 0,
			      SHOWN_BYTES_MAX);
	s = put(m, s);
	BIO_free(bio);
	return s;
}

static struct slice put_hex(struct maker *m, struct slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	struct slice cut = slice_sub(bytes, 0, SHOWN_BYTES_MAX / 2);
	char *out = arena_alloc(m->arena, m->pool, cut.len * 2 + 1);

	if (out == NULL) {
		m->failed = true;
		return SLICE_NONE;
	}
	for (size_t i = 0; i < cut.len; i++) {
		out[2 * i] = digits[(uint8_t)cut.ptr[i] >> 4];
		out[2 * i + 1] = digits[(uint8_t)cut.ptr[i] & 0xf];
	}
	return (struct slice){ out, cut.len * 2 };
}

/* "EC P-256", "RSA 2048", "ED25519". */
static struct slice put_key(struct maker *m, const struct cert_link *link)
{
	EVP_PKEY *key = X509_get0_pubkey(link->x509);
	const char *type = key != NULL ? EVP_PKEY_get0_type_name(key) : NULL;
	char group[64] = "";
	struct buf text;
	struct slice s;

	buf_init(&text, SHOWN_BYTES_MAX);
	if (key == NULL) {
		buf_add_text(&text, "unknown");
	} else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
		const char *nist = NULL;

		if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL))
			nist = EC_curve_nid2nist(OBJ_sn2nid(group));
		buf_add_format(&text, "EC %s", nist != NULL ? nist : group);
		if (nist != NULL && OBJ_sn2nid(group) == NID_X9_62_prime256v1 &&
		    !link->is_p256)
			buf_add_text(&text, " (explicit parameters)");
	} else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
		buf_add_format(&text, "RSA %d", EVP_PKEY_get_bits(key));
	} else {
		buf_add_text(&text, type != NULL ? type : "unknown");
	}
	s = put(m, slice_trim(buf_slice(&text)));
	m->failed = m->failed || text.failed;
	buf_free(&text);
	return s;
}

static struct slice put_tn(struct maker *m, const struct tnauth_entry *e)
{
	struct buf text;
	struct slice s;

	if (e->kind != TNAUTH_RANGE)
		return put(m, e->text);
	buf_init(&text, SHOWN_BYTES_MAX);
	buf_add(&text, e->text);
	buf_add_char(&text, '+');
	buf_add_uint(&text, e->count);
	s = put(m, buf_slice(&text));
	buf_free(&text);
	return s;
}

static void describe_tn(struct maker *m, const struct tnauth *t,
			struct identity_certificate *out)
{
	size_t spc_total = 0;
	struct slice *spc;
	struct slice *tn;

	for (size_t i = 0; i < t->count; i++)
		spc_total += t->entries[i].kind == TNAUTH_SPC;
	spc = put_array(m, spc_total);
	tn = put_array(m, t->count - spc_total);
	for (size_t i = 0; i < t->count && !m->failed; i++) {
		struct slice text = put_tn(m, &t->entries[i]);

		if (t->entries[i].kind == TNAUTH_SPC)
			spc[out->spc_count++] = text;
		else
			tn[out->tn_count++] = text;
	}
	out->spc = spc;
	out->tn = tn;
	out->tn_malformed = t->is_malformed;
}

static bool is_name(const GENERAL_NAME *name)
{
	return name->type == GEN_DNS || name->type == GEN_URI;
}

static void describe_names(struct maker *m, const GENERAL_NAMES *san,
			   struct identity_certificate *out)
{
	int total = sk_GENERAL_NAME_num(san); /* -1 without */
	size_t count = 0;
	struct slice *names;

	for (int i = 0; i < total; i++)
		count += is_name(sk_GENERAL_NAME_value(san, i));
	names = put_array(m, count);
	for (int i = 0; i < total && !m->failed; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(san, i);

		if (is_name(name))
			names[out->name_count++] = put(m, octets(name->d.ia5));
	}
	out->names = names;
}

static struct slice uri_of(struct maker *m, const GENERAL_NAME *name)
{
	return name->type == GEN_URI ? put(m, octets(name->d.ia5)) : SLICE_NONE;
}

/* The first URL of the first distribution point that has one. */
static struct slice crl_url_of(struct maker *m, const X509 *x509)
{
	CRL_DIST_POINTS *points =
		X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);
	struct slice url = SLICE_NONE;

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *p = sk_DIST_POINT_value(points, i);
		const GENERAL_NAMES *names;

		if (p->distpoint == NULL || p->distpoint->type != 0)
			continue;
		names = p->distpoint->name.fullname;
		for (int k = 0; k < sk_GENERAL_NAME_num(names); k++)
			if (!slice_is_set(url))
				url = uri_of(m,
					     sk_GENERAL_NAME_value(names, k));
	}
	CRL_DIST_POINTS_free(points);
	return url;
}

/* RFC 8226 section 10.2. */
static struct slice tn_url_of(struct maker *m, const X509 *x509)
{
	AUTHORITY_INFO_ACCESS *all =
		X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
	struct slice url = SLICE_NONE;

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all); i++) {
		const ACCESS_DESCRIPTION *a =
			sk_ACCESS_DESCRIPTION_value(all, i);

		if (!slice_is_set(url) &&
		    cert_is_pkix_name(a->method, PKIX_ACCESS, AD_STIR_TN_LIST))
			url = uri_of(m, a->location);
	}
	AUTHORITY_INFO_ACCESS_free(all);
	return url;
}

enum err cert_describe(const struct cert_link *link, struct arena *arena,
		       struct arena_pool *pool,
		       struct identity_certificate *out)
{
	struct maker m = { .arena = arena, .pool = pool };
	struct identity_certificate c = { .is_ca = link->is_ca,
					  .is_anchor = link->is_anchor,
					  .not_before_s = link->not_before_s,
					  .not_after_s = link->not_after_s };
	const X509 *x = link->x509;

	c.subject = put_dn(&m, X509_get_subject_name(x));
	c.issuer = put_dn(&m, X509_get_issuer_name(x));
	c.serial = put_hex(&m, octets(X509_get0_serialNumber(x)));
	c.sha256 = put_hex(&m, (struct slice){ (const char *)link->sha256,
					       sizeof(link->sha256) });
	c.key = put_key(&m, link);
	describe_tn(&m, &link->tn, &c);
	describe_names(&m, link->san, &c);
	c.crl_url = crl_url_of(&m, x);
	c.tn_url = tn_url_of(&m, x);
	ERR_clear_error();
	if (m.failed)
		return ERR_NOMEM;
	*out = c;
	return ERR_OK;
}
