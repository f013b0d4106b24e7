#include "date_form.h"

#include "char.h"
#include "sipmon/sip/date.h"

/* A and a are letters, written as here; 0 is a digit. */
static const char form[] = "Aaa, 00 Aaa 0000 00:00:00 GMT";

_Static_assert(sizeof(form) == DATE_FORM_BYTES + 1, "one byte for each");

#define DAY_AT 5

static struct slice past_blanks(struct slice s)
{
	size_t n = 0;

	while (n < s.len && char_is_blank(s.ptr[n]))
		n++;
	return slice_sub(s, n, s.len);
}

/* The character that stands in the canonical form for `c`, which the form
 * wants to be `want`; 0 if it may not stand there. */
static char fitted(char want, char c)
{
	char big = char_upper(c);

	switch (want) {
	case '0':
		return (char)(char_is_digit(c) ? c : 0);
	case 'A':
		return (char)(big >= 'A' && big <= 'Z' ? big : 0);
	case 'a':
		return (char)(big >= 'A' && big <= 'Z' ? big + ('a' - 'A') : 0);
	default:
		return (char)(big == want ? want : 0);
	}
}

/* Blanks where the form has one; none are needed behind the comma. */
static bool take_blanks(struct slice *rest, size_t at)
{
	struct slice after = past_blanks(*rest);
	bool ok = after.len < rest->len || form[at - 1] == ',';

	*rest = after;
	return ok;
}

bool date_form(struct slice value, char out[DATE_FORM_BYTES], int64_t *seconds)
{
	struct slice rest = slice_trim(value);

	for (size_t i = 0; i < DATE_FORM_BYTES; i++) {
		out[i] = form[i];
		if (form[i] == ' ') {
			if (!take_blanks(&rest, i))
				return false;
			continue;
		}
		if (form[i] == ',')
			rest = past_blanks(rest);
		if (i == DAY_AT && rest.len > 1 && !char_is_digit(rest.ptr[1]))
			continue;
		if (rest.len == 0)
			return false;
		out[i] = fitted(form[i], rest.ptr[0]);
		if (out[i] == 0)
			return false;
		rest = slice_sub(rest, 1, rest.len);
	}
	return rest.len == 0 &&
	       sip_date_parse(seconds, (struct slice){ out, DATE_FORM_BYTES },
			      NULL) == ERR_OK;
}
