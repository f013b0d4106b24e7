#include "watch.h"

#include "sipmon/call/passage.h"
#include "sipmon/sip/method.h"

/* Where a request came from costs a look at its neighbours. */
#define BRANCHES_ASKED 8

void watch_add(struct watch *w, const struct audit *a)
{
	unsigned i = 0;

	if (w->count < w->room) {
		w->out[w->count++] = *a;
		return;
	}
	if (a->result == AUDIT_KEPT)
		return;
	while (i < w->count && w->out[i].result != AUDIT_KEPT)
		i++;
	if (i < w->count)
		w->out[i] = *a;
}

bool watch_read(struct watch *w, uint32_t msg)
{
	const struct captured_msg *m = view_msg(w->view, msg);

	if (m == NULL || w->reads == WATCH_READS)
		return false;
	w->reads++;
	buf_clear(&w->raw);
	return view_bytes(w->view, m, &w->raw) == ERR_OK &&
	       sip_msg_parse(&w->msg, buf_slice(&w->raw));
}

const struct transaction *watch_later(const struct watch *w,
				      const struct transaction *t,
				      uint16_t method, unsigned *left)
{
	while (*left > 0) {
		(*left)--;
		t = view_transaction(w->view, t->next);
		if (t == NULL)
			*left = 0;
		else if (method == SIP_METHOD_NONE || t->method == method)
			return t;
	}
	return NULL;
}

const struct transaction *watch_earlier(const struct watch *w,
					const struct transaction *t,
					uint16_t method, unsigned *left)
{
	while (*left > 0) {
		(*left)--;
		t = view_transaction(w->view, t->previous);
		if (t == NULL)
			*left = 0;
		else if (method == SIP_METHOD_NONE || t->method == method)
			return t;
	}
	return NULL;
}

const struct transaction *watch_upstream(struct watch *w,
					 const struct transaction *t)
{
	struct passage p;

	w->asked++;
	if (!passage_of(w->view, t->first_msg, &p))
		return NULL;
	return view_transaction(w->view, view_msg(w->view, p.in)->transaction);
}

bool watch_is_forwarded(struct watch *w, const struct transaction *t)
{
	const struct transaction *o = t;
	unsigned left = WATCH_NEAR;
	unsigned asked = 0;

	while (asked < BRANCHES_ASKED &&
	       (o = watch_later(w, o, t->method, &left)) != NULL) {
		if (o->cseq != t->cseq || o->hop == t->hop)
			continue;
		if (watch_upstream(w, o) == t)
			return true;
		asked++;
	}
	return asked == BRANCHES_ASKED;
}

const struct transaction *watch_cancel(const struct watch *w,
				       const struct transaction *t)
{
	const struct transaction *o = t;
	unsigned left = WATCH_NEAR;

	if (!transaction_is(t, TRANSACTION_CANCELLED))
		return NULL;
	while ((o = watch_later(w, o, SIP_METHOD_CANCEL, &left)) != NULL)
		if (o->cseq == t->cseq && o->hop == t->hop)
			return o;
	return NULL;
}

uint32_t watch_final(const struct watch *w, const struct transaction *t)
{
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(w->view, id);

		if (msg_is(m, MSG_RESPONSE) && m->status == t->final_code &&
		    m->time_ns == t->final_ns)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}
