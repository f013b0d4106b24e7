#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/panel.h"
#include "sipmon/base/phrase.h"
#include "statistics.h"

#define LINE_BYTES     512
#define NUMBER_BYTES   40
#define CODES_SHOWN    16
#define METHODS_SHOWN  12
#define VERDICTS_SHOWN 12
#define ROWS_SHOWN     12 /* of a table of signers or peers */
#define NUMBER_CELLS   11
#define LABEL_CELLS    26
#define LABEL_LEAST    10
#define BAR_LEAST      8
#define TABLE_CELLS    8 /* of a number in a table */
#define CHART_ROWS     5
#define TIME_BYTES     32
#define CHART_LEAST    10

/* One line of a box of bars. */
struct bar {
	struct slice label;
	uint64_t count;
	uint64_t most; /* that fills the bar; 0: none */
	enum style role;
	uint32_t tag;
};

static const char *tr(const struct statistics_screen *s, const char *english)
{
	return words(s->ctx->words, english);
}

/* "4 612 233" */
static char *grouped(uint64_t n, char out[NUMBER_BYTES])
{
	struct phrase_number plain = phrase_number(n);
	size_t len = strlen(plain.text);
	size_t used = 0;

	for (size_t i = 0; i < len && used + 2 < NUMBER_BYTES; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[used++] = ' ';
		out[used++] = plain.text[i];
	}
	out[used] = '\0';
	return out;
}

/* "75.5 %" */
static char *percent(uint64_t part, uint64_t whole, char out[NUMBER_BYTES])
{
	if (whole == 0)
		out[0] = '\0';
	else
		(void)snprintf(out, NUMBER_BYTES, "%.1f %%",
			       100.0 * (double)part / (double)whole);
	return out;
}

static void add_padded(struct buf *out, struct slice text, int cells,
		       bool right)
{
	int blanks = cells - (int)utf8_shown_cells(text);

	if (!right)
		buf_add(out, text);
	for (int i = 0; i < blanks; i++)
		buf_add_char(out, ' ');
	if (right)
		buf_add(out, text);
}

/* As much of `text` as fits in `cells`, the end marked. */
static struct slice fitted(struct slice text, int cells)
{
	struct slice rest = text;

	if (text.len == 0 || (int)utf8_shown_cells(text) <= cells)
		return text;
	return text_wrap_next(&rest, cells);
}

static int label_cells(int width)
{
	int cells = width - NUMBER_CELLS - BAR_LEAST - 4;

	if (cells > LABEL_CELLS)
		cells = LABEL_CELLS;
	return cells < LABEL_LEAST ? LABEL_LEAST : cells;
}

static void add_bar(struct text_pane *p, int width, const struct bar *b)
{
	int label = label_cells(width);
	int room = width - 2 - label - 1 - NUMBER_CELLS - 1;
	struct text_look look = { .role = b->role,
				  .head_role = STYLE_TEXT,
				  .tag = b->tag };
	char number[NUMBER_BYTES];
	struct buf head;
	struct buf bar;

	buf_init(&head, LINE_BYTES);
	buf_init(&bar, LINE_BYTES);
	add_padded(&head, fitted(b->label, label), label, false);
	add_padded(&head, slice_of(grouped(b->count, number)), NUMBER_CELLS,
		   true);
	buf_add_char(&head, ' ');
	if (room > 0 && b->most > 0) {
		double share = (double)b->count / (double)b->most;
		int cells = (int)(share * room + 0.5);

		if (cells == 0 && b->count > 0)
			cells = 1;
		for (int i = 0; i < cells && i < room; i++)
			buf_add_char(&bar, '#');
	}
	text_pane_add(p, &look, buf_slice(&head), buf_slice(&bar));
	buf_free(&head);
	buf_free(&bar);
}

static void count_pair(const struct statistics_screen *s, struct text_pane *p,
		       const char *english, uint64_t n)
{
	char number[NUMBER_BYTES];

	panel_pair(p, slice_of(tr(s, english)), slice_of(grouped(n, number)));
}

/* ---- all messages */

