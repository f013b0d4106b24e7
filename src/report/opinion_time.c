#include "opinion.h"

#include <stdio.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/call/peer.h"
#include "sipmon/report/audit_text.h"
#include "sipmon/sip/reason.h"

/* Timers that are told beside one answer. */
#define TIMERS_TOLD 3

/* Transactions of a call used for ever that are walked. */
#define TRANSACTIONS_MAX 4096

/* So many answers of a host are a share. */
#define ANSWERS_LEAST 5

static void tell_audit(const struct opinion *o, const struct audit *a)
{
	teller_begin(o->t, "Timer");
	audit_text(o->t->out, o->t->view, a, o->t->words);
	teller_end(o->t);
}

/* ---- 408, 504 */

static bool is_wait(const struct audit *a)
{
	struct slice timer = slice_of(a->timer);

	return slice_eq(timer, SLICE("timer-b")) ||
	       slice_eq(timer, SLICE("timer-c")) ||
	       slice_eq(timer, SLICE("timer-f"));
}

/* Of the same request, on this hop or behind it. */
static bool concerns(const struct opinion *o, const struct audit *a)
{
	const struct captured_msg *m = view_msg(o->t->view, a->msg);

	return m != NULL && m->method == o->t->m->method &&
	       m->cseq == o->t->m->cseq && a->begin_ns <= o->t->m->time_ns;
}

static void tell_provisional(const struct opinion *o)
{
	const struct transaction *t = o->origin_t;
	const struct captured_msg *last = NULL;
	char after[CLOCK_TEXT_BYTES];
	struct phrase_number code;
	const char *values[2];

	for (uint32_t id = t != NULL ? t->first_msg : 0; id != 0;) {
		const struct captured_msg *m = view_msg(o->t->view, id);

		if (m->status >= 200)
			break;
		if (msg_is(m, MSG_RESPONSE))
			last = m;
		id = m->next_in_transaction;
	}
	if (last == NULL) {
		opinion_tell(o, "Before it", "no provisional response came",
			     NULL, 0);
		return;
	}
	code = phrase_number(last->status);
	values[0] = code.text;
	values[1] = opinion_duration(last->time_ns - t->request_ns, after);
	opinion_tell(o, "Before it",
		     last->status == 100
			     ? "only a %1 came, after %2: the next hop had "
			       "the request, the callee was not heard of"
			     : "the last provisional response was %1, after "
			       "%2",
		     values, 2);
}

void opinion_timeout(const struct opinion *o)
{
	unsigned told = 0;

	if (o->request != 0)
		tell_provisional(o);
	for (unsigned i = 0; i < o->audit_count && told < TIMERS_TOLD; i++) {
		const struct audit *a = &o->audits[i];

		if (!is_wait(a) || !concerns(o, a) ||
		    (a->result != AUDIT_RAN_OUT && a->result != AUDIT_EARLY))
			continue;
		tell_audit(o, a);
		told++;
	}
}

/* ---- 487 */

/* The first CANCEL of this INVITE, on whatever hop. */
static const struct transaction *first_cancel(const struct opinion *o)
{
	const struct transaction *best = NULL;
	const struct transaction *t =
		view_transaction(o->t->view, o->call->first_transaction);

	for (unsigned i = 0; t != NULL && i < TRANSACTIONS_MAX; i++) {
		if (t->method == SIP_METHOD_CANCEL &&
		    t->cseq == o->t->m->cseq &&
		    t->request_ns <= o->t->m->time_ns &&
		    transaction_is(t, TRANSACTION_REQUEST_SEEN) &&
		    (best == NULL || t->request_ns < best->request_ns))
			best = t;
		t = view_transaction(o->t->view, t->next);
	}
	return best;
}

