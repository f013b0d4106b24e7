#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "statistics.h"

#define COUNT(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

#define LINE_BYTES     512
#define HISTOGRAM_ROWS 12

struct box {
	void (*fill)(struct statistics_page *p);
	unsigned pane; /* where there are two */
};

static const char *tr(const struct statistics_page *p, const char *english)
{
	return statistics_tr(p->s, english);
}

/* ---- answers to INVITE */

/* "180 Ringing", "2xx", "none" */
static void name_answer(const struct statistics_page *p,
			const struct figures_answer *a, uint16_t code,
			char out[LINE_BYTES])
{
	struct code_entry e;

	if (code != 0 && catalogue_code(p->s->ctx->words, code, &e) &&
	    e.phrase.len > 0)
		(void)snprintf(out, LINE_BYTES, "%s %.*s", a->name,
			       SLICE_ARG(e.phrase));
	else
		(void)snprintf(out, LINE_BYTES, "%s", tr(p, a->name));
}

static void answers_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = {
		{ "calls", 10 },
		{ "%", 9 },
	};
	static const struct {
		uint16_t code; /* that explains it, or 0 */
		enum style role;
	} rows[FIGURES_ANSWERS] = {
		[FIGURES_GOT_100] = { 100, STYLE_PROVISIONAL },
		[FIGURES_GOT_180] = { 180, STYLE_PROVISIONAL },
		[FIGURES_GOT_181] = { 181, STYLE_PROVISIONAL },
		[FIGURES_GOT_182] = { 182, STYLE_PROVISIONAL },
		[FIGURES_GOT_183] = { 183, STYLE_PROVISIONAL },
		[FIGURES_GOT_199] = { 199, STYLE_PROVISIONAL },
		[FIGURES_GOT_2XX] = { 0, STYLE_SUCCESS },
		[FIGURES_GOT_3XX] = { 0, STYLE_REDIRECT },
		[FIGURES_GOT_4XX] = { 0, STYLE_FAILURE },
		[FIGURES_GOT_5XX] = { 0, STYLE_FATAL },
		[FIGURES_GOT_6XX] = { 0, STYLE_FATAL },
		[FIGURES_GOT_NONE] = { 0, STYLE_PROBLEM },
	};
	const struct figures *f = p->s->figures;
	struct statistics_table t =
		statistics_table_of(p, columns, COUNT(columns), 12, 22);

	statistics_heading(p, tr(p, "Answers to INVITE"));
	for (unsigned i = 0; i < FIGURES_ANSWERS; i++) {
		const struct figures_answer *a = &f->answers[i];
		char name[LINE_BYTES];
		statistics_cell cells[COUNT(columns)];
		struct statistics_line line = {
			.role = rows[i].role,
			.filter = a->calls > 0 ? a->filter : NULL,
			.subject = rows[i].code != 0 ? SUBJECT_CODE
						     : SUBJECT_NOTHING,
			.code = rows[i].code,
		};

		name_answer(p, a, rows[i].code, name);
		line.name = slice_of(name);
		if (f->invites > 0)
			line.share = (double)a->calls / (double)f->invites;
		(void)statistics_number(a->calls, cells[0]);
		(void)statistics_percent(a->calls, f->invites, cells[1]);
		statistics_table_row(p, &t, &line, cells);
	}
}

/* ---- delays */

