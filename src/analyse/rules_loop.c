#include "rules.h"

#include "caller.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/via.h"

/* ---- answer-lost */

/* The same request, further on, was answered and does wait no more. */
static bool is_answered_behind(const struct scene *s,
			       const struct transaction *o)
{
	const struct transaction *t = s->transaction;

	/* Only a 2xx has to be passed on at once (RFC 3261 section 16.7): any
	 * other answer may make the proxy try another way. */
	return is_copy_of_request(s, o) && o->final_code >= 200 &&
	       o->final_code < 300 && o->request_ns >= t->request_ns &&
	       transaction_is(o, TRANSACTION_REQUEST_SEEN) &&
	       endpoint_same_host(source_of(s, o), destination_of(s, t)) &&
	       o->final_ns - t->request_ns < NO_ANSWER_NS &&
	       s->now_ns - o->final_ns >= NO_ANSWER_NS;
}

static const struct transaction *answered_behind(const struct scene *s)
{
	const struct transaction *o =
		view_transaction(s->view, s->transaction->next);

	for (unsigned i = 0; o != NULL && i < NEAR_TRANSACTIONS; i++) {
		if (is_answered_behind(s, o))
			return o;
		o = view_transaction(s->view, o->next);
	}
	return NULL;
}

bool answer_lost(const struct scene *s, struct finding *out)
{
	const struct transaction *t = s->transaction;
	const struct transaction *behind;

	/* The way back must be in the capture, or the sender show that he
	 * waits on. */
	if (s->story.request == 0 || t->final_code != 0 ||
	    transaction_is(t, TRANSACTION_ACKED) ||
	    (s->story.first_response == 0 &&
	     s->story.request_copies < COPIES_MANY))
		return false;
	behind = answered_behind(s);
	if (behind == NULL || has_near(s, is_next_of_sender))
		return false;
	finding_start(out, behind->final_code, s->now_ns - behind->final_ns, 0);
	out->element = *destination_of(s, t);
	finding_name(out, s->story.request);
	finding_name(out, behind->first_msg);
	finding_name(out, final_of(s, behind));
	return true;
}

/* ---- loop */

/* Copies of one request that are read; a circle shows by the first ones. */
#define LAPS_MAX 8

/* Requests whose copies are read. */
#define LAPPED_MAX 8

static bool has_via_below(const struct sip_msg *msg, struct slice branch)
{
	struct slice rest = msg->headers;
	struct sip_header h;
	unsigned place = 0;

	while (slice_is_set(branch) && sip_header_next(&rest, &h)) {
		struct slice values = h.value;
		struct slice value;

		if (h.id != SIP_HEADER_VIA)
			continue;
		while (sip_value_next(&values, &value)) {
			struct sip_via via;
			size_t at;

			/* what could be read of a broken one is as good */
			(void)!sip_via_parse(&via, value, &at);
			if (place++ > 0 && slice_eq(via.branch, branch))
				return true;
		}
	}
	return false;
}

static bool max_forwards_of(const struct sip_msg *msg, uint32_t *out)
{
	return slice_to_u32(sip_msg_field(msg, SIP_HEADER_MAX_FORWARDS, 0), 255,
			    out);
}

/*
 * Did the request come by here as `before`, and come back as `after`?  With
 * another Request-URI it is a spiral, and no loop (RFC 3261 section 6).
 */
static bool is_next_lap(const struct sip_msg *before,
			const struct sip_msg *after)
{
	uint32_t hops_before;
	uint32_t hops_after;

	return after->via_count > before->via_count &&
	       max_forwards_of(before, &hops_before) &&
	       max_forwards_of(after, &hops_after) &&
	       hops_after < hops_before &&
	       slice_eq(before->request_uri, after->request_uri) &&
	       has_via_below(after, before->branch);
}

static bool comes_back(const struct scene *s, uint32_t before, uint32_t after)
{
	struct reading a;
	struct reading b;
	bool is = reading_of(s, before, &a);

	is = reading_of(s, after, &b) && is && is_next_lap(&a.msg, &b.msg);
	reading_free(&a);
	reading_free(&b);
	return is;
}

