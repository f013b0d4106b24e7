#include "compact.h"

#include "base64.h"
#include "canon.h"
#include "char.h"
#include "legacy.h"
#include "sipmon/base/buf.h"
#include "sipmon/sip/body.h"
#include "text.h"

/* Distinct ones of a message: more than any offer has streams. */
#define KEYS_MAX 64

/* Five fields of a message, each escaped at the worst. */
#define JSON_BYTES_MAX ((size_t)8 * SIP_MESSAGE_BYTES_MAX)

struct keys {
	unsigned count;
	struct media_key list[KEYS_MAX];
};

/* ---- fingerprints */

/* Up to the first blank; `*rest` is what follows. */
static struct slice word(struct slice s, struct slice *rest)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '\t')
		n++;
	*rest = slice_trim(slice_sub(s, n, s.len));
	return slice_sub(s, 0, n);
}

/* Both words stand behind each other: their order is that of the text. */
static struct slice sort_text(const struct media_key *k)
{
	return (struct slice){ k->alg.ptr, k->alg.len + k->dig.len };
}

static bool is_same(const struct media_key *a, const struct media_key *b)
{
	return slice_eq(a->alg, b->alg) && slice_eq(a->dig, b->dig);
}

static void insert(struct keys *keys, const struct media_key *key)
{
	unsigned at = keys->count;

	for (unsigned i = 0; i < keys->count; i++)
		if (is_same(&keys->list[i], key))
			return;
	if (keys->count == KEYS_MAX)
		return;
	for (; at > 0; at--) {
		if (slice_compare(sort_text(&keys->list[at - 1]),
				  sort_text(key)) <= 0)
			break;
		keys->list[at] = keys->list[at - 1];
	}
	keys->list[at] = *key;
	keys->count++;
}

/* "sha-256 4A:AD:B9" (RFC 8122 section 5) */
static void add_fingerprint(const struct memory *m, struct keys *keys,
			    struct slice value)
{
	struct slice rest;
	struct slice alg = word(slice_trim(value), &rest);
	struct slice dig = word(rest, &rest);
	struct media_key key;
	size_t n = 0;
	char *text;

	if (alg.len == 0 || dig.len == 0)
		return;
	text = arena_alloc(m->arena, m->pool, alg.len + dig.len);
	if (text == NULL)
		return;
	for (size_t i = 0; i < alg.len; i++)
		text[n++] = char_lower(alg.ptr[i]);
	for (size_t i = 0; i < dig.len; i++)
		if (dig.ptr[i] != ':')
			text[n++] = char_upper(dig.ptr[i]);
	key.alg = (struct slice){ text, alg.len };
	key.dig = (struct slice){ text + alg.len, n - alg.len };
	insert(keys, &key);
}

static void add_sdp(const struct memory *m, struct keys *keys, struct slice sdp)
{
	const struct slice name = SLICE("a=fingerprint:");

	while (sdp.len > 0) {
		struct slice line = slice_split(sdp, '\n', &sdp);

		if (slice_eq(slice_sub(line, 0, name.len), name))
			add_fingerprint(m, keys,
					slice_sub(line, name.len, line.len));
	}
}

unsigned media_keys(const struct memory *m, const struct sip_msg *msg,
		    const struct media_key **out)
{
	struct sip_part parts[SIP_BODY_PARTS_MAX];
	struct keys keys = { 0 };
	struct media_key *copy;
	unsigned count = sip_body_parts(msg->content_type, msg->body, parts,
					SIP_BODY_PARTS_MAX, NULL);

	*out = NULL;
	for (unsigned i = 0; i < count; i++)
		add_sdp(m, &keys,
			sip_body_sdp(parts[i].content_type, parts[i].body));
	if (keys.count == 0)
		return 0;
	copy = arena_alloc(m->arena, m->pool, keys.count * sizeof(*copy));
	if (copy == NULL)
		return 0;
	memcpy(copy, keys.list, keys.count * sizeof(*copy));
	*out = copy;
	return keys.count;
}

/* ---- canonical JSON (RFC 8225 section 9) */

