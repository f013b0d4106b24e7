/*
 * cert_cache.h - the certificates of the URLs that were asked for last, and
 * which of them are not at hand; for this room.
 */
#ifndef SIPMON_IDENTITY_CERT_CACHE_H
#define SIPMON_IDENTITY_CERT_CACHE_H

#include <openssl/sha.h>

#include "cert.h"
#include "sipmon/base/map.h"

/* A file may name any number of URLs; a network has some hundred signers. */
#define CERT_CACHE_URLS 1000

/* Of content, of which a certificate makes six times as much in memory: a
 * signer's is of 2 to 4 KiB, a stranger's may be of 256. */
#define CERT_CACHE_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* A URL by its SHA-256, so that a long one takes no more room. */
struct cert_url {
	uint8_t sha256[SHA256_DIGEST_LENGTH];
};

struct cert_url cert_url_of(struct slice url);

struct cert_cache_entry {
	struct cert_url url;
	bool is_used;
	enum err result;
	struct cert *cert; /* one reference is ours; NULL unless ERR_OK */
};

struct cert_cache {
	struct map map; /* from URL to place in `entries`, plus 1 */
	uint64_t seed;
	unsigned next; /* the oldest: it goes next */
	size_t bytes;  /* of content */
	struct cert_cache_entry entries[CERT_CACHE_URLS];
};

void cert_cache_init(struct cert_cache *cache);
void cert_cache_free(struct cert_cache *cache);

/* NULL if the URL was not asked for, or is forgotten. */
const struct cert_cache_entry *cert_cache_find(const struct cert_cache *cache,
					       const struct cert_url *url);

/* Takes over the reference to `cert` in any case; what was known of the URL is
 * forgotten.  ERR_NOMEM: it is not kept. */
MUST_CHECK enum err cert_cache_put(struct cert_cache *cache,
				   const struct cert_url *url, enum err result,
				   struct cert *cert);

/* All that is not at hand may be asked for anew. */
void cert_cache_forget_missing(struct cert_cache *cache);

/* Gives up one reference; the lock of `certs` is held. */
void cert_unref(struct cert *cert);

#endif
