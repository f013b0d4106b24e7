#include "json_call.h"

#include "format.h"
#include "json_identity.h"
#include "sipmon/base/clock.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/sip/nameaddr.h"

/* Distinct codes of one call; there are 600 that a response may have. */
#define CODES_ROOM VIEW_CODES

/* Messages that the findings of one call may name. */
#define NAMED_MAX (FINDING_ROOM * FINDING_MESSAGES)

static void time_member(struct json_report *w, const char *key, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	json_put_text(&w->j, key, clock_rfc3339(ns, text));
}

static void duration_member(struct json_report *w, const char *key, int64_t ns)
{
	if (ns == TIMING_NONE)
		json_put_null(&w->j, key);
	else
		json_put_ms(&w->j, key, ns);
}

static void code_member(struct json_report *w, const char *key, uint16_t code)
{
	if (code == 0)
		json_put_null(&w->j, key);
	else
		json_put_uint(&w->j, key, code);
}

static void endpoint_member(struct json_report *w, const char *key,
			    const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_BYTES];

	if (e->family == 0)
		json_put_null(&w->j, key);
	else
		json_put_text(&w->j, key, endpoint_text(e, text));
}

static struct slice display_text(struct json_report *w, struct slice display)
{
	char *out;

	if (!slice_is_set(display))
		return SLICE_NONE;
	buf_clear(&w->scratch);
	out = buf_reserve(&w->scratch, display.len + 1);
	if (out == NULL)
		return SLICE_NONE;
	return (struct slice){ out, sip_display_text(display, out,
						     display.len + 1) };
}

/* From or To; `user` is what the record knows if the message is gone. */
static void write_party(struct json_report *w, const char *key,
			struct slice value, struct slice user)
{
	struct sip_nameaddr na = { 0 };
	struct json *j = &w->j;
	size_t at;

	if (slice_is_set(value)) {
		/* A broken one gives what could be read of it. */
		bool whole = sip_nameaddr_parse(&na, value, &at) == ERR_OK;

		if (whole || slice_is_set(na.uri.user))
			user = na.uri.user;
	}
	json_put_object(j, key);
	json_put_slice(j, "uri", na.uri_text);
	json_put_slice(j, "user", user);
	json_put_slice(j, "host", na.uri.host);
	json_put_slice(j, "display", display_text(w, na.display));
	json_put_slice(j, "tag", na.tag);
	json_put_object_end(j);
}

static void write_codes(struct json_report *w, const struct call *c)
{
	uint16_t codes[CODES_ROOM];
	unsigned n = call_codes(w->in->view, c, codes, CODES_ROOM);

	json_put_array(&w->j, "codes");
	for (unsigned i = 0; i < n; i++)
		json_put_uint(&w->j, NULL, codes[i]);
	json_put_array_end(&w->j);
	code_member(w, "final_code", call_final_code(w->in->view, c));
}

