/* Sentences with values in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/base/phrase.h"

static const char *const values[] = { "one", NULL, "%1" };

static void values_stand_where_the_sentence_names_them(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(
		phrase(out, sizeof(out), "%1 and %3 at 5 %", values, 3),
		"one and %1 at 5 %");
	assert_string_equal(phrase(out, sizeof(out), "[%2] [%9]", values, 3),
			    "[] []");
}

static void a_phrase_is_cut_at_its_room(void **state)
{
	char out[5];

	(void)state;
	assert_string_equal(phrase(out, sizeof(out), "ab%1cd", values, 1),
			    "abon");
}

static void a_phrase_is_added_whole_behind_what_is_there(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	buf_add_text(&out, "so: ");
	phrase_add(&out, "%1, %3, %4.", values, 3);
	assert_true(slice_eq(buf_slice(&out), SLICE("so: one, %1, .")));
	buf_free(&out);
}

static void the_first_sentence_ends_before_its_stop(void **state)
{
	(void)state;
	assert_true(slice_eq(phrase_first_sentence(SLICE("It is. So.")),
			     SLICE("It is")));
	assert_true(slice_eq(phrase_first_sentence(SLICE("no stop")),
			     SLICE("no stop")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_where_the_sentence_names_them),
		cmocka_unit_test(a_phrase_is_cut_at_its_room),
		cmocka_unit_test(a_phrase_is_added_whole_behind_what_is_there),
		cmocka_unit_test(the_first_sentence_ends_before_its_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
