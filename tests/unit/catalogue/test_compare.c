/* Two codes side by side: all pairs, the pair of 100 and 438, unknown ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/catalogue/compare.h"

static int load(void **state)
{
	static struct catalogue *both[LANGUAGES];
	struct problem problem;

	*state = both;
	return catalogue_new(&both[LANGUAGE_EN], LANGUAGE_EN, &problem) ||
	       catalogue_new(&both[LANGUAGE_VI], LANGUAGE_VI, &problem);
}

static int unload(void **state)
{
	struct catalogue **both = *state;

	catalogue_free(both[LANGUAGE_EN]);
	catalogue_free(both[LANGUAGE_VI]);
	return 0;
}

static bool says(struct slice text, const char *word)
{
	return slice_search(text, slice_of(word), true) < text.len;
}

static bool one_says(const struct slice *texts, unsigned n, const char *word)
{
	for (unsigned i = 0; i < n; i++)
		if (says(texts[i], word))
			return true;
	return false;
}

static void check_pair(const struct catalogue *c, uint16_t a, uint16_t b)
{
	struct comparison cmp;

	assert_true(compare_codes(c, a, b, &cmp));
	assert_false(cmp.text.failed);
	assert_true(cmp.difference_count >= 3);
	for (unsigned i = 0; i < cmp.difference_count; i++) {
		assert_true(cmp.differences[i].len > 8);
		assert_false(says(cmp.differences[i], "{"));
	}
	assert_true(cmp.summary.len > 60);
	assert_false(says(cmp.summary, "{"));
	assert_int_equal(cmp.use_count, 2);
	assert_true(cmp.when_to_use[0].len > 20);
	assert_true(cmp.when_to_use[1].len > 20);
	assert_int_equal(cmp.row_count, 8);
	for (unsigned i = 0; i < cmp.learn_count; i++)
		assert_true(cmp.learn_more[i] != a && cmp.learn_more[i] != b);
	compare_free(&cmp);
}

static void every_two_codes_differ_in_three_ways_at_least(void **state)
{
	struct catalogue **both = *state;
	uint16_t a;
	uint16_t b;

	for (unsigned i = 0; (a = catalogue_code_at(both[0], i)) != 0; i++)
		for (unsigned k = i + 1;
		     (b = catalogue_code_at(both[0], k)) != 0; k++) {
			check_pair(both[LANGUAGE_EN], a, b);
			check_pair(both[LANGUAGE_VI], b, a);
		}
}

static void unknown_codes_can_be_compared_too(void **state)
{
	struct catalogue **both = *state;

	for (unsigned lang = 0; lang < LANGUAGES; lang++) {
		check_pair(both[lang], 699, 100);
		check_pair(both[lang], 199, 699);
		check_pair(both[lang], 298, 299);
		check_pair(both[lang], 450, 550);
	}
}

static void what_is_no_code_is_not_compared(void **state)
{
	struct catalogue **both = *state;
	struct comparison cmp;

	assert_false(compare_codes(both[0], 99, 100, &cmp));
	compare_free(&cmp);
	assert_false(compare_codes(both[0], 100, 700, &cmp));
	compare_free(&cmp);
}

static void the_same_code_twice_is_said_to_be_so(void **state)
{
	struct catalogue **both = *state;
	struct comparison cmp;

	assert_true(compare_codes(both[0], 486, 486, &cmp));
	assert_int_equal(cmp.difference_count, 1);
	assert_true(says(cmp.differences[0], "same code"));
	assert_true(says(cmp.differences[0], "486 Busy Here"));
	assert_int_equal(cmp.use_count, 1);
	for (unsigned i = 0; i < cmp.row_count; i++)
		assert_true(cmp.rows[i].same);
	compare_free(&cmp);
}

static void the_order_given_is_the_order_shown(void **state)
{
	struct catalogue **both = *state;
	struct comparison cmp;

	assert_true(compare_codes(both[0], 438, 100, &cmp));
	assert_int_equal(cmp.a.code, 438);
	assert_true(slice_eq(cmp.rows[0].a, SLICE("4xx Client Failure")));
	assert_true(slice_eq(cmp.rows[0].b, SLICE("1xx Provisional")));
	assert_true(says(cmp.when_to_use[0], "438"));
	assert_true(says(cmp.when_to_use[0], "signature"));
	assert_true(says(cmp.when_to_use[1], "call set-up"));
	compare_free(&cmp);
}

/* What a reader must find, by the places where it is to stand. */
enum place { DESCRIPTION_A, WHEN_A, FIX_A, DESCRIPTION_B, WHEN_B, FIX_B };

