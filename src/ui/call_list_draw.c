#include <stdio.h>

#include "sipmon/base/clock.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/frame.h"

#include "call_list.h"

#define LINE_BYTES           1024
#define NOTICE_NS            (4 * CLOCK_SECOND_NS)
#define BOX_ROWS             5
#define SIGNS                2 /* cells for the signs of cursor and selection */
#define TRANSACTIONS_AT_MOST 64
#define WHO_CELLS            32 /* "Answered by 192.0.2.1:5060." and more */

/* From this height on, so that the list keeps most of the rows. */
#define HEIGHT_FOR_TROUBLE 12
#define HEIGHT_FOR_INFO    17
#define HEIGHT_FOR_LEGEND  28
#define INFO_ROWS          5 /* a rule above and below */

/* Which row is for what; -1: there is none. */
struct areas {
	int width;
	int trouble;
	int heads;
	int first; /* of the calls */
	int height;
	int info;
	int legend;
	int line;
	int progress;
	int keys;
	int overlay; /* where a notice or a fault hides what can be missed */
};

static const char *tr(const struct call_list *l, const char *english)
{
	return words(l->ctx->words, english);
}

/* ---- the calls ------------------------------------------------------ */

static void draw_heads(const struct call_list *l, struct canvas *c, int row)
{
	enum column_id by = call_rows_sorted_by(l->rows);
	bool down = call_rows_is_descending(l->rows);

	for (unsigned i = 0; i < l->place_count; i++) {
		const struct column_place *p = &l->places[i];
		const struct column *column = column_at(p->id);
		char title[64];

		(void)snprintf(title, sizeof(title), "%s%s",
			       tr(l, column->title),
			       p->id != by ? ""
			       : down      ? "v"
					   : "^");
		canvas_put_field(c, row, p->column, p->width, column->right,
				 STYLE_TITLE, slice_of(title));
	}
}

/* What the columns that are seen have to know of a call. */
static unsigned needs_of(const struct call_list *l)
{
	unsigned needs = 0;

	for (unsigned i = 0; i < l->place_count; i++)
		needs |= column_at(l->places[i].id)->needs;
	return needs;
}

static void draw_row(const struct call_list *l, struct canvas *c, int row,
		     size_t i, unsigned needs)
{
	struct call_row at = call_rows_at(l->rows, i);
	const struct call *call = view_call(l->ctx->view, at.id);
	struct column_facts facts = { .number = at.number, .time = l->time };
	bool cursor = i == call_rows_box(l->rows)->cursor;
	char out[COLUMN_TEXT_BYTES];

	if (cursor)
		canvas_put_text(c, row, 0, 1, STYLE_TEXT, ">");
	if (call_list_is_selected(l, at.id))
		canvas_put_text(c, row, 1, 2, STYLE_TEXT, "*");
	if (call == NULL)
		canvas_put_text(c, row, SIGNS, -1, STYLE_DIM,
				tr(l, "(forgotten)"));
	else
		column_look(&facts, l->ctx, call, needs);
	if (facts.verdict_waits && l->ctx->identity != NULL)
		l->ctx->identity->want(l->ctx->identity->ctx, at.id);
	for (unsigned k = 0; call != NULL && k < l->place_count; k++) {
		const struct column_place *p = &l->places[k];
		const struct column *column = column_at(p->id);
		struct slice text;
		enum style role = column->role != NULL ? column->role(&facts)
						       : STYLE_TEXT;

		facts.width = p->width;
		text = column->text(&facts, out);
		if (call_seek_hits(&l->seek, text))
			role = STYLE_HIT;
		canvas_put_field(c, row, p->column, p->width, column->right,
				 role, text);
	}
	if (call_list_is_selected(l, at.id))
		canvas_mark(c, row, 0, canvas_columns(c), EXTRA_SELECTED);
	if (cursor) {
		canvas_mark(c, row, 0, canvas_columns(c), EXTRA_CURSOR);
		canvas_set_cursor(c, row, 0, false);
	}
}

