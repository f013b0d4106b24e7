#include "sipmon/sip/replaces.h"

#include "lexer.h"
#include "sipmon/sip/params.h"

/* Replaces = callid *(SEMI replaces-param) */
enum err sip_replaces_parse(struct sip_replaces *out, struct slice value)
{
	struct slice rest;

	*out = (struct sip_replaces){ .early_only = false };
	out->call_id = slice_trim(slice_split(value, ';', &rest));
	if (out->call_id.len == 0)
		return ERR_MALFORMED;
	out->to_tag = sip_param_find(rest, SLICE("to-tag"));
	out->from_tag = sip_param_find(rest, SLICE("from-tag"));
	out->early_only =
		slice_is_set(sip_param_find(rest, SLICE("early-only")));
	return ERR_OK;
}

static unsigned hex_of(char c)
{
	return lex_is(c, LEX_DIGIT) ? (unsigned)(c - '0')
				    : (unsigned)((c | 0x20) - 'a' + 10);
}

/* hvalue without its escapes (RFC 3261 section 19.1.2). */
static enum err unescape(struct slice from, char *out, size_t size, size_t *len)
{
	size_t n = 0;

	for (size_t i = 0; i < from.len; i++) {
		char c = from.ptr[i];

		if (c == '%') {
			if (from.len - i < 3 ||
			    !lex_is(from.ptr[i + 1], LEX_HEX) ||
			    !lex_is(from.ptr[i + 2], LEX_HEX))
				return ERR_MALFORMED;
			c = (char)(hex_of(from.ptr[i + 1]) << 4 |
				   hex_of(from.ptr[i + 2]));
			i += 2;
		}
		if (n == size)
			return ERR_LIMIT;
		out[n++] = c;
	}
	*len = n;
	return ERR_OK;
}

enum err sip_uri_header(struct slice headers, struct slice name, char *out,
			size_t size, struct slice *value)
{
	while (headers.len > 0) {
		struct slice one = slice_split(headers, '&', &headers);
		struct slice text;
		enum err e;

		if (!slice_eq_nocase(slice_split(one, '=', &text), name))
			continue;
		*value = (struct slice){ out, 0 };
		e = unescape(text, out, size, &value->len);
		return e;
	}
	return ERR_MALFORMED;
}
