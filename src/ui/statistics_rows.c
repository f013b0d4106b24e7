#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "statistics.h"

#define COUNT(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

#define LINE_BYTES    512
#define NAME_LEAST    15 /* of an IPv4 address */
#define SECONDS_LEAST 1  /* rates of less mean nothing */
#define NAME_OTHERS   20 /* "all others (4 096+)" */
#define NAME_MOST     44

static const char *tr(const struct statistics_page *p, const char *english)
{
	return statistics_tr(p->s, english);
}

/* No wider than the longest name, so that numbers stand near them. */
static int cells_of(struct slice name, int most)
{
	int cells = (int)utf8_shown_cells(name);

	if (cells > NAME_MOST)
		cells = NAME_MOST;
	return cells > most ? cells : most;
}

/* Names that begin alike, as those of IPv6 do, go before the last columns. */
static int least_of(const struct statistics_page *p, int names)
{
	int half = p->width / 2 > NAME_LEAST ? p->width / 2 : NAME_LEAST;

	return names < half ? names : half;
}

static void say_none(struct statistics_page *p, unsigned count,
		     const char *english)
{
	if (count == 0)
		statistics_note(p, STYLE_DIM, tr(p, english));
}

/* ---- findings */

/* The worst first, of equal ones the most frequent. */
static void sort_findings(const struct figures *f,
			  unsigned order[FIGURES_FINDINGS])
{
	for (unsigned i = 0; i < f->finding_count; i++) {
		unsigned at = i;

		for (; at > 0 && f->findings[order[at - 1]].severity <
					 f->findings[i].severity;
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

static enum style role_of(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_ERROR:
		return STYLE_PROBLEM;
	case FINDING_WARNING:
		return STYLE_FAILURE;
	case FINDING_NOTE:
		break;
	}
	return STYLE_TEXT;
}

static char mark_of(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_ERROR:
		return '!';
	case FINDING_WARNING:
		return 'w';
	case FINDING_NOTE:
		break;
	}
	return 'i';
}

static void finding_row(struct statistics_page *p,
			const struct statistics_table *t,
			const struct figures_finding *f)
{
	struct text_entry e;
	statistics_cell cells[2];
	struct statistics_line line = {
		.role = STYLE_TEXT,
		.head_role = role_of(f->severity),
		.mark = mark_of(f->severity),
		.name = slice_of(f->kind),
		.filter = f->filter,
		.subject = SUBJECT_FINDING,
	};

	if (catalogue_finding(p->s->ctx->words, slice_of(f->kind), &e))
		line.last = e.title;
	(void)statistics_number(f->calls, cells[0]);
	(void)statistics_percent(f->calls, p->s->figures->calls, cells[1]);
	statistics_table_row(p, t, &line, cells);
}

void statistics_findings_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = {
		{ "calls", 9 },
		{ "%", 9 },
	};
	const struct figures *f = p->s->figures;
	struct statistics_table t =
		statistics_table_of(p, columns, COUNT(columns), 22, 30);
	unsigned order[FIGURES_FINDINGS] = { 0 };
	unsigned shown = statistics_rows_shown(p, f->finding_count);

	if (!f->has_findings)
		return;
	statistics_heading(p, tr(p, "Findings (! error, w warning, i note)"));
	say_none(p, f->finding_count, "Nothing was found.");
	sort_findings(f, order);
	for (unsigned i = 0; i < shown; i++)
		finding_row(p, &t, &f->findings[order[i]]);
	statistics_more(p, f->finding_count);
}

/* ---- peers by failures */

/* "503 (12)" */
static char *worst_of(uint16_t code, uint64_t calls, statistics_cell out)
{
	statistics_cell number;

	if (code == 0)
		(void)snprintf(out, STATISTICS_CELL_BYTES, "-");
	else
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%u (%.24s)", code,
			       statistics_number(calls, number));
	return out;
}

static void fault_row(struct statistics_page *p,
		      const struct statistics_table *t,
		      const struct figures_fault *f)
{
	statistics_cell cells[4];
	const struct statistics_line line = {
		.mark = '!',
		.name = slice_of(f->name),
		.filter = f->filter,
		.subject = f->worst_code != 0 ? SUBJECT_CODE : SUBJECT_NOTHING,
		.code = f->worst_code,
	};

	(void)statistics_number(f->failed, cells[0]);
	(void)statistics_number(f->calls, cells[1]);
	(void)statistics_percent(f->failed, f->calls, cells[2]);
	(void)worst_of(f->worst_code, f->worst_calls, cells[3]);
	statistics_table_row(p, t, &line, cells);
}

