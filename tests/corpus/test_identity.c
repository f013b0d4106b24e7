/* Signed calls through the whole program: tests/corpus/identity/calls.sip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../tools/child.h"
#include "outcome.h"

#define TEMPLATE "tests/corpus/identity/calls.sip"
#define TEXT_MAX (8U << 20)

struct world {
	char folder[CHILD_PATH_BYTES];
	char certs[CHILD_PATH_BYTES];
	char trust[CHILD_PATH_BYTES];
	char signed_calls[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
};

/*
 * For each hop VERDICT/code/signature/agrees, and where it broke the element
 * and what it changed.  Reckoned from RFC 8224 section 6.2, RFC 4474 section 6
 * and the words of the scenario.
 */
static const struct {
	const char *call;
	const char *outcome;
	const char *findings; /* those of Identity */
} expected[] = {
	{ "valid", "VALID/-/valid/- VALID/-/valid/-", "" },
	{ "not-its-number", "CERT_NOT_AUTHORITATIVE/437/valid/yes",
	  "identity-untrusted" },
	{ "its-number", "VALID/-/valid/-", "" },
	{ "expired", "CERT_EXPIRED/437/valid/yes", "identity-untrusted" },
	/* A plain 403 says nothing about an Identity. */
	{ "stranger", "CERT_UNTRUSTED/437/valid/-", "identity-untrusted" },
	{ "lost", "CERT_UNAVAILABLE/436/unchecked/yes", "" },
	{ "late", "IAT_STALE/403/valid/yes", "identity-stale" },
	{ "on-the-edge", "VALID/-/valid/-", "" },
	{ "other-callee", "DEST_MISMATCH/438/valid/yes", "identity-invalid" },
	{ "legacy", "VALID/-/valid/-", "" },
	{ "legacy-sdp",
	  "VALID/-/valid/no "
	  "SIGNATURE_INVALID/438/invalid/yes@192.0.2.1:5060:body",
	  "identity-broken-by-hop" },
	{ "legacy-contact",
	  "VALID/-/valid/no "
	  "SIGNATURE_INVALID/438/invalid/yes@192.0.2.1:5060:Contact",
	  "identity-broken-by-hop" },
	{ "compact", "VALID/-/valid/-", "" },
	{ "compact-date",
	  "VALID/-/valid/no "
	  "SIGNATURE_INVALID/438/invalid/yes@192.0.2.1:5060:Date",
	  "identity-broken-by-hop" },
	{ "stripped",
	  "VALID/-/valid/no "
	  "NO_IDENTITY/428/unchecked/yes@192.0.2.1:5060:Identity",
	  "identity-broken-by-hop" },
	{ "cut",
	  "VALID/-/valid/no "
	  "MALFORMED_TOKEN/438/unchecked/yes@192.0.2.1:5060:Identity",
	  "identity-broken-by-hop" },
	{ "national",
	  "VALID/-/valid/no "
	  "ORIG_MISMATCH/438/valid/yes@192.0.2.1:5060:From",
	  "identity-broken-by-hop" },
	{ "display-name", "VALID/-/valid/- VALID/-/valid/-", "" },
	{ "signed-again", "CERT_UNTRUSTED/437/valid/- VALID/-/valid/-", "" },
	{ "diverted", "VALID/-/valid/-", "" },
	{ "diversion-missing", "DEST_MISMATCH/438/valid/yes",
	  "identity-invalid" },
	{ "none", "NO_IDENTITY/428/unchecked/-", "" },
	{ "none-demanded", "NO_IDENTITY/428/unchecked/yes",
	  "identity-missing" },
	{ "refused-though-valid", "VALID/-/valid/no", "" },
	{ "answer-says-why", "CERT_EXPIRED/437/valid/yes",
	  "identity-untrusted" },
	{ "replayed", "VALID/-/valid/- VALID/-/valid/-", "" },
};

#define EXPECTED (sizeof(expected) / sizeof(expected[0]))

/* ---- what came out, in the same words */

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

static void add_element(struct buf *out, json_t *element)
{
	json_t *code = json_object_get(element, "expected_code");
	json_t *agrees = json_object_get(element, "agrees");
	json_t *changed = json_object_get(element, "changed");
	json_t *name;
	size_t i;

	buf_add_format(out, "%s%s/", out->len > 0 ? " " : "",
		       text_of(element, "verdict"));
	if (json_is_integer(code))
		buf_add_format(out, "%lld",
			       (long long)json_integer_value(code));
	else
		buf_add_char(out, '-');
	buf_add_format(out, "/%s/%s", text_of(element, "signature"),
		       json_is_null(agrees)   ? "-"
		       : json_is_true(agrees) ? "yes"
					      : "no");
	if (!json_is_string(json_object_get(element, "broken_by")))
		return;
	buf_add_format(out, "@%s", text_of(element, "broken_by"));
	json_array_foreach(changed, i, name)
		buf_add_format(out, ":%s", json_string_value(name));
}

