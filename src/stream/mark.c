#include "mark.h"

#include <stdlib.h>
#include <string.h>

/* The two as one. */
static void join(struct mark *a, const struct mark *b)
{
	a->end = b->end;
	a->order = b->order;
	if (a->time_ns < b->time_ns)
		a->time_ns = b->time_ns;
}

void marks_add(struct marks *m, struct mark mark)
{
	struct mark *last;

	if (m->list == NULL)
		m->list = calloc(MARKS_MAX, sizeof(*m->list));
	if (m->list == NULL)
		return;
	last = m->count > 0 ? &m->list[m->count - 1] : NULL;
	if (last != NULL &&
	    (m->count == MARKS_MAX || last->order == mark.order))
		join(last, &mark);
	else
		m->list[m->count++] = mark;
}

void marks_take(struct marks *m, size_t n)
{
	unsigned gone = 0;

	while (gone < m->count && m->list[gone].end <= n)
		gone++;
	m->count -= gone;
	if (gone > 0)
		memmove(m->list, m->list + gone, m->count * sizeof(*m->list));
	for (unsigned i = 0; i < m->count; i++)
		m->list[i].end -= n;
}

struct mark marks_until(const struct marks *m, size_t n)
{
	struct mark all = m->list[0];

	for (unsigned i = 1; i < m->count && all.end < n; i++)
		join(&all, &m->list[i]);
	return all;
}

void marks_drop(struct marks *m)
{
	free(m->list);
	*m = (struct marks){ 0 };
}

size_t marks_bytes(const struct marks *m)
{
	return m->list != NULL ? MARKS_MAX * sizeof(*m->list) : 0;
}
