#include "sipmon/call/query.h"

#include "query_program.h"

/*
 * A match limit holds for each place where a match may begin, so their number
 * is bounded too; only a Call-ID can be longer.
 */
#define MATCH_BYTES_MAX 1024

static bool compare(enum query_op op, int64_t a, int64_t b)
{
	switch (op) {
	case QUERY_OP_EQ:
	case QUERY_OP_NE: /* turned round by test_is_true() */
		return a == b;
	case QUERY_OP_LT:
		return a < b;
	case QUERY_OP_LE:
		return a <= b;
	case QUERY_OP_GT:
		return a > b;
	case QUERY_OP_GE:
		return a >= b;
	case QUERY_OP_CONTAINS:
	case QUERY_OP_MATCHES:
	case QUERY_OPS:
		break;
	}
	return false;
}

static bool contains(struct slice text, struct slice part)
{
	return slice_is_set(text) &&
	       (part.len == 0 || slice_search(text, part, true) < text.len);
}

static bool pattern_matches(const struct query *q, const struct query_test *t,
			    struct query_subject *s, struct slice text)
{
	int rc = pcre2_match(t->pattern, (PCRE2_SPTR)text.ptr,
			     text.len < MATCH_BYTES_MAX ? text.len
							: MATCH_BYTES_MAX,
			     0, 0, q->match_data, q->match_context);

	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		s->out_of_limit = true;
	return rc >= 0;
}

static bool text_matches(const struct query *q, const struct query_test *t,
			 struct query_subject *s, struct slice text)
{
	if (!slice_is_set(text))
		return false;
	if (t->op == QUERY_OP_MATCHES)
		return pattern_matches(q, t, s, text);
	if (t->op == QUERY_OP_CONTAINS)
		return contains(text, t->text);
	return slice_eq_nocase(text, t->text);
}

static bool some_code_matches(const struct query_test *t,
			      const struct query_subject *s)
{
	const struct captured_msg *m = view_msg(s->view, s->call->first_msg);

	for (; m != NULL; m = view_msg(s->view, m->next))
		if (msg_is(m, MSG_RESPONSE) &&
		    compare(t->op, m->status, t->number))
			return true;
	return false;
}

static bool some_finding_matches(const struct query *q,
				 const struct query_test *t,
				 struct query_subject *s)
{
	query_subject_find(s);
	if (t->alone)
		return s->finding_count > 0;
	for (unsigned i = 0; i < s->finding_count; i++)
		if (text_matches(q, t, s, slice_of(s->findings[i].kind)))
			return true;
	return false;
}

static bool some_text_matches(const struct query *q, const struct query_test *t,
			      struct query_subject *s)
{
	const struct captured_msg *m = view_msg(s->view, s->call->first_msg);

	for (; m != NULL; m = view_msg(s->view, m->next)) {
		struct slice text;

		for (unsigned i = 0;
		     slice_is_set(text = t->field->each(s, m, i)); i++)
			if (text_matches(q, t, s, text))
				return true;
	}
	return false;
}

static bool number_matches(const struct query_test *t, struct query_subject *s)
{
	int64_t number;

	return t->field->number(s, &number) &&
	       compare(t->op, number, t->number);
}

static bool test_holds(const struct query *q, const struct query_test *t,
		       struct query_subject *s)
{
	const struct call *c = s->call;

	if (t->field == NULL)
		return contains(c->from_user, t->text) ||
		       contains(c->to_user, t->text) ||
		       contains(c->call_id, t->text);
	switch (t->field->kind) {
	case QUERY_FLAG:
		return t->field->flag(s);
	case QUERY_TEXT:
		return text_matches(q, t, s, t->field->text(s));
	case QUERY_ADDRESS:
		return text_matches(q, t, s, t->field->text(s)) ||
		       ((t->op == QUERY_OP_EQ || t->op == QUERY_OP_NE) &&
			text_matches(q, t, s, t->field->host(s)));
	case QUERY_COUNT:
	case QUERY_SECONDS:
		return number_matches(t, s);
	case QUERY_EACH_CODE:
		return some_code_matches(t, s);
	case QUERY_FINDING:
		return some_finding_matches(q, t, s);
	case QUERY_EACH_TEXT:
		return some_text_matches(q, t, s);
	}
	return false;
}

/* `!=` is what `==` is not: `code != 200` means that no response is a 200. */
static bool test_is_true(const struct query *q, const struct query_test *t,
			 struct query_subject *s)
{
	return test_holds(q, t, s) != (!t->alone && t->op == QUERY_OP_NE);
}

bool query_matches(const struct query *q, const struct view *v,
		   const struct call *c)
{
	struct query_subject s;
	bool answer = true;

	s.view = v;
	s.call = c;
	s.find = q->find;
	s.find_ctx = q->find_ctx;
	s.has_timing = false;
	s.has_findings = false;
	s.out_of_limit = false;
	s.finding_count = 0;
	for (uint32_t i = 0; i < q->step_count;) {
		const struct query_step *step = &q->steps[i++];

		switch (step->kind) {
		case STEP_TEST:
			answer = test_is_true(q, &q->tests[step->to], &s);
			break;
		case STEP_NOT:
			answer = !answer;
			break;
		case STEP_AND:
			if (!answer)
				i = step->to;
			break;
		case STEP_OR:
			if (answer)
				i = step->to;
			break;
		}
	}
	return answer && !s.out_of_limit;
}
