/* Borrowed bytes: absent, empty, compared, searched, split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/slice.h"

#define assert_slice(got, literal) assert_true(slice_eq(got, SLICE(literal)))

static void absent_and_empty_differ_only_in_being_set(void **state)
{
	(void)state;
	assert_false(slice_is_set(SLICE_NONE));
	assert_true(slice_is_set(SLICE("")));
	assert_true(slice_eq(SLICE_NONE, SLICE("")));
	assert_false(slice_is_set(slice_of(NULL)));
	assert_slice(slice_of("a"), "a");
	assert_int_equal(slice_of("").len, 0);
	assert_true(slice_is_set(slice_of("")));
}

static void only_ascii_letters_lose_their_case(void **state)
{
	(void)state;
	assert_true(slice_eq_nocase(SLICE("Call-ID"), SLICE("cALL-id")));
	assert_false(slice_eq_nocase(SLICE("@"), SLICE("`")));
	assert_false(slice_eq_nocase(SLICE("["), SLICE("{")));
	assert_false(slice_eq_nocase(SLICE("\xc4"), SLICE("\xe4")));
	assert_false(slice_eq_nocase(SLICE("To"), SLICE("Tos")));
	assert_true(slice_eq_nocase(SLICE_NONE, SLICE("")));
}

static void slices_are_in_the_order_of_their_bytes(void **state)
{
	static const struct slice order[] = {
		{ "", 0 },    { "A", 1 },    { "AB", 2 },   { "B", 1 },
		{ "B\0", 2 }, { "\x7f", 1 }, { "\x80", 1 }, { "\xff", 1 },
	};
	const size_t n = sizeof(order) / sizeof(order[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			int got = slice_compare(order[i], order[j]);

			assert_int_equal((got > 0) - (got < 0),
					 (i > j) - (i < j));
		}
	}
	assert_int_equal(slice_compare(SLICE_NONE, SLICE("")), 0);
}

static void a_part_is_cut_to_what_is_there(void **state)
{
	struct slice s = SLICE("abcdef");

	(void)state;
	assert_slice(slice_sub(s, 1, 2), "bc");
	assert_slice(slice_sub(s, 4, 9), "ef");
	assert_slice(slice_sub(s, 4, SIZE_MAX), "ef");
	assert_slice(slice_sub(s, 6, 1), "");
	assert_true(slice_is_set(slice_sub(s, 7, 1)));
	assert_int_equal(slice_sub(s, SIZE_MAX, SIZE_MAX).len, 0);
	assert_false(slice_is_set(slice_sub(SLICE_NONE, 1, 1)));
}

static void blanks_are_trimmed_at_both_ends_only(void **state)
{
	(void)state;
	assert_slice(slice_trim(SLICE(" \t\r\na b\r\n\t ")), "a b");
	assert_slice(slice_trim(SLICE(" \t ")), "");
	assert_slice(slice_trim(SLICE("\v")), "\v");
	assert_false(slice_is_set(slice_trim(SLICE_NONE)));
}

static void what_is_not_found_is_at_the_end(void **state)
{
	struct slice s = SLICE("sip:bob\0x");

	(void)state;
	assert_int_equal(slice_find(s, ':'), 3);
	assert_int_equal(slice_find(s, '\0'), 7);
	assert_int_equal(slice_find(s, '@'), 9);
	assert_int_equal(slice_find(SLICE_NONE, 'a'), 0);
}

static void a_part_is_searched_with_or_without_case(void **state)
{
	struct slice s = SLICE("INVITE sip:INVite");

	(void)state;
	assert_int_equal(slice_search(s, SLICE("INVite"), false), 11);
	assert_int_equal(slice_search(s, SLICE("INVite"), true), 0);
	assert_int_equal(slice_search(s, SLICE("invites"), true), s.len);
	assert_int_equal(slice_search(s, s, false), 0);
	assert_int_equal(slice_search(s, SLICE(""), false), 0);
	assert_int_equal(slice_search(SLICE("ab"), SLICE("abc"), false), 2);
	assert_int_equal(slice_search(SLICE_NONE, SLICE("a"), true), 0);
	assert_int_equal(slice_search(SLICE_NONE, SLICE_NONE, true), 0);
	/* a beginning that repeats: aab is at 1 */
	assert_int_equal(slice_search(SLICE("aaab"), SLICE("aab"), false), 1);
}

