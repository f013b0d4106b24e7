/* Values of the Identity header: RFC 8224 section 4, RFC 4474 section 9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/value.h"
#include "in_memory.h"

#define V(v)  VERDICT_BIT(VERDICT_##v)
#define C(c)  CAVEAT_BIT(CAVEAT_##c)
#define START "INVITE sip:bob@example.com SIP/2.0\r\n"

static void a_fold_is_one_blank(void **state)
{
	static const struct {
		const char *value;
		const char *text;
	} rows[] = {
		{ "a\r\n b", "a b" },
		{ "a  \t\r\n \t b", "a b" },
		{ "a\n\tb\r\n c", "a b c" },
		{ "a\r\n \r\n b", "a b" },
		{ "\r\n a\r\n ", "a" },
		{ "a\r\n b  c ", "a b  c" },
		{ "\"a\r\n  b\"", "\"a b\"" },
		{ "", "" },
		{ " \r\n ", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice text =
			value_unfold(*state, slice_of(rows[i].value));

		assert_true(slice_is_set(text));
		assert_true(slice_eq(text, slice_of(rows[i].text)));
	}
}

static void a_value_without_folds_is_not_copied(void **state)
{
	static const char value[] = " a\tb  c ";
	struct slice text = value_unfold(*state, slice_of(value));

	assert_ptr_equal(text.ptr, value + 1);
	assert_true(slice_eq(text, SLICE("a\tb  c")));
}

/* The values of a message with these header lines. */
static unsigned values_of(const struct memory *m, struct slice headers,
			  struct identity_value *out, unsigned room,
			  uint32_t *left_out)
{
	const size_t start = sizeof(START) - 1;
	char *bytes = arena_alloc(m->arena, m->pool, start + headers.len + 2);
	struct sip_msg msg;

	assert_non_null(bytes);
	memcpy(bytes, START, start);
	memcpy(bytes + start, headers.ptr, headers.len);
	memcpy(bytes + start + headers.len, "\r\n", 2);
	assert_true(sip_msg_parse(
		&msg, (struct slice){ bytes, start + headers.len + 2 }));
	return identity_values(m, &msg, out, room, left_out);
}

static void one_value(void **state, struct slice headers,
		      struct identity_value *out)
{
	uint32_t left_out = 1;

	assert_int_equal(values_of(*state, headers, out, 1, &left_out), 1);
	assert_int_equal(left_out, 0);
}

static void a_passport_has_parameters(void **state)
{
	static const struct {
		const char *headers;
		const char *info; /* NULL: absent */
		const char *alg;
		const char *ppt;
		uint64_t failed;
	} rows[] = {
		{ "Identity: a.b.c;info=<https://x/y>\r\n", "https://x/y", NULL,
		  NULL, 0 },
		{ "y: a.b.c;info=<https://x/y>;alg=ES256;ppt=shaken\r\n",
		  "https://x/y", "ES256", "shaken", 0 },
		{ "IDENTITY : a.b.c ; PPT = \"div\" ;ALG= ES256\t; INFO = "
		  "<https://x/y> \r\n",
		  "https://x/y", "ES256", "div", 0 },
		{ "Identity: a.b.c\r\n ;info=<https://x/y>\r\n\t;alg\r\n =\r\n "
		  "ES256\r\n",
		  "https://x/y", "ES256", NULL, 0 },
		{ "Identity: a.b.c;info=<https://x/y;a=b,c?d=e;alg=no>;z;;"
		  "q=\", \\\"; alg=no\";alg=es256;alg=none\r\n",
		  "https://x/y;a=b,c?d=e;alg=no", "es256", NULL, 0 },
		/* the first counts, even if it is worse */
		{ "Identity: a.b.c;info=x;info=<https://x/y>\r\n", NULL, NULL,
		  NULL, V(MISSING_INFO) },
		{ "Identity: a.b.c;info;info=<https://x/y>\r\n", NULL, NULL,
		  NULL, V(MISSING_INFO) },
		{ "Identity: a.b.c\r\n", NULL, NULL, NULL, V(MISSING_INFO) },
		{ "Identity: a.b.c;info=<>;alg;ppt=\r\n", NULL, "", "",
		  V(MISSING_INFO) },
		{ "Identity: a.b.c;info=<https://x/y;alg=ES256\r\n", NULL,
		  "ES256", NULL, V(MISSING_INFO) },
		{ "Identity: a.b.c;info=<https://x/y>z\r\n", NULL, NULL, NULL,
		  V(MISSING_INFO) },
		{ "Identity: a.b.c;info=\"https://x/y\"\r\n", NULL, NULL, NULL,
		  V(MISSING_INFO) },
		{ "Identity: a.b.c;information=<https://x/y>\r\n", NULL, NULL,
		  NULL, V(MISSING_INFO) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_value v;

		one_value(state, slice_of(rows[i].headers), &v);
		assert_false(v.is_legacy);
		assert_true(slice_eq(v.token, SLICE("a.b.c")));
		assert_int_equal(slice_is_set(v.info), rows[i].info != NULL);
		assert_true(slice_eq(v.info, slice_of(rows[i].info)));
		assert_int_equal(slice_is_set(v.alg), rows[i].alg != NULL);
		assert_true(slice_eq(v.alg, slice_of(rows[i].alg)));
		assert_int_equal(slice_is_set(v.ppt), rows[i].ppt != NULL);
		assert_true(slice_eq(v.ppt, slice_of(rows[i].ppt)));
		assert_true(v.failed == rows[i].failed);
		assert_int_equal(v.caveats, 0);
	}
}

static void blanks_in_a_token_are_taken_out(void **state)
{
	static const char *const rows[] = {
		"Identity: aa .b.c;info=<x>\r\n",
		"Identity: aa.\r\n b.\r\n\tc;info=<x>\r\n",
		"Identity: a a.b.c ;info=<x>\r\n",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_value v;

		one_value(state, slice_of(rows[i]), &v);
		assert_true(slice_eq(v.token, SLICE("aa.b.c")));
		assert_int_equal(v.caveats, C(TOKEN_FOLDED));
		assert_true(v.failed == 0);
	}
}

static void a_comma_parts_values(void **state)
{
	struct identity_value v[8];
	uint32_t left_out;

	assert_int_equal(
		values_of(*state,
			  SLICE("Identity: a.b.c;info=<https://x/1,2>;q=\",\" "
				", d.e.f;info=<y>\r\n"
				"To: <sip:b@example.com>\r\n"
				"Identity: g.h.i;info=<z>\r\n"
				"Identity: j.k.l;info=<z>,\r\n"
				"Identity: ,m.n.o;info=<z>\r\n"),
			  v, 8, &left_out),
		6);
	assert_true(slice_eq(v[0].text,
			     SLICE("a.b.c;info=<https://x/1,2>;q=\",\"")));
	assert_true(slice_eq(v[0].info, SLICE("https://x/1,2")));
	assert_true(slice_eq(v[1].token, SLICE("d.e.f")));
	assert_true(slice_eq(v[2].token, SLICE("g.h.i")));
	assert_true(slice_eq(v[3].token, SLICE("j.k.l")));
	assert_true(slice_eq(v[5].token, SLICE("m.n.o")));
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(v[i].caveats, i == 2 ? 0 : C(COMMA_LIST));
		assert_true(v[i].failed == (i == 4 ? V(MALFORMED_HEADER) : 0));
	}
	assert_int_equal(left_out, 0);
}