static void put_phrase(const struct call_list *l, struct canvas *c, int row,
		       const char *english, const char *const *values,
		       unsigned count)
{
	char text[LINE_BYTES];

	phrase(text, sizeof(text), tr(l, english), values, count);
	canvas_put_text(c, row, SIGNS, -1, STYLE_TEXT, text);
}

/* Packets that may hold SIP and that nobody here looks into. */
static const struct unopened {
	enum undecoded reason;
	const char *english;
} unopened[] = {
	{ UNDECODED_TLS_NO_KEYS,
	  "%1 TLS records of SIP could not be opened: no keys." },
	{ UNDECODED_TLS_RECORD,
	  "%1 TLS records could not be opened with the keys given." },
	{ UNDECODED_IP_FRAGMENT,
	  "%1 packets are IP fragments whose others never came." },
	{ UNDECODED_TUNNEL,
	  "%1 packets are in a tunnel that cannot be opened." },
};

#define UNOPENED (sizeof(unopened) / sizeof(unopened[0]))

static bool has_unopened(const struct counters *n)
{
	for (size_t i = 0; i < UNOPENED; i++)
		if (n->undecoded[unopened[i].reason] > 0)
			return true;
	return false;
}

/* Returns the row behind. */
static int draw_unopened(const struct call_list *l, struct canvas *c,
			 const struct areas *a, int row)
{
	for (size_t i = 0; i < UNOPENED && row < a->height; i++) {
		uint64_t count =
			l->ctx->counters->undecoded[unopened[i].reason];
		struct phrase_number packets = phrase_number(count);
		const char *values[] = { packets.text };

		if (count > 0)
			put_phrase(l, c, a->first + row++, unopened[i].english,
				   values, 1);
	}
	return row;
}

/* Why nothing is there, and what to do. */
static void draw_empty(const struct call_list *l, struct canvas *c,
		       const struct areas *a)
{
	const struct ui_status *s = l->ctx->status;
	const struct counters *n = l->ctx->counters;
	struct phrase_number packets = phrase_number(n->packets);
	struct phrase_number lost = phrase_number(counters_undecoded(n));
	struct phrase_number calls = phrase_number(call_rows_known(l->rows));
	char waited[CLOCK_TEXT_BYTES];
	const char *bpf = s->capture_filter != NULL ? s->capture_filter : "";
	const char *values[] = { s->source_name, packets.text, waited,   bpf,
				 lost.text,      calls.text,   l->filter };
	const char *lines[4] = { 0 };
	int rows = 0;

	clock_duration(s->wall_ns - l->opened_ns, waited);
	if (call_rows_progress(l->rows) >= 0) {
		lines[0] = "Filtering ...";
	} else if (call_rows_known(l->rows) > 0) {
		lines[0] = "No call matches the filter: %7";
		lines[1] = "F7 changes it, F9 shows all %6 calls.";
	} else if (s->source == UI_SOURCE_LIVE) {
		lines[0] = "No calls yet. Listening on %1, %2 packets in %3.";
		lines[1] = bpf[0] != '\0'
				   ? "Is the port right? Captured is only: %4"
				   : "Every packet is looked at, on any port.";
		lines[2] = "`sipmon -i any` listens everywhere.";
	} else if (s->source == UI_SOURCE_LOADING) {
		lines[0] = "No calls yet. %2 packets of %1 were read.";
	} else {
		lines[0] = "No SIP message: %2 packets of %1 were read, "
			   "%5 not decoded.";
		if (bpf[0] != '\0')
			lines[1] = "Is the capture filter right? It is: %4";
		else if (!has_unopened(n))
			lines[1] = "Was it captured where the SIP traffic is?";
	}
	for (; rows < 4 && rows < a->height && lines[rows] != NULL; rows++)
		put_phrase(l, c, a->first + rows, lines[rows], values, 7);
	if (call_rows_known(l->rows) > 0)
		return;
	rows = draw_unopened(l, c, a, rows);
	if (call_list_capture_finding(n) != NULL && rows < a->height)
		put_phrase(l, c, a->first + rows++, "e says what to do.", NULL,
			   0);
	if (l->filter[0] != '\0' && rows < a->height)
		put_phrase(l, c, a->first + rows,
			   "Besides, only calls that match are shown: %7",
			   values, 7);
}

