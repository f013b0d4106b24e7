/*
 * certs.h - certificates by URL, trust anchors, revocation lists.
 *
 * Set up by one thread, then asked by many: certs_find(), certs_of_body() and
 * certs_path() may be called by several threads at once.  Nothing here touches
 * the network.  RFC 5280, 8226, 9060, ATIS-1000080.
 */
#ifndef SIPMON_IDENTITY_CERTS_H
#define SIPMON_IDENTITY_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipmon/base/arena.h"
#include "sipmon/base/err.h"
#include "sipmon/base/slice.h"
#include "sipmon/call/identity.h"

/* A file of certificates, read by a signer's URL. */
#define CERT_FILE_BYTES_MAX ((size_t)256 * 1024)

struct certs;
struct cert; /* a signer's certificate with what came beside it */

MUST_CHECK enum err certs_new(struct certs **out);
void certs_free(struct certs *c);

/*
 * The folder where certs_find() looks.  ERR_SYSTEM: it cannot be opened,
 * ERR_MALFORMED: its index.tsv is too large, ERR_NOMEM.
 */
MUST_CHECK enum err certs_set_folder(struct certs *c, const char *path,
				     struct problem *problem);
/*
 * What the user names: a file (PEM or DER), or a folder all of whose regular
 * files count, in the order of their names; files that hold nothing of use are
 * left out.  ERR_SYSTEM, ERR_MALFORMED (nothing in it is what it should be),
 * ERR_LIMIT, ERR_NOMEM: `*problem` says what and where, and what was read
 * before counts.  certs_caution() tells of a private key, and of files of a
 * folder that could not be read.
 */
MUST_CHECK enum err certs_add_trust(struct certs *c, const char *path,
				    struct problem *problem);
MUST_CHECK enum err certs_add_crl(struct certs *c, const char *path,
				  struct problem *problem);
MUST_CHECK enum err certs_add_crl_trust(struct certs *c, const char *path,
					struct problem *problem);
MUST_CHECK enum err certs_add_untrusted(struct certs *c, const char *path,
					struct problem *problem);

/* Is there any trust anchor?  Without one every path is CERT_UNTRUSTED. */
bool certs_has_trust(const struct certs *c);
bool certs_has_crls(const struct certs *c);

/* A line worth telling (a private key lies in the folder), or NULL; each once.
 */
const char *certs_caution(struct certs *c);

/*
 * The certificate of a URL: memory first, then the folder (index.tsv, then a
 * file named by the SHA-256 of the URL), which is looked at once for each URL.
 * ERR_UNSUPPORTED: not at hand.  ERR_MALFORMED: the file holds no certificate,
 * or is too large.  ERR_NOMEM.  Give it back with cert_release().
 */
MUST_CHECK enum err certs_find(struct certs *c, struct slice url,
			       const struct cert **out);

/* A certificate in the message itself (RFC 4474 section 6, "cid:"): DER.
 * ERR_MALFORMED, ERR_NOMEM. */
MUST_CHECK enum err certs_of_body(struct certs *c, struct slice der,
				  const struct cert **out);

/*
 * What was downloaded for a URL: takes the place of what was known of it, and
 * is written into the folder if there is one (index.tsv and a file).
 * ERR_MALFORMED: it is no certificate, and certs_find() will say so too.
 * ERR_SYSTEM: it counts, but could not be written, and `*problem` says why.
 * ERR_NOMEM.
 */
MUST_CHECK enum err certs_put(struct certs *c, struct slice url,
			      struct slice content, struct problem *problem);

void cert_release(struct certs *c, const struct cert *cert);

/* Where it was found, for people: "certificate folder", "message body",
 * "downloaded"; and the name of the file, absent if none. */
const char *cert_source(const struct cert *cert);
struct slice cert_file(const struct cert *cert);

/* SHA-256 of the DER of the signer's certificate. */
const uint8_t *cert_fingerprint(const struct cert *cert);

/* The key as an EVP_PKEY; NULL if OpenSSL cannot read it. */
struct evp_pkey_st *cert_key(const struct cert *cert);
bool cert_key_is_p256(const struct cert *cert); /* by name, not by parameters */
bool cert_key_is_rsa(const struct cert *cert, unsigned *bits);

/* Name for lists: CN, else the first SAN; and the first SPC, absent if none.
 * Strangers' bytes, that live as long as the certificate. */
struct slice cert_name(const struct cert *cert);
struct slice cert_spc(const struct cert *cert);

/*
 * Path, time and revocation at the time of capture, all errors collected:
 * `failed` is a set of CERT_SELF_SIGNED, CERT_UNTRUSTED, CERT_CHAIN_INVALID,
 * CERT_EXPIRED, CERT_NOT_YET_VALID and CERT_REVOKED, `caveats` of
 * CHAIN_INCOMPLETE, TNAUTH_CRITICAL, CRL_INVALID, CRL_STALE and REVOKED_LATER.
 * Results are cached for as long as they hold.
 */
struct cert_path {
	uint64_t failed;
	uint32_t caveats;
	bool crl_checked;  /* some CRL spoke of a certificate of the path */
	int64_t revoked_s; /* of CERT_REVOKED: when; else 0 */
	/* Certificates, the signer's first: there is always that one. */
	unsigned count;
	const struct cert_link *links[IDENTITY_CHAIN_MAX];
	const char *error; /* English of what ranks first; NULL if none */
};

/* One certificate of a path: an anchor or intermediate of the user, which lives
 * as long as `certs`, or one of the signer's file, as long as its `cert`. */
struct cert_link;

MUST_CHECK enum err certs_path(struct certs *c, const struct cert *cert,
			       int64_t time_s, struct cert_path *out);

/* Fills what people are shown of a certificate; slices live in the arena. */
MUST_CHECK enum err cert_describe(const struct cert_link *link,
				  struct arena *arena, struct arena_pool *pool,
				  struct identity_certificate *out);
/* The same for a path that could not be built: the signer's certificate. */
const struct cert_link *cert_leaf(const struct cert *cert);

/*
 * What a signer of PASSporTs must be (RFC 8226, 9060; keyUsage, no CA):
 * a set of CERT_BAD_USAGE, CERT_PROFILE.  `needs_tn`: a TNAuthList must be
 * there (shaken).  `*why` (may be NULL) is set when something failed: a line
 * in English of what ranks first ("its key usage lacks digitalSignature").
 */
uint64_t cert_check_signer(const struct cert *cert, bool needs_tn,
			   const char **why);

/*
 * Does the certificate, and each CA certificate of its path that has a
 * TNAuthList (RFC 9060), cover a number?  BY_SPC: only a service provider code
 * is there, which a national database would have to resolve; it counts as yes.
 */
enum cert_covers { CERT_COVERS_NO = 0, CERT_COVERS_YES, CERT_COVERS_BY_SPC };

enum cert_covers cert_covers_number(const struct cert_path *path,
				    const struct cert *cert, struct slice tn);

/*
 * Does it name a host?  SAN dNSName or SAN URI, the CN only if there is no SAN.
 * `wildcards`: RFC 2818 rules (RFC 4474), `*used` tells that one fitted;
 * otherwise RFC 5922: none, and no subdomains.
 */
bool cert_covers_host(const struct cert *cert, struct slice host,
		      bool wildcards, bool *used);

/*
 * Claim constraints of the signer's certificate (RFC 8226 section 8, RFC 9118)
 * against a payload: false if one is violated or does not decode, `*why` (may
 * be NULL) a line in English.  `payload` is the json_t of the claims.
 */
struct json_t;
bool cert_allows_claims(const struct cert *cert, const struct json_t *payload,
			const char **why);

#endif
