#include "sipmon/report/narrative.h"

#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/call/phase.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/report/quality.h"
#include "sipmon/sip/message.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/nameaddr.h"
#include "tale.h"

/* Names of strangers are cut here: the story is to be read. */
#define NAME_BYTES 96

/* Provisional codes and findings that are named. */
#define PHASES_TOLD   8
#define FINDINGS_TOLD 4

/* Loss that nobody can fail to hear, of a stream long enough to tell. */
#define LOSS_TOLD_PERCENT 3.0
#define LOSS_TOLD_PACKETS 50

struct tale {
	struct buf *out;
	const struct view *view;
	const struct call *call;
	const struct narrative_input *in;
	size_t begin;
	char from[NAME_BYTES];
	char to[NAME_BYTES];
	struct tale_facts facts;
	struct timing timing;
	bool forked;
	bool trouble; /* told already that it did not go well */
};

/* ---- sentences */

/* A sentence, a blank before all but the first. */
static void say(struct tale *t, const char *english, const char *const *values,
		unsigned count)
{
	if (t->out->len > t->begin)
		buf_add_char(t->out, ' ');
	phrase_add(t->out, words(t->in->words, english), values, count);
}

static void safe_name(struct slice name, char out[NAME_BYTES])
{
	utf8_show_cut(name.len > 0 ? name : SLICE("?"), out, NAME_BYTES);
}

static const char *duration(int64_t ns, char out[CLOCK_TEXT_BYTES])
{
	return clock_duration(ns < 0 ? 0 : ns, out);
}

/* "486 Busy Here" */
static void code_text(const struct tale *t, uint16_t code, char *out,
		      size_t size)
{
	struct code_entry e;
	char phrase_text[NAME_BYTES] = "";

	if (catalogue_code(t->in->words, code, &e) && e.known)
		slice_copy(e.phrase, phrase_text, sizeof(phrase_text));
	(void)snprintf(out, size, "%u%s%s", code,
		       phrase_text[0] != '\0' ? " " : "", phrase_text);
}

/* ---- its parts, in order */

static bool starts_with(const struct tale *t, enum msg_flag flag)
{
	const struct transaction *x = t->facts.first;
	const struct captured_msg *m =
		x != NULL ? view_msg(t->view, x->first_msg) : NULL;

	return m != NULL && msg_is(m, flag);
}

static const char *opening_of_register(const struct tale *t)
{
	bool own = strcmp(t->from, t->to) == 0;

	if (starts_with(t, MSG_UNREGISTER))
		return own ? "%1: %2 took its registration back."
			   : "%1: %2 took the registration of %3 back.";
	return own ? "%1: %2 asked to be registered."
		   : "%1: %2 asked to be registered as %3.";
}

static const char *opening_of(const struct tale *t)
{
	if (t->call->method == SIP_METHOD_NONE)
		return "%1: only responses of this call were seen.";
	if (t->facts.midway)
		return "%1: the beginning was not captured; the first request "
		       "seen is %4 of %2 to %3.";
	switch (t->call->method) {
	case SIP_METHOD_INVITE:
		return "%1: %2 called %3.";
	case SIP_METHOD_REGISTER:
		return opening_of_register(t);
	case SIP_METHOD_MESSAGE:
		return "%1: %2 sent a message to %3.";
	case SIP_METHOD_SUBSCRIBE:
		return "%1: %2 subscribed to the events of %3.";
	case SIP_METHOD_OPTIONS:
		return "%1: %2 asked %3 for its OPTIONS.";
	default:
		return "%1: %2 sent %4 to %3.";
	}
}

static void tell_begin(struct tale *t)
{
	char time[CLOCK_TEXT_BYTES];
	char method[NAME_BYTES] = "";
	const char *values[] = { time, t->from, t->to, method };

	clock_time_of_day(t->call->start_ns, t->in->utc, time);
	time[8] = '\0'; /* to the second */
	if (t->call->method != SIP_METHOD_NONE)
		safe_name(view_method_name(t->view, t->call->method), method);
	say(t, opening_of(t), values, 4);
}

