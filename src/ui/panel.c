#include "sipmon/ui/panel.h"

#include <stdio.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/table.h"
#include "sipmon/base/utf8.h"
#include "sipmon/report/evidence.h"
#include "sipmon/sip/method.h"
#include "sipmon/ui/column.h"

#include "broken.h"

#define EVIDENCE_BYTES_MAX 65536
#define VENDORS_MAX        64
#define LABEL_CELLS        14
#define PANEL_COLUMNS_MIN  90 /* of the screen; below, no panel */
#define PANEL_CELLS_MIN    24
#define PANEL_STEP         4

static struct slice label(const struct catalogue *c, struct slice key)
{
	return catalogue_term(c, "label", key);
}

static void gap(struct text_pane *p)
{
	struct text_look look = { .role = STYLE_TEXT };

	if (text_pane_lines(p) > 0)
		text_pane_add(p, &look, SLICE_NONE, SLICE_NONE);
}

void panel_heading(struct text_pane *p, struct slice text)
{
	struct text_look look = { .role = STYLE_TITLE };

	gap(p);
	text_pane_add(p, &look, SLICE_NONE, text);
}

void panel_paragraph(struct text_pane *p, enum style role, struct slice text)
{
	struct text_look look = { .role = role };

	if (text.len > 0)
		text_pane_add(p, &look, SLICE_NONE, text);
}

void panel_item(struct text_pane *p, struct slice text)
{
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = STYLE_DIM,
				  .hang = 2 };

	text_pane_add(p, &look, SLICE("- "), text);
}

void panel_pair(struct text_pane *p, struct slice name, struct slice text)
{
	struct text_look look = { .role = STYLE_TEXT,
				  .head_role = STYLE_DIM,
				  .hang = LABEL_CELLS,
				  .tab = LABEL_CELLS };

	if (text.len > 0)
		text_pane_add(p, &look, name, text);
}

static void titled_list(struct text_pane *p, struct slice title,
			struct slice list)
{
	struct slice item;

	if (list.len == 0)
		return;
	panel_heading(p, title);
	while (table_item_next(&list, &item))
		panel_item(p, item);
}

void panel_list(struct text_pane *p, const struct catalogue *c,
		struct slice key, struct slice list)
{
	titled_list(p, label(c, key), list);
}

static void code_line(struct text_pane *p, const struct code_entry *e,
		      bool link)
{
	enum style role = style_of_code(e->code);
	struct text_look look = { .role = role, .head_role = role };
	char number[16];

	if (link) {
		look.tag = PANEL_LINK | e->code;
		look.indent = 2;
		look.hang = 6;
	}
	(void)snprintf(number, sizeof(number), "%u ", e->code);
	text_pane_add(p, &look, slice_of(number), e->phrase);
}

void panel_code_title(struct text_pane *p, const struct catalogue *c,
		      uint16_t code)
{
	struct code_entry e;

	if (!catalogue_code(c, code, &e))
		return;
	code_line(p, &e, false);
	panel_paragraph(p, STYLE_DIM, e.reference);
}

void panel_code(struct text_pane *p, const struct catalogue *c, uint16_t code)
{
	struct code_entry e;

	if (!catalogue_code(c, code, &e))
		return;
	panel_heading(p, label(c, SLICE("description")));
	panel_paragraph(p, STYLE_TEXT, e.description);
	panel_list(p, c, SLICE("when"), e.when);
	panel_list(p, c, SLICE("fix"), e.fix);
	if (e.note.len == 0)
		return;
	panel_heading(p, label(c, SLICE("note_of_site")));
	panel_paragraph(p, STYLE_NOTE, e.note);
}

/* Keys with a blank between, each as its term. */
static void terms_pair(struct text_pane *p, const struct catalogue *c,
		       struct slice name, const char *kind, struct slice keys)
{
	struct buf text;

	buf_init(&text, 4096);
	while (slice_is_set(keys)) {
		struct slice key = slice_split(keys, ' ', &keys);

		if (key.len == 0)
			continue;
		if (text.len > 0)
			buf_add_text(&text, ", ");
		buf_add(&text, catalogue_term(c, kind, key));
	}
	panel_pair(p, label(c, name), buf_slice(&text));
	buf_free(&text);
}

