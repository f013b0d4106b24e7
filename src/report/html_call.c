#include "html.h"

#include "format.h"
#include "proof.h"
#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/table.h"
#include "sipmon/call/leg.h"
#include "sipmon/call/media.h"
#include "sipmon/call/state.h"
#include "sipmon/call/timing.h"
#include "sipmon/report/audit_text.h"
#include "sipmon/report/narrative.h"
#include "sipmon/report/quality.h"

/* A call has many passages; these many are told. */
#define PASSAGES_TOLD 24

static void add_summary(struct html_page *p, const struct call *c,
			unsigned number)
{
	struct buf *out = &p->sink.buf;
	uint16_t code = call_shown_code(p->in->view, c);

	buf_add_format(out, "<details id=\"c%u\"%s><summary>%u. <b>", number,
		       p->unfolded ? " open=\"open\"" : "", number);
	html_text(out, c->from_user);
	buf_add(out, SLICE("</b> &#8594; <b>"));
	html_text(out, c->to_user);
	buf_add(out, SLICE("</b> "));
	buf_add_text(out, call_state_name(call_state(p->in->view, c)));
	if (code != 0)
		buf_add_format(out, " <span class=\"c%u\">%u</span>",
			       code < 700 ? code / 100U : 6U, code);
	buf_add(out, SLICE(" <span class=\"id dim\">"));
	html_text(out, c->call_id);
	buf_add(out, SLICE("</span></summary>\n"));
}

static void add_story(struct html_page *p, const struct call *c, unsigned n)
{
	const struct narrative_input in = { .words = p->in->words,
					    .has_findings = p->in->find != NULL,
					    .finding_count = n,
					    .findings = p->findings,
					    .utc = true };

	buf_clear(&p->scratch);
	if (narrative_of(&p->scratch, p->in->view, c, &in) != ERR_OK)
		return;
	buf_add(&p->sink.buf, SLICE("<p>"));
	html_text(&p->sink.buf, buf_slice(&p->scratch));
	buf_add(&p->sink.buf, SLICE("</p>\n"));
}

static void add_list(struct buf *out, struct slice items)
{
	struct slice item;

	if (!slice_is_set(items) || items.len == 0)
		return;
	buf_add(out, SLICE("<ul>"));
	while (table_item_next(&items, &item)) {
		buf_add(out, SLICE("<li>"));
		html_text(out, item);
		buf_add(out, SLICE("</li>"));
	}
	buf_add(out, SLICE("</ul>"));
}

/* The messages that prove it, and what the grammar says. */
static void add_proof(struct html_page *p, const struct call *c,
		      const struct finding *f)
{
	buf_clear(&p->scratch);
	proof_messages(&p->scratch, p->in, c, f);
	buf_add_char(&p->scratch, ' ');
	proof_defect(&p->scratch, p->in, f);
	buf_add(&p->sink.buf, SLICE(" <span class=\"id dim\">"));
	html_text(&p->sink.buf, buf_slice(&p->scratch));
	buf_add(&p->sink.buf, SLICE("</span>"));
}

static void add_finding(struct html_page *p, const struct call *c,
			const struct finding *f)
{
	struct buf *out = &p->sink.buf;
	char text[CLOCK_TEXT_BYTES];
	struct text_entry e;

	if (!catalogue_finding(p->in->words, slice_of(f->kind), &e))
		return;
	buf_add_format(out, "<dt class=\"%s\">",
		       finding_severity_name(f->severity));
	html_text(out, e.title);
	buf_add_format(out, " <span class=\"id dim\">%s", f->kind);
	if (f->lasted_ns >= 0)
		buf_add_format(out, " %s", clock_duration(f->lasted_ns, text));
	if (f->element.family != 0)
		buf_add_format(out, " %s",
			       endpoint_host_text(&f->element, text));
	buf_add(out, SLICE("</span></dt><dd>"));
	html_text(out, e.meaning);
	add_proof(p, c, f);
	add_list(out, e.fix);
	buf_add(out, SLICE("</dd>\n"));
}

static void add_findings(struct html_page *p, const struct call *c, unsigned n)
{
	if (n == 0)
		return;
	buf_add(&p->sink.buf, SLICE("<dl>\n"));
	for (unsigned i = 0; i < n; i++)
		add_finding(p, c, &p->findings[i]);
	buf_add(&p->sink.buf, SLICE("</dl>\n"));
}

static void add_timing(struct html_page *p, const struct call *c)
{
	const struct timing t = timing_of(p->in->view, c);
	const struct {
		const char *name;
		int64_t ns;
	} rows[] = {
		{ "trying", t.trying_ns },
		{ "PDD", t.pdd_ns },
		{ "ring", t.ring_ns },
		{ "early media", t.early_media_ns },
		{ "setup", t.setup_ns },
		{ "failure", t.failure_ns },
		{ "first RTP", t.first_rtp_ns },
		{ "talk", t.talk_ns },
		{ "teardown", t.teardown_ns },
	};
	struct buf *out = &p->sink.buf;

	if (t.pdd_ns < 0 && t.trying_ns < 0 && t.setup_ns < 0)
		return;
	buf_add(out, SLICE("<table><tr>"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].ns < 0)
			continue;
		buf_add(out, SLICE("<th class=\"n\">"));
		html_words(p, rows[i].name);
		buf_add(out, SLICE(" ms</th>"));
	}
	buf_add(out, SLICE("<th></th></tr><tr>"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].ns >= 0)
			html_ms_cell(out, rows[i].ns);
	buf_add(out, SLICE("<td></td></tr></table>\n"));
}

