/*
 * query_program.h - a filter, compiled; for this room.
 *
 * The steps are done one after the other upon one answer, so a filter of any
 * shape takes no stack and each test is asked at most once.
 */
#ifndef SIPMON_CALL_QUERY_PROGRAM_H
#define SIPMON_CALL_QUERY_PROGRAM_H

#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include "query_field.h"
#include "query_lexer.h"
#include "sipmon/call/query.h"

/* One comparison. */
struct query_test {
	const struct query_field *field; /* NULL: a word looked for anywhere */
	bool alone;                      /* the field itself, not compared */
	enum query_op op;
	int64_t number;
	struct slice text;
	pcre2_code *pattern;
};

/* AND and OR leave out the steps up to `to` when the answer is known. */
enum query_step_kind { STEP_TEST = 0, STEP_NOT, STEP_AND, STEP_OR };

struct query_step {
	enum query_step_kind kind;
	uint32_t to; /* of a STEP_TEST: number of the test */
};

struct query {
	struct query_step *steps;
	uint32_t step_count;
	struct query_test *tests;
	uint32_t test_count;
	char *text; /* the words, one behind the other */
	size_t text_len;
	pcre2_match_context *match_context;
	pcre2_match_data *match_data;
	finding_list_fn find;
	void *find_ctx;
};

#endif
