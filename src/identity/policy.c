#include "sipmon/identity/policy.h"

#include <string.h>

#include "sipmon/base/clock.h"

static bool set_seconds(int64_t *out, struct slice value)
{
	uint32_t seconds;

	if (!slice_to_u32(value, UINT32_MAX, &seconds))
		return false;
	*out = seconds;
	return true;
}

static bool set_iat_window(struct identity_policy *p, struct slice value)
{
	return set_seconds(&p->iat_window_s, value);
}

static bool set_date_window(struct identity_policy *p, struct slice value)
{
	return set_seconds(&p->date_window_s, value);
}

static bool set_div_inner_window(struct identity_policy *p, struct slice value)
{
	if (!set_seconds(&p->div_inner_window_s, value))
		return false;
	p->has_div_inner_window = true;
	return true;
}

static bool set_orig_source(struct identity_policy *p, struct slice value)
{
	static const struct {
		const char *name;
		enum orig_source source;
	} rows[] = {
		{ "pai-then-from", ORIG_SOURCE_PAI_THEN_FROM },
		{ "from", ORIG_SOURCE_FROM },
		{ "from-then-pai", ORIG_SOURCE_FROM_THEN_PAI },
		{ "any", ORIG_SOURCE_ANY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_eq(value, slice_of(rows[i].name))) {
			p->orig_source = rows[i].source;
			return true;
		}
	return false;
}

/* ITU-T E.164: one to three digits, and no code begins with 0. */
static bool set_default_cc(struct identity_policy *p, struct slice value)
{
	uint32_t code;

	if (!slice_to_u32(value, 999, &code) || value.ptr[0] == '0')
		return false;
	(void)slice_copy(value, p->default_cc, sizeof(p->default_cc));
	return true;
}

/* clang-format off */
static const struct {
	const char *name;
	bool (*set)(struct identity_policy *p, struct slice value);
	const char *values; /* what may stand there */
} keys[] = {
	{ "iat_window", set_iat_window, "seconds" },
	{ "date_window", set_date_window, "seconds" },
	{ "div_inner_window", set_div_inner_window, "seconds" },
	{ "orig_source", set_orig_source,
		"pai-then-from, from, from-then-pai or any" },
	{ "default_cc", set_default_cc, "a country code such as 1 or 84" },
};
/* clang-format on */

static enum err set_one(struct identity_policy *p, struct slice text,
			struct problem *problem)
{
	size_t equals = slice_find(text, '=');
	struct slice name = slice_trim(slice_sub(text, 0, equals));
	struct slice value = slice_trim(slice_sub(text, equals + 1, text.len));
	char shown[64]; /* of a word that is wrong more need not be seen */

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!slice_eq(name, slice_of(keys[i].name)))
			continue;
		if (keys[i].set(p, value))
			return ERR_OK;
		problem_set(problem, "%s wants %s, not \"%s\"", keys[i].name,
			    keys[i].values,
			    slice_copy(value, shown, sizeof(shown)));
		return ERR_MALFORMED;
	}
	problem_set(problem,
		    "no policy \"%s\": it is iat_window, date_window, "
		    "div_inner_window, orig_source or default_cc",
		    slice_copy(name, shown, sizeof(shown)));
	return ERR_MALFORMED;
}

enum err identity_policy_set(struct identity_policy *p, struct slice text,
			     struct problem *problem)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && slice_is_set(text)) {
		struct slice one = slice_trim(slice_split(text, ';', &text));

		if (one.len > 0)
			e = set_one(p, one, problem);
	}
	return e;
}

enum err identity_policy_set_at(struct identity_policy *p, struct slice text)
{
	int64_t ns;

	if (!clock_parse(slice_trim(text), &ns))
		return ERR_MALFORMED;
	/* The second that has begun, before 1970 too. */
	p->at_s = ns / CLOCK_SECOND_NS - (ns % CLOCK_SECOND_NS < 0);
	p->has_at = true;
	return ERR_OK;
}
