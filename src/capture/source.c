#include "sipmon/capture/source.h"

#include <stddef.h>

#include "ops.h"

enum err source_next(struct source *s, struct packet *out,
		     struct problem *problem)
{
	return s->ops->next(s, out, problem);
}

int source_fd(const struct source *s)
{
	return s->ops->fd == NULL ? -1 : s->ops->fd(s);
}

uint64_t source_dropped(struct source *s)
{
	return s->ops->dropped == NULL ? 0 : s->ops->dropped(s);
}

void source_progress(const struct source *s, uint64_t *done, uint64_t *size)
{
	*done = 0;
	*size = 0;
	if (s->ops->progress != NULL)
		s->ops->progress(s, done, size);
}

bool source_reread(const struct source *s, uint16_t source, uint64_t offset,
		   void *out, uint32_t len)
{
	if (s->ops->reread == NULL)
		return false;
	return s->ops->reread(s, source, offset, out, len);
}

bool source_problem(struct source *s, enum err *err, struct problem *problem)
{
	if (s->ops->problem == NULL)
		return false;
	return s->ops->problem(s, err, problem);
}

void source_free(struct source *s)
{
	if (s != NULL)
		s->ops->free(s);
}
