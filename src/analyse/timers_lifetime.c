#include "caller.h"
#include "sipmon/sip/method.h"
#include "sipmon/sip/nameaddr.h"
#include "sipmon/sip/params.h"
#include "watch.h"

/* Longer ones are not waited for by anybody. */
#define LIFETIME_MAX 10000000

#define SECOND_NS INT64_C(1000000000)

/* One thing that has to be refreshed: a session, a registration. */
struct lifetime {
	struct audit worst; /* the period that is told */
	struct mark begin;  /* the response that granted the time; id 0: none */
	int64_t granted_ns;
	struct endpoint element;
	unsigned refreshes;
};

/* How bad is it? */
static unsigned rank(enum audit_result r)
{
	switch (r) {
	case AUDIT_RAN_OUT:
		return 4;
	case AUDIT_LATE:
		return 3;
	case AUDIT_RUNS:
		return 2;
	default:
		return 1;
	}
}

/* The worst period, and of those that were kept the latest. */
static void tell(struct lifetime *l, const char *timer, struct audit a)
{
	a.timer = timer;
	a.msg = l->begin.id;
	a.begin_ns = l->begin.ns;
	a.element = l->element;
	if (l->worst.timer == NULL || rank(a.result) > rank(l->worst.result) ||
	    (a.result == l->worst.result && a.seen_ns >= l->worst.seen_ns))
		l->worst = a;
}

static void finish(struct watch *w, struct lifetime *l)
{
	if (l->worst.timer == NULL)
		return;
	l->worst.count = l->refreshes;
	watch_add(w, &l->worst);
}

/* ---- sessions (RFC 4028) */

/* "1800;refresher=uac" of the message that was read; 0 seconds: none. */
static uint32_t session_expires(const struct watch *w, bool *server)
{
	struct slice params;
	struct slice value =
		sip_msg_field(&w->msg, SIP_HEADER_SESSION_EXPIRES, 0);
	struct slice number = slice_trim(slice_split(value, ';', &params));
	uint32_t seconds = 0;

	*server = slice_eq_nocase(sip_param_find(params, SLICE("refresher")),
				  SLICE("uas"));
	(void)slice_to_u32(number, LIFETIME_MAX, &seconds);
	return seconds;
}

/* Both sides give up this long before the end (section 10). */
static int64_t give_up_ns(int64_t granted_ns)
{
	int64_t third = granted_ns / 3;

	return granted_ns - (third < T1_64_NS ? third : T1_64_NS);
}

static void session_begins(struct watch *w, struct lifetime *l,
			   const struct transaction *t, uint32_t final)
{
	bool server;
	uint32_t seconds;

	l->begin.id = 0;
	if (!watch_read(w, final))
		return;
	seconds = session_expires(w, &server);
	if (seconds == 0)
		return;
	l->begin = (struct mark){ final, t->final_ns };
	l->granted_ns = (int64_t)seconds * SECOND_NS;
	l->element = server ? view_hop(w->view, t->hop)->destination
			    : view_hop(w->view, t->hop)->source;
}

/* `t` refreshes the session, or is the BYE that ends it. */
static void session_goes_on(struct lifetime *l, const struct transaction *t)
{
	int64_t seen = t->request_ns - l->begin.ns;
	struct audit a = { .end_msg = t->first_msg,
			   .due_ns = l->granted_ns / 2,
			   .seen_ns = seen };

	if (l->begin.id == 0 || seen < 0)
		return;
	if (t->method == SIP_METHOD_BYE) {
		if (seen + SECOND_NS < give_up_ns(l->granted_ns))
			return;
		a.result = AUDIT_RAN_OUT;
	} else {
		a.result = seen > give_up_ns(l->granted_ns) + SECOND_NS
				   ? AUDIT_LATE
				   : AUDIT_KEPT;
		l->refreshes++;
	}
	tell(l, "session-timer", a);
}

/* Nobody was seen to refresh it or to end it. */
static void session_is_left(const struct watch *w, struct lifetime *l)
{
	struct audit a = { .due_ns = l->granted_ns / 2, .seen_ns = -1 };

	a.result = w->now_ns - l->begin.ns > l->granted_ns ? AUDIT_RAN_OUT
							   : AUDIT_RUNS;
	if (l->begin.id != 0)
		tell(l, "session-timer", a);
}

static bool may_refresh(const struct transaction *t)
{
	return t->method == SIP_METHOD_INVITE || t->method == SIP_METHOD_UPDATE;
}

/*
 * On the hop of the first answer with Session-Expires: requests inside the
 * dialog pass there if its ACK did.  Nothing is told of the end else.
 */
