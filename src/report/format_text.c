/* For people: what was captured, one line a call, what was found. */
#include "format.h"

#include "figures_text.h"
#include "flow_text.h"
#include "identity_text.h"
#include "sink.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "tally.h"
#include "why_text.h"
#include "wrap.h"

#define COLUMNS_MIN 60

/* Up to so many calls, each is drawn as a ladder too. */
#define LADDERS_MAX 5

#define LABEL_CELLS 16

#define TENTH_NS (CLOCK_SECOND_NS / 10)

enum cells {
	STATE_CELLS = 11,
	METHOD_CELLS = 9,
	CODE_CELLS = 4,
	COUNT_CELLS = 5,
	PDD_CELLS = 7,
	TALK_CELLS = 8,
	BETWEEN_CELLS = 7,  /* blanks between the columns */
	CALL_ID_CELLS = 24, /* room that is left for it; it is never cut */
	PARTIES_MIN = 29,
	PARTIES_MAX = 50,
};

struct page {
	const struct report_input *in;
	struct sink sink;
	struct buf scratch;
	struct tally tally;
	unsigned columns;
	unsigned parties; /* cells of "from > to" */
	unsigned count;   /* calls printed, up to LADDERS_MAX + 1 */
	uint64_t ids[LADDERS_MAX];
	struct finding findings[FINDING_ROOM];
};

static const char *tr(const struct page *p, const char *english)
{
	return words(p->in->words, english);
}

/* ---- the head: what came in and what became of it */

/* A label, and behind it a list of "name number" with commas. */
struct list {
	struct wrap w;
	struct buf *scratch;
	bool any;
};

static void list_begin(struct page *p, struct list *l, const char *label)
{
	buf_clear(&p->scratch);
	pad_add(&p->scratch, slice_of(tr(p, label)), LABEL_CELLS);
	wrap_begin(&l->w, &p->sink.buf, p->columns, buf_slice(&p->scratch));
	l->scratch = &p->scratch;
	l->any = false;
}

static void list_add(struct list *l, struct slice name, uint64_t n)
{
	if (l->any) {
		buf_add_char(l->w.out, ',');
		l->w.at++;
	}
	l->any = true;
	wrap_add(&l->w, name);
	buf_clear(l->scratch);
	pad_number(l->scratch, n, 0);
	wrap_add(&l->w, buf_slice(l->scratch));
}

static void list_end(struct list *l)
{
	if (!l->any)
		buf_add_char(l->w.out, '-');
	wrap_end(&l->w);
}

static void add_time(struct page *p)
{
	const struct counters *n = p->in->counters;
	char text[CLOCK_TEXT_BYTES];
	struct list l;

	if (n->packets == 0)
		return;
	list_begin(p, &l, "Capture");
	wrap_add(&l.w, slice_of(clock_rfc3339(n->start_ns, text)));
	wrap_add(&l.w, slice_of(tr(p, "to")));
	wrap_add(&l.w, slice_of(clock_rfc3339(n->end_ns, text)));
	wrap_end(&l.w);
}

static void add_packets(struct page *p)
{
	const struct counters *n = p->in->counters;
	struct list l;

	list_begin(p, &l, "Packets");
	list_add(&l, slice_of(tr(p, "read")), n->packets);
	list_add(&l, slice_of(tr(p, "bytes")), n->bytes);
	list_add(&l, slice_of(tr(p, "truncated")), n->truncated);
	list_add(&l, slice_of(tr(p, "dropped")), n->dropped);
	list_add(&l, slice_of(tr(p, "duplicates")), n->duplicates);
	list_end(&l);
	list_begin(p, &l, "Not decoded");
	for (unsigned i = 0; i < UNDECODED_REASONS; i++)
		if (n->undecoded[i] > 0)
			list_add(&l,
				 slice_of(undecoded_name((enum undecoded)i)),
				 n->undecoded[i]);
	list_end(&l);
}

static void add_messages(struct page *p, const struct view_totals *n)
{
	struct list l;

	list_begin(p, &l, "SIP");
	list_add(&l, slice_of(tr(p, "messages")), n->messages);
	list_add(&l, slice_of(tr(p, "calls")), n->calls);
	list_add(&l, slice_of(tr(p, "retransmissions")), n->retransmissions);
	list_add(&l, slice_of(tr(p, "malformed")), n->malformed);
	if (n->forgotten_calls > 0)
		list_add(&l, slice_of(tr(p, "forgotten calls")),
			 n->forgotten_calls);
	list_end(&l);
	list_begin(p, &l, "Transports");
	for (unsigned i = 0; i < TRANSPORT_COUNT; i++)
		if (n->by_transport[i] > 0)
			list_add(&l,
				 slice_of(transport_name((enum transport)i)),
				 n->by_transport[i]);
	list_end(&l);
}