static void say_way(struct tale *t, const struct tale_way *w)
{
	char between[TALE_WAY * (ENDPOINT_TEXT_BYTES + 2)] = "";
	char first[ENDPOINT_TEXT_BYTES];
	char last[ENDPOINT_TEXT_BYTES];
	const char *values[] = { first, last, between };
	size_t used = 0;

	endpoint_host_text(&w->places[0], first);
	endpoint_host_text(&w->places[w->count - 1], last);
	for (unsigned i = 1; i + 1 < w->count; i++) {
		char one[ENDPOINT_TEXT_BYTES];
		int len = snprintf(between + used, sizeof(between) - used,
				   "%s%s", i > 1 ? ", " : "",
				   endpoint_host_text(&w->places[i], one));

		used += len > 0 ? (size_t)len : 0;
	}
	if (w->count == 2)
		say(t, "The request went from %1 to %2.", values, 2);
	else
		say(t, "The request went from %1 over %3 to %2.", values, 3);
}

/* "192.0.2.2 answered 302 Moved Temporarily; it was tried again at 192.0.2.3."
 */
static void tell_attempts(struct tale *t)
{
	const struct tale_facts *f = &t->facts;

	if (t->call->method != SIP_METHOD_INVITE)
		return;
	for (unsigned i = 1; i < f->attempt_count; i++) {
		const struct transaction *x = f->attempts[i - 1];
		char who[ENDPOINT_TEXT_BYTES];
		char code[NAME_BYTES];
		char next[ENDPOINT_TEXT_BYTES];
		const char *values[] = { who, code, next };

		endpoint_host_text(&view_hop(t->view, x->hop)->destination,
				   who);
		code_text(t, x->final_code, code, sizeof(code));
		endpoint_host_text(
			&view_hop(t->view, f->attempts[i]->hop)->destination,
			next);
		say(t, "%1 answered %2; it was tried again at %3.", values, 3);
	}
}

/* The way of the attempt that got farthest, the earlier ones before it: a
 * challenge or a redirection ends them early. */
static void tell_way(struct tale *t)
{
	const struct tale_facts *f = &t->facts;
	const struct transaction *x = f->first;
	char who[ENDPOINT_TEXT_BYTES];
	const char *values[] = { who, NULL };
	struct phrase_number count;
	struct tale_way way;
	bool farther;

	if (x == NULL)
		return;
	if (f->attempt_count > 0)
		x = f->attempts[f->attempt_count - 1];
	tale_find_way(&way, t->view, t->call, x);
	farther = way.count > 2;
	if (!farther)
		tale_find_way(&way, t->view, t->call, f->first);
	if (farther)
		tell_attempts(t);
	say_way(t, &way);
	if (!farther)
		tell_attempts(t);
	t->forked = way.branches > 1;
	if (way.came_back) {
		endpoint_host_text(&way.back, who);
		say(t, "It came back to %1, where it had been.", values, 1);
	} else if (t->forked) {
		endpoint_host_text(&way.places[way.count - 2], who);
		count = phrase_number(way.branches);
		values[1] = count.text;
		say(t, "%1 sent it on in %2 branches.", values, 2);
	}
}

static void tell_challenge(struct tale *t)
{
	const struct transaction *x = t->facts.challenge;
	char code[NAME_BYTES];
	char who[ENDPOINT_TEXT_BYTES];
	const char *values[] = { code, who };

	if (x == NULL)
		return;
	code_text(t, x->final_code, code, sizeof(code));
	endpoint_host_text(&view_hop(t->view, x->hop)->destination, who);
	say(t, "%2 challenged it (%1), and it was sent again with credentials.",
	    values, 2);
}

/* "100 came after 12 ms, 180 after 250 ms." */
static void tell_phases(struct tale *t)
{
	const struct transaction *first = t->facts.first;
	struct phase list[PHASE_ROOM];
	unsigned n = phase_list_call(t->view, t->call, list, PHASE_ROOM);
	int64_t end_ns = INT64_MAX; /* what comes later is another call */
	unsigned told = 0;

	if (first == NULL || t->call->method != SIP_METHOD_INVITE)
		return;
	if (t->timing.setup_ns != TIMING_NONE)
		end_ns = first->request_ns + t->timing.setup_ns;
	for (unsigned i = 0; i < n && told < PHASES_TOLD; i++) {
		struct phrase_number code = phrase_number(list[i].code);
		char after[CLOCK_TEXT_BYTES];
		const char *values[] = { code.text, after };

		if (list[i].begin_ns < first->request_ns ||
		    list[i].begin_ns > end_ns)
			continue;
		duration(list[i].begin_ns - first->request_ns, after);
		if (told++ == 0)
			say(t, "%1 came after %2", values, 2);
		else
			phrase_add(t->out, words(t->in->words, ", %1 after %2"),
				   values, 2);
	}
	if (told > 0)
		buf_add_char(t->out, '.');
}

