#include <stdlib.h>

#include "identity.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/panel.h"

#define COPY_MAX         (1U << 20)
#define LINE_BYTES       256
#define ROWS_FOR_RULE    16
#define ROWS_FOR_HEAD    14 /* below, the verdict scrolls with the rest */
#define ROWS_AROUND_HEAD 6
#define ROWS_FOR_TITLES  20 /* of the table of hops */
#define ROWS_FOR_SOURCE  22 /* the line that tells of downloads */
#define TWO_PANES        100
#define RIGHT_MOST       72
#define TEXT_MOST        120 /* longer rows are hard to read */

/* Cells of the table of hops. */
#define NUMBER_CELLS    3
#define PATH_MOST       52
#define PATH_HOSTS      33 /* two IPv4 addresses */
#define VERDICT_CELLS   22
#define VERDICT_NARROW  20
#define SIGNATURE_CELLS 9
#define ATTEST_CELLS    3
#define NOTE_CELLS      20
#define WIDE_TABLE      100 /* from here on it tells all */
#define NARROW_TABLE    76  /* below, only path and verdict */

/* Where the parts of the screen stand; 0 rows: it is not there. */
struct parts {
	int head;
	int head_rows;
	int hops;
	int hop_rows; /* with the title */
	int body;
	int body_rows;
	int source; /* -1: not there */
	int bottom; /* row of keys */
};

static const char *tr(const struct identity_screen *s, const char *english)
{
	return words(s->ctx->words, english);
}

/* ---- the first rows */

static void draw_first(struct identity_screen *s, struct canvas *c,
		       const struct call *call)
{
	int limit = frame_status(c, s->ctx, 0, 24);
	int x = canvas_put_text(c, 0, 1, limit, STYLE_TITLE, tr(s, "Identity"));

	if (call != NULL && limit - x > 4)
		canvas_put_field(c, 0, x + 1, limit - x - 1, false, STYLE_TEXT,
				 call->call_id);
}

static int draw_verdict(struct identity_screen *s, struct canvas *c, int x)
{
	if (!s->known || (s->mode == IDENTITY_OVERVIEW && s->shape.head))
		return x;
	return 2 + canvas_put_format(c, 1, x, -1,
				     column_verdict_role(s->verdict), "%c %s",
				     column_verdict_letter(s->verdict, true),
				     verdict_name(s->verdict));
}

static int draw_request(struct identity_screen *s, struct canvas *c,
			const struct call *call, int x)
{
	const struct view *v = s->ctx->view;
	const struct captured_msg *m =
		s->hop_count > 0 ? view_msg(v, s->hops[s->cursor].msg) : NULL;

	if (m == NULL)
		return x;
	if (m->status != 0)
		x = canvas_put_format(c, 1, x, -1, style_of_code(m->status),
				      "%u ", m->status);
	x = canvas_put(c, 1, x, -1, STYLE_REQUEST,
		       view_method_name(v, m->method));
	x = canvas_put_format(c, 1, x, -1, STYLE_DIM, " %u  ", m->cseq);
	x = canvas_put(c, 1, x, -1, STYLE_TEXT, call->from_user);
	x = canvas_put_text(c, 1, x, -1, STYLE_DIM, " > ");
	return 2 + canvas_put(c, 1, x, -1, STYLE_TEXT, call->to_user);
}

static int draw_count(struct identity_screen *s, struct canvas *c, int x,
		      const char *english, unsigned n, unsigned count)
{
	struct phrase_number number = phrase_number(n + 1);
	struct phrase_number all = phrase_number(count);
	const char *values[] = { number.text, all.text };
	char text[LINE_BYTES];

	if (count < 2)
		return x;
	phrase(text, sizeof(text), tr(s, english), values, 2);
	return 2 + canvas_put_text(c, 1, x, -1, STYLE_DIM, text);
}

