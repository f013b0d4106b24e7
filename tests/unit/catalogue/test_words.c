/* The program's own words and the terms of the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/catalogue/catalogue.h"

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

static void words_are_in_the_language_of_the_user(void **state)
{
	struct catalogue **both = *state;
	const char *english = "any method";

	assert_ptr_equal(words(both[LANGUAGE_EN], english), english);
	assert_string_equal(words(both[LANGUAGE_VI], english),
			    "mọi phương thức");
}

static void words_without_a_translation_stay_as_they_are(void **state)
{
	struct catalogue **both = *state;
	const char *odd = "no such words in the table";

	assert_ptr_equal(words(both[LANGUAGE_VI], odd), odd);
	assert_string_equal(words(both[LANGUAGE_VI], ""), "");
}

static void labels_are_those_of_the_explanation(void **state)
{
	static const struct {
		const char *key;
		const char *en;
		const char *vi;
	} labels[] = {
		{ "description", "Description", "Mô tả" },
		{ "when", "When you see this code", "Khi bạn thấy mã này" },
		{ "fix", "How to fix", "Cách khắc phục" },
		{ "differences", "Key differences", "Sự khác biệt chính" },
		{ "when_to_use", "When to use which", "Khi nào dùng cái nào" },
		{ "learn_more", "Learn more", "Tìm hiểu thêm" },
		{ "related", "Related codes", "Mã liên quan" },
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct slice key = slice_of(labels[i].key);

		assert_true(slice_eq(catalogue_term(both[0], "label", key),
				     slice_of(labels[i].en)));
		assert_true(slice_eq(catalogue_term(both[1], "label", key),
				     slice_of(labels[i].vi)));
	}
}

static void an_unknown_term_is_its_key(void **state)
{
	struct catalogue **both = *state;

	assert_true(slice_eq(catalogue_term(both[1], "label", SLICE("odd")),
			     SLICE("odd")));
	assert_true(slice_eq(catalogue_term(both[1], "odd", SLICE("fix")),
			     SLICE("fix")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_in_the_language_of_the_user),
		cmocka_unit_test(words_without_a_translation_stay_as_they_are),
		cmocka_unit_test(labels_are_those_of_the_explanation),
		cmocka_unit_test(an_unknown_term_is_its_key),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
