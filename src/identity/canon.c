#include "canon.h"

#include "char.h"
#include "sipmon/sip/params.h"

/* Numbers shorter than this are dialled as they are, in any country. */
#define NATIONAL_DIGITS_MIN 7

struct address {
	struct slice scheme; /* absent if none */
	struct slice user; /* number of a tel:; with password; absent if none */
	struct slice host; /* of other schemes all that follows the colon */
	struct slice params;
	bool is_sip;
	bool is_tel;
};

struct number {
	struct slice text; /* digits, # and *, without the "+" */
	bool is_global;
};

/* The octet that "%XX" at `at` stands for; -1 if there is none. */
static int escaped_at(struct slice s, size_t at)
{
	int high;
	int low;

	if (s.len - at < 3 || s.ptr[at] != '%')
		return -1;
	high = char_hex(s.ptr[at + 1]);
	low = char_hex(s.ptr[at + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* RFC 3986 section 3.1 */
static bool is_scheme(struct slice s)
{
	if (s.len == 0 || !char_is_letter(s.ptr[0]))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		char c = s.ptr[i];

		if (!char_is_letter(c) && !char_is_digit(c) && c != '+' &&
		    c != '-' && c != '.')
			return false;
	}
	return true;
}

/* [ userinfo "@" ] hostport *( ";" param ) [ "?" headers ].  What breaks the
 * grammar stays in the host, where it keeps two URIs apart. */
static void split_sip(struct address *a, struct slice rest)
{
	size_t at = slice_find(rest, '@');
	size_t end = 0;

	if (at < rest.len) {
		a->user = slice_sub(rest, 0, at);
		rest = slice_sub(rest, at + 1, rest.len);
	}
	rest = slice_split(rest, '?', NULL);
	rest = slice_split(rest, ';', &a->params);
	if (rest.len > 0 && rest.ptr[0] == '[')
		end = slice_find(rest, ']');
	while (end < rest.len && rest.ptr[end] != ':')
		end++;
	a->host = slice_sub(rest, 0, end);
}

/* Unlike sip_uri_parse() it forgets nothing that it does not understand. */
static struct address split(struct slice uri)
{
	struct address a = { 0 };
	struct slice rest;

	uri = slice_trim(uri);
	a.host = uri;
	a.scheme = slice_split(uri, ':', &rest);
	if (!slice_is_set(rest) || !is_scheme(a.scheme)) {
		a.scheme = SLICE_NONE;
		return a;
	}
	a.host = rest;
	if (slice_eq_nocase(a.scheme, SLICE("sip")) ||
	    slice_eq_nocase(a.scheme, SLICE("sips"))) {
		a.is_sip = true;
		split_sip(&a, rest);
	} else if (slice_eq_nocase(a.scheme, SLICE("tel"))) {
		a.is_tel = true;
		a.user = slice_split(rest, ';', &a.params);
		a.host = SLICE_NONE;
	}
	return a;
}

/* ---- numbers */

/* RFC 3966 section 3; blanks are in the field. */
static bool is_separator(char c)
{
	return c == '-' || c == '.' || c == '(' || c == ')' || c == ' ';
}

static bool is_tn_char(char c)
{
	return char_is_digit(c) || c == '#' || c == '*';
}

/* False: it is no number (or out of memory, as the URI will be too). */
static bool clean(const struct memory *m, struct slice user, struct number *out)
{
	char *text = arena_alloc(m->arena, m->pool, user.len + 1);
	size_t n = 0;

	if (text == NULL)
		return false;
	out->is_global = false;
	for (size_t i = 0; i < user.len; i++) {
		int octet = escaped_at(user, i);
		char c = user.ptr[i];

		if (octet >= 0) {
			c = (char)octet;
			i += 2;
		}
		if (is_separator(c))
			continue;
		if (c == '+' && n == 0 && !out->is_global) {
			out->is_global = true;
			continue;
		}
		if (!is_tn_char(c))
			return false;
		text[n++] = c;
	}
	out->text = (struct slice){ text, n };
	return n > 0;
}

static bool is_all_digits(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!char_is_digit(s.ptr[i]))
			return false;
	return true;
}

static struct slice joined(const struct memory *m, struct slice a,
			   struct slice b)
{
	char *text = arena_alloc(m->arena, m->pool, a.len + b.len + 1);

	if (text == NULL)
		return SLICE_NONE;
	if (a.len > 0)
		memcpy(text, a.ptr, a.len);
	if (b.len > 0)
		memcpy(text + a.len, b.ptr, b.len);
	return (struct slice){ text, a.len + b.len };
}

/* A number that was not said to be global, as E.164 if it can be. */
static struct slice with_country(const struct memory *m, struct slice number,
				 struct slice cc)
{
	bool begins;

	if (cc.len == 0 || number.len < NATIONAL_DIGITS_MIN ||
	    !is_all_digits(number))
		return number;
	begins = slice_eq(slice_sub(number, 0, cc.len), cc);
	/* The numbering plan of country code 1 has ten digits behind it. */
	if (begins && slice_eq(cc, SLICE("1")) && number.len == 11)
		return number;
	if (begins && !slice_eq(cc, SLICE("1")) &&
	    number.len >= cc.len + NATIONAL_DIGITS_MIN)
		return number;
	/* In Italy the 0 is part of the number. */
	if (number.ptr[0] == '0' && !slice_eq(cc, SLICE("39")))
		number = slice_sub(number, 1, number.len);
	return joined(m, cc, number);
}

/* Of tel: a "phone-context=+1215" (RFC 3966 section 5.1.5). */
static struct slice to_e164(const struct memory *m, const struct address *a,
			    const struct number *n, const char *default_cc)
{
	struct number context;
	struct slice value;

	if (n->is_global)
		return n->text;
	value = sip_param_find(a->params, SLICE("phone-context"));
	if (a->is_tel && value.len > 0 && is_all_digits(n->text) &&
	    clean(m, value, &context) && context.is_global)
		return joined(m, context.text, n->text);
	return with_country(m, n->text, slice_of(default_cc));
}

static bool says_phone(const struct address *a, const struct number *n)
{
	return a->is_tel || n->is_global ||
	       slice_eq_nocase(sip_param_find(a->params, SLICE("user")),
			       SLICE("phone"));
}

/* The user part of a telephone: parameters and a password cut off. */
static struct slice subscriber(const struct address *a)
{
	struct slice user = slice_split(a->user, ';', NULL);

	return a->is_sip ? slice_split(user, ':', NULL) : user;
}

struct identity_party canon_address(const struct memory *m, struct slice uri,
				    bool lax, const char *default_cc)
{
	struct address a = split(uri);
	struct number n;

	if ((a.is_sip || a.is_tel) && slice_is_set(a.user) &&
	    clean(m, subscriber(&a), &n) && (lax || says_phone(&a, &n)))
		return (struct identity_party){ true, to_e164(m, &a, &n,
							      default_cc) };
	return (struct identity_party){ false, canon_uri(m, uri) };
}

/* ---- URIs */

/* RFC 3986 section 2.3 */
static bool is_unreserved(int c)
{
	return c > 0 && c < 0x80 &&
	       (char_is_letter((char)c) || char_is_digit((char)c) || c == '-' ||
		c == '.' || c == '_' || c == '~');
}

/* In lower case, what need not be escaped unescaped; never longer than `s`. */
static char *put_plain(char *to, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		int octet = escaped_at(s, i);

		if (is_unreserved(octet)) {
			*to++ = char_lower((char)octet);
			i += 2;
		} else {
			*to++ = char_lower(s.ptr[i]);
		}
	}
	return to;
}