/* clang-format off */
static const struct {
	bool always; /* shown even if there was none */
	const char *sentence;
} delays[FIGURES_DELAYS] = {
	[FIGURES_TRYING]      = { true,  "Trying: from INVITE to the first 100" },
	[FIGURES_PDD]         = { true,  "PDD: from INVITE to the first 18x, else to the final response" },
	[FIGURES_TO_180]      = { false, "To 180: from INVITE to the first 180 (ringing)" },
	[FIGURES_TO_181]      = { false, "To 181: from INVITE to the first 181 (forwarded)" },
	[FIGURES_TO_182]      = { false, "To 182: from INVITE to the first 182 (queued)" },
	[FIGURES_TO_183]      = { false, "To 183: from INVITE to the first 183 (progress)" },
	[FIGURES_TO_199]      = { false, "To 199: from INVITE to the first 199 (a branch ended)" },
	[FIGURES_SETUP]       = { true,  "Setup: from INVITE to its 2xx" },
	[FIGURES_FAILURE]     = { true,  "Failure: from INVITE to its refusal" },
	[FIGURES_RING]        = { true,  "Ring: from the first 18x to the final response" },
	[FIGURES_EARLY_MEDIA] = { false, "Early media: from the first 18x with SDP to the final response" },
	[FIGURES_FIRST_RTP]   = { false, "First RTP: from the SDP answer to the first RTP" },
	[FIGURES_TALK]        = { true,  "Talk: from the 2xx to BYE" },
	[FIGURES_TEARDOWN]    = { true,  "Teardown: from BYE to its answer" },
	[FIGURES_PRACK]       = { false, "PRACK: the slowest PRACK to its answer" },
	[FIGURES_UPDATE]      = { false, "UPDATE: the slowest UPDATE to its answer" },
};
/* clang-format on */

static const struct statistics_column spread_columns[] = {
	{ "n", 9 }, { "p50", 9 }, { "p95", 9 }, { "p99", 9 }, { "max", 9 },
};

#define SPREAD_COLUMNS 5

static void spread_cells(const struct figures_spread *s, const int64_t *times,
			 statistics_cell cells[SPREAD_COLUMNS])
{
	(void)statistics_number(s->n, cells[0]);
	for (unsigned i = 1; i < SPREAD_COLUMNS; i++) {
		if (s->n > 0)
			(void)statistics_time(times[i - 1], cells[i]);
		else
			(void)snprintf(cells[i], STATISTICS_CELL_BYTES, "-");
	}
}

static void say_error(struct statistics_page *p, const char *english,
		      double percent)
{
	char number[16];
	const char *values[] = { number };
	char text[LINE_BYTES];

	(void)snprintf(number, sizeof(number), "%.1f", percent);
	statistics_note(p, STYLE_DIM,
			phrase(text, sizeof(text), tr(p, english), values, 1));
}

static void delay_row(struct statistics_page *p,
		      const struct statistics_table *t, unsigned i)
{
	const struct figures_delay *d = &p->s->figures->delays[i];
	const struct figures_spread *s = &d->spread;
	const int64_t times[] = { s->p50_ns, s->p95_ns, s->p99_ns, s->max_ns };
	statistics_cell cells[SPREAD_COLUMNS];
	char filter[STATISTICS_FILTER_BYTES] = "";
	struct statistics_line line = {
		.head_role = s->n > 0 ? STYLE_TEXT : STYLE_DIM,
		.name = slice_of(tr(p, d->title)),
		.filter = filter,
		.subject = SUBJECT_SENTENCE,
		.delay = (uint16_t)(i + 1),
		.sentence = delays[i].sentence,
	};

	if (s->n > 0 && d->field != NULL)
		(void)snprintf(filter, sizeof(filter),
			       "method == INVITE and %s >= 0", d->field);
	spread_cells(s, times, cells);
	statistics_table_row(p, t, &line, cells);
}

static void delays_box(struct statistics_page *p)
{
	const struct figures *f = p->s->figures;
	struct statistics_table t =
		statistics_table_of(p, spread_columns, SPREAD_COLUMNS, 9, 16);

	statistics_heading(p, tr(p, "Delays of INVITE, first hop"));
	statistics_table_head(p, &t, "", NULL);
	for (unsigned i = 0; i < FIGURES_DELAYS; i++)
		if (delays[i].always || f->delays[i].spread.n > 0)
			delay_row(p, &t, i);
	say_error(p, "p50, p95 and p99 are off by less than %1 %.",
		  f->error_percent);
}

/* ---- how one delay is spread */

