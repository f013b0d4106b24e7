/* One line a call, for spreadsheets (RFC 4180). */
#include "format.h"

#include "identity_brief.h"
#include "sink.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/utf8.h"
#include "sipmon/call/leg.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/report/quality.h"

/*
 * Does a spreadsheet take a cell that begins so for a formula?  Blanks before
 * it are skipped by some, and fullwidth forms count as the signs they show.
 */
static bool is_formula(struct slice s)
{
	int32_t cp = ' ';

	while (s.len > 0 && (cp == ' ' || cp == '\t' || cp == '\r' ||
			     cp == '\n' || cp == 0xa0))
		cp = utf8_next(&s);
	switch (cp) {
	case '=':
	case '+':
	case '-':
	case '@':
	case '|':
	case '%':
	case 0xff1d: /* fullwidth = + - @ */
	case 0xff0b:
	case 0xff0d:
	case 0xff20:
		return true;
	default:
		return false;
	}
}

static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f || s.ptr[i] == '"' ||
		    s.ptr[i] == ',' || s.ptr[i] == '\'')
			return false;
	return true;
}

/* Strangers' words: escaped, quoted, and never a formula. */
static void add_text(struct buf *out, struct slice s)
{
	bool formula = is_formula(s);

	if (!formula && is_plain(s)) {
		buf_add(out, s);
		return;
	}
	buf_add_char(out, '"');
	if (formula)
		buf_add_char(out, '\'');
	while (s.len > 0) {
		struct slice rest;
		struct slice part = slice_split(s, '"', &rest);

		utf8_show(out, part);
		if (slice_is_set(rest))
			buf_add(out, SLICE("\"\""));
		s = rest;
	}
	buf_add_char(out, '"');
}

static void text_cell(struct buf *out, struct slice s)
{
	buf_add_char(out, ',');
	add_text(out, s);
}

static void number_cell(struct buf *out, uint64_t n)
{
	buf_add_format(out, ",%llu", (unsigned long long)n);
}

/* An empty cell for what is not known. */
static void code_cell(struct buf *out, uint16_t code)
{
	buf_add_char(out, ',');
	if (code != 0)
		buf_add_format(out, "%u", (unsigned)code);
}

static void ms_cell(struct buf *out, int64_t ns)
{
	buf_add_char(out, ',');
	if (ns == TIMING_NONE)
		return;
	/* Behind a minus a number is a formula to some: times that ran
	 * backwards in the capture are shown as they are all the same. */
	buf_add_format(
		out, "%s%lld.%06lld", ns < 0 ? "-" : "",
		(long long)(ns < 0 ? -(ns / CLOCK_MS_NS) : ns / CLOCK_MS_NS),
		(long long)(ns < 0 ? -(ns % CLOCK_MS_NS) : ns % CLOCK_MS_NS));
}

static void endpoint_cell(struct buf *out, const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_BYTES];

	text_cell(out, e->family == 0 ? SLICE_NONE
				      : slice_of(endpoint_text(e, text)));
}

static void time_cell(struct buf *out, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	text_cell(out, slice_of(clock_rfc3339(ns, text)));
}

static void findings_cell(const struct report_input *in, struct buf *out,
			  const struct call *c)
{
	struct finding list[FINDING_ROOM];
	unsigned n = format_findings(in, c, list);

	buf_add_char(out, ',');
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(out, ' ');
		buf_add_text(out, list[i].kind);
	}
}

static void identity_cells(const struct report_input *in, struct buf *out,
			   const struct call *c)
{
	struct identity_brief b = identity_brief_of(in, c);

	text_cell(out, slice_of(verdict_name(b.verdict)));
	text_cell(out, slice_of(b.attest));
	text_cell(out, b.signer);
}

/* The worst of the call's streams. */
static void quality_cells(struct buf *out, const struct view *v,
			  const struct call *c)
{
	struct call_quality q = call_quality_of(v, c);

	number_cell(out, q.streams);
	if (q.streams == 0) {
		buf_add(out, SLICE(",,,"));
		return;
	}
	buf_add_format(out, ",%.2f", q.loss_percent);
	ms_cell(out, q.jitter_ns < 0 ? TIMING_NONE : q.jitter_ns);
	if (q.mos > 0)
		buf_add_format(out, ",%.2f", q.mos);
	else
		buf_add_char(out, ',');
}

static void add_call(const struct report_input *in, struct buf *out,
		     const struct call *c)
{
	const struct flow *hop = view_hop(in->view, c->hop);
	struct timing t = timing_of(in->view, c);
	struct leg legs[LEG_ROOM];

	add_text(out, c->call_id);
	text_cell(out, view_method_name(in->view, c->method));
	text_cell(out, slice_of(call_state_name(call_state(in->view, c))));
	code_cell(out, call_final_code(in->view, c));
	text_cell(out, c->from_user);
	text_cell(out, c->to_user);
	endpoint_cell(out, &hop->source);
	endpoint_cell(out, &hop->destination);
	time_cell(out, c->start_ns);
	time_cell(out, c->end_ns);
	number_cell(out, c->message_count);
	number_cell(out, c->retransmissions);
	ms_cell(out, t.trying_ns);
	ms_cell(out, t.pdd_ns);
	ms_cell(out, t.ring_ns);
	ms_cell(out, t.setup_ns);
	ms_cell(out, t.talk_ns);
	ms_cell(out, t.teardown_ns);
	findings_cell(in, out, c);
	identity_cells(in, out, c);
	ms_cell(out, t.to_180_ns);
	ms_cell(out, t.to_181_ns);
	ms_cell(out, t.to_182_ns);
	ms_cell(out, t.to_183_ns);
	ms_cell(out, t.to_199_ns);
	ms_cell(out, t.failure_ns);
	ms_cell(out, t.early_media_ns);
	ms_cell(out, t.first_rtp_ns);
	ms_cell(out, t.prack_ns);
	ms_cell(out, t.update_ns);
	text_cell(out, c->agent != 0 ? view_agent_name(in->view, c->agent)
				     : SLICE_NONE);
	number_cell(out, leg_list(in->view, c, legs, LEG_ROOM));
	quality_cells(out, in->view, c);
	buf_add(out, SLICE("\r\n"));
}

static enum err write_csv(const struct report_input *in, FILE *out)
{
	const struct call *c = format_pass(in, view_first(in->view));
	struct sink sink;

	sink_init(&sink, out);
	buf_add(&sink.buf,
		SLICE("call_id,method,state,final_code,from,to,source,"
		      "destination,start,end,messages,retransmissions,"
		      "trying_ms,pdd_ms,ring_ms,setup_ms,talk_ms,teardown_ms,"
		      "findings,verdict,attest,signer,"
		      "to_180_ms,to_181_ms,to_182_ms,to_183_ms,to_199_ms,"
		      "failure_ms,early_media_ms,first_rtp_ms,prack_ms,"
		      "update_ms,agent,legs,streams,loss_percent,jitter_ms,"
		      "mos\r\n"));
	while (c != NULL && sink.err == ERR_OK) {
		add_call(in, &sink.buf, c);
		sink_pass(&sink);
		c = format_pass(in, view_next(in->view, c));
	}
	return sink_end(&sink);
}

const struct report_format format_csv = { "csv", write_csv };
