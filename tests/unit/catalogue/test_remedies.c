/* Findings, states, methods and header fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sipmon/call/state.h"
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

static void every_kind_of_finding_has_its_row(void **state)
{
	static const char *const kinds[] = {
		"stuck-in-trying",
		"slow-trying",
		"no-response",
		"missing-ack",
		"ack-lost",
		"no-bye-answer",
		"ring-timeout",
		"retransmissions",
		"out-of-order",
		"late-final",
		"loop",
		"auth-loop",
		"answer-lost",
		"identity-broken-by-hop",
		"identity-invalid",
		"identity-stale",
		"identity-untrusted",
		"identity-missing",
		"one-way-media",
		"no-media",
		"codec-mismatch",
		"nat-contact",
		"malformed-message",
		"unsupported-tunnel",
		"tls-without-keys",
	};
	struct catalogue **both = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct slice kind = slice_of(kinds[i]);
		struct text_entry en;
		struct text_entry vi;

		assert_true(catalogue_finding(both[0], kind, &en));
		assert_true(catalogue_finding(both[1], kind, &vi));
		assert_true(slice_eq(en.severity, SLICE("error")) ||
			    slice_eq(en.severity, SLICE("warning")) ||
			    slice_eq(en.severity, SLICE("note")));
		assert_true(slice_eq(en.severity, vi.severity));
		assert_in_range(en.title.len, 1, 40);
		assert_false(slice_eq(en.title, vi.title));
		assert_false(slice_eq(en.meaning, vi.meaning));
		assert_false(slice_eq(en.when, vi.when));
		assert_false(slice_eq(en.fix, vi.fix));
	}
}

static void every_state_of_a_call_has_its_row(void **state)
{
	struct catalogue **both = *state;

	for (unsigned i = 0; i < CALL_STATES; i++) {
		struct slice name =
			slice_of(call_state_name((enum call_state)i));
		struct text_entry en;
		struct text_entry vi;

		assert_true(catalogue_state(both[0], name, &en));
		assert_true(catalogue_state(both[1], name, &vi));
		assert_false(slice_eq(en.meaning, vi.meaning));
	}
}

static void every_registered_method_has_its_row(void **state)
{
	static const char *const methods[] = {
		"INVITE",   "ACK",     "BYE",    "CANCEL",  "OPTIONS",
		"REGISTER", "PRACK",   "UPDATE", "INFO",    "SUBSCRIBE",
		"NOTIFY",   "PUBLISH", "REFER",  "MESSAGE",
	};
	struct catalogue **both = *state;
	struct text_entry none;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct text_entry en;
		struct text_entry vi;

		assert_true(
			catalogue_method(both[0], slice_of(methods[i]), &en));
		assert_true(
			catalogue_method(both[1], slice_of(methods[i]), &vi));
		assert_true(slice_is_set(en.reference));
		assert_false(slice_eq(en.meaning, vi.meaning));
		assert_false(slice_eq(en.fix, vi.fix));
	}
	/* RFC 3261 section 7.1: methods are case-sensitive. */
	assert_false(catalogue_method(both[0], SLICE("invite"), &none));
}

static void headers_are_found_by_name_and_compact_form(void **state)
{
	/* RFC 3261 section 7.3.3, RFC 8224 section 4 */
	static const char *const forms[][2] = {
		{ "Via", "v" },     { "From", "F" },
		{ "To", "t" },      { "Call-ID", "i" },
		{ "Contact", "m" }, { "Identity", "y" },
		{ "Subject", "s" }, { "Content-Type", "c" },
	};
	struct catalogue **both = *state;
	struct text_entry none;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct text_entry name;
		struct text_entry compact;

		assert_true(catalogue_header(both[0], slice_of(forms[i][0]),
					     &name));
		assert_true(catalogue_header(both[0], slice_of(forms[i][1]),
					     &compact));
		assert_true(slice_eq(name.title, slice_of(forms[i][0])));
		assert_true(slice_eq(name.title, compact.title));
	}
	assert_true(catalogue_header(both[0], SLICE("RETRY-AFTER"), &none));
	assert_false(catalogue_header(both[0], SLICE("X-Nobody"), &none));
	assert_false(catalogue_header(both[0], SLICE(""), &none));
	assert_false(catalogue_header(both[0], SLICE("-"), &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_finding_has_its_row),
		cmocka_unit_test(every_state_of_a_call_has_its_row),
		cmocka_unit_test(every_registered_method_has_its_row),
		cmocka_unit_test(headers_are_found_by_name_and_compact_form),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