/* ---- the lines about the call under the cursor ---------------------- */

/* The hop of the request that `code` answered first; 0 if unknown. */
static uint32_t hop_of_code(const struct view *v, const struct call *call,
			    uint16_t code)
{
	uint32_t id = call->first_transaction;

	for (unsigned i = 0; i < TRANSACTIONS_AT_MOST && id != 0; i++) {
		const struct transaction *t = view_transaction(v, id);

		if (t == NULL)
			return 0;
		if (t->final_code == code || t->phase_code == code)
			return t->hop;
		id = t->next;
	}
	return 0;
}

/* What is too long for the row ends in '~'. */
static void put_rest(struct canvas *c, int row, int column, struct slice text)
{
	canvas_put_field(c, row, column, canvas_columns(c) - column, false,
			 STYLE_TEXT, text);
}

static void put_first_sentence(struct canvas *c, int row, int column,
			       struct slice text)
{
	struct slice sentence = phrase_first_sentence(text);

	if (sentence.len == 0)
		return;
	column = canvas_put_text(c, row, column, -1, STYLE_TEXT, ": ");
	put_rest(c, row, column, sentence);
}

static void draw_meaning(const struct column_facts *f, struct canvas *c,
			 int row)
{
	const char *state = call_state_name(f->state);
	struct code_entry code;
	struct text_entry entry;
	int column = 1;

	if (catalogue_code(f->ctx->words, f->code, &code)) {
		column = canvas_put_format(c, row, column, -1,
					   style_of_code(f->code), "%u ",
					   (unsigned)f->code);
		column = canvas_put(c, row, column, -1, STYLE_TITLE,
				    code.phrase);
		put_first_sentence(c, row, column, code.description);
		return;
	}
	column = canvas_put_text(c, row, column, -1, STYLE_TITLE, state);
	if (catalogue_state(f->ctx->words, slice_of(state), &entry))
		put_first_sentence(c, row, column, entry.meaning);
}

static int draw_who(const struct call_list *l, const struct column_facts *f,
		    struct canvas *c, int row)
{
	const struct view *v = l->ctx->view;
	uint32_t hop = f->code != 0 ? hop_of_code(v, f->call, f->code) : 0;
	const char *english = hop != 0 ? "Answered by %2." : "%1 > %2.";
	char from[ENDPOINT_TEXT_BYTES];
	char to[ENDPOINT_TEXT_BYTES];
	const char *values[] = { from, to };
	char text[LINE_BYTES];
	const struct flow *flow;

	if (hop == 0)
		hop = f->call->hop;
	flow = hop != 0 ? view_hop(v, hop) : NULL;
	if (flow == NULL)
		return 1;
	endpoint_text(&flow->source, from);
	endpoint_text(&flow->destination, to);
	phrase(text, sizeof(text), tr(l, english), values, 2);
	return 1 + canvas_put_text(c, row, 1, -1, STYLE_TEXT, text);
}

/* A verdict that is bad matters more than who answered. */
static int draw_verdict(const struct call_list *l, const struct column_facts *f,
			struct canvas *c, int row)
{
	enum style role = column_verdict_role(f->verdict);
	bool bad = role == STYLE_PROBLEM;
	char text[LINE_BYTES];
	int cells;
	int column = 1;

	call_list_verdict_text(l, f, text, sizeof(text));
	cells = (int)utf8_shown_cells(slice_of(text));
	if (!bad || cells + WHO_CELLS < canvas_columns(c))
		column = draw_who(l, f, c, row);
	if (cells == 0)
		return column;
	return 1 + canvas_put_text(c, row, column, -1, bad ? role : STYLE_TEXT,
				   text);
}

