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

/* Their names and what they are stand in RFC 3261 table 4, RFC 6026 and
 * RFC 6665; the other keys are ours. */
static void every_timer_has_its_row(void **state)
{
	static const char *const timers[][2] = {
		{ "timer-a", "RFC 3261 17.1.1.2" },
		{ "timer-b", "RFC 3261 17.1.1.2" },
		{ "timer-c", "RFC 3261 16.6" },
		{ "timer-d", "RFC 3261 17.1.1.2" },
		{ "timer-e", "RFC 3261 17.1.2.2" },
		{ "timer-f", "RFC 3261 17.1.2.2" },
		{ "timer-g", "RFC 3261 17.2.1" },
		{ "timer-h", "RFC 3261 17.2.1" },
		{ "timer-i", "RFC 3261 17.2.1" },
		{ "timer-j", "RFC 3261 17.2.2" },
		{ "timer-k", "RFC 3261 17.1.2.2" },
		{ "timer-l", "RFC 6026 7.1" },
		{ "timer-m", "RFC 6026 7.2" },
		{ "timer-n", "RFC 6665 4.1.2" },
		{ "resend-2xx", "RFC 3261 13.3.1.4" },
		{ "resend-1xx", "RFC 3262 3" },
		{ "trying-100", "RFC 3261 17.2.1" },
		{ "non-invite-100", "RFC 4320 4.1" },
		{ "refresh-1xx", "RFC 3261 13.3.1.1" },
		{ "retry-491-owner", "RFC 3261 14.1" },
		{ "retry-491-other", "RFC 3261 14.1" },
		{ "retry-after", "RFC 3261 20.33" },
		{ "session-timer", "RFC 4028 10" },
		{ "registration", "RFC 3261 10.2.4" },
	};
	struct catalogue **both = *state;
	struct text_entry none;

	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
		struct slice key = slice_of(timers[i][0]);
		struct text_entry en;
		struct text_entry vi;

		assert_true(catalogue_timer(both[0], key, &en));
		assert_true(catalogue_timer(both[1], key, &vi));
		assert_in_range(en.title.len, 1, 40);
		assert_true(slice_eq(en.reference, slice_of(timers[i][1])));
		assert_true(slice_eq(en.reference, vi.reference));
		assert_true(slice_is_set(en.when));
		assert_false(slice_eq(en.meaning, vi.meaning));
		assert_false(slice_eq(en.when, vi.when));
	}
	assert_false(catalogue_timer(both[0], SLICE("timer-z"), &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_finding_has_its_row),
		cmocka_unit_test(every_state_of_a_call_has_its_row),
		cmocka_unit_test(every_registered_method_has_its_row),
		cmocka_unit_test(headers_are_found_by_name_and_compact_form),
		cmocka_unit_test(every_timer_has_its_row),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
