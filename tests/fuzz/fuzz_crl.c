/*
 * Any bytes as revocation lists and as the file of a signer (PEM may hold
 * both), which is its own anchor for lists.  The law: what the lists say is a
 * matter of revocation alone, and what is remembered is what was found.
 */
#include <stdlib.h>
#include <string.h>

#include "../../src/identity/cert_set.h"

#define TIME 1767268801

static void require(int truth)
{
	if (!truth)
		abort();
}

static void ask(struct certs *certs, const struct cert *cert)
{
	const uint32_t may_say = CAVEAT_BIT(CAVEAT_CRL_INVALID) |
				 CAVEAT_BIT(CAVEAT_CRL_STALE) |
				 CAVEAT_BIT(CAVEAT_REVOKED_LATER);
	struct certs *without = NULL;
	struct cert_path first;
	struct cert_path again;
	struct cert_path bare;

	require(certs_path(certs, cert, TIME, &first) == ERR_OK);
	require(certs_path(certs, cert, TIME, &again) == ERR_OK);
	require(first.failed == again.failed &&
		first.caveats == again.caveats &&
		first.revoked_s == again.revoked_s);
	require((first.failed & VERDICT_BIT(VERDICT_CERT_REVOKED)) == 0 ||
		first.revoked_s <= TIME);

	/* another set-up, another generation: nothing is remembered */
	require(certs_new(&without) == ERR_OK);
	without->generation = 1000;
	require(certs_path(without, cert, TIME, &bare) == ERR_OK);
	require((first.failed & ~VERDICT_BIT(VERDICT_CERT_REVOKED)) ==
		bare.failed);
	require((first.caveats & ~may_say) == bare.caveats);
	certs_free(without);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice content = { (const char *)data, size };
	struct cert_list_added added;
	struct certs *certs = NULL;
	struct cert *cert = NULL;

	require(certs_new(&certs) == ERR_OK);
	if (crls_add(certs->crls, content) == ERR_OK)
		require(certs_has_crls(certs));
	if (cert_list_add(&certs->crl_trust, content, &added) == ERR_OK)
		require(certs->crl_trust.count > 0);
	if (cert_new(&cert, content, "", NULL) == ERR_OK) {
		ask(certs, cert);
		cert_free(cert);
	}
	certs_free(certs);
	return 0;
}