static void tell_reason_of(const struct opinion *o, struct slice value)
{
	struct sip_reason reason;
	struct reason_entry e;
	char protocol[OPINION_WORD_BYTES];
	char text[OPINION_WORD_BYTES];
	struct phrase_number cause;
	const char *values[3];

	if (sip_reason_parse(&reason, value) != ERR_OK || !reason.has_cause)
		return;
	cause = phrase_number(reason.cause);
	values[0] = opinion_safe(reason.protocol, protocol);
	values[1] = cause.text;
	values[2] = opinion_safe(reason.text, text);
	opinion_tell(o, "CANCEL says",
		     slice_is_set(reason.text) ? "%1 %2, %3" : "%1 %2", values,
		     3);
	if (catalogue_reason(o->t->words, reason.protocol, reason.cause, &e)) {
		teller_begin(o->t, "CANCEL says");
		buf_add(o->t->out, e.meaning);
		teller_end(o->t);
	}
}

static void tell_cancel_reason(const struct opinion *o, uint32_t cancel)
{
	const struct captured_msg *m = view_msg(o->t->view, cancel);
	struct sip_msg msg;
	struct buf raw;

	if (!msg_is(m, MSG_REASON))
		return;
	buf_init(&raw, (size_t)1 << 20);
	if (view_bytes(o->t->view, m, &raw) == ERR_OK &&
	    sip_msg_parse(&msg, buf_slice(&raw))) {
		struct slice field = sip_msg_field(&msg, SIP_HEADER_REASON, 0);
		struct slice value;

		if (slice_is_set(field) && sip_value_next(&field, &value))
			tell_reason_of(o, value);
	}
	buf_free(&raw);
}

/* The INVITE that the CANCEL follows on its hop. */
static const struct transaction *cancelled_by(const struct opinion *o,
					      const struct transaction *cancel)
{
	const struct transaction *t =
		view_transaction(o->t->view, o->call->first_transaction);

	for (unsigned i = 0; t != NULL && i < TRANSACTIONS_MAX; i++) {
		if (t->method == o->t->m->method && t->cseq == cancel->cseq &&
		    t->hop == cancel->hop &&
		    t->request_ns <= cancel->request_ns)
			return t;
		t = view_transaction(o->t->view, t->next);
	}
	return NULL;
}

void opinion_cancel(const struct opinion *o)
{
	const struct transaction *cancel = first_cancel(o);
	const struct transaction *invite;
	char by[ENDPOINT_TEXT_BYTES];
	char after[CLOCK_TEXT_BYTES] = "";
	const char *const values[] = { by, after };

	if (cancel == NULL) {
		if (o->request != 0)
			opinion_tell(o, "Cancelled",
				     "no CANCEL was seen before it", NULL, 0);
		return;
	}
	(void)opinion_source(o, cancel->first_msg, by);
	invite = cancelled_by(o, cancel);
	if (invite != NULL)
		(void)opinion_duration(cancel->request_ns - invite->request_ns,
				       after);
	opinion_tell(o, "Cancelled",
		     invite != NULL ? "by %1, %2 after the request" : "by %1",
		     values, 2);
	tell_cancel_reason(o, cancel->first_msg);
}

/* ---- 500, 503 */

static void tell_share(const struct opinion *o)
{
	const struct flow *hop = view_hop(o->t->view, o->t->m->hop);
	const struct peer *p = view_peer(o->t->view, &hop->source);
	struct phrase_number bad;
	struct phrase_number all;
	struct phrase_number percent;
	const char *values[3];

	if (p == NULL || p->answers < ANSWERS_LEAST ||
	    p->answers_503 > p->answers)
		return;
	bad = phrase_number(p->answers_503);
	all = phrase_number(p->answers);
	percent = phrase_number(
		(uint64_t)((double)p->answers_503 * 100.0 / (double)p->answers +
			   0.5));
	values[0] = bad.text;
	values[1] = all.text;
	values[2] = percent.text;
	opinion_tell(o, "This server",
		     "503 is %1 of its %2 final answers, %3 %", values, 3);
}

void opinion_busy(const struct opinion *o)
{
	for (unsigned i = 0; i < o->audit_count; i++)
		if (o->audits[i].msg == o->id &&
		    slice_eq(slice_of(o->audits[i].timer),
			     SLICE("retry-after")))
			tell_audit(o, &o->audits[i]);
	if (o->t->m->status == 503)
		tell_share(o);
}