/* `from_ns` is TIMING_NONE if no request was seen to count from. */
static void write_phases(struct json_report *w, const struct phase *phases,
			 unsigned n, int64_t from_ns)
{
	struct json *j = &w->j;

	json_put_array(j, "phases");
	for (unsigned i = 0; i < n; i++) {
		const struct phase *p = &phases[i];

		json_put_object(j, NULL);
		json_put_uint(j, "code", p->code);
		duration_member(w, "start_ms",
				from_ns == TIMING_NONE ? TIMING_NONE
						       : p->begin_ns - from_ns);
		json_put_ms(j, "duration_ms", p->end_ns - p->begin_ns);
		json_put_bool(j, "open", p->open);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

/* When the first INVITE of the call was sent. */
static int64_t first_invite_ns(const struct view *v, const struct call *c)
{
	uint32_t left = c->transaction_count;

	for (uint32_t id = c->first_transaction; id != 0 && left > 0; left--) {
		const struct transaction *t = view_transaction(v, id);

		if (t->method == SIP_METHOD_INVITE &&
		    transaction_is(t, TRANSACTION_REQUEST_SEEN))
			return t->request_ns;
		id = t->next;
	}
	return TIMING_NONE;
}

static void write_timing(struct json_report *w, const struct call *c)
{
	struct timing t = timing_of(w->in->view, c);

	json_put_object(&w->j, "timing");
	duration_member(w, "trying_ms", t.trying_ns);
	duration_member(w, "pdd_ms", t.pdd_ns);
	duration_member(w, "ring_ms", t.ring_ns);
	duration_member(w, "setup_ms", t.setup_ns);
	duration_member(w, "talk_ms", t.talk_ns);
	duration_member(w, "teardown_ms", t.teardown_ns);
	json_put_object_end(&w->j);
}

static void write_dialogs(struct json_report *w, const struct call *c)
{
	const struct view *v = w->in->view;
	uint32_t left = c->dialog_count;
	struct json *j = &w->j;

	json_put_array(j, "dialogs");
	for (uint32_t id = c->first_dialog; id != 0 && left > 0; left--) {
		const struct dialog *d = view_dialog(v, id);
		const struct brief *brief = brief_find(&w->briefs, d->msg);
		struct slice from = SLICE_NONE;
		struct slice to = SLICE_NONE;

		if (brief != NULL) {
			from = brief_text(&w->briefs, brief->from_tag);
			to = brief_text(&w->briefs, brief->to_tag);
		}
		json_put_object(j, NULL);
		json_put_slice(j, "local_tag", from);
		json_put_slice(j, "remote_tag", to);
		json_put_text(j, "state",
			      dialog_state_name((enum dialog_state)d->state));
		json_put_object_end(j);
		id = d->next;
	}
	json_put_array_end(j);
}

/* Copies are counted, not listed: each response stands there once. */
static void write_answers(struct json_report *w, const struct transaction *t,
			  int64_t from_ns)
{
	struct json *j = &w->j;

	json_put_array(j, "responses");
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(w->in->view, id);

		if (msg_is(m, MSG_RESPONSE) && !msg_is(m, MSG_RETRANSMISSION)) {
			json_put_object(j, NULL);
			json_put_uint(j, "code", m->status);
			duration_member(w, "at_ms",
					from_ns == TIMING_NONE
						? TIMING_NONE
						: m->time_ns - from_ns);
			json_put_object_end(j);
		}
		id = m->next_in_transaction;
	}
	json_put_array_end(j);
}

static void write_transaction(struct json_report *w, const struct call *c,
			      const struct transaction *t)
{
	const struct view *v = w->in->view;
	const struct flow *hop = view_hop(v, t->hop);
	const struct brief *brief = brief_find(&w->briefs, t->first_msg);
	bool seen = transaction_is(t, TRANSACTION_REQUEST_SEEN);
	struct phase phases[PHASE_ROOM];
	struct json *j = &w->j;

	json_put_object(j, NULL);
	json_put_slice(j, "method",
		       t->method == SIP_METHOD_NONE
			       ? SLICE_NONE
			       : view_method_name(v, t->method));
	if (brief != NULL && !brief->has_cseq)
		json_put_null(j, "cseq");
	else
		json_put_uint(j, "cseq", t->cseq);
	json_put_slice(j, "branch",
		       brief == NULL ? SLICE_NONE
				     : brief_text(&w->briefs, brief->branch));
	endpoint_member(w, "source", &hop->source);
	endpoint_member(w, "destination", &hop->destination);
	duration_member(w, "request_ms",
			seen ? t->request_ns - c->start_ns : TIMING_NONE);
	code_member(w, "final_code", t->final_code);
	json_put_uint(j, "retransmissions", t->retransmissions);
	write_answers(w, t, seen ? t->request_ns : TIMING_NONE);
	write_phases(w, phases, phase_list(v, t, phases, PHASE_ROOM),
		     seen ? t->request_ns : TIMING_NONE);
	json_put_object_end(j);
}

static void write_transactions(struct json_report *w, const struct call *c)
{
	uint32_t left = c->transaction_count;

	json_put_array(&w->j, "transactions");
	for (uint32_t id = c->first_transaction; id != 0 && left > 0; left--) {
		const struct transaction *t = view_transaction(w->in->view, id);

		write_transaction(w, c, t);
		sink_pass(&w->sink);
		id = t->next;
	}
	json_put_array_end(&w->j);
}

/* Places of messages in their call; one walk serves all of them. */
struct places {
	unsigned count;
	uint32_t ids[NAMED_MAX];
	int64_t at[NAMED_MAX];
};

static void find_places(struct places *p, const struct view *v,
			const struct call *c)
{
	uint32_t id = c->first_msg;

	for (uint32_t i = 0; i < c->message_count && id != 0; i++) {
		for (unsigned k = 0; k < p->count; k++)
			if (p->ids[k] == id)
				p->at[k] = i;
		id = view_msg(v, id)->next;
	}
}

static void name_messages(struct places *p, const struct finding *f, unsigned n)
{
	p->count = 0;
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < f[i].message_count; k++) {
			p->ids[p->count] = f[i].messages[k];
			p->at[p->count++] = -1;
		}
}

