#include "value.h"

#include "char.h"

/* Takes text apart at a mark outside of quotes and <>.  What is open at the
 * end is looked for once only: hostile bytes shall not cost a square. */
struct splitter {
	struct slice rest;
	bool quote_open; /* no closing quote is left */
	bool angle_open;
};

size_t past_quoted(struct slice s, size_t at)
{
	for (size_t i = at + 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return 0;
}

static size_t past_bracketed(struct slice s, size_t at)
{
	size_t len = slice_find(slice_sub(s, at, s.len), '>');

	return at + len < s.len ? at + len + 1 : 0;
}

/* Past what begins at `at` and is not to be parted, or past one character. */
static size_t splitter_step(struct splitter *sp, size_t at)
{
	size_t after = 0;

	if (sp->rest.ptr[at] == '"' && !sp->quote_open) {
		after = past_quoted(sp->rest, at);
		sp->quote_open = after == 0;
	} else if (sp->rest.ptr[at] == '<' && !sp->angle_open) {
		after = past_bracketed(sp->rest, at);
		sp->angle_open = after == 0;
	}
	return after > 0 ? after : at + 1;
}

/* The next part, trimmed; false at the end. */
static bool splitter_next(struct splitter *sp, char mark, struct slice *part)
{
	size_t at = 0;

	if (sp->rest.len == 0)
		return false;
	while (at < sp->rest.len && sp->rest.ptr[at] != mark)
		at = splitter_step(sp, at);
	*part = slice_trim(slice_sub(sp->rest, 0, at));
	sp->rest = slice_sub(sp->rest, at + 1, sp->rest.len);
	return true;
}

/* Tokens are long, and blanks in them rare. */
static bool has(struct slice s, char c)
{
	return slice_find(s, c) < s.len;
}

static size_t find_line_end(struct slice s, size_t from)
{
	while (from < s.len && s.ptr[from] != '\r' && s.ptr[from] != '\n')
		from++;
	return from;
}

/* RFC 3261 section 25.1: LWS is one SP.  Of blanks without a line end none is
 * lost: they may stand in a quoted string. */
struct slice value_unfold(const struct memory *m, struct slice value)
{
	struct slice s = slice_trim(value);
	size_t from = 0;
	size_t len = 0;
	size_t at;
	char *out;

	if (!has(s, '\r') && !has(s, '\n'))
		return slice_is_set(s) ? s : SLICE("");
	at = find_line_end(s, 0);
	out = arena_alloc(m->arena, m->pool, s.len);
	if (out == NULL)
		return SLICE_NONE;
	while (from < s.len) {
		size_t keep = at;

		while (keep > from && at < s.len &&
		       char_is_blank(s.ptr[keep - 1]))
			keep--;
		memcpy(out + len, s.ptr + from, keep - from);
		len += keep - from;
		if (at == s.len)
			break;
		while (at < s.len && char_is_blank(s.ptr[at]))
			at++;
		out[len++] = ' ';
		from = at;
		at = find_line_end(s, from);
	}
	return (struct slice){ out, len };
}

struct slice signature_part(struct slice token)
{
	size_t i = token.len;

	while (i > 0 && token.ptr[i - 1] != '.')
		i--;
	return i > 0 ? slice_sub(token, i, token.len) : SLICE_NONE;
}

/* `text` without blanks; absent when out of memory. */
static struct slice squeeze(const struct memory *m, struct slice text,
			    bool *squeezed)
{
	size_t len = 0;
	char *out;

	*squeezed = has(text, ' ') || has(text, '\t') || has(text, '\r') ||
		    has(text, '\n');
	if (!*squeezed)
		return text;
	out = arena_alloc(m->arena, m->pool, text.len);
	if (out == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < text.len; i++)
		if (!char_is_blank(text.ptr[i]))
			out[len++] = text.ptr[i];
	return (struct slice){ out, len };
}

/* Of a name that is repeated the first counts. */
static void keep_param(struct identity_value *v, struct slice param)
{
	size_t equals = slice_find(param, '=');
	struct slice name = slice_trim(slice_sub(param, 0, equals));
	struct slice value =
		slice_trim(slice_sub(param, equals + 1, param.len));
	struct slice *to = NULL;

	if (slice_eq_nocase(name, SLICE("info")))
		to = &v->info;
	else if (slice_eq_nocase(name, SLICE("alg")))
		to = &v->alg;
	else if (slice_eq_nocase(name, SLICE("ppt")))
		to = &v->ppt;
	if (to != NULL && !slice_is_set(*to))
		*to = value;
}

/* What stands between `open` and `close`, which must be its ends; absent if
 * they are not. */
static struct slice between(struct slice s, char open, char close)
{
	if (s.len < 2 || s.ptr[0] != open || s.ptr[s.len - 1] != close)
		return SLICE_NONE;
	return slice_sub(s, 1, s.len - 2);
}

/* RFC 8224 section 4: signed-identity-digest SEMI ident-info *( SEMI param ) */
static void read_passport(const struct memory *m, struct identity_value *v)
{
	struct slice rest;
	struct slice first = slice_split(v->text, ';', &rest);
	struct splitter sp = { .rest = rest };
	struct slice part;
	bool squeezed;

	v->token = squeeze(m, slice_trim(first), &squeezed);
	if (!slice_is_set(v->token))
		v->text = SLICE_NONE;
	if (squeezed)
		v->caveats |= CAVEAT_BIT(CAVEAT_TOKEN_FOLDED);
	if (v->token.len > TOKEN_BYTES_MAX)
		v->failed |= VERDICT_BIT(VERDICT_TOO_LARGE);
	while (splitter_next(&sp, ';', &part))
		keep_param(v, part);
	v->info = between(v->info, '<', '>');
	if (v->info.len == 0) {
		v->info = SLICE_NONE;
		v->failed |= VERDICT_BIT(VERDICT_MISSING_INFO);
	}
	part = between(v->ppt, '"', '"');
	if (slice_is_set(part))
		v->ppt = part;
}

bool value_is_legacy(const struct sip_msg *msg, struct slice text)
{
	if (text.len > 0 && text.ptr[0] == '"')
		return true;
	return sip_msg_has(msg, SIP_HEADER_IDENTITY_INFO) &&
	       slice_find(text, '.') == text.len &&
	       slice_find(text, ';') == text.len;
}

static void read_value(const struct memory *m, const struct sip_msg *msg,
		       struct slice text, bool is_cut,
		       struct identity_value *out)
{
	*out = (struct identity_value){ .text = text };
	if (!slice_is_set(text))
		return;
	out->is_legacy = value_is_legacy(msg, text);
	if (is_cut) {
		out->failed = VERDICT_BIT(VERDICT_TOO_LARGE);
		return;
	}
	if (text.len == 0 || slice_find(text, '\0') < text.len)
		out->failed = VERDICT_BIT(VERDICT_MALFORMED_HEADER);
	else if (!out->is_legacy)
		read_passport(m, out);
}

/* Values while they are taken out of a message. */
struct reading {
	const struct memory *m;
	const struct sip_msg *msg;
	struct identity_value *out;
	unsigned room;
	unsigned count;
	uint32_t left_out;
};

static void add_value(struct reading *r, struct slice text, bool is_cut,
		      bool is_list)
{
	if (r->count == r->room) {
		r->left_out++;
		return;
	}
	read_value(r->m, r->msg, text, is_cut, &r->out[r->count]);
	if (is_list)
		r->out[r->count].caveats |= CAVEAT_BIT(CAVEAT_COMMA_LIST);
	r->count++;
}

/*
 * A field that fills the message up to the ceiling went on behind it, or may
 * have, if a line ends just there: a message that is whole has an empty line.
 */
static bool is_last_of_cut(const struct sip_msg *msg,
			   const struct sip_header *h)
{
	const char *end = h->line.ptr + h->line.len;
	struct slice rest =
		slice_sub(msg->raw, (size_t)(end - msg->raw.ptr), msg->raw.len);

	return msg->raw.len >= SIP_MESSAGE_BYTES_MAX &&
	       (rest.len < 2 || slice_eq(rest, SLICE("\r\n")));
}

static void read_field(struct reading *r, const struct sip_header *h)
{
	struct slice text = value_unfold(r->m, h->value);
	struct splitter sp = { .rest = text };
	bool is_cut = is_last_of_cut(r->msg, h);
	struct slice part;

	if (!has(text, ',') || value_is_legacy(r->msg, text)) {
		add_value(r, text, is_cut, false);
		return;
	}
	while (splitter_next(&sp, ',', &part))
		add_value(r, part, is_cut && sp.rest.len == 0,
			  part.len < text.len);
}

/* RFC 4474 section 9 has each of its two headers once. */
static void check_legacy(struct identity_value *values, unsigned count)
{
	unsigned legacy = 0;

	for (unsigned i = 0; i < count; i++)
		legacy += values[i].is_legacy;
	for (unsigned i = 0; i < count && legacy > 1; i++)
		if (values[i].is_legacy)
			values[i].failed |=
				VERDICT_BIT(VERDICT_MALFORMED_HEADER);
}

unsigned identity_values(const struct memory *m, const struct sip_msg *msg,
			 struct identity_value *out, unsigned room,
			 uint32_t *left_out)
{
	struct reading r = { .m = m, .msg = msg, .out = out, .room = room };
	struct slice rest = msg->headers;
	struct sip_header h;

	if (sip_msg_has(msg, SIP_HEADER_IDENTITY))
		while (sip_header_next(&rest, &h))
			if (h.id == SIP_HEADER_IDENTITY)
				read_field(&r, &h);
	check_legacy(out, r.count);
	*left_out = r.left_out;
	return r.count;
}
