#include "html.h"

#include "sipmon/report/ladder.h"

/* Measures of the drawing, in pixels. */
#define TIME_WIDTH   96
#define COLUMN_WIDTH 200
#define ROW_HEIGHT   20
#define HEAD_HEIGHT  40
#define ARROW        6

/* A call used for ever has more than anybody looks at. */
#define ROWS_MAX 400

static unsigned column_x(unsigned column)
{
	return TIME_WIDTH + COLUMN_WIDTH / 2 + column * COLUMN_WIDTH;
}

static const char *class_of(const struct captured_msg *m)
{
	static const char *const classes[] = { "c1", "c2", "c3",
					       "c4", "c5", "c6" };

	if (!msg_is(m, MSG_RESPONSE))
		return "rq";
	return m->status >= 100 && m->status < 700
		       ? classes[m->status / 100 - 1]
		       : "c6";
}

static void add_label(struct html_page *p, const struct captured_msg *m)
{
	struct buf *out = &p->sink.buf;
	struct code_entry e;

	if (msg_is(m, MSG_RESPONSE)) {
		buf_add_uint(out, m->status);
		if (catalogue_code(p->in->words, m->status, &e) && e.known) {
			buf_add_char(out, ' ');
			html_text(out, e.phrase);
		}
	} else {
		html_text(out, view_method_name(p->in->view, m->method));
	}
	if (msg_is(m, MSG_SDP))
		buf_add(out, SLICE(" (sdp)"));
}

static void add_heads(struct html_page *p, const struct ladder *l,
		      unsigned height)
{
	struct buf *out = &p->sink.buf;
	char text[ENDPOINT_TEXT_BYTES];

	for (unsigned i = 0; i < l->column_count; i++) {
		const struct endpoint *e = &l->columns[i].endpoint;
		unsigned x = column_x(i);

		buf_add_format(out,
			       "<line class=\"life\" x1=\"%u\" y1=\"%u\" "
			       "x2=\"%u\" y2=\"%u\"/>"
			       "<text x=\"%u\" y=\"16\" "
			       "text-anchor=\"middle\">%s</text>",
			       x, HEAD_HEIGHT - ROW_HEIGHT, x, height, x,
			       e->port != 0 ? endpoint_text(e, text)
					    : endpoint_host_text(e, text));
	}
}

/* The shaft, and a head at its end. */
static void add_arrow(struct buf *out, const struct ladder_row *row,
		      const char *class, unsigned y)
{
	unsigned from = column_x(row->from);
	unsigned to = column_x(row->to);
	unsigned back = row->to > row->from ? to - ARROW : to + ARROW;

	buf_add_format(out,
		       "<line class=\"%s%s\" x1=\"%u\" y1=\"%u\" x2=\"%u\" "
		       "y2=\"%u\"/>",
		       class, row->resent ? " resent" : "", from, y, to, y);
	buf_add_format(out,
		       "<polygon class=\"%s\" "
		       "points=\"%u,%u %u,%u %u,%u\"/>",
		       class, to, y, back, y - 4, back, y + 4);
}

static void add_row(struct html_page *p, const struct ladder_row *row,
		    unsigned y)
{
	const struct captured_msg *m = view_msg(p->in->view, row->msg);
	struct buf *out = &p->sink.buf;
	const char *class;

	if (m == NULL)
		return;
	class = class_of(m);
	buf_add_format(out, "<text x=\"4\" y=\"%u\">%.3f</text>", y,
		       (double)row->since_start_ns / 1e9);
	if (row->from != row->to)
		add_arrow(out, row, class, y);
	buf_add_format(out,
		       "<text class=\"%s\" x=\"%u\" y=\"%u\" "
		       "text-anchor=\"middle\">",
		       class, (column_x(row->from) + column_x(row->to)) / 2,
		       y - 4);
	add_label(p, m);
	if (row->repeats > 0)
		buf_add_format(out, " x%u", row->repeats + 1);
	buf_add(out, SLICE("</text>\n"));
}

void html_ladder(struct html_page *p, const struct call *c)
{
	const struct ladder_options options = { .merge_ports = true,
						.fold = true };
	struct buf *out = &p->sink.buf;
	struct ladder l;
	uint32_t rows;
	unsigned height;

	if (ladder_of(&l, p->in->view, c, &options) != ERR_OK)
		return;
	rows = l.row_count < ROWS_MAX ? l.row_count : ROWS_MAX;
	height = HEAD_HEIGHT + rows * ROW_HEIGHT;
	buf_add_format(out,
		       "<div class=\"scroll\"><svg "
		       "xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		       "width=\"%u\" height=\"%u\">\n",
		       TIME_WIDTH + l.column_count * COLUMN_WIDTH, height);
	add_heads(p, &l, height);
	for (uint32_t i = 0; i < rows; i++) {
		add_row(p, &l.rows[i], HEAD_HEIGHT + i * ROW_HEIGHT + 14);
		sink_pass(&p->sink);
	}
	buf_add(out, SLICE("</svg></div>\n"));
	if (rows < l.row_count || l.left_out > 0) {
		buf_add_format(out, "<p class=\"dim\">%u ",
			       l.row_count - rows + l.left_out);
		html_words(p, "messages not shown");
		buf_add(out, SLICE("</p>\n"));
	}
	ladder_free(&l);
}