struct slice canon_uri(const struct memory *m, struct slice uri)
{
	struct address a = split(uri);
	struct slice user = a.is_sip ? slice_split(a.user, ':', NULL) : a.user;
	char *text = arena_alloc(m->arena, m->pool, uri.len + 1);
	char *end = text;

	if (text == NULL)
		return SLICE_NONE;
	if (slice_is_set(a.scheme)) {
		end = put_plain(end, a.scheme);
		*end++ = ':';
	}
	if (slice_is_set(user))
		end = put_plain(end, user);
	if (slice_is_set(user) && a.is_sip)
		*end++ = '@';
	end = put_plain(end, a.host);
	return (struct slice){ text, (size_t)(end - text) };
}

/* ---- claims */

struct identity_party canon_claim(const struct memory *m,
				  const struct identity_party *claim,
				  const char *default_cc)
{
	if (!claim->is_tn)
		return (struct identity_party){ false,
						canon_uri(m, claim->text) };
	return (struct identity_party){
		true, with_country(m, claim->text, slice_of(default_cc))
	};
}

static bool texts_agree(struct slice a, struct slice b)
{
	return a.len > 0 && slice_eq(a, b);
}

bool canon_matches(const struct memory *m, const struct identity_party *claim,
		   const struct identity_party *address, const char *default_cc)
{
	if (claim->is_tn != address->is_tn)
		return false;
	return (claim->is_tn && texts_agree(claim->text, address->text)) ||
	       texts_agree(canon_claim(m, claim, default_cc).text,
			   address->text);
}

struct identity_party canon_for(const struct memory *m, bool is_tn,
				struct slice uri, const char *default_cc)
{
	if (is_tn)
		return canon_address(m, uri, true, default_cc);
	return (struct identity_party){ false, canon_uri(m, uri) };
}

/* ---- fields */

struct slice canon_verstat(struct slice uri)
{
	struct address a = split(uri);
	struct slice inner = SLICE_NONE;
	struct slice found;

	if (a.is_sip)
		slice_split(a.user, ';', &inner);
	found = sip_param_find(inner, SLICE("verstat"));
	if (slice_is_set(found))
		return found;
	return sip_param_find(a.params, SLICE("verstat"));
}

/* Offset of the first "<" outside quotes, or s.len.  A quote that is never
 * closed is none. */
static size_t find_bracket(struct slice s)
{
	bool quotes = true;
	size_t i = 0;

	while (i < s.len && s.ptr[i] != '<') {
		size_t end = 0;

		if (s.ptr[i] == '"' && quotes) {
			end = past_quoted(s, i);
			quotes = end > 0;
		}
		i = end > 0 ? end : i + 1;
	}
	return i;
}

struct slice addr_spec_of(struct slice value)
{
	size_t i;

	value = slice_trim(value);
	i = find_bracket(value);
	if (i < value.len)
		return slice_split(slice_sub(value, i + 1, value.len), '>',
				   NULL);
	i = 0;
	while (i < value.len && value.ptr[i] != ';' && value.ptr[i] != ',' &&
	       !char_is_blank(value.ptr[i]))
		i++;
	return slice_sub(value, 0, i);
}