void timers_session(struct watch *w)
{
	struct lifetime l = { .begin = { 0 } };
	uint32_t hop = 0;
	bool passes = false;
	bool over = false;
	const struct transaction *t =
		view_transaction(w->view, w->call->first_transaction);

	for (unsigned i = 0; t != NULL && i < WATCH_TRANSACTIONS; i++) {
		uint32_t id = may_refresh(t) && transaction_succeeded(t)
				      ? watch_final(w, t)
				      : 0;
		bool timed = id != 0 &&
			     msg_is(view_msg(w->view, id), MSG_SESSION_EXPIRES);

		if (hop == 0 && timed && t->method == SIP_METHOD_INVITE) {
			hop = t->hop;
			passes = transaction_is(t, TRANSACTION_ACKED);
			session_begins(w, &l, t, id);
		} else if (hop != 0 && (t->hop | 1) == (hop | 1) && !over) {
			over = t->method == SIP_METHOD_BYE;
			if (over || id != 0)
				session_goes_on(&l, t);
			if (timed)
				session_begins(w, &l, t, id);
			else if (id != 0)
				l.begin.id = 0; /* it has no timer any more */
		}
		t = view_transaction(w->view, t->next);
	}
	if (passes && !over && t == NULL)
		session_is_left(w, &l);
	finish(w, &l);
}

/* ---- registrations (RFC 3261 section 10) */

static bool contact_expires(const struct sip_nameaddr *contact,
			    struct slice general, uint32_t *seconds)
{
	struct slice text =
		slice_is_set(contact->expires) ? contact->expires : general;

	return slice_to_u32(slice_trim(text), LIFETIME_MAX, seconds);
}

/*
 * The time that the 200 grants.  It lists all addresses of the user: where
 * they have different times it is not sure which is that of this one.
 */
static uint32_t granted_seconds(const struct watch *w)
{
	struct slice general = sip_msg_field(&w->msg, SIP_HEADER_EXPIRES, 0);
	uint32_t found = 0;

	for (unsigned n = 0; n < WATCH_NEAR; n++) {
		struct slice field =
			sip_msg_field(&w->msg, SIP_HEADER_CONTACT, n);
		struct slice value;

		if (!slice_is_set(field))
			break;
		while (sip_value_next(&field, &value)) {
			struct sip_nameaddr contact;
			uint32_t seconds;

			if (sip_nameaddr_parse(&contact, value, NULL) !=
				    ERR_OK ||
			    !contact_expires(&contact, general, &seconds) ||
			    (found != 0 && seconds != found))
				return 0;
			found = seconds;
		}
	}
	return found;
}

static bool is_taken_back(const struct watch *w, const struct transaction *t)
{
	const struct captured_msg *m = view_msg(w->view, t->first_msg);

	return msg_is(m, MSG_UNREGISTER);
}

static void registration_goes_on(const struct watch *w, struct lifetime *l,
				 const struct transaction *t)
{
	struct audit a = { .end_msg = t->first_msg,
			   .due_ns = l->granted_ns,
			   .seen_ns = t->request_ns - l->begin.ns };

	/* A client that takes its address back refreshes nothing. */
	if (l->begin.id == 0 || a.seen_ns < 0 || is_taken_back(w, t))
		return;
	a.result =
		a.seen_ns > l->granted_ns + SECOND_NS ? AUDIT_LATE : AUDIT_KEPT;
	l->refreshes++;
	tell(l, "registration", a);
}

static void registration_begins(struct watch *w, struct lifetime *l,
				const struct transaction *t)
{
	uint32_t final = watch_final(w, t);
	uint32_t seconds;

	l->begin.id = 0;
	if (is_taken_back(w, t) || !watch_read(w, final))
		return;
	seconds = granted_seconds(w);
	if (seconds == 0)
		return;
	l->begin = (struct mark){ final, t->final_ns };
	l->granted_ns = (int64_t)seconds * SECOND_NS;
	l->element = view_hop(w->view, t->hop)->source;
}

static void registration_is_left(const struct watch *w, struct lifetime *l)
{
	struct audit a = { .due_ns = l->granted_ns, .seen_ns = -1 };

	if (l->begin.id == 0)
		return;
	a.result = w->now_ns - l->begin.ns > l->granted_ns + SECOND_NS
			   ? AUDIT_RAN_OUT
			   : AUDIT_RUNS;
	if (a.result == AUDIT_RAN_OUT &&
	    may_register_again(w->view, w->call, w->now_ns))
		return;
	tell(l, "registration", a);
}

/*
 * What the client itself sent: a REGISTER after the grant, whatever became of
 * it, is a refresh; the one that follows a challenge is part of it.
 */
void timers_registration(struct watch *w)
{
	struct lifetime l = { .begin = { 0 } };
	const struct transaction *t =
		view_transaction(w->view, w->call->first_transaction);
	uint32_t until = 0;

	if (w->call->method != SIP_METHOD_REGISTER)
		return;
	for (unsigned i = 0; t != NULL && i < WATCH_TRANSACTIONS; i++) {
		if (t->method == SIP_METHOD_REGISTER &&
		    caller_sent(w->view, w->call, t)) {
			if (l.begin.id != 0 && until != l.begin.id)
				registration_goes_on(w, &l, t);
			until = l.begin.id;
			if (transaction_succeeded(t)) {
				registration_begins(w, &l, t);
				until = 0;
			}
		}
		t = view_transaction(w->view, t->next);
	}
	if (t == NULL)
		registration_is_left(w, &l);
	finish(w, &l);
}