static void fill_totals(const struct statistics_screen *s, struct text_pane *p)
{
	const struct view_totals *t = view_totals(s->ctx->view);

	panel_heading(p, slice_of(tr(s, "Messages")));
	count_pair(s, p, "Messages", t->messages);
	count_pair(s, p, "Requests", t->requests);
	count_pair(s, p, "Responses", t->responses);
	count_pair(s, p, "Calls", t->calls);
	if (t->retransmissions > 0)
		count_pair(s, p, "Sent again", t->retransmissions);
	if (t->malformed > 0)
		count_pair(s, p, "Malformed", t->malformed);
	if (t->forgotten_messages > 0)
		count_pair(s, p, "Forgotten", t->forgotten_messages);
	for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
		if (t->by_transport[i] > 0)
			count_pair(s, p, transport_name((enum transport)i),
				   t->by_transport[i]);
}

/* Puts `n` into a short list of the greatest, the greatest first. */
static void keep_greatest(uint16_t *list, unsigned *count, unsigned room,
			  uint16_t n, const uint64_t *counts)
{
	unsigned at = *count;

	while (at > 0 && counts[list[at - 1]] < counts[n])
		at--;
	if (at >= room)
		return;
	if (*count < room)
		(*count)++;
	for (unsigned i = *count - 1; i > at; i--)
		list[i] = list[i - 1];
	list[at] = n;
}

static void fill_codes(const struct statistics_screen *s, struct text_pane *p,
		       int width)
{
	const uint64_t *counts = view_totals(s->ctx->view)->by_code;
	uint16_t list[CODES_SHOWN];
	unsigned count = 0;

	for (uint16_t code = 0; code < VIEW_CODES; code++)
		if (counts[code] > 0)
			keep_greatest(list, &count, CODES_SHOWN, code, counts);
	if (count == 0)
		return;
	panel_heading(p, slice_of(tr(s, "Answers")));
	for (unsigned i = 0; i < count; i++) {
		struct code_entry e;
		char label[LINE_BYTES];
		bool known = catalogue_code(s->ctx->words, list[i], &e);
		struct bar b = {
			.count = counts[list[i]],
			.most = counts[list[0]],
			.role = style_of_code(list[i]),
			.tag = STATISTICS_TAG(STATISTICS_CODE, list[i]),
		};

		(void)snprintf(label, sizeof(label), "%u %.*s", list[i],
			       known ? (int)e.phrase.len : 0,
			       known && e.phrase.len > 0 ? e.phrase.ptr : "");
		b.label = slice_of(label);
		add_bar(p, width, &b);
	}
}

static void fill_methods(const struct statistics_screen *s, struct text_pane *p,
			 int width)
{
	const struct view *v = s->ctx->view;
	uint16_t list[METHODS_SHOWN];
	uint64_t counts[METHODS_SHOWN];
	unsigned count = 0;

	for (uint16_t id = 1; id < view_method_count(v); id++) {
		uint64_t n = view_requests(v, id);
		unsigned at = count;

		while (at > 0 && counts[at - 1] < n)
			at--;
		if (n == 0 || at >= METHODS_SHOWN)
			continue;
		if (count < METHODS_SHOWN)
			count++;
		for (unsigned i = count - 1; i > at; i--) {
			list[i] = list[i - 1];
			counts[i] = counts[i - 1];
		}
		list[at] = id;
		counts[at] = n;
	}
	if (count == 0)
		return;
	panel_heading(p, slice_of(tr(s, "Requests")));
	for (unsigned i = 0; i < count; i++) {
		struct bar b = { .label = view_method_name(v, list[i]),
				 .count = counts[i],
				 .most = counts[0],
				 .role = STYLE_REQUEST,
				 .tag = STATISTICS_TAG(STATISTICS_METHOD,
						       list[i]) };

		add_bar(p, width, &b);
	}
}

/* ---- who signs */

static void fill_shares(const struct statistics_screen *s, struct text_pane *p,
			int width)
{
	const struct signing_figures *f = s->figures;
	char is_signed[NUMBER_BYTES];
	char all[NUMBER_BYTES];
	char share[NUMBER_BYTES];
	char waiting[NUMBER_BYTES];
	const char *values[] = { grouped(f->signed_requests, is_signed),
				 grouped(f->requests, all),
				 percent(f->signed_requests, f->requests,
					 share),
				 grouped(f->waiting, waiting) };
	char text[LINE_BYTES];

	panel_pair(
		p, slice_of(tr(s, "Signed")),
		slice_of(phrase(text, sizeof(text),
				tr(s, "%1 of %2 requests (%3)"), values, 4)));
	if (f->waiting > 0)
		panel_pair(p, slice_of(tr(s, "Waiting")), slice_of(values[3]));
	for (unsigned i = ATTEST_A; i <= ATTEST_C; i++) {
		char label[LINE_BYTES];
		struct bar b = { .count = f->by_attest[i],
				 .most = f->signed_requests,
				 .role = STYLE_SUCCESS,
				 .tag = STATISTICS_TAG(STATISTICS_ATTEST, i) };

		if (f->by_attest[i] == 0)
			continue;
		(void)snprintf(label, sizeof(label), "%s %s",
			       tr(s, "Attestation"),
			       attest_name((enum attestation)i));
		b.label = slice_of(label);
		add_bar(p, width, &b);
	}
}

