#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query_program.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"

#define TEXT_BYTES_MAX 4096
#define DEPTH_MAX      64

/* Bytes of a word that an error shows. */
#define SHOWN_BYTES_MAX 40

/*
 * A pattern is the user's, but what it runs over is a stranger's.  PCRE2
 * keeps to these bounds (pcre2api(3)); JIT, which has others, is not used.
 */
#define MATCH_LIMIT       100000
#define MATCH_DEPTH_LIMIT 1000
#define MATCH_HEAP_KIB    1024

struct parser {
	struct query *q;
	struct query_lexer lexer;
	struct token token; /* the one that is looked at */
	struct problem *problem;
	enum err err;
	unsigned depth;
};

static void advance(struct parser *p)
{
	p->token = query_lexer_next(&p->lexer);
}

/* People count characters, from 1. */
static unsigned character_of(const struct parser *p, size_t offset)
{
	unsigned n = 1;

	for (size_t i = 0; i < offset; i++)
		n += ((unsigned char)p->lexer.text.ptr[i] & 0xc0) != 0x80;
	return n;
}

static void fail_at(struct parser *p, size_t offset, const char *what)
{
	if (p->err != ERR_OK)
		return;
	p->err = ERR_MALFORMED;
	problem_set(p->problem, "character %u: %s", character_of(p, offset),
		    what);
}

/* "character 7: 'word' what" */
static void fail_word(struct parser *p, const struct token *t, const char *what)
{
	struct buf shown;
	struct slice word = slice_sub(t->text, 0, SHOWN_BYTES_MAX);

	if (p->err != ERR_OK)
		return;
	p->err = ERR_MALFORMED;
	buf_init(&shown, (size_t)12 * SHOWN_BYTES_MAX);
	utf8_show(&shown, word);
	problem_set(p->problem, "character %u: '%.*s%s' %s",
		    character_of(p, t->offset), SLICE_ARG(buf_slice(&shown)),
		    word.len < t->text.len ? "..." : "", what);
	buf_free(&shown);
}

static void fail_memory(struct parser *p)
{
	if (p->err != ERR_OK)
		return;
	p->err = ERR_NOMEM;
	problem_set(p->problem, "out of memory");
}

/* The arrays have room for as many as a text of its length can ask for. */
static uint32_t add_step(struct parser *p, enum query_step_kind kind,
			 uint32_t to)
{
	p->q->steps[p->q->step_count] = (struct query_step){ kind, to };
	return p->q->step_count++;
}

static struct query_test *add_test(struct parser *p)
{
	struct query_test *t = &p->q->tests[p->q->test_count];

	(void)add_step(p, STEP_TEST, p->q->test_count++);
	return t;
}

static struct slice keep_text(struct parser *p, const struct token *t)
{
	struct slice kept = { p->q->text + p->q->text_len, t->text.len };

	if (t->kind == TOKEN_STRING)
		kept.len = query_unescape(t->text, p->q->text + p->q->text_len);
	else
		memcpy(p->q->text + p->q->text_len, t->text.ptr, t->text.len);
	p->q->text_len += kept.len;
	return kept;
}

static void compile_pattern(struct parser *p, struct query_test *test,
			    const struct token *value)
{
	uint32_t options = PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF |
			   PCRE2_NEVER_BACKSLASH_C;
	PCRE2_UCHAR why[128];
	char text[200];
	PCRE2_SIZE at;
	int code;

	test->pattern =
		pcre2_compile((PCRE2_SPTR)test->text.ptr, test->text.len,
			      options, &code, &at, NULL);
	if (test->pattern != NULL)
		return;
	if (pcre2_get_error_message(code, why, sizeof(why)) < 0)
		why[0] = '\0';
	(void)snprintf(text, sizeof(text),
		       "the pattern is wrong at its byte %zu: %s", at + 1,
		       (const char *)why);
	fail_at(p, value->offset, text);
}

/* Decimal seconds, at most nine digits behind the point. */
static bool parse_seconds(struct slice text, int64_t *ns)
{
	struct slice fraction;
	struct slice whole = slice_split(text, '.', &fraction);
	uint32_t seconds = 0;
	uint32_t rest = 0;
	bool has_point = whole.len < text.len;

	if (!has_point)
		fraction = SLICE("0");
	if (whole.len == 0)
		whole = SLICE("0");
	if (!slice_to_u32(whole, UINT32_MAX, &seconds) || fraction.len > 9 ||
	    !slice_to_u32(fraction, 999999999, &rest))
		return false;
	for (size_t i = fraction.len; i < 9; i++)
		rest *= 10;
	*ns = seconds * CLOCK_SECOND_NS + rest;
	return true;
}

