#include "inside.h"

enum {
	VERDICT_NAME,
	VERDICT_CODE,
	VERDICT_TITLE,
	VERDICT_MEANING,
	VERDICT_WHEN,
	VERDICT_REMEDY
};

const struct set_shape verdicts_shape = {
	.name = "verdicts",
	.keys = 1,
	.columns = { [VERDICT_NAME] = "name",
		     [VERDICT_CODE] = "code",
		     [VERDICT_TITLE] = "title",
		     [VERDICT_MEANING] = "meaning",
		     [VERDICT_WHEN] = "when",
		     [VERDICT_REMEDY] = "remedy" },
};

enum { CAVEAT_NAME, CAVEAT_TITLE, CAVEAT_MEANING, CAVEAT_REMEDY };

const struct set_shape caveats_shape = {
	.name = "caveats",
	.keys = 1,
	.columns = { [CAVEAT_NAME] = "name",
		     [CAVEAT_TITLE] = "title",
		     [CAVEAT_MEANING] = "meaning",
		     [CAVEAT_REMEDY] = "remedy" },
};

bool catalogue_verdict(const struct catalogue *c, struct slice name,
		       struct text_entry *out)
{
	const struct set *s = &c->sets[SET_VERDICTS];
	struct set_row row;

	if (!set_find(s, name, SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, VERDICT_TITLE),
		.meaning = set_cell(s, row, VERDICT_MEANING),
		.when = set_cell(s, row, VERDICT_WHEN),
		.fix = set_cell(s, row, VERDICT_REMEDY),
	};
	return true;
}

bool catalogue_caveat(const struct catalogue *c, struct slice name,
		      struct text_entry *out)
{
	const struct set *s = &c->sets[SET_CAVEATS];
	struct set_row row;

	if (!set_find(s, name, SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, CAVEAT_TITLE),
		.meaning = set_cell(s, row, CAVEAT_MEANING),
		.fix = set_cell(s, row, CAVEAT_REMEDY),
	};
	return true;
}
