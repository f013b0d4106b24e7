/*
 * Each kind of finding, through the program that was built: one call that has
 * it, findings/KIND.sip, and one that nearly has it, findings/KIND.near.sip,
 * where all is there but the one thing that decides.
 *
 * A near call is no call in trouble: it has no finding of severity error,
 * unless a line `# also KIND` says that it has that one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tools/child.h"
#include "outcome.h"
#include "sipmon/analyse/diagnosis.h"

#define FAULTS_MAX   (1U << 16)
#define SCENARIO_MAX (1U << 20)
#define KINDS_MAX    64

/* Shown elsewhere: a signature needs a certificate that was made for it. */
#define IDENTITY "tests/corpus/test_identity.c"
static const struct {
	const char *kind;
	const char *file;
} elsewhere[] = {
	{ "identity-broken-by-hop", IDENTITY },
	{ "identity-invalid", IDENTITY },
	{ "identity-untrusted", IDENTITY },
	{ "identity-stale", IDENTITY },
};

struct scene {
	const char *kind;
	char folder[CHILD_PATH_BYTES];
	struct buf faults;
	struct buf text; /* of the scenario */
};

static json_t *report_of(struct scene *s, const char *ending)
{
	char scenario[CHILD_PATH_BYTES];
	char capture[CHILD_PATH_BYTES];
	char name[80];

	(void)snprintf(name, sizeof(name), "%s%s", s->kind, ending);
	(void)child_file(scenario, "tests/corpus/findings", name);
	(void)child_file(capture, s->folder, "case.pcap");
	buf_clear(&s->text);
	if (!child_read_file(scenario, &s->text) ||
	    !child_make_capture(scenario, capture, NULL)) {
		buf_add_format(&s->faults, "%s: no capture\n", name);
		return NULL;
	}
	return outcome_report(capture, NULL, &s->faults);
}

/* Does the scenario say "# also KIND"? */
static bool is_allowed(const struct scene *s, const char *kind)
{
	struct slice rest = buf_slice(&s->text);

	while (rest.len > 0) {
		struct slice line = slice_split(rest, '\n', &rest);

		if (slice_eq(slice_sub(line, 0, 7), SLICE("# also ")) &&
		    slice_eq(slice_trim(slice_sub(line, 7, line.len)),
			     slice_of(kind)))
			return true;
	}
	return false;
}

static void check_near(struct scene *s, json_t *findings)
{
	if (json_object_get(findings, s->kind) != NULL)
		buf_add_format(&s->faults, "%s is in the near call\n", s->kind);
	for (unsigned i = 0; diagnosis_kind(i) != NULL; i++)
		if (diagnosis_severity(i) == FINDING_ERROR &&
		    strcmp(diagnosis_kind(i), s->kind) != 0 &&
		    json_object_get(findings, diagnosis_kind(i)) != NULL &&
		    !is_allowed(s, diagnosis_kind(i)))
			buf_add_format(&s->faults, "%s: the near call has %s\n",
				       s->kind, diagnosis_kind(i));
}

static void a_kind_is_found_and_its_near_call_is_not(void **state)
{
	struct scene *s = *state;
	json_t *has = report_of(s, ".sip");
	json_t *near;

	if (has != NULL &&
	    json_object_get(json_object_get(has, "findings"), s->kind) == NULL)
		buf_add_format(&s->faults, "%s is not found\n", s->kind);
	near = report_of(s, ".near.sip");
	if (near != NULL)
		check_near(s, json_object_get(near, "findings"));
	json_decref(has);
	json_decref(near);
	buf_add_char(&s->faults, '\0');
	if (s->faults.len > 1)
		fail_msg("%s", s->faults.ptr);
}

/* The file that shows it has to name it. */
static void what_is_shown_elsewhere_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		struct slice kind = slice_of(elsewhere[i].kind);
		struct buf text;

		buf_init(&text, SCENARIO_MAX);
		assert_true(child_read_file(elsewhere[i].file, &text));
		if (slice_search(buf_slice(&text), kind, false) == text.len)
			fail_msg("%s does not show %s", elsewhere[i].file,
				 elsewhere[i].kind);
		buf_free(&text);
	}
}

static bool is_elsewhere(const char *kind)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (strcmp(elsewhere[i].kind, kind) == 0)
			return true;
	return false;
}

static int begin(void **state)
{
	const char *kind = *state;
	struct scene *s = calloc(1, sizeof(*s));

	if (s == NULL || !child_scratch(s->folder)) {
		free(s);
		return -1;
	}
	s->kind = kind;
	buf_init(&s->faults, FAULTS_MAX);
	buf_init(&s->text, SCENARIO_MAX);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;

	child_scratch_remove(s->folder);
	buf_free(&s->faults);
	buf_free(&s->text);
	free(s);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[KINDS_MAX + 1] = { {
		.name = "what_is_shown_elsewhere_is_there",
		.test_func = what_is_shown_elsewhere_is_there,
	} };
	/* cmocka hands the state on as it wants to change it */
	static char kinds[KINDS_MAX][40];
	size_t n = 1;

	for (unsigned i = 0; diagnosis_kind(i) != NULL && i < KINDS_MAX; i++) {
		if (is_elsewhere(diagnosis_kind(i)))
			continue;
		(void)snprintf(kinds[i], sizeof(kinds[i]), "%s",
			       diagnosis_kind(i));
		tests[n++] = (struct CMUnitTest){
			.name = kinds[i],
			.test_func = a_kind_is_found_and_its_near_call_is_not,
			.setup_func = begin,
			.teardown_func = end,
			.initial_state = kinds[i],
		};
	}
	return _cmocka_run_group_tests("findings", tests, n, NULL, NULL);
}