/* "0.25", seconds as a filter takes them */
static char *filter_seconds(int64_t ns, char out[LINE_BYTES])
{
	size_t len;

	(void)snprintf(out, LINE_BYTES, "%lld.%09lld",
		       (long long)(ns / CLOCK_SECOND_NS),
		       (long long)(ns % CLOCK_SECOND_NS));
	len = strlen(out);
	while (len > 0 && out[len - 1] == '0')
		len--;
	if (len > 0 && out[len - 1] == '.')
		len--;
	out[len] = '\0';
	return out;
}

struct part {
	int64_t from_ns;
	int64_t to_ns;
	bool is_last; /* the end belongs to it */
	uint64_t calls;
};

static void part_row(struct statistics_page *p,
		     const struct statistics_table *t,
		     const struct figures_delay *d, const struct part *part,
		     uint64_t most)
{
	char from[LINE_BYTES];
	char to[LINE_BYTES];
	char name[3 * STATISTICS_CELL_BYTES];
	char filter[STATISTICS_FILTER_BYTES] = "";
	statistics_cell cells[1];
	struct statistics_line line = {
		.role = STYLE_PROVISIONAL,
		.filter = filter,
		.share = most > 0 ? (double)part->calls / (double)most : 0,
	};
	statistics_cell low;
	statistics_cell high;

	(void)snprintf(name, sizeof(name), "%s .. %s",
		       statistics_time(part->from_ns, low),
		       statistics_time(part->to_ns, high));
	line.name = slice_of(name);
	if (d->field != NULL && part->calls > 0)
		(void)snprintf(filter, sizeof(filter),
			       "method == INVITE and %s >= %.30s and %s %s "
			       "%.30s",
			       d->field, filter_seconds(part->from_ns, from),
			       d->field, part->is_last ? "<=" : "<",
			       filter_seconds(part->to_ns, to));
	(void)statistics_number(part->calls, cells[0]);
	statistics_table_row(p, t, &line, cells);
}

/* Bins are put together until they fit. */
static unsigned parts_of(const struct figures_histogram *h,
			 struct part out[HISTOGRAM_ROWS], uint64_t *most)
{
	unsigned bins = h->bin_count < FIGURES_HISTOGRAM_BINS
				? h->bin_count
				: FIGURES_HISTOGRAM_BINS;
	unsigned each = (bins + HISTOGRAM_ROWS - 1) / HISTOGRAM_ROWS;
	unsigned count = 0;

	*most = 0;
	for (unsigned i = 0; i < bins; i++) {
		struct part *part = &out[i / each];

		if (i % each == 0) {
			*part = (struct part){ .from_ns = h->bounds_ns[i] };
			count++;
		}
		part->to_ns = h->bounds_ns[i + 1];
		part->is_last = i + 1 == bins;
		part->calls += h->counts[i];
		if (part->calls > *most)
			*most = part->calls;
	}
	return count;
}

static void histogram_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = { { "calls", 10 } };
	const struct figures_delay *d = &p->s->figures->delays[p->s->delay];
	struct statistics_table t = statistics_table_of(p, columns, 1, 14, 22);
	const char *values[] = { tr(p, d->title) };
	struct part parts[HISTOGRAM_ROWS];
	char text[LINE_BYTES];
	uint64_t most;
	unsigned count = parts_of(&d->histogram, parts, &most);

	statistics_heading(p, phrase(text, sizeof(text),
				     tr(p, "How %1 is spread"), values, 1));
	if (count == 0)
		statistics_note(p, STYLE_DIM, tr(p, "Nothing to measure."));
	for (unsigned i = 0; i < count; i++)
		part_row(p, &t, d, &parts[i], most);
}

/* ---- RFC 6076 */

static void ratio_row(struct statistics_page *p, const char *name,
		      const struct figures_ratio *r, const char *sentence)
{
	static const struct statistics_column columns[] = { { "", 10 } };
	struct statistics_table t = statistics_table_of(p, columns, 1, 9, 16);
	statistics_cell part;
	statistics_cell whole;
	const char *values[] = { statistics_number(r->part, part),
				 statistics_number(r->whole, whole) };
	char text[LINE_BYTES];
	statistics_cell cells[1];
	struct statistics_line line = {
		.role = STYLE_DIM,
		.name = slice_of(name),
		.subject = SUBJECT_SENTENCE,
		.sentence = sentence,
	};

	(void)statistics_percent(r->part, r->whole, cells[0]);
	if (r->whole > 0)
		line.last = slice_of(phrase(text, sizeof(text),
					    tr(p, "%1 of %2"), values, 2));
	statistics_table_row(p, &t, &line, cells);
}

