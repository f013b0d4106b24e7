#include "sipmon/sip/uri.h"

#include "cursor.h"

#define PORT_MAX 65535

/* Four numbers with dots between, [p, end) being digits and dots. */
static bool is_ipv4(const char *p, const char *end)
{
	unsigned dots = 0;

	for (; p < end; p++) {
		if (*p == '.')
			dots++;
		else if (!lex_is(*p, LEX_DIGIT))
			return false;
	}
	return dots == 3 && end[-1] != '.';
}

/*
 * hostname = *( domainlabel "." ) toplabel [ "." ], or four numbers: of the
 * last label the first character tells which of the two it wants to be.
 * Answers the first break, or NULL.
 */
static const char *scan_name(struct cursor *c)
{
	const char *from = c->p;
	const char *bad = NULL;
	const char *label;
	const char *p = from;

	do {
		label = p;
		p = lex_span(p, c->end, LEX_LABEL);
		if (p == label || *label == '-' || p[-1] == '-')
			bad = bad == NULL ? label : bad;
		if (p == c->end || *p != '.')
			break;
		p++;
	} while (p < c->end && lex_is(*p, LEX_HOST));
	c->p = p;
	if (bad == NULL && lex_is(*label, LEX_DIGIT) && !is_ipv4(from, p))
		bad = label;
	return bad;
}

/* RFC 5118 section 4.10: three colons, as RFC 3261 has them, are let pass. */
static void scan_ipv6(struct cursor *c)
{
	const char *from = c->p;
	const char *to = lex_span(from + 1, c->end, LEX_IPV6);

	if (to == c->end || *to != ']') {
		cursor_break(c, to);
		to = memchr(from, ']', (size_t)(c->end - from));
		c->p = to == NULL ? c->end : to + 1;
		return;
	}
	if (to - from < 3 || memchr(from, ':', (size_t)(to - from)) == NULL)
		cursor_break(c, from);
	c->p = to + 1;
}

void scan_host(struct cursor *c, struct slice *host)
{
	const char *from = c->p;
	const char *bad;

	if (cursor_at(c, '[')) {
		scan_ipv6(c);
		*host = lex_slice(from, c->p);
		return;
	}
	bad = scan_name(c);
	if (c->p < c->end && lex_is(*c->p, LEX_TOKEN)) {
		/* an underscore and the like: one name all the same */
		bad = c->p;
		c->p = lex_span(c->p, c->end, LEX_TOKEN);
	}
	*host = lex_slice(from, c->p);
	if (bad != NULL)
		cursor_break(c, bad);
}

void scan_port(struct cursor *c, struct slice *port)
{
	const char *from = c->p;
	const char *p = from;
	uint32_t number = 0;

	for (; p < c->end && lex_is(*p, LEX_DIGIT); p++)
		if (number <= PORT_MAX)
			number = number * 10 + (uint32_t)(*p - '0');
	c->p = p;
	*port = lex_slice(from, p);
	if (p == from || number > PORT_MAX)
		cursor_break(c, from);
}

/* 1*( ";" pname [ "=" pvalue ] ) */
static void scan_uri_params(struct cursor *c, struct sip_uri *u)
{
	const char *first = c->p + 1;

	while (cursor_at(c, ';')) {
		const char *from = c->p + 1;

		c->p = lex_escaped(from, c->end, LEX_PARAM);
		if (c->p == from)
			cursor_break(c, from);
		if (!cursor_at(c, '='))
			continue;
		from = c->p + 1;
		c->p = lex_escaped(from, c->end, LEX_PARAM);
		if (c->p == from)
			cursor_break(c, from);
	}
	u->params = lex_slice(first, c->p);
}

/* "?" hname "=" hvalue *( "&" hname "=" hvalue ) */
static void scan_uri_headers(struct cursor *c, struct sip_uri *u)
{
	const char *first = c->p + 1;

	do {
		const char *from = c->p + 1;

		c->p = lex_escaped(from, c->end, LEX_HVALUE);
		if (c->p == from || !cursor_at(c, '=')) {
			cursor_break(c, c->p);
			break;
		}
		c->p = lex_escaped(c->p + 1, c->end, LEX_HVALUE);
	} while (cursor_at(c, '&'));
	u->headers = lex_slice(first, c->p);
}

