/*
 * cert_list.h - certificates that the user gave: anchors, intermediates,
 * signers of revocation lists; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_LIST_H
#define SIPMON_IDENTITY_CERT_LIST_H

#include "cert.h"

/* A system has 150 roots; each path that is not cached looks at all. */
#define CERT_LIST_MAX 4096

struct cert_list {
	struct cert_link **links;
	size_t count;
	size_t room;
};

void cert_list_free(struct cert_list *list);

/* What a file gave. */
struct cert_list_added {
	size_t first; /* place of the first new one in the list */
	size_t found; /* certificates, also those that were there before */
	bool has_private_key;
};

/*
 * Adds all certificates of a file, PEM or DER, each once.  ERR_MALFORMED:
 * there is none in it; ERR_LIMIT, ERR_NOMEM: the list keeps what was added.
 */
MUST_CHECK enum err cert_list_add(struct cert_list *list, struct slice content,
				  struct cert_list_added *added);

/* The link with this certificate; NULL if there is none. */
const struct cert_link *cert_list_find(const struct cert_list *list,
				       const X509 *x509);

#endif