static void ratio_rows(struct statistics_page *p,
		       const struct figures_metrics *m)
{
	ratio_row(p, "SER", &m->ser,
		  "SER: INVITEs answered with 200, of those not redirected");
	ratio_row(p, "SEER", &m->seer,
		  "SEER: INVITEs that got 200, 480, 486, 600 or 603");
	ratio_row(p, "ISA", &m->isa,
		  "ISA: INVITEs that failed with 408, 500, 503 or 504");
	ratio_row(p, "SCR", &m->scr,
		  "SCR: INVITEs answered, and ended with an answered BYE");
	ratio_row(p, "IRA", &m->ira,
		  "IRA: REGISTERs that failed, but for 401, 402 and 407");
}

static void metric_row(struct statistics_page *p,
		       const struct statistics_table *t, const char *name,
		       const struct figures_spread *s, const char *sentence)
{
	const int64_t times[] = { s->mean_ns, s->p95_ns, s->p99_ns, s->max_ns };
	statistics_cell cells[SPREAD_COLUMNS];
	const struct statistics_line line = {
		.name = slice_of(tr(p, name)),
		.subject = SUBJECT_SENTENCE,
		.sentence = sentence,
	};

	spread_cells(s, times, cells);
	statistics_table_row(p, t, &line, cells);
}

static void bye_row(struct statistics_page *p, const char *name, uint64_t n)
{
	static const struct statistics_column columns[] = { { "n", 9 } };
	struct statistics_table t = statistics_table_of(p, columns, 1, 9, 16);
	statistics_cell cells[1];
	const struct statistics_line line = {
		.mark = '!',
		.name = slice_of(tr(p, name)),
		.subject = SUBJECT_SENTENCE,
		.sentence = "BYEs without a 2xx: SDD leaves them out",
	};

	(void)statistics_number(n, cells[0]);
	if (n > 0)
		statistics_table_row(p, &t, &line, cells);
}

static void metrics_box(struct statistics_page *p)
{
	static const struct statistics_column columns[] = {
		{ "n", 9 },   { "mean", 9 }, { "p95", 9 },
		{ "p99", 9 }, { "max", 9 },
	};
	const struct figures_metrics *m = &p->s->figures->metrics;
	struct statistics_table t =
		statistics_table_of(p, columns, COUNT(columns), 9, 16);

	statistics_heading(p, "RFC 6076");
	ratio_rows(p, m);
	statistics_table_head(p, &t, "", NULL);
	metric_row(p, &t, "RRD", &m->rrd, "RRD: from REGISTER to its 2xx");
	metric_row(p, &t, "SRD ok", &m->srd_ok,
		   "SRD: from INVITE to the first answer but 100, if answered");
	metric_row(p, &t, "SRD failed", &m->srd_failed,
		   "SRD: from INVITE to the first answer but 100, if refused");
	metric_row(p, &t, "SDD", &m->sdd, "SDD: from BYE to its 2xx");
	metric_row(p, &t, "SDT", &m->sdt, "SDT: from the 2xx to BYE");
	if (m->sdt_failed.n > 0)
		metric_row(p, &t, "SDT failed", &m->sdt_failed,
			   "SDT: from the 2xx to the timeout of BYE");
	bye_row(p, "BYE refused", m->sdd_refused);
	bye_row(p, "BYE unanswered", m->sdd_unanswered);
}

/* ---- all messages */

