/* Figures of many calls in the JSON and the text report, made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "made.h"
#include "sipmon/base/utf8.h"

#define MS INT64_C(1000000)

/* What the report asks for, and what it hands out. */
struct teller {
	bool fails;
	unsigned asked;
	unsigned taken;
	uint64_t last;
	struct figures figures;
};

static bool tell(void *ctx, struct figures *out)
{
	struct teller *t = ctx;

	t->asked++;
	if (t->fails)
		return false;
	*out = t->figures;
	return true;
}

static void take(void *ctx, const struct call *c)
{
	struct teller *t = ctx;

	/* Before the figures, and each call once. */
	assert_int_equal(t->asked, 0);
	assert_int_not_equal(c->id, t->last);
	t->last = c->id;
	t->taken++;
}

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

static struct figures_spread spread(uint64_t n, int64_t ms)
{
	return (struct figures_spread){ n,           ms * MS, ms * MS,
					3 * ms * MS, ms * MS, 2 * ms * MS,
					3 * ms * MS };
}

static void name_delays(struct figures *f)
{
	static const char *const keys[FIGURES_DELAYS] = {
		"trying",  "pdd",      "to_180",      "to_181",
		"to_182",  "to_183",   "to_199",      "setup",
		"failure", "ring",     "early_media", "first_rtp",
		"talk",    "teardown", "prack",       "update",
	};
	static const char *const answers[FIGURES_ANSWERS] = {
		"100", "180", "181", "182", "183", "199",
		"2xx", "3xx", "4xx", "5xx", "6xx", "none",
	};

	for (unsigned i = 0; i < FIGURES_DELAYS; i++) {
		f->delays[i].key = keys[i];
		f->delays[i].title = keys[i];
	}
	for (unsigned i = 0; i < FIGURES_ANSWERS; i++)
		f->answers[i].name = answers[i];
}

/* Two peers, a hostile agent, and others. */
static struct teller *new_teller(void)
{
	struct teller *t = calloc(1, sizeof(*t));
	struct figures *f;

	assert_non_null(t);
	f = &t->figures;
	name_delays(f);
	f->calls = 12;
	f->invites = 10;
	f->answered = 7;
	f->failed = 3;
	f->begin_ns = MADE_START_NS;
	f->end_ns = MADE_START_NS + 2 * CLOCK_SECOND_NS;
	f->error_percent = 0.8;
	f->metrics.ser = (struct figures_ratio){ 7, 10 };
	f->metrics.sdd_unanswered = 4;
	f->metrics.srd_ok = spread(7, 100);
	f->delays[FIGURES_PDD].spread = spread(9, 5);
	f->delays[FIGURES_PDD].histogram = (struct figures_histogram){
		.bin_count = 2,
		.bounds_ns = { 4 * MS, 8 * MS, 16 * MS },
		.counts = { 6, 3 },
	};
	f->answers[FIGURES_GOT_2XX].calls = 7;
	f->by_peer.count = 2;
	f->by_peer.rows[0] = (struct figures_row){
		.name = "2001:db8::1",
		.filter = "method == INVITE and peer == 2001:db8::1",
		.members = 1,
		.calls = 8,
		.failed = 2,
		.ser = { 6, 8 },
		.pdd = spread(8, 5),
		.worst_code = 503,
		.worst_calls = 2,
	};
	f->by_peer.rows[1] = (struct figures_row){
		.members = 40,
		.members_or_more = true,
		.calls = 2,
	};
	f->by_agent.count = 1;
	f->by_agent.rows[0] = (struct figures_row){
		.name = "\x1b[2J\"\xff",
		.members = 1,
		.calls = 10,
	};
	f->by_time = (struct figures_series){
		.begin_ns = MADE_START_NS,
		.bin_ns = CLOCK_SECOND_NS,
		.bin_count = 2,
		.bins = { { .calls = 5, .pdd_n = 1, .pdd_p95_ns = 7 * MS },
			  { .calls = 7 } },
	};
	return t;
}

static const struct made_step answered[] = { ANSWERED_CALL };

