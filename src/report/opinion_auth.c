#include "opinion.h"

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/sip/auth.h"

/* Challenges of one answer, and credentials of one request, that are looked
 * at; a client answers one for each realm (RFC 3261 section 22.3). */
#define REALMS_MAX 8

/* Earlier requests of the call whose challenges are compared. */
#define EARLIER_MAX 8

/* Transactions of the call that are looked at, each way. */
#define NEAR_MAX 64

/* The fields of a code, WWW or Proxy (RFC 3261 section 22). */
static enum sip_header_id challenge_field(uint16_t code)
{
	return code == 407 ? SIP_HEADER_PROXY_AUTHENTICATE
			   : SIP_HEADER_WWW_AUTHENTICATE;
}

static enum sip_header_id credentials_field(uint16_t code)
{
	return code == 407 ? SIP_HEADER_PROXY_AUTHORIZATION
			   : SIP_HEADER_AUTHORIZATION;
}

static bool auth_at(const struct sip_msg *m, enum sip_header_id id, unsigned n,
		    struct sip_auth *out)
{
	struct slice value = sip_msg_field(m, id, n);

	return slice_is_set(value) &&
	       sip_auth_parse(out, value, NULL) == ERR_OK;
}

/* The credentials for the realm of a challenge. */
static bool find_credentials(const struct opinion *o,
			     const struct sip_auth *challenge,
			     struct sip_auth *out)
{
	for (unsigned n = 0; n < REALMS_MAX; n++)
		if (auth_at(&o->asked, credentials_field(o->t->m->status), n,
			    out) &&
		    slice_eq(out->realm, challenge->realm))
			return true;
	return false;
}

/* ---- which field is wrong? */

static void wrong(const struct opinion *o, const char *sentence,
		  struct slice value)
{
	char text[OPINION_WORD_BYTES];
	const char *shown = opinion_safe(value, text);

	opinion_tell(o, "Credentials", sentence, &shown, 1);
}

static bool is_empty(struct slice s)
{
	return !slice_is_set(s) || s.len == 0;
}

/* Absent algorithms are MD5 (RFC 7616 section 3.3). */
static struct slice algorithm_of(const struct sip_auth *a)
{
	return slice_is_set(a->algorithm) ? a->algorithm : SLICE("MD5");
}

/* The realm may be offered with several algorithms; one that cannot be read
 * may be the one. */
static bool is_offered(const struct opinion *o, const struct sip_auth *sent)
{
	enum sip_header_id id = challenge_field(o->t->m->status);

	for (unsigned n = 0; n < REALMS_MAX; n++) {
		struct sip_auth c;

		if (!slice_is_set(sip_msg_field(&o->t->msg, id, n)))
			return false;
		if (!auth_at(&o->t->msg, id, n, &c) ||
		    (slice_eq(c.realm, sent->realm) &&
		     slice_eq_nocase(algorithm_of(&c), algorithm_of(sent))))
			return true;
	}
	return true;
}

enum nonce_seen {
	NONCE_UNKNOWN = 0, /* no earlier challenge of this realm was seen */
	NONCE_GIVEN,
	NONCE_OTHER, /* other ones were given */
};

static enum nonce_seen nonce_in(const struct opinion *o, uint32_t msg,
				const struct sip_auth *sent)
{
	enum nonce_seen seen = NONCE_UNKNOWN;
	const struct captured_msg *m = view_msg(o->t->view, msg);
	struct sip_msg parsed;
	struct buf raw;

	buf_init(&raw, (size_t)1 << 20);
	if (m != NULL && view_bytes(o->t->view, m, &raw) == ERR_OK &&
	    sip_msg_parse(&parsed, buf_slice(&raw))) {
		for (unsigned n = 0; n < REALMS_MAX; n++) {
			struct sip_auth c;

			if (!auth_at(&parsed, challenge_field(o->t->m->status),
				     n, &c) ||
			    !slice_eq(c.realm, sent->realm))
				continue;
			seen = slice_eq(c.nonce, sent->nonce) ? NONCE_GIVEN
							      : NONCE_OTHER;
			if (seen == NONCE_GIVEN)
				break;
		}
	}
	buf_free(&raw);
	return seen;
}