/* What is not told elsewhere comes first: there may be little room. */
static void draw_second(struct identity_screen *s, struct canvas *c,
			const struct call *call)
{
	int x = draw_verdict(s, c, 1);

	if (x > 1)
		x = draw_count(s, c, x, "hop %1 of %2", s->cursor,
			       s->hop_count);
	else
		x = draw_request(s, c, call, x);
	draw_count(s, c, x, "Identity %1 of %2", s->value, s->value_count);
}

/* ---- hop by hop */

static void put_cell(struct canvas *c, int row, int *column, int cells,
		     enum style role, const char *text)
{
	int room = canvas_columns(c) - *column;

	if (cells == 0)
		return;
	if (cells > room)
		cells = room;
	if (cells > 0)
		canvas_put_field(c, row, *column, cells, false, role,
				 slice_of(text));
	*column += cells + 1;
}

/* The widths of the table; 0: there is no room for that column. */
struct table {
	int path;
	int verdict;
	int signature;
	int attest;
	int note;
};

static struct table table_of(const struct canvas *c)
{
	int width = canvas_columns(c);
	struct table t = {
		.verdict = width >= WIDE_TABLE ? VERDICT_CELLS : VERDICT_NARROW,
		.signature = width >= WIDE_TABLE ? SIGNATURE_CELLS : 0,
		.attest = width >= NARROW_TABLE ? ATTEST_CELLS : 0,
		.note = width >= NARROW_TABLE ? width : 0
	};
	int left =
		width - NUMBER_CELLS - t.verdict - t.signature - t.attest - 7;

	t.path = left - (t.note > 0 ? NOTE_CELLS : 0);
	if (t.path < PATH_HOSTS)
		t.path = left < PATH_HOSTS ? left : PATH_HOSTS;
	if (t.path > PATH_MOST)
		t.path = PATH_MOST;
	return t;
}

static void draw_hop_titles(struct identity_screen *s, struct canvas *c,
			    int row)
{
	struct table t = table_of(c);
	int column = 1;

	put_cell(c, row, &column, NUMBER_CELLS + 1 + t.path, STYLE_TITLE,
		 tr(s, "Hop by hop"));
	put_cell(c, row, &column, t.verdict, STYLE_DIM, tr(s, "Verdict"));
	put_cell(c, row, &column, t.signature, STYLE_DIM, tr(s, "Signature"));
	put_cell(c, row, &column, t.attest, STYLE_DIM, tr(s, "Att"));
	put_cell(c, row, &column, t.note, STYLE_DIM, tr(s, "Note"));
}

/* Ports only where there is room, or where they alone tell the ends apart. */
static void path_text(const struct identity_hop *h, int cells, char *out,
		      size_t size)
{
	char from[ENDPOINT_TEXT_BYTES];
	char to[ENDPOINT_TEXT_BYTES];
	const char *values[] = { from, to };

	endpoint_text(&h->flow.source, from);
	endpoint_text(&h->flow.destination, to);
	phrase(out, size, "%1 > %2", values, 2);
	if (utf8_shown_cells(slice_of(out)) <= (size_t)cells ||
	    endpoint_same_host(&h->flow.source, &h->flow.destination))
		return;
	endpoint_host_text(&h->flow.source, from);
	endpoint_host_text(&h->flow.destination, to);
	phrase(out, size, "%1 > %2", values, 2);
}

static const char *signature_of(const struct identity_screen *s,
				const struct identity_hop *h)
{
	unsigned i = s->value < VERDICT_SIGNATURES ? s->value : 0;

	return tr(s, signature_name(h->brief.signatures[i]));
}