static char *report_of(const char *format, const struct catalogue *words,
		       struct teller *t, const struct query *filter)
{
	struct store *s = made_store(answered, MADE_COUNT(answered));
	struct counters n = { .packets = 0 };
	struct report_input in = { .view = store_view(s),
				   .counters = &n,
				   .words = words,
				   .filter = filter,
				   .figures = t != NULL ? tell : NULL,
				   .figures_take = t != NULL ? take : NULL,
				   .figures_ctx = t,
				   .columns = 80 };
	size_t len;
	char *text = made_report(format, &in, &len);

	assert_non_null(text);
	store_free(s);
	return text;
}

static json_t *json_of(const struct catalogue *words, struct teller *t)
{
	char *text = report_of("json", words, t, NULL);
	json_t *root = json_loads(text, 0, NULL);

	assert_non_null(root);
	free(text);
	return root;
}

static void is_number(json_t *object, const char *key, double value)
{
	json_t *member = json_object_get(object, key);

	assert_true(json_is_number(member));
	assert_true(json_number_value(member) == value);
}

/* ---- JSON */

static void without_a_teller_statistics_are_null(void **state)
{
	struct catalogue **both = *state;
	json_t *root = json_of(both[0], NULL);

	assert_true(json_is_null(json_object_get(root, "statistics")));
	assert_int_equal(json_object_size(json_object_get(root, "metrics")), 0);
	json_decref(root);
}

static void without_memory_statistics_are_null(void **state)
{
	struct catalogue **both = *state;
	struct teller *t = new_teller();
	json_t *root;

	t->fails = true;
	root = json_of(both[0], t);
	assert_true(json_is_null(json_object_get(root, "statistics")));
	json_decref(root);
	free(t);
}

static void metrics_are_those_of_the_figures(void **state)
{
	static const char *const keys[] = {
		"rrd_ms",      "ira_percent", "srd_ok_ms",   "srd_failed_ms",
		"sdd_ms",      "sdt_ms",      "ser_percent", "seer_percent",
		"isa_percent", "scr_percent",
	};
	struct catalogue **both = *state;
	struct teller *t = new_teller();
	json_t *root = json_of(both[0], t);
	json_t *m = json_object_get(root, "metrics");

	assert_int_equal(t->asked, 1);
	assert_int_equal(json_object_size(m), 10);
	for (size_t i = 0; i < 10; i++)
		assert_true(json_is_object(json_object_get(m, keys[i])));
	is_number(json_object_get(m, "ser_percent"), "n", 10);
	is_number(json_object_get(m, "ser_percent"), "value", 70);
	is_number(json_object_get(m, "srd_ok_ms"), "p95", 200);
	assert_true(json_is_null(
		json_object_get(json_object_get(m, "seer_percent"), "value")));
	assert_true(json_is_null(
		json_object_get(json_object_get(m, "rrd_ms"), "mean")));
	json_decref(root);
	free(t);
}

static void statistics_hold_what_was_told(void **state)
{
	struct catalogue **both = *state;
	struct teller *t = new_teller();
	json_t *root = json_of(both[0], t);
	json_t *s = json_object_get(root, "statistics");
	json_t *delays = json_object_get(s, "delays");
	json_t *pdd = json_object_get(delays, "pdd_ms");
	json_t *peers = json_object_get(s, "by_peer");
	json_t *bins = json_object_get(json_object_get(s, "by_time"), "bins");

	is_number(s, "calls", 12);
	is_number(s, "bye_unanswered", 4);
	assert_int_equal(json_object_size(delays), FIGURES_DELAYS);
	is_number(pdd, "mean", 5);
	assert_int_equal(
		json_array_size(json_object_get(
			json_object_get(pdd, "histogram"), "bounds_ms")),
		3);
	assert_true(json_is_null(
		json_object_get(json_object_get(delays, "setup_ms"), "mean")));
	assert_int_equal(json_array_size(peers), 2);
	is_number(json_array_get(peers, 0), "worst_code", 503);
	assert_true(json_is_null(
		json_object_get(json_array_get(peers, 1), "name")));
	assert_true(json_is_null(
		json_object_get(json_array_get(peers, 1), "filter")));
	assert_true(json_is_null(
		json_object_get(json_array_get(peers, 1), "worst_code")));
	assert_int_equal(json_array_size(bins), 2);
	is_number(json_array_get(bins, 0), "pdd_p95_ms", 7);
	assert_true(json_is_null(
		json_object_get(json_array_get(bins, 1), "pdd_p95_ms")));
	assert_true(json_is_null(
		json_object_get(json_object_get(s, "last_hour"), "start")));
	json_decref(root);
	free(t);
}