static void a_split_tells_a_missing_rest_from_an_empty_one(void **state)
{
	struct slice rest;

	(void)state;
	assert_slice(slice_split(SLICE("a=b=c"), '=', &rest), "a");
	assert_slice(rest, "b=c");
	assert_slice(slice_split(SLICE("a="), '=', &rest), "a");
	assert_true(slice_is_set(rest));
	assert_int_equal(rest.len, 0);
	assert_slice(slice_split(SLICE("a"), '=', &rest), "a");
	assert_false(slice_is_set(rest));
	assert_slice(slice_split(SLICE("=a"), '=', NULL), "");
	assert_false(slice_is_set(slice_split(SLICE_NONE, '=', &rest)));
	assert_false(slice_is_set(rest));
}

static void numbers_are_digits_up_to_their_ceiling(void **state)
{
	static const struct {
		struct slice text;
		uint32_t max;
		bool ok;
		uint32_t value;
	} cases[] = {
		{ { "0", 1 }, 10, true, 0 },
		{ { "10", 2 }, 10, true, 10 },
		{ { "11", 2 }, 10, false, 0 },
		{ { "0000000000000000000007", 22 }, 10, true, 7 },
		{ { "4294967295", 10 }, UINT32_MAX, true, UINT32_MAX },
		{ { "4294967296", 10 }, UINT32_MAX, false, 0 },
		{ { "18446744073709551617", 20 }, UINT32_MAX, false, 0 },
		{ { "99999999999999999999999", 23 }, UINT32_MAX, false, 0 },
		{ { "", 0 }, 10, false, 0 },
		{ { "+1", 2 }, 10, false, 0 },
		{ { "-1", 2 }, 10, false, 0 },
		{ { " 1", 2 }, 10, false, 0 },
		{ { "1 ", 2 }, 10, false, 0 },
		{ { "1\0", 2 }, 10, false, 0 },
		{ { "0x1", 3 }, 10, false, 0 },
		{ { NULL, 0 }, 10, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t out = 77;

		assert_int_equal(
			slice_to_u32(cases[i].text, cases[i].max, &out),
			cases[i].ok);
		assert_int_equal(out, cases[i].ok ? cases[i].value : 77);
	}
}

static void a_copy_is_cut_and_terminated(void **state)
{
	char out[4];

	(void)state;
	assert_string_equal(slice_copy(SLICE("abcdef"), out, 4), "abc");
	assert_string_equal(slice_copy(SLICE("abc"), out, 4), "abc");
	assert_string_equal(slice_copy(SLICE("ab"), out, 4), "ab");
	assert_string_equal(slice_copy(SLICE_NONE, out, 4), "");
	assert_string_equal(slice_copy(SLICE("abc"), out, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_and_empty_differ_only_in_being_set),
		cmocka_unit_test(only_ascii_letters_lose_their_case),
		cmocka_unit_test(slices_are_in_the_order_of_their_bytes),
		cmocka_unit_test(a_part_is_cut_to_what_is_there),
		cmocka_unit_test(blanks_are_trimmed_at_both_ends_only),
		cmocka_unit_test(what_is_not_found_is_at_the_end),
		cmocka_unit_test(a_part_is_searched_with_or_without_case),
		cmocka_unit_test(
			a_split_tells_a_missing_rest_from_an_empty_one),
		cmocka_unit_test(numbers_are_digits_up_to_their_ceiling),
		cmocka_unit_test(a_copy_is_cut_and_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