static void parse_number(struct parser *p, struct query_test *test,
			 const struct token *value)
{
	uint32_t number = 0;

	if (test->field->kind == QUERY_SECONDS) {
		if (!parse_seconds(value->text, &test->number))
			fail_word(p, value, "is no number of seconds");
		return;
	}
	if (!slice_to_u32(value->text, UINT32_MAX, &number))
		fail_word(p, value, "is no number");
	test->number = number;
}

/* A word that can never be true is a slip of the pen. */
static void check_word(struct parser *p, const struct query_test *test,
		       const struct token *value)
{
	char text[300];
	size_t n = 0;

	if (test->field->word == NULL ||
	    (test->op != QUERY_OP_EQ && test->op != QUERY_OP_NE))
		return;
	for (unsigned i = 0; test->field->word(i) != NULL; i++)
		if (slice_eq_nocase(slice_of(test->field->word(i)), test->text))
			return;
	n += (size_t)snprintf(text, sizeof(text), "is no %s; there are",
			      test->field->name);
	for (unsigned i = 0; test->field->word(i) != NULL; i++) {
		const char *word = test->field->word(i);

		/* A long list is begun: its words stand in the manual. */
		if (n + strlen(word) + sizeof("  ...") > sizeof(text)) {
			(void)snprintf(text + n, sizeof(text) - n, " ...");
			break;
		}
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s", word);
	}
	fail_word(p, value, text);
}

static bool is_about_text(enum query_kind kind)
{
	return kind == QUERY_TEXT || kind == QUERY_ADDRESS ||
	       kind == QUERY_FINDING || kind == QUERY_EACH_TEXT;
}

static bool op_fits(enum query_kind kind, enum query_op op)
{
	if (op == QUERY_OP_EQ || op == QUERY_OP_NE)
		return kind != QUERY_FLAG;
	if (op == QUERY_OP_CONTAINS || op == QUERY_OP_MATCHES)
		return is_about_text(kind);
	return kind == QUERY_COUNT || kind == QUERY_SECONDS ||
	       kind == QUERY_EACH_CODE;
}

static void fail_op(struct parser *p, const struct query_field *field)
{
	char text[200];

	if (field->kind == QUERY_FLAG)
		(void)snprintf(text, sizeof(text),
			       "'%s' stands alone and is not compared",
			       field->name);
	else
		(void)snprintf(text, sizeof(text),
			       "'%s' is a %s and goes with %s", field->name,
			       is_about_text(field->kind) ? "text" : "number",
			       is_about_text(field->kind) ? "== != contains =~"
							  : "== != < <= > >=");
	fail_at(p, p->token.offset, text);
}

/* The field was read; the token is the operator. */
static void parse_comparison(struct parser *p, const struct query_field *field)
{
	enum query_op op = p->token.op;
	struct query_test *test;

	if (!op_fits(field->kind, op)) {
		fail_op(p, field);
		return;
	}
	advance(p);
	if (p->token.kind == TOKEN_BROKEN) {
		fail_at(p, p->token.offset, p->token.wrong);
		return;
	}
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_STRING) {
		fail_at(p, p->token.offset, "a value is missing here");
		return;
	}
	test = add_test(p);
	test->field = field;
	test->op = op;
	test->text = keep_text(p, &p->token);
	if (!is_about_text(field->kind))
		parse_number(p, test, &p->token);
	else if (op == QUERY_OP_MATCHES)
		compile_pattern(p, test, &p->token);
	else
		check_word(p, test, &p->token);
	advance(p);
}

/* A field with its comparison, a field alone, or a word to look for. */
static void parse_test(struct parser *p)
{
	struct token first = p->token;
	const struct query_field *field =
		first.kind == TOKEN_WORD ? query_field_find(first.text) : NULL;
	struct query_test *test;

	advance(p);
	if (p->token.kind == TOKEN_OP) {
		if (field != NULL)
			parse_comparison(p, field);
		else
			fail_word(p, &first, "is no field");
		return;
	}
	if (p->token.kind == TOKEN_BROKEN) {
		fail_at(p, p->token.offset, p->token.wrong);
		return;
	}
	if (field != NULL && field->kind != QUERY_FLAG &&
	    field->kind != QUERY_FINDING) {
		fail_word(p, &first,
			  is_about_text(field->kind)
				  ? "needs a comparison: == != contains =~"
				  : "needs a comparison: == != < <= > >=");
		return;
	}
	test = add_test(p);
	test->field = field;
	test->alone = true;
	test->text = keep_text(p, &first);
}

static void parse_or(struct parser *p);

