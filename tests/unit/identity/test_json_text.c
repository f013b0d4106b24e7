/* The JSON of tokens: RFC 8259, and the form of RFC 8225 section 9. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/identity/json_text.h"

#define TEXT(literal)                                                          \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static enum json_text_result read_text(struct slice text, bool *is_canonical)
{
	struct json_text json;
	enum json_text_result result = json_text_read(text, &json);

	assert_int_equal(result == JSON_TEXT_GOOD, json.object != NULL);
	if (is_canonical != NULL)
		*is_canonical = json.is_canonical;
	json_decref(json.object);
	return result;
}

static void one_object_is_read(void **state)
{
	static const struct slice texts[] = {
		TEXT("{}"),
		TEXT(" \t\r\n{ } \r\n"),
		TEXT("{\"a\":[{\"a\":1}],\"b\":{\"a\":null}}"),
		TEXT("{\"a\":\"\\u0000\\ud83d\\uDE00\x7f\"}"),
		TEXT("{\"a\":-0,\"b\":1E2,\"c\":0.5e-7}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_text(texts[i], NULL), JSON_TEXT_GOOD);
}

static void what_is_no_json_is_malformed(void **state)
{
	static const struct slice texts[] = {
		TEXT(""),
		TEXT(" "),
		TEXT("1"),
		TEXT("\"a\""),
		TEXT("[]"),
		TEXT("[{\"a\":1,\"a\":2}]"),
		TEXT("{\"a\":1"),
		TEXT("{\"a\":1}}"),
		TEXT("{\"a\":1}{}"),
		TEXT("{\"a\":1}\0"),
		TEXT("{\"a\":1\0}"),
		TEXT("{\"a\":\"\0\"}"),
		TEXT("{\"a\":\"\x1f\"}"),
		TEXT("\xef\xbb\xbf{}"),
		TEXT("{\"a\":\"\xff\"}"),
		TEXT("{\"a\":\"\xed\xa0\x80\"}"), /* a surrogate as UTF-8 */
		TEXT("{\"a\":\"\xc0\xaf\"}"),     /* two bytes for one */
		TEXT("{\"a\":\"\\ud800\"}"),
		TEXT("{\"a\":\"\\ud800\\u0041\"}"),
		TEXT("{\"a\":\"\\udc00\"}"),
		TEXT("{\"a\":\"\\x\"}"),
		TEXT("{\"a\":True}"),
		TEXT("{\"a\":01}"),
		TEXT("{\"a\":1.}"),
		TEXT("{\"a\":.1}"),
		TEXT("{\"a\":+1}"),
		TEXT("{\"a\":1e}"),
		TEXT("{\"a\":-}"),
		TEXT("{\"a\":NaN}"),
		TEXT("{'a':1}"),
		TEXT("{\"a\":1,}"),
		TEXT("{\"a\""),
		TEXT("{\"a"),
		TEXT("{\"a\\"),
		/* what stands for a number that is too big ends like it */
		TEXT("{\"a\":01e999}"),
		TEXT("{\"a\":1e999x}"),
		TEXT("{\"a\":--1e999}"),
		TEXT("{\"a\":99999999999999999999.}"),
		TEXT("{\"a\":1e999e1}"),
		TEXT("{1e999:1}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_text(texts[i], NULL),
				 JSON_TEXT_MALFORMED);
}

