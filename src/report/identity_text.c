#include "identity_text.h"

#include <stdlib.h>

#include "format.h"
#include "identity_brief.h"
#include "sipmon/base/clock.h"
#include "wrap.h"

/* Bytes of one line before it is wrapped; strangers write much. */
#define LINE_MAX_BYTES ((size_t)64 * 1024)

/* What was before and what is after, of each change. */
#define CHANGE_CELLS 40

/* Rows of a table of signers or peers; the JSON has all. */
#define ROWS_MAX 10

enum cells {
	LABEL_CELLS = 16,
	COUNT_CELLS = 9,
	COUNTS = 4,
	MOST_CELLS = 22, /* "CERT_NOT_AUTHORITATIVE" */
	NAME_MIN = 12,
};

static const char *tr(const struct report_input *in, const char *english)
{
	return words(in->words, english);
}

/* A label and behind it words, wrapped. */
static void add_line(struct buf *out, const struct report_input *in,
		     unsigned columns, const char *label,
		     const struct buf *line)
{
	struct buf lead;

	buf_init(&lead, 256);
	pad_add(&lead, slice_of(tr(in, label)), LABEL_CELLS);
	wrap_text(out, columns, buf_slice(&lead), buf_slice(line));
	buf_free(&lead);
}

/* ---- the section */

static bool is_worth_telling(const struct signing_figures *f)
{
	bool failed = false;

	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++)
		failed |= f->by_verdict[i] > 0 &&
			  verdict_class((enum verdict)i) == VERDICT_CLASS_BAD;
	return failed || f->signed_requests > 0;
}

static void add_item(struct buf *line, const char *name, uint64_t n)
{
	if (line->len > 0)
		buf_add(line, SLICE(", "));
	buf_add_text(line, name);
	buf_add_char(line, ' ');
	buf_add_uint(line, n);
}

static void say_requests(struct buf *line, const struct report_input *in,
			 const struct signing_figures *f)
{
	add_item(line, tr(in, "seen"), f->requests);
	add_item(line, tr(in, "signed"), f->signed_requests);
	if (f->requests > 0)
		buf_add_format(line, " (%.1f %%)",
			       100.0 * (double)f->signed_requests /
				       (double)f->requests);
	if (f->waiting > 0)
		add_item(line, tr(in, "not judged"), f->waiting);
}

static void say_attest(struct buf *line, const struct report_input *in,
		       const struct signing_figures *f)
{
	for (unsigned i = ATTEST_A; i <= ATTEST_C; i++)
		add_item(line, attest_name((enum attestation)i),
			 f->by_attest[i]);
	add_item(line, tr(in, "without"), f->by_attest[ATTEST_NONE]);
}

static void say_verdicts(struct buf *line, const struct report_input *in,
			 const struct signing_figures *f)
{
	(void)in;
	for (unsigned i = VERDICT_NONE + 1; i < VERDICTS; i++)
		if (f->by_verdict[i] > 0)
			add_item(line, verdict_name((enum verdict)i),
				 f->by_verdict[i]);
}

static void say_clock(struct buf *line, const struct report_input *in,
		      const struct signing_figures *f)
{
	int64_t s = f->clock_offset_s;
	char text[CLOCK_TEXT_BYTES];

	if (!f->has_clock_offset)
		return;
	/* Over a century is no clock's fault, and would not fit either. */
	if (s > INT64_C(3155760000) || s < -INT64_C(3155760000))
		return;
	buf_add_text(line,
		     clock_duration((s < 0 ? -s : s) * CLOCK_SECOND_NS, text));
	buf_add_char(line, ' ');
	buf_add_text(line,
		     tr(in, s < 0 ? "behind the clocks of the signers"
				  : "ahead of the clocks of the signers"));
}

static char bin_sign(const struct signing_bin *b)
{
	if (b->requests == 0)
		return '.';
	if (b->failed > 0)
		return 'x';
	if (b->unknown > 0)
		return '?';
	return b->valid > 0 ? 'v' : '-';
}

