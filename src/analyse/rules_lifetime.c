#include "caller.h"
#include "rules.h"
#include "sipmon/call/peer.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/nameaddr.h"

#define SECOND_NS INT64_C(1000000000)

/* What clocks and the way of a message make of whole seconds. */
#define SLACK_NS (2 * SECOND_NS)

/* Times past this are nonsense, or "for ever" (RFC 3261 section 20.19). */
#define SECONDS_MAX 31536000

/* A binding that comes and goes so often, within so long. */
#define FLAPS   4
#define FLAP_NS (300 * SECOND_NS)

/* Bindings of one answer. */
#define CONTACTS_MAX 64

/* ---- REGISTER */

static bool is_registration(const struct scene *s)
{
	return s->call->method == SIP_METHOD_REGISTER &&
	       call_is(s->call, CALL_RESPONSE);
}

static bool takes_away(const struct scene *s, const struct transaction *t)
{
	return msg_is(view_msg(s->view, t->first_msg), MSG_UNREGISTER);
}

/* A REGISTER of the user agent itself that was accepted; a proxy further on
 * sends the same again. */
static bool is_accepted(const struct scene *s, const struct transaction *t)
{
	return t->method == SIP_METHOD_REGISTER && transaction_succeeded(t) &&
	       transaction_is(t, TRANSACTION_REQUEST_SEEN) &&
	       endpoint_same_host(
		       destination_of(s, t),
		       &view_hop(s->view, s->call->hop)->destination);
}

/* ---- registration-flapping */

struct flaps {
	const struct transaction *last; /* that was accepted */
	bool is_bound;
	unsigned count;
	int64_t times[FLAPS]; /* of the latest, as a ring */
	uint32_t messages[FLAPS];
};

/* The binding went, or came anew from another host. */
static bool is_flap(const struct scene *s, const struct flaps *f,
		    const struct transaction *t)
{
	if (!f->is_bound || f->last == NULL)
		return false;
	return takes_away(s, t) ||
	       !endpoint_same_host(source_of(s, f->last), source_of(s, t));
}

static bool add_flap(struct flaps *f, const struct transaction *t)
{
	int64_t since;

	f->times[f->count % FLAPS] = t->final_ns;
	f->messages[f->count % FLAPS] = t->first_msg;
	f->count++;
	if (f->count < FLAPS)
		return false;
	since = t->final_ns - f->times[f->count % FLAPS];
	return since >= 0 && since <= FLAP_NS;
}

static void tell_flaps(const struct flaps *f, struct finding *out)
{
	int64_t begin_ns = f->times[f->count % FLAPS];

	finding_start(out, 0, f->last->final_ns - begin_ns, FLAPS);
	for (unsigned i = 0; i < FLAPS; i++)
		finding_name(out, f->messages[(f->count + i) % FLAPS]);
}

bool registration_flapping(const struct scene *s, struct finding *out)
{
	struct flaps f = { .is_bound = false };

	if (!is_registration(s))
		return false;
	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];
		bool flap;

		if (!is_accepted(s, t) ||
		    (f.last != NULL && f.last->cseq == t->cseq))
			continue;
		flap = is_flap(s, &f, t);
		f.last = t;
		f.is_bound = !takes_away(s, t);
		if (flap && add_flap(&f, t)) {
			tell_flaps(&f, out);
			return true;
		}
	}
	return false;
}

/* ---- granted times */

/* "3600", whatever follows it as a parameter; 0 if it cannot be read. */
static uint32_t seconds_of(struct slice value)
{
	uint32_t seconds;
	struct slice number = slice_trim(slice_split(value, ';', NULL));

	return slice_to_u32(number, SECONDS_MAX, &seconds) ? seconds : 0;
}

/* The longest of all bindings that the answer lists: others of the same user
 * may stand beside the one that was asked for. */
static uint32_t longest_binding(const struct sip_msg *msg)
{
	uint32_t otherwise =
		seconds_of(sip_msg_field(msg, SIP_HEADER_EXPIRES, 0));
	uint32_t longest = 0;
	struct slice rest = msg->headers;
	struct sip_header h;
	unsigned contacts = 0;

	while (sip_header_next(&rest, &h)) {
		struct slice values = h.value;
		struct slice value;

		while (h.id == SIP_HEADER_CONTACT && contacts < CONTACTS_MAX &&
		       sip_value_next(&values, &value)) {
			struct sip_nameaddr contact;
			uint32_t seconds = otherwise;
			size_t at;

			contacts++;
			if (sip_nameaddr_parse(&contact, value, &at))
				continue;
			if (slice_is_set(contact.expires))
				seconds = seconds_of(contact.expires);
			if (seconds > longest)
				longest = seconds;
		}
	}
	return contacts < CONTACTS_MAX ? longest : 0;
}

static uint32_t longest_session(const struct sip_msg *msg)
{
	return seconds_of(sip_msg_field(msg, SIP_HEADER_SESSION_EXPIRES, 0));
}

/* Nanoseconds that the message `id` grants; 0 if it does not say. */
static int64_t granted(const struct scene *s, uint32_t id,
		       uint32_t (*read)(const struct sip_msg *))
{
	struct reading r;
	uint32_t seconds = 0;

	if (reading_of(s, id, &r))
		seconds = read(&r.msg);
	reading_free(&r);
	return seconds * SECOND_NS;
}

/* ---- registration-expired */

/* The longest time that a binding was left alone. */
struct wait {
	const struct transaction *from; /* granted it; NULL: none yet */
	const struct transaction *to;   /* renewed it; NULL: nobody */
	int64_t lasted_ns;
};