static void a_member_that_stands_twice_is_told(void **state)
{
	static const struct {
		struct slice text;
		enum json_text_result result;
	} rows[] = {
		{ TEXT("{\"a\":1,\"a\":1}"), JSON_TEXT_REPEATED },
		{ TEXT("{\"a\":1,\"\\u0061\":1}"), JSON_TEXT_REPEATED },
		{ TEXT("{\"a\":{\"b\":[{\"c\":1,\"c\":2}]}}"),
		  JSON_TEXT_REPEATED },
		{ TEXT("{\"a\\u0000\":1,\"a\\u0000\":2}"), JSON_TEXT_REPEATED },
		{ TEXT("{\"a\\u0000\":1,\"a\":2}"), JSON_TEXT_GOOD },
		/* what is no JSON behind it is worse */
		{ TEXT("{\"a\":1,\"a\":1"), JSON_TEXT_MALFORMED },
		{ TEXT("{\"a\":1,\"a\":\"\xff\"}"), JSON_TEXT_MALFORMED },
		{ TEXT("{\"a\":1,\"a\":1}0"), JSON_TEXT_MALFORMED },
		/* and a number that is too big is not */
		{ TEXT("{\"a\":1,\"a\":1e999}"), JSON_TEXT_REPEATED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_text(rows[i].text, NULL), rows[i].result);
}

/* As json.dumps(sort_keys=True, separators=(",", ":"), ensure_ascii=False) of
 * Python has it. */
static void the_canonical_form_is_known(void **state)
{
	static const struct {
		struct slice text;
		bool is_canonical;
	} rows[] = {
		{ TEXT("{}"), true },
		{ TEXT("{\"dest\":{\"tn\":[\"1\"]},\"iat\":1,\"orig\":{}}"),
		  true },
		{ TEXT("{\"a\":[1,-2,true,false,null,\"/\"]}"), true },
		{ TEXT("{\"a\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\"}"),
		  true },
		{ TEXT("{\"a\":\"\x7f\xc3\xa9\xf0\x9f\x98\x80\"}"), true },
		{ TEXT("{\"a\":1,\"aa\":1,\"b\":1}"), true },
		/* by code point, which UTF-16 would turn round */
		{ TEXT("{\"\xef\xbf\xbf\":1,\"\xf0\x9f\x98\x80\":1}"), true },
		{ TEXT("{\"\xf0\x9f\x98\x80\":1,\"\xef\xbf\xbf\":1}"), false },
		{ TEXT("{\"a\\u0000\":1,\"aa\":1}"), true },
		{ TEXT("{\"a\":99999999999999999999999}"), true },
		{ TEXT("{\"a\":9223372036854775807}"), true },
		{ TEXT("{\"a\":-9223372036854775809}"), true },
		{ TEXT("{\"b\":1,\"a\":1}"), false },
		{ TEXT("{\"a\":{\"b\":1,\"a\":1}}"), false },
		{ TEXT("{\"a\":[{\"b\":1,\"a\":1}]}"), false },
		{ TEXT("{\"a\": 1}"), false },
		{ TEXT("{}\n"), false },
		{ TEXT("{\"a\":\"\\/\"}"), false },
		{ TEXT("{\"a\":\"\\u0041\"}"), false },
		{ TEXT("{\"\\u0061\":1}"), false },
		{ TEXT("{\"a\":\"\\u001F\"}"), false },
		{ TEXT("{\"a\":\"\\u000a\"}"), false },
		{ TEXT("{\"a\":\"\\u007f\"}"), false },
		{ TEXT("{\"a\":\"\\ud83d\\ude00\"}"), false },
		{ TEXT("{\"a\":-0}"), false },
		{ TEXT("{\"a\":1.0}"), false },
		{ TEXT("{\"a\":1.5}"), false },
		{ TEXT("{\"a\":100.0}"), false },
		{ TEXT("{\"a\":1e2}"), false },
		{ TEXT("{\"a\":1e400}"), false },
		{ TEXT("{\"a\":\"1e2 \\\" 1.5 {\"}"), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_canonical;

		assert_int_equal(read_text(rows[i].text, &is_canonical),
				 JSON_TEXT_GOOD);
		assert_int_equal(is_canonical, rows[i].is_canonical);
	}
}

/* ---- the twin: what jansson writes of what it read */

static bool has_real(const json_t *value)
{
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_real(value))
		return true;
	json_array_foreach(value, i, member) if (has_real(member)) return true;
	/* jansson asks for one that may be changed, and changes nothing */
	json_object_foreach((json_t *)(uintptr_t)value, name,
			    member) if (has_real(member)) return true;
	return false;
}

/* jansson has capitals in \u001F, RFC 8785 section 3.2.2.2 has none. */
static void make_small(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text != '\\')
			continue;
		text++;
		for (unsigned i = 1; *text == 'u' && i <= 4; i++)
			text[i] = (char)tolower((unsigned char)text[i]);
	}
}

