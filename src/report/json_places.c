#include "json_places.h"

#include <stdlib.h>

void places_clear(struct places *p)
{
	p->count = 0;
}

void places_want(struct places *p, uint32_t msg)
{
	if (msg != 0 && p->count < PLACES_MAX)
		p->list[p->count++] = (struct place){ msg, -1 };
}

static int by_msg(const void *x, const void *y)
{
	const struct place *a = x;
	const struct place *b = y;

	return (a->msg > b->msg) - (a->msg < b->msg);
}

static struct place *find(const struct places *p, uint32_t msg)
{
	struct place key = { msg, 0 };

	return p->count == 0 ? NULL
			     : bsearch(&key, p->list, p->count,
				       sizeof(p->list[0]), by_msg);
}

void places_find(struct places *p, const struct view *v, const struct call *c)
{
	uint32_t id = c->first_msg;
	unsigned kept = 0;

	if (p->count == 0)
		return;
	qsort(p->list, p->count, sizeof(p->list[0]), by_msg);
	for (unsigned i = 0; i < p->count; i++)
		if (kept == 0 || p->list[kept - 1].msg != p->list[i].msg)
			p->list[kept++] = p->list[i];
	p->count = kept;
	for (uint32_t i = 0; i < c->message_count && id != 0; i++) {
		struct place *place = find(p, id);

		if (place != NULL)
			place->at = i;
		id = view_msg(v, id)->next;
	}
}

int64_t places_at(const struct places *p, uint32_t msg)
{
	const struct place *place = find(p, msg);

	return place != NULL ? place->at : -1;
}

void places_member(const struct places *p, struct json *j, const char *key,
		   uint32_t msg)
{
	int64_t at = msg != 0 ? places_at(p, msg) : -1;

	if (at < 0)
		json_put_null(j, key);
	else
		json_put_int(j, key, at);
}
