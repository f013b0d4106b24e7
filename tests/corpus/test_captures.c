/*
 * Captures that do not lie here: SIPMON_CORPUS names a folder with
 *
 *   captures/captures.tsv    a line a file: the counts that are true for it
 *   scenarios/expected.json  what the captures beside it must show
 *
 * Without it there is nothing to compare, and the tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tools/child.h"
#include "outcome.h"

#define TEXT_MAX    (16U << 20)
#define COLUMNS_MAX 40
#define NEAR_MS     0.6 /* times there are written in whole milliseconds */

struct corpus {
	const char *folder;
	struct buf faults;
	unsigned checked;
};

static void fault(struct corpus *c, const char *file, const char *what)
{
	buf_add_format(&c->faults, "%s: %s\n", file, what);
}

static void finish(struct corpus *c, unsigned least)
{
	buf_add_char(&c->faults, '\0');
	if (c->faults.len > 1)
		fail_msg("%s", c->faults.ptr);
	print_message("%u checked\n", c->checked);
	assert_true(c->checked >= least);
}

static void path_of(const struct corpus *c, const char *folder,
		    const char *name, const char *end, char *path)
{
	(void)snprintf(path, CHILD_PATH_BYTES, "%s/%s/%s%s", c->folder, folder,
		       name, end);
}

/* ---- captures.tsv */

struct table {
	struct slice names[COLUMNS_MAX];
	struct slice cells[COLUMNS_MAX];
};

static void split(struct slice line, struct slice *out)
{
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		out[i] = slice_split(line, '\t', &line);
}

static struct slice cell(const struct table *t, const char *name)
{
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		if (slice_is_set(t->names[i]) &&
		    slice_eq(t->names[i], slice_of(name)))
			return t->cells[i];
	return SLICE("");
}

/*
 * Counted there without opening ESP that encrypts nothing (RFC 2410), as the
 * note in its row says; we open it and find seven more.
 */
static const char *const counted_less[] = {
	"public/open5gs-open5gs-ipsec_to_nonipsec_call.pcapng",
};

static bool is_exact(const struct table *t)
{
	struct slice name = cell(t, "file");

	for (size_t i = 0; i < sizeof(counted_less) / sizeof(char *); i++)
		if (slice_eq(name, slice_of(counted_less[i])))
			return false;
	return slice_eq(cell(t, "check"), SLICE("exact"));
}

/* "INVITE:2 ACK:1", written by name as outcome.c does. */
static int compare_words(const void *a, const void *b)
{
	const struct slice *x = a;
	const struct slice *y = b;

	return slice_compare(slice_sub(*x, 0, slice_find(*x, ':')),
			     slice_sub(*y, 0, slice_find(*y, ':')));
}

static void sort_counts(struct slice text, struct buf *out)
{
	struct slice words[256];
	size_t n = 0;

	while (text.len > 0 && n < 256) {
		struct slice word = slice_split(text, ' ', &text);

		if (slice_find(word, ':') < word.len)
			words[n++] = word;
	}
	qsort(words, n, sizeof(words[0]), compare_words);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(out, ' ');
		buf_add(out, words[i]);
	}
}

static void compare_cell(struct corpus *c, const struct table *t,
			 json_t *report, const char *column, const char *key)
{
	struct slice text = cell(t, column);
	struct buf got;
	struct buf want;

	/* Odd bytes are written another way there. */
	if (slice_find(text, '%') < text.len)
		return;
	buf_init(&got, TEXT_MAX);
	buf_init(&want, TEXT_MAX);
	(void)outcome_of_report(report, slice_of(key), &got);
	if (column[0] == 'n')
		buf_add(&want, text);
	else
		sort_counts(text, &want);
	if (!slice_eq(buf_slice(&got), buf_slice(&want)))
		buf_add_format(&c->faults, "%.*s: %s %.*s, expected %.*s\n",
			       SLICE_ARG(cell(t, "file")), column,
			       SLICE_ARG(buf_slice(&got)),
			       SLICE_ARG(buf_slice(&want)));
	buf_free(&got);
	buf_free(&want);
}

/* The file that a cell of the row names; false if it names none. */
static bool path_in(const struct corpus *c, const struct table *t,
		    const char *column, char *path)
{
	struct slice name = cell(t, column);
	char text[128];

	path_of(c, "captures", slice_copy(name, text, sizeof(text)), "", path);
	return name.len > 0 && !slice_eq(name, SLICE("-"));
}

