#include "judging.h"

#include "cert.h"
#include "crypto.h"
#include "sipmon/identity/signatures.h"
#include "sipmon/sip/uri.h"

#define BIT(id) VERDICT_BIT(VERDICT_##id)

/* The least that RFC 4474 knows; NIST SP 800-131A no longer lets sign
 * with less than 2048. */
#define RSA_BITS_MIN  1024
#define RSA_BITS_GOOD 2048

static const char no_certificate[] = "no certificate at hand";

/* ---- where it is */

static enum err find(struct judging *j, struct trial *t)
{
	struct slice url = t->header->url;
	struct slice der;

	if (!url_is_part(url))
		return certs_find(j->judge->certs, url, &t->cert);
	der = url_part(&j->memory, j->c->msg, url);
	if (!slice_is_set(der))
		return ERR_UNSUPPORTED;
	return certs_of_body(j->judge->certs, der, &t->cert);
}

static void note_absent(struct trial *t)
{
	static const enum check_id ids[] = { CHECK_PATH, CHECK_REVOCATION,
					     CHECK_SIGNATURE, CHECK_AUTHORITY };

	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		note_skipped(t, ids[i], no_certificate);
}

/* Is it there? */
static bool take(struct judging *j, struct trial *t)
{
	struct slice url = t->header->url;
	enum err err = find(j, t);

	if (err == ERR_OK)
		return true;
	t->cert = NULL;
	if (err == ERR_NOMEM)
		j->no_memory = true;
	else if (err == ERR_MALFORMED)
		note_made(t, CHECK_CERT, BIT(CERT_MALFORMED),
			  TEXT(j, SLICE("no certificate in it: "), url));
	else
		note_made(t, CHECK_CERT, BIT(CERT_UNAVAILABLE),
			  TEXT(j, SLICE("not at hand: "), url));
	note_absent(t);
	return false;
}

/* ---- what it is */

static void describe(struct judging *j, struct trial *t)
{
	struct memory *m = &j->memory;
	unsigned count = t->path.count > 0 ? t->path.count : 1;
	struct identity_certificate *chain;

	if (j->c->brief)
		return;
	chain = arena_alloc(m->arena, m->pool, count * sizeof(*chain));
	if (chain == NULL) {
		j->no_memory = true;
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		const struct cert_link *link = t->path.count > 0
						       ? t->path.links[i]
						       : cert_leaf(t->cert);

		if (cert_describe(link, m->arena, m->pool, &chain[i]) != ERR_OK)
			j->no_memory = true;
	}
	t->header->chain = chain;
	t->header->chain_count = count;
	t->header->source = cert_source(t->cert);
	t->header->file = arena_copy(m->arena, m->pool, cert_file(t->cert));
}

static const struct identity_certificate *link_of(const struct trial *t,
						  unsigned i)
{
	static const struct identity_certificate none;

	return i < t->header->chain_count ? &t->header->chain[i] : &none;
}

static void note_found(struct judging *j, struct trial *t)
{
	struct slice file = t->header->file;

	note_made(t, CHECK_CERT, 0,
		  TEXT(j, slice_of(t->header->source),
		       file.len > 0 ? SLICE(", ") : SLICE_NONE, file));
}

/* RFC 4474: RSA.  PASSporT: EC on P-256, by name (RFC 7518 section 3.4). */
static void note_key(struct trial *t)
{
	bool is_legacy = t->header->scheme == IDENTITY_RFC4474;
	uint64_t failed = 0;
	unsigned bits = 0;

	t->key_fits = cert_ready_key(t->cert) != NULL &&
		      (is_legacy ? cert_key_is_rsa(t->cert, &bits)
				 : cert_key_is_p256(t->cert));
	if (!t->key_fits)
		failed = BIT(CERT_WRONG_KEY);
	else if (is_legacy && bits < RSA_BITS_MIN)
		failed = BIT(CERT_WEAK_KEY);
	else if (is_legacy && bits < RSA_BITS_GOOD)
		note_caveat(t, CAVEAT_WEAK_KEY);
	note_made(t, CHECK_KEY, failed, link_of(t, 0)->key);
}

static struct slice error_text(const struct trial *t, uint64_t failures,
			       struct slice good)
{
	if ((t->path.failed & failures) == 0)
		return good;
	return slice_of(t->path.error);
}

