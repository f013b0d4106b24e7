/* query_lexer.h - the words of the filter language; for this room. */
#ifndef SIPMON_CALL_QUERY_LEXER_H
#define SIPMON_CALL_QUERY_LEXER_H

#include <stdbool.h>

#include "sipmon/base/slice.h"

enum query_op {
	QUERY_OP_EQ = 0,
	QUERY_OP_NE,
	QUERY_OP_LT,
	QUERY_OP_LE,
	QUERY_OP_GT,
	QUERY_OP_GE,
	QUERY_OP_CONTAINS,
	QUERY_OP_MATCHES,
	QUERY_OPS
};

enum token_kind {
	TOKEN_END = 0,
	TOKEN_WORD,
	TOKEN_STRING, /* `text` is what stands between the quotes */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_OP,
	TOKEN_BROKEN /* `wrong` says why */
};

struct token {
	enum token_kind kind;
	enum query_op op;
	struct slice text;
	size_t offset; /* of its first byte */
	const char *wrong;
};

struct query_lexer {
	struct slice text;
	size_t at;
};

/* The next token; TOKEN_END again and again at the end. */
struct token query_lexer_next(struct query_lexer *l);

/* The operator as it is written. */
const char *query_op_name(enum query_op op);

/*
 * Writes a string without its escapes to `out`, which has room for all of
 * `text`; returns the length.  A backslash before a quote or another
 * backslash goes; any other stays, so that "\d+" is what it looks like.
 */
size_t query_unescape(struct slice text, char *out);

#endif
