/*
 * cert.h - one certificate taken apart, and a signer's with what came beside
 * it; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_H
#define SIPMON_IDENTITY_CERT_H

#include <openssl/x509v3.h>

#include "constraints.h"
#include "crypto.h"
#include "sipmon/identity/certs.h"
#include "tnauth.h"

/* Never changed once it is made, so that several threads may read it. */
struct cert_link {
	X509 *x509;
	uint8_t sha256[32]; /* of the DER */
	/* Both false if the times do not decode. */
	bool has_not_before;
	bool has_not_after;
	int64_t not_before_s;
	int64_t not_after_s;
	bool is_anchor;
	bool is_ca;
	bool is_p256;
	uint32_t key_usage; /* KU_*; all set if the extension is not there */
	unsigned char *cn;  /* UTF-8, of OpenSSL; NULL if there is none */
	struct slice name;  /* CN, else the first name of the SAN */
	GENERAL_NAMES *san; /* NULL: not there, or does not decode */
	bool has_san;
	struct tnauth tn;
	struct constraints constraints; /* RFC 8226 */
	struct constraints enhanced;    /* RFC 9118 */
};

/* A path that was found, and the seconds in which it stays the same. */
struct cert_memo {
	struct cert_path path;
	uint32_t generation; /* of what was set up; 0: the memo is free */
	int64_t from_s;
	int64_t until_s; /* the first at which it may differ */
};

/* A capture seldom spans more than one change of a certificate. */
#define CERT_MEMOS 4

/* What of a signer's certificate does change, under the lock of `certs`. */
struct cert_state {
	struct cert *cert;
	unsigned references;
	unsigned memo_next;
	struct cert_memo memos[CERT_MEMOS];
};

struct cert {
	struct cert_state *state;
	struct crypto_key *ready; /* the signer's key; NULL if of no use */
	unsigned count;           /* of links; the first is the signer's */
	struct cert_link *links[IDENTITY_CHAIN_MAX];
	const char *source;
	char *file;           /* NULL if none */
	bool has_private_key; /* stood in the same file */
	size_t bytes;         /* of the content that it was read from */
};

/*
 * Reads one certificate in DER at the front of `der`; `*used` (may be NULL)
 * tells how many bytes it took.  ERR_MALFORMED, ERR_NOMEM.
 */
MUST_CHECK enum err cert_link_new(struct cert_link **out, struct slice der,
				  size_t *used);
void cert_link_free(struct cert_link *link);

/*
 * The content of a signer's file: PEM blocks with any text around them, or one
 * certificate in DER.  `source` outlives it; `file` (may be NULL) is copied.
 * It has one reference.  ERR_MALFORMED (also: too large), ERR_NOMEM.
 */
MUST_CHECK enum err cert_new(struct cert **out, struct slice content,
			     const char *source, const char *file);
void cert_free(struct cert *cert);

/* The signer's key, ready to verify with; NULL if it is of no use. */
const struct crypto_key *cert_ready_key(const struct cert *cert);

/* A time of a certificate or list as seconds since 1970; false if it is absent
 * or broken. */
bool cert_time(const ASN1_TIME *time, int64_t *seconds);

/* Is it an extension or access method of PKIX, by the last byte of its name
 * (1.3.6.1.5.5.7.ARC.N)? */
bool cert_is_pkix_name(const ASN1_OBJECT *name, uint8_t arc, uint8_t n);

/* Names of RFC 8226 and 9118 below id-pe and id-ad. */
#define PKIX_EXTENSION  1
#define PKIX_ACCESS     48
#define PE_TN_AUTH_LIST 26
#define PE_CONSTRAINTS  27
#define PE_ENHANCED     33
#define AD_STIR_TN_LIST 14

#endif