/* Who answered, our verdict, what was found, what goes on just now. */
static void draw_particular(const struct call_list *l,
			    const struct column_facts *f, struct canvas *c,
			    int row)
{
	int column = draw_verdict(l, f, c, row);
	struct text_entry entry;

	if (f->is_stuck) {
		struct phrase_number code = phrase_number(f->stuck.code);
		char lasted[CLOCK_TEXT_BYTES];
		const char *values[] = { code.text, lasted };
		char text[LINE_BYTES];

		clock_duration(f->stuck.end_ns - f->stuck.begin_ns, lasted);
		phrase(text, sizeof(text), tr(l, "In %1 for %2 so far."),
		       values, 2);
		column = 1 + canvas_put_text(c, row, column, -1, STYLE_PROBLEM,
					     text);
	}
	for (unsigned i = 0; i < f->finding_count; i++) {
		const struct finding *one = &f->findings[i];
		bool note = one->severity == FINDING_NOTE;
		struct slice title = slice_of(one->kind);

		if (catalogue_finding(l->ctx->words, title, &entry) &&
		    entry.title.len > 0)
			title = entry.title;
		column = canvas_put_text(c, row, column, -1,
					 note ? STYLE_NOTE : STYLE_PROBLEM,
					 note ? "i " : "! ");
		column = 2 + canvas_put(c, row, column, -1, STYLE_TEXT, title);
	}
}

static void draw_info_keys(const struct call_list *l, struct canvas *c, int row,
			   bool verdict)
{
	const struct frame_key keys[] = {
		{ ACTION_EXPLAIN, "more" },
		{ ACTION_IDENTITY, verdict ? "verdict" : NULL },
		{ ACTION_OPEN, "call flow" },
		{ ACTION_RAW, "messages" },
		{ ACTION_COMPARE, "compare codes" },
		{ ACTION_COPY, "copy Call-ID" },
	};

	frame_keys(c, row, l->ctx->words, keys, sizeof(keys) / sizeof(keys[0]));
}

static void draw_info(struct call_list *l, struct canvas *c, int row)
{
	struct column_facts facts = { .time = l->time };
	size_t cursor = call_rows_box(l->rows)->cursor;
	uint64_t id = call_rows_at(l->rows, cursor).id;
	const struct call *call = view_call(l->ctx->view, id);

	frame_rule(c, row, 0, canvas_columns(c));
	frame_rule(c, row + INFO_ROWS - 1, 0, canvas_columns(c));
	if (call == NULL)
		return;
	column_look(&facts, l->ctx, call, NEED_USUAL);
	call_list_look_at_verdict(l, &facts);
	draw_meaning(&facts, c, row + 1);
	draw_particular(l, &facts, c, row + 2);
	draw_info_keys(l, c, row + 3, facts.verdict != VERDICT_NONE);
}

/* ---- last rows ------------------------------------------------------ */

static bool has_line(const struct call_list *l)
{
	return l->typing != LINE_NOTHING || call_seek_is_set(&l->seek) ||
	       l->ctx->status->warning != NULL;
}

/* A notice stays long enough to be read; the clock may be set back. */
static bool has_notice(const struct call_list *l)
{
	int64_t age = l->ctx->status->wall_ns - l->notice_ns;

	return l->notice != NULL && age >= 0 && age < NOTICE_NS;
}

/* No row moves for it: what stood there comes back. */
static void draw_overlay(const struct call_list *l, struct canvas *c, int row)
{
	const char *values[] = { l->notice_key };
	char text[LINE_BYTES];
	enum style role = STYLE_TITLE;

	if (l->typing == LINE_FILTER && l->problem.text[0] != '\0') {
		call_list_fault(l, canvas_columns(c) - 2, text, sizeof(text));
		role = STYLE_PROBLEM;
	} else if (l->typing == LINE_NOTHING && has_notice(l)) {
		phrase(text, sizeof(text), tr(l, l->notice), values, 1);
	} else {
		return;
	}
	canvas_fill(c, row, 0, canvas_columns(c), STYLE_TEXT, LINE_BLANK);
	canvas_put_field(c, row, 1, canvas_columns(c) - 1, false, role,
			 slice_of(text));
}

