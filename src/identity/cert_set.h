/*
 * cert_set.h - all that `certs` holds; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_SET_H
#define SIPMON_IDENTITY_CERT_SET_H

#include <pthread.h>

#include "cert_cache.h"
#include "cert_crl.h"
#include "cert_folder.h"
#include "cert_list.h"

#define CAUTIONS_MAX 16

struct certs {
	/* Of the cache, of references and memos, of the cautions. */
	pthread_mutex_t lock;
	uint32_t generation; /* grows with each step of the set-up; not 0 */
	X509_STORE *store;   /* the anchors; references to those of `trust` */
	struct cert_list trust;
	struct cert_list untrusted;
	struct cert_list crl_trust;
	struct crls *crls;
	struct cert_folder *folder; /* NULL if none */
	struct cert_cache cache;
	unsigned caution_count;
	unsigned caution_told;
	char *cautions[CAUTIONS_MAX];
};

/* A line for people; past the limit nothing new would be told.  While it is set
 * up, or with the lock held. */
void certs_add_caution(struct certs *c, const char *text);
void certs_add_private_key(struct certs *c, const char *path);

#endif