struct fact {
	const char *id;
	enum place place;
	const char *en;
	const char *vi;
};

static const struct fact seed[] = {
	{ "100.desc.1", DESCRIPTION_A, "next hop", "chặng kế tiếp" },
	{ "100.desc.1", DESCRIPTION_A, "request", "yêu cầu" },
	{ "100.desc.2", DESCRIPTION_A, "working on it", "đang xử lý" },
	{ "100.desc.2", DESCRIPTION_A, "stays open", "không nói" },
	{ "100.desc.3", DESCRIPTION_A, "UAC has to expect further responses",
	  "chờ các phản hồi tiếp theo" },
	{ "100.seen.1", WHEN_A, "right after the INVITE was sent",
	  "sau khi gửi INVITE" },
	{ "100.seen.2", WHEN_A, "proxy has taken over the call",
	  "Proxy đã nhận cuộc gọi" },
	{ "100.seen.2", WHEN_A, "looking for the callee",
	  "tìm người được gọi" },
	{ "100.seen.3", WHEN_A, "dial tone", "âm mời quay số" },
	{ "100.fix.1", FIX_A, "Nothing to fix", "Không cần khắc phục" },
	{ "100.fix.2", FIX_A, "stays at 100 for too long", "ở 100 quá lâu" },
	{ "100.fix.2", FIX_A, "network", "kết nối mạng" },
	{ "100.fix.3", FIX_A, "configuration of the proxy", "cấu hình proxy" },
	{ "438.desc.1", DESCRIPTION_B, "did obtain the certificate",
	  "đã lấy được chứng chỉ" },
	{ "438.desc.1", DESCRIPTION_B, "Identity-Info header pointed to",
	  "Identity-Info trỏ tới" },
	{ "438.desc.2", DESCRIPTION_B,
	  "signature in the Identity header is not valid",
	  "chữ ký trong header Identity không hợp lệ" },
	{ "438.seen.1", WHEN_B, "cryptographic signature", "Chữ ký mật mã" },
	{ "438.seen.1", WHEN_B, "does not fit the content of the message",
	  "không khớp với nội dung bản tin" },
	{ "438.seen.2", WHEN_B, "tampering", "bị sửa đổi" },
	{ "438.fix.1", FIX_B, "new Identity header with a correct signature",
	  "tạo lại header Identity với chữ ký đúng" },
	{ "438.fix.2", FIX_B, "no intermediary", "không thiết bị trung gian" },
	{ "438.fix.2", FIX_B, "signed headers", "header đã ký" },
};

static struct slice at_place(const struct comparison *cmp, enum place place)
{
	const struct code_entry *e = place < DESCRIPTION_B ? &cmp->a : &cmp->b;

	switch (place) {
	case DESCRIPTION_A:
	case DESCRIPTION_B:
		return e->description;
	case WHEN_A:
	case WHEN_B:
		return e->when;
	case FIX_A:
	case FIX_B:
		break;
	}
	return e->fix;
}

static void check_seed(const struct catalogue *c, bool vietnamese)
{
	struct comparison cmp;

	assert_true(compare_codes(c, 100, 438, &cmp));
	for (size_t i = 0; i < sizeof(seed) / sizeof(seed[0]); i++) {
		const char *word = vietnamese ? seed[i].vi : seed[i].en;

		if (!says(at_place(&cmp, seed[i].place), word))
			fail_msg("%s: no \"%s\"", seed[i].id, word);
		/* pair.diff.2 to 5: the differences tell all of it again. */
		if (seed[i].place != FIX_A && seed[i].place != FIX_B &&
		    !one_says(cmp.differences, cmp.difference_count, word))
			fail_msg("pair.diff: no \"%s\"", word);
	}
	compare_free(&cmp);
}

