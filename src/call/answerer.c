#include "sipmon/call/answerer.h"

#include "impl.h"
#include "sipmon/call/state.h"

static bool is_ended(const struct view *v, const struct transaction *t)
{
	return t->final_code != 0 && !call_challenge_answered(v, t);
}

const struct endpoint *call_answerer(const struct view *v, const struct call *c)
{
	const struct transaction *best = NULL;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (t->method != c->method ||
		    transaction_is(t, TRANSACTION_IN_DIALOG) ||
		    !transaction_is_callers(v, c, t, false))
			continue;
		if (best == NULL || is_ended(v, t) || !is_ended(v, best))
			best = t;
		if (t->final_code >= 200 && t->final_code < 300)
			break;
	}
	return &view_hop(v, best != NULL ? best->hop : c->hop)->destination;
}