void panel_code_link(struct text_pane *p, const struct catalogue *c,
		     uint16_t code)
{
	struct code_entry e;

	if (catalogue_code(c, code, &e))
		code_line(p, &e, true);
}

void panel_related(struct text_pane *p, const struct catalogue *c,
		   uint16_t code)
{
	struct code_entry e;
	struct slice codes;
	uint32_t number;

	if (!catalogue_code(c, code, &e) || e.related.len == 0)
		return;
	codes = e.related;
	panel_heading(p, label(c, SLICE("related")));
	while (slice_is_set(codes)) {
		struct slice word = slice_split(codes, ' ', &codes);

		if (slice_to_u32(word, 699, &number))
			panel_code_link(p, c, (uint16_t)number);
	}
}

void panel_copy(const struct text_pane *p, struct buf *out)
{
	for (size_t i = 0; i < text_pane_lines(p) && !out->failed; i++) {
		utf8_show(out, text_pane_text(p, (int)i));
		buf_add_char(out, '\n');
	}
}

static void vendors(struct text_pane *p, const struct catalogue *c,
		    uint16_t code)
{
	struct slice vendor;
	struct slice sub_code;
	struct slice meaning;
	struct slice action;
	struct buf head;

	buf_init(&head, 1024);
	for (unsigned n = 0; n < VENDORS_MAX; n++) {
		if (!catalogue_vendor(c, code, n, &vendor, &sub_code, &meaning,
				      &action))
			break;
		buf_clear(&head);
		buf_add(&head, vendor);
		if (sub_code.len > 0) {
			buf_add_char(&head, ' ');
			buf_add(&head, sub_code);
		}
		panel_heading(p, buf_slice(&head));
		panel_paragraph(p, STYLE_TEXT, meaning);
		if (action.len > 0)
			panel_item(p, action);
	}
	buf_free(&head);
}

