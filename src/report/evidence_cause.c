#include "evidence_cause.h"

#include "opinion.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"

/* Elements on the way of an answer that are named. */
#define ELEMENTS_MAX 6

static const struct {
	uint16_t code;
	opinion_fn tell;
} opinions[] = {
	{ 401, opinion_challenge }, { 403, opinion_forbidden },
	{ 404, opinion_number },    { 407, opinion_challenge },
	{ 408, opinion_timeout },   { 420, opinion_extension },
	{ 421, opinion_extension }, { 422, opinion_interval },
	{ 423, opinion_interval },  { 481, opinion_dialog },
	{ 482, opinion_loop },      { 483, opinion_loop },
	{ 484, opinion_number },    { 487, opinion_cancel },
	{ 488, opinion_offer },     { 500, opinion_busy },
	{ 503, opinion_busy },      { 504, opinion_timeout },
	{ 604, opinion_number },    { 606, opinion_offer },
};

/* ---- sentences */

void opinion_tell(const struct opinion *o, const char *label,
		  const char *sentence, const char *const *values,
		  unsigned count)
{
	teller_begin(o->t, label);
	phrase_add(o->t->out, words(o->t->words, sentence), values, count);
	teller_end(o->t);
}

const char *opinion_safe(struct slice s, char out[OPINION_WORD_BYTES])
{
	return utf8_show_cut(s, out, OPINION_WORD_BYTES);
}

const char *opinion_duration(int64_t ns, char *out)
{
	return clock_duration(ns, out);
}

const char *opinion_source(const struct opinion *o, uint32_t msg, char *out)
{
	const struct captured_msg *m = view_msg(o->t->view, msg);

	return endpoint_text(&view_hop(o->t->view, m->hop)->source, out);
}

/* ---- the way of the answer */

static const struct passage *passage_out_of(const struct opinion *o,
					    uint32_t msg)
{
	for (unsigned i = 0; i < o->passage_count; i++)
		if (o->passages[i].out == msg)
			return &o->passages[i];
	return NULL;
}

/* From here back to where it was seen first. */
static void tell_way(struct opinion *o)
{
	const struct passage *p = passage_out_of(o, o->id);

	o->origin = o->id;
	for (unsigned i = 0; p != NULL && i < ELEMENTS_MAX; i++) {
		char element[ENDPOINT_TEXT_BYTES];
		char delay[CLOCK_TEXT_BYTES];
		const char *const values[] = {
			endpoint_text(&p->element, element),
			opinion_duration(p->delay_ns, delay),
		};

		opinion_tell(o, "Came through",
			     p->forked ? "%1 after %2, perhaps waiting for "
					 "other branches"
				       : "%1, which took %2 itself",
			     values, 2);
		o->origin = p->in;
		p = passage_out_of(o, p->in);
	}
	o->origin_t = view_transaction(
		o->t->view, view_msg(o->t->view, o->origin)->transaction);
}

/* The request went on from where the answer was made. */
static const struct passage *sent_on(const struct opinion *o)
{
	for (unsigned i = 0; i < o->passage_count; i++) {
		const struct captured_msg *in =
			view_msg(o->t->view, o->passages[i].in);

		if (!msg_is(in, MSG_RESPONSE) &&
		    in->method == o->t->m->method &&
		    view_transaction(o->t->view, in->transaction) ==
			    o->origin_t)
			return &o->passages[i];
	}
	return NULL;
}

static void tell_maker(const struct opinion *o)
{
	const struct passage *on = sent_on(o);
	char maker[ENDPOINT_TEXT_BYTES];
	char to[ENDPOINT_TEXT_BYTES] = "";
	const char *const values[] = { opinion_source(o, o->origin, maker),
				       to };

	if (on != NULL) {
		const struct captured_msg *m = view_msg(o->t->view, on->out);

		(void)endpoint_text(&view_hop(o->t->view, m->hop)->destination,
				    to);
		opinion_tell(o, "Made by",
			     "%1 itself, after it had sent the request on to "
			     "%2",
			     values, 2);
	} else if (o->origin != o->id) {
		opinion_tell(o, "Made by",
			     "%1, the last element that the request was seen "
			     "to reach",
			     values, 1);
	}
}

/* ---- what is needed to judge */

/* A retransmission says what its original said. */
static uint32_t original_of(const struct teller *t)
{
	for (uint32_t id = t->t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(t->view, id);

		if (m->status == t->m->status && m->hop == t->m->hop &&
		    m->content == t->m->content)
			return id;
		id = m->next_in_transaction;
	}
	return teller_id(t);
}

static uint32_t request_of(const struct teller *t)
{
	for (uint32_t id = t->t == NULL ? 0 : t->t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(t->view, id);

		if (!msg_is(m, MSG_RESPONSE) && m->method == t->t->method)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

static void judge(struct opinion *o, struct buf *raw)
{
	const struct teller *t = o->t;
	const struct captured_msg *request = view_msg(t->view, o->request);

	if (request == NULL || view_bytes(t->view, request, raw) != ERR_OK ||
	    !sip_msg_parse(&o->asked, buf_slice(raw)))
		o->asked = (struct sip_msg){ 0 };
	if (t->audit != NULL)
		o->audit_count = t->audit(t->audit_ctx, t->view, o->call,
					  o->audits, AUDIT_ROOM);
	for (size_t i = 0; i < sizeof(opinions) / sizeof(opinions[0]); i++)
		if (opinions[i].code == t->m->status)
			opinions[i].tell(o);
}

void evidence_cause(const struct teller *t)
{
	struct opinion o = { .t = t };
	struct buf raw;

	o.call = view_call_of(t->view, t->m);
	if (!msg_is(t->m, MSG_RESPONSE) || t->t == NULL || o.call == NULL ||
	    t->m->status <= 100 || (t->m->status >= 200 && t->m->status < 300))
		return;
	o.id = original_of(t);
	o.request = request_of(t);
	o.passage_count =
		passage_list(t->view, o.call, o.passages, PASSAGE_ROOM);
	tell_way(&o);
	if (t->m->status < 300)
		return;
	tell_maker(&o);
	buf_init(&raw, (size_t)1 << 20);
	judge(&o, &raw);
	buf_free(&raw);
}
