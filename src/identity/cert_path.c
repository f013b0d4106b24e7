#include <openssl/err.h>

#include "cert_set.h"

/* Certificates between the signer's and the anchor. */
#define DEPTH_MAX (IDENTITY_CHAIN_MAX - 2)

/* What the callback of OpenSSL finds. */
struct collected {
	uint64_t failed;
	uint32_t caveats;
	enum verdict first; /* that ranks first; VERDICT_VALID if none */
	const char *error;  /* of that one */
};

static const struct {
	int error;
	enum verdict verdict;
	bool incomplete; /* a certificate between may be missing */
} errors[] = {
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, VERDICT_CERT_SELF_SIGNED,
	  false },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, VERDICT_CERT_UNTRUSTED, false },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, VERDICT_CERT_UNTRUSTED, true },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, VERDICT_CERT_UNTRUSTED,
	  true },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, VERDICT_CERT_UNTRUSTED,
	  true },
	{ X509_V_ERR_CERT_HAS_EXPIRED, VERDICT_CERT_EXPIRED, false },
	{ X509_V_ERR_CERT_NOT_YET_VALID, VERDICT_CERT_NOT_YET_VALID, false },
	{ X509_V_ERR_CERT_REVOKED, VERDICT_CERT_REVOKED, false },
};

static void add_error(struct collected *c, int error)
{
	enum verdict verdict = VERDICT_CERT_CHAIN_INVALID;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].error != error)
			continue;
		verdict = errors[i].verdict;
		if (errors[i].incomplete)
			c->caveats |= CAVEAT_BIT(CAVEAT_CHAIN_INCOMPLETE);
	}
	c->failed |= VERDICT_BIT(verdict);
	if (verdict < c->first) {
		c->first = verdict;
		c->error = X509_verify_cert_error_string(error);
	}
}

/* OpenSSL does not know the extensions of STIR; we do. */
static bool knows_all_critical(X509 *x509)
{
	int count = X509_get_ext_count(x509);

	for (int i = 0; i < count; i++) {
		X509_EXTENSION *e = X509_get_ext(x509, i);
		const ASN1_OBJECT *name = X509_EXTENSION_get_object(e);

		if (X509_EXTENSION_get_critical(e) == 0 ||
		    X509_supported_extension(e) == 1)
			continue;
		if (!cert_is_pkix_name(name, PKIX_EXTENSION, PE_TN_AUTH_LIST) &&
		    !cert_is_pkix_name(name, PKIX_EXTENSION, PE_CONSTRAINTS) &&
		    !cert_is_pkix_name(name, PKIX_EXTENSION, PE_ENHANCED))
			return false;
	}
	return true;
}

/* Goes on after each error, so that all are known. */
static int collect(int good, X509_STORE_CTX *ctx)
{
	struct collected *c = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	X509 *x509 = X509_STORE_CTX_get_current_cert(ctx);

	if (good)
		return 1;
	if (error == X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION && x509 != NULL &&
	    knows_all_critical(x509))
		c->caveats |= CAVEAT_BIT(CAVEAT_TNAUTH_CRITICAL);
	else
		add_error(c, error);
	return 1;
}

/* ---- the path */

static const struct cert_link *link_of(const struct certs *c,
				       const struct cert *cert, X509 *x509)
{
	const struct cert_link *link = cert_list_find(&c->trust, x509);

	for (unsigned i = 0; link == NULL && i < cert->count; i++)
		if (X509_cmp(cert->links[i]->x509, x509) == 0)
			link = cert->links[i];
	return link != NULL ? link : cert_list_find(&c->untrusted, x509);
}

static void fill_links(const struct certs *c, const struct cert *cert,
		       STACK_OF(X509) * chain, struct cert_path *path)
{
	int count = chain != NULL ? sk_X509_num(chain) : 0;

	for (int i = 0; i < count && path->count < IDENTITY_CHAIN_MAX; i++) {
		const struct cert_link *link =
			link_of(c, cert, sk_X509_value(chain, i));

		if (link != NULL)
			path->links[path->count++] = link;
	}
	if (path->count == 0)
		path->links[path->count++] = cert->links[0];
}

static STACK_OF(X509) *
	untrusted_of(const struct certs *c, const struct cert *cert)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	bool good = stack != NULL;

	for (unsigned i = 1; good && i < cert->count; i++)
		good = sk_X509_push(stack, cert->links[i]->x509) > 0;
	for (size_t i = 0; good && i < c->untrusted.count; i++)
		good = sk_X509_push(stack, c->untrusted.links[i]->x509) > 0;
	if (good)
		return stack;
	sk_X509_free(stack);
	return NULL;
}

