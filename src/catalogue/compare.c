#include "sipmon/catalogue/compare.h"

#include "sipmon/base/table.h"

/* Two descriptions and two lists in full, several times over. */
#define COMPARE_TEXT_MAX ((size_t)1 << 20)

/* Rows, both cells each, sentences, uses, and the summary. */
#define PIECES_MAX (COMPARE_ROOM * 5 + 2)

/*
 * What is being put together.  The buffer moves while it grows, so each slice
 * into it is kept as an offset until the end.
 */
struct maker {
	const struct catalogue *c;
	struct comparison *out;
	unsigned piece_count;
	struct {
		struct slice *slice;
		size_t from;
	} pieces[PIECES_MAX];
};

/* What the blanks {a} {b} {p} {q} {x} {y} of a sentence stand for. */
struct blanks {
	struct slice a; /* the codes as numbers */
	struct slice b;
	struct slice p; /* and with their phrases */
	struct slice q;
	struct slice x; /* what is said of the one and the other */
	struct slice y;
};

static void begin(struct maker *m, struct slice *slice)
{
	if (m->piece_count == PIECES_MAX)
		return;
	m->pieces[m->piece_count].slice = slice;
	m->pieces[m->piece_count].from = m->out->text.len;
	m->piece_count++;
}

/* Each piece reaches to the next one. */
static void settle(struct maker *m)
{
	const struct buf *text = &m->out->text;

	for (unsigned i = 0; i < m->piece_count; i++) {
		size_t from = m->pieces[i].from;
		size_t end = i + 1 < m->piece_count ? m->pieces[i + 1].from
						    : text->len;

		*m->pieces[i].slice =
			slice_sub(buf_slice(text), from, end - from);
	}
}

static struct slice blank_of(const struct blanks *with, char name)
{
	switch (name) {
	case 'a':
		return with->a;
	case 'b':
		return with->b;
	case 'p':
		return with->p;
	case 'q':
		return with->q;
	case 'x':
		return with->x;
	default:
		return with->y;
	}
}

/* Adds a sentence of ours in the language of the user, its blanks filled. */
static void say(struct maker *m, const char *english, const struct blanks *with)
{
	struct slice rest = slice_of(words(m->c, english));
	struct buf *text = &m->out->text;

	while (rest.len > 0) {
		size_t at = slice_find(rest, '{');

		buf_add(text, slice_sub(rest, 0, at));
		rest = slice_sub(rest, at, rest.len);
		if (rest.len < 3 || rest.ptr[2] != '}') {
			buf_add(text, slice_sub(rest, 0, 1));
			rest = slice_sub(rest, 1, rest.len);
			continue;
		}
		buf_add(text, blank_of(with, rest.ptr[1]));
		rest = slice_sub(rest, 3, rest.len);
	}
}

static void differ(struct maker *m, const char *english,
		   const struct blanks *with)
{
	if (m->out->difference_count == COMPARE_ROOM)
		return;
	begin(m, &m->out->differences[m->out->difference_count++]);
	say(m, english, with);
}

static void use(struct maker *m, const struct blanks *with)
{
	if (m->out->use_count == COMPARE_ROOM)
		return;
	begin(m, &m->out->when_to_use[m->out->use_count++]);
	say(m, "For {a}: {x}", with);
}

static void add_row(struct maker *m, const char *label, struct slice a,
		    struct slice b)
{
	struct compare_row *row;

	if (m->out->row_count == COMPARE_ROOM)
		return;
	row = &m->out->rows[m->out->row_count++];
	row->label = catalogue_term(m->c, "label", slice_of(label));
	row->same = slice_eq(a, b);
	begin(m, &row->a);
	buf_add(&m->out->text, a);
	begin(m, &row->b);
	buf_add(&m->out->text, b);
}

/* ---- cells as people read them; each goes into a buffer of its own ---- */

/* The next word of a list with blanks between. */
static bool word_next(struct slice *rest, struct slice *word)
{
	*rest = slice_trim(*rest);
	if (rest->len == 0)
		return false;
	*word = slice_split(*rest, ' ', rest);
	return true;
}

static void read_terms(const struct catalogue *c, const char *kind,
		       struct slice keys, struct buf *out)
{
	struct slice key;
	bool first = true;

	while (word_next(&keys, &key)) {
		if (!first)
			buf_add(out, SLICE(" / "));
		first = false;
		buf_add(out, catalogue_term(c, kind, key));
	}
}

static void read_methods(const struct catalogue *c, struct slice methods,
			 struct buf *out)
{
	struct slice method;
	bool first = true;

	if (slice_eq(methods, SLICE("any"))) {
		buf_add_text(out, words(c, "any method"));
		return;
	}
	while (word_next(&methods, &method)) {
		if (!first)
			buf_add(out, SLICE(", "));
		first = false;
		buf_add(out, method);
	}
}

