#include "rules.h"

#include "caller.h"
#include "sipmon/sip/auth.h"

/* ---- auth-loop */

static struct sender *find_sender(struct scene *s)
{
	const struct transaction *t = s->transaction;
	const struct flow *way = view_hop(s->view, t->hop);

	for (unsigned i = 0; i < s->sender_count; i++) {
		const struct flow *his = view_hop(s->view, s->senders[i].hop);

		if (s->senders[i].method == t->method &&
		    endpoint_same_host(&his->source, &way->source) &&
		    endpoint_same_host(&his->destination, &way->destination))
			return &s->senders[i];
	}
	return NULL;
}

static void add_challenge(const struct scene *s, struct sender *r)
{
	const struct transaction *t = s->transaction;

	if (r->proven)
		return;
	if (r->challenges++ == 0) {
		r->code = t->final_code;
		r->begin_ns = t->request_ns;
		r->message_count = 0;
	}
	r->end_ns = t->final_ns;
	if (r->message_count < FINDING_MESSAGES - 1)
		r->messages[r->message_count++] = t->first_msg;
	r->messages[r->message_count] = final_of(s, t);
}

void scene_follow_senders(struct scene *s)
{
	const struct transaction *t = s->transaction;
	bool challenged = code_is_challenge(t->final_code) &&
			  transaction_is(t, TRANSACTION_AUTHORIZED);
	struct sender *r;

	if ((s->sender_count == 0 && !challenged) || t->final_code == 0)
		return;
	r = find_sender(s);
	if (r == NULL && challenged && s->sender_count < SCENE_SENDERS) {
		r = &s->senders[s->sender_count++];
		*r = (struct sender){ .hop = t->hop, .method = t->method };
	}
	if (r == NULL)
		return;
	if (challenged) {
		add_challenge(s, r);
		return;
	}
	/* Any other answer ends the row; only success makes up for it. */
	r->proven = t->final_code >= 300 && r->challenges >= COPIES_MANY;
	if (!r->proven)
		r->challenges = 0;
}

bool auth_loop(const struct scene *s, struct finding *out)
{
	for (unsigned i = 0; i < s->sender_count; i++) {
		const struct sender *r = &s->senders[i];

		if (r->challenges < COPIES_MANY)
			continue;
		finding_start(out, r->code, r->end_ns - r->begin_ns,
			      r->challenges);
		for (unsigned k = 0; k <= r->message_count; k++)
			finding_name(out, r->messages[k]);
		return true;
	}
	return false;
}

/* ---- auth-wrong-nonce */

/* Challenges of one call that are read again. */
#define CHALLENGES_MAX 16

/* Credentials of one request that are held against them. */
#define CREDENTIALS_MAX 4

struct nonce_wanted {
	struct slice realm;
	struct slice nonce;
	bool realm_seen; /* a challenge for the realm was there */
	bool given;      /* and one gave this nonce */
};

struct wanted_list {
	unsigned count;
	struct nonce_wanted list[CREDENTIALS_MAX];
};

static bool is_credentials(enum sip_header_id id)
{
	return id == SIP_HEADER_AUTHORIZATION ||
	       id == SIP_HEADER_PROXY_AUTHORIZATION;
}

static bool is_challenge(enum sip_header_id id)
{
	return id == SIP_HEADER_WWW_AUTHENTICATE ||
	       id == SIP_HEADER_PROXY_AUTHENTICATE;
}

/* An empty nonce asks for a challenge (RFC 3310 section 3.1). */
static void want_nonces(const struct sip_msg *msg, struct wanted_list *w)
{
	struct slice rest = msg->headers;
	struct sip_header h;

	w->count = 0;
	while (w->count < CREDENTIALS_MAX && sip_header_next(&rest, &h)) {
		struct sip_auth auth;

		if (is_credentials(h.id) &&
		    sip_auth_parse(&auth, h.value, NULL) == ERR_OK &&
		    slice_is_set(auth.realm) && auth.nonce.len > 0)
			w->list[w->count++] =
				(struct nonce_wanted){ .realm = auth.realm,
						       .nonce = auth.nonce };
	}
}

static void hold_against(const struct sip_msg *msg, struct wanted_list *w)
{
	struct slice rest = msg->headers;
	struct sip_header h;

	while (sip_header_next(&rest, &h)) {
		struct sip_auth auth;

		if (!is_challenge(h.id) ||
		    sip_auth_parse(&auth, h.value, NULL) != ERR_OK)
			continue;
		for (unsigned i = 0; i < w->count; i++) {
			if (!slice_eq(w->list[i].realm, auth.realm))
				continue;
			w->list[i].realm_seen = true;
			w->list[i].given |=
				slice_eq(w->list[i].nonce, auth.nonce);
		}
	}
}