static void say_over_time(struct buf *line, const struct report_input *in,
			  const struct signing_figures *f)
{
	char text[CLOCK_TEXT_BYTES];

	if (f->bin_count < 2)
		return;
	for (unsigned i = 0; i < f->bin_count && i < SIGNING_BINS; i++)
		buf_add_char(line, bin_sign(&f->bins[i]));
	buf_add_char(line, ' ');
	buf_add_text(line, tr(in, "(v valid, x failed, ? cannot tell, - not "
				  "signed, . none)"));
	buf_add_char(line, ' ');
	buf_add_text(line, tr(in, "a sign is"));
	buf_add_char(line, ' ');
	buf_add_text(line, clock_duration(f->bin_ns, text));
	buf_add_char(line, ' ');
	buf_add_text(line, tr(in, "from"));
	buf_add_char(line, ' ');
	buf_add_text(line, clock_rfc3339(f->begin_ns, text));
}

static const struct {
	const char *label;
	void (*say)(struct buf *line, const struct report_input *in,
		    const struct signing_figures *f);
} lines[] = {
	{ "Requests", say_requests },   { "Attestation", say_attest },
	{ "Verdicts", say_verdicts },   { "Capture clock", say_clock },
	{ "Over time", say_over_time },
};

/* ---- its tables */

static unsigned name_cells(unsigned columns)
{
	unsigned taken = COUNTS * COUNT_CELLS + 2 + 2 + MOST_CELLS;

	return columns > taken + NAME_MIN ? columns - taken : NAME_MIN;
}

static void end_line(struct buf *out)
{
	while (out->len > 0 && out->ptr[out->len - 1] == ' ')
		out->len--;
	buf_add_char(out, '\n');
}

static void add_heading(struct buf *out, const struct report_input *in,
			const char *of, unsigned columns)
{
	static const char *const counts[COUNTS] = { "requests", "valid",
						    "failed", "unknown" };

	for (unsigned i = 0; i < COUNTS; i++)
		pad_add_right(out, slice_of(tr(in, counts[i])), COUNT_CELLS);
	buf_add(out, SLICE("  "));
	pad_add(out, slice_of(tr(in, of)), name_cells(columns));
	buf_add(out, SLICE("  "));
	pad_add(out, slice_of(tr(in, "most often")), MOST_CELLS);
	end_line(out);
}

static void add_row(struct buf *out, const struct report_input *in,
		    const struct signing_row *r, unsigned columns)
{
	struct slice name = slice_of(r->name);
	struct buf whole;

	if (name.len == 0)
		name = slice_of(tr(in, "all others"));
	buf_init(&whole, LINE_MAX_BYTES);
	buf_add(&whole, name);
	if (r->spc[0] != '\0' &&
	    slice_search(name, slice_of(r->spc), false) == name.len) {
		buf_add(&whole, SLICE(" ("));
		buf_add_text(&whole, r->spc);
		buf_add_char(&whole, ')');
	}
	pad_number(out, r->requests, COUNT_CELLS);
	pad_number(out, r->valid, COUNT_CELLS);
	pad_number(out, r->failed, COUNT_CELLS);
	pad_number(out, r->unknown, COUNT_CELLS);
	buf_add(out, SLICE("  "));
	pad_add(out, buf_slice(&whole), name_cells(columns));
	buf_add(out, SLICE("  "));
	pad_add(out, slice_of(verdict_name(r->most)), MOST_CELLS);
	end_line(out);
	buf_free(&whole);
}

static void add_table(struct buf *out, const struct report_input *in,
		      const char *of, const struct signing_row *rows,
		      unsigned n, unsigned columns)
{
	if (n == 0)
		return;
	buf_add_char(out, '\n');
	add_heading(out, in, of, columns);
	for (unsigned i = 0; i < n && i < ROWS_MAX; i++)
		add_row(out, in, &rows[i], columns);
	if (n > ROWS_MAX) {
		pad_number(out, n - ROWS_MAX, COUNT_CELLS);
		buf_add_char(out, ' ');
		buf_add_text(out, tr(in, "more are in the JSON report"));
		buf_add_char(out, '\n');
	}
}

