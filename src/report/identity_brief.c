#include "identity_brief.h"

#include "sipmon/base/utf8.h"
#include "wrap.h"

/* ---- of a call */

static uint32_t first_waiting(const struct view *v, const struct call *c)
{
	for (uint32_t id = c->first_msg; id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (msg_waits_for_verdict(m))
			return id;
		id = m->next;
	}
	return 0;
}

static void keep_attest(struct identity_brief *b, struct slice attest)
{
	if (slice_is_set(attest) && attest.len < ATTEST_BYTES)
		(void)slice_copy(attest, b->attest, ATTEST_BYTES);
}

static void read_filed(struct identity_brief *b, const struct view *v)
{
	struct verdict_brief filed =
		verdict_unpack(view_msg(v, b->msg)->judged);
	const struct signer *signer = view_signer(v, filed.signer);

	keep_attest(b, slice_of(attest_name(filed.attest)));
	if (signer != NULL && signer->name[0] != '\0')
		b->signer = slice_of(signer->name);
}

static void read_detail(struct identity_brief *b,
			const struct identity_reader *reader)
{
	struct identity_detail d;

	if (b->msg == 0 || !reader->detail(reader->ctx, b->msg, &d))
		return;
	b->verdict = d.verdict;
	for (unsigned i = 0; i < d.header_count && b->attest[0] == '\0'; i++)
		keep_attest(b, d.headers[i].attest);
}

struct identity_brief identity_brief_of(const struct report_input *in,
					const struct call *c)
{
	struct identity_brief b = { .signer = SLICE_NONE };
	bool waiting;

	b.verdict = call_verdict(in->view, c, &b.msg, &waiting);
	if (b.msg != 0) {
		read_filed(&b, in->view);
	} else if (waiting && in->identity != NULL) {
		b.msg = first_waiting(in->view, c);
		read_detail(&b, in->identity);
	}
	return b;
}

uint32_t identity_stripped(const struct view *v, const struct call *c)
{
	struct verdict_break broke;

	/* Only a call that had one somewhere can have lost it. */
	for (uint32_t id = call_is(c, CALL_IDENTITY) ? c->first_msg : 0;
	     id != 0;) {
		const struct captured_msg *m = view_msg(v, id);

		if (msg_verdict(m) == VERDICT_NO_IDENTITY &&
		    verdict_find_break(v, id, &broke))
			return id;
		id = m->next;
	}
	return 0;
}

/* ---- of a change */

/* How many bytes of whole words both begin with. */
static size_t same_begin(struct slice a, struct slice b)
{
	size_t word = 0;

	for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		if (a.ptr[i] == ' ')
			word = i + 1;
	return word;
}

static size_t same_end(struct slice a, struct slice b)
{
	size_t word = 0;

	for (size_t i = 1;
	     i <= a.len && i <= b.len && a.ptr[a.len - i] == b.ptr[b.len - i];
	     i++)
		if (a.ptr[a.len - i] == ' ')
			word = i;
	return word;
}

static void keep_what_differs(struct slice *a, struct slice *b)
{
	size_t n = same_begin(*a, *b);

	*a = slice_sub(*a, n, a->len);
	*b = slice_sub(*b, n, b->len);
	n = same_end(*a, *b);
	*a = slice_sub(*a, 0, a->len - n);
	*b = slice_sub(*b, 0, b->len - n);
}

static void add_side(struct buf *out, struct slice s, unsigned cells)
{
	if (utf8_shown_cells(s) > cells)
		pad_add(out, s, cells);
	else if (s.len > 0)
		utf8_show(out, s);
	else
		buf_add_char(out, '-');
}

static size_t same_bytes(struct slice a, struct slice b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
		n++;
	return n;
}

/* Of a token all that would be seen of both is the begin that they share:
 * tell how long they are, or what comes behind it. */
static void add_sides(struct buf *out, const struct catalogue *words_of,
		      struct slice before, struct slice after, unsigned cells)
{
	size_t same;

	if (before.len > 0 && after.len > 0)
		keep_what_differs(&before, &after);
	same = same_bytes(before, after);
	if (same >= cells && (same == before.len || same == after.len)) {
		buf_add_uint(out, before.len);
		buf_add(out, SLICE(" -> "));
		buf_add_uint(out, after.len);
		buf_add_char(out, ' ');
		buf_add_text(out, words(words_of, "bytes"));
		return;
	}
	if (same >= cells) {
		before = slice_sub(before, same, before.len);
		after = slice_sub(after, same, after.len);
		buf_add_char(out, '~');
	}
	add_side(out, before, cells);
	buf_add(out, SLICE(" -> "));
	if (same >= cells)
		buf_add_char(out, '~');
	add_side(out, after, cells);
}

void identity_change_text(struct buf *out, const struct catalogue *words_of,
			  const struct identity_change *change, unsigned cells)
{
	struct slice before = change->before;
	struct slice after = change->after;
	/* Of what is gone or new the kind says enough. */
	bool texts = change->kind != NULL ? before.len > 0 && after.len > 0
					  : before.len > 0 || after.len > 0;

	buf_add_text(out, words(words_of, change->name));
	if (!texts && change->kind == NULL)
		return;
	buf_add(out, SLICE(" ("));
	if (change->kind != NULL)
		buf_add_text(out, words(words_of, change->kind));
	if (change->kind != NULL && texts)
		buf_add(out, SLICE(": "));
	if (texts)
		add_sides(out, words_of, before, after, cells);
	buf_add_char(out, ')');
}