static void count_row(struct statistics_page *p, const char *name, uint64_t n,
		      enum style role, const char *filter)
{
	static const struct statistics_column columns[] = { { "", 14 } };
	struct statistics_table t = statistics_table_of(p, columns, 1, 12, 16);
	statistics_cell cells[1];
	const struct statistics_line line = {
		.head_role = n > 0 ? role : STYLE_TEXT,
		.name = slice_of(tr(p, name)),
		.filter = n > 0 ? filter : NULL,
	};

	(void)statistics_number(n, cells[0]);
	statistics_table_row(p, &t, &line, cells);
}

static void messages_box(struct statistics_page *p)
{
	const struct ui_context *ctx = p->s->ctx;
	const struct view_totals *t = view_totals(ctx->view);

	statistics_heading(p, tr(p, "Messages"));
	count_row(p, "Messages", t->messages, STYLE_TEXT, NULL);
	count_row(p, "Requests", t->requests, STYLE_TEXT, NULL);
	count_row(p, "Responses", t->responses, STYLE_TEXT, NULL);
	count_row(p, "Calls", t->calls, STYLE_TEXT, NULL);
	count_row(p, "Sent again", t->retransmissions, STYLE_TEXT,
		  "retransmissions > 0");
	count_row(p, "Malformed", t->malformed, STYLE_PROBLEM, "malformed");
	count_row(p, "Lost", ctx->counters->dropped, STYLE_PROBLEM, NULL);
	count_row(p, "Forgotten", t->forgotten_messages, STYLE_PROBLEM, NULL);
	for (unsigned i = 0; i < TRANSPORT_COUNT; i++) {
		const char *name = transport_name((enum transport)i);
		char filter[STATISTICS_FILTER_BYTES];

		(void)snprintf(filter, sizeof(filter), "transport == %s", name);
		if (t->by_transport[i] > 0)
			count_row(p, name, t->by_transport[i], STYLE_TEXT,
				  filter);
	}
}

/* ---- all boxes */

/* clang-format off */
static const struct box boxes[BOXES] = {
	[BOX_ANSWERS]   = { answers_box, 0 },
	[BOX_DELAYS]    = { delays_box, 1 },
	[BOX_HISTOGRAM] = { histogram_box, 1 },
	[BOX_METRICS]   = { metrics_box, 0 },
	[BOX_FINDINGS]  = { statistics_findings_box, 0 },
	[BOX_FAULTS]    = { statistics_faults_box, 0 },
	[BOX_TIME]      = { statistics_time_box, 1 },
	[BOX_PEERS]     = { statistics_peers_box, 1 },
	[BOX_TRUNKS]    = { statistics_trunks_box, 1 },
	[BOX_AGENTS]    = { statistics_agents_box, 1 },
	[BOX_METHODS]   = { statistics_methods_box, 0 },
	[BOX_CODES]     = { statistics_codes_box, 0 },
	[BOX_MESSAGES]  = { messages_box, 0 },
	[BOX_IDENTITY]  = { statistics_identity_box, 1 },
};
/* clang-format on */

/* Why there are no figures of calls; NULL if there are. */
static const char *why_none(const struct statistics_screen *s)
{
	if (s->failed)
		return "Out of memory.";
	if (!s->has_figures)
		return "Counting ...";
	if (s->figures->calls > 0)
		return NULL;
	if (!s->has_all)
		return "Counting ...";
	return statistics_window_ns(s) == 0 ? "No calls to count."
					    : "No call began so lately.";
}

static bool needs_calls(enum statistics_box box)
{
	return box != BOX_MESSAGES && box != BOX_IDENTITY;
}

static void fill_box(struct statistics_screen *s, enum statistics_box box)
{
	unsigned pane = s->two ? boxes[box].pane : 0;
	struct text_pane *p = s->panes[pane];
	struct statistics_page page = {
		.s = s,
		.pane = p,
		.box = box,
		.width = s->widths[pane] - 2, /* of the margin */
	};
	const struct text_look gap = { .role = STYLE_TEXT };
	size_t before = text_pane_lines(p);

	if (before > 0)
		text_pane_add(p, &gap, SLICE_NONE, SLICE_NONE);
	s->box_panes[box] = pane;
	s->box_rows[box] = text_pane_rows(p, s->widths[pane]);
	s->box_lines[box] = (int)text_pane_lines(p);
	boxes[box].fill(&page);
	if ((int)text_pane_lines(p) == s->box_lines[box])
		s->box_lines[box] = -1;
}