static bool twin_is_canonical(struct slice text, const json_t *value)
{
	char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	bool same;

	assert_non_null(dump);
	make_small(dump);
	same = slice_eq(text, slice_of(dump));
	free(dump);
	return same && !has_real(value);
}

static void compare_with_twin(struct slice text, unsigned *good,
			      unsigned *canonical)
{
	json_t *value =
		json_loadb(text.ptr, text.len,
			   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	bool is_canonical;

	/* The others are not read, or only after they were changed. */
	if (json_is_object(value) && slice_find(text, '\0') == text.len) {
		assert_int_equal(read_text(text, &is_canonical),
				 JSON_TEXT_GOOD);
		if (is_canonical != twin_is_canonical(text, value))
			print_error("%.*s\n", SLICE_ARG(text));
		assert_int_equal(is_canonical, twin_is_canonical(text, value));
		*good += 1;
		*canonical += is_canonical;
	}
	json_decref(value);
}

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Puts a piece in the place of some bytes. */
static size_t mutate(char *text, size_t len, uint32_t *state)
{
	static const struct slice pieces[] = {
		TEXT(""),      TEXT(" "),          TEXT("\t"),
		TEXT("\n"),    TEXT("\""),         TEXT("\\"),
		TEXT("\\/"),   TEXT("\\u001f"),    TEXT("\\u001F"),
		TEXT("\\b"),   TEXT("\\u0008"),    TEXT("\\u0061"),
		TEXT("\\\""),  TEXT("\\\\"),       TEXT("\\u0000"),
		TEXT("\\u00"), TEXT("a"),          TEXT("b"),
		TEXT("A"),     TEXT("\x7f"),       TEXT("\xc3\xa9"),
		TEXT("0"),     TEXT("-0"),         TEXT("-"),
		TEXT("17"),    TEXT("1.5"),        TEXT("1e2"),
		TEXT("{"),     TEXT("}"),          TEXT("["),
		TEXT("]"),     TEXT(","),          TEXT(":"),
		TEXT("true"),  TEXT("\"c\":1,"),   TEXT(",\"z\":[]"),
		TEXT("{}"),    TEXT("\"\":{},"),   TEXT("\"a\\n\":0,"),
		TEXT("\\n"),   TEXT("\"a b\":0,"), TEXT("\xf0\x9f\x98\x80"),
	};
	struct slice p =
		pieces[next(state) % (sizeof(pieces) / sizeof(pieces[0]))];
	size_t at = next(state) % (len + 1);
	size_t cut = next(state) % 4;

	cut = cut < 2 ? 0 : cut - 1;
	if (cut > len - at)
		cut = len - at;
	memmove(text + at + p.len, text + at + cut, len - at - cut);
	memcpy(text + at, p.ptr, p.len);
	return len - cut + p.len;
}

static void the_form_is_what_jansson_writes(void **state)
{
	static const struct slice seeds[] = {
		TEXT("{}"),
		TEXT("{\"a\":1,\"b\":[{\"a\":1,\"b\":-2},true]}"),
		TEXT("{\"a\\n\":{\"x\":{},\"y\":[]},\"b\":\"\\u001f\\n\"}"),
		TEXT("{\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":"
		     "\"passport\",\"x5u\":\"https://a.example/c.pem\"}"),
		TEXT("{\"attest\":\"A\",\"dest\":{\"tn\":[\"12155550131\"]},"
		     "\"iat\":1767268800,\"orig\":{\"tn\":\"12155550121\"}}"),
	};
	uint32_t random = 1;
	unsigned good = 0;
	unsigned canonical = 0;

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		struct slice seed =
			seeds[i % (sizeof(seeds) / sizeof(seeds[0]))];
		unsigned times = 1 + next(&random) % 3;
		char text[256];
		size_t len = seed.len;

		memcpy(text, seed.ptr, len);
		while (times-- > 0)
			len = mutate(text, len, &random);
		compare_with_twin((struct slice){ text, len }, &good,
				  &canonical);
	}
	/* The texts are worth comparing. */
	assert_true(good > 5000);
	assert_true(canonical > 1000 && canonical < good - 1000);
}

