#include "sipmon/base/clock.h"

#include <stdio.h>
#include <time.h>

/* Splits so that the part under a second is never negative. */
static int64_t seconds_of(int64_t ns, int64_t *rest)
{
	int64_t s = ns / CLOCK_SECOND_NS;

	*rest = ns % CLOCK_SECOND_NS;
	if (*rest < 0) {
		*rest += CLOCK_SECOND_NS;
		s--;
	}
	return s;
}

static bool broken_down(int64_t ns, bool utc, struct tm *tm, int64_t *rest)
{
	time_t t = (time_t)seconds_of(ns, rest);

	return (utc ? gmtime_r(&t, tm) : localtime_r(&t, tm)) != NULL;
}

char *clock_rfc3339(int64_t ns, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = { 0 };
	int64_t rest = 0;

	(void)broken_down(ns, true, &tm, &rest);
	(void)snprintf(out, CLOCK_TEXT_BYTES,
		       "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		       tm.tm_sec, (int)(rest / 1000));
	return out;
}

char *clock_time_of_day(int64_t ns, bool utc, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = { 0 };
	int64_t rest = 0;

	(void)broken_down(ns, utc, &tm, &rest);
	(void)snprintf(out, CLOCK_TEXT_BYTES, "%02d:%02d:%02d.%06d", tm.tm_hour,
		       tm.tm_min, tm.tm_sec, (int)(rest / 1000));
	return out;
}

char *clock_date(int64_t ns, bool utc, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = { 0 };
	int64_t rest = 0;

	(void)broken_down(ns, utc, &tm, &rest);
	(void)snprintf(out, CLOCK_TEXT_BYTES, "%04d-%02d-%02d",
		       tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return out;
}

/* Half and more counts as a whole; no sum here can overflow. */
static long long rounded(int64_t ns, int64_t unit)
{
	int64_t whole = ns / unit + (ns % unit >= unit / 2);

	return whole;
}

char *clock_duration(int64_t ns, char out[CLOCK_TEXT_BYTES])
{
	long long ms = rounded(ns, CLOCK_MS_NS);
	long long centi = rounded(ns, 10 * CLOCK_MS_NS);
	long long s = rounded(ns, CLOCK_SECOND_NS);

	if (ns < 0)
		(void)snprintf(out, CLOCK_TEXT_BYTES, "-");
	else if (ms < 1000)
		(void)snprintf(out, CLOCK_TEXT_BYTES, "%lld ms", ms);
	else if (centi < 6000)
		(void)snprintf(out, CLOCK_TEXT_BYTES, "%lld.%02lld s",
			       centi / 100, centi % 100);
	else if (s < 3600)
		(void)snprintf(out, CLOCK_TEXT_BYTES, "%lld:%02lld", s / 60,
			       s % 60);
	else
		(void)snprintf(out, CLOCK_TEXT_BYTES, "%lld:%02lld:%02lld",
			       s / 3600, s / 60 % 60, s % 60);
	return out;
}

/* A fraction of a second behind the '.', at most nine digits count. */
static bool fraction(struct slice digits, int64_t *ns)
{
	int64_t unit = CLOCK_SECOND_NS;

	*ns = 0;
	if (digits.len == 0)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return false;
		unit /= 10;
		*ns += unit * (digits.ptr[i] - '0');
	}
	return true;
}

static bool parse_unix(struct slice text, int64_t *ns)
{
	struct slice rest;
	struct slice whole = slice_split(text, '.', &rest);
	uint32_t seconds;
	int64_t part = 0;

	if (!slice_to_u32(whole, UINT32_MAX, &seconds))
		return false;
	if (slice_is_set(rest) && !fraction(rest, &part))
		return false;
	*ns = (int64_t)seconds * CLOCK_SECOND_NS + part;
	return true;
}

/* Days since 1970-01-01 in the Gregorian calendar. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t era;
	int64_t of_era;

	y -= m <= 2;
	era = y / 400;
	of_era = y - era * 400;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468;
}

static bool zone_offset(struct slice zone, int64_t *seconds)
{
	uint32_t hours;
	uint32_t minutes;

	*seconds = 0;
	if (slice_eq_nocase(zone, SLICE("Z")))
		return true;
	if (zone.len != 6 || zone.ptr[3] != ':' ||
	    (zone.ptr[0] != '+' && zone.ptr[0] != '-') ||
	    !slice_to_u32(slice_sub(zone, 1, 2), 23, &hours) ||
	    !slice_to_u32(slice_sub(zone, 4, 2), 59, &minutes))
		return false;
	*seconds = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	if (zone.ptr[0] == '-')
		*seconds = -*seconds;
	return true;
}

static bool is_date(uint32_t y, uint32_t m, uint32_t d)
{
	static const unsigned char days[] = { 31, 29, 31, 30, 31, 30,
					      31, 31, 30, 31, 30, 31 };
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	if (m == 0 || m > 12 || d == 0 || d > days[m - 1])
		return false;
	return m != 2 || d < 29 || leap;
}

/* False outside of 1677 to 2262, which is what `*ns` holds. */
static bool to_ns(int64_t seconds, int64_t rest, int64_t *ns)
{
	const int64_t last = INT64_MAX / CLOCK_SECOND_NS;

	if (seconds > last || seconds < -last ||
	    (seconds == last && rest > INT64_MAX % CLOCK_SECOND_NS))
		return false;
	*ns = seconds * CLOCK_SECOND_NS + rest;
	return true;
}

/* "2026-01-01T00:00:00", and behind it one character at least. */
static bool has_marks(struct slice text)
{
	return text.ptr[4] == '-' && text.ptr[7] == '-' &&
	       (text.ptr[10] == 'T' || text.ptr[10] == 't' ||
		text.ptr[10] == ' ') &&
	       text.ptr[13] == ':' && text.ptr[16] == ':';
}

bool clock_parse(struct slice text, int64_t *ns)
{
	static const struct {
		size_t at;
		size_t len;
		uint32_t max;
	} part[] = { { 0, 4, 9999 }, { 5, 2, 12 },  { 8, 2, 31 },
		     { 11, 2, 23 },  { 14, 2, 59 }, { 17, 2, 60 } };
	uint32_t v[6];
	int64_t rest = 0;
	int64_t offset;
	size_t end = 19;

	if (text.len < 20 || text.ptr[4] != '-')
		return parse_unix(text, ns);
	for (size_t i = 0; i < 6; i++)
		if (!slice_to_u32(slice_sub(text, part[i].at, part[i].len),
				  part[i].max, &v[i]))
			return false;
	if (!has_marks(text) || !is_date(v[0], v[1], v[2]))
		return false;
	if (text.ptr[end] == '.') {
		size_t from = ++end;

		while (end < text.len && text.ptr[end] >= '0' &&
		       text.ptr[end] <= '9')
			end++;
		if (!fraction(slice_sub(text, from, end - from), &rest))
			return false;
	}
	if (!zone_offset(slice_sub(text, end, text.len), &offset))
		return false;
	return to_ns((days_of(v[0], v[1], v[2]) * 24 + v[3]) * 3600 +
			     (int64_t)v[4] * 60 + v[5] - offset,
		     rest, ns);
}

static int64_t read_clock(clockid_t which)
{
	struct timespec now = { 0 };

	(void)clock_gettime(which, &now);
	return (int64_t)now.tv_sec * CLOCK_SECOND_NS + now.tv_nsec;
}

int64_t clock_now_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
