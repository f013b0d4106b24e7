#include "sipmon/sip/date.h"

#include <stdbool.h>

#include "cursor.h"

#define NAME_LEN 3

static const char days[] = "MonTueWedThuFriSatSun";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const uint8_t days_of_month[] = { 31, 29, 31, 30, 31, 30,
					 31, 31, 30, 31, 30, 31 };

/* Index of the name at `c->p` among `names`, of three letters each; or -1. */
static int scan_name(struct cursor *c, const char *names)
{
	struct slice here = { c->p, NAME_LEN };

	if (c->end - c->p >= NAME_LEN) {
		for (int i = 0; *names != '\0'; i++, names += NAME_LEN) {
			if (!slice_eq_nocase((struct slice){ names, NAME_LEN },
					     here))
				continue;
			c->p += NAME_LEN;
			return i;
		}
	}
	cursor_break(c, c->p);
	return -1;
}

/* Exactly `width` digits. */
static unsigned scan_digits(struct cursor *c, unsigned width, unsigned max)
{
	const char *to = lex_span(c->p, c->end, LEX_DIGIT);
	uint32_t n = 0;

	if (to - c->p != (ptrdiff_t)width || !lex_number(c->p, to, max, &n))
		cursor_break(c, c->p);
	c->p = to;
	return n;
}

static void expect(struct cursor *c, char ch)
{
	if (cursor_at(c, ch))
		c->p++;
	else
		cursor_break(c, c->p);
}

static void expect_blanks(struct cursor *c)
{
	if (c->p == c->end || !lex_is(*c->p, LEX_BLANK))
		cursor_break(c, c->p);
	cursor_blanks(c);
}

/* Days since 1970 of a date in the Gregorian calendar; `month` from 0. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
	/* The year begins in March, so that the leap day is its last. */
	int64_t y = month < 2 ? year - 1 : year;
	int64_t m = month < 2 ? month + 10 : month - 2;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

enum err sip_date_parse(int64_t *seconds, struct slice value, size_t *at)
{
	struct cursor c = cursor_of(value);
	unsigned day;
	unsigned year;
	unsigned hour;
	unsigned minute;
	unsigned second;
	int month;

	scan_name(&c, days);
	expect(&c, ',');
	expect_blanks(&c);
	day = scan_digits(&c, 2, 31);
	expect_blanks(&c);
	month = scan_name(&c, months);
	expect_blanks(&c);
	year = scan_digits(&c, 4, 9999);
	if (month >= 0 && (day == 0 || day > days_of_month[month] ||
			   (month == 1 && day == 29 && !is_leap(year))))
		cursor_break(&c, value.ptr);
	expect_blanks(&c);
	hour = scan_digits(&c, 2, 23);
	expect(&c, ':');
	minute = scan_digits(&c, 2, 59);
	expect(&c, ':');
	second = scan_digits(&c, 2, 60);
	expect_blanks(&c);
	if (c.end - c.p >= NAME_LEN && memcmp(c.p, "GMT", NAME_LEN) == 0)
		c.p += NAME_LEN;
	else
		cursor_break(&c, c.p);
	if (cursor_result(&c, value, at) != ERR_OK)
		return ERR_MALFORMED;
	*seconds = days_since_1970(year, month, day) * 86400 +
		   (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
	return ERR_OK;
}
