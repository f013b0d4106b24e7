#include "sipmon/report/explain.h"

#include <stdio.h>

#include "sipmon/base/table.h"
#include "sipmon/base/utf8.h"
#include "sipmon/catalogue/compare.h"
#include "wrap.h"

#define COLUMNS_MIN 20

/* Below this two texts side by side are no help any more. */
#define SIDE_BY_SIDE_MIN 60

#define BOLD  "\x1b[1m"
#define PLAIN "\x1b[0m"

struct page {
	struct buf *out;
	const struct catalogue *c;
	unsigned columns;
	bool colour;
};

static struct page page_of(struct buf *out, const struct catalogue *c,
			   const struct explain_style *style)
{
	return (struct page){ .out = out,
			      .c = c,
			      .columns = style->columns < COLUMNS_MIN
						 ? COLUMNS_MIN
						 : style->columns,
			      .colour = style->colour };
}

static void heading(const struct page *p, struct slice text)
{
	if (p->colour)
		buf_add_text(p->out, BOLD);
	wrap_text(p->out, p->columns, SLICE(""), text);
	if (p->colour) { /* before the line feed */
		p->out->len -= p->out->len > 0;
		buf_add_text(p->out, PLAIN "\n");
	}
}

static void label(const struct page *p, const char *key)
{
	buf_add_char(p->out, '\n');
	heading(p, catalogue_term(p->c, "label", slice_of(key)));
}

static void paragraph(const struct page *p, struct slice text)
{
	wrap_text(p->out, p->columns, SLICE("  "), text);
}

static void items(const struct page *p, struct slice list)
{
	struct slice item;

	while (table_item_next(&list, &item))
		wrap_text(p->out, p->columns, SLICE("  - "), item);
}

static void add_code(struct buf *out, const struct code_entry *e)
{
	buf_add_format(out, "%u", (unsigned)e->code);
	if (slice_is_set(e->phrase))
		buf_add_char(out, ' ');
	utf8_show(out, e->phrase);
}

/* "SIP 486 Busy Here", or with a second code "SIP 100 ... vs 438 ...". */
static void title(const struct page *p, const struct code_entry *a,
		  const struct code_entry *b)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_add_text(&text, "SIP ");
	add_code(&text, a);
	if (b != NULL) {
		buf_add_text(&text, " vs ");
		add_code(&text, b);
	}
	heading(p, buf_slice(&text));
	p->out->failed |= text.failed;
	buf_free(&text);
}

static void class_line(const struct page *p, const struct code_entry *e)
{
	struct wrap w;

	wrap_begin(&w, p->out, p->columns, SLICE(""));
	wrap_add(&w, e->class_text);
	wrap_add(&w, SLICE("-"));
	wrap_add(&w, e->reference);
	wrap_end(&w);
	if (!e->known)
		wrap_text(p->out, p->columns, SLICE(""),
			  slice_of(words(p->c, "This number is in no table: "
					       "its class explains it.")));
}

static void note(const struct page *p, const struct code_entry *e)
{
	if (!slice_is_set(e->note))
		return;
	label(p, "note_of_site");
	paragraph(p, e->note);
}

static void blocks(const struct page *p, const struct code_entry *e)
{
	label(p, "description");
	paragraph(p, e->description);
	label(p, "when");
	items(p, e->when);
	label(p, "fix");
	items(p, e->fix);
	note(p, e);
}

static unsigned label_cells(const struct compare_row *rows, unsigned count)
{
	size_t most = 0;

	for (unsigned i = 0; i < count; i++) {
		size_t cells = utf8_shown_cells(rows[i].label);

		if (cells > most)
			most = cells;
	}
	return most > 24 ? 24 : (unsigned)most;
}

/* The facts of one code: those of a comparison with itself. */
static void facts(const struct page *p, uint16_t code)
{
	struct comparison self;
	unsigned cells;

	if (compare_codes(p->c, code, code, &self)) {
		cells = label_cells(self.rows, self.row_count);
		buf_add_char(p->out, '\n');
		for (unsigned i = 0; i < self.row_count; i++) {
			struct buf lead;

			if (self.rows[i].a.len == 0)
				continue;
			buf_init(&lead, 256);
			pad_add(&lead, self.rows[i].label, cells + 2);
			wrap_text(p->out, p->columns, buf_slice(&lead),
				  self.rows[i].a);
			buf_free(&lead);
		}
	}
	compare_free(&self);
}

static void aliases(const struct page *p, const struct code_entry *e)
{
	if (!slice_is_set(e->aliases))
		return;
	buf_add_char(p->out, '\n');
	heading(p, slice_of(words(p->c, "Other phrases for it")));
	items(p, e->aliases);
}

static void vendors(const struct page *p, uint16_t code)
{
	struct slice vendor;
	struct slice sub_code;
	struct slice meaning;
	struct slice action;

	for (unsigned i = 0; catalogue_vendor(p->c, code, i, &vendor, &sub_code,
					      &meaning, &action);
	     i++) {
		struct wrap w;

		if (i == 0) {
			buf_add_char(p->out, '\n');
			heading(p, slice_of(words(p->c, "Seen from vendors")));
		}
		wrap_begin(&w, p->out, p->columns, SLICE("  - "));
		wrap_add(&w, vendor);
		wrap_add(&w, sub_code);
		wrap_add(&w, SLICE("-"));
		wrap_add(&w, meaning);
		if (slice_is_set(action)) {
			wrap_add(&w, SLICE("-"));
			wrap_add(&w, action);
		}
		wrap_end(&w);
	}
}

