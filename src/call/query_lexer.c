#include "query_lexer.h"

/* Longer signs stand before those that they begin with. */
/* clang-format off */
static const struct {
	struct slice sign;
	enum token_kind kind;
	enum query_op op;
} signs[] = {
	{ { "&&", 2 }, TOKEN_AND,   QUERY_OP_EQ },
	{ { "||", 2 }, TOKEN_OR,    QUERY_OP_EQ },
	{ { "==", 2 }, TOKEN_OP,    QUERY_OP_EQ },
	{ { "=~", 2 }, TOKEN_OP,    QUERY_OP_MATCHES },
	{ { "!=", 2 }, TOKEN_OP,    QUERY_OP_NE },
	{ { "<=", 2 }, TOKEN_OP,    QUERY_OP_LE },
	{ { ">=", 2 }, TOKEN_OP,    QUERY_OP_GE },
	{ { "<", 1 },  TOKEN_OP,    QUERY_OP_LT },
	{ { ">", 1 },  TOKEN_OP,    QUERY_OP_GT },
	{ { "!", 1 },  TOKEN_NOT,   QUERY_OP_EQ },
	{ { "(", 1 },  TOKEN_OPEN,  QUERY_OP_EQ },
	{ { ")", 1 },  TOKEN_CLOSE, QUERY_OP_EQ },
};

static const struct {
	struct slice word;
	enum token_kind kind;
	enum query_op op;
} keywords[] = {
	{ { "and", 3 },      TOKEN_AND, QUERY_OP_EQ },
	{ { "or", 2 },       TOKEN_OR,  QUERY_OP_EQ },
	{ { "not", 3 },      TOKEN_NOT, QUERY_OP_EQ },
	{ { "contains", 8 }, TOKEN_OP,  QUERY_OP_CONTAINS },
};

static const char *const op_names[QUERY_OPS] = {
	[QUERY_OP_EQ] = "==",
	[QUERY_OP_NE] = "!=",
	[QUERY_OP_LT] = "<",
	[QUERY_OP_LE] = "<=",
	[QUERY_OP_GT] = ">",
	[QUERY_OP_GE] = ">=",
	[QUERY_OP_CONTAINS] = "contains",
	[QUERY_OP_MATCHES] = "=~",
};
/* clang-format on */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool ends_word(char c)
{
	struct slice signs_begin = SLICE("()\"<>=!&|");

	return is_blank(c) || slice_find(signs_begin, c) < signs_begin.len;
}

static struct token sign_token(struct query_lexer *l)
{
	struct token t = { .offset = l->at };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = signs[i].sign.len;

		t.text = slice_sub(l->text, l->at, len);
		if (!slice_eq(t.text, signs[i].sign))
			continue;
		t.kind = signs[i].kind;
		t.op = signs[i].op;
		l->at += len;
		return t;
	}
	t.kind = TOKEN_BROKEN;
	switch (l->text.ptr[l->at]) {
	case '=':
		t.wrong = "'=' alone compares nothing, write '=='";
		break;
	case '&':
		t.wrong = "'&' alone means nothing, write 'and' or '&&'";
		break;
	default:
		t.wrong = "'|' alone means nothing, write 'or' or '||'";
		break;
	}
	l->at++;
	return t;
}

static struct token string_token(struct query_lexer *l)
{
	struct token t = { .kind = TOKEN_STRING, .offset = l->at };
	size_t begin = l->at + 1;
	size_t end = begin;

	while (end < l->text.len && l->text.ptr[end] != '"')
		end += l->text.ptr[end] == '\\' ? 2 : 1;
	if (end >= l->text.len) {
		t.kind = TOKEN_BROKEN;
		t.wrong = "the closing '\"' is missing";
		l->at = l->text.len;
		return t;
	}
	t.text = slice_sub(l->text, begin, end - begin);
	l->at = end + 1;
	return t;
}

static struct token word_token(struct query_lexer *l)
{
	struct token t = { .kind = TOKEN_WORD, .offset = l->at };

	while (l->at < l->text.len && !ends_word(l->text.ptr[l->at]))
		l->at++;
	t.text = slice_sub(l->text, t.offset, l->at - t.offset);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (slice_eq_nocase(t.text, keywords[i].word)) {
			t.kind = keywords[i].kind;
			t.op = keywords[i].op;
		}
	}
	return t;
}

struct token query_lexer_next(struct query_lexer *l)
{
	while (l->at < l->text.len && is_blank(l->text.ptr[l->at]))
		l->at++;
	if (l->at == l->text.len)
		return (struct token){ .kind = TOKEN_END, .offset = l->at };
	if (l->text.ptr[l->at] == '"')
		return string_token(l);
	if (ends_word(l->text.ptr[l->at]))
		return sign_token(l);
	return word_token(l);
}

const char *query_op_name(enum query_op op)
{
	return op_names[op];
}

size_t query_unescape(struct slice text, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\\' && i + 1 < text.len &&
		    (text.ptr[i + 1] == '"' || text.ptr[i + 1] == '\\'))
			c = text.ptr[++i];
		out[n++] = c;
	}
	return n;
}
