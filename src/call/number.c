#include "number.h"

#include "sipmon/call/passage.h"

/* E.164 has 15 digits; before them stand prefixes and carrier codes. */
#define DIGITS_MAX 24

/* Fewer digits agree by chance. */
#define FORM_DIGITS 7

struct number {
	char digits[DIGITS_MAX];
	unsigned count;
	bool plus; /* an international number (RFC 3966 section 5.1.4) */
};

static bool is_separator(char c)
{
	return c == '-' || c == '.' || c == '(' || c == ')' || c == ' ';
}

/* Past "+", which an escape may stand for. */
static struct slice take_plus(struct slice s, struct number *out)
{
	if (s.len >= 3 && slice_eq_nocase(slice_sub(s, 0, 3), SLICE("%2b"))) {
		out->plus = true;
		return slice_sub(s, 3, s.len);
	}
	out->plus = s.len > 0 && s.ptr[0] == '+';
	return slice_sub(s, out->plus, s.len);
}

/* Behind ";" stand parameters (RFC 3261 section 19.1.6). */
static bool read_number(struct slice s, struct number *out)
{
	*out = (struct number){ .count = 0 };
	s = take_plus(slice_split(s, ';', NULL), out);
	for (size_t i = 0; i < s.len; i++) {
		if (is_separator(s.ptr[i]))
			continue;
		if (s.ptr[i] < '0' || s.ptr[i] > '9' ||
		    out->count == DIGITS_MAX)
			return false;
		out->digits[out->count++] = s.ptr[i];
	}
	return out->count > 0;
}

static unsigned same_at_end(const struct number *a, const struct number *b)
{
	unsigned n = 0;

	while (n < a->count && n < b->count &&
	       a->digits[a->count - 1 - n] == b->digits[b->count - 1 - n])
		n++;
	return n;
}

/*
 * `a` and `b`: what differs in front, the shorter first.  A national number
 * begins with 0, that of Russia with 8, where the international one has the
 * country code, of one digit only for 1 and 7; "00" and "011" dial abroad.
 */
static bool are_prefixes(struct slice a, struct slice b, bool is_abroad)
{
	if (a.len == 0)
		return true;
	if (slice_eq(a, SLICE("0")))
		return is_abroad || b.len > 1 || b.ptr[0] == '1' ||
		       b.ptr[0] == '7';
	if (slice_eq(a, SLICE("8")))
		return slice_eq(b, SLICE("7")) || slice_eq(b, SLICE("007"));
	return slice_eq(a, SLICE("00")) && slice_eq(b, SLICE("011"));
}

bool number_agrees(struct slice a, struct slice b, unsigned least)
{
	struct number x;
	struct number y;
	struct slice in_x;
	struct slice in_y;
	unsigned same;

	if (!read_number(a, &x) || !read_number(b, &y))
		return false;
	same = same_at_end(&x, &y);
	if (same < least)
		return false;
	in_x = (struct slice){ x.digits, x.count - same };
	in_y = (struct slice){ y.digits, y.count - same };
	if (x.plus && y.plus)
		return in_x.len == 0 && in_y.len == 0;
	return (in_x.len <= in_y.len && are_prefixes(in_x, in_y, y.plus)) ||
	       (in_y.len <= in_x.len && are_prefixes(in_y, in_x, x.plus));
}

bool number_form_differs(struct slice a, struct slice b)
{
	return !slice_eq(a, b) && number_agrees(a, b, FORM_DIGITS);
}