static uint32_t final_of(const struct view *v, const struct transaction *t)
{
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (msg_is(m, MSG_RESPONSE) && m->status == t->final_code)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

/* The nonce among the challenges of this hop before. */
static enum nonce_seen find_nonce(const struct opinion *o,
				  const struct sip_auth *sent)
{
	const struct view *v = o->t->view;
	const struct transaction *t = view_transaction(v, o->t->t->previous);
	const struct endpoint *server = &view_hop(v, o->t->t->hop)->destination;
	enum nonce_seen seen = NONCE_UNKNOWN;
	unsigned read = 0;

	for (unsigned i = 0; t != NULL && i < NEAR_MAX && read < EARLIER_MAX &&
			     seen != NONCE_GIVEN;
	     i++) {
		if (t->final_code == o->t->m->status &&
		    endpoint_same_host(&view_hop(v, t->hop)->destination,
				       server)) {
			enum nonce_seen here =
				nonce_in(o, final_of(v, t), sent);

			if (here != NONCE_UNKNOWN)
				seen = here;
			read++;
		}
		t = view_transaction(v, t->previous);
	}
	return seen;
}

/* Proxies rewrite the Request-URI: only where the client itself sent it the
 * two have to be alike (RFC 7616 section 3.4). */
static bool uri_differs(const struct opinion *o, const struct sip_auth *sent)
{
	struct passage p;

	return slice_is_set(sent->uri) && slice_is_set(o->asked.request_uri) &&
	       !slice_eq_nocase(sent->uri, o->asked.request_uri) &&
	       !passage_of(o->t->view, o->request, &p);
}

/* Fields that are not there, or do not fit what was offered. */
static bool tell_fields(const struct opinion *o,
			const struct sip_auth *challenge,
			const struct sip_auth *sent)
{
	bool qop = !is_empty(challenge->qop);
	bool told = false;

	if (is_empty(sent->username)) {
		wrong(o, "username is missing", SLICE_NONE);
		told = true;
	}
	if (is_empty(sent->response)) {
		wrong(o, "response is missing", SLICE_NONE);
		told = true;
	}
	if (!is_offered(o, sent)) {
		wrong(o, "algorithm %1 was not offered", algorithm_of(sent));
		told = true;
	}
	if (uri_differs(o, sent)) {
		wrong(o, "uri %1 is not the Request-URI", sent->uri);
		told = true;
	}
	/* A client of RFC 2069 may leave qop out; with it the rest has to be
	 * there (RFC 7616 section 3.4). */
	if (!is_empty(sent->qop) &&
	    (is_empty(sent->nc) || is_empty(sent->cnonce))) {
		wrong(o, "qop is there, but nc or cnonce is missing",
		      SLICE_NONE);
		told = true;
	} else if (qop && is_empty(sent->qop)) {
		wrong(o, "qop was offered and is missing", SLICE_NONE);
		told = true;
	}
	return told;
}

static void tell_nonce(const struct opinion *o,
		       const struct sip_auth *challenge,
		       const struct sip_auth *sent, bool told)
{
	if (sip_auth_is_stale(challenge)) {
		wrong(o, "the nonce is too old, the rest fits (stale)",
		      SLICE_NONE);
		return;
	}
	switch (find_nonce(o, sent)) {
	case NONCE_OTHER:
		wrong(o, "the nonce was never given in this call", SLICE_NONE);
		return;
	case NONCE_GIVEN:
		if (!told)
			wrong(o,
			      "no field looks wrong: the user %1 or the "
			      "password is not known to the server",
			      sent->username);
		return;
	case NONCE_UNKNOWN:
		break;
	}
	if (!told)
		wrong(o, "refused as they were, user %1", sent->username);
}

/* 3GPP TS 24.229 section 5.1.1.2: the first REGISTER names the user. */
static const char first_of_ims[] =
	"empty, as in a first registration of IMS: the server asks for them, "
	"which is no fault";

/* The request carried credentials, and the server asks again. */
static void tell_refused(const struct opinion *o)
{
	struct sip_auth challenge;
	struct sip_auth sent;

	for (unsigned n = 0; n < REALMS_MAX; n++) {
		if (!auth_at(&o->t->msg, challenge_field(o->t->m->status), n,
			     &challenge) ||
		    !slice_eq_nocase(challenge.scheme, SLICE("Digest")))
			continue;
		if (!find_credentials(o, &challenge, &sent)) {
			wrong(o, "none for the realm %1", challenge.realm);
			return;
		}
		if (is_empty(sent.nonce) && is_empty(sent.response))
			wrong(o, first_of_ims, SLICE_NONE);
		else
			tell_nonce(o, &challenge, &sent,
				   tell_fields(o, &challenge, &sent));
		return;
	}
}

/* ---- was it tried again? */

static const struct transaction *next_of_sender(const struct opinion *o)
{
	const struct view *v = o->t->view;
	const struct transaction *t = o->t->t;
	const struct transaction *later = view_transaction(v, t->next);

	for (unsigned i = 0; later != NULL && i < NEAR_MAX; i++) {
		if (later->method == t->method && later->cseq > t->cseq &&
		    endpoint_same_host(&view_hop(v, later->hop)->source,
				       &view_hop(v, t->hop)->source))
			return later;
		later = view_transaction(v, later->next);
	}
	return NULL;
}

static void tell_retry(const struct opinion *o)
{
	const struct transaction *next = next_of_sender(o);
	char after[CLOCK_TEXT_BYTES];
	struct phrase_number code;
	const char *values[2];

	if (next == NULL) {
		opinion_tell(o, "Tried again", "not that it was seen", NULL, 0);
		return;
	}
	code = phrase_number(next->final_code);
	values[0] =
		opinion_duration(next->request_ns - o->t->m->time_ns, after);
	values[1] = code.text;
	if (!transaction_is(next, TRANSACTION_AUTHORIZED))
		opinion_tell(o, "Tried again",
			     "after %1, without credentials again", values, 1);
	else if (next->final_code == 0)
		opinion_tell(o, "Tried again",
			     "with credentials after %1; no answer yet", values,
			     1);
	else
		opinion_tell(o, "Tried again",
			     "with credentials after %1; the answer was %2",
			     values, 2);
}

void opinion_challenge(const struct opinion *o)
{
	const struct captured_msg *request = view_msg(o->t->view, o->request);

	if (request == NULL)
		return;
	if (!msg_is(request, MSG_AUTHORIZED))
		opinion_tell(o, "Credentials",
			     "the request carried none: the server asks for "
			     "them, which is no fault",
			     NULL, 0);
	else if (o->asked.headers.len > 0 && o->t->msg.headers.len > 0)
		tell_refused(o);
	tell_retry(o);
}

void opinion_forbidden(const struct opinion *o)
{
	const struct captured_msg *request = view_msg(o->t->view, o->request);

	if (request == NULL)
		return;
	opinion_tell(o, "Credentials",
		     msg_is(request, MSG_AUTHORIZED)
			     ? "refused with credentials: this user may not, "
			       "or they are wrong and the server does not ask "
			       "again"
			     : "the request carried none and the server did "
			       "not ask: it goes by address or by rule",
		     NULL, 0);
}