/* Copies of the request of `t` on its hop, itself the first; in order. */
static unsigned laps_of(const struct scene *s, unsigned at, uint32_t *out)
{
	const struct transaction *t = s->list[at];
	unsigned n = 0;

	for (unsigned i = 0; i < s->count && n < LAPS_MAX; i++) {
		const struct transaction *o = s->list[i];

		if (o->method != t->method || o->cseq != t->cseq ||
		    o->hop != t->hop || request_of(s, o) == 0)
			continue;
		if (i < at) /* it was the first */
			return 0;
		out[n++] = o->first_msg;
	}
	return n;
}

static bool goes_round(const struct scene *s, const uint32_t *laps, unsigned n,
		       struct finding *out)
{
	unsigned seen = 1;

	while (seen < n && comes_back(s, laps[seen - 1], laps[seen]))
		seen++;
	if (seen < COPIES_MANY)
		return false;
	finding_start(out, 0,
		      view_msg(s->view, laps[seen - 1])->time_ns -
			      view_msg(s->view, laps[0])->time_ns,
		      seen);
	finding_name(out, laps[0]);
	finding_name(out, laps[1]);
	finding_name(out, laps[seen - 1]);
	return true;
}

static bool find_round(const struct scene *s, struct finding *out)
{
	uint32_t laps[LAPS_MAX];
	unsigned tried = 0;

	for (unsigned i = 0; i < s->count && tried < LAPPED_MAX; i++) {
		unsigned n = laps_of(s, i, laps);

		if (n < COPIES_MANY)
			continue;
		tried++;
		if (goes_round(s, laps, n, out))
			return true;
	}
	return false;
}

static bool went_by(const struct scene *s, uint32_t before, uint32_t after)
{
	struct reading a;
	struct reading b;
	bool is = reading_of(s, before, &a);

	is = reading_of(s, after, &b) && is &&
	     has_via_below(&b.msg, a.msg.branch);
	reading_free(&a);
	reading_free(&b);
	return is;
}

/* What a copy of a request met at the host that it came to. */
enum meeting { MET_NOTHING = 0, MET_BRANCH, MET_ITSELF };

static enum meeting meeting_of(const struct scene *s,
			       const struct transaction *t)
{
	enum meeting met = MET_NOTHING;
	unsigned read = 0;

	for (unsigned i = 0; i < s->count && read < LAPS_MAX; i++) {
		const struct transaction *o = s->list[i];

		if (o == t)
			break;
		if (o->method != t->method || o->cseq != t->cseq ||
		    request_of(s, o) == 0 || request_of(s, t) == 0 ||
		    !endpoint_same_host(destination_of(s, o),
					destination_of(s, t)))
			continue;
		if (went_by(s, o->first_msg, t->first_msg))
			return MET_ITSELF;
		met = MET_BRANCH;
		read++;
	}
	return met;
}

/*
 * RFC 3261 section 8.2.2.2: who gets a request by two branches of a fork
 * refuses the second one with 482, and that is handed on.  Nothing came back:
 * no copy is on the way of another one that came to the same host.
 */
static bool tells_of_merge(const struct scene *s, const struct transaction *t)
{
	enum meeting met = MET_NOTHING;
	unsigned asked = 0;

	for (unsigned i = 0; i < s->count && asked < LAPPED_MAX &&
			     t->final_code == 482 && met != MET_ITSELF;
	     i++) {
		const struct transaction *o = s->list[i];
		enum meeting here;

		if (o->final_code != 482 || o->method != t->method ||
		    o->cseq != t->cseq)
			continue;
		asked++;
		here = meeting_of(s, o);
		if (here > met)
			met = here;
	}
	return met == MET_BRANCH;
}

/* RFC 3261 section 11: an OPTIONS may count the hops in this way. */
static const struct transaction *loop_answer(const struct scene *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if ((t->final_code == 482 || t->final_code == 483) &&
		    t->method != SIP_METHOD_OPTIONS && !tells_of_merge(s, t))
			return t;
	}
	return NULL;
}

bool loop(const struct scene *s, struct finding *out)
{
	const struct transaction *answered = loop_answer(s);
	bool round = (s->signs & SIGN_AGAIN) != 0 && find_round(s, out);

	if (answered == NULL)
		return round;
	if (!round) {
		finding_start(out, 0, -1, 0);
		finding_name(out, request_of(s, answered));
	}
	out->code = answered->final_code;
	finding_name(out, final_of(s, answered));
	return true;
}
