#include "html.h"

#include <stdlib.h>

#include "format.h"
#include "sipmon/base/clock.h"

/* A histogram, in pixels. */
#define BAR_WIDTH   12
#define BARS_HEIGHT 80
#define AXIS_HEIGHT 18
#define AXIS_WIDTH  200 /* both its ends can be read */

/* The graph of calls over time. */
#define BIN_WIDTH 14

static void heading(struct html_page *p, const char *tag, const char *english)
{
	buf_add_format(&p->sink.buf, "<%s>", tag);
	html_words(p, english);
	buf_add_format(&p->sink.buf, "</%s>\n", tag);
}

static void heads(struct html_page *p, const char *const *names, unsigned n)
{
	buf_add(&p->sink.buf, SLICE("<table>\n<tr>"));
	for (unsigned i = 0; i < n; i++) {
		buf_add_text(&p->sink.buf, i > 0 ? "<th class=\"n\">" : "<th>");
		html_words(p, names[i]);
		buf_add(&p->sink.buf, SLICE("</th>"));
	}
	buf_add(&p->sink.buf, SLICE("</tr>\n"));
}

static void row_begin(struct html_page *p, const char *english)
{
	buf_add(&p->sink.buf, SLICE("<tr><th>"));
	html_words(p, english);
	buf_add(&p->sink.buf, SLICE("</th>"));
}

static void number_cell(struct buf *out, uint64_t n)
{
	buf_add_format(out, "<td class=\"n\">%llu</td>", (unsigned long long)n);
}

static void spread_cells(struct buf *out, const struct figures_spread *s)
{
	const int64_t values[] = { s->mean_ns, s->min_ns, s->p50_ns,
				   s->p95_ns,  s->p99_ns, s->max_ns };

	number_cell(out, s->n);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		html_ms_cell(out, s->n > 0 ? values[i] : -1);
	buf_add(out, SLICE("</tr>\n"));
}

static void ratio_cell(struct buf *out, const struct figures_ratio *r)
{
	if (r->whole == 0)
		buf_add(out, SLICE("<td class=\"n\">-</td>"));
	else
		buf_add_format(out, "<td class=\"n\">%.1f</td>",
			       100.0 * (double)r->part / (double)r->whole);
}

static void add_ratios(struct html_page *p, const struct figures_metrics *m)
{
	static const char *const names[] = { "", "n", "%" };
	const struct {
		const char *name;
		const struct figures_ratio *r;
	} rows[] = {
		{ "SER", &m->ser }, { "SEER", &m->seer }, { "ISA", &m->isa },
		{ "SCR", &m->scr }, { "IRA", &m->ira },
	};

	heading(p, "h3", "RFC 6076");
	heads(p, names, 3);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row_begin(p, rows[i].name);
		number_cell(&p->sink.buf, rows[i].r->whole);
		ratio_cell(&p->sink.buf, rows[i].r);
		buf_add(&p->sink.buf, SLICE("</tr>\n"));
	}
	buf_add(&p->sink.buf, SLICE("</table>\n"));
}

static void add_delays(struct html_page *p, const struct figures *f)
{
	static const char *const names[] = { "ms",  "n",   "mean", "min",
					     "p50", "p95", "p99",  "max" };
	const struct {
		const char *name;
		const struct figures_spread *s;
	} metrics[] = {
		{ "RRD", &f->metrics.rrd },
		{ "SRD (answered)", &f->metrics.srd_ok },
		{ "SRD (failed)", &f->metrics.srd_failed },
		{ "SDD", &f->metrics.sdd },
		{ "SDT", &f->metrics.sdt },
		{ "SDT (failed)", &f->metrics.sdt_failed },
	};

	heading(p, "h3", "Delays");
	heads(p, names, 8);
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		row_begin(p, metrics[i].name);
		spread_cells(&p->sink.buf, metrics[i].s);
	}
	for (unsigned i = 0; i < FIGURES_DELAYS; i++) {
		if (f->delays[i].spread.n == 0)
			continue;
		row_begin(p, f->delays[i].title);
		spread_cells(&p->sink.buf, &f->delays[i].spread);
	}
	buf_add(&p->sink.buf, SLICE("</table>\n"));
}

static uint64_t most_of(const uint64_t *counts, unsigned n)
{
	uint64_t most = 1;

	for (unsigned i = 0; i < n; i++)
		if (counts[i] > most)
			most = counts[i];
	return most;
}

/* A bar of at least one pixel for what is not 0. */
static unsigned height_of(uint64_t n, uint64_t most)
{
	double height = (double)n / (double)most * BARS_HEIGHT;

	return n == 0 ? 0 : height < 1 ? 1 : (unsigned)height;
}

static void svg_begin(struct buf *out, unsigned width)
{
	buf_add_format(out,
		       "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		       "role=\"img\" width=\"%u\" height=\"%u\">\n",
		       width, BARS_HEIGHT + AXIS_HEIGHT);
}

static void add_bar(struct buf *out, const char *class, unsigned x,
		    unsigned height, unsigned width)
{
	if (height > 0)
		buf_add_format(out,
			       "<rect class=\"%s\" x=\"%u\" y=\"%u\" "
			       "width=\"%u\" height=\"%u\"/>",
			       class, x, BARS_HEIGHT - height, width, height);
}

static void add_axis(struct buf *out, unsigned x, const char *anchor,
		     const char *text)
{
	buf_add_format(out,
		       "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\">"
		       "%s</text>\n",
		       x, BARS_HEIGHT + AXIS_HEIGHT - 4, anchor, text);
}