/*
 * Characters that a user part must escape are in the field all the same, "#"
 * of telephones above all.  With an "@" still to come the part is taken.
 */
static const char *forgiven_user(struct cursor *c, const char *p)
{
	const char *q = p;

	while (q < c->end && *q != '@' && *q != '>' && *q != '<' && *q != '"' &&
	       !lex_is(*q, LEX_BLANK))
		q++;
	if (q == c->end || *q != '@')
		return NULL;
	cursor_break(c, p);
	return q;
}

/* [ userinfo "@" ]: nothing is taken if there is no "@". */
static void scan_userinfo(struct cursor *c, struct sip_uri *u)
{
	const char *from = c->p;
	const char *p = lex_escaped(from, c->end, LEX_USER);
	const char *to = p;

	if (p < c->end && *p == ':') {
		p = lex_escaped(p + 1, c->end, LEX_PASSWORD);
		if (p < c->end && *p == '@')
			u->password = lex_slice(to + 1, p);
	}
	if (p < c->end && *p != '@') {
		p = forgiven_user(c, p);
		to = to < c->end && *to == ':' && p != NULL ? to : p;
	}
	if (p == NULL || p == c->end)
		return;
	if (to == from)
		cursor_break(c, from);
	u->user = lex_slice(from, to);
	c->p = p + 1;
}

static void scan_sip(struct cursor *c, struct sip_uri *u)
{
	u->is_sip = true;
	scan_userinfo(c, u);
	scan_host(c, &u->host);
	if (cursor_at(c, ':')) {
		c->p++;
		scan_port(c, &u->port);
	}
	if (cursor_at(c, ';'))
		scan_uri_params(c, u);
	if (cursor_at(c, '?'))
		scan_uri_headers(c, u);
}

/* RFC 3966 section 3; local numbers without a context are in wide use. */
static void scan_tel(struct cursor *c, struct sip_uri *u)
{
	const char *from = c->p;

	u->is_tel = true;
	c->p = lex_span(from, c->end, LEX_PHONE);
	u->user = lex_slice(from, c->p);
	if (c->p == from)
		cursor_break(c, from);
	if (cursor_at(c, ';'))
		scan_uri_params(c, u);
}

static void scan_other(struct cursor *c, struct sip_uri *u)
{
	const char *from = c->p;

	c->p = lex_escaped(from, c->end, LEX_URIC);
	if (c->p == from)
		cursor_break(c, from);
	u->host = lex_slice(from, c->p);
}

static void scan_scheme(struct cursor *c, struct sip_uri *u)
{
	const char *from = c->p;
	const char *p = from;

	if (p < c->end && lex_is(*p, LEX_ALPHA))
		while (p < c->end && (lex_is(*p, LEX_HOST) || *p == '+'))
			p++;
	if (p == from || p == c->end || *p != ':') {
		cursor_break(c, p);
		return;
	}
	u->scheme = lex_slice(from, p);
	c->p = p + 1;
}

static bool begins(const char *p, const char *end, const char *lower,
		   size_t len)
{
	if ((size_t)(end - p) <= len || p[len] != ':')
		return false;
	for (size_t i = 0; i < len; i++)
		if ((p[i] | 0x20) != lower[i])
			return false;
	return true;
}

void scan_uri(struct cursor *c, struct sip_uri *out)
{
	*out = (struct sip_uri){ 0 };
	if (begins(c->p, c->end, "sip", 3)) {
		out->scheme = lex_slice(c->p, c->p + 3);
		c->p += 4;
		scan_sip(c, out);
		return;
	}
	scan_scheme(c, out);
	if (!slice_is_set(out->scheme)) {
		/* a user or host that forgot its scheme */
		scan_sip(c, out);
		out->is_sip = false;
	} else if (slice_eq_nocase(out->scheme, SLICE("sips"))) {
		scan_sip(c, out);
	} else if (slice_eq_nocase(out->scheme, SLICE("tel"))) {
		scan_tel(c, out);
	} else {
		scan_other(c, out);
	}
}

enum err sip_uri_parse(struct sip_uri *out, struct slice text, size_t *at)
{
	struct cursor c = cursor_of(text);

	scan_uri(&c, out);
	if (c.p < c.end)
		cursor_break(&c, c.p);
	return cursor_result(&c, text, at);
}