static bool is_from_callee(const struct tale *t, const struct transaction *x)
{
	const struct captured_msg *m = view_msg(t->view, x->first_msg);

	return m != NULL && msg_is(m, MSG_OTHER_FROM);
}

static void tell_answer(struct tale *t)
{
	const struct transaction *x = t->facts.answer;
	char text[CLOCK_TEXT_BYTES];
	char who[ENDPOINT_TEXT_BYTES] = "";
	const char *values[] = { text, who };

	if (!call_is(t->call, CALL_RESPONSE)) {
		say(t, "No response of it was captured.", NULL, 0);
	} else if (t->timing.setup_ns == TIMING_NONE) {
		if (x != NULL)
			say(t, "It was answered.", NULL, 0);
	} else {
		duration(t->timing.setup_ns, text);
		if (x != NULL)
			endpoint_host_text(
				&view_hop(t->view, x->hop)->destination, who);
		say(t,
		    t->forked && x != NULL ? "%2 answered it after %1."
					   : "It was answered after %1.",
		    values, 2);
	}
}

/* The user of Refer-To. */
static bool find_target(const struct tale *t, char out[NAME_BYTES])
{
	const struct captured_msg *m =
		view_msg(t->view, t->facts.refer->first_msg);
	struct sip_nameaddr to;
	struct sip_msg msg;
	struct buf raw;
	bool found;

	buf_init(&raw, (size_t)1 << 20);
	found = m != NULL && view_bytes(t->view, m, &raw) == ERR_OK &&
		sip_msg_parse(&msg, buf_slice(&raw)) &&
		sip_nameaddr_parse(&to,
				   sip_msg_field(&msg, SIP_HEADER_REFER_TO, 0),
				   NULL) == ERR_OK &&
		to.uri.user.len > 0;
	if (found)
		safe_name(to.uri.user, out);
	buf_free(&raw);
	return found;
}

static void tell_transfer(struct tale *t)
{
	const struct transaction *x = t->facts.refer;
	char target[NAME_BYTES];
	char code[NAME_BYTES];
	const char *values[] = { t->from, t->to, target, code };

	if (x == NULL)
		return;
	if (is_from_callee(t, x)) {
		values[0] = t->to;
		values[1] = t->from;
	}
	if (find_target(t, target))
		say(t, "%1 asked %2 to call %3 (REFER).", values, 3);
	else
		say(t, "%1 asked %2 to call somebody else (REFER).", values, 2);
	if (x->final_code < 300)
		return;
	code_text(t, x->final_code, code, sizeof(code));
	say(t, "That was refused with %4.", values, 4);
}

static void tell_offers(struct tale *t)
{
	struct phrase_number offers = phrase_number(t->facts.offers);
	struct phrase_number refused = phrase_number(t->facts.offers_refused);
	const char *values[] = { offers.text, refused.text };

	if (t->facts.offers == 0)
		return;
	if (t->facts.offers_refused == 0)
		say(t, "re-INVITE or UPDATE while it was up: %1.", values, 1);
	else
		say(t, "re-INVITE or UPDATE while it was up: %1, refused: %2.",
		    values, 2);
}

static void tell_hang_up(struct tale *t)
{
	const struct transaction *bye = t->facts.bye;
	char text[CLOCK_TEXT_BYTES];
	const char *values[] = { text, t->from };

	if (is_from_callee(t, bye))
		values[1] = t->to;
	if (t->timing.talk_ns == TIMING_NONE) {
		say(t, "%2 hung up.", values, 2);
	} else {
		duration(t->timing.talk_ns, text);
		say(t, "%2 hung up after %1.", values, 2);
	}
	if (bye->final_code == 0 && call_is(t->call, CALL_RESPONSE)) {
		say(t, "The BYE got no answer.", NULL, 0);
		t->trouble = true;
	}
}

static void tell_talk(struct tale *t, bool over)
{
	const struct transaction *bye = t->facts.bye;
	const char *values[] = { t->from };

	if (!t->facts.midway || t->facts.answer != NULL)
		tell_answer(t);
	tell_offers(t);
	tell_transfer(t);
	if (over && bye != NULL) {
		tell_hang_up(t);
	} else if (!over && bye != NULL) {
		if (is_from_callee(t, bye))
			values[0] = t->to;
		say(t,
		    "%1 sent BYE, but another dialog of the call was still up "
		    "when the capture ended.",
		    values, 1);
	} else if (!over) {
		say(t, "It was still up when the capture ended.", NULL, 0);
	}
}