static void say_more(const struct statistics_screen *s, struct text_pane *p,
		     unsigned count, unsigned shown)
{
	struct phrase_number more =
		phrase_number(count > shown ? count - shown : 0);
	const char *values[] = { more.text };
	char text[LINE_BYTES];

	if (count > shown)
		panel_paragraph(
			p, STYLE_DIM,
			slice_of(phrase(text, sizeof(text),
					tr(s, "and %1 more"), values, 1)));
}

static void fill_verdicts(const struct statistics_screen *s,
			  struct text_pane *p, int width)
{
	const uint64_t *counts = s->figures->by_verdict;
	uint16_t list[VERDICTS] = { VERDICT_NONE };
	unsigned count = 0;

	for (unsigned v = VERDICT_NONE + 1; v < VERDICTS; v++)
		if (counts[v] > 0)
			keep_greatest(list, &count, VERDICTS, (uint16_t)v,
				      counts);
	for (unsigned i = 0; i < count && i < VERDICTS_SHOWN; i++) {
		enum verdict v = (enum verdict)list[i];
		struct bar b = { .label = slice_of(verdict_name(v)),
				 .count = counts[v],
				 .most = counts[list[0]],
				 .role = column_verdict_role(v),
				 .tag = STATISTICS_TAG(STATISTICS_VERDICT, v) };

		add_bar(p, width, &b);
	}
	say_more(s, p, count, VERDICTS_SHOWN);
}

/* Cells of the names of a table; its last column is left out if need be. */
static int name_cells(int width)
{
	int cells = width - 4 * TABLE_CELLS - 2;

	if (cells > 20 + 24)
		cells -= 24;
	if (cells > 32)
		cells = 32;
	return cells < LABEL_LEAST ? LABEL_LEAST : cells;
}

static void table_line(struct text_pane *p, const struct text_look *look,
		       int width, struct slice name,
		       const char *const columns[4], const char *last)
{
	int cells = name_cells(width);
	int left = width - 2 - cells - 4 * TABLE_CELLS - 2;
	struct buf head;
	struct buf text;

	buf_init(&head, LINE_BYTES);
	buf_init(&text, LINE_BYTES);
	add_padded(&head, fitted(name, cells), cells, false);
	for (unsigned i = 0; i < 4; i++)
		add_padded(&text, slice_of(columns[i]), TABLE_CELLS, true);
	if (last[0] != '\0' && left >= 8) {
		buf_add_text(&text, "  ");
		buf_add(&text, fitted(slice_of(last), left));
	}
	text_pane_add(p, look, buf_slice(&head), buf_slice(&text));
	buf_free(&head);
	buf_free(&text);
}

static void table_row(const struct statistics_screen *s, struct text_pane *p,
		      int width, const struct signing_row *r, uint32_t tag)
{
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = STYLE_TEXT,
				  .mark = r->failed > 0 ? '!' : '\0',
				  .tag = tag };
	char numbers[4][NUMBER_BYTES];
	const char *columns[] = { grouped(r->requests, numbers[0]),
				  grouped(r->valid, numbers[1]),
				  grouped(r->failed, numbers[2]),
				  grouped(r->unknown, numbers[3]) };
	char name[SIGNING_NAME_BYTES + sizeof(r->spc) + 4];

	if (r->name[0] == '\0')
		(void)snprintf(name, sizeof(name), "%s",
			       r->spc[0] != '\0' ? r->spc
						 : tr(s, "all others"));
	else if (r->spc[0] != '\0' && strstr(r->name, r->spc) == NULL)
		(void)snprintf(name, sizeof(name), "%s (%s)", r->name, r->spc);
	else
		(void)snprintf(name, sizeof(name), "%s", r->name);
	table_line(p, &look, width, slice_of(name), columns,
		   verdict_name(r->most));
}

