#include "figures_text.h"

#include <stdlib.h>

#include "format.h"
#include "sipmon/base/clock.h"
#include "wrap.h"

/* Rows of a table; the JSON has all. */
#define ROWS_MAX 5

#define TENTH_NS (CLOCK_MS_NS / 10)

#define LINE_MAX_BYTES ((size_t)8 * 1024)

enum cells {
	LABEL_CELLS = 16,
	DELAY_CELLS = 18,
	N_CELLS = 8,
	TIME_CELLS = 9,
	ROW_TIME_CELLS = 8,
	CALLS_CELLS = 8,
	RATIO_CELLS = 8,
	WORST_CELLS = 7,
	NAME_MIN = 20,
	NAME_MAX = 60,
};

static const char *tr(const struct report_input *in, const char *english)
{
	return words(in->words, english);
}

static void add_title(struct buf *out, const struct report_input *in,
		      const char *title)
{
	buf_add_char(out, '\n');
	buf_add_text(out, tr(in, title));
	buf_add_char(out, '\n');
}

/* Milliseconds; below ten with a decimal. */
static void add_ms(struct buf *out, bool known, int64_t ns, unsigned cells)
{
	uint64_t size = ns < 0 ? 0 : (uint64_t)ns;
	uint64_t tenths = (size + TENTH_NS / 2) / TENTH_NS;

	if (!known) {
		pad_add_right(out, SLICE("-"), cells);
	} else if (ns >= 0 && tenths < 100) {
		pad_number(out, tenths / 10, cells - 2);
		buf_add_char(out, '.');
		buf_add_char(out, (char)('0' + tenths % 10));
	} else {
		pad_number(out, (size + CLOCK_MS_NS / 2) / CLOCK_MS_NS, cells);
	}
}

/* ---- ratios */

static void add_ratio(struct buf *line, const char *name,
		      const struct figures_ratio *r)
{
	if (line->len > 0)
		buf_add(line, SLICE(", "));
	buf_add_text(line, name);
	if (r->whole == 0)
		buf_add(line, SLICE(" -"));
	else
		buf_add_format(line, " %.1f %%",
			       100.0 * (double)r->part / (double)r->whole);
}

static void add_ratios(struct buf *out, const struct report_input *in,
		       const struct figures_metrics *m, unsigned columns)
{
	struct buf lead;
	struct buf line;

	buf_init(&lead, LINE_MAX_BYTES);
	buf_init(&line, LINE_MAX_BYTES);
	pad_add(&lead, SLICE("RFC 6076"), LABEL_CELLS);
	add_ratio(&line, "SER", &m->ser);
	add_ratio(&line, "SEER", &m->seer);
	add_ratio(&line, "ISA", &m->isa);
	add_ratio(&line, "SCR", &m->scr);
	add_ratio(&line, "IRA", &m->ira);
	wrap_text(out, columns, buf_slice(&lead), buf_slice(&line));
	if (m->sdd_refused + m->sdd_unanswered > 0) {
		buf_clear(&lead);
		buf_clear(&line);
		pad_add(&lead, SLICE("BYE"), LABEL_CELLS);
		buf_add_text(&line, tr(in, "refused"));
		buf_add_char(&line, ' ');
		buf_add_uint(&line, m->sdd_refused);
		buf_add(&line, SLICE(", "));
		buf_add_text(&line, tr(in, "never answered"));
		buf_add_char(&line, ' ');
		buf_add_uint(&line, m->sdd_unanswered);
		wrap_text(out, columns, buf_slice(&lead), buf_slice(&line));
	}
	buf_free(&line);
	buf_free(&lead);
}

/* ---- delays */

static void add_delay(struct buf *out, const struct report_input *in,
		      const char *title, const struct figures_spread *s)
{
	bool known = s->n > 0;

	if (!known)
		return;
	pad_add(out, slice_of(tr(in, title)), DELAY_CELLS);
	pad_number(out, s->n, N_CELLS);
	add_ms(out, known, s->mean_ns, TIME_CELLS);
	add_ms(out, known, s->min_ns, TIME_CELLS);
	add_ms(out, known, s->p50_ns, TIME_CELLS);
	add_ms(out, known, s->p95_ns, TIME_CELLS);
	add_ms(out, known, s->p99_ns, TIME_CELLS);
	add_ms(out, known, s->max_ns, TIME_CELLS);
	buf_add_char(out, '\n');
}

