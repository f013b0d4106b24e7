#include "flow_text.h"

#include <string.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/report/ladder.h"
#include "wrap.h"

#define TIME_CELLS 11

/* Between two columns: arrow and label need this much. */
#define GAP_MIN 18
#define GAP_MAX 36

#define REPEATS_CELLS 8

struct flow_page {
	const struct report_input *in;
	struct buf *out;
	const struct ladder *ladder;
	unsigned gap; /* cells from one column to the next */
};

/* "INVITE sdp", "486 Busy Here", "200 OK sdp". */
static void add_label(struct buf *out, const struct report_input *in,
		      const struct captured_msg *m)
{
	struct code_entry e;

	if (msg_is(m, MSG_RESPONSE)) {
		pad_number(out, m->status, 3);
		if (catalogue_code(in->words, m->status, &e) && e.known) {
			buf_add_char(out, ' ');
			buf_add(out, e.phrase);
		}
	} else {
		buf_add(out, view_method_name(in->view, m->method));
	}
	if (msg_is(m, MSG_SDP))
		buf_add(out, SLICE(" sdp"));
}

static void add_many(struct buf *out, char c, unsigned n)
{
	while (n-- > 0)
		buf_add_char(out, c);
}

/* "--- label -->" in `cells`, dotted for a retransmission. */
static void add_arrow(struct buf *out, struct slice label, unsigned cells,
		      bool to_left, bool resent)
{
	char line = '-';
	unsigned room = cells - 4; /* head, and at least one of line each */
	size_t width = utf8_shown_cells(label);
	unsigned taken = width > room - 2 ? room - 2 : (unsigned)width;
	unsigned before = (room - 2 - taken) / 2;
	unsigned after = room - 2 - taken - before;
	char left = '<';
	char right = '>';

	if (resent)
		line = '.';
	if (to_left)
		right = line;
	else
		left = line;
	buf_add_char(out, left);
	add_many(out, line, before + 1);
	buf_add_char(out, ' ');
	pad_add(out, label, taken);
	buf_add_char(out, ' ');
	add_many(out, line, after + 1);
	buf_add_char(out, right);
}

/* From the left edge to behind the last column. */
static void add_lines(const struct flow_page *p, const struct ladder_row *row,
		      struct slice label)
{
	unsigned left = row->from < row->to ? row->from : row->to;
	unsigned right = row->from < row->to ? row->to : row->from;

	for (unsigned i = 0; i < p->ladder->column_count; i++) {
		buf_add_char(p->out, '|');
		if (i == left && right > left) {
			add_arrow(p->out, label, (right - left) * p->gap - 1,
				  row->to < row->from, row->resent);
			i = right - 1;
		} else if (i == left && right == left) {
			buf_add_char(p->out, ' ');
			pad_add(p->out, label, p->gap - 2);
		} else if (i + 1 < p->ladder->column_count) {
			add_many(p->out, ' ', p->gap - 1);
		}
	}
}

/* Seconds since the start, to the millisecond: more would be noise here. */
static void add_since(struct buf *out, int64_t ns)
{
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	uint64_t ms = (size + CLOCK_MS_NS / 2) / CLOCK_MS_NS;

	buf_add_char(out, ns < 0 ? '-' : ' ');
	pad_number(out, ms / 1000, TIME_CELLS - 6);
	buf_add_char(out, '.');
	for (uint64_t unit = 100; unit > 0; unit /= 10)
		buf_add_char(out, (char)('0' + ms / unit % 10));
	buf_add_char(out, ' ');
}

static unsigned widest_name(const struct ladder *l)
{
	char text[ENDPOINT_TEXT_BYTES];
	size_t most = 0;

	for (unsigned i = 0; i < l->column_count; i++) {
		size_t len =
			strlen(endpoint_text(&l->columns[i].endpoint, text));

		if (len > most)
			most = len;
	}
	return (unsigned)most;
}

