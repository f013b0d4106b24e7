#include "sipmon/call/timing.h"

#include "impl.h"
#include "sipmon/call/state.h"

/* Times of the caller's INVITEs; TIMING_NONE where there was none. */
struct marks {
	int64_t invite;
	int64_t trying;
	int64_t ringing;
	int64_t final; /* no answered challenge */
	int64_t answer;
	uint32_t dialog; /* that the answer made, or 0 */
};

static void mark_responses(const struct view *v, const struct transaction *t,
			   struct marks *k)
{
	const struct captured_msg *m = view_msg(v, t->first_msg);

	for (; m != NULL; m = view_msg(v, m->next_in_transaction)) {
		if (m->status == 100 && k->trying == TIMING_NONE)
			k->trying = m->time_ns;
		if (m->status >= 180 && m->status <= 189 &&
		    k->ringing == TIMING_NONE)
			k->ringing = m->time_ns;
		/* Behind the final response nothing is new. */
		if (m->status >= 200)
			break;
	}
}

static uint32_t answer_dialog(const struct view *v, const struct transaction *t)
{
	const struct captured_msg *m = view_msg(v, t->first_msg);

	while (m != NULL && (m->status < 200 || m->status >= 300))
		m = view_msg(v, m->next_in_transaction);
	return m == NULL ? 0 : m->dialog;
}

static struct marks marks_of(const struct view *v, const struct call *c)
{
	struct marks k = { TIMING_NONE, TIMING_NONE, TIMING_NONE,
			   TIMING_NONE, TIMING_NONE, 0 };
	bool initial = call_has_initial(v, c);

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (t->method != SIP_METHOD_INVITE ||
		    transaction_is_initial(t) != initial ||
		    !transaction_is_callers(v, c, t, false))
			continue;
		if (transaction_is(t, TRANSACTION_REQUEST_SEEN) &&
		    k.invite == TIMING_NONE)
			k.invite = t->request_ns;
		mark_responses(v, t, &k);
		if (t->final_code == 0 || call_challenge_answered(v, t))
			continue;
		k.final = t->final_ns;
		if (t->final_code < 300 && k.answer == TIMING_NONE) {
			k.answer = t->final_ns;
			k.dialog = answer_dialog(v, t);
		}
	}
	return k;
}

/* Of two answers to a forked INVITE the caller hangs one up at once. */
static bool ends_another(const struct view *v, const struct transaction *bye,
			 uint32_t dialog)
{
	const struct captured_msg *m = view_msg(v, bye->first_msg);

	if (dialog == 0 || m == NULL || m->dialog == 0 || m->dialog == dialog)
		return false;
	return view_dialog(v, m->dialog)->method == SIP_METHOD_INVITE;
}

static const struct transaction *find_bye(const struct view *v,
					  const struct call *c, uint32_t dialog)
{
	const struct transaction *any = NULL;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (t->method != SIP_METHOD_BYE ||
		    !transaction_is(t, TRANSACTION_REQUEST_SEEN) ||
		    ends_another(v, t, dialog))
			continue;
		if (transaction_is_callers(v, c, t, true))
			return t;
		if (any == NULL)
			any = t;
	}
	return any;
}

/* What a clock that was set back measured is not known. */
static int64_t between(int64_t from, int64_t to)
{
	return from == TIMING_NONE || to == TIMING_NONE || to < from
		       ? TIMING_NONE
		       : to - from;
}

struct timing timing_of(const struct view *v, const struct call *c)
{
	struct marks k = marks_of(v, c);
	const struct transaction *bye = find_bye(v, c, k.dialog);
	struct timing t = {
		.trying_ns = between(k.invite, k.trying),
		.pdd_ns = between(k.invite, k.ringing != TIMING_NONE ? k.ringing
								     : k.final),
		.ring_ns = between(k.ringing, k.final),
		.setup_ns = between(k.invite, k.answer),
		.talk_ns = TIMING_NONE,
		.teardown_ns = TIMING_NONE,
	};

	if (bye != NULL) {
		t.talk_ns = between(k.answer, bye->request_ns);
		if (bye->final_code != 0)
			t.teardown_ns = between(bye->request_ns, bye->final_ns);
	}
	return t;
}