static enum err verify(struct certs *c, const struct cert *cert,
		       STACK_OF(X509) * untrusted, int64_t time_s,
		       struct cert_path *path)
{
	struct collected found = { .first = VERDICT_VALID };
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	enum err err = ERR_OK;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, c->store, cert->links[0]->x509,
				untrusted) != 1) {
		X509_STORE_CTX_free(ctx);
		return ERR_NOMEM;
	}
	/* No purpose: certificates of STIR have no extended key usage. */
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)time_s);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	(void)X509_STORE_CTX_set_app_data(ctx, &found);
	X509_STORE_CTX_set_verify_cb(ctx, collect);
	if (X509_verify_cert(ctx) != 1) {
		int error = X509_STORE_CTX_get_error(ctx);

		if (error == X509_V_ERR_OUT_OF_MEM)
			err = ERR_NOMEM;
		add_error(&found, error);
	}
	path->failed = found.failed;
	path->caveats = found.caveats;
	path->error = found.error;
	fill_links(c, cert, X509_STORE_CTX_get0_chain(ctx), path);
	X509_STORE_CTX_free(ctx);
	return err;
}

/* ---- how long it holds */

/* OpenSSL takes a certificate for expired in its last second. */
static void narrow_to(struct cert_memo *memo, int64_t time_s,
		      const struct cert_link *link)
{
	if (link->has_not_before)
		cert_memo_narrow(memo, time_s, link->not_before_s);
	if (link->has_not_after)
		cert_memo_narrow(memo, time_s, link->not_after_s);
}

/* Every certificate that could have been taken: OpenSSL prefers an issuer that
 * is valid at the time. */
static void narrow_to_all(struct cert_memo *memo, int64_t time_s,
			  const struct certs *c, const struct cert *cert)
{
	for (unsigned i = 0; i < cert->count; i++)
		narrow_to(memo, time_s, cert->links[i]);
	for (size_t i = 0; i < c->untrusted.count; i++)
		narrow_to(memo, time_s, c->untrusted.links[i]);
	for (size_t i = 0; i < c->trust.count; i++)
		narrow_to(memo, time_s, c->trust.links[i]);
}

static enum err make_memo(struct certs *c, const struct cert *cert,
			  int64_t time_s, struct cert_memo *out)
{
	struct cert_memo memo = { .generation = c->generation,
				  .from_s = INT64_MIN,
				  .until_s = INT64_MAX };
	struct crl_signers signers = { { &c->trust, &c->crl_trust,
					 &c->untrusted } };
	STACK_OF(X509) *untrusted = untrusted_of(c, cert);
	enum err err;

	if (untrusted == NULL)
		return ERR_NOMEM;
	err = verify(c, cert, untrusted, time_s, &memo.path);
	sk_X509_free(untrusted);
	ERR_clear_error();
	if (err)
		return err;
	narrow_to_all(&memo, time_s, c, cert);
	crls_check(c->crls, &signers, time_s, &memo);
	if (memo.path.error == NULL && memo.path.failed != 0)
		memo.path.error = "certificate revoked";
	*out = memo;
	return ERR_OK;
}

static bool find_memo(struct certs *c, const struct cert_state *state,
		      int64_t time_s, struct cert_path *out)
{
	bool found = false;

	(void)pthread_mutex_lock(&c->lock);
	for (unsigned i = 0; i < CERT_MEMOS && !found; i++) {
		const struct cert_memo *m = &state->memos[i];

		found = m->generation == c->generation && time_s >= m->from_s &&
			time_s < m->until_s;
		if (found)
			*out = m->path;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return found;
}

enum err certs_path(struct certs *c, const struct cert *cert, int64_t time_s,
		    struct cert_path *out)
{
	struct cert_state *state = cert->state;
	struct cert_memo memo;
	enum err err;

	if (find_memo(c, state, time_s, out))
		return ERR_OK;
	/* Without the lock: two threads may find out the same. */
	err = make_memo(c, cert, time_s, &memo);
	if (err)
		return err;
	(void)pthread_mutex_lock(&c->lock);
	state->memos[state->memo_next] = memo;
	state->memo_next = (state->memo_next + 1) % CERT_MEMOS;
	(void)pthread_mutex_unlock(&c->lock);
	*out = memo.path;
	return ERR_OK;
}
