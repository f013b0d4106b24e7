#include "exchange.h"

#include "sipmon/sip/method.h"

/* ---- back-off */

static void start(struct back_off *b, uint32_t id, const struct captured_msg *m,
		  bool capped)
{
	*b = (struct back_off){ .first = { id, m->time_ns },
				.last = { id, m->time_ns },
				.content = m->content,
				.capped = capped };
}

/* Gaps of 0.5, 1, 2, 4, 8 s ...: the time of each copy is their sum. */
static int64_t wanted_gap(const struct back_off *b)
{
	int64_t gap = T1_NS;

	for (unsigned i = 0; i < b->count && gap < T1_64_NS; i++)
		gap *= 2;
	return b->capped && gap > T2_NS ? T2_NS : gap;
}

/*
 * A fifth less is allowed, for timers that are coarse.  A gap that stands for
 * two, as a copy between them was lost, is at most 1.5 times the RFC's, and
 * the next is still a third longer; only where many are lost it comes near.
 */
static bool is_early(const struct back_off *b, int64_t gap, int64_t since_first)
{
	if (since_first < b->least_ns / 5 * 4)
		return true;
	if (b->count == 0 || (b->capped && gap >= T2_NS / 5 * 4))
		return false;
	return gap < b->gap_ns / 20 * 21;
}

/* False if it is no copy but the same packet captured twice. */
static bool repeat(struct back_off *b, uint32_t id,
		   const struct captured_msg *m)
{
	int64_t gap = m->time_ns - b->last.ns;

	if (gap < AUDIT_COPY_NS)
		return false;
	b->least_ns += wanted_gap(b);
	b->early |= is_early(b, gap, m->time_ns - b->first.ns);
	b->gap_ns = gap;
	if (b->count == 0)
		b->first_gap_ns = gap;
	b->last = (struct mark){ id, m->time_ns };
	b->count++;
	return true;
}

/* ---- one message */

static bool is_stopped(const struct exchange *x)
{
	/* Any response stops Timer A, only a final one Timer E. */
	if (x->t->method == SIP_METHOD_INVITE)
		return x->response.id != 0;
	return x->final.first.id != 0;
}

static void add_request(struct exchange *x, uint32_t id,
			const struct captured_msg *m)
{
	if (x->request.first.id == 0) {
		start(&x->request, id, m, x->t->method != SIP_METHOD_INVITE);
	} else if (!is_stopped(x)) {
		(void)repeat(&x->request, id, m);
	} else if (x->final.first.id != 0 &&
		   m->time_ns - x->request.last.ns >= AUDIT_COPY_NS) {
		x->repeat = (struct mark){ id, m->time_ns };
		x->repeats++;
	}
}

static void add_ack(struct exchange *x, uint32_t id,
		    const struct captured_msg *m)
{
	if (x->ack.id == 0) {
		x->ack = (struct mark){ id, m->time_ns };
	} else if (m->time_ns - x->last_ack.ns < AUDIT_COPY_NS) {
		return;
	} else {
		x->ack_copies++;
	}
	x->last_ack = (struct mark){ id, m->time_ns };
}

static void add_reliable(struct exchange *x, uint32_t id,
			 const struct captured_msg *m)
{
	for (unsigned i = 0; i < x->reliable_count; i++)
		if (x->reliable_1xx[i].content == m->content) {
			(void)repeat(&x->reliable_1xx[i], id, m);
			return;
		}
	if (x->reliable_count < EXCHANGE_RELIABLE)
		start(&x->reliable_1xx[x->reliable_count++], id, m, false);
}

static void add_early(struct exchange *x, uint32_t id,
		      const struct captured_msg *m)
{
	struct mark here = { id, m->time_ns };

	if (x->early_count++ == 0) {
		x->early_first = here;
	} else if (x->early_gap_begin.id == 0 ||
		   here.ns - x->early_last.ns >
			   x->early_gap_end.ns - x->early_gap_begin.ns) {
		x->early_gap_begin = x->early_last;
		x->early_gap_end = here;
	}
	x->early_last = here;
	if (msg_is(m, MSG_RELIABLE))
		add_reliable(x, id, m);
}

static void add_final_copy(struct exchange *x, uint32_t id,
			   const struct captured_msg *m)
{
	struct mark here = { id, m->time_ns };

	if (m->status != x->final_code)
		return;
	if (m->status < 300 && m->dialog != x->final_dialog) {
		x->fork = here;
		x->forks++;
		return;
	}
	if (x->ack.id == 0) {
		if (!repeat(&x->final, id, m))
			return;
	} else {
		const struct mark *before = x->finals_after_ack > 0
						    ? &x->final_after_ack
						    : &x->final.last;

		if (here.ns - before->ns < AUDIT_COPY_NS)
			return;
		x->final_after_ack = here;
		x->finals_after_ack++;
	}
	if (x->repeats > 0)
		x->answer = here;
}

static void add_response(struct exchange *x, uint32_t id,
			 const struct captured_msg *m)
{
	if (x->response.id == 0)
		x->response = (struct mark){ id, m->time_ns };
	if (m->status >= 200) {
		/* A 2xx overrules a refusal (RFC 3261 section 16.7). */
		if (x->final.first.id == 0 ||
		    (x->final_code >= 300 && m->status < 300)) {
			start(&x->final, id, m, true);
			x->final_code = m->status;
			x->final_flags = m->flags;
			x->final_dialog = m->dialog;
		} else {
			add_final_copy(x, id, m);
		}
	} else if (m->status == 100) {
		if (x->trying.id == 0)
			x->trying = (struct mark){ id, m->time_ns };
	} else if (x->final.first.id == 0) {
		add_early(x, id, m);
	}
}

void exchange_of(struct exchange *x, const struct view *v,
		 const struct transaction *t)
{
	int64_t latest_ns = INT64_MIN;

	*x = (struct exchange){ .t = t, .hop = view_hop(v, t->hop) };
	x->reliable = x->hop->transport != TRANSPORT_UDP;
	x->sure = transaction_is(t, TRANSACTION_REQUEST_SEEN);
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (m->time_ns < latest_ns)
			x->sure = false;
		latest_ns = m->time_ns;
		if (msg_is(m, MSG_RESPONSE))
			add_response(x, id, m);
		else if (m->method == SIP_METHOD_ACK)
			add_ack(x, id, m);
		else
			add_request(x, id, m);
		if (x->request.first.id == 0)
			x->sure = false;
		id = m->next_in_transaction;
	}
}