static void fill_table(const struct statistics_screen *s, struct text_pane *p,
		       int width, const char *title,
		       const struct signing_row *rows, unsigned count)
{
	const struct text_look look = { .role = STYLE_DIM,
					.head_role = STYLE_TITLE };
	const char *columns[] = { tr(s, "all"), tr(s, "valid"), tr(s, "failed"),
				  tr(s, "unknown") };
	bool signers = rows == s->figures->signers;

	if (count == 0)
		return;
	panel_paragraph(p, STYLE_TEXT, SLICE(" "));
	table_line(p, &look, width, slice_of(tr(s, title)), columns,
		   tr(s, "mostly"));
	for (unsigned i = 0; i < count && i < ROWS_SHOWN; i++)
		table_row(s, p, width, &rows[i],
			  signers ? STATISTICS_TAG(STATISTICS_SIGNER, i) : 0);
	say_more(s, p, count, ROWS_SHOWN);
}

/* ---- over time */

/* Bins put together so that they fit. */
static unsigned merge_bins(const struct signing_figures *f, unsigned most,
			   struct signing_bin out[SIGNING_BINS],
			   int64_t *bin_ns)
{
	unsigned bins =
		f->bin_count < SIGNING_BINS ? f->bin_count : SIGNING_BINS;
	unsigned each = most > 0 ? (bins + most - 1) / most : bins;
	unsigned count = 0;

	if (each == 0)
		return 0;
	for (unsigned i = 0; i < bins; i++) {
		struct signing_bin *b = &out[i / each];

		if (i % each == 0) {
			*b = (struct signing_bin){ 0 };
			count++;
		}
		b->requests += f->bins[i].requests;
		b->valid += f->bins[i].valid;
		b->failed += f->bins[i].failed;
		b->unknown += f->bins[i].unknown;
	}
	*bin_ns = f->bin_ns * (int64_t)each;
	return count;
}

static void chart_rows(struct text_pane *p, const struct signing_bin *bins,
		       unsigned count, uint64_t most)
{
	struct text_look look = { .role = STYLE_SUCCESS,
				  .head_role = STYLE_DIM };
	struct text_look marks = { .role = STYLE_PROBLEM,
				   .head_role = STYLE_DIM };
	char number[NUMBER_BYTES];
	struct buf line;
	struct buf head;

	buf_init(&line, LINE_BYTES);
	buf_init(&head, LINE_BYTES);
	for (int row = CHART_ROWS; row >= 0; row--) {
		buf_clear(&line);
		buf_clear(&head);
		add_padded(&head,
			   row == CHART_ROWS ? slice_of(grouped(most, number))
					     : SLICE(""),
			   NUMBER_CELLS - 2, true);
		buf_add_text(&head, row > 0 ? " |" : "  ");
		for (unsigned i = 0; i < count; i++) {
			double high = (double)bins[i].requests * CHART_ROWS;

			if (row == 0)
				buf_add_char(&line,
					     bins[i].failed > 0 ? 'X' : ' ');
			else
				buf_add_char(&line,
					     high > (double)most * (row - 1)
						     ? '#'
						     : ' ');
		}
		text_pane_add(p, row == 0 ? &marks : &look, buf_slice(&head),
			      buf_slice(&line));
	}
	buf_free(&line);
	buf_free(&head);
}

static void say_time(const struct statistics_screen *s, int64_t ns,
		     char out[TIME_BYTES])
{
	char date[CLOCK_TEXT_BYTES];
	char time[CLOCK_TEXT_BYTES];

	(void)snprintf(out, TIME_BYTES, "%.10s %.8s",
		       clock_date(ns, s->ctx->utc, date),
		       clock_time_of_day(ns, s->ctx->utc, time));
}

static void fill_chart(const struct statistics_screen *s, struct text_pane *p,
		       int width)
{
	const struct signing_figures *f = s->figures;
	int room = width - 2 - NUMBER_CELLS;
	struct signing_bin bins[SIGNING_BINS];
	int64_t bin_ns = f->bin_ns;
	uint64_t most = 0;
	char from[TIME_BYTES];
	char to[TIME_BYTES];
	char each[CLOCK_TEXT_BYTES];
	const char *values[] = { from, to, each };
	char text[LINE_BYTES];
	unsigned count;

	if (f->bin_count == 0 || room < CHART_LEAST)
		return;
	count = merge_bins(f, (unsigned)room, bins, &bin_ns);
	for (unsigned i = 0; i < count; i++)
		if (bins[i].requests > most)
			most = bins[i].requests;
	if (most == 0)
		return;
	panel_heading(p, slice_of(tr(s, "Over time (X: some failed)")));
	chart_rows(p, bins, count, most);
	say_time(s, f->begin_ns, from);
	say_time(s, f->begin_ns + bin_ns * (int64_t)count, to);
	clock_duration(bin_ns, each);
	panel_paragraph(
		p, STYLE_DIM,
		slice_of(phrase(text, sizeof(text), tr(s, "%1 to %2, %3 each"),
				values, 3)));
}

