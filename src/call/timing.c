#include "sipmon/call/timing.h"

#include "impl.h"
#include "sipmon/call/media.h"
#include "sipmon/call/state.h"

/* Codes whose first response has a delay of its own. */
static const uint16_t shown_codes[] = { 180, 181, 182, 183, 199 };

#define SHOWN_CODES (sizeof(shown_codes) / sizeof(shown_codes[0]))

/* Times of the caller's INVITEs; TIMING_NONE where there was none. */
struct marks {
	int64_t invite;
	int64_t trying;
	int64_t ringing;
	int64_t early_media;
	int64_t first[SHOWN_CODES];
	int64_t final; /* no answered challenge */
	int64_t answer;
	int64_t failure; /* `final`, if it is one */
	uint32_t dialog; /* that the answer made, or 0 */
};

static void mark_first(int64_t *mark, int64_t time_ns)
{
	if (*mark == TIMING_NONE)
		*mark = time_ns;
}

static void mark_provisional(const struct captured_msg *m, struct marks *k)
{
	if (m->status == 100)
		mark_first(&k->trying, m->time_ns);
	if (m->status >= 180 && m->status <= 189) {
		mark_first(&k->ringing, m->time_ns);
		if (msg_is(m, MSG_SDP))
			mark_first(&k->early_media, m->time_ns);
	}
	for (size_t i = 0; i < SHOWN_CODES; i++)
		if (m->status == shown_codes[i])
			mark_first(&k->first[i], m->time_ns);
}

static void mark_responses(const struct view *v, const struct transaction *t,
			   struct marks *k)
{
	const struct captured_msg *m = view_msg(v, t->first_msg);

	/* Behind the final response nothing is new. */
	for (; m != NULL && m->status < 200;
	     m = view_msg(v, m->next_in_transaction))
		if (m->status != 0)
			mark_provisional(m, k);
}

static uint32_t answer_dialog(const struct view *v, const struct transaction *t)
{
	const struct captured_msg *m = view_msg(v, t->first_msg);

	while (m != NULL && (m->status < 200 || m->status >= 300))
		m = view_msg(v, m->next_in_transaction);
	return m == NULL ? 0 : m->dialog;
}

static void mark_final(const struct view *v, const struct transaction *t,
		       struct marks *k)
{
	if (t->final_code == 0 || call_challenge_answered(v, t))
		return;
	k->final = t->final_ns;
	k->failure = t->final_code >= 300 ? t->final_ns : TIMING_NONE;
	if (t->final_code < 300 && k->answer == TIMING_NONE) {
		k->answer = t->final_ns;
		k->dialog = answer_dialog(v, t);
	}
}

static struct marks marks_of(const struct view *v, const struct call *c)
{
	struct marks k = { .invite = TIMING_NONE,
			   .trying = TIMING_NONE,
			   .ringing = TIMING_NONE,
			   .early_media = TIMING_NONE,
			   .final = TIMING_NONE,
			   .answer = TIMING_NONE,
			   .failure = TIMING_NONE };
	bool initial = call_has_initial(v, c);

	for (size_t i = 0; i < SHOWN_CODES; i++)
		k.first[i] = TIMING_NONE;
	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (t->method != SIP_METHOD_INVITE ||
		    transaction_is_initial(t) != initial ||
		    !transaction_is_callers(v, c, t, false))
			continue;
		if (transaction_is(t, TRANSACTION_REQUEST_SEEN))
			mark_first(&k.invite, t->request_ns);
		mark_responses(v, t, &k);
		mark_final(v, t, &k);
	}
	return k;
}

bool timing_ends_another(const struct view *v, const struct transaction *bye,
			 uint32_t dialog)
{
	const struct captured_msg *m = view_msg(v, bye->first_msg);

	if (dialog == 0 || m == NULL || m->dialog == 0 || m->dialog == dialog)
		return false;
	return view_dialog(v, m->dialog)->method == SIP_METHOD_INVITE;
}

static const struct transaction *find_bye(const struct view *v,
					  const struct call *c, uint32_t dialog)
{
	const struct transaction *any = NULL;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		if (t->method != SIP_METHOD_BYE ||
		    !transaction_is(t, TRANSACTION_REQUEST_SEEN) ||
		    timing_ends_another(v, t, dialog))
			continue;
		if (transaction_is_callers(v, c, t, true))
			return t;
		if (any == NULL)
			any = t;
	}
	return any;
}

