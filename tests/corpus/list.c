#include "list.h"

#include <stdlib.h>

#include "../tools/child.h"

#define LIST_BYTES_MAX (1U << 20)
#define CASES_MAX      128

static bool add_expect(struct list_expect *list, unsigned *n, struct slice key,
		       struct slice value)
{
	if (*n == LIST_EXPECT_MAX)
		return false;
	list[(*n)++] = (struct list_expect){ key, slice_trim(value) };
	return true;
}

static bool add_case(struct list *l, struct slice name, struct slice options)
{
	struct list_case *c = &l->cases[l->count];

	if (l->count == CASES_MAX || name.len >= sizeof(c->name))
		return false;
	*c = (struct list_case){ .options = slice_trim(options) };
	(void)slice_copy(name, c->name, sizeof(c->name));
	l->count++;
	return true;
}

static bool add_line(struct list *l, struct slice line)
{
	bool begins = line.ptr[0] != '\t';
	struct slice value;
	struct slice key = slice_split(slice_trim(line), ' ', &value);
	struct list_case *c;
	struct list_call *call;

	if (begins)
		return add_case(l, key, value);
	if (l->count == 0)
		return false;
	c = &l->cases[l->count - 1];
	if (slice_eq(key, SLICE("call"))) {
		if (c->call_count == LIST_CALLS_MAX)
			return false;
		c->calls[c->call_count++].call_id = slice_trim(value);
		return true;
	}
	if (c->call_count == 0)
		return add_expect(c->expect, &c->count, key, value);
	call = &c->calls[c->call_count - 1];
	return add_expect(call->expect, &call->count, key, value);
}

enum err list_read(struct list *l, const char *path, struct problem *problem)
{
	struct slice rest;

	*l = (struct list){ .cases = calloc(CASES_MAX, sizeof(*l->cases)) };
	buf_init(&l->text, LIST_BYTES_MAX);
	if (l->cases == NULL)
		return ERR_NOMEM;
	if (!child_read_file(path, &l->text)) {
		problem_set(problem, "%s cannot be read", path);
		return ERR_SYSTEM;
	}
	rest = buf_slice(&l->text);
	for (unsigned number = 1; rest.len > 0; number++) {
		struct slice line = slice_split(rest, '\n', &rest);

		if (slice_trim(line).len == 0 || line.ptr[0] == '#')
			continue;
		if (!add_line(l, line)) {
			problem_set(problem, "%s:%u: not understood", path,
				    number);
			return ERR_MALFORMED;
		}
	}
	return ERR_OK;
}

void list_free(struct list *l)
{
	free(l->cases);
	buf_free(&l->text);
}