static void draw_hop(struct identity_screen *s, struct canvas *c, int row,
		     unsigned n)
{
	const struct identity_hop *h = &s->hops[n];
	enum style role = column_verdict_role(h->verdict);
	char letter = column_verdict_letter(h->verdict, h->waits);
	const char *values[] = { h->changed };
	char text[LINE_BYTES];
	struct table t = table_of(c);
	int column = 1;

	if (n == s->cursor && s->hop_count > 1)
		canvas_put_text(c, row, 0, 1, STYLE_TEXT, ">");
	canvas_put_format(c, row, column, column + NUMBER_CELLS, STYLE_DIM,
			  "%2u", n + 1);
	column += NUMBER_CELLS + 1;
	path_text(h, t.path, text, sizeof(text));
	put_cell(c, row, &column, t.path, STYLE_TEXT, text);
	canvas_put_format(c, row, column, -1, role, "%c",
			  letter != '\0' ? letter : ' ');
	column += 2;
	put_cell(c, row, &column, t.verdict - 2, role,
		 h->waits ? tr(s, "waiting") : verdict_name(h->verdict));
	put_cell(c, row, &column, t.signature, STYLE_TEXT, signature_of(s, h));
	put_cell(c, row, &column, t.attest, STYLE_TEXT,
		 attest_name(h->brief.attest));
	if (h->changed[0] != '\0')
		put_cell(c, row, &column, t.note, STYLE_PROBLEM,
			 phrase(text, sizeof(text), tr(s, "! %1 changed"),
				values, 1));
	if (n != s->cursor || s->hop_count < 2)
		return;
	canvas_mark(c, row, 0, canvas_columns(c), EXTRA_CURSOR);
	canvas_set_cursor(c, row, 0, false);
}

static void draw_hops(struct identity_screen *s, struct canvas *c,
		      const struct parts *p)
{
	int row = p->hops;
	int end = p->hops + p->hop_rows;
	unsigned seen;

	if (p->hop_rows < 1)
		return;
	if (canvas_rows(c) >= ROWS_FOR_TITLES)
		draw_hop_titles(s, c, row++);
	seen = (unsigned)(end - row);
	if (s->cursor < s->top)
		s->top = s->cursor;
	if (s->cursor >= s->top + seen)
		s->top = s->cursor - seen + 1;
	for (unsigned n = s->top; n < s->hop_count && row < end; n++)
		draw_hop(s, c, row++, n);
	if (s->top > 0)
		canvas_put_text(c, end - (int)seen, canvas_columns(c) - 1, -1,
				STYLE_NOTE, "^");
	if (s->top + seen < s->hop_count)
		canvas_put_text(c, end - 1, canvas_columns(c) - 1, -1,
				STYLE_NOTE, "v");
}

/* ---- the last rows */

static void draw_source(struct identity_screen *s, struct canvas *c, int row)
{
	const char *text = "Nothing was downloaded. --fetch would allow it; "
			   "--certs DIR and --trust FILE work without.";
	int width = canvas_columns(c) - 1;

	if (s->downloaded)
		text = "The certificate was downloaded, as --fetch allows.";
	if ((int)utf8_shown_cells(slice_of(tr(s, text))) > width)
		text = "Nothing was downloaded (--fetch, --certs DIR).";
	canvas_put_field(c, row, 1, width, false, STYLE_DIM,
			 slice_of(tr(s, text)));
}

static void draw_keys(struct identity_screen *s, struct canvas *c, int row)
{
	bool overview = s->mode == IDENTITY_OVERVIEW;
	const struct frame_key keys[] = {
		{ ACTION_BACK, overview ? "Back" : "Overview" },
		{ ACTION_DOWN, overview && s->hop_count > 1 ? "Hop" : NULL },
		{ ACTION_NEXT_PANE, s->value_count > 1 ? "Next value" : NULL },
		{ ACTION_OPEN, "Request" },
		{ ACTION_CHAIN, "Chain" },
		{ ACTION_TOKEN, "Token" },
		{ ACTION_SIGNED_BYTES, "Signed bytes" },
		{ ACTION_NEXT_FAILED, overview ? "Failed" : NULL },
		{ ACTION_EXPLAIN, "Explain" },
		{ ACTION_HELP, "Help" },
		{ ACTION_COPY, "Copy" },
		{ ACTION_SEARCH, "Find" },
	};

	if (!finder_draw(&s->finder, c, row, s->ctx->words))
		frame_keys(c, row, s->ctx->words, keys,
			   sizeof(keys) / sizeof(keys[0]));
}

