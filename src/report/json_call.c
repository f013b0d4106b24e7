#include "json_call.h"

#include "format.h"
#include "json_identity.h"
#include "json_why.h"
#include "sipmon/base/clock.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/sip/nameaddr.h"

/* Distinct codes of one call; there are 600 that a response may have. */
#define CODES_ROOM VIEW_CODES

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
	duration_member(w, "to_180_ms", t.to_180_ns);
	duration_member(w, "to_181_ms", t.to_181_ns);
	duration_member(w, "to_182_ms", t.to_182_ns);
	duration_member(w, "to_183_ms", t.to_183_ns);
	duration_member(w, "to_199_ms", t.to_199_ns);
	duration_member(w, "failure_ms", t.failure_ns);
	duration_member(w, "early_media_ms", t.early_media_ns);
	duration_member(w, "first_rtp_ms", t.first_rtp_ns);
	duration_member(w, "prack_ms", t.prack_ns);
	duration_member(w, "update_ms", t.update_ns);
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

static struct slice finding_text(const struct json_report *w, const char *kind)
{
	struct text_entry entry;

	if (!catalogue_finding(w->in->words, slice_of(kind), &entry))
		return slice_of(kind);
	return entry.meaning;
}

static void write_finding(struct json_report *w, const struct finding *f)
{
	struct json *j = &w->j;
	char text[ENDPOINT_TEXT_BYTES];

	json_put_object(j, NULL);
	json_put_text(j, "kind", f->kind);
	json_put_text(j, "severity", finding_severity_name(f->severity));
	code_member(w, "code", f->code);
	json_put_slice(j, "text", finding_text(w, f->kind));
	if (f->lasted_ns < 0)
		json_put_null(j, "lasted_ms");
	else
		json_put_ms(j, "lasted_ms", f->lasted_ns);
	json_put_uint(j, "count", f->count);
	json_put_text(j, "element",
		      f->element.family != 0
			      ? endpoint_host_text(&f->element, text)
			      : NULL);
	json_put_array(j, "messages");
	for (unsigned i = 0; i < f->message_count; i++) {
		int64_t at = places_at(&w->places, f->messages[i]);

		if (at >= 0)
			json_put_int(j, NULL, at);
	}
	json_put_array_end(j);
	json_put_object_end(j);
}

static void gather_findings(struct json_report *w, const struct call *c)
{
	w->finding_count = format_findings(w->in, c, w->findings);
	for (unsigned i = 0; i < w->finding_count; i++)
		for (unsigned k = 0; k < w->findings[i].message_count; k++)
			places_want(&w->places, w->findings[i].messages[k]);
}

static void write_findings(struct json_report *w)
{
	json_put_array(&w->j, "findings");
	for (unsigned i = 0; i < w->finding_count; i++) {
		tally_add(&w->tally, w->findings[i].kind);
		write_finding(w, &w->findings[i]);
	}
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
	places_clear(&w->places);
	gather_findings(w, c);
	json_why_gather(w, c);
	places_find(&w->places, v, c);
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
	write_findings(w);
	json_media(w, c);
	json_legs(w);
	json_hops(w);
	json_timers(w);
	json_story(w, c);
	json_put_object_end(j);
}