/* The same words as a comparison uses. */
static struct slice status_text(const struct catalogue *c, struct slice status)
{
	static const struct {
		const char *key;
		const char *english;
	} texts[] = {
		{ "registered", "registered with IANA" },
		{ "unregistered", "not registered with IANA" },
		{ "obsolete", "obsolete" },
		{ "vendor", "a number of some vendors" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (slice_eq(status, slice_of(texts[i].key)))
			return slice_of(words(c, texts[i].english));
	return status;
}

void panel_code_facts(struct text_pane *p, const struct catalogue *c,
		      uint16_t code)
{
	struct code_entry e;

	if (!catalogue_code(c, code, &e))
		return;
	panel_heading(p, slice_of(words(c, "Facts")));
	panel_pair(p, label(c, SLICE("class")), e.class_text);
	terms_pair(p, c, SLICE("sent_by"), "sent_by", e.sent_by);
	panel_pair(p, label(c, SLICE("methods")), e.methods);
	terms_pair(p, c, SLICE("ends"), "ends", e.ends);
	terms_pair(p, c, SLICE("retry"), "retry", e.retry);
	panel_pair(p, label(c, SLICE("reference")), e.reference);
	panel_pair(p, label(c, SLICE("status")), status_text(c, e.status));
	panel_list(p, c, SLICE("headers"), e.headers);
	panel_related(p, c, code);
	vendors(p, c, code);
}

bool panel_method_title(struct text_pane *p, const struct catalogue *c,
			struct slice name)
{
	struct text_entry e;

	if (!catalogue_method(c, name, &e))
		return false;
	panel_paragraph(p, STYLE_REQUEST, name);
	panel_paragraph(p, STYLE_DIM, e.reference);
	return true;
}

void panel_method_text(struct text_pane *p, const struct catalogue *c,
		       struct slice name)
{
	struct text_entry e;

	if (!catalogue_method(c, name, &e))
		return;
	panel_heading(p, label(c, SLICE("description")));
	panel_paragraph(p, STYLE_TEXT, e.meaning);
	titled_list(p, slice_of(words(c, "When you meet it")), e.when);
	titled_list(p, slice_of(words(c, "When it fails")), e.fix);
}

bool panel_method(struct text_pane *p, const struct catalogue *c,
		  struct slice name)
{
	if (!panel_method_title(p, c, name))
		return false;
	panel_method_text(p, c, name);
	return true;
}

bool panel_finding(struct text_pane *p, const struct catalogue *c,
		   struct slice kind)
{
	struct text_entry e;
	struct text_look look = { .role = STYLE_PROBLEM,
				  .head_role = STYLE_PROBLEM };

	if (!catalogue_finding(c, kind, &e))
		return false;
	text_pane_add(p, &look, SLICE("! "), e.title);
	panel_pair(p, slice_of(words(c, "Finding")), kind);
	panel_pair(p, label(c, SLICE("reference")), e.reference);
	panel_heading(p, label(c, SLICE("meaning")));
	panel_paragraph(p, STYLE_TEXT, e.meaning);
	panel_list(p, c, SLICE("evidence"), e.when);
	panel_list(p, c, SLICE("fix"), e.fix);
	return true;
}

bool panel_header(struct text_pane *p, const struct catalogue *c,
		  struct slice name)
{
	struct text_entry e;

	if (!catalogue_header(c, name, &e))
		return false;
	panel_paragraph(p, STYLE_DIM, e.reference);
	panel_paragraph(p, STYLE_TEXT, e.meaning);
	if (e.fix.len == 0)
		return true;
	panel_heading(p, slice_of(words(c, "Often wrong")));
	panel_paragraph(p, STYLE_TEXT, e.fix);
	return true;
}

static void verdict_title(struct text_pane *p, const struct catalogue *c,
			  struct slice name, const struct text_entry *e)
{
	enum verdict v = verdict_of_name(name);
	enum style role = column_verdict_role(v);
	struct text_look look = { .role = STYLE_TITLE,
				  .head_role = role,
				  .hang = 2 };
	char letter = column_verdict_letter(v, true);
	char head[64];

	(void)snprintf(head, sizeof(head), "%c %s  ", letter, verdict_name(v));
	text_pane_add(p, &look, slice_of(head), e->title);
	panel_paragraph(p, STYLE_DIM, e->reference);
	panel_heading(p, label(c, SLICE("meaning")));
	panel_paragraph(p, STYLE_TEXT, e->meaning);
	titled_list(p, slice_of(words(c, "When you meet it")), e->when);
	panel_list(p, c, SLICE("fix"), e->fix);
	if (verdict_code(v) == 0)
		return;
	panel_heading(p, slice_of(words(c, "A verifier should answer")));
	panel_code_link(p, c, verdict_code(v));
}

static void caveat_text(struct text_pane *p, const struct catalogue *c,
			struct slice name, const struct text_entry *e)
{
	struct text_look look = { .role = STYLE_TITLE,
				  .head_role = STYLE_NOTE,
				  .hang = 2 };
	struct buf head;

	buf_init(&head, 256);
	buf_add_text(&head, "i ");
	buf_add(&head, name);
	buf_add_text(&head, "  ");
	text_pane_add(p, &look, buf_slice(&head), e->title);
	buf_free(&head);
	panel_paragraph(p, STYLE_DIM,
			slice_of(words(c, "A warning: it does not change the "
					  "verdict.")));
	panel_heading(p, label(c, SLICE("meaning")));
	panel_paragraph(p, STYLE_TEXT, e->meaning);
	panel_list(p, c, SLICE("fix"), e->fix);
}

bool panel_verdict(struct text_pane *p, const struct catalogue *c,
		   struct slice name)
{
	struct text_entry e;
	bool verdict = catalogue_verdict(c, name, &e);

	if (verdict)
		verdict_title(p, c, name, &e);
	if (!catalogue_caveat(c, name, &e))
		return verdict;
	gap(p);
	caveat_text(p, c, name, &e);
	return true;
}

void panel_evidence(struct text_pane *p, const struct ui_context *ctx,
		    const struct captured_msg *m)
{
	struct evidence_input in = { .view = ctx->view,
				     .limits = ctx->limits,
				     .identity = ctx->identity,
				     .audit = ctx->audit,
				     .audit_ctx = ctx->audit_ctx,
				     .words = ctx->words };
	struct buf text;
	struct slice rest;

	buf_init(&text, EVIDENCE_BYTES_MAX);
	if (evidence_of(&text, &in, m) == ERR_OK)
		rest = buf_slice(&text);
	else
		rest = SLICE_NONE;
	if (rest.len > 0)
		panel_heading(p, label(ctx->words, SLICE("seen_here")));
	while (slice_is_set(rest)) {
		struct slice line = slice_split(rest, '\n', &rest);
		struct slice value = SLICE_NONE;
		struct slice name = slice_split(line, '\t', &value);

		if (line.len > 0)
			panel_pair(p, name, value);
	}
	buf_free(&text);
}

static void phase_line(struct text_pane *p, const struct ui_context *ctx,
		       const struct phase *phase, int64_t start_ns)
{
	bool stuck = phase_is_stuck(phase, &ctx->limits);
	struct text_look look = { .role = stuck ? STYLE_PROBLEM : STYLE_TEXT,
				  .head_role = style_of_code(phase->code),
				  .hang = 6 };
	char lasted[CLOCK_TEXT_BYTES];
	char after[CLOCK_TEXT_BYTES];
	char number[16];
	struct buf text;

	buf_init(&text, 1024);
	clock_duration(phase->end_ns - phase->begin_ns, lasted);
	clock_duration(phase->begin_ns - start_ns, after);
	(void)snprintf(number, sizeof(number), "%s%u", stuck ? "! " : "  ",
		       phase->code);
	buf_add_format(&text, " %s", lasted);
	buf_add_format(&text, "  %s %s", words(ctx->words, "after"), after);
	if (phase->open)
		buf_add_format(&text, ", %s", words(ctx->words, "still open"));
	if (stuck)
		buf_add_format(&text, ", %s", words(ctx->words, "stuck"));
	text_pane_add(p, &look, slice_of(number), buf_slice(&text));
	buf_free(&text);
}

void panel_phases(struct text_pane *p, const struct ui_context *ctx,
		  const struct captured_msg *m)
{
	const struct transaction *t =
		view_transaction(ctx->view, m->transaction);
	struct phase phases[PHASE_ROOM];
	unsigned count;

	if (t == NULL)
		return;
	count = phase_list(ctx->view, t, phases, PHASE_ROOM);
	if (count == 0)
		return;
	panel_heading(p, slice_of(words(ctx->words, "Phases")));
	for (unsigned i = 0; i < count; i++)
		phase_line(p, ctx, &phases[i], t->request_ns);
}

bool panel_concerns(const struct finding *f, uint32_t msg)
{
	for (unsigned i = 0; i < f->message_count && i < FINDING_MESSAGES; i++)
		if (f->messages[i] == msg)
			return true;
	return false;
}

void panel_found(struct text_pane *p, const struct catalogue *c,
		 struct slice kind)
{
	struct text_look look = { .role = STYLE_PROBLEM,
				  .head_role = STYLE_PROBLEM,
				  .hang = 2 };
	struct text_entry e;
	bool known = catalogue_finding(c, kind, &e);

	text_pane_add(p, &look, SLICE("! "), known ? e.title : kind);
	if (known)
		panel_paragraph(p, STYLE_TEXT, e.meaning);
}

unsigned panel_findings(struct text_pane *p, const struct ui_context *ctx,
			const struct finding *list, unsigned count,
			uint32_t msg)
{
	unsigned shown = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!panel_concerns(&list[i], msg))
			continue;
		shown++;
		panel_found(p, ctx->words, slice_of(list[i].kind));
	}
	return shown;
}