/* ---- the whole */

static struct identity_shape shape_of(const struct identity_screen *s,
				      const struct canvas *c)
{
	bool overview = s->mode == IDENTITY_OVERVIEW;
	int width = canvas_columns(c);
	struct identity_shape shape = {
		.two = overview && width >= TWO_PANES,
		.head = overview && canvas_rows(c) >= ROWS_FOR_HEAD,
	};
	int right = width * 2 / 5;

	if (right > RIGHT_MOST)
		right = RIGHT_MOST;
	shape.width = shape.two ? width - right - 3 : width - 2;
	if (shape.width > TEXT_MOST && s->mode != IDENTITY_BYTES)
		shape.width = TEXT_MOST;
	return shape;
}

static struct parts lay_out(struct identity_screen *s, const struct canvas *c)
{
	int rows = canvas_rows(c);
	int row = rows >= ROWS_FOR_RULE ? 3 : 2;
	bool overview = s->mode == IDENTITY_OVERVIEW;
	struct parts p = { .bottom = rows - 1, .source = -1 };
	int most = (rows - 10) / 4; /* hops */

	if (rows >= ROWS_FOR_SOURCE && s->known &&
	    (overview || s->mode == IDENTITY_CHAIN))
		p.source = rows - 2;
	if (s->shape.head && s->known) {
		p.head = row;
		p.head_rows = text_pane_rows(s->head, canvas_columns(c) - 2);
		row += p.head_rows + (rows >= ROWS_FOR_SOURCE);
	}
	if (overview && s->hop_count > 0 && rows >= ROWS_FOR_HEAD) {
		p.hops = row;
		p.hop_rows =
			most < (int)s->hop_count ? most : (int)s->hop_count;
		if (p.hop_rows < 1)
			p.hop_rows = 1;
		p.hop_rows += rows >= ROWS_FOR_TITLES;
		row += p.hop_rows;
	}
	p.body = row + (rows >= ROWS_FOR_SOURCE && overview);
	p.body_rows = (p.source >= 0 ? p.source : p.bottom) - p.body;
	return p;
}

static void draw_body(struct identity_screen *s, struct canvas *c,
		      const struct parts *p)
{
	int width = s->shape.width;
	int right = width + 3;

	if (p->body_rows < 1)
		return;
	text_pane_draw(s->left, c, p->body, 1, width, p->body_rows, false);
	text_pane_draw_more(s->left, c, p->body, width + 1, p->body_rows);
	if (!s->shape.two)
		return;
	width = canvas_columns(c) - right - 1;
	text_pane_draw(s->right, c, p->body, right, width, p->body_rows, false);
	text_pane_draw_more(s->right, c, p->body, right + width, p->body_rows);
}

static void want_verdicts(struct identity_screen *s)
{
	const struct identity_reader *r = s->ctx->identity;

	if (r == NULL || r->want == NULL)
		return;
	for (unsigned i = 0; i < s->hop_count; i++)
		if (s->hops[i].waits) {
			r->want(r->ctx, s->call);
			return;
		}
}

/* A verdict that needs too many rows scrolls with the rest. */
static void fill(struct identity_screen *s, const struct canvas *c)
{
	struct identity_shape shape = shape_of(s, c);
	int most = (canvas_rows(c) - ROWS_AROUND_HEAD) / 3;

	if (s->rows != canvas_rows(c) || s->columns != canvas_columns(c))
		s->filled = false;
	s->rows = canvas_rows(c);
	s->columns = canvas_columns(c);
	if (!s->filled)
		s->tall = false;
	shape.head = shape.head && !s->tall;
	identity_fill(s, &shape);
	if (!shape.head ||
	    text_pane_rows(s->head, canvas_columns(c) - 2) <= most)
		return;
	s->tall = true;
	shape.head = false;
	identity_fill(s, &shape);
}