static void check_capture(struct corpus *c, const struct table *t)
{
	const char *options[8] = { "--duplicates", "keep" };
	char path[CHILD_PATH_BYTES];
	char log[CHILD_PATH_BYTES];
	char key[CHILD_PATH_BYTES];
	unsigned n = 2;
	json_t *report;

	(void)path_in(c, t, "file", path);
	if (path_in(c, t, "keylog", log)) {
		options[n++] = "--keylog";
		options[n++] = log;
	}
	if (path_in(c, t, "private_key", key)) {
		options[n++] = "--private-key";
		options[n++] = key;
	}
	report = outcome_report(path, options, &c->faults);
	if (report == NULL)
		return;
	compare_cell(c, t, report, "n_frames", "packets");
	compare_cell(c, t, report, "n_sip", "messages");
	compare_cell(c, t, report, "n_callid", "calls");
	compare_cell(c, t, report, "methods", "requests");
	compare_cell(c, t, report, "statuses", "responses");
	json_decref(report);
	c->checked++;
}

static void captures_are_counted_as_their_table_says(void **state)
{
	struct corpus *c = *state;
	char path[CHILD_PATH_BYTES];
	struct buf text;
	struct slice rest;
	struct table t;

	if (c->folder == NULL)
		skip();
	path_of(c, "captures", "captures.tsv", "", path);
	buf_init(&text, TEXT_MAX);
	assert_true(child_read_file(path, &text));
	rest = buf_slice(&text);
	split(slice_split(rest, '\n', &rest), t.names);
	while (rest.len > 0) {
		split(slice_split(rest, '\n', &rest), t.cells);
		if (is_exact(&t))
			check_capture(c, &t);
	}
	buf_free(&text);
	finish(c, 300);
}

/* Damaged ones: what counts is a matter of taste, but nothing may fall. */
static void no_capture_ends_the_program_badly(void **state)
{
	struct corpus *c = *state;
	char path[CHILD_PATH_BYTES];
	char program[CHILD_PATH_BYTES];
	struct buf text;
	struct slice rest;
	struct table t;

	if (c->folder == NULL)
		skip();
	path_of(c, "captures", "captures.tsv", "", path);
	buf_init(&text, TEXT_MAX);
	assert_true(child_read_file(path, &text));
	rest = buf_slice(&text);
	split(slice_split(rest, '\n', &rest), t.names);
	while (rest.len > 0) {
		char name[128];
		const char *argv[] = { child_built("sipmon", program), "report",
				       "-r", path, NULL };
		struct child child;

		split(slice_split(rest, '\n', &rest), t.cells);
		path_of(c, "captures",
			slice_copy(cell(&t, "file"), name, sizeof(name)), "",
			path);
		child_run(&child, argv, NULL);
		if ((child.status != 0 && child.status != 1) ||
		    child_lines(&child.err) > 1)
			buf_add_format(&c->faults, "%s: exit %d: %.300s\n",
				       name, child.status, child.err.ptr);
		child_free(&child);
		c->checked++;
	}
	buf_free(&text);
	finish(c, 300);
}

/* ---- expected.json */

static bool is_near(json_t *got, json_t *want)
{
	return json_is_number(got) &&
	       fabs(json_number_value(got) - json_number_value(want)) < NEAR_MS;
}

/* [[code, start, duration], ...] */
static bool same_phases(json_t *phases, json_t *want)
{
	size_t i;
	json_t *w;

	if (json_array_size(phases) != json_array_size(want))
		return false;
	json_array_foreach(want, i, w)
	{
		json_t *p = json_array_get(phases, i);

		if (!json_equal(json_object_get(p, "code"),
				json_array_get(w, 0)) ||
		    !is_near(json_object_get(p, "start_ms"),
			     json_array_get(w, 1)) ||
		    !is_near(json_object_get(p, "duration_ms"),
			     json_array_get(w, 2)))
			return false;
	}
	return true;
}

static unsigned count_invites(json_t *call)
{
	unsigned n = 0;
	size_t i;
	json_t *t;

	json_array_foreach(json_object_get(call, "transactions"), i, t)
	{
		const char *method =
			json_string_value(json_object_get(t, "method"));

		n += method != NULL && strcmp(method, "INVITE") == 0;
	}
	return n;
}