static void message_size(struct text_pane *p, const struct ui_context *ctx,
			 const struct captured_msg *m)
{
	const struct flow *hop = view_hop(ctx->view, m->hop);
	char text[64];

	if (hop == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%s %u %s",
		       transport_name(hop->transport), m->len,
		       words(ctx->words, "bytes"));
	panel_paragraph(p, STYLE_DIM, slice_of(text));
}

uint32_t panel_explained(const struct view *v, uint32_t msg)
{
	const struct captured_msg *m = view_msg(v, msg);
	const struct transaction *t =
		m == NULL ? NULL : view_transaction(v, m->transaction);

	if (t == NULL || m->method != SIP_METHOD_ACK || t->final_code < 300)
		return msg;
	for (uint32_t id = t->first_msg; id != 0;) {
		const struct captured_msg *r = view_msg(v, id);

		if (r->status == t->final_code)
			return id;
		id = r->next_in_transaction;
	}
	return msg;
}

/* "! Date changed by 192.0.2.1" for the copy where a signature broke. */
static void panel_broken(struct text_pane *p, const struct ui_context *ctx,
			 uint32_t msg)
{
	struct text_look look = { .role = STYLE_PROBLEM,
				  .head_role = STYLE_PROBLEM,
				  .hang = 2 };
	struct verdict_break pair;
	struct identity_detail d;
	struct broken broken;
	char text[512];

	if (!verdict_find_break(ctx->view, msg, &pair) || pair.broken != msg)
		return;
	broken_of(&broken, ctx, msg, broken_detail(ctx, msg, &d) ? &d : NULL);
	text_pane_add(p, &look, SLICE("! "),
		      slice_of(broken_text(&broken, ctx, text, sizeof(text))));
}

