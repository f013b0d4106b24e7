#include <string.h>

#include "message.h"
#include "sipmon/base/phrase.h"
#include "sipmon/ui/column.h"
#include "sipmon/ui/field.h"

/* Parts of a message that an Identity may cover, as bits. */
enum part {
	PART_FROM = 1,
	PART_ASSERTED = 2,
	PART_TO = 4,
	PART_CALL_ID = 8,
	PART_CSEQ = 16,
	PART_DATE = 32,
	PART_CONTACT = 64,
	PART_IDENTITY = 128,
	PART_START = 256,
	PART_PRIORITY = 512,
	PART_BODY = 1024,
};

static const struct {
	unsigned part;
	const char *name; /* of the field, and of a change */
} parts[] = {
	{ PART_FROM, "From" },
	{ PART_ASSERTED, "P-Asserted-Identity" },
	{ PART_TO, "To" },
	{ PART_CALL_ID, "Call-ID" },
	{ PART_CSEQ, "CSeq" },
	{ PART_DATE, "Date" },
	{ PART_CONTACT, "Contact" },
	{ PART_IDENTITY, "Identity" },
	{ PART_START, "Request-URI" },
	{ PART_PRIORITY, "Resource-Priority" },
	{ PART_BODY, "body" },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static unsigned part_of_name(struct slice name)
{
	for (size_t i = 0; i < PARTS; i++)
		if (slice_eq_nocase(name, slice_of(parts[i].name)))
			return parts[i].part;
	return 0;
}

static bool has_asserted(const struct message_screen *s)
{
	return s->parsed &&
	       sip_msg_has(&s->sip, SIP_HEADER_P_ASSERTED_IDENTITY);
}

/* RFC 4474 section 9; of a full PASSporT what its claims are compared with
 * (RFC 8224 section 6.2), of a compact one what it is rebuilt from. */
static unsigned covered_by(const struct message_screen *s,
			   const struct identity_header *h)
{
	bool asserted = has_asserted(s) && (slice_eq(h->ppt, SLICE("shaken")) ||
					    slice_eq(h->ppt, SLICE("div")));

	if (h->scheme == IDENTITY_RFC4474)
		return PART_FROM | PART_TO | PART_CALL_ID | PART_CSEQ |
		       PART_DATE | PART_CONTACT | PART_BODY;
	if (h->compact)
		return PART_FROM | PART_TO | PART_DATE | PART_IDENTITY;
	if (slice_eq(h->ppt, SLICE("rph")))
		return PART_PRIORITY | PART_IDENTITY;
	return PART_TO | PART_IDENTITY | (asserted ? PART_ASSERTED : PART_FROM);
}

/* The byte of the message that `offset` of the body is. */
static size_t in_body(const struct message_screen *s, int64_t offset)
{
	if (!s->parsed || s->sip.body.len == 0 ||
	    (uint64_t)offset >= s->sip.body.len)
		return 0;
	return (size_t)(s->sip.body.ptr - s->sip.raw.ptr) + (size_t)offset;
}

void message_look_at_identity(struct message_screen *s)
{
	struct identity_detail d;

	s->covered = 0;
	s->changed = 0;
	s->changed_at = 0;
	s->has_identity = false;
	s->broken = (struct broken){ .is_known = false };
	if (!msg_is(&s->captured, MSG_IDENTITY) ||
	    !broken_detail(s->ctx, s->msg, &d))
		return;
	s->has_identity = d.header_count > 0;
	s->verdict = d.verdict;
	for (unsigned i = 0; i < d.header_count; i++)
		s->covered |= covered_by(s, &d.headers[i]);
	broken_of(&s->broken, s->ctx, s->msg, &d);
	if (!s->broken.is_known || s->broken.pair.broken != s->msg)
		return;
	for (unsigned i = 0; i < d.change_count && i < IDENTITY_CHANGES_MAX;
	     i++) {
		s->changed |= part_of_name(slice_of(d.changes[i].name));
		if (d.changes[i].offset >= 0)
			s->changed_at = in_body(s, d.changes[i].offset);
	}
}

static unsigned part_of_line(const struct highlight_line *line)
{
	switch (line->kind) {
	case HIGHLIGHT_START:
		return PART_START;
	case HIGHLIGHT_FIELD:
	case HIGHLIGHT_FOLD:
		return part_of_name(field_name(line->name));
	case HIGHLIGHT_BODY:
		return PART_BODY;
	case HIGHLIGHT_EMPTY:
		break;
	}
	return 0;
}

bool message_was_changed(const struct message_screen *s,
			 const struct highlight_line *line)
{
	unsigned part = part_of_line(line);

	if ((s->changed & part) == 0)
		return false;
	/* Of a body the line where the difference begins. */
	return part != PART_BODY || s->changed_at == 0 ||
	       (s->changed_at >= line->offset && s->changed_at < line->end);
}

void message_mark_signed(const struct message_screen *s,
			 const struct highlight_line *line,
			 struct text_look *look)
{
	if ((s->covered & part_of_line(line)) != 0)
		look->role = STYLE_SIGNED;
	if (!message_was_changed(s, line))
		return;
	look->role = STYLE_CHANGED;
	look->mark = '!';
}

void message_draw_signed(const struct message_screen *s, struct canvas *c,
			 int row)
{
	const struct catalogue *w = s->ctx->words;
	char text[512];
	int x = 1;

	x = canvas_put_format(c, row, x, -1, column_verdict_role(s->verdict),
			      "%c %s", column_verdict_letter(s->verdict, true),
			      verdict_name(s->verdict));
	x = canvas_put_text(c, row, x + 2, -1, STYLE_DIM,
			    words(w, "Signed by Identity:"));
	for (size_t i = 0; i < PARTS; i++)
		if ((s->covered & parts[i].part) != 0)
			x = canvas_put_text(c, row, x + 1, -1, STYLE_SIGNED,
					    parts[i].name);
	if (!s->broken.is_known || s->broken.pair.broken != s->msg)
		return;
	canvas_put_format(c, row, x + 2, -1, STYLE_PROBLEM, "! %s",
			  broken_text(&s->broken, s->ctx, text, sizeof(text)));
}
