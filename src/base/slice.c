#include "sipmon/base/slice.h"

/* <ctype.h> asks the locale; header names are ASCII whatever it says. */
static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_of(const char *text)
{
	if (text == NULL)
		return SLICE_NONE;
	return (struct slice){ text, strlen(text) };
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

int slice_compare(struct slice a, struct slice b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

struct slice slice_sub(struct slice s, size_t from, size_t len)
{
	if (s.ptr == NULL)
		return s;
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (struct slice){ s.ptr + from, len };
}

struct slice slice_trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

size_t slice_find(struct slice s, char c)
{
	const char *found = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

	return found == NULL ? s.len : (size_t)(found - s.ptr);
}

size_t slice_search(struct slice s, struct slice part, bool nocase)
{
	if (part.len > s.len || s.len == 0)
		return s.len;
	for (size_t i = 0; i + part.len <= s.len; i++) {
		struct slice here = { s.ptr + i, part.len };

		if (nocase ? slice_eq_nocase(here, part) : slice_eq(here, part))
			return i;
	}
	return s.len;
}

struct slice slice_split(struct slice s, char c, struct slice *rest)
{
	size_t at = slice_find(s, c);

	if (rest != NULL)
		*rest = at < s.len ? slice_sub(s, at + 1, s.len) : SLICE_NONE;
	return slice_sub(s, 0, at);
}

bool slice_to_u32(struct slice s, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(s.ptr[i] - '0');
		if (value > max)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

char *slice_copy(struct slice s, char *out, size_t size)
{
	size_t n = s.len < size - 1 ? s.len : size - 1;

	if (n > 0)
		memcpy(out, s.ptr, n);
	out[n] = '\0';
	return out;
}
