/* Causes, locations, warnings and what vendors mean by a code. */
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

static void causes_of_q850_are_known(void **state)
{
	/* RFC 3398 section 7.2.4.1 names them and the codes. */
	static const struct {
		uint32_t cause;
		const char *text;
		const char *sip;
	} cases[] = {
		{ 1, "Unallocated", "404" },
		{ 17, "User busy", "486" },
		{ 34, "circuit", "503" },
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reason_entry en;
		struct reason_entry vi;

		assert_true(catalogue_reason(both[0], SLICE("Q.850"),
					     cases[i].cause, &en));
		assert_true(catalogue_reason(both[1], SLICE("q.850"),
					     cases[i].cause, &vi));
		assert_true(slice_search(en.text, slice_of(cases[i].text),
					 true) < en.text.len);
		assert_true(slice_search(en.sip, slice_of(cases[i].sip), true) <
			    en.sip.len);
		assert_false(slice_eq(en.meaning, vi.meaning));
		assert_false(slice_eq(en.fix, vi.fix));
	}
}

static void a_cause_belongs_to_its_protocol(void **state)
{
	struct catalogue **both = *state;
	struct reason_entry e;

	assert_false(catalogue_reason(both[0], SLICE("Q.850"), 999, &e));
	assert_false(catalogue_reason(both[0], SLICE("nobody"), 17, &e));
	assert_false(catalogue_reason(both[0], SLICE_NONE, 17, &e));
}

static void locations_are_known_whatever_their_case(void **state)
{
	struct catalogue **both = *state;
	struct slice en = catalogue_location(both[0], SLICE("LPN"));

	/* RFC 8606 section 4.1: LPN is the private network of the user. */
	assert_true(slice_search(en, SLICE("private network"), true) < en.len);
	assert_true(slice_eq(en, catalogue_location(both[0], SLICE("lpn"))));
	assert_false(slice_eq(en, catalogue_location(both[1], SLICE("LPN"))));
	assert_false(slice_is_set(catalogue_location(both[0], SLICE("XX"))));
	assert_false(slice_is_set(catalogue_location(both[0], SLICE_NONE)));
}

static void warning_codes_are_known(void **state)
{
	/* RFC 3261 section 20.43 */
	static const uint32_t codes[] = { 300, 301, 302, 303, 304, 305,
					  306, 307, 330, 331, 370, 399 };
	struct catalogue **both = *state;
	struct text_entry none;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct text_entry en;
		struct text_entry vi;

		assert_true(catalogue_warning(both[0], codes[i], &en));
		assert_true(catalogue_warning(both[1], codes[i], &vi));
		assert_true(slice_eq(en.title, vi.title));
		assert_false(slice_eq(en.meaning, vi.meaning));
		assert_true(en.when.len > 0 && en.fix.len > 0);
	}
	assert_false(catalogue_warning(both[0], 299, &none));
	assert_false(catalogue_warning(both[0], UINT32_MAX, &none));
}

static void vendors_say_what_they_mean_in_both_languages(void **state)
{
	struct catalogue **both = *state;
	struct slice en[4];
	struct slice vi[4];
	unsigned n = 0;

	while (catalogue_vendor(both[0], 403, n, &en[0], &en[1], &en[2],
				&en[3])) {
		assert_true(catalogue_vendor(both[1], 403, n, &vi[0], &vi[1],
					     &vi[2], &vi[3]));
		assert_true(slice_eq(en[0], vi[0]));
		assert_true(slice_eq(en[1], vi[1]));
		assert_false(slice_eq(en[2], vi[2]));
		n++;
	}
	assert_true(n > 1);
	assert_false(catalogue_vendor(both[0], 699, 0, &en[0], &en[1], &en[2],
				      &en[3]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes_of_q850_are_known),
		cmocka_unit_test(a_cause_belongs_to_its_protocol),
		cmocka_unit_test(locations_are_known_whatever_their_case),
		cmocka_unit_test(warning_codes_are_known),
		cmocka_unit_test(vendors_say_what_they_mean_in_both_languages),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
