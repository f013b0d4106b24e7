/* One code, or two, as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "sipmon/base/utf8.h"
#include "sipmon/report/explain.h"

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

static struct buf page(const struct catalogue *c, uint16_t a, uint16_t b,
		       unsigned columns, bool colour)
{
	struct explain_style style = { columns, colour };
	struct buf out;
	enum err e;

	buf_init(&out, (size_t)1 << 20);
	if (b == 0)
		e = explain_text(&out, c, a, &style);
	else
		e = explain_pair_text(&out, c, a, b, &style);
	assert_int_equal(e, ERR_OK);
	return out;
}

static json_t *parsed(const struct catalogue *c, uint16_t a, uint16_t b)
{
	struct buf out;
	json_error_t error;
	json_t *root;
	enum err e;

	buf_init(&out, (size_t)1 << 20);
	if (b == 0)
		e = explain_json(&out, c, a);
	else
		e = explain_pair_json(&out, c, a, b);
	assert_int_equal(e, ERR_OK);
	root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, &error);
	buf_free(&out);
	assert_non_null(root);
	return root;
}

static bool has_line(struct slice text, const char *line)
{
	while (text.len > 0) {
		struct slice here = slice_split(text, '\n', &text);

		if (slice_eq(here, slice_of(line)))
			return true;
	}
	return false;
}

static void no_line_is_wider_than_asked_for(void **state)
{
	static const unsigned widths[] = { 20, 40, 59, 60, 80, 132 };
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		for (unsigned lang = 0; lang < LANGUAGES; lang++) {
			struct buf out =
				page(both[lang], 403, 438, widths[i], false);
			struct slice rest = buf_slice(&out);

			while (rest.len > 0) {
				struct slice line =
					slice_split(rest, '\n', &rest);

				assert_true(utf8_shown_cells(line) <=
					    widths[i]);
			}
			buf_free(&out);
		}
}

/* The same words whatever the width: only blanks and line ends differ. */
static void no_word_is_broken_by_a_line_end(void **state)
{
	struct catalogue **both = *state;
	struct buf narrow = page(both[1], 403, 0, 60, false);

	for (unsigned columns = 61; columns < 140; columns++) {
		struct buf wide = page(both[1], 403, 0, columns, false);
		struct slice a = buf_slice(&narrow);
		struct slice b = buf_slice(&wide);

		while (a.len > 0 || b.len > 0) {
			struct slice word;

			a = slice_trim(a);
			b = slice_trim(b);
			word = slice_split(a, ' ', NULL);
			word = slice_split(word, '\n', NULL);
			assert_true(slice_eq(word, slice_sub(b, 0, word.len)));
			a = slice_sub(a, word.len, a.len);
			b = slice_sub(b, word.len, b.len);
		}
		buf_free(&wide);
	}
	buf_free(&narrow);
}

static void widths_too_small_are_made_do_with(void **state)
{
	static const unsigned widths[] = { 0, 1, 2, 7, 19 };
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct buf one = page(both[1], 486, 0, widths[i], false);
		struct buf two = page(both[1], 486, 600, widths[i], true);

		assert_true(one.len > 100 && two.len > 100);
		buf_free(&one);
		buf_free(&two);
	}
}

static void blocks_have_their_labels_in_both_languages(void **state)
{
	static const char *const labels[LANGUAGES][3] = {
		{ "Description", "When you see this code", "How to fix" },
		{ "Mô tả", "Khi bạn thấy mã này", "Cách khắc phục" },
	};
	static const char *const pair_labels[LANGUAGES][3] = {
		{ "Key differences", "When to use which", "Learn more" },
		{ "Sự khác biệt chính", "Khi nào dùng cái nào",
		  "Tìm hiểu thêm" },
	};
	struct catalogue **both = *state;

	for (unsigned lang = 0; lang < LANGUAGES; lang++) {
		struct buf one = page(both[lang], 486, 0, 80, false);
		struct buf two = page(both[lang], 100, 438, 80, false);

		for (unsigned i = 0; i < 3; i++) {
			assert_true(has_line(buf_slice(&one), labels[lang][i]));
			assert_true(has_line(buf_slice(&two), labels[lang][i]));
			assert_true(has_line(buf_slice(&two),
					     pair_labels[lang][i]));
		}
		assert_true(has_line(buf_slice(&one), "SIP 486 Busy Here"));
		assert_true(has_line(buf_slice(&two),
				     "SIP 100 Trying vs 438 "
				     "Invalid Identity Header"));
		buf_free(&one);
		buf_free(&two);
	}
}

static void colour_comes_only_when_asked_for(void **state)
{
	struct catalogue **both = *state;
	struct buf plain = page(both[0], 100, 438, 80, false);
	struct buf bold = page(both[0], 100, 438, 80, true);

	assert_null(memchr(plain.ptr, '\x1b', plain.len));
	assert_non_null(memchr(bold.ptr, '\x1b', bold.len));
	buf_free(&plain);
	buf_free(&bold);
}