static void add_histogram(struct html_page *p, const struct figures_delay *d)
{
	const struct figures_histogram *h = &d->histogram;
	uint64_t most = most_of(h->counts, h->bin_count);
	unsigned end = h->bin_count * BAR_WIDTH;
	char text[CLOCK_TEXT_BYTES];
	struct buf *out = &p->sink.buf;

	if (h->bin_count == 0)
		return;
	buf_add(out, SLICE("<figure><figcaption>"));
	html_words(p, d->title);
	buf_add_format(out, " (%llu)</figcaption>",
		       (unsigned long long)d->spread.n);
	if (end < AXIS_WIDTH)
		end = AXIS_WIDTH;
	svg_begin(out, end);
	for (unsigned i = 0; i < h->bin_count; i++)
		add_bar(out, "bar", i * BAR_WIDTH,
			height_of(h->counts[i], most), BAR_WIDTH - 2);
	add_axis(out, 0, "start", clock_duration(h->bounds_ns[0], text));
	add_axis(out, end, "end",
		 clock_duration(h->bounds_ns[h->bin_count], text));
	buf_add(out, SLICE("</svg></figure>\n"));
}

static void add_histograms(struct html_page *p, const struct figures *f)
{
	static const enum figures_delay_kind shown[] = {
		FIGURES_PDD, FIGURES_RING, FIGURES_SETUP, FIGURES_FAILURE,
		FIGURES_TALK
	};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		add_histogram(p, &f->delays[shown[i]]);
}

/* All calls, and the failed ones in front of them. */
static void add_times(struct html_page *p, const struct figures_series *s)
{
	char time[CLOCK_TEXT_BYTES];
	struct buf *out = &p->sink.buf;
	uint64_t most = 1;

	if (s->bin_count == 0)
		return;
	for (unsigned i = 0; i < s->bin_count; i++)
		if (s->bins[i].calls > most)
			most = s->bins[i].calls;
	heading(p, "h3", "Calls over time");
	svg_begin(out, s->bin_count * BIN_WIDTH + 200);
	for (unsigned i = 0; i < s->bin_count; i++) {
		const struct figures_bin *b = &s->bins[i];

		add_bar(out, "bar", i * BIN_WIDTH, height_of(b->calls, most),
			BIN_WIDTH - 2);
		add_bar(out, "bad", i * BIN_WIDTH, height_of(b->failed, most),
			BIN_WIDTH - 2);
	}
	add_axis(out, 0, "start", clock_time_of_day(s->begin_ns, true, time));
	buf_add(out, SLICE("</svg>\n"));
}

static void add_name(struct html_page *p, const struct figures_row *row)
{
	struct buf *out = &p->sink.buf;

	if (row->name[0] != '\0') {
		html_text(out, slice_of(row->name));
		return;
	}
	html_words(p, "others");
	buf_add_format(out, " (%llu%s)", (unsigned long long)row->members,
		       row->members_or_more ? "+" : "");
}

static void add_table(struct html_page *p, const char *title,
		      const struct figures_table *t)
{
	static const char *const names[] = { "",          "calls",   "answered",
					     "failed",    "SER %",   "SEER %",
					     "ISA %",     "PDD p50", "PDD p95",
					     "worst code" };
	struct buf *out = &p->sink.buf;

	if (t->count == 0)
		return;
	heading(p, "h3", title);
	buf_add(out, SLICE("<div class=\"scroll\">"));
	heads(p, names, 10);
	for (unsigned i = 0; i < t->count; i++) {
		const struct figures_row *row = &t->rows[i];
		bool has = row->pdd.n > 0;

		buf_add(out, SLICE("<tr><td class=\"id\">"));
		add_name(p, row);
		buf_add(out, SLICE("</td>"));
		number_cell(out, row->calls);
		number_cell(out, row->answered);
		number_cell(out, row->failed);
		ratio_cell(out, &row->ser);
		ratio_cell(out, &row->seer);
		ratio_cell(out, &row->isa);
		html_ms_cell(out, has ? row->pdd.p50_ns : -1);
		html_ms_cell(out, has ? row->pdd.p95_ns : -1);
		if (row->worst_code != 0)
			buf_add_format(out,
				       "<td class=\"n c%u\">%u (%llu)</td>",
				       row->worst_code / 100U, row->worst_code,
				       (unsigned long long)row->worst_calls);
		else
			buf_add(out, SLICE("<td class=\"n\">-</td>"));
		buf_add(out, SLICE("</tr>\n"));
		sink_pass(&p->sink);
	}
	buf_add(out, SLICE("</table></div>\n"));
}

void html_figures(struct html_page *p)
{
	struct figures *f = format_figures(p->in);

	if (f == NULL)
		return;
	heading(p, "h2", "Statistics");
	add_ratios(p, &f->metrics);
	add_delays(p, f);
	buf_add(&p->sink.buf, SLICE("<p class=\"dim\">"));
	html_words(p, "Percentiles are off by at most");
	buf_add_format(&p->sink.buf, " %.1f %%.</p>\n", f->error_percent);
	add_histograms(p, f);
	add_times(p, &f->by_time);
	add_table(p, "By peer", &f->by_peer);
	add_table(p, "By trunk", &f->by_trunk);
	add_table(p, "By user agent", &f->by_agent);
	free(f);
}