static void end_line(struct buf *out)
{
	while (out->len > 0 && out->ptr[out->len - 1] == ' ')
		out->len--;
	buf_add_char(out, '\n');
}

/* Above their columns; names too wide for that stand one to a line. */
static void add_names(const struct flow_page *p)
{
	bool stairs = widest_name(p->ladder) >= p->gap;
	char text[ENDPOINT_TEXT_BYTES];

	add_many(p->out, ' ', TIME_CELLS);
	for (unsigned i = 0; i < p->ladder->column_count; i++) {
		struct slice name = slice_of(
			endpoint_text(&p->ladder->columns[i].endpoint, text));

		if (stairs && i > 0) {
			end_line(p->out);
			add_many(p->out, ' ', TIME_CELLS + i * p->gap);
		}
		if (stairs)
			buf_add(p->out, name);
		else
			pad_add(p->out, name, p->gap);
	}
	end_line(p->out);
}

static void add_row_end(const struct flow_page *p, const struct ladder_row *row)
{
	if (row->repeats > 0) {
		buf_add(p->out, SLICE(" x"));
		pad_number(p->out, (uint64_t)row->repeats + 1, 0);
	}
	end_line(p->out);
}

/* Too many columns for the width: "source > destination  label". */
static void add_as_list(const struct flow_page *p, const struct ladder_row *row,
			struct slice label)
{
	const struct ladder_column *columns = p->ladder->columns;
	char text[ENDPOINT_TEXT_BYTES];

	buf_add_text(p->out, endpoint_text(&columns[row->from].endpoint, text));
	buf_add(p->out, SLICE(" > "));
	buf_add_text(p->out, endpoint_text(&columns[row->to].endpoint, text));
	buf_add(p->out, SLICE("  "));
	utf8_show(p->out, label);
	if (row->resent)
		buf_add(p->out, SLICE(" ."));
}

static void add_rows(struct sink *sink, const struct flow_page *p, bool as_list)
{
	struct buf label;

	buf_init(&label, 4096);
	for (uint32_t i = 0; i < p->ladder->row_count; i++) {
		const struct ladder_row *row = &p->ladder->rows[i];

		buf_clear(&label);
		add_label(&label, p->in, view_msg(p->in->view, row->msg));
		add_since(p->out, row->since_start_ns);
		if (as_list)
			add_as_list(p, row, buf_slice(&label));
		else
			add_lines(p, row, buf_slice(&label));
		add_row_end(p, row);
		sink_pass(sink);
	}
	buf_free(&label);
}

/* Behind the last column stand the end of its name, or how often. */
static unsigned gap_of(const struct ladder *l, unsigned columns)
{
	unsigned name = widest_name(l);
	unsigned taken =
		TIME_CELLS + (name > REPEATS_CELLS ? name : REPEATS_CELLS);
	unsigned room = columns > taken ? columns - taken : 0;
	unsigned gap =
		l->column_count < 2 ? GAP_MAX : room / (l->column_count - 1);

	return gap > GAP_MAX ? GAP_MAX : gap;
}

void flow_text(struct sink *sink, const struct report_input *in,
	       const struct call *c, unsigned columns)
{
	struct ladder_options options = { .fold = true };
	struct buf *out = &sink->buf;
	struct ladder ladder;
	struct flow_page p = { .in = in, .out = out, .ladder = &ladder };
	bool as_list;

	if (ladder_of(&ladder, in->view, c, &options) != ERR_OK)
		return;
	p.gap = gap_of(&ladder, columns);
	as_list = p.gap < GAP_MIN;
	buf_add_text(out, "Call-ID ");
	utf8_show(out, c->call_id);
	buf_add_char(out, '\n');
	if (!as_list)
		add_names(&p);
	add_rows(sink, &p, as_list);
	if (ladder.left_out > 0) {
		pad_number(out, ladder.left_out, TIME_CELLS);
		buf_add_char(out, ' ');
		buf_add_text(out, words(in->words, "messages not shown"));
		buf_add_char(out, '\n');
	}
	ladder_free(&ladder);
}