static void a_note_of_the_site_is_shown(void **state)
{
	struct catalogue *c = NULL;
	struct problem problem;
	struct buf out;

	(void)state;
	assert_int_equal(catalogue_new(&c, LANGUAGE_EN, &problem), ERR_OK);
	assert_int_equal(catalogue_add_notes(c, SLICE("486\tTrunk 3 is small"),
					     "notes", &problem),
			 ERR_OK);
	out = page(c, 486, 0, 80, false);
	assert_true(has_line(buf_slice(&out), "Note of this site"));
	assert_true(has_line(buf_slice(&out), "  Trunk 3 is small"));
	buf_free(&out);
	catalogue_free(c);
}

static void what_is_no_code_is_malformed(void **state)
{
	struct catalogue **both = *state;
	struct explain_style style = { 80, false };
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(explain_text(&out, both[0], 99, &style),
			 ERR_MALFORMED);
	assert_int_equal(explain_json(&out, both[0], 999), ERR_MALFORMED);
	assert_int_equal(explain_pair_text(&out, both[0], 100, 99, &style),
			 ERR_MALFORMED);
	assert_int_equal(explain_pair_json(&out, both[0], 0, 100),
			 ERR_MALFORMED);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void a_page_that_does_not_fit_is_told(void **state)
{
	struct catalogue **both = *state;
	struct explain_style style = { 80, true };
	struct buf out;

	for (size_t max = 1; max < 4096; max = max * 2 + 1) {
		buf_init(&out, max);
		assert_int_equal(
			explain_pair_text(&out, both[0], 100, 438, &style),
			ERR_NOMEM);
		buf_free(&out);
	}
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	assert_non_null(text);
	return text;
}

static void one_code_as_json_has_every_member(void **state)
{
	struct catalogue **both = *state;
	json_t *en = parsed(both[LANGUAGE_EN], 486, 0);
	json_t *vi = parsed(both[LANGUAGE_VI], 486, 0);
	json_t *related = json_object_get(en, "related");

	assert_int_equal(json_integer_value(json_object_get(en, "code")), 486);
	assert_string_equal(text_of(en, "phrase"), "Busy Here");
	assert_string_equal(text_of(en, "class"), "4xx Client Failure");
	assert_string_equal(text_of(vi, "class"), "4xx Lỗi phía máy khách");
	assert_string_equal(text_of(en, "rfc"), "RFC 3261 21.4.24");
	assert_true(strlen(text_of(en, "description")) > 30);
	assert_true(strlen(text_of(en, "when")) > 30);
	assert_true(strlen(text_of(en, "fix")) > 20);
	assert_string_not_equal(text_of(en, "description"),
				text_of(vi, "description"));
	assert_true(json_array_size(related) > 0);
	assert_true(json_is_integer(json_array_get(related, 0)));
	json_decref(en);
	json_decref(vi);
}

static void an_unknown_code_as_json_has_no_phrase(void **state)
{
	struct catalogue **both = *state;
	json_t *o = parsed(both[0], 299, 0);

	assert_true(json_is_null(json_object_get(o, "phrase")));
	assert_true(json_is_false(json_object_get(o, "known")));
	assert_string_equal(text_of(o, "class"), "2xx Success");
	json_decref(o);
}

static void two_codes_as_json_have_every_member(void **state)
{
	static const uint16_t pairs[][2] = {
		{ 480, 486 }, { 408, 504 }, { 699, 100 },
		{ 199, 608 }, { 438, 100 }, { 100, 438 },
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		json_t *o = parsed(both[i % 2], pairs[i][0], pairs[i][1]);
		json_t *a = json_object_get(o, "a");
		json_t *learn = json_object_get(o, "learn_more");

		assert_int_equal(json_integer_value(json_object_get(a, "code")),
				 pairs[i][0]);
		assert_true(json_is_object(json_object_get(o, "b")));
		assert_true(strlen(text_of(o, "summary")) > 60);
		assert_true(json_array_size(
				    json_object_get(o, "differences")) >= 3);
		assert_int_equal(
			json_array_size(json_object_get(o, "when_to_use")), 2);
		for (size_t k = 0; k < json_array_size(learn); k++)
			assert_true(json_is_integer(json_array_get(learn, k)));
		json_decref(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_wider_than_asked_for),
		cmocka_unit_test(no_word_is_broken_by_a_line_end),
		cmocka_unit_test(widths_too_small_are_made_do_with),
		cmocka_unit_test(blocks_have_their_labels_in_both_languages),
		cmocka_unit_test(colour_comes_only_when_asked_for),
		cmocka_unit_test(a_note_of_the_site_is_shown),
		cmocka_unit_test(what_is_no_code_is_malformed),
		cmocka_unit_test(a_page_that_does_not_fit_is_told),
		cmocka_unit_test(one_code_as_json_has_every_member),
		cmocka_unit_test(an_unknown_code_as_json_has_no_phrase),
		cmocka_unit_test(two_codes_as_json_have_every_member),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
