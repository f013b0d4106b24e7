#include "format.h"

#include <stdlib.h>

const struct call *format_pass(const struct report_input *in,
			       const struct call *c)
{
	while (c != NULL && in->filter != NULL &&
	       !query_matches(in->filter, in->view, c))
		c = view_next(in->view, c);
	return c;
}

unsigned format_findings(const struct report_input *in, const struct call *c,
			 struct finding *out)
{
	if (in->find == NULL)
		return 0;
	return in->find(in->find_ctx, in->view, c, out, FINDING_ROOM);
}

struct signing_figures *format_signing(const struct report_input *in)
{
	struct signing_figures *f;

	if (in->signing == NULL)
		return NULL;
	f = calloc(1, sizeof(*f));
	if (f != NULL && !in->signing(in->signing_ctx, f)) {
		free(f);
		return NULL;
	}
	return f;
}

void format_take(const struct report_input *in, const struct call *c)
{
	if (in->figures_take != NULL)
		in->figures_take(in->figures_ctx, c);
}

struct figures *format_figures(const struct report_input *in)
{
	struct figures *f;

	if (in->figures == NULL)
		return NULL;
	f = malloc(sizeof(*f));
	if (f != NULL && !in->figures(in->figures_ctx, f)) {
		free(f);
		return NULL;
	}
	return f;
}
