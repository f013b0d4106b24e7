#include "sipmon/sip/auth.h"

#include "cursor.h"

/* clang-format off */
static const struct {
	struct slice name;
	size_t offset; /* of its value in struct sip_auth */
} known[] = {
#define KNOWN(name) \
	{ { #name, sizeof(#name) - 1 }, offsetof(struct sip_auth, name) }
	KNOWN(realm), KNOWN(nonce), KNOWN(username), KNOWN(uri),
	KNOWN(response), KNOWN(algorithm), KNOWN(qop), KNOWN(nc),
	KNOWN(cnonce), KNOWN(opaque), KNOWN(stale),
#undef KNOWN
};
/* clang-format on */

static struct slice unquoted(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return slice_sub(s, 1, s.len - 2);
	return s;
}

static void keep(struct sip_auth *out, const struct sip_param *param)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char *base = (char *)out;
		struct slice value = unquoted(param->value);

		if (known[i].name.len != param->name.len ||
		    !slice_eq_nocase(known[i].name, param->name))
			continue;
		memcpy(base + known[i].offset, &value, sizeof(value));
		return;
	}
}

/* auth-param = name "=" ( token / quoted-string ), commas between them */
static void scan_auth_params(struct cursor *c, struct sip_auth *out)
{
	const char *from = c->p;
	struct sip_param param;

	do {
		scan_param(c, &param, 0);
		if (!slice_is_set(param.value))
			cursor_break(c, c->p);
		keep(out, &param);
	} while (cursor_mark(c, ','));
	out->params = lex_trimmed(from, c->p);
}

/*
 * The one token of a scheme such as Bearer (RFC 8898): base64 and "=" at the
 * end, which no auth-param is.
 */
static bool scan_token68(struct cursor *c, struct sip_auth *out)
{
	const char *from = c->p;
	const char *p = from;

	while (p < c->end && (lex_is(*p, LEX_TOKEN) || *p == '/'))
		p++;
	while (p < c->end && *p == '=')
		p++;
	if (p == from || p < c->end)
		return false;
	out->params = lex_slice(from, p);
	c->p = p;
	return true;
}

enum err sip_auth_parse(struct sip_auth *out, struct slice value, size_t *at)
{
	struct cursor c = cursor_of(value);

	*out = (struct sip_auth){ 0 };
	out->scheme = cursor_token(&c);
	if (c.p == c.end || !lex_is(*c.p, LEX_BLANK))
		cursor_break(&c, c.p);
	cursor_blanks(&c);
	if (!scan_token68(&c, out))
		scan_auth_params(&c, out);
	return cursor_result(&c, value, at);
}

enum err sip_auth_info_parse(struct sip_auth *out, struct slice value,
			     size_t *at)
{
	struct cursor c = cursor_of(value);

	*out = (struct sip_auth){ 0 };
	scan_auth_params(&c, out);
	return cursor_result(&c, value, at);
}

bool sip_auth_is_stale(const struct sip_auth *auth)
{
	return slice_eq_nocase(auth->stale, SLICE("true"));
}