/* Who refused, with what, when: a caller waits from its first INVITE on, while
 * other requests stand for themselves. */
static void tell_refusal(struct tale *t, const char *english)
{
	const struct transaction *x = t->facts.last;
	char who[ENDPOINT_TEXT_BYTES];
	char code[NAME_BYTES];
	char after[CLOCK_TEXT_BYTES];
	struct phrase_number count = phrase_number(t->facts.requests);
	const char *values[] = { who, code, after, count.text };
	int64_t begin_ns;

	if (x == NULL)
		return;
	begin_ns = x->request_ns;
	if (t->call->method == SIP_METHOD_INVITE && t->facts.first != NULL)
		begin_ns = t->facts.first->request_ns;
	else if (t->facts.requests > 1)
		say(t,
		    "%4 such requests were sent; of the last that was "
		    "answered:",
		    values, 4);
	endpoint_host_text(&view_hop(t->view, x->hop)->destination, who);
	code_text(t, x->final_code, code, sizeof(code));
	duration(x->final_ns - begin_ns, after);
	say(t, english, values, 3);
}

/* 408 and 5xx: nobody says no, something did not work. */
static void tell_failure(struct tale *t)
{
	const struct transaction *x = t->facts.last;
	bool broke =
		x != NULL && (x->final_code == 408 ||
			      (x->final_code >= 500 && x->final_code < 600));

	t->trouble = true;
	tell_refusal(t, broke ? "%1 ended it with %2 after %3."
			      : "%1 refused it with %2 after %3.");
}

static void tell_cancel(struct tale *t)
{
	const struct tale_facts *f = &t->facts;
	const struct transaction *x = f->cancel != NULL ? f->cancel : f->bye;
	char after[CLOCK_TEXT_BYTES];
	char who[ENDPOINT_TEXT_BYTES];
	const char *values[] = { t->from, after };
	const struct flow *hop;

	if (x == NULL) {
		say(t, "It was cancelled.", NULL, 0);
		return;
	}
	hop = view_hop(t->view, x->hop);
	if (f->first != NULL &&
	    !endpoint_same_host(&hop->source,
				&view_hop(t->view, f->first->hop)->source))
		values[0] = endpoint_host_text(&hop->source, who);
	if (f->first == NULL || f->first->method != SIP_METHOD_INVITE) {
		say(t, "%1 gave up (CANCEL).", values, 1);
		return;
	}
	duration(x->request_ns - f->first->request_ns, after);
	say(t,
	    x == f->cancel ? "%1 gave up after %2 (CANCEL)."
			   : "%1 gave up after %2 (BYE).",
	    values, 2);
}

static void tell_silence(struct tale *t)
{
	char who[ENDPOINT_TEXT_BYTES];
	const char *values[] = { who };
	const struct transaction *first = t->facts.first;

	t->trouble = true;
	if (first == NULL)
		return;
	endpoint_host_text(&view_hop(t->view, first->hop)->destination, who);
	say(t, "%1 did not answer at all.", values, 1);
}

static void tell_waiting(struct tale *t)
{
	char waited[CLOCK_TEXT_BYTES];
	const char *values[] = { waited };
	const struct transaction *first = t->facts.first;

	t->trouble = true;
	if (first == NULL)
		return;
	duration(view_now_ns(t->view) - first->request_ns, waited);
	say(t, "There was no final response when the capture ended, %1 later.",
	    values, 1);
}

static void tell_end(struct tale *t)
{
	switch (call_state(t->view, t->call)) {
	case CALL_STATE_ESTABLISHED:
		tell_talk(t, false);
		break;
	case CALL_STATE_COMPLETED:
		tell_talk(t, true);
		break;
	case CALL_STATE_REJECTED:
	case CALL_STATE_FAILED:
		tell_failure(t);
		break;
	case CALL_STATE_REDIRECTED:
		tell_refusal(t, "%1 sent it elsewhere with %2 after %3.");
		break;
	case CALL_STATE_CHALLENGED:
		t->trouble = true;
		tell_refusal(t, t->facts.challenge != NULL
					? "%1 asked for credentials with %2 "
					  "after %3, and none were accepted."
					: "%1 asked for credentials with %2 "
					  "after %3, and none came.");
		break;
	case CALL_STATE_SUCCEEDED:
		tell_refusal(t, "%1 answered %2 after %3.");
		break;
	case CALL_STATE_CANCELLED:
		tell_cancel(t);
		break;
	case CALL_STATE_NO_ANSWER:
		tell_silence(t);
		break;
	case CALL_STATE_TRYING:
	case CALL_STATE_PROCEEDING:
	case CALL_STATE_EARLY:
	case CALL_STATE_PENDING:
		tell_waiting(t);
		break;
	case CALL_STATES:
		break;
	}
}

