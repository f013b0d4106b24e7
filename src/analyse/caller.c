#include "caller.h"

#include "sipmon/sip/method.h"

/* Calls begun after one that are looked at for another registration. */
#define CALLS_LOOKED_AT 1024

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

bool may_register_again(const struct view *v, const struct call *c,
			int64_t end_ns)
{
	const struct call *other = view_next(v, c);

	for (unsigned i = 0; i < CALLS_LOOKED_AT; i++) {
		if (other == NULL || other->start_ns > end_ns)
			return false;
		if (other->method == SIP_METHOD_REGISTER &&
		    slice_eq(other->to_user, c->to_user))
			return true;
		other = view_next(v, other);
	}
	return true;
}
