#include <stdio.h>
#include <string.h>

#include "sipmon/base/utf8.h"

#include "call_list.h"

/* How query_parse() says that a word stands where a field should. */
#define NO_FIELD "' is no field"

/* Room that the sign for more takes. */
#define MORE " ..."

/* The word that is no field; empty if the fault is another one. */
static struct slice no_field(const char *fault)
{
	const char *end = strstr(fault, NO_FIELD);
	const char *begin = strchr(fault, '\'');

	if (end == NULL || begin == NULL || begin >= end)
		return SLICE_NONE;
	begin++;
	return (struct slice){ begin, (size_t)(end - begin) };
}

static bool begins(const char *name, struct slice letters)
{
	struct slice front = slice_sub(slice_of(name), 0, letters.len);

	return slice_eq_nocase(front, letters);
}

/* As much of `word` from its front as some field begins with. */
static struct slice known_front(struct slice word)
{
	while (word.len > 0) {
		const char *name;

		for (unsigned i = 0; (name = query_field_name(i)) != NULL; i++)
			if (begins(name, word))
				return word;
		word.len--;
	}
	return word;
}

void call_list_fault(const struct call_list *l, int width, char *out,
		     size_t size)
{
	struct slice word = no_field(l->problem.text);
	struct slice front = known_front(word);
	const char *between = ": ";
	const char *name;
	size_t used;

	slice_copy(slice_of(l->problem.text), out, size);
	if (word.len == 0)
		return;
	for (unsigned i = 0; (name = query_field_name(i)) != NULL; i++) {
		size_t cells = utf8_shown_cells(slice_of(out)) +
			       strlen(between) + strlen(name) + strlen(MORE);

		used = strlen(out);
		if (!begins(name, front))
			continue;
		if (width < 0 || cells > (size_t)width) {
			(void)snprintf(out + used, size - used, "%s", MORE);
			break;
		}
		(void)snprintf(out + used, size - used, "%s%s", between, name);
		between = ", ";
	}
}