/* Without it the credentials for the realm were good, whoever asks now. */
static bool is_refused(const struct scene *s, const struct transaction *t,
		       struct wanted_list *w)
{
	struct wanted_list again = *w;
	struct reading r;
	bool refused = false;

	if (reading_of(s, final_of(s, t), &r))
		hold_against(&r.msg, &again);
	reading_free(&r);
	for (unsigned i = 0; i < w->count; i++) {
		w->list[i].given = !again.list[i].realm_seen;
		refused |= again.list[i].realm_seen;
	}
	return refused;
}

/* All that `t` was answered with: a server without state gives another nonce
 * to each copy of the request.  False if they are too many to be sure. */
static bool hold_against_all(const struct scene *s, const struct transaction *t,
			     struct wanted_list *w, unsigned *left)
{
	bool read = true;

	for (uint32_t id = t->first_msg; id != 0 && read;) {
		const struct captured_msg *m = view_msg(s->view, id);
		struct reading r;
		uint32_t this_id = id;

		id = m->next_in_transaction;
		if (!code_is_challenge(m->status) ||
		    msg_is(m, MSG_RETRANSMISSION))
			continue;
		if (*left == 0)
			return false;
		(*left)--;
		read = reading_of(s, this_id, &r);
		if (read)
			hold_against(&r.msg, w);
		reading_free(&r);
	}
	return read;
}

/* The request before `at` of the same sender to the same server: only if it was
 * challenged, and soon, is the one at `at` an answer to that. */
static const struct transaction *challenged_before(const struct scene *s,
						   unsigned at)
{
	const struct transaction *t = s->list[at];

	for (unsigned i = at; i-- > 0;) {
		const struct transaction *o = s->list[i];

		if (o->method != t->method || !is_same_way(s, o, t))
			continue;
		return code_is_challenge(o->final_code) &&
				       o->final_ns <= t->request_ns &&
				       t->request_ns - o->request_ns <
					       NO_ANSWER_NS
			       ? o
			       : NULL;
	}
	return NULL;
}

/* No challenge of the call gave what the request at `at` answers with. */
static bool is_invented(const struct scene *s, unsigned at,
			const struct transaction *challenged,
			struct wanted_list *w)
{
	unsigned left = CHALLENGES_MAX;

	if (!hold_against_all(s, challenged, w, &left))
		return false;
	for (unsigned i = 0; i < w->count; i++)
		w->list[i].given |= !w->list[i].realm_seen;
	for (unsigned i = 0; i < at; i++)
		if (s->list[i] != challenged &&
		    code_is_challenge(s->list[i]->final_code) &&
		    !hold_against_all(s, s->list[i], w, &left))
			return false;
	for (unsigned i = 0; i < w->count; i++)
		if (!w->list[i].given)
			return true;
	return false;
}

static bool answers_wrongly(const struct scene *s, unsigned at,
			    struct finding *out)
{
	const struct transaction *t = s->list[at];
	const struct transaction *before = challenged_before(s, at);
	struct wanted_list wanted;
	struct reading r;
	bool wrong;

	if (before == NULL || request_of(s, t) == 0 ||
	    !is_in_order(s, final_of(s, before), t->first_msg))
		return false;
	wrong = reading_of(s, t->first_msg, &r);
	if (wrong) {
		want_nonces(&r.msg, &wanted);
		wrong = is_refused(s, t, &wanted) &&
			is_invented(s, at, before, &wanted);
	}
	reading_free(&r);
	if (!wrong)
		return false;
	finding_start(out, t->final_code, -1, 0);
	finding_name(out, final_of(s, before));
	finding_name(out, t->first_msg);
	finding_name(out, final_of(s, t));
	return true;
}

/* RFC 7616 section 3.4: the nonce is that of the challenge. */
bool wrong_nonce(const struct scene *s, struct finding *out)
{
	unsigned tried = 0;

	for (unsigned i = 1; i < s->count && tried < CHALLENGES_MAX; i++) {
		const struct transaction *t = s->list[i];

		if (!code_is_challenge(t->final_code) ||
		    !transaction_is(t, TRANSACTION_AUTHORIZED))
			continue;
		tried++;
		if (answers_wrongly(s, i, out))
			return true;
	}
	return false;
}