static void check_hops(struct corpus *c, const char *name, json_t *call,
		       json_t *want)
{
	const char *hop;
	json_t *phases;

	json_object_foreach(want, hop, phases)
	{
		bool found = false;
		size_t i;
		json_t *t;

		json_array_foreach(json_object_get(call, "transactions"), i, t)
		{
			char text[160];

			(void)snprintf(
				text, sizeof(text), "%s>%s",
				json_string_value(json_object_get(t, "source")),
				json_string_value(
					json_object_get(t, "destination")));
			found |= strcmp(text, hop) == 0 &&
				 same_phases(json_object_get(t, "phases"),
					     phases);
		}
		if (!found)
			fault(c, name, hop);
	}
}

/* One member of what a call must show. */
static void check_member(struct corpus *c, const char *name, json_t *call,
			 const char *key, json_t *want)
{
	json_t *phases = json_object_get(call, "phases");
	const char *part;
	json_t *value;

	if (strcmp(key, "phases") == 0) {
		if (!same_phases(phases, want))
			fault(c, name, key);
	} else if (strcmp(key, "open") == 0) {
		json_t *last =
			json_array_get(phases, json_array_size(phases) - 1);

		if (!json_is_true(json_object_get(last, "open")))
			fault(c, name, key);
	} else if (strcmp(key, "timing") == 0) {
		json_object_foreach(want, part, value) if (
			!is_near(json_object_get(
					 json_object_get(call, "timing"), part),
				 value)) fault(c, name, part);
	} else if (strcmp(key, "invite_transactions") == 0) {
		if (count_invites(call) != json_integer_value(want))
			fault(c, name, key);
	} else if (strcmp(key, "hop_phases") == 0) {
		check_hops(c, name, call, want);
	} else if (!json_equal(json_object_get(call, key), want)) {
		fault(c, name, key);
	}
}

static void check_finding(struct corpus *c, const char *name, json_t *report,
			  json_t *want)
{
	const char *id = json_string_value(json_array_get(want, 0));
	json_t *call = outcome_find_call(report, slice_of(id));
	size_t i;
	json_t *f;

	json_array_foreach(json_object_get(call, "findings"), i,
			   f) if (json_equal(json_object_get(f, "kind"),
					     json_array_get(want, 1))) return;
	fault(c, name, "finding");
}

static void check_scenario(struct corpus *c, const char *name, json_t *want)
{
	json_t *call_want = json_object_get(want, "call");
	const char *id =
		json_string_value(json_object_get(call_want, "call_id"));
	char path[CHILD_PATH_BYTES];
	json_t *report;
	json_t *call;
	const char *key;
	json_t *value;

	path_of(c, "scenarios", name, ".pcap", path);
	report = outcome_report(path, NULL, &c->faults);
	if (report == NULL)
		return;
	c->checked++;
	if ((json_int_t)json_array_size(json_object_get(report, "calls")) !=
	    json_integer_value(json_object_get(want, "calls")))
		fault(c, name, "calls");
	call = outcome_find_call(report, slice_of(id));
	json_object_foreach(call_want, key, value)
		check_member(c, name, call, key, value);
	if (json_object_get(want, "finding") != NULL)
		check_finding(c, name, report,
			      json_object_get(want, "finding"));
	json_decref(report);
}

static void scenarios_show_the_times_that_were_chosen(void **state)
{
	struct corpus *c = *state;
	char path[CHILD_PATH_BYTES];
	json_t *expected;
	const char *name;
	json_t *want;

	if (c->folder == NULL)
		skip();
	path_of(c, "scenarios", "expected.json", "", path);
	expected = json_load_file(path, 0, NULL);
	assert_non_null(expected);
	json_object_foreach(expected, name, want) check_scenario(c, name, want);
	json_decref(expected);
	finish(c, 5);
}

/* ---- */

static int begin(void **state)
{
	static struct corpus c;

	c = (struct corpus){ .folder = getenv("SIPMON_CORPUS") };
	if (c.folder != NULL && c.folder[0] == '\0')
		c.folder = NULL;
	buf_init(&c.faults, TEXT_MAX);
	*state = &c;
	return 0;
}

static int end(void **state)
{
	struct corpus *c = *state;

	buf_free(&c->faults);
	return 0;
}

#define WITH_CORPUS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CORPUS(captures_are_counted_as_their_table_says),
		WITH_CORPUS(no_capture_ends_the_program_badly),
		WITH_CORPUS(scenarios_show_the_times_that_were_chosen),
	};

	if (getenv("SIPMON_CORPUS") == NULL)
		print_message("SIPMON_CORPUS is not set: skipped\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
