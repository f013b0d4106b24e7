#include "sipmon/analyse/diagnosis.h"

#include "rules.h"
#include "sipmon/sip/method.h"

/* Finding `i` is set if bit `i` is. */
struct found {
	uint32_t kinds;
	struct finding list[RULES];
};

_Static_assert(RULES <= 32, "a set of rules is 32 bits");
_Static_assert(RULES <= FINDING_ROOM, "a call may have one of each kind");

static void try_rule(const struct scene *s, unsigned i, struct found *f)
{
	const struct rule *rule = &rules[i];

	if ((f->kinds >> i & 1) != 0 || !rule->applies(s, &f->list[i]))
		return;
	f->list[i].kind = rule->kind;
	f->list[i].severity = rule->severity;
	f->kinds |= UINT32_C(1) << i;
}

static void judge_transaction(struct scene *s, struct found *f)
{
	bool invite = s->transaction->method == SIP_METHOD_INVITE;

	scene_follow_senders(s);
	if (rules_are_quiet(s))
		return;
	story_of(s->view, s->transaction, &s->story);
	for (unsigned i = 0; i < RULES; i++)
		if (!rules[i].of_call && (invite || !rules[i].of_invites))
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

	/* The rest is set when it is needed: most calls need none of it. */
	s.view = v;
	s.call = c;
	s.limits = d->limits;
	s.no_trust = d->no_trust;
	s.now_ns = view_now_ns(v);
	s.sender_count = 0;
	f.kinds = 0;
	s.transaction = view_transaction(v, c->first_transaction);
	while (s.transaction != NULL) {
		judge_transaction(&s, &f);
		s.transaction = view_transaction(v, s.transaction->next);
	}
	for (unsigned i = 0; i < RULES; i++)
		if (rules[i].of_call)
			try_rule(&s, i, &f);
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
