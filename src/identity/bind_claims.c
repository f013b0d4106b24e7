#include "bind.h"

#include <openssl/evp.h>

#include "base64.h"
#include "compact.h"
#include "sipmon/sip/nameaddr.h"
#include "text.h"

/* Values of Resource-Priority, and of rph: RFC 4412 names five namespaces. */
#define RPH_MAX 256

/* How many values of a list a detail names. */
#define SHOWN_MAX 4

/* ---- mky */

static bool has_key(const struct media_key *keys, unsigned count,
		    const struct media_key *wanted)
{
	for (unsigned i = 0; i < count; i++)
		if (slice_eq_nocase(keys[i].alg, wanted->alg) &&
		    slice_eq_nocase(keys[i].dig, wanted->dig))
			return true;
	return false;
}

/* The first of `a` that is not among `b`; NULL if all are. */
static const struct media_key *lone_key(const struct media_key *a,
					unsigned a_count,
					const struct media_key *b,
					unsigned b_count)
{
	for (unsigned i = 0; i < a_count; i++)
		if (!has_key(b, b_count, &a[i]))
			return &a[i];
	return NULL;
}

/* As sets: one key for several streams stands once or often in an SDP, and
 * once or often in the claim, as signers please. */
bool bind_mky(const struct binding *b, const struct claims *c,
	      struct bind_result *out)
{
	const struct media_key *sdp;
	const struct media_key *lone;
	const char *where = " is not in the SDP";
	struct words w = { 0 };
	unsigned count;

	*out = (struct bind_result){ 0 };
	if (!c->has_mky)
		return false;
	count = media_keys(b->memory, b->msg, &sdp);
	lone = lone_key(c->mky, c->mky_count, sdp, count);
	if (lone == NULL) {
		lone = lone_key(sdp, count, c->mky, c->mky_count);
		where = " is not in mky";
	}
	if (lone == NULL)
		return true;
	out->failed = VERDICT_BIT(VERDICT_MKY_MISMATCH);
	if (count == 0) {
		words_add_text(&w, "no fingerprint in the SDP");
	} else {
		words_add_clipped(&w, lone->alg);
		words_add_text(&w, " ");
		words_add_clipped(&w, lone->dig);
		words_add_text(&w, where);
	}
	out->detail = words_join(b->memory, &w);
	return true;
}

/* ---- rph */

static bool has_word(const struct slice *list, unsigned count,
		     struct slice wanted)
{
	for (unsigned i = 0; i < count; i++)
		if (slice_eq_nocase(list[i], wanted))
			return true;
	return false;
}

static bool all_among(const struct slice *a, unsigned a_count,
		      const struct slice *b, unsigned b_count)
{
	for (unsigned i = 0; i < a_count; i++)
		if (!has_word(b, b_count, a[i]))
			return false;
	return true;
}

/* r-values of all fields (RFC 4412 section 3.1); false if they are too many. */
static bool priorities(const struct sip_msg *msg, struct slice list[RPH_MAX],
		       unsigned *count)
{
	struct slice fields = msg->headers;
	struct sip_header h;

	*count = 0;
	while (sip_header_next(&fields, &h)) {
		struct slice rest = h.value;
		struct slice value;

		if (h.id != SIP_HEADER_RESOURCE_PRIORITY)
			continue;
		while (sip_value_next(&rest, &value)) {
			if (value.len == 0)
				continue;
			if (*count == RPH_MAX)
				return false;
			list[(*count)++] = value;
		}
	}
	return true;
}

static void add_list(struct words *w, const char *name,
		     const struct slice *list, unsigned count)
{
	words_add_named(w, name, count > 0 ? list[0] : SLICE_NONE);
	for (unsigned i = 1; i < count && i < SHOWN_MAX; i++) {
		words_add_text(w, " ");
		words_add_clipped(w, list[i]);
	}
	if (count > SHOWN_MAX)
		words_add_text(w, " ...");
}