static void add_requests(struct page *p)
{
	const struct view *v = p->in->view;
	struct list l;

	list_begin(p, &l, "Requests");
	for (uint16_t i = 0; i < view_method_count(v); i++)
		if (view_requests(v, i) > 0)
			list_add(&l, view_method_name(v, i),
				 view_requests(v, i));
	list_end(&l);
}

static void title(struct page *p, const char *text)
{
	buf_add_char(&p->sink.buf, '\n');
	buf_add_text(&p->sink.buf, tr(p, text));
	buf_add_char(&p->sink.buf, '\n');
}

static void add_code(struct page *p, unsigned code, uint64_t n)
{
	struct buf *out = &p->sink.buf;
	struct code_entry e;

	pad_number(out, n, 12);
	buf_add_text(out, "  ");
	pad_number(out, code, 3);
	if (catalogue_code(p->in->words, (uint16_t)code, &e)) {
		buf_add_char(out, ' ');
		buf_add(out, e.known ? e.phrase : e.class_text);
	}
	buf_add_char(out, '\n');
}

static void add_codes(struct page *p, const struct view_totals *n)
{
	if (n->responses == 0)
		return;
	title(p, "Responses");
	for (unsigned code = 0; code < VIEW_CODES; code++)
		if (n->by_code[code] > 0)
			add_code(p, code, n->by_code[code]);
	if (n->other_codes > 0) {
		pad_number(&p->sink.buf, n->other_codes, 12);
		buf_add_text(&p->sink.buf, "  ");
		buf_add_text(&p->sink.buf, tr(p, "other codes"));
		buf_add_char(&p->sink.buf, '\n');
	}
}

/* ---- one line a call */

static void add_heading(struct page *p)
{
	struct buf *out = &p->sink.buf;

	title(p, "Calls");
	pad_add(out, slice_of(tr(p, "State")), STATE_CELLS);
	buf_add_char(out, ' ');
	pad_add(out, slice_of(tr(p, "Method")), METHOD_CELLS);
	buf_add_char(out, ' ');
	pad_add(out, slice_of(tr(p, "From > To")), p->parties);
	buf_add_char(out, ' ');
	pad_add(out, slice_of(tr(p, "Code")), CODE_CELLS);
	buf_add_char(out, ' ');
	pad_add_right(out, slice_of(tr(p, "Msgs")), COUNT_CELLS);
	buf_add_char(out, ' ');
	pad_add_right(out, slice_of(tr(p, "PDD ms")), PDD_CELLS);
	buf_add_char(out, ' ');
	pad_add_right(out, slice_of(tr(p, "Talk s")), TALK_CELLS);
	buf_add_char(out, ' ');
	buf_add_text(out, tr(p, "Call-ID"));
	buf_add_char(out, '\n');
}

/* A dash for what is not known. */
static void add_ms(struct buf *out, int64_t ns, unsigned cells)
{
	if (ns < 0)
		pad_add_right(out, SLICE("-"), cells);
	else
		pad_number(out, ((uint64_t)ns + CLOCK_MS_NS / 2) / CLOCK_MS_NS,
			   cells);
}

static void add_seconds(struct buf *out, int64_t ns, unsigned cells)
{
	uint64_t tenths;

	if (ns < 0) {
		pad_add_right(out, SLICE("-"), cells);
		return;
	}
	tenths = ((uint64_t)ns + TENTH_NS / 2) / TENTH_NS;
	pad_number(out, tenths / 10, cells - 2);
	buf_add_char(out, '.');
	buf_add_char(out, (char)('0' + tenths % 10));
}

static void add_parties(struct page *p, const struct call *c)
{
	unsigned half = (p->parties - 3) / 2;
	size_t from = utf8_shown_cells(c->from_user);
	size_t to = utf8_shown_cells(c->to_user);
	struct buf *out = &p->sink.buf;
	unsigned first = from > half ? half : (unsigned)from;

	/* What the one does not need the other may have. */
	if (from > half && to < p->parties - 3 - half)
		first = from + to + 3 > p->parties
				? p->parties - 3 - (unsigned)to
				: (unsigned)from;
	pad_add(out, c->from_user, first);
	buf_add(out, SLICE(" > "));
	pad_add(out, c->to_user, p->parties - 3 - first);
}

