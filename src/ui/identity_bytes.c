#include <stdlib.h>

#include "identity.h"
#include "json_lines.h"
#include "sipmon/base/phrase.h"
#include "sipmon/base/utf8.h"
#include "sipmon/ui/panel.h"

#define TEXT_BYTES_MAX (1U << 20)
#define PIECES_MAX     512
#define LEGACY_FIELDS  6 /* before the body (RFC 4474 section 9) */
#define LABEL_CELLS    9
#define SIGN_CELLS     2
#define GAP_CELLS      3 /* between two columns */
#define CELLS_LEAST    8
#define LINE_BYTES     256
#define MARKS_BYTES    4096 /* of one row: no screen is that wide */
#define TWO_COLUMNS    98   /* from this width on they stand side by side */

struct piece {
	const char *label; /* English; "" for what goes on */
	struct slice text;
};

/* The signed bytes of one copy, taken apart. */
struct side {
	struct buf text;
	enum identity_scheme scheme;
	bool compact;
	struct buf whole; /* as they were signed */
	unsigned fixed;   /* pieces that are compared one with the other */
	unsigned count;
	struct piece pieces[PIECES_MAX];
};

struct range {
	size_t from;
	size_t to;
};

struct writer {
	struct identity_screen *s;
	bool two;
	int cells; /* of one text */
};

static const char *tr(const struct identity_screen *s, const char *english)
{
	return words(s->ctx->words, english);
}

/* ---- taking apart */

static int base64url_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";

	for (int i = 0; i < 64; i++)
		if (digits[i] == c)
			return i;
	return -1;
}

/* Of bytes that were rebuilt here: what is no digit ends it. */
static void add_base64url(struct buf *out, struct slice text)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < text.len; i++) {
		int digit = base64url_digit(text.ptr[i]);

		if (digit < 0)
			return;
		bits = (bits << 6 | (uint32_t)digit) & 0xffffU;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_add_char(out, (char)(bits >> have & 0xffU));
	}
}

static void add_piece(struct side *d, const char *label, struct slice text)
{
	if (d->count < PIECES_MAX)
		d->pieces[d->count++] = (struct piece){ label, text };
}

/* Each line a piece, the line end left out. */
static void add_lines(struct side *d, const char *label, struct slice text)
{
	while (slice_is_set(text)) {
		struct slice line = slice_split(text, '\n', &text);

		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		add_piece(d, label, line);
		label = "";
	}
}

/* FROM "|" TO "|" CALLID "|" CSEQ "|" DATE "|" CONTACT "|" BODY */
static void split_digest(struct side *d)
{
	static const char *const labels[LEGACY_FIELDS] = {
		"From", "To", "Call-ID", "CSeq", "Date", "Contact"
	};
	struct slice rest = buf_slice(&d->text);

	for (unsigned i = 0; i < LEGACY_FIELDS && slice_is_set(rest); i++)
		add_piece(d, labels[i], slice_split(rest, '|', &rest));
	d->fixed = d->count;
	add_lines(d, "body", rest);
}

/* The JSON of a part of H "." P, decoded where the form does not give it. */
static void add_json(struct side *d, struct slice json, struct slice part)
{
	struct buf decoded;

	buf_init(&decoded, TEXT_BYTES_MAX);
	if (json.len == 0) {
		add_base64url(&decoded, part);
		json = buf_slice(&decoded);
	}
	json_lines(json, &d->text);
	buf_free(&decoded);
}

static void split_token(struct side *d, const struct identity_header *h)
{
	struct slice payload = SLICE_NONE;
	struct slice jose = slice_split(h->signed_bytes, '.', &payload);
	size_t middle;

	add_json(d, h->jose, jose);
	middle = d->text.len;
	add_json(d, h->payload, payload);
	add_lines(d, "header", slice_sub(buf_slice(&d->text), 0, middle));
	add_lines(d, "claims",
		  slice_sub(buf_slice(&d->text), middle, d->text.len));
}

