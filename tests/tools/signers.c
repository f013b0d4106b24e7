#include "signers.h"

#include <stdio.h>
#include <string.h>

#define INDEX_BYTES_MAX 4096

/* 2025-07-01T00:00:00Z: half a year before the scenarios begin. */
#define EXPIRED_S INT64_C(1751328000)

static const struct {
	const char *name;
	const char *file;
	const char *url;
} table[SIGNERS] = {
	[SIGNER_PROVIDER] = { "provider", "provider.pem",
			      "https://certs.example.net/provider.pem" },
	[SIGNER_OTHER] = { "other", "other.pem",
			   "https://certs.example.net/other.pem" },
	[SIGNER_NUMBER] = { "number", "number.pem",
			    "https://certs.example.net/number.pem" },
	[SIGNER_EXPIRED] = { "expired", "expired.pem",
			     "https://certs.example.net/expired.pem" },
	[SIGNER_STRANGER] = { "stranger", "stranger.pem",
			      "https://certs.example.net/stranger.pem" },
	[SIGNER_LOST] = { "lost", NULL, "https://certs.example.net/lost.pem" },
	[SIGNER_DOMAIN] = { "domain", "atlanta.pem",
			    "https://atlanta.example/atlanta.cer" },
};

enum signer_id signer_of(struct slice name)
{
	for (int i = 0; i < SIGNERS; i++)
		if (slice_eq(name, slice_of(table[i].name)))
			return (enum signer_id)i;
	return SIGNERS;
}

const char *signer_name(enum signer_id id)
{
	return table[id].name;
}

const char *signer_url(enum signer_id id)
{
	return table[id].url;
}

static bool make_roots(struct signers *s)
{
	return pki_make(&s->root,
			&(struct pki_options){ .cn = "Example STI-PA ROOT",
					       .o = "Example STI-PA",
					       .is_ca = true }) &&
	       pki_make(&s->inter,
			&(struct pki_options){ .cn = "Example SHAKEN CA",
					       .o = "Example STI-CA",
					       .issuer = &s->root,
					       .serial = 2,
					       .is_ca = true }) &&
	       pki_make(&s->domains,
			&(struct pki_options){ .cn = "Example Domain ROOT",
					       .key_kind = "RSA-2048",
					       .is_ca = true }) &&
	       pki_make(&s->strange,
			&(struct pki_options){ .cn = "Nobody's ROOT",
					       .is_ca = true });
}

static bool make_provider(struct signers *s, enum signer_id id, const char *cn,
			  const struct pki *issuer, const struct pki_tn *tn,
			  int64_t not_after_s)
{
	return pki_make(&s->list[id],
			&(struct pki_options){ .cn = cn,
					       .o = "Example Telecom",
					       .issuer = issuer,
					       .serial = 10 + (uint32_t)id,
					       .not_after_s = not_after_s,
					       .tn = tn,
					       .tn_count = 1 });
}

bool signers_make(struct signers *s)
{
	static const struct pki_tn ours = { PKI_SPC, "1234", 0 };
	static const struct pki_tn theirs = { PKI_SPC, "777X", 0 };
	static const struct pki_tn number = { PKI_ONE, "12155550101", 0 };
	const struct pki_options domain = { .cn = "atlanta.example",
					    .key_kind = "RSA-2048",
					    .issuer = &s->domains,
					    .serial = 20,
					    .san = "DNS:atlanta.example" };

	memset(s, 0, sizeof(*s));
	if (make_roots(s) &&
	    make_provider(s, SIGNER_PROVIDER, "SHAKEN 1234", &s->inter, &ours,
			  0) &&
	    make_provider(s, SIGNER_OTHER, "SHAKEN 777X", &s->inter, &theirs,
			  0) &&
	    make_provider(s, SIGNER_NUMBER, "Number 12155550101", &s->inter,
			  &number, 0) &&
	    make_provider(s, SIGNER_EXPIRED, "SHAKEN 1234 (old)", &s->inter,
			  &ours, EXPIRED_S) &&
	    make_provider(s, SIGNER_STRANGER, "SHAKEN 1234", &s->strange, &ours,
			  0) &&
	    make_provider(s, SIGNER_LOST, "SHAKEN 1234", &s->inter, &ours, 0) &&
	    pki_make(&s->list[SIGNER_DOMAIN], &domain))
		return true;
	signers_free(s);
	return false;
}

void signers_free(struct signers *s)
{
	for (int i = 0; i < SIGNERS; i++)
		pki_free(&s->list[i]);
	pki_free(&s->inter);
	pki_free(&s->root);
	pki_free(&s->domains);
	pki_free(&s->strange);
}

static X509 *issuer_beside(const struct signers *s, enum signer_id id)
{
	if (id == SIGNER_DOMAIN)
		return NULL;
	return id == SIGNER_STRANGER ? s->strange.cert : s->inter.cert;
}

bool signers_write(const struct signers *s, const char *folder)
{
	struct buf index;
	bool good;

	buf_init(&index, INDEX_BYTES_MAX);
	buf_add_text(&index, "url\tfile\n");
	good = pki_write_certs(
		folder, "trust.pem",
		(X509 *[]){ s->root.cert, s->domains.cert, NULL });
	for (int i = 0; i < SIGNERS && good; i++) {
		X509 *certs[] = { s->list[i].cert,
				  issuer_beside(s, (enum signer_id)i), NULL };

		if (table[i].file == NULL)
			continue;
		buf_add_format(&index, "%s\t%s\n", table[i].url, table[i].file);
		good = pki_write_certs(folder, table[i].file, certs);
	}
	good = good && pki_write(folder, "index.tsv", buf_slice(&index));
	buf_free(&index);
	return good;
}