static struct slice finding_text(const struct json_report *w, const char *kind)
{
	struct text_entry entry;

	if (!catalogue_finding(w->in->words, slice_of(kind), &entry))
		return slice_of(kind);
	return entry.meaning;
}

static void write_finding(struct json_report *w, const struct finding *f,
			  const int64_t *at)
{
	struct json *j = &w->j;

	json_put_object(j, NULL);
	json_put_text(j, "kind", f->kind);
	json_put_text(j, "severity", finding_severity_name(f->severity));
	code_member(w, "code", f->code);
	json_put_slice(j, "text", finding_text(w, f->kind));
	json_put_array(j, "messages");
	for (unsigned i = 0; i < f->message_count; i++)
		if (at[i] >= 0)
			json_put_int(j, NULL, at[i]);
	json_put_array_end(j);
	json_put_object_end(j);
}

static void write_findings(struct json_report *w, const struct call *c)
{
	unsigned n = format_findings(w->in, c, w->findings);
	struct places places = { 0 };
	const int64_t *at = places.at;

	json_put_array(&w->j, "findings");
	if (n > 0) {
		name_messages(&places, w->findings, n);
		find_places(&places, w->in->view, c);
	}
	for (unsigned i = 0; i < n; i++) {
		tally_add(&w->tally, w->findings[i].kind);
		write_finding(w, &w->findings[i], at);
		at += w->findings[i].message_count;
	}
	json_put_array_end(&w->j);
}

static void empty_array(struct json_report *w, const char *key)
{
	json_put_array(&w->j, key);
	json_put_array_end(&w->j);
}

static void write_ends(struct json_report *w, const struct call *c)
{
	const struct flow *hop = view_hop(w->in->view, c->hop);
	const struct sip_msg *first = &w->briefs.first;
	struct json *j = &w->j;

	write_party(w, "from", first->from, c->from_user);
	write_party(w, "to", first->to, c->to_user);
	json_put_slice(j, "request_uri", first->request_uri);
	endpoint_member(w, "source", &hop->source);
	endpoint_member(w, "destination", &hop->destination);
	time_member(w, "start", c->start_ns);
	time_member(w, "end", c->end_ns);
	json_put_uint(j, "messages", c->message_count);
	json_put_uint(j, "retransmissions", c->retransmissions);
}

void json_call_write(struct json_report *w, const struct call *c)
{
	const struct view *v = w->in->view;
	struct phase phases[PHASE_ROOM];
	struct json *j = &w->j;

	briefs_read(&w->briefs, v, c);
	json_put_object(j, NULL);
	/* Messages without a Call-ID are kept together under the empty one. */
	json_put_slice(j, "call_id",
		       c->call_id.len > 0 ? c->call_id : SLICE_NONE);
	json_put_slice(j, "method",
		       c->method == SIP_METHOD_NONE
			       ? SLICE_NONE
			       : view_method_name(v, c->method));
	json_put_text(j, "state", call_state_name(call_state(v, c)));
	write_ends(w, c);
	write_codes(w, c);
	write_phases(w, phases, phase_list_call(v, c, phases, PHASE_ROOM),
		     first_invite_ns(v, c));
	write_timing(w, c);
	write_dialogs(w, c);
	write_transactions(w, c);
	json_identity_call(j, &w->sink, w->in, c);
	write_findings(w, c);
	/* Media and legs are told by rooms that this report does not have;
	 * their lists are there and empty. */
	empty_array(w, "media");
	empty_array(w, "legs");
	json_put_object_end(j);
}