bool bind_rph(const struct binding *b, enum ppt ppt, const struct claims *c,
	      struct bind_result *out)
{
	struct slice list[RPH_MAX];
	struct words w = { 0 };
	unsigned count;
	bool fits;

	*out = (struct bind_result){ 0 };
	if (ppt != PPT_RPH || !c->has_rph)
		return false;
	fits = priorities(b->msg, list, &count) && c->rph_count <= RPH_MAX &&
	       all_among(list, count, c->rph, c->rph_count) &&
	       all_among(c->rph, c->rph_count, list, count);
	if (!fits)
		out->failed = VERDICT_BIT(VERDICT_RPH_MISMATCH);
	add_list(&w, "rph", c->rph, c->rph_count);
	add_list(&w, "Resource-Priority", list, count);
	out->detail = words_join(b->memory, &w);
	return true;
}

/* ---- msg */

struct digest {
	struct slice name;
	const EVP_MD *(*md)(void);
};

/* RFC 9475 section 3.2 */
static const struct digest digests[] = {
	{ { "sha256-", 7 }, EVP_sha256 },
	{ { "sha384-", 7 }, EVP_sha384 },
	{ { "sha512-", 7 }, EVP_sha512 },
};

static const struct digest *digest_of(struct slice msgi)
{
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		if (slice_eq(slice_sub(msgi, 0, digests[i].name.len),
			     digests[i].name))
			return &digests[i];
	return NULL;
}

bool bind_msg(const struct binding *b, enum ppt ppt, const struct claims *c,
	      struct bind_result *out)
{
	const struct digest *d = digest_of(c->msgi);
	unsigned char made[EVP_MAX_MD_SIZE];
	unsigned made_len = 0;
	struct slice given;
	struct slice body = b->msg->body;
	bool fits;

	*out = (struct bind_result){ 0 };
	/* Another function is a malformed claim, and was told as such. */
	if (ppt != PPT_MSG || d == NULL)
		return false;
	fits = EVP_Digest(body.len > 0 ? body.ptr : "", body.len, made,
			  &made_len, d->md(), NULL) == 1 &&
	       base64_decode(b->memory,
			     slice_sub(c->msgi, d->name.len, c->msgi.len),
			     &given) &&
	       slice_eq(given, (struct slice){ (const char *)made, made_len });
	if (!fits) {
		out->failed = VERDICT_BIT(VERDICT_MSGI_MISMATCH);
		out->detail = SLICE("the body has another digest");
	}
	return true;
}

/* ---- rcd */

/* The display name of From, without quotes; absent if there is none. */
static struct slice display_name(const struct binding *b)
{
	struct sip_nameaddr from;
	char *text;
	size_t len;

	/* What could be read of a broken field is shown to people as well. */
	if (sip_nameaddr_parse(&from,
			       field_text(b->memory, b->msg, SIP_HEADER_FROM),
			       NULL) != ERR_OK &&
	    !slice_is_set(from.display))
		return SLICE_NONE;
	if (from.display.len == 0)
		return SLICE_NONE;
	text = arena_alloc(b->memory->arena, b->memory->pool,
			   from.display.len + 1);
	if (text == NULL)
		return SLICE_NONE;
	len = sip_display_text(from.display, text, from.display.len + 1);
	return slice_trim((struct slice){ text, len });
}

bool bind_rcd(const struct binding *b, enum ppt ppt, const struct claims *c,
	      struct bind_result *out)
{
	struct slice shown;
	struct words w = { 0 };

	*out = (struct bind_result){ 0 };
	if (ppt != PPT_RCD || !slice_is_set(c->rcd_name))
		return false;
	shown = display_name(b);
	/* A From without a name shows none that could mislead. */
	if (shown.len > 0 && !slice_eq(shown, slice_trim(c->rcd_name)))
		out->caveats = CAVEAT_BIT(CAVEAT_RCD_NAME_DIFFERS);
	words_add_named(&w, "nam", c->rcd_name);
	words_add_named(&w, "From", shown);
	out->detail = words_join(b->memory, &w);
	return true;
}
