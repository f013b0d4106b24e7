#include "caller.h"

bool caller_sent(const struct view *v, const struct call *c,
		 const struct transaction *t)
{
	const struct flow *first = view_hop(v, c->hop);
	const struct flow *hop = view_hop(v, t->hop);

	if (t->hop == c->hop || endpoint_eq(&hop->source, &first->source))
		return true;
	/* A client that takes another port for each request or connection. */
	return endpoint_same_host(&hop->source, &first->source) &&
	       endpoint_eq(&hop->destination, &first->destination);
}

bool caller_got(const struct view *v, const struct call *c,
		const struct transaction *t)
{
	return endpoint_eq(&view_hop(v, t->hop)->destination,
			   &view_hop(v, c->hop)->source);
}