static void note_path(struct judging *j, struct trial *t)
{
	const struct cert_path *p = &t->path;
	const uint64_t broken = BIT(CERT_SELF_SIGNED) | BIT(CERT_UNTRUSTED) |
				BIT(CERT_CHAIN_INVALID);
	const struct identity_certificate *last =
		link_of(t, t->header->chain_count - 1);
	const struct identity_certificate *leaf = link_of(t, 0);

	t->header->caveats |= p->caveats;
	note_made(t, CHECK_PATH, p->failed,
		  certs_has_trust(j->judge->certs)
			  ? error_text(t, broken, last->subject)
			  : SLICE("no trust anchors configured"));
	note_made(t, CHECK_TIME, p->failed,
		  TEXT(j, text_date(j, leaf->not_before_s), SLICE(".."),
		       text_date(j, leaf->not_after_s)));
	if ((p->failed & BIT(CERT_REVOKED)) != 0)
		note_made(
			t, CHECK_REVOCATION, p->failed,
			TEXT(j, SLICE("revoked "), text_date(j, p->revoked_s)));
	else if (p->crl_checked)
		note_made(t, CHECK_REVOCATION, 0, SLICE("on no CRL"));
	else
		note_skipped(t, CHECK_REVOCATION,
			     certs_has_crls(j->judge->certs)
				     ? "no CRL speaks of it"
				     : "no CRL configured");
}

/* RFC 4474 says nothing of usage, and its own examples are CAs. */
static void note_usage(struct trial *t)
{
	const char *why = NULL;
	uint64_t failed =
		cert_check_signer(t->cert, t->ppt == PPT_SHAKEN, &why);

	note_made(t, CHECK_USAGE, failed,
		  (failed & BIT(CERT_BAD_USAGE)) != 0 ? slice_of(why)
						      : SLICE_NONE);
	note_made(t, CHECK_PROFILE, failed,
		  (failed & (BIT(CERT_BAD_USAGE) | BIT(CERT_PROFILE))) ==
				  BIT(CERT_PROFILE)
			  ? slice_of(why)
			  : SLICE_NONE);
}

void signer_find(struct judging *j, struct trial *t)
{
	const char *why = NULL;

	if (!slice_is_set(t->header->url)) {
		note_absent(t);
		return;
	}
	if (t->ppt == PPT_SHAKEN) {
		bool fits = url_is_shaken(t->header->url, &why);

		note_made(t, CHECK_URL, fits ? 0 : BIT(X5U_FORBIDDEN),
			  slice_of(why));
	}
	if (!take(j, t))
		return;
	if (certs_path(j->judge->certs, t->cert, j->now_s, &t->path) !=
	    ERR_OK) {
		j->no_memory = true;
		return;
	}
	describe(j, t);
	note_found(j, t);
	note_key(t);
	note_path(j, t);
	if (t->header->scheme != IDENTITY_RFC4474)
		note_usage(t);
}

/* ---- whom it may speak for */

/* A tn is E.164 by right (RFC 8225 section 5.2.1), so it is taken as it is,
 * then as default_cc makes it. */
static enum cert_covers covers(struct judging *j, const struct trial *t,
			       const struct identity_party *party)
{
	enum cert_covers by =
		cert_covers_number(&t->path, t->cert, party->text);
	struct identity_party other;

	if (by == CERT_COVERS_YES)
		return by;
	other = canon_claim(&j->memory, party, j->judge->policy->default_cc);
	if (slice_eq(other.text, party->text))
		return by;
	return cert_covers_number(&t->path, t->cert, other.text);
}

static void note_number(struct judging *j, struct trial *t,
			const struct identity_party *party)
{
	switch (covers(j, t, party)) {
	case CERT_COVERS_YES:
		note_made(t, CHECK_AUTHORITY, 0, TEXT(j, party->text));
		return;
	case CERT_COVERS_BY_SPC:
		note_made(t, CHECK_AUTHORITY, 0,
			  TEXT(j, SLICE("by the service provider code "),
			       cert_spc(t->cert)));
		return;
	case CERT_COVERS_NO:
		break;
	}
	note_made(t, CHECK_AUTHORITY, BIT(CERT_NOT_AUTHORITATIVE),
		  TEXT(j, party->text, SLICE(" is not in the certificate")));
}

