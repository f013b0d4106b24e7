#include "claims.h"

#include "char.h"
#include "claims_reading.h"

/* ITU-T E.164 section 6: at most this many digits, the country code too. */
#define E164_DIGITS_MAX 15

/* 2^63, exactly: no iat of this magnitude is one. */
#define IAT_END 9223372036854775808.0

/* RFC 8588, 8946, 8443, 9795, 9970, 9475 */
static const struct {
	struct slice name;
	enum ppt ppt;
} ppts[] = {
	{ { "shaken", 6 }, PPT_SHAKEN }, { { "div", 3 }, PPT_DIV },
	{ { "div-o", 5 }, PPT_DIV_O },   { { "rph", 3 }, PPT_RPH },
	{ { "rcd", 3 }, PPT_RCD },       { { "rsp", 3 }, PPT_RSP },
	{ { "msg", 3 }, PPT_MSG },
};

enum ppt ppt_of(struct slice name)
{
	if (!slice_is_set(name))
		return PPT_BASELINE;
	for (size_t i = 0; i < sizeof(ppts) / sizeof(ppts[0]); i++)
		if (slice_eq(name, ppts[i].name))
			return ppts[i].ppt;
	return PPT_UNKNOWN;
}

void claim_fails(struct claims_reading *r, enum verdict v, const char *why)
{
	r->c->failed |= VERDICT_BIT(v);
	if (r->c->why == NULL)
		r->c->why = why;
}

void claim_malformed(struct claims_reading *r, const char *why)
{
	claim_fails(r, VERDICT_CLAIM_MALFORMED, why);
}

void claim_warn(struct claims_reading *r, enum caveat c)
{
	r->c->caveats |= CAVEAT_BIT(c);
}

const json_t *claim_required(struct claims_reading *r, const char *name,
			     const char *why)
{
	const json_t *value = json_object_get(r->payload, name);

	if (value == NULL)
		claim_fails(r, VERDICT_CLAIM_MISSING, why);
	return value;
}

struct slice claim_string(const json_t *value)
{
	if (!json_is_string(value))
		return SLICE_NONE;
	return (struct slice){ json_string_value(value),
			       json_string_length(value) };
}

struct slice claim_copy(struct claims_reading *r, struct slice s)
{
	struct slice kept = arena_copy(r->m->arena, r->m->pool, s);

	if (slice_is_set(s) && !slice_is_set(kept))
		r->c->no_memory = true;
	return kept;
}

void *claim_room(struct claims_reading *r, size_t count, size_t size)
{
	void *room = NULL;

	/* A token of 64 KiB has no more; the product stays far from its end. */
	if (count == 0 || count > UINT32_MAX / 64)
		return NULL;
	room = arena_alloc(r->m->arena, r->m->pool, count * size);
	if (room == NULL)
		r->c->no_memory = true;
	return room;
}

/* RFC 8225 section 5.1.1 has an integer, RFC 7519 section 2 also a fraction. */
static void read_iat(struct claims_reading *r)
{
	const json_t *iat = claim_required(r, "iat", "iat is missing");
	double real;

	if (iat == NULL)
		return;
	/* The least integer is of that magnitude too. */
	if (json_is_integer(iat) && json_integer_value(iat) != INT64_MIN) {
		r->c->iat = json_integer_value(iat);
		r->c->has_iat = true;
		return;
	}
	real = json_is_real(iat) ? json_real_value(iat) : IAT_END;
	if (real >= IAT_END || real <= -IAT_END) {
		claim_malformed(r, "iat is no number of seconds");
		return;
	}
	claim_warn(r, CAVEAT_NON_CANONICAL_JSON);
	r->c->iat = (int64_t)real;
	r->c->has_iat = true;
}

/* RFC 8224 section 8.3: 1*( DIGIT / "#" / "*" ).  Absent if it is none. */
static struct slice tn_of(struct claims_reading *r, const json_t *value)
{
	struct slice tn = claim_string(value);
	bool has_plus = tn.len > 1 && tn.ptr[0] == '+';
	unsigned digits = 0;

	if (has_plus)
		tn = slice_sub(tn, 1, tn.len);
	for (size_t i = 0; i < tn.len; i++) {
		char c = tn.ptr[i];

		if (char_is_digit(c))
			digits++;
		else if (c != '#' && c != '*')
			return SLICE_NONE;
	}
	if (tn.len == 0)
		return SLICE_NONE;
	if (has_plus)
		claim_warn(r, CAVEAT_TN_NOT_CANONICAL);
	if (digits > E164_DIGITS_MAX)
		claim_warn(r, CAVEAT_TN_NOT_E164);
	return tn;
}