/* Takes a copy of all it needs: details live until the next one. */
static struct side *side_new(const struct identity_header *h)
{
	struct side *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	buf_init(&d->text, TEXT_BYTES_MAX);
	buf_init(&d->whole, TEXT_BYTES_MAX);
	d->scheme = h->scheme;
	d->compact = h->compact;
	buf_add(&d->whole, h->signed_bytes);
	if (h->scheme == IDENTITY_RFC4474) {
		buf_add(&d->text, h->signed_bytes);
		if (h->signed_bytes.len > 0)
			split_digest(d);
	} else {
		split_token(d, h);
	}
	return d;
}

static void side_free(struct side *d)
{
	if (d == NULL)
		return;
	buf_free(&d->text);
	buf_free(&d->whole);
	free(d);
}

/* ---- rows */

static void add_blanks(struct buf *out, int cells)
{
	for (int i = 0; i < cells; i++)
		buf_add_char(out, ' ');
}

static void add_padded(struct buf *out, struct slice text, int cells)
{
	buf_add(out, text);
	add_blanks(out, cells - (int)utf8_shown_cells(text));
}

/* '^' below the characters of `row` that lie in `r`; `at`: where the row
 * begins in its piece. */
static void add_marks(struct buf *out, struct slice row, size_t at,
		      struct range r)
{
	struct slice rest = row;

	while (rest.len > 0) {
		size_t begin = row.len - rest.len;
		size_t end;
		int cells;

		(void)utf8_next(&rest);
		end = row.len - rest.len;
		cells = (int)utf8_shown_cells(
			slice_sub(row, begin, end - begin));
		for (int i = 0; i < cells; i++)
			buf_add_char(out, at + begin < r.to && at + end > r.from
						  ? '^'
						  : ' ');
	}
}

static bool touches(struct slice row, size_t at, struct range r)
{
	return at < r.to && at + row.len > r.from;
}

/* Where `a` differs from `b`: between what is the same at both ends. */
static struct range range_of(struct slice a, struct slice b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	size_t front = 0;
	size_t back = 0;

	while (front < least && a.ptr[front] == b.ptr[front])
		front++;
	while (back < least - front &&
	       a.ptr[a.len - 1 - back] == b.ptr[b.len - 1 - back])
		back++;
	return (struct range){ front, a.len - back };
}

static struct slice next_row(struct slice *rest, int cells)
{
	if (rest->len == 0)
		return SLICE("");
	return text_wrap_next(rest, cells);
}

/* A translation only where it fits. */
static struct slice label_of(const struct writer *w, const char *label)
{
	struct slice text = slice_of(tr(w->s, label));

	return utf8_shown_cells(text) < LABEL_CELLS ? text : slice_of(label);
}

/* One text under its label; what is in `r` is marked. */
static void write_one(const struct writer *w, const char *label,
		      const char *sign, struct slice text, struct range r)
{
	bool changed = sign[0] != ' ';
	struct text_look look = { .role = changed ? STYLE_CHANGED : STYLE_TEXT,
				  .head_role = STYLE_DIM };
	struct slice rest = text;
	struct buf head;
	struct buf marks;

	buf_init(&head, LINE_BYTES);
	buf_init(&marks, TEXT_BYTES_MAX);
	if (changed)
		look.mark = '!';
	do {
		size_t at = text.len - rest.len;
		struct slice row = next_row(&rest, w->cells);

		buf_clear(&head);
		add_padded(&head, label_of(w, label), LABEL_CELLS);
		buf_add_text(&head, sign);
		text_pane_add(w->s->left, &look, buf_slice(&head), row);
		look.mark = '\0';
		label = "";
		if (!touches(row, at, r))
			continue;
		buf_clear(&marks);
		add_blanks(&marks, LABEL_CELLS + SIGN_CELLS);
		add_marks(&marks, row, at, r);
		text_pane_add(w->s->left, &look, SLICE_NONE, buf_slice(&marks));
	} while (rest.len > 0);
	buf_free(&head);
	buf_free(&marks);
}

/* A row of both columns; the text of the right one stands behind a tab. */
static void write_row(const struct writer *w, const struct text_look *look,
		      struct slice label, struct slice a, struct slice b)
{
	struct buf head;

	buf_init(&head, TEXT_BYTES_MAX);
	add_padded(&head, label, LABEL_CELLS);
	buf_add(&head, a);
	text_pane_add(w->s->left, look, buf_slice(&head), b);
	buf_free(&head);
}