static void fill_boxes(struct statistics_screen *s)
{
	const char *why = why_none(s);
	struct statistics_page page = { .s = s,
					.pane = s->panes[0],
					.box = BOX_ANSWERS,
					.width = s->widths[0] - 2 };

	if (why != NULL)
		statistics_note(&page, STYLE_NOTE, statistics_tr(s, why));
	for (unsigned i = 0; i < BOXES; i++) {
		enum statistics_box box = (enum statistics_box)i;

		s->box_lines[box] = -1;
		if (why == NULL || !needs_calls(box))
			fill_box(s, box);
	}
}

/* ---- the cursor stays on its row */

struct place {
	bool is_set;
	enum statistics_box box;
	char name[FIGURES_NAME_BYTES];
	size_t name_len;
	int offset; /* from the first line of the box */
};

static struct place place_of(const struct statistics_screen *s)
{
	int line = text_pane_cursor(s->panes[s->focus]);
	const struct statistics_row *r = statistics_row_at(s, s->focus, line);
	struct place p = { .is_set = r != NULL };
	struct slice name;

	if (r == NULL || s->box_lines[r->box] < 0)
		return (struct place){ .is_set = false };
	name = slice_sub(statistics_row_name(s, r), 0, sizeof(p.name));
	p.box = r->box;
	p.name_len = name.len;
	if (name.len > 0)
		memcpy(p.name, name.ptr, name.len);
	p.offset = line - s->box_lines[r->box];
	return p;
}

static bool is_at(const struct statistics_screen *s, const struct place *p,
		  unsigned pane, int line)
{
	const struct statistics_row *r = statistics_row_at(s, pane, line);
	struct slice wanted = { p->name, p->name_len };

	return r != NULL && r->box == p->box && p->name_len > 0 &&
	       slice_eq(
		       slice_sub(statistics_row_name(s, r), 0, sizeof(p->name)),
		       wanted);
}

static void put_cursor(struct statistics_screen *s, const struct place *p)
{
	unsigned pane = s->box_panes[p->box];
	int lines = (int)text_pane_lines(s->panes[pane]);
	int first = s->box_lines[p->box];
	int line = first;

	if (first < 0)
		return;
	while (line < lines && !is_at(s, p, pane, line))
		line++;
	if (line == lines)
		line = first + p->offset;
	if (pane != s->focus)
		statistics_focus(s, pane);
	if (line != text_pane_cursor(s->panes[pane]))
		text_pane_set_cursor(s->panes[pane], line);
}

/* Only the pane in use shows a cursor; the others keep its place. */
void statistics_focus(struct statistics_screen *s, unsigned focus)
{
	struct text_pane *from = s->panes[s->focus];
	struct text_pane *to = s->panes[focus];

	if (focus == s->focus)
		return;
	s->places[s->focus] = text_pane_cursor(from);
	text_pane_set_cursor_mode(from, false);
	text_pane_set_cursor(from, -1);
	text_pane_set_cursor_mode(to, true);
	text_pane_set_cursor(to, s->places[focus]);
	s->focus = focus;
}

void statistics_fill(struct statistics_screen *s)
{
	struct place place = place_of(s);

	for (unsigned i = 0; i < STATISTICS_PANES; i++)
		text_pane_refill(s->panes[i]);
	s->row_count = 0;
	buf_clear(&s->texts);
	fill_boxes(s);
	/* At first it stands on the first number. */
	if (place.is_set)
		put_cursor(s, &place);
	else if (s->box_lines[BOX_ANSWERS] >= 0)
		text_pane_set_cursor(s->panes[0],
				     s->box_lines[BOX_ANSWERS] + 1);
	if (!s->two)
		statistics_focus(s, 0);
}