/* DBL_MAX is 1.797...e308; nothing that big is a claim. */
static void a_number_too_big_becomes_true(void **state)
{
	static const struct {
		const char *number;
		bool is_true;
	} rows[] = {
		{ "9223372036854775807", false },
		{ "9223372036854775808", true },
		{ "-9223372036854775808", false },
		{ "-9223372036854775809", true },
		{ "10000000000000000000", true },
		{ "123456789012345678901234567890", true },
		{ "9.9e307", false },
		{ "1e309", true },
		{ "-1E+400", true },
		{ "1e99999999999999999999", true },
		{ "1e-99999999999999999999", false },
		{ "0e99999999999999999999", false },
		{ "0.0e999", false },
		{ "0.001e310", false },
		{ "0.001e399", true },
		{ "123456789012345678901234567890.5", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[80];
		struct json_text json;
		int len = snprintf(text, sizeof(text), "{\"a\":[%s]}",
				   rows[i].number);
		const json_t *value;

		assert_int_equal(
			json_text_read((struct slice){ text, (size_t)len },
				       &json),
			JSON_TEXT_GOOD);
		value = json_array_get(json_object_get(json.object, "a"), 0);
		assert_int_equal(json_is_true(value), rows[i].is_true);
		assert_int_equal(json_is_number(value), !rows[i].is_true);
		json_decref(json.object);
	}
}

static void a_name_with_nul_is_another_name(void **state)
{
	static const struct slice text =
		TEXT("{\"orig\\u0000x\" :1,\"b\":\"\\\\u0000:\\u0000\"}");
	struct json_text json;

	(void)state;
	assert_int_equal(json_text_read(text, &json), JSON_TEXT_GOOD);
	assert_int_equal(json_object_size(json.object), 2);
	assert_null(json_object_get(json.object, "orig"));
	assert_int_equal(json_string_length(json_object_get(json.object, "b")),
			 8);
	json_decref(json.object);
}

/* `depth` arrays in an object, closed or not. */
static char *nested(size_t depth, bool closed, struct slice *text)
{
	char *bytes = malloc(2 * depth + 16);
	size_t len = 5;

	assert_non_null(bytes);
	memcpy(bytes, "{\"a\":", 5);
	memset(bytes + len, '[', depth);
	len += depth;
	if (closed) {
		memset(bytes + len, ']', depth);
		len += depth;
		bytes[len++] = '}';
	}
	*text = (struct slice){ bytes, len };
	return bytes;
}

static void sixty_four_levels_are_read(void **state)
{
	static const struct {
		size_t depth;
		enum json_text_result result;
	} rows[] = {
		{ 63, JSON_TEXT_GOOD },
		{ 64, JSON_TEXT_MALFORMED },
		{ 10000, JSON_TEXT_MALFORMED },
		{ 1000000, JSON_TEXT_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice text;
		char *bytes = nested(rows[i].depth, true, &text);

		assert_int_equal(read_text(text, NULL), rows[i].result);
		free(bytes);
		bytes = nested(rows[i].depth, false, &text);
		assert_int_equal(read_text(text, NULL), JSON_TEXT_MALFORMED);
		free(bytes);
	}
	assert_int_equal(
		read_text((struct slice)TEXT(
				  "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
				  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}"),
			  NULL),
		JSON_TEXT_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_object_is_read),
		cmocka_unit_test(what_is_no_json_is_malformed),
		cmocka_unit_test(a_member_that_stands_twice_is_told),
		cmocka_unit_test(the_canonical_form_is_known),
		cmocka_unit_test(the_form_is_what_jansson_writes),
		cmocka_unit_test(a_number_too_big_becomes_true),
		cmocka_unit_test(a_name_with_nul_is_another_name),
		cmocka_unit_test(sixty_four_levels_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
