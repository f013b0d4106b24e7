#include <stdio.h>
#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "statistics.h"

#define LINE_BYTES  512
#define LABEL_CELLS 9
#define MOST_CELLS  10
#define BINS_LEAST  10
#define MINUTE_NS   (60 * CLOCK_SECOND_NS)

/* One value a bin; -1: there is none. */
struct series {
	unsigned count;
	int64_t values[FIGURES_BINS];
	int64_t most;
};

static const char *tr(const struct statistics_page *p, const char *english)
{
	return statistics_tr(p->s, english);
}

enum what { WHAT_CALLS, WHAT_FAILED, WHAT_PDD };

static int64_t value_of(const struct figures_bin *b, enum what what)
{
	switch (what) {
	case WHAT_CALLS:
		return (int64_t)b->calls;
	case WHAT_FAILED:
		return (int64_t)b->failed;
	case WHAT_PDD:
		break;
	}
	return b->pdd_n > 0 ? b->pdd_p95_ns : -1;
}

/* `each` bins become one: the sum of counts, the worst of delays. */
static struct series series_of(const struct figures_series *f, enum what what,
			       unsigned each)
{
	struct series s = { .count = 0, .most = 0 };

	for (unsigned i = 0; i < f->bin_count && i < FIGURES_BINS; i++) {
		int64_t v = value_of(&f->bins[i], what);
		int64_t *to = &s.values[i / each];

		if (i % each == 0) {
			*to = -1;
			s.count++;
		}
		if (v < 0)
			continue;
		if (*to < 0)
			*to = v;
		else if (what == WHAT_PDD)
			*to = v > *to ? v : *to;
		else
			*to += v;
		if (*to > s.most)
			s.most = *to;
	}
	return s;
}

/* Eighths of a block, or digits; what is there at all can be seen. */
static void add_value(const struct statistics_page *p, struct buf *out,
		      int64_t value, int64_t most)
{
	unsigned steps = p->s->ascii ? 9 : 8;
	unsigned n;

	if (value <= 0 || most <= 0) {
		buf_add_char(out, value < 0 || !p->s->ascii ? ' ' : '.');
		return;
	}
	n = (unsigned)((double)value / (double)most * steps + 0.5);
	if (n < 1)
		n = 1;
	if (n > steps)
		n = steps;
	if (p->s->ascii) {
		buf_add_char(out, (char)('0' + n));
		return;
	}
	/* U+2581 to U+2588 */
	buf_add(out, SLICE("\xe2\x96"));
	buf_add_char(out, (char)(0x80 + n));
}

static void head_row(struct statistics_page *p)
{
	const struct statistics_line line = { .head_role = STYLE_DIM };
	struct buf head;

	buf_init(&head, LINE_BYTES);
	statistics_add_padded(&head, slice_of(tr(p, "max")),
			      LABEL_CELLS + MOST_CELLS, true);
	statistics_add(p, &line, buf_slice(&head), SLICE_NONE);
	buf_free(&head);
}

static void spark_row(struct statistics_page *p, const char *name,
		      const struct series *s, enum what what, enum style role)
{
	const struct statistics_line line = { .role = role,
					      .name = slice_of(name) };
	statistics_cell most;
	struct buf head;
	struct buf text;

	buf_init(&head, LINE_BYTES);
	buf_init(&text, LINE_BYTES);
	if (s->most == 0)
		(void)snprintf(most, sizeof(most), "%s",
			       what == WHAT_PDD ? "-" : "0");
	else if (what == WHAT_PDD)
		(void)statistics_time(s->most, most);
	else
		(void)statistics_number((uint64_t)s->most, most);
	statistics_add_padded(&head, slice_of(name), LABEL_CELLS, false);
	statistics_add_padded(&head, slice_of(most), MOST_CELLS, true);
	buf_add_char(&head, ' ');
	for (unsigned i = 0; i < s->count; i++)
		add_value(p, &text, s->values[i], s->most);
	statistics_add(p, &line, buf_slice(&head), buf_slice(&text));
	buf_free(&head);
	buf_free(&text);
}

static void say_time(const struct statistics_page *p, int64_t ns, bool date,
		     char out[LINE_BYTES])
{
	char day[CLOCK_TEXT_BYTES];
	char time[CLOCK_TEXT_BYTES];

	clock_time_of_day(ns, p->s->ctx->utc, time);
	clock_date(ns, p->s->ctx->utc, day);
	if (date)
		(void)snprintf(out, LINE_BYTES, "%.10s %.8s", day, time);
	else
		(void)snprintf(out, LINE_BYTES, "%.8s", time);
}

/* Bins of less than a minute show all of a short capture better. */
static const struct figures_series *series_to_show(const struct figures *f)
{
	return f->by_time.bin_count > 0 && f->by_time.bin_ns < MINUTE_NS
		       ? &f->by_time
		       : &f->last_hour;
}

void statistics_time_box(struct statistics_page *p)
{
	const struct figures *f = p->s->figures;
	const struct figures_series *show = series_to_show(f);
	int room = p->width - LABEL_CELLS - MOST_CELLS - 1;
	unsigned each;
	char from[LINE_BYTES];
	char to[LINE_BYTES];
	char bin[CLOCK_TEXT_BYTES];
	const char *values[] = { from, to, bin };
	char text[4 * LINE_BYTES];
	struct series s;

	if (show->bin_count == 0 || room < BINS_LEAST)
		return;
	each = (show->bin_count + (unsigned)room - 1) / (unsigned)room;
	statistics_heading(p, tr(p, show == &f->last_hour ? "The last hour"
							  : "Over time"));
	head_row(p);
	s = series_of(show, WHAT_CALLS, each);
	spark_row(p, tr(p, "calls"), &s, WHAT_CALLS, STYLE_SUCCESS);
	s = series_of(show, WHAT_FAILED, each);
	spark_row(p, tr(p, "failed"), &s, WHAT_FAILED, STYLE_FAILURE);
	s = series_of(show, WHAT_PDD, each);
	spark_row(p, "PDD p95", &s, WHAT_PDD, STYLE_PROVISIONAL);
	say_time(p, show->begin_ns, true, from);
	say_time(p, show->begin_ns + show->bin_ns * (int64_t)show->bin_count,
		 false, to);
	clock_duration(show->bin_ns * (int64_t)each, bin);
	statistics_note(p, STYLE_DIM,
			phrase(text, sizeof(text), tr(p, "%1 to %2, %3 each"),
			       values, 3));
}