static void the_facts_of_100_and_438_are_all_told(void **state)
{
	struct catalogue **both = *state;

	check_seed(both[LANGUAGE_EN], false);
	check_seed(both[LANGUAGE_VI], true);
}

static void the_pair_of_100_and_438_has_its_five_differences(void **state)
{
	static const struct {
		enum language lang;
		const char *diff[5];
		const char *use[2];
		const char *summary[4];
	} cases[] = {
		{ LANGUAGE_EN,
		  { "100 belongs to 1xx Provisional, 438 to 4xx Client Failure",
		    "Meaning of 100:", "Meaning of 438:", "Where you meet 100:",
		    "Where you meet 438:" },
		  { "For 100: Nothing to fix", "For 438: Create" },
		  { "1xx Provisional", "4xx Client Failure", "next hop",
		    "Identity-Info" } },
		{ LANGUAGE_VI,
		  { "100 thuộc lớp 1xx Tạm thời, còn 438 thuộc lớp "
		    "4xx Lỗi phía máy khách",
		    "Ý nghĩa của 100:", "Ý nghĩa của 438:",
		    "Các tình huống gặp 100:", "Các tình huống gặp 438:" },
		  { "Với 100: Không cần khắc phục", "Với 438: Tạo lại" },
		  { "1xx Tạm thời", "4xx Lỗi phía máy khách", "chặng kế tiếp",
		    "Identity-Info" } },
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < 2; i++) {
		struct comparison cmp;

		assert_true(compare_codes(both[cases[i].lang], 100, 438, &cmp));
		for (unsigned k = 0; k < 5; k++)
			assert_true(says(cmp.differences[k], cases[i].diff[k]));
		for (unsigned k = 0; k < 2; k++)
			assert_true(says(cmp.when_to_use[k], cases[i].use[k]));
		for (unsigned k = 0; k < 4; k++)
			assert_true(says(cmp.summary, cases[i].summary[k]));
		compare_free(&cmp);
	}
}

static void what_to_read_next_comes_from_both(void **state)
{
	/* The codes that the facts list beside 100 and 438. */
	static const uint16_t wanted[] = { 180, 182, 183, 408, 487, 504,
					   403, 428, 433, 436, 437, 608 };
	struct catalogue **both = *state;
	struct comparison cmp;

	assert_true(compare_codes(both[0], 100, 438, &cmp));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		bool there = false;

		for (unsigned k = 0; k < cmp.learn_count; k++)
			there |= cmp.learn_more[k] == wanted[i];
		assert_true(there);
	}
	compare_free(&cmp);
}

static void header_fields_of_one_only_are_named(void **state)
{
	struct catalogue **both = *state;
	struct comparison cmp;

	/* RFC 3261 21.4.6: a 405 MUST carry Allow. */
	assert_true(compare_codes(both[0], 405, 486, &cmp));
	assert_true(one_says(cmp.differences, cmp.difference_count,
			     "Header fields that only 405 names: MUST Allow"));
	compare_free(&cmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_two_codes_differ_in_three_ways_at_least),
		cmocka_unit_test(unknown_codes_can_be_compared_too),
		cmocka_unit_test(what_is_no_code_is_not_compared),
		cmocka_unit_test(the_same_code_twice_is_said_to_be_so),
		cmocka_unit_test(the_order_given_is_the_order_shown),
		cmocka_unit_test(the_facts_of_100_and_438_are_all_told),
		cmocka_unit_test(
			the_pair_of_100_and_438_has_its_five_differences),
		cmocka_unit_test(what_to_read_next_comes_from_both),
		cmocka_unit_test(header_fields_of_one_only_are_named),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
