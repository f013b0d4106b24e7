#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/ui/column.h"
#include "statistics.h"

#define COUNT(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

#define LINE_BYTES  512
#define LABEL_CELLS 14
#define CHART_ROWS  5
#define CHART_LEAST 10
#define CHART_AXIS  9 /* cells of the number in front */
#define TIME_BYTES  32

static const char *tr(const struct statistics_page *p, const char *english)
{
	return statistics_tr(p->s, english);
}

/* ---- how many */

static void pair(struct statistics_page *p, const char *label, const char *text)
{
	const struct statistics_line line = { .name = slice_of(label) };
	struct buf head;

	buf_init(&head, LINE_BYTES);
	statistics_add_padded(&head, slice_of(label), LABEL_CELLS, false);
	statistics_add(p, &line, buf_slice(&head), slice_of(text));
	buf_free(&head);
}

static void shares(struct statistics_page *p)
{
	const struct signing_figures *f = p->s->signing;
	statistics_cell is_signed;
	statistics_cell all;
	statistics_cell share;
	statistics_cell waiting;
	const char *values[] = {
		statistics_number(f->signed_requests, is_signed),
		statistics_number(f->requests, all),
		statistics_percent(f->signed_requests, f->requests, share),
	};
	char text[LINE_BYTES];

	pair(p, tr(p, "Signed"),
	     phrase(text, sizeof(text), tr(p, "%1 of %2 requests (%3)"), values,
		    3));
	if (f->waiting > 0)
		pair(p, tr(p, "Waiting"),
		     statistics_number(f->waiting, waiting));
}

static struct statistics_table bar_table(const struct statistics_page *p)
{
	static const struct statistics_column columns[] = { { "requests",
							      10 } };

	return statistics_table_of(p, columns, 1, 12, 28);
}

static void attestations(struct statistics_page *p)
{
	const struct signing_figures *f = p->s->signing;
	struct statistics_table t = bar_table(p);

	for (unsigned i = ATTEST_A; i <= ATTEST_C; i++) {
		const char *letter = attest_name((enum attestation)i);
		char name[LINE_BYTES];
		char filter[STATISTICS_FILTER_BYTES];
		statistics_cell cells[1];
		struct statistics_line line = { .role = STYLE_SUCCESS,
						.filter = filter };

		if (f->by_attest[i] == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s %s",
			       tr(p, "Attestation"), letter);
		(void)snprintf(filter, sizeof(filter), "attest == %s", letter);
		line.name = slice_of(name);
		if (f->signed_requests > 0)
			line.share = (double)f->by_attest[i] /
				     (double)f->signed_requests;
		(void)statistics_number(f->by_attest[i], cells[0]);
		statistics_table_row(p, &t, &line, cells);
	}
}

/* ---- verdicts */

/* The most frequent first; how many there are. */
static unsigned sort_verdicts(const uint64_t *counts, unsigned order[VERDICTS])
{
	unsigned n = 0;

	for (unsigned v = VERDICT_NONE + 1; v < VERDICTS; v++) {
		unsigned at = n;

		if (counts[v] == 0)
			continue;
		for (; at > 0 && counts[order[at - 1]] < counts[v]; at--)
			order[at] = order[at - 1];
		order[at] = v;
		n++;
	}
	return n;
}

static void verdicts(struct statistics_page *p)
{
	const uint64_t *counts = p->s->signing->by_verdict;
	struct statistics_table t = bar_table(p);
	unsigned order[VERDICTS];
	unsigned count = sort_verdicts(counts, order);

	for (unsigned i = 0; i < count; i++) {
		enum verdict v = (enum verdict)order[i];
		char filter[STATISTICS_FILTER_BYTES];
		statistics_cell cells[1];
		const struct statistics_line line = {
			.role = column_verdict_role(v),
			.name = slice_of(verdict_name(v)),
			.filter = filter,
			.subject = SUBJECT_WORD,
			.share = (double)counts[v] / (double)counts[order[0]],
		};

		(void)snprintf(filter, sizeof(filter), "verdict == %s",
			       verdict_name(v));
		(void)statistics_number(counts[v], cells[0]);
		statistics_table_row(p, &t, &line, cells);
	}
}

/* ---- signers and peers */