static void draw_search_line(const struct call_list *l, struct canvas *c,
			     int row)
{
	const struct call_seek *s = &l->seek;
	struct phrase_number ordinal = phrase_number(s->ordinal);
	struct phrase_number hits = phrase_number(s->hits);
	const char *values[] = { ordinal.text, hits.text };
	bool complete = s->counted >= call_rows_box(l->rows)->count;
	const char *english = "searching ...";
	char text[LINE_BYTES];
	int column = 1;

	if (s->kind == SEEK_NOTHING && complete)
		english = s->ordinal > 0 ? "match %1 of %2" : "%2 matches";
	column = canvas_put_text(c, row, column, -1, STYLE_TITLE,
				 tr(l, "Search: "));
	column = canvas_put_text(c, row, column, canvas_columns(c) / 2,
				 STYLE_HIT, s->needle);
	phrase(text, sizeof(text), tr(l, english), values, 2);
	column = canvas_put_text(c, row, column + 3, -1, STYLE_TEXT, text);
	canvas_put_text(c, row, column + 3, -1, STYLE_DIM,
			tr(l, "n next  N previous  Esc clear"));
}

static void draw_line(const struct call_list *l, struct canvas *c, int row)
{
	if (l->typing == LINE_FILTER)
		prompt_draw(&l->filter_prompt, c, row, 1, -1,
			    tr(l, "Filter: "));
	else if (l->typing == LINE_SEARCH)
		prompt_draw(&l->search_prompt, c, row, 1, -1,
			    tr(l, "Search: "));
	else if (call_seek_is_set(&l->seek))
		draw_search_line(l, c, row);
	else if (l->ctx->status->warning != NULL)
		canvas_put_field(c, row, 1, canvas_columns(c) - 2, false,
				 STYLE_PROBLEM,
				 slice_of(l->ctx->status->warning));
}

/* "[#######>    ]  63 %  412 MB of 655 MB  Esc stops" */
static void draw_progress(const struct call_list *l, struct canvas *c, int row)
{
	const struct ui_status *s = l->ctx->status;
	struct phrase_number done = phrase_number(s->file_done >> 20);
	struct phrase_number size = phrase_number(s->file_size >> 20);
	struct phrase_number percent = phrase_number(call_list_percent(s));
	const char *values[] = { percent.text, done.text, size.text };
	char text[LINE_BYTES];
	int width = canvas_columns(c);
	int bar;
	int full;

	phrase(text, sizeof(text),
	       tr(l, s->file_size > 0 ? "%1 %  %2 MB of %3 MB  Esc stops"
				      : "%2 MB  Esc stops"),
	       values, 3);
	bar = width - (int)utf8_shown_cells(slice_of(text)) - 6;
	if (s->file_size == 0 || bar < 4) {
		canvas_put_text(c, row, 1, -1, STYLE_TEXT, text);
		return;
	}
	full = bar * (int)call_list_percent(s) / 100;
	canvas_put_text(c, row, 1, -1, STYLE_DIM, "[");
	canvas_fill(c, row, 2, full, STYLE_NOTE, LINE_BLOCK);
	canvas_put_text(c, row, 2 + bar, -1, STYLE_DIM, "]");
	canvas_put_text(c, row, bar + 5, -1, STYLE_TEXT, text);
}

/* What is seen of the signs; a group that does not fit is left out. */
static void draw_legend(const struct call_list *l, struct canvas *c, int row)
{
	static const struct {
		const char *sign;
		const char *word;
		enum style role;
		int gap; /* wider behind a group */
	} signs[] = {
		{ "V", "valid", STYLE_SUCCESS, 2 },
		{ "X", "failed", STYLE_PROBLEM, 2 },
		{ "?", "not checked (no certificate)", STYLE_NOTE, 2 },
		{ "-", "none", STYLE_DIM, 4 },
		{ "!", "problem", STYLE_PROBLEM, 2 },
		{ "i", "worth knowing", STYLE_NOTE, 4 },
		{ ">", "cursor", STYLE_TEXT, 2 },
		{ "*", "selected", STYLE_TEXT, 2 },
	};
	int column = 1;

	column = 1 +
		 canvas_put_text(c, row, column, -1, STYLE_DIM, tr(l, "Id:"));
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		struct slice word = slice_of(tr(l, signs[i].word));
		int need = 2 + (int)utf8_shown_cells(word);

		if (column + need > canvas_columns(c))
			return;
		column = canvas_put_text(c, row, column, -1, signs[i].role,
					 signs[i].sign);
		column = canvas_put(c, row, column + 1, -1, STYLE_DIM, word);
		column += signs[i].gap;
	}
}

