#include "broken.h"

#include <stdio.h>
#include <string.h>

#include "sipmon/base/phrase.h"

/* The port only where hops of one host are told apart by it. */
static void name_element(struct broken *b, const struct view *v,
			 const struct endpoint *e)
{
	const struct captured_msg *m = view_msg(v, b->pair.broken);
	const struct flow *hop = m == NULL ? NULL : view_hop(v, m->hop);

	if (hop != NULL && endpoint_same_host(&hop->source, &hop->destination))
		endpoint_text(e, b->element);
	else
		endpoint_host_text(e, b->element);
}

static void join_changes(struct broken *b, const struct identity_detail *d)
{
	size_t used = 0;

	for (unsigned i = 0; i < d->change_count; i++) {
		const char *name = d->changes[i].name;

		if (used + strlen(name) + 3 > sizeof(b->changed))
			return;
		used += (size_t)snprintf(b->changed + used,
					 sizeof(b->changed) - used, "%s%s",
					 i > 0 ? ", " : "", name);
	}
}

void broken_of(struct broken *b, const struct ui_context *ctx, uint32_t msg,
	       const struct identity_detail *d)
{
	const struct view *v = ctx->view;
	const struct endpoint *e = NULL;

	*b = (struct broken){ .is_known = false };
	if (d != NULL && d->has_broken_by) {
		b->pair = d->broke;
		e = &d->broken_by;
	} else if (d == NULL && verdict_find_break(v, msg, &b->pair)) {
		e = verdict_break_element(v, &b->pair);
	}
	if (e == NULL)
		return;
	b->is_known = true;
	name_element(b, v, e);
	if (d != NULL)
		join_changes(b, d);
}

char *broken_text(const struct broken *b, const struct ui_context *ctx,
		  char *out, size_t size)
{
	const char *values[] = { b->element, b->changed };
	const char *english =
		b->changed[0] != '\0' ? "%2 changed by %1" : "broken by %1";

	if (size > 0)
		out[0] = '\0';
	if (b->is_known)
		phrase(out, size, words(ctx->words, english), values, 2);
	return out;
}

bool broken_detail(const struct ui_context *ctx, uint32_t msg,
		   struct identity_detail *out)
{
	const struct identity_reader *r = ctx->identity;

	return r != NULL && r->detail != NULL && r->detail(r->ctx, msg, out);
}