static void identity_draw(void *screen, struct canvas *c)
{
	struct identity_screen *s = screen;
	const struct call *call = identity_refresh(s);
	struct parts p;

	if (frame_language_changed(&s->language, s->ctx))
		s->filled = false;
	want_verdicts(s);
	fill(s, c);
	p = lay_out(s, c);
	draw_first(s, c, call);
	if (call != NULL)
		draw_second(s, c, call);
	if (canvas_rows(c) >= ROWS_FOR_RULE)
		frame_rule(c, 2, 0, canvas_columns(c));
	if (p.head_rows > 0) {
		int width = canvas_columns(c) - 2;

		text_pane_draw(s->head, c, p.head, 1, width, p.head_rows,
			       false);
		text_pane_draw_more(s->head, c, p.head, width + 1, p.head_rows);
	}
	draw_hops(s, c, &p);
	draw_body(s, c, &p);
	if (p.source >= 0)
		draw_source(s, c, p.source);
	if (p.bottom > 0)
		draw_keys(s, c, p.bottom);
}

/* ---- keys */

static void go_to_hop(struct identity_screen *s, unsigned hop)
{
	if (hop >= s->hop_count || hop == s->cursor)
		return;
	s->cursor = hop;
	s->filled = false;
}

static void next_value(struct identity_screen *s, bool backward)
{
	unsigned n = s->value_count;

	if (n < 2)
		return;
	s->value = backward ? (s->value + n - 1) % n : (s->value + 1) % n;
	s->filled = false;
}

static void set_mode(struct identity_screen *s, enum identity_mode mode)
{
	s->mode = s->mode == mode ? IDENTITY_OVERVIEW : mode;
	s->filled = false;
}

/* The next line that names a verdict or a warning, round the end. */
static void next_failed(struct identity_screen *s, bool backward)
{
	int lines = (int)text_pane_lines(s->left);
	int at = text_pane_cursor(s->left);

	if (at < 0 && backward)
		at = 0;
	for (int i = 0; i < lines; i++) {
		at = backward ? (at + lines - 1) % lines : (at + 1) % lines;
		if (text_pane_tag(s->left, at) == 0)
			continue;
		text_pane_set_cursor(s->left, at);
		return;
	}
	s->finder.notice = "No check failed.";
}

static struct ui_request explain(struct identity_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_EXPLAIN };
	uint32_t tag = text_pane_tag(s->left, text_pane_cursor(s->left));
	const char *name = verdict_name(s->value_verdict);

	if (!s->known)
		return (struct ui_request){ .kind = UI_NONE };
	if ((tag & IDENTITY_TAG_VERDICT) != 0)
		name = verdict_name((enum verdict)(tag & 0xffff));
	else if ((tag & IDENTITY_TAG_CAVEAT) != 0)
		name = caveat_name((enum caveat)(tag & 0xffff));
	slice_copy(slice_of(name), r.argument.word, sizeof(r.argument.word));
	return r;
}

static struct ui_request open_message(struct identity_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_MESSAGE };

	if (s->hop_count == 0)
		return (struct ui_request){ .kind = UI_NONE };
	r.argument.call = s->call;
	r.argument.msg = s->hops[s->cursor].msg;
	return r;
}

static struct ui_request copy(struct identity_screen *s)
{
	struct ui_request r = { .kind = UI_COPY };

	buf_clear(&s->copy);
	panel_copy(s->head, &s->copy);
	panel_copy(s->left, &s->copy);
	panel_copy(s->right, &s->copy);
	r.text = buf_slice(&s->copy);
	s->finder.notice = "Sent to the clipboard of the terminal.";
	return r;
}