/* How many of `keys` fit before `limit`, each with its word. */
static unsigned fitting(const struct call_list *l, const struct frame_key *keys,
			unsigned count, int limit)
{
	int column = 1;

	for (unsigned i = 0; i < count; i++) {
		struct slice rest = slice_of(keymap_keys(keys[i].action));
		struct slice key = slice_split(rest, ' ', &rest);
		struct slice word = slice_of(tr(l, keys[i].word));

		column += (int)(key.len + 1 + utf8_shown_cells(word));
		if (column > limit)
			return i;
		column += 2;
	}
	return count;
}

static void draw_prompt_keys(const struct call_list *l, struct canvas *c,
			     int row)
{
	const char *const keys[][2] = {
		{ "Enter", l->typing == LINE_FILTER ? "Apply" : "Search" },
		{ "Esc", "Cancel" },
		{ "Up", "History" },
	};
	int column = 1;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		column = canvas_put_text(c, row, column, -1, STYLE_KEY,
					 keys[i][0]);
		column = 2 + canvas_put_text(c, row, column + 1, -1, STYLE_TEXT,
					     tr(l, keys[i][1]));
	}
}

static void draw_keys(const struct call_list *l, struct canvas *c, int row)
{
	static const struct frame_key keys[] = {
		{ ACTION_HELP, "Help" },
		{ ACTION_OPEN, "Flow" },
		{ ACTION_FILTER, "Filter" },
		{ ACTION_SEARCH, "Search" },
		{ ACTION_CLEAR, "Clear" },
		{ ACTION_RAW, "Raw" },
		{ ACTION_EXPLAIN, "Explain" },
		{ ACTION_IDENTITY, "Identity" },
		{ ACTION_STATISTICS, "Statistics" },
		{ ACTION_NEXT_FINDING, "Finding" },
		{ ACTION_SORT_RIGHT, "Sort" },
		{ ACTION_PAUSE, "Pause" },
		{ ACTION_FOLLOW, "Follow" },
		{ ACTION_LANGUAGE, "Language" },
	};
	const char *word = tr(l, "Quit");
	int room = 3 + (int)utf8_shown_cells(slice_of(word));
	int column = canvas_columns(c) - room;

	if (l->typing != LINE_NOTHING) {
		draw_prompt_keys(l, c, row);
		return;
	}
	/* How to leave is never the key that gives way. */
	frame_keys(
		c, row, l->ctx->words, keys,
		fitting(l, keys, sizeof(keys) / sizeof(keys[0]), column - 1));
	if (column < 0)
		return;
	column = canvas_put_text(c, row, column, -1, STYLE_KEY, "q");
	canvas_put_text(c, row, column + 1, -1, STYLE_TEXT, word);
}

/* ---- a question ----------------------------------------------------- */

static int put_choice(struct canvas *c, int row, int column, bool chosen,
		      const char *word)
{
	return canvas_put_format(c, row, column, -1,
				 chosen ? STYLE_KEY : STYLE_TEXT,
				 chosen ? "[ %s ]" : "  %s  ", word);
}

static void draw_box(struct canvas *c, int top, int left, int width)
{
	int right = left + width - 1;

	for (int i = 0; i < BOX_ROWS; i++) {
		bool edge = i == 0 || i == BOX_ROWS - 1;

		canvas_fill(c, top + i, left, width, STYLE_TITLE,
			    edge ? LINE_HORIZONTAL : LINE_BLANK);
		canvas_fill(c, top + i, left, 1, STYLE_TITLE,
			    i == 0 ? LINE_TOP_LEFT
			    : edge ? LINE_BOTTOM_LEFT
				   : LINE_VERTICAL);
		canvas_fill(c, top + i, right, 1, STYLE_TITLE,
			    i == 0 ? LINE_TOP_RIGHT
			    : edge ? LINE_BOTTOM_RIGHT
				   : LINE_VERTICAL);
	}
}