void statistics_faults_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = {
		{ "failed", 9 },
		{ "calls", 9 },
		{ "%", 9 },
		{ "mostly", 14 },
	};
	const struct figures *f = p->s->figures;
	unsigned shown = statistics_rows_shown(p, f->fault_count);
	int names = NAME_LEAST;
	struct statistics_table t;

	for (unsigned i = 0; i < shown; i++)
		names = cells_of(slice_of(f->faults[i].name), names);
	t = statistics_table_of(p, columns, COUNT(columns), least_of(p, names),
				names);
	statistics_heading(p, tr(p, "Peers by failed calls"));
	say_none(p, f->fault_count, "No call failed.");
	if (f->fault_count > 0)
		statistics_table_head(p, &t, "", NULL);
	for (unsigned i = 0; i < shown; i++)
		fault_row(p, &t, &f->faults[i]);
	statistics_more(p, f->fault_count);
}

/* ---- by peer, trunk, agent */

/* "all others (12)" */
static void name_others(const struct statistics_page *p,
			const struct figures_row *r, char out[LINE_BYTES])
{
	statistics_cell number;

	(void)snprintf(out, LINE_BYTES, "%s (%s%s)", tr(p, "all others"),
		       statistics_number(r->members, number),
		       r->members_or_more ? "+" : "");
}

static void party_row(struct statistics_page *p,
		      const struct statistics_table *t,
		      const struct figures_row *r)
{
	char others[LINE_BYTES];
	statistics_cell cells[5];
	struct statistics_line line = {
		.name = slice_of(r->name),
		.filter = r->filter,
		.subject = r->worst_code != 0 ? SUBJECT_CODE : SUBJECT_NOTHING,
		.code = r->worst_code,
	};

	if (r->name[0] == '\0') {
		name_others(p, r, others);
		line.name = slice_of(others);
		line.head_role = STYLE_DIM;
	}
	(void)statistics_number(r->calls, cells[0]);
	(void)statistics_percent(r->ser.part, r->ser.whole, cells[1]);
	if (r->pdd.n > 0)
		(void)statistics_time(r->pdd.p95_ns, cells[2]);
	else
		(void)snprintf(cells[2], sizeof(cells[2]), "-");
	(void)worst_of(r->worst_code, r->worst_calls, cells[3]);
	(void)statistics_number(r->no_answer, cells[4]);
	statistics_table_row(p, t, &line, cells);
}

/* The row of the others is told even where not all rows are shown. */
static void party_box(struct statistics_page *p, const char *title,
		      const struct figures_table *table)
{
	static const struct statistics_column columns[] = {
		{ "calls", 9 },   { "SER", 9 },        { "PDD p95", 10 },
		{ "mostly", 14 }, { "no answer", 11 },
	};
	unsigned count = table->count;
	unsigned shown = statistics_rows_shown(p, count);
	int names = NAME_OTHERS;
	struct statistics_table t;

	if (count == 0)
		return;
	for (unsigned i = 0; i < shown; i++)
		names = cells_of(slice_of(table->rows[i].name), names);
	t = statistics_table_of(p, columns, COUNT(columns), least_of(p, names),
				names);
	statistics_heading(p, tr(p, title));
	statistics_table_head(p, &t, "", NULL);
	for (unsigned i = 0; i < shown; i++)
		party_row(p, &t, &table->rows[i]);
	statistics_more(p, count);
	if (shown < count && table->rows[count - 1].name[0] == '\0')
		party_row(p, &t, &table->rows[count - 1]);
}

static void say_row_error(struct statistics_page *p)
{
	char number[16];
	const char *values[] = { number };
	char text[LINE_BYTES];

	(void)snprintf(number, sizeof(number), "%.1f",
		       p->s->figures->row_error_percent);
	statistics_note(p, STYLE_DIM,
			phrase(text, sizeof(text),
			       tr(p, "PDD p95 is off by less than %1 % here."),
			       values, 1));
}

void statistics_peers_box(struct statistics_page *p)
{
	party_box(p, "By peer that answers", &p->s->figures->by_peer);
	if (p->s->figures->by_peer.count > 0)
		say_row_error(p);
}

void statistics_trunks_box(struct statistics_page *p)
{
	party_box(p, "By trunk (first hop)", &p->s->figures->by_trunk);
}

void statistics_agents_box(struct statistics_page *p)
{
	party_box(p, "By user agent of the caller", &p->s->figures->by_agent);
}

/* ---- methods and codes, of all messages */

/* Seconds that all messages took, 0 where that is not known: what was
 * forgotten was counted too. */