static void code_line(const struct page *p, uint16_t code)
{
	struct code_entry e;
	struct buf text;

	if (!catalogue_code(p->c, code, &e))
		return;
	buf_init(&text, 4096);
	add_code(&text, &e);
	wrap_text(p->out, p->columns, SLICE("  "), buf_slice(&text));
	buf_free(&text);
}

static void related(const struct page *p, struct slice codes)
{
	if (!slice_is_set(codes))
		return;
	label(p, "related");
	while (codes.len > 0) {
		struct slice word = slice_split(codes, ' ', &codes);
		uint32_t code;

		if (slice_to_u32(word, UINT16_MAX, &code))
			code_line(p, (uint16_t)code);
	}
}

static enum err result(const struct buf *out)
{
	return out->failed ? ERR_NOMEM : ERR_OK;
}

enum err explain_text(struct buf *out, const struct catalogue *c, uint16_t code,
		      const struct explain_style *style)
{
	struct page p = page_of(out, c, style);
	struct code_entry e;

	if (!catalogue_code(c, code, &e))
		return ERR_MALFORMED;
	title(&p, &e, NULL);
	class_line(&p, &e);
	blocks(&p, &e);
	facts(&p, code);
	aliases(&p, &e);
	vendors(&p, code);
	related(&p, e.related);
	return result(out);
}

/* ---- two codes */

static void add_cell(struct buf *out, struct slice *lines, unsigned cells)
{
	struct slice line = slice_split(*lines, '\n', lines);

	pad_add(out, line, cells);
}

/* One fact of both: two texts, wrapped apart, line by line. */
static void side_row(const struct page *p, const struct compare_row *row,
		     unsigned label_width)
{
	unsigned cells = (p->columns - label_width - 4) / 2;
	struct buf a;
	struct buf b;
	struct slice left;
	struct slice right;
	struct slice name = row->label;

	buf_init(&a, (size_t)1 << 20);
	buf_init(&b, (size_t)1 << 20);
	wrap_text(&a, cells, SLICE(""), row->a.len > 0 ? row->a : SLICE("-"));
	wrap_text(&b, cells, SLICE(""), row->b.len > 0 ? row->b : SLICE("-"));
	left = buf_slice(&a);
	right = buf_slice(&b);
	while (left.len > 0 || right.len > 0) {
		pad_add(p->out, name, label_width);
		name = SLICE("");
		buf_add_text(p->out, "  ");
		add_cell(p->out, &left, cells);
		buf_add_text(p->out, "  ");
		add_cell(p->out, &right, cells);
		while (p->out->len > 0 && p->out->ptr[p->out->len - 1] == ' ')
			p->out->len--;
		buf_add_char(p->out, '\n');
	}
	p->out->failed |= a.failed || b.failed;
	buf_free(&a);
	buf_free(&b);
}

static void side_by_side(const struct page *p, const struct comparison *cmp)
{
	unsigned width = label_cells(cmp->rows, cmp->row_count);
	struct buf a;
	struct buf b;
	struct compare_row names = { .label = SLICE("") };

	if (p->columns < SIDE_BY_SIDE_MIN)
		return;
	buf_init(&a, 4096);
	buf_init(&b, 4096);
	add_code(&a, &cmp->a);
	add_code(&b, &cmp->b);
	names.a = buf_slice(&a);
	names.b = buf_slice(&b);
	buf_add_char(p->out, '\n');
	side_row(p, &names, width);
	for (unsigned i = 0; i < cmp->row_count; i++)
		if (cmp->rows[i].a.len > 0 || cmp->rows[i].b.len > 0)
			side_row(p, &cmp->rows[i], width);
	buf_free(&a);
	buf_free(&b);
}

static void differences(const struct page *p, const struct comparison *cmp)
{
	label(p, "differences");
	for (unsigned i = 0; i < cmp->difference_count; i++) {
		char lead[16];

		(void)snprintf(lead, sizeof(lead), " %2u. ", i + 1);
		wrap_text(p->out, p->columns, slice_of(lead),
			  cmp->differences[i]);
	}
}

static void one_of_two(const struct page *p, const struct code_entry *e)
{
	struct buf text;

	buf_init(&text, 4096);
	add_code(&text, e);
	buf_add_char(p->out, '\n');
	heading(p, buf_slice(&text));
	buf_free(&text);
	class_line(p, e);
	blocks(p, e);
}

static void pair_page(const struct page *p, const struct comparison *cmp)
{
	title(p, &cmp->a, &cmp->b);
	buf_add_char(p->out, '\n');
	wrap_text(p->out, p->columns, SLICE(""), cmp->summary);
	one_of_two(p, &cmp->a);
	if (cmp->a.code != cmp->b.code)
		one_of_two(p, &cmp->b);
	side_by_side(p, cmp);
	differences(p, cmp);
	label(p, "when_to_use");
	for (unsigned i = 0; i < cmp->use_count; i++)
		wrap_text(p->out, p->columns, SLICE("  - "),
			  cmp->when_to_use[i]);
	if (slice_is_set(cmp->watch)) {
		label(p, "watch");
		paragraph(p, cmp->watch);
	}
	if (cmp->learn_count == 0)
		return;
	label(p, "learn_more");
	for (unsigned i = 0; i < cmp->learn_count; i++)
		code_line(p, cmp->learn_more[i]);
}

enum err explain_pair_text(struct buf *out, const struct catalogue *c,
			   uint16_t a, uint16_t b,
			   const struct explain_style *style)
{
	struct page p = page_of(out, c, style);
	struct comparison cmp;
	enum err e = ERR_MALFORMED;

	if (compare_codes(c, a, b, &cmp)) {
		pair_page(&p, &cmp);
		out->failed |= cmp.text.failed;
		e = result(out);
	}
	compare_free(&cmp);
	return e;
}
