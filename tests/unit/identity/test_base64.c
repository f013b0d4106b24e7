/* base64 and base64url: RFC 4648 section 10, RFC 7515 appendix C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/identity/base64.h"
#include "in_memory.h"

static const struct {
	const char *bytes;
	const char *text;
} rows[] = {
	{ "", "" },
	{ "f", "Zg" },
	{ "fo", "Zm8" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg" },
	{ "fooba", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy" },
	{ "\x03\xec\xff\xe0\xc1", "A-z_4ME" }, /* RFC 7515 appendix C */
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void base64url_goes_both_ways(void **state)
{
	const struct memory *m = *state;

	for (size_t i = 0; i < ROWS; i++) {
		struct slice bytes;
		bool standard = true;

		assert_true(base64url_decode(m, slice_of(rows[i].text), &bytes,
					     &standard));
		assert_true(slice_is_set(bytes));
		assert_true(slice_eq(bytes, slice_of(rows[i].bytes)));
		assert_false(standard);
		assert_true(
			slice_eq(base64url_encode(m, slice_of(rows[i].bytes)),
				 slice_of(rows[i].text)));
	}
}

static void every_byte_goes_both_ways(void **state)
{
	const struct memory *m = *state;
	char all[256];
	struct slice bytes;

	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (char)(unsigned char)i;
	for (size_t len = 0; len <= sizeof(all); len++) {
		struct slice text =
			base64url_encode(m, (struct slice){ all, len });

		assert_int_equal(text.len, (len * 4 + 2) / 3);
		assert_true(base64url_decode(m, text, &bytes, NULL));
		assert_true(slice_eq(bytes, (struct slice){ all, len }));
	}
}

/* Erratum 6499 of RFC 8224 */
static void the_standard_alphabet_is_told(void **state)
{
	static const char *const texts[] = { "A+z_4ME", "A-z/4ME" };
	const struct memory *m = *state;

	for (size_t i = 0; i < 2; i++) {
		struct slice bytes;
		bool standard = false;

		assert_true(base64url_decode(m, slice_of(texts[i]), &bytes,
					     &standard));
		assert_true(slice_eq(bytes, SLICE("\x03\xec\xff\xe0\xc1")));
		assert_true(standard);
	}
}

static void what_is_no_base64url_is_refused(void **state)
{
	static const struct slice texts[] = { { "Z", 1 },       { "Zm9vY", 5 },
					      { "Zg==", 4 },    { "Zm8=", 4 },
					      { "Zm 8", 4 },    { "Zm\0v", 4 },
					      { "Zm\xc3v", 4 }, { "Zm*v", 4 },
					      { "Zm9v\n", 5 } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice bytes;

		assert_false(base64url_decode(*state, texts[i], &bytes, NULL));
		assert_false(slice_is_set(bytes));
	}
}

static void base64_may_be_folded_and_without_padding(void **state)
{
	static const struct {
		const char *text;
		const char *bytes;
	} texts[] = {
		{ "Zg==", "f" },
		{ "Zg", "f" },
		{ "Zm8=", "fo" },
		{ "Zm9vYmFy", "foobar" },
		{ " Zm 9v\r\n\tYg = = ", "foob" },
		{ "", "" },
		{ " ", "" },
		{ "A+z/4ME=", "\x03\xec\xff\xe0\xc1" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice bytes;

		assert_true(
			base64_decode(*state, slice_of(texts[i].text), &bytes));
		assert_true(slice_is_set(bytes));
		assert_true(slice_eq(bytes, slice_of(texts[i].bytes)));
	}
}

static void what_is_no_base64_is_refused(void **state)
{
	static const struct slice texts[] = {
		{ "Z", 1 },       { "Z===", 4 },    { "Zg=", 3 },
		{ "Zg=a", 4 },    { "Zm8==", 5 },   { "====", 4 },
		{ "A-z/4ME", 7 }, { "A+z_4ME", 7 }, { "Zm\0v", 4 },
		{ "Zm9v=", 5 },   { "Zm9v===", 7 }, { "Zm,v", 4 },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice bytes;

		assert_false(base64_decode(*state, texts[i], &bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(base64url_goes_both_ways),
		IN_MEMORY(every_byte_goes_both_ways),
		IN_MEMORY(the_standard_alphabet_is_told),
		IN_MEMORY(what_is_no_base64url_is_refused),
		IN_MEMORY(base64_may_be_folded_and_without_padding),
		IN_MEMORY(what_is_no_base64_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
