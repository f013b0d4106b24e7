#include "offers.h"

#include <string.h>

#include "sipmon/sip/method.h"

/* ---- offers and answers */

struct list {
	struct offer *out;
	unsigned count;
};

/* Where `note` is an offer already, or the answer to it. */
static struct offer *find_offer(const struct list *l,
				const struct transaction *t,
				const struct media_note *note)
{
	for (unsigned i = l->count; i-- > 0;)
		if (l->out[i].transaction == t &&
		    l->out[i].note->line == note->line)
			return &l->out[i];
	return NULL;
}

static void add_offer(struct list *l, const struct transaction *t,
		      const struct media_note *note)
{
	if (l->count == OFFERS_ROOM)
		memmove(l->out, l->out + 1, --l->count * sizeof(l->out[0]));
	l->out[l->count++] = (struct offer){ t, note, NULL };
}

/* How much a response says: a 2xx more than a refusal, and that more than what
 * is only provisional. */
static unsigned weight(const struct captured_msg *m)
{
	if (m->status >= 300)
		return 1;
	return m->status >= 200 ? 2 : 0;
}

static void add_response(const struct scene *s, struct offer *o,
			 const struct media_note *note)
{
	const struct captured_msg *m = view_msg(s->view, note->msg);
	const struct media_note **into =
		msg_is(view_msg(s->view, o->note->msg), MSG_RESPONSE)
			? &o->note
			: &o->answer;

	if (*into == NULL ||
	    weight(m) >= weight(view_msg(s->view, (*into)->msg)))
		*into = note;
}

/* RFC 3261 section 13.2.1, RFC 3262 section 5, RFC 3311: an OPTIONS only tells
 * what might be. */
static bool negotiates(const struct transaction *t)
{
	return t->method == SIP_METHOD_INVITE ||
	       t->method == SIP_METHOD_PRACK || t->method == SIP_METHOD_UPDATE;
}

static void add_note(const struct scene *s, struct list *l,
		     const struct media_note *note)
{
	const struct captured_msg *m = view_msg(s->view, note->msg);
	const struct transaction *t = view_transaction(s->view, m->transaction);
	struct offer *o;

	if (t == NULL || !negotiates(t))
		return;
	o = find_offer(l, t, note);
	if (msg_is(m, MSG_RESPONSE) && o != NULL) {
		add_response(s, o, note);
	} else if (m->method == SIP_METHOD_ACK && !msg_is(m, MSG_RESPONSE)) {
		/* It answers what a response has offered. */
		if (o != NULL && o->answer == NULL &&
		    msg_is(view_msg(s->view, o->note->msg), MSG_RESPONSE))
			o->answer = note;
	} else if (o == NULL && m->status < 300) {
		add_offer(l, t, note);
	}
}

unsigned offers_of(const struct scene *s, struct offer *out)
{
	struct list l = { out, 0 };

	for (const struct media_note *n =
		     view_media(s->view, s->call->first_media);
	     n != NULL; n = view_media(s->view, n->next))
		add_note(s, &l, n);
	return l.count;
}

static bool is_audio(const struct media_note *n)
{
	return n != NULL && n->media.kind == SDP_AUDIO &&
	       (n->media.flags & SDP_RTP) != 0;
}

bool offer_is_audio(const struct offer *o)
{
	return is_audio(o->note) && is_audio(o->answer);
}

/* ---- what holds */

/* Copies of one request, on the hops that it took. */
static bool is_same_request(const struct scene *s, const struct transaction *a,
			    const struct transaction *b)
{
	return a->method == b->method && a->cseq == b->cseq &&
	       msg_is(view_msg(s->view, a->first_msg), MSG_OTHER_FROM) ==
		       msg_is(view_msg(s->view, b->first_msg), MSG_OTHER_FROM);
}

/* Without it, or with one of another fork, nobody knows what was agreed. */
static bool is_answered(const struct scene *s, const struct offer *o)
{
	const struct captured_msg *answer;
	const struct captured_msg *final;

	if (o->answer == NULL)
		return false;
	answer = view_msg(s->view, o->answer->msg);
	if (!msg_is(answer, MSG_RESPONSE) || answer->status >= 200)
		return true;
	final = view_msg(s->view, final_of(s, o->transaction));
	return final != NULL && final->dialog == answer->dialog;
}

/* An offer that is open may have changed everything. */
static void find_lines(const struct scene *s, struct talk *k)
{
	struct offer list[OFFERS_ROOM];
	unsigned n = offers_of(s, list);
	const struct transaction *last = NULL;

	for (unsigned i = 0; i < n; i++) {
		const struct transaction *t = list[i].transaction;

		if (t->final_code >= 300)
			continue;
		if (last == NULL || !is_same_request(s, last, t))
			k->count = 0;
		last = t;
		if (is_answered(s, &list[i]) && offer_is_audio(&list[i]))
			k->lines[k->count++] = list[i];
	}
}

static void find_bye(struct talk *k, const struct transaction *t)
{
	if (k->bye != 0 && t->request_ns >= k->end_ns)
		return;
	k->bye = t->first_msg;
	k->end_ns = t->request_ns;
}

bool talk_of(const struct scene *s, struct talk *out)
{
	bool answered = false;

	out->bye = 0;
	out->count = 0;
	out->begin_ns = out->end_ns = s->now_ns;
	/* What the scene has not gathered may be the BYE, and a description
	 * that was not kept may have changed everything. */
	if (s->call->first_media == 0 || s->count == SCENE_TRANSACTIONS ||
	    s->call->media_count == CALL_MEDIA_MAX)
		return false;
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->method == SIP_METHOD_BYE)
			find_bye(out, t);
		if (t->method != SIP_METHOD_INVITE || !transaction_succeeded(t))
			continue;
		if (!answered || t->final_ns < out->begin_ns)
			out->begin_ns = t->final_ns;
		answered = true;
	}
	if (!answered || out->end_ns <= out->begin_ns)
		return false;
	find_lines(s, out);
	return true;
}

int64_t talk_since_ns(const struct scene *s, const struct talk *k,
		      const struct offer *line)
{
	int64_t answer_ns = view_msg(s->view, line->answer->msg)->time_ns;

	return answer_ns > k->begin_ns ? answer_ns : k->begin_ns;
}
