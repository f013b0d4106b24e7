#include "json_text.h"

#include <stdint.h>
#include <stdlib.h>

#include "sipmon/base/buf.h"

/* DBL_MAX has this many digits in front of its point, and values of fewer
 * digits always fit. */
#define REAL_DIGITS_MAX 308

/* An exponent beyond this is as good as any other. */
#define EXPONENT_MAX 1000000

/* The text on its way to jansson. */
struct scan {
	struct slice text;
	size_t at;
	struct buf out; /* what is read for the text up to `copied`, if any */
	size_t copied;
	unsigned depth;
	bool too_deep;
	/* Of a text that proves to be JSON. */
	bool has_other_form;  /* than the canonical one, for sure */
	bool has_escaped_key; /* whose place is not known here */
	struct slice key[JSON_TEXT_DEPTH_MAX + 1]; /* the last of each level */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t span_digits(struct slice s, size_t at)
{
	while (at < s.len && is_digit(s.ptr[at]))
		at++;
	return at;
}

/* RFC 8259 section 6 */
struct number {
	struct slice whole; /* without its sign */
	struct slice fraction;
	int64_t exponent;
	bool is_negative;
	bool is_real;
};

/* After the "e": false if there is no exponent. */
static bool read_exponent(struct slice s, size_t *at, int64_t *exponent)
{
	size_t i = *at;
	bool is_negative = i < s.len && s.ptr[i] == '-';
	size_t from;

	if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
		i++;
	from = i;
	*exponent = 0;
	for (; i < s.len && is_digit(s.ptr[i]); i++)
		if (*exponent < EXPONENT_MAX)
			*exponent = *exponent * 10 + (s.ptr[i] - '0');
	if (is_negative)
		*exponent = -*exponent;
	*at = i;
	return i > from;
}

/* The length of the number at `from`; 0 if it is none. */
static size_t read_number(struct slice s, size_t from, struct number *n)
{
	size_t at = from;
	size_t whole;

	*n = (struct number){ .is_negative = s.ptr[at] == '-' };
	if (n->is_negative)
		at++;
	whole = at;
	at = span_digits(s, at);
	n->whole = slice_sub(s, whole, at - whole);
	if (n->whole.len == 0 || (n->whole.len > 1 && s.ptr[whole] == '0'))
		return 0;
	if (at < s.len && s.ptr[at] == '.') {
		size_t fraction = at + 1;

		at = span_digits(s, fraction);
		n->fraction = slice_sub(s, fraction, at - fraction);
		n->is_real = true;
		if (n->fraction.len == 0)
			return 0;
	}
	if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
		at++;
		n->is_real = true;
		if (!read_exponent(s, &at, &n->exponent))
			return 0;
	}
	return at - from;
}

static size_t leading_zeros(struct slice digits)
{
	size_t n = 0;

	while (n < digits.len && digits.ptr[n] == '0')
		n++;
	return n;
}

/* May jansson find it too big?  Of two values that are near its bounds no
 * claim holds either. */
static bool is_too_big(const struct number *n)
{
	struct slice most = n->is_negative ? SLICE("9223372036854775808")
					   : SLICE("9223372036854775807");
	int64_t digits = (int64_t)n->whole.len;

	if (!n->is_real)
		return n->whole.len > most.len ||
		       (n->whole.len == most.len &&
			slice_compare(n->whole, most) > 0);
	if (n->whole.ptr[0] == '0') {
		size_t zeros = leading_zeros(n->fraction);

		if (zeros == n->fraction.len)
			return false;
		digits = -(int64_t)zeros;
	}
	return digits + n->exponent > REAL_DIGITS_MAX;
}

/* What lies between is read as `with`. */
static void replace(struct scan *s, size_t from, size_t to, struct slice with)
{
	buf_add(&s->out, slice_sub(s->text, s->copied, from - s->copied));
	buf_add(&s->out, with);
	s->copied = to;
}