static void add_stream(struct html_page *p, const struct call_media *m)
{
	const struct media_stream *s = m->stream;
	struct stream_quality q = stream_quality_of(p->in->view, m);
	struct buf *out = &p->sink.buf;
	char text[ENDPOINT_TEXT_BYTES];

	buf_add(out, SLICE("<tr><td class=\"id\">"));
	buf_add_text(out, endpoint_text(&s->source, text));
	buf_add(out, SLICE("</td><td class=\"id\">"));
	buf_add_text(out, endpoint_text(&s->destination, text));
	buf_add(out, SLICE("</td><td>"));
	html_text(out, slice_of(q.codec));
	buf_add_format(out,
		       "</td><td class=\"n\">%llu</td><td "
		       "class=\"n\">%lld</td>",
		       (unsigned long long)s->packets, (long long)q.lost);
	buf_add_format(out, "<td class=\"n\">%.2f</td>", q.loss_percent);
	html_ms_cell(out, q.jitter_ns);
	if (q.mos > 0)
		buf_add_format(out, "<td class=\"n\">%.2f</td>", q.mos);
	else
		buf_add(out, SLICE("<td class=\"n\">-</td>"));
	buf_add(out, SLICE("</tr>\n"));
}

static void add_media(struct html_page *p, const struct call *c)
{
	static const char *const heads[] = { "Source",    "Destination",
					     "Codec",     "Packets",
					     "Lost",      "%",
					     "Jitter ms", "MOS" };
	struct call_media list[CALL_MEDIA_ROOM];
	unsigned n = call_media_list(p->in->view, c, list, CALL_MEDIA_ROOM);

	if (n == 0)
		return;
	buf_add(&p->sink.buf, SLICE("<table><tr>"));
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		buf_add(&p->sink.buf, SLICE("<th>"));
		html_words(p, heads[i]);
		buf_add(&p->sink.buf, SLICE("</th>"));
	}
	buf_add(&p->sink.buf, SLICE("</tr>\n"));
	for (unsigned i = 0; i < n; i++)
		add_stream(p, &list[i]);
	buf_add(&p->sink.buf, SLICE("</table>\n"));
}

/* How long each element kept what it passed on. */
static void add_elements(struct html_page *p, const struct call *c)
{
	struct passage list[PASSAGES_TOLD];
	unsigned n = passage_list(p->in->view, c, list, PASSAGES_TOLD);

	if (n == 0)
		return;
	buf_add(&p->sink.buf, SLICE("<ul>"));
	for (unsigned i = 0; i < n; i++) {
		buf_clear(&p->scratch);
		if (!proof_element(&p->scratch, p->in, list, n, i))
			continue;
		buf_add(&p->sink.buf, SLICE("<li>"));
		html_text(&p->sink.buf, buf_slice(&p->scratch));
		buf_add(&p->sink.buf, SLICE("</li>"));
	}
	buf_add(&p->sink.buf, SLICE("</ul>\n"));
}

/* What the timer is for shows when the mouse rests on it. */
static void add_timer_begin(struct html_page *p, const struct audit *a)
{
	struct buf *out = &p->sink.buf;
	struct text_entry e;

	buf_add_text(out,
		     a->result == AUDIT_KEPT ? "<li class=\"dim\"" : "<li");
	if (catalogue_timer(p->in->words, slice_of(a->timer), &e)) {
		buf_add(out, SLICE(" title=\""));
		html_text(out, e.meaning);
		buf_add_char(out, '"');
	}
	buf_add_char(out, '>');
}

static void add_timers(struct html_page *p, const struct call *c)
{
	struct audit list[AUDIT_ROOM];
	unsigned n;

	if (p->in->audit == NULL)
		return;
	n = p->in->audit(p->in->audit_ctx, p->in->view, c, list, AUDIT_ROOM);
	if (n == 0)
		return;
	buf_add(&p->sink.buf, SLICE("<ul>"));
	for (unsigned i = 0; i < n; i++) {
		buf_clear(&p->scratch);
		audit_text(&p->scratch, p->in->view, &list[i], p->in->words);
		add_timer_begin(p, &list[i]);
		html_text(&p->sink.buf, buf_slice(&p->scratch));
		buf_add(&p->sink.buf, SLICE("</li>"));
	}
	buf_add(&p->sink.buf, SLICE("</ul>\n"));
}

static void add_legs(struct html_page *p, const struct call *c)
{
	struct leg legs[LEG_ROOM];
	unsigned n = leg_list(p->in->view, c, legs, LEG_ROOM);

	if (n == 0)
		return;
	buf_add(&p->sink.buf, SLICE("<p>"));
	html_words(p, "Legs");
	buf_add_char(&p->sink.buf, ':');
	for (unsigned i = 0; i < n; i++) {
		const struct call *leg = view_call(p->in->view, legs[i].call);

		if (leg == NULL)
			continue;
		buf_add(&p->sink.buf, SLICE(" <span class=\"id\">"));
		html_text(&p->sink.buf, leg->call_id);
		buf_add_format(&p->sink.buf, " (%s)</span>",
			       leg_tie_name(legs[i].tie));
	}
	buf_add(&p->sink.buf, SLICE("</p>\n"));
}

void html_call(struct html_page *p, const struct call *c, unsigned number)
{
	unsigned findings = format_findings(p->in, c, p->findings);

	add_summary(p, c, number);
	add_story(p, c, findings);
	add_findings(p, c, findings);
	add_timing(p, c);
	add_media(p, c);
	add_legs(p, c);
	html_ladder(p, c);
	add_elements(p, c);
	add_timers(p, c);
	buf_add(&p->sink.buf, SLICE("</details>\n"));
	sink_pass(&p->sink);
}