static void outcome_of_identity(json_t *call, struct buf *out)
{
	json_t *element;
	size_t i;

	buf_clear(out);
	json_array_foreach(json_object_get(call, "identity"), i, element)
		add_element(out, element);
	buf_add_char(out, '\0');
}

static void findings_of_identity(json_t *call, struct buf *out)
{
	json_t *finding;
	size_t i;

	buf_clear(out);
	json_array_foreach(json_object_get(call, "findings"), i, finding)
	{
		const char *kind = text_of(finding, "kind");

		if (strncmp(kind, "identity-", 9) == 0)
			buf_add_format(out, "%s%s", out->len > 0 ? " " : "",
				       kind);
	}
	buf_add_char(out, '\0');
}

static json_t *report_of(const struct world *w, const char *capture,
			 const char *const *more)
{
	const char *options[16] = { "--certs", w->certs, "--trust", w->trust };
	struct buf why;
	json_t *report;

	for (size_t i = 0; i < 10 && more != NULL && more[i] != NULL; i++)
		options[4 + i] = more[i];
	buf_init(&why, TEXT_MAX);
	report = outcome_report(capture, options, &why);
	if (report == NULL)
		fail_msg("%.*s", SLICE_ARG(buf_slice(&why)));
	buf_free(&why);
	return report;
}

static void check_calls(json_t *report, const char *wire)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < EXPECTED; i++) {
		json_t *call =
			outcome_find_call(report, slice_of(expected[i].call));

		assert_non_null(call);
		outcome_of_identity(call, &out);
		if (strcmp(out.ptr, expected[i].outcome) != 0)
			fail_msg("%s over %s: %s, expected %s",
				 expected[i].call, wire, out.ptr,
				 expected[i].outcome);
		findings_of_identity(call, &out);
		if (strcmp(out.ptr, expected[i].findings) != 0)
			fail_msg("%s over %s: finds '%s', expected '%s'",
				 expected[i].call, wire, out.ptr,
				 expected[i].findings);
	}
	buf_free(&out);
}

/* ---- the tests */

static void each_call_gets_its_verdict_on_each_hop(void **state)
{
	const struct world *w = *state;
	json_t *report = report_of(w, w->capture, NULL);

	assert_int_equal(json_array_size(json_object_get(report, "calls")),
			 EXPECTED);
	check_calls(report, "udp");
	json_decref(report);
}

static void other_wires_change_no_verdict(void **state)
{
	static const char *const carriers[] = { "fragments", "tcp",  "tcp-cut",
						"ws",        "sctp", "hep" };
	const struct world *w = *state;

	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
		const char *const options[] = { "-t", carriers[i], NULL };
		char path[CHILD_PATH_BYTES];
		json_t *report;

		child_file(path, w->folder, carriers[i]);
		assert_true(child_make_capture(w->signed_calls, path, options));
		report = report_of(w, path, NULL);
		check_calls(report, carriers[i]);
		json_decref(report);
	}
}

static void run(const struct world *w, struct child *c,
		const struct child_setup *setup, const char *const *more)
{
	const char *argv[24] = { NULL, "report", "-r", w->capture };
	char program[CHILD_PATH_BYTES];
	size_t n = 4;

	argv[0] = child_built("sipmon", program);
	for (size_t i = 0; more[i] != NULL && n < 22; i++)
		argv[n++] = more[i];
	child_run(c, argv, setup);
}

#define RUN(world, child, setup, ...)                                          \
	run(world, child, setup, (const char *const[]){ __VA_ARGS__, NULL })

static void a_script_is_told_that_a_hop_broke_a_signature(void **state)
{
	const struct world *w = *state;
	struct child c;

	RUN(w, &c, NULL, "--certs", w->certs, "--trust", w->trust, "--fail-on",
	    "identity-broken-by-hop");
	assert_int_equal(c.status, 3);
	child_free(&c);
	RUN(w, &c, NULL, "--certs", w->certs, "--trust", w->trust, "--fail-on",
	    "identity-broken-by-hop", "--filter", "verdict == CERT_EXPIRED");
	assert_int_equal(c.status, 0);
	child_free(&c);
	/* Nothing held anywhere: nobody is blamed. */
	RUN(w, &c, NULL, "--fail-on", "identity-broken-by-hop");
	assert_int_equal(c.status, 0);
	child_free(&c);
}

static void two_runs_say_the_same(void **state)
{
	const struct world *w = *state;
	struct child a;
	struct child b;

	RUN(w, &a, NULL, "--certs", w->certs, "--trust", w->trust, "--format",
	    "json");
	RUN(w, &b, NULL, "--certs", w->certs, "--trust", w->trust, "--format",
	    "json");
	assert_true(slice_eq(buf_slice(&a.out), buf_slice(&b.out)));
	assert_int_equal(a.err.len, 0);
	child_free(&a);
	child_free(&b);
}

