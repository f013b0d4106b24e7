#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "pipeline.h"
#include "privilege.h"
#include "sipmon/analyse/diagnosis.h"
#include "sipmon/analyse/metrics.h"
#include "sipmon/analyse/signing.h"
#include "sipmon/analyse/statistics.h"
#include "sipmon/analyse/timers.h"
#include "sipmon/base/loop.h"

/* Signals are looked at this often while a file is read. */
#define SLICE_NS INT64_C(50000000)
/* A download that nobody answers ends by itself; it is looked after. */
#define SETTLE_NS INT64_C(100000000)

struct report {
	struct pipeline *pipeline;
	struct query *filter;
	struct diagnosis diagnosis;
	struct statistics *statistics; /* NULL before the first call */
};

/* Reads to the end, or until a signal ends a capture; false if a file was
 * given up for one. */
static bool read_all(struct report *r)
{
	for (;;) {
		enum err e = pipeline_run(r->pipeline, SLICE_NS);
		int fd = pipeline_fd(r->pipeline);
		int64_t wait = e == ERR_AGAIN && fd >= 0 ? -1 : 0;

		if (e == ERR_END)
			return true;
		loop_wait(&fd, NULL, 1, wait);
		if (loop_happened(LOOP_END))
			return pipeline_is_live(r->pipeline);
	}
}

/* Until every signature is judged; a signal ends it.  What was not judged by
 * then is judged where it is printed. */
static void settle(struct report *r)
{
	struct judging *j = pipeline_judging(r->pipeline);
	int fds[JUDGING_FDS];

	for (judging_work(j); judging_is_busy(j); judging_work(j)) {
		judging_fds(j, fds);
		loop_wait(fds, NULL, JUDGING_FDS, SETTLE_NS);
		if (loop_happened(LOOP_END))
			return;
	}
}

static bool signing_of(void *ctx, struct signing_figures *out)
{
	const struct report *r = ctx;

	return signing_of_calls(pipeline_view(r->pipeline), r->filter, out);
}

/* Findings are counted where they are printed: the rules run once. */
static bool figures_of(void *ctx, struct figures *out)
{
	const struct report *r = ctx;
	const struct statistics_options o = { .filter = r->filter };

	if (r->statistics != NULL)
		return statistics_read(r->statistics,
				       pipeline_view(r->pipeline), out);
	return statistics_of_calls(pipeline_view(r->pipeline), &o, out);
}

static void take_call(void *ctx, const struct call *c)
{
	const struct statistics_options o = { .filter = NULL };
	struct report *r = ctx;

	if (r->statistics != NULL || !statistics_new(&r->statistics, &o))
		statistics_take(r->statistics, pipeline_view(r->pipeline), c);
}

static void write_metrics(void *ctx, struct json *j)
{
	struct report *r = ctx;
	const struct view *v = pipeline_view(r->pipeline);
	struct metrics *m;

	if (metrics_new(&m))
		return;
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		if (r->filter == NULL || query_matches(r->filter, v, c))
			metrics_add(m, v, c);
	metrics_write_json(m, j);
	metrics_free(m);
}

static bool is_listed(const char *kinds, const char *kind)
{
	struct slice rest = slice_of(kinds);

	while (slice_is_set(rest)) {
		struct slice one = slice_split(rest, ',', &rest);

		if (slice_eq(one, SLICE("any")) ||
		    slice_eq(one, slice_of(kind)))
			return true;
	}
	return false;
}

/* Of the capture as a whole. */
static bool capture_has_failed(const struct report *r, const char *kinds)
{
	const struct counters *n = pipeline_counters(r->pipeline);

	for (unsigned i = 0; i < UNDECODED_REASONS; i++) {
		const char *kind = undecoded_finding((enum undecoded)i);

		if (kind != NULL && n->undecoded[i] > 0 &&
		    is_listed(kinds, kind))
			return true;
	}
	return false;
}

