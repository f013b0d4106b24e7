/* rules.h - the rules, a table; for this room. */
#ifndef SIPMON_ANALYSE_RULES_H
#define SIPMON_ANALYSE_RULES_H

#include <stdbool.h>

#include "scene.h"

/* The server has to say 100 within it (RFC 3261 section 17.2.1). */
#define TRYING_NS INT64_C(200000000)
/* It is the server's clock that counts: the way between it and the capture has
 * a tenth of that. */
#define TRYING_SURE_NS (TRYING_NS + TRYING_NS / 10)

/* So many copies of one message are no accident. */
#define COPIES_MANY 3

/*
 * The third copy of a request is sent after 7 * T1, 3.5 s.  That it was in
 * vain is sure a while later, or when a fourth one has followed it.
 */
#define SILENCE_NS       INT64_C(1500000000)
#define SILENCE_LEAST_NS INT64_C(5000000000)

/* Fills all but kind and severity; false, and `out` is not to be read, if the
 * rule does not apply or is not sure. */
typedef bool (*rule_fn)(const struct scene *s, struct finding *out);

enum rule_scope {
	RULE_OF_TRANSACTION = 0,
	RULE_OF_INVITE, /* of transactions, INVITEs only */
	RULE_OF_CALL,   /* judges the call, at its end */
};

struct rule {
	const char *kind;
	enum finding_severity severity;
	enum rule_scope scope;
	uint64_t signs; /* of a rule of the call: it is tried where one of them
			   is there */
	rule_fn applies;
};

#define RULES 45

/* The worst first. */
extern const struct rule rules[RULES];

/*
 * Nothing that a rule could find in this transaction, as far as can be told
 * without a look at its messages: so it is with most.
 */
bool rules_are_quiet(const struct scene *s);

/* ---- rules_transaction.c */

bool stuck_in_trying(const struct scene *s, struct finding *out);
bool ring_timeout(const struct scene *s, struct finding *out);
bool no_response(const struct scene *s, struct finding *out);
bool missing_ack(const struct scene *s, struct finding *out);
bool ack_lost(const struct scene *s, struct finding *out);
bool no_bye_answer(const struct scene *s, struct finding *out);
bool retransmissions(const struct scene *s, struct finding *out);
bool late_final(const struct scene *s, struct finding *out);
bool slow_trying(const struct scene *s, struct finding *out);

/* ---- rules_identity.c */

/* "Use Identity Header" (RFC 8224 section 6.2.2) */
#define CODE_USE_IDENTITY 428

bool identity_broken_by_hop(const struct scene *s, struct finding *out);
bool identity_invalid(const struct scene *s, struct finding *out);
bool identity_untrusted(const struct scene *s, struct finding *out);
bool identity_stale(const struct scene *s, struct finding *out);
bool identity_missing(const struct scene *s, struct finding *out);

/* ---- rules_dialog.c */

/* "Request Pending" (RFC 3261 section 14.2) */
#define CODE_REQUEST_PENDING 491

bool out_of_order(const struct scene *s, struct finding *out);
bool double_answer(const struct scene *s, struct finding *out);
bool cancel_crossing(const struct scene *s, struct finding *out);
bool glare(const struct scene *s, struct finding *out);
bool prack_missing(const struct scene *s, struct finding *out);

/* ---- rules_auth.c */

/* Follows who is challenged; called with each transaction in turn. */
void scene_follow_senders(struct scene *s);

bool auth_loop(const struct scene *s, struct finding *out);
bool wrong_nonce(const struct scene *s, struct finding *out);

/* ---- rules_retry.c */

bool retry_after_ignored(const struct scene *s, struct finding *out);
bool redirect_not_tried(const struct scene *s, struct finding *out);

/* ---- rules_loop.c */

bool loop(const struct scene *s, struct finding *out);
bool answer_lost(const struct scene *s, struct finding *out);

/* ---- rules_hop.c */

bool slow_hop(const struct scene *s, struct finding *out);
bool number_changed(const struct scene *s, struct finding *out);

/* ---- rules_wire.c */

bool malformed_message(const struct scene *s, struct finding *out);
bool non_invite_408(const struct scene *s, struct finding *out);
bool alg_damage(const struct scene *s, struct finding *out);
bool oversized_udp(const struct scene *s, struct finding *out);
bool fast_resending(const struct scene *s, struct finding *out);

/* ---- rules_media.c */

bool one_way_media(const struct scene *s, struct finding *out);
bool no_media(const struct scene *s, struct finding *out);
bool rtp_timeout(const struct scene *s, struct finding *out);
bool poor_media(const struct scene *s, struct finding *out);
bool codec_mismatch(const struct scene *s, struct finding *out);
bool sdp_answer_missing(const struct scene *s, struct finding *out);

/* ---- rules_place.c */

bool nat_contact(const struct scene *s, struct finding *out);
bool nat_via(const struct scene *s, struct finding *out);
bool private_sdp(const struct scene *s, struct finding *out);
bool scanner(const struct scene *s, struct finding *out);

/* ---- rules_lifetime.c */

bool registration_flapping(const struct scene *s, struct finding *out);
bool registration_expired(const struct scene *s, struct finding *out);
bool session_expired(const struct scene *s, struct finding *out);

#endif