static void write_two(const struct writer *w, const char *label, struct slice a,
		      struct slice b)
{
	bool changed = !slice_eq(a, b);
	enum style role = changed ? STYLE_CHANGED : STYLE_TEXT;
	struct text_look look = { .role = role,
				  .head_role = role,
				  .mark = changed ? '!' : '\0',
				  .tab = LABEL_CELLS + w->cells + GAP_CELLS };
	struct range ra = range_of(a, b);
	struct range rb = range_of(b, a);
	struct slice rest_a = a;
	struct slice rest_b = b;
	struct buf marks_a;
	struct buf marks_b;

	buf_init(&marks_a, MARKS_BYTES);
	buf_init(&marks_b, MARKS_BYTES);
	do {
		size_t at_a = a.len - rest_a.len;
		size_t at_b = b.len - rest_b.len;
		struct slice row_a = next_row(&rest_a, w->cells);
		struct slice row_b = next_row(&rest_b, w->cells);

		write_row(w, &look, label_of(w, label), row_a, row_b);
		look.mark = '\0';
		label = "";
		if (!changed ||
		    (!touches(row_a, at_a, ra) && !touches(row_b, at_b, rb)))
			continue;
		buf_clear(&marks_a);
		buf_clear(&marks_b);
		add_marks(&marks_a, row_a, at_a, ra);
		add_marks(&marks_b, row_b, at_b, rb);
		write_row(w, &look, SLICE(""), buf_slice(&marks_a),
			  buf_slice(&marks_b));
	} while (rest_a.len > 0 || rest_b.len > 0);
	buf_free(&marks_a);
	buf_free(&marks_b);
}

/* Either may be NULL: it is not there on that side. */
static void write_pair(const struct writer *w, const struct piece *a,
		       const struct piece *b)
{
	const char *label = b != NULL ? b->label : a->label;
	struct slice of_a = a != NULL ? a->text : SLICE_NONE;
	struct slice of_b = b != NULL ? b->text : SLICE_NONE;
	struct range none = { 0, 0 };

	if (w->two) {
		write_two(w, label, of_a, of_b);
		return;
	}
	if (a != NULL && b != NULL && slice_eq(of_a, of_b)) {
		write_one(w, label, "  ", of_b, none);
		return;
	}
	if (a != NULL) {
		write_one(w, label, "- ", of_a, range_of(of_a, of_b));
		label = "";
	}
	if (b != NULL)
		write_one(w, label, "+ ", of_b, range_of(of_b, of_a));
}

/* ---- two copies */

static bool same_piece(const struct side *a, unsigned i, const struct side *b,
		       unsigned k)
{
	return slice_eq(a->pieces[i].text, b->pieces[k].text);
}

/* Fields stand for themselves; of lines those that are the same at both ends
 * are found, and what lies between differs. */
static void write_sides(const struct writer *w, const struct side *a,
			const struct side *b)
{
	unsigned least = a->count < b->count ? a->count : b->count;
	unsigned front = a->fixed < b->fixed ? a->fixed : b->fixed;
	unsigned back = 0;
	unsigned most = a->count > b->count ? a->count : b->count;

	if (front > least)
		front = least;
	while (front < least && same_piece(a, front, b, front))
		front++;
	while (back < least - front &&
	       same_piece(a, a->count - 1 - back, b, b->count - 1 - back))
		back++;
	for (unsigned i = 0; i < most - back; i++)
		write_pair(w, i < a->count - back ? &a->pieces[i] : NULL,
			   i < b->count - back ? &b->pieces[i] : NULL);
	for (unsigned i = back; i > 0; i--)
		write_pair(w, &a->pieces[a->count - i],
			   &b->pieces[b->count - i]);
}

static unsigned number_of(const struct identity_screen *s, uint32_t msg)
{
	for (unsigned i = 0; i < s->hop_count; i++)
		if (s->hops[i].msg == msg)
			return i + 1;
	return 0;
}