/* What a message stands for, and whether that is itself. */
static const struct captured_msg *explained_msg(const struct view *v,
						uint32_t msg, bool *itself)
{
	uint32_t explained = panel_explained(v, msg);

	*itself = explained == msg;
	return view_msg(v, explained);
}

void panel_message_seen(struct text_pane *p, const struct ui_context *ctx,
			const struct captured_msg *m,
			const struct finding *list, unsigned count,
			uint32_t msg)
{
	struct slice method = view_method_name(ctx->view, m->method);
	bool itself;

	message_size(p, ctx, m);
	m = explained_msg(ctx->view, msg, &itself);
	if (!itself) {
		panel_paragraph(p, STYLE_REQUEST, method);
		panel_paragraph(p, STYLE_DIM,
				slice_of(words(ctx->words, "acknowledges")));
	}
	if (m == NULL)
		return;
	if (m->status != 0)
		panel_code_title(p, ctx->words, m->status);
	else
		panel_broken(p, ctx, msg);
	panel_findings(p, ctx, list, count, msg);
	panel_evidence(p, ctx, m);
	panel_phases(p, ctx, m);
}

void panel_message_meaning(struct text_pane *p, const struct ui_context *ctx,
			   uint32_t msg)
{
	bool itself;
	const struct captured_msg *m = explained_msg(ctx->view, msg, &itself);
	struct slice method;

	if (m == NULL)
		return;
	if (m->status != 0) {
		panel_code(p, ctx->words, m->status);
		return;
	}
	method = view_method_name(ctx->view, m->method);
	gap(p);
	if (!panel_method(p, ctx->words, method))
		panel_paragraph(p, STYLE_REQUEST, method);
}

void panel_message(struct text_pane *p, const struct ui_context *ctx,
		   const struct captured_msg *m, const struct finding *list,
		   unsigned count, uint32_t msg)
{
	panel_message_seen(p, ctx, m, list, count, msg);
	panel_message_meaning(p, ctx, msg);
}

void panel_next_link(struct text_pane *p, bool backward)
{
	int lines = (int)text_pane_lines(p);
	int at = text_pane_cursor(p);

	if (at < 0 && backward)
		at = 0;
	for (int i = 0; i < lines; i++) {
		at = backward ? (at + lines - 1) % lines : (at + 1) % lines;
		if ((text_pane_tag(p, at) & PANEL_LINK) == 0)
			continue;
		text_pane_set_cursor(p, at);
		return;
	}
}

uint16_t panel_link(const struct text_pane *p)
{
	uint32_t tag = text_pane_tag(p, text_pane_cursor(p));

	return (tag & PANEL_LINK) != 0 ? (uint16_t)(tag & 0xffff) : 0;
}

int panel_width(int columns, int steps)
{
	int width = columns * 2 / 5 + steps * PANEL_STEP;
	int most = columns * 3 / 5;

	if (columns < PANEL_COLUMNS_MIN)
		return 0;
	if (width > most)
		width = most;
	return width < PANEL_CELLS_MIN ? PANEL_CELLS_MIN : width;
}
