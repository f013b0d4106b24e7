/* Real reports against share/sipmon/report.schema.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../tools/child.h"
#include "list.h"
#include "outcome.h"
#include "schema.h"

#define FAULTS_MAX (1U << 20)

struct scene {
	json_t *schema;
	struct list list;
	char folder[CHILD_PATH_BYTES];
};

static json_t *report_of(const struct scene *s, const char *name)
{
	char scenario[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	struct buf why;
	json_t *report;

	buf_init(&why, FAULTS_MAX);
	(void)snprintf(scenario, sizeof(scenario), "tests/corpus/%s.sip", name);
	(void)child_file(capture, s->folder, "case.pcap");
	assert_true(child_make_capture(scenario, capture, NULL));
	report = outcome_report(capture, NULL, &why);
	if (report == NULL)
		fail_msg("%.*s", SLICE_ARG(buf_slice(&why)));
	buf_free(&why);
	return report;
}

static void every_report_keeps_to_the_schema(void **state)
{
	const struct scene *s = *state;
	struct buf faults;

	buf_init(&faults, FAULTS_MAX);
	for (unsigned i = 0; i < s->list.count; i++) {
		json_t *report = report_of(s, s->list.cases[i].name);

		schema_check(s->schema, report, &faults);
		if (faults.len > 0)
			fail_msg("%s: %.*s", s->list.cases[i].name,
				 SLICE_ARG(buf_slice(&faults)));
		json_decref(report);
	}
	buf_free(&faults);
}

/* Is the document refused once `path` ("calls.0.state") holds `value`? */
static bool refuses(const struct scene *s, const char *path, json_t *value)
{
	json_t *report = report_of(s, "plain-call");
	json_t *at = report;
	struct slice rest = slice_of(path);
	struct buf faults;
	bool refused;
	char name[64];

	buf_init(&faults, FAULTS_MAX);
	for (;;) {
		struct slice word = slice_split(rest, '.', &rest);

		(void)slice_copy(word, name, sizeof(name));
		if (!slice_is_set(rest))
			break;
		at = json_is_array(at)
			     ? json_array_get(at, (size_t)(name[0] - '0'))
			     : json_object_get(at, name);
	}
	assert_true(json_is_object(at));
	if (value != NULL)
		assert_int_equal(json_object_set_new(at, name, value), 0);
	else
		assert_int_equal(json_object_del(at, name), 0);
	schema_check(s->schema, report, &faults);
	refused = faults.len > 0;
	buf_free(&faults);
	json_decref(report);
	return refused;
}

/* One broken place for each keyword. */
static void a_report_that_breaks_the_schema_is_refused(void **state)
{
	const struct scene *s = *state;

	assert_true(refuses(s, "schema", json_string("sipmon-report/2")));
	assert_true(refuses(s, "capture", NULL));
	assert_true(refuses(s, "capture.packets", json_integer(-1)));
	assert_true(refuses(s, "capture.start", json_string("2026-01-01")));
	assert_true(refuses(s, "sip.messages", json_string("7")));
	assert_true(refuses(s, "sip.requests.INVITE", json_integer(0)));
	assert_true(refuses(s, "calls.0.state", json_string("talking")));
	assert_true(refuses(s, "calls.0.from.tag", NULL));
	assert_true(refuses(s, "calls.0.phases.0.code", json_integer(200)));
	assert_true(refuses(s, "calls.0.timing.pdd_ms", json_true()));
	assert_false(refuses(s, "calls.0.timing.pdd_ms", json_null()));
	assert_false(refuses(s, "calls.0.more", json_true()));
}

static void verdicts_that_break_the_schema_are_refused(void **state)
{
	const struct scene *s = *state;

	assert_true(refuses(s, "identity", NULL));
	assert_true(refuses(s, "identity.signed", json_integer(-1)));
	assert_true(refuses(s, "identity.signed_percent", json_integer(101)));
	assert_true(refuses(s, "identity.attest.A", json_null()));
	assert_true(refuses(s, "identity.verdicts.VALID", json_integer(0)));
	assert_true(refuses(s, "identity.over_time.bins", json_null()));
	assert_true(refuses(s, "calls.0.identity.0.message", NULL));
	assert_true(
		refuses(s, "calls.0.identity.0.verdict", json_string("GOOD")));
	assert_true(refuses(s, "calls.0.identity.0.agrees", json_string("")));
	assert_true(refuses(s, "calls.0.identity.0.expected_code",
			    json_integer(200)));
	assert_true(refuses(s, "calls.0.identity.0.changed", NULL));
	assert_false(refuses(s, "calls.0.identity.0.agrees", json_null()));
}

static int begin(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct problem problem;

	if (s == NULL || !child_scratch(s->folder) ||
	    list_read(&s->list, "tests/corpus/LIST", &problem))
		return -1;
	s->schema = json_load_file("share/sipmon/report.schema.json", 0, NULL);
	*state = s;
	return s->schema == NULL;
}

static int end(void **state)
{
	struct scene *s = *state;

	json_decref(s->schema);
	list_free(&s->list);
	child_scratch_remove(s->folder);
	free(s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_report_keeps_to_the_schema),
		cmocka_unit_test(a_report_that_breaks_the_schema_is_refused),
		cmocka_unit_test(verdicts_that_break_the_schema_are_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
