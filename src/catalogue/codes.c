#include <stdlib.h>

#include "inside.h"

#include "sipmon/base/buf.h"
#include "sipmon/base/utf8.h"

enum {
	CODE_CODE,
	CODE_PHRASE,
	CODE_ALIASES,
	CODE_REFERENCE,
	CODE_SENT_BY,
	CODE_METHODS,
	CODE_HEADERS,
	CODE_ENDS,
	CODE_RETRY,
	CODE_RELATED,
	CODE_STATUS,
	CODE_DESCRIPTION,
	CODE_WHEN,
	CODE_FIX,
};

const struct set_shape codes_shape = {
	.name = "codes",
	.keys = 1,
	.columns = { [CODE_CODE] = "code",
		     [CODE_PHRASE] = "phrase",
		     [CODE_ALIASES] = "aliases",
		     [CODE_REFERENCE] = "reference",
		     [CODE_SENT_BY] = "sent_by",
		     [CODE_METHODS] = "methods",
		     [CODE_HEADERS] = "headers",
		     [CODE_ENDS] = "ends",
		     [CODE_RETRY] = "retry",
		     [CODE_RELATED] = "related",
		     [CODE_STATUS] = "status",
		     [CODE_DESCRIPTION] = "description",
		     [CODE_WHEN] = "when",
		     [CODE_FIX] = "fix" },
};

enum { PAIR_A, PAIR_B, PAIR_SUMMARY, PAIR_USE_A, PAIR_USE_B, PAIR_WATCH };

const struct set_shape pairs_shape = {
	.name = "pairs",
	.keys = 2,
	.columns = { [PAIR_A] = "a",
		     [PAIR_B] = "b",
		     [PAIR_SUMMARY] = "summary",
		     [PAIR_USE_A] = "use_a",
		     [PAIR_USE_B] = "use_b",
		     [PAIR_WATCH] = "watch" },
};

/* A note of the site; its text stands behind it in the same block. */
struct note {
	struct note *next;
	uint16_t code;
	size_t len;
	char text[];
};

/* What an unknown code of a class is treated as (RFC 3261 8.1.3.2). */
struct class_facts {
	struct slice key;
	struct slice like; /* the code */
	struct slice ends;
	struct slice retry;
};

#define CLASS(key, like, ends, retry)                                          \
	{                                                                      \
		{ key, sizeof(key) - 1 }, { like, sizeof(like) - 1 },          \
			{ ends, sizeof(ends) - 1 },                            \
			{ retry, sizeof(retry) - 1 },                          \
	}

static const struct class_facts classes[] = {
	CLASS("1xx", "183", "nothing", "wait"),
	CLASS("2xx", "200", "transaction", "none"),
	CLASS("3xx", "300", "transaction", "contact"),
	CLASS("4xx", "400", "transaction", "corrected"),
	CLASS("5xx", "500", "transaction", "elsewhere"),
	CLASS("6xx", "600", "transaction", "never"),
	CLASS("7xx", "", "", ""), /* none of SIP: see CODE_MAX */
};

#define SIP_CODE_MAX 699

/* Stacks number what happens inside them from 700 on. */
#define CODE_MAX 799

static bool code_of(struct slice text, uint16_t *code)
{
	uint32_t n;

	if (text.len != 3 || !slice_to_u32(text, CODE_MAX, &n) || n < 100)
		return false;
	*code = (uint16_t)n;
	return true;
}

enum err codes_check(const struct set *codes, struct problem *problem)
{
	struct set_row row;
	uint16_t before = 0;

	for (size_t i = 0; set_at(codes, i, &row); i++) {
		uint16_t code;

		if (!code_of(set_cell(codes, row, CODE_CODE), &code)) {
			problem_set(problem, "codes.tsv: row %zu: no code",
				    i + 1);
			return ERR_MALFORMED;
		}
		if (code <= before) {
			problem_set(problem,
				    "codes.tsv: row %zu: %u is out of order",
				    i + 1, code);
			return ERR_MALFORMED;
		}
		before = code;
	}
	return ERR_OK;
}

static void fill_known(const struct set *s, struct set_row row,
		       struct code_entry *out)
{
	out->known = true;
	out->phrase = set_cell(s, row, CODE_PHRASE);
	out->aliases = set_cell(s, row, CODE_ALIASES);
	out->reference = set_cell(s, row, CODE_REFERENCE);
	out->sent_by = set_cell(s, row, CODE_SENT_BY);
	out->methods = set_cell(s, row, CODE_METHODS);
	out->headers = set_cell(s, row, CODE_HEADERS);
	out->ends = set_cell(s, row, CODE_ENDS);
	out->retry = set_cell(s, row, CODE_RETRY);
	out->related = set_cell(s, row, CODE_RELATED);
	out->status = set_cell(s, row, CODE_STATUS);
	out->description = set_cell(s, row, CODE_DESCRIPTION);
	out->when = set_cell(s, row, CODE_WHEN);
	out->fix = set_cell(s, row, CODE_FIX);
}

