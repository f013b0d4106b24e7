/*
 * cert_crl.h - revocation lists that the user gave, and what they say of the
 * certificates of a path (RFC 5280 section 5); for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_CRL_H
#define SIPMON_IDENTITY_CERT_CRL_H

#include <pthread.h>

#include "cert.h"
#include "cert_list.h"

#define CRL_COUNT_MAX 4096
/* Of one file and of all: OpenSSL takes about ten times as much memory for a
 * list, and an entry has 20 bytes or more. */
#define CRL_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct crls;

MUST_CHECK enum err crls_new(struct crls **out);
void crls_free(struct crls *all);
size_t crls_count(const struct crls *all);

/* Adds the lists of a file, PEM or DER.  ERR_MALFORMED: there is none in it;
 * ERR_LIMIT; ERR_NOMEM. */
MUST_CHECK enum err crls_add(struct crls *all, struct slice content);

/* What was set up has changed: signatures are judged anew. */
void crls_set_changed(struct crls *all);

/* Lists of certificates that may have signed a CRL. */
struct crl_signers {
	const struct cert_list *lists[3];
};

/*
 * Adds what the lists say of `path`, whose links, failures and so on are
 * filled: CERT_REVOKED, CRL_INVALID, CRL_STALE, REVOKED_LATER, crl_checked,
 * revoked_s.  Narrows the seconds of the memo.  Several threads at once.
 */
void crls_check(struct crls *all, const struct crl_signers *signers,
		int64_t time_s, struct cert_memo *memo);

/* `at_s` is a second at which something changes: narrows from and until around
 * `time_s`. */
void cert_memo_narrow(struct cert_memo *memo, int64_t time_s, int64_t at_s);

#endif
