/* The table of actions: keys are single, texts are there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/base/slice.h"
#include "sipmon/catalogue/catalogue.h"
#include "sipmon/ui/keymap.h"

static bool word_next(struct slice *rest, int32_t *key)
{
	struct slice word;

	if (rest->len == 0)
		return false;
	word = slice_split(*rest, ' ', rest);
	*key = keymap_key_of(word.ptr, (unsigned)word.len);
	return true;
}

static bool shares_a_key(enum ui_action a, enum ui_action b)
{
	struct slice of_a = slice_of(keymap_keys(a));
	int32_t ka;

	while (word_next(&of_a, &ka)) {
		struct slice of_b = slice_of(keymap_keys(b));
		int32_t kb;

		while (word_next(&of_b, &kb))
			if (ka == kb)
				return true;
	}
	return false;
}

static void no_key_has_two_meanings_on_a_screen(void **state)
{
	(void)state;
	for (unsigned a = 1; a < ACTIONS; a++)
		for (unsigned b = a + 1; b < ACTIONS; b++) {
			unsigned both = keymap_screens((enum ui_action)a) &
					keymap_screens((enum ui_action)b);

			if (both != 0 &&
			    shares_a_key((enum ui_action)a, (enum ui_action)b))
				fail_msg("%s and %s share a key",
					 keymap_name((enum ui_action)a),
					 keymap_name((enum ui_action)b));
		}
}

static void every_key_is_known_and_found_again(void **state)
{
	(void)state;
	for (unsigned a = 1; a < ACTIONS; a++) {
		enum ui_action action = (enum ui_action)a;
		struct slice rest = slice_of(keymap_keys(action));
		int32_t key;

		assert_true(rest.len > 0);
		while (word_next(&rest, &key)) {
			assert_int_not_equal(key, KEY_CODE_NONE);
			for (unsigned where = 1; where <= ON_HELP; where *= 2)
				if ((keymap_screens(action) & where) != 0)
					assert_int_equal(
						keymap_find(where, key),
						action);
		}
	}
}

static void every_action_has_its_help_in_both_languages(void **state)
{
	struct catalogue *words_vi = NULL;
	struct problem problem;

	(void)state;
	assert_int_equal(catalogue_new(&words_vi, LANGUAGE_VI, &problem),
			 ERR_OK);
	for (unsigned a = 1; a < ACTIONS; a++) {
		const char *help = keymap_help((enum ui_action)a);

		assert_true(strlen(keymap_name((enum ui_action)a)) > 0);
		assert_true(strlen(help) > 0);
		if (strcmp(words(words_vi, help), help) == 0)
			fail_msg("no translation of: %s", help);
	}
	catalogue_free(words_vi);
}

static void names_are_single(void **state)
{
	(void)state;
	for (unsigned a = 1; a < ACTIONS; a++)
		for (unsigned b = a + 1; b < ACTIONS; b++)
			assert_string_not_equal(keymap_name((enum ui_action)a),
						keymap_name((enum ui_action)b));
}

static void words_of_keys_become_codes(void **state)
{
	static const struct {
		const char *word;
		int32_t key;
	} rows[] = {
		{ "F1", KEY_CODE_F1 },
		{ "F12", KEY_CODE_F12 },
		{ "^L", 12 },
		{ "^@", 0 },
		{ "Space", ' ' },
		{ "PgDn", KEY_CODE_PAGE_DOWN },
		{ "Esc", 27 },
		{ "j", 'j' },
		{ "^", '^' },
		{ "\xc4\x91", 0x111 },
		{ "F13", KEY_CODE_NONE },
		{ "", KEY_CODE_NONE },
		{ "\xff", KEY_CODE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(keymap_key_of(rows[i].word,
					       (unsigned)strlen(rows[i].word)),
				 rows[i].key);
}

static void a_key_without_meaning_is_no_action(void **state)
{
	(void)state;
	assert_int_equal(keymap_find(ON_LIST, KEY_CODE_NONE), ACTION_NONE);
	assert_int_equal(keymap_find(ON_LIST, 0x10ffff), ACTION_NONE);
	assert_int_equal(keymap_find(ON_EXPLAIN, KEY_CODE_F1 + 4), ACTION_NONE);
	assert_int_equal(keymap_find(ON_LIST, KEY_CODE_F1 + 4), ACTION_CLEAR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_has_two_meanings_on_a_screen),
		cmocka_unit_test(every_key_is_known_and_found_again),
		cmocka_unit_test(every_action_has_its_help_in_both_languages),
		cmocka_unit_test(names_are_single),
		cmocka_unit_test(words_of_keys_become_codes),
		cmocka_unit_test(a_key_without_meaning_is_no_action),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
