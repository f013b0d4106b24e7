#include <limits.h>

#include "flow.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/sip/method.h"

/* A call with more transactions than this is told in part. */
#define TRANSACTIONS_LOOKED_AT 65536

static struct flow_bar *add_bar(struct flow_screen *f)
{
	if (f->bar_count == FLOW_BARS_MAX) {
		f->bars_more = true;
		return NULL;
	}
	return &f->bars[f->bar_count++];
}

static uint32_t number_of(const struct flow_screen *f, uint32_t msg)
{
	for (uint32_t r = 0; r < f->ladder.row_count; r++)
		if (f->ladder.rows[r].msg == msg)
			return f->marks[r].number;
	return 0;
}

static void add_phase(struct flow_screen *f, uint16_t leg, uint32_t number,
		      const struct phase *p)
{
	struct flow_bar *bar = add_bar(f);

	if (bar != NULL)
		*bar = (struct flow_bar){ .begin_ns = p->begin_ns,
					  .end_ns = p->end_ns,
					  .transaction = p->transaction,
					  .number = number,
					  .leg = leg,
					  .code = p->code,
					  .open = p->open,
					  .stuck = phase_is_stuck(
						  p, &f->ctx->limits) };
}

/* An INVITE that nothing answered yet, as far as was seen: who acknowledges
 * had an answer. */
static bool is_silent(const struct transaction *t)
{
	return transaction_is(t, TRANSACTION_REQUEST_SEEN) &&
	       !transaction_is(t, TRANSACTION_ACKED) && t->final_code == 0;
}

static void add_silence(struct flow_screen *f, uint16_t leg, uint32_t id,
			const struct transaction *t)
{
	struct flow_bar *bar = add_bar(f);

	if (bar != NULL)
		*bar = (struct flow_bar){ .begin_ns = t->request_ns,
					  .end_ns = view_now_ns(f->ctx->view),
					  .name = "INVITE",
					  .transaction = id,
					  .number = number_of(f, t->first_msg),
					  .leg = leg,
					  .open = true };
}

static void add_transaction(struct flow_screen *f, uint16_t leg, uint32_t id)
{
	const struct view *v = f->ctx->view;
	const struct transaction *t = view_transaction(v, id);
	struct phase phases[PHASE_ROOM];
	unsigned count = phase_list(v, t, phases, PHASE_ROOM);
	uint32_t number;

	if (count == 0) {
		if (is_silent(t))
			add_silence(f, leg, id, t);
		return;
	}
	number = number_of(f, t->first_msg);
	for (unsigned i = 0; i < count; i++)
		add_phase(f, leg, number, &phases[i]);
}

static void add_part(struct flow_screen *f, uint16_t leg, const char *name,
		     int64_t begin_ns, int64_t lasted_ns)
{
	struct flow_bar *bar = lasted_ns > 0 ? add_bar(f) : NULL;

	if (bar != NULL)
		*bar = (struct flow_bar){ .begin_ns = begin_ns,
					  .end_ns = begin_ns + lasted_ns,
					  .name = name,
					  .leg = leg };
}

/* When the INVITE was sent that the delays of the call count from. */
static int64_t invite_ns(const struct view *v, const struct call *c)
{
	uint32_t id = c->first_transaction;

	for (unsigned i = 0; id != 0 && i < TRANSACTIONS_LOOKED_AT; i++) {
		const struct transaction *t = view_transaction(v, id);

		if (t->method == SIP_METHOD_INVITE && t->hop == c->hop &&
		    transaction_is(t, TRANSACTION_REQUEST_SEEN))
			return t->request_ns;
		id = t->next;
	}
	return TIMING_NONE;
}

/* Talk until now, of a call that is still up. */
static void add_talk(struct flow_screen *f, uint16_t leg, const struct call *c,
		     int64_t answer_ns, int64_t talk_ns)
{
	const struct view *v = f->ctx->view;
	bool open = talk_ns == TIMING_NONE &&
		    call_state(v, c) == CALL_STATE_ESTABLISHED;
	unsigned before = f->bar_count;

	if (open)
		talk_ns = view_now_ns(v) - answer_ns;
	add_part(f, leg, "talk", answer_ns, talk_ns);
	if (f->bar_count > before) {
		f->bars[before].open = open;
		f->bars[before].talk = true;
	}
}

static void add_parts(struct flow_screen *f, uint16_t leg, const struct call *c)
{
	struct timing t = timing_of(f->ctx->view, c);
	int64_t start = invite_ns(f->ctx->view, c);
	int64_t final = t.setup_ns != TIMING_NONE ? t.setup_ns : t.failure_ns;

	if (start == TIMING_NONE)
		return;
	if (t.pdd_ns != TIMING_NONE)
		add_part(f, leg, "ring", start + t.pdd_ns, t.ring_ns);
	if (t.early_media_ns > 0 && t.early_media_ns <= final)
		add_part(f, leg, "early media",
			 start + final - t.early_media_ns, t.early_media_ns);
	if (t.setup_ns == TIMING_NONE)
		return;
	add_talk(f, leg, c, start + t.setup_ns, t.talk_ns);
	if (t.talk_ns != TIMING_NONE)
		add_part(f, leg, "teardown", start + t.setup_ns + t.talk_ns,
			 t.teardown_ns);
}

/* The phases of the call's INVITEs behind the `from`th up to the `to`th. */
static void add_transactions(struct flow_screen *f, uint16_t leg,
			     const struct call *c, unsigned from, unsigned to)
{
	const struct view *v = f->ctx->view;
	uint32_t id = c->first_transaction;
	unsigned invites = 0;

	for (unsigned i = 0; id != 0 && i < TRANSACTIONS_LOOKED_AT; i++) {
		const struct transaction *t = view_transaction(v, id);

		if (t->method == SIP_METHOD_INVITE && invites++ >= from)
			add_transaction(f, leg, id);
		if (invites == to || f->bars_more)
			return;
		id = t->next;
	}
}

/* What the caller saw comes first: the phases of his INVITE, the parts of the
 * call, then what other hops saw. */
static void add_call(struct flow_screen *f, uint16_t leg, const struct call *c)
{
	add_transactions(f, leg, c, 0, 1);
	add_parts(f, leg, c);
	add_transactions(f, leg, c, 1, UINT_MAX);
}

void flow_collect_bars(struct flow_screen *f)
{
	f->bar_count = 0;
	f->bars_more = false;
	for (unsigned i = 0; i < flow_shown_legs(f); i++) {
		const struct call *c = view_call(f->ctx->view, f->legs[i].call);

		if (c != NULL)
			add_call(f, (uint16_t)i, c);
	}
}
