#include "rules.h"
#include "sipmon/call/verdict.h"

/* Copies whose way back is walked.  Requests with different CSeq that fail in
 * the same way add nothing. */
#define COPIES_MAX 32

/* ---- classes of failures */

static bool is_stale(enum verdict v)
{
	return v == VERDICT_IAT_STALE || v == VERDICT_DATE_STALE;
}

static bool is_ahead(enum verdict v)
{
	return v == VERDICT_IAT_FUTURE || v == VERDICT_DATE_FUTURE;
}

/* "Unsupported Credential" (RFC 8224 section 6.2.2) */
static bool is_of_certificate(enum verdict v)
{
	return verdict_code(v) == 437;
}

static bool is_bad(enum verdict v)
{
	return verdict_class(v) == VERDICT_CLASS_BAD;
}

/* The signature or the claims, and so the signer. */
static bool is_of_signer(enum verdict v)
{
	return is_bad(v) && !is_stale(v) && !is_ahead(v) &&
	       !is_of_certificate(v);
}

/* ---- what the messages tell */

/* RFC 8224 section 6.2.2.  403 says much else, and only where the verdict is
 * of time is it the "Stale Date" of a verifier. */
static bool is_refusal(uint16_t code, enum verdict v)
{
	return verdict_is_refusal(code) ||
	       (code == 403 && verdict_code(v) == 403);
}

/* The response that refused the request for its Identity; 0 if none did. */
static uint32_t refusal_of(const struct scene *s, uint32_t request)
{
	const struct captured_msg *m = view_msg(s->view, request);
	const struct transaction *t = view_transaction(s->view, m->transaction);

	if (t == NULL || !is_refusal(t->final_code, msg_verdict(m)))
		return 0;
	for (uint32_t id = request; id != 0;) {
		m = view_msg(s->view, id);
		if (m->status == t->final_code)
			return id;
		id = m->next_in_transaction;
	}
	return 0;
}

static void tell(const struct scene *s, struct finding *out, uint32_t held,
		 uint32_t msg)
{
	uint32_t refusal = refusal_of(s, msg);
	uint16_t code =
		refusal != 0
			? view_msg(s->view, refusal)->status
			: verdict_code(msg_verdict(view_msg(s->view, msg)));

	finding_start(out, code, -1, 0);
	finding_name(out, held);
	finding_name(out, msg);
	finding_name(out, refusal);
}

/*
 * Is this the first hop where the Identity was seen, and not one that follows
 * on another?  What is not judged yet, or cannot be, might have held there.
 */
static bool is_first_seen(const struct scene *s, uint32_t msg)
{
	uint32_t before = msg_previous_hop(s->view, msg);

	return before == 0 || !msg_is(view_msg(s->view, before), MSG_IDENTITY);
}

/* Did another copy of the same request hold? */
static bool held_elsewhere(const struct scene *s, const struct captured_msg *of)
{
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (m->method == of->method && m->cseq == of->cseq &&
		    msg_verdict(m) == VERDICT_VALID)
			return true;
		id = m->next;
	}
	return false;
}

/* The first request with such a verdict on the first hop where it was seen;
 * 0 if there is none. */
static uint32_t find_first(const struct scene *s, bool (*is)(enum verdict))
{
	unsigned looked = 0;

	if (!call_is(s->call, CALL_IDENTITY))
		return 0;
	for (uint32_t id = s->call->first_msg;
	     id != 0 && looked < COPIES_MAX;) {
		const struct captured_msg *m = view_msg(s->view, id);

		if (is(msg_verdict(m)) && !msg_is(m, MSG_RESPONSE)) {
			looked++;
			if (is_first_seen(s, id))
				return id;
		}
		id = m->next;
	}
	return 0;
}

/* ---- the rules */

/* Too late where it held before is no change, but the time between. */
static bool may_be_broken(const struct captured_msg *m)
{
	enum verdict v = msg_verdict(m);

	return v == VERDICT_NO_IDENTITY || v == VERDICT_UNSUPPORTED_PPT ||
	       (is_bad(v) && !is_stale(v) && !is_ahead(v));
}

bool identity_broken_by_hop(const struct scene *s, struct finding *out)
{
	bool held = false;
	unsigned looked = 0;

	if (!call_is(s->call, CALL_IDENTITY))
		return false;
	for (uint32_t id = s->call->first_msg;
	     id != 0 && looked < COPIES_MAX;) {
		const struct captured_msg *m = view_msg(s->view, id);
		struct verdict_break b;

		held |= msg_verdict(m) == VERDICT_VALID;
		if (held && may_be_broken(m)) {
			looked++;
			if (verdict_find_break(s->view, id, &b) &&
			    b.broken == id &&
			    msg_verdict(view_msg(s->view, b.held)) ==
				    VERDICT_VALID) {
				tell(s, out, b.held, b.broken);
				return true;
			}
		}
		id = m->next;
	}
	return false;
}

bool identity_invalid(const struct scene *s, struct finding *out)
{
	uint32_t msg = find_first(s, is_of_signer);

	if (msg == 0)
		return false;
	tell(s, out, 0, msg);
	return true;
}

bool identity_untrusted(const struct scene *s, struct finding *out)
{
	uint32_t msg = find_first(s, is_of_certificate);
	enum verdict verdict;

	if (msg == 0 || held_elsewhere(s, view_msg(s->view, msg)))
		return false;
	verdict = msg_verdict(view_msg(s->view, msg));
	if (s->no_trust && (verdict == VERDICT_CERT_UNTRUSTED ||
			    verdict == VERDICT_CERT_SELF_SIGNED))
		return false;
	tell(s, out, 0, msg);
	return true;
}

/* Where everybody is wrong by as much, the clock of the capture is. */
static bool is_clock_to_blame(const struct scene *s, enum verdict v)
{
	int64_t offset_s;

	return view_clock_offset(s->view, &offset_s) &&
	       (is_stale(v) ? offset_s > 0 : offset_s < 0);
}

static bool is_off_in_time(enum verdict v)
{
	return is_stale(v) || is_ahead(v);
}

static uint32_t find_off_in_time(const struct scene *s)
{
	if (!call_is(s->call, CALL_IDENTITY))
		return 0;
	for (uint32_t id = s->call->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(s->view, id);
		enum verdict v = msg_verdict(m);

		if (is_off_in_time(v) && !msg_is(m, MSG_RESPONSE) &&
		    !is_clock_to_blame(s, v))
			return id;
		id = m->next;
	}
	return 0;
}

bool identity_stale(const struct scene *s, struct finding *out)
{
	uint32_t msg = find_off_in_time(s);

	if (msg == 0)
		return false;
	tell(s, out, 0, msg);
	return true;
}

bool identity_missing(const struct scene *s, struct finding *out)
{
	const struct captured_msg *m = view_msg(s->view, s->story.request);
	struct verdict_break b;

	if (m == NULL || s->story.final_code != CODE_USE_IDENTITY ||
	    msg_is(m, MSG_IDENTITY) || msg_is(m, MSG_CUT))
		return false;
	/* Who took it away is told by the rule for that. */
	if (verdict_find_break(s->view, s->story.request, &b))
		return false;
	finding_start(out, CODE_USE_IDENTITY, -1, 0);
	finding_name(out, s->story.request);
	finding_name(out, s->story.final);
	return true;
}