static void fill_clock(const struct statistics_screen *s, struct text_pane *p)
{
	const struct signing_figures *f = s->figures;
	int64_t off = f->clock_offset_s;
	struct phrase_number seconds =
		phrase_number(off < 0 ? -(uint64_t)off : (uint64_t)off);
	const char *values[] = { seconds.text };
	char text[LINE_BYTES];

	if (!f->has_clock_offset)
		return;
	panel_paragraph(
		p, STYLE_NOTE,
		slice_of(phrase(text, sizeof(text),
				tr(s, off < 0 ? "i The clock of the capture is "
						"%1 s behind those of the "
						"signers."
					      : "i The clock of the capture is "
						"%1 s ahead of those of the "
						"signers."),
				values, 1)));
}

static void fill_identity(const struct statistics_screen *s,
			  struct text_pane *p, int width)
{
	const struct signing_figures *f = s->figures;
	const char *why = NULL;

	panel_heading(p, slice_of(tr(s, "Identity")));
	if (s->ctx->signing == NULL)
		why = "Nothing is judged here.";
	else if (!s->counted)
		why = "Counting ...";
	else if (s->failed)
		why = "Out of memory.";
	else if (f->requests == 0)
		why = "No request carries an Identity, and none had to.";
	if (why != NULL) {
		panel_paragraph(p, STYLE_DIM, slice_of(tr(s, why)));
		return;
	}
	fill_shares(s, p, width);
	fill_clock(s, p);
	fill_verdicts(s, p, width);
	fill_table(s, p, width, "Signer", f->signers, f->signer_count);
	fill_table(s, p, width, "First seen from", f->peers, f->peer_count);
	fill_chart(s, p, width);
}

void statistics_fill(struct statistics_screen *s)
{
	struct text_pane *left = s->panes[0];
	struct text_pane *right = s->panes[s->two ? 1 : 0];

	text_pane_refill(s->panes[0]);
	text_pane_refill(s->panes[1]);
	fill_totals(s, left);
	fill_identity(s, right, s->widths[s->two ? 1 : 0]);
	fill_codes(s, left, s->widths[0]);
	fill_methods(s, left, s->widths[0]);
}

/* ---- what a line counts, as a filter */

/* A name that can stand between quotes as it is. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == '"' || *c == '\\')
			return false;
	return name[0] != '\0';
}

char *statistics_filter(const struct statistics_screen *s, uint32_t tag,
			char out[STATISTICS_FILTER_BYTES])
{
	unsigned n = STATISTICS_NUMBER(tag);
	char name[STATISTICS_FILTER_BYTES / 2] = "";

	out[0] = '\0';
	switch (STATISTICS_KIND(tag)) {
	case STATISTICS_NOTHING:
		break;
	case STATISTICS_CODE:
		(void)snprintf(out, STATISTICS_FILTER_BYTES, "code == %u", n);
		break;
	case STATISTICS_METHOD:
		slice_copy(view_method_name(s->ctx->view, (uint16_t)n), name,
			   sizeof(name));
		if (is_plain(name))
			(void)snprintf(out, STATISTICS_FILTER_BYTES,
				       "method == \"%s\"", name);
		break;
	case STATISTICS_VERDICT:
		(void)snprintf(out, STATISTICS_FILTER_BYTES, "verdict == %s",
			       verdict_name((enum verdict)n));
		break;
	case STATISTICS_ATTEST:
		(void)snprintf(out, STATISTICS_FILTER_BYTES, "attest == %s",
			       attest_name((enum attestation)n));
		break;
	case STATISTICS_SIGNER:
		if (s->figures != NULL && n < SIGNING_ROWS &&
		    is_plain(s->figures->signers[n].name))
			(void)snprintf(out, STATISTICS_FILTER_BYTES,
				       "signer == \"%s\"",
				       s->figures->signers[n].name);
		break;
	}
	return out;
}