static void more_values_than_room_are_counted(void **state)
{
	struct identity_value v[2];
	uint32_t left_out;

	assert_int_equal(values_of(*state,
				   SLICE("Identity: a.b.c;info=<x>,b.b.c,c\r\n"
					 "Identity: d\r\nIdentity: e,f\r\n"),
				   v, 2, &left_out),
			 2);
	assert_int_equal(left_out, 4);
	assert_true(slice_eq(v[1].token, SLICE("b.b.c")));
}

static void a_message_without_identity_has_none(void **state)
{
	struct identity_value v;
	uint32_t left_out = 1;

	assert_int_equal(values_of(*state,
				   SLICE("X-Identity: a.b.c;info=<x>\r\n"), &v,
				   1, &left_out),
			 0);
	assert_int_equal(left_out, 0);
}

static void what_is_empty_or_holds_nul_is_malformed(void **state)
{
	static const struct slice rows[] = {
		{ "Identity:\r\n", 11 },
		{ "Identity: \r\n  \r\n", 17 },
		{ "Identity: a.b.c\0;info=<x>\r\n", 27 },
		{ "Identity: a.b.c;info=<x>;q=\"\0\"\r\n", 32 },
		{ "Identity: \"YQ\0==\"\r\n", 19 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_value v;

		one_value(state, rows[i], &v);
		assert_true(v.failed == V(MALFORMED_HEADER));
		assert_false(slice_is_set(v.token));
	}
}

static void rfc_4474_is_told_by_its_form(void **state)
{
	static const struct {
		const char *headers;
		bool is_legacy;
	} rows[] = {
		{ "Identity: \"YQ==\"\r\n", true },
		{ "Identity: \"YQ==,YQ==\"\r\n", true },
		{ "Identity: \"YQ==\",\"YQ==\"\r\n", true },
		{ "Identity: \"a.b.c\";info=<x>\r\n", true },
		{ "Identity: YQ==\r\n", false },
		{ "Identity: YQ==\r\nIdentity-Info: <x>;alg=rsa-sha1\r\n",
		  true },
		{ "Identity: Y,Q==\r\nIdentity-Info: <x>;alg=rsa-sha1\r\n",
		  true },
		{ "Identity: a.b.c\r\nIdentity-Info: <x>\r\n", false },
		{ "Identity: YQ==;info=<x>\r\nIdentity-Info: <x>\r\n", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_value v;

		one_value(state, slice_of(rows[i].headers), &v);
		assert_int_equal(v.is_legacy, rows[i].is_legacy);
		assert_int_equal(slice_is_set(v.token), !rows[i].is_legacy);
		if (v.is_legacy)
			assert_true(v.failed == 0);
	}
}

static void two_values_of_rfc_4474_are_malformed(void **state)
{
	struct identity_value v[3];
	uint32_t left_out;

	assert_int_equal(values_of(*state,
				   SLICE("Identity: \"YQ==\"\r\n"
					 "Identity: a.b.c;info=<x>\r\n"
					 "Identity: \"Yg==\"\r\n"),
				   v, 3, &left_out),
			 3);
	assert_true(v[0].failed == V(MALFORMED_HEADER));
	assert_true(v[1].failed == 0);
	assert_true(v[2].failed == V(MALFORMED_HEADER));
	assert_int_equal(values_of(*state,
				   SLICE("Identity: \"YQ==\"\r\n"
					 "Identity: a.b.c;info=<x>\r\n"),
				   v, 3, &left_out),
			 2);
	assert_true(v[0].failed == 0);
}

/* `head`, `len` bytes that repeat `part`, and `end`. */
static struct slice long_field(const struct memory *m, struct slice head,
			       struct slice part, size_t len, struct slice end)
{
	size_t total = head.len + len + end.len;
	char *bytes = arena_alloc(m->arena, m->pool, total);

	assert_non_null(bytes);
	memcpy(bytes, head.ptr, head.len);
	for (size_t i = 0; i < len; i++)
		bytes[head.len + i] = part.ptr[i % part.len];
	memcpy(bytes + head.len + len, end.ptr, end.len);
	return (struct slice){ bytes, total };
}

/* The ceiling of messages is that of tokens: what does not fit is cut. */
static void a_token_over_the_ceiling_is_too_large(void **state)
{
	struct identity_value v;

	one_value(state,
		  long_field(*state, SLICE("Identity: "), SLICE("a"), 200000,
			     SLICE(";info=<x>\r\n")),
		  &v);
	assert_true(v.failed == V(TOO_LARGE));
	assert_false(slice_is_set(v.token));
	one_value(state,
		  long_field(*state, SLICE("Identity: "), SLICE("a"), 60000,
			     SLICE(";info=<x>\r\n")),
		  &v);
	assert_true(v.failed == 0);
	assert_int_equal(v.token.len, 60000);
}

/* The ceiling may fall on any byte of a fold. */
static void a_cut_in_a_fold_is_a_cut(void **state)
{
	static const char *const heads[] = { "Identity: a", "Identity: aa",
					     "Identity: aaa" };

	for (unsigned i = 0; i < 3; i++) {
		struct identity_value v;

		one_value(state,
			  long_field(*state, slice_of(heads[i]), SLICE("\r\n "),
				     90000, SLICE(".b.c;info=<x>\r\n")),
			  &v);
		assert_true(v.failed == V(TOO_LARGE));
	}
}

static void a_cut_elsewhere_leaves_the_value_alone(void **state)
{
	struct identity_value v[2];
	uint32_t left_out;

	assert_int_equal(
		values_of(*state,
			  long_field(*state,
				     SLICE("Identity: a.b.c;info=<x>, "),
				     SLICE("a"), 70000, SLICE("\r\n")),
			  v, 2, &left_out),
		2);
	assert_true(v[0].failed == 0);
	assert_true(v[1].failed == V(TOO_LARGE));
	assert_int_equal(
		values_of(*state,
			  long_field(*state, SLICE("Identity: "),
				     SLICE("a.b.c;info=<x>\r\nSubject: "),
				     70000, SLICE("\r\n")),
			  v, 2, &left_out),
		1);
	assert_true(v[0].failed == 0);
	assert_true(slice_eq(v[0].token, SLICE("a.b.c")));
}

/* Marks that never close: seconds if each were looked for to the end. */
static void hostile_marks_are_cheap(void **state)
{
	static const char *const parts[] = { "a\"",    "a\\\"", "a<",
					     "a,<",    "a;<",   "a\"<",
					     "a\";",   "a<\"",  "a,\"",
					     "a\"\\",  "a<>\"", "a\"<\\>",
					     "a\r\n ", ",",     ";" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct identity_value v[16];
		uint32_t left_out;
		struct slice field = long_field(*state, SLICE("Identity: "),
						slice_of(parts[i]), 64000,
						SLICE("x;info=<y>\r\n"));

		assert_in_range(values_of(*state, field, v, 16, &left_out), 1,
				16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(a_fold_is_one_blank),
		IN_MEMORY(a_value_without_folds_is_not_copied),
		IN_MEMORY(a_passport_has_parameters),
		IN_MEMORY(blanks_in_a_token_are_taken_out),
		IN_MEMORY(a_comma_parts_values),
		IN_MEMORY(more_values_than_room_are_counted),
		IN_MEMORY(a_message_without_identity_has_none),
		IN_MEMORY(what_is_empty_or_holds_nul_is_malformed),
		IN_MEMORY(rfc_4474_is_told_by_its_form),
		IN_MEMORY(two_values_of_rfc_4474_are_malformed),
		IN_MEMORY(a_token_over_the_ceiling_is_too_large),
		IN_MEMORY(a_cut_in_a_fold_is_a_cut),
		IN_MEMORY(a_cut_elsewhere_leaves_the_value_alone),
		IN_MEMORY(hostile_marks_are_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
