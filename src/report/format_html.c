/* One page that stands alone: figures, findings, calls, ladders. */
#include "format.h"

#include <stdlib.h>

#include "html.h"
#include "sipmon/base/clock.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "tally.h"

/*
 * Rows of the table of calls, and calls that are told whole: those with
 * findings first.  A browser shall still open the page; what is left out is
 * said, and `--filter` chooses.
 */
#define ROWS_MAX    10000
#define DETAILS_MAX 300

/* Up to so many calls are in sight without a click. */
#define UNFOLDED_MAX 5

/* A row of the table. */
struct row {
	uint64_t call;
	bool faulty;
	bool told; /* whole, further down */
};

struct html_report {
	struct html_page page;
	struct tally tally;
	uint64_t calls;
	unsigned row_count;
	struct row rows[ROWS_MAX];
};

static void heading(struct html_page *p, const char *english)
{
	buf_add(&p->sink.buf, SLICE("<h2>"));
	html_words(p, english);
	buf_add(&p->sink.buf, SLICE("</h2>\n"));
}

static void head_cell(struct html_page *p, const char *english, bool number)
{
	buf_add_text(&p->sink.buf, number ? "<th class=\"n\">" : "<th>");
	html_words(p, english);
	buf_add(&p->sink.buf, SLICE("</th>"));
}

static void figure_row(struct html_page *p, const char *english, uint64_t n)
{
	buf_add(&p->sink.buf, SLICE("<tr><th>"));
	html_words(p, english);
	buf_add_format(&p->sink.buf, "</th><td class=\"n\">%llu</td></tr>\n",
		       (unsigned long long)n);
}

static void add_capture(struct html_page *p)
{
	const struct counters *n = p->in->counters;
	const struct view_totals *t = view_totals(p->in->view);
	char from[CLOCK_TEXT_BYTES];
	char to[CLOCK_TEXT_BYTES];
	struct buf *out = &p->sink.buf;

	buf_add(out, SLICE("<h1>sipmon</h1>\n"));
	if (n->packets > 0)
		buf_add_format(out, "<p>%s &#8211; %s</p>\n",
			       clock_rfc3339(n->start_ns, from),
			       clock_rfc3339(n->end_ns, to));
	buf_add(out, SLICE("<table>\n"));
	figure_row(p, "Packets", n->packets);
	figure_row(p, "dropped", n->dropped);
	figure_row(p, "duplicates", n->duplicates);
	figure_row(p, "Not decoded", counters_undecoded(n));
	figure_row(p, "messages", t->messages);
	figure_row(p, "calls", t->calls);
	figure_row(p, "retransmissions", t->retransmissions);
	figure_row(p, "malformed", t->malformed);
	buf_add(out, SLICE("</table>\n"));
}

/* ---- the table of calls */

/* Looks at all calls once; what is told of them is known then. */
static void gather(struct html_report *r)
{
	const struct report_input *in = r->page.in;
	const struct call *c = format_pass(in, view_first(in->view));

	for (; c != NULL; c = format_pass(in, view_next(in->view, c))) {
		unsigned n = format_findings(in, c, r->page.findings);

		for (unsigned i = 0; i < n; i++)
			tally_add(&r->tally, r->page.findings[i].kind);
		r->calls++;
		format_take(in, c);
		if (r->row_count < ROWS_MAX)
			r->rows[r->row_count++] =
				(struct row){ .call = c->id, .faulty = n > 0 };
	}
	tally_add_capture(&r->tally, in->counters);
}

/* Those with findings first. */
static unsigned choose(struct html_report *r)
{
	unsigned told = 0;

	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < r->row_count && told < DETAILS_MAX;
		     i++) {
			if (r->rows[i].faulty != (pass == 0))
				continue;
			r->rows[i].told = true;
			told++;
		}
	return told;
}

static void add_findings(struct html_page *p, unsigned n)
{
	struct buf *out = &p->sink.buf;

	buf_add(out, SLICE("<td>"));
	for (unsigned i = 0; i < n; i++)
		buf_add_format(out, "%s<span class=\"%s\">%s</span>",
			       i > 0 ? ", " : "",
			       finding_severity_name(p->findings[i].severity),
			       p->findings[i].kind);
	buf_add(out, SLICE("</td>"));
}

static void add_number(struct buf *out, unsigned number, bool told)
{
	buf_add(out, SLICE("<tr><td class=\"n\">"));
	if (told)
		buf_add_format(out, "<a href=\"#c%u\">%u</a>", number, number);
	else
		buf_add_format(out, "%u", number);
}