static void add_delays(struct buf *out, const struct report_input *in,
		       const struct figures *f)
{
	static const char *const heads[] = { "mean", "min", "p50",
					     "p95",  "p99", "max" };
	const struct figures_metrics *m = &f->metrics;

	buf_add_char(out, '\n');
	pad_add(out, slice_of(tr(in, "Delays in ms")), DELAY_CELLS);
	pad_add_right(out, SLICE("n"), N_CELLS);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		pad_add_right(out, slice_of(tr(in, heads[i])), TIME_CELLS);
	buf_add_char(out, '\n');
	add_delay(out, in, "RRD", &m->rrd);
	add_delay(out, in, "SRD (answered)", &m->srd_ok);
	add_delay(out, in, "SRD (failed)", &m->srd_failed);
	add_delay(out, in, "SDD", &m->sdd);
	add_delay(out, in, "SDT", &m->sdt);
	add_delay(out, in, "SDT (failed)", &m->sdt_failed);
	for (unsigned i = 0; i < FIGURES_DELAYS; i++)
		add_delay(out, in, f->delays[i].title, &f->delays[i].spread);
}

/* ---- tables */

static unsigned name_cells(unsigned columns)
{
	unsigned taken = 2 * CALLS_CELLS + RATIO_CELLS + 2 * ROW_TIME_CELLS +
			 2 + WORST_CELLS;
	unsigned cells =
		columns > taken + NAME_MIN ? columns - taken : NAME_MIN;

	return cells < NAME_MAX ? cells : NAME_MAX;
}

static void add_heading(struct buf *out, const struct report_input *in,
			const char *of, unsigned columns)
{
	buf_add_char(out, '\n');
	pad_add(out, slice_of(tr(in, of)), name_cells(columns));
	pad_add_right(out, slice_of(tr(in, "calls")), CALLS_CELLS);
	pad_add_right(out, slice_of(tr(in, "failed")), CALLS_CELLS);
	pad_add_right(out, SLICE("SER %"), RATIO_CELLS);
	pad_add_right(out, SLICE("PDD p50"), ROW_TIME_CELLS);
	pad_add_right(out, SLICE("p95 ms"), ROW_TIME_CELLS);
	buf_add(out, SLICE("  "));
	buf_add_text(out, tr(in, "worst"));
	buf_add_char(out, '\n');
}

static void add_percent(struct buf *out, const struct figures_ratio *r)
{
	struct buf text;

	buf_init(&text, 32);
	if (r->whole == 0)
		buf_add_char(&text, '-');
	else
		buf_add_format(&text, "%.1f",
			       100.0 * (double)r->part / (double)r->whole);
	pad_add_right(out, buf_slice(&text), RATIO_CELLS);
	buf_free(&text);
}

static void add_name(struct buf *out, const struct report_input *in,
		     const struct figures_row *r, unsigned cells)
{
	struct buf name;

	buf_init(&name, LINE_MAX_BYTES);
	if (r->name[0] != '\0') {
		buf_add_text(&name, r->name);
	} else {
		buf_add_text(&name, tr(in, "all others"));
		buf_add(&name, SLICE(" ("));
		buf_add_uint(&name, r->members);
		buf_add_text(&name, r->members_or_more ? "+)" : ")");
	}
	pad_add(out, buf_slice(&name), cells);
	buf_free(&name);
}

static void add_row(struct buf *out, const struct report_input *in,
		    const struct figures_row *r, unsigned columns)
{
	add_name(out, in, r, name_cells(columns));
	pad_number(out, r->calls, CALLS_CELLS);
	pad_number(out, r->failed, CALLS_CELLS);
	add_percent(out, &r->ser);
	add_ms(out, r->pdd.n > 0, r->pdd.p50_ns, ROW_TIME_CELLS);
	add_ms(out, r->pdd.n > 0, r->pdd.p95_ns, ROW_TIME_CELLS);
	buf_add(out, SLICE("  "));
	if (r->worst_code == 0)
		buf_add_char(out, '-');
	else
		buf_add_uint(out, r->worst_code);
	buf_add_char(out, '\n');
}

static void add_table(struct buf *out, const struct report_input *in,
		      const char *of, const struct figures_table *t,
		      unsigned columns)
{
	if (t->count == 0)
		return;
	add_heading(out, in, of, columns);
	for (unsigned i = 0; i < t->count && i < ROWS_MAX; i++)
		add_row(out, in, &t->rows[i], columns);
	if (t->count <= ROWS_MAX)
		return;
	buf_add_uint(out, t->count - ROWS_MAX);
	buf_add_char(out, ' ');
	buf_add_text(out, tr(in, "more are in the JSON report"));
	buf_add_char(out, '\n');
}

/* ---- the section */

static bool is_worth_telling(const struct figures *f)
{
	return f->invites > 0 || f->metrics.ira.whole > 0;
}

void figures_text_section(struct buf *out, const struct report_input *in,
			  unsigned columns)
{
	struct figures *f = format_figures(in);

	if (f != NULL && is_worth_telling(f)) {
		add_title(out, in, "Statistics");
		add_ratios(out, in, &f->metrics, columns);
		add_delays(out, in, f);
		add_table(out, in, "Peer that answers", &f->by_peer, columns);
		add_table(out, in, "First hop", &f->by_trunk, columns);
		add_table(out, in, "User agent", &f->by_agent, columns);
	}
	free(f);
}