static void read_status(const struct catalogue *c, struct slice status,
			struct buf *out)
{
	static const struct {
		const char *key;
		const char *english;
	} names[] = {
		{ "registered", "registered with IANA" },
		{ "unregistered", "not registered with IANA" },
		{ "obsolete", "obsolete" },
		{ "vendor", "a number of some vendors" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq(status, slice_of(names[i].key))) {
			buf_add_text(out, words(c, names[i].english));
			return;
		}
	buf_add(out, status);
}

static bool list_has(struct slice list, struct slice wanted)
{
	struct slice item;

	while (table_item_next(&list, &item))
		if (slice_eq(item, wanted))
			return true;
	return false;
}

/* The items of a list that are not in `without`, with commas. */
static void read_items(struct slice list, struct slice without, struct buf *out)
{
	struct slice item;
	bool first = true;

	while (table_item_next(&list, &item)) {
		if (list_has(without, item))
			continue;
		if (!first)
			buf_add(out, SLICE(", "));
		first = false;
		buf_add(out, item);
	}
}

/* The items of a list as sentences. */
static void read_sentences(struct slice list, struct buf *out)
{
	struct slice item;
	bool first = true;

	while (table_item_next(&list, &item)) {
		if (!first)
			buf_add_char(out, ' ');
		first = false;
		buf_add(out, item);
		if (item.len > 0 &&
		    slice_find(SLICE(".?!"), item.ptr[item.len - 1]) == 3)
			buf_add_char(out, '.');
	}
}

/* ---- the facts, one after the other ---- */

struct reading {
	struct buf a;
	struct buf b;
};

static void reading_clear(struct reading *r)
{
	buf_clear(&r->a);
	buf_clear(&r->b);
}

/* One row; where both differ, and both are known, a sentence too. */
static void row_of(struct maker *m, const char *label, const char *english,
		   struct blanks with, const struct reading *r)
{
	with.x = buf_slice(&r->a);
	with.y = buf_slice(&r->b);
	add_row(m, label, with.x, with.y);
	if (!slice_eq(with.x, with.y) && with.x.len > 0 && with.y.len > 0)
		differ(m, english, &with);
}

static void term_row(struct maker *m, const char *kind, struct slice a,
		     struct slice b, const char *english,
		     const struct blanks *with, struct reading *r)
{
	reading_clear(r);
	read_terms(m->c, kind, a, &r->a);
	read_terms(m->c, kind, b, &r->b);
	row_of(m, kind, english, *with, r);
}

static void header_row(struct maker *m, struct blanks with, struct reading *r)
{
	const struct code_entry *a = &m->out->a;
	const struct code_entry *b = &m->out->b;
	struct blanks turned = with;

	reading_clear(r);
	read_items(a->headers, SLICE_NONE, &r->a);
	read_items(b->headers, SLICE_NONE, &r->b);
	add_row(m, "headers", buf_slice(&r->a), buf_slice(&r->b));
	reading_clear(r);
	read_items(a->headers, b->headers, &r->a);
	read_items(b->headers, a->headers, &r->b);
	with.x = buf_slice(&r->a);
	turned.a = with.b;
	turned.x = buf_slice(&r->b);
	if (with.x.len > 0)
		differ(m, "Header fields that only {a} names: {x}", &with);
	if (turned.x.len > 0)
		differ(m, "Header fields that only {a} names: {x}", &turned);
}

static void status_row(struct maker *m, const struct blanks *with,
		       struct reading *r)
{
	reading_clear(r);
	read_status(m->c, m->out->a.status, &r->a);
	read_status(m->c, m->out->b.status, &r->b);
	row_of(m, "status", "Status of {a}: {x}; of {b}: {y}", *with, r);
}

/* What each says and where it is met: four sentences for any two codes. */
static void meanings(struct maker *m, const struct blanks *with,
		     struct reading *r)
{
	const struct code_entry *a = &m->out->a;
	const struct code_entry *b = &m->out->b;
	struct blanks one = *with;
	struct blanks other = *with;

	other.a = with->b;
	one.x = a->description;
	other.x = b->description;
	differ(m, "Meaning of {a}: {x}", &one);
	differ(m, "Meaning of {a}: {x}", &other);
	reading_clear(r);
	read_sentences(a->when, &r->a);
	read_sentences(b->when, &r->b);
	one.x = buf_slice(&r->a);
	other.x = buf_slice(&r->b);
	differ(m, "Where you meet {a}: {x}", &one);
	differ(m, "Where you meet {a}: {x}", &other);
}

static void facts(struct maker *m, const struct blanks *with, struct reading *r)
{
	const struct code_entry *a = &m->out->a;
	const struct code_entry *b = &m->out->b;
	struct blanks class = *with;

	class.x = a->class_text;
	class.y = b->class_text;
	add_row(m, "class", class.x, class.y);
	if (!slice_eq(class.x, class.y))
		differ(m, "{a} belongs to {x}, {b} to {y}", &class);
	add_row(m, "reference", a->reference, b->reference);
	if (a->code == b->code)
		differ(m, "Both are the same code, {p}: nothing differs", with);
	else
		meanings(m, with, r);
	term_row(m, "sent_by", a->sent_by, b->sent_by,
		 "{a} is sent by: {x}; {b} by: {y}", with, r);
	reading_clear(r);
	read_methods(m->c, a->methods, &r->a);
	read_methods(m->c, b->methods, &r->b);
	row_of(m, "methods", "{a} answers {x}; {b} answers {y}", *with, r);
	term_row(m, "ends", a->ends, b->ends, "{a} ends {x}; {b} ends {y}",
		 with, r);
	term_row(m, "retry", a->retry, b->retry,
		 "Repeating the request after {a}: {x}; after {b}: {y}", with,
		 r);
	header_row(m, *with, r);
	status_row(m, with, r);
}

/* ---- the summary, what to do, what to read next ---- */

static void summarise(struct maker *m, const struct pair_entry *pair,
		      struct blanks with)
{
	const struct code_entry *a = &m->out->a;
	const struct code_entry *b = &m->out->b;
	struct buf *text = &m->out->text;

