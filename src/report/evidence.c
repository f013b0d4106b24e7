#include "sipmon/report/evidence.h"

#include "evidence_answer.h"
#include "evidence_cause.h"
#include "evidence_identity.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/sip/message.h"
#include "sipmon/sip/reason.h"
#include "teller.h"

#define DEFECTS_MAX 4

static void duration(const struct teller *t, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	buf_add_text(t->out, clock_duration(ns, text));
}

static void tell_sender(const struct teller *t)
{
	const struct flow *hop = view_hop(t->view, t->m->hop);
	struct slice name = sip_msg_field(&t->msg, SIP_HEADER_SERVER, 0);
	char text[ENDPOINT_TEXT_BYTES];

	if (!slice_is_set(name))
		name = sip_msg_field(&t->msg, SIP_HEADER_USER_AGENT, 0);
	teller_begin(t, "Sent by");
	buf_add_text(t->out, endpoint_text(&hop->source, text));
	if (slice_is_set(name)) {
		buf_add(t->out, SLICE(", "));
		teller_show(t, name);
	}
	teller_end(t);
}

/* The phrase is free text: servers say there what they mean. */
static void tell_phrase(const struct teller *t)
{
	struct code_entry e;

	if (!msg_is(t->m, MSG_RESPONSE) || t->msg.phrase.len == 0)
		return;
	if (catalogue_code(t->words, t->m->status, &e) && e.known &&
	    slice_eq_nocase(e.phrase, t->msg.phrase))
		return;
	teller_begin(t, "Phrase");
	teller_show(t, t->msg.phrase);
	teller_end(t);
}

static void tell_request(const struct teller *t)
{
	if (t->t == NULL || !transaction_is(t->t, TRANSACTION_REQUEST_SEEN) ||
	    !msg_is(t->m, MSG_RESPONSE))
		return;
	teller_begin(t, "Answers");
	utf8_show(t->out, view_method_name(t->view, t->t->method));
	buf_add_char(t->out, ' ');
	teller_say(t, "after");
	buf_add_char(t->out, ' ');
	duration(t, t->m->time_ns - t->t->request_ns);
	teller_end(t);
}

static void tell_repeats(const struct teller *t)
{
	if (t->t == NULL || t->t->retransmissions == 0)
		return;
	teller_begin(t, "Sent again");
	buf_add_format(t->out, "%u ", (unsigned)t->t->retransmissions);
	teller_say(t, "messages of this transaction");
	teller_end(t);
}

static void tell_reason(const struct teller *t, struct slice value)
{
	struct sip_reason reason;
	struct reason_entry e;
	struct slice location;

	teller_begin(t, "Reason");
	if (sip_reason_parse(&reason, value) != ERR_OK) {
		teller_show(t, value);
		teller_end(t);
		return;
	}
	teller_show(t, reason.protocol);
	if (reason.has_cause)
		buf_add_format(t->out, " %u", (unsigned)reason.cause);
	if (slice_is_set(reason.text)) {
		buf_add(t->out, SLICE(" \""));
		teller_show(t, reason.text);
		buf_add_char(t->out, '"');
	}
	if (reason.has_cause &&
	    catalogue_reason(t->words, reason.protocol, reason.cause, &e)) {
		buf_add(t->out, SLICE(" - "));
		buf_add(t->out, e.text);
		buf_add(t->out, SLICE(": "));
		buf_add(t->out, e.meaning);
	}
	location = catalogue_location(t->words, reason.location);
	if (slice_is_set(reason.location) && slice_is_set(location)) {
		buf_add(t->out, SLICE(" ("));
		buf_add(t->out, location);
		buf_add_char(t->out, ')');
	}
	teller_end(t);
}

static void tell_warning(const struct teller *t, struct slice value)
{
	struct sip_warning warning;
	struct text_entry e;

	teller_begin(t, "Warning");
	if (sip_warning_parse(&warning, value) != ERR_OK) {
		teller_show(t, value);
		teller_end(t);
		return;
	}
	buf_add_format(t->out, "%u ", (unsigned)warning.code);
	teller_show(t, warning.agent);
	buf_add(t->out, SLICE(" \""));
	teller_show(t, warning.text);
	buf_add_char(t->out, '"');
	if (catalogue_warning(t->words, warning.code, &e)) {
		buf_add(t->out, SLICE(" - "));
		buf_add(t->out, e.meaning);
	}
	teller_end(t);
}

