#include "sipmon/identity/signatures.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

/* A place for a key is one of so many; the eldest of them makes room. */
#define WAYS 4

/* Locks, so that threads seldom wait for each other. */
#define STRIPES 16

/* 2^20 results are 40 MB. */
#define SETS_MAX (UINT32_C(1) << 18)

struct entry {
	uint8_t sha256[32];
	uint8_t result; /* SIGNATURE_UNKNOWN: free */
};

struct set {
	struct entry ways[WAYS];
	uint8_t next; /* that is overwritten */
};

struct signatures {
	uint32_t mask; /* sets - 1 */
	pthread_mutex_t locks[STRIPES];
	struct set sets[];
};

struct signatures *signatures_new(uint32_t count)
{
	uint32_t sets = 1;
	struct signatures *s;

	while (sets < SETS_MAX && sets * WAYS < count)
		sets *= 2;
	s = calloc(1, sizeof(*s) + sets * sizeof(struct set));
	if (s == NULL)
		return NULL;
	s->mask = sets - 1;
	for (unsigned i = 0; i < STRIPES; i++)
		(void)pthread_mutex_init(&s->locks[i], NULL);
	return s;
}

void signatures_free(struct signatures *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < STRIPES; i++)
		(void)pthread_mutex_destroy(&s->locks[i]);
	free(s);
}

/* Length first, so that no two lists of parts give the same bytes. */
static bool add_part(EVP_MD_CTX *ctx, struct slice part)
{
	uint64_t len = part.len;

	return EVP_DigestUpdate(ctx, &len, sizeof(len)) == 1 &&
	       EVP_DigestUpdate(ctx, part.ptr != NULL ? part.ptr : "",
				part.len) == 1;
}

bool signature_key_of(struct signature_key *out, const uint8_t fingerprint[32],
		      struct slice text, struct slice signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx != NULL &&
		    EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(ctx, fingerprint, 32) == 1 &&
		    add_part(ctx, text) && add_part(ctx, signature) &&
		    EVP_DigestFinal_ex(ctx, out->sha256, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return done;
}

/* Bytes of a digest are even already, and nobody gains by a full set. */
static uint32_t set_of(const struct signatures *s,
		       const struct signature_key *key)
{
	uint32_t n;

	memcpy(&n, key->sha256, sizeof(n));
	return n & s->mask;
}

static struct entry *find(struct set *set, const struct signature_key *key)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (set->ways[i].result != SIGNATURE_UNKNOWN &&
		    memcmp(set->ways[i].sha256, key->sha256,
			   sizeof(key->sha256)) == 0)
			return &set->ways[i];
	return NULL;
}

enum signature_result signatures_find(struct signatures *s,
				      const struct signature_key *key)
{
	uint32_t n = set_of(s, key);
	enum signature_result result = SIGNATURE_UNKNOWN;
	const struct entry *e;

	(void)pthread_mutex_lock(&s->locks[n % STRIPES]);
	e = find(&s->sets[n], key);
	if (e != NULL)
		result = (enum signature_result)e->result;
	(void)pthread_mutex_unlock(&s->locks[n % STRIPES]);
	return result;
}

void signatures_add(struct signatures *s, const struct signature_key *key,
		    enum signature_result result)
{
	uint32_t n = set_of(s, key);
	struct set *set = &s->sets[n];
	struct entry *e;

	(void)pthread_mutex_lock(&s->locks[n % STRIPES]);
	e = find(set, key);
	if (e == NULL) {
		e = &set->ways[set->next];
		set->next = (uint8_t)((set->next + 1) % WAYS);
		memcpy(e->sha256, key->sha256, sizeof(e->sha256));
	}
	e->result = (uint8_t)result;
	(void)pthread_mutex_unlock(&s->locks[n % STRIPES]);
}