static void keep_longer(struct wait *longest, const struct transaction *from,
			const struct transaction *to, int64_t end_ns)
{
	int64_t lasted_ns = end_ns - from->final_ns;

	if (longest->from != NULL && lasted_ns <= longest->lasted_ns)
		return;
	*longest = (struct wait){ from, to, lasted_ns };
}

static struct wait longest_wait(const struct scene *s)
{
	struct wait w = { .from = NULL };
	const struct transaction *last = NULL;

	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->method != SIP_METHOD_REGISTER ||
		    !transaction_succeeded(t))
			continue;
		/* By whatever way it came, it renews the binding. */
		if (last != NULL)
			keep_longer(&w, last, t, t->request_ns);
		last = takes_away(s, t) ? NULL : t;
	}
	/* What the scene has not gathered may renew it. */
	if (last != NULL && s->count < SCENE_TRANSACTIONS)
		keep_longer(&w, last, NULL, s->now_ns - NO_ANSWER_NS);
	return w;
}

/* Was one of the two seen after `time_ns`, so that the capture went on there?
 */
static bool is_seen_after(const struct scene *s, const struct transaction *t,
			  int64_t time_ns)
{
	const struct peer *client = view_peer(s->view, source_of(s, t));
	const struct peer *server = view_peer(s->view, destination_of(s, t));

	return (client != NULL && client->last_ns > time_ns) ||
	       (server != NULL && server->last_ns > time_ns);
}

bool registration_expired(const struct scene *s, struct finding *out)
{
	struct wait w;
	uint32_t grant;
	int64_t lifetime_ns;

	if (!is_registration(s))
		return false;
	w = longest_wait(s);
	if (w.from == NULL || w.lasted_ns <= NO_ANSWER_NS ||
	    !is_seen_after(s, w.from, w.from->final_ns + NO_ANSWER_NS))
		return false;
	grant = final_of(s, w.from);
	if (grant == 0 || w.from->final_code != 200)
		return false;
	lifetime_ns = granted(s, grant, longest_binding);
	if (lifetime_ns == 0 || w.lasted_ns <= lifetime_ns + SLACK_NS ||
	    !is_seen_after(s, w.from, w.from->final_ns + lifetime_ns) ||
	    may_register_again(s->view, s->call,
			       w.from->final_ns + w.lasted_ns))
		return false;
	finding_start(out, 0, w.lasted_ns + (w.to == NULL ? NO_ANSWER_NS : 0),
		      (uint32_t)(lifetime_ns / SECOND_NS));
	finding_name(out, request_of(s, w.from));
	finding_name(out, grant);
	if (w.to != NULL)
		finding_name(out, w.to->first_msg);
	return true;
}

/* ---- session-expired */

/* RFC 4028 section 10: who waits for a refresh ends the session so long before
 * it runs out. */
static int64_t end_before_ns(int64_t lifetime_ns)
{
	return lifetime_ns / 3 < NO_ANSWER_NS ? lifetime_ns / 3 : NO_ANSWER_NS;
}

/* The shortest that a proxy may ask for is 90 s (RFC 4028 section 4); the BYE
 * comes 30 s before at the earliest. */
#define SESSION_LEAST_NS (60 * SECOND_NS)

/* The 2xx that granted the session its time last, before `bye_ns`. */
static const struct transaction *last_refresh(const struct scene *s,
					      int64_t bye_ns)
{
	const struct transaction *last = NULL;

	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if ((t->method == SIP_METHOD_INVITE ||
		     t->method == SIP_METHOD_UPDATE) &&
		    transaction_succeeded(t) && t->final_ns <= bye_ns &&
		    (last == NULL || t->final_ns >= last->final_ns))
			last = t;
	}
	return last;
}

static const struct transaction *first_bye(const struct scene *s)
{
	const struct transaction *first = NULL;

	for (unsigned i = 0; i < s->count; i++) {
		const struct transaction *t = s->list[i];

		if (t->method == SIP_METHOD_BYE &&
		    transaction_is(t, TRANSACTION_REQUEST_SEEN) &&
		    (first == NULL || t->request_ns < first->request_ns))
			first = t;
	}
	return first;
}

/* Of the dialog that `t` belongs to, if that is known of both. */
static bool is_of_dialog(const struct scene *s, uint32_t msg,
			 const struct transaction *t)
{
	uint32_t a = view_msg(s->view, msg)->dialog;
	uint32_t b = view_msg(s->view, t->first_msg)->dialog;

	return a == 0 || b == 0 || a == b;
}

bool session_expired(const struct scene *s, struct finding *out)
{
	const struct transaction *bye;
	const struct transaction *refresh;
	uint32_t grant;
	int64_t lifetime_ns;
	int64_t waited_ns;

	if ((s->call->noticed & MSG_SESSION_EXPIRES) == 0 ||
	    s->count == SCENE_TRANSACTIONS)
		return false;
	bye = first_bye(s);
	refresh = bye == NULL ? NULL : last_refresh(s, bye->request_ns);
	if (refresh == NULL)
		return false;
	waited_ns = bye->request_ns - refresh->final_ns;
	grant = final_of(s, refresh);
	if (waited_ns < SESSION_LEAST_NS || grant == 0 ||
	    !msg_is(view_msg(s->view, grant), MSG_SESSION_EXPIRES) ||
	    !is_of_dialog(s, grant, bye))
		return false;
	lifetime_ns = granted(s, grant, longest_session);
	if (lifetime_ns == 0 ||
	    waited_ns < lifetime_ns - end_before_ns(lifetime_ns) - SLACK_NS)
		return false;
	finding_start(out, 0, waited_ns, (uint32_t)(lifetime_ns / SECOND_NS));
	finding_name(out, request_of(s, refresh));
	finding_name(out, grant);
	finding_name(out, bye->first_msg);
	out->element = *source_of(s, bye);
	return true;
}