static void add_findings(struct page *p, const struct call *c)
{
	unsigned n = format_findings(p->in, c, p->findings);
	struct buf *out = &p->sink.buf;

	for (unsigned i = 0; i < n; i++)
		tally_add(&p->tally, p->findings[i].kind);
	if (n == 0)
		return;
	buf_add(out, SLICE("  ! "));
	buf_add_text(out, p->findings[0].kind);
	if (n > 1) {
		buf_add(out, SLICE(" +"));
		pad_number(out, n - 1, 0);
	}
}

static void add_call(struct page *p, const struct call *c)
{
	const struct view *v = p->in->view;
	struct timing t = timing_of(v, c);
	uint16_t code = call_shown_code(v, c);
	struct buf *out = &p->sink.buf;

	pad_add(out, slice_of(call_state_name(call_state(v, c))), STATE_CELLS);
	buf_add_char(out, ' ');
	pad_add(out, view_method_name(v, c->method), METHOD_CELLS);
	buf_add_char(out, ' ');
	add_parties(p, c);
	buf_add_char(out, ' ');
	if (code == 0)
		pad_add(out, SLICE("-"), CODE_CELLS);
	else
		pad_number(out, code, CODE_CELLS - 1);
	if (code != 0)
		buf_add_char(out, ' ');
	buf_add_char(out, ' ');
	pad_number(out, c->message_count, COUNT_CELLS);
	buf_add_char(out, ' ');
	add_ms(out, t.pdd_ns, PDD_CELLS);
	buf_add_char(out, ' ');
	add_seconds(out, t.talk_ns, TALK_CELLS);
	buf_add_char(out, ' ');
	utf8_show(out, c->call_id);
	add_findings(p, c);
	buf_add_char(out, '\n');
	identity_text_call(out, p->in, c, p->columns);
}

static void add_calls(struct page *p)
{
	const struct call *c = format_pass(p->in, view_first(p->in->view));

	if (c == NULL)
		return;
	add_heading(p);
	while (c != NULL && p->sink.err == ERR_OK) {
		add_call(p, c);
		format_take(p->in, c);
		if (p->count < LADDERS_MAX)
			p->ids[p->count] = c->id;
		if (p->count <= LADDERS_MAX)
			p->count++;
		sink_pass(&p->sink);
		c = format_pass(p->in, view_next(p->in->view, c));
	}
}

/* ---- the end */

static void add_tally(struct page *p)
{
	struct buf *out = &p->sink.buf;

	if (p->tally.count == 0)
		return;
	title(p, "Findings");
	for (unsigned i = 0; i < p->tally.count; i++) {
		struct slice kind = slice_of(p->tally.kinds[i].kind);
		struct text_entry e;

		pad_number(out, p->tally.kinds[i].n, 12);
		buf_add_text(out, "  ");
		if (catalogue_finding(p->in->words, kind, &e)) {
			pad_add(out, kind, 24);
			buf_add_char(out, ' ');
			buf_add(out, e.title);
		} else {
			buf_add(out, kind);
		}
		buf_add_char(out, '\n');
	}
}

static void add_ladders(struct page *p)
{
	if (p->count > LADDERS_MAX)
		return;
	for (unsigned i = 0; i < p->count; i++) {
		const struct call *c = view_call(p->in->view, p->ids[i]);

		if (c == NULL)
			continue;
		buf_add_char(&p->sink.buf, '\n');
		flow_text(&p->sink, p->in, c, p->columns);
		why_text(&p->sink, p->in, c, p->columns);
	}
}

static enum err write_text(const struct report_input *in, FILE *out)
{
	const struct view_totals *totals = view_totals(in->view);
	unsigned columns =
		in->columns < COLUMNS_MIN ? COLUMNS_MIN : in->columns;
	unsigned taken = STATE_CELLS + METHOD_CELLS + CODE_CELLS + COUNT_CELLS +
			 PDD_CELLS + TALK_CELLS + BETWEEN_CELLS + CALL_ID_CELLS;
	struct page p = { .in = in, .columns = columns };

	p.parties =
		columns > taken + PARTIES_MIN ? columns - taken : PARTIES_MIN;
	if (p.parties > PARTIES_MAX)
		p.parties = PARTIES_MAX;
	sink_init(&p.sink, out);
	buf_init(&p.scratch, 4096);
	add_time(&p);
	add_packets(&p);
	add_messages(&p, totals);
	add_requests(&p);
	add_codes(&p, totals);
	add_calls(&p);
	figures_text_section(&p.sink.buf, in, columns);
	identity_text_section(&p.sink.buf, in, columns);
	tally_add_capture(&p.tally, in->counters);
	add_tally(&p);
	add_ladders(&p);
	buf_free(&p.scratch);
	return sink_end(&p.sink);
}

const struct report_format format_text = { "text", write_text };
