#include "inside.h"

enum {
	FINDING_KIND,
	FINDING_SEVERITY,
	FINDING_REFERENCE,
	FINDING_TITLE,
	FINDING_MEANING,
	FINDING_EVIDENCE,
	FINDING_REMEDY
};

const struct set_shape findings_shape = {
	.name = "findings",
	.keys = 1,
	.columns = { [FINDING_KIND] = "kind",
		     [FINDING_SEVERITY] = "severity",
		     [FINDING_REFERENCE] = "reference",
		     [FINDING_TITLE] = "title",
		     [FINDING_MEANING] = "meaning",
		     [FINDING_EVIDENCE] = "evidence",
		     [FINDING_REMEDY] = "remedy" },
};

enum { STATE_STATE, STATE_MEANING };

const struct set_shape states_shape = {
	.name = "states",
	.keys = 1,
	.columns = { [STATE_STATE] = "state", [STATE_MEANING] = "meaning" },
};

enum {
	METHOD_METHOD,
	METHOD_REFERENCE,
	METHOD_DESCRIPTION,
	METHOD_WHEN,
	METHOD_FIX
};

const struct set_shape methods_shape = {
	.name = "methods",
	.keys = 1,
	.columns = { [METHOD_METHOD] = "method",
		     [METHOD_REFERENCE] = "reference",
		     [METHOD_DESCRIPTION] = "description",
		     [METHOD_WHEN] = "when",
		     [METHOD_FIX] = "fix" },
};

enum {
	HEADER_NAME,
	HEADER_COMPACT,
	HEADER_REFERENCE,
	HEADER_MEANING,
	HEADER_WRONG
};

const struct set_shape headers_shape = {
	.name = "headers",
	.keys = 1,
	.nocase = true,
	.columns = { [HEADER_NAME] = "name",
		     [HEADER_COMPACT] = "compact",
		     [HEADER_REFERENCE] = "reference",
		     [HEADER_MEANING] = "meaning",
		     [HEADER_WRONG] = "wrong" },
};

enum {
	TIMER_TIMER,
	TIMER_NAME,
	TIMER_REFERENCE,
	TIMER_MEANING,
	TIMER_EXPECTED,
};

const struct set_shape timers_shape = {
	.name = "timers",
	.keys = 1,
	.columns = { [TIMER_TIMER] = "timer",
		     [TIMER_NAME] = "name",
		     [TIMER_REFERENCE] = "reference",
		     [TIMER_MEANING] = "meaning",
		     [TIMER_EXPECTED] = "expected" },
};

bool catalogue_finding(const struct catalogue *c, struct slice kind,
		       struct text_entry *out)
{
	const struct set *s = &c->sets[SET_FINDINGS];
	struct set_row row;

	if (!set_find(s, kind, SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, FINDING_TITLE),
		.reference = set_cell(s, row, FINDING_REFERENCE),
		.severity = set_cell(s, row, FINDING_SEVERITY),
		.meaning = set_cell(s, row, FINDING_MEANING),
		.when = set_cell(s, row, FINDING_EVIDENCE),
		.fix = set_cell(s, row, FINDING_REMEDY),
	};
	return true;
}

bool catalogue_timer(const struct catalogue *c, struct slice key,
		     struct text_entry *out)
{
	const struct set *s = &c->sets[SET_TIMERS];
	struct set_row row;

	if (!set_find(s, key, SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, TIMER_NAME),
		.reference = set_cell(s, row, TIMER_REFERENCE),
		.meaning = set_cell(s, row, TIMER_MEANING),
		.when = set_cell(s, row, TIMER_EXPECTED),
	};
	return true;
}

bool catalogue_state(const struct catalogue *c, struct slice state,
		     struct text_entry *out)
{
	const struct set *s = &c->sets[SET_STATES];
	struct set_row row;

	if (!set_find(s, state, SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, STATE_STATE),
		.meaning = set_cell(s, row, STATE_MEANING),
	};
	return true;
}

bool catalogue_method(const struct catalogue *c, struct slice name,
		      struct text_entry *out)
{
	const struct set *s = &c->sets[SET_METHODS];
	struct set_row row;

	if (!set_find(s, name, SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, METHOD_METHOD),
		.reference = set_cell(s, row, METHOD_REFERENCE),
		.meaning = set_cell(s, row, METHOD_DESCRIPTION),
		.when = set_cell(s, row, METHOD_WHEN),
		.fix = set_cell(s, row, METHOD_FIX),
	};
	return true;
}

/* By the letter of its compact form: few rows, and only when asked for. */
static bool find_compact(const struct set *s, struct slice letter,
			 struct set_row *out)
{
	for (size_t i = 0; letter.len == 1 && set_at(s, i, out); i++)
		if (slice_eq_nocase(set_cell(s, *out, HEADER_COMPACT), letter))
			return true;
	return false;
}

bool catalogue_header(const struct catalogue *c, struct slice name,
		      struct text_entry *out)
{
	const struct set *s = &c->sets[SET_HEADERS];
	struct set_row row;

	if (!set_find(s, name, SLICE_NONE, &row) &&
	    !find_compact(s, name, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, HEADER_NAME),
		.reference = set_cell(s, row, HEADER_REFERENCE),
		.meaning = set_cell(s, row, HEADER_MEANING),
		.fix = set_cell(s, row, HEADER_WRONG),
	};
	return true;
}