/* Up and Down choose a hop where there are several to choose from. */
static bool move(struct identity_screen *s, enum ui_action action)
{
	bool hops = s->mode == IDENTITY_OVERVIEW && s->hop_count > 1;
	bool moved;

	if (hops && (action == ACTION_UP || action == ACTION_DOWN)) {
		go_to_hop(s, action == ACTION_DOWN ? s->cursor + 1
						   : s->cursor - 1);
		return true;
	}
	moved = text_pane_key(s->left, action);
	if (moved && s->shape.two)
		(void)text_pane_key(s->right, action);
	return moved;
}

static void do_here(struct identity_screen *s, enum ui_action action)
{
	if (action == ACTION_LEFT)
		next_value(s, true);
	else if (action == ACTION_RIGHT || action == ACTION_NEXT_PANE)
		next_value(s, false);
	else if (action == ACTION_CHAIN)
		set_mode(s, IDENTITY_CHAIN);
	else if (action == ACTION_TOKEN)
		set_mode(s, IDENTITY_TOKEN);
	else if (action == ACTION_SIGNED_BYTES)
		set_mode(s, IDENTITY_BYTES);
	else if (action == ACTION_NEXT_FAILED)
		next_failed(s, false);
	else if (action == ACTION_PREVIOUS_FAILED)
		next_failed(s, true);
	else if (action == ACTION_SEARCH)
		finder_begin(&s->finder);
	else if (action == ACTION_SEARCH_NEXT)
		finder_search(&s->finder, s->left, false);
	else if (action == ACTION_SEARCH_PREVIOUS)
		finder_search(&s->finder, s->left, true);
}

static struct ui_request compare(const struct identity_screen *s)
{
	struct ui_request r = { .kind = UI_OPEN, .screen = SCREEN_COMPARE };

	if (s->known)
		r.argument.code = verdict_code(s->verdict);
	return r;
}

static struct ui_request identity_key(void *screen, int32_t key,
				      enum ui_action action)
{
	struct identity_screen *s = screen;
	struct ui_request r = { .kind = UI_NONE };

	if (s->finder.typing) {
		if (finder_key(&s->finder, key))
			finder_search(&s->finder, s->left, false);
		return r;
	}
	s->finder.notice = NULL;
	(void)identity_refresh(s);
	if (action == ACTION_BACK && s->mode != IDENTITY_OVERVIEW) {
		set_mode(s, IDENTITY_OVERVIEW);
		return r;
	}
	if (frame_answer(action, SCREEN_IDENTITY, &r))
		return r;
	if (action == ACTION_COPY || action == ACTION_COPY_ALL)
		return copy(s);
	if (action == ACTION_EXPLAIN)
		return explain(s);
	if (action == ACTION_COMPARE)
		return compare(s);
	if (action == ACTION_OPEN)
		return open_message(s);
	if (!move(s, action))
		do_here(s, action);
	return r;
}

static bool identity_typing(const void *screen)
{
	const struct identity_screen *s = screen;

	return s->finder.typing;
}

static void identity_close(void *screen)
{
	struct identity_screen *s = screen;

	if (s == NULL)
		return;
	text_pane_free(s->head);
	text_pane_free(s->left);
	text_pane_free(s->right);
	buf_free(&s->copy);
	free(s);
}

static void *identity_open(const struct ui_context *ctx,
			   const struct screen_argument *argument)
{
	struct identity_screen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->ctx = ctx;
	s->call = argument->call;
	s->asked = argument->msg;
	buf_init(&s->copy, COPY_MAX);
	s->head = text_pane_new();
	s->left = text_pane_new();
	s->right = text_pane_new();
	if (s->head == NULL || s->left == NULL || s->right == NULL) {
		identity_close(s);
		return NULL;
	}
	return s;
}

const struct screen_ops screen_identity = {
	.name = "identity",
	.id = SCREEN_IDENTITY,
	.open = identity_open,
	.draw = identity_draw,
	.key = identity_key,
	.close = identity_close,
	.typing = identity_typing,
};
