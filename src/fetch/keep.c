#include "keep.h"

#include "sipmon/sip/date.h"

/* Decimal; too large a number counts as a large one (RFC 9111 1.2.2). */
static bool read_seconds(struct slice s, uint32_t *out)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		s = slice_sub(s, 1, s.len - 2);
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	}
	if (!slice_to_u32(s, INT32_MAX, out))
		*out = INT32_MAX;
	return true;
}

static void read_directives(struct keep *k, struct slice list)
{
	while (list.len > 0) {
		struct slice item = slice_trim(slice_split(list, ',', &list));
		struct slice value;
		struct slice name = slice_split(item, '=', &value);

		if (slice_eq_nocase(name, SLICE("max-age")) &&
		    read_seconds(value, &k->max_age_s))
			k->has_max_age = true;
	}
}

void keep_field(struct keep *k, struct slice name, struct slice value)
{
	/* The form of a date is that of SIP, which took it from HTTP. */
	if (slice_eq_nocase(name, SLICE("cache-control")))
		read_directives(k, value);
	else if (slice_eq_nocase(name, SLICE("age")))
		(void)read_seconds(value, &k->age_s);
	else if (slice_eq_nocase(name, SLICE("expires")))
		k->has_expires =
			sip_date_parse(&k->expires_s, value, NULL) == ERR_OK;
	else if (slice_eq_nocase(name, SLICE("date")))
		k->has_date = sip_date_parse(&k->date_s, value, NULL) == ERR_OK;
}

uint32_t keep_seconds(const struct keep *k)
{
	int64_t s = 0;

	if (k->has_max_age)
		s = (int64_t)k->max_age_s - k->age_s;
	else if (k->has_expires && k->has_date)
		s = k->expires_s - k->date_s;
	if (s < KEEP_MIN_S)
		return KEEP_MIN_S;
	return s > KEEP_MAX_S ? KEEP_MAX_S : (uint32_t)s;
}