static void that_no_anchor_is_configured_is_told_once(void **state)
{
	struct child c;

	RUN(*state, &c, NULL, "--format", "json");
	assert_int_equal(c.status, 0);
	assert_int_equal(child_lines(&c.err), 1);
	assert_non_null(strstr(c.err.ptr, "no trust anchors configured"));
	child_free(&c);
}

static void what_comes_again_from_elsewhere_is_told(void **state)
{
	static const char *const calls[] = { "replayed", "legacy-sdp",
					     "display-name" };
	const struct world *w = *state;
	json_t *report = report_of(w, w->capture, NULL);

	/* The next hop is no replay, whatever it changed. */
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		json_t *call = outcome_find_call(report, slice_of(calls[i]));
		json_t *list = json_object_get(call, "identity");

		assert_string_equal(text_of(json_array_get(list, 0), "path"),
				    "-");
		assert_int_equal(
			strcmp(text_of(json_array_get(list, 1), "path"),
			       "the same signature came before from "
			       "elsewhere") == 0,
			i == 0);
	}
	json_decref(report);
}

static void the_time_of_the_judgement_can_be_chosen(void **state)
{
	/* Before the old certificate expired; the tokens come from later, of
	 * which the answer 437 says nothing. */
	static const char *const options[] = { "--at", "2025-06-01T00:00:00Z",
					       NULL };
	const struct world *w = *state;
	json_t *report = report_of(w, w->capture, options);
	json_t *call = outcome_find_call(report, SLICE("expired"));
	struct buf out;

	buf_init(&out, TEXT_MAX);
	outcome_of_identity(call, &out);
	assert_string_equal(out.ptr, "IAT_FUTURE/403/valid/-");
	buf_free(&out);
	json_decref(report);
}

static void nothing_is_asked_of_the_network(void **state)
{
	static const struct child_setup alone = { .no_network = true };
	const struct world *w = *state;
	struct child c;

	RUN(w, &c, &alone, "--certs", w->certs, "--trust", w->trust);
	assert_int_equal(c.status, 0);
	child_free(&c);
	RUN(w, &c, &alone, "--format", "json");
	assert_int_equal(c.status, 0);
	child_free(&c);
	/* The guard bites: what does open a socket is ended. */
	RUN(w, &c, &alone, "-L", "9");
	assert_int_equal(c.status, CHILD_SIGNAL + SIGSYS);
	child_free(&c);
}

static void figures_are_those_of_the_first_hops(void **state)
{
	const struct world *w = *state;
	json_t *report = report_of(w, w->capture, NULL);
	json_t *all = json_object_get(report, "identity");
	json_t *verdicts = json_object_get(all, "verdicts");

	/* One of each call, two of which carry none. */
	assert_int_equal(json_integer_value(json_object_get(all, "requests")),
			 EXPECTED);
	assert_int_equal(json_integer_value(json_object_get(all, "signed")),
			 EXPECTED - 2);
	assert_int_equal(json_integer_value(json_object_get(verdicts, "VALID")),
			 15);
	assert_int_equal(
		json_integer_value(json_object_get(verdicts, "CERT_EXPIRED")),
		2);
	assert_true(json_is_null(json_object_get(all, "clock_offset_s")));
	json_decref(report);
}

/* ---- the world they live in */

static int make_world(void **state)
{
	static struct world w;
	char program[CHILD_PATH_BYTES];
	const char *argv[] = { child_built("tests/tools/mkidentity", program),
			       TEMPLATE, w.signed_calls, w.folder, NULL };
	struct child c;
	bool good;

	if (!child_scratch(w.folder))
		return -1;
	(void)child_file(w.certs, w.folder, "");
	(void)child_file(w.trust, w.folder, "trust.pem");
	(void)child_file(w.signed_calls, w.folder, "calls.sip");
	(void)child_file(w.capture, w.folder, "calls.pcap");
	child_run(&c, argv, NULL);
	good = c.status == 0 &&
	       child_make_capture(w.signed_calls, w.capture, NULL);
	if (!good)
		print_error("%.*s\n", SLICE_ARG(buf_slice(&c.err)));
	child_free(&c);
	*state = &w;
	return good ? 0 : -1;
}

static int leave_world(void **state)
{
	child_scratch_remove(((struct world *)*state)->folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_gets_its_verdict_on_each_hop),
		cmocka_unit_test(other_wires_change_no_verdict),
		cmocka_unit_test(a_script_is_told_that_a_hop_broke_a_signature),
		cmocka_unit_test(two_runs_say_the_same),
		cmocka_unit_test(that_no_anchor_is_configured_is_told_once),
		cmocka_unit_test(what_comes_again_from_elsewhere_is_told),
		cmocka_unit_test(the_time_of_the_judgement_can_be_chosen),
		cmocka_unit_test(nothing_is_asked_of_the_network),
		cmocka_unit_test(figures_are_those_of_the_first_hops),
	};

	return cmocka_run_group_tests(tests, make_world, leave_world);
}
