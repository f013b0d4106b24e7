#include "rules.h"

#include "caller.h"
#include "sipmon/sip/method.h"

/* ---- the table */

#define OF_TRANSACTION RULE_OF_TRANSACTION, 0
#define OF_INVITE      RULE_OF_INVITE, 0
#define OF_CALL(signs) RULE_OF_CALL, (signs)

/* clang-format off */
const struct rule rules[RULES] = {
	{ "stuck-in-trying", FINDING_ERROR, OF_INVITE, stuck_in_trying },
	{ "no-response", FINDING_ERROR, OF_TRANSACTION, no_response },
	{ "missing-ack", FINDING_ERROR, OF_INVITE, missing_ack },
	{ "auth-loop", FINDING_ERROR, OF_CALL(SIGN_CHALLENGED), auth_loop },
	{ "loop", FINDING_ERROR, OF_CALL(SIGN_LOOP | SIGN_AGAIN), loop },
	{ "identity-broken-by-hop", FINDING_ERROR, OF_CALL(SIGN_CALL),
	  identity_broken_by_hop },
	{ "identity-invalid", FINDING_ERROR, OF_CALL(SIGN_CALL),
	  identity_invalid },
	{ "no-bye-answer", FINDING_WARNING, OF_TRANSACTION, no_bye_answer },
	{ "answer-lost", FINDING_WARNING, OF_TRANSACTION, answer_lost },
	{ "ack-lost", FINDING_WARNING, OF_INVITE, ack_lost },
	{ "late-final", FINDING_WARNING, OF_TRANSACTION, late_final },
	{ "slow-trying", FINDING_WARNING, OF_INVITE, slow_trying },
	{ "identity-untrusted", FINDING_WARNING, OF_CALL(SIGN_CALL),
	  identity_untrusted },
	{ "identity-stale", FINDING_WARNING, OF_CALL(SIGN_CALL),
	  identity_stale },
	{ "retransmissions", FINDING_WARNING, OF_TRANSACTION, retransmissions },
	{ "malformed-message", FINDING_WARNING, OF_CALL(SIGN_CALL),
	  malformed_message },
	{ "double-answer", FINDING_WARNING, OF_CALL(SIGN_FORKED),
	  double_answer },
	{ "codec-mismatch", FINDING_WARNING, OF_CALL(MSG_SDP), codec_mismatch },
	{ "one-way-media", FINDING_WARNING, OF_CALL(MSG_SDP), one_way_media },
	{ "no-media", FINDING_WARNING, OF_CALL(MSG_SDP), no_media },
	{ "rtp-timeout", FINDING_WARNING, OF_CALL(MSG_SDP), rtp_timeout },
	{ "poor-media", FINDING_WARNING, OF_CALL(MSG_SDP), poor_media },
	{ "sdp-answer-missing", FINDING_WARNING, OF_CALL(MSG_SDP),
	  sdp_answer_missing },
	{ "alg-damage", FINDING_WARNING, OF_CALL(MSG_LENGTH_OFF), alg_damage },
	{ "session-expired", FINDING_WARNING, OF_CALL(MSG_SESSION_EXPIRES),
	  session_expired },
	{ "registration-expired", FINDING_WARNING, OF_CALL(SIGN_CALL),
	  registration_expired },
	{ "registration-flapping", FINDING_WARNING, OF_CALL(SIGN_CALL),
	  registration_flapping },
	{ "scanner", FINDING_WARNING, OF_CALL(SIGN_CALL), scanner },
	{ "auth-wrong-nonce", FINDING_WARNING, OF_CALL(SIGN_CHALLENGED),
	  wrong_nonce },
	{ "prack-missing", FINDING_WARNING, OF_CALL(MSG_RELIABLE),
	  prack_missing },
	{ "slow-hop", FINDING_WARNING, OF_CALL(SIGN_HOPS), slow_hop },
	{ "redirect-not-tried", FINDING_WARNING, OF_CALL(SIGN_REDIRECTED),
	  redirect_not_tried },
	{ "retry-after-ignored", FINDING_WARNING, OF_CALL(MSG_RETRY_AFTER),
	  retry_after_ignored },
	{ "fast-resending", FINDING_WARNING, OF_TRANSACTION, fast_resending },
	{ "non-invite-408", FINDING_NOTE, OF_TRANSACTION, non_invite_408 },
	{ "cancel-crossing", FINDING_NOTE, OF_INVITE, cancel_crossing },
	{ "glare", FINDING_NOTE, OF_TRANSACTION, glare },
	{ "out-of-order", FINDING_NOTE, OF_CALL(SIGN_BACKWARDS | MSG_LATE),
	  out_of_order },
	{ "private-sdp", FINDING_NOTE, OF_CALL(MSG_SDP_PRIVATE), private_sdp },
	{ "nat-contact", FINDING_NOTE, OF_CALL(MSG_CONTACT_PRIVATE),
	  nat_contact },
	{ "nat-via", FINDING_NOTE, OF_CALL(MSG_VIA_OTHER), nat_via },
	{ "oversized-udp", FINDING_NOTE, OF_CALL(MSG_OVERSIZED),
	  oversized_udp },
	{ "number-changed", FINDING_NOTE, OF_CALL(SIGN_HOPS), number_changed },
	{ "ring-timeout", FINDING_NOTE, OF_INVITE, ring_timeout },
	{ "identity-missing", FINDING_NOTE, OF_TRANSACTION, identity_missing },
};
/* clang-format on */

/* ---- what cannot be anything */

static bool is_quiet_invite(const struct scene *s)
{
	const struct transaction *t = s->transaction;
	int64_t end = t->final_code != 0 ? t->final_ns : s->now_ns;
	int64_t least = NO_ANSWER_NS; /* that answer-lost waits for */
	/* The last phase began with, or after, the first response. */
	int64_t answered = t->phase_code != 0 ? t->phase_ns : end;

	if (s->limits.trying_ns < least)
		least = s->limits.trying_ns;
	if (s->limits.ringing_ns < least)
		least = s->limits.ringing_ns;
	if (end - t->request_ns >= least ||
	    answered - t->request_ns > TRYING_SURE_NS)
		return false;
	return t->final_code == 0 || transaction_is(t, TRANSACTION_ACKED) ||
	       s->now_ns - t->final_ns < NO_ANSWER_NS;
}

/* A final response that says by itself, or with a flag, what went wrong. */
static bool is_telling(const struct transaction *t)
{
	if (t->final_code < 300)
		return t->method == SIP_METHOD_INVITE &&
		       transaction_is(t, TRANSACTION_CANCELLED);
	return t->final_code == CODE_USE_IDENTITY ||
	       t->final_code == CODE_REQUEST_PENDING ||
	       (t->final_code == 408 && t->method != SIP_METHOD_INVITE);
}

bool rules_are_quiet(const struct scene *s)
{
	const struct transaction *t = s->transaction;

	if (t->retransmissions >= 2 || (t->final_code != 0 && is_telling(t)))
		return false;
	if (t->method == SIP_METHOD_INVITE)
		return is_quiet_invite(s);
	if (t->final_code != 0)
		return t->final_ns - t->request_ns <= NO_ANSWER_NS;
	return s->now_ns - t->request_ns < SILENCE_LEAST_NS;
}