/* A number; what is none is left for jansson to refuse. */
static void scan_number(struct scan *s)
{
	struct number n;
	size_t from = s->at;
	size_t len = read_number(s->text, from, &n);

	s->at += len > 0 ? len : 1;
	if (len == 0)
		return;
	s->has_other_form |=
		n.is_real || (n.is_negative && n.whole.ptr[0] == '0');
	if (len > 1 && is_too_big(&n))
		replace(s, from, s->at, SLICE("true"));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Is what stands at `at` the colon behind the name of a member? */
static bool is_before_colon(struct slice s, size_t at)
{
	while (at < s.len && is_blank(s.ptr[at]))
		at++;
	return at < s.len && s.ptr[at] == ':';
}

/* Is what follows a backslash the only way to write it?  (RFC 8785 section
 * 3.2.2.2) */
static bool is_shortest(struct slice escape)
{
	const char *e = escape.ptr;

	if (escape.len > 0 && e[0] != 'u')
		return e[0] != '/';
	if (!slice_eq(slice_sub(escape, 0, 3), SLICE("u00")) || escape.len < 5)
		return false;
	if (e[3] == '1')
		return is_digit(e[4]) || (e[4] >= 'a' && e[4] <= 'f');
	return e[3] == '0' && ((e[4] >= '0' && e[4] <= '7') || e[4] == 'b' ||
			       e[4] == 'e' || e[4] == 'f');
}

/* Members in the order of their names, by code points, which is by bytes. */
static void scan_key(struct scan *s, struct slice key)
{
	struct slice *last = &s->key[s->depth];

	if (slice_is_set(*last) && slice_compare(*last, key) >= 0)
		s->has_other_form = true;
	*last = key;
}

static void scan_escaped_key(struct scan *s, size_t from, size_t end)
{
	s->has_escaped_key = true;
	for (size_t i = from; i < end; i++) {
		if (s->text.ptr[i] != '\\')
			continue;
		if (slice_eq(slice_sub(s->text, i, 6), SLICE("\\u0000")))
			replace(s, i, i + 6, SLICE("\\u0001"));
		i++;
	}
}

/* A string with its quotes; one without end goes up to the end. */
static void scan_string(struct scan *s)
{
	struct slice t = s->text;
	size_t from = s->at + 1;
	size_t end = from;
	bool is_escaped = false;

	while (end < t.len && t.ptr[end] != '"') {
		if (t.ptr[end] == '\\' && t.len - end > 1) {
			is_escaped = true;
			end++;
			if (!is_shortest(slice_sub(t, end, 5)))
				s->has_other_form = true;
		}
		end++;
	}
	s->at = end < t.len ? end + 1 : t.len;
	if (!is_before_colon(t, s->at))
		return;
	if (is_escaped)
		scan_escaped_key(s, from, end);
	else
		scan_key(s, slice_sub(t, from, end - from));
}

/* Anything but strings and numbers, one byte of it. */
static void scan_mark(struct scan *s)
{
	char c = s->text.ptr[s->at++];

	if (c == '{' || c == '[') {
		if (s->depth == JSON_TEXT_DEPTH_MAX)
			s->too_deep = true;
		else
			s->key[++s->depth] = SLICE_NONE;
	} else if (c == '}' || c == ']') {
		if (s->depth > 0)
			s->depth--;
	} else {
		s->has_other_form |= is_blank(c);
	}
}

static void scan_text(struct scan *s)
{
	/* Never longer than the text: what is replaced shrinks or stays. */
	buf_init(&s->out, s->text.len);
	while (s->at < s->text.len && !s->too_deep) {
		char c = s->text.ptr[s->at];

		if (c == '"')
			scan_string(s);
		else if (c == '-' || is_digit(c))
			scan_number(s);
		else
			scan_mark(s);
	}
}

/* What jansson reads: the text itself, if nothing of it was replaced. */
static struct slice scanned_text(struct scan *s)
{
	if (s->copied == 0)
		return s->text;
	replace(s, s->text.len, s->text.len, SLICE_NONE);
	return buf_slice(&s->out);
}

/* jansson writes \u001F, and RFC 8785 section 3.2.2.2 \u001f; nothing else of
 * its escapes has a letter in it that could be a capital. */
static void lower_escapes(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text != '\\')
			continue;
		text++;
		for (unsigned i = 1; *text == 'u' && i <= 4; i++)
			if (text[i] >= 'A' && text[i] <= 'F')
				text[i] = (char)(text[i] + ('a' - 'A'));
	}
}

/* RFC 8225 section 9; jansson sorts UTF-8 by bytes, which is by code points. */
static enum json_text_result
compare_canonical(struct slice text, const json_t *object, bool *is_canonical)
{
	char *dump = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

	if (dump == NULL)
		return JSON_TEXT_NO_MEMORY;
	lower_escapes(dump);
	*is_canonical = slice_eq(text, slice_of(dump));
	free(dump);
	return JSON_TEXT_GOOD;
}

static enum json_text_result result_of(const json_error_t *error)
{
	switch ((int)json_error_code(error)) {
	case json_error_out_of_memory:
		return JSON_TEXT_NO_MEMORY;
	case json_error_duplicate_key:
		return JSON_TEXT_REPEATED;
	default:
		return JSON_TEXT_MALFORMED;
	}
}

/*
 * The first member that is repeated ends the reading: whether it is the only
 * fault tells a second one.  Where all names ascend, jansson need not look.
 */
static enum json_text_result load(struct slice text, bool is_ordered,
				  json_t **out)
{
	json_error_t error;
	enum json_text_result result;
	json_t *value = json_loadb(
		text.ptr, text.len,
		JSON_ALLOW_NUL | (is_ordered ? 0 : JSON_REJECT_DUPLICATES),
		&error);

	if (json_is_object(value)) {
		*out = value;
		return JSON_TEXT_GOOD;
	}
	result = value != NULL ? JSON_TEXT_MALFORMED : result_of(&error);
	json_decref(value);
	if (result != JSON_TEXT_REPEATED)
		return result;
	value = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &error);
	if (value == NULL)
		return result_of(&error);
	if (!json_is_object(value))
		result = JSON_TEXT_MALFORMED;
	json_decref(value);
	return result;
}

/* The order of names that are escaped is seen in what jansson makes of them. */
static enum json_text_result judge_form(const struct scan *s, struct slice text,
					struct json_text *out)
{
	if (!s->has_other_form && s->has_escaped_key)
		return compare_canonical(text, out->object, &out->is_canonical);
	out->is_canonical = !s->has_other_form;
	return JSON_TEXT_GOOD;
}

enum json_text_result json_text_read(struct slice text, struct json_text *out)
{
	struct scan s = { .text = text };
	enum json_text_result result = JSON_TEXT_MALFORMED;

	*out = (struct json_text){ 0 };
	/* jansson does not see one behind a number */
	if (slice_find(text, '\0') < text.len)
		return JSON_TEXT_MALFORMED;
	scan_text(&s);
	if (!s.too_deep) {
		text = scanned_text(&s);
		result = s.out.failed
				 ? JSON_TEXT_NO_MEMORY
				 : load(text,
					!s.has_other_form && !s.has_escaped_key,
					&out->object);
	}
	if (result == JSON_TEXT_GOOD)
		result = judge_form(&s, text, out);
	if (result != JSON_TEXT_GOOD) {
		json_decref(out->object);
		out->object = NULL;
	}
	buf_free(&s.out);
	return result;
}