static void each_printed_call_is_handed_out(void **state)
{
	static const char *const formats[] = { "json", "text" };
	struct catalogue **both = *state;
	struct problem problem;
	struct query *none = NULL;

	assert_int_equal(query_parse(&none, SLICE("messages > 99"), NULL, NULL,
				     &problem),
			 ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		struct teller *t = new_teller();

		free(report_of(formats[i], both[0], t, NULL));
		assert_int_equal(t->taken, 1);
		t->taken = t->asked = 0;
		free(report_of(formats[i], both[0], t, none));
		assert_int_equal(t->taken, 0);
		assert_int_equal(t->asked, 1);
		free(t);
	}
	query_free(none);
}

/* ---- text */

static const char *section_of(const char *text, const char *title)
{
	const char *at = strstr(text, title);

	if (at == NULL)
		fail_msg("no %s in\n%s", title, text);
	return at;
}

static void the_section_tells_the_figures(void **state)
{
	struct catalogue **both = *state;
	struct teller *t = new_teller();
	char *text = report_of("text", both[0], t, NULL);
	const char *at = section_of(text, "\nStatistics\n");

	assert_non_null(strstr(at, "RFC 6076        SER 70.0 %, SEER -, "));
	assert_non_null(strstr(at, "never answered 4\n"));
	assert_non_null(strstr(at, "SRD (answered)           7      100      "
				   "100      100      200      300      300"));
	assert_non_null(strstr(at, "pdd                      9      5.0      "
				   "5.0      5.0       10       15       15"));
	/* What was not measured has no line. */
	assert_null(strstr(at, "setup"));
	assert_non_null(strstr(at, "2001:db8::1 "));
	assert_non_null(strstr(at, "    75.0     5.0      10  503\n"));
	assert_non_null(strstr(at, "all others (40+) "));
	assert_null(strchr(at, '\x1b'));
	assert_non_null(strstr(at, "\\x1b[2J\""));
	free(text);
	free(t);
}

static void the_section_fits_into_80_columns(void **state)
{
	struct catalogue **both = *state;

	for (unsigned i = 0; i < LANGUAGES; i++) {
		struct teller *t = new_teller();
		char *text;
		struct slice rest;

		memset(t->figures.by_agent.rows[0].name, 'x',
		       FIGURES_NAME_BYTES - 1);
		text = report_of("text", both[i], t, NULL);
		rest = slice_of(section_of(text, "RFC 6076"));
		while (rest.len > 0) {
			struct slice line = slice_split(rest, '\n', &rest);

			/* The ladders behind it are measured elsewhere. */
			if (line.len == 0 && rest.len > 0 &&
			    rest.ptr[0] != ' ' &&
			    slice_search(rest, SLICE("PDD p50"), false) ==
				    rest.len)
				break;
			if (utf8_shown_cells(line) > 80)
				fail_msg("%.*s", SLICE_ARG(line));
		}
		free(text);
		free(t);
	}
}

static void where_nothing_was_measured_is_no_section(void **state)
{
	struct catalogue **both = *state;
	struct teller *t = new_teller();
	char *text;

	t->figures.invites = 0;
	text = report_of("text", both[0], t, NULL);
	assert_null(strstr(text, "\nStatistics\n"));
	free(text);
	text = report_of("text", both[0], NULL, NULL);
	assert_null(strstr(text, "\nStatistics\n"));
	free(text);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_teller_statistics_are_null),
		cmocka_unit_test(without_memory_statistics_are_null),
		cmocka_unit_test(metrics_are_those_of_the_figures),
		cmocka_unit_test(statistics_hold_what_was_told),
		cmocka_unit_test(each_printed_call_is_handed_out),
		cmocka_unit_test(the_section_tells_the_figures),
		cmocka_unit_test(the_section_fits_into_80_columns),
		cmocka_unit_test(where_nothing_was_measured_is_no_section),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