/* Is one of the kinds of --fail-on found? */
static bool has_failed(struct report *r, const char *kinds)
{
	const struct view *v = pipeline_view(r->pipeline);
	struct finding found[FINDING_ROOM];

	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c)) {
		unsigned n;

		if (r->filter != NULL && !query_matches(r->filter, v, c))
			continue;
		n = diagnosis_findings(&r->diagnosis, v, c, found,
				       FINDING_ROOM);
		for (unsigned i = 0; i < n; i++)
			if (is_listed(kinds, found[i].kind))
				return true;
	}
	return capture_has_failed(r, kinds);
}

static int check_kinds(const struct program *p)
{
	struct slice rest = slice_of(p->options.fail_on);

	while (slice_is_set(rest)) {
		struct slice kind = slice_split(rest, ',', &rest);
		struct text_entry entry;

		if (!slice_eq(kind, SLICE("any")) &&
		    !catalogue_finding(p->words, kind, &entry))
			return complain_use(
				"--fail-on: there is no finding '%.*s'",
				SLICE_ARG(kind));
	}
	return EXIT_DONE;
}

static int print(struct program *p, struct report *r)
{
	const struct options *o = &p->options;
	const struct report_format *format =
		report_format_find(o->format != NULL ? o->format : "text");
	struct report_input in = {
		.view = pipeline_view(r->pipeline),
		.counters = pipeline_counters(r->pipeline),
		.words = p->words,
		.filter = r->filter,
		.find = diagnosis_findings,
		.find_ctx = &r->diagnosis,
		.metrics = write_metrics,
		.metrics_ctx = r,
		.identity = judging_reader(pipeline_judging(r->pipeline)),
		.signing = signing_of,
		.signing_ctx = r,
		.figures = figures_of,
		.figures_take = take_call,
		.figures_ctx = r,
		.audit = timers_audit,
		.columns = output_columns(),
		.terminal = isatty(STDOUT_FILENO) != 0,
	};

	errno = 0;
	if (format->write(&in, stdout) || fflush(stdout) != 0) {
		if (errno == EPIPE)
			return EXIT_DONE;
		complain("cannot write the report: %s",
			 errno != 0 ? strerror(errno) : "out of memory");
		return EXIT_COULD_NOT;
	}
	return o->fail_on != NULL && has_failed(r, o->fail_on) ? EXIT_FOUND
							       : EXIT_DONE;
}

static int run(struct program *p, struct report *r)
{
	struct problem problem = { "" };
	const char *trouble;

	if (pipeline_open(&r->pipeline, &p->options, 0, &problem)) {
		complain("%s", problem.text);
		return EXIT_COULD_NOT;
	}
	if (privilege_drop(pipeline_is_live(r->pipeline), &problem) ||
	    loop_take_signals(&problem)) {
		complain("%s", problem.text);
		return EXIT_COULD_NOT;
	}
	if (!read_all(r)) {
		complain("interrupted");
		return EXIT_COULD_NOT;
	}
	pipeline_finish(r->pipeline);
	settle(r);
	loop_give_signals_back();
	r->diagnosis.no_trust =
		!judging_has_trust(pipeline_judging(r->pipeline));
	r->diagnosis.dropped = pipeline_counters(r->pipeline)->dropped;
	while ((trouble = pipeline_trouble(r->pipeline)) != NULL)
		complain("%s", trouble);
	return print(p, r);
}

int cmd_report(struct program *p)
{
	struct report r = { .diagnosis = { p->options.limits } };
	struct problem problem = { "" };
	int status;

	if (p->options.source_count == 0)
		return complain_use("report needs -r FILE, -i NAME or -L PORT");
	if (p->options.fail_on != NULL) {
		status = check_kinds(p);
		if (status != EXIT_DONE)
			return status;
	}
	if (p->options.filter != NULL &&
	    query_parse(&r.filter, slice_of(p->options.filter),
			diagnosis_findings, &r.diagnosis, &problem))
		return complain_use("--filter: %s", problem.text);
	status = run(p, &r);
	statistics_free(r.statistics);
	query_free(r.filter);
	pipeline_free(r.pipeline);
	return status;
}