/* The letters of the escapes that are shorter than \u00XX. */
static const char short_escapes[0x20] = {
	['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
};

static void add_string(struct buf *out, struct slice s)
{
	static const char hex[] = "0123456789abcdef";

	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '"' || c == '\\') {
			buf_add_char(out, '\\');
			buf_add_char(out, (char)c);
		} else if (c >= 0x20) {
			buf_add_char(out, (char)c);
		} else if (short_escapes[c] != 0) {
			buf_add_char(out, '\\');
			buf_add_char(out, short_escapes[c]);
		} else {
			buf_add_text(out, "\\u00");
			buf_add_char(out, hex[c >> 4]);
			buf_add_char(out, hex[c & 15]);
		}
	}
	buf_add_char(out, '"');
}

/* {"tn":"..."}, or {"tn":["..."]} */
static void add_party(struct buf *out, const struct identity_party *p,
		      bool is_list)
{
	buf_add_text(out, p->is_tn ? "{\"tn\":" : "{\"uri\":");
	if (is_list)
		buf_add_char(out, '[');
	add_string(out, p->text);
	buf_add_text(out, is_list ? "]}" : "}");
}

static void add_mky(struct buf *out, const struct media_key *keys,
		    unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		buf_add_text(out,
			     i == 0 ? ",\"mky\":[{\"alg\":" : ",{\"alg\":");
		add_string(out, keys[i].alg);
		buf_add_text(out, ",\"dig\":");
		add_string(out, keys[i].dig);
		buf_add_char(out, '}');
	}
	if (count > 0)
		buf_add_char(out, ']');
}

static void add_int(struct buf *out, int64_t value)
{
	if (value < 0)
		buf_add_char(out, '-');
	buf_add_uint(out, value < 0 ? (uint64_t)0 - (uint64_t)value
				    : (uint64_t)value);
}

/* The text of `b`, kept; absent if it could not be made. */
static struct slice kept(const struct memory *m, struct buf *b)
{
	struct slice text = SLICE_NONE;

	if (!b->failed)
		text = arena_copy(m->arena, m->pool, buf_slice(b));
	buf_clear(b);
	return text;
}

static struct slice jose_text(const struct memory *m, struct buf *b,
			      struct slice info)
{
	buf_add_text(b, "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":");
	add_string(b, info);
	buf_add_char(b, '}');
	return kept(m, b);
}

static struct slice payload_text(const struct memory *m, struct buf *b,
				 const struct sip_msg *msg,
				 const struct compact *c)
{
	const struct media_key *keys;
	unsigned count = media_keys(m, msg, &keys);

	buf_add_text(b, "{\"dest\":");
	add_party(b, &c->dest, true);
	buf_add_text(b, ",\"iat\":");
	add_int(b, c->date_s);
	add_mky(b, keys, count);
	buf_add_text(b, ",\"orig\":");
	add_party(b, &c->orig, false);
	buf_add_char(b, '}');
	return kept(m, b);
}

static struct slice signing_input(const struct memory *m, struct buf *b,
				  const struct compact *c)
{
	struct slice jose = base64url_encode(m, c->jose);
	struct slice payload = base64url_encode(m, c->payload);

	if (!slice_is_set(jose) || !slice_is_set(payload))
		return SLICE_NONE;
	buf_add(b, jose);
	buf_add_char(b, '.');
	buf_add(b, payload);
	return kept(m, b);
}

static struct identity_party party_of(const struct memory *m,
				      const struct sip_msg *msg,
				      enum sip_header_id id,
				      const char *default_cc)
{
	return canon_address(m, addr_spec_of(field_text(m, msg, id)), false,
			     default_cc);
}

void compact_build(const struct memory *m, const struct sip_msg *msg,
		   struct slice info, const char *default_cc,
		   struct compact *out)
{
	struct buf b;

	*out = (struct compact){ 0 };
	out->orig = party_of(m, msg, SIP_HEADER_FROM, default_cc);
	out->dest = party_of(m, msg, SIP_HEADER_TO, default_cc);
	if (!message_date(m, msg, &out->date_s, NULL)) {
		out->failed = VERDICT_BIT(VERDICT_DATE_MISSING);
		return;
	}
	if (!slice_is_set(out->orig.text) || !slice_is_set(out->dest.text))
		return;
	buf_init(&b, JSON_BYTES_MAX);
	out->jose = jose_text(m, &b, info);
	out->payload = payload_text(m, &b, msg, out);
	if (slice_is_set(out->jose) && slice_is_set(out->payload))
		out->signing_input = signing_input(m, &b, out);
	buf_free(&b);
}