/* A name that can stand between quotes as it is. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == '"' || *c == '\\')
			return false;
	return name[0] != '\0';
}

static void name_party(const struct statistics_page *p,
		       const struct signing_row *r, char out[LINE_BYTES])
{
	if (r->name[0] == '\0')
		(void)snprintf(out, LINE_BYTES, "%s",
			       r->spc[0] != '\0' ? r->spc
						 : tr(p, "all others"));
	else if (r->spc[0] != '\0' && strstr(r->name, r->spc) == NULL)
		(void)snprintf(out, LINE_BYTES, "%s (%s)", r->name, r->spc);
	else
		(void)snprintf(out, LINE_BYTES, "%s", r->name);
}

static void party_row(struct statistics_page *p,
		      const struct statistics_table *t,
		      const struct signing_row *r, const char *field)
{
	char name[LINE_BYTES];
	char filter[STATISTICS_FILTER_BYTES] = "";
	statistics_cell cells[4];
	struct statistics_line line = {
		.role = STYLE_FAILURE,
		.mark = r->failed > 0 ? '!' : '\0',
		.filter = filter,
		.last = slice_of(verdict_name(r->most)),
	};

	name_party(p, r, name);
	line.name = slice_of(name);
	if (field != NULL && is_plain(r->name))
		(void)snprintf(filter, sizeof(filter), "%s == \"%s\"", field,
			       r->name);
	(void)statistics_number(r->requests, cells[0]);
	(void)statistics_number(r->valid, cells[1]);
	(void)statistics_number(r->failed, cells[2]);
	(void)statistics_number(r->unknown, cells[3]);
	statistics_table_row(p, t, &line, cells);
}

static void parties(struct statistics_page *p, const char *title,
		    const struct signing_row *rows, unsigned count,
		    const char *field)
{
	static const struct statistics_column columns[] = {
		{ "all", 8 },
		{ "valid", 8 },
		{ "failed", 8 },
		{ "unknown", 8 },
	};
	struct statistics_table t =
		statistics_table_of(p, columns, COUNT(columns), 15, 32);
	unsigned shown = statistics_rows_shown(p, count);

	if (count == 0)
		return;
	statistics_table_head(p, &t, tr(p, title), tr(p, "mostly"));
	for (unsigned i = 0; i < shown; i++)
		party_row(p, &t, &rows[i], field);
	statistics_more(p, count);
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
		b->failed += f->bins[i].failed;
	}
	*bin_ns = f->bin_ns * (int64_t)each;
	return count;
}

static void chart_row(struct statistics_page *p, const struct signing_bin *bins,
		      unsigned count, uint64_t most, int row)
{
	const struct statistics_line line = {
		.role = row == 0 ? STYLE_PROBLEM : STYLE_SUCCESS,
		.head_role = STYLE_DIM,
	};
	statistics_cell number;
	struct buf head;
	struct buf text;

	buf_init(&head, LINE_BYTES);
	buf_init(&text, LINE_BYTES);
	statistics_add_padded(&head,
			      slice_of(row == CHART_ROWS
					       ? statistics_number(most, number)
					       : ""),
			      CHART_AXIS, true);
	buf_add_text(&head, row > 0 ? " |" : "  ");
	for (unsigned i = 0; i < count; i++) {
		double high = (double)bins[i].requests * CHART_ROWS;

		if (row == 0)
			buf_add_char(&text, bins[i].failed > 0 ? 'X' : ' ');
		else if (high > (double)most * (row - 1))
			statistics_add_block(p, &text);
		else
			buf_add_char(&text, ' ');
	}
	statistics_add(p, &line, buf_slice(&head), buf_slice(&text));
	buf_free(&head);
	buf_free(&text);
}

static void say_time(const struct statistics_page *p, int64_t ns,
		     char out[TIME_BYTES])
{
	char date[CLOCK_TEXT_BYTES];
	char time[CLOCK_TEXT_BYTES];

	(void)snprintf(out, TIME_BYTES, "%.10s %.8s",
		       clock_date(ns, p->s->ctx->utc, date),
		       clock_time_of_day(ns, p->s->ctx->utc, time));
}

static void chart(struct statistics_page *p)
{
	const struct signing_figures *f = p->s->signing;
	int room = p->width - CHART_AXIS - 2;
	struct signing_bin bins[SIGNING_BINS];
	int64_t bin_ns = f->bin_ns;
	uint64_t most = 0;
	uint64_t failed = 0;
	char from[TIME_BYTES];
	char to[TIME_BYTES];
	char each[CLOCK_TEXT_BYTES];
	const char *values[] = { from, to, each };
	char text[LINE_BYTES];
	unsigned count;

	if (f->bin_count == 0 || room < CHART_LEAST)
		return;
	count = merge_bins(f, (unsigned)room, bins, &bin_ns);
	for (unsigned i = 0; i < count; i++) {
		failed += bins[i].failed;
		if (bins[i].requests > most)
			most = bins[i].requests;
	}
	if (most == 0)
		return;
	statistics_heading(p, tr(p, "Over time (X: some failed)"));
	for (int row = CHART_ROWS; row >= (failed > 0 ? 0 : 1); row--)
		chart_row(p, bins, count, most, row);
	say_time(p, f->begin_ns, from);
	say_time(p, f->begin_ns + bin_ns * (int64_t)count, to);
	clock_duration(bin_ns, each);
	statistics_note(p, STYLE_DIM,
			phrase(text, sizeof(text), tr(p, "%1 to %2, %3 each"),
			       values, 3));
}

static void clock_of_capture(struct statistics_page *p)
{
	const struct signing_figures *f = p->s->signing;
	int64_t off = f->clock_offset_s;
	struct phrase_number seconds =
		phrase_number(off < 0 ? -(uint64_t)off : (uint64_t)off);
	const char *values[] = { seconds.text };
	char text[LINE_BYTES];

	if (f->has_clock_offset)
		statistics_note(
			p, STYLE_NOTE,
			phrase(text, sizeof(text),
			       tr(p, off < 0 ? "i The clock of the capture is "
					       "%1 s behind those of the "
					       "signers."
					     : "i The clock of the capture is "
					       "%1 s ahead of those of the "
					       "signers."),
			       values, 1));
}

void statistics_identity_box(struct statistics_page *p)
{
	const struct statistics_screen *s = p->s;
	const struct signing_figures *f = s->signing;
	const char *why = NULL;

	statistics_heading(p, tr(p, "Identity"));
	if (s->ctx->signing == NULL)
		why = "Nothing is judged here.";
	else if (s->failed)
		why = "Out of memory.";
	else if (!s->has_signing)
		why = "Counting ...";
	else if (f->requests == 0)
		why = "No request carries an Identity, and none had to.";
	if (why != NULL) {
		statistics_note(p, STYLE_DIM, tr(p, why));
		return;
	}
	shares(p);
	clock_of_capture(p);
	attestations(p);
	verdicts(p);
	parties(p, "Signer", f->signers, f->signer_count, "signer");
	parties(p, "First seen from", f->peers, f->peer_count, NULL);
	chart(p);
}