	begin(m, &m->out->summary);
	if (pair != NULL) {
		buf_add(text, pair->summary);
		return;
	}
	with.x = a->class_text;
	with.y = b->class_text;
	if (a->code == b->code) {
		say(m, "Both numbers are {p}, a {x} response.", &with);
	} else if (slice_eq(with.x, with.y)) {
		say(m, "{p} and {q} are both {x} responses.", &with);
	} else {
		say(m, "{p} is a {x} response, {q} is a {y} response.", &with);
	}
	with.x = a->description;
	buf_add_char(text, ' ');
	say(m, "Meaning of {a}: {x}", &with);
	if (a->code == b->code)
		return;
	with.a = with.b;
	with.x = b->description;
	buf_add_char(text, ' ');
	say(m, "Meaning of {a}: {x}", &with);
}

static void advise(struct maker *m, const struct pair_entry *pair,
		   struct blanks with, struct reading *r)
{
	const struct code_entry *a = &m->out->a;
	const struct code_entry *b = &m->out->b;

	reading_clear(r);
	read_sentences(a->fix, &r->a);
	read_sentences(b->fix, &r->b);
	with.x = pair != NULL ? pair->use_a : buf_slice(&r->a);
	with.y = pair != NULL ? pair->use_b : buf_slice(&r->b);
	use(m, &with);
	if (a->code == b->code)
		return;
	with.a = with.b;
	with.x = with.y;
	use(m, &with);
}

static void learn(struct comparison *out, struct slice word)
{
	uint32_t code;

	if (out->learn_count == COMPARE_ROOM ||
	    !slice_to_u32(word, UINT16_MAX, &code) || code == out->a.code ||
	    code == out->b.code)
		return;
	for (unsigned i = 0; i < out->learn_count; i++)
		if (out->learn_more[i] == code)
			return;
	out->learn_more[out->learn_count++] = (uint16_t)code;
}

/* Both lists in turn: the most useful of each stand first. */
static void learn_from(struct comparison *out)
{
	struct slice a = out->a.related;
	struct slice b = out->b.related;

	while (a.len > 0 || b.len > 0) {
		struct slice word;

		if (word_next(&a, &word))
			learn(out, word);
		if (word_next(&b, &word))
			learn(out, word);
	}
}

static void name_code(const struct code_entry *e, struct buf *out)
{
	buf_add_format(out, "%u", (unsigned)e->code);
	if (slice_is_set(e->phrase))
		buf_add_char(out, ' ');
	buf_add(out, e->phrase);
}

bool compare_codes(const struct catalogue *c, uint16_t a, uint16_t b,
		   struct comparison *out)
{
	struct maker m = { .c = c, .out = out };
	struct reading names;
	struct reading r;
	struct blanks with = { 0 };
	struct pair_entry written;
	const struct pair_entry *pair;

	*out = (struct comparison){ 0 };
	buf_init(&out->text, COMPARE_TEXT_MAX);
	if (!catalogue_code(c, a, &out->a) || !catalogue_code(c, b, &out->b))
		return false;
	buf_init(&names.a, COMPARE_TEXT_MAX);
	buf_init(&names.b, COMPARE_TEXT_MAX);
	buf_init(&r.a, COMPARE_TEXT_MAX);
	buf_init(&r.b, COMPARE_TEXT_MAX);
	name_code(&out->a, &names.a);
	name_code(&out->b, &names.b);
	with.p = buf_slice(&names.a);
	with.q = buf_slice(&names.b);
	with.a = slice_sub(with.p, 0, 3);
	with.b = slice_sub(with.q, 0, 3);
	pair = catalogue_pair(c, a, b, &written) ? &written : NULL;
	summarise(&m, pair, with);
	facts(&m, &with, &r);
	advise(&m, pair, with, &r);
	settle(&m);
	if (pair != NULL)
		out->watch = pair->watch;
	learn_from(out);
	buf_free(&names.a);
	buf_free(&names.b);
	buf_free(&r.a);
	buf_free(&r.b);
	return true;
}

void compare_free(struct comparison *c)
{
	buf_free(&c->text);
}
