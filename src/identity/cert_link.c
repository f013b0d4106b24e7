#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/sha.h>

#include "cert.h"

bool cert_time(const ASN1_TIME *time, int64_t *seconds)
{
	struct tm tm = { .tm_sec = 0 };

	/* OpenSSL takes an absent one for the present time. */
	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*seconds = timegm(&tm);
	return true;
}

bool cert_is_pkix_name(const ASN1_OBJECT *name, uint8_t arc, uint8_t n)
{
	const uint8_t wanted[] = { 0x2b, 6, 1, 5, 5, 7, arc, n };

	return OBJ_length(name) == sizeof(wanted) &&
	       memcmp(OBJ_get0_data(name), wanted, sizeof(wanted)) == 0;
}

/*
 * P-256 by name: with explicit parameters a signer could bring a curve of its
 * own that only looks like it (RFC 5480 section 2.1.1 forbids them).
 */
static bool is_p256(const X509 *x509)
{
	X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *name = NULL;
	const void *value = NULL;
	int type = V_ASN1_UNDEF;

	if (X509_get0_pubkey(x509) == NULL ||
	    X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm,
				   X509_get_X509_PUBKEY(x509)) != 1)
		return false;
	X509_ALGOR_get0(&name, &type, &value, algorithm);
	return OBJ_obj2nid(name) == NID_X9_62_id_ecPublicKey &&
	       type == V_ASN1_OBJECT &&
	       OBJ_obj2nid(value) == NID_X9_62_prime256v1;
}

static struct slice octets(const ASN1_STRING *s)
{
	int n = ASN1_STRING_length(s);

	return (struct slice){ (const char *)ASN1_STRING_get0_data(s),
			       n > 0 ? (size_t)n : 0 };
}

/* RFC 5280 section 4.2: no extension stands twice. */
static enum err read_tn(struct cert_link *link, struct slice value)
{
	if (!link->tn.is_there)
		return tnauth_read(value, &link->tn);
	tnauth_free(&link->tn);
	link->tn.is_there = true;
	link->tn.is_malformed = true;
	return ERR_OK;
}

static void read_constraints(struct constraints *c, struct slice value,
			     bool enhanced)
{
	if (!c->is_there)
		constraints_read(value, enhanced, c);
	else
		*c = (struct constraints){ .is_there = true,
					   .is_malformed = true };
}

static enum err read_extensions(struct cert_link *link)
{
	int count = X509_get_ext_count(link->x509);

	for (int i = 0; i < count; i++) {
		X509_EXTENSION *e = X509_get_ext(link->x509, i);
		const ASN1_OBJECT *name = X509_EXTENSION_get_object(e);
		struct slice value = octets(X509_EXTENSION_get_data(e));
		enum err err = ERR_OK;

		if (cert_is_pkix_name(name, PKIX_EXTENSION, PE_TN_AUTH_LIST))
			err = read_tn(link, value);
		else if (cert_is_pkix_name(name, PKIX_EXTENSION,
					   PE_CONSTRAINTS))
			read_constraints(&link->constraints, value, false);
		else if (cert_is_pkix_name(name, PKIX_EXTENSION, PE_ENHANCED))
			read_constraints(&link->enhanced, value, true);
		else if (OBJ_obj2nid(name) == NID_subject_alt_name)
			link->has_san = true;
		if (err)
			return err;
	}
	return ERR_OK;
}

/* The last CN is the most specific one (RFC 2818 section 3.1). */
static void read_cn(struct cert_link *link)
{
	const X509_NAME *subject = X509_get_subject_name(link->x509);
	const X509_NAME_ENTRY *entry = NULL;
	int n = 0;

	for (int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	     i >= 0; i = X509_NAME_get_index_by_NID(subject, NID_commonName, i))
		entry = X509_NAME_get_entry(subject, i);
	if (entry == NULL)
		return;
	n = ASN1_STRING_to_UTF8(&link->cn, X509_NAME_ENTRY_get_data(entry));
	if (n > 0) {
		link->name =
			(struct slice){ (const char *)link->cn, (size_t)n };
		return;
	}
	OPENSSL_free(link->cn);
	link->cn = NULL;
}

static void read_names(struct cert_link *link)
{
	read_cn(link);
	link->san =
		X509_get_ext_d2i(link->x509, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(link->san); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(link->san, i);

		if (slice_is_set(link->name))
			return;
		if (name->type == GEN_DNS || name->type == GEN_URI)
			link->name = octets(name->d.ia5);
	}
}

static enum err read_all(struct cert_link *link)
{
	X509 *x = link->x509;

	/* OpenSSL keeps what it finds in the extensions: now, before there is
	 * more than one thread. */
	(void)X509_check_purpose(x, -1, 0);
	link->is_ca = (X509_get_extension_flags(x) & EXFLAG_CA) != 0;
	link->key_usage = X509_get_key_usage(x);
	link->is_p256 = is_p256(x);
	link->has_not_before =
		cert_time(X509_get0_notBefore(x), &link->not_before_s);
	link->has_not_after =
		cert_time(X509_get0_notAfter(x), &link->not_after_s);
	read_names(link);
	return read_extensions(link);
}

enum err cert_link_new(struct cert_link **out, struct slice der, size_t *used)
{
	const unsigned char *p = (const unsigned char *)der.ptr;
	struct cert_link *link = calloc(1, sizeof(*link));
	enum err err;

	if (link == NULL)
		return ERR_NOMEM;
	link->x509 = d2i_X509(NULL, &p, (long)der.len);
	if (link->x509 == NULL) {
		ERR_clear_error();
		free(link);
		return ERR_MALFORMED;
	}
	der.len = (size_t)(p - (const unsigned char *)der.ptr);
	(void)SHA256((const unsigned char *)der.ptr, der.len, link->sha256);
	err = read_all(link);
	ERR_clear_error();
	if (err) {
		cert_link_free(link);
		return err;
	}
	if (used != NULL)
		*used = der.len;
	*out = link;
	return ERR_OK;
}

void cert_link_free(struct cert_link *link)
{
	if (link == NULL)
		return;
	tnauth_free(&link->tn);
	GENERAL_NAMES_free(link->san);
	OPENSSL_free(link->cn);
	X509_free(link->x509);
	free(link);
}
