#include "rules.h"

#include "caller.h"
#include "sipmon/call/leg.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/reason.h"

/* ---- retry-after-ignored */

/* Refusals of one call that are read again. */
#define REFUSALS_MAX 8

/* What a client's clock may make of whole seconds. */
#define SLACK_NS INT64_C(500000000)

static uint32_t refusal_with_delay(const struct scene *s,
				   const struct transaction *t)
{
	if (t->final_code < 300 || code_is_challenge(t->final_code))
		return 0;
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->status == t->final_code && msg_is(m, MSG_RETRY_AFTER))
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

/* The next request of its kind by the same sender; NULL if there is none. */
static const struct transaction *next_try(const struct scene *s, unsigned at)
{
	const struct transaction *t = s->list[at];

	for (unsigned i = at + 1; i < s->count; i++) {
		const struct transaction *o = s->list[i];

		if (o->method == t->method && o->cseq != t->cseq &&
		    is_same_way(s, o, t) && request_of(s, o) != 0)
			return o;
	}
	return NULL;
}

static bool read_delay(const struct sip_msg *msg, uint32_t *seconds)
{
	struct slice value = sip_msg_field(msg, SIP_HEADER_RETRY_AFTER, 0);

	return slice_is_set(value) &&
	       sip_retry_after_parse(seconds, value) == ERR_OK;
}

static bool has_same_target(const struct scene *s, uint32_t a, uint32_t b)
{
	struct reading one;
	struct reading other;
	bool same = reading_of(s, a, &one);

	same = reading_of(s, b, &other) && same &&
	       slice_eq(one.msg.request_uri, other.msg.request_uri);
	reading_free(&one);
	reading_free(&other);
	return same;
}

static bool came_too_soon(const struct scene *s, const struct transaction *t,
			  const struct transaction *again, uint32_t refusal,
			  struct finding *out)
{
	int64_t waited =
		again->request_ns - view_msg(s->view, refusal)->time_ns;
	struct reading r;
	uint32_t seconds = 0;
	bool soon = reading_of(s, refusal, &r) && read_delay(&r.msg, &seconds);

	reading_free(&r);
	if (!soon || waited < 0 ||
	    waited >= (int64_t)seconds * INT64_C(1000000000) - SLACK_NS ||
	    !is_in_order(s, refusal, again->first_msg) ||
	    !has_same_target(s, t->first_msg, again->first_msg))
		return false;
	finding_start(out, t->final_code, waited, seconds);
	finding_name(out, t->first_msg);
	finding_name(out, refusal);
	finding_name(out, again->first_msg);
	return true;
}

bool retry_after_ignored(const struct scene *s, struct finding *out)
{
	unsigned tried = 0;

	for (unsigned i = 0; i < s->count && tried < REFUSALS_MAX; i++) {
		const struct transaction *t = s->list[i];
		const struct transaction *again;
		uint32_t refusal = refusal_with_delay(s, t);

		if (refusal == 0 || request_of(s, t) == 0)
			continue;
		again = next_try(s, i);
		if (again == NULL)
			continue;
		tried++;
		if (came_too_soon(s, t, again, refusal, out))
			return true;
	}
	return false;
}

/* ---- redirect-not-tried */

/* Targets of one redirection, and calls behind it that are looked at. */
#define TARGETS_MAX  4
#define CALLS_BEHIND 256

struct redirect {
	const struct transaction *refused;
	unsigned count;
	struct endpoint hosts[TARGETS_MAX];
	struct slice users[TARGETS_MAX];
	/* The capture shows what the caller sends there. */
	bool seen[TARGETS_MAX];
};

/* Only an address tells where the next INVITE would be seen. */
static bool add_target(const struct scene *s, struct redirect *r,
		       struct slice value)
{
	struct sip_nameaddr name;
	unsigned i = r->count;

	if (i == TARGETS_MAX ||
	    sip_nameaddr_parse(&name, value, NULL) != ERR_OK ||
	    !name.uri.is_sip || !host_of(name.uri.host, &r->hosts[i]))
		return false;
	r->users[i] = name.uri.user;
	r->seen[i] =
		endpoint_same_host(&r->hosts[i], destination_of(s, r->refused));
	r->count++;
	return true;
}