static void add_figures(struct buf *out, const struct report_input *in,
			const struct signing_figures *f, unsigned columns)
{
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	buf_add_char(out, '\n');
	buf_add_text(out, tr(in, "Identity"));
	buf_add_char(out, '\n');
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_clear(&line);
		lines[i].say(&line, in, f);
		if (line.len > 0)
			add_line(out, in, columns, lines[i].label, &line);
	}
	buf_free(&line);
	add_table(out, in, "signer", f->signers, f->signer_count, columns);
	add_table(out, in, "first hop from", f->peers, f->peer_count, columns);
}

/* Where nothing is signed there is nothing to count. */
static bool is_any_signed(const struct view *v)
{
	for (const struct call *c = view_first(v); c != NULL;
	     c = view_next(v, c))
		if (call_is(c, CALL_IDENTITY))
			return true;
	return false;
}

void identity_text_section(struct buf *out, const struct report_input *in,
			   unsigned columns)
{
	struct signing_figures *f;

	if (!is_any_signed(in->view))
		return;
	f = format_signing(in);
	if (f != NULL && is_worth_telling(f))
		add_figures(out, in, f, columns);
	free(f);
}

/* ---- a call */

/* ": 10.0.0.10:5060 changed Date (14:02:11 -> 14:02:14)" */
static void add_break(struct buf *line, const struct report_input *in,
		      const struct identity_detail *d)
{
	char text[ENDPOINT_TEXT_BYTES];

	if (d->has_broken_by) {
		buf_add(line, SLICE(": "));
		buf_add_text(line, endpoint_text(&d->broken_by, text));
		if (d->change_count == 0) {
			buf_add_char(line, ' ');
			buf_add_text(line, tr(in, "broke it"));
		}
	}
	for (unsigned i = 0; d->has_broken_by && i < d->change_count &&
			     i < IDENTITY_CHANGES_MAX;
	     i++) {
		buf_add_char(line, i == 0 ? ' ' : ',');
		if (i == 0)
			buf_add_text(line, tr(in, "changed"));
		buf_add_char(line, ' ');
		identity_change_text(line, in->words, &d->changes[i],
				     CHANGE_CELLS);
	}
	if (d->path_note != NULL) {
		buf_add(line, SLICE(", "));
		buf_add_text(line, tr(in, d->path_note));
	}
}

static void add_signer(struct buf *line, const struct report_input *in,
		       const struct identity_brief *b)
{
	if (slice_is_set(b->signer)) {
		buf_add(line, SLICE(", "));
		buf_add_text(line, tr(in, "signer"));
		buf_add_char(line, ' ');
		buf_add(line, b->signer);
	}
	if (b->attest[0] != '\0') {
		buf_add(line, SLICE(", "));
		buf_add(line, SLICE("attest "));
		buf_add_text(line, b->attest);
	}
}

static void add_verdict(struct buf *line, const struct report_input *in,
			enum verdict verdict, uint32_t msg)
{
	struct identity_detail d;

	buf_add_text(line, verdict_name(verdict));
	/* Seen on one hop alone it has no more to tell. */
	if (verdict == VERDICT_VALID || in->identity == NULL || msg == 0 ||
	    msg_previous_hop(in->view, msg) == 0)
		return;
	if (in->identity->detail(in->identity->ctx, msg, &d))
		add_break(line, in, &d);
}

static void add_call_line(struct buf *out, const struct report_input *in,
			  const struct buf *line, unsigned columns)
{
	struct buf lead;

	buf_init(&lead, 256);
	buf_add(&lead, SLICE("  "));
	buf_add_text(&lead, tr(in, "Identity"));
	buf_add(&lead, SLICE("  "));
	wrap_text(out, columns, buf_slice(&lead), buf_slice(line));
	buf_free(&lead);
}

void identity_text_call(struct buf *out, const struct report_input *in,
			const struct call *c, unsigned columns)
{
	struct identity_brief b = identity_brief_of(in, c);
	uint32_t stripped = identity_stripped(in->view, c);
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	if (b.verdict != VERDICT_NONE && b.verdict != VERDICT_NO_IDENTITY) {
		add_verdict(&line, in, b.verdict, b.msg);
		add_signer(&line, in, &b);
		add_call_line(out, in, &line, columns);
	}
	if (stripped != 0) {
		buf_clear(&line);
		add_verdict(&line, in, VERDICT_NO_IDENTITY, stripped);
		add_call_line(out, in, &line, columns);
	}
	buf_free(&line);
}
