/*
 * signers.h - a small world of signers for scenarios: two roots, and who signs
 * under them.  Keys are new each time and are kept nowhere.
 */
#ifndef SIPMON_TESTS_SIGNERS_H
#define SIPMON_TESTS_SIGNERS_H

#include <stdbool.h>

#include "pki.h"

enum signer_id {
	SIGNER_PROVIDER = 0, /* SPC 1234, for SHAKEN */
	SIGNER_OTHER,        /* SPC 777X, another provider */
	SIGNER_NUMBER,       /* one number, no SPC */
	SIGNER_EXPIRED,      /* SPC 1234, until 2025-07-01 */
	SIGNER_STRANGER,     /* SPC 1234, under a root that nobody trusts */
	SIGNER_LOST,         /* its certificate is in no folder */
	SIGNER_DOMAIN,       /* RSA, atlanta.example, for RFC 4474 */
	SIGNERS
};

struct signers {
	struct pki root;    /* of providers */
	struct pki inter;   /* between root and providers */
	struct pki domains; /* root of domains */
	struct pki strange;
	struct pki list[SIGNERS];
};

/* False if OpenSSL refuses. */
bool signers_make(struct signers *s);
void signers_free(struct signers *s);

/*
 * Writes what --certs and --trust want: index.tsv, a PEM file for each signer,
 * and trust.pem with the roots of providers and of domains.
 */
bool signers_write(const struct signers *s, const char *folder);

/* By the name in scenarios ("provider"); SIGNERS if there is none. */
enum signer_id signer_of(struct slice name);
const char *signer_name(enum signer_id id);
/* "https://certs.example.net/provider.pem" */
const char *signer_url(enum signer_id id);

#endif
