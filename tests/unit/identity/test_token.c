/* PASSporTs taken apart: RFC 8225, RFC 8224 section 4, RFC 7515. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/token.h"
#include "in_memory.h"

#define MALFORMED VERDICT_BIT(VERDICT_MALFORMED_TOKEN)
#define CLAIM     VERDICT_BIT(VERDICT_CLAIM_MALFORMED)
#define STANDARD  CAVEAT_BIT(CAVEAT_B64_STD_ALPHABET)
#define ODD       CAVEAT_BIT(CAVEAT_NON_CANONICAL_JSON)

#define JOSE                                                                   \
	"{\"alg\":\"ES256\",\"typ\":\"passport\","                             \
	"\"x5u\":\"https://cert.example.org/passport.cer\"}"
#define PAYLOAD                                                                \
	"{\"dest\":{\"tn\":[\"12155551213\"]},\"iat\":1443208345,"             \
	"\"orig\":{\"tn\":\"12155551212\"}}"

/* JOSE and PAYLOAD by base64.urlsafe_b64encode() of Python. */
#define H                                                                      \
	"eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0" \
	"LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9"
#define P                                                                      \
	"eyJkZXN0Ijp7InRuIjpbIjEyMTU1NTUxMjEzIl19LCJpYXQiOjE0NDMyMDgzNDUsIm9y" \
	"aWciOnsidG4iOiIxMjE1NTU1MTIxMiJ9fQ"

#define TEXT(literal)                                                          \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

/* The token of a header and a payload that are given as JSON. */
static void read_json(const struct memory *m, struct slice jose,
		      struct slice payload, struct token *t)
{
	struct slice h = base64url_encode(m, jose);
	struct slice p = base64url_encode(m, payload);
	char *text = arena_alloc(m->arena, m->pool, h.len + p.len + 4);

	assert_non_null(text);
	memcpy(text, h.ptr, h.len);
	text[h.len] = '.';
	memcpy(text + h.len + 1, p.ptr, p.len);
	memcpy(text + h.len + 1 + p.len, ".AA", 3);
	token_read(m, (struct slice){ text, h.len + p.len + 4 }, t);
	assert_false(t->no_memory);
}

static void a_full_token_comes_apart(void **state)
{
	struct token t;

	token_read(*state, SLICE(H "." P ".AAEC_w"), &t);
	assert_true(t.failed == 0);
	assert_int_equal(t.caveats, 0);
	assert_false(t.is_compact);
	assert_true(t.has_parts);
	assert_true(slice_eq(t.signing_input, SLICE(H "." P)));
	assert_true(
		slice_eq(t.signature, (struct slice){ "\x00\x01\x02\xff", 4 }));
	assert_true(slice_eq(t.jose_text, SLICE(JOSE)));
	assert_true(slice_eq(t.payload_text, SLICE(PAYLOAD)));
	assert_true(slice_eq(t.alg, SLICE("ES256")));
	assert_true(slice_eq(t.typ, SLICE("passport")));
	assert_true(slice_eq(t.x5u,
			     SLICE("https://cert.example.org/passport.cer")));
	assert_false(slice_is_set(t.ppt));
	assert_false(t.has_crit);
	assert_true(json_integer_value(json_object_get(t.payload, "iat")) ==
		    1443208345);
	token_free(&t);
	token_free(&t); /* twice does no harm */
}

static void a_compact_token_has_a_signature_only(void **state)
{
	struct token t;

	token_read(*state, SLICE("..AAEC_w"), &t);
	assert_true(t.failed == 0);
	assert_true(t.is_compact);
	assert_true(t.has_parts);
	assert_int_equal(t.signature.len, 4);
	assert_false(slice_is_set(t.signing_input));
	assert_false(slice_is_set(t.jose_text));
	assert_null(t.jose);
	assert_null(t.payload);
	token_free(&t);
}

static void an_empty_signature_is_there_and_empty(void **state)
{
	struct token t;

	token_read(*state, SLICE(H "." P "."), &t);
	assert_true(t.failed == 0);
	assert_true(t.has_parts);
	assert_true(slice_is_set(t.signature));
	assert_int_equal(t.signature.len, 0);
	token_free(&t);
}