static void draw_question(const struct call_list *l, struct canvas *c)
{
	bool clear = l->question == ASK_CLEAR;
	struct phrase_number calls = phrase_number(call_rows_known(l->rows));
	const char *values[] = { calls.text };
	const char *no = clear ? tr(l, "Cancel") : tr(l, "No");
	const char *yes = clear ? tr(l, "Forget them") : tr(l, "Quit");
	char text[LINE_BYTES];
	int rows = canvas_rows(c);
	int width = canvas_columns(c);
	int inner;
	int left;
	int top = rows > BOX_ROWS ? (rows - BOX_ROWS) / 2 : 0;

	phrase(text, sizeof(text),
	       clear ? tr(l, "Forget all %1 calls?")
		     : tr(l, "Quit? The capture is running."),
	       values, 1);
	inner = (int)utf8_shown_cells(slice_of(text)) + 4;
	if (inner < 36)
		inner = 36;
	if (inner > width)
		inner = width;
	left = (width - inner) / 2;
	draw_box(c, top, left, inner);
	canvas_put_text(c, top + 1, left + 2, left + inner - 1, STYLE_TITLE,
			text);
	left = put_choice(c, top + 3, left + 2, !l->yes, no);
	canvas_set_cursor(c, top + 3, l->yes ? left + 2 : left - 2, false);
	put_choice(c, top + 3, left + 2, l->yes, yes);
}

/* ---- all of it ------------------------------------------------------ */

static struct areas lay_out(const struct call_list *l, const struct canvas *c)
{
	int rows = canvas_rows(c);
	int bottom = rows - 1;
	struct areas a = { canvas_columns(c), .trouble = -1,  .heads = 2,
			   .first = 3,        .info = -1,     .legend = -1,
			   .line = -1,        .progress = -1, .keys = -1 };

	if (rows > 4)
		a.keys = bottom--;
	if (rows > 5 && has_line(l))
		a.line = bottom--;
	if (rows > 6 && l->ctx->status->source == UI_SOURCE_LOADING)
		a.progress = bottom--;
	if (rows >= HEIGHT_FOR_LEGEND)
		a.legend = bottom--;
	if (rows >= HEIGHT_FOR_INFO) {
		bottom -= INFO_ROWS;
		a.info = bottom + 1;
	}
	if (rows >= HEIGHT_FOR_TROUBLE && call_list_has_trouble(l)) {
		a.trouble = 2;
		a.heads++;
		a.first++;
	}
	a.height = bottom - a.first + 1;
	if (a.legend >= 0)
		a.overlay = a.legend;
	else if (a.info >= 0)
		a.overlay = a.info + INFO_ROWS - 1;
	else if (a.line >= 0)
		a.overlay = a.line - 1;
	else
		a.overlay = rows - 1;
	return a;
}

static void draw_calls(struct call_list *l, struct canvas *c,
		       const struct areas *a)
{
	const struct listbox *box = call_rows_box(l->rows);
	unsigned needs;

	l->place_count = column_layout(
		SIGNS, a->width, call_rows_known(l->rows),
		l->time_wanted ? COLUMN_TIME : COLUMN_STATE, l->places);
	call_rows_resize(l->rows, a->height > 0 ? (size_t)a->height : 1);
	call_rows_tick(l->rows);
	draw_heads(l, c, a->heads);
	needs = needs_of(l);
	if (box->count == 0)
		draw_empty(l, c, a);
	for (int i = 0; i < a->height; i++) {
		size_t row = box->top + (size_t)i;

		if (row >= box->count)
			break;
		draw_row(l, c, a->first + i, row, needs);
	}
}

void call_list_draw(void *screen, struct canvas *c)
{
	struct call_list *l = screen;
	struct areas a = lay_out(l, c);

	draw_calls(l, c, &a);
	call_list_draw_head(l, c);
	if (a.trouble >= 0)
		call_list_draw_trouble(l, c, a.trouble);
	if (a.info >= 0)
		draw_info(l, c, a.info);
	if (a.legend >= 0)
		draw_legend(l, c, a.legend);
	if (a.progress >= 0)
		draw_progress(l, c, a.progress);
	if (a.keys >= 0)
		draw_keys(l, c, a.keys);
	if (a.line >= 0)
		draw_line(l, c, a.line);
	draw_overlay(l, c, a.overlay);
	if (l->question != ASK_NOTHING)
		draw_question(l, c);
}
