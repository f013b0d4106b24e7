#include "sipmon/sip/via.h"

#include "cursor.h"

#define COOKIE "z9hG4bK"

/* sent-protocol = name "/" version "/" transport, blanks around the slashes */
static void scan_protocol(struct cursor *c, struct sip_via *out)
{
	const char *from = c->p;

	if (c->end - from > 8 && memcmp(from, "SIP/2.0/", 8) == 0) {
		c->p += 8;
		out->transport = cursor_token(c);
		out->protocol = lex_slice(from, c->p);
		return;
	}
	for (unsigned slash = 0; slash < 2; slash++) {
		cursor_token(c);
		if (!cursor_mark(c, '/'))
			cursor_break(c, c->p);
	}
	out->transport = cursor_token(c);
	out->protocol = lex_slice(from, c->p);
}

static void scan_sent_by(struct cursor *c, struct sip_via *out)
{
	const char *from = c->p;

	scan_host(c, &out->host);
	if (cursor_mark(c, ':'))
		scan_port(c, &out->port);
	out->sent_by = lex_slice(from, c->p);
}

static void keep_param(struct sip_via *out, const struct sip_param *param)
{
	struct slice name = param->name;
	struct slice value = param->value;

	if (!slice_is_set(value))
		value = lex_slice(name.ptr + name.len, name.ptr + name.len);
	if (LEX_IS_NAME(name, "branch") && !slice_is_set(out->branch))
		out->branch = value;
	else if (LEX_IS_NAME(name, "rport"))
		out->rport = value;
	else if (LEX_IS_NAME(name, "received"))
		out->received = value;
}

/*
 * RFC 5118 section 4.5: "received" may have an IPv6 address without brackets.
 * No other parameter gains a meaning by the colon.
 */
void scan_via(struct cursor *c, struct sip_via *out)
{
	const char *from = NULL;
	struct sip_param param;

	*out = (struct sip_via){ 0 };
	cursor_blanks(c);
	scan_protocol(c, out);
	if (c->p == c->end || !lex_is(*c->p, LEX_BLANK))
		cursor_break(c, c->p);
	cursor_blanks(c);
	scan_sent_by(c, out);
	while (cursor_mark(c, ';')) {
		if (from == NULL)
			from = c->p;
		scan_param(c, &param, LEX_IPV6);
		keep_param(out, &param);
	}
	if (from != NULL)
		out->params = lex_trimmed(from, c->p);
}

enum err sip_via_parse(struct sip_via *out, struct slice value, size_t *at)
{
	struct cursor c = cursor_of(value);

	scan_via(&c, out);
	return cursor_result(&c, value, at);
}

bool sip_branch_has_cookie(struct slice branch)
{
	return branch.len >= sizeof(COOKIE) - 1 &&
	       memcmp(branch.ptr, COOKIE, sizeof(COOKIE) - 1) == 0;
}