static void add_row(struct html_page *p, const struct call *c, unsigned number,
		    bool told)
{
	unsigned findings = format_findings(p->in, c, p->findings);
	const struct view *v = p->in->view;
	struct timing t = timing_of(v, c);
	uint16_t code = call_shown_code(v, c);
	struct buf *out = &p->sink.buf;
	char time[CLOCK_TEXT_BYTES];

	add_number(out, number, told);
	buf_add_format(out, "</td><td>%s</td><td>%s</td><td>",
		       clock_time_of_day(c->start_ns, true, time),
		       call_state_name(call_state(v, c)));
	html_text(out, view_method_name(v, c->method));
	buf_add(out, SLICE("</td><td>"));
	html_text(out, c->from_user);
	buf_add(out, SLICE("</td><td>"));
	html_text(out, c->to_user);
	if (code != 0)
		buf_add_format(out, "</td><td class=\"c%u\">%u</td>",
			       code < 700 ? code / 100U : 6U, code);
	else
		buf_add(out, SLICE("</td><td>-</td>"));
	buf_add_format(out, "<td class=\"n\">%u</td>", c->message_count);
	html_ms_cell(out, t.pdd_ns);
	html_ms_cell(out, t.talk_ns);
	add_findings(p, findings);
	buf_add(out, SLICE("</tr>\n"));
}

static void add_heads(struct html_page *p)
{
	static const struct {
		const char *words;
		bool number;
	} heads[] = { { "#", true },        { "Time", false },
		      { "State", false },   { "Method", false },
		      { "From", false },    { "To", false },
		      { "Code", false },    { "Msgs", true },
		      { "PDD ms", true },   { "Talk ms", true },
		      { "Findings", false } };

	buf_add(&p->sink.buf, SLICE("<div class=\"scroll\"><table>\n<tr>"));
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		head_cell(p, heads[i].words, heads[i].number);
	buf_add(&p->sink.buf, SLICE("</tr>\n"));
}

static void left_out(struct html_page *p, uint64_t n)
{
	if (n == 0)
		return;
	buf_add_format(&p->sink.buf, "<p class=\"dim\">%llu ",
		       (unsigned long long)n);
	html_words(p, "calls are left out here; --filter chooses");
	buf_add(&p->sink.buf, SLICE("</p>\n"));
}

static void add_calls(struct html_report *r)
{
	struct html_page *p = &r->page;

	heading(p, "Calls");
	add_heads(p);
	for (unsigned i = 0; i < r->row_count && p->sink.err == ERR_OK; i++) {
		const struct call *c = view_call(p->in->view, r->rows[i].call);

		if (c != NULL)
			add_row(p, c, i + 1, r->rows[i].told);
		sink_pass(&p->sink);
	}
	buf_add(&p->sink.buf, SLICE("</table></div>\n"));
	left_out(p, r->calls - r->row_count);
}

static void add_tally(struct html_report *r)
{
	struct html_page *p = &r->page;
	struct buf *out = &p->sink.buf;

	if (r->tally.count == 0)
		return;
	heading(p, "Findings");
	buf_add(out, SLICE("<table>\n"));
	for (unsigned i = 0; i < r->tally.count; i++) {
		const char *kind = r->tally.kinds[i].kind;
		struct text_entry e;

		if (!catalogue_finding(p->in->words, slice_of(kind), &e))
			continue;
		buf_add_format(out,
			       "<tr><td class=\"n\">%llu</td><td "
			       "class=\"id\">%s</td><td>",
			       (unsigned long long)r->tally.kinds[i].n, kind);
		html_text(out, e.title);
		buf_add(out, SLICE("</td></tr>\n"));
	}
	buf_add(out, SLICE("</table>\n"));
}

static void add_details(struct html_report *r, unsigned told)
{
	struct html_page *p = &r->page;

	heading(p, "Call flows");
	for (unsigned i = 0; i < r->row_count && p->sink.err == ERR_OK; i++) {
		const struct call *c = view_call(p->in->view, r->rows[i].call);

		if (c != NULL && r->rows[i].told)
			html_call(p, c, i + 1);
	}
	left_out(p, r->calls - told);
}

static enum err write_html(const struct report_input *in, FILE *out)
{
	struct html_report *r = calloc(1, sizeof(*r));
	unsigned told;
	enum err e;

	if (r == NULL)
		return ERR_NOMEM;
	r->page.in = in;
	sink_init(&r->page.sink, out);
	buf_init(&r->page.scratch, (size_t)1 << 20);
	gather(r);
	told = choose(r);
	r->page.unfolded = told <= UNFOLDED_MAX;
	html_begin(&r->page);
	add_capture(&r->page);
	html_figures(&r->page);
	add_tally(r);
	add_calls(r);
	add_details(r, told);
	html_end(&r->page);
	buf_free(&r->page.scratch);
	e = sink_end(&r->page.sink);
	free(r);
	return e;
}

const struct report_format format_html = { "html", write_html };
