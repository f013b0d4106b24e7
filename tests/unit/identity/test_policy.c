/* What the user may choose about the checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sipmon/identity/policy.h"

static void the_windows_of_the_rfcs_are_the_default(void **state)
{
	const struct identity_policy p = IDENTITY_POLICY_DEFAULT;

	(void)state;
	assert_int_equal(p.iat_window_s, 60);
	assert_int_equal(p.date_window_s, 3600);
	assert_false(p.has_div_inner_window);
	assert_int_equal(p.orig_source, ORIG_SOURCE_DEFAULT);
	assert_string_equal(p.default_cc, "");
	assert_false(p.has_at);
}

static void every_key_sets_what_it_names(void **state)
{
	struct identity_policy p = IDENTITY_POLICY_DEFAULT;
	struct problem problem = { "" };

	(void)state;
	assert_int_equal(
		identity_policy_set(&p,
				    SLICE("iat_window=300; date_window = 7200;"
					  "div_inner_window=10800;;"
					  "orig_source=from-then-pai;"
					  "default_cc=84;"),
				    &problem),
		ERR_OK);
	assert_int_equal(p.iat_window_s, 300);
	assert_int_equal(p.date_window_s, 7200);
	assert_true(p.has_div_inner_window);
	assert_int_equal(p.div_inner_window_s, 10800);
	assert_int_equal(p.orig_source, ORIG_SOURCE_FROM_THEN_PAI);
	assert_string_equal(p.default_cc, "84");
	assert_string_equal(problem.text, "");
}

static void each_source_has_its_word(void **state)
{
	static const struct {
		const char *text;
		enum orig_source source;
	} rows[] = {
		{ "orig_source=pai-then-from", ORIG_SOURCE_PAI_THEN_FROM },
		{ "orig_source=from", ORIG_SOURCE_FROM },
		{ "orig_source=from-then-pai", ORIG_SOURCE_FROM_THEN_PAI },
		{ "orig_source=any", ORIG_SOURCE_ANY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_policy p = IDENTITY_POLICY_DEFAULT;
		struct problem problem;

		assert_int_equal(identity_policy_set(&p, slice_of(rows[i].text),
						     &problem),
				 ERR_OK);
		assert_int_equal(p.orig_source, rows[i].source);
	}
}

static void nothing_changes_nothing(void **state)
{
	static const char *const rows[] = { "", " ", ";", " ; ;" };
	const struct identity_policy usual = IDENTITY_POLICY_DEFAULT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_policy p = IDENTITY_POLICY_DEFAULT;
		struct problem problem;

		assert_int_equal(
			identity_policy_set(&p, slice_of(rows[i]), &problem),
			ERR_OK);
		assert_memory_equal(&p, &usual, sizeof(p));
	}
}

static void a_problem_names_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{ "iat_window=300;window=1", "\"window\"" },
		{ "iat_window=300;IAT_WINDOW=1", "\"IAT_WINDOW\"" },
		{ "iat_window=300;=1", "\"\"" },
		{ "iat_window=300;date_window", "date_window" },
		{ "iat_window=300;date_window=", "date_window" },
		{ "iat_window=300;date_window=60s", "\"60s\"" },
		{ "iat_window=300;date_window=-1", "\"-1\"" },
		{ "iat_window=300;date_window=4294967296", "date_window" },
		{ "iat_window=300;div_inner_window=x", "div_inner_window" },
		{ "iat_window=300;orig_source=pai", "\"pai\"" },
		{ "iat_window=300;orig_source=From", "\"From\"" },
		{ "iat_window=300;default_cc=", "default_cc" },
		{ "iat_window=300;default_cc=0", "default_cc" },
		{ "iat_window=300;default_cc=1234", "\"1234\"" },
		{ "iat_window=300;default_cc=+1", "\"+1\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_policy p = IDENTITY_POLICY_DEFAULT;
		struct problem problem = { "" };

		assert_int_equal(identity_policy_set(&p, slice_of(rows[i].text),
						     &problem),
				 ERR_MALFORMED);
		assert_non_null(strstr(problem.text, rows[i].word));
		/* what stood before it counts, and nothing else */
		assert_int_equal(p.iat_window_s, 300);
		assert_int_equal(p.date_window_s, 3600);
		assert_false(p.has_div_inner_window);
		assert_int_equal(p.orig_source, ORIG_SOURCE_DEFAULT);
		assert_string_equal(p.default_cc, "");
	}
}

/* As `date -u -d ... +%s` has it. */
static void a_time_is_seconds_or_rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "0", 0 },
		{ "1767268801", 1767268801 },
		{ "1767268801.9", 1767268801 },
		{ " 1767268801 ", 1767268801 },
		{ "2026-01-01T12:00:01Z", 1767268801 },
		{ "2026-01-01T12:00:01.999Z", 1767268801 },
		{ "2026-01-01T19:00:01+07:00", 1767268801 },
		{ "1969-12-31T23:59:58.5Z", -2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_policy p = IDENTITY_POLICY_DEFAULT;

		assert_int_equal(
			identity_policy_set_at(&p, slice_of(rows[i].text)),
			ERR_OK);
		assert_true(p.has_at);
		assert_true(p.at_s == rows[i].seconds);
	}
}

static void what_is_no_time_is_malformed(void **state)
{
	static const char *const rows[] = { "",
					    "now",
					    "-1",
					    "1e9",
					    "2026-01-01",
					    "2026-01-01T12:00:01",
					    "2026-02-30T12:00:01Z",
					    "2026-01-01T12:00:01Z x" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_policy p = IDENTITY_POLICY_DEFAULT;

		assert_int_equal(identity_policy_set_at(&p, slice_of(rows[i])),
				 ERR_MALFORMED);
		assert_false(p.has_at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_windows_of_the_rfcs_are_the_default),
		cmocka_unit_test(every_key_sets_what_it_names),
		cmocka_unit_test(each_source_has_its_word),
		cmocka_unit_test(nothing_changes_nothing),
		cmocka_unit_test(a_problem_names_what_is_wrong),
		cmocka_unit_test(a_time_is_seconds_or_rfc_3339),
		cmocka_unit_test(what_is_no_time_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
