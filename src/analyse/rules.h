/* rules.h - the rules, a table; for this room. */
#ifndef SIPMON_ANALYSE_RULES_H
#define SIPMON_ANALYSE_RULES_H

#include <stdbool.h>

#include "sipmon/call/finding.h"
#include "sipmon/call/phase.h"
#include "story.h"

/* Senders of one call whose credentials are followed. */
#define SCENE_SENDERS 4

/* Challenges in a row, each to a request that carried credentials. */
struct sender {
	uint32_t hop; /* of his first challenged request */
	uint16_t method;
	uint16_t code;
	unsigned challenges;
	bool proven; /* a long row that has ended, and not with a 2xx */
	int64_t begin_ns;
	int64_t end_ns;
	unsigned message_count; /* the requests, and the last challenge */
	uint32_t messages[FINDING_MESSAGES];
};

/* One call, and the transaction of it that is looked at. */
struct scene {
	const struct view *view;
	const struct call *call;
	struct phase_limits limits;
	bool no_trust; /* struct diagnosis */
	int64_t now_ns;
	const struct transaction *transaction;
	struct story story;
	unsigned sender_count;
	struct sender senders[SCENE_SENDERS];
};

/* Fills all but kind and severity; false, and `out` is not to be read, if the
 * rule does not apply or is not sure. */
typedef bool (*rule_fn)(const struct scene *s, struct finding *out);

struct rule {
	const char *kind;
	enum finding_severity severity;
	bool of_call;    /* judges the call, at its end */
	bool of_invites; /* judges INVITEs only */
	rule_fn applies;
};

#define RULES 18

/* The worst first. */
extern const struct rule rules[RULES];

/*
 * Nothing that a rule could find in this transaction, as far as can be told
 * without a look at its messages: so it is with most.
 */
bool rules_are_quiet(const struct scene *s);

/* Follows who is challenged; called with each transaction in turn. */
void scene_follow_senders(struct scene *s);

/* ---- what rules share */

/* Sets all but kind and severity, no message named yet. */
void finding_start(struct finding *out, uint16_t code, int64_t lasted_ns,
		   unsigned count);

/* Names one more message: each once, as long as there is room. */
void finding_name(struct finding *out, uint32_t id);

/* ---- rules_identity.c */

/* "Use Identity Header" (RFC 8224 section 6.2.2) */
#define CODE_USE_IDENTITY 428

bool identity_broken_by_hop(const struct scene *s, struct finding *out);
bool identity_invalid(const struct scene *s, struct finding *out);
bool identity_untrusted(const struct scene *s, struct finding *out);
bool identity_stale(const struct scene *s, struct finding *out);
bool identity_missing(const struct scene *s, struct finding *out);

#endif
