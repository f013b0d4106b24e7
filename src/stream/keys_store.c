#include "keys_store.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct kept {
	struct keys_name name;
	uint8_t len;
	uint8_t secret[KEYS_SECRET_BYTES];
};

struct search {
	const struct keys_store *store;
	const struct keys_name *name;
};

void keys_store_init(struct keys_store *s, uint32_t max)
{
	*s = (struct keys_store){ .max = max,
				  .oldest = 1,
				  .seed = hash_seed() };
	slab_init(&s->slab, sizeof(struct kept));
	map_init(&s->map);
}

void keys_store_free(struct keys_store *s)
{
	/* None is ever given back: their numbers are without gaps. */
	for (uint32_t i = 1; i <= s->slab.used; i++)
		OPENSSL_cleanse(slab_at(&s->slab, i), sizeof(struct kept));
	slab_free(&s->slab);
	map_free(&s->map);
}

static uint64_t hash_of(const struct keys_store *s,
			const struct keys_name *name)
{
	return hash_bytes(s->seed,
			  (struct slice){ (const char *)name, sizeof(*name) });
}

static bool is_named(const void *ctx, uint32_t number)
{
	const struct search *search = ctx;
	const struct kept *k = slab_at(&search->store->slab, number);

	return memcmp(&k->name, search->name, sizeof(k->name)) == 0;
}

static struct kept *find(const struct keys_store *s,
			 const struct keys_name *name)
{
	struct search search = { s, name };
	uint32_t number =
		map_find(&s->map, hash_of(s, name), is_named, &search);

	return number == 0 ? NULL : slab_at(&s->slab, number);
}

/* A new one, or the place of the oldest. */
static struct kept *place(struct keys_store *s, uint32_t *number)
{
	struct kept *k;

	if (s->slab.used < s->max)
		return slab_take(&s->slab, number);
	*number = s->oldest;
	s->oldest = s->oldest == s->max ? 1 : s->oldest + 1;
	k = slab_at(&s->slab, *number);
	map_remove(&s->map, hash_of(s, &k->name), *number);
	OPENSSL_cleanse(k, sizeof(*k));
	return k;
}

void keys_store_put(struct keys_store *s, const struct keys_name *name,
		    const uint8_t *secret, size_t len)
{
	struct kept *k = find(s, name);
	uint32_t number = 0;

	/* Files are read again, and both ends may have logged it. */
	if (k != NULL && k->len == len && memcmp(k->secret, secret, len) == 0)
		return;
	if (k == NULL) {
		k = place(s, &number);
		if (k == NULL)
			return;
		k->name = *name;
		/* Without an entry it is not found, and goes in its turn. */
		if (map_add(&s->map, hash_of(s, name), number))
			return;
	}
	k->len = (uint8_t)len;
	memcpy(k->secret, secret, len);
	s->generation++;
}

bool keys_store_find(const struct keys_store *s, const struct keys_name *name,
		     struct tls_secret *out)
{
	const struct kept *k = find(s, name);

	if (k == NULL)
		return false;
	memcpy(out->bytes, k->secret, k->len);
	out->len = k->len;
	return true;
}

bool keys_name_session(struct keys_name *out, struct slice session_id)
{
	out->label = KEYS_SESSION;
	return EVP_Digest(session_id.len > 0 ? session_id.ptr : "",
			  session_id.len, out->bytes, NULL, EVP_sha256(),
			  NULL) == 1;
}
