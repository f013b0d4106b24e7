#include "inside.h"

enum {
	REASON_PROTOCOL,
	REASON_CAUSE,
	REASON_TEXT,
	REASON_MEANING,
	REASON_FIX,
	REASON_SIP
};

const struct set_shape reasons_shape = {
	.name = "reasons",
	.keys = 2,
	.nocase = true, /* the protocol is a token (RFC 3326 section 2) */
	.columns = { [REASON_PROTOCOL] = "protocol",
		     [REASON_CAUSE] = "cause",
		     [REASON_TEXT] = "text",
		     [REASON_MEANING] = "meaning",
		     [REASON_FIX] = "fix",
		     [REASON_SIP] = "sip" },
};

enum { LOCATION_VALUE, LOCATION_MEANING };

const struct set_shape locations_shape = {
	.name = "locations",
	.keys = 1,
	.nocase = true,
	.columns = { [LOCATION_VALUE] = "value",
		     [LOCATION_MEANING] = "meaning" },
};

enum {
	WARNING_CODE,
	WARNING_TEXT,
	WARNING_REFERENCE,
	WARNING_MEANING,
	WARNING_WHEN,
	WARNING_FIX
};

const struct set_shape warnings_shape = {
	.name = "warnings",
	.keys = 1,
	.columns = { [WARNING_CODE] = "code",
		     [WARNING_TEXT] = "text",
		     [WARNING_REFERENCE] = "reference",
		     [WARNING_MEANING] = "meaning",
		     [WARNING_WHEN] = "when",
		     [WARNING_FIX] = "fix" },
};

enum {
	VENDOR_NAME,
	VENDOR_CODE,
	VENDOR_SUB_CODE,
	VENDOR_MEANING,
	VENDOR_ACTION
};

/* The translation has the same rows in the same order: name and code are not
 * the whole key. */
const struct set_shape vendors_shape = {
	.name = "vendors",
	.keys = 1,
	.columns = { [VENDOR_NAME] = "vendor",
		     [VENDOR_CODE] = "code",
		     [VENDOR_SUB_CODE] = "sub_code",
		     [VENDOR_MEANING] = "meaning",
		     [VENDOR_ACTION] = "action" },
};

bool catalogue_reason(const struct catalogue *c, struct slice protocol,
		      uint32_t cause, struct reason_entry *out)
{
	const struct set *s = &c->sets[SET_REASONS];
	char key[SET_NUMBER_BYTES];
	struct set_row row;

	if (!set_find(s, protocol, set_number(cause, key), &row))
		return false;
	out->text = set_cell(s, row, REASON_TEXT);
	out->meaning = set_cell(s, row, REASON_MEANING);
	out->fix = set_cell(s, row, REASON_FIX);
	out->sip = set_cell(s, row, REASON_SIP);
	return true;
}

struct slice catalogue_location(const struct catalogue *c, struct slice value)
{
	const struct set *s = &c->sets[SET_LOCATIONS];
	struct set_row row;

	if (!set_find(s, value, SLICE_NONE, &row))
		return SLICE_NONE;
	return set_cell(s, row, LOCATION_MEANING);
}

bool catalogue_warning(const struct catalogue *c, uint32_t code,
		       struct text_entry *out)
{
	const struct set *s = &c->sets[SET_WARNINGS];
	char key[SET_NUMBER_BYTES];
	struct set_row row;

	if (!set_find(s, set_number(code, key), SLICE_NONE, &row))
		return false;
	*out = (struct text_entry){
		.title = set_cell(s, row, WARNING_TEXT),
		.reference = set_cell(s, row, WARNING_REFERENCE),
		.meaning = set_cell(s, row, WARNING_MEANING),
		.when = set_cell(s, row, WARNING_WHEN),
		.fix = set_cell(s, row, WARNING_FIX),
	};
	return true;
}

/* Is row `i` of the translation the same sub-code of the same vendor? */
static bool is_same_vendor_row(const struct set *s, size_t i)
{
	static const unsigned keys[] = { VENDOR_NAME, VENDOR_CODE,
					 VENDOR_SUB_CODE };

	if (s->foreign.table == NULL || i >= table_rows(s->foreign.table))
		return false;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		if (!slice_eq(table_cell(s->facts.table, i,
					 s->facts.column[keys[k]]),
			      table_cell(s->foreign.table, i,
					 s->foreign.column[keys[k]])))
			return false;
	return true;
}

bool catalogue_vendor(const struct catalogue *c, uint16_t code, unsigned n,
		      struct slice *vendor, struct slice *sub_code,
		      struct slice *meaning, struct slice *action)
{
	const struct set *s = &c->sets[SET_VENDORS];
	size_t rows = table_rows(s->facts.table);
	char text[SET_NUMBER_BYTES];
	struct slice key = set_number(code, text);

	for (size_t i = 0; i < rows; i++) {
		struct set_row row = { i, SIZE_MAX };

		if (!slice_eq(set_cell(s, row, VENDOR_CODE), key) || n-- > 0)
			continue;
		if (is_same_vendor_row(s, i))
			row.foreign = i;
		*vendor = set_cell(s, row, VENDOR_NAME);
		*sub_code = set_cell(s, row, VENDOR_SUB_CODE);
		*meaning = set_cell(s, row, VENDOR_MEANING);
		*action = set_cell(s, row, VENDOR_ACTION);
		return true;
	}
	return false;
}