static void say_legs(struct tale *t, const struct leg *legs, unsigned n)
{
	const struct phrase_number count = phrase_number(n);
	const char *values[] = { count.text };
	bool guess = true;

	for (unsigned i = 0; i < n; i++)
		guess = guess && legs[i].tie == LEG_GUESS;
	if (guess)
		say(t,
		    "By its numbers and time it seems to have more legs: %1.",
		    values, 1);
	else
		say(t, "Legs of the same conversation: %1.", values, 1);
}

static void tell_legs(struct tale *t)
{
	struct leg looked_up[LEG_ROOM];
	const struct leg *legs = t->in->legs;
	unsigned n = t->in->leg_count;

	if (legs == NULL) {
		n = leg_list(t->view, t->call, looked_up, LEG_ROOM);
		legs = looked_up;
	}
	if (n > 0)
		say_legs(t, legs, n);
}

/* The worst of its streams, if it can be heard. */
static void tell_loss(struct tale *t)
{
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n = call_media_list(t->view, t->call, list, CALL_MEDIA_ROOM);
	double worst = LOSS_TOLD_PERCENT;
	char percent[32];
	char from[ENDPOINT_TEXT_BYTES];
	char to[ENDPOINT_TEXT_BYTES];
	const char *values[] = { percent, from, to };
	bool found = false;

	for (unsigned i = 0; i < n; i++) {
		const struct media_stream *s = list[i].stream;
		struct stream_quality q = stream_quality_of(t->view, &list[i]);

		/* Events share their numbers with the sound between them. */
		if (s->packets < LOSS_TOLD_PACKETS || q.mos <= 0 ||
		    q.loss_percent < worst)
			continue;
		worst = q.loss_percent;
		found = true;
		(void)snprintf(percent, sizeof(percent), "%.1f", worst);
		endpoint_text(&s->source, from);
		endpoint_text(&s->destination, to);
	}
	if (!found)
		return;
	t->trouble = true;
	say(t, "Of the RTP from %2 to %3, %1 % is missing.", values, 3);
}

static void tell_findings(struct tale *t)
{
	const struct finding *list = t->in->findings;
	unsigned told = 0;

	if (!t->in->has_findings)
		return;
	for (unsigned i = 0; i < t->in->finding_count && told < FINDINGS_TOLD;
	     i++) {
		char who[ENDPOINT_TEXT_BYTES];
		struct text_entry e;

		if (list[i].severity == FINDING_NOTE ||
		    !catalogue_finding(t->in->words, slice_of(list[i].kind),
				       &e))
			continue;
		if (told++ == 0)
			say(t, "What was wrong:", NULL, 0);
		else
			buf_add_char(t->out, ';');
		buf_add_char(t->out, ' ');
		buf_add(t->out, e.title);
		if (list[i].element.family != 0)
			buf_add_format(
				t->out, " (%s)",
				endpoint_host_text(&list[i].element, who));
	}
	if (told > 0)
		buf_add_char(t->out, '.');
	else
		say(t,
		    t->trouble ? "Nothing more was found."
			       : "Nothing wrong was found.",
		    NULL, 0);
}

enum err narrative_of(struct buf *out, const struct view *v,
		      const struct call *c, const struct narrative_input *in)
{
	struct tale t = { .out = out,
			  .view = v,
			  .call = c,
			  .in = in,
			  .begin = out->len,
			  .timing = timing_of(v, c) };

	safe_name(c->from_user, t.from);
	safe_name(c->to_user, t.to);
	tale_look(&t.facts, v, c);
	tell_begin(&t);
	tell_way(&t);
	tell_challenge(&t);
	tell_phases(&t);
	tell_end(&t);
	tell_loss(&t);
	tell_legs(&t);
	tell_findings(&t);
	return out->failed ? ERR_NOMEM : ERR_OK;
}
