#include "hops_side.h"

#include "compact.h"

/* The line that the byte at `offset` is in, without its end. */
static struct slice line_at(struct slice body, size_t offset)
{
	size_t from = offset < body.len ? offset : body.len;

	while (from > 0 && body.ptr[from - 1] != '\n')
		from--;
	return slice_trim(
		slice_split(slice_sub(body, from, body.len), '\n', NULL));
}

static size_t first_difference(struct slice a, struct slice b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

/* The next octet; -1 at the end. */
static int next_but_cr(struct slice s, size_t *at)
{
	while (*at < s.len && s.ptr[*at] == '\r')
		++*at;
	return *at < s.len ? (unsigned char)s.ptr[(*at)++] : -1;
}

/* The same lines with CRLF, or with LF alone. */
static bool same_but_line_ends(struct slice a, struct slice b)
{
	size_t i = 0;
	size_t k = 0;

	while (i < a.len || k < b.len)
		if (next_but_cr(a, &i) != next_but_cr(b, &k))
			return false;
	return true;
}

/*
 * One is the beginning of the other, and the octets that it lacks came all the
 * same: behind the body.
 */
static bool same_but_length(const struct hop_pair *p)
{
	const uint32_t behind = CAVEAT_BIT(CAVEAT_BODY_TRAILING) |
				CAVEAT_BIT(CAVEAT_BODY_LENGTH);
	struct slice a = p->before.msg->body;
	struct slice b = p->after.msg->body;
	const struct hop_side *shorter = a.len < b.len ? &p->before : &p->after;
	size_t least = a.len < b.len ? a.len : b.len;

	return a.len != b.len && first_difference(a, b) == least &&
	       (shorter->detail->caveats & behind) != 0;
}

static bool whole_body_differs(struct hop_pair *p, struct identity_change *c)
{
	struct slice before = p->before.msg->body;
	struct slice after = p->after.msg->body;
	size_t at = first_difference(before, after);

	if (slice_eq(before, after))
		return false;
	c->offset = (int64_t)at;
	if (same_but_length(p))
		c->kind = "only Content-Length changed";
	else if (same_but_line_ends(before, after))
		c->kind = "only line ends changed";
	return hop_set_change(c, line_at(before, at), line_at(after, at));
}

/* The next "a=fingerprint" line (RFC 8122); false if there is none. */
static bool next_fingerprint(struct slice *rest, struct slice *line)
{
	const struct slice key = SLICE("a=fingerprint:");

	while (rest->len > 0) {
		*line = slice_trim(slice_split(*rest, '\n', rest));
		if (slice_eq_nocase(slice_sub(*line, 0, key.len), key))
			return true;
	}
	*line = SLICE_NONE;
	return false;
}

static bool same_fingerprints(const struct hop_pair *p)
{
	const struct media_key *a;
	const struct media_key *b;
	unsigned n = media_keys(&p->memory, p->before.msg, &a);

	if (media_keys(&p->memory, p->after.msg, &b) != n)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!slice_eq(a[i].alg, b[i].alg) ||
		    !slice_eq(a[i].dig, b[i].dig))
			return false;
	return true;
}

static bool fingerprints_differ(struct hop_pair *p, struct identity_change *c)
{
	struct slice body = p->before.msg->body;
	struct slice rest = body;
	struct slice other = p->after.msg->body;
	struct slice before;
	struct slice after;
	bool more;

	if (same_fingerprints(p))
		return false;
	do {
		more = next_fingerprint(&rest, &before);
		more |= next_fingerprint(&other, &after);
	} while (more && slice_eq(before, after));
	c->offset = slice_is_set(before) ? before.ptr - body.ptr
					 : (int64_t)body.len;
	return hop_set_change(c, before, after);
}

bool hop_body_differs(struct hop_pair *p, struct identity_change *c)
{
	if (hop_has_view(p, HOP_LEGACY) ||
	    (hop_has_view(p, HOP_FULL) &&
	     hop_failed_in(p, VERDICT_MSGI_MISMATCH)))
		return whole_body_differs(p, c);
	if (hop_has_view(p, HOP_COMPACT) ||
	    (hop_has_view(p, HOP_FULL) &&
	     hop_failed_in(p, VERDICT_MKY_MISMATCH)))
		return fingerprints_differ(p, c);
	return false;
}