/* What a clock that was set back measured is not known. */
static int64_t between(int64_t from, int64_t to)
{
	return from == TIMING_NONE || to == TIMING_NONE || to < from
		       ? TIMING_NONE
		       : to - from;
}

/* The longest that the caller's or the callee's requests waited. */
static int64_t slowest(const struct view *v, const struct call *c,
		       enum sip_method method)
{
	int64_t longest = TIMING_NONE;

	for (const struct transaction *t =
		     view_transaction(v, c->first_transaction);
	     t != NULL; t = view_transaction(v, t->next)) {
		int64_t took;

		if (t->method != method || t->final_code == 0 ||
		    !transaction_is(t, TRANSACTION_REQUEST_SEEN) ||
		    !transaction_is_callers(v, c, t, true))
			continue;
		took = between(t->request_ns, t->final_ns);
		if (took > longest)
			longest = took;
	}
	return longest;
}

/* ---- media */

/* The caller's INVITE that a message with SDP belongs to; NULL if to none. */
static const struct captured_msg *in_invite(const struct view *v,
					    const struct call *c,
					    const struct media_note *n)
{
	const struct captured_msg *m = view_msg(v, n->msg);
	const struct transaction *t =
		m == NULL ? NULL : view_transaction(v, m->transaction);

	return t != NULL && t->method == SIP_METHOD_INVITE &&
			       transaction_is_callers(v, c, t, false)
		       ? m
		       : NULL;
}

/*
 * The first SDP the other way than the first one of all: in a response, or,
 * where the INVITE had none, in the ACK (RFC 3264 section 4, RFC 3261 section
 * 13.2.1).  `*offer_ns` is when the first one came.
 */
static int64_t first_answer(const struct view *v, const struct call *c,
			    int64_t *offer_ns)
{
	const struct captured_msg *offer = NULL;

	for (const struct media_note *n = view_media(v, c->first_media);
	     n != NULL; n = view_media(v, n->next)) {
		const struct captured_msg *m = in_invite(v, c, n);

		if (m == NULL)
			continue;
		if (offer == NULL) {
			offer = m;
			*offer_ns = m->time_ns;
		} else if (msg_is(m, MSG_RESPONSE) !=
			   msg_is(offer, MSG_RESPONSE)) {
			return m->time_ns;
		}
	}
	return TIMING_NONE;
}

static int64_t first_rtp(const struct view *v, const struct call *c)
{
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n = call_media_list(v, c, list, CALL_MEDIA_ROOM);
	int64_t offer_ns = TIMING_NONE;
	int64_t answer_ns;

	if (n == 0)
		return TIMING_NONE;
	answer_ns = first_answer(v, c, &offer_ns);
	if (answer_ns == TIMING_NONE || answer_ns < offer_ns)
		return TIMING_NONE;
	for (unsigned i = 0; i < n; i++) {
		int64_t first_ns = list[i].stream->first_ns;

		/* What was there before the offer is of another call. */
		if (first_ns >= offer_ns)
			return first_ns > answer_ns ? first_ns - answer_ns : 0;
	}
	return TIMING_NONE;
}

struct timing timing_of(const struct view *v, const struct call *c)
{
	struct marks k = marks_of(v, c);
	const struct transaction *bye = find_bye(v, c, k.dialog);
	struct timing t = {
		.trying_ns = between(k.invite, k.trying),
		.pdd_ns = between(k.invite, k.ringing != TIMING_NONE ? k.ringing
								     : k.final),
		.ring_ns = between(k.ringing, k.final),
		.setup_ns = between(k.invite, k.answer),
		.talk_ns = TIMING_NONE,
		.teardown_ns = TIMING_NONE,
		.to_180_ns = between(k.invite, k.first[0]),
		.to_181_ns = between(k.invite, k.first[1]),
		.to_182_ns = between(k.invite, k.first[2]),
		.to_183_ns = between(k.invite, k.first[3]),
		.to_199_ns = between(k.invite, k.first[4]),
		.failure_ns = between(k.invite, k.failure),
		.early_media_ns = between(k.early_media, k.final),
		.first_rtp_ns = first_rtp(v, c),
		.prack_ns = slowest(v, c, SIP_METHOD_PRACK),
		.update_ns = slowest(v, c, SIP_METHOD_UPDATE),
	};

	if (bye != NULL) {
		t.talk_ns = between(k.answer, bye->request_ns);
		if (bye->final_code != 0)
			t.teardown_ns = between(bye->request_ns, bye->final_ns);
	}
	return t;
}