static void parse_group(struct parser *p)
{
	size_t begin = p->token.offset;

	if (++p->depth > DEPTH_MAX) {
		fail_at(p, begin, "parentheses are nested too deep");
		return;
	}
	advance(p);
	parse_or(p);
	p->depth--;
	if (p->err != ERR_OK)
		return;
	if (p->token.kind != TOKEN_CLOSE)
		fail_at(p, begin, "this '(' is never closed");
	else
		advance(p);
}

static void parse_not(struct parser *p)
{
	bool negated = false;

	while (p->token.kind == TOKEN_NOT) {
		negated = !negated;
		advance(p);
	}
	switch (p->token.kind) {
	case TOKEN_WORD:
	case TOKEN_STRING:
		parse_test(p);
		break;
	case TOKEN_OPEN:
		parse_group(p);
		break;
	case TOKEN_BROKEN:
		fail_at(p, p->token.offset, p->token.wrong);
		break;
	case TOKEN_OP:
		fail_word(p, &p->token, "has no field before it");
		break;
	case TOKEN_END:
	case TOKEN_CLOSE:
	case TOKEN_AND:
	case TOKEN_OR:
	case TOKEN_NOT:
		fail_at(p, p->token.offset, "a condition is missing here");
		break;
	}
	if (negated)
		(void)add_step(p, STEP_NOT, 0);
}

static void parse_and(struct parser *p)
{
	parse_not(p);
	while (p->err == ERR_OK && p->token.kind == TOKEN_AND) {
		uint32_t step = add_step(p, STEP_AND, 0);

		advance(p);
		parse_not(p);
		p->q->steps[step].to = p->q->step_count;
	}
}

static void parse_or(struct parser *p)
{
	parse_and(p);
	while (p->err == ERR_OK && p->token.kind == TOKEN_OR) {
		uint32_t step = add_step(p, STEP_OR, 0);

		advance(p);
		parse_and(p);
		p->q->steps[step].to = p->q->step_count;
	}
}

static void parse_all(struct parser *p)
{
	advance(p);
	if (p->token.kind == TOKEN_END)
		return; /* asks nothing: every call matches */
	parse_or(p);
	switch (p->token.kind) {
	case TOKEN_END:
		break;
	case TOKEN_CLOSE:
		fail_at(p, p->token.offset, "no '(' belongs to this ')'");
		break;
	case TOKEN_BROKEN:
		fail_at(p, p->token.offset, p->token.wrong);
		break;
	case TOKEN_OP:
		fail_word(p, &p->token, "has no field before it");
		break;
	case TOKEN_WORD:
	case TOKEN_STRING:
	case TOKEN_OPEN:
	case TOKEN_AND:
	case TOKEN_OR:
	case TOKEN_NOT:
		fail_at(p, p->token.offset, "'and' or 'or' is missing here");
		break;
	}
}

static struct query *new_query(size_t len)
{
	struct query *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	/* A test takes a byte of text, and so does what joins it to the next;
	 * each step but those comes from a sign. */
	q->tests = calloc(len / 2 + 1, sizeof(*q->tests));
	q->steps = calloc(len + 2, sizeof(*q->steps));
	q->text = malloc(len + 1);
	q->match_context = pcre2_match_context_create(NULL);
	q->match_data = pcre2_match_data_create(1, NULL);
	if (q->tests == NULL || q->steps == NULL || q->text == NULL ||
	    q->match_context == NULL || q->match_data == NULL) {
		query_free(q);
		return NULL;
	}
	(void)pcre2_set_match_limit(q->match_context, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(q->match_context, MATCH_DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(q->match_context, MATCH_HEAP_KIB);
	return q;
}

enum err query_parse(struct query **out, struct slice text,
		     finding_list_fn find, void *ctx, struct problem *problem)
{
	struct parser p = { .lexer = { .text = text }, .problem = problem };

	if (text.len > TEXT_BYTES_MAX) {
		p.lexer.text = slice_sub(text, 0, TEXT_BYTES_MAX);
		fail_at(&p, TEXT_BYTES_MAX, "the filter is too long");
		return p.err;
	}
	p.q = new_query(text.len);
	if (p.q == NULL) {
		fail_memory(&p);
		return p.err;
	}
	p.q->find = find;
	p.q->find_ctx = ctx;
	parse_all(&p);
	if (p.err != ERR_OK) {
		query_free(p.q);
		return p.err;
	}
	*out = p.q;
	return ERR_OK;
}

void query_free(struct query *q)
{
	if (q == NULL)
		return;
	for (uint32_t i = 0; i < q->test_count; i++)
		pcre2_code_free(q->tests[i].pattern);
	pcre2_match_data_free(q->match_data);
	pcre2_match_context_free(q->match_context);
	free(q->tests);
	free(q->steps);
	free(q->text);
	free(q);
}
