/*
 * pki.h - keys, certificates and revocation lists for tests, made by OpenSSL.
 *
 * All fields of the options may be left zero.
 *
 *	struct pki root, leaf;
 *	struct pki_tn spc[] = { { PKI_SPC, "709J", 0 } };
 *
 *	pki_make(&root, &(struct pki_options){ .cn = "Root", .is_ca = true });
 *	pki_make(&leaf, &(struct pki_options){ .cn = "SHAKEN 709J",
 *					       .issuer = &root,
 *					       .tn = spc, .tn_count = 1 });
 *	pki_folder_new(folder);
 *	pki_write_certs(folder, "sp.pem", (X509 *[]){ leaf.cert, NULL });
 *	...
 *	pki_folder_remove(folder); pki_free(&leaf); pki_free(&root);
 */
#ifndef SIPMON_TESTS_PKI_H
#define SIPMON_TESTS_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "sipmon/base/buf.h"
#include "sipmon/base/slice.h"

/* Who holds a key: what issues others is one of these too. */
struct pki {
	EVP_PKEY *key;
	X509 *cert;
};

/* An entry of a TNAuthList (RFC 8226 section 9). */
enum pki_tn_kind { PKI_SPC = 0, PKI_RANGE, PKI_ONE };

struct pki_tn {
	enum pki_tn_kind kind;
	const char *text; /* code, or (first) number */
	uint32_t count;   /* of a range */
};

/* A claim and the values that it may have. */
struct pki_permitted {
	const char *claim;
	const char *const *values; /* up to NULL */
};

/* RFC 8226 section 8; with `must_exclude` it is that of RFC 9118. */
struct pki_constraints {
	const char *const *must_include;       /* up to NULL; NULL: not there */
	const struct pki_permitted *permitted; /* up to a claim NULL */
	const char *const *must_exclude;
	bool enhanced; /* RFC 9118 though nothing is excluded */
	bool is_critical;
};

struct pki_extension {
	const char *oid; /* "1.2.3.4" */
	struct slice der;
	bool is_critical;
};

struct pki_options {
	/* "P-256" (also if NULL), "P-384", "RSA-2048", "P-256-explicit" (the
	 * same curve, its parameters spelt out) */
	const char *key_kind;
	EVP_PKEY *key; /* this one, and no new one */
	const char *cn;
	const char *o;
	const struct pki *issuer; /* NULL: self-signed */
	EVP_PKEY *sign_key;       /* another than the issuer's: a forgery */
	uint32_t serial;          /* 0: 1 */
	int64_t not_before_s;     /* seconds since 1970; 0: 2020-01-01 */
	int64_t not_after_s;      /* 0: 2040-01-01 */
	bool is_ca;
	bool has_path_length;
	uint32_t path_length;
	bool no_basic; /* without basicConstraints */
	/* "critical,digitalSignature"; NULL: what is usual for a CA, and
	 * digitalSignature for others; "": without */
	const char *key_usage;
	const char *san; /* "DNS:example.com,URI:sip:example.com" */
	const struct pki_tn *tn;
	size_t tn_count;
	struct slice tn_der; /* in its place */
	bool tn_critical;
	const struct pki_constraints *constraints;
	const char *crl_url;     /* CRL distribution point */
	const char *tn_list_url; /* TN list by reference (RFC 8226) */
	const struct pki_extension *extensions;
	size_t extension_count;
	bool sha1; /* signed with SHA-1 */
};

/* False if OpenSSL refuses; `*out` is then zero. */
bool pki_make(struct pki *out, const struct pki_options *o);
void pki_free(struct pki *p);

/* A key alone; kinds as above.  NULL if there is none. */
EVP_PKEY *pki_key(const char *kind);

/* Replaces `*out` by the DER of a TNAuthList; of the constraints. */
void pki_tn_der(struct buf *out, const struct pki_tn *tn, size_t count);
void pki_constraints_der(struct buf *out, const struct pki_constraints *c);

/* Appends an element of DER: tag, length, content. */
void pki_der(struct buf *out, uint8_t tag, struct slice content);

/* ---- revocation lists */

struct pki_revoked {
	uint32_t serial;
	int64_t date_s;
	/* Its issuer is told in the entry (an indirect list); NULL: it is that
	 * of the entry before. */
	const struct pki *issuer;
};

struct pki_crl_options {
	const struct pki *issuer;
	EVP_PKEY *sign_key;    /* another than the issuer's: a forgery */
	int64_t this_update_s; /* 0: 2020-01-01 */
	int64_t next_update_s; /* 0: without */
	const struct pki_revoked *revoked;
	size_t revoked_count;
	bool indirect; /* IssuingDistributionPoint says so */
};

/* NULL if OpenSSL refuses. */
X509_CRL *pki_crl(const struct pki_crl_options *o);

/* ---- as bytes: appended */

void pki_add_pem(struct buf *out, X509 *cert);
void pki_add_der(struct buf *out, X509 *cert);
void pki_add_key_pem(struct buf *out, EVP_PKEY *key);
void pki_add_crl_pem(struct buf *out, X509_CRL *crl);
void pki_add_crl_der(struct buf *out, X509_CRL *crl);

/* ---- files */

#define PKI_PATH_BYTES 256

/* A new empty folder below TMPDIR or /tmp; false if it cannot be made. */
bool pki_folder_new(char path[PKI_PATH_BYTES]);
/* With all files in it; it has no folders. */
void pki_folder_remove(const char *path);

/* The path of `name` in `folder`, in `out`, which it returns. */
const char *pki_path(char out[PKI_PATH_BYTES], const char *folder,
		     const char *name);

/* False if it cannot be written. */
bool pki_write(const char *folder, const char *name, struct slice bytes);
/* PEM, one behind the other, up to NULL. */
bool pki_write_certs(const char *folder, const char *name, X509 *const *certs);
bool pki_write_crl(const char *folder, const char *name, X509_CRL *crl);

#endif
