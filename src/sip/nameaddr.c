#include "sipmon/sip/nameaddr.h"

#include "cursor.h"

/* "<" URI ">" */
static void scan_bracketed(struct cursor *c, struct sip_nameaddr *out)
{
	const char *from = ++c->p;
	const char *close;

	if (c->p < c->end && lex_is(*c->p, LEX_BLANK)) {
		cursor_break(c, c->p);
		cursor_blanks(c);
		from = c->p;
	}
	scan_uri(c, &out->uri);
	if (cursor_at(c, '>')) {
		out->uri_text = lex_slice(from, c->p);
		c->p++;
		return;
	}
	cursor_break(c, c->p);
	close = memchr(c->p, '>', (size_t)(c->end - c->p));
	if (close == NULL) {
		out->uri_text = lex_slice(from, c->p);
		c->p = c->end;
		return;
	}
	out->uri_text = lex_trimmed(from, close);
	c->p = close + 1;
}

/*
 * Without brackets ";" and "," end the URI, and "?" may not be in it (RFC 3261
 * section 20): what follows them belongs to the field.
 */
static void scan_bare(struct cursor *c, struct sip_nameaddr *out)
{
	const char *from = c->p;
	const char *p = from;
	struct cursor uri;

	while (p < c->end && *p != ';' && *p != ',' && !lex_is(*p, LEX_BLANK))
		p++;
	uri = (struct cursor){ from, p, NULL };
	scan_uri(&uri, &out->uri);
	if (uri.p < p)
		cursor_break(&uri, uri.p);
	if (slice_is_set(out->uri.headers))
		cursor_break(&uri, out->uri.headers.ptr - 1);
	if (uri.bad != NULL)
		cursor_break(c, uri.bad);
	out->uri_text = lex_slice(from, p);
	c->p = p;
}

/* display-name = *( token LWS ) / quoted-string; then comes the bracket. */
static void scan_display(struct cursor *c, struct sip_nameaddr *out)
{
	const char *from = c->p;
	const char *p = cursor_at(c, '"') ? lex_quoted(from, c->end) : NULL;
	const char *open;

	if (p != NULL) {
		out->display = lex_slice(from, p);
		p = lex_blanks(p, c->end);
	} else {
		p = lex_span(from, c->end, LEX_TOKEN | LEX_BLANK);
		out->display = lex_trimmed(from, p);
	}
	if (p < c->end && *p == '<') {
		c->p = p;
		return;
	}
	/* a name that breaks its grammar, if an address follows all the same */
	cursor_break(c, p);
	open = memchr(p, '<', (size_t)(c->end - p));
	out->display = SLICE_NONE;
	if (open == NULL)
		return;
	out->display = lex_trimmed(from, open);
	c->p = open;
}

/* Does a URI without brackets begin here?  A scheme is a token too. */
static bool is_bare(const struct cursor *c)
{
	const char *p = lex_span(c->p, c->end, LEX_TOKEN);

	return p > c->p && p < c->end && *p == ':';
}

static void scan_own_params(struct cursor *c, struct sip_nameaddr *out)
{
	const char *from = c->p;
	struct sip_param param;

	while (scan_next_param(c, &param)) {
		if (!slice_is_set(out->params))
			out->params = lex_slice(param.name.ptr, c->p);
		out->params.len = (size_t)(c->p - out->params.ptr);
		if (LEX_IS_NAME(param.name, "tag") && !slice_is_set(out->tag))
			out->tag = param.value;
		else if (LEX_IS_NAME(param.name, "q"))
			out->q = param.value;
		else if (LEX_IS_NAME(param.name, "expires"))
			out->expires = param.value;
	}
	if (c->p > from && slice_is_set(out->params))
		out->params = lex_trimmed(out->params.ptr, c->p);
}

void scan_nameaddr(struct cursor *c, struct sip_nameaddr *out)
{
	out->display = out->uri_text = out->params = SLICE_NONE;
	out->tag = out->q = out->expires = SLICE_NONE;
	cursor_blanks(c);
	if (!cursor_at(c, '<') && is_bare(c)) {
		scan_bare(c, out);
	} else {
		if (!cursor_at(c, '<'))
			scan_display(c, out);
		if (cursor_at(c, '<'))
			scan_bracketed(c, out);
		else
			scan_bare(c, out);
	}
	scan_own_params(c, out);
}

enum err sip_nameaddr_parse(struct sip_nameaddr *out, struct slice value,
			    size_t *at)
{
	struct cursor c = cursor_of(value);

	scan_nameaddr(&c, out);
	return cursor_result(&c, value, at);
}

size_t sip_display_text(struct slice display, char *out, size_t size)
{
	bool quoted = display.len >= 2 && display.ptr[0] == '"' &&
		      display.ptr[display.len - 1] == '"';
	const char *p = display.ptr;
	const char *end = lex_end(display);
	size_t n = 0;

	if (size == 0)
		return 0;
	if (quoted) {
		p++;
		end--;
	}
	for (; p < end && n + 1 < size; p++) {
		if (quoted && *p == '\\' && end - p > 1)
			p++;
		out[n++] = *p;
	}
	out[n] = '\0';
	return n;
}