static void note_host(struct judging *j, struct trial *t, struct slice uri)
{
	bool is_legacy = t->header->scheme == IDENTITY_RFC4474;
	bool wildcard = false;
	bool covered;
	struct sip_uri parsed;
	size_t at;

	/* A tel: URI has no domain. */
	covered = sip_uri_parse(&parsed, uri, &at) == ERR_OK && parsed.is_sip &&
		  cert_covers_host(t->cert, parsed.host, is_legacy, &wildcard);
	if (covered && wildcard)
		note_caveat(t, CAVEAT_CERT_WILDCARD);
	note_made(t, CHECK_AUTHORITY, covered ? 0 : BIT(CERT_NOT_AUTHORITATIVE),
		  covered ? TEXT(j, parsed.host)
			  : TEXT(j, uri, SLICE(" is not of the certificate")));
}

void signer_covers(struct judging *j, struct trial *t,
		   const struct identity_party *party)
{
	if (t->cert == NULL)
		note_skipped(t, CHECK_AUTHORITY, no_certificate);
	else if (party->is_tn)
		note_number(j, t, party);
	else
		note_host(j, t, party->text);
}

/* ---- the signature */

struct outcome {
	enum signature_result result;
	uint64_t failed;
	const char *why;
};

static bool is_sure(enum signature_result r)
{
	return r == SIGNATURE_VALID || r == SIGNATURE_INVALID;
}

static struct outcome verify_now(struct trial *t, struct slice text,
				 struct slice signature)
{
	struct outcome o = { .why = NULL };

	if (t->header->scheme == IDENTITY_RFC4474)
		o.result = crypto_rsa_sha1(cert_ready_key(t->cert), text,
					   signature, &o.failed, &o.why);
	else
		o.result = crypto_es256(cert_ready_key(t->cert), text,
					signature, &o.failed, &o.why);
	return o;
}

static struct outcome verify(struct judging *j, struct trial *t,
			     struct slice text, struct slice signature)
{
	struct signatures *cache = j->judge->cache;
	struct signature_key key;
	struct outcome o = { .result = SIGNATURE_UNKNOWN };

	if (cache == NULL ||
	    !signature_key_of(&key, cert_fingerprint(t->cert), text, signature))
		return verify_now(t, text, signature);
	o.result = signatures_find(cache, &key);
	if (o.result == SIGNATURE_INVALID)
		o.failed = BIT(SIGNATURE_INVALID);
	if (o.result != SIGNATURE_UNKNOWN)
		return o;
	o = verify_now(t, text, signature);
	/* That of a wrong length is told by its own name each time. */
	if (is_sure(o.result) && (o.failed & BIT(SIGNATURE_MALFORMED)) == 0)
		signatures_add(cache, &key, o.result);
	return o;
}

/* Known from before: only what no look at its length would name. */
static bool is_known(const struct judging *j, const struct trial *t,
		     struct slice signature, struct outcome *o)
{
	size_t usual = crypto_signature_bytes(cert_ready_key(t->cert));

	if (t->depth > 0 || t->index >= VERDICT_SIGNATURES ||
	    signature.len != usual || !is_sure(j->c->known[t->index]))
		return false;
	o->result = j->c->known[t->index];
	o->failed = o->result == SIGNATURE_INVALID ? BIT(SIGNATURE_INVALID) : 0;
	o->why = NULL;
	return true;
}

void signer_verify(struct judging *j, struct trial *t, struct slice text,
		   struct slice signature)
{
	struct outcome o;

	if (!slice_is_set(text)) {
		note_skipped(t, CHECK_SIGNATURE, "nothing to verify");
		return;
	}
	if (t->cert == NULL || !t->key_fits) {
		note_skipped(t, CHECK_SIGNATURE,
			     t->cert == NULL ? no_certificate
					     : "the key does not fit");
		return;
	}
	if (!is_known(j, t, signature, &o))
		o = verify(j, t, text, signature);
	t->header->signature = o.result;
	/* Nothing speaks for what could not be verified (a machine whose policy
	 * forbids SHA-1): it is not valid for that. */
	if (o.result == SIGNATURE_UNCHECKED) {
		note_skipped(t, CHECK_SIGNATURE, o.why);
		note_made(t, CHECK_ALG, BIT(UNSUPPORTED_ALG), slice_of(o.why));
		return;
	}
	note_made(t, CHECK_SIGNATURE, o.failed,
		  TEXT(j, text_number(j, (int64_t)signature.len),
		       SLICE(" octets over "),
		       text_number(j, (int64_t)text.len)));
}

bool signer_holds(struct judging *j, struct trial *t, struct slice text,
		  struct slice signature)
{
	return t->cert != NULL && t->key_fits &&
	       verify(j, t, text, signature).result == SIGNATURE_VALID;
}
