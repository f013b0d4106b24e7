#include "sipmon/analyse/diagnosis.h"

#include "rules.h"
#include "sipmon/sip/method.h"

/* Finding `i` is set if bit `i` is. */
struct found {
	uint64_t kinds;
	struct finding list[RULES];
};

_Static_assert(RULES <= 64, "a set of rules is 64 bits");
_Static_assert(RULES <= FINDING_ROOM, "a call may have one of each kind");

static void try_rule(const struct scene *s, unsigned i, struct found *f)
{
	const struct rule *rule = &rules[i];

	if ((f->kinds >> i & 1) != 0 || !rule->applies(s, &f->list[i]))
		return;
	f->list[i].kind = rule->kind;
	f->list[i].severity = rule->severity;
	f->kinds |= UINT64_C(1) << i;
}

static void judge_transaction(struct scene *s, struct found *f)
{
	bool invite = s->transaction->method == SIP_METHOD_INVITE;

	scene_gather(s);
	scene_follow_senders(s);
	if (rules_are_quiet(s))
		return;
	story_of(s->view, s->transaction, &s->story);
	for (unsigned i = 0; i < RULES; i++)
		if (rules[i].scope == RULE_OF_TRANSACTION ||
		    (rules[i].scope == RULE_OF_INVITE && invite))
			try_rule(s, i, f);
}

/* What has no Call-ID is no call: who knows which messages belong together. */
static void judge_call(const struct scene *s, struct found *f)
{
	uint64_t signs = s->call->call_id.len > 0 ? s->signs : SIGN_CALL;

	for (unsigned i = 0; i < RULES; i++)
		if (rules[i].scope == RULE_OF_CALL &&
		    (rules[i].signs & signs) != 0)
			try_rule(s, i, f);
}

unsigned diagnosis_findings(void *ctx, const struct view *v,
			    const struct call *c, struct finding *out,
			    unsigned room)
{
	const struct diagnosis *d = ctx;
	struct scene s;
	struct found f;
	unsigned n = 0;

	scene_begin(&s, v, c);
	s.limits = d->limits;
	s.no_trust = d->no_trust;
	s.dropped = d->dropped;
	f.kinds = 0;
	while (s.transaction != NULL) {
		judge_transaction(&s, &f);
		s.transaction = view_transaction(v, s.transaction->next);
	}
	judge_call(&s, &f);
	for (unsigned i = 0; i < RULES && n < room; i++)
		if ((f.kinds >> i & 1) != 0)
			out[n++] = f.list[i];
	return n;
}

const char *diagnosis_kind(unsigned i)
{
	return i < RULES ? rules[i].kind : NULL;
}

enum finding_severity diagnosis_severity(unsigned i)
{
	return i < RULES ? rules[i].severity : FINDING_NOTE;
}