/* False if one of them is nothing that could be seen. */
static bool read_targets(const struct scene *s, const struct sip_msg *msg,
			 struct redirect *r)
{
	struct slice rest = msg->headers;
	struct sip_header h;

	while (sip_header_next(&rest, &h)) {
		struct slice values = h.value;
		struct slice value;

		if (h.id != SIP_HEADER_CONTACT)
			continue;
		while (sip_value_next(&values, &value))
			if (!add_target(s, r, value))
				return false;
	}
	return r->count > 0;
}

static bool is_target_user(const struct scene *s, const struct redirect *r,
			   struct slice user)
{
	for (unsigned i = 0; i < r->count; i++)
		if (slice_eq(user, r->users[i]))
			return true;
	return slice_eq(user, s->call->to_user);
}

/* May `c`, which the caller began later, be the INVITE that was asked for? */
static bool may_be_the_try(const struct scene *s, struct redirect *r,
			   const struct call *c)
{
	const struct endpoint *to = &view_hop(s->view, c->hop)->destination;
	bool there = false;

	for (unsigned i = 0; i < r->count; i++)
		if (endpoint_same_host(&r->hosts[i], to)) {
			r->seen[i] = true;
			there = true;
		}
	if (c->method != SIP_METHOD_INVITE)
		return c->method == SIP_METHOD_NONE;
	return (there &&
		!endpoint_same_host(to, destination_of(s, r->refused))) ||
	       is_target_user(s, r, c->to_user);
}

/*
 * Is the caller seen at other things, and does the capture see what he sends to
 * each target, but no INVITE of his?  In a busy capture the calls behind it are
 * too many to be sure.
 */
static bool left_it_there(const struct scene *s, struct redirect *r)
{
	const struct endpoint *caller = source_of(s, r->refused);
	int64_t end_ns = r->refused->final_ns + NO_ANSWER_NS;
	const struct call *c = view_next(s->view, s->call);
	bool active = false;
	bool past = false;

	for (unsigned i = 0; c != NULL && i < CALLS_BEHIND; i++) {
		past |= c->start_ns > end_ns;
		if (c->start_ns > r->refused->final_ns &&
		    endpoint_same_host(&view_hop(s->view, c->hop)->source,
				       caller)) {
			if (may_be_the_try(s, r, c))
				return false;
			active = true;
		}
		c = view_next(s->view, c);
	}
	for (unsigned i = 0; i < r->count; i++)
		active &= r->seen[i];
	return active && (past || c == NULL);
}

/* He gave up, or somebody goes on: here, or on another leg. */
static bool goes_on(const struct scene *s, const struct transaction *t)
{
	struct leg leg;

	if (transaction_is(t, TRANSACTION_CANCELLED) ||
	    s->count == SCENE_TRANSACTIONS)
		return true;
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i]->method == SIP_METHOD_INVITE &&
		    s->list[i] != t && s->list[i]->request_ns >= t->request_ns)
			return true;
	return leg_list(s->view, s->call, &leg, 1) > 0;
}

static bool is_left_alone(const struct scene *s, const struct transaction *t)
{
	struct redirect r = { .refused = t };
	struct reading asked;
	struct reading told;
	/* A proxy hands the answer on to who sent it the INVITE. */
	bool alone =
		reading_of(s, t->first_msg, &asked) && asked.msg.via_count == 1;

	reading_free(&asked);
	alone = reading_of(s, final_of(s, t), &told) && alone &&
		read_targets(s, &told.msg, &r) && left_it_there(s, &r);
	reading_free(&told);
	return alone;
}

/* RFC 3261 section 8.1.3.4.  What 380 names is another service. */
bool redirect_not_tried(const struct scene *s, struct finding *out)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->method != SIP_METHOD_INVITE || t->final_code < 300 ||
		    t->final_code >= 400 || t->final_code == 380 ||
		    s->now_ns - t->final_ns < NO_ANSWER_NS ||
		    !transaction_is(t, TRANSACTION_ACKED) ||
		    !caller_sent(s->view, s->call, t) ||
		    request_of(s, t) == 0 || goes_on(s, t) ||
		    !is_left_alone(s, t))
			continue;
		finding_start(out, t->final_code, NO_ANSWER_NS, 0);
		finding_name(out, t->first_msg);
		finding_name(out, final_of(s, t));
		return true;
	}
	return false;
}
