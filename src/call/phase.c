#include "sipmon/call/phase.h"

#include "impl.h"

/* One response of a transaction; false when the phases are over. */
static bool add_response(struct phase *out, unsigned room, unsigned *n,
			 const struct captured_msg *m)
{
	struct phase *last = *n > 0 ? &out[*n - 1] : NULL;
	int64_t now_ns = m->time_ns;

	/* A clock that was set back while it captured. */
	if (last != NULL && now_ns < last->begin_ns)
		now_ns = last->begin_ns;
	if (m->status >= 200) {
		if (last != NULL) {
			last->end_ns = now_ns;
			last->open = false;
		}
		return false;
	}
	if (m->status < 100 || (last != NULL && m->status == 100))
		return true;
	if (last != NULL && last->code == m->status)
		return true;
	if (last != NULL) {
		last->end_ns = now_ns;
		last->open = false;
	}
	if (*n == room)
		return false;
	out[(*n)++] = (struct phase){ .begin_ns = now_ns,
				      .transaction = m->transaction,
				      .code = m->status,
				      .open = true };
	return true;
}

unsigned phase_list(const struct view *v, const struct transaction *t,
		    struct phase *out, unsigned room)
{
	unsigned n = 0;
	const struct captured_msg *m = view_msg(v, t->first_msg);

	while (m != NULL) {
		if (msg_is(m, MSG_RESPONSE) && m->method == t->method &&
		    !add_response(out, room, &n, m))
			break;
		m = view_msg(v, m->next_in_transaction);
	}
	if (n > 0 && out[n - 1].open)
		out[n - 1].end_ns = v->now_ns > out[n - 1].begin_ns
					    ? v->now_ns
					    : out[n - 1].begin_ns;
	return n;
}

unsigned phase_list_call(const struct view *v, const struct call *c,
			 struct phase *out, unsigned room)
{
	bool initial = call_has_initial(v, c);
	unsigned n = 0;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL && n < room; t = view_transaction(v, t->next))
		if (t->phase_code != 0 && t->method == SIP_METHOD_INVITE &&
		    transaction_is_initial(t) == initial &&
		    transaction_is_callers(v, c, t, false))
			n += phase_list(v, t, out + n, room - n);
	return n;
}

bool phase_is_stuck(const struct phase *p, const struct phase_limits *limits)
{
	int64_t limit = p->code == 100 ? limits->trying_ns : limits->ringing_ns;

	return p->end_ns - p->begin_ns >= limit;
}

bool phase_find_stuck(const struct view *v, const struct call *c,
		      const struct phase_limits *limits, struct phase *out)
{
	struct phase list[PHASE_ROOM];
	unsigned n = phase_list_call(v, c, list, PHASE_ROOM);

	for (unsigned i = 0; i < n; i++) {
		if (phase_is_stuck(&list[i], limits)) {
			*out = list[i];
			return true;
		}
	}
	return false;
}
