#include "format.h"

#include <string.h>

static const struct report_format *const formats[] = {
	&format_text, &format_json, &format_jsonl, &format_csv, &format_html,
};

const struct report_format *report_format_at(unsigned i)
{
	return i < sizeof(formats) / sizeof(formats[0]) ? formats[i] : NULL;
}

const struct report_format *report_format_find(const char *name)
{
	const struct report_format *f;

	for (unsigned i = 0; (f = report_format_at(i)) != NULL; i++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}