static void three_parts_make_a_token(void **state)
{
	static const char *const texts[] = {
		"",
		".",
		"..",
		"...",
		"....",
		"test",
		H,
		H "." P,
		"...AAEC_w",
		"." P ".AAEC_w",
		H "..A",
		H "..",
		"." P ".",
		H "." P ".AAEC.AAEC",
		H "." P ".AAEC.",
		"." H "." P ".AAEC",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct token t;

		token_read(*state, slice_of(texts[i]), &t);
		assert_true(t.failed == MALFORMED);
		assert_false(t.has_parts);
		assert_false(t.is_compact);
		assert_null(t.jose);
		assert_null(t.payload);
		token_free(&t);
	}
}

static void each_part_is_base64url(void **state)
{
	static const struct {
		struct slice text;
		bool has_jose;
		bool has_payload;
	} rows[] = {
		{ TEXT(H "=." P ".AAEC"), false, true },
		{ TEXT(H "." P "==.AAEC"), true, false },
		{ TEXT(H "." P ".AAECAA=="), true, true },
		{ TEXT(H "." P ".AAECA"), true, true },
		{ TEXT("A" H "." P ".AAEC"), false, true },
		{ TEXT(H "." P "*.AAEC"), true, false },
		{ TEXT(H "." P " .AAEC"), true, false },
		{ TEXT(H "." P ".AA\0C"), true, true },
		{ TEXT("..AAE*"), false, false },
		{ TEXT("..AAECA"), false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct token t;

		token_read(*state, rows[i].text, &t);
		assert_true(t.failed == MALFORMED);
		assert_false(t.has_parts);
		assert_int_equal(t.jose != NULL, rows[i].has_jose);
		assert_int_equal(t.payload != NULL, rows[i].has_payload);
		token_free(&t);
	}
}

/* Erratum 6499 of RFC 8224; "??>>~~" has / and + in base64. */
static void the_standard_alphabet_is_read_and_told(void **state)
{
	struct token t;

	token_read(*state, SLICE(H ".eyJhIjoiPz8+Pn5-In0.__-_"), &t);
	assert_true(t.failed == 0);
	assert_int_equal(t.caveats, STANDARD);
	assert_true(slice_eq(t.payload_text, SLICE("{\"a\":\"\?\?>>~~\"}")));
	assert_true(slice_eq(t.signing_input, SLICE(H ".eyJhIjoiPz8+Pn5-In0")));
	token_free(&t);
	token_read(*state, SLICE("..__/_"), &t);
	assert_int_equal(t.caveats, STANDARD);
	token_free(&t);
}

static void json_that_cannot_be_read_spares_the_other_part(void **state)
{
	static const struct {
		struct slice jose;
		struct slice payload;
		uint64_t failed;
		uint32_t caveats;
	} rows[] = {
		{ TEXT(JOSE), TEXT("[]"), MALFORMED, 0 },
		{ TEXT(JOSE), TEXT("test"), MALFORMED, 0 },
		{ TEXT(JOSE), TEXT(PAYLOAD PAYLOAD), MALFORMED, 0 },
		{ TEXT(JOSE), TEXT(PAYLOAD "\0x"), MALFORMED, 0 },
		{ TEXT(JOSE), TEXT("{\"a\":\"\xff\"}"), MALFORMED, 0 },
		{ TEXT(JOSE), TEXT("{\"a\":\"\\ud800\"}"), MALFORMED, 0 },
		{ TEXT(JOSE), TEXT("{\"a\":1,\"a\":1}"), CLAIM, 0 },
		{ TEXT(JOSE), TEXT("{\"a\":1,\"a\":1"), MALFORMED, 0 },
		{ TEXT(JOSE " "), TEXT("{\"a\" :1"), MALFORMED, ODD },
		{ TEXT("[]"), TEXT(PAYLOAD), MALFORMED, 0 },
		{ TEXT("{\"alg\":\"none\",\"alg\":\"ES256\"}"), TEXT(PAYLOAD),
		  MALFORMED, 0 },
		{ TEXT("{\"alg\":\"none\",\"alg\":\"ES256\"}"),
		  TEXT("{\"a\":1,\"a\":1}"), MALFORMED | CLAIM, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct token t;
		bool jose_is_good =
			slice_eq(slice_sub(rows[i].jose, 0, sizeof(JOSE) - 1),
				 SLICE(JOSE));

		read_json(*state, rows[i].jose, rows[i].payload, &t);
		assert_true(t.failed == rows[i].failed);
		assert_int_equal(t.caveats, rows[i].caveats);
		assert_true(t.has_parts);
		assert_int_equal(t.signature.len, 1);
		assert_true(slice_eq(t.payload_text, rows[i].payload));
		assert_int_equal(t.jose != NULL, jose_is_good);
		assert_int_equal(slice_is_set(t.alg), jose_is_good);
		assert_int_equal(t.payload != NULL,
				 slice_eq(rows[i].payload, SLICE(PAYLOAD)));
		token_free(&t);
	}
}

static void another_form_of_json_is_told(void **state)
{
	static const struct {
		struct slice jose;
		struct slice payload;
		uint32_t caveats;
	} rows[] = {
		{ TEXT(JOSE), TEXT("{\"b\":1,\"a\":1}"), ODD },
		{ TEXT(JOSE "\n"), TEXT(PAYLOAD), ODD },
		{ TEXT("{\"x5u\":\"\",\"typ\":\"\"}"), TEXT(PAYLOAD), ODD },
		{ TEXT(JOSE), TEXT("{\"iat\":1443208345.5}"), ODD },
		{ TEXT(JOSE), TEXT("{\"iat\":1e400}"), ODD },
		{ TEXT(JOSE), TEXT("{\"iat\":99999999999999999999999}"), 0 },
		{ TEXT(JOSE), TEXT("{\"name\":\"J\xc3\xbcrgen\"}"), 0 },
		{ TEXT(JOSE), TEXT("{\"name\":\"J\\u00fcrgen\"}"), ODD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct token t;

		read_json(*state, rows[i].jose, rows[i].payload, &t);
		assert_true(t.failed == 0);
		assert_int_equal(t.caveats, rows[i].caveats);
		token_free(&t);
	}
}

static void a_jose_member_that_is_no_string_is_empty(void **state)
{
	struct token t;

	read_json(*state,
		  SLICE("{\"alg\":1,\"crit\":[],\"ppt\":null,"
			"\"typ\":\"pass\\u0000port\"}"),
		  SLICE(PAYLOAD), &t);
	assert_true(t.failed == 0);
	assert_true(slice_is_set(t.alg));
	assert_int_equal(t.alg.len, 0);
	assert_true(slice_is_set(t.ppt));
	assert_int_equal(t.ppt.len, 0);
	assert_false(slice_is_set(t.x5u));
	assert_true(slice_eq(t.typ, (struct slice){ "pass\0port", 9 }));
	assert_true(t.has_crit);
	token_free(&t);
}

/* A token is read for every copy of a message: none may cost more than its
 * bytes. */
static void a_megabyte_is_cheap(void **state)
{
	static const char *const fill[] = { "[",  "{\"a\":",  "\"", "\\", "9",
					    "1e", "\"a\":1,", "a",  " " };
	const struct memory *m = *state;
	const size_t len = 1000000;
	char *bytes = malloc(len);

	assert_non_null(bytes);
	for (size_t i = 0; i < sizeof(fill) / sizeof(fill[0]); i++) {
		size_t part = strlen(fill[i]);
		struct token t;

		for (size_t at = 0; at < len; at++)
			bytes[at] = at == 0 ? '{' : fill[i][at % part];
		read_json(m, SLICE(JOSE), (struct slice){ bytes, len }, &t);
		assert_true(t.failed == MALFORMED);
		assert_non_null(t.jose);
		token_free(&t);
		token_read(m, (struct slice){ bytes, len }, &t);
		assert_true(t.failed == MALFORMED);
		token_free(&t);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(a_full_token_comes_apart),
		IN_MEMORY(a_compact_token_has_a_signature_only),
		IN_MEMORY(an_empty_signature_is_there_and_empty),
		IN_MEMORY(three_parts_make_a_token),
		IN_MEMORY(each_part_is_base64url),
		IN_MEMORY(the_standard_alphabet_is_read_and_told),
		IN_MEMORY(json_that_cannot_be_read_spares_the_other_part),
		IN_MEMORY(another_form_of_json_is_told),
		IN_MEMORY(a_jose_member_that_is_no_string_is_empty),
		IN_MEMORY(a_megabyte_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