static void fill_by_class(const struct catalogue *c,
			  const struct class_facts *class,
			  struct code_entry *out)
{
	out->reference = SLICE("RFC 3261 8.1.3.2");
	out->methods = SLICE("any");
	out->ends = class->ends;
	out->retry = class->retry;
	out->related = class->like;
	out->status = SLICE("unregistered");
	out->description = catalogue_term(c, "class-meaning", class->key);
	out->when = slice_of(words(
		c, "A server sends a number of its own that no RFC registers | "
		   "An RFC registered the code after this catalogue was made"));
	out->fix = slice_of(words(
		c, "Read the reason phrase and the header fields Reason, "
		   "Warning and Server of the response: only they tell what "
		   "the sender means | Treat the code as the one that stands "
		   "for its class (RFC 3261 8.1.3.2) | Ask whoever runs the "
		   "server that sent it"));
}

bool catalogue_code(const struct catalogue *c, uint16_t code,
		    struct code_entry *out)
{
	const struct set *s = &c->sets[SET_CODES];
	char text[SET_NUMBER_BYTES];
	struct set_row row;

	if (code < 100 || code > CODE_MAX)
		return false;
	*out = (struct code_entry){ .code = code };
	if (set_find(s, set_number(code, text), SLICE_NONE, &row))
		fill_known(s, row, out);
	else if (code <= SIP_CODE_MAX)
		fill_by_class(c, &classes[code / 100 - 1], out);
	else
		return false;
	out->class_text =
		catalogue_term(c, "class", classes[code / 100 - 1].key);
	out->note = note_of(c, code);
	return true;
}

uint16_t catalogue_code_at(const struct catalogue *c, unsigned i)
{
	const struct set *s = &c->sets[SET_CODES];
	struct set_row row;
	uint16_t code;

	if (!set_at(s, i, &row) || !code_of(set_cell(s, row, CODE_CODE), &code))
		return 0;
	return code;
}

bool catalogue_pair(const struct catalogue *c, uint16_t a, uint16_t b,
		    struct pair_entry *out)
{
	const struct set *s = &c->sets[SET_PAIRS];
	bool turned = a > b;
	char first[SET_NUMBER_BYTES];
	char second[SET_NUMBER_BYTES];
	struct set_row row;

	if (!set_find(s, set_number(turned ? b : a, first),
		      set_number(turned ? a : b, second), &row))
		return false;
	out->summary = set_cell(s, row, PAIR_SUMMARY);
	out->use_a = set_cell(s, row, turned ? PAIR_USE_B : PAIR_USE_A);
	out->use_b = set_cell(s, row, turned ? PAIR_USE_A : PAIR_USE_B);
	out->watch = set_cell(s, row, PAIR_WATCH);
	return true;
}

static struct note **note_find(struct note **list, uint16_t code)
{
	while (*list != NULL && (*list)->code != code)
		list = &(*list)->next;
	return list;
}

struct slice note_of(const struct catalogue *c, uint16_t code)
{
	for (const struct note *n = c->notes; n != NULL; n = n->next)
		if (n->code == code)
			return (struct slice){ n->text, n->len };
	return SLICE_NONE;
}

void notes_free(struct catalogue *c)
{
	while (c->notes != NULL) {
		struct note *next = c->notes->next;

		free(c->notes);
		c->notes = next;
	}
}

/* Keeps `text`, behind what was noted on the code before. */
static bool keep_note(struct catalogue *c, uint16_t code, struct slice text)
{
	struct note **place = note_find(&c->notes, code);
	struct note *before = *place;
	size_t head = before == NULL ? 0 : before->len + 2;
	struct note *n = malloc(sizeof(*n) + head + text.len);

	if (n == NULL)
		return false;
	n->next = before == NULL ? NULL : before->next;
	n->code = code;
	n->len = head + text.len;
	if (before != NULL) {
		memcpy(n->text, before->text, before->len);
		n->text[before->len] = ';';
		n->text[before->len + 1] = ' ';
	}
	memcpy(n->text + head, text.ptr, text.len);
	free(before);
	*place = n;
	return true;
}

static bool is_clean(struct slice text)
{
	while (text.len > 0) {
		int32_t cp = utf8_next(&text);

		if (cp < 0 || utf8_is_unsafe((uint32_t)cp))
			return false;
	}
	return true;
}

static const char *note_fault(struct slice code, struct slice text,
			      uint16_t *number)
{
	if (!code_of(slice_trim(code), number))
		return "no response code";
	if (text.len == 0)
		return "no text behind a tab";
	return is_clean(text) ? NULL : "a character that cannot be shown";
}

enum err catalogue_add_notes(struct catalogue *c, struct slice text,
			     const char *name, struct problem *problem)
{
	size_t number = 0;

	while (text.len > 0) {
		struct slice line = slice_split(text, '\n', &text);
		struct slice note;
		struct slice code = slice_split(line, '\t', &note);
		const char *fault;
		uint16_t n = 0;

		number++;
		if (slice_trim(line).len == 0 || line.ptr[0] == '#')
			continue;
		note = slice_trim(note);
		fault = note_fault(code, note, &n);
		if (fault != NULL) {
			problem_set(problem, "%s:%zu: %s", name, number, fault);
			return ERR_MALFORMED;
		}
		if (!keep_note(c, n, note)) {
			problem_set(problem, "%s: out of memory", name);
			return ERR_NOMEM;
		}
	}
	return ERR_OK;
}