static void tell_retry_after(const struct teller *t)
{
	struct slice value = sip_msg_field(&t->msg, SIP_HEADER_RETRY_AFTER, 0);
	uint32_t seconds;

	if (!slice_is_set(value))
		return;
	teller_begin(t, "Retry-After");
	teller_show(t, value);
	if (sip_retry_after_parse(&seconds, value) == ERR_OK) {
		buf_add(t->out, SLICE(" - "));
		teller_say(t, "may be repeated after");
		buf_add_char(t->out, ' ');
		duration(t, (int64_t)seconds * CLOCK_SECOND_NS);
	}
	teller_end(t);
}

/* The phase that this response began or prolonged; of a final response the
 * one that it ended. */
static const struct phase *phase_at(const struct phase *list, unsigned n,
				    const struct captured_msg *m)
{
	const struct phase *found = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (list[i].begin_ns > m->time_ns)
			break;
		if (m->status >= 200 || list[i].code == m->status)
			found = &list[i];
	}
	return found;
}

static void tell_phase(const struct teller *t)
{
	struct phase list[PHASE_ROOM];
	const struct phase *p;
	unsigned n;

	if (t->t == NULL || !msg_is(t->m, MSG_RESPONSE))
		return;
	n = phase_list(t->view, t->t, list, PHASE_ROOM);
	p = phase_at(list, n, t->m);
	if (p == NULL)
		return;
	teller_begin(t, "Phase");
	buf_add_format(t->out, "%u ", (unsigned)p->code);
	teller_say(t, "lasted");
	buf_add_char(t->out, ' ');
	duration(t, p->end_ns - p->begin_ns);
	if (p->open) {
		buf_add(t->out, SLICE(", "));
		teller_say(t, "nothing has ended it");
	}
	if (phase_is_stuck(p, t->limits)) {
		buf_add(t->out, SLICE(", "));
		teller_say(t, "longer than the limit of");
		buf_add_char(t->out, ' ');
		duration(t, p->code == 100 ? t->limits->trying_ns
					   : t->limits->ringing_ns);
	}
	teller_end(t);
}

static void tell_defects(const struct teller *t)
{
	const struct sip_defects *d = &t->msg.defects;

	for (unsigned i = 0; i < d->count && i < DEFECTS_MAX; i++) {
		teller_begin(t, "Breaks");
		buf_add_text(t->out, sip_defect_rule(d->list[i].kind));
		buf_add(t->out, SLICE(": "));
		teller_say(t, sip_defect_text(d->list[i].kind));
		teller_end(t);
	}
}

/* What only the bytes of the message tell. */
static void tell_bytes(const struct teller *t)
{
	tell_phrase(t);
	teller_values(t, SIP_HEADER_REASON, tell_reason);
	teller_values(t, SIP_HEADER_WARNING, tell_warning);
	tell_retry_after(t);
	tell_defects(t);
}

enum err evidence_of(struct buf *out, const struct evidence_input *in,
		     const struct captured_msg *m)
{
	const struct view *v = in->view;
	struct teller t = { .out = out,
			    .view = v,
			    .m = m,
			    .t = view_transaction(v, m->transaction),
			    .limits = &in->limits,
			    .identity = in->identity,
			    .audit = in->audit,
			    .audit_ctx = in->audit_ctx,
			    .words = in->words };
	struct buf raw;
	bool read;

	buf_init(&raw, (size_t)1 << 20);
	read = view_bytes(v, m, &raw) == ERR_OK &&
	       sip_msg_parse(&t.msg, buf_slice(&raw));
	if (!read)
		t.msg = (struct sip_msg){ 0 };
	tell_sender(&t);
	tell_request(&t);
	if (read)
		tell_bytes(&t);
	tell_phase(&t);
	tell_repeats(&t);
	evidence_cause(&t);
	evidence_answer(&t);
	evidence_identity(&t);
	buf_free(&raw);
	return out->failed ? ERR_NOMEM : ERR_OK;
}
