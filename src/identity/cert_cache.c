#include "cert_cache.h"

#include <string.h>

struct cert_url cert_url_of(struct slice url)
{
	struct cert_url u;

	(void)SHA256((const unsigned char *)(url.len > 0 ? url.ptr : ""),
		     url.len, u.sha256);
	return u;
}

void cert_unref(struct cert *cert)
{
	if (cert != NULL && --cert->state->references == 0)
		cert_free(cert);
}

void cert_cache_init(struct cert_cache *cache)
{
	map_init(&cache->map);
	cache->seed = hash_seed();
}

void cert_cache_free(struct cert_cache *cache)
{
	for (unsigned i = 0; i < CERT_CACHE_URLS; i++)
		if (cache->entries[i].is_used)
			cert_unref(cache->entries[i].cert);
	map_free(&cache->map);
}

static uint64_t hash_of(const struct cert_cache *cache,
			const struct cert_url *url)
{
	return hash_bytes(cache->seed,
			  (struct slice){ (const char *)url->sha256,
					  sizeof(url->sha256) });
}

struct wanted {
	const struct cert_cache *cache;
	const struct cert_url *url;
};

static bool is_url(const void *ctx, uint32_t value)
{
	const struct wanted *w = ctx;

	return memcmp(&w->cache->entries[value - 1].url, w->url,
		      sizeof(*w->url)) == 0;
}

static uint32_t place_of(const struct cert_cache *cache,
			 const struct cert_url *url)
{
	struct wanted w = { cache, url };

	return map_find(&cache->map, hash_of(cache, url), is_url, &w);
}

const struct cert_cache_entry *cert_cache_find(const struct cert_cache *cache,
					       const struct cert_url *url)
{
	uint32_t place = place_of(cache, url);

	return place == 0 ? NULL : &cache->entries[place - 1];
}

static void drop(struct cert_cache *cache, uint32_t place)
{
	struct cert_cache_entry *e = &cache->entries[place - 1];

	map_remove(&cache->map, hash_of(cache, &e->url), place);
	if (e->cert != NULL)
		cache->bytes -= e->cert->bytes;
	cert_unref(e->cert);
	*e = (struct cert_cache_entry){ .is_used = false };
}

/* The oldest go; `place` is new and stays. */
static void make_room(struct cert_cache *cache, uint32_t place)
{
	for (unsigned i = 0; i < CERT_CACHE_URLS; i++) {
		uint32_t oldest = (cache->next + i) % CERT_CACHE_URLS + 1;

		if (cache->bytes <= CERT_CACHE_BYTES_MAX)
			return;
		if (oldest != place && cache->entries[oldest - 1].is_used)
			drop(cache, oldest);
	}
}

enum err cert_cache_put(struct cert_cache *cache, const struct cert_url *url,
			enum err result, struct cert *cert)
{
	uint32_t place = place_of(cache, url);
	enum err err;

	if (place != 0) {
		drop(cache, place);
	} else {
		place = cache->next + 1;
		cache->next = place % CERT_CACHE_URLS;
		if (cache->entries[place - 1].is_used)
			drop(cache, place);
	}
	err = map_add(&cache->map, hash_of(cache, url), place);
	if (err) {
		cert_unref(cert);
		return err;
	}
	cache->entries[place - 1] =
		(struct cert_cache_entry){ *url, true, result, cert };
	if (cert != NULL)
		cache->bytes += cert->bytes;
	make_room(cache, place);
	return ERR_OK;
}

void cert_cache_forget_missing(struct cert_cache *cache)
{
	for (uint32_t place = 1; place <= CERT_CACHE_URLS; place++)
		if (cache->entries[place - 1].is_used &&
		    cache->entries[place - 1].cert == NULL)
			drop(cache, place);
}