static void write_title(struct identity_screen *s, const struct side *d)
{
	const char *text = "The token; the signature covers it as it stands.";

	if (d->scheme == IDENTITY_RFC4474)
		text = "The digest-string of RFC 4474, field by field, as it "
		       "is rebuilt from the message.";
	else if (d->compact)
		text = "Header and claims, as they are rebuilt from the "
		       "message.";
	panel_paragraph(s->left, STYLE_TITLE, slice_of(tr(s, text)));
	if (d->count == 0)
		panel_paragraph(s->left, STYLE_DIM,
				slice_of(tr(s, "They could not be rebuilt.")));
	if (d->count == PIECES_MAX)
		panel_paragraph(s->left, STYLE_NOTE,
				slice_of(tr(s, "Only the first lines are "
					       "compared.")));
}

static void write_heads(const struct writer *w, uint32_t held)
{
	struct identity_screen *s = w->s;
	struct phrase_number before = phrase_number(number_of(s, held));
	struct phrase_number here = phrase_number(s->cursor + 1);
	const char *values[] = { before.text, here.text };
	struct text_look look = { .role = STYLE_TITLE,
				  .head_role = STYLE_TITLE,
				  .tab = LABEL_CELLS + w->cells + GAP_CELLS };
	char a[LINE_BYTES];
	char b[LINE_BYTES];

	if (!w->two) {
		phrase(a, sizeof(a),
		       tr(s, "- held on hop %1   + came on hop %2"), values, 2);
		panel_paragraph(s->left, STYLE_TITLE, slice_of(a));
		return;
	}
	phrase(a, sizeof(a), tr(s, "It held on hop %1"), values, 2);
	phrase(b, sizeof(b), tr(s, "It came on hop %2"), values, 2);
	write_row(w, &look, SLICE(""), slice_of(a), slice_of(b));
}

static struct writer writer_of(struct identity_screen *s, bool two)
{
	struct writer w = { .s = s, .two = two };
	int room = s->shape.width - 2 - LABEL_CELLS; /* beside the margin */

	w.cells = two ? (room - GAP_CELLS) / 2 : room - SIGN_CELLS;
	if (w.cells < CELLS_LEAST)
		w.cells = CELLS_LEAST;
	return w;
}

static void write_compared(struct identity_screen *s, const struct side *held,
			   const struct side *here, uint32_t held_msg)
{
	struct writer w = writer_of(s, s->shape.width >= TWO_COLUMNS);
	bool same_json =
		here->scheme == IDENTITY_PASSPORT &&
		slice_eq(buf_slice(&held->text), buf_slice(&here->text)) &&
		!slice_eq(buf_slice(&held->whole), buf_slice(&here->whole));

	if (same_json)
		panel_paragraph(s->left, STYLE_NOTE,
				slice_of(tr(s, "The JSON is the same and the "
					       "text of the token is not: it "
					       "was written again.")));
	write_heads(&w, held_msg);
	write_sides(&w, held, here);
}

static void write_alone(struct identity_screen *s, const struct side *here)
{
	struct writer w = writer_of(s, false);
	struct range none = { 0, 0 };

	for (unsigned i = 0; i < here->count; i++)
		write_one(&w, here->pieces[i].label, "  ", here->pieces[i].text,
			  none);
}

/* The copy that held before this one; NULL if there is none. */
static struct side *held_side(struct identity_screen *s, uint32_t held)
{
	const struct identity_header *h;
	struct identity_detail d;

	if (held == 0 || !broken_detail(s->ctx, held, &d))
		return NULL;
	h = identity_value(s, &d);
	return h == NULL ? NULL : side_new(h);
}

void identity_bytes(struct identity_screen *s)
{
	uint32_t msg = s->hops[s->cursor].msg;
	const struct identity_header *h = NULL;
	struct verdict_break pair = { 0, 0 };
	struct identity_detail d;
	struct side *held = NULL;
	struct side *here = NULL;

	if (verdict_find_break(s->ctx->view, msg, &pair))
		held = held_side(s, pair.held);
	if (broken_detail(s->ctx, msg, &d))
		h = identity_value(s, &d);
	if (h == NULL)
		panel_paragraph(s->left, STYLE_DIM,
				slice_of(tr(s, "This copy carries no "
					       "Identity.")));
	else
		here = side_new(h);
	if (here != NULL) {
		write_title(s, here);
		if (held != NULL && held->scheme == here->scheme &&
		    held->count > 0)
			write_compared(s, held, here, pair.held);
		else
			write_alone(s, here);
	}
	side_free(held);
	side_free(here);
}