static double seconds_of(const struct statistics_screen *s)
{
	const struct figures *f = s->figures;
	double seconds = ((double)f->end_ns - (double)f->begin_ns) /
			 (double)CLOCK_SECOND_NS;

	if (f->window_ns != 0 || !s->has_all || seconds < SECONDS_LEAST ||
	    view_totals(s->ctx->view)->forgotten_calls > 0)
		return 0;
	return seconds;
}

static void rate_of(uint64_t n, double seconds, statistics_cell out)
{
	double rate = seconds > 0 ? (double)n / seconds : 0;

	if (!(seconds > 0))
		(void)snprintf(out, STATISTICS_CELL_BYTES, "-");
	else if (rate >= 1000)
		(void)statistics_number((uint64_t)(rate + 0.5), out);
	else
		(void)snprintf(out, STATISTICS_CELL_BYTES, "%.*f",
			       rate < 9.995 ? 2 : 1, rate);
}

void statistics_methods_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = {
		{ "requests", 11 },
		{ "%", 8 },
		{ "per s", 8 },
		{ "calls", 10 },
	};
	const struct figures *f = p->s->figures;
	struct statistics_table t =
		statistics_table_of(p, columns, COUNT(columns), 10, 22);
	double seconds = seconds_of(p->s);
	unsigned shown = statistics_rows_shown(p, f->method_count);

	if (f->method_count == 0)
		return;
	statistics_heading(p, tr(p, "Requests by method"));
	statistics_table_head(p, &t, "", NULL);
	for (unsigned i = 0; i < shown; i++) {
		const struct figures_method *m = &f->methods[i];
		statistics_cell cells[COUNT(columns)];
		const struct statistics_line line = {
			.role = STYLE_REQUEST,
			.name = slice_of(m->name),
			.filter = m->calls > 0 ? m->filter : NULL,
			.subject = SUBJECT_WORD,
			.share = (double)m->requests /
				 (double)f->methods[0].requests,
		};

		(void)statistics_number(m->requests, cells[0]);
		(void)statistics_percent(m->requests, f->all_requests,
					 cells[1]);
		rate_of(m->requests, seconds, cells[2]);
		(void)statistics_number(m->calls, cells[3]);
		statistics_table_row(p, &t, &line, cells);
	}
	statistics_more(p, f->method_count);
}

static void code_row(struct statistics_page *p,
		     const struct statistics_table *t,
		     const struct figures_code *c, double share, double seconds)
{
	struct code_entry e;
	bool is_known = catalogue_code(p->s->ctx->words, c->code, &e);
	char name[LINE_BYTES];
	char filter[STATISTICS_FILTER_BYTES];
	statistics_cell cells[4];
	const struct statistics_line line = {
		.role = style_of_code(c->code),
		.name = SLICE_NONE,
		.filter = filter,
		.subject = SUBJECT_CODE,
		.code = c->code,
		.share = share,
	};
	struct statistics_line named = line;

	(void)snprintf(name, sizeof(name), "%u %.*s", c->code,
		       is_known ? (int)e.phrase.len : 0,
		       is_known && e.phrase.len > 0 ? e.phrase.ptr : "");
	named.name = slice_trim(slice_of(name));
	/* A code that ended no call was seen in calls all the same. */
	if (c->calls > 0)
		(void)snprintf(filter, sizeof(filter), "%s", c->filter);
	else
		(void)snprintf(filter, sizeof(filter), "code == %u", c->code);
	(void)statistics_number(c->responses, cells[0]);
	(void)statistics_percent(c->responses, p->s->figures->all_responses,
				 cells[1]);
	rate_of(c->responses, seconds, cells[2]);
	if (c->calls > 0)
		(void)statistics_number(c->calls, cells[3]);
	else
		(void)snprintf(cells[3], sizeof(cells[3]), "-");
	statistics_table_row(p, t, &named, cells);
}

void statistics_codes_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = {
		{ "responses", 11 },
		{ "%", 8 },
		{ "per s", 8 },
		{ "ended", 10 },
	};
	const struct figures *f = p->s->figures;
	struct statistics_table t =
		statistics_table_of(p, columns, COUNT(columns), 14, 30);
	double seconds = seconds_of(p->s);
	uint64_t most = 1;
	unsigned shown = statistics_rows_shown(p, f->code_count);

	if (f->code_count == 0)
		return;
	for (unsigned i = 0; i < f->code_count; i++)
		if (f->codes[i].responses > most)
			most = f->codes[i].responses;
	statistics_heading(p,
			   tr(p, "Responses by code; calls that they ended"));
	statistics_table_head(p, &t, "", NULL);
	for (unsigned i = 0; i < shown; i++)
		code_row(p, &t, &f->codes[i],
			 (double)f->codes[i].responses / (double)most, seconds);
	statistics_more(p, f->code_count);
}
