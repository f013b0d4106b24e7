#include "sipmon/sip/params.h"

#include "cursor.h"

/*
 * gen-value = token / host / quoted-string.  Of a host only the brackets and
 * colons of an IPv6 reference are no token characters.
 */
void scan_param(struct cursor *c, struct sip_param *out, unsigned extra)
{
	const char *from;

	out->name = cursor_token(c);
	out->value = SLICE_NONE;
	if (!cursor_at(c, '=') && (c->p == c->end || !lex_is(*c->p, LEX_BLANK)))
		return;
	if (!cursor_mark(c, '='))
		return;
	from = c->p;
	if (cursor_at(c, '"')) {
		out->value = cursor_quoted(c);
		return;
	}
	if (cursor_at(c, '[')) {
		scan_host(c, &out->value);
		return;
	}
	c->p = lex_span(from, c->end, LEX_TOKEN | extra);
	if (c->p == from)
		cursor_break(c, from);
	out->value = lex_slice(from, c->p);
}

void scan_params(struct cursor *c)
{
	struct sip_param param;

	while (scan_next_param(c, &param))
		continue;
}

/* Past the quoted string at `p`, or past one character. */
static const char *step(const char *p, const char *end)
{
	const char *after = *p == '"' ? lex_quoted(p, end) : NULL;

	if (after != NULL)
		return after;
	return *p == '\\' && end - p > 1 ? p + 2 : p + 1;
}

bool sip_param_next(struct slice *rest, struct sip_param *out)
{
	const char *p = rest->ptr;
	const char *end = lex_end(*rest);
	const char *from = p;
	const char *equals = NULL;

	if (rest->len == 0)
		return false;
	while (p < end && *p != ';') {
		if (*p == '=' && equals == NULL)
			equals = p;
		p = step(p, end);
	}
	out->name = slice_trim(lex_slice(from, equals == NULL ? p : equals));
	out->value = SLICE_NONE;
	if (equals != NULL)
		out->value = slice_trim(lex_slice(equals + 1, p));
	*rest = lex_slice(p < end ? p + 1 : end, end);
	return true;
}

struct slice sip_param_find(struct slice params, struct slice name)
{
	struct sip_param param;

	while (sip_param_next(&params, &param)) {
		if (!slice_eq_nocase(param.name, name))
			continue;
		if (slice_is_set(param.value))
			return param.value;
		return (struct slice){ param.name.ptr + param.name.len, 0 };
	}
	return SLICE_NONE;
}
