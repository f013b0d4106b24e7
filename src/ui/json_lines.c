#include "json_lines.h"

#include <stdbool.h>

#define INDENT     2
#define DEPTH_MOST 16 /* that is indented; deeper stays there */

struct liner {
	struct buf *out;
	unsigned depth;
	bool in_string;
	bool escaped;
};

static void line_end(struct liner *l)
{
	unsigned depth = l->depth < DEPTH_MOST ? l->depth : DEPTH_MOST;

	buf_add_char(l->out, '\n');
	for (unsigned i = 0; i < depth * INDENT; i++)
		buf_add_char(l->out, ' ');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void take_string(struct liner *l, char c)
{
	buf_add_char(l->out, c);
	if (l->escaped)
		l->escaped = false;
	else if (c == '\\')
		l->escaped = true;
	else if (c == '"')
		l->in_string = false;
}

static bool is_closing(struct slice one)
{
	return slice_eq(one, SLICE("}")) || slice_eq(one, SLICE("]"));
}

/* `next` follows, blanks left out; empty at the end. */
static void take(struct liner *l, char c, struct slice next)
{
	bool opens = c == '{' || c == '[';
	bool closes = c == '}' || c == ']';

	if (closes && l->depth > 0) {
		l->depth--;
		line_end(l);
	}
	buf_add_char(l->out, c);
	if (c == '"')
		l->in_string = true;
	else if (c == ':')
		buf_add_char(l->out, ' ');
	else if (c == ',')
		line_end(l);
	if (opens && !is_closing(next)) {
		l->depth++;
		line_end(l);
	}
}

void json_lines(struct slice json, struct buf *out)
{
	struct liner l = { .out = out };
	bool empty = false; /* the brace before opened nothing */

	for (size_t i = 0; i < json.len; i++) {
		char c = json.ptr[i];
		size_t next = i + 1;

		if (l.in_string) {
			take_string(&l, c);
			continue;
		}
		if (is_blank(c))
			continue;
		while (next < json.len && is_blank(json.ptr[next]))
			next++;
		if (empty)
			buf_add_char(out, c);
		else
			take(&l, c, slice_sub(json, next, 1));
		empty = !empty && (c == '{' || c == '[') &&
			is_closing(slice_sub(json, next, 1));
	}
}