bool claim_party(struct claims_reading *r, const json_t *value,
		 struct identity_party *out)
{
	const json_t *tn = json_object_get(value, "tn");
	const json_t *uri = json_object_get(value, "uri");

	if ((tn == NULL) == (uri == NULL))
		return false;
	out->is_tn = tn != NULL;
	out->text =
		claim_copy(r, tn != NULL ? tn_of(r, tn) : claim_string(uri));
	return slice_is_set(out->text);
}

/* RFC 8225 section 5.2.1 */
static void read_orig(struct claims_reading *r)
{
	const json_t *orig = claim_required(r, "orig", "orig is missing");

	if (orig == NULL)
		return;
	r->c->has_orig = json_object_size(orig) == 1 &&
			 claim_party(r, orig, &r->c->orig);
	if (!r->c->has_orig)
		claim_malformed(r, "orig is not one tn or one uri");
}

/* Appends the strings of one array of dest; false if it is none. */
static bool read_dests(struct claims_reading *r, const json_t *array,
		       bool is_tn, struct identity_party *dest)
{
	size_t count = json_array_size(array);

	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_array_get(array, i);
		struct slice s = is_tn ? tn_of(r, value) : claim_string(value);

		if (!slice_is_set(s))
			return false;
		dest[i].is_tn = is_tn;
		dest[i].text = claim_copy(r, s);
	}
	return true;
}

/* RFC 8225 section 5.2.1: tn, uri or both, none of them empty. */
static void read_dest(struct claims_reading *r)
{
	const json_t *dest = claim_required(r, "dest", "dest is missing");
	const json_t *tn = json_object_get(dest, "tn");
	const json_t *uri = json_object_get(dest, "uri");
	size_t tns = json_array_size(tn);
	size_t uris = json_array_size(uri);
	struct identity_party *all;

	if (dest == NULL)
		return;
	if (tns + uris == 0 || (tn != NULL && tns == 0) ||
	    (uri != NULL && uris == 0)) {
		claim_malformed(r, "dest has no array of tn or uri");
		return;
	}
	all = claim_room(r, tns + uris, sizeof(*all));
	if (all == NULL)
		return;
	if (!read_dests(r, tn, true, all) ||
	    !read_dests(r, uri, false, all + tns)) {
		claim_malformed(r, "dest holds what is no tn or no uri");
		return;
	}
	r->c->dest = all;
	r->c->dest_count = (unsigned)(tns + uris);
}

/* A copy of a token, its letters small. */
static struct slice copy_small(struct claims_reading *r, struct slice s)
{
	char *out = claim_room(r, s.len, 1);

	if (out == NULL)
		return SLICE("");
	for (size_t i = 0; i < s.len; i++)
		out[i] = char_lower(s.ptr[i]);
	return (struct slice){ out, s.len };
}

/* RFC 8225 section 5.2.2; an empty array is as good as no claim. */
static void read_mky(struct claims_reading *r)
{
	const json_t *mky = json_object_get(r->payload, "mky");
	size_t count = json_array_size(mky);
	struct media_key *keys;

	if (mky == NULL)
		return;
	keys = claim_room(r, count, sizeof(*keys));
	if (!json_is_array(mky) || (count > 0 && keys == NULL)) {
		claim_malformed(r, "mky is no array");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *key = json_array_get(mky, i);
		struct slice alg = claim_string(json_object_get(key, "alg"));
		struct slice dig = claim_string(json_object_get(key, "dig"));

		if (!slice_is_set(alg) || !slice_is_set(dig)) {
			claim_malformed(r,
					"mky holds a key without alg or dig");
			return;
		}
		keys[i].alg = copy_small(r, alg);
		keys[i].dig = claim_copy(r, dig);
	}
	r->c->has_mky = true;
	r->c->mky = keys;
	r->c->mky_count = (unsigned)count;
}

void claims_read(const struct memory *m, const json_t *payload, enum ppt ppt,
		 struct claims *out)
{
	struct claims_reading r = {
		.m = m, .payload = payload, .ppt = ppt, .c = out
	};

	*out = (struct claims){ 0 };
	if (payload == NULL)
		return;
	out->attest = claim_copy(
		&r, claim_string(json_object_get(payload, "attest")));
	out->origid = claim_copy(
		&r, claim_string(json_object_get(payload, "origid")));
	read_iat(&r);
	read_orig(&r);
	read_dest(&r);
	read_mky(&r);
	claims_read_of_type(&r);
}
